"""From a face to features, and from features to a cartoon."""

import keras
from keras import layers, ops

from keras_gan.layers.mixing import Mixture, Turn, Whitening
from keras_gan.networks import attributes

REFLECTIONS = 16  # of the turn by chance, an even number
EDGE = 32  # px, at which the network that reads attributes looks at a face
_PLACES = 8  # edge of the small picture beside what it finds
_SMALL_PICTURE = 1.5  # what its colours count, where what the other finds has a spread of 1


def encoder(shape, components, counts):
    """`source` to `z`: float32 `[B, size, size, C]` in [-1, 1] to `[B, components]`.

    What a network sees that reads attributes, and the face at 8x8 px, whitened. Nothing of it is trained here.

    Args:
        shape: of a source; its size is a multiple of 8.
        components: principal components that are kept.
        counts: of the values of each attribute, see `networks.attributes`.
    """
    size, _, channels = shape
    source = keras.Input(shape, name="source")
    reader = attributes.hidden_layer(min(size, EDGE), counts)
    colour = source if channels == 3 else layers.Concatenate()([source] * 3) if channels == 1 else source[..., :3]
    seen = layers.AveragePooling2D(size // min(size, EDGE), dtype="float32")(colour)
    found = reader(layers.Rescaling(0.5, 0.5, dtype="float32")(seen), training=False)
    found = Scaled(name="scaled", dtype="float32")(found)
    small = layers.Flatten()(layers.AveragePooling2D(size // _PLACES, dtype="float32")(source))
    joined = layers.Concatenate(dtype="float32")([found, layers.Rescaling(_SMALL_PICTURE, dtype="float32")(small)])
    z = Whitening(components, dtype="float32", name="whitening")(joined)
    network = keras.Model(source, z, name="encoder")
    network.trainable = False
    for layer in (reader, *reader.layers):
        layer.is_set = True
    return network


@keras.saving.register_keras_serializable("keras_gan")
class Scaled(layers.Layer):
    """Features over their spread, a weight that is set."""

    is_set = True

    def build(self, shape):
        self.spread = self.add_weight(shape=(), initializer="ones", trainable=False, autocast=False, name="spread")

    def call(self, features):
        return features / self.spread

    def compute_output_shape(self, shape):
        return shape


def drawer(decoder, components):
    """`z`, `alpha` and `chance` to `images`: Y = A Z with A = A0 R(chance), and what `decoder` draws of their mixture.

    A0 is the layer `transform`, whose kernel is the transpose of A0.
    """
    z, alpha = keras.Input((components,), name="z"), keras.Input((), name="alpha")
    chance = keras.Input((REFLECTIONS * components,), name="chance")
    turned = Turn(dtype="float32", name="turn")(z, chance)
    transform = layers.Dense(
        components, use_bias=False, kernel_initializer="orthogonal", dtype="float32", name="transform"
    )
    mixed = Mixture(dtype="float32", name="mixture")(z, transform(turned), alpha)
    return keras.Model([z, alpha, chance], decoder(mixed), name="drawer")


def generator(encoder, drawer):
    """`source`, `alpha` and `chance` to `images`, of an `encoder` and a `drawer`."""
    source, (_, alpha, chance) = keras.Input(encoder.input.shape[1:], name="source"), drawer.inputs
    alpha, chance = (keras.Input(each.shape[1:], name=each.name) for each in (alpha, chance))
    images = drawer([encoder(source), alpha, chance])
    return keras.Model([source, alpha, chance], images, name="generator")


def mixed(drawer):
    """A network from the inputs of a `drawer` to the mixture that it draws."""
    return keras.Model(drawer.inputs, drawer.get_layer("mixture").output)


def away_from_orthogonal(kernel):
    """`|K^T K - 1|^2 / n` of a square matrix `[n, n]`, Frobenius norm: 0 of an orthogonal one."""
    product = ops.matmul(ops.transpose(kernel), kernel)
    return ops.sum(ops.square(product - ops.eye(kernel.shape[0]))) / kernel.shape[0]
