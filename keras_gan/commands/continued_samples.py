"""What `sample` does with time: clips that begin where something else ends, are longer, or go round and round."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from keras_gan.errors import UserError, shown, why

OVERLAP = 8  # frames over which the end of a clip becomes its beginning
LATER = 2**40  # between the seeds of one window and of the next
MOST_FRAMES = 2000


class Continued:
    """An `ExportedGenerator` of clips that draws longer ones, or such that begin at a given one.

    Args:
        generator: the `ExportedGenerator`.
        options: `SampleOptions`.
    """

    def __init__(self, generator, options):
        self._generator, field = generator, generator.output
        if not field.moves:
            raise UserError("--frames belongs to --interpolate A B: say how many others with --count.")
        self._frames = options.frames or field.frames
        if not 2 <= self._frames <= MOST_FRAMES:
            raise UserError(f"--frames must be between 2 and {MOST_FRAMES}, got {self._frames}.")
        self._loop, self._start = options.loop, None
        if options.start is not None:
            self._start = self._read(options.start)
        self._whole = self._frames + (OVERLAP if self._loop else 0)
        if (self._start is not None or self._whole > field.frames) and self._continuation is None:
            raise UserError(
                f"--start, and more than {field.frames} frames, need the folder of a model that can go on: give "
                "--model FOLDER of one that was exported as SavedModel."
            )
        self.output = replace(field, frames=self._frames)

    def __getattr__(self, name):
        return getattr(self._generator, name)

    def draw_seeds(self, seeds, label=None, truncation=1.0, controls=None):
        """Clips of int64 `[N]` seeds; arguments as of `ExportedGenerator.draw_seeds`."""
        field, labels = self.output, self._generator.labels(seeds, label)
        if self._start is None:
            clips = self._generator.draw_seeds(seeds, label, truncation, controls)
        else:
            begun = np.repeat(self._start[None], len(seeds), axis=0)
            clips = field.joined(begun, self._going_on(begun, seeds, labels, truncation))[:, self._start.shape[0] - 1 :]
        window = 1
        while clips.shape[1] < self._whole:
            clips = field.joined(clips, self._going_on(clips, seeds + LATER * window, labels, truncation))
            window += 1
        clips = clips[:, : self._whole]
        return field.looped(clips, OVERLAP) if self._loop else clips

    @property
    def _continuation(self):
        signatures = getattr(getattr(self._generator, "runtime", None), "signatures", ())
        return "continuation" if "continuation" in signatures else None

    def _going_on(self, clips, seeds, labels, truncation):
        """Clips that begin at the end of others."""
        given = {"latents": truncation * self._generator.latents(seeds), "start": self.output.ends(clips)}
        given |= {} if labels is None else {"labels": labels}
        return self._generator.runtime.run(self._continuation, **given)[self._generator.made]

    def _read(self, path):
        """What a file holds, as a value at the outer edge to go on from."""
        try:
            return self._generator.output.read_start(Path(path).read_bytes())
        except OSError as error:
            raise UserError(f"--start {shown(path)} cannot be read: {why(error)}.") from None
        except ValueError as error:
            raise UserError(f"--start {shown(path)} {error}.") from None
