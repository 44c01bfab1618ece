"""Options and their JSON form: strict, and helpful when wrong."""

import json
import sys

import pytest

from keras_gan import config, data, registry
from keras_gan.config import RunConfig, SampleOptions
from keras_gan.errors import UserError
from keras_gan.training import building


def test_names_are_canonical():
    assert RunConfig(variant="DC-GAN".replace("-", "")).variant == "dcgan"
    assert registry.resolve("Dcgan") == "dcgan"


def test_onnx_without_its_packages_is_refused_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)  # as if it were not installed
    with pytest.raises(UserError, match="pip install tf2onnx onnxruntime"):
        RunConfig(variant="dcgan", export=("onnx",))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variant": ""}, "--variant is required"),
        ({"variant": "dcgna"}, "did you mean 'dcgan'"),
        ({"variant": "zzz"}, "choose from"),
        ({"steps": 5, "epochs": 2}, "give one of --steps, --epochs and --minutes"),
        ({"steps": 5, "minutes": 2.0}, "give one of"),
        ({"minutes": 0.0}, "--minutes must be above 0"),
        ({"preset": "latpop"}, "did you mean 'laptop'"),
        ({"steps": 0}, "--steps must be at least 1"),
        ({"batch_size": -1}, "--batch-size must be at least 1"),
        ({"snapshot_every": 0}, "--snapshot-every must be at least 1"),
        ({"image_size": 48}, "try --image-size"),
        ({"image_size": 0}, "--image-size must be"),
        ({"seed": -1}, "--seed must be"),
        ({"run_name": "../up"}, "plain folder name"),
        ({"run_name": "a/b"}, "plain folder name"),
        ({"run_name": ""}, "plain folder name"),
        ({"dataset": "avatarz"}, "did you mean 'avatars'"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(UserError, match=message):
        RunConfig(**{"variant": "dcgan", **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "--count must be"),
        ({"seed": 2**63}, "--seed must fit"),
        ({"truncation": 0.0}, "--truncation must be above 0 and at most 1"),
        ({"truncation": 1.01}, "--truncation must be"),
        ({"truncation": float("nan")}, "--truncation must be"),
        ({"interpolate": (1, 2), "count": 4}, "leave out --count .* with --frames"),
        ({"interpolate": (1, 2), "seed": 0}, "leave out --seed"),
        ({"interpolate": (1, 2), "frames": 1}, "--frames must be between 2 and 500"),
        ({"interpolate": (1, 2), "frames": 501}, "--frames must be between 2 and 500"),
        ({"interpolate": (7, 7)}, "two different seeds"),
        ({"interpolate": (1, -(2**63) - 1)}, "must fit in 64 bits"),
    ],
)
def test_bad_options_of_sample_are_named(options, message):
    with pytest.raises(UserError, match=message):
        SampleOptions(model="m", **options)


def test_defaults_of_sample_depend_on_what_is_drawn():
    grid, walk = SampleOptions(model="m"), SampleOptions(model="m", interpolate=(-1, 2))
    assert (grid.seed, grid.frames) == (0, None)
    assert walk.frames == 24
    assert grid.out is walk.out is None  # what is drawn has a suffix of its own kind


def test_missing_folders_and_sizes_are_named_before_loading():
    for options, message in (
        ({"dataset": "folder:/does/not/exist"}, "does not exist"),
        ({"dataset": "folder:~/does not exist"}, "does not exist"),
        ({"image_size": 16}, "32, 64 or 128"),
    ):
        with pytest.raises(UserError, match=message):
            data.check_available(RunConfig(variant="dcgan", **options))


@pytest.mark.parametrize(
    "options", [{"latent_dim": 0}, {"kernel_size": -1}, {"beta_1": 1.0}, {"generator_learning_rate": -1e-4},
                {"ema_halflife_kimg": float("nan")}, {"discriminator_learning_rate": float("inf")}],
)  # fmt: skip
def test_options_of_a_variant_have_ranges(options):
    with pytest.raises(UserError, match="--model"):
        registry.module("dcgan").Config(**options)


def write(tmp_path, **changes):
    run = RunConfig(variant="dcgan", steps=7)
    values = json.loads(config.to_json(run, registry.module("dcgan").TINY))
    (tmp_path / "config.json").write_text(json.dumps({**values, **changes}))
    return tmp_path / "config.json"


def test_saved_configuration_is_read_back(tmp_path):
    run, model = config.load_json(write(tmp_path))
    assert run == RunConfig(variant="dcgan", steps=7)
    assert config.from_dict(registry.module("dcgan").Config, model, "x") == registry.module("dcgan").TINY


def test_how_it_was_called_is_not_saved():
    values = json.loads(
        config.to_json(RunConfig(variant="dcgan", resume=True, dry_run=True), registry.module("dcgan").TINY)
    )
    assert not values["resume"]
    assert not values["dry_run"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"step": 3}, "did you mean 'steps'"),
        ({"steps": "7"}, "steps cannot be"),
        ({"steps": True}, "steps cannot be"),
        ({"precision": "float8"}, "precision cannot be"),
        ({"export": "tflite"}, "export cannot be"),
        ({"export": ["coreml"]}, "export cannot be"),
        ({"variant": None}, "variant cannot be"),
        ({"model": [1]}, "'model'"),
    ],
)
def test_wrong_keys_and_types_are_named(tmp_path, changes, message):
    with pytest.raises(UserError, match=message):
        config.load_json(write(tmp_path, **changes))


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"x"', "\x00"])
def test_files_that_are_no_configuration(tmp_path, content):
    (tmp_path / "bad.json").write_text(content)
    with pytest.raises(UserError, match=r"bad\.json"):
        config.load_json(tmp_path / "bad.json")
    with pytest.raises(UserError, match="cannot read"):
        config.load_json(tmp_path / "absent.json")


def test_create_names_unknown_options():
    with pytest.raises(UserError, match="did you mean 'latent_dim'"):
        building.create("dcgan", (32, 32, 3), latent_dims=3)
    with pytest.raises(UserError, match="1 to 4 channels"):
        building.create("dcgan", (3, 32, 32))
    with pytest.raises(UserError, match="not 32x48"):
        building.create("dcgan", (48, 32, 3))


def test_every_variant_is_described_without_importing_it():
    for name in registry.list_variants():
        assert len(registry.VARIANTS.summary(name)) > 10
        assert registry.variant(name).sizes == registry.module(name).VARIANT.sizes
