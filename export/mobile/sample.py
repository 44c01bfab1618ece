"""Draws pictures or films, or makes figures move, sounds or lines, of a `generator.tflite`; needs only numpy, pillow
and ai-edge-litert.

    python export/mobile/sample.py --model generator.tflite --count 16 --seed 1 --out grid.png

The picture of a seed is the same here as from the SavedModel and from Keras: latents follow the portable seed
rule, specified to the bit in export/README.md. Copy this one file wherever it is needed. If the generator draws
classes, copy the manifest.json beside it, too: it says how many there are, and what they are called. What moves needs
the manifest.json, sounds also sounds.py.

Exit codes: 0 the grid is written, 1 a fault of this program, 2 bad input, 4 the machine failed it, 130 interrupted.
"""

import argparse
import contextlib
import errno
import hashlib
import importlib.util
import io
import json
import math
import os
import re
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

NEEDED = {"numpy": "numpy", "PIL": "pillow", "ai_edge_litert": "ai-edge-litert"}
if __name__ == "__main__":
    for module, package in NEEDED.items():
        if importlib.util.find_spec(module) is None:
            print(f"error: {package} is not installed: pip install {package}", file=sys.stderr)
            sys.exit(2)

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

MOST_IN_A_GRID = 4096
MOST_COLUMNS = 16  # of classes
MOST_ZOOM = 64
MOST_NAMED = 50  # classes in a message
MOST_RATE = 1000  # frames a second
MOVING = {"video": ("frames", 5), "motion": ("positions", 4)}  # what a file gives, and its number of axes
ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


def threefry2x32(key, counter):
    """Threefry-2x32 with 20 rounds over uint32 arrays: pair of keys, pair of counters -> pair of random words."""
    keys = (key[0], key[1], key[0] ^ key[1] ^ np.uint32(0x1BD11BDA))
    x0, x1 = counter[0] + keys[0], counter[1] + keys[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x0 = x0 + x1
            x1 = ((x1 << np.uint32(rotation)) | (x1 >> np.uint32(32 - rotation))) ^ x0
        x0 = x0 + keys[(group + 1) % 3]
        x1 = x1 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x0, x1


def portable_latents(seeds, latent_dim):
    """Standard normal float32 [N, latent_dim]; row i depends on the int64 seeds[i] alone."""
    bits = np.asarray(seeds, np.int64).view(np.uint64)[:, None]
    key = ((bits & np.uint64(0xFFFFFFFF)).astype(np.uint32), (bits >> np.uint64(32)).astype(np.uint32))
    pairs = np.arange((latent_dim + 1) // 2, dtype=np.uint32)[None, :]
    word0, word1 = threefry2x32(key, (pairs, np.zeros_like(pairs)))
    radius = np.sqrt(-2.0 * np.log((word0.astype(np.float64) + 1.0) * 2.0**-32))
    angle = word1.astype(np.float64) * (2.0 * math.pi * 2.0**-32)
    normal = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return normal.reshape(len(bits), -1)[:, :latent_dim].astype(np.float32)


def seed_range(seed, count):
    """The int64 seeds `seed … seed + count - 1`, wrapping around at the end of the int64 range."""
    return (np.arange(count, dtype=np.uint64) + np.uint64(seed & 0xFFFFFFFFFFFFFFFF)).view(np.int64)


OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG)  # in writing a file


class Problem(Exception):
    """What cannot be done, in one line."""


def load(model):
    """The signature of a .tflite file, a function that draws pictures."""
    from ai_edge_litert.interpreter import Interpreter

    # By its content, since LiteRT does not take every name that a file can have.
    return Interpreter(model_content=Path(model).read_bytes()).get_signature_runner("serving_default")


def sample(draw, seeds, labels=None, truncation=1.0):
    """Pictures of `seeds`: float32 [N, height, width, channels] in [0, 1]; of a model of sounds what it gives.

    Args:
        draw: what `load` returned.
        seeds: int64 [N].
        labels: classes, integers [N], for a generator that takes labels.
        truncation: number in (0, 1] that latents are multiplied by.
    """
    (made,) = sample_all(draw, seeds, labels, truncation).values()
    return made


def sample_all(draw, seeds, labels=None, truncation=1.0):
    """The same of a model that gives several things of a seed: `{name: float32 [N, …]}`."""
    details = draw.get_input_details()
    batch, latent_dim = (int(size) for size in details["latents"]["shape"])
    latents = np.float32(truncation) * portable_latents(seeds, latent_dim)
    inputs = {"latents": quantized(latents, details["latents"])}
    if labels is not None:
        inputs["labels"] = np.asarray(labels, np.int32)
    made = []
    for start in range(0, len(seeds), batch):
        rows = np.arange(start, start + batch) % len(seeds)  # the batch is fixed: the last one begins anew
        made.append(draw(**{name: values[rows] for name, values in inputs.items()}))
    return {
        name: dequantized(np.concatenate([each[name] for each in made])[: len(seeds)], detail)
        for name, detail in draw.get_output_details().items()
    }


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


def is_damaged(model, manifest):
    """Whether the manifest beside a model describes another file of its name. A damaged file may draw all the same."""
    described = told(manifest, "files", model.name, "sha256", of=str)
    return described != "" and hashlib.sha256(model.read_bytes()).hexdigest() != described


def kind_of_samples(manifest):
    """What a model makes, as its manifest says: `image` where it does not."""
    networks = told(manifest, "fields").values()
    kinds = [told(field, "kind", of=str) for network in networks for field in told(network, "outputs").values()]
    return next(filter(None, kinds), "image")


def field_of_samples(manifest):
    """What a manifest says of the values that a model makes, an object."""
    fields = [field for network in told(manifest, "fields").values() for field in told(network, "outputs").values()]
    return next(filter(None, fields), {})


def read_classes(model):
    """Number and names of the classes from the manifest.json beside a model; `(0, [])` where it does not say."""
    manifest = read_manifest(model)
    num_classes = max(0, told(manifest, "generator", "num_classes", of=int))
    names = told(manifest, "data", "classes", of=list)
    return num_classes, names if len(names) == num_classes and all(isinstance(name, str) for name in names) else []


def find_labels(model, seeds, label=None):
    """The classes of `seeds`, int32 [N]: all of the class `label`, a name or a number, or `seed mod num_classes`.

    Raises:
        ValueError: if that cannot be told, or there is no such class.
    """
    num_classes, names = read_classes(model)
    if label is None:
        if not num_classes:
            raise ValueError("this generator draws classes, and no manifest.json beside it says how many: give --label")
        return np.mod(seeds, num_classes).astype(np.int32)
    if label in names:
        return np.full(len(seeds), names.index(label), np.int32)
    is_number = label.isascii() and label.isdecimal() and len(label) <= 9
    if not is_number or (num_classes and int(label) >= num_classes):
        known = names if 0 < len(names) <= MOST_NAMED else [f"0 to {num_classes - 1}" if num_classes else "from 0 on"]
        raise ValueError(f"--label {label}: there is no such class, choose from: {', '.join(known)}")
    return np.full(len(seeds), int(label), np.int32)


# --- The grid --------------------------------------------------------------------------------------------------------


def sheet(num_classes, count=None):
    """How many pictures a grid has, and its columns: one for each of 2 to 16 classes, else None, nearly square."""
    if not 2 <= num_classes <= MOST_COLUMNS:
        return count or 16, None
    count = count or 8 * num_classes
    return count, min(num_classes, count)


def save_grid(path, images, columns=None):
    """Writes pictures in [0, 1] as one PNG grid, nearly square where nothing else is said; whole or not at all."""
    save(path, grid(images, columns))


def grid(images, columns=None):
    """Pictures in [0, 1] as one, beside one another and below."""
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = np.rint(np.clip(images, 0.0, 1.0) * 255.0)
    pixels = tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    pixels = pixels.reshape(rows * height, columns * width, channels)
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)


