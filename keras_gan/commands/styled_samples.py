"""What `sample` does with the styles of an exported model: truncates some layers, goes along directions, mixes."""

from pathlib import Path

import numpy as np

from keras_gan.commands import models
from keras_gan.errors import UserError, shown, unknown
from keras_gan.exported.styled import Styled
from keras_gan.randomness import seed_range
from keras_gan.storage import files

DIRECTIONS = "directions.npz"
_BANDS = ("coarse", "middle", "fine")


class Steered:
    """An `ExportedGenerator` that draws from seeds by styles which are changed on the way.

    Args:
        generator: the `ExportedGenerator` of a style-based model.
        options: `SampleOptions`.
    """

    def __init__(self, generator, options):
        self._generator, self._styled, self._options = generator, Styled(generator), options
        self._shift = _shift(options) if options.direction else 0.0

    def __getattr__(self, name):
        return getattr(self._generator, name)

    def draw_seeds(self, seeds, label=None, truncation=1.0, controls=None):
        """Samples of int64 `[N]` seeds; arguments as of `ExportedGenerator.draw_seeds`."""
        return self._styled.draw(self._styles(seeds, label))

    def write_mixed(self, options, label):
        """Writes the table of mixed styles; returns what was done."""
        rows, columns = options.mix
        styles = self._styles(seed_range(options.seed, rows + columns), label)
        down, across = styles[:rows], styles[rows:]
        taken = layers_of(options.layers, self._styled.layers)
        mixed = np.repeat(down[:, None], columns, axis=1)
        mixed[:, :, taken] = across[None][:, :, taken]
        samples = self._styled.draw(np.concatenate([across, down, mixed.reshape(-1, *styles.shape[1:])]))
        table = np.ones((rows + 1, columns + 1, *samples.shape[1:]), np.float32)
        table[0, 1:], table[1:, 0] = samples[:columns], samples[columns : columns + rows]
        table[1:, 1:] = samples[columns + rows :].reshape(rows, columns, *samples.shape[1:])
        sheet = self.output.sheet(table.reshape(-1, *samples.shape[1:]), columns + 1, zoom=options.zoom)
        files.write(options.out, sheet.write, durable=False)
        return f"{rows} x {columns} mixtures, {options.layers} layers of the first row, in {options.out}"

    def _styles(self, seeds, label):
        options, generator = self._options, self._generator
        styles = self._styled.of(generator.latents(seeds), generator.labels(seeds, label))
        return self._styled.truncated(styles, options.truncation, options.cutoff) + self._shift


def bands(count):
    """`{name: (first, end)}` of layers: those of 4 to 8 px, of 16 to 32 px, and above.

    Fine ones are at least those of the largest maps, if these have 32 px or more.
    """
    fine = min(8, count - 2) if count >= 8 else count
    return dict(zip(_BANDS, ((0, 4), (4, fine), (fine, count)), strict=True))


def layers_of(text, count):
    """`coarse`, `2` or `0-3` to a slice of so many layers; `UserError` for what is none, or lies beyond."""
    if text in _BANDS:
        first, end = bands(count)[text]
    else:
        ends = text.split("-")
        if not all(each.isdecimal() for each in ends) or len(ends) > 2:
            raise UserError(f"--layers {text}: give coarse, middle, fine, or numbers such as 0-3.")
        first, end = int(ends[0]), int(ends[-1]) + 1
    if first >= min(end, count):
        raise UserError(f"--layers {text}: this model has the layers 0 to {count - 1}.")
    return slice(first, end)


def _shift(options):
    """What is added to styles, `[length]`."""
    name, sigmas = options.direction
    path = Path(options.directions) if options.directions else models.folder_of(options.model) / DIRECTIONS
    try:
        with np.load(path, allow_pickle=False) as kept:
            names, vectors, spreads = list(kept["names"]), kept["directions"], kept["spreads"]
    except (OSError, ValueError, KeyError):
        raise UserError(
            f"{shown(path)} does not hold directions: make them with python -m keras_gan directions, and name the file "
            "by --directions."
        ) from None
    if name not in names:
        raise unknown("direction", name, names)
    number = names.index(name)
    return np.float32(sigmas) * spreads[number] * vectors[number]
