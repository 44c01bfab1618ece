"""GANs for Keras 3 on TensorFlow: train by one command, measure honestly, ship anywhere.

Importing this package is instant: TensorFlow and Keras are imported when a function below first needs them.

    import keras_gan

    model = keras_gan.create("dcgan", image_shape=(32, 32, 3), latent_dim=100)
    model.compile()
    model.fit(dataset, epochs=10)            # tf.data of images or of batch dicts
    images = model.sample(16, seed=7)        # float32 [16, 32, 32, 3] in [0, 1]
    keras_gan.export(model, "my_generator/1")
"""

import os as _os

from keras_gan.registry import list_variants

# Must be set before Keras is first imported; anything else the user chose is reported by `AdversarialModel`.
_os.environ.setdefault("KERAS_BACKEND", "tensorflow")

__version__ = "0.1.0"
__all__ = ["create", "export", "list_variants"]


def create(name, image_shape, **options):
    """Builds a model that trains the variant `name`; see `keras_gan.training.building.create`."""
    from keras_gan.training import building

    return building.create(name, image_shape, **options)


def export(model, directory, **options):
    """Writes the EMA generator of `model` into `directory`; see `keras_gan.exporters.export`."""
    from keras_gan import exporters

    return exporters.export(model, directory, **options)
