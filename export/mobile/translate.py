"""Translates a picture with the `.tflite` of an image-to-image model; needs only numpy, pillow and ai-edge-litert.

    python export/mobile/translate.py --model generator.tflite --input photo.jpg --out translated.png
    python export/mobile/translate.py --model generator.tflite --input photo.jpg --mask mask.png --out filled.png

A picture is read, brought to a size, divided into tiles and put together again as the command `translate` of the
training program does. Copy this one file wherever it is needed, and the manifest.json beside the model, too: it says
whether a model wants pictures of the size that it was trained on, as one that knows faces does.

Exit codes: 0 the picture is written, 1 a fault of this program, 2 bad input, 4 the machine failed it, 130 interrupted.
"""

import argparse
import contextlib
import errno
import hashlib
import importlib.util
import io
import json
import os
import sys
import tempfile
import traceback
import warnings
from itertools import pairwise
from pathlib import Path

NEEDED = {"numpy": "numpy", "PIL": "pillow", "ai_edge_litert": "ai-edge-litert"}
if __name__ == "__main__":
    for module, package in NEEDED.items():
        if importlib.util.find_spec(module) is None:
            print(f"error: {package} is not installed: pip install {package}", file=sys.stderr)
            sys.exit(2)

import numpy as np  # noqa: E402
from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: E402

HALF = 128  # grey level from which on a mask is the hole, and opacity from which on a pixel is known
MOST_OVERLAP = 128  # of tiles, in pixels
MOST_SIZE = 16384  # of the longer edge of a picture, in pixels
MULTIPLE = 32  # that tiles had better begin at, where no manifest says it
OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG)  # in writing a file


class Problem(Exception):
    """What cannot be done, in one line."""


# --- The model -------------------------------------------------------------------------------------------------------


def load(model):
    """The signature of a .tflite file, a function of pictures."""
    from ai_edge_litert.interpreter import Interpreter

    # By its content, since LiteRT does not take every name that a file can have.
    return Interpreter(model_content=Path(model).read_bytes()).get_signature_runner("serving_default")


def size_and_channels(run):
    """Height, width and channels of the pictures that a file takes."""
    return tuple(int(edge) for edge in run.get_input_details()["images"]["shape"][1:])


def scale_of(run):
    """How many times as large as a picture is what the file makes of it."""
    (made,) = run.get_output_details().values()
    return int(made["shape"][1]) // size_and_channels(run)[0]


def translate(run, picture, hole=None, multiple=MULTIPLE):
    """What the file makes of one picture of any size.

    Args:
        run: what `load` returned.
        picture: uint8 [height, width, channels].
        hole: bool [height, width], for a file that fills holes; what is outside comes back as it is.
        multiple: tiles of a larger picture begin at multiples of it where they can.

    Returns:
        uint8 [scale * height, scale * width, C].
    """
    (high, wide), scale = size_and_channels(run)[:2], scale_of(run)
    (tops, downs), (lefts, rights) = (
        tiles_of(length, tile, multiple, scale) for length, tile in zip(picture.shape[:2], (high, wide), strict=True)
    )
    missing = ((0, tops[-1] + high - picture.shape[0]), (0, lefts[-1] + wide - picture.shape[1]), (0, 0))
    given = {"images": picture} if hole is None else {"images": picture, "masks": hole[:, :, None]}
    given = {name: np.pad(values, missing, mode="edge") for name, values in given.items()}
    canvas = 0.0
    for top, down in zip(tops, downs, strict=True):
        for left, right in zip(lefts, rights, strict=True):
            made = of_tile(run, **{name: each[top : top + high, left : left + wide] for name, each in given.items()})
            if np.isscalar(canvas):
                canvas = np.zeros([scale * edge for edge in given["images"].shape[:2]] + [made.shape[2]], np.float32)
            part = canvas[scale * top :, scale * left :][: scale * high, : scale * wide]
            part += made * (down[:, None, None] * right[:, None])
    made = np.rint(np.clip(canvas, 0.0, 1.0) * 255.0).astype(np.uint8)
    made = made[: scale * picture.shape[0], : scale * picture.shape[1]]
    return made if hole is None else np.where(hole[:, :, None], made, picture)


