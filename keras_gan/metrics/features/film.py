"""Film: a small network trained on the clips themselves to tell their kinds of movement, and clips from shuffled ones.

It sees each frame and its change to the next one, and then what follows what along time.
"""

import inspect

import keras
import numpy as np
from keras import layers, ops

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.networks import trained_once
from keras_gan.networks.weights import hash_of_network
from keras_gan.randomness import random_rows
from keras_gan.registry import Extractor
from keras_gan.storage.schema import count, number

EXTRACTOR = Extractor("film", about="trained on the reference's own films, once", of=("video",), for_classes=True)
STEPS, BATCH_SIZE = 600, 32
PLACES = 4  # across and down, of what is seen of films without training
FORM = {"accuracy": number, "training_clips": count, "test_clips": count}


def load(options):
    """The extractor trained on `options.training`, or from the cache; without it features are `described`."""
    if options.field is not None and options.field.kind != "video":
        raise UserError(f"--features film looks at films, and these are {options.field.plural}.")
    if options.training is None:
        return FeatureNetwork(EXTRACTOR.name, "none", "none", lambda clips: (described(np.asarray(clips)), None))
    clips, labels, test, *_ = options.training()
    clips, labels = np.asarray(clips[np.arange(len(clips))]), np.asarray(labels)
    if test is None:
        apart = random_rows(len(clips), max(1, len(clips) // 10))
        test = clips[apart], labels[apart]
    test = np.asarray(test[0][np.arange(len(test[0]))]), np.asarray(test[1])
    classes = int(max(labels.max(), test[1].max())) + 1

    def train(network):
        print(f"training the judge of films that scores are measured with, on {len(clips):,} clips …")
        _train(network, clips, labels, classes)
        verdicts = network.predict(in_unit(test[0]), batch_size=BATCH_SIZE, verbose=0)[1][:, :classes].argmax(axis=1)
        accuracy = round(float((verdicts == test[1]).mean()), 4)
        return {"accuracy": accuracy, "training_clips": len(clips), "test_clips": len(test[0])}

    key = [f"{STEPS} {_RECIPE}".encode(), clips, labels, *test]
    network, facts = trained_once.load("film", key, lambda: _network(clips.shape[1:], classes + 1), train, FORM)

    def look(values):
        features, logits = network.predict_on_batch(in_unit(np.asarray(values)))
        return features, logits[:, :classes]

    return FeatureNetwork(EXTRACTOR.name, hash_of_network(network), "none", look, facts, is_classifier=True)


def described(clips):
    """Colours of every other frame at PLACES times PLACES places, in [0, 1]: float32 `[N, D]`."""
    frames = clips[:, ::2]
    count, times, height, width, channels = frames.shape
    high, wide = height // PLACES, width // PLACES
    cut = in_unit(frames[:, :, : high * PLACES, : wide * PLACES])
    return cut.reshape(count, times, PLACES, high, PLACES, wide, channels).mean(axis=(3, 5)).reshape(count, -1)


def in_unit(clips):
    """Bytes as the network takes them."""
    return clips.astype(np.float32) / 255.0


def _network(shape, classes):
    """Films in [0, 1] to 64 features and logits, the last of which says that the order of frames is none."""
    frames, height, width, channels = shape

    def seeded(seed):
        return {"kernel_initializer": keras.initializers.HeNormal(seed=seed), "activation": "relu", "dtype": "float32"}

    films = keras.Input(shape, name="films")
    changes = 4.0 * (films[:, 1:] - films[:, :-1])
    x = ops.reshape(layers.Concatenate(dtype="float32")([films[:, :-1], changes]), (-1, height, width, 2 * channels))
    for number_of, maps in enumerate((16, 32, 32)):
        x = layers.Conv2D(maps, 3, strides=2, padding="same", **seeded(number_of))(x)
    x = layers.Dense(64, **seeded(3))(layers.Flatten()(x))
    x = ops.reshape(x, (-1, frames - 1, 64))
    x = layers.Conv1D(64, 3, padding="same", **seeded(4))(x)
    x = layers.Conv1D(64, 3, strides=2, padding="same", **seeded(5))(x)
    spread = ops.sqrt(ops.var(x, axis=1) + 1e-6)  # of what does not change, the root of nothing has no slope
    features = layers.Concatenate(dtype="float32")([ops.mean(x, axis=1), spread])
    hidden = layers.Dropout(0.3, seed=6, dtype="float32")(features)
    logits = layers.Dense(classes, kernel_initializer=keras.initializers.HeNormal(seed=7), dtype="float32")(hidden)
    return keras.Model(films, [features, logits], name="film")


def _train(network, clips, labels, classes):
    """Adam with a cosine to zero; a fifth of each batch are clips whose frames were shuffled, a class of their own."""
    logits_only = keras.Model(network.inputs[0], network.outputs[-1])
    logits_only.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, STEPS)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    rng = np.random.RandomState(0)
    for _ in range(STEPS):
        rows = rng.randint(len(clips), size=BATCH_SIZE)
        batch, wanted = in_unit(clips[rows]), labels[rows].copy()
        for row in range(BATCH_SIZE // 5):
            batch[row] = batch[row][rng.permutation(clips.shape[1])]
            wanted[row] = classes
        logits_only.train_on_batch(batch, wanted)


# Part of the name of cached weights, so that a changed network is trained anew.
_RECIPE = "".join(map(inspect.getsource, (_network, _train)))
