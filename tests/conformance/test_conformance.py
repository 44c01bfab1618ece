"""What every variant must hold, whatever it is. A new variant is covered by being there."""

import dataclasses
import json
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import config, exporters, health, registry
from keras_gan.commands import train
from keras_gan.data import pipeline
from keras_gan.distribution import devices
from keras_gan.errors import UserError
from keras_gan.exported import ExportedTranslator
from keras_gan.exporters import tflite
from keras_gan.losses.objectives import HINGE
from keras_gan.storage import checkpoint
from keras_gan.training import building, ema
from keras_gan.training.translation import inputs_of
from tests.conftest import of_images, sampler_of, save_dataset, small_data

IMAGE_SHAPE = (16, 16, 3)
BOUND = 1e-5
# Their generator is dcgan's or cgan's; srgan's; pix2pix's.
DRAW_AS_ANOTHER = {"acgan", "dragan", "lsgan", "sngan", "wgan", "wgan_gp", "denoise", "colorize"}
# Formats and precisions beside float32, of networks that have something of their own, or classes;
# `benchmarks/quality/export.py` has all of them of all variants.
FURTHER_FORMATS = {
    "dcgan": (("onnx",), ()),
    "r3gan": (("onnx",), ("int8",)),
    "pix2pix": (("onnx",), ("int8",)),
    "inpaint": (("onnx",), ()),
    "cgan": ((), tuple(precision for precision in tflite.PRECISIONS if precision != "float32")),
}


def variants(quick):
    """Every variant; those that are not `quick` in `make test-all` alone."""
    marks = {name: [] if name in quick else [pytest.mark.slow] for name in registry.list_variants()}
    return pytest.mark.parametrize("name", [pytest.param(name, marks=marks[name]) for name in marks])


every_variant = variants(quick=registry.list_variants())
# In `make test`, what costs much leaves out those that draw as another does.
most_variants = variants(quick={*registry.list_variants()} - DRAW_AS_ANOTHER)


@pytest.fixture
def batches(name):
    """Makes a dataset of `count` batches that the variant can be trained on, the same at every call."""

    def make(count=3, batch_size=8):
        preparation = registry.preparation(name, registry.module(name).TINY)
        return pipeline.batches(small_data(name, 24), batch_size, seed=0, prepare=preparation).take(count)

    return make


def draws_from_noise(name):
    return registry.variant(name).task == "sample"


def sgd():
    return {
        "generator_optimizer": keras.optimizers.SGD(0.01),
        "discriminator_optimizer": keras.optimizers.SGD(0.01),
    }


def snapshot(network):
    return [np.array(weight) for weight in network.weights]


def changed(network, before):
    """Names of the weights that differ from a snapshot, trainable ones and running statistics apart."""
    moved = [w for w, old in zip(network.weights, before, strict=True) if not np.array_equal(np.array(w), old)]
    return {w.path for w in moved if w.trainable}, {w.path for w in moved if not w.trainable}


def trainable(network):
    return {weight.path for weight in network.trainable_weights}


def resting(network):
    """Paths of the weights of a network that has grown which only smaller images need."""
    if not any(weight.path.endswith("growth/level") for weight in network.weights):
        return set()
    places = {path: re.search(r"image_(\d+)", path) for path in trainable(network)}
    sizes = {path: int(found[1]) for path, found in places.items() if found}
    return {path for path, size in sizes.items() if size < max(sizes.values())}


# Where a test trains eagerly, it is only to save the time of compiling: the step is the same.


@every_variant
def test_documented(name):
    module = registry.module(name)
    assert "arXiv" in module.__doc__
    assert "Deviations" in module.__doc__
    assert registry.VARIANTS.summary(name) == module.__doc__.splitlines()[0]


@variants(quick={*registry.list_variants()} - {"captiongan"})
def test_what_trains_by_default_takes_a_step(name):
    usual = registry.presets(name).get(registry.USUAL_PRESET)
    options = config.from_dict(registry.module(name).Config, usual.model if usual else {}, name)
    data = small_data(name, 4, (32, 32, 3), options)
    model = building.build(name, options, building.fields_of(name, options, data))
    model.compile(run_eagerly=True)
    preparation = registry.preparation(name, options)
    batches = pipeline.batches(data, 2 * len(model.stage.draws), seed=0, prepare=preparation).take(1)
    logs = model.fit(batches, verbose=0).history
    assert np.isfinite(list(logs.values())).all()


