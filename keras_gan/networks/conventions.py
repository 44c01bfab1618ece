"""What convolutional networks have in common."""

import keras
from keras import layers

from keras_gan.layers.batch_norm import FusedBatchNormalization
from keras_gan.layers.instance_norm import InstanceNormalization


def normal(stddev=0.02):
    """DCGAN's initializer, a zero-centred normal with standard deviation 0.02 (Radford et al. 2016, section 4)."""
    return keras.initializers.RandomNormal(stddev=stddev)


def batch_norm(fused=False, **options):
    """BatchNorm over the whole batch: two replicas with half of it each take the same statistics.

    Args:
        fused: whether to compute it by TensorFlow's fused operation, which is faster and rounds otherwise.
    """
    layer = FusedBatchNormalization if fused else layers.BatchNormalization
    return layer(momentum=0.9, epsilon=1e-5, synchronized=True, **options)


def instance_norm():
    """Instance normalisation without learned parameters, as pix2pix and CycleGAN have it."""
    return InstanceNormalization(center=False, scale=False)


def images(x):
    """The last layer of a generator: tanh, to images in [-1, 1]."""
    # float32 whatever the precision of the layers before: losses and images are not rounded to 8 bits.
    return layers.Activation("tanh", dtype="float32", name="images")(x)
