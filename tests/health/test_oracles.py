"""Oracles: "generators" whose samples are real images, chosen as a sick generator would, or as a perfect one.

What the doctor says of them must not depend on how many images there are, in which order, or how many of each class.
"""

import dataclasses
import functools
import json
import re

import numpy as np
import pytest

from keras_gan import config, data, registry
from keras_gan.callbacks import Health
from keras_gan.data.image_sets import image_dataset
from keras_gan.sampling import Sampler
from keras_gan.training import building
from tests.conftest import SHARED

STEPS = (300, 350, 400)
HELD_OUT = 1000


class Oracle(Sampler):
    """Gives images in place of samples: of its own rows, or of those of the class that is asked for."""

    def __init__(self, model, images, labels=None):
        super().__init__(model)
        self._images, self._labels = images, labels

    def outputs(self, inputs, network=None):
        asked = inputs.get("labels")
        rows = np.arange(len(inputs["latents"])) % len(self._images)
        if asked is not None:
            rows = np.array(
                [np.random.RandomState(i).choice(np.flatnonzero(self._labels == c)) for i, c in enumerate(asked)]
            )
        return self.model.fields["real"].to_model(self._images[rows])


@functools.cache
def digits():
    """MNIST in random order: images of 32 px, and labels."""
    whole = data.load(config.DataOptions(dataset="mnist", data_dir=str(SHARED / "tfds"), image_size=32))
    rows = np.sort(np.random.RandomState(0).permutation(len(whole))[: 20_000 + HELD_OUT])
    order = np.random.RandomState(1).permutation(len(rows))
    return whole.columns["real"][rows][order], whole.columns["label"][rows][order]


@dataclasses.dataclass(frozen=True)
class Case:
    """How many training images there are, and what they are like."""

    count: int
    ordered: bool = True
    colour: bool = False
    shares: tuple = (0.1,) * 10

    def splits(self):
        """`(train, held-out)`, each a pair of images and labels."""
        images, labels = digits()
        if self.colour:
            tints = np.random.RandomState(2).uniform(0.3, 1.0, (len(images), 1, 1, 3))
            images = (images * tints).astype(np.uint8)
        keep = np.random.RandomState(3).rand(len(labels)) < np.array(self.shares)[labels] / max(self.shares)
        images, labels = images[keep], labels[keep]
        held, rows = np.arange(len(labels))[:HELD_OUT], np.arange(len(labels))[HELD_OUT:][: self.count]
        if self.ordered:
            rows = rows[np.argsort(labels[rows], kind="stable")]
        return (images[rows], labels[rows]), (images[held], labels[held])


CASES = {
    "few, ordered": Case(500),
    "many, ordered": Case(20_000),
    "few, of unequal classes, in colour": Case(500, colour=True, shares=(0.5, 0.2, *(0.0375,) * 8)),
    "many, in random order, in colour": Case(20_000, ordered=False, colour=True),
}
every_case = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "many, ordered" else pytest.mark.slow) for name in CASES]
)
pytestmark = pytest.mark.skipif(not (SHARED / "tfds" / "mnist").is_dir(), reason="prepared MNIST is not here")


def dataset_of(images, labels):
    return image_dataset("digits", images, labels, tuple("0123456789"))


@functools.cache
def splits_of(name):
    return CASES[name].splits()


def findings(folder, name, images, labels=None, variant="dcgan", held_out=True):
    """What the doctor finds in a few examinations of an oracle: `{signal: what it saw}`."""
    train, held = (dataset_of(*split) for split in splits_of(name))
    model = building.build(variant, registry.module(variant).TINY, train.fields)
    model.compile()
    health = Health(folder, 50, Oracle(model, images, labels), train, held if held_out else None, say=lambda line: None)
    health.set_model(model)
    health.on_train_begin()
    for step in STEPS:
        health.at(step, {})
    return {
        finding["signal"]: finding["saw"] for finding in json.loads((folder / "health.json").read_text())["findings"]
    }


@pytest.mark.slow
@every_case
def test_held_out_images_are_samples_of_a_healthy_generator(name, tmp_path):
    _, (images, labels) = splits_of(name)
    assert findings(tmp_path / "a", name, images) == {}
    assert findings(tmp_path / "b", name, images[::-1], held_out=False) == {}
    assert findings(tmp_path / "c", name, images, labels, variant="cgan") == {}


@pytest.mark.slow
@every_case
def test_one_image_and_one_class_are_collapses(name, tmp_path):
    _, (images, labels) = splits_of(name)
    assert "collapse" in findings(tmp_path / "image", name, images[:1])
    noise = np.random.RandomState(0).randint(-3, 4, (256, *images.shape[1:]))
    nearly = np.clip(images[:1] + noise, 0, 255).astype(np.uint8)
    assert "collapse" in findings(tmp_path / "nearly", name, nearly)
    assert "partial_collapse" in findings(tmp_path / "class", name, images[labels == 0])


@every_case
def test_classes_that_are_left_out_are_named(name, tmp_path):
    _, (images, labels) = splits_of(name)
    found = findings(tmp_path, name, images[(labels != 0) & (labels != 1)])
    assert set(found) == {"partial_collapse"}
    # Of 500 images of unequal classes the judge has seen too few of each to miss them all.
    assert re.search("of the class 0|of the classes 0, 1", found["partial_collapse"])


@every_case
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_copies_are_found_whichever_they_are(name, share, tmp_path):
    (train, _), (images, _) = splits_of(name)
    copies = train[-int(256 * share) :]
    others = images[: 256 - len(copies)]
    found = findings(tmp_path, name, np.concatenate([copies, others]))
    assert "memorisation" in found
    assert abs(float(found["memorisation"].split("%")[0]) / 100 - share) < 0.1
