"""DF-GAN: pictures from words, and the same noise with another sentence (Tao et al. 2022)

Paper: M. Tao, H. Tang, F. Wu, X.-Y. Jing, B.-K. Bao, C. Xu, "DF-GAN: A Simple and Effective Baseline for Text-to-Image
Synthesis", CVPR 2022, arXiv 2008.05865.

A sentence s steers every block of the generator: each of its two convolutions stands behind two affine changes
x -> gamma(z, s) x + beta(z, s) of each channel, with ReLU (section 3.4). The discriminator sees image and sentence, and
has one score, one way (section 3.3). With s' a sentence of another image (equations 2 and 3),

    L_D = E[(1 - D(x, s))+] + E[(1 + D(G(z, s), s))+] / 2 + E[(1 + D(x, s'))+] / 2 + k E[|grad_(x, s) D(x, s)|^p]
          + c E[C(x, s)]
    L_G = -E[D(G(z, s), s)] + c E[C(G(z, s), s)],      k = 2, p = 6, c = 0

where the penalty is taken at real images with their own sentences; as in the authors' code, the norm is that of both
gradients together. C is how badly images and sentences of a batch are told apart from the others (`losses/matching.py`;
H. Zhang et al., "Cross-Modal Contrastive Learning for Text-to-Image Generation", CVPR 2021, arXiv 2101.04702).

Deviations:
- Sentences are read by a GRU that learns with the network it is in, generator or discriminator, over words of the data,
  in place of one encoder that has learned from images and captions before. In place of what that one knows, c is 1.
- What differs between sentences is brought to variance 1 before it steers: else latents drown it.
- The generator has batch normalisation before each first affine change, and takes a rate of 1e-3.
- Networks end, and begin, at half the size: a transposed convolution gives the image, one of stride 2 takes it. Narrow
  ones for small images, a batch of 32; the penalty in every fourth step, where it counts fourfold.
"""

from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.errors import UserError
from keras_gan.layers import enlarging
from keras_gan.layers.batch_norm import FusedBatchNormalization
from keras_gan.layers.smooth_transpose import SmoothConv2DTranspose
from keras_gan.losses import matching, penalties
from keras_gan.networks import sentences
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, PenaltyOptions

VARIANT = Variant(
    takes=("noise", "text"),
    gives="image",
    data="captions",
    sizes=(16, 32, 64, 128),
    defaults={"image_size": 64, "batch_size": 32, "steps": 4000},
)

PRESETS = {
    "laptop": Preset(
        about="Narrow networks, and a contrastive term: what is said is drawn within minutes.", run={}, model={}
    ),
    "paper": Preset(
        about="The paper's rates, widths and loss alone: days on a GPU.",
        run={"steps": 600000},
        model={
            "latent_dim": 100,
            "channels": 64,
            "max_channels": 256,
            "sentence_units": 256,
            "modulation_units": 256,
            "generator_learning_rate": 1e-4,
            "discriminator_learning_rate": 4e-4,
            "ema_halflife_kimg": 10.0,
            "penalty_interval": 1,
            "contrastive_weight": 0.0,
            "normalize": False,
        },
    ),
}


@dataclass(frozen=True)
class Config(PenaltyOptions, AdamOptions):
    """Options of DF-GAN."""

    latent_dim: int = 64
    """Length of a latent vector."""
    channels: int = 16
    """Width at half the size of an image, in both networks; doubles towards 4 px."""
    max_channels: int = 128
    """Widest layer of either network."""
    sentence_units: int = 64
    """Width of a word's vector and of the state that reads it."""
    modulation_units: int = 64
    """Hidden units behind each affine change."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    beta_2: float = 0.9
    """Decay of Adam's squared gradients, of both."""
    generator_learning_rate: float = 1e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-3
    """Adam step size of the discriminator."""
    ema_halflife_kimg: float = 2.0
    """Half-life of the generator's moving average, in thousands of real examples."""
    penalty_weight: float = 2.0
    """k, the weight of the matching-aware penalty."""
    penalty_interval: int = 4
    """Steps from one penalty to the next, which then counts as often."""
    contrastive_weight: float = 1.0
    """How much it counts that an image and its sentence find each other among others; 0: as published."""
    contrastive_group: int = 16
    """Neighbours in the batch that these others are; divides the batch of each device, or the largest number below that
    does."""
    temperature: float = 0.1
    """Divides how far images and sentences agree, before they are told apart."""
    normalize: bool = True
    """Batch normalisation before each first affine change of a convolution; without it, as published, the generator's
    rate is to be 3e-4 or less."""


