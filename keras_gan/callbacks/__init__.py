"""Small Keras callbacks; each works with any `AdversarialModel` in a plain `fit`."""

from keras_gan.callbacks.checkpoints import Checkpoints
from keras_gan.callbacks.progress import Progress
from keras_gan.callbacks.samples import SampleGrid
from keras_gan.callbacks.scalars import Scalars

__all__ = ["Checkpoints", "Progress", "SampleGrid", "Scalars"]
