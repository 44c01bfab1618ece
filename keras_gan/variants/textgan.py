"""TextGAN: lines of text by an LSTM, likelihood first, then Gumbel-softmax against a discriminator

Papers: Y. Zhu et al., "Texygen", SIGIR 2018, arXiv 1802.01886 (the protocol); W. Nie, N. Narodytska, A. Patel,
"RelGAN", ICLR 2019 (Gumbel-softmax, several representations); Y. Zhang et al., "Adversarial Feature Matching for Text
Generation", ICML 2017, arXiv 1706.03850 (an LSTM steered by noise).

The generator is an LSTM that is given the same latents z at every step, and the word before; p(w | w before, z) is its
softmax. In the first stage it minimises L_ML = -log p of the lines of the data. In the second one, with rows x of
straight-through Gumbel-softmax (arXiv 1611.01144), whose inverse temperature goes from 1 to `warmest` like a power, and
pairs of real and generated lines,

    L_D = softplus(D(x_fake) - D(x_real))
    L_G = a softplus(D(x_real) - D(x_fake)) + b L_ML

D scores each of several representations of a line (`convolutional`), or is an LSTM with dense layers (`recurrent`).
With the loss `wgan_gp`, x are softmax rows, and D is held Lipschitz by a penalty on its gradient between real and fake
rows (arXiv 1704.00028).

Deviations:
- A likelihood term stays in the loss of the generator; weight 0 leaves it out.
- One update of D for each of G, an LSTM in place of RelGAN's relational memory, softmax temperatures down to 1 / 10 in
  place of 1 / 100: all for few steps.
- D has two representations of 64 numbers and takes means over a line, where RelGAN has 64 of one number and maxima: of
  pairs of a test line and one that likelihood has learned to write, 64 % are ranked rightly after 100 steps by one such
  representation, and 57 % after 1,000 by 32 of two numbers and maxima, which take seven times as long.
- Between a softmax row and a one-hot one D can tell by sharpness alone, which `wgan_gp` suffers from by construction.
"""

from dataclasses import dataclass
from typing import Literal

from keras_gan.losses import penalties
from keras_gan.losses.objectives import RELATIVISTIC, WASSERSTEIN
from keras_gan.modalities.text import controls
from keras_gan.networks import lines as networks
from keras_gan.registry import Variant
from keras_gan.training.lines import LIKELIHOOD, LineModel
from keras_gan.training.optimizers import Adam, InStages
from keras_gan.training.options import ModelOptions
from keras_gan.training.stages import Stage

VARIANT = Variant(gives="text", data="captions", defaults={"steps": 3000, "batch_size": 64, "eval_samples": 1000})

USUAL_STEPS = 1500  # of a run whose length nobody knows


@dataclass(frozen=True)
class Config(ModelOptions):
    """Options of TextGAN."""

    latent_dim: int = 32
    """Length of what a line is about; the key of the noise that its words are drawn by comes on top."""
    units: int = 256
    """Width of the generator's LSTM."""
    embedding: int = 128
    """Width of a word's vector."""
    dropout_share: float = 0.3
    """How many of the words' vectors and of the LSTM's outputs that are left out while likelihood is learned."""
    likelihood_share: float = 0.7
    """Share of the steps in which likelihood alone is learned; 0: none, 1: all."""
    likelihood_rate: float = 3e-3
    """Adam step size of the generator in the first stage, at whose end a tenth is left."""
    likelihood_weight: float = 0.5
    """Weight of the likelihood in the second stage."""
    adversarial_weight: float = 1.0
    """Weight of the adversarial term in the generator's loss."""
    adversarial_rate: float = 1e-4
    """Adam step size of the generator in the second stage."""
    discriminator_rate: float = 5e-4
    """Adam step size of the discriminator."""
    warmest: float = 10.0
    """Inverse temperature of the softmax at the end."""
    loss: Literal["relativistic", "wgan_gp"] = "relativistic"
    """The adversarial objective."""
    discriminator: Literal["convolutional", "lstm"] = "convolutional"
    """Convolutions of several representations, or an LSTM and dense layers."""
    discriminator_units: int = 64
    """Filters, or half the units of the LSTM."""
    representations: int = 2
    """How many times the convolutional discriminator embeds a line."""
    representation_width: int = 64
    """Numbers of a word in each of them."""
    penalty_weight: float = 10.0
    """Weight of the gradient penalty of wgan_gp."""

    @property
    def straight_through(self):
        """Whether the discriminator sees one-hot rows."""
        return self.loss != "wgan_gp"

    def stages(self, total_steps=None):
        """Likelihood, then the adversary."""
        adversarial, until = Stage("adversarial"), self._until(total_steps)
        if self.likelihood_share == 0:
            return (adversarial,)
        if self.likelihood_share == 1:
            return (Stage(LIKELIHOOD, order=("g",)),)
        return Stage(LIKELIHOOD, until=until, order=("g",)), adversarial

    def _until(self, total_steps):
        return max(1, round(self.likelihood_share * (total_steps or USUAL_STEPS)))

    def optimizers(self, total_steps=None):
        """Adam, faster in the first stage."""
        rate = self.adversarial_rate
        if self.likelihood_share:
            until = self._until(total_steps)
            rate = InStages(self.likelihood_rate, 0.1, until, self.adversarial_rate)
        return Adam(rate, beta_1=0.9, beta_2=0.99), Adam(self.discriminator_rate, beta_1=0.5, beta_2=0.99)


TINY = Config(
    latent_dim=4,
    units=8,
    embedding=6,
    likelihood_share=0.0005,
    discriminator_units=4,
    representations=3,
    representation_width=2,
)


class TextGAN(LineModel):
    """Adds the gradient penalty where it is asked for."""

    def discriminator_terms(self, batch, fakes):
        terms = super().discriminator_terms(batch, fakes)
        if self.config.loss != "wgan_gp":
            return terms
        return {**terms, "d_gradient_penalty": self.config.penalty_weight * self._penalty(batch, fakes)}

    def _penalty(self, batch, fakes):
        from keras import ops

        real = ops.one_hot(batch["real"], fakes.shape[-1], dtype="float32")
        alpha = self.noise.uniform(ops.shape(real)[0], (1, 1), "penalty")
        mixed = penalties.between(real, fakes, alpha)
        _, gradients = penalties.scores_and_gradients(lambda lines: self.score(lines, batch), mixed)
        return penalties.one_centred(gradients)


def build(config, fields):
    """Builds the model for lines of text."""
    field = fields["real"]
    discriminators = {"convolutional": networks.convolutional_discriminator, "lstm": networks.recurrent_discriminator}
    return TextGAN(
        networks.generator(field, config),
        discriminators[config.discriminator](field, config),
        config,
        {**fields, **controls(field)},
        objective=RELATIVISTIC if config.loss == "relativistic" else WASSERSTEIN,
    )
