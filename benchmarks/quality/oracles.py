"""What the program's scores say of oracles: samples that are real images, which no generator can better.

    python benchmarks/quality/oracles.py --train shared/data/cifar10_6k/train --test shared/data/cifar10_6k/test

Needs a folder of images to train on and one to draw from, a folder for each class in both. Each row sets what the
program does beside what it would say if it took the first rows of the data, classes all alike, or unequal numbers.
Writes `results/oracles.md`. benchmarks/README.md says how each figure is measured.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import config, data, quiet_tensorflow
from keras_gan.metrics import base_name

UNEVEN = (0.85, 0.05, 0.05, 0.05)


@dataclass(frozen=True)
class Options:
    """Scores real images as if a generator had drawn them."""

    train: str
    """Folder of the images that samples are compared with, one sub-folder for each class."""
    test: str
    """Folder of the images that are the samples, alike."""
    image_size: int = 32
    """Edge of the images."""


def benchmark(options):
    """Measures every case and writes the table."""
    computer = report.machine()
    quiet_tensorflow()
    train, test = (
        data.load(config.DataOptions(dataset=f"folder:{folder}", image_size=options.image_size))
        for folder in (options.train, options.test)
    )
    rows = [*_order(train, test), *_classes(train, test), *_numbers(train, test), *_few(train, test)]
    head = ["case", "score", "as it was", "now", "what is right"]
    lines = ["# Oracles", "", report.machine_line(computer), "", *report.table(head, rows).splitlines()]
    report.publish("oracles", "\n".join(lines) + "\n")


class _Oracle:
    """A sampler whose samples are images of a data set, of the classes asked for."""

    example_count, aligned = None, True

    def __init__(self, dataset, conditional):
        self.images, self.classes = dataset.columns["real"], dataset.columns["label"]
        self.class_names = dataset.class_names if conditional else ()
        self.made = self.inputs = lambda given: given

    def labels(self, count, seed=0):
        return (np.arange(seed, seed + count) % len(self.class_names)).astype(np.int32) if self.class_names else None

    def samples(self, count, seed=0, labels=None):
        if not self.class_names:
            return self.images[seed : seed + count] / np.float32(255)
        labels = self.labels(count, seed) if labels is None else labels
        of_class = {label: np.flatnonzero(self.classes == label) for label in np.unique(labels)}
        turn = np.zeros(len(self.class_names), int)
        rows = []
        for label in labels:
            rows.append(of_class[label][turn[label] % len(of_class[label])])
            turn[label] += 1
        return self.images[rows] / np.float32(255)

    def targets(self, count, seed=0):
        return None


def _scores(dataset, oracle, count, metrics, features, change=lambda subject: subject):
    """`{name: Measurement}` of `count` samples as a run on the data set measures them."""
    from keras_gan.metrics import evaluation
    from keras_gan.metrics.subject import with_samples
    from keras_gan.runs import scoring

    chosen = config.RunConfig(variant="cgan", dataset=dataset.name, metrics=metrics, eval_features=features)
    subject = with_samples(change(scoring.subject_of(chosen, dataset)), oracle, count)
    return {base_name(each.name): each for each in evaluation.evaluate(subject)[0]}


def _order(train, test):
    """Fewer samples than images, in the order of their classes."""
    count, oracle = min(len(test), 1000), _Oracle(test, conditional=False)

    def first_rows(subject):
        return replace(
            subject, reference=replace(subject.reference, extracted=subject.extractor(train.columns["real"][:count]))
        )

    was = _scores(train, oracle, count, ("prdc",), "classifier", first_rows)
    now = _scores(train, oracle, count, ("prdc",), "classifier")
    for name in ("precision", "recall", "coverage"):
        yield [
            f"{count:,} samples, {len(train):,} images class by class",
            name,
            f"{was[name].value:.3f}",
            f"{now[name].value:.3f}",
            "near 1",
        ]


def _classes(train, test):
    """A perfect generator of classes of which one is much more frequent."""
    train, test = (_uneven(part) for part in (train, test))
    count, oracle = len(test), _Oracle(test, conditional=True)
    was = _scores(train, oracle, count, ("fid", "prdc"), "random", lambda subject: replace(subject, class_counts=None))
    now = _scores(train, oracle, count, ("fid", "prdc"), "random")
    unconditional = _scores(train, _Oracle(test, conditional=False), count, ("fid",), "random")["fid"].value
    case = f"classes {' / '.join(f'{share:.0%}' for share in UNEVEN)}"
    yield [case, "fid[random]", f"{was['fid'].value:,.1f}", f"{now['fid'].value:,.1f}", f"{unconditional:,.1f}"]
    yield [case, "coverage", f"{was['coverage'].value:.3f}", f"{now['coverage'].value:.3f}", "near 1"]


def _uneven(dataset):
    """Part of a data set, of four classes."""
    labels = dataset.columns["label"]
    most = int(np.sum(labels == 0) / UNEVEN[0])
    rows = np.concatenate([np.flatnonzero(labels == c)[: round(share * most)] for c, share in enumerate(UNEVEN)])
    label = type(dataset.fields["label"])(len(UNEVEN), dataset.class_names[: len(UNEVEN)])
    columns = {name: column[rows] for name, column in dataset.columns.items()}
    return replace(dataset, columns=columns, fields={**dataset.fields, "label": label})


def _numbers(train, test):
    """The Inception Score of a classifier, of as many real images as samples."""
    from keras_gan.metrics.inception_score import inception_score

    count = min(len(test), 500)
    found = []
    now = _scores(train, _Oracle(test, True), count, ("is",), "classifier", lambda s: found.append(s) or s)
    everything = inception_score(found[0].reference.extracted.logits).mean
    score = now["inception_score"]
    yield [
        f"real beside {count} samples",
        "inception_score, real",
        f"{everything:.2f}",
        f"{score.real:.2f}",
        f"{score.value:.2f}",
    ]


def _few(train, test):
    """KID of no more samples than a subset has, and FID-infinity of fewer than it needs."""
    from keras_gan.metrics import fid_infinity
    from keras_gan.metrics.kid import kid

    rng = np.random.RandomState(0)
    a, b = rng.normal(size=(2, 200, 64))
    yield ["200 against 200", "deviation of kid", "3e-16", f"{kid(a, b).std:.2g}", "that of a subset"]
    real, fake = rng.normal(size=(20_000, 512)), rng.normal(size=(2048, 512))
    value = fid_infinity.fid_infinity(real, fake).value
    needed = 512 * fid_infinity.PER_DIMENSION
    yield [
        "2,048 samples, 512 dimensions, equal",
        "fid_infinity",
        f"{value:.1f}",
        f"{value:.1f}, warned of: {needed:,} needed",
        "0",
    ]


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
