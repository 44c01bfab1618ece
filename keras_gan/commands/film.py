"""`film`: what a run made of the same seeds, snapshot after snapshot, as a moving picture."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from keras_gan.errors import UserError, cannot_write
from keras_gan.modalities.image import movies
from keras_gan.runs import run_folder
from keras_gan.storage import files

_CAPTION_EDGE = 20  # px, below each frame


def run(options):
    """Writes the film of a run's snapshots, each with its step."""
    folder = run_folder.find(options.log_dir, options.run)
    shown = {step: path for step, path in folder.snapshots.items() if path.suffix == ".png"}
    if len(shown) < 2:
        raise UserError(
            f"the run {folder.name} has {len(shown)} snapshot(s) that are pictures, and a film needs two: train "
            "longer, or with a smaller --snapshot-every."
        )
    frames = _frames(shown)
    suffix, milliseconds = Path(options.out).suffix.lower(), round(1000 * options.seconds / len(frames), -1)
    try:
        files.write(
            options.out,
            lambda file: movies.write(file, frames, suffix, int(max(milliseconds, 20)), last=1500),
            durable=False,
        )
    except OSError as error:
        raise cannot_write(options.out, error) from None
    print(f"{len(frames)} snapshots of {folder.name}, steps {min(shown):,} to {max(shown):,}, in {options.out}")
    return 0


def _frames(shown):
    """Pictures of one size, uint8 `[N, height, width, 3]`, of `{step: path}`."""
    opened = [(step, Image.open(path).convert("RGB")) for step, path in shown.items()]
    width, height = np.max([picture.size for _, picture in opened], axis=0)
    font = ImageFont.load_default(_CAPTION_EDGE - 6)
    frames = []
    for step, picture in opened:
        frame = Image.new("RGB", (int(width), int(height) + _CAPTION_EDGE), "white")
        frame.paste(picture)
        ImageDraw.Draw(frame).text((4, height + 2), f"step {step:,}", fill="black", font=font)
        frames.append(np.asarray(frame))
    return np.stack(frames)
