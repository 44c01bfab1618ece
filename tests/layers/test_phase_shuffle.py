"""Phase shuffle: its range, both directions, what comes in at the edges, and that it is the step's."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers.phase_shuffle import PhaseShuffle, moved
from keras_gan.randomness.noise import StepNoise

MAPS = tf.constant(np.arange(6, dtype=np.float32)[None, :, None] * [[[1.0, 10.0]]] + [[[0.0, 1.0]]], tf.float32)


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (0, [0, 1, 2, 3, 4, 5]),
        (1, [1, 0, 1, 2, 3, 4]),
        (2, [2, 1, 0, 1, 2, 3]),
        (-1, [1, 2, 3, 4, 5, 4]),
        (-2, [2, 3, 4, 5, 4, 3]),
    ],
)
def test_maps_are_moved_and_reflected(move, expected):
    found = moved(MAPS, move, 2).numpy()
    np.testing.assert_array_equal(found[0, :, 0], expected)
    np.testing.assert_array_equal(found[0, :, 1], 10 * np.array(expected) + 1)  # channels alike


def moves(name, steps=200, radius=2):
    layer, found = PhaseShuffle(radius, name=name), []
    for step in range(steps):
        with StepNoise(0, step).current():
            found.append(layer(MAPS, training=True).numpy()[0, :, 0].tolist())
    return found


def test_all_moves_are_equally_often():
    known = {tuple(moved(MAPS, move, 2).numpy()[0, :, 0]): move for move in range(-2, 3)}
    counts = np.bincount([known[tuple(each)] + 2 for each in moves("a")], minlength=5)
    assert counts.sum() == 200
    assert 20 <= counts.min() <= counts.max() <= 60


def test_a_step_has_its_move_and_layers_have_their_own():
    assert moves("a", 20) == moves("a", 20)
    assert moves("a", 20) != moves("b", 20)


def test_nothing_moves_without_training():
    layer = PhaseShuffle(2, name="a")
    np.testing.assert_array_equal(layer(MAPS), MAPS)
    np.testing.assert_array_equal(PhaseShuffle(0, name="b")(MAPS, training=True), MAPS)
    assert PhaseShuffle.from_config(layer.get_config()).radius == 2


def test_gradients_go_back_to_where_values_came_from():
    with tf.GradientTape() as tape:
        tape.watch(MAPS)
        value = tf.reduce_sum(moved(MAPS, 1, 2)[0, :, 0] * tf.range(1.0, 7.0))
    # 1 came in at the left edge, too; 5 went out at the right.
    np.testing.assert_array_equal(tape.gradient(value, MAPS)[0, :, 0], [2, 4, 4, 5, 6, 0])


@pytest.mark.parametrize("move", range(-2, 3))
@pytest.mark.parametrize("places", [3, 4, 9])
def test_gradients_of_both_orders_are_those_of_plain_operations(move, places):
    rng = np.random.default_rng(places)
    maps, target, way = (tf.constant(rng.normal(size=(2, places, 3)), tf.float32) for _ in range(3))

    def plain(maps):
        padded = tf.pad(maps, [[0, 0], [2, 2], [0, 0]], mode="REFLECT")
        return padded[:, 2 - move : 2 - move + places]

    def gradients(work):
        with tf.GradientTape() as outer:
            outer.watch(maps)
            with tf.GradientTape() as inner:
                inner.watch(maps)
                value = tf.reduce_sum(tf.square(work(maps)) * target)
            first = inner.gradient(value, maps)
            along = tf.reduce_sum(tf.tanh(first) * way)
        return first, outer.gradient(along, maps)

    for found, expected in zip(gradients(lambda maps: moved(maps, move, 2)), gradients(plain), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
