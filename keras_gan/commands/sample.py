"""`sample`: pictures from an exported model, by its own signatures alone."""

from pathlib import Path

import numpy as np

from keras_gan import latent_space
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.errors import UserError, why
from keras_gan.modalities.image import pictures

BATCH_SIZE = 64
MOST_IN_A_GRID = 4096


def run(options):
    """Draws pictures of consecutive seeds as a grid or one file each, or a walk from one seed to another."""
    directory = Path(options.model)
    check_model(directory)
    write = _writer(options)
    quiet_tensorflow()
    from keras_gan.exported import ExportedGenerator

    generator = ExportedGenerator(directory)
    label = None if options.label is None else generator.find_label(options.label)
    try:
        print(write(generator, options, label))
    except OSError as error:
        raise UserError(f"cannot write {options.out}: {why(error)}.") from None
    return 0


def check_model(directory):
    """Raises `UserError` unless a folder looks like an exported SavedModel."""
    if not (directory / "saved_model.pb").is_file():
        versions = sorted(
            (path.parent.name for path in directory.glob("*/saved_model.pb")), key=lambda name: (len(name), name)
        )
        hint = f"did you mean {directory / versions[-1]}?" if versions else "give the folder that holds saved_model.pb."
        raise UserError(f"{directory} is not an exported model: {hint}")


def _writer(options):
    """The function that writes what `--out` asks for; takes generator, options, label and returns what it did."""
    suffix = Path(options.out).suffix.lower()
    is_folder = options.out.endswith(("/", "\\")) or Path(options.out).is_dir()
    if options.interpolate:
        if is_folder or suffix not in (".gif", ".png"):
            raise UserError(f"--out {options.out} must end in .gif or .png with --interpolate.")
        return _write_walk
    if is_folder:
        return _write_files
    if suffix == ".gif":
        raise UserError(f"--out {options.out}: only --interpolate A B makes a .gif; end in .png for a grid.")
    if suffix != ".png":
        raise UserError(f"--out {options.out} must end in .png for a grid, or in / for single files.")
    if (options.count or 0) > MOST_IN_A_GRID:
        raise UserError(
            f"a grid holds at most {MOST_IN_A_GRID:,} pictures: for more, give a folder, as in --out pictures/"
        )
    return _write_grid


def _batches(generator, options, label, count):
    """Pairs of seeds and their pictures."""
    from keras_gan.randomness import seed_range

    seeds = seed_range(options.seed, count)
    for start in range(0, count, BATCH_SIZE):
        batch = seeds[start : start + BATCH_SIZE]
        yield batch, generator.draw_seeds(batch, label, options.truncation)


def _sheet(generator, options, label):
    return pictures.sheet(generator.num_classes if label is None else 0, options.count)


def _write_grid(generator, options, label):
    count, columns = _sheet(generator, options, label)
    images = np.concatenate([images for _, images in _batches(generator, options, label, count)])
    pictures.save_grid(options.out, images, columns)
    said = _said(generator, options, label, count)
    if columns and generator.class_names:
        # The columns begin with the class of the first seed.
        names = [generator.class_names[(options.seed + column) % generator.num_classes] for column in range(columns)]
        said += f"\none column for each class: {', '.join(names)}"
    return said


def _write_files(generator, options, label):
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    count, _ = _sheet(generator, options, label)
    for seeds, images in _batches(generator, options, label, count):
        for seed, pixels in zip(seeds, pictures.to_uint8(images), strict=True):
            pictures.save(folder / f"seed-{seed}.png", pictures.to_pillow(pixels))
    return _said(generator, options, label, count)


def _said(generator, options, label, count):
    seeds = f"{count} pictures of seeds {options.seed} to {options.seed + count - 1}"
    return f"{seeds}{_of_class(generator, label)} in {options.out}"


def _of_class(generator, label):
    return "" if label is None else f", class {generator.describe_label(label)},"


def _write_walk(generator, options, label):
    """The pictures on the way between two seeds, all of one class: a GIF there and back, or a strip in a PNG."""
    ends = np.array(options.interpolate, np.int64)
    start, end = generator.latents(ends)
    latents = latent_space.slerp(start, end, np.linspace(0.0, 1.0, options.frames)).astype(np.float32)
    labels = generator.labels(np.repeat(ends[:1], options.frames), label)
    images = generator.draw(options.truncation * latents, labels)
    if Path(options.out).suffix.lower() == ".gif":
        pictures.save_walk(options.out, images)
    else:
        pictures.save_grid(options.out, images, columns=len(images))
    walk = f"{len(images)} pictures on the way from seed {ends[0]} to seed {ends[1]}"
    return f"{walk}{_of_class(generator, None if labels is None else labels[0])} in {options.out}"
