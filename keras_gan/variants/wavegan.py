"""WaveGAN: sounds of a class, drawn sample by sample (Donahue et al. 2018)

Paper: C. Donahue, J. McAuley, M. Puckette, "Adversarial Audio Synthesis", ICLR 2019, arXiv 1802.04208; its objective
is that of I. Gulrajani et al., "Improved Training of Wasserstein GANs", arXiv 1704.00028. The class enters as in T.
Miyato, M. Koyama, "cGANs with Projection Discriminator", arXiv 1802.05637.

Objective `wgan-gp`, the paper's, s = D(x), x the waveform of a sound:
    L_D = -E[s_real] + E[s_fake] + lambda E[(|grad D(x^)| - 1)^2],   lambda = 10
    L_G = -E[s_fake]
    x^ = alpha x_real + (1 - alpha) x_fake, alpha uniform in [0, 1) for each pair
with five updates of the critic for one of the generator; `r1`, the laptop's (arXiv 1801.04406):
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)] + gamma/2 E[|grad_x s_real|^2]         the last term lazily
    L_G = E[softplus(-s_fake)]
with one. Maps of the generator are four times as long from layer to layer, those of the discriminator a quarter; there
they are moved by up to two places at random (phase shuffle), so that it does not tell fakes by the phase of artefacts.

Deviations:
- It knows classes where there are any; the paper draws without.
- Latents are normal, where the paper's are uniform in [-1, 1].
- Real sounds and fakes of one draw are shuffled by the same number of places in each layer.
- `--model.enlarging nearest`, the laptop's: maps are repeated and then convolved, for transposed convolutions of 25
  taps are slow on processors.
- There is no filter behind the generator, which the paper leaves out for speech, too.
"""

from dataclasses import dataclass
from typing import Literal

from keras import ops

from keras_gan.errors import UserError
from keras_gan.losses import penalties
from keras_gan.losses.objectives import NON_SATURATING, WASSERSTEIN
from keras_gan.modalities.label import class_count
from keras_gan.networks import waves as networks
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, PenaltyOptions
from keras_gan.training.stages import Stage

VARIANT = Variant(gives="sound", data="tones")

PRESETS = {
    "laptop": Preset(
        about="Narrow networks, R1 in every 16th step, maps enlarged by nearest neighbours.",
        run={"steps": 10000, "batch_size": 32, "augment": "diffaugment"},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "max_channels": 256,
            "kernel_size": 9,
            "discriminator_kernel_size": 17,
            "enlarging": "nearest",
            "penalty": "r1",
            "penalty_interval": 16,
            "critic_steps": 1,
            "generator_learning_rate": 5e-4,
            "discriminator_learning_rate": 5e-4,
            "beta_1": 0.0,
            "beta_2": 0.99,
            "final_rate": 0.1,
        },
    ),
    "paper": Preset(
        about="The paper's networks, rates, batch and length: four days on a GPU.",
        run={"steps": 200000, "batch_size": 64},
        model={},
    ),
}


@dataclass(frozen=True)
class Config(AdamOptions, PenaltyOptions):
    """Options of WaveGAN."""

    generator_channels: int = 64
    """Width of the generator's last hidden map; doubles towards the latents."""
    discriminator_channels: int = 64
    """Width of the discriminator's first map; doubles towards the score."""
    max_channels: int = 1024
    """Widest map of either network."""
    kernel_size: int = 25
    """Taps of the generator's convolutions."""
    discriminator_kernel_size: int = 25
    """Taps of the discriminator's convolutions."""
    enlarging: Literal["transposed", "nearest"] = "transposed"
    """How maps become longer: by transposed convolutions, or repeated and then convolved."""
    phase_shuffle: int = 2
    """Places by which the discriminator's maps are moved at most, in training."""
    generator_learning_rate: float = 1e-4
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-4
    """Adam step size of the discriminator."""
    beta_2: float = 0.9
    """Decay of Adam's squared gradients, of both."""
    penalty: Literal["wgan-gp", "r1"] = "wgan-gp"
    """The objective, with its penalty on gradients."""
    penalty_weight: float = 10.0
    """lambda, the weight of the penalty of wgan-gp."""
    gamma: float = 0.1
    """Weight of r1."""
    critic_steps: int = 5
    """Updates of the discriminator for one of the generator."""
    unconditional: bool = False
    """Leave classes aside where there are any."""

    def stages(self, total_steps=None):
        """The discriminator is updated several times, each on examples of its own."""
        return (Stage("train", order=("d",) * self.critic_steps + ("g",)),)


TINY = Config(
    latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8, kernel_size=5, critic_steps=2
)


class WaveGAN(AdversarialModel):
    """Adds the penalty of its objective."""

    @property
    def decision_boundary(self):
        """Scores of a critic have none."""
        return 0.0 if self.config.penalty == "r1" else None

    def discriminator_terms(self, batch, fakes):
        named = {"r1": ("d_r1", self._r1), "wgan-gp": ("d_gradient_penalty", self._between)}
        name, penalty = named[self.config.penalty]
        term = self.lazily(self.config.penalty_interval, lambda: penalty(batch, fakes))
        return {**super().discriminator_terms(batch, fakes), name: term}

    def _r1(self, batch, fakes):
        return self.config.gamma * penalties.zero_centred(self._steepness(batch["real"], batch))

    def _between(self, batch, fakes):
        alpha = self.noise.uniform(ops.shape(fakes)[0], (1,), "penalty")
        mixed = penalties.between(batch["real"], fakes, alpha)
        return self.config.penalty_weight * penalties.one_centred(self._steepness(mixed, batch))

    def _steepness(self, sounds, batch):
        return penalties.scores_and_gradients(lambda each: self.score(each, batch), sounds)[1]


def build(config, fields):
    """Builds the model for waveforms, of sounds with classes or without."""
    samples = fields["real"].samples
    if networks.depth_of(samples) < 2:
        raise UserError(f"wavegan makes sounds of at least 128 samples, a multiple of 16, not of {samples}.")
    num_classes = 0 if config.unconditional else class_count(fields)
    return WaveGAN(
        networks.generator(samples, config, num_classes),
        networks.discriminator(samples, config, num_classes),
        config,
        fields,
        objective=NON_SATURATING if config.penalty == "r1" else WASSERSTEIN,
    )
