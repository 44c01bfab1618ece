"""Denoising: a residual U-Net that takes noise away, with an adversarial term against blur

Papers: the residual objective is that of K. Zhang, W. Zuo, Y. Chen, D. Meng, L. Zhang, "Beyond a Gaussian Denoiser"
(DnCNN), arXiv 1608.03981; the adversarial one that of T. Miyato et al., "Spectral Normalization for Generative
Adversarial Networks", arXiv 1802.05957.

Objective, noisy source x, clean image y, s = D(y):
    L_D = E[max(0, 1 - s(y))] + E[max(0, 1 + s(G(x)))]
    L_G = lambda_1 E|y - G(x)| - lambda_a E[s(G(x))]

The mean of all images that a noisy one may have been is blurred, and it is what L1 alone comes near to; the adversarial
term brings texture back at some cost in PSNR. The noise is Gaussian, Poisson or salt and pepper, of one level or, image
by image, of a random one up to it.

Networks: SRResNet's blocks at half the size, without normalisation, whose output is added to the source; a PatchGAN
with spectral normalisation.

Deviations:
- This is no one paper's network. DnCNN has 17 layers at full size, BatchNorm and the squared error, without a
  discriminator.
- Noisy images are cut to the range of pixels, as files are; papers mostly leave them uncut.
"""

from dataclasses import dataclass
from typing import Literal

from keras_gan.losses.objectives import HINGE
from keras_gan.modalities.image import corruptions
from keras_gan.networks import patchgan, srresnet
from keras_gan.registry import Variant
from keras_gan.training.options import TranslationOptions
from keras_gan.training.translation import TranslationModel

VARIANT = Variant(
    gives="image",
    task="restore",
    takes=("image",),
    sizes=(16, 32, 64, 128, 256, 512),
    defaults={
        "image_size": 64,
        "batch_size": 8,
        "data_augment": "flip",
        "metrics": ("psnr", "ssim", "l1"),
        "eval_samples": 256,
    },
)


@dataclass(frozen=True)
class Config(TranslationOptions):
    """Options of denoising."""

    generator_learning_rate: float = 1e-3
    """Adam step size of the generator."""
    channels: int = 32
    """Width of the generator's residual blocks."""
    blocks: int = 8
    """How many residual blocks it has."""
    beta_1: float = 0.9
    """Adam momentum of both; with 0.5 this rate of the generator can diverge."""
    adversarial_weight: float = 0.002
    """Weight of the adversarial term in the generator's loss."""
    l1_weight: float = 1.0
    """Weight of the mean absolute difference from the clean image."""
    noise: Literal["gaussian", "poisson", "salt"] = "gaussian"
    """Kind of noise: gaussian; poisson, of counted light; salt (and pepper), pixels that are white or black."""
    level: float = 25.0
    """How much: standard deviation in grey levels of 255; of poisson the count that white stands for, less being
    noisier; of salt the percentage of pixels."""
    random_level: bool = False
    """Give each image a level of its own, uniform from 0 to the level; of poisson, from the level to ten times it."""


TINY = Config(channels=4, discriminator_channels=4, blocks=1)


def prepare(batch, noise, config):
    """The source of an image is the image with noise."""
    images = batch["real"]
    share = noise.uniform((), "level") if config.random_level else 1.0
    if config.noise == "gaussian":
        source = corruptions.gaussian(images, config.level * share, noise.normal(images.shape[1:], "noise"))
    elif config.noise == "poisson":
        peak = config.level * (10.0 - 9.0 * share)
        source = corruptions.poisson(images, peak, noise.uniform(images.shape[1:], "noise"))
    else:
        uniform = noise.uniform((*images.shape[1:3], 1), "noise")
        source = corruptions.salt_and_pepper(images, config.level / 100.0 * share, uniform)
    return {**batch, "source": source}


def build(config, fields):
    """Builds the model for square images of 16 to 512 px with 1 to 4 channels."""
    size, _, channels = fields["real"].shape
    return TranslationModel(
        srresnet.restorer(channels, width=config.channels, blocks=config.blocks),
        patchgan.spectral(channels, channels=config.discriminator_channels, layers=patchgan.layers_for(size)),
        config,
        {**fields, "source": fields["real"]},
        objective=HINGE,
        size_multiple=2,
    )
