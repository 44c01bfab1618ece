"""MoCoGAN: films of one content that moves, by a judge of frames and a judge of films

Papers: S. Tulyakov, M.-Y. Liu, X. Yang, J. Kautz, "MoCoGAN: Decomposing Motion and Content for Video Generation", CVPR
2018, arXiv 1707.04993; a code for each frame of noise along time as in M. Saito, E. Matsumoto, S. Saito, "Temporal
Generative Adversarial Nets with Singular Value Clipping" (TGAN), ICCV 2017, arXiv 1611.06624.

A film has one vector of content; a GRU makes a code of movement for each frame, of noise for each frame and of the kind
of movement. Each frame is drawn of both, and of nothing else.

Objective, s = D(x, y): two scores, one of how the frames of x follow one another, as y has it, and one of two of its
frames by themselves:
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)] + gamma / 2 E[|grad D(x_real)|^2]
    L_G = E[softplus(-s_fake)] + start_weight * E[|first frame - what it was to be|]
The penalty is R1 (arXiv 1801.04406), taken lazily. For half of the films that are made in training the content is read
from the first frame of a real one, so that a picture can be made to move.

Deviations:
- The judge of films convolves each frame and its change to the next one in the plane, and then along time, where the
  paper has convolutions in three dimensions: several times as fast on processors.
- The kind of movement enters by projection (arXiv 1802.05637), where the paper has the discriminator tell it, after
  InfoGAN, or draws it.
- No noise is added to what the judges see; the penalty takes its place.
- Frames are drawn by nearest neighbours and convolutions steered by the codes, where the paper has DCGAN's layers.
- Rates are in proportion to the spread of each layer's weights in the laptop preset (`EqualizedAdam`). After 1,000
  steps on moving avatars the kind asked for is seen in 65 % so and in 55 % with one rate for all, 1e-3, and the
  Fréchet distance is 70 and 82. After 2,200, with a start weight of 10, 16 and 25: 92, 92 and 87 %, a distance of 32,
  55 and 77, and the face of a start is found again in 86, 92 and 98 %. Before there were presets it was 84 %, 40 and
  84 %. Single runs.
"""

from dataclasses import dataclass

from keras import ops

from keras_gan.errors import UserError
from keras_gan.losses import penalties
from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.modalities.label import class_count
from keras_gan.modalities.video.start import FirstFrame
from keras_gan.networks import films
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.equalized_options import EqualizedOptions
from keras_gan.training.options import PenaltyOptions
from keras_gan.training.step import labels_of

VARIANT = Variant(
    takes=("noise", "label"),
    gives="video",
    data="moving_avatars",
    sizes=(16, 32, 64),
    channels=(1, 3),
    defaults={"steps": 2000, "batch_size": 16, "eval_samples": 256},
)

PRESETS = {
    "laptop": Preset(
        about="Rates in proportion to the weights: 92 % move as asked after 2,200 steps (make bench-moving-faces).",
        run={"steps": 2200, "batch_size": 16},
        model={
            "equalized": True,
            "generator_learning_rate": 1e-2,
            "discriminator_learning_rate": 1e-2,
            "start_weight": 16.0,
        },
    ),
    "paper": Preset(
        about="The paper's rates and momentum, wider networks: a day on a GPU.",
        run={"steps": 100000, "batch_size": 32},
        model={
            "generator_channels": 64,
            "discriminator_channels": 64,
            "generator_learning_rate": 2e-4,
            "discriminator_learning_rate": 2e-4,
            "beta_1": 0.5,
            "beta_2": 0.999,
            "final_rate": 1.0,
        },
    ),
}


