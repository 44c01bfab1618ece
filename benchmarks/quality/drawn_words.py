"""What a dfgan draws of captions, read by a network that has learned from avatars, and what one other word changes.

    python benchmarks/quality/drawn_words.py --run dfgan-captions

For captions of avatars of the test split the network reads what is to be seen in the drawing; its accuracies are means
over the values of an attribute, so that who always draws the most frequent one has 1 over their number. Real faces are
read by the same network. Edits are captions that differ in one word, and its article, drawn of the same latents.
"""

import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.trained import OfRun, publish, restored

# What captions name of what the network reads; headwear is a value of hair, and is measured by itself, too.
NAMED = ("hair", "hair_colour", "expression", "glasses", "facial_hair", "clothing", "clothing_colour", "background")
HEADWEAR = "headwear"
ARTICLES = {"a", "an"}


@dataclass(frozen=True)
class Options(OfRun):
    """Measures what a dfgan draws."""

    captions: int = 2000
    """How many captions of the test split are drawn."""
    edits: int = 200
    """How many avatars are edited, once for each attribute."""


def benchmark(options):
    """Writes `drawn_words.md` and `drawn_words.json`."""
    from keras_gan.data import avatars
    from keras_gan.data.avatars import traits

    trained = restored(options, ("dfgan",))
    size = trained.model.fields["real"].height
    faces = avatars.attributes("test", options.captions)
    true = {name: column[: len(faces)] for name, column in traits.columns("test").items() if name in NAMED}
    draw = _drawer(trained, options.seed)
    found = _read(draw([avatars.caption(face) for face in faces]))
    of_real = _read(avatars.pictures(size, "test")[: len(faces)])
    figures = accuracies(found, of_real, true)
    edits = [edited(faces[: options.edits], name) for name in NAMED]
    figures |= {f"one word: {name}": changes(draw, name, pairs) for name, pairs in zip(NAMED, edits, strict=True)}
    figures["one word: mean"] = _means([each for name, each in figures.items() if name.startswith("one word")])
    about = (
        f"{len(faces):,} captions of the test split at {size} px. Accuracies are means over the values of an "
        "attribute; *share of real* is that of drawings over that of real faces. *Asked* is how often the network "
        "reads the new value after one word was changed, *changed* how often it reads another one than before, and "
        "*others* how often it reads another value of an attribute that was left alone."
    )
    publish(options, "drawn_words", trained, figures, about)


def _drawer(trained, seed):
    """A function from captions to drawings, uint8 `[N, size, size, 3]`; caption i of the seed `seed + i`."""
    from keras_gan.randomness import portable_latents, seed_range

    sampler, fields = trained.sampler(), trained.model.fields

    def draw(captions):
        latents = portable_latents(seed_range(seed, len(captions)), trained.model.latent_dim)
        made = sampler.made({"latents": latents, "caption": fields["caption"].encoded(captions)})
        return fields["real"].to_stored(made)

    return draw


def _read(pictures):
    """The numbers of the values that are to be seen, `{attribute: int [N]}`."""
    from keras_gan.metrics.features import attributes

    found = attributes.read(pictures)
    return {name: found[name].argmax(axis=1) for name in NAMED}


def accuracies(found, of_real, true):
    """`{attribute: {drawn, real, share of real, most frequent}}`, and their means."""
    from keras_gan.data.avatars.traits import ATTRIBUTES
    from keras_gan.metrics.said import balanced_accuracy

    hat = ATTRIBUTES["hair"].index(HEADWEAR)
    found, of_real, true = ({**each, HEADWEAR: each["hair"] == hat} for each in (found, of_real, true))
    figures = {}
    for name in (*NAMED, HEADWEAR):
        drawn, real = (balanced_accuracy(each[name].tolist(), true[name].tolist()) for each in (found, of_real))
        most = Counter(true[name].tolist()).most_common(1)[0][1] / len(true[name])
        figures[name] = {"drawn": drawn, "real": real, "share of real": drawn / real, "most frequent": most}
    figures["mean of the eight"] = _means([figures[name] for name in NAMED])
    return figures


def edited(faces, name):
    """Pairs of captions that differ in one word, and the number of the new value, by another value of an attribute.

    Args:
        faces: a list of `Avatar`.
        name: one of NAMED.

    Returns:
        List of `(row, caption, other caption, number of the new value)`.
    """
    from keras_gan.data import avatars
    from keras_gan.data.avatars.traits import ATTRIBUTES

    rng, found = np.random.RandomState(0), []
    for row, face in enumerate(faces):
        before, fitting = avatars.caption(face), []
        for number, value in enumerate(ATTRIBUTES[name]):
            if value in (HEADWEAR, "hidden"):
                continue
            after = avatars.caption(replace(face, **{name: value}))
            if differs_in_a_word(before, after):
                fitting.append((row, before, after, number))
        if fitting:
            found.append(fitting[rng.randint(len(fitting))])
    return found


def differs_in_a_word(one, other):
    """Whether two sentences differ in one word alone, but for its article."""
    ours, theirs = one.split(), other.split()
    if len(ours) != len(theirs):
        return False
    different = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    return len([pair for pair in different if not set(pair) <= ARTICLES]) == 1


def changes(draw, name, pairs):
    """`{asked, changed, others, edits}` of edits of an attribute; empty but for their number if there are none."""
    if not pairs:
        return {"edits": 0}
    _, before, after, wanted = zip(*pairs, strict=True)
    ours, theirs = _read(draw(before)), _read(draw(after))
    others = [np.mean(ours[each] != theirs[each]) for each in NAMED if each != name]
    return {
        "asked": float(np.mean(theirs[name] == wanted)),
        "changed": float(np.mean(theirs[name] != ours[name])),
        "others": float(np.mean(others)),
        "edits": len(pairs),
    }


def _means(rows):
    """The means of rows of figures, column by column."""
    names = dict.fromkeys(name for row in rows for name in row if name != "edits")
    return {name: float(np.mean([row[name] for row in rows if name in row])) for name in names}


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
