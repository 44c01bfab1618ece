"""Films through an exported translator, frame by frame; all are normalised alike, so that nothing flickers."""

import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from keras_gan.errors import UserError, cannot_write, shown, why
from keras_gan.modalities.image import movies
from keras_gan.modalities.video import reading
from keras_gan.storage import files

_LOOKED_AT = 12  # frames whose moments are those of the film


def is_film(options):
    """Whether `translate` is to make a film of a film: what `--out` ends in says so."""
    return Path(options.out).suffix.lower() in movies.SUFFIXES and Path(options.input).suffix.lower() in movies.SUFFIXES


def translate(translator, options, controls):
    """Translates a film; returns 0."""
    path, started = Path(options.input), time.perf_counter()
    if not path.is_file():
        raise UserError(f"--input {shown(path)}: there is no such file.")
    try:
        film = reading.film(path.read_bytes(), channels=translator.channels)
    except OSError as error:
        raise UserError(f"--input {shown(path)} cannot be read: {why(error)}.") from None
    except reading.Unreadable as error:
        raise UserError(f"--input {shown(path)} {error}.") from None
    sized = [translator.sized(frame, None, options.size)[0] for frame in film.frames]
    height, width = sized[0].shape[:2]
    tile = options.tile or translator.tile_within(height, width, options.memory_limit_mb * 1e6)
    moments = None
    if translator.has_moments:
        chosen = np.unique(np.linspace(0, len(sized) - 1, _LOOKED_AT).astype(int))
        moments = translator.moments([sized[number] for number in chosen], tile, controls)
    made = []
    for frame in tqdm(sized, "translating", unit=" frames", leave=False):
        bands = translator.bands(frame, None, tile, controls=controls, moments=moments)
        made.append(np.concatenate(list(bands)))
    suffix = Path(options.out).suffix.lower()
    try:
        write = lambda file: movies.write(file, np.stack(made), suffix, film.milliseconds)  # noqa: E731
        files.write(options.out, write, durable=False)
    except OSError as error:
        raise cannot_write(options.out, error) from None
    print(f"{len(made)} frames translated in {time.perf_counter() - started:.1f} s: {options.out}")
    return 0
