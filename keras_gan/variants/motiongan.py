"""MotionGAN: clips of movement by action, judged by joint rotations and by where they bring the joints

Papers: E. Barsoum, J. Kender, Z. Liu, "HP-GAN: Probabilistic 3D human motion prediction via GAN", 2017, arXiv
1711.09561; C. Guo, X. Zuo, S. Wang et al., "Action2Motion: Conditioned Generation of 3D Human Motions", 2020, arXiv
2007.15240; convolutions along time with noise as in S. Yan, Z. Li et al., "Convolutional Sequence Generation for
Skeleton-Based Action Synthesis" (CSGN), ICCV 2019.

Objective, s = D(x, y) of a clip x and its action y:
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)] + gamma / 2 E[|grad D(x_real)|^2]
    L_G = E[softplus(-s_fake)] + contact_weight * E[how far feet that are on the floor slide]
The penalty is R1 (arXiv 1801.04406), taken lazily; the action enters the discriminator by projection
(arXiv 1802.05637).

The generator makes rotations of six numbers (arXiv 1812.07035) for each joint that moves, and how far the root turns
and goes from frame to frame, so that bones are as long as they are by construction. The discriminator is shown these
and, by forward kinematics that can be differentiated, where they bring the joints and how fast; the penalty is on its
gradient in all that it is shown. For half of the clips
that are made in training, the generator is given where to begin: the end of a real clip. So it can go on from any
pose, and windows can be joined to clips of any length.

Deviations:
- HP-GAN is WGAN-GP over joint positions, from ten frames given; bones have a loss there to keep their length.
- Action2Motion is a variational autoencoder, frame by frame; of it are actions as conditions, and motion described by
  rotations in the Lie algebra, here by their matrices' columns.
- CSGN draws a Gaussian process along time and convolves over the graph of the skeleton; here noise is one vector.
- Turning is no augmentation: clips are seen from where a figure is and looks, which takes it out.
"""

from dataclasses import dataclass

from keras import ops

from keras_gan.errors import UserError
from keras_gan.losses import penalties
from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.modalities.label import class_count
from keras_gan.modalities.motion.start import Start
from keras_gan.networks import movement
from keras_gan.registry import Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, PenaltyOptions
from keras_gan.training.step import labels_of

# Places and steps in heights of a figure, times these, are about as large as what networks see of rotations.
PLACES, STEPS = 4.0, 40.0

VARIANT = Variant(
    takes=("noise", "label"),
    gives="motion",
    data="walker",
    defaults={"steps": 6000, "data_augment": "mirror", "eval_samples": 1024},
)


@dataclass(frozen=True)
class Config(AdamOptions, PenaltyOptions):
    """Options of MotionGAN."""

    latent_dim: int = 64
    """Length of a latent vector."""
    generator_channels: int = 192
    """Width of the generator."""
    discriminator_channels: int = 96
    """Width of the discriminator's first layers; the later ones are twice as wide."""
    gamma: float = 2.0
    """Weight of the gradient penalty."""
    penalty_interval: int = 4
    """Steps from one gradient penalty to the next, which then counts as often."""
    contact_weight: float = 0.5
    """Weight of sliding feet in the generator's loss."""
    start_share: float = 0.5
    """Share of clips that are to go on from a pose in training."""
    memory: int = 12
    """Frames in which what a clip begins at fades out."""
    generator_learning_rate: float = 1e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-3
    """Adam step size of the discriminator."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    final_rate: float = 0.1
    """Share of both step sizes that is left at the end of the run, where they fall to along a cosine; 1: constant."""
    ema_halflife_kimg: float = 20.0
    """Half-life of the generator's moving average, in thousands of real examples."""


TINY = Config(latent_dim=6, generator_channels=8, discriminator_channels=4)


class MotionGAN(AdversarialModel):
    """Makes clips that begin anyhow, or at a pose."""

    def generate(self, batch, training):
        rows = ops.shape(batch["real"])[0]
        latents = self.noise.normal(rows, (self.latent_dim,), "latents")
        given = self.noise.uniform(rows, (), "starts") < self.config.start_share
        inputs = [latents, labels_of(batch), batch["real"][:, -2:], ops.cast(given, "float32")]
        return self.generator(inputs, training=training)

    def discriminate(self, examples, batch, training=True):
        examples = self.augmented(examples) if training else examples
        return self.discriminator([self.seen(examples), labels_of(batch)], training=training)

    def seen(self, clips):
        """What the discriminator is shown of clips: these, and where joints are and how fast, in heights."""
        field = self.fields["real"]
        places, steps = field.in_own_frame(clips)
        size = (clips.shape[1], 3 * len(field.joints))
        scales = PLACES / field.skeleton.height, STEPS / field.skeleton.height
        scaled = [ops.reshape(each * scale, (-1, *size)) for each, scale in zip((places, steps), scales, strict=True)]
        return ops.concatenate([clips, *scaled], axis=-1)

    def discriminator_terms(self, batch, fakes):
        def penalty():
            # In all that is shown, as if it were given: there is nothing to be learned of kinematics.
            _, gradients = penalties.scores_and_gradients(
                lambda seen: self.discriminator([seen, labels_of(batch)], training=True), self.seen(batch["real"])
            )
            return self.config.gamma * penalties.zero_centred(gradients)

        terms = super().discriminator_terms(batch, fakes)
        return {**terms, "d_r1": self.lazily(self.config.penalty_interval, penalty)}

    def generator_terms(self, batch, fakes):
        return {**super().generator_terms(batch, fakes), "g_contact": self.config.contact_weight * self.sliding(fakes)}

    def sliding(self, clips):
        """How far feet go that are on the floor, `[B]`: of each step's length its square, in hundredths of a height."""
        field = self.fields["real"]
        places, steps = field.in_own_frame(clips)
        floor, contact = field.floor
        heights = ops.take(places, field.feet, axis=2)[..., 1]
        gone = ops.take(steps, field.feet, axis=2)
        # On the floor to a degree, so that there is a slope where a foot comes down.
        down = ops.sigmoid(8.0 * (contact - heights) / (contact - floor))
        length = ops.square(gone[..., 0]) + ops.square(gone[..., 2])
        return ops.mean(down * length, axis=(1, 2)) * (100.0 / field.skeleton.height) ** 2

    def exported(self):
        core = self.ema_generator
        return {"generator": movement.beginning_anyhow(core), "continuation": movement.going_on(core)}

    @property
    def further_inputs(self):
        return {"start": Start.of_motion(self.fields["real"])}


def build(config, fields):
    """Builds the model for labelled clips."""
    real, classes = fields["real"], class_count(fields)
    frames, numbers = real.model_shape
    if frames % movement.COARSEST:
        raise UserError(f"motiongan makes clips of a multiple of {movement.COARSEST} frames, not {frames}: --frames.")

    return MotionGAN(
        movement.generator(frames, numbers, classes, config),
        movement.discriminator(frames, numbers + 6 * len(real.joints), classes, config),
        config,
        fields,
        objective=NON_SATURATING,
    )