@every_variant
def test_samples_are_like_the_data(name, make_model):
    if not of_images(name):
        model = make_model(name)
        samples = sampler_of(model).samples(4)
        assert samples.shape == (4, *model.fields["real"].edge_shape)
        assert np.isfinite(samples).all()
        return
    for channels in {3, min(registry.variant(name).channels)}:
        image_shape = (16, 16, channels)
        images = sampler_of(make_model(name, image_shape=image_shape), image_shape=image_shape).samples(4)
        assert images.shape == (4, *image_shape)
        assert images.min() >= 0
        assert images.max() <= 1


@every_variant
def test_every_size_and_channel_count_builds(name):
    module = registry.module(name)
    channels = registry.variant(name).channels[::-1]
    for number, size in enumerate((registry.variant(name).sizes or ()) if of_images(name) else ()):
        image_shape = (size, size, channels[number % len(channels)])
        if draws_from_noise(name):
            model = module.build(module.TINY, building.image_fields(name, image_shape, num_classes=3))
            assert model.generator.output_shape[1:] == image_shape
            assert model.discriminator.inputs[0].shape[1:] == image_shape
            continue
        model = module.build(module.TINY, building.image_fields(name, image_shape, 3, (size, size, 3)))
        for network in model.exported().values():
            edge = size // model.scale
            given = [
                (None, edge, edge, each.shape[3]) if len(each.shape) == 4 else each.shape for each in network.inputs
            ]
            shape = network.compute_output_shape(given if len(given) > 1 else given[0])
            if len(model.output_field(network).shape) == 3:  # others are parts
                assert shape[1:3] == (size, size)


@every_variant
def test_each_update_changes_its_own_network(name, make_model, batches):
    model = make_model(name, run_eagerly=True, **sgd())
    parts = model.generator, model.discriminator, model.ema_generator
    for active, network in ((model.discriminator_optimizer, model.discriminator), (model.optimizer, model.generator)):
        for optimizer in (model.optimizer, model.discriminator_optimizer):
            optimizer.learning_rate = 0.1 if optimizer is active else 0.0
        before = [snapshot(part) for part in parts]
        # What is added to all scores has no gradient in the hinge loss while they all are within its margins.
        common = {"scores/bias"} if network is model.discriminator and model.objective is HINGE else set()
        common |= resting(network)
        others = [part for part in (model.generator, model.discriminator) if part is not network]
        for _ in range(2):  # weights behind a layer that starts from zero move in the second step
            model.fit(batches(1, 8 * len(model.stage.draws)), verbose=0)
            moved, statistics = zip(*map(changed, parts, before), strict=True)
            if moved[parts.index(network)] | common == trainable(network) | common:
                break
        assert moved[parts.index(network)] | common == trainable(network) | common
        assert all(moved[parts.index(other)] == set() for other in others)
        assert moved[2] == set()  # the average is not trainable
    endings = ("/constant", "/level")
    still = {weight.path for weight in model.generator.weights if weight.path.endswith(endings)}
    is_set = [layer for layer in ema.layers_of(model.generator) if getattr(layer, "is_set", False)]
    still |= {weight.path for layer in is_set for weight in layer.weights}
    # And follows all of the generator's weights, but for those that nothing changes.
    assert len(statistics[2]) == len(model.generator.weights) - len(still | resting(model.generator))


