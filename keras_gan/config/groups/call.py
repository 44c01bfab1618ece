"""How a run is begun or gone on with."""

from dataclasses import dataclass

from keras_gan.config.option import option


@dataclass(frozen=True)
class CallOptions:
    """How a run is begun or gone on with."""

    resume: bool = option(False, decides="call")
    """Continue a run from its newest checkpoint, with its saved configuration: --resume NAME, or --resume FOLDER."""
    allow_config_change: bool = option(False, decides="call")
    """Continue also with options or data that change what a step computes."""
    dry_run: bool = option(False, decides="call")
    """Print configuration, sizes, memory, and the time of the run by some discarded steps, and write nothing."""


@dataclass(frozen=True)
class VariantOption:
    """What is trained: the one option that must be given, and what others default to."""

    variant: str = option("", decides="computation")
    """Which GAN, required; --list names them all."""
    preset: str | None = option(None, decides="output")
    """Options that were chosen together, each of which can still be given: laptop, for ten minutes on two cores; paper,
    as published; none, neither. --variant NAME --help shows them. Default: laptop."""
