"""LPIPS of outputs and their targets."""

from keras_gan.metrics.fidelity import of_targets
from keras_gan.registry import Score

SCORE = Score(
    "lpips-target",
    about="perceptual distance of outputs from their targets (Zhang et al. 2018); lower is better",
    lower_is_better=True,
    needs=("targets", "perceptual"),
    of=("image",),
)


def measure(subject):
    """Yields `lpips_target` of a `Subject`, with the standard deviation over samples."""
    distance = subject.perceptual()
    yield of_targets(subject, f"lpips_target[{distance.name}]", distance, **distance.protocol)
