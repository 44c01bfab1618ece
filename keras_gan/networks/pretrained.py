"""What networks trained on photographs see in images: the features of perceptual losses."""

import hashlib
import os
from pathlib import Path

import h5py
import keras
from keras import ops

from keras_gan.networks import squeezenet
from keras_gan.storage import cache, fetching

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
    return _seen_by(network)


# What style and content are told by: of VGG19 the layers of Keras's own example, of SqueezeNet five of the seven
# activations.
_OF_STYLE = {"vgg19": [f"block{number}_conv1" for number in range(1, 6)], "squeezenet": [0, 1, 3, 5]}
_OF_CONTENT = {"vgg19": "block5_conv2", "squeezenet": 2}
_VGG_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"  # of Keras itself
_VGG_MD5 = "253f8cb515780f3b799900260a226db6"


def at_hand():
    """`(name, path)` of a network whose weights lie on this machine: VGG19 where Keras keeps it, else SqueezeNet.

    None if there is neither. Nothing is fetched.
    """
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    vgg = Path(home).expanduser() / "models" / _VGG_FILE
    try:
        if hashlib.md5(vgg.read_bytes(), usedforsecurity=False).hexdigest() == _VGG_MD5:
            return "vgg19", str(vgg)
    except OSError:
        pass
    path = cache.directory() / squeezenet.FILE
    return (name_of(path), str(path)) if path.is_file() else None


def seeing_style(name, path):
    """A function from images `[B, height, width, 1 or 3]` in [-1, 1] to `(activations of style, those of content)`.

    Both are lists of float32 `[B, h, w, C]`: of VGG19 block1_conv1 to block5_conv1 and block5_conv2, as Keras's example
    has them; of SqueezeNet conv1, fire3, fire6 and fire8, and fire5.

    Args:
        name: `vgg19` or `squeezenet`.
        path: the Keras .h5 file of the weights, without top.

    Raises:
        Exception: of many kinds if the weights cannot be had.
    """
    if name == "vgg19":
        whole = keras.applications.VGG19(include_top=False, weights=path, input_shape=(None, None, 3))
        outputs = [whole.get_layer(each).output for each in [*_OF_STYLE[name], _OF_CONTENT[name]]]
        network = keras.Model(whole.input, outputs)
    else:
        whole = squeezenet.network()
        squeezenet.load_weights(whole, path)
        network = keras.Model(whole.input, [whole.output[each] for each in [*_OF_STYLE[name], _OF_CONTENT[name]]])
    see = _seen_by(network)

    def see_both(images):
        *style, content = see(images)
        return style, [content]

    return see_both


def _seen_by(network):
    """A function from images in [-1, 1] to the list of what a network of ImageNet finds in them."""
    network.trainable = False

    def see(images):
        images = ops.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
        # Both networks were trained on blue, green, red in [0, 255] less the mean colour.
        seen = network(127.5 * (ops.flip(images, axis=-1) + 1.0) - ops.array(_MEANS), training=False)
        return seen if isinstance(seen, (list, tuple)) else [seen]

    return see
