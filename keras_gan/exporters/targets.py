"""`Target`: a file, or a signature of the SavedModel, that is to compute what its network computes."""

from dataclasses import dataclass

from keras_gan.exporters.signatures import Signature

BOUND = 3e-5  # less than a hundredth of a grey level
# A fortieth of one. What another order of sums changes grows with depth, and networks that are given examples
# are deeper than those that draw from noise.
BOUND_OF_EXAMPLES = 1e-4
ROUNDED = 0.5 / 255  # of values in 8 bits


@dataclass(frozen=True, eq=False)
class Target:
    """What verification asks, and what the answer is held to.

    Attributes:
        name: of the file, or of the signature, as the runtime of the format opens it.
        signature: what is to be computed.
        format: the format, with what tells several files of it apart, such as `tflite int8`.
        asked: the signature's name in that file.
        bound: how far values at the outer edge may be from Keras's, by `measure`, as a part of their `Field.span`.
        measure: `max_difference` of any number, or `worst_sample`, the largest mean difference of one sample, where
            rounding moves the edges of shapes and single numbers say little.
        outputs: what the file calls outputs, where these have other names than those of the signature, in their order.
    """

    name: str
    signature: Signature
    format: str
    asked: str
    bound: float
    measure: str = "max_difference"
    outputs: tuple[str, ...] = ()


def bound_of(outgoing):
    """What files in float32 of a network are held to."""
    return BOUND if outgoing.has_seeds else BOUND_OF_EXAMPLES


def whose(outgoing, networks):
    """What tells the files of one of several networks apart, to be put behind the format; empty of the model itself."""
    is_model = len(networks) == 1 or (outgoing is networks[0] and outgoing.has_seeds)
    return "" if is_model else f" {outgoing.name}"
