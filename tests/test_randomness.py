"""Noise is a pure function of its key; portable latents equal the golden vectors."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.distribution import devices
from keras_gan.randomness import noise, portable_labels, portable_latents, random_rows, seed_range, threefry2x32
from keras_gan.randomness.noise import StepNoise

GOLDEN = json.loads((Path(__file__).parent.parent / "export" / "golden_latents.json").read_text())


# Of arrays come arrays, and of tensors come tensors.
KINDS = [np.asarray, tf.constant]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", GOLDEN["threefry2x32_20"])
def test_threefry_known_answers(case, kind):
    # The published known-answer vectors of the Random123 library.
    key, counter = (tuple(kind(np.int64(int(word, 16))) for word in case[name]) for name in ("key", "counter"))
    result = threefry2x32(key, counter)
    assert [f"{int(word):08x}" for word in result] == case["words"]


@pytest.mark.parametrize("kind", KINDS)
def test_portable_latents_equal_the_golden_vectors(kind):
    seeds = kind(np.array([int(row["seed"]) for row in GOLDEN["latents"]], np.int64))
    latents = portable_latents(seeds, GOLDEN["latent_dim"])
    assert (type(latents), latents.dtype) == (type(seeds), np.float32)
    np.testing.assert_allclose(latents, [row["values"] for row in GOLDEN["latents"]], rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_portable_labels_are_remainders(kind):
    labels = portable_labels(kind(np.array([-(2**63), -4, -1, 0, 5], np.int64)), 3)
    assert np.asarray(labels).tolist() == [1, 2, 2, 0, 2]
    assert labels.dtype == np.int32


def test_portable_latents_of_a_row_depend_on_its_seed_alone():
    together = portable_latents(np.array([5, -2, 9], np.int64), 11)
    alone = portable_latents(np.array([-2], np.int64), 11)
    np.testing.assert_array_equal(together[1], alone[0])
    longer = portable_latents(np.array([-2], np.int64), 20)
    np.testing.assert_array_equal(longer[:, :11], alone)


def test_portable_latents_are_standard_normal():
    latents = portable_latents(np.arange(20000, dtype=np.int64), 50)
    assert abs(latents.mean()) < 0.01
    assert abs(latents.std() - 1) < 0.01
    assert abs((latents**4).mean() - 3) < 0.05
    neighbours = np.corrcoef(latents[:-1].ravel(), latents[1:].ravel())[0, 1]
    assert abs(neighbours) < 0.01


def test_seed_range_wraps():
    assert seed_range(7, 3).tolist() == [7, 8, 9]
    assert seed_range(-1, 2).tolist() == [-1, 0]
    assert seed_range(2**63 - 1, 2).tolist() == [2**63 - 1, -(2**63)]


def draw(seed=1, step=0, draw=0, purpose="latents", rows=4):
    return StepNoise(seed, tf.constant(step, tf.int64), draw).normal(rows, (3,), purpose).numpy()


@pytest.mark.parametrize("other", [{"seed": 2}, {"step": 1}, {"draw": 1}, {"purpose": "dropout"}])
def test_step_noise_differs_by_each_part_of_its_key(other):
    np.testing.assert_array_equal(draw(), draw())
    assert not np.isclose(draw(), draw(**other)).any()


def test_step_noise_rows_are_global():
    strategy = devices.make_strategy("mirrored")

    @tf.function
    def halves():
        return strategy.run(lambda: StepNoise(1, tf.constant(0, tf.int64)).uniform(2, (3,), "latents"))

    parts = strategy.experimental_local_results(halves())
    whole = StepNoise(1, tf.constant(0, tf.int64)).uniform(4, (3,), "latents")
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_current_noise_is_that_of_the_innermost_block():
    outer, inner = (StepNoise(seed, tf.constant(0, tf.int64)) for seed in (1, 2))
    with outer.current() as entered:
        assert entered is outer
        with pytest.raises(KeyError, match="left by an error"), inner.current():
            raise KeyError("left by an error" if noise.current() is inner else "another noise")
        assert noise.current() is outer
    with pytest.raises(RuntimeError, match="there is no step"):
        noise.current()


def test_current_noise_can_be_set():
    own = StepNoise(1, tf.constant(0, tf.int64))
    assert noise.set_current(own) is None
    assert noise.current() is own
    assert noise.set_current(None) is own
    with pytest.raises(RuntimeError, match="there is no step"):
        noise.current()


def test_current_noise_is_each_threads_own():
    seen = []
    with StepNoise(1, tf.constant(0, tf.int64)).current():
        thread = threading.Thread(target=lambda: seen.append(noise.set_current(None)))
        thread.start()
        thread.join()
        noise.current()
    assert seen == [None]


def test_random_rows_are_a_permuted_sample_of_the_whole_that_never_changes():
    rows = random_rows(1000, 100, seed=3)
    assert len(set(rows)) == 100
    assert (np.diff(rows) < 0).any()
    assert [np.sum(rows // 250 == quarter) > 10 for quarter in range(4)] == [True] * 4
    np.testing.assert_array_equal(random_rows(1000, 100, seed=3), rows)
    assert list(random_rows(5, 100)) == [2, 0, 1, 3, 4]
    assert set(rows) != set(random_rows(1000, 100))
