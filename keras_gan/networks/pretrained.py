"""What networks trained on photographs see in images: the features of perceptual losses."""

from pathlib import Path

import h5py
import keras
from keras import ops

from keras_gan.networks import squeezenet
from keras_gan.storage import fetching

# The deepest convolution, after its activation and before the pooling (SRGAN, arXiv 1609.04802, section 3.2).
VGG_LAYER = "block5_conv4"
_MEANS = (103.939, 116.779, 123.68)  # of ImageNet, blue, green, red
_KNOWN_BY = {"vgg19": "block1_conv1", "squeezenet": "fire2"}


def name_of(path):
    """Which network's weights a Keras .h5 file holds: `vgg19` or `squeezenet`.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it holds another's.
    """
    with h5py.File(Path(path).expanduser()) as file:
        for name, layer in _KNOWN_BY.items():
            if any(key.startswith(layer) for key in file):
                return name
    raise ValueError("it holds the weights of neither VGG19 nor SqueezeNet 1.1")


def seeing(name, path=None):
    """A function from images `[B, height, width, 1 or 3]` in [-1, 1] to a list of activations, float32.

    Args:
        name: `vgg19`, one activation; `squeezenet`, the seven that LPIPS compares.
        path: the Keras .h5 file of the weights, without top; default, for VGG19 alone: fetched once.

    Raises:
        Exception: of many kinds if the weights cannot be had.
    """
    if name == "vgg19":
        with fetching.impatient():
            whole = keras.applications.VGG19(include_top=False, weights=path or "imagenet", input_shape=(None, None, 3))
        network = keras.Model(whole.input, [whole.get_layer(VGG_LAYER).output])
    else:
        network = squeezenet.network()
        squeezenet.load_weights(network, path)
    network.trainable = False

    def see(images):
        images = ops.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
        # Both networks were trained on blue, green, red in [0, 255] less the mean colour.
        seen = network(127.5 * (ops.flip(images, axis=-1) + 1.0) - ops.array(_MEANS), training=False)
        return seen if isinstance(seen, (list, tuple)) else [seen]

    return see
