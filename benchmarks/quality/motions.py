"""What a motiongan's clips are like, beside real clips: actions, Fréchet distances with floors, feet, and what goes on.

    python benchmarks/quality/motions.py --run motiongan-motion

Features and verdicts are those of `--features movement`. The floor is the distance of two halves of the clips of each
action, whole clips apart, as windows of one clip overlap; as upper ends, clips that tremble, the mean clip of each
action, and figures that stand still.
"""

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.trained import OfRun, judge_of, publish, restored

TREMBLING = 0.017  # metres
SPLITS = 5  # ways to part the clips of an action in two
AHEAD = (80, 160, 320, 400)  # milliseconds


@dataclass(frozen=True)
class Options(OfRun):
    """Measures the clips of a motiongan."""

    samples: int = 2000
    """How many clips are drawn, the actions in turn."""


def benchmark(options):
    """Writes `motions.md` and `motions.json`."""
    from keras_gan.metrics.features import movement as extractor

    trained = restored(options, ("motiongan",))
    look, (clips, labels), test = judge_of(trained, extractor)
    field, sampler = trained.model.fields["real"], trained.sampler()
    samples = sampler.samples(options.samples, options.seed).astype(np.float32)
    asked = sampler.labels(options.samples, options.seed)
    figures = verdicts(look, samples, asked, test)
    figures |= distances(look, field, samples, clips, labels, test[0])
    figures |= beside_real(field, samples, asked, clips, labels)
    figures |= going_on(trained.model, field, test, options.seed)
    about = (
        f"{len(samples):,} clips of {field.frames} frames, beside {len(clips):,} windows of the training and "
        f"{len(test[0]):,} of the test split; lengths in the unit of the skeleton, per frame."
    )
    publish(options, "motions", trained, figures, about)


def verdicts(look, samples, asked, test):
    """How often the judge sees the action asked for."""
    right = [np.mean(look(clips).logits.argmax(axis=1) == labels) for clips, labels in ((samples, asked), test)]
    return {"action asked for": {"samples": float(right[0]), "real": float(right[1])}}


# --- Distances --------------------------------------------------------------------------------------------------------


def distances(look, field, samples, clips, labels, test):
    """Fréchet distances to the windows of the training; of samples, and of what they lie between."""
    from keras_gan.metrics.fid import fid

    seen, floor = look(clips).features, _floor(look(clips).features, clips, labels)
    rng = np.random.RandomState(0)
    halves = rng.permutation(len(seen))
    others = {"the mean clip of each action": _means(clips, labels), "standing still": _still(clips)}
    found = {"samples": fid(seen, look(samples).features), "clips to other clips of the same actions": floor}
    found["half to half of the windows"] = fid(seen[halves[::2]], seen[halves[1::2]])
    found["train to test"] = fid(seen, look(test).features)
    found[f"trembling by {100 * TREMBLING:g} cm"] = fid(seen, _described(look, field, clips, rng))
    found |= {name: fid(seen, look(each).features) for name, each in others.items()}
    figures = {f"Fréchet distance: {name}": float(value) for name, value in found.items()}
    figures["samples over clips to other clips"] = float(found["samples"] / floor)
    return figures


