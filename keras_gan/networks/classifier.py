"""A small classifier trained on the labelled images themselves: the eye for data that ImageNet knows nothing of."""

import inspect

import keras
import numpy as np
from keras import layers

from keras_gan.networks import trained_once
from keras_gan.randomness import random_rows
from keras_gan.storage.schema import count, number

BATCH_SIZE = 128
EPOCHS = 5
LEAST_STEPS, MOST_STEPS = 600, 2500
LARGEST_PLACES = 8  # px of the smallest feature map's edge, at most
FORM = {"accuracy": number, "training_images": count, "test_images": count, "scales": [number]}  # beside the weights
KEPT_APART = 10  # a tenth of the images measures the accuracy where there is no other split


def load(images, labels, test=None, steps=None):
    """The classifier of a labelled data set, from the cache or trained for a minute or so.

    Its features are its last hidden layer and the means over all places of its last two convolutions, each block
    divided by its standard deviation over the training images. The last hidden layer alone would not do: it keeps
    what tells classes apart and drops the rest, so that noise comes to lie among the digits. Its FID compares with
    others of the same weights and with no published one.

    Args:
        images: uint8 `[N, height, width, channels]`, the training split.
        labels: int32 `[N]`, classes from 0 on.
        test: `(images, labels)` to measure the accuracy on; default: a tenth of the training images, kept apart.
        steps: of its training; default: `EPOCHS` passes, but at least `LEAST_STEPS` and at most `MOST_STEPS`.

    Returns:
        `(network, facts)`: a Keras model from images in [0, 1] to `{"features", "logits"}`, and `accuracy`,
        `training_images`, `test_images` and `scales`, the divisors of the blocks.
    """
    if test is None:
        rows = random_rows(len(images), len(images))
        apart, rest = (np.sort(part) for part in np.split(rows, [max(1, len(images) // KEPT_APART)]))
        test = images[apart], labels[apart]
        images, labels = images[rest], labels[rest]
    num_classes = int(max(labels.max(), test[1].max())) + 1
    per_pass = len(images) // BATCH_SIZE
    steps = steps or int(np.clip(EPOCHS * per_pass, LEAST_STEPS, MOST_STEPS))

    def train(network):
        print(f"training the classifier that scores are measured with, on {len(images):,} images …")
        _train(network, images, labels, steps)
        return _facts(network, images, test)

    key = [f"{steps} {_RECIPE}".encode(), images, labels, *test]
    network, facts = trained_once.load("classifier", key, lambda: _network(images.shape[1:], num_classes), train, FORM)
    return _scaled(network, facts), facts


def unit_range(images):
    """uint8 images as the network takes them."""
    return images.astype(np.float32) / 255.0


def _facts(network, images, test):
    """What is to be known of a trained network, `load` says it."""
    *_blocks, logits = network.predict(unit_range(test[0]), batch_size=500, verbose=0)
    *train_blocks, _ = network.predict(unit_range(images[random_rows(len(images), 10_000)]), batch_size=500, verbose=0)
    return {
        "accuracy": round(float((logits.argmax(axis=1) == test[1]).mean()), 4),
        "training_images": len(images),
        "test_images": len(test[0]),
        "scales": [float(block.std()) for block in train_blocks],
    }


def _network(image_shape, num_classes):
    """Images in [0, 1] to three blocks of 64 features each, and logits."""

    def seeded(seed):
        # Every seed by hand: the caller's global random state is neither used nor changed.
        return {"kernel_initializer": keras.initializers.HeNormal(seed=seed), "activation": "relu", "dtype": "float32"}

    images = keras.Input(image_shape, name="images")
    x = layers.Conv2D(16, 3, strides=2, padding="same", **seeded(1))(images)
    x = layers.Conv2D(32, 3, padding="same", **seeded(2))(x)
    texture = layers.Conv2D(64, 3, strides=2, padding="same", **seeded(3))(x)
    while max(texture.shape[1:3]) > LARGEST_PLACES:
        texture = layers.Conv2D(64, 3, strides=2, padding="same", **seeded(texture.shape[1]))(texture)
    parts = layers.Conv2D(64, 3, strides=2, padding="same", **seeded(4))(texture)
    x = layers.Dropout(0.3, seed=5, dtype="float32")(layers.Flatten()(parts))
    hidden = layers.Dense(64, **seeded(6))(x)
    x = layers.Dropout(0.3, seed=7, dtype="float32")(hidden)
    logits = layers.Dense(num_classes, **seeded(8) | {"activation": None})(x)
    means = [layers.GlobalAveragePooling2D(dtype="float32")(block) for block in (texture, parts)]
    return keras.Model(images, [*means, hidden, logits], name="classifier")


def _scaled(network, facts):
    *blocks, logits = network.outputs
    blocks = [layers.Rescaling(1.0 / max(s, 1e-6))(block) for block, s in zip(blocks, facts["scales"], strict=True)]
    return keras.Model(network.inputs[0], {"features": layers.Concatenate()(blocks), "logits": logits})


def _train(network, images, labels, steps):
    """Adam with a cosine to zero; the order of the images is a function of nothing but their number."""
    logits_only = keras.Model(network.inputs[0], network.outputs[-1])
    logits_only.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    rng = np.random.RandomState(0)
    order = np.concatenate([rng.permutation(len(images)) for _ in range(-(-steps * BATCH_SIZE // len(images)))])
    for step in range(steps):
        rows = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        logits_only.train_on_batch(unit_range(images[rows]), labels[rows])


# Part of the name of cached weights, so that a changed classifier is trained anew.
_RECIPE = "".join(map(inspect.getsource, (_network, _train, _facts)))
