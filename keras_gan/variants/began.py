"""BEGAN: an autoencoder discriminator kept in equilibrium with the generator (Berthelot et al. 2017)

Paper: D. Berthelot, T. Schumm, L. Metz, "BEGAN: Boundary Equilibrium Generative Adversarial Networks",
arXiv 1703.10717.

Objective (section 3.4), with the reconstruction error L(x) = mean |x - D(x)| of the autoencoder D:
    L_D = L(x_real) - k L(x_fake)
    L_G = L(x_fake)
    k  <- k + lambda_k (gamma L(x_real) - L(x_fake)), kept in [0, 1], from k = 0, lambda_k = 0.001
Both networks are updated at once. gamma in [0, 1] trades variety (high) for quality (low). The measure of convergence
    M = E[L(x_real)] + |gamma E[L(x_real)] - E[L(x_fake)]|
is logged as `train/convergence` and k as `train/k`; L(x_real) is `discriminator/real`.

Networks as in the paper: 3x3 convolutions with ELU, two at every size from the image's to 8x8; the encoder's widths
grow by `channels` with every halving (a strided convolution), the decoder doubles by nearest-neighbour; generator and
decoder are of one shape; no output function. Latents uniform in [-1, 1], Adam(1e-4), batches of 16.

Deviations:
- The paper's largest runs take days on four GPUs; these defaults are for minutes. `channels` is 16 (paper: 64 or 128),
  gamma 1 and lambda_k 0.02, and the generator learns at 2e-3, the autoencoder at 4e-4, where the paper shows gammas of
  0.3, 0.5 and 0.7. On avatars, with its 1e-4, 0.001 and 0.5, k is below 0.01 after 1,000 steps and all samples are one
  face; on MNIST a generator at 4e-4 draws strokes like ones and nothing else. The paper's: `--model.gamma 0.5
  --model.lambda-k 0.001 --model.generator-learning-rate 1e-4 --model.discriminator-learning-rate 1e-4`.
- Rates are in proportion to the spread of each layer's weights in the laptop preset (`EqualizedAdam`), and its images
  end in tanh (`--model.output tanh`), where the autoencoder's do not. FID on MNIST after 100 to 110 seconds of one
  core, 8 channels, single runs: 48 so (3e-3 and 1e-3; recall 0.27), 66 (and 3e-3), with no output function 69 (1e-2
  and 1e-3; 0.07) and 87 (and 3e-3); without equalizing 92 (2e-3 and 4e-4), 79 (1e-3 and 1e-4) and 244 (1e-3 for
  both, where variety is lost). With tanh in the autoencoder, too, they soon were all black. So, after 3,319 steps: 42
  with 32 latents, the laptop's (recall 0.28), 47 with 64 (0.26), 40 with 16 (0.13); with 64, gamma 0.8 gives 111 and
  1.3 66. On a faster machine, after 6,000: 41 with the laptop's, 37 with a momentum of 0, 43 with rates that fall to a
  tenth, 73 with a generator at 1e-3.
- The learning rate is constant; the paper halves it when M stalls.
- One batch of fakes serves both updates; the paper draws two.
- Adam's momentum is 0.5 with beta_2 0.99; samples come from a moving average of the generator. The network's inputs are
  standard normal numbers, which its first layer makes uniform.
- The decoder has no skip connections from its first layer, which the paper describes as optional.
"""

from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.layers import enlarging
from keras_gan.layers.bounded import FUNCTIONS
from keras_gan.layers.uniform import NormalToUniform
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.equalized_options import EqualizedOptions
from keras_gan.training.options import OutputOptions
from keras_gan.training.stages import Stage

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256), defaults={"steps": 3000, "batch_size": 16})

PRESETS = {
    "laptop": Preset(
        about="Rates in proportion to the weights: FID 42 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 16000},
        model={
            "latent_dim": 32,
            "channels": 8,
            "equalized": True,
            "output": "tanh",
            "generator_learning_rate": 3e-3,
            "discriminator_learning_rate": 1e-3,
        },
    ),
    "paper": Preset(
        about="The paper's rates, batch, width and balance: a day on a GPU.",
        run={"steps": 200000, "batch_size": 16},
        model={
            "channels": 128,
            "gamma": 0.5,
            "lambda_k": 1e-3,
            "generator_learning_rate": 1e-4,
            "discriminator_learning_rate": 1e-4,
            "beta_2": 0.999,
        },
    ),
}


