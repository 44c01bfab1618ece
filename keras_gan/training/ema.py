"""The moving average of a generator, from which samples and exports come."""

import keras
import tensorflow as tf


def averaged(network):
    """A copy of a network that is not trained, for `update` to follow it with."""
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def layers_of(network):
    """All layers of a network, those of networks inside it included."""
    for layer in network.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)


def update(average, network, *, seen, batch, halflife_kimg, rampup):
    """Moves the weights and the statistics of `average` towards those of `network`, within a training step.

    Weights of layers whose `is_set` is true, which training sets and does not learn, become what they are at once.

    Args:
        seen: examples of the run so far, those of this step included, a float32 scalar.
        batch: examples of this step, a float32 scalar.
        halflife_kimg: half-life in thousands of examples.
        rampup: the half-life is at most this fraction of the examples seen so far, so that the average of a short run
            is not its own initialization (StyleGAN2-ADA, arXiv 2006.06676, training loop). None: the average began as
            that of an earlier training, and is kept.
    """
    halflife = halflife_kimg * 1000.0 if rampup is None else tf.minimum(halflife_kimg * 1000.0, seen * rampup)
    keep = 0.5 ** (batch / tf.maximum(halflife, 1e-8))
    at_once = {id(each) for layer in layers_of(network) if getattr(layer, "is_set", False) for each in layer.weights}
    for mean, weight in zip(average.weights, network.weights, strict=True):
        if id(weight) in at_once:
            mean.assign(weight)
            continue
        # mean += (1 - keep) (weight - mean), in one pass
        tf.raw_ops.ResourceApplyGradientDescent(
            var=mean.value.handle, alpha=1.0 - keep, delta=mean.value - weight.value
        )