def save(path, image):
    """Writes a PNG file, as a whole or not at all, and makes the folder that it lies in."""
    content = io.BytesIO()
    image.save(content, format="PNG")
    save_bytes(path, content)


def save_bytes(path, content):
    """Writes a file of what is in memory, as a whole or not at all."""
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


# --- Sounds ----------------------------------------------------------------------------------------------------------


def makes_sounds(manifest):
    """Whether a model makes sounds, waveforms or spectrograms, as its manifest says."""
    return kind_of_samples(manifest) in ("sound", "sound.spectrogram")


def save_sounds(options, values, seeds):
    """Writes each sound as a WAV named by its seed, and all of them as one."""
    try:
        import sounds
    except ImportError:
        raise Problem("sounds.py, which makes WAV files, is missing: copy it beside this file") from None
    field, out = field_of_samples(read_manifest(options.model)), options.out
    try:
        waveforms = sounds.waveforms(values, field, threefry2x32, seeds)
    except ValueError as error:
        raise Problem(f"manifest.json beside {options.model} is damaged: {error}") from None
    files = {out.with_name(f"{out.stem}-{seed}.wav"): waveform for seed, waveform in zip(seeds, waveforms, strict=True)}
    for path, waveform in {**files, out: sounds.joined(waveforms, field["rate"])}.items():
        content = io.BytesIO()
        sounds.write(content, waveform, field["rate"])
        save_bytes(path, content)
    print(f"{len(seeds)} sounds of seeds {seeds[0]} to {seeds[-1]} in {out}, and each in a file of its own beside it")


# --- Lines -----------------------------------------------------------------------------------------------------------


