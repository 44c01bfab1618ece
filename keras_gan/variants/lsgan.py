"""LSGAN: least squares in place of the logistic loss (Mao et al. 2017)

Paper: X. Mao, Q. Li, H. Xie, R. Lau, Z. Wang, S. P. Smolley, "Least Squares Generative Adversarial Networks",
ICCV 2017, arXiv 1611.04076.

Objective (equation 2), s = D(x) without a sigmoid:
    L_D = E[(s_real - b)^2] / 2 + E[(s_fake - a)^2] / 2
    L_G = E[(s_fake - c)^2] / 2
with a, b, c = 0, 1, 1 (equation 9). With b - c = 1 and b - a = 2, as in -1, 1, 0 (equation 8), the generator minimises
the Pearson chi^2 divergence between p_data + p_g and 2 p_g.

Deviations:
- Networks are those of `dcgan`, where the paper has a deeper generator at 112 px; for its digits the paper, too, takes
  a DCGAN. What `dcgan` says of its own deviations holds here.
- Both learning rates are the paper's for LSUN, 1e-3; for characters it has 2e-4. Squares grow fast where a score
  overshoots, and Adam remembers such gradients: on MNIST, after 500 steps, pictures are hazy at 2e-4 (FID in
  `benchmarks/quality/quality.py` 140), less so at 5e-4 (95), and nearly as clear as `dcgan`'s at 1e-3 (48; `dcgan` 41).
  These FIDs compare with test images, by which the rate was chosen; `benchmarks/quality/choice.py` chooses by others.
"""

from dataclasses import dataclass

from keras_gan.errors import check_options
from keras_gan.losses.objectives import least_squares
from keras_gan.networks import convolutional as networks
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, ConvolutionOptions

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256))

PRESETS = {
    "laptop": Preset(
        about="Small networks at a large rate: FID 3.2 on MNIST in 3 minutes (real 0.5; make bench-quality).",
        run={"steps": 12000},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "generator_learning_rate": 1e-3,
            "discriminator_learning_rate": 1e-3,
            "hidden_kernel_size": 4,
            "smooth_layers": 1,
            "fused_batch_norm": True,
        },
    ),
    "paper": Preset(
        about="The paper's rates, networks of a DCGAN: hours on a GPU.",
        run={"steps": 25000},
        model={"beta_2": 0.999},
    ),
}


@dataclass(frozen=True)
class Config(AdamOptions, ConvolutionOptions):
    """Options of LSGAN."""

    generator_learning_rate: float = 1e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-3
    """Adam step size of the discriminator."""
    a: float = 0.0
    """Score that the discriminator wants for fakes."""
    b: float = 1.0
    """Score that it wants for real images."""
    c: float = 1.0
    """Score that the generator wants for fakes."""

    def __post_init__(self):
        check_options(self, any_finite=("a", "b", "c"))


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8)


class LSGAN(AdversarialModel):
    """Scores above the middle of what is wanted for fakes and for real images call an image real."""

    @property
    def decision_boundary(self):
        return (self.config.a + self.config.b) / 2


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    return LSGAN(
        networks.generator(fields["real"].shape, config),
        networks.discriminator(fields["real"].shape, config),
        config,
        fields,
        objective=least_squares(config.a, config.b, config.c),
    )
