"""What style-based generators have in common while training: mixed styles, and the mean style."""

import math
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from keras_gan.errors import check_labels
from keras_gan.layers import bounded
from keras_gan.losses import penalties
from keras_gan.modalities.label import class_count
from keras_gan.modalities.noise_map import NoiseMap
from keras_gan.modalities.scalar import Scalar
from keras_gan.modalities.styles import Styles
from keras_gan.training import ema
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import ModelOptions
from keras_gan.training.step import labels_of

TRUNCATION = Scalar("truncation", default=1.0, low=0.0, high=1.0, about="how far styles are from their mean")


@dataclass(frozen=True)
class StyleOptions(ModelOptions):
    """Sizes of the networks in `networks/style.py`, and what is done with styles."""

    latent_dim: int = 512
    """Length of a latent vector."""
    style_dim: int = 512
    """Length of a style."""
    mapping_layers: int = 2
    """Dense layers between latents and styles."""
    channel_base: int = 16384
    """Channels of both networks times the edge of their maps, where that is below --model.max-channels."""
    max_channels: int = 512
    """Widest layer of either network."""
    minibatch_group: int = 4
    """Examples of a group whose spread the discriminator sees, at most."""
    mixing: float = 0.9
    """Share of the fakes whose finer layers have the style of another latent vector, in training."""
    conditional: bool = False
    """Learn the classes of labelled data."""


def classes_of(config, fields):
    """How many classes a style-based model learns: none unless it is conditional; `UserError` if there are none."""
    num_classes = class_count(fields)
    if config.conditional:
        check_labels("a model with --model.conditional", num_classes)
    return num_classes if config.conditional else 0


class StyleModel(AdversarialModel):
    """A model whose generator is one of `networks.style.generator`."""

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        super().__init__(generator, discriminator, config, {**fields, "truncation": TRUNCATION}, **kwargs)

    @property
    def mapping(self):
        """The network from latents to styles."""
        return self.generator.get_layer("mapping")

    @property
    def synthesis(self):
        """The network from a style for each layer to samples."""
        return self.generator.get_layer("synthesis")

    def generate(self, batch, training):
        return self.synthesis(self.styles(batch, tf.shape(batch["real"])[0], "latents", follow=True), training=training)

    def styles(self, batch, rows, purpose, follow=False):
        """Styles `[rows, layers, n]` of latents drawn for a purpose, most of them mixed of two.

        Args:
            follow: whether the mean style follows them.
        """
        first, second = (self._mapped(batch, rows, f"{purpose}{ending}") for ending in ("", "/mixed"))
        if follow:
            self.generator.get_layer("towards_mean").follow(first)
        (_, count, _) = self.synthesis.inputs[0].shape
        # The first layer always has the first style; a cut at the end leaves nothing for the second.
        drawn = self.noise.uniform(rows, (2,), f"{purpose}/cuts")
        cuts = 1 + tf.cast(drawn[:, 0] * (count - 1), tf.int32)
        cuts = tf.where(drawn[:, 1] < self.config.mixing, cuts, count)
        coarse = tf.range(count) < cuts[:, None]
        return tf.where(coarse[:, :, None], first[:, None], second[:, None])

    def input_fields(self, network):
        inner = {tensor.name for tensor in network.inputs} == {"styles"}
        return {"styles": Styles(*network.inputs[0].shape[:0:-1])} if inner else super().input_fields(network)

    def output_field(self, network):
        inner = len(network.output_shape) == 2
        return Styles(network.output_shape[1]) if inner else super().output_field(network)

    def exported(self):
        generator = self.ema_generator
        return {"generator": generator} | {name: generator.get_layer(name) for name in ("mapping", "synthesis")}

    def noise_maps(self, network):
        """The noise maps that a network can be given, `{name: NoiseMap}`; only the synthesis network takes any."""
        found = ema.layers_of(network) if set(self.input_fields(network)) == {"styles"} else []
        return {layer.name: NoiseMap(*layer.map_shape[:2]) for layer in found if hasattr(layer, "map_shape")}

    def constants(self):
        to_numpy = keras.ops.convert_to_numpy
        synthesis = self.ema_generator.get_layer("synthesis")
        affine = [layer.affine for layer in ema.layers_of(synthesis) if hasattr(layer, "affine")]
        return {
            "w_avg": to_numpy(self.ema_generator.get_layer("towards_mean").average),
            # What styles meet first, side by side.
            "w_weights": np.concatenate([to_numpy(each.kernel) * each.scale for each in affine], axis=1),
        }

    def lazy_path_penalty(self, batch, mean, interval, decay):
        """What keeps steps in styles as long as the changes that they make (StyleGAN2, arXiv 1912.04958, section 3.2).

        Args:
            mean: the mean path length so far, a scalar tensor.
            interval: steps from one penalty to the next, which then counts as often.
            decay: how far the mean moves towards the latest.

        Returns:
            `(mean penalty of half a batch, 0 in most steps; what the mean path length becomes)`.
        """

        def compute():
            lengths = self.path_lengths(batch)
            latest = self.global_mean(tf.stop_gradient(lengths))
            moved = mean + decay * (latest - mean)
            return interval * tf.reduce_mean(tf.square(lengths - moved)), moved

        due = tf.equal(self.step.value % interval, 0)
        return tf.cond(due, compute, lambda: (tf.zeros(()), tf.identity(mean)))

    def path_lengths(self, batch):
        """How much random changes of the samples change with the styles of half a batch, `[B / 2]`."""
        rows = tf.maximum(tf.shape(batch["real"])[0] // 2, 1)
        styles = self.styles({name: values[:rows] for name, values in batch.items()}, rows, "path")
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(styles)
            with bounded.exactly():
                samples = self.synthesis(styles, training=True)
            changes = self.noise.normal(rows, samples.shape[1:], "path/changes")
            value = tf.reduce_sum(samples * changes) / math.sqrt(math.prod(samples.shape[1:-1]))
        return penalties.path_lengths(tape.gradient(value, styles))

    def _mapped(self, batch, rows, purpose):
        latents = self.noise.normal(rows, (self.latent_dim,), purpose)
        return self.mapping([latents, labels_of(batch)] if self.num_classes else latents)
