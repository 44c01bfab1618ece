"""`sample`: pictures from an exported model, by its own signatures alone."""

from pathlib import Path

import numpy as np

from keras_gan import pictures
from keras_gan.commands import quiet_tensorflow
from keras_gan.errors import UserError, why

BATCH_SIZE = 64
MOST_IN_A_GRID = 4096


def run(options):
    """Draws the pictures of seeds `seed … seed + count - 1` and writes a grid, or one file each."""
    directory = Path(options.model)
    if not (directory / "saved_model.pb").is_file():
        versions = sorted(
            (path.parent.name for path in directory.glob("*/saved_model.pb")), key=lambda name: (len(name), name)
        )
        hint = f"did you mean {directory / versions[-1]}?" if versions else "give the folder that holds saved_model.pb."
        raise UserError(f"{directory} is not an exported model: {hint}")
    single_files = options.out.endswith(("/", "\\")) or Path(options.out).is_dir()
    if not single_files and Path(options.out).suffix.lower() != ".png":
        raise UserError(f"--out {options.out} must end in .png for a grid, or in / for single files.")
    if not single_files and options.count > MOST_IN_A_GRID:
        raise UserError(
            f"a grid holds at most {MOST_IN_A_GRID:,} pictures: for more, give a folder, as in --out pictures/"
        )

    quiet_tensorflow()
    sampler = _load(directory)
    try:
        if single_files:
            _write_files(sampler, options)
        else:
            images = np.concatenate([images for _, images in _batches(sampler, options)])
            pictures.save_grid(options.out, images)
    except OSError as error:
        raise UserError(f"cannot write {options.out}: {why(error)}.") from None
    print(f"{options.count} pictures of seeds {options.seed} to {options.seed + options.count - 1} in {options.out}")
    return 0


def _load(directory):
    import tensorflow as tf

    try:
        model = tf.saved_model.load(str(directory))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise UserError(f"{directory} cannot be loaded: {str(error).splitlines()[0]}") from None
    if "from_seeds" not in model.signatures:
        raise UserError(f"{directory} has no signature from_seeds: it was not exported by this program.")
    # The signature refers to variables that the loaded object owns, so both must stay alive.
    return model, model.signatures["from_seeds"]


def _batches(sampler, options):
    import tensorflow as tf

    from keras_gan.randomness import seed_range

    seeds = seed_range(options.seed, options.count)
    for start in range(0, options.count, BATCH_SIZE):
        batch = seeds[start : start + BATCH_SIZE]
        yield batch, sampler[1](seeds=tf.constant(batch))["images"].numpy()


def _write_files(sampler, options):
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    for seeds, images in _batches(sampler, options):
        for seed, pixels in zip(seeds, pictures.to_uint8(images), strict=True):
            pictures.to_pillow(pixels).save(folder / f"seed-{seed}.png")
