"""Small Keras callbacks; each works with any `AdversarialModel` in a plain `fit`."""

from keras_gan.callbacks.checkpoints import Checkpoints
from keras_gan.callbacks.health import Health
from keras_gan.callbacks.memory import Memory
from keras_gan.callbacks.previews import Previews
from keras_gan.callbacks.profile import Profile
from keras_gan.callbacks.progress import Progress
from keras_gan.callbacks.scalars import Scalars
from keras_gan.callbacks.scores import Scores
from keras_gan.callbacks.stop import StopOnSignal, Stopped

__all__ = [
    "Checkpoints",
    "Health",
    "Memory",
    "Previews",
    "Profile",
    "Progress",
    "Scalars",
    "Scores",
    "StopOnSignal",
    "Stopped",
]
