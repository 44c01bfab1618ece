"""A whole model in a `.keras` file: how it was built, compiled, and all that it has learned."""

import dataclasses
import functools

import keras
import numpy as np

from keras_gan import modalities, registry
from keras_gan.errors import UserError


def _asked_first(method):
    @functools.wraps(method)
    def asked(self, *args, **kwargs):
        self.get_config()
        return method(self, *args, **kwargs)

    return asked


class SavedWhole(keras.Model):
    """What Keras asks of a model to save and load it: it is built anew as its variant builds it.

    Keras itself finds the weights, those of the optimizers included. A subclass has `config`, `fields`, `seed`,
    `augmentation`, `course`, and `compiled_with`, a function without arguments that returns those of `compile`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        keras.saving.register_keras_serializable("keras_gan")(cls)

    def get_config(self):
        """How to build it, JSON-able.

        Raises:
            UserError: for a model that no variant builds.
        """
        variant = type(self.config).__module__.rpartition(".")[2]
        if variant not in registry.VARIANTS.names():
            raise UserError(
                f"{self.name} is of no variant, so it cannot be saved whole: use save_weights, or save its networks."
            )
        return {
            "variant": variant,
            "options": dataclasses.asdict(self.config),
            "fields": {name: modalities.describe(field) for name, field in self.fields.items()},
            "learned": {name: _listed(modalities.arrays_of(field)) for name, field in self.fields.items()},
            "seed": self.seed,
            "augment": self.augmentation,
        }

    # Keras would leave an empty file of a model that cannot be saved.
    save = _asked_first(keras.Model.save)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` was asked of, with new weights."""
        from keras_gan.training import building

        options = {
            name: tuple(value) if isinstance(value, list) else value for name, value in config["options"].items()
        }
        fields = {
            name: modalities.restore(described, {key: np.array(*both) for key, both in config["learned"][name].items()})
            for name, described in config["fields"].items()
        }
        variant = config["variant"]
        options = registry.module(variant).Config(**options)
        return building.build(variant, options, fields, config["seed"], config["augment"])

    def get_compile_config(self):
        """The arguments of `compile`, JSON-able; None of a model that is not compiled."""
        if not self.compiled:
            return None
        given = {name: keras.saving.serialize_keras_object(value) for name, value in self.compiled_with().items()}
        return {**given, "course": dataclasses.asdict(self.course)}

    def compile_from_config(self, config):
        """Compiles it as `get_compile_config` says."""
        course = {name: tuple(v) if isinstance(v, list) else v for name, v in config["course"].items()}
        given = {name: value for name, value in config.items() if name != "course"}
        self.compile(**{name: keras.saving.deserialize_keras_object(value) for name, value in given.items()})
        self.follow(**course)


def _listed(arrays):
    """Arrays as JSON-able pairs of values and type."""
    return {name: (array.tolist(), str(array.dtype)) for name, array in arrays.items()}
