"""`sample`: samples from an exported model, by its own signatures alone, or from a checkpoint of a run."""

import functools
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from keras_gan import latent_space
from keras_gan.commands import models
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.errors import UserError, cannot_write, shown
from keras_gan.runs import run_folder
from keras_gan.storage import files

BATCH_SIZE = 64
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
    if options.text is not None and not generator.texts and generator.class_names:
        label = generator.find_label(class_in(options.text, generator.class_names))
    elif options.text is not None:
        generator.say(options.text)
    try:
        print(write(generator, options, label))
    except OSError as error:
        raise cannot_write(options.out, error) from None
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
    return models.opened(models.find(options.model, controlled=turned), draws=True)


def _usual_out(options, field):
    """The file to write where none is named: of samples of a `Field` or, with `--interpolate`, of a way between two."""
    preview = field.preview(field.blanks(1)).suffix
    return f"walk{[*field.walk_suffixes, preview][0]}" if options.interpolate else f"samples{preview}"


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
        known = list(dict.fromkeys([*field.walk_suffixes, preview, *further]))
        if is_folder or suffix not in known:
            raise UserError(f"--out {options.out} must end in {' or '.join(known)} with --interpolate.")
        return _write_walk
    _check_no_export(Path(options.out) if is_folder else Path(options.out).parent)
    if is_folder:
        return _write_files
    if suffix in field.walk_suffixes and suffix != preview:
        raise UserError(f"--out {options.out}: only --interpolate A B makes a {suffix}; end in {preview} for a grid.")
    if suffix not in (preview, *further):
        raise UserError(f"--out {options.out} must end in {preview} for a grid, or in / for single files.")
    if (options.count or 0) > field.most_shown:
        most, some = f"{field.most_shown:,} {field.noun}s", f"{field.noun}s/"
        raise UserError(f"a grid holds at most {most}: for more, give a folder, as in --out {some}")
    return _write_grid


def _check_no_export(folder):
    """Raises `UserError` for the folder of an exported model, whose files are those that its manifest speaks of."""
    if (folder / "manifest.json").is_file():
        raise UserError(f"{folder} holds an exported model or packed data: give another --out.")


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
    from keras_gan.sampling import titles

    count, columns = _sheet(generator, options, label)
    batches = list(_batches(generator, options, label, count))
    seeds, samples = (np.concatenate(each) for each in zip(*batches, strict=True))
    names = titles(generator.class_names, count, columns, options.seed) if label is None else ()
    _write_sheet(options.out, generator.output.with_seeds(seeds).sheet(samples, columns, names, options.zoom))
    words = _what_was_drawn(generator, options, label, count)
    return f"{words}\none column for each class: {', '.join(names)}" if columns and names else words


def _write_files(generator, options, label):
    folder, field = Path(options.out), generator.output
    folder.mkdir(parents=True, exist_ok=True)
    from keras_gan.randomness import seed_range
    from keras_gan.sampling import titles

    count, columns = _sheet(generator, options, label)
    replaced, together = 0, []
    for seeds, samples in _batches(generator, options, label, count):
        for seed, sample in zip(seeds, samples, strict=True):
            (shown,) = field.enlarged(sample[None], options.zoom or 1)
            replaced += _write_one(folder / f"seed-{seed}{field.suffix}", field.with_seeds(np.array([seed])), shown)
        together += [samples] if field.is_played and count <= field.most_shown else []
    if together:
        names = titles(generator.class_names, count, columns, options.seed) if label is None else ()
        field = field.with_seeds(seed_range(options.seed, count))
        _write_sheet(folder / f"all{field.suffix}", field.sheet(np.concatenate(together), columns, names))
    words = _what_was_drawn(generator, options, label, count)
    return f"{words}\n{replaced} of the files were there, and were replaced" if replaced else words


def _write_one(path, field, sample):
    """Writes one sample, and its other forms beside; returns whether there was such a file."""
    if path.is_symlink():
        raise UserError(f"{path} is a link: remove it, or give another --out.")
    was_there = path.exists()
    _write(path, lambda file: field.write(file, sample))
    for suffix in field.further_suffixes:
        _write(path.with_suffix(suffix), functools.partial(field.write_further, value=sample, suffix=suffix))
    return was_there


def _write_sheet(path, preview):
    """Writes a preview to a path, and what it has beside it to files of the same name."""
    _write(path, preview.writer_of(Path(path).suffix.lower()))
    if preview.text:
        print(preview.text)
    for each in preview.beside:
        _write(Path(path).with_suffix(each.suffix), each.write)


def _write(path, content):
    """Writes a file as a whole; it can be made again, so there is no waiting for the disk."""
    files.write(path, content, durable=False)


def _what_was_drawn(generator, options, label, count):
    seeds = f"{count} {generator.output.noun}s of seeds {options.seed} to {options.seed + count - 1}"
    return f"{seeds}{_of_class(generator, label)} in {options.out}"


def _of_class(generator, label):
    return "" if label is None else f", class {generator.describe_label(label)},"


def _write_walk(generator, options, label):
    """The samples on the way between two seeds, all of one class: a moving file, or a preview with one row."""
    ends = np.array(options.interpolate, np.int64)
    field = generator.output.with_seeds(ends[:1])  # whose beginning all have, so that neighbours sound alike
    start, end = generator.latents(ends)
    latents = latent_space.slerp(start, end, np.linspace(0.0, 1.0, options.frames)).astype(np.float32)
    labels = generator.labels(np.repeat(ends[:1], options.frames), label)
    samples = generator.draw(latents, labels, options.controls, options.truncation)
    suffix = Path(options.out).suffix.lower()
    if suffix in field.walk_suffixes:
        shown = field.enlarged(samples, options.zoom)
        _write(options.out, lambda file: field.write_walk(file, shown, suffix))
    else:
        _write_sheet(options.out, field.sheet(samples, columns=len(samples), zoom=options.zoom))
    walk = f"{len(samples)} {field.noun}s on the way from seed {ends[0]} to seed {ends[1]}"
    return f"{walk}{_of_class(generator, None if labels is None else labels[0])} in {options.out}"
