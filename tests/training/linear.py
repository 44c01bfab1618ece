"""GANs so small that their training can be followed by hand."""

from dataclasses import dataclass

import keras
import tensorflow as tf

from keras_gan.losses.objectives import Objective
from keras_gan.modalities.base import Field
from keras_gan.randomness.noise import StepNoise
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import EMAOptions
from keras_gan.training.stages import Stage


@dataclass(frozen=True)
class Config(EMAOptions):
    """Plain gradient descent in any stages."""

    parts: tuple = (Stage("train"),)
    rate: float = 0.1

    def optimizers(self, total_steps=None):
        return keras.optimizers.SGD(self.rate), keras.optimizers.SGD(self.rate)

    def stages(self, total_steps=None):
        return self.parts


LINEAR = Objective(
    discriminator=lambda *, real_scores, fake_scores: {"d_real": -real_scores, "d_fake": fake_scores},
    generator=lambda *, real_scores, fake_scores: {"g_fake": -fake_scores},
)


class LinearGAN(AdversarialModel):
    """Fakes are w * 2 in one dimension, the score is v * x: every gradient is known."""

    def __init__(self, *parts, fields=None, ema_halflife_kimg=10.0, **kwargs):
        config = Config(ema_halflife_kimg, parts or Config.parts)
        networks = dense(1, 1, 3.0, "generator"), dense(1, 1, 5.0, "discriminator")
        super().__init__(*networks, config, fields or {"real": Field()}, **{"objective": LINEAR, **kwargs})

    def generate(self, batch, training):
        return self.generator(tf.fill((tf.shape(batch["real"])[0], 1), 2.0), training=training)

    @property
    def w(self):
        """The generator's weight."""
        return float(self.generator.weights[0][0, 0])

    @property
    def v(self):
        """The discriminator's weight."""
        return float(self.discriminator.weights[0][0, 0])


def dense(inputs, outputs, value, name):
    """A dense layer whose weights are all one value, or as an array says."""
    layer = keras.layers.Dense(outputs, use_bias=False)
    given = keras.Input((inputs,), name="latents" if name == "generator" else None)
    network = keras.Model(given, layer(given), name=name)
    layer.kernel.assign(keras.ops.broadcast_to(value, layer.kernel.shape))
    return network


def within_a_step(model):
    """Gives a model what it has within a training step, so that parts of one can be called alone."""
    model._replica.watched, model._replica.augmented = {}, 0
    model._replica.noise = StepNoise(model.seed, model.step.value, 0)
    return model