def writes_lines(manifest):
    """Whether a model writes lines of text, as its manifest says."""
    return kind_of_samples(manifest) == "text"


def lines_of(tokens, field):
    """The lines of int32 [N, length] numbers, by what the manifest says of them: `vocabulary` and `unit`."""
    words, found = told(field, "vocabulary", of=list), []
    for row in tokens.tolist():
        end = row.index(0) if 0 in row else len(row)
        row = [words[number] for number in row[:end]]
        if told(field, "unit", of=str) == "char":
            found.append("".join(row))
        else:
            # No space before what closes, and none after what opens.
            line = re.sub(r" ([.,!?;:%)\]}])", r"\1", " ".join(row))
            found.append(re.sub(r"([(\[{]) ", r"\1", line))
    return found


def save_lines(options, tokens, seeds):
    """Prints each line, and writes all of them as a file of text."""
    lines = lines_of(tokens, field_of_samples(read_manifest(options.model)))
    print("\n".join(lines))
    save_bytes(options.out, io.BytesIO("".join(f"{line}\n" for line in lines).encode()))
    print(f"{len(seeds)} lines of seeds {seeds[0]} to {seeds[-1]} in {options.out}")


# --- What moves ------------------------------------------------------------------------------------------------------


def rate_of(manifest):
    """How many frames a second has of what a model makes; raises `Problem` where the manifest does not say."""
    rate = field_of_samples(manifest).get("fps")
    if type(rate) not in (int, float) or not 0 < rate <= MOST_RATE:
        raise Problem("manifest.json is damaged: it does not say how many frames a second has")
    return rate


def save_films(options, films, seeds, columns):
    """Writes films `[N, frames, height, width, channels]` in [0, 1] as one GIF that goes on for ever."""
    rate = rate_of(read_manifest(options.model))
    films = films.repeat(options.zoom, axis=2).repeat(options.zoom, axis=3)
    first, *others = [gif_frame(grid(frames, columns)) for frames in films.swapaxes(0, 1)]
    # GIF counts hundredths of a second: in all it is as long as it should be.
    ends = 10 * np.rint(np.arange(films.shape[1] + 1) * 100 / rate)
    lengths = [max(10, int(length)) for length in np.diff(ends)]
    content = io.BytesIO()
    first.save(content, format="GIF", save_all=True, append_images=others, duration=lengths, loop=0)
    save_bytes(options.out, content)
    print(f"{len(seeds)} films of seeds {seeds[0]} to {seeds[-1]} in {options.out}")


def gif_frame(image):
    """A picture of at most 256 colours of its own; without dithering, whose dots would crawl from frame to frame."""
    return image if image.mode == "L" else image.quantize(256, Image.Quantize.MEDIANCUT, 1, dither=Image.Dither.NONE)


def save_clips(options, made, seeds, labels):
    """Writes all that a model of figures gives as one archive of arrays, with what is to be known of them."""
    manifest = read_manifest(options.model)
    parents = told(field_of_samples(manifest), "parents", of=list)
    facts = {"seeds": seeds, "parents": np.array(parents, np.int32), "fps": rate_of(manifest)}
    facts |= {} if labels is None else {"labels": labels}
    content = io.BytesIO()
    np.savez(content, **made, **facts)
    save_bytes(options.out, content)
    print(f"{len(seeds)} clips of seeds {seeds[0]} to {seeds[-1]} in {options.out}: {', '.join(sorted(made))}")


# --- The command line ------------------------------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message):
        """Ends the program with exit code 2."""
        self.exit(2, f"error: {line(message)}\n")


def parse(arguments=None):
    """The options; ends the program if they are wrong."""
    parser = Parser(description="Draws pictures from a generator.tflite.")
    parser.add_argument("--model", required=True, type=Path, help="a generator.tflite")
    parser.add_argument("--count", type=int, help="how many pictures (default: 16, or 8 of each of 2 to 16 classes)")
    parser.add_argument("--seed", type=int, default=1, help="pictures of seeds SEED to SEED + COUNT - 1 (default: 1)")
    parser.add_argument("--label", help="draw this class alone: its name or number (default: seed mod classes)")
    parser.add_argument(
        "--truncation",
        type=float,
        default=1.0,
        help="above 0, at most 1: scales latents towards the mean; less variety, often better pictures (default: 1)",
    )
    parser.add_argument("--zoom", type=int, default=1, help="show each pixel as so many times so many (default: 1)")
    parser.add_argument(
        "--out",
        type=Path,
        help="PNG, WAV of sounds, TXT of lines, GIF of films or NPZ of figures (default: grid.png and the like)",
    )
    options = parser.parse_args(arguments)
    if options.count is not None and not 1 <= options.count <= MOST_IN_A_GRID:
        parser.error(f"--count must be between 1 and {MOST_IN_A_GRID}")
    if not -(2**63) <= options.seed < 2**63:
        parser.error("--seed must fit in 64 bits")
    if not 0 < options.truncation <= 1:
        parser.error("--truncation must be above 0 and at most 1")
    if not 1 <= options.zoom <= MOST_ZOOM:
        parser.error(f"--zoom must be between 1 and {MOST_ZOOM}")
    usual = usual_out(read_manifest(options.model))
    options.out = options.out or Path(usual)
    if options.out.suffix.lower() != Path(usual).suffix or options.out.is_dir():
        parser.error(f"--out {options.out} must be a file that ends in {Path(usual).suffix}")
    return options


