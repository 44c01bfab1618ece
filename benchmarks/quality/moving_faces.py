"""What a mocogan's films are like, beside real ones: who is seen, how much it moves, the kind asked for, distances.

    python benchmarks/quality/moving_faces.py --run mocogan-moving_avatars

Features and verdicts are those of `--features film`. Controls are real films whose frames are in another order, and
films in which nothing moves. Films that begin with a picture are made from the first frames of the test split.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.trained import OfRun, judge_of, publish, restored

BATCH = 32
KEPT = ("background", "clothing_colour", "hair_colour")  # of avatars, whatever they do


@dataclass(frozen=True)
class Options(OfRun):
    """Measures the films of a mocogan."""

    samples: int = 800
    """How many films are drawn, the kinds in turn."""
    out_of: int = 150
    """Among how many films a face must be found again."""


def benchmark(options):
    """Writes `moving_faces.md` and `moving_faces.json`."""
    from keras_gan.metrics.features import film as extractor

    trained = restored(options, ("mocogan",))
    look, (films, _), test = judge_of(trained, extractor)
    field, sampler = trained.model.fields["real"], trained.sampler()
    samples = field.to_stored(sampler.samples(options.samples, options.seed))
    asked = sampler.labels(options.samples, options.seed)
    seen = {"samples": look(samples), "real": look(test[0])}
    right = {name: np.mean(seen[name].logits.argmax(axis=1) == each) for name, each in _pair(asked, test[1]).items()}
    figures = {"kind asked for": {name: float(value) for name, value in right.items()}}
    figures |= distances(look, films, seen)
    figures |= beside_real(samples, test[0], options.out_of)
    figures |= started(trained.model, field, test, options)
    about = (
        f"{len(samples):,} films of {field.frames} frames of {field.height} px, beside {len(test[0]):,} of the test "
        f"split and {len(films):,} of the training; a face is looked for among {options.out_of} by the colours of its "
        "frames; what is to be seen of it is read by the network of `--features attributes`."
    )
    publish(options, "moving_faces", trained, figures, about)


def _pair(samples, real):
    return {"samples": samples, "real": real}


def distances(look, films, seen):
    """Fréchet distances to the films of the training."""
    from keras_gan.metrics.fid import fid

    reference = look(films).features
    found = {"samples": seen["samples"].features, "test films": seen["real"].features}
    found["real films, frames shuffled"] = look(shuffled(films)).features
    found["real films, still"] = look(np.repeat(films[:, :1], films.shape[1], axis=1)).features
    return {f"Fréchet distance: {name}": float(fid(reference, each)) for name, each in found.items()}


def shuffled(films, seed=0):
    """Films whose frames are each in an order of its own."""
    rng = np.random.RandomState(seed)
    return np.stack([film[rng.permutation(len(film))] for film in films])


def beside_real(samples, real, count):
    """How much films move, and how often a film shows one face in all of its frames."""
    from keras_gan.metrics import films

    moved, found, kept = (
        _pair(of(samples), of(real)) for of in (films.amount, lambda each: found_again(each[:count]), keeps_attributes)
    )
    moved["share"] = moved["samples"] / moved["real"]
    return {
        "change from frame to frame": moved,
        "face found again in all frames": found,
        f"{', '.join(KEPT)} the same in all frames": kept,
    }


def found_again(films, known=None):
    """The share of films all of whose frames are nearest to their own film, of all.

    Args:
        films: uint8 `[N, T, height, width, C]`.
        known: uint8 `[N, T, height, width, C]` of the same faces, which are known by the mean of their frames; default:
            the films themselves.
    """
    from keras_gan.metrics.films import shown
    from keras_gan.metrics.neighbours import nearest

    means = shown((films if known is None else known).mean(axis=1))
    found = [nearest(shown(films[:, frame]), means)[0] == np.arange(len(films)) for frame in range(films.shape[1])]
    return float(np.all(found, axis=0).mean())


def keeps_attributes(films):
    """The share of films in all of whose frames a network reads the same attributes of avatars."""
    from keras_gan.metrics.features import attributes

    read = attributes.read(films.reshape(-1, *films.shape[2:]))
    values = [read[name].argmax(axis=1).reshape(films.shape[:2]) for name in KEPT]
    return float(np.mean(np.all([(each == each[:, :1]).all(axis=1) for each in values], axis=0)))


def started(model, field, test, options):
    """Films that begin with pictures: whether the face stays, and how near the first frame is to the picture."""
    from keras_gan.randomness import portable_latents, seed_range

    starts, labels = test[0][: options.out_of, 0], np.asarray(test[1][: options.out_of], np.int32)
    latents = portable_latents(seed_range(options.seed, len(starts)), model.latent_dim)
    given = {"latents": latents, "labels": labels, "start": np.asarray(field.to_model(starts))}
    network, made = model.exported()["continuation"], []
    for row in range(0, len(starts), BATCH):
        inputs = [given[tensor.name][row : row + BATCH] for tensor in network.inputs]
        made.append(np.asarray(network(inputs, training=False)))
    (edge,) = field.from_model(np.concatenate(made)).values()
    films = field.to_stored(np.asarray(edge))
    missed = float(np.abs(films[:, 0].astype(float) - starts).mean())
    apart = float(np.abs(np.roll(starts, 1, axis=0).astype(float) - starts).mean())
    return {
        "face of the picture found again in all frames": {"samples": found_again(films, test[0][: len(films)])},
        f"{', '.join(KEPT)} the same, beginning with a picture": {"samples": keeps_attributes(films)},
        "grey levels from the picture to the first frame": {"samples": missed, "another picture": apart},
    }


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
