"""What every variant must hold, whatever it is. A new variant is covered by being there."""

import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import checkpoint, config, distribution, exporters, registry
from keras_gan.commands import train
from keras_gan.data.spec import DataSpec
from keras_gan.errors import UserError
from keras_gan.exporters import tflite
from tests.conftest import save_noise

IMAGE_SHAPE = (16, 16, 3)
BOUND = 1e-5

pytestmark = pytest.mark.parametrize("name", registry.list_variants())


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


# Where a test trains eagerly, it is only to save the time of compiling: the step is the same.


def test_documented(name):
    module = registry.module(name)
    assert "arXiv" in module.__doc__
    assert "Deviations" in module.__doc__
    assert registry.describe(name) == module.__doc__.splitlines()[0]


def test_images_have_the_data_shape_and_range(name, make_model):
    for image_shape in (IMAGE_SHAPE, (16, 16, 1)):
        images = make_model(name, image_shape=image_shape).sample(4)
        assert images.shape == (4, *image_shape)
        assert images.min() >= 0
        assert images.max() <= 1


def test_every_size_and_channel_count_builds(name):
    module = registry.module(name)
    for number, size in enumerate(module.IMAGE_SIZES):
        image_shape = (size, size, (4, 1, 3, 2)[number % 4])
        model = module.build(module.TINY, DataSpec(image_shape, num_classes=3))
        assert model.generator.output_shape[1:] == image_shape
        assert model.discriminator.inputs[0].shape[1:] == image_shape


def test_discriminator_update_changes_the_discriminator_alone(name, make_model, batches):
    rates = {"generator_optimizer": keras.optimizers.SGD(0.0), "discriminator_optimizer": keras.optimizers.SGD(0.1)}
    model = make_model(name, run_eagerly=True, **rates)
    generator, discriminator = snapshot(model.generator), snapshot(model.discriminator)
    # Two steps: weights behind a layer that starts from zero move in the second one.
    model.fit(batches(2, 8 * model.discriminator_steps), verbose=0)
    assert changed(model.generator, generator)[0] == set()
    assert changed(model.discriminator, discriminator)[0] == trainable(model.discriminator)


def test_generator_update_changes_the_generator_alone(name, make_model, batches):
    rates = {"generator_optimizer": keras.optimizers.SGD(0.1), "discriminator_optimizer": keras.optimizers.SGD(0.0)}
    model = make_model(name, run_eagerly=True, **rates)
    generator, discriminator = snapshot(model.generator), snapshot(model.discriminator)
    # Two steps: weights behind a layer that starts from zero move in the second one.
    model.fit(batches(2, 8 * model.discriminator_steps), verbose=0)
    assert changed(model.generator, generator)[0] == trainable(model.generator)
    assert changed(model.discriminator, discriminator)[0] == set()


def test_ema_follows_all_weights_of_the_generator(name, make_model, batches):
    model = make_model(name, run_eagerly=True)
    before = snapshot(model.ema_generator)
    model.fit(batches(2, 8 * model.discriminator_steps), verbose=0)
    moved_weights, moved_statistics = changed(model.ema_generator, before)
    assert moved_weights == set()  # the average is not trainable
    assert len(moved_statistics) == len(model.generator.weights)


def test_three_steps_stay_finite(name, make_model, batches):
    model = make_model(name)
    history = model.fit(batches(3, 8 * model.discriminator_steps), verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(np.array(weight)).all() for weight in model.weights)
    assert int(model.step) == 3


def test_a_seed_decides_everything(name, make_model, batches):
    runs = []
    for seed in (3, 3, 4):
        model = make_model(name, seed=seed, run_eagerly=True)
        model.fit(batches(2, 8 * model.discriminator_steps), verbose=0)
        runs.append(model.sample(2))
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_two_replicas_equal_one_with_the_whole_batch(name, make_model, batches):
    models = []
    one, two = tf.distribute.get_strategy(), distribution.make_strategy("mirrored")
    for strategy, eagerly in ((one, True), (two, False)):
        with strategy.scope():
            model = make_model(name, run_eagerly=eagerly, **sgd())
        logs = model.fit(batches(2, 8 * model.discriminator_steps), verbose=0).history
        models.append((model, logs))
    (one, one_logs), (two, two_logs) = models
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_allclose(np.array(a), keras.ops.convert_to_numpy(b), atol=1e-5, err_msg=a.path)
        for copy in getattr(b.value, "values", []):
            np.testing.assert_array_equal(copy, keras.ops.convert_to_numpy(b), err_msg=a.path)
    assert set(one_logs) - set(two_logs) == {"d_gradient", "g_gradient"}
    for term, values in two_logs.items():
        np.testing.assert_allclose(one_logs[term], values, rtol=1e-4, atol=1e-4, err_msg=term)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains_and_exports_float32(name, precision, make_model, batches, tmp_path):
    keras.mixed_precision.set_dtype_policy(precision)
    try:
        model = make_model(name, run_eagerly=True)
        history = model.fit(batches(2, 8 * model.discriminator_steps), verbose=0).history
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    assert np.isfinite(history["d_loss"]).all()
    assert all(weight.dtype == "float32" for weight in model.generator.weights)
    copy = exporters.saved_model.float32_copy(model.exported()["generator"])
    assert {layer.compute_dtype for layer in copy.layers} <= {"float32", "int32"}
    if name in ("dcgan", "r3gan"):  # without and with operations of `keras.ops`
        exporters.export(model, tmp_path / "1", formats=("tflite",))


