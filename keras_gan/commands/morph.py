"""`morph`: from the cartoon of one face to that of another, by way of what is between their features."""

from pathlib import Path

import numpy as np

from keras_gan import latent_space
from keras_gan.commands import models
from keras_gan.commands.models import opened
from keras_gan.errors import UserError, cannot_write, shown, similar
from keras_gan.modalities.image import decoding, movies
from keras_gan.storage import files

_FRAME_MILLISECONDS, _LAST_MILLISECONDS = 80, 800


def run(options):
    """Writes the film, or the row of pictures."""
    translator = opened(models.find(options.model), draws=False)
    if not {"encoder", "drawer_controlled"} <= set(translator.runtime.signatures):
        raise UserError(
            f"{options.model} has no features between a face and its cartoon: give the folder of a cartoonise that was "
            "exported with its SavedModel."
        )
    start, end = (_features(translator, path) for path in options.faces)
    z = latent_space.slerp(start, end, np.linspace(0.0, 1.0, options.frames)).astype(np.float32)
    alpha = np.full(len(z), options.alpha, np.float32)
    latents = translator.controls["latents"].probes(np.full(len(z), options.seed, np.int64))
    drawn = translator.runtime.run("drawer_controlled", z=z, alpha=alpha, latents=np.asarray(latents))
    (values,) = drawn.values()
    try:
        _write(options.out, translator.output, values)
    except OSError as error:
        raise cannot_write(options.out, error) from None
    print(f"{options.frames} cartoons from {shown(options.faces[0])} to {shown(options.faces[1])}: {options.out}")
    return 0


def _features(translator, name):
    """The features of a face in a file, `[k]`: of the middle square, as training brings pictures to a size."""
    path = Path(name)
    if not path.is_file():
        raise UserError(f"{shown(path)}: there is no such file.{similar(path)}")
    try:
        face = decoding.fit(decoding.decode(path, translator.channels), translator.size[0], "crop")
    except Exception as error:  # decoders raise nearly anything
        raise UserError(f"{shown(path)} cannot be read: {decoding.reason(error)}.") from None
    (found,) = translator.runtime.run("encoder", images=decoding.to_array(face)[None] / np.float32(255)).values()
    return found[0]


def _write(out, field, values):
    suffix = Path(out).suffix.lower()
    if suffix == ".png":
        files.write(out, field.sheet(values, columns=len(values)).write, durable=False)
        return
    frames = field.to_stored(field.enlarged(values))
    files.write(
        out,
        lambda file: movies.write(file, frames, suffix, _FRAME_MILLISECONDS, last=_LAST_MILLISECONDS),
        durable=False,
    )
