"""Dropout is a pure function of the step's noise."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.distribution import devices
from keras_gan.layers.dropout import StepDropout
from keras_gan.randomness.noise import StepNoise
from tests.layers.conversion import converted


def dropped(x, rate=0.3, name="a", step=0, **options):
    with StepNoise(1, tf.constant(step, tf.int64)).current():
        return StepDropout(rate, name=name, **options)(x, training=True).numpy()


def values(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def test_values_are_kept_where_the_noise_says_so():
    x = values(3, 4, 5, 2)
    uniform = StepNoise(1, tf.constant(0, tf.int64)).uniform(3, (4, 5, 2), "dropout/a").numpy()
    np.testing.assert_allclose(dropped(x), np.where(uniform >= 0.3, x / 0.7, 0), rtol=1e-6)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_as_many_are_dropped_as_asked_for(rate):
    outputs = dropped(np.ones((100, 10, 10), np.float32), rate)
    assert abs((outputs == 0).mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / 10_000)
    np.testing.assert_allclose(outputs[outputs != 0], 1 / (1 - rate), rtol=1e-6)
    # Every row and every column of the mask is a draw of its own.
    assert len(np.unique(outputs.reshape(100, 100), axis=0)) == 100
    assert len(np.unique(outputs.reshape(100, 100), axis=1).T) == 100


@pytest.mark.parametrize("other", [{"step": 1}, {"name": "b"}])
def test_masks_differ_by_step_and_layer(other):
    x = values(4, 50)
    np.testing.assert_array_equal(dropped(x), dropped(x))
    assert 0.2 < ((dropped(x) == 0) != (dropped(x, **other) == 0)).mean() < 0.6


def test_the_gradient_goes_where_the_values_go():
    x = tf.constant(values(4, 6))
    with tf.GradientTape() as tape, StepNoise(1, tf.constant(0, tf.int64)).current():
        tape.watch(x)
        outputs = StepDropout(0.5, name="a")(x, training=True)
    np.testing.assert_array_equal(tape.gradient(outputs, x), 2.0 * (outputs.numpy() != 0))


def test_without_training_outputs_are_inputs():
    x = values(3, 4)
    np.testing.assert_array_equal(StepDropout(0.5, name="a")(x), x)
    np.testing.assert_array_equal(StepDropout(0.5, name="a")(x, training=False), x)
    np.testing.assert_array_equal(StepDropout(0.0, name="a")(x, training=True), x)


def test_training_outside_of_a_step_is_an_error():
    with pytest.raises(RuntimeError, match="there is no step"):
        StepDropout(0.5, name="a")(values(3, 4), training=True)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_impossible_rates_are_refused(rate):
    with pytest.raises(ValueError, match="rate must be in"):
        StepDropout(rate, name="a")


def test_a_name_must_be_given():
    with pytest.raises(TypeError, match="name"):
        StepDropout(0.5)


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_has_the_same_mask(precision):
    x = values(3, 40)
    half = dropped(x, dtype=precision)
    assert half.dtype == precision.removeprefix("mixed_")
    np.testing.assert_allclose(half.astype(np.float32), dropped(x), rtol=1e-2)


def test_two_replicas_drop_what_one_drops():
    x = tf.constant(values(4, 3, 5))
    strategy = devices.make_strategy("mirrored")
    layer = StepDropout(0.5, name="a")

    def step(x):
        with StepNoise(1, tf.constant(0, tf.int64)).current():
            return layer(x, training=True)

    @tf.function(input_signature=[tf.TensorSpec((None, None, 5))])
    def halves(x):
        share = strategy.experimental_distribute_values_from_function(
            lambda context: x[2 * context.replica_id_in_sync_group :][:2]
        )
        return strategy.run(step, (share,))

    parts = strategy.experimental_local_results(halves(x))
    np.testing.assert_array_equal(np.concatenate(parts), step(x))
    assert not np.array_equal(parts[0].numpy() == 0, parts[1].numpy() == 0)


def test_saved_networks_keep_it_and_files_do_not_have_it(tmp_path):
    source = keras.Input((4, 6, 2), name="source")
    x = keras.layers.Conv2D(3, 1)(source)
    network = keras.Model(source, keras.layers.ReLU()(StepDropout(0.5, name="a")(x)))
    x = values(1, 4, 6, 2)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    with StepNoise(1, tf.constant(0, tf.int64)).current():
        outputs = network(x, training=True)
        np.testing.assert_array_equal(loaded(x, training=True), outputs)
    assert not np.allclose(outputs, network(x))
    run, operations = converted(network, tmp_path / "saved", (4, 6, 2))
    np.testing.assert_allclose(run(x), network(x), atol=1e-6)
    assert operations <= {"CONV_2D", "RELU", "RESHAPE", "FULLY_CONNECTED", "DELEGATE"}
