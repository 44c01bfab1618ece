"""CaptionGAN: sentences for images, learned against a judge of pairs (Dai et al. 2017)

Papers: B. Dai, S. Fidler, R. Urtasun, D. Lin, "Towards Diverse and Natural Image Descriptions via a Conditional GAN",
ICCV 2017, arXiv 1703.06029 (noise for variety; a judge of image and sentence that learns from three kinds of pairs);
R. Shetty et al., "Speaking the Same Language", ICCV 2017, arXiv 1703.10476 (Gumbel-softmax in place of rollouts).

A convolutional encoder sees the image I; an LSTM that attends to its map (arXiv 1502.03044) and is given the whole of
it, and noise z, at every step writes the sentence. After a stage of likelihood alone, with s the sentence of I, s' that
of another image, and straight-through rows G(I, z),

    D(I, s) = <f(I), h(s)>
    L_D = softplus(-D(I, s)) + softplus(D(I, G(I, z))) / 2 + softplus(D(I, s')) / 2
    L_G = a softplus(-D(I, G(I, z))) + b L_ML

Deviations:
- Gradients through Gumbel-softmax rows, as Shetty et al. have them, in place of Dai et al.'s policy gradient.
- A likelihood term stays in the loss of the generator.
- Small networks for small images, which learn from nothing.
"""

from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.layers.line_noise import KEY
from keras_gan.layers.line_writer import LineWriter
from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.modalities.text import controls
from keras_gan.networks.lines import WRITER, word_vectors
from keras_gan.registry import Variant
from keras_gan.training.lines import LIKELIHOOD, LineModel
from keras_gan.training.optimizers import Adam, InStages
from keras_gan.training.options import ModelOptions
from keras_gan.training.stages import Stage

VARIANT = Variant(
    gives="text",
    task="paired",
    takes=("noise", "image"),
    data="captions",
    defaults={"image_size": 64, "batch_size": 32, "steps": 4000, "eval_samples": 500},
)

USUAL_STEPS = 4000  # of a run whose length nobody knows


@dataclass(frozen=True)
class Config(ModelOptions):
    """Options of CaptionGAN."""

    latent_dim: int = 16
    """Length of the noise; the key of the noise that words are drawn by comes on top."""
    units: int = 192
    """Width of the LSTM."""
    embedding: int = 64
    """Width of a word's vector."""
    channels: int = 32
    """Width of the encoder's first layer, and of the judge's; doubles twice."""
    dropout_share: float = 0.1
    """How many of the words' vectors and of the LSTM's outputs are left out while likelihood is learned."""
    likelihood_share: float = 0.75
    """Share of the steps in which likelihood alone is learned."""
    likelihood_rate: float = 2e-3
    """Adam step size of the generator in the first stage, at whose end a tenth is left."""
    likelihood_weight: float = 1.0
    """Weight of the likelihood in the second stage."""
    adversarial_weight: float = 0.2
    """Weight of the adversarial term in the generator's loss."""
    adversarial_rate: float = 1e-4
    """Adam step size of the generator in the second stage."""
    discriminator_rate: float = 5e-4
    """Adam step size of the judge."""
    discriminator_units: int = 128
    """Length of what the judge knows of an image and of a sentence."""
    warmest: float = 5.0
    """Inverse temperature of the softmax at the end."""

    straight_through = True

    def stages(self, total_steps=None):
        """Likelihood, then the judge."""
        first = Stage(LIKELIHOOD, until=self._until(total_steps), order=("g",))
        return (first, Stage("adversarial")) if self.likelihood_share else (Stage("adversarial"),)

    def _until(self, total_steps):
        return max(1, round(self.likelihood_share * (total_steps or USUAL_STEPS)))

    def optimizers(self, total_steps=None):
        """Adam, faster in the first stage."""
        rate = InStages(self.likelihood_rate, 0.1, self._until(total_steps), self.adversarial_rate)
        return Adam(rate, beta_1=0.9, beta_2=0.99), Adam(self.discriminator_rate, beta_1=0.5, beta_2=0.99)


