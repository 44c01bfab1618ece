"""What the benchmarks of single variants measure, on values of which the answer is known."""

import numpy as np
import pytest

from benchmarks.quality import captions, drawn_words, motions, moving_faces, styles
from keras_gan.config import DataOptions
from keras_gan.data import avatars
from keras_gan.data.lines import field_of


@pytest.fixture(scope="module")
def faces():
    return avatars.attributes("test", 24)


def test_true_captions_are_right_and_grammatical(faces):
    texts = [avatars.caption(face) for face in faces]
    field = field_of(texts, DataOptions(dataset="captions"), within=1.0)
    true = field.encoded(texts)
    assert set(captions.accuracies(field, true, true).values()) == {1.0}
    assert np.mean(list(captions.accuracies(field, np.roll(true, 1, axis=0), true).values())) < 0.5
    assert captions.grammatical(field, true) == 1.0
    assert captions.grammatical(field, true[:, ::-1]) == 0.0
    found = captions.measured(field, [true, np.roll(true, 1, axis=0), np.roll(true, 2, axis=0)], true)
    assert found["CIDEr"] == pytest.approx(10.0)
    assert found["all 3 captions of an image differ"] == 1.0
    assert found["said: mean"] == 1.0 > found["said, images swapped: mean"]


def test_edits_change_one_word(faces):
    assert drawn_words.differs_in_a_word("a red shirt", "a blue shirt")
    assert drawn_words.differs_in_a_word("a red cap", "an orange cap")
    assert not drawn_words.differs_in_a_word("a red shirt", "a red shirt")
    assert not drawn_words.differs_in_a_word("a red shirt", "a blue hoodie")
    for name in drawn_words.NAMED:
        for row, before, after, _ in drawn_words.edited(faces, name):
            assert before == avatars.caption(faces[row])
            assert drawn_words.differs_in_a_word(before, after)


def test_windows_of_a_clip_are_known():
    long, short = np.arange(7)[:, None], 100 + np.arange(4)[:, None]
    windows = np.concatenate([[clip[i : i + 4] for i in range(len(clip) - 3)] for clip in (long, short)])
    assert motions.clip_numbers(windows).tolist() == [0, 0, 0, 0, 1]


def test_spectra_of_the_same_movement_are_alike():
    times = np.arange(16) / 16
    slow, fast = (np.sin(2 * np.pi * rate * times)[None, :, None, None] * np.ones((1, 1, 2, 3)) for rate in (1, 4))
    assert motions.npss(slow, 2 * slow) == pytest.approx(0.0, abs=1e-9)
    assert motions.npss(slow, fast) > 1.0


def test_faces_are_found_again():
    films = np.repeat(np.random.default_rng(0).integers(0, 256, (6, 1, 16, 16, 3), np.uint8), 4, axis=1)
    assert moving_faces.found_again(films) == 1.0
    assert moving_faces.found_again(films, np.roll(films, 1, axis=0)) == 0.0
    films[2, 3] = films[4, 0]  # becomes somebody else
    assert moving_faces.found_again(films) == pytest.approx(5 / 6)
    assert sorted(moving_faces.shuffled(films)[0].sum(axis=(1, 2, 3))) == sorted(films[0].sum(axis=(1, 2, 3)))


def test_mixed_pictures_are_nearer_to_what_they_are_made_of():
    rng = np.random.default_rng(0)
    ours, others = rng.random((2, 6, 16, 16, 3))
    rows = styles._structure(ours)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-4)
    np.testing.assert_allclose(styles._structure(0.5 * ours + 0.2), rows, atol=1e-4)  # light and contrast left aside
    assert styles._nearer(styles._structure, 0.6 * ours + 0.4 * others, ours, others) == 1.0
    assert styles._nearer(styles._colours, 0.4 * ours + 0.6 * others, ours, others) == 0.0
