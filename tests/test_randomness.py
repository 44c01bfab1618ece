"""Noise is a pure function of its key; portable latents equal the golden vectors."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import randomness
from keras_gan.distribution import devices
from keras_gan.randomness import StepNoise, portable_latents, seed_range, threefry2x32

GOLDEN = json.loads((Path(__file__).parent.parent / "export" / "golden_latents.json").read_text())


def words(hexadecimal):
    return tuple(tf.constant(int(word, 16), tf.int64) for word in hexadecimal)


@pytest.mark.parametrize("case", GOLDEN["threefry2x32_20"])
def test_threefry_known_answers(case):
    # The published known-answer vectors of the Random123 library.
    result = threefry2x32(words(case["key"]), words(case["counter"]))
    assert [f"{int(word):08x}" for word in result] == case["words"]


def test_portable_latents_equal_the_golden_vectors():
    seeds = [int(row["seed"]) for row in GOLDEN["latents"]]
    latents = portable_latents(np.array(seeds, np.int64), GOLDEN["latent_dim"])
    np.testing.assert_allclose(latents, [row["values"] for row in GOLDEN["latents"]], rtol=0, atol=1e-6)


def test_portable_latents_of_a_row_depend_on_its_seed_alone():
    together = portable_latents(np.array([5, -2, 9], np.int64), 11)
    alone = portable_latents(np.array([-2], np.int64), 11)
    np.testing.assert_array_equal(together[1], alone[0])
    longer = portable_latents(np.array([-2], np.int64), 20)
    np.testing.assert_array_equal(longer[:, :11], alone)


def test_portable_latents_are_standard_normal():
    latents = portable_latents(np.arange(20000, dtype=np.int64), 50).numpy()
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
            raise KeyError("left by an error" if randomness.current() is inner else "another noise")
        assert randomness.current() is outer
    with pytest.raises(RuntimeError, match="there is no step"):
        randomness.current()


def test_current_noise_can_be_set():
    noise = StepNoise(1, tf.constant(0, tf.int64))
    assert randomness.set_current(noise) is None
    assert randomness.current() is noise
    assert randomness.set_current(None) is noise
    with pytest.raises(RuntimeError, match="there is no step"):
        randomness.current()


def test_current_noise_is_each_threads_own():
    seen = []
    with StepNoise(1, tf.constant(0, tf.int64)).current():
        thread = threading.Thread(target=lambda: seen.append(randomness.set_current(None)))
        thread.start()
        thread.join()
        randomness.current()
    assert seen == [None]


def test_random_rows_are_a_permuted_sample_of_the_whole_that_never_changes():
    rows = randomness.random_rows(1000, 100, seed=3)
    assert len(set(rows)) == 100
    assert (np.diff(rows) < 0).any()
    assert [np.sum(rows // 250 == quarter) > 10 for quarter in range(4)] == [True] * 4
    np.testing.assert_array_equal(randomness.random_rows(1000, 100, seed=3), rows)
    assert list(randomness.random_rows(5, 100)) == [2, 0, 1, 3, 4]
    assert set(rows) != set(randomness.random_rows(1000, 100))
