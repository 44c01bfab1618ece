"""A small classifier of spectrograms, trained on labelled sounds themselves: the ear for sounds of their classes."""

import inspect

import keras
import numpy as np
from keras import layers

from keras_gan.networks import trained_once
from keras_gan.storage.schema import count, number

BATCH_SIZE = 64
EPOCHS, LEAST_STEPS, MOST_STEPS = 40, 500, 2500
FURTHEST, LOUDEST, HIGHEST = 0.12, 0.08, 2  # of the length, of the range, in bands: how examples are moved
FORM = {"accuracy": number, "accuracy_of_recordings": number, "training_sounds": count, "test_sounds": count}
FORM |= {"scales": [number]}  # beside the weights


def load(shape, num_classes, key, train, test):
    """The listener of a labelled data set, from the cache or trained within a minute or so.

    Its features are its last hidden layer and the means over all places of its last two maps, each block divided by its
    standard deviation over the training sounds.

    Args:
        shape: of a spectrogram, `(bands, frames)`.
        num_classes: how many classes there are.
        key: parts, bytes or arrays, of all that decides what it learns from.
        train: function that returns `(spectrograms, labels)`: float32 `[N, bands, frames]` in [0, 1], int `[N]`.
        test: function that returns `(spectrograms as they are judged, spectrograms of the recordings, labels)`.

    Returns:
        `(network, facts)`: a Keras model from `[B, bands, frames]` to `{"features", "logits"}`, and `accuracy`, that
        of the recordings as they are, `training_sounds`, `test_sounds` and `scales`, the divisors of the blocks.
    """

    def learn(network):
        spectrograms, labels = train()
        print(f"training the listener that scores are measured with, on {len(labels):,} spectrograms …")
        _train(network, spectrograms, labels)
        return _facts(network, spectrograms, test())

    network, facts = trained_once.load(
        "listener", [_RECIPE.encode(), *key], lambda: _network(shape, num_classes), learn, FORM
    )
    return _scaled(network, facts), facts


def _facts(network, spectrograms, tested):
    """What is to be known of a trained network, `load` says it."""
    judged, recordings, labels = tested
    accuracies = [
        round(float((network.predict(each, batch_size=250, verbose=0)[-1].argmax(axis=1) == labels).mean()), 4)
        for each in (judged, recordings)
    ]
    *blocks, _ = network.predict(spectrograms[:4000], batch_size=250, verbose=0)
    return {
        "accuracy": accuracies[0],
        "accuracy_of_recordings": accuracies[1],
        "training_sounds": len(spectrograms),
        "test_sounds": len(labels),
        "scales": [float(block.std()) for block in blocks],
    }


def _network(shape, num_classes):
    """Spectrograms in [0, 1] to three blocks of 64 features each, and logits."""

    def seeded(seed):
        # Every seed by hand: the caller's global random state is neither used nor changed.
        return {"kernel_initializer": keras.initializers.HeNormal(seed=seed), "activation": "relu", "dtype": "float32"}

    given = keras.Input(shape, name="spectrograms")
    x = layers.Reshape((*shape, 1))(given)
    x = layers.Conv2D(16, 5, strides=2, padding="same", **seeded(1))(x)
    x = layers.Conv2D(32, 3, strides=2, padding="same", **seeded(2))(x)
    low = layers.Conv2D(64, 3, strides=2, padding="same", **seeded(3))(x)
    high = layers.Conv2D(64, 3, padding="same", **seeded(4))(low)
    # Pitch matters and place in time hardly does: rows are kept, columns in three parts of what is heard.
    x = layers.AveragePooling2D((2, max(1, high.shape[2] // 4)))(high)
    x = layers.Dropout(0.4, seed=5, dtype="float32")(layers.Flatten()(x))
    hidden = layers.Dense(64, **seeded(6))(x)
    x = layers.Dropout(0.3, seed=7, dtype="float32")(hidden)
    logits = layers.Dense(num_classes, **seeded(8) | {"activation": None})(x)
    means = [layers.GlobalAveragePooling2D(dtype="float32")(block) for block in (low, high)]
    return keras.Model(given, [*means, hidden, logits], name="listener")


def _scaled(network, facts):
    *blocks, logits = network.outputs
    blocks = [layers.Rescaling(1.0 / max(s, 1e-6))(block) for block, s in zip(blocks, facts["scales"], strict=True)]
    return keras.Model(network.inputs[0], {"features": layers.Concatenate()(blocks), "logits": logits})


def _train(network, spectrograms, labels):
    """Adam with a cosine to zero; order and changes of the examples are a function of nothing but their number."""
    steps = int(np.clip(EPOCHS * len(labels) // BATCH_SIZE, LEAST_STEPS, MOST_STEPS))
    logits_only = keras.Model(network.inputs[0], network.outputs[-1])
    logits_only.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    rng = np.random.RandomState(0)
    order = np.concatenate([rng.permutation(len(labels)) for _ in range(-(-steps * BATCH_SIZE // len(labels)))])
    for step in range(steps):
        rows = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        logits_only.train_on_batch(np.stack([_moved(spectrograms[row], rng) for row in rows]), labels[rows])


def _moved(spectrogram, rng):
    """A spectrogram `[bands, frames]` a little later or earlier, higher or lower, louder or softer."""
    furthest = int(FURTHEST * spectrogram.shape[1])
    for axis, most in ((1, furthest), (0, HIGHEST)):
        steps = rng.randint(-most, most + 1)
        spectrogram = np.roll(spectrogram, steps, axis)
        lost = slice(0, steps) if steps > 0 else slice(spectrogram.shape[axis] + steps, None)
        spectrogram[(slice(None),) * axis + (lost,)] = 0.0
    return np.where(spectrogram > 0, np.clip(spectrogram + rng.uniform(-LOUDEST, LOUDEST), 0.0, 1.0), 0.0)


# Part of the name of cached weights, so that a changed listener is trained anew.
_RECIPE = "".join(map(inspect.getsource, (_network, _train, _moved, _facts)))
