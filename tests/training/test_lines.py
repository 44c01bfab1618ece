"""What generators of lines learn by: small numbers by hand, and second derivatives against differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import line_noise, small_files
from keras_gan.layers.line_noise import KEY, LineNoise
from keras_gan.layers.line_writer import LineWriter
from keras_gan.losses import penalties
from keras_gan.modalities.text import Tokens
from keras_gan.networks import lines as networks
from keras_gan.training.optimizers import InStages
from keras_gan.variants import seqgan, textgan


def writer_of(length=4, size=6, memory=False):
    """A small writer and its inputs for three lines."""
    layer = LineWriter(length, size, units=5, embedding=3, name="writer")
    latents = tf.random.stateless_normal([3, 2 + KEY], [1, 2])
    inputs = [latents, tf.ones([3]), tf.zeros([3, length], tf.int32)]
    inputs += [tf.random.stateless_normal([3, 7, 2], [3, 4])] if memory else []
    layer(inputs)
    return layer, inputs


def test_the_noise_is_uniform_and_its_places_and_words_are_unrelated():
    noise = LineNoise(tf.random.stateless_normal([4000, KEY], [5, 6]), 3, 40)
    values = np.stack([noise.uniform(place).numpy() for place in range(3)], axis=1)
    assert 0 < values.min() < values.max() < 1
    counts = np.histogram(values, 100, (0, 1))[0]
    assert ((counts - values.size / 100) ** 2 / (values.size / 100)).mean() < 2
    flat = values.reshape(4000, -1) - 0.5
    correlations = flat.T @ flat / len(flat) * 12 - np.eye(flat.shape[1])
    assert np.abs(correlations).max() < 0.09  # 5.5 standard errors


def test_small_files_have_the_same_noise_and_their_bounds_in_16_bits_too():
    key = tf.random.stateless_normal([4000, KEY], [5, 6])
    noise = LineNoise(key, 3, 40)
    with small_files.wanted():
        of_files = LineNoise(key, 3, 40)
    for place in range(3):
        np.testing.assert_array_equal(of_files.uniform(place), noise.uniform(place))
    rounded = line_noise.bounds_of_files()
    assert np.abs(sum(part.astype(np.float16).astype(np.float32) for part in rounded) - sum(rounded)).max() < 3e-7


def test_words_are_drawn_as_often_as_the_softmax_says():
    probabilities = np.array([0.5, 0.3, 0.15, 0.05])
    noise = LineNoise(tf.random.stateless_normal([20000, KEY], [7, 8]), 2, 4)
    drawn = (np.log(probabilities) + np.stack([noise.gumbel(place).numpy() for place in range(2)], axis=1)).argmax(-1)
    for place in range(2):
        np.testing.assert_allclose(np.bincount(drawn[:, place]) / 20000, probabilities, atol=0.015)
    both = np.bincount(4 * drawn[:, 0] + drawn[:, 1], minlength=16).reshape(4, 4) / 20000
    np.testing.assert_allclose(both, np.outer(probabilities, probabilities), atol=0.015)


@pytest.mark.parametrize("memory", [False, True])
def test_what_is_written_is_what_is_read(memory):
    layer, inputs = writer_of(memory=memory)
    lines = layer(inputs).numpy()
    features = layer.features(inputs[0][:, :2], tf.constant(lines), inputs[3:])
    noise = LineNoise(inputs[0][:, 2:], 4, 6)
    for place in range(4):
        logits = layer.logits(features[:, place], place) + noise.gumbel(place)
        alive = (lines[:, :place] > 0).all(axis=1)
        np.testing.assert_array_equal(lines[alive, place], logits.numpy().argmax(-1)[alive])
        assert (lines[~alive, place] == 0).all()
    assert (lines[:, 0] > 0).all()
    assert (lines != 1).all()


def test_prefixes_and_cold_lines():
    layer, (latents, temperature, prefix) = writer_of()
    prefix = prefix.numpy()
    prefix[:, :2] = [4, 2]
    assert (layer([latents, temperature, prefix]).numpy()[:, :2] == [4, 2]).all()
    cold = layer([latents, 0 * temperature, 0 * prefix]).numpy()
    likeliest = layer.logits(layer.features(latents[:, :2], tf.constant(cold))[:, 0], 0).numpy().argmax(-1)
    np.testing.assert_array_equal(cold[:, 0], likeliest)


def test_relaxed_rows_are_one_hot_and_end():
    layer, (latents, *_) = writer_of(length=8)
    gumbel = -tf.math.log(-tf.math.log(tf.random.stateless_uniform([3, 8, 6], [1, 1])))
    rows = layer.relaxed(latents[:, :2], gumbel, 1.0).numpy()
    np.testing.assert_allclose(np.sort(rows, axis=-1)[..., -1], 1.0, atol=1e-6)
    tokens = rows.argmax(-1)
    ended = np.cumsum(tokens == 0, axis=1) > 0
    assert (tokens[ended] == 0).all()
    soft = layer.relaxed(latents[:, :2], gumbel, 1.0, hard=False).numpy()
    assert soft[:, 0].max() < 1 - 1e-3
    warm = layer.relaxed(latents[:, :2], gumbel, 100.0, hard=False).numpy()
    assert warm[:, 0].max(-1).min() > soft[:, 0].max(-1).min()


def test_straight_through_has_the_gradient_of_the_softmax():
    logits, noise = tf.constant([[0.2, -0.4, 0.9]]), tf.constant([[0.1, 0.7, -0.3]])
    layer = LineWriter(1, 3, units=2, embedding=2, name="writer")
    layer([tf.zeros([1, 1 + KEY]), tf.ones([1]), tf.zeros([1, 1], tf.int32)])
    layer.logits = lambda features, place: logits * scale
    scale = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        rows = layer.relaxed(tf.zeros([1, 1]), noise[:, None], 2.0)
        value = tf.reduce_sum(rows * tf.constant([1.0, 2.0, 4.0]))
    p = np.exp(2 * (logits + noise).numpy()[0])
    p /= p.sum()
    jacobian = 2 * (np.diag(p) - np.outer(p, p))
    expected = np.array([1.0, 2.0, 4.0]) @ jacobian @ logits.numpy()[0]
    assert float(tape.gradient(value, scale)) == pytest.approx(expected, rel=1e-5)


def test_attention_by_hand():
    layer, inputs = writer_of(memory=True)
    from keras_gan.layers.line_writer import _Steps

    steps = _Steps(layer, inputs[0][:, :2], inputs[3])
    state, memory = steps._state.numpy(), inputs[3].numpy()
    scores = np.tanh(memory @ layer.keys.numpy() + (state @ layer.query.numpy())[:, None]) @ layer.attention.numpy()
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(steps._attended(), (weights * memory).sum(axis=1), atol=1e-5)


def test_returns_by_hand():
    found = seqgan.discounted(tf.constant([[1.0, -0.5, 2.0], [0.0, 1.0, 0.0]]), 0.5)
    np.testing.assert_allclose(found, [[1 + 0.5 * (-0.5 + 1), -0.5 + 1, 2], [0.5, 1, 0]])


@pytest.mark.parametrize("discriminator", ["convolutional", "lstm"])
def test_penalty_through_a_reader_of_lines(discriminator):
    """The gradient of a gradient's norm, through convolutions and through the loop of an LSTM."""
    keras.utils.set_random_seed(1)  # a kink of a ReLU between both sides would be another function
    config = textgan.Config(discriminator_units=3, embedding=4, representations=2, representation_width=4)
    field = Tokens(5, ("", "<unk>", *"abcd"))
    make = {"convolutional": networks.convolutional_discriminator, "lstm": networks.recurrent_discriminator}
    network = make[discriminator](field, config)
    rows = tf.nn.softmax(tf.random.stateless_normal([2, 5, 6], [1, 3]) * 2)
    weight = network.get_layer("embedding").kernel

    def penalty():
        _, gradients = penalties.scores_and_gradients(lambda x: network(x, training=True), rows)
        return tf.reduce_mean(penalties.one_centred(gradients))

    with tf.GradientTape() as tape:
        value = penalty()
    gradient = tape.gradient(value, weight.value).numpy()
    direction, before, step = np.sign(gradient), weight.numpy(), 2e-4
    sides = []
    for sign in (1, -1):
        weight.assign(before + sign * step * direction)
        sides.append(float(penalty()))
    assert (sides[0] - sides[1]) / (2 * step) == pytest.approx((gradient * direction).sum(), rel=0.02)


def test_no_reader_uses_a_kernel_without_second_derivative():
    field = Tokens(5, ("", "<unk>", *"abcd"))
    assert not networks.recurrent_discriminator(field, textgan.TINY).get_layer("reader").use_cudnn


def test_rates_of_two_stages():
    rate = InStages(1.0, 0.1, 100, 0.25)
    np.testing.assert_allclose(
        [rate(0), rate(50), rate(99), rate(100), rate(500)], [1, 0.55, 0.1, 0.25, 0.25], atol=2e-3
    )
    assert InStages.from_config(rate.get_config()).get_config() == rate.get_config()
