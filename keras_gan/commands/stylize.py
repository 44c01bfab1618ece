"""`stylize`: pictures painted in a style by search, one after the other (Gatys et al. 2015)."""

import time
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.errors import UserError, cannot_write, shown, similar
from keras_gan.modalities.image import decoding, movies, pictures, scanning, style_pictures
from keras_gan.storage import files

_FRAMES, _FRAME_MILLISECONDS = 40, 80
_LEAST = 32  # px of the shorter edge


def run(options):
    """Paints one picture, or all of a folder."""
    paths = _paths(options.content)
    contents = [_read(path, options.size) for path in paths]
    size = options.style_size or options.size
    styles = [_in_range(style_pictures.read(name, size)) for name in options.style]
    quiet_tensorflow()
    from keras_gan.metrics import painting

    look, started = painting.eyes(options.perceptual_weights), time.perf_counter()
    print(f"style and content are what {look.name} sees")
    weight = painting.CONTENT_WEIGHT if options.content_weight is None else options.content_weight
    for path, content in zip(paths, contents, strict=True):
        every = max(1, options.steps // _FRAMES)
        made = painting.paint(look, content, styles, options.steps, weight, options.seed, every)
        try:
            _write(Path(options.out), path, made)
        except OSError as error:
            raise cannot_write(options.out, error) from None
        print(
            f"{shown(path)}: style distance {made.style:.3f}, {made.style / max(made.before, 1e-9):.1%} of the "
            f"picture's own; content distance {made.content:.3f}"
        )
    print(f"{len(paths)} picture(s) painted in {time.perf_counter() - started:.0f} s: {options.out}")
    return 0


def _write(folder, path, made):
    """The picture, and the film of the way to it."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures.save(folder / f"{path.stem}.png", pictures.to_pillow(_to_bytes(made.picture)))
    frames = np.stack([_to_bytes(each) for each in made.way])
    files.write(
        folder / f"{path.stem}.gif",
        lambda file: movies.write(file, frames, ".gif", _FRAME_MILLISECONDS, last=1500),
        durable=False,
    )


def _paths(text):
    path = Path(text)
    if not path.exists():
        raise UserError(f"--content {shown(path)}: there is no such file or folder.{similar(path)}")
    if path.is_file():
        return [path]
    found = scanning.scan(path)
    if not found.images:
        raise UserError(scanning.no_images(found))
    stems = [each.stem for each in found.images]
    if len(set(stems)) < len(stems):
        raise UserError(f"--content {shown(path)}: two pictures have the same name but for their endings.")
    return found.images


def _read(path, size):
    """A picture in colour, its longer edge at most `size` px, float32 in [-1, 1]."""
    try:
        picture = decoding.decode(path, 3)
    except Exception as error:  # decoders raise nearly anything
        raise UserError(f"--content {shown(path)} cannot be read: {decoding.reason(error)}.") from None
    share = min(1.0, size / max(picture.size))
    picture = picture.resize([max(1, round(share * edge)) for edge in picture.size], Image.Resampling.LANCZOS)
    if min(picture.size) < _LEAST:
        raise UserError(
            f"--content {shown(path)} would have {picture.width}x{picture.height} px: it needs {_LEAST}x{_LEAST}."
        )
    return _in_range(decoding.to_array(picture))


def _in_range(stored):
    return stored.astype(np.float32) / 127.5 - 1.0


def _to_bytes(picture):
    return np.clip(np.rint(127.5 * (picture + 1.0)), 0, 255).astype(np.uint8)
