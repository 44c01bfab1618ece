"""The judge of the quality benchmark: a small classifier of MNIST at 32 px, and scores of samples by what it sees.

    from benchmarks import judge
    mnist_judge = judge.load()                       # trains once, about a minute, then reads its weights
    mnist_judge.scores(images)                       # float32 [N, 32, 32, 1] in [0, 1] -> {"fid": …, "recall": …, …}
    mnist_judge.scores(images, labels)               # int [N], the classes asked for: "class_accuracy" too

The scores themselves are pure NumPy functions of arrays and know nothing of the classifier.

Features are the classifier's last hidden layer and the means over all places of its last two convolutions, 64 each.
The last hidden layer alone would not do: it keeps what tells digits apart and drops the rest, so that noise comes to
lie among the digits (precision 0.93), and so does one grey blob. The means alone would miss absent classes (recall
0.47 of nothing but ones, 0.18 with all three). A FID from here compares with another one from here and with no
published one.
"""

import dataclasses
import hashlib
import inspect
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_gan.metrics.fid import fid
from keras_gan.metrics.neighbours import mean_pair_distance, prdc

IMAGE_SIZE = 32
CLASSES = 10
NEIGHBOURS = 3
MOST_NEIGHBOURHOODS = 5000  # feature vectors on each side of precision and recall: their cost is the product
MOST_PER_CLASS = 1000  # images on each side of the distances within a class, for the same reason
LEAST_ACCURACY = 0.989
CACHE = Path(__file__).resolve().parent / "cache"


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


# --- The classifier -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judge:
    """A trained classifier, and what it sees in the real test images.

    Attributes:
        network: Keras model from images in [0, 1] to three blocks of features `[N, 64]` and logits `[N, 10]`.
        scales: standard deviation of each block over the real test images, which are to count alike.
        images: the real test images, float32 `[N, 32, 32, 1]` in [0, 1].
        features, probabilities: what the classifier makes of them.
        facts: `accuracy` on the test images, `seconds` of training, `identity` of the weights, and `real`, the scores
            of as many training images: what a perfect generator would get.
    """

    network: object
    scales: list
    images: np.ndarray
    features: np.ndarray
    probabilities: np.ndarray
    facts: dict

    def look(self, images):
        """Features float32 `[N, 192]` and class probabilities float64 `[N, 10]` of images in [0, 1]."""
        blocks, probabilities = _look(self.network, images)
        return _features(blocks, self.scales), probabilities

    def scores(self, images, labels=None):
        """All scores of generated images, against the real test images.

        Args:
            images: float32 `[N, 32, 32, 1]` in [0, 1]; as many as there are test images for a comparable FID.
            labels: int `[N]`, the class asked for in each, or None.

        Returns:
            `{"entropy": bits, "confidence", "fid", "precision", "recall", "variety", "least_variety"}`, and
            `"class_accuracy"` with labels.

        Raises:
            ValueError: for images of another shape, or that are not finite.
        """
        images = np.asarray(images, np.float32)
        if images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE, 1) or not np.isfinite(images).all():
            raise ValueError(f"the judge needs finite images [N, 32, 32, 1], got {images.shape}.")
        features, probabilities = self.look(images)
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


