"""What the scores themselves cost: time and memory on random features of Inception's width.

    python benchmarks/speed/scores.py

Prints seconds and the peak memory of the process so far, features included. No network looks at anything here.
"""

import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from keras_gan.metrics.fid import fid
from keras_gan.metrics.inception_score import inception_score
from keras_gan.metrics.kid import kid
from keras_gan.metrics.prdc import prdc


@dataclass(frozen=True)
class Options:
    """Times FID, KID, Inception Score and PRDC on random features."""

    samples: int = 50_000
    """Real and generated samples of FID, each."""
    neighbours_of: int = 10_000
    """Real and generated samples of precision, recall, density and coverage, each."""
    dimensions: int = 2048
    """Length of a feature vector."""


def benchmark(options):
    """Prints one line for each score."""
    rng = np.random.default_rng(0)
    real, fake = (rng.standard_normal((options.samples, options.dimensions), np.float32) for _ in range(2))
    fake = 0.9 * fake + 0.05
    few = slice(options.neighbours_of)
    for name, score in (
        (f"FID of {options.samples:,}", lambda: fid(real, fake)),
        ("KID of 100 subsets of 1,000", lambda: kid(real, fake)),
        (f"Inception Score of {options.samples:,}", lambda: inception_score(fake[:, :1008])),
        (f"PRDC of {options.neighbours_of:,}", lambda: prdc(real[few], fake[few])),
    ):
        started = time.perf_counter()
        score()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # KiB on Linux
        print(f"{name:<32}{time.perf_counter() - started:7.1f} s   {peak:5.2f} GiB", flush=True)


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
