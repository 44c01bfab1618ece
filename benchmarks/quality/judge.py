"""The judge of the quality benchmark: scores of MNIST at 32 px by what a small classifier sees.

    python benchmarks/quality/judge.py --model export/models/NAME/1  # 10,000 samples of an exported model

    from benchmarks.quality import judge
    mnist_judge = judge.load()                       # trains once, a minute or two, then reads its weights
    mnist_judge.scores(images)                       # uint8 [N, 32, 32, 1] -> {"fid": …, "recall": …, …}
    mnist_judge.scores(images, labels)               # int [N], the classes asked for: "class_accuracy" too

The classifier is that of `evaluate --features classifier`; the scores themselves are pure NumPy functions of arrays
and know nothing of it. The means of its convolutions are among its features because its last hidden layer alone takes
noise for digits (precision 0.93), and those means alone would miss absent classes (recall 0.47 of nothing but ones,
0.18 with all three). A FID from here compares with another one from here and with no published one.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.program import config, data, quiet_tensorflow
from keras_gan.metrics.fid import fid
from keras_gan.metrics.neighbours import mean_pair_distance
from keras_gan.metrics.prdc import prdc

IMAGE_SIZE = 32
NEIGHBOURS = 3
MOST_NEIGHBOURHOODS = 5000  # feature vectors on each side of precision and recall: their cost is the product
MOST_PER_CLASS = 1000  # images on each side of the distances within a class, for the same reason
LEAST_ACCURACY = 0.989


# --- Scores ---------------------------------------------------------------------------------------------------------


def class_entropy(probabilities):
    """Entropy of the mean predicted distribution, in bits: how evenly the classes come up.

    H(p) = -sum_c p_c log2 p_c with p the mean over the samples; 0 if all samples are of one class, log2(10) = 3.3219
    if ten classes are equally frequent. The marginal entropy within the Inception Score (arXiv 1606.03498).

    Args:
        probabilities: `[N, classes]`, each row a distribution.
    """
    mean = np.asarray(probabilities, np.float64).mean(axis=0)
    present = mean[mean > 0]
    return float(-(present * np.log2(present)).sum())


def confidence(probabilities):
    """Mean over the samples of the largest class probability, in [1 / classes, 1]: how digit-like a sample is."""
    return float(np.asarray(probabilities, np.float64).max(axis=1).mean())


def class_accuracy(probabilities, labels):
    """Share in [0, 1] of samples `[N, classes]` whose most probable class is the one asked for, `labels` int `[N]`."""
    return float((np.argmax(probabilities, axis=1) == np.asarray(labels)).mean())


def variety(images, classes, real_images, real_classes):
    """How far apart the images of one class are, relative to real ones, class by class.

    For each class the mean over all pairs of the Euclidean distance of their pixels, divided by the same of the real
    images. 1 is as varied as real images, 0 is one picture repeated; noise, being far from itself, can exceed 1. A
    class with fewer than two generated images counts as 0.

    Args:
        images, real_images: `[N, …]` and `[M, …]`, in the same units.
        classes, real_classes: int `[N]` and `[M]`; every class of `real_classes` has at least two real images.

    Returns:
        `(mean over the classes, the least class's)`, at least 0.
    """
    ratios = [
        _spread(images[classes == label]) / _spread(real_images[real_classes == label])
        for label in np.unique(real_classes)
    ]
    return float(np.mean(ratios)), float(np.min(ratios))


def _spread(images):
    return mean_pair_distance(images[:MOST_PER_CLASS])


# --- The judge ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judge:
    """A trained classifier, and what it sees in the real test images.

    Attributes:
        extractor: the `FeatureNetwork` of images to features `[N, 192]` and logits `[N, 10]`.
        images: the real test images, uint8 `[N, 32, 32, 1]`.
        features, probabilities: what the classifier makes of them.
    """

    extractor: object
    images: np.ndarray
    features: np.ndarray
    probabilities: np.ndarray

    def scores(self, images, labels=None):
        """All scores of generated images, against the real test images.

        Args:
            images: uint8 `[N, 32, 32, 1]`; as many as there are test images for a comparable FID.
            labels: int `[N]`, the class asked for in each, or None.

        Returns:
            `{"entropy": bits, "confidence", "fid", "precision", "recall", "variety", "least_variety"}`, and
            `"class_accuracy"` with labels.

        Raises:
            ValueError: for images of another shape or kind.
        """
        if images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE, 1) or images.dtype != np.uint8:
            raise ValueError(f"the judge needs uint8 images [N, 32, 32, 1], got {images.dtype} {images.shape}.")
        features, probabilities = _look(self.extractor, images)
        most = MOST_NEIGHBOURHOODS
        neighbours = prdc(self.features[:most], features[:most], NEIGHBOURS)
        real_classes, classes = self.probabilities.argmax(axis=1), probabilities.argmax(axis=1)
        mean_variety, least_variety = variety(images, classes, self.images, real_classes)
        return {
            "entropy": class_entropy(probabilities),
            "confidence": confidence(probabilities),
            "fid": fid(self.features, features),
            "precision": neighbours.precision,
            "recall": neighbours.recall,
            "variety": mean_variety,
            "least_variety": least_variety,
        } | ({} if labels is None else {"class_accuracy": class_accuracy(probabilities, labels)})


def load(data_dir=None, quick=False):
    """The judge, trained if there are no weights of it in the cache, and what to know of it.

    Args:
        data_dir: where tensorflow-datasets keeps prepared data; default: `$TFDS_DATA_DIR`, then ~/tensorflow_datasets.
        quick: knows only the first 1,000 test images and learns from them: shows that everything runs, not what is
            good.

    Returns:
        `(Judge, facts)`: `accuracy` on the test images, `identity` of the weights, and `real`, the scores of as many
        training images: what a perfect generator would get.

    Raises:
        UserError: if MNIST is not there.
        RuntimeError: if the classifier is less accurate than `LEAST_ACCURACY`.
    """
    test = mnist(data_dir, "test", 1000 if quick else None)
    train = test if quick else mnist(data_dir, "train")
    return of_images(train, test, quick)


def of_images(train, reference, quick=False, least=LEAST_ACCURACY):
    """What `load` returns, of a judge that learns from `train` and compares with `reference`: `(images, labels)`.

    Args:
        train, reference: `(images, labels)` each.
        quick: learns little.
        least: how many of the reference it must recognise.
    """
    quiet_tensorflow()
    from keras_gan.metrics import features

    steps = 40 if quick else None
    extractor = features.load("classifier", features.ExtractorOptions(training=lambda: (*train, reference, steps)))
    accuracy = extractor.facts["accuracy"]
    if accuracy < least and not quick:
        raise RuntimeError(f"the judge recognises {accuracy:.2%} of unseen images, less than {least:.1%}.")
    judge = Judge(extractor, reference[0], *_look(extractor, reference[0]))
    some = slice(len(reference[0]))
    real = judge.scores(train[0][some], train[1][some])
    return judge, {"accuracy": accuracy, "identity": extractor.weights, "real": real}


def _look(extractor, images):
    seen = extractor(images)
    powers = np.exp(seen.logits.astype(np.float64) - seen.logits.max(axis=1, keepdims=True))
    return seen.features, powers / powers.sum(axis=1, keepdims=True)


def mnist(data_dir, split, most=None):
    """Images and labels of a split at the judge's size, at most so many."""
    digits = data.load(config.DataOptions(dataset="mnist", data_dir=data_dir, image_size=IMAGE_SIZE), split)
    return tuple(digits.columns[name][:most] for name in ("real", "label"))


@dataclass(frozen=True)
class Options:
    """Scores the seeds 0, 1, 2, … of an exported model of MNIST at 32 px."""

    model: str
    """Folder of the model: export/models/NAME/VERSION."""
    samples: int = 10_000
    """How many samples."""
    data_dir: str | None = None
    """Where tensorflow-datasets keeps MNIST; default: $TFDS_DATA_DIR, then ~/tensorflow_datasets."""


def benchmark(options):
    """Prints the scores as JSON."""
    judge, facts = load(options.data_dir)
    from keras_gan import exported

    generator = exported.load(options.model, draws=True)
    seeds = np.arange(options.samples)
    labels = generator.labels(seeds)
    images = generator.output.to_stored(generator.draw(generator.latents(seeds), labels))
    print(json.dumps({"judge": facts, "model": judge.scores(images, labels)}, indent=2))


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
