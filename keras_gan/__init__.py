"""GANs for Keras 3 on TensorFlow: train by one command, measure honestly, ship anywhere.

Importing this package is instant: TensorFlow and Keras are imported when a function below first needs them.

    import keras_gan

    model = keras_gan.create("dcgan", image_shape=(32, 32, 3), latent_dim=100)
    model.compile()
    model.fit(dataset, epochs=10)            # tf.data of images or of batch dicts
    images = model.sample(16, seed=7)        # float32 [16, 32, 32, 3] in [0, 1]
    keras_gan.export(model, "my_generator/1")

`model.save("model.keras")` and `keras.models.load_model` work as well, also for its networks alone; in a process that
has imported neither Keras nor a model before, `keras_gan.load` is the latter.
"""

import contextlib as _contextlib
import os as _os
import sys as _sys

from keras_gan import registry as _registry
from keras_gan.registry import list_variants

# Must be set before Keras is first imported; anything else the user chose is reported by `AdversarialModel`.
_os.environ.setdefault("KERAS_BACKEND", "tensorflow")

__version__ = "0.1.0"
__all__ = ["create", "export", "list_variants", "load"]


def create(name, image_shape, **options):
    """Builds a model that trains the variant `name`; see `keras_gan.training.building.create`."""
    from keras_gan.training import building

    return building.create(name, image_shape, **options)


def export(model, directory, **options):
    """Writes the EMA generator of `model` into `directory`; see `keras_gan.exporters.export`."""
    from keras_gan import exporters

    return exporters.export(model, directory, **options)


def load(path):
    """What Keras saved in `path` of a model, whole or a network of it; see `keras.models.load_model`."""
    import keras

    _import_variants()
    return keras.models.load_model(path)


def _import_variants():
    """Makes their layers and models known to Keras; one that cannot be imported says so when it is asked for."""
    for name in list_variants():
        with _contextlib.suppress(Exception):
            _registry.module(name)


if "keras" in _sys.modules and _os.environ["KERAS_BACKEND"] == "tensorflow":
    _import_variants()  # a tenth of a second, once Keras is there
