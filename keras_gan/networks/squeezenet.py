"""SqueezeNet 1.1 without its top (Iandola et al. 2016, arXiv 1602.07360), for ImageNet weights in a Keras .h5 file."""

from pathlib import Path

import h5py
import keras
import numpy as np
from keras import layers

from keras_gan.errors import UserError
from keras_gan.networks.weights import hash_of_file, reason
from keras_gan.storage import cache

FILE = "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5"
FEATURES = 512
LEAST_SIZE = 32  # px; below it nothing is left of an image after the strides
_FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
_POOLED_BEFORE = (2, 4, 6)  # blocks fire2, fire4, fire6 of eight
_MEANS = (103.939, 116.779, 123.68)  # of ImageNet, blue, green, red


def network():
    """Images `[B, height, width, 3]` as `scale` makes them, to a list of seven activations.

    They are those that LPIPS compares (arXiv 1801.03924, appendix B): after the first convolution and after each of
    the blocks fire3, fire5, fire6, fire7, fire8 and fire9. The last has 512 channels.
    """
    images = keras.Input((None, None, 3), name="images", dtype="float32")
    x = layers.ReLU()(layers.Conv2D(64, 3, strides=2, padding="valid", name="conv1")(images))
    taps = [x]
    for block, (squeeze, expand) in enumerate(_FIRES, 2):
        if block in _POOLED_BEFORE:
            x = layers.MaxPooling2D(3, strides=2)(_ToWholeWindows()(x))
        x = _fire(x, f"fire{block}", squeeze, expand)
        if block in (3, 5, 6, 7, 8, 9):
            taps.append(x)
    return keras.Model(images, taps, name="squeezenet")


def load(path=None):
    """`(network, first digits of the sha256)`: `network()` with the weights in a file, or in that of the cache folder.

    Raises:
        UserError: if they are missing or are of something else.
    """
    path = Path(path or cache.directory() / FILE)
    model = network()
    try:
        load_weights(model, path)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"{path} does not hold the weights of SqueezeNet 1.1 ({reason(error)}): give the file {FILE} with "
            "--squeezenet-weights FILE."
        ) from None
    return model, hash_of_file(path)


def load_weights(model, path):
    """Reads the weights of `network()` by the names of the layers.

    Raises:
        OSError, KeyError, ValueError: if the file is something else.
    """
    with h5py.File(path) as file:
        for layer in model.layers:
            if isinstance(layer, layers.Conv2D):
                group = file[layer.name.replace(".", "/")]
                names = [name.decode() if isinstance(name, bytes) else name for name in group.attrs["weight_names"]]
                layer.set_weights([group[name][()] for name in names])


def scale(images):
    """RGB images in [0, 255] as the weights expect them: blue first, less the mean colour of ImageNet."""
    return centred(np.asarray(images, np.float32))


def centred(images):
    """The same of a tensor or an array of float32."""
    return images[..., ::-1] - np.array(_MEANS, np.float32)


def _fire(x, name, squeeze, expand):
    x = layers.ReLU()(layers.Conv2D(squeeze, 1, name=f"{name}.squeeze1x1")(x))
    wide = layers.Conv2D(expand, 3, padding="same", name=f"{name}.expand3x3")(x)
    return layers.ReLU()(layers.Concatenate()([layers.Conv2D(expand, 1, name=f"{name}.expand1x1")(x), wide]))


class _ToWholeWindows(layers.Layer):
    """Rows and columns of zeros at the end, so that pooling leaves none out, as the networks of LPIPS have it.

    A pool of 3 at strides of 2 leaves out the last row of an even number. What is pooled is positive: zeros change no
    maximum.
    """

    def call(self, inputs):
        height, width = keras.ops.shape(inputs)[1:3]
        return keras.ops.pad(inputs, ((0, 0), (0, (height + 1) % 2), (0, (width + 1) % 2), (0, 0)))