def load(data_dir=None, cache_dir=CACHE, quick=False):
    """The judge, trained if there are no weights of it in the cache.

    Args:
        data_dir: where tensorflow-datasets keeps prepared data; default: `$TFDS_DATA_DIR`, then ~/tensorflow_datasets.
        cache_dir: folder of the weights.
        quick: knows only the first 1,000 test images, trains on them for a few steps and keeps nothing: shows that
            everything runs, not what is good.

    Raises:
        UserError: if MNIST is not there.
        RuntimeError: if the classifier is less accurate than `LEAST_ACCURACY`.
    """
    test = _mnist(data_dir, "test")
    if quick:
        test = dataclasses.replace(test, images=test.images[:1000], labels=test.labels[:1000])
    network, logits_only = _networks()
    path = Path(cache_dir) / f"judge-{_RECIPE}.weights.h5"
    facts_path = path.with_name(f"judge-{_RECIPE}.json")
    if facts_path.exists() and path.exists() and not quick:
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        network.load_weights(path)
        if _identity(network) == facts["identity"]:  # else two programs wrote at once
            return _judge(network, test, facts)
        network, logits_only = _networks()

    train, started = test if quick else _mnist(data_dir, "train"), time.perf_counter()
    _train(logits_only, train, steps=40 if quick else None)
    seconds = time.perf_counter() - started
    judge = _judge(network, test, {})
    accuracy = class_accuracy(judge.probabilities, test.labels)
    if accuracy < LEAST_ACCURACY and not quick:
        raise RuntimeError(f"the judge recognises {accuracy:.2%} of the test images, less than {LEAST_ACCURACY:.1%}.")
    judge.facts.update(
        accuracy=accuracy,
        seconds=round(seconds, 1),
        identity=_identity(network),
        real=judge.scores(_unit_range(train.images[: len(test)]), train.labels[: len(test)]),
    )
    if not quick:
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = path.with_name(f"{os.getpid()}-{path.name}")
        network.save_weights(mine)
        os.replace(mine, path)
        facts_path.write_text(json.dumps(judge.facts, indent=2) + "\n", encoding="utf-8")
    return judge


def _judge(network, test, facts):
    images = _unit_range(test.images)
    blocks, probabilities = _look(network, images)
    scales = [block.std() for block in blocks]
    return Judge(network, scales, images, _features(blocks, scales), probabilities, facts)


def _look(network, images):
    *blocks, logits = network.predict(np.asarray(images, np.float32), batch_size=500, verbose=0)
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return blocks, powers / powers.sum(axis=1, keepdims=True)


def _features(blocks, scales):
    return np.concatenate([block / scale for block, scale in zip(blocks, scales, strict=True)], axis=1)


def _mnist(data_dir, split):
    from keras_gan import config, data
    from keras_gan.commands import quiet_tensorflow

    quiet_tensorflow()
    return data.load(config.DataOptions(dataset="mnist", data_dir=data_dir, image_size=IMAGE_SIZE), split)


def _unit_range(images):
    return images.astype(np.float32) / 255.0


def _networks():
    """The classifier as `images -> (three blocks of features, logits)` and, sharing weights, as `images -> logits`."""
    import keras
    from keras import layers

    def seeded(seed):
        # Every seed by hand: the caller's global random state is neither used nor changed.
        return {"kernel_initializer": keras.initializers.HeNormal(seed=seed), "activation": "relu", "dtype": "float32"}

    images = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1))
    x = layers.Conv2D(16, 3, strides=2, padding="same", **seeded(1))(images)
    x = layers.Conv2D(32, 3, padding="same", **seeded(2))(x)
    texture = layers.Conv2D(64, 3, strides=2, padding="same", **seeded(3))(x)
    parts = layers.Conv2D(64, 3, strides=2, padding="same", **seeded(4))(texture)
    x = layers.Dropout(0.3, seed=5, dtype="float32")(layers.Flatten()(parts))
    digit = layers.Dense(64, **seeded(6))(x)
    x = layers.Dropout(0.3, seed=7, dtype="float32")(digit)
    logits = layers.Dense(CLASSES, **seeded(8) | {"activation": None})(x)
    means = [layers.GlobalAveragePooling2D(dtype="float32")(block) for block in (texture, parts)]
    return keras.Model(images, [*means, digit, logits], name="judge"), keras.Model(images, logits)


def _train(network, train, epochs=5, batch_size=128, steps=None):
    """Adam with a cosine to zero over five epochs; the order of the images is a function of the seed alone."""
    import keras

    from keras_gan.data import pipeline

    steps = steps or epochs * len(train) // batch_size
    batches = pipeline.batches(train, batch_size, seed=0).map(lambda batch: (batch["real"] / 2 + 0.5, batch["label"]))
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    network.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)


def _identity(network):
    return _digest(b"".join(weight.tobytes() for weight in network.get_weights()))


def _digest(data):
    return hashlib.sha256(data).hexdigest()[:12]


# Names the weights by the code that decides them, so that a changed classifier is trained anew. Read here and not
# later, when the file may have changed under a program that runs the code from before.
_RECIPE = _digest("".join(map(inspect.getsource, (_networks, _train))).encode())