def _floor(seen, clips, labels):
    """The mean distance of half of the clips of each action to the other half."""
    from keras_gan.metrics.fid import fid

    numbers, found = clip_numbers(clips), []
    for seed in range(SPLITS):
        first = np.zeros(len(clips), bool)
        for label in np.unique(labels):
            own = np.random.RandomState(seed).permutation(np.unique(numbers[labels == label]))
            first |= np.isin(numbers, own[: max(1, len(own) // 2)])
        found.append(fid(seen[first], seen[~first]))
    return float(np.mean(found))


def clip_numbers(windows):
    """The number of the clip that each window was cut out of, int `[N]`: windows of one clip go on a frame later."""
    goes_on = [np.array_equal(one[1:], other[:-1]) for one, other in pairwise(windows)]
    return np.concatenate([[0], np.cumsum(~np.array(goes_on, bool))])


def _described(look, field, clips, rng):
    """Features of clips whose root trembles, and with it all joints."""
    trembling = clips.copy()
    metres = field.unit or 1.0
    trembling[..., :3] += rng.normal(0, TREMBLING / metres, trembling[..., :3].shape)
    return look(trembling).features


def _means(clips, labels):
    means = np.stack([clips[labels == each].mean(axis=0) for each in np.unique(labels)])
    return np.repeat(means, 8, axis=0)


def _still(clips):
    return np.repeat(clips[:, :1], clips.shape[1], axis=1)


# --- Beside real clips ------------------------------------------------------------------------------------------------


def beside_real(field, samples, asked, clips, labels):
    """Feet, trembling, bones, variety and copies, of samples and of real clips."""
    from keras_gan.metrics import movement
    from keras_gan.metrics.neighbours import nearest

    measures = {"sliding": movement.sliding, "acceleration": movement.acceleration, "bones": movement.bone_change}
    found = {name: {"samples": of(field, samples), "real": of(field, clips)} for name, of in measures.items()}
    made, known = movement.poses(field, samples), movement.poses(field, clips)
    variety = movement.diversity(made, asked), movement.diversity(known, labels)
    found["variety within an action"] = {"samples": variety[0], "real": variety[1], "share": variety[0] / variety[1]}
    usual, away = _apart(known, clip_numbers(clips)), nearest(made, known)[1]
    found["nearest training window, in median distances of real clips"] = {
        "samples": float(np.median(away) / usual),
        "least": float(away.min() / usual),
    }
    found["samples nearer than half of that"] = float(np.mean(away < 0.5 * usual))
    return found


def _apart(known, numbers):
    """The median distance of a real window to the nearest of another clip."""
    rows = np.random.RandomState(0).permutation(len(known))[:256]
    squares = np.square(known[rows]).sum(axis=1)[:, None] - 2 * known[rows] @ known.T + np.square(known).sum(axis=1)
    away = np.sqrt(np.maximum(squares, 0.0))
    away[numbers[rows][:, None] == numbers[None]] = np.inf
    return float(np.median(away.min(axis=1)))


# --- What goes on -----------------------------------------------------------------------------------------------------


def going_on(model, field, test, seed):
    """How clips go on from two frames of real ones: the first step, and errors beside those of standing still."""
    windows, labels = (each[:: max(1, len(test[0]) // 256)] for each in test)
    network = model.exported()["continuation"]
    made = continued(model, field, network, windows[:, :2], labels, seed)
    real, ours = field.positions(windows[:, 1:]), field.positions(made[:, : windows.shape[1] - 1])
    ours = ours + (real[:, :1, :1] - ours[:, :1, :1]) * (1, 0, 1)  # from the same place on the floor
    steps, first = (np.linalg.norm(np.diff(each, axis=1), axis=-1).mean(axis=-1) for each in (real, ours[:, :2]))
    found = {
        "first step from the start pose": {
            "samples": float(np.percentile(first, 99)),
            "real, 99th percentile": float(np.percentile(steps, 99)),
        }
    }
    for milliseconds in AHEAD:
        frame = round(milliseconds * field.fps / 1000)
        if frame < real.shape[1]:
            error = float(np.linalg.norm(ours[:, frame] - real[:, frame], axis=-1).mean())
            still = float(np.linalg.norm(real[:, 0] - real[:, frame], axis=-1).mean())
            found[f"error of joints after {milliseconds} ms"] = {"samples": error, "standing still": still}
    still = np.repeat(real[:, :1], real.shape[1], axis=1)
    found["NPSS"] = {"samples": npss(real, ours), "standing still": npss(real, still)}
    return found


def continued(model, field, network, starts, labels, seed):
    """Clips `[N, frames, …]` as stored that begin at the second of two frames `starts`, facing as these do."""
    from keras_gan.randomness import portable_latents, seed_range

    latents = portable_latents(seed_range(seed, len(starts)), model.latent_dim)
    given = {"latents": latents, "labels": np.asarray(labels, np.int32), "start": np.asarray(field.to_model(starts))}
    made = network([given[tensor.name] for tensor in network.inputs], training=False)
    following = np.asarray(field.from_model(made)[field.plural])
    return field.joined(starts, following)[:, 1:]


def npss(real, made):
    """Normalised power spectrum similarity (arXiv 1809.03036, equations 3 to 5); 0: the same spectra.

    Args:
        real, made: places of joints `[N, T, joints, 3]`.
    """
    spectra = [np.abs(np.fft.fft(each.reshape(*each.shape[:2], -1), axis=1)) ** 2 for each in (real, made)]
    totals = spectra[0].sum(axis=1)
    shares = [each / np.maximum(each.sum(axis=1, keepdims=True), 1e-12) for each in spectra]
    distance = np.abs(np.cumsum(shares[0], axis=1) - np.cumsum(shares[1], axis=1)).sum(axis=1)
    return float((distance * totals).sum() / totals.sum())


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
