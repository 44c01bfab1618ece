"""DCGAN: convolutional GAN with BatchNorm, the classical baseline (Radford et al. 2016)

Paper: A. Radford, L. Metz, S. Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative
Adversarial Networks", ICLR 2016, arXiv 1511.06434.

Objective (non-saturating, Goodfellow et al. 2014), s = D(x) before the sigmoid:
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)]
    L_G = E[softplus(-s_fake)]

Networks and training as in the paper: a transposed-convolution generator with BatchNorm and ReLU, tanh at the
end; a strided discriminator with BatchNorm and LeakyReLU 0.2; no pooling, no hidden dense layers; weights from
N(0, 0.02); Adam with learning rate 2e-4 and beta_1 0.5.

Deviations:
- Latents are standard normal; the paper draws them uniformly from [-1, 1].
- Kernels are 4x4, a multiple of the stride, where the paper's figure has 5x5; in the generator's hidden layers they
  are 3x3, which takes a fifth off the time of a step (`--model.hidden-kernel-size 4` to compare).
- The number of layers follows the image size (16 to 256 px, starting from 4x4); the paper has 64 px alone.
- Adam's beta_2 is 0.99, where the paper names none: the usual 0.999 remembers the large gradients of the start for a
  thousand steps, too long for short runs (`--model.beta-2 0.999` to compare).
- Batch size 64 by default; the paper uses 128.
- Samples come from an exponential moving average of the generator, which the paper does not have.
"""

import functools
from dataclasses import dataclass

import keras

from keras_gan.errors import UserError, check_options
from keras_gan.model import AdversarialModel
from keras_gan.networks import dcgan as networks
from keras_gan.objectives import NON_SATURATING

IMAGE_SIZES = (16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Config:
    """Options of DCGAN."""

    latent_dim: int = 100
    """Length of a latent vector."""
    generator_channels: int = 128
    """Width of the generator's last hidden layer; doubles towards the latents."""
    discriminator_channels: int = 64
    """Width of the discriminator's first layer; doubles towards the score."""
    max_channels: int = 1024
    """Widest layer of either network."""
    hidden_kernel_size: int = 3
    """Edge of the kernels of the generator's hidden layers, in pixels."""
    kernel_size: int = 4
    """Edge of all other convolution kernels, in pixels."""
    generator_learning_rate: float = 2e-4
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 2e-4
    """Adam step size of the discriminator."""
    beta_1: float = 0.5
    """Adam momentum of both."""
    beta_2: float = 0.99
    """Decay of Adam's squared gradients, of both."""
    ema_halflife_kimg: float = 10.0
    """Half-life of the generator's moving average, in thousands of real images."""

    def __post_init__(self):
        check_options(self)


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8)


def build(config, spec):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    height, width, _ = spec.image_shape
    if height != width or height not in IMAGE_SIZES:
        sizes = ", ".join(map(str, IMAGE_SIZES))
        raise UserError(f"dcgan makes square images of {sizes} px, not {width}x{height}: choose one with --image-size.")
    adam = functools.partial(keras.optimizers.Adam, beta_1=config.beta_1, beta_2=config.beta_2)
    return AdversarialModel(
        networks.generator(
            spec.image_shape,
            config.latent_dim,
            config.generator_channels,
            config.max_channels,
            config.hidden_kernel_size,
            config.kernel_size,
        ),
        networks.discriminator(
            spec.image_shape, config.discriminator_channels, config.max_channels, config.kernel_size
        ),
        objective=NON_SATURATING,
        latent_dim=config.latent_dim,
        optimizers=lambda: (
            adam(config.generator_learning_rate),
            adam(config.discriminator_learning_rate),
        ),
        ema_halflife_kimg=config.ema_halflife_kimg,
        name="dcgan",
    )