@dataclass(frozen=True)
class Config(EqualizedOptions, OutputOptions):
    """Options of BEGAN."""

    latent_dim: int = 64
    """Length of a latent vector and of the autoencoder's code."""
    channels: int = 16
    """Width of the decoder, and of the encoder at the image's size."""
    gamma: float = 1.0
    """Error of fakes over error of real images that the control of k aims at."""
    lambda_k: float = 0.02
    """Step size of the control of k."""
    generator_learning_rate: float = 2e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 4e-4
    """Adam step size of the autoencoder."""

    def stages(self, total_steps=None):
        """Both networks are updated at once."""
        return (Stage("train", order=(("d", "g"),)),)


TINY = Config(latent_dim=6, channels=4)


class BEGAN(AdversarialModel):
    """Minimises reconstruction errors; the balance k is steered after every step."""

    decision_boundary = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        state = {"shape": (), "initializer": "zeros", "trainable": False, "aggregation": "mean"}
        self.k = self.add_weight(name="k", **state)
        self.convergence = self.add_weight(name="convergence", **state)

    def discriminate(self, images, batch, training=True):
        """Reconstruction errors `[B]` of images `[B, …]`: lower means more real."""
        images = self.augmented(images) if training else images
        errors = ops.abs(images - self.discriminator(images, training=training))
        return ops.mean(errors, axis=tuple(range(1, len(errors.shape))))

    def both_terms(self, batch, fakes):
        real_errors, fake_errors = self.score(batch["real"], batch), self.score(fakes, batch)
        return {"d_real": real_errors, "d_fake": -self.k.value * fake_errors}, {"g_fake": fake_errors}

    def after_update(self, terms):
        surplus = self.config.gamma * terms["d_real"] - terms["g_fake"]
        return {
            "k": ops.clip(self.k.value + self.config.lambda_k * surplus, 0.0, 1.0),
            "convergence": terms["d_real"] + ops.abs(surplus),
        }


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    latents = keras.Input((config.latent_dim,), name="latents")
    images = decoder(NormalToUniform()(latents), config, fields["real"].shape, name="images", output=config.output)
    return BEGAN(
        keras.Model(latents, images, name="generator"),
        autoencoder(config, fields["real"].shape),
        config,
        fields,
    )


def autoencoder(config, image_shape):
    """Images `[B, height, width, C]` to their reconstructions, float32."""
    images = keras.Input(image_shape, name="images")
    x = _conv(config.channels)(images)
    for stage in range(1, _doublings(image_shape) + 1):
        x = _conv(config.channels * stage)(x)
        x = _conv(config.channels * (stage + 1), strides=2)(x)
    x = layers.Flatten()(_conv(x.shape[-1])(_conv(x.shape[-1])(x)))
    code = layers.Dense(config.latent_dim)(x)
    return keras.Model(images, decoder(code, config, image_shape, name="reconstructions"), name="discriminator")


def decoder(code, config, image_shape, name, output="linear"):
    """Codes `[B, latent_dim]` to images `[B, height, width, C]`, float32; the generator and half the autoencoder."""
    x = layers.Reshape((8, 8, config.channels))(layers.Dense(8 * 8 * config.channels)(code))
    x = _conv(config.channels)(_conv(config.channels)(x))
    for _ in range(_doublings(image_shape)):
        x = _conv(config.channels)(enlarging.Conv2D(config.channels, 3, activation="elu")(x))
    return layers.Conv2D(image_shape[2], 3, padding="same", activation=FUNCTIONS[output], dtype="float32", name=name)(x)


def _conv(channels, **options):
    return layers.Conv2D(channels, 3, padding="same", activation="elu", **options)


def _doublings(image_shape):
    return image_shape[0].bit_length() - 4
