"""The listener: a small network trained on the classes of the sounds themselves, by spectrograms.

It learns from recordings and from the same ones resynthesised from their mel spectrograms by Griffin and Lim, and its
accuracy is that on resynthesised recordings which it has not heard: so that it does not judge how sounds were made.
"""

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.modalities.sound import analysis, files
from keras_gan.modalities.sound.analysis import Analysis
from keras_gan.networks import listener
from keras_gan.networks.weights import hash_of_network
from keras_gan.randomness import random_rows
from keras_gan.registry import Extractor

EXTRACTOR = Extractor(
    "listener",
    about="trained on the classes of the reference sounds, once",
    of=("sound", "sound.spectrogram"),
    for_classes=True,
)
BANDS = 64
KEPT_APART = 6  # a sixth of the recordings measures the accuracy where there is no other split
MOST = 4000  # recordings that are resynthesised
BATCH_SIZE = 64


def load(options):
    """The extractor trained on `options.training`, or from the cache; `UserError` if there is nothing to train on."""
    if options.training is None:
        raise UserError("--features listener needs labelled reference sounds: choose mel.")
    ear = Ear(Analysis(options.field.rate, options.field.samples, BANDS))
    train, test = _divided(*options.training()[:3])
    num_classes = int(max(train[1].max(), test[1].max())) + 1
    network, facts = listener.load(
        ear.shape, num_classes, [*train, *test], lambda: ear.lesson(*train), lambda: ear.examination(*test)
    )
    run = tf.function(lambda levels: network(levels, training=False), autograph=False)

    def look(stored):
        seen = run(ear.spectrograms(stored))
        return seen["features"], seen["logits"]

    return FeatureNetwork(EXTRACTOR.name, hash_of_network(network), "none", look, facts, is_classifier=True)


def _divided(waveforms, labels, test=None):
    """`((waveforms, labels) to learn from, the same to test with)`, recordings being in one of both alone."""
    if test is not None:
        return (waveforms, labels), test
    rows = random_rows(len(labels), len(labels))
    apart, rest = (np.sort(part) for part in np.split(rows, [max(1, len(rows) // KEPT_APART)]))
    return (waveforms[rest], labels[rest]), (waveforms[apart], labels[apart])


class Ear:
    """How stored sounds become spectrograms, as they are and resynthesised."""

    def __init__(self, how):
        self._how = how

    @property
    def shape(self):
        """Of a spectrogram, `(bands, frames)`."""
        return self._how.bands, self._how.frames

    def spectrograms(self, stored):
        """float32 `[N, bands, frames]` in [0, 1] of 16 bits `[N, samples]`, or of as many floats in that range."""
        waveforms = np.asarray(stored, np.float32) / np.float32(files.FULL_SCALE)
        return self._batches(waveforms, lambda some: analysis.spectrograms(some, self._how))

    def resynthesised(self, levels):
        """Spectrograms of what is heard of spectrograms."""
        return self._batches(
            levels, lambda some: analysis.spectrograms(analysis.waveforms_of(some, self._how), self._how)
        )

    def lesson(self, stored, labels):
        """What a listener learns from: `(spectrograms, labels)`."""
        rows = random_rows(len(labels), MOST, seed=1)
        levels = self.spectrograms(np.asarray(stored[rows]))
        return np.concatenate([levels, self.resynthesised(levels)]), np.concatenate([labels[rows]] * 2)

    def examination(self, stored, labels):
        """What it is tested with: `(resynthesised, as they are, labels)`."""
        levels = self.spectrograms(np.asarray(stored[:MOST]))
        return self.resynthesised(levels), levels, labels[:MOST]

    @staticmethod
    def _batches(values, function):
        parts = [values[start : start + BATCH_SIZE] for start in range(0, len(values), BATCH_SIZE)]
        return np.concatenate([function(tf.constant(part)).numpy() for part in parts])
