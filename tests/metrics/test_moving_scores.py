"""Scores of movement and of films against numbers by hand."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.metrics import films, movement, poses
from keras_gan.metrics.features import ExtractorOptions, film
from keras_gan.metrics.features import movement as extractor
from keras_gan.modalities.motion import drawing
from keras_gan.modalities.video import Video
from tests.modalities.motion.figures import walkers


def test_feet_that_are_pushed_along_slide():
    field, clips, labels = walkers()
    still = clips[labels == 3]  # they stand and wave
    assert movement.sliding(field, still) < 1e-4
    pushed = still.copy()
    pushed[..., 0] += 0.25 * np.arange(16)  # all of the figure goes aside
    assert movement.sliding(field, pushed) == pytest.approx(0.25, abs=1e-3)
    pushed[..., 1] += 1.0  # above the floor nobody slides
    assert movement.sliding(field, pushed) == 0


def test_acceleration_is_that_of_a_falling_figure():
    field, clips, labels = walkers()
    still = np.repeat(clips[labels == 3][:, :1], 16, axis=1)
    assert movement.acceleration(field, still) == pytest.approx(0, abs=1e-5)
    still[..., 1] += 0.5 * 0.02 * np.arange(16) ** 2
    assert movement.acceleration(field, still) == pytest.approx(0.02, rel=1e-3)


def test_bones_diversity_and_copies():
    field, clips, _ = walkers()
    assert movement.bone_change(field, clips) < 1e-4
    rows = movement.poses(field, clips)
    assert movement.novelty(rows, rows) == pytest.approx(0, abs=1e-6)
    assert movement.novelty(rows[:10], rows[10:]) > 0.05
    same = np.repeat(rows[:1], 4, axis=0)
    assert movement.diversity(same, np.zeros(4)) == pytest.approx(0, abs=1e-3)
    points = np.array([[0.0], [2.0], [10.0], [14.0]])
    assert movement.diversity(points, np.array([0, 0, 1, 1])) == pytest.approx(3)


def test_the_extractor_tells_actions_and_finds_trembling_far_off():
    field, clips, labels = walkers(count=60)
    network = extractor.load(ExtractorOptions(training=lambda: (clips, labels, (clips[:20], labels[:20])), field=field))
    assert network.facts["accuracy"] >= 0.95
    seen = network(clips)
    assert seen.features.shape == (60, 20)
    trembling = clips.copy()
    trembling[..., :3] += np.random.RandomState(0).normal(0, 0.05, trembling[..., :3].shape)
    apart = np.linalg.norm(network(trembling).features - seen.features, axis=1)
    assert np.median(apart) > 1


def test_the_processes_that_draw_films_to_learn_from_are_not_heard(capfd):
    field, clips, _ = walkers(count=poses.CHUNK + 1)  # more than one process has work
    drawn = poses.drawn(field, clips)
    assert drawn.shape == (*clips.shape[:2], poses.EDGE, poses.EDGE, 3)
    assert np.array_equal(drawn[-1], drawing.film(field, field.positions(clips[-1]), poses.EDGE))
    assert capfd.readouterr().err == ""


def test_how_much_films_move():
    clips = np.zeros((2, 3, 16, 16, 3), np.uint8)
    clips[0, 1:] = 10  # changes once of two times, by ten
    assert films.amount(clips) == pytest.approx(2.5)


def test_what_is_shown_is_found_again():
    rng = np.random.default_rng(0)
    first = rng.integers(0, 256, (6, 16, 16, 3), dtype=np.uint8)
    clips = np.stack([first, np.clip(first.astype(int) + 3, 0, 255).astype(np.uint8)], axis=1)
    assert films.identity(clips) == 1
    clips[:, -1] = clips[[1, 0, 2, 3, 4, 5], -1]  # two of six have changed places
    assert films.identity(clips) == pytest.approx(4 / 6)
    assert films.shown(first).shape == (6, 8 * 8 * 3)
    np.testing.assert_allclose(films.shown(first)[0, :3], first[0, :2, :2].mean(axis=(0, 1)))


def test_films_are_described_without_training():
    """As the doctor looks at them, who cannot wait for a judge."""
    clips = np.zeros((2, 4, 32, 32, 3), np.uint8)
    clips[1, 2, :8] = 255
    look = film.load(ExtractorOptions(field=Video(4, 32, 32, 3, 12.0)))
    found, _ = look.look(clips)
    assert found.shape == (2, 2 * 16 * 3)
    assert found.sum() == pytest.approx(4 * 3)


def test_the_judge_of_films_learns_of_what_stands_still():
    network = film._network((4, 16, 16, 3), 3)
    films = tf.zeros((2, 4, 16, 16, 3))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(network(films)[0])
    weights = [each.value for each in network.trainable_variables]
    gradients = tape.gradient(loss, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    assert all(np.isfinite(each).all() for each in gradients)
