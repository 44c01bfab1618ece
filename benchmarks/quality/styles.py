"""What the latent space of an exported style-based model is good for: truncation, mixing and projection.

    python benchmarks/quality/styles.py --model export/models/faces/1

Distances are LPIPS on SqueezeNet. Pictures that are to be found again are the model's own, and avatars of the test
split, which it has not learned from.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import quiet_tensorflow

TRUNCATIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
COARSE = 3  # layers, those of 4 and 8 px
FINE = 2  # layers, of which one image of the full size comes last
NEAREST_OF = 1000


@dataclass(frozen=True)
class Options:
    """Measures an exported style-based model of avatars."""

    model: str
    """Folder of the SavedModel."""
    pairs: int = 300
    """How many pairs of samples are compared, and mixed."""
    projected: int = 16
    """How many pictures of each kind are projected."""
    steps: int = 1000
    """Updates of each search."""
    squeezenet_weights: str | None = None
    """As of `evaluate`."""
    lpips_weights: str | None = None
    """As of `evaluate`."""
    out: str | None = None
    """Folder for the report; default: benchmarks/results."""


def benchmark(options):
    """Writes `styles.md` and `styles.json`."""
    quiet_tensorflow()
    from keras_gan import exported
    from keras_gan.exported.styled import Styled
    from keras_gan.metrics import perceptual

    generator = exported.load(options.model, draws=True)
    styled = Styled(generator)
    distance = perceptual.load(options.squeezenet_weights, options.lpips_weights)
    styles = styled.of_seeds(0, 2 * options.pairs)
    figures = {
        "truncation": truncation(styled, styles, distance),
        "mixing": mixing(styled, *np.split(styles, 2)),
        "projection": projection(generator, distance, options),
    }
    report.publish("styles", document(figures, generator), figures, options.out)


def truncation(styled, styles, distance):
    """Mean distance of pairs by truncation, and how far the pictures at 0 are from one another and the mean one's."""
    drawn = {psi: styled.draw(styled.truncated(styles, psi)) for psi in TRUNCATIONS}
    mean = styled.draw(styled.average[None])
    between = {psi: float(np.mean(_distances(distance, *np.split(made, 2)))) for psi, made in drawn.items()}
    return {"largest difference at 0": float(np.abs(drawn[0.0] - mean).max()), "distance of pairs": between}


def mixing(styled, ours, others):
    """In which share of pairs a mixed picture has the structure of its coarse, and the colours of its fine styles."""
    ours, others = styled.of_layers(ours), styled.of_layers(others)
    number = np.arange(styled.layers)[:, None]
    coarse = styled.draw(np.where(number < COARSE, ours, others))
    fine = styled.draw(np.where(number >= styled.layers - FINE, ours, others))
    later = styled.draw(np.where(number >= COARSE, ours, others))
    first, second = styled.draw(ours), styled.draw(others)
    return {
        "coarse layers keep the structure at 8x8": _nearer(_structure, coarse, first, second),
        "fine layers keep the colours": _nearer(_colours, fine, first, second),
        "all but coarse layers keep the colours": _nearer(_colours, later, first, second),
    }


def projection(generator, distance, options):
    """Distances of what is found from what is looked for, over that of something that is to be had without a search."""
    from keras_gan.commands.project import Space, projected
    from keras_gan.data import avatars

    searched = SimpleNamespace(
        space="w", steps=options.steps, seed=0, label=None, noise_maps=False, model=options.model,
        squeezenet_weights=options.squeezenet_weights, lpips_weights=options.lpips_weights,
    )  # fmt: skip
    own = generator.draw_seeds(np.arange(5000, 5000 + options.projected))
    space = Space(generator, searched)
    found = projected(space, own, searched)[2]
    mean = np.repeat(space.styled.draw(space.styled.average[None]), len(own), axis=0)
    figures = {"own pictures, in w": _against(found, _distances(distance, own, mean), "the mean picture")}
    faces = avatars.pictures(generator.output.shape[0], "test", count=options.projected).astype(np.float32) / 255.0
    searched.space = "w+"
    found = projected(Space(generator, searched), faces, searched)[2]
    samples = generator.draw_seeds(np.arange(10_000, 10_000 + NEAREST_OF))
    nearest = [_distances(distance, np.repeat(face[None], len(samples), axis=0), samples).min() for face in faces]
    figures["avatars of the test split, in w+"] = _against(found, nearest, f"the nearest of {NEAREST_OF:,} samples")
    return figures


def _against(found, reference, what):
    return {
        "distance": float(np.mean(found)),
        "reference": float(np.mean(reference)),
        "of": what,
        "ratio": float(np.mean(found) / np.mean(reference)),
    }


def _distances(distance, a, b):
    return distance(255 * a, 255 * b)


def _nearer(seen, mixed, ours, others):
    """The share of mixed pictures that are nearer to ours than to the others in what is seen."""
    mixed, ours, others = map(seen, (mixed, ours, others))
    return float((np.linalg.norm(mixed - ours, axis=1) < np.linalg.norm(mixed - others, axis=1)).mean())


def _structure(pictures):
    """Grey values of 8x8 fields, without their mean and of length 1."""
    count, size, *_ = pictures.shape
    fields = pictures.mean(axis=3).reshape(count, 8, size // 8, 8, size // 8).mean(axis=(2, 4)).reshape(count, -1)
    fields = fields - fields.mean(axis=1, keepdims=True)
    return fields / (np.linalg.norm(fields, axis=1, keepdims=True) + 1e-6)


def _colours(pictures):
    return pictures.mean(axis=(1, 2))


def document(figures, generator):
    """The report, Markdown."""
    truncated = [[f"{psi:g}", f"{value:.4f}"] for psi, value in figures["truncation"]["distance of pairs"].items()]
    mixed = [[what, f"{share:.1%}"] for what, share in figures["mixing"].items()]
    found = [
        [what, f"{each['distance']:.3f}", f"{each['reference']:.3f}, {each['of']}", f"{each['ratio']:.2f}"]
        for what, each in figures["projection"].items()
    ]
    facts = generator.facts
    return report.document(
        "quality/styles.py",
        "# What the latent space is good for",
        f"`{facts['variant']}`, step {facts['step']:,}. Pictures of truncation 0 "
        f"differ by {figures['truncation']['largest difference at 0']:.1g} at most from that of the mean style.",
        report.table(["truncation", "distance of pairs"], truncated),
        report.table(["mixing", "share of pairs"], mixed),
        report.table(["projection of", "distance", "beside", "ratio"], found),
    )


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
