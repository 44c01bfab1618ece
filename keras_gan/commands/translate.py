"""`translate`: images from images, by an exported model."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from keras_gan.commands import films, models
from keras_gan.errors import UserError, cannot_write, shown, similar
from keras_gan.modalities.image import decoding, pictures, scanning
from keras_gan.storage import arrays

SOME_FAILED = 1  # exit code
OPAQUE = 128  # what is at least as opaque is known


def run(options):
    """Translates one image, or a folder of them; returns 0, or 1 if some could not be read."""
    turned = bool(options.controls) or options.seed is not None
    model = models.find(options.model, options.direction, controlled=turned)
    jobs, found = ([], None) if films.is_film(options) else _jobs(options)
    translator = models.opened(model, options.direction, draws=False)
    _check(translator, options)
    controls = _controls(translator, options)
    if films.is_film(options):
        return films.translate(translator, options, controls)
    if translator.content_size and options.size is None:
        print(f"at {translator.content_size} px, the size of its training images; --size native takes them as they are")
    started = time.perf_counter()
    errors = []
    for job in tqdm(jobs, "translating", unit=" images", leave=False, disable=len(jobs) == 1):
        try:
            given = _read(job, translator)
        except Exception as error:  # decoders raise nearly anything
            errors.append(f"{shown(job.source)}: {decoding.reason(error)}")
            continue
        try:
            image = _translated(given, translator, options, controls)
        except MemoryError:
            errors.append(f"{shown(job.source)}: not enough memory: try a smaller --memory-limit-mb or --tile")
            continue
        try:
            pictures.save(job.target, image)
        except OSError as error:
            raise cannot_write(job.target, error) from None
    return max(_report(jobs, errors, time.perf_counter() - started), _say_passed_over(found))


def _controls(translator, options):
    """What is said of the model's controls, `{name: value for one row}`."""
    if options.seed is None:
        return options.controls
    by_chance = {name: field for name, field in translator.controls.items() if field.kind == "chance"}
    if not by_chance:
        raise UserError(f"{options.model} has no chance in it: leave out --seed.")
    seeds = np.array([options.seed], np.int64)
    return {**options.controls, **{name: np.asarray(field.probes(seeds))[0] for name, field in by_chance.items()}}


def _report(jobs, errors, seconds):
    done = len(jobs) - len(errors)
    where = jobs[0].target if len(jobs) == 1 else os.path.commonpath([job.target.parent for job in jobs])
    if errors:
        shown = arrays.listed(errors)
        if not done:
            raise UserError(f"none of {len(jobs)} image(s) could be translated:\n  {shown}")
        print(f"error: {len(errors)} of {len(jobs)} images could not be translated:\n  {shown}", file=sys.stderr)
    print(f"{done} image(s) translated in {seconds:.1f} s: {where}")
    return SOME_FAILED if errors else 0


def _say_passed_over(found):
    """Names what else lies in the folder, a `Scan` or None; returns 1 if there are pictures that cannot be read."""
    if not found or not found.passed_over:
        return 0
    print(f"not images: {scanning.passed_over_text(found.passed_over)}", file=sys.stderr)
    return SOME_FAILED if found.pictures else 0


# --- Files -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Job:
    """An image to translate: the files of the image, of its mask, or None, and of the result."""

    source: Path
    mask: Path | None
    target: Path


def _jobs(options):
    """What is to be done, and the `Scan` of a folder, or None.

    Raises:
        UserError: if there is nothing to do, or an original would be overwritten.
    """
    given, out, found = Path(options.input), Path(options.out), None
    _check_out(options.out, given)
    if out.resolve() == (given if given.is_dir() else given.parent).resolve():
        raise UserError(f"--out {out} is the folder of the originals: give another one.")
    if given.is_dir():
        # What an earlier call has written below the folder is no original.
        found = scanning.scan(given)
        sources = [path for path in found.images if out.resolve() not in path.resolve().parents]
        if not sources:
            raise UserError(scanning.no_images(found))
        root = given
    elif given.is_file():
        sources, root = [given], given.parent
    else:
        raise UserError(f"--input {shown(given)}: there is no such file or folder.{similar(given)}")
    jobs = [
        _Job(source, _mask_of(source.relative_to(root), options.mask), target)
        for source, target in zip(sources, _targets(sources, root, out), strict=True)
    ]
    originals = {path.resolve() for job in jobs for path in (job.source, job.mask) if path}
    for job in jobs:
        if job.target.resolve() in originals:
            raise UserError(f"{job.target} is one of the originals: give another folder as --out.")
    return jobs, found


