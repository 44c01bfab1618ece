"""The feed-forward painter of Johnson et al. 2016 (arXiv 1603.08155), with conditional instance normalisation."""

import keras
from keras import layers, ops

from keras_gan.layers.reflection_pad import ReflectionPadding2D
from keras_gan.layers.styled_norm import Moments, StyledNorm

MULTIPLE = 4  # of height and width of a source


def generator(image_channels, *, channels=32, blocks=5, styles=1):
    """`source`, `strength` and, of several styles, `style`, to `images` of the same size.

    A 9x9 convolution, two 3x3 ones strided by 2, residual blocks, two 3x3 ones after doubling the size by nearest
    neighbours, and a 9x9 one. All reflect the edges; each but the last is followed by a normalisation and ReLU.

        images = source + strength (painted - source)

    Args:
        image_channels: of `source` and `images`, float32 `[B, height, width, C]` in [-1, 1], both sides multiples of 4.
        channels: width at the full size; doubles twice.
        blocks: residual blocks.
        styles: how many there are; `style` is from 0 to the last, `strength` from 0 to 1, both float32 `[B]`.
    """
    source = keras.Input((None, None, image_channels), name="source")
    strength = keras.Input((), name="strength")
    style = keras.Input((), name="style") if styles > 1 else None
    names = iter(range(100))

    def convolved(x, width, size=3, strides=1, name="conv", **options):
        # Strided, one pixel after the last, where "same" pads with zeros: sides are even.
        x = ReflectionPadding2D(size // 2 if strides == 1 else (0, 1))(x)
        return layers.Conv2D(width, size, strides, name=name, **options)(x)

    def styled(x, width, size=3, strides=1):
        number = next(names)
        x = convolved(x, width, size, strides, f"conv_{number}", use_bias=False)
        moments = Moments(dtype="float32", name=f"moments_{number}")(x)
        norm = StyledNorm(styles, name=f"norm_{number}")
        return norm(x, moments) if style is None else norm(x, moments, style)

    x = layers.ReLU()(styled(source, channels, 9))
    for width in (2 * channels, 4 * channels):
        x = layers.ReLU()(styled(x, width, strides=2))
    for _ in range(blocks):
        x = layers.Add()([x, styled(layers.ReLU()(styled(x, 4 * channels)), 4 * channels)])
    for width in (2 * channels, channels):
        x = layers.ReLU()(styled(layers.UpSampling2D()(x), width))
    x = convolved(x, image_channels, 9, name="last", dtype="float32")
    painted = layers.Activation("tanh", dtype="float32")(x)
    images = Blend(dtype="float32", name="images")(source, painted, strength)
    inputs = [source, strength] if style is None else [source, strength, style]
    return keras.Model(inputs, images, name="generator")


@keras.saving.register_keras_serializable("keras_gan")
class Blend(layers.Layer):
    """`first + share (second - first)`: maps `[B, height, width, C]` twice, and float32 `[B]`."""

    def call(self, first, second, share):
        return first + ops.reshape(share, (-1, 1, 1, 1)) * (second - first)

    def compute_output_shape(self, first_shape, second_shape, share_shape):
        return second_shape


def _moments(network):
    """The tensors of all moments in a generator, in the order of their layers."""
    return [layer.output for layer in network.layers if isinstance(layer, Moments)]


def moments_length(network):
    """How many numbers the moments of a generator are."""
    return sum(tensor.shape[-1] for tensor in _moments(network))


def moments(network):
    """What a `generator` normalises by: its inputs but for `strength` to `moments`, float32 `[B, n]`.

    It has the generator's own layers.
    """
    inputs = [tensor for tensor in network.inputs if tensor.name != "strength"]
    joined = layers.Concatenate(dtype="float32", name="joined")(_moments(network))
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], joined, name="moments")


def tile(network):
    """A `generator` that normalises by the moments that it is given, `moments` `[B, n]`, its last input.

    It has the generator's own layers.
    """
    tensors = _moments(network)
    given = keras.Input((moments_length(network),), name="moments")
    inner = keras.Model([*network.inputs, *tensors], network.output)
    parts = ops.split(given, _places(tensors), axis=-1)
    copies = [keras.Input(tensor.shape[1:], name=tensor.name) for tensor in network.inputs]
    return keras.Model([*copies, given], inner([*copies, *parts]), name="tile")


def _places(tensors):
    places, place = [], 0
    for tensor in tensors[:-1]:
        place += tensor.shape[-1]
        places.append(place)
    return places
