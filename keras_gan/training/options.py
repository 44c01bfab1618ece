"""Options that several variants have: their `Config` classes inherit from these, with defaults of their own."""

import functools
from dataclasses import dataclass
from typing import Literal

from keras_gan.errors import check_options
from keras_gan.training.optimizers import Adam, falling
from keras_gan.training.stages import Stage


@dataclass(frozen=True)
class EMAOptions:
    """Options of every variant."""

    ema_halflife_kimg: float = 10.0
    """Half-life of the generator's moving average, in thousands of real examples."""

    def __post_init__(self):
        check_options(self)

    def stages(self, total_steps=None):
        """The stages of the training, a sequence of `Stage`, for a run of so many steps, None if nobody knows."""
        return (Stage("train"),)


@dataclass(frozen=True)
class _LatentOption:
    # A base of its own because options are listed base by base, and this one is to come first.
    latent_dim: int = 100
    """Length of a latent vector."""


@dataclass(frozen=True)
class ModelOptions(EMAOptions, _LatentOption):
    """Options of every variant that draws from noise."""


@dataclass(frozen=True)
class _AdamRates:
    """Both networks trained by Adam."""

    generator_learning_rate: float = 2e-4
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 2e-4
    """Adam step size of the discriminator."""
    beta_1: float = 0.5
    """Adam momentum of both."""
    beta_2: float = 0.99
    """Decay of Adam's squared gradients, of both."""
    final_rate: float = 1.0
    """Share of both step sizes that is left at the end of the run, where they fall to along a cosine; 1: constant."""

    def optimizers(self, total_steps=None):
        """New `(generator, discriminator)` optimizers for a run of so many steps, None if nobody knows."""
        adam = functools.partial(Adam, beta_1=self.beta_1, beta_2=self.beta_2)
        rates = (self.generator_learning_rate, self.discriminator_learning_rate)
        return tuple(adam(falling(rate, total_steps, self.final_rate)) for rate in rates)


@dataclass(frozen=True)
class AdamOptions(_AdamRates, ModelOptions):
    """Options of a variant that draws from noise, whose networks are both trained by Adam."""


@dataclass(frozen=True)
class TranslationOptions(_AdamRates, EMAOptions):
    """Options of a variant that is given examples in place of noise."""

    beta_2: float = 0.999
    """Decay of Adam's squared gradients, of both."""
    channels: int = 32
    """Width of the generator where it is narrowest."""
    discriminator_channels: int = 32
    """Width of the discriminator's first layer; doubles from layer to layer, up to eight times."""
    adversarial_weight: float = 1.0
    """Weight of the adversarial term in the generator's loss."""


@dataclass(frozen=True)
class PenaltyOptions:
    """Options of a discriminator with a gradient penalty."""

    penalty_interval: int = 1
    """Steps from one gradient penalty to the next, which then counts as often; 1: in every step, as published. Lazy
    regularisation is that of StyleGAN2 (arXiv 1912.04958, section 3.1)."""


@dataclass(frozen=True)
class OutputOptions:
    """Options of a generator that has no output function as published."""

    output: Literal["linear", "tanh"] = "linear"
    """What samples are of the generator's last numbers: these, as published, or their hyperbolic tangents, which draw
    what is mostly at an end of its range, such as ink on paper, in far more variety."""


@dataclass(frozen=True)
class BatchNormOptions:
    """Options of networks with batch normalisation."""

    fused_batch_norm: bool = False
    """Compute batch normalisation by one operation of TensorFlow: faster, with other last bits than before there was
    this option."""


@dataclass(frozen=True)
class ConvolutionOptions(BatchNormOptions):
    """Sizes of the networks in `networks/convolutional.py`."""

    generator_channels: int = 128
    """Width of the generator's last hidden layer; doubles towards the latents."""
    discriminator_channels: int = 64
    """Width of the discriminator's first layer; doubles towards the score."""
    max_channels: int = 1024
    """Widest layer of either network."""
    hidden_kernel_size: int = 3
    """Edge of the kernels of the generator's hidden layers."""
    kernel_size: int = 4
    """Edge of all other convolution kernels."""
    smooth_layers: int = 0
    """How many of the generator's last layers have smooth kernels, as if maps were enlarged by nearest neighbours and
    then convolved by kernels that are an edge smaller: they draw no checkerboard."""
