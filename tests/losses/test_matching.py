"""Images and sentences that find each other."""

import numpy as np

from keras_gan.losses import matching

SHOWN = np.array([[3.0, 0.0, 0.0], [0.0, 2.0, 0.0], [1.0, 1.0, 0.0]], np.float32)
TOLD = np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 4.0], [0.0, 1.0, 1.0]], np.float32)


def test_contrastive_by_hand():
    cosines = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, np.sqrt(0.5)], [np.sqrt(0.5), 0.0, 0.5]]) / 0.5
    to_sentences = -np.log(np.exp(np.diag(cosines)) / np.exp(cosines).sum(axis=1))
    to_images = -np.log(np.exp(np.diag(cosines)) / np.exp(cosines).sum(axis=0))
    np.testing.assert_allclose(matching.contrastive(SHOWN, TOLD, 0.5, 3), (to_sentences + to_images) / 2, rtol=1e-5)


def test_contrastive_leaves_lengths_aside():
    longer = SHOWN * np.array([[1.0], [7.0], [0.1]], np.float32)
    np.testing.assert_allclose(
        matching.contrastive(SHOWN, TOLD, 0.1, 3), matching.contrastive(longer, TOLD, 0.1, 3), rtol=1e-4
    )


def test_groups_know_nothing_of_each_other():
    others = np.random.default_rng(0).normal(size=(2, 3, 3)).astype(np.float32)
    both = matching.contrastive(np.concatenate([SHOWN, others[0]]), np.concatenate([TOLD, others[1]]), 0.5, 3)
    np.testing.assert_allclose(both[:3], matching.contrastive(SHOWN, TOLD, 0.5, 3), rtol=1e-5)
    np.testing.assert_allclose(both[3:], matching.contrastive(*others, 0.5, 3), rtol=1e-5)
