"""Runs of several kinds that are killed at random moments and resumed, beside those that are left alone."""

import time
from types import SimpleNamespace

from benchmarks.common import report
from benchmarks.resilience import faults
from benchmarks.resilience.attacks_by import victims

# Images of noise, stages that grow, images of images, lines, movement, sound.
VARIANTS = ("wgan_gp", "progan", "pix2pix", "textgan", "motiongan", "specgan")


class _OfAnyKind(faults.TwoRuns):
    """As `TwoRuns`, of the smallest networks of any variant on the data that it learns from."""

    def __init__(self, options, folder, data):
        self.data = data
        super().__init__(options, folder)

    def beginning(self, name):
        words = victims.arguments(self.data, self.options.variant, self.options.steps, name)
        every = ("--checkpoint-every", self.options.checkpoint_every, "--no-health")
        return [*map(str, (*words, *every, "--log-dir", self.folder, "--metrics", "--export"))]


def attacks(folder, count, steps=300, variants=VARIANTS, seed=0):
    """So many kills, shared among the variants.

    Yields:
        `(variant, kills, whether the bits are those of a run that was left alone, seconds)`.
    """
    shares = {name: count // len(variants) + (index < count % len(variants)) for index, name in enumerate(variants)}
    for name, kills in report.progress([each for each in shares.items() if each[1]], "kills"):
        started = time.monotonic()
        options = SimpleNamespace(
            variant=name, steps=steps, checkpoint_every=max(1, steps // 20), seed=seed, kills=kills
        )
        place = folder / f"killed-{name}"
        place.mkdir(parents=True)
        runs = _OfAnyKind(options, place, folder)
        alone = runs.undisturbed()
        for number in range(1, kills + 1):
            runs.kill(number)
        runs.finish()
        yield name, kills, faults.bits(place / "killed") == alone, time.monotonic() - started