def tiles_of(length, tile, multiple, scale):
    """Where tiles begin that cover so many pixels, and how much each counts at each place that it makes.

    Neighbours overlap by a quarter, and the one gives way to the other along a ramp in the middle half of that.

    Returns:
        `(list of numbers, list of float32 [scale * tile])`.
    """
    if length <= tile:
        return [0], [np.ones(scale * tile, np.float32)]
    overlap = min(tile // 4, MOST_OVERLAP)
    align = max(number for number in range(1, multiple + 1) if tile % number == 0 and 4 * number <= tile)
    extent, size, shared = -(-length // align), tile // align, -(-overlap // align)
    last = -(-(extent - shared) // (size - shared)) - 1
    starts = [align * (number * (extent - size) // last) for number in range(last + 1)]
    counts = np.ones((len(starts), scale * tile))
    for number, (first, second) in enumerate(pairwise(scale * start for start in starts)):
        for each, start in ((number, first), (number + 1, second)):
            way = start + np.arange(scale * tile) + 0.5 - (first + second + scale * tile) / 2
            rising = np.clip(way / max(scale * overlap / 2, 1e-9) + 0.5, 0.0, 1.0)
            counts[each] *= rising if each > number else 1.0 - rising
    return starts, list(counts.astype(np.float32))


def of_tile(run, images, masks=None):
    """What the file makes of a tile of its own size, float32 in [0, 1]: uint8 images, bool masks, both [h, w, C]."""
    if masks is not None and not masks.any():
        return images / np.float32(255)
    values = {"images": images / np.float32(255)} | ({} if masks is None else {"masks": masks.astype(np.float32)})
    details = run.get_input_details()
    batch = int(details["images"]["shape"][0])  # it is fixed: all rows are the same picture
    inputs = {name: quantized(np.stack([each] * batch), details[name]) for name, each in values.items()}
    ((name, detail),) = run.get_output_details().items()
    made = dequantized(run(**inputs)[name][0], detail)
    if not np.isfinite(made).all():
        raise Problem("the model gives numbers that are not finite: it is damaged")
    return made


def quantized(values, detail):
    """Numbers as a file of 8-bit inputs wants them, and as they are for any other."""
    if detail["dtype"] != np.int8:
        return values
    scale, zero = detail["quantization"]
    return np.clip(np.rint(values / scale) + zero, -128, 127).astype(np.int8)


def dequantized(values, detail):
    """The other way round."""
    if values.dtype != np.int8:
        return values
    scale, zero = detail["quantization"]
    return np.float32(scale) * (values.astype(np.float32) - zero)


# --- Pictures --------------------------------------------------------------------------------------------------------


def read(path):
    """A picture upright, a Pillow image of any mode; of an animation the first frame."""
    try:
        with Image.open(path) as file:
            if file.width * file.height > Image.MAX_IMAGE_PIXELS:
                raise Problem(f"{path}: more than {Image.MAX_IMAGE_PIXELS:,} pixels")
            file.load()
            try:
                return ImageOps.exif_transpose(file)
            except Exception:  # parsers of damaged data raise nearly anything
                return file.copy()
    except (Problem, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise Problem(f"{path}: more than {Image.MAX_IMAGE_PIXELS:,} pixels") from None
    except Exception as error:  # so do decoders
        said = str(error) if isinstance(error, UnidentifiedImageError) else getattr(error, "strerror", None)
        raise Problem(f"{path}: {said or first_line(error)}") from None


def flatten(image, channels):
    """A picture as uint8 [height, width, channels]: 8 bits deep, on white where it is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        image = to_8_bits(image)
    if is_transparent(image):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return pixels_of(image, channels)


def pixels_of(image, channels):
    """The colours of a picture, or its luminance, as uint8 [height, width, channels]."""
    image = image.convert("L" if channels == 1 else "RGB")
    return np.asarray(image).reshape(image.height, image.width, channels)


def to_8_bits(image):
    """Grey pictures of 16 bits and more: 0 to 65535 becomes 0 to 255, and so does 0 to 1 of floats."""
    values = np.nan_to_num(np.asarray(image, np.float64))
    most = values.max(initial=0)
    if most > 255 or image.mode.startswith("I;16"):
        values = values / 257.0
    elif most <= 1 and image.mode == "F":
        values = values * 255.0
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def is_transparent(image):
    """Whether a picture has an opacity."""
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def picture_and_hole(image, mask, channels, fills):
    """What a model is given: uint8 [height, width, channels], and its hole, bool [height, width], or None.

    Args:
        image: a Pillow image.
        mask: one as large, white in the hole; None: the hole is what is transparent.
        channels: of the model's pictures.
        fills: whether the model fills holes.
    """
    if not fills:
        return flatten(image, channels), None
    if mask is not None:
        if mask.size != image.size:
            raise Problem(f"the mask has {mask.width}x{mask.height} px, the picture {image.width}x{image.height}")
        return flatten(image, channels), flatten(mask, 1)[:, :, 0] >= HALF
    if not is_transparent(image):
        raise Problem("the model fills holes, and no pixel is transparent: give --mask")
    image = image.convert("RGBA")  # colours of what is half transparent are its own: white must not shine through
    return pixels_of(image, channels), np.asarray(image.getchannel("A")) < HALF


def sized(pixels, size):
    """uint8 [height, width, channels] whose longer edge has so many pixels; None: as it is."""
    longer = max(pixels.shape[:2])
    if size in (None, longer):
        return pixels
    height, width = (max(1, round(edge * size / longer)) for edge in pixels.shape[:2])
    how = Image.Resampling.BOX if size < longer else Image.Resampling.BICUBIC
    return np.asarray(pillow(pixels).resize((width, height), how)).reshape(height, width, -1)


def pillow(pixels):
    """uint8 [height, width, channels] as a Pillow image."""
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def with_opacity(picture, image):
    """uint8 [height, width, C] as a Pillow image with the opacity of an original, if that has any."""
    picture = pillow(picture)
    if is_transparent(image) and picture.mode in ("L", "RGB"):
        opacity = image.convert("RGBA").getchannel("A")
        picture.putalpha(opacity.resize(picture.size, Image.Resampling.BICUBIC))
    return picture


def save(path, image):
    """Writes a PNG file, as a whole or not at all, and makes the folder that it lies in."""
    content = io.BytesIO()
    image.save(content, format="PNG")
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content.getvalue())
        temporary.replace(path)
    except OSError as error:
        if error.errno in OF_THE_MACHINE:
            raise
        raise Problem(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        if temporary.exists():
            temporary.unlink()


# --- The manifest ----------------------------------------------------------------------------------------------------


def read_manifest(model):
    """The manifest.json beside a model, an empty one where there is none; raises `Problem` if it cannot be read."""
    path = model.parent / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise Problem(f"{path}, by which the model is checked, cannot be read: {first_line(error)}") from None
    if not isinstance(manifest, dict):
        raise Problem(f"{path}, by which the model is checked, holds no manifest")
    return manifest


def say_if_unchecked(model):
    """Says that nobody knows whether a model is whole where nothing describes it."""
    if not (model.parent / "manifest.json").exists():
        print(f"note: no manifest.json beside {line(model)} says whether it is whole", file=sys.stderr)


def told(value, *keys, of=dict):
    """What a manifest holds below some keys; nothing, such as `{}` or 0, where it is silent.

    Raises:
        Problem: if it holds something of another type there.
    """
    for key in keys:
        if value is not None and not isinstance(value, dict):
            break
        value = (value or {}).get(key)
    too_large = type(value) is int and not -(2**31) <= value < 2**31
    if value is not None and (type(value) is not of or too_large):
        raise Problem(f"manifest.json is damaged: {'.'.join(keys) or 'something in it'} is of the wrong kind")
    return of() if value is None else value


def strange_kind(manifest):
    """The kind of what a model takes or makes that is no image, as its manifest says; None if there is none."""
    groups = [told(network, each) for network in told(manifest, "fields").values() for each in ("inputs", "outputs")]
    kinds = [told(field, "kind", of=str) for group in groups for field in group.values()]
    # What draws from noise is told by its inputs.
    return next((kind for kind in kinds if kind not in ("", "image", "image.mask", "scalar", "latents", "label")), None)


def is_damaged(model, manifest):
    """Whether the manifest beside a model describes another file of its name. A damaged file may run all the same."""
    described = told(manifest, "files", model.name, "sha256", of=str)
    return described != "" and hashlib.sha256(model.read_bytes()).hexdigest() != described


# --- The command line ------------------------------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message):
        """Ends the program with exit code 2."""
        self.exit(2, f"error: {line(message)}\n")


def parse(arguments=None):
    """The options; ends the program if they are wrong."""
    parser = Parser(description="Translates a picture with the .tflite of an image-to-image model.")
    parser.add_argument("--model", required=True, type=Path, help="a .tflite file")
    parser.add_argument("--input", required=True, type=Path, help="a picture")
    parser.add_argument("--mask", type=Path, help="for a model that fills holes: as large, white in the hole")
    parser.add_argument("--out", type=Path, default=Path("translated.png"), help="PNG to write")
    parser.add_argument(
        "--size",
        help="bring the picture to this size first: pixels of its longer edge, or native, as it is (default: as in "
        "training for a model whose manifest says so, else native)",
    )
    options = parser.parse_args(arguments)
    if options.size not in (None, "native"):
        if not (options.size.isascii() and options.size.isdecimal() and 1 <= int(options.size[:9]) <= MOST_SIZE):
            parser.error(f"--size must be between 1 and {MOST_SIZE} px, or native, got {options.size}")
        options.size = int(options.size)
    return options


def check_files(options):
    """Raises `Problem` for names that cannot be right."""
    if options.model.is_dir():
        found = sorted(options.model.glob("*.tflite"))
        raise Problem(f"{options.model} is a folder: {f'did you mean {found[0]}?' if found else 'give a .tflite file'}")
    if not options.model.is_file():
        raise Problem(f"there is no file {options.model}")
    if options.input.is_dir():
        raise Problem(f"{options.input} is a folder: this program translates one picture")
    if options.out.suffix.lower() != ".png" or options.out.is_dir():
        raise Problem(f"--out {options.out} must be a file that ends in .png")
    if os.path.realpath(options.out) in [os.path.realpath(path) for path in (options.input, options.mask) if path]:
        raise Problem(f"{options.out} is one of the originals: give another file as --out")


def opened(model, manifest, has_mask):
    """The signature of a model that this program can run, see `load`; raises `Problem` for any other."""
    if is_damaged(model, manifest):
        raise Problem(f"{model} is not the file that manifest.json beside it describes: it is damaged")
    if kind := strange_kind(manifest):
        raise Problem(f"{model} has values of the kind {kind}: this program changes images alone")
    try:
        run = load(model)
    except (ValueError, RuntimeError) as error:
        raise Problem(f"{model} cannot be loaded: {first_line(error)}") from None
    inputs = run.get_input_details()
    if "images" not in inputs:
        raise Problem(f"{model} draws pictures of noise, it does not change any: use sample.py")
    if has_mask and "masks" not in inputs:
        raise Problem(f"{model} fills no holes: leave out --mask")
    if size_and_channels(run)[2] not in (1, 3) or inputs.keys() - {"images", "masks"}:
        raise Problem(f"{model} is given more than pictures in grey or colour: this program does not know the rest")
    return run


def main(arguments=None):
    """The command line; returns the exit code."""
    options = parse(arguments)
    with quiet():
        translate_file(options)
    say_if_unchecked(options.model)
    return 0


def translate_file(options):
    """Does what the options say; raises `Problem` if that cannot be done."""
    check_files(options)
    manifest = read_manifest(options.model)
    run = opened(options.model, manifest, options.mask is not None)
    image, mask = read(options.input), None if options.mask is None else read(options.mask)
    fills = "masks" in run.get_input_details()
    try:
        picture, hole = picture_and_hole(image, mask, size_and_channels(run)[2], fills)
    except ValueError as error:  # a mode that has no colours
        raise Problem(f"{options.input}: {first_line(error)}") from None
    size = options.size or told(manifest, "generator", "content_size", of=int) or None
    if size != "native" and size is not None and not 1 <= size <= MOST_SIZE:
        raise Problem(f"manifest.json is damaged: pictures of {size} px are none that a model was trained on")
    size = None if size == "native" else size
    if hole is not None:
        hole = sized(hole[:, :, None] * np.uint8(255), size)[:, :, 0] >= HALF
    multiple = max(1, told(manifest, "generator", "size_multiple", of=int) or MULTIPLE)
    made = translate(run, sized(picture, size), hole, multiple)
    save(options.out, pillow(made) if fills and mask is None else with_opacity(made, image))
    print(f"{made.shape[1]}x{made.shape[0]} px in {options.out}")


@contextlib.contextmanager
def quiet():
    """Throws away what libraries write to the error stream past Python."""
    kept = os.dup(2)
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def line(text):
    """A text as one line that a terminal takes as it is: what cannot be printed becomes an escape such as `\\x1b`."""
    words = " ".join(str(text).split())
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in words)


def first_line(error):
    """What an exception says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def open_streams():
    """Opens to nowhere what is closed of the standard streams: the next files would take their places."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:  # by None, print means the standard output
        sys.stderr = os.fdopen(2, "w", closefd=False)


def ended(program):
    """Runs a program and returns its exit code; whatever it raises becomes one line."""
    warnings.simplefilter("ignore")  # of libraries, on lines of their own
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")
    try:
        code = program()
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads has read enough
        message, code = "", 0
    except KeyboardInterrupt:
        message, code = "interrupted", 130
    except Problem as error:
        message, code = str(error), 2
    except MemoryError:
        message, code = "out of memory: try a smaller picture", 4
    except OSError as error:
        message, code = f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "), 4
    except Exception as error:
        message, code = unforeseen(error), 1
    if message:
        print(f"error: {line(message)}", file=sys.stderr)
    with contextlib.suppress(OSError, ValueError, AttributeError):  # what could not be written is not tried again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())
    return code


def unforeseen(error):
    """The line of a fault of the program itself; what led to it goes into a file that the line names."""
    what = f"this program has a fault ({type(error).__name__}: {first_line(error)})"
    path = Path(tempfile.gettempdir()) / f"keras_gan-error-{os.getpid()}.txt"
    try:
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except OSError as failed:
        return f"{what}; no file could be written about it: {failed.strerror}"
    return f"{what}; what led to it is in {path}"


if __name__ == "__main__":
    sys.exit(ended(main))
