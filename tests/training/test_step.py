"""The training step, on networks small enough to check by hand."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import sampling
from keras_gan.distribution import devices
from keras_gan.losses.objectives import NON_SATURATING, Objective
from keras_gan.modalities.image import Image
from keras_gan.modalities.label import Label
from keras_gan.training.stages import Stage
from keras_gan.training.step import as_batch
from tests.training.linear import LinearGAN


def step(model, real=(1.0, 2.0, 3.0, 6.0), **kwargs):
    model.compile(**kwargs)
    logs = model.train_on_batch(np.array(real, np.float32)[:, None], return_dict=True)
    return model.w, model.v, logs


def test_discriminator_first_by_hand():
    w, v, logs = step(LinearGAN())
    # D minimises -v * mean(real) + v * 2w: v = 5 - 0.1 * (2 * 3 - 3) = 4.7
    assert v == pytest.approx(4.7)
    # G then minimises -v * 2w with the new v: w = 3 + 0.1 * 2 * 4.7 = 3.94
    assert w == pytest.approx(3.94)
    assert logs["d_loss"] == pytest.approx(-5 * 3 + 5 * 6)
    assert logs["d_real"] == pytest.approx(-15)
    assert logs["g_loss"] == pytest.approx(-4.7 * 6)


def test_generator_first_by_hand():
    w, v, logs = step(LinearGAN(Stage("train", order=("g", "d"))))
    assert w == pytest.approx(3 + 0.1 * 2 * 5)
    # The discriminator meets the fakes made before the generator's update.
    assert v == pytest.approx(4.7)
    assert logs["g_loss"] == pytest.approx(-30)


def test_simultaneous_by_hand():
    w, v, _ = step(LinearGAN(Stage("train", order=(("d", "g"),))))
    assert (w, v) == (pytest.approx(4.0), pytest.approx(4.7))


def test_three_discriminator_steps_take_three_different_parts():
    real = (1.0, 2.0, 3.0, 7.0, 8.0, 9.0)
    w, v, logs = step(LinearGAN(Stage("train", order=("d", "d", "d", "g"))), real)
    # Parts are every third row: means 4, 5, 6. v = 5 - 0.1 * ((6 - 4) + (6 - 5) + (6 - 6))
    assert v == pytest.approx(4.7)
    assert w == pytest.approx(3 + 0.2 * 4.7)
    assert logs["d_real"] == pytest.approx(-6 * 4.7)  # logged is the last part, scored before its update


def test_ema_rampup_by_hand():
    model = LinearGAN()
    step(model)
    # 4 images per step: half-life min(10000, 4 * 0.05), so 0.5 ** 20 of the first weight is kept.
    keep = 0.5**20
    assert float(model.ema_generator.weights[0][0, 0]) == pytest.approx(3 * keep + 3.94 * (1 - keep), abs=1e-6)
    assert int(model.step) == 1


def test_ema_of_a_training_that_goes_on_has_no_rampup():
    model = LinearGAN()
    model.compile()
    model.follow(ema_rampup=None)
    model.train_on_batch(np.array([[1.0], [2.0], [3.0], [6.0]], np.float32))
    keep = 0.5 ** (4 / 10_000)
    assert float(model.ema_generator.weights[0][0, 0]) == pytest.approx(3 * keep + 3.94 * (1 - keep), abs=1e-6)


def test_ema_halflife_bounds_the_rampup():
    model = LinearGAN(ema_halflife_kimg=0.004, ema_rampup=1000.0)
    model.compile()
    model.train_on_batch(np.array([[1.0], [2.0], [3.0], [6.0]], np.float32))
    # The half-life is 4 images and a step has 4: half of the old weight stays.
    assert float(model.ema_generator.weights[0][0, 0]) == pytest.approx((3 + 3.94) / 2)


class Stateful(LinearGAN):
    def __init__(self):
        super().__init__()
        self.balance = self.add_weight(name="balance", initializer="zeros", trainable=False, aggregation="mean")

    def after_update(self, terms):
        return {"balance": self.balance + terms["d_real"]}


def test_after_update_sets_state_from_means():
    model = Stateful()
    step(model)
    assert float(model.balance) == pytest.approx(-15)


def test_watched_values_are_logged_and_not_minimised(make_model, batches):
    logs = make_model().fit(batches(1), verbose=0).history
    assert 0 <= logs["d_real_accuracy"][0] <= 1
    terms = logs["d_real"][0] + logs["d_fake"][0]
    assert logs["d_loss"][0] == pytest.approx(terms, rel=1e-6)


def test_uint8_images_are_scaled(make_model):
    images = np.random.default_rng(0).integers(0, 256, (8, 16, 16, 3), dtype=np.uint8)
    as_bytes, as_floats = make_model(), make_model()
    as_bytes.train_on_batch(images)
    as_floats.train_on_batch(images.astype(np.float32) / 127.5 - 1)
    for a, b in zip(as_bytes.weights, as_floats.weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_each_value_is_brought_to_networks_by_its_own_field():
    class Look(LinearGAN):
        def discriminator_terms(self, batch, fakes):
            seen.update({name: value.dtype for name, value in batch.items()})
            return super().discriminator_terms(batch, fakes)

    batch = {name: np.zeros(4, np.uint8) for name in ("label", "mask")}
    fields = {"real": Image(1, 1, 1)}
    for more, label in ({}, tf.uint8), ({"label": Label(3)}, tf.int32):
        seen = {}
        model = Look(fields=fields | more)
        model.compile(run_eagerly=True)
        model.train_step({"real": tf.zeros((4, 1), tf.int64), **batch})
        assert seen == {"real": tf.float32, "label": label, "mask": tf.uint8}


def test_integers_that_are_no_pixels_keep_their_values():
    """Any integers called `real` were once divided by 127.5."""

    class Look(LinearGAN):
        def discriminator_terms(self, batch, fakes):
            seen.append(batch["real"].numpy())
            return super().discriminator_terms({"real": tf.cast(batch["real"], tf.float32)}, fakes)

    seen, tokens = [], np.array([[7], [255], [0], [3]], np.int32)
    model = Look()
    model.compile(run_eagerly=True)
    model.train_step(tf.constant(tokens))
    np.testing.assert_array_equal(seen[0], tokens)
    assert seen[0].dtype == np.int32


def test_batches_may_be_dicts_tuples_or_images():
    assert as_batch({"real": 1}) == {"real": 1}
    assert as_batch((1, 2)) == {"real": 1, "label": 2}
    assert as_batch((1, None, None)) == {"real": 1}  # as `train_on_batch` has it
    assert as_batch(1) == {"real": 1}


def test_sample_is_reproducible_and_in_range(make_model, monkeypatch):
    model = make_model()
    monkeypatch.setattr(sampling, "BATCH_SIZE", 2)
    images = model.sample(5, seed=7)
    assert images.shape == (5, 16, 16, 3)
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 1
    np.testing.assert_allclose(model.sample(1, seed=9)[0], images[2], atol=1e-6)


def test_building_leaves_the_callers_random_numbers_alone(make_model):
    random.seed(1)
    expected = random.random()
    random.seed(1)
    first, second = make_model(seed=5), make_model(seed=5)
    assert random.random() == expected
    for a, b in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_jit_compiled_step_is_the_same_step():
    # XLA draws other noise from the same key, so this compares the step of a model that draws none.
    w, v, logs = step(LinearGAN(), jit_compile=True)
    assert (w, v) == (pytest.approx(3.94), pytest.approx(4.7))
    assert logs["d_loss"] == pytest.approx(15)


@pytest.mark.parametrize("replicas", [1, 2])
def test_float16_overflow_skips_the_step_on_every_replica(make_model, replicas):
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    try:
        strategy = devices.make_strategy("mirrored" if replicas == 2 else "single")
        with strategy.scope():
            model = make_model()
            # So large a scale makes every float16 gradient overflow.
            model.discriminator_optimizer.dynamic_scale.assign(2.0**120)
        before = [weight.numpy() for weight in model.discriminator.trainable_variables]
        images = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 3)).astype(np.float32)
        images[:4] = 0
        model.fit(tf.data.Dataset.from_tensor_slices(images).batch(8), verbose=0)
        for weight, old in zip(model.discriminator.trainable_variables, before, strict=True):
            for copy in getattr(weight.value, "values", [weight.value]):
                np.testing.assert_array_equal(copy, old)
    finally:
        keras.mixed_precision.set_dtype_policy("float32")


def test_relativistic_objectives_get_real_scores():
    objective = Objective(
        NON_SATURATING.discriminator,
        lambda *, real_scores, fake_scores: {"g_pair": real_scores - fake_scores},
        generator_needs_real=True,
    )
    model = LinearGAN(objective=objective)
    model.compile(generator_optimizer=keras.optimizers.SGD(0.0), discriminator_optimizer=keras.optimizers.SGD(0.0))
    logs = model.train_on_batch(np.array([[1.0], [2.0]], np.float32), return_dict=True)
    assert logs["g_pair"] == pytest.approx(5 * 1.5 - 5 * 6)


def test_a_step_of_several_updates_gives_the_same_bits_every_time(make_model, batches):
    """TensorFlow's graph optimizer lost the order of updates and reads: one step in ten was another."""
    model = make_model("wgan")
    (batch,) = batches(1, 8 * len(model.stage.draws))
    variables = [*model.weights, *model.optimizer.variables, *model.discriminator_optimizer.variables]
    start = [keras.ops.convert_to_numpy(variable).copy() for variable in variables]
    step = tf.function(model.train_step)
    seen = set()
    for _ in range(60):
        for variable, value in zip(variables, start, strict=True):
            variable.assign(value)
        step(batch)
        seen.add(b"".join(keras.ops.convert_to_numpy(weight).tobytes() for weight in model.discriminator.weights))
    assert len(seen) == 1