@pytest.mark.parametrize("augment", ["diffaugment", "ada"])
def test_augmentation_trains_or_is_refused(name, augment, make_model, batches, tmp_path):
    if augment == "ada" and make_model(name).decision_boundary is None:
        with pytest.raises(UserError, match="use --augment diffaugment"):
            make_model(name, augment=augment)
        return
    model = make_model(name, augment=augment, run_eagerly=True)
    if augment == "ada":
        model.augment_probability.assign(0.25)
    history = model.fit(batches(1, 8 * model.discriminator_steps), verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    if augment == "ada":
        assert abs(history["augment_probability"][0] - 0.25) == pytest.approx(8 / 500_000, rel=0.01)
        checkpoint.save(model, tmp_path, step=1)
        restored = make_model(name, augment=augment)
        checkpoint.restore_newest(restored, tmp_path)
        assert float(restored.augment_probability) == float(model.augment_probability)


def test_checkpoint_round_trip(name, make_model, batches, tmp_path):
    data = batches(
        4, 8 * registry.module(name).build(registry.module(name).TINY, DataSpec(IMAGE_SHAPE, 3)).discriminator_steps
    )
    # Eagerly, which needs no tracing; tests/e2e/test_resume.py does it as users do.
    straight, first, second = (make_model(name, run_eagerly=True) for _ in range(3))
    straight.fit(data, verbose=0)
    first.fit(data.take(2), verbose=0)
    checkpoint.save(first, tmp_path, step=2)
    assert checkpoint.restore_newest(second, tmp_path) == 2
    second.fit(data.skip(2), verbose=0)
    for a, b in zip(straight.variables, second.variables, strict=True):
        np.testing.assert_array_equal(np.array(a), np.array(b), err_msg=a.path)


def test_exported_files_equal_keras(name, make_model, batches, tmp_path):
    model = make_model(name, run_eagerly=True)
    model.fit(batches(2, 8 * model.discriminator_steps), verbose=0)
    # All precisions of two variants, with and without classes; of all others those that differ most.
    precisions = tuple(tflite.PRECISIONS) if name in ("dcgan", "cgan") else ("float32", "int8")
    formats = ("saved_model", "tflite", "onnx")
    manifest = exporters.export(model, tmp_path / "1", formats, precisions=precisions)
    checks = {(check["format"], check["signature"]): check for check in manifest["verification"]}
    assert {name for name, _ in checks} == {"saved_model", "onnx", *(f"tflite {name}" for name in precisions)}
    assert all(check[check["measure"]] <= check["bound"] for check in checks.values())
    for signature in ("saved_model", "from_seeds"), ("tflite float32", "serving_default"), ("onnx", "serving_default"):
        assert checks[signature]["max_difference"] <= BOUND
    # What the files compute must be this model's pictures, not merely some generator's.
    exported = tf.saved_model.load(str(tmp_path / "1"))
    images = exported.signatures["from_seeds"](seeds=tf.constant([7, -1], tf.int64))["images"]
    np.testing.assert_allclose(images, np.concatenate([model.sample(1, 7), model.sample(1, -1)]), atol=BOUND)
    assert manifest["generator"]["num_classes"] == model.num_classes
    assert ("from_seeds_and_labels" in exported.signatures) == (model.num_classes > 0)
    if model.num_classes:
        seeds, labels = tf.constant([7, 7], tf.int64), tf.constant([0, 2], tf.int32)
        images = exported.signatures["from_seeds_and_labels"](seeds=seeds, labels=labels)["images"]
        expected = np.concatenate([model.sample(1, 7, labels=label) for label in (0, 2)])
        np.testing.assert_allclose(images, expected, atol=BOUND)
        assert np.abs(expected[0] - expected[1]).max() > 10 * BOUND


def test_config_round_trip(name):
    cls = registry.module(name).Config
    options = registry.module(name).TINY
    run = config.RunConfig(variant=name)
    values = json.loads(config.to_json(run, options))
    model = values.pop("model")
    assert config.from_dict(cls, model, "here") == options
    assert config.from_dict(config.RunConfig, values, "here") == run
    assert all(type(value) is type(getattr(cls(), field)) for field, value in dataclasses.asdict(options).items())


def test_train_command(name, tmp_path, capsys):
    """From a folder of pictures to samples, event files and a checkpoint: all of a run but its exports."""
    paths = [tmp_path / "pictures" / label / f"{index}.png" for label in "abc" for index in range(4)]
    save_noise(paths, (16, 16, 3), seed=0)
    run = config.RunConfig(
        variant=name,
        dataset=f"folder:{tmp_path / 'pictures'}",
        image_size=16,
        batch_size=4,
        steps=2,
        log_dir=str(tmp_path / "logs"),
        export=(),
    )
    assert train.run(run, dataclasses.asdict(registry.module(name).TINY)) == 0
    assert f"{name} on folder:" in capsys.readouterr().out
    folder = tmp_path / "logs" / f"{name}-pictures"
    assert [path.name for path in checkpoint.list_checkpoints(folder / "checkpoints")][-1] == "step-000000002"
    assert len(list((folder / "samples").iterdir())) == 2
    assert list(folder.glob("events.out.tfevents.*"))