def _check_out(out, given):
    """Raises `UserError` for a name that says that it is to be one file, where that is not what there will be."""
    suffix = Path(out).suffix.lower()
    if out.endswith(("/", "\\")) or Path(out).is_dir() or suffix not in (".png", *decoding.SUFFIXES):
        return
    if suffix != ".png":
        raise UserError(f"--out {out}: results are PNG files: end in .png, or in / for a folder.")
    if given.is_dir():
        raise UserError(f"--out {out} is one file, and --input {given} a folder: give a folder as --out.")


def _targets(sources, root, out):
    """Where results go: the same names in the same sub-folders, as PNG, no two the same."""
    if len(sources) == 1 and sources[0].parent == root and out.suffix.lower() == ".png" and not out.is_dir():
        return [out]
    taken, targets = set(), []
    for source in sources:
        folder = out / source.parent.relative_to(root)
        names = _names(source)
        # Not all file systems tell capitals from small letters.
        target = next(path for name in names if (path := folder / name).as_posix().casefold() not in taken)
        taken.add(target.as_posix().casefold())
        targets.append(target)
    return targets


def _names(source):
    """photo.png, and where that is taken photo-jpg.png, photo-jpg-2.png, …"""
    yield f"{source.stem}.png"
    stem = f"{source.stem}-{source.suffix[1:].lower()}"
    yield f"{stem}.png"
    number = 2
    while True:
        yield f"{stem}-{number}.png"
        number += 1


def _mask_of(name, masks):
    """The mask of an image: the one file, or that of the same name, with any ending, in a folder of them."""
    if masks is None:
        return None
    masks = Path(masks)
    if not masks.exists():
        raise UserError(f"--mask {shown(masks)}: there is no such file or folder.{similar(masks)}")
    if not masks.is_dir():
        return masks
    found = [masks / name.with_suffix(suffix) for suffix in (name.suffix, *decoding.SUFFIXES)]
    return next((path for path in found if path.is_file()), found[0])


# --- One image -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Given:
    """An image as the network takes it, its hole, or None, and its opacity as a Pillow image, or None."""

    pixels: np.ndarray
    hole: np.ndarray | None
    opacity: Image.Image | None


def _read(job, translator):
    """Reads one image upright, and its mask."""
    with decoding.open_image(job.source) as file:
        image = decoding.upright(file)
    opacity = _opacity(image)
    if not translator.takes_mask:
        return _Given(decoding.to_array(decoding.flatten(image, translator.channels)), None, opacity)
    if job.mask:
        with decoding.naming(job.mask):
            mask = decoding.decode(job.mask, 1)
        if mask.size != image.size:
            raise ValueError(f"its mask has {_size(mask)} px, the image {_size(image)}")
        hole = np.asarray(mask) >= OPAQUE
        return _Given(decoding.to_array(decoding.flatten(image, translator.channels)), hole, opacity)
    if opacity is None:
        raise ValueError("no pixel is transparent, so there is no hole: give --mask")
    # The colours of what is half transparent are its own: white must not shine through.
    pixels = decoding.to_array(image.convert("RGBA").convert("L" if translator.channels == 1 else "RGB"))
    return _Given(pixels, np.asarray(opacity) < OPAQUE, None)


def _size(image):
    return f"{image.width}x{image.height}"


def _opacity(image):
    """The opacity of an image, a Pillow image of mode L; None if it has none."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA").getchannel("A")
    return None


def _translated(given, translator, options, controls):
    """The translation as a Pillow image."""
    pixels, hole = translator.sized(given.pixels, given.hole, options.size)
    height, width = pixels.shape[:2]
    tile = options.tile or translator.tile_within(height, width, options.memory_limit_mb * 1e6)
    count = translator.tiles(height, width, tile)
    with tqdm(total=count, desc="tiles", unit=" tiles", leave=False, disable=count == 1, delay=1) as bar:
        canvas, top = None, 0
        # Band by band onto the image that is written: an array of it beside would be as large again.
        for band in translator.bands(pixels, hole, tile, bar.update, controls):
            rows = pictures.to_pillow(band)
            if canvas is None:
                canvas = Image.new(rows.mode, (rows.width, translator.scale * height))
            canvas.paste(rows, (0, top))
            top += rows.height
    if given.opacity is not None and canvas.mode in ("L", "RGB"):
        canvas.putalpha(given.opacity.resize(canvas.size, Image.Resampling.BICUBIC))
    return canvas


def _check(translator, options):
    """Raises `UserError` unless the network can do what is asked for."""
    if translator.channels not in (1, 3):
        raise UserError(f"{options.model} takes images with {translator.channels} channels, which no image file has.")
    if options.mask and not translator.takes_mask:
        raise UserError(f"{options.model} fills no holes: leave out --mask.")
    if options.tile and translator.size:
        height, width = translator.size
        raise UserError(f"{options.model} takes tiles of {width}x{height} px alone: leave out --tile.")
