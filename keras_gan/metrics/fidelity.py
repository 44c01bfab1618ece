"""Fidelity: how near each output of a model is to what it should have been; what scores of it have in common."""

import numpy as np

from keras_gan.metrics.subject import Measurement

PEAK = 255.0  # of stored values of 8 bits


def of_targets(subject, name, function, **more):
    """The `Measurement` of a score of samples and their targets: mean and standard deviation over the samples.

    Args:
        subject: a `Subject` with targets.
        name: of the value.
        function: of stored values `[N, …]` and as many targets, to `[N]`.
        more: what the protocol says besides.

    Raises:
        ValueError: if targets are not of the samples' shape.
    """
    samples, targets = subject.samples, subject.targets
    if targets.shape != samples.shape:
        raise ValueError(f"{name} of samples {samples.shape} and targets {targets.shape}")
    values = function(samples, targets)
    protocol = {**subject.protocol, "samples": len(values), "channels": samples.shape[-1], **more}
    return Measurement(name, float(values.mean()), float(values.std()), protocol=protocol)


def each_pair(function, a, b):
    """`function` of each pair of stored values in float64, an array float64 `[N]`.

    One pair at a time, since a whole set in float64 may fill the memory.

    Raises:
        ValueError: unless both are of one shape, `[N, …]`.
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(f"values are compared with values of their own shape, got {np.shape(a)} and {np.shape(b)}")
    return np.array([function(np.asarray(x, np.float64), np.asarray(y, np.float64)) for x, y in zip(a, b, strict=True)])