TINY = Config(
    latent_dim=5,
    channels=4,
    max_channels=6,
    sentence_units=4,
    modulation_units=8,
    contrastive_weight=0.05,
    penalty_weight=1e-3,
    contrastive_group=4,
)


class DFGAN(AdversarialModel):
    """Gives both networks sentences; the discriminator those of other images, too."""

    def generate(self, batch, training):
        latents = self.noise.normal(ops.shape(batch["real"])[0], (self.latent_dim,), "latents")
        return self.generator([latents, batch["caption"]], training=training)

    def discriminate(self, examples, batch, training=True):
        examples = self.augmented(examples) if training else examples
        return self.discriminator([examples, batch["caption"]], training=training)

    def discriminator_terms(self, batch, fakes):
        look, read, agree, judge = self._sides()
        seen, drawn = (look(self.augmented(each), training=True) for each in (batch["real"], fakes))
        said, unsaid = (read(batch[name], training=True) for name in ("caption", "other"))
        real, other, fake = (
            ops.cast(judge(pair, training=True), "float32") for pair in ([seen, said], [seen, unsaid], [drawn, said])
        )
        self.watch_scores(real, fake)
        self.watch("d_ranks_match", ops.cast(real > other, "float32"))
        penalty = self.lazily(self.config.penalty_interval, lambda: self._penalty(batch))
        return {
            "d_real": ops.relu(1.0 - real),
            "d_fake": ops.relu(1.0 + fake) / 2.0,
            "d_mismatched": ops.relu(1.0 + other) / 2.0,
            "d_match_penalty": penalty,
            "d_contrast": self._contrast(agree, seen, said),
        }

    def generator_terms(self, batch, fakes):
        look, read, agree, judge = self._sides()
        seen, said = look(self.augmented(fakes), training=True), read(batch["caption"], training=True)
        score = ops.cast(judge([seen, said], training=True), "float32")
        return {"g_fake": -score, "g_contrast": self._contrast(agree, seen, said)}

    def _contrast(self, agree, seen, said):
        shown, told = (ops.cast(each, "float32") for each in agree([seen, said], training=True))
        rows, most = shown.shape[0], self.config.contrastive_group
        # Where nobody knows how many there are, all of them are one group.
        group = ops.shape(shown)[0] if rows is None else next(n for n in range(most, 0, -1) if rows % n == 0)
        return self.config.contrastive_weight * matching.contrastive(shown, told, self.config.temperature, group)

    def _sides(self):
        """The discriminator's: what sees images, what reads sentences, and what judges both."""
        look, read, judge = (self.discriminator.get_layer(name) for name in ("look", "sentence", "judge"))
        return look, read, judge.get_layer("agree"), judge

    def _penalty(self, batch):
        look, read, _, judge = self._sides()

        def score(both):
            images, sentence = both
            return judge([look(images, training=True), sentence], training=True)

        at = [self.augmented(batch["real"]), ops.cast(read(batch["caption"], training=True), "float32")]
        _, gradients = penalties.scores_and_gradients(score, at)
        return self.config.penalty_weight * penalties.matching_aware(gradients)


def build(config, fields):
    """Builds the model for square images with captions."""
    if "caption" not in fields:
        raise UserError("dfgan learns from images with captions: use --dataset captions, or captions:PATH.")
    image, text = fields["real"].shape, fields["caption"]
    return DFGAN(generator(image, text, config), discriminator(image, text, config), config, fields)


