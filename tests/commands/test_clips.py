"""`sample` of models that make clips: words for a class, longer ones, such that go on from a file, loops."""

from types import SimpleNamespace

import numpy as np
import pytest

from keras_gan.commands.continued_samples import Continued
from keras_gan.commands.sample import class_in
from keras_gan.errors import UserError
from keras_gan.modalities.latents import Latents
from tests.modalities.motion.figures import walkers

NAMES = ("blink", "nod", "smile", "run")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("she blinks", "blink"), ("Nodding", "nod"), ("a person who is smiling", "smile"), ("he runs.", "run")],
)
def test_a_class_by_its_word(text, expected):
    assert class_in(text, NAMES) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("she flies", "'flies' is not known; what there is: blink, nod"),
        ("she", "names 0 kinds"),
        ("she blinks, nods", "names 2 kinds"),
        ("runt", "'runt' is not known"),
    ],
)
def test_words_that_name_no_class(text, why):
    with pytest.raises(UserError, match=why):
        class_in(text, NAMES)


class Generator:
    """Stands for an exported generator: clips of walkers, each going on with another."""

    made, takes_labels = "motions", False

    def __init__(self, signatures=("continuation",)):
        self.output, self.clips, _ = walkers()
        self.runtime = SimpleNamespace(signatures=signatures, run=self._run)
        self.starts = []

    def latents(self, seeds):
        return np.asarray(Latents(4).of_seeds(seeds))

    def labels(self, seeds, label=None):
        return None

    def draw_seeds(self, seeds, label=None, truncation=1.0, controls=None):
        return self.clips[seeds]

    def _run(self, name, latents, start):
        self.starts.append(start)
        going_on = self.output.from_model(self.output.to_model(self.clips[: len(latents)]))["motions"]
        return {"motions": np.asarray(going_on)}


def options(frames=None, start=None, loop=False):
    return SimpleNamespace(frames=frames, start=start, loop=loop)


@pytest.mark.parametrize(("frames", "windows"), [(10, 0), (16, 0), (31, 1), (40, 2)])
def test_clips_of_any_length(frames, windows):
    generator = Generator()
    clips = Continued(generator, options(frames)).draw_seeds(np.arange(3))
    assert clips.shape == (3, frames, 117)
    assert len(generator.starts) == windows
    np.testing.assert_array_equal(clips[:, : min(frames, 16)], generator.clips[:3, :frames])
    if windows:
        np.testing.assert_array_equal(generator.starts[0], generator.clips[:3, -2:])


def test_a_clip_goes_on_from_a_file(tmp_path):
    generator = Generator()
    with (tmp_path / "clip.bvh").open("wb") as file:
        generator.output.write(file, generator.clips[7])
    clips = Continued(generator, options(start=str(tmp_path / "clip.bvh"))).draw_seeds(np.arange(2))
    assert clips.shape == (2, 16, 117)
    np.testing.assert_allclose(clips[:, 0], np.stack([generator.clips[7, -1]] * 2), atol=1e-5)  # where it ended


def test_a_loop_has_the_length_that_was_asked_for():
    clips = Continued(Generator(), options(20, loop=True)).draw_seeds(np.arange(2))
    assert clips.shape == (2, 20, 117)


def test_what_cannot_go_on_says_so(tmp_path):
    with pytest.raises(UserError, match="more than 16 frames, need the folder of a model that can go on"):
        Continued(Generator(signatures=()), options(17))
    with pytest.raises(UserError, match="--frames belongs to --interpolate"):
        Continued(SimpleNamespace(output=Latents(3)), options(17))
    (tmp_path / "no.bvh").write_text("nothing")
    with pytest.raises(UserError, match="is no whole BVH file"):
        Continued(Generator(), options(start=str(tmp_path / "no.bvh")))
    with pytest.raises(UserError, match="cannot be read"):
        Continued(Generator(), options(start=str(tmp_path / "none.bvh")))