TINY = Config(latent_dim=4, units=8, embedding=6, channels=4, likelihood_share=0.0002, discriminator_units=6)


class CaptionGAN(LineModel):
    """Shows both networks the images, `source`; the judge also pairs that do not match."""

    decision_boundary = 0.0

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        super().__init__(generator, discriminator, config, fields, **kwargs)
        seen = [generator.get_layer(name).output for name in ("whole", "map")]
        encoder = keras.Model(generator.inputs[0], seen)
        self._encoder = lambda images: encoder(images)  # hidden from Keras, which would save its weights twice

    def given(self, batch):
        whole, places = self._encoder(batch["source"])
        noise = self.noise.normal(ops.shape(whole)[0], (self.config.latent_dim,), "latents")
        return ops.concatenate([whole, noise], axis=1), (places,)

    def discriminate(self, examples, batch, training=True):
        if len(examples.shape) == 2:
            examples = ops.one_hot(examples, self.writer.size, dtype="float32")
        return self.discriminator([examples, batch["source"]], training=training)

    def discriminator_terms(self, batch, fakes):
        real, fake = self.score(batch["real"], batch), self.score(fakes, batch)
        other = self.score(batch["other"], batch)
        self.watch_scores(real, fake)
        self.watch("d_ranks_match", ops.cast(real > other, "float32"))
        found = self.objective.discriminator(real_scores=real, fake_scores=fake)
        mismatched = self.objective.discriminator(real_scores=real, fake_scores=other)["d_fake"]
        return {"d_real": found["d_real"], "d_fake": found["d_fake"] / 2, "d_mismatched": mismatched / 2}


def build(config, fields):
    """Builds the model for images with captions."""
    text, image = fields["real"], fields["source"]
    return CaptionGAN(
        generator(text, image.shape, config),
        discriminator(text, image.shape, config),
        config,
        {**fields, **controls(text)},
        objective=NON_SATURATING,
    )


def _seen(images, channels):
    """A map of an eighth of the size."""
    x = images
    for width in (channels, 2 * channels, 4 * channels):
        x = layers.Conv2D(width, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    return x


def generator(text, shape, config):
    """`[source, latents, temperature, prefix]` to lines."""
    source = keras.Input(shape, name="source")
    latents = keras.Input((config.latent_dim + KEY,), name="latents")
    temperature = keras.Input((), name="temperature")
    prefix = keras.Input((text.length,), dtype="int32", name="prefix")
    x = _seen(source, config.channels)
    places = layers.Reshape((x.shape[1] * x.shape[2], x.shape[3]), name="map", dtype="float32")(x)
    whole = layers.Dense(config.units, activation="tanh", name="whole", dtype="float32")(layers.Flatten()(x))
    about = layers.Concatenate(dtype="float32")([whole, latents])
    writer = LineWriter(text.length, text.size, config.units, config.embedding, name=WRITER)
    inputs = [source, latents, temperature, prefix]
    return keras.Model(inputs, writer([about, temperature, prefix, places]), name="generator")


def discriminator(text, shape, config):
    """`[lines, source]` to scores `[B, 1]`."""
    lines, source = keras.Input((text.length, text.size), name="lines"), keras.Input(shape, name="source")
    of_image = layers.Dense(config.discriminator_units)(layers.Flatten()(_seen(source, config.channels)))
    x = word_vectors(lines, config.embedding)
    x = layers.Conv1D(config.discriminator_units, 3, padding="same", activation="relu", name="words")(x)
    of_line = layers.Dense(config.discriminator_units)(ops.mean(x, axis=1))
    scores = layers.Activation("linear", dtype="float32", name="scores")(
        ops.sum(of_image * of_line, axis=1, keepdims=True)
    )
    return keras.Model([lines, source], scores, name="discriminator")
