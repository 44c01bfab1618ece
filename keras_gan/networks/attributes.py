"""A network that reads attributes of pictures: hair, glasses, expression and so on."""

import functools
import inspect

import keras
import numpy as np
from keras import layers

from keras_gan.networks import trained_once
from keras_gan.networks.classifier import unit_range
from keras_gan.storage.schema import number

BATCH_SIZE = 128
STEPS = 1500
RATE = 2e-3
LARGEST_PLACES = 8  # px of the map's edge that the hidden layer sees
FORM = {"accuracy": {str: number}, "scale": number}


def load(values, drawn):
    """The network for pictures with attributes, from the cache or trained for a minute or two.

    Args:
        values: `{attribute: names of its values}`.
        drawn: function from a split, `train` or `test`, to uint8 images `[N, size, size, 3]` and
            `{attribute: int32 [N]}`, the numbers of their values.

    Returns:
        `(network, facts)`: a Keras model from images in [0, 1], `[B, size, size, 3]`, to `{"features": [B, 128],
        attribute: probabilities [B, values]}`; `facts` have the accuracy of each attribute on the test split.
    """
    images, columns = drawn("train")

    def train(network):
        print("training the network that reads attributes …")
        _train(network, images, columns)
        return _facts(network, *drawn("test"))

    key = [f"{STEPS} {RATE} {values} {_RECIPE}".encode(), images]
    build = functools.partial(_network, images.shape[1], {name: len(each) for name, each in values.items()})
    network, facts = trained_once.load("attributes", key, build, train, FORM)
    features = layers.Rescaling(1.0 / facts["scale"])(network.get_layer("hidden").output)
    return keras.Model(network.inputs[0], {"features": features, **network.output}), facts


def read(network, images):
    """Probabilities of the values of uint8 images, `{attribute: [N, values]}`."""
    found = network.predict(unit_range(images), batch_size=500, verbose=0)
    found.pop("features", None)
    return found


def _network(size, counts):
    images = keras.Input((size, size, 3), name="images")
    x, number, width = images, 0, 24
    while x.shape[1] > LARGEST_PLACES:
        x = layers.Conv2D(width, 3, strides=2, padding="same", **_seeded(number := number + 1))(x)
        x = layers.Conv2D(width, 3, padding="same", **_seeded(number := number + 1))(x) if x.shape[1] <= 16 else x
        width = min(width * 2, 96)
    x = layers.Conv2D(64, 3, padding="same", **_seeded(number := number + 1))(x)
    x = layers.Dropout(0.2, seed=5, dtype="float32")(layers.Flatten()(x))
    hidden = layers.Dense(128, name="hidden", **_seeded(number := number + 1))(x)
    x = layers.Dropout(0.2, seed=7, dtype="float32")(hidden)
    heads = {}
    for name, count in counts.items():
        seeded = _seeded(number := number + 1) | {"activation": "softmax"}
        heads[name] = layers.Dense(count, name=name, **seeded)(x)
    return keras.Model(images, heads, name="attributes")


def _seeded(seed):
    # Every seed by hand: the caller's global random state is neither used nor changed.
    return {"kernel_initializer": keras.initializers.HeNormal(seed=seed), "activation": "relu", "dtype": "float32"}


def _train(network, images, columns):
    """Adam with a cosine to zero; the order of the images is a function of nothing but their number."""
    rate = keras.optimizers.schedules.CosineDecay(RATE, STEPS)
    network.compile(keras.optimizers.Adam(rate), dict.fromkeys(columns, "sparse_categorical_crossentropy"))
    rng = np.random.RandomState(0)
    order = np.concatenate([rng.permutation(len(images)) for _ in range(-(-STEPS * BATCH_SIZE // len(images)))])
    for step in range(STEPS):
        rows = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        network.train_on_batch(unit_range(images[rows]), {name: column[rows] for name, column in columns.items()})


def _facts(network, images, columns):
    found = read(network, images)
    hidden = keras.Model(network.inputs[0], network.get_layer("hidden").output)
    right = {name: float((found[name].argmax(axis=1) == column).mean()) for name, column in columns.items()}
    scale = float(hidden.predict(unit_range(images), batch_size=500, verbose=0).std())
    return {"accuracy": {name: round(share, 4) for name, share in right.items()}, "scale": scale}


# Part of the name of cached weights, so that a changed network is trained anew.
_RECIPE = "".join(map(inspect.getsource, (_network, _seeded, _train, _facts)))


def hidden_layer(size, counts):
    """The network up to its hidden layer, not trained: images in [0, 1] to `[B, 128]`, for `{attribute: values}`."""
    network = _network(size, counts)
    return keras.Model(network.inputs[0], network.get_layer("hidden").output, name="reader")