@dataclass(frozen=True)
class Config(EqualizedOptions, PenaltyOptions):
    """Options of MoCoGAN."""

    latent_dim: int = 48
    """Length of the vector of content; latents have the noise of all frames behind it."""
    motion_dim: int = 8
    """Length of the noise of each frame."""
    codes: int = 24
    """Length of the code of movement of each frame."""
    generator_channels: int = 24
    """Width of the generator's last layers; the first are four times as wide."""
    discriminator_channels: int = 16
    """Width of the first layer of both judges; doubles from layer to layer."""
    gamma: float = 1.0
    """Weight of the gradient penalty."""
    penalty_interval: int = 8
    """Steps from one gradient penalty to the next, which then counts as often."""
    start_share: float = 0.5
    """Share of films that are to begin with a picture in training."""
    start_weight: float = 5.0
    """Weight of how far the first frame is from that picture."""
    generator_learning_rate: float = 1e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-3
    """Adam step size of the discriminator."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    final_rate: float = 0.1
    """Share of both step sizes that is left at the end of the run, where they fall to along a cosine; 1: constant."""
    ema_halflife_kimg: float = 2.0
    """Half-life of the generator's moving average, in thousands of real examples."""


TINY = Config(latent_dim=4, motion_dim=2, codes=3, generator_channels=4, discriminator_channels=4)


class MoCoGAN(AdversarialModel):
    """Makes films of noise, or of a picture."""

    def generate(self, batch, training):
        rows = ops.shape(batch["real"])[0]
        latents = self.noise.normal(rows, (self.latent_dim,), "latents")
        inputs = [latents, labels_of(batch), batch["real"][:, 0], ops.cast(self.given(rows), "float32")]
        return self.generator(inputs, training=training)

    def given(self, rows):
        """Which films are to begin with a picture, bool `[rows]`, the same whenever it is asked within a draw."""
        return self.noise.uniform(rows, (), "starts") < self.config.start_share

    def discriminate(self, examples, batch, training=True):
        examples = self.augmented(examples) if training else examples
        return self.discriminator([examples, labels_of(batch), self.stills(examples, training)], training=training)

    def stills(self, examples, at_random=True):
        """Two frames of each film, `[B, 2, …]`: at random, or the first and the middle one."""
        frames = examples.shape[1]
        if not at_random:
            return ops.stack([examples[:, 0], examples[:, frames // 2]], axis=1)
        rows = ops.shape(examples)[0]
        drawn = ops.cast(self.noise.uniform(rows, (2,), "stills") * frames, "int32")
        chosen = ops.one_hot(ops.minimum(drawn, frames - 1), frames)
        return ops.einsum("nkt,nthwc->nkhwc", ops.cast(chosen, examples.dtype), examples)

    def discriminator_terms(self, batch, fakes):
        def penalty():
            _, gradients = penalties.scores_and_gradients(lambda real: self.score(real, batch), batch["real"])
            return self.config.gamma * penalties.zero_centred(gradients)

        terms = super().discriminator_terms(batch, fakes)
        return {**terms, "d_r1": self.lazily(self.config.penalty_interval, penalty)}

    def generator_terms(self, batch, fakes):
        missed = ops.mean(ops.abs(fakes[:, 0] - batch["real"][:, 0]), axis=(1, 2, 3))
        counts = ops.cast(self.given(ops.shape(fakes)[0]), "float32")
        return {**super().generator_terms(batch, fakes), "g_start": self.config.start_weight * counts * missed}

    def exported(self):
        core = self.ema_generator
        return {"generator": films.beginning_anyhow(core), "continuation": films.going_on(core)}

    @property
    def further_inputs(self):
        real = self.fields["real"]
        return {"start": FirstFrame(real.height, real.width, real.channels)}


def build(config, fields):
    """Builds the model for labelled films."""
    real, classes = fields["real"], class_count(fields)
    size = real.height
    if size != real.width or size < 16 or size & (size - 1):
        raise UserError(f"mocogan makes squares of 16, 32 or 64 px, not {real.width}x{size}.")
    shape = size, size, real.channels
    return MoCoGAN(
        films.generator(real.frames, shape, classes, config),
        films.discriminator(real.frames, shape, classes, config),
        config,
        fields,
        objective=NON_SATURATING,
    )