def usual_out(manifest):
    """The file to write where none is named."""
    if makes_sounds(manifest):
        return "sounds.wav"
    return {"text": "lines.txt", "video": "films.gif", "motion": "clips.npz"}.get(kind_of_samples(manifest), "grid.png")


def opened(model, manifest):
    """The signature of a generator that this program can run, see `load`; raises `Problem` for any other."""
    if model.is_dir():
        found = sorted(model.glob("*.tflite"))
        raise Problem(f"{model} is a folder: {f'did you mean {found[0]}?' if found else 'give a .tflite file'}")
    if not model.is_file():
        raise Problem(f"there is no file {model}")
    if is_damaged(model, manifest):
        raise Problem(f"{model} is not the file that manifest.json beside it describes: it is damaged")
    is_told = makes_sounds(manifest) or writes_lines(manifest)
    if (kind := kind_of_samples(manifest)) not in ("image", *MOVING) and not is_told:
        raise Problem(
            f"{model} makes values of the kind {kind}: this program makes images, films, figures, sounds and lines"
        )
    try:
        draw = load(model)
        inputs, outputs = draw.get_input_details(), draw.get_output_details()
    except (ValueError, RuntimeError, KeyError) as error:
        raise Problem(f"{model} is not a generator that this program can run: {first_line(error)}") from None
    if "latents" not in inputs:
        raise Problem(f"{model} changes pictures, it draws none of seeds: use translate.py")
    if others := sorted(inputs.keys() - {"latents", "labels"}):
        raise Problem(f"{model} wants {' and '.join(others)}, too: take the file that has the defaults inside")
    drawn = kind == "image" and "images" in outputs and outputs["images"]["shape"][3] in (1, 2, 3, 4)
    wanted, rank = MOVING.get(kind, ("", 0))
    moves = wanted in outputs and len(outputs[wanted]["shape"]) == rank
    if not drawn and not moves and not (len(outputs) == 1 and is_told):
        raise Problem(f"{model} is not a generator that this program can run: it makes no {wanted or 'images'}")
    return draw


def draw_file(options):
    """Does what the options say; raises `Problem` if that cannot be done."""
    draw = opened(options.model, read_manifest(options.model))
    takes_labels = "labels" in draw.get_input_details()
    if options.label is not None and not takes_labels:
        raise Problem(f"{options.model} was trained without classes: leave out --label")
    num_classes, names = read_classes(options.model) if takes_labels and options.label is None else (0, [])
    count, columns = sheet(num_classes, options.count)
    seeds = seed_range(options.seed, count)
    try:
        labels = find_labels(options.model, seeds, options.label) if takes_labels else None
    except ValueError as error:
        raise Problem(str(error)) from None
    made = sample_all(draw, seeds, labels, options.truncation)
    if not all(np.isfinite(values).all() for values in made.values()):
        raise Problem(f"{options.model} gives numbers that are not finite: it is damaged")
    kind, images = kind_of_samples(read_manifest(options.model)), next(iter(made.values()))
    if kind == "motion":
        save_clips(options, made, seeds, labels)
        return
    if makes_sounds(read_manifest(options.model)):
        save_sounds(options, images, seeds)
        return
    if writes_lines(read_manifest(options.model)):
        save_lines(options, images, seeds)
        return
    if kind == "video":
        save_films(options, images, seeds, columns)
        say_columns(options, columns, names)
        return
    save_grid(options.out, images.repeat(options.zoom, axis=1).repeat(options.zoom, axis=2), columns)
    print(f"{count} pictures of seeds {options.seed} to {options.seed + count - 1} in {options.out}")
    say_columns(options, columns, names)


def say_columns(options, columns, names):
    """Says which class stands in which column, if there are some and they have names."""
    if columns and names:
        shown = [names[(options.seed + column) % len(names)] for column in range(columns)]
        print(f"one column for each class: {', '.join(map(line, shown))}")


def main(arguments=None):
    """The command line; returns the exit code."""
    options = parse(arguments)
    with quiet():
        draw_file(options)
    say_if_unchecked(options.model)
    return 0


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
        message, code = "out of memory: ask for fewer pictures", 4
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
