"""`sample`: samples from an exported model, by its own signatures alone, or from a checkpoint of a run."""

import functools
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from keras_gan import latent_space
from keras_gan.commands import models
from keras_gan.distribution.startup import quiet_stderr, quiet_tensorflow
from keras_gan.errors import UserError, shown, why
from keras_gan.runs import run_folder
from keras_gan.storage import files

BATCH_SIZE = 64
MOST_IN_A_GRID = 4096
# Words of a sentence that say nothing of what is done in it.
_FILLING = {
    "a",
    "an",
    "the",
    "he",
    "she",
    "they",
    "it",
    "is",
    "are",
    "who",
    "that",
    "person",
    "face",
    "figure",
    "somebody",
}


def run(options):
    """Draws samples of consecutive seeds, one preview or one file each, or a walk from one seed to another."""
    generator = _generator(options)
    if options.out is None:
        options = SimpleNamespace(**{**vars(options), "out": _usual_out(options, generator.output)})
    if options.mix or options.direction or options.cutoff is not None:
        from keras_gan.commands import styled_samples

        generator = styled_samples.Steered(generator, options)
    if not options.interpolate and (options.frames or options.start or options.loop):
        from keras_gan.commands import continued_samples

        generator = continued_samples.Continued(generator, options)
    write = _writer(options, generator.output)
    label = None if options.label is None else generator.find_label(options.label)
    label = label if options.text is None else generator.find_label(class_in(options.text, generator.class_names))
    try:
        print(write(generator, options, label))
    except OSError as error:
        raise UserError(f"cannot write {options.out}: {why(error)}.") from None
    return 0


