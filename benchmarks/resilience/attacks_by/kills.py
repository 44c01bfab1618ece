"""Runs of several kinds that are killed at random moments and resumed, beside those that are left alone."""

import shutil
import time
from types import SimpleNamespace

from benchmarks.common import report
from benchmarks.resilience import faults
from benchmarks.resilience.attacks_by import victims

# Images of noise, images of images, stages that grow, lines, movement, sound.
VARIANTS = ("wgan_gp", "pix2pix", "progan", "textgan", "motiongan", "specgan")


class _OfAnyKind(faults.TwoRuns):
    """As `TwoRuns`, of the smallest networks of any variant on the data that it learns from."""

    def __init__(self, options, folder, data):
        self.data = data
        super().__init__(options, folder)

    def beginning(self, name):
        words = victims.arguments(self.data, self.options.variant, self.options.steps, name)
        # Films of figures take seconds to draw: a few will do.
        every = ("--checkpoint-every", self.options.checkpoint_every, "--no-health")
        every += ("--snapshot-every", max(1, self.options.steps // 4))
        return [*map(str, (*words, *every, "--log-dir", self.folder, "--metrics", "--export"))]

    def moment(self):
        return self.random.uniform(0.0, self.seconds)

    def killed(self, kills):
        """Kills so often; yields the bits of each run that has come to its end, the next one begins after it."""
        for number in range(1, kills + 1):
            self.kill(number)
            if self.is_done or number == kills:
                self.finish()
                yield faults.bits(self.folder / "killed")
                shutil.rmtree(self.folder / "killed")


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
        equal = all(bits == alone for bits in runs.killed(kills))
        yield name, kills, equal, time.monotonic() - started