@every_variant
def test_a_seed_decides_the_weights(name, make_model):
    first, same, other = (make_model(name, seed=seed, compiled=False).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@most_variants
def test_two_replicas_equal_one_with_the_whole_batch(name, make_model, batches):
    models = []
    one, two = tf.distribute.get_strategy(), devices.make_strategy("mirrored")
    for strategy in (one, two):
        # Two of them as they are trained, compiled; tests/e2e does so with others.
        compiled = strategy is two and name in ("dcgan", "cyclegan")
        with strategy.scope():
            model = make_model(name, run_eagerly=not compiled, **sgd())
        logs = model.fit(batches(2, 8 * len(model.stage.draws)), verbose=0).history
        models.append((model, logs))
    (one, one_logs), (two, two_logs) = models
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_allclose(np.array(a), keras.ops.convert_to_numpy(b), atol=1e-5, err_msg=a.path)
        for copy in getattr(b.value, "values", []):
            np.testing.assert_array_equal(copy, keras.ops.convert_to_numpy(b), err_msg=a.path)
    assert set(one_logs) - set(two_logs) == {"d_gradient", "g_gradient"}
    for term, values in two_logs.items():
        np.testing.assert_allclose(one_logs[term], values, rtol=1e-4, atol=1e-4, err_msg=term)


@most_variants
@pytest.mark.parametrize("precision", ["mixed_bfloat16", pytest.param("mixed_float16", marks=pytest.mark.slow)])
def test_mixed_precision_trains_and_exports_float32(name, precision, make_model, batches, tmp_path):
    keras.mixed_precision.set_dtype_policy(precision)
    try:
        model = make_model(name, run_eagerly=True)
        history = model.fit(batches(1, 8 * len(model.stage.draws)), verbose=0).history
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    assert np.isfinite(history["g_loss"]).all()
    assert all(weight.dtype == "float32" for weight in model.generator.weights)
    for network in model.exported().values():
        copy = exporters.inference.float32_copy(network)
        assert {layer.compute_dtype for layer in copy.layers} <= {"float32", "int32"}
    if name in ("dcgan", "r3gan"):  # without and with operations of `keras.ops`
        exporters.export(model, tmp_path / "1", formats=("tflite",), sampler=sampler_of(model))


@most_variants
@pytest.mark.parametrize("augment", ["diffaugment", "ada"])
def test_augmentation_trains_or_is_refused(name, augment, make_model, batches, tmp_path):
    if not make_model(name).fields["real"].discriminator_augmentation(augment):
        with pytest.raises(UserError, match="knows no changes for values of the kind"):
            make_model(name, augment=augment)
        return
    if augment == "ada" and make_model(name).decision_boundary is None:
        with pytest.raises(UserError, match="use --augment diffaugment"):
            make_model(name, augment=augment)
        return
    model = make_model(name, augment=augment, run_eagerly=True)
    last = len(model.schedule.stages) - 1
    model.step.assign(model.schedule.start_of(last))  # in the first one the discriminator may rest
    if augment == "ada":
        model.augment_probability.assign(0.25)
    history = model.fit(batches(1, 8 * len(model.stage.draws)), verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    if augment == "ada":
        examples = model.schedule.examples_per_step(model.schedule.stages[-1], 8)
        assert abs(history["augment_probability"][0] - 0.25) == pytest.approx(examples / 500_000, rel=0.01)
        checkpoint.save(model, tmp_path, step=1)
        restored = make_model(name, augment=augment)
        checkpoint.restore_newest(restored, tmp_path)
        assert float(restored.augment_probability) == float(model.augment_probability)


@variants(quick={"dcgan", "began", "srgan", "cyclegan", "curve_gan"})  # with state of their own, stages, a pool
def test_checkpoint_round_trip(name, make_model, batches, tmp_path):
    # Eagerly, which needs no tracing; tests/e2e/test_resume.py does it as users do.
    straight, first, second = (make_model(name, run_eagerly=True) for _ in range(3))
    data = batches(2, 8 * len(straight.stage.draws))
    history = straight.fit(data, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(np.array(weight)).all() for weight in straight.weights)
    assert int(straight.step) == 2
    first.fit(data.take(1), verbose=0)
    checkpoint.save(first, tmp_path, step=1)
    assert checkpoint.restore_newest(second, tmp_path) == 1
    second.fit(data.skip(1), verbose=0)
    for a, b in zip(straight.variables, second.variables, strict=True):
        np.testing.assert_array_equal(np.array(a), np.array(b), err_msg=a.path)


def export_of(model, batches, directory, formats, precisions):
    """The manifest of a model that has been trained a little, and the checks by format and signature."""
    model.fit(batches(1, 8 * len(model.stage.draws)), verbose=0)
    manifest = exporters.export(model, directory, formats, precisions=precisions, sampler=sampler_of(model))
    checks = {(check["format"], check["signature"]): check for check in manifest["verification"]}
    assert all(check[check["measure"]] <= check["bound"] for check in checks.values())
    wanted = {*formats} - {"tflite"} | {f"tflite {precision}" for precision in precisions}
    # Of several networks each has a file of its own, which is named after it.
    assert wanted <= {re.sub(" (AtoB|BtoA|generator)$", "", name) for name, _ in checks}
    return manifest, checks


# inpaint's is the largest graph by far; tests/exporters/test_translators.py exports networks with masks, too.
@variants(
    quick={
        *("dcgan", "cgan", "r3gan", "pix2pix", "cyclegan", "srgan", "stylegan2", "progan", "curve_gan"),
        "style_transfer",
    }
)
def test_exported_files_equal_keras(name, make_model, batches, tmp_path):
    model = make_model(name, run_eagerly=True)
    manifest, checks = export_of(model, batches, tmp_path / "1", ("saved_model", "tflite"), ("float32",))
    if not draws_from_noise(name) and not of_images(name):
        return
    if not draws_from_noise(name):
        for direction, network in model.exported().items():
            if any(field.is_inner for field in (model.output_field(network), *model.input_fields(network).values())):
                continue
            exported = ExportedTranslator(tmp_path / "1", direction=None if direction == "generator" else direction)
            row = {key: values[:1] for key, values in sampler_of(model).examples.items()}
            pixels = np.rint(127.5 * (row["source"][0] + 1)).astype(np.uint8)
            row["source"] = (pixels / 127.5 - 1.0).astype(np.float32)[None]
            fields = model.input_fields(network)
            row |= {
                each: np.asarray(fields[each].of_seeds(np.zeros(1, np.int64))) for each in fields if each not in row
            }
            hole = row["mask"][0, :, :, 0] > 0.5 if "mask" in row else None
            expected = np.clip(np.array(network(inputs_of(network, row)))[0], -1, 1)
            made = exported.translate(pixels, hole).astype(np.float32) / 127.5 - 1.0
            np.testing.assert_allclose(made, expected, atol=1.1 / 255)
        return
    for signature in ("saved_model", "from_seeds"), ("tflite float32", "serving_default"):
        assert checks[signature]["max_difference"] <= BOUND
    # What the files compute must be this model's pictures, not merely some generator's.
    exported, plural = tf.saved_model.load(str(tmp_path / "1")), model.fields["real"].plural
    images = exported.signatures["from_seeds"](seeds=tf.constant([7, -1], tf.int64))[plural]
    np.testing.assert_allclose(images, np.concatenate([model.sample(1, 7), model.sample(1, -1)]), atol=BOUND)
    assert manifest["generator"]["num_classes"] == model.num_classes
    assert ("from_seeds_and_labels" in exported.signatures) == (model.num_classes > 0)
    if model.num_classes:
        last = model.num_classes - 1
        seeds, labels = tf.constant([7, 7], tf.int64), tf.constant([0, last], tf.int32)
        images = exported.signatures["from_seeds_and_labels"](seeds=seeds, labels=labels)[plural]
        expected = np.concatenate([model.sample(1, 7, labels=label) for label in (0, last)])
        np.testing.assert_allclose(images, expected, atol=BOUND)
        assert np.abs(expected[0] - expected[1]).max() > 10 * BOUND


@pytest.mark.slow
@pytest.mark.parametrize("name", FURTHER_FORMATS)
def test_further_formats_equal_keras(name, make_model, batches, tmp_path):
    formats, precisions = FURTHER_FORMATS[name]
    model = make_model(name, run_eagerly=True)
    export_of(model, batches, tmp_path / "1", (*formats, *(("tflite",) if precisions else ())), precisions)


@every_variant
def test_config_round_trip(name):
    cls = registry.module(name).Config
    options = registry.module(name).TINY
    run = config.RunConfig(variant=name)
    values = json.loads(config.to_json(run, options))
    values.pop("sha256")
    model = values.pop("model")
    assert config.from_dict(cls, model, "here") == options
    assert config.from_dict(config.RunConfig, values, "here") == run
    assert all(type(value) is type(getattr(cls(), field)) for field, value in dataclasses.asdict(options).items())


@variants(quick={"dcgan", "cgan", "pix2pix", "cyclegan", "srgan"})  # one of each kind of data, and stages
def test_train_command(name, tmp_path, capsys, monkeypatch, quick_reader):
    """From data to samples, event files and a checkpoint: all of a run but its exports."""
    pictures = save_dataset(tmp_path / "pictures", registry.variant(name).task) if of_images(name) else None
    for probe in health.probes():  # all of which look in long runs alone
        monkeypatch.setattr(probe, "first_step", 0)
    run = config.RunConfig(
        variant=name,
        dataset=pictures,
        image_size=16 if of_images(name) else 32,
        batch_size=4,
        steps=2,
        log_dir=str(tmp_path / "logs"),
        export=(),
    )
    assert train.run(run, dataclasses.asdict(registry.module(name).TINY)) == 0
    assert f"{name} on {run.dataset}: " in capsys.readouterr().out
    folder = tmp_path / "logs" / f"{name}-{'pictures' if pictures else run.dataset}"
    assert [path.name for path in checkpoint.list_checkpoints(folder / "checkpoints")][-1] == "step-000000002"
    assert {path.stem for path in (folder / "samples").iterdir()} == {"real", "step-000000001", "step-000000002"}
    assert list(folder.glob("events.out.tfevents.*"))