def class_in(text, names):
    """The class that a sentence names, such as `blink` in "she blinks"; `UserError` if none or several are."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    found = {name for name in names for word in words if _means(word, name.lower())}
    strange = [word for word in words if word not in _FILLING and not any(_means(word, name.lower()) for name in names)]
    if len(found) != 1 or strange:
        what = f"{shown(strange[0])!r} is not known" if strange else f"it names {len(found)} kinds"
        raise UserError(f"--text {shown(text)!r}: {what}; what there is: {', '.join(names) or 'no classes'}.")
    return found.pop()


def _means(word, name):
    """Whether a word is a form of a verb or noun: `blinks`, `blinking`, `smiling`, `running` and `runs`."""
    stem = name.removesuffix("e")
    return word == name or re.fullmatch(f"{re.escape(stem)}({re.escape(stem[-1:])})?(e?s|e?d|ing|er)", word) is not None


def _generator(options):
    """What `--model` or `--run` names, an `ExportedGenerator`."""
    if options.run is not None:
        folder = run_folder.find(options.log_dir, options.run)
        quiet_tensorflow()
        from keras_gan.commands import run_samples

        generator = run_samples.load(folder, options.checkpoint)
        print(f"drawing from {generator.about}.")
        return generator
    turned = bool(options.controls) or options.truncation != 1.0
    return opened(models.find(options.model, controlled=turned), draws=True)


def opened(path, direction=None, draws=None):
    """The exported model at a path, see `exported.load`, without what its runtime says while it starts."""
    if path.suffix != ".tflite":
        quiet_tensorflow()
    from keras_gan import exported

    with quiet_stderr():
        return exported.load(path, direction, draws)


def _usual_out(options, field):
    """The file to write where none is named: of samples of a `Field` or, with `--interpolate`, of a way between two."""
    preview = field.preview(field.blanks(1)).suffix
    return f"walk{field.walk_suffix or preview}" if options.interpolate else f"samples{preview}"


def _writer(options, field):
    """The function that writes what `--out` asks for; takes generator, options, label and returns what it did.

    Args:
        options: a `SampleOptions`.
        field: the `Field` of the samples.
    """
    suffix = Path(options.out).suffix.lower()
    is_folder = options.out.endswith(("/", "\\")) or Path(options.out).is_dir()
    preview = field.preview(field.blanks(1))
    preview, further = preview.suffix, tuple(preview.further)
    if options.interpolate:
        known = [each for each in (field.walk_suffix, preview, *further) if each]
        if is_folder or suffix not in known:
            raise UserError(f"--out {options.out} must end in {' or '.join(known)} with --interpolate.")
        return _write_walk
    if is_folder:
        return _write_files
    if suffix and suffix == field.walk_suffix:
        raise UserError(f"--out {options.out}: only --interpolate A B makes a {suffix}; end in {preview} for a grid.")
    if suffix not in (preview, *further):
        raise UserError(f"--out {options.out} must end in {preview} for a grid, or in / for single files.")
    if (options.count or 0) > MOST_IN_A_GRID:
        most, some = f"{MOST_IN_A_GRID:,} {field.noun}s", f"{field.noun}s/"
        raise UserError(f"a grid holds at most {most}: for more, give a folder, as in --out {some}")
    return _write_grid


def _batches(generator, options, label, count):
    """Pairs of seeds and their samples."""
    from keras_gan.randomness import seed_range

    seeds = seed_range(options.seed, count)
    for start in range(0, count, BATCH_SIZE):
        batch = seeds[start : start + BATCH_SIZE]
        yield batch, generator.draw_seeds(batch, label, options.truncation, options.controls)


def _sheet(generator, options, label):
    from keras_gan.sampling import sheet

    return sheet(generator.num_classes if label is None else 0, options.count)


def _write_grid(generator, options, label):
    if options.mix:
        return generator.write_mixed(options, label)
    count, columns = _sheet(generator, options, label)
    from keras_gan.sampling import titles

    samples = np.concatenate([samples for _, samples in _batches(generator, options, label, count)])
    names = titles(generator.class_names, count, columns, options.seed) if label is None else ()
    _write(options.out, _writing(generator.output.sheet(samples, columns, names, options.zoom), options.out))
    words = _what_was_drawn(generator, options, label, count)
    return f"{words}\none column for each class: {', '.join(names)}" if columns and names else words


def _write_files(generator, options, label):
    folder, field = Path(options.out), generator.output
    folder.mkdir(parents=True, exist_ok=True)
    count, _ = _sheet(generator, options, label)
    for seeds, samples in _batches(generator, options, label, count):
        for seed, sample in zip(seeds, samples, strict=True):
            (shown,) = field.enlarged(sample[None], options.zoom or 1)
            _write(folder / f"seed-{seed}{field.suffix}", lambda file, shown=shown: field.write(file, shown))
            for suffix in field.further_suffixes:
                write = functools.partial(field.write_further, value=shown, suffix=suffix)
                _write(folder / f"seed-{seed}{suffix}", write)
    return _what_was_drawn(generator, options, label, count)


def _write(path, content):
    """Writes a file as a whole; it can be made again, so there is no waiting for the disk."""
    files.write(path, content, durable=False)


def _writing(preview, path):
    """The function that writes a `Preview` as the kind of file that a path says."""
    return preview.writer_of(Path(path).suffix.lower())


def _what_was_drawn(generator, options, label, count):
    seeds = f"{count} {generator.output.noun}s of seeds {options.seed} to {options.seed + count - 1}"
    return f"{seeds}{_of_class(generator, label)} in {options.out}"


def _of_class(generator, label):
    return "" if label is None else f", class {generator.describe_label(label)},"


def _write_walk(generator, options, label):
    """The samples on the way between two seeds, all of one class: a moving file, or a preview with one row."""
    ends, field = np.array(options.interpolate, np.int64), generator.output
    start, end = generator.latents(ends)
    latents = latent_space.slerp(start, end, np.linspace(0.0, 1.0, options.frames)).astype(np.float32)
    labels = generator.labels(np.repeat(ends[:1], options.frames), label)
    samples = generator.draw(latents, labels, options.controls, options.truncation)
    if Path(options.out).suffix.lower() == field.walk_suffix:
        shown = field.enlarged(samples, options.zoom)
        _write(options.out, lambda file: field.write_walk(file, shown))
    else:
        _write(options.out, _writing(field.sheet(samples, columns=len(samples), zoom=options.zoom), options.out))
    walk = f"{len(samples)} {field.noun}s on the way from seed {ends[0]} to seed {ends[1]}"
    return f"{walk}{_of_class(generator, None if labels is None else labels[0])} in {options.out}"
