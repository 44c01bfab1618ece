"""The order of the data is a pure function of (seed, epoch, position)."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import distribution
from keras_gan.data import pipeline
from keras_gan.data.spec import ImageData


def make(count=10, labels=True):
    pixels = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), np.uint8)
    return ImageData("test", pixels, np.arange(count, dtype=np.int32) if labels else None, (), "", "")


def order(batches, data=None, batch_size=4, **kwargs):
    dataset = pipeline.batches(data or make(), batch_size, **{"seed": 1, **kwargs})
    return np.concatenate([batch["label"] for batch in dataset.take(batches).as_numpy_iterator()])


def test_each_epoch_is_another_permutation():
    rows = order(5).tolist()
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert rows[:10] != rows[10:]


def test_seed_decides_the_order():
    assert order(5).tolist() == order(5).tolist()
    assert order(5).tolist() != order(5, seed=2).tolist()


def test_any_step_can_be_the_start():
    straight = order(9)
    for start in (1, 2, 5):
        np.testing.assert_array_equal(order(9 - start, start_step=start), straight[start * 4 :])


def test_images_and_labels_go_together_in_the_model_range():
    batch = next(iter(pipeline.batches(make(200), 8, seed=0)))
    np.testing.assert_allclose(batch["real"][:, 0, 0, 0], batch["label"].numpy() / 127.5 - 1, atol=1e-6)
    assert batch["real"].shape == (8, 2, 2, 1)
    assert batch["label"].dtype == tf.int32


def test_no_labels_no_key():
    assert set(next(iter(pipeline.batches(make(labels=False), 4, seed=0)))) == {"real"}


def test_a_batch_may_be_larger_than_the_data():
    assert sorted(order(2, make(3), batch_size=6).tolist()) == sorted([0, 1, 2] * 4)


def test_replicas_share_a_batch_in_order():
    strategy = distribution.make_strategy("mirrored")
    shared = next(iter(strategy.experimental_distribute_dataset(pipeline.batches(make(), 4, seed=1))))
    parts = strategy.experimental_local_results(shared["label"])
    np.testing.assert_array_equal(np.concatenate(parts), order(1))


@pytest.mark.parametrize("augment", [(), ("flip", "color")])
def test_workers_share_a_batch_in_order(augment):
    straight = list(pipeline.batches(make(), 12, seed=1, augment=augment, start_step=2).take(3).as_numpy_iterator())
    for worker in range(3):  # of two replicas each
        context = tf.distribute.InputContext(3, worker, num_replicas_in_sync=6)
        stream = pipeline.batches(make(), 12, seed=1, augment=augment, start_step=2, context=context)
        for draw, part in enumerate(stream.take(6).as_numpy_iterator()):
            rows = slice(worker * 4 + draw % 2 * 2, worker * 4 + draw % 2 * 2 + 2)
            for name in ("real", "label"):
                np.testing.assert_array_equal(part[name], straight[draw // 2][name][rows])


def test_the_stream_says_that_it_has_no_end():
    # Otherwise several workers ask one another at every step whether all have more.
    assert pipeline.batches(make(), 4, seed=1).cardinality() == tf.data.INFINITE_CARDINALITY
