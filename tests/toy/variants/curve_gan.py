"""Curve GAN: curves of two classes from noise, with a knob for their height, in two stages

A variant of a modality that lives outside of the package. Objective: the non-saturating one of Goodfellow et al. 2014
(arXiv 1406.2661).

Deviations:
- It is there to be tested: a stage of the generator alone, larger batches in a second one, in which the optimizers
  begin anew, a centre that is computed before the first step, and a scalar that people can turn.
"""

from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.modalities.label import class_count
from keras_gan.modalities.scalar import Scalar
from keras_gan.registry import Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions
from keras_gan.training.stages import Stage
from keras_gan.training.step import labels_of

VARIANT = Variant(takes=("noise", "label"), gives="curve", data="curves", defaults={"steps": 30, "batch_size": 8})


@dataclass(frozen=True)
class Config(AdamOptions):
    """Options of the curve GAN."""

    latent_dim: int = 8
    """Length of a latent vector."""
    units: int = 32
    """Units of the hidden layers."""
    first_steps: int = 3
    """Steps in which the generator learns alone."""

    def stages(self, total_steps=None):
        """The generator alone, then both on twice as many curves."""
        first = Stage("centre", until=self.first_steps, order=("g",))
        return first, Stage("adversarial", batch_size=16, reset_optimizers=True)


TINY = Config(latent_dim=6, units=8, first_steps=1)


class CurveGAN(AdversarialModel):
    """Pulls curves to the centre of the data first; `height` is one while training."""

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        super().__init__(generator, discriminator, config, fields, **kwargs)
        self.centre = self.add_weight(shape=fields["real"].shape, trainable=False, initializer="zeros", name="centre")

    def generate(self, batch, training):
        rows = ops.shape(batch["real"])[0]
        latents = self.noise.normal(rows, (self.latent_dim,), "latents")
        return self.generator([latents, labels_of(batch), ops.ones((rows,))], training=training)

    def generator_terms(self, batch, fakes):
        if self.stage.name == "centre":
            return {"g_centre": ops.mean(ops.square(fakes - self.centre), axis=1)}
        return super().generator_terms(batch, fakes)


def precompute(model, dataset):
    """The mean curve, as networks see it."""
    model.centre.assign(ops.mean(dataset.fields["real"].to_model(dataset.columns["real"]), axis=0))


def build(config, fields):
    """Builds the model for labelled curves."""
    return CurveGAN(
        generator(config, fields),
        discriminator(config, fields),
        config,
        {**fields, "height": Scalar("height", 1.0, 0.5, 2.0, "how far curves go from their mean")},
        objective=NON_SATURATING,
    )


def generator(config, fields):
    """`[latents, labels, height]` to curves `[B, points]`."""
    latents = keras.Input((config.latent_dim,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    height = keras.Input((), name="height")
    x = layers.Concatenate()([latents, ops.one_hot(labels, class_count(fields))])
    x = layers.Dense(config.units, activation="relu")(x)
    curves = layers.Dense(fields["real"].points, dtype="float32", name="curves")(x)
    return keras.Model([latents, labels, height], ops.reshape(height, (-1, 1)) * curves, name="generator")


def discriminator(config, fields):
    """`[curves, labels]` to scores `[B, 1]`."""
    curves = keras.Input(fields["real"].shape, name="curves")
    labels = keras.Input((), dtype="int32", name="labels")
    x = layers.Concatenate()([curves, ops.one_hot(labels, class_count(fields))])
    x = layers.LeakyReLU(0.2)(layers.Dense(config.units)(x))
    return keras.Model([curves, labels], layers.Dense(1, dtype="float32", name="scores")(x), name="discriminator")
