"""GAN: the original, two multilayer perceptrons (Goodfellow et al. 2014)

Paper: I. Goodfellow, J. Pouget-Abadie, M. Mirza, B. Xu, D. Warde-Farley, S. Ozair, A. Courville, Y. Bengio, "Generative
Adversarial Nets", NIPS 2014, arXiv 1406.2661.

Objective, s = D(x) before the sigmoid:
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)]                              (equation 1)
    L_G = E[softplus(-s_fake)]      non-saturating, section 3; the default
    L_G = -E[softplus(s_fake)]      `--model.loss minimax`, equation 1

The generator has hidden layers of 256, 512 and 1024 units, the discriminator of 512 and 256, all with LeakyReLU 0.2.

Deviations:
- The paper's generator has rectifiers and a sigmoid or linear output, its discriminator maxout layers with Dropout,
  both trained with momentum. Here tanh, LeakyReLU and Adam are used, with BatchNorm in the generator's hidden
  layers.
- Latents are standard normal at every edge of the program. `--model.latents uniform`, the paper's choice, turns them
  into numbers uniform in [-1, 1] by the generator's first layer, the normal distribution function.
- Adam's momentum is 0.5 with beta_2 0.99; samples come from a moving average of the generator.
"""

import math
from dataclasses import dataclass
from typing import Literal

import keras
from keras import layers

from keras_gan.layers.uniform import NormalToUniform
from keras_gan.losses.objectives import MINIMAX, NON_SATURATING
from keras_gan.networks.convolutional import batch_norm
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, BatchNormOptions

VARIANT = Variant(gives="image", sizes=(16, 28, 32, 48, 64), defaults={"steps": 6000})

PRESETS = {
    "laptop": Preset(
        about="Narrow perceptrons at a large rate: FID 3.6 on MNIST in 3 minutes (real 0.5; make bench-quality).",
        run={"steps": 30000},
        model={
            "generator_units": (128, 256, 512),
            "discriminator_units": (256, 128),
            "generator_learning_rate": 1e-3,
            "discriminator_learning_rate": 1e-3,
            "fused_batch_norm": True,
        },
    ),
    "paper": Preset(
        about="Batches of 100 as in the paper, for longer: an hour on a GPU.",
        run={"steps": 50000, "batch_size": 100},
        model={"latents": "uniform"},
    ),
}

OBJECTIVES = {"non_saturating": NON_SATURATING, "minimax": MINIMAX}


@dataclass(frozen=True)
class Config(AdamOptions, BatchNormOptions):
    """Options of the original GAN."""

    loss: Literal["non_saturating", "minimax"] = "non_saturating"
    """Objective of the generator; minimax saturates."""
    latents: Literal["normal", "uniform"] = "normal"
    """Distribution of the latents behind the generator's input: standard normal, or uniform in [-1, 1)."""
    generator_units: tuple[int, ...] = (256, 512, 1024)
    """Units of the generator's hidden layers."""
    discriminator_units: tuple[int, ...] = (512, 256)
    """Units of the discriminator's hidden layers."""


TINY = Config(latent_dim=6, generator_units=(8, 12), discriminator_units=(10, 6))


def build(config, fields):
    """Builds the model for square images of 16 to 64 px with 1 to 4 channels."""
    return AdversarialModel(
        generator(config, fields["real"].shape),
        discriminator(config, fields["real"].shape),
        config,
        fields,
        objective=OBJECTIVES[config.loss],
    )


def generator(config, image_shape):
    """Latents `[B, latent_dim]` to images `[B, height, width, C]` in [-1, 1], float32."""
    inputs = x = keras.Input((config.latent_dim,), name="latents")
    if config.latents == "uniform":
        x = NormalToUniform()(x)
    for units in config.generator_units:
        x = layers.LeakyReLU(0.2)(batch_norm(config.fused_batch_norm)(layers.Dense(units, use_bias=False)(x)))
    x = layers.Dense(math.prod(image_shape))(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(layers.Reshape(image_shape)(x))
    return keras.Model(inputs, images, name="generator")


def discriminator(config, image_shape):
    """Images in [-1, 1] to scores `[B, 1]`, float32 logits."""
    images = keras.Input(image_shape, name="images")
    x = layers.Flatten()(images)
    for units in config.discriminator_units:
        x = layers.LeakyReLU(0.2)(layers.Dense(units)(x))
    return keras.Model(images, layers.Dense(1, dtype="float32", name="scores")(x), name="discriminator")
