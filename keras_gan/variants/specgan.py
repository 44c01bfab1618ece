"""SpecGAN: sounds of a class, drawn as spectrograms (Donahue et al. 2018)

Paper: C. Donahue, J. McAuley, M. Puckette, "Adversarial Audio Synthesis", ICLR 2019, arXiv 1802.04208. The objective is
that of L. Mescheder, A. Geiger, S. Nowozin, "Which Training Methods for GANs do actually Converge?", ICML 2018, arXiv
1801.04406; the class enters as in T. Miyato, M. Koyama, "cGANs with Projection Discriminator", arXiv 1802.05637.

Objective (non-saturating), s = D(x), x the spectrogram of a sound:
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)] + gamma/2 E[|grad_x s_real|^2]         the last term lazily
    L_G = E[softplus(-s_fake)]
    s = v_y . phi(x) + psi(phi(x)),   phi the last features, v_y a vector for each class y
Both networks are those of images, of one channel: rows are bands, columns are frames.

A spectrogram is heard by way of the pseudo-inverse of its bands and the algorithm of Griffin and Lim, which the
SavedModel holds. Real sounds and fakes alike are moved in time, in loudness and by a band before the discriminator sees
them (`--augment diffaugment`, the default here), so that few recordings are not learned by heart.

Deviations:
- Bands are 64 of the mel scale in dB over a range of 60 dB, the same for all; the paper has 128 bins of a linear scale,
  each with mean and spread of its own. So exported files need no statistics of the data.
- R1 and one update of the discriminator, where the paper has WGAN-GP and five.
- It knows classes where there are any; the paper draws without.
- Phases begin where the seed of a sound says; on the way between two seeds all have those of the first, and what is
  not of a seed has those of seed 0.
"""

from dataclasses import dataclass

import keras
from keras import layers

from keras_gan.errors import UserError
from keras_gan.losses import penalties
from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.modalities.label import class_count
from keras_gan.modalities.sound.spectrogram import Spectrogram
from keras_gan.networks import convolutional as networks
from keras_gan.networks.waves import projected
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, ConvolutionOptions, PenaltyOptions

VARIANT = Variant(gives="sound.spectrogram", data="tones", defaults={"augment": "diffaugment"})

PRESETS = {
    "laptop": Preset(
        about="Narrow networks at large rates.",
        run={"steps": 6000, "batch_size": 32},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "generator_learning_rate": 1e-3,
            "discriminator_learning_rate": 1e-3,
            "hidden_kernel_size": 4,
            "smooth_layers": 1,
            "fused_batch_norm": True,
            "final_rate": 0.1,
        },
    ),
    "paper": Preset(
        about="The paper's widths, rates and length: days on a GPU.",
        run={"steps": 200000},
        model={"generator_channels": 64, "discriminator_channels": 64},
    ),
}


@dataclass(frozen=True)
class Config(AdamOptions, PenaltyOptions, ConvolutionOptions):
    """Options of SpecGAN."""

    generator_learning_rate: float = 1e-4
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-4
    """Adam step size of the discriminator."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    penalty_interval: int = 16
    """Steps from one R1 to the next, which then counts as often."""
    gamma: float = 0.1
    """Weight of R1."""
    bands: int = 64
    """Bands of the spectrogram, a power of two from 16 on."""
    unconditional: bool = False
    """Leave classes aside where there are any."""


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8, bands=16)


class SpecGAN(AdversarialModel):
    """Adds lazy R1."""

    def discriminator_terms(self, batch, fakes):
        def penalty():
            _, gradients = penalties.scores_and_gradients(lambda sounds: self.score(sounds, batch), batch["real"])
            return self.config.gamma * penalties.zero_centred(gradients)

        scores = super().discriminator_terms(batch, fakes)
        return {**scores, "d_r1": self.lazily(self.config.penalty_interval, penalty)}


def view(config, fields):
    """Sounds as spectrograms of so many bands."""
    real = fields["real"]
    return {**fields, "real": Spectrogram(real.samples, real.rate, config.bands)}


def build(config, fields):
    """Builds the model for spectrograms, of sounds with classes or without."""
    if config.bands < 16 or config.bands & (config.bands - 1):
        raise UserError(f"--model.bands must be a power of two from 16 on, got {config.bands}.")
    shape = fields["real"].model_shape
    num_classes = 0 if config.unconditional else class_count(fields)
    return SpecGAN(
        networks.generator(shape, config, num_classes),
        discriminator(config, shape, num_classes),
        config,
        fields,
        objective=NON_SATURATING,
    )


def discriminator(config, shape, num_classes):
    """Spectrograms, or `[spectrograms, labels]` with labels int32 `[B]`, to scores `[B, 1]`, float32."""
    inputs = spectrograms = keras.Input(shape, name="spectrograms")
    x = networks.features(spectrograms, config, norm=None, initializer=keras.initializers.HeNormal)
    x = layers.Flatten(dtype="float32")(x)
    scores = networks.score(x)
    if num_classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [spectrograms, labels]
        scores = scores + projected(x, labels, num_classes)
    return keras.Model(inputs, scores, name="discriminator")
