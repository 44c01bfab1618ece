"""Floating-point operations of a training step, counted from the layers of its networks.

Counted are the multiply-adds of convolutions and dense layers, two operations each; BatchNorm, activations, losses,
optimizers and the moving average do far less and are left out. A layer takes as many operations for each of its
forward pass, the gradient of its kernel and the gradient of its input. A kernel is counted at every position, at the
borders too, where a part of it meets only padding: that is how such figures are usually given.
"""

import math

from keras import layers


def multiply_adds(layer):
    """Multiply-adds of one forward pass of one image through one layer.

    Raises:
        TypeError: for a layer with a matrix of weights of which it is not known how it is used.
    """
    if isinstance(layer, layers.Conv2DTranspose):
        places = layer.input.shape[1:3]  # the kernel is stamped once per input pixel
    elif isinstance(layer, layers.Conv2D):
        places = layer.output.shape[1:3]  # the kernel is read off once per output pixel
    elif isinstance(layer, layers.Dense):
        places = layer.output.shape[1:-1]
    elif any(len(weight.shape) > 1 for weight in layer.weights):
        raise TypeError(f"the operations of {type(layer).__name__} {layer.name} cannot be counted.")
    else:
        return 0
    return math.prod(places) * math.prod(layer.kernel.shape)


def passes(network, *, weights, inputs):
    """Operations of a forward and a backward pass of one image through a sequence of layers.

    Args:
        network: Keras model whose `layers` follow one another.
        weights: whether the gradient of the weights is wanted.
        inputs: whether the gradient of the network's own input is wanted; those between layers always are.
    """
    counts = [count for count in map(multiply_adds, network.layers) if count]
    forward = sum(counts)
    backward = sum(counts) * weights + sum(counts[1:]) + counts[0] * inputs
    return 2 * (forward + backward)


def discriminator_first_step(generator, discriminator):
    """Operations per real image of a step that updates the discriminator, then the generator, on shared fakes.

    That is: the generator once, for its weights; the discriminator on reals and on fakes, for its weights; and on the
    fakes again, for their gradient, which goes on into the generator's.
    """
    return (
        passes(generator, weights=True, inputs=False)
        + 2 * passes(discriminator, weights=True, inputs=False)
        + passes(discriminator, weights=False, inputs=True)
    )
