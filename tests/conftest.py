"""Shared by all tests: two logical CPU devices, so that two replicas exist on any machine, and quiet start-up."""

import dataclasses
import functools
import os
import socket
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# A modality of its own, with a variant that is tested like every other.
os.environ.setdefault("KERAS_GAN_PLUGINS", str(ROOT / "tests" / "toy"))

from keras_gan.distribution.startup import ask_for_onednn, quiet_stderr  # noqa: E402

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
ask_for_onednn()  # as the command line does
with quiet_stderr():
    import tensorflow as tf

    cpus = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpus[0], [tf.config.LogicalDeviceConfiguration()] * 2)
    tf.config.list_logical_devices()

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from keras_gan import cli, config, data, registry, sampling  # noqa: E402
from keras_gan.data.image_sets import image_dataset  # noqa: E402
from keras_gan.exporters import fresh_processes, outgoing  # noqa: E402
from keras_gan.sampling import Sampler  # noqa: E402
from keras_gan.training import building  # noqa: E402

SHARED = ROOT.parent / "shared"
NUM_CLASSES = 3


def pytest_xdist_make_scheduler(config, log):
    """With `--dist loadgroup`, files whose tests share fixtures go to one process each, so that these are made once."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            return file if _shares_fixtures(file) else nodeid

    return Scheduling(config, log)


@functools.cache
def _shares_fixtures(file):
    return 'scope="module"' in (ROOT / file).read_text(encoding="utf-8")


def save_noise(paths, shape, seed):
    """Writes a picture of random pixels to each path, and makes the folders it lies in."""
    rng = np.random.default_rng(seed)
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(path)


def save_dataset(folder, task, count=12):
    """Writes pictures of random pixels that a variant of this task can be trained on; returns the data set's name."""
    if task == "paired":
        save_noise([folder / f"{index}.png" for index in range(count)], (16, 32, 3), seed=0)
        return f"paired:{folder}"
    names = ("trainA", "trainB") if task == "unpaired" else "abc"
    paths = [folder / name / f"{index}.png" for name in names for index in range(count // len(names))]
    save_noise(paths, (16, 16, 3), seed=0)
    return f"unpaired:{folder}" if task == "unpaired" else f"folder:{folder}"


def command(*arguments, name=None):
    """Runs `python -m keras_gan …` in this process; returns the exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main([*map(str, arguments)], command=name)
    return ended.value.code


def train(*arguments):
    """Trains by the command line, in this process; returns the exit code."""
    return command(*arguments, name="train")


def free_address():
    """An address of this machine on which nobody listens."""
    with socket.create_server(("", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory):
    """A folder that all processes of the suite have in common, in `SHARED_BY_TESTS`."""
    folder = tmp_path_factory.getbasetemp()
    os.environ["SHARED_BY_TESTS"] = str(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture(scope="session", autouse=True)
def verifier_processes():
    """One fresh process per export format for the whole suite."""
    with fresh_processes.kept():
        yield


@pytest.fixture
def make_model():
    """Builds a tiny compiled model of a variant: 16 px, 3 channels, 3 classes."""

    def make(name="dcgan", compiled=True, image_shape=(16, 16, 3), seed=3, augment="none", **compile_options):
        model = tiny(name, image_shape, seed, augment)
        if compiled:
            model.compile(**compile_options)
        return model

    return make


@pytest.fixture
def quick_reader(monkeypatch):
    """The network that reads attributes of avatars is not trained, which takes minutes: its weights are random."""
    monkeypatch.setattr(registry.module("cartoonise"), "read_by", untrained_reader)


def untrained_reader(edge):
    """Weights of that network, and a spread."""
    from keras_gan.data.avatars import traits
    from keras_gan.networks import attributes

    network = attributes.hidden_layer(edge, {name: len(values) for name, values in traits.ATTRIBUTES.items()})
    rng = np.random.default_rng(1)
    return [0.2 * rng.normal(size=each.shape).astype(np.float32) for each in network.get_weights()], 2.5


def tiny(name, image_shape=(16, 16, 3), seed=3, augment="none"):
    """A tiny model of a variant that is not compiled."""
    fields = building.image_fields(name, image_shape, NUM_CLASSES) if of_images(name) else small_data(name, 24).fields
    return building.build(name, registry.module(name).TINY, fields, seed, augment)


def of_images(name):
    """Whether a variant makes images, of noise or of other images."""
    described = registry.variant(name)
    return described.gives == "image" and set(described.takes) <= {"noise", "label", "image"}


def small_data(name, count, image_shape=(16, 16, 3), options=None):
    """Data that a variant can be trained on: images of noise, or the first examples of the variant's own data set.

    They are as its `options` ask for, by default its `TINY`.
    """
    if of_images(name):
        return noise_images(name, count, image_shape)
    described = registry.variant(name)
    size = {"image_size": 32} if "image" in (described.gives, *described.takes) else {}
    whole = data.load(config.RunConfig(variant=name, **size), task=registry.variant(name).task)
    fields = building.fields_of(name, options or registry.module(name).TINY, whole.fitted())
    columns = {name: column[:count] for name, column in whole.columns.items()}
    return dataclasses.replace(whole, fields=fields, columns=columns)


def sampler_of(model, count=8, image_shape=(16, 16, 3)):
    """The sampler of a model that `make_model` has made; one that is given images has so many examples, of noise."""
    if registry.variant(model.name).task == "sample":
        return Sampler(model)
    preparation = registry.preparation(model.name, model.config)
    images = of_images(model.name)
    examples = noise_images(model.name, count, image_shape) if images else small_data(model.name, count)
    return sampling.of_data(model, examples, count, preparation)


def networks_of(model):
    """The list of `Outgoing` of a model that `make_model` has made, in float32."""
    return [each.in_float32() for each in outgoing.of_model(model, sampler_of(model))]


def noise_images(name, count, image_shape=(16, 16, 3), seed=0):
    """Data that a variant can be trained on, of random pixels; sources, where it takes any."""
    rng = np.random.default_rng(seed)
    task = registry.variant(name).task
    return image_dataset(
        name="noise",
        images=rng.integers(0, 256, (count, *image_shape), dtype=np.uint8),
        labels=rng.integers(0, NUM_CLASSES, count, dtype=np.int32),
        class_names=tuple("abc"),
        provenance="a generator of random numbers.",
        treatment="none.",
        sources=rng.integers(0, 256, (count, *image_shape), dtype=np.uint8) if task in registry.TRANSLATIONS else None,
        aligned=task != "unpaired",
    )


@pytest.fixture
def batches():
    """Makes a dataset of `count` fixed random batches of labelled images, float32 in [-1, 1]."""

    def make(count=3, batch_size=8, image_shape=(16, 16, 3), seed=0):
        rng = np.random.default_rng(seed)
        real = rng.uniform(-1, 1, (count * batch_size, *image_shape)).astype(np.float32)
        label = rng.integers(0, NUM_CLASSES, len(real), dtype=np.int32)
        return tf.data.Dataset.from_tensor_slices({"real": real, "label": label}).batch(batch_size, drop_remainder=True)

    return make


@pytest.fixture
def mnist_dir():
    """Folder of MNIST as tensorflow-datasets prepares it."""
    folder = SHARED / "tfds"
    if not (folder / "mnist").is_dir():
        pytest.skip("prepared MNIST is not beside this checkout")
    return folder
