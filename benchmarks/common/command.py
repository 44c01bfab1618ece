"""What the command lines of the benchmarks share: how they are parsed, refused and ended."""

import sys

import tyro

from benchmarks.common.program import UserError
from keras_gan.config import explained


def run(options_type, benchmark, arguments=None):
    """Calls `benchmark` with the options of the command line.

    Args:
        options_type: dataclass of the options.
        benchmark: function of them, whose result is the exit code; None is 0. Its `UserError` becomes a short message.
        arguments: of the command line; default: those of the process.

    Returns:
        The exit code.
    """
    options = tyro.cli(explained(options_type), args=arguments)
    try:
        return benchmark(options) or 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def check_rounds(options):
    """Raises `UserError` for fewer rounds than have quartiles, and for rounds of nothing."""
    if options.rounds < 2:
        raise UserError("--rounds must be at least 2.")
    if getattr(options, "steps_per_round", 1) < 1:
        raise UserError("--steps-per-round must be at least 1.")
