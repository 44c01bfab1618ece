"""Quality against variety of a model of lines over temperatures, beside its generator as likelihood alone had made it.

    python benchmarks/quality/sweep.py --run textgan-image_coco --picture docs/words/sweep.png

BLEU is against all test lines, Self-BLEU of each line against the others, both of the same number of lines; so are
those of real lines. Figures that were published for the same texts are of other numbers of lines, by which Self-BLEU
is larger: the picture shows them hollow.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.trained import OfRun, publish, restored, splits_of

# Texygen's documentation, COCO captions, 9,999 lines: BLEU-2 and Self-BLEU-2 (arXiv 1802.01886).
PUBLISHED = {"likelihood": (0.731, 0.916), "SeqGAN": (0.745, 0.950), "TextGAN": (0.593, 0.942)}
ORDERS = (2, 5)


@dataclass(frozen=True)
class Options(OfRun):
    """Sweeps the temperature of a model of lines."""

    temperatures: tuple[float, ...] = (0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5)
    """From the likeliest lines to the freest."""
    lines: int = 1000
    """Lines at each temperature."""
    picture: str | None = None
    """A .png file for the curves."""


def benchmark(options):
    """Writes `sweep.md`, `sweep.json` and, if it is asked for, a picture."""
    trained = restored(options, ("textgan", "seqgan"))
    (train, test), sampler = splits_of(trained), trained.sampler()
    score = _scorer(train.fields["real"].size, test, options.lines)
    networks = {trained.options.variant: None, "likelihood alone": trained.model.baseline()}
    if networks["likelihood alone"] is None:
        del networks["likelihood alone"]
    curves = {
        name: [score(_lines(sampler, network, options, warm)) for warm in options.temperatures]
        for name, network in networks.items()
    }
    real = score(train.columns["real"][_some(train, options.lines)])
    figures = {
        f"{name}, temperature {warm:g}": values
        for name, curve in curves.items()
        for warm, values in zip(options.temperatures, curve, strict=True)
    }
    about = f"{options.lines:,} lines at each temperature, against {len(test):,} test lines."
    publish(options, "sweep", trained, figures | {"lines of the training": real}, about)
    if options.picture:
        draw(options.picture, curves, real, options)


def _some(dataset, count):
    from keras_gan.randomness import random_rows

    return random_rows(len(dataset), count)


def _lines(sampler, network, options, warm):
    from keras_gan.randomness import seed_range

    inputs = sampler.inputs(seed_range(options.seed, options.lines))
    return sampler.made(inputs | {"temperature": np.full(options.lines, warm, np.float32)}, network)


def _scorer(size, test, count):
    """A function from `[N, length]` lines to `{name: score}`."""
    from keras_gan.metrics import language
    from keras_gan.metrics.lines import language_model, lists

    unseen = lists(test.columns["real"][:])
    references = language.References(unseen)

    def score(lines):
        own = lists(lines)
        to_test, to_others = language.mean_bleu(own, references), language.mean_bleu(own)
        found = {f"BLEU-{order}": float(to_test[order - 1]) for order in ORDERS}
        found |= {f"Self-BLEU-{order}": float(to_others[order - 1]) for order in ORDERS}
        return found | {f"reverse, {count:,}": float(language_model(lines, size).negative_log_likelihood(unseen))}

    return score


def draw(path, curves, real, options):
    """BLEU-2 over Self-BLEU-2: better lines are higher, more varied ones further left."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((7, 4.5), layout="constrained")
    axes = FigureCanvasAgg(figure).figure.add_subplot()
    for name, curve in curves.items():
        places = [(each["Self-BLEU-2"], each["BLEU-2"]) for each in curve]
        axes.plot(*zip(*places, strict=True), marker="o", label=name)
        for place, warm in zip(places, options.temperatures, strict=True):
            axes.annotate(f"{warm:g}", place, xytext=(4, -10), textcoords="offset points", fontsize=7)
    axes.plot(real["Self-BLEU-2"], real["BLEU-2"], "k*", markersize=12, label="lines of the training")
    for name, (bleu, self_bleu) in PUBLISHED.items():
        axes.plot(self_bleu, bleu, "s", color="grey", fillstyle="none")
        axes.annotate(name, (self_bleu, bleu), xytext=(-6, 6), textcoords="offset points", ha="right", fontsize=7)
    axes.plot([], [], "s", color="grey", fillstyle="none", label="Texygen's documentation, of 9,999 lines")
    axes.set(xlabel=f"Self-BLEU-2 of {options.lines:,} lines (left: more varied)", ylabel="BLEU-2 (up: better)")
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