def _widths(size, config):
    """Widths of the maps, from 4 px on to half the size."""
    count = (size // 8).bit_length()
    return [min(config.channels * 2**number, config.max_channels) for number in range(count)][::-1]


def generator(shape, text, config):
    """`[latents, caption]` to images in [-1, 1]."""
    latents = keras.Input((config.latent_dim,), name="latents")
    caption = keras.Input((text.length,), dtype="int32", name="caption")
    sentence = sentences.read(caption, text.size, config.sentence_units)
    # Beside latents of variance 1, what differs between sentences must not be small.
    sentence = _normalized(sentence, name="told_apart")
    steering = layers.Concatenate(name="steering")([latents, sentence])
    first, *widths = _widths(shape[0], config)
    x = layers.Reshape((4, 4, first))(layers.Dense(16 * first, name="start")(latents))
    for width in widths:
        x = _block(x, steering, width, config)
    x = layers.LeakyReLU(0.2)(x)
    x = SmoothConv2DTranspose(shape[2], 3, name="colours")(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model([latents, caption], images, name="generator")


def _block(x, steering, width, config):
    """Twice the size: two convolutions behind what the sentence changes, beside a short way.

    What is done to each pixel alone is done before it becomes four, which is the same, in a quarter of the time.
    """
    short = x if x.shape[-1] == width else layers.Conv2D(width, 1)(x)
    x = enlarging.Conv2D(width, 3)(_steered(x, steering, config))
    x = layers.Conv2D(width, 3, padding="same")(_steered(x, steering, config))
    return layers.UpSampling2D()(short) + x


def _steered(x, steering, config):
    if config.normalize:
        x = _normalized(x)
    for _ in range(2):
        x = layers.ReLU()(_changed(x, steering, config.modulation_units))
    return x


def _normalized(x, name=None):
    return FusedBatchNormalization(momentum=0.9, synchronized=True, name=name)(x)


def _changed(x, steering, units):
    """gamma x + beta, both of them functions of noise and sentence; 1 and 0 at first."""
    factor, addend = (
        layers.Dense(x.shape[-1], kernel_initializer="zeros", bias_initializer=bias)(
            layers.Dense(units, activation="relu")(steering)
        )
        for bias in ("ones", "zeros")
    )
    return x * factor[:, None, None] + addend[:, None, None]


def discriminator(shape, text, config):
    """`[images, caption]` to scores `[B, 1]`."""
    tokens = keras.Input((text.length,), dtype="int32", name="tokens")
    read = keras.Model(tokens, sentences.read(tokens, text.size, config.sentence_units), name="sentence")
    *widths, last = _widths(shape[0], config)[::-1]
    images = keras.Input(shape, name="images")
    x = layers.Conv2D(widths[0], 4, strides=2, padding="same")(images)
    for width in [*widths[1:], last]:
        x = _down(x, width)
    look = keras.Model(images, x, name="look")
    seen, sentence = keras.Input(x.shape[1:], name="seen"), keras.Input(read.output_shape[1:], name="vector")
    x = layers.Concatenate()([seen, ops.tile(sentence[:, None, None], (1, *seen.shape[1:3], 1))])
    x = layers.LeakyReLU(0.2)(layers.Conv2D(last, 3, padding="same")(x))
    x = layers.Conv2D(1, 4, use_bias=False, dtype="float32", name="scores")(x)
    agree = agreement(seen.shape[1:], sentence.shape[1], config.sentence_units)
    shown, told = agree([seen, sentence])
    score = ops.reshape(x, (-1, 1)) + ops.mean(shown * told, axis=-1, keepdims=True)
    judge = keras.Model([seen, sentence], score, name="judge")
    examples = keras.Input(shape, name="examples")
    caption = keras.Input((text.length,), dtype="int32", name="caption")
    return keras.Model([examples, caption], judge([look(examples), read(caption)]), name="discriminator")


def agreement(shape, sentence_units, units):
    """What is seen and what is said, `[maps, sentence]`, to two vectors whose product is how far they agree."""
    seen, sentence = keras.Input(shape, name="seen"), keras.Input((sentence_units,), name="vector")
    x = layers.Flatten()(layers.LeakyReLU(0.2)(seen))
    vectors = [
        layers.Dense(units, dtype="float32", name=name)(each) for name, each in (("shown", x), ("told", sentence))
    ]
    return keras.Model([seen, sentence], vectors, name="agree")


def _down(x, width):
    """Half the size: two convolutions beside a short way."""
    short = layers.AveragePooling2D(2)(x if x.shape[-1] == width else layers.Conv2D(width, 1)(x))
    y = layers.LeakyReLU(0.2)(layers.Conv2D(width, 4, strides=2, padding="same")(x))
    y = layers.LeakyReLU(0.2)(layers.Conv2D(width, 3, padding="same")(y))
    return short + y
