"""`sound:PATH`: any tree of sound files, or several as `sound:A+B`.

Files of any rate, type and number of channels are mixed down to one channel, resampled, freed of the silence at their
ends, brought to one length, and each made as loud as the others. The classes are what `--labels` says; by default the
first level of sub-folders, if every file is in one, else what stands before the first `_` in the name of every file.
"""

import os
from collections import Counter
from pathlib import Path

import numpy as np

from keras_gan.data import labels as labels_of_files
from keras_gan.data.names import check_folders, folders
from keras_gan.data.sound_sets import PEAK, clip, resampled, sound_dataset
from keras_gan.errors import UserError, shown
from keras_gan.modalities.image.scanning import Scan, passed_over_text
from keras_gan.modalities.sound.analysis import whole_samples
from keras_gan.registry import Source
from keras_gan.storage import arrays

SOURCE = Source(gives=("sound", "sound.spectrogram"), argument="PATH", tasks=("sample",), takes_labels=True)

SUFFIXES = (".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64")
SILENT = 10.0 ** (-60.0 / 20.0)  # peak of full scale, below which a file is silent
CLIPPED, MOST_CLIPPED = 0.999, 0.01  # a sample is at full scale; more than this share of a file's are


def load(path, options, split="train", task="sample"):
    """Reads every sound below `path`; see `keras_gan.data.load`. A folder has one split, whatever is asked for."""
    trees = _trees(path, options)
    paths = [file for tree in trees for file in tree.images]
    samples, facts = whole_samples(options.seconds, options.rate), Counter()
    waveforms = arrays.allocate((len(paths), samples), "sounds", np.int16)

    def read_row(index):
        waveform, rate, channels = read(paths[index])
        mono = resampled(waveform.mean(axis=1), rate, options.rate)
        facts.update(_told(mono, rate, channels, options.rate, samples))
        return [clip(mono, samples, options.rate)]

    (waveforms,), kept = arrays.fill([waveforms], read_row, options.skip_bad_files, noun="sound")
    if not kept:
        raise UserError(f"none of the {len(paths)} sound files below {shown(trees[0].root)} can be read.")
    if len(kept) < len(paths):
        print(f"skipped {len(paths) - len(kept)} unreadable files of {len(paths)}.")
    if facts["clipped"]:
        print(f"note: {facts['clipped']} of {len(kept)} sounds are clipped; inspect-data names them.")
    classes = _classes(trees, options)
    names, numbers = _still_there(classes, kept)
    where = " and ".join(shown(tree.root.resolve().name) for tree in trees)
    return sound_dataset(
        name=options.dataset,
        waveforms=waveforms,
        rate=options.rate,
        labels=numbers,
        class_names=names,
        provenance=f"{len(kept)} sound files of {where}; their licence is their owner's to state.",
        treatment=_treatment(facts, len(kept), samples, options.rate),
        passed_over=sum((tree.passed_over for tree in trees), Counter()),
    )


def check_available(path, options):
    """Raises `UserError` unless all the folders exist, hold sounds, and have the labels asked for."""
    _library()
    _classes(_trees(path, options), options)


def has_classes(path, options):
    """Whether the sounds have labels, and if not, why."""
    classes = _classes(_trees(path, options), options)
    return bool(classes.names), classes.about


def has_test(path, options):
    """Whether there is a test split: never."""
    return False


def recognises(folder):
    """Whether a folder holds sounds, and so is meant as this kind of data."""
    return bool(_scan(Path(folder)).images)


def inspect(path, options):
    """Reports on the sounds of all trees: rates, channels, lengths, and what is broken, silent or clipped."""
    from keras_gan.data.inspection import print_classes, print_passed_over

    trees = _trees(path, options)
    paths = [file for tree in trees for file in tree.images]
    for tree in trees:
        print(f"{shown(tree.root)}: {len(tree.images):,} sound files")
    print_passed_over(sum((tree.passed_over for tree in trees), Counter()))
    counts, lengths, bad, clipped = Counter(), [], [], []
    for file in paths:
        try:
            waveform, rate, channels = read(file)
        except arrays.Unreadable as error:
            bad.append(str(error))
            continue
        counts[f"{rate} Hz, {channels} channel(s)"] += 1
        lengths.append(len(waveform) / rate)
        if _is_clipped(waveform):
            clipped.append(shown(file.name))
    print("kinds: " + ", ".join(f"{kind} ({count:,})" for kind, count in counts.most_common()))
    if lengths:
        shortest, median, longest = np.quantile(lengths, (0, 0.5, 1))
        print(f"seconds: {shortest:.2f} to {longest:.2f}, median {median:.2f}")
    classes = _classes(trees, options)
    print_classes(classes.names, classes.labels, classes.about)
    print(f"unreadable: {len(bad)}" + "".join(f"\n  {line}" for line in bad))
    print(f"clipped: {len(clipped)}" + (f"\n  {arrays.listed(clipped)}" if clipped else ""))
    samples = whole_samples(options.seconds, options.rate)
    print(f"training sees {len(lengths):,} sounds of {samples / options.rate:.4g} s at {options.rate} Hz")


def read(path):
    """`(float32 [frames, channels] in [-1, 1], rate, channels)` of a sound file.

    Raises:
        arrays.Unreadable: if it is damaged, empty, silent, or no sound.
    """
    try:
        with open(path, "rb") as file:  # by its content: names may be of any script, and suffixes may lie
            waveform, rate = _library().read(file, dtype="float32", always_2d=True)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise arrays.Unreadable(f"{shown(path)}: {_reason(path, error)}") from None
    if not len(waveform):
        raise arrays.Unreadable(f"{shown(path)}: it holds no samples")
    if not np.isfinite(waveform).all():
        raise arrays.Unreadable(f"{shown(path)}: it holds samples that are not finite")
    if np.abs(waveform.mean(axis=1)).max() < SILENT:
        raise arrays.Unreadable(f"{shown(path)}: it is silent")
    return waveform, rate, waveform.shape[1]


def _library():
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise UserError(f"soundfile, which reads sounds, is missing ({error}): pip install soundfile") from None
    return soundfile


def _reason(path, error):
    try:
        if not os.path.getsize(path):
            return "it is empty"
    except OSError:
        pass
    said = str(getattr(error, "error_string", "") or getattr(error, "strerror", "") or error)
    return f"it cannot be read ({said.rstrip('.')})"


def _is_clipped(waveform):
    return (np.abs(waveform) >= CLIPPED).mean() > MOST_CLIPPED


def _told(waveform, rate, channels, wanted, samples):
    """What is done to a file, names to be counted."""
    found = {
        "resampled": rate != wanted,
        "mixed": channels > 1,
        "cut": len(waveform) > samples,
        "clipped": _is_clipped(waveform),
    }
    return [name for name, is_so in found.items() if is_so]


def _treatment(facts, count, samples, rate):
    parts = [
        f"silence at the ends taken off, the loudest sample brought to {PEAK:g} of full scale clip by clip",
        f"{samples / rate:.4g} s at {rate} Hz, shorter ones followed by silence",
        f"{facts['resampled']} of {count} resampled, {facts['mixed']} mixed down to one channel",
        f"{facts['cut']} were longer before",
    ]
    return ", ".join(parts) + "."


# --- Files and their classes ------------------------------------------------------------------------------------------


def _trees(path, options):
    roots = folders(path)
    check_folders(options.dataset, roots)
    trees = [_scan(Path(root)) for root in roots]
    for tree in trees:
        if not tree.images:
            there = passed_over_text(tree.passed_over)
            said = f"there is: {there}." if there else "it is empty."
            raise UserError(f"no sounds below {shown(tree.root)} (WAV, FLAC, OGG and the like); {said}")
    return trees


def _scan(root):
    """The `Scan` of a tree of sound files; hidden ones are passed over."""
    found, passed_over = [], Counter()
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith(".") and name != "__MACOSX")
        for name in sorted(files):
            suffix = os.path.splitext(name)[1].lower()
            if name.startswith("."):
                passed_over["hidden"] += 1
            elif suffix in SUFFIXES:
                found.append(Path(folder) / name)
            else:
                passed_over[shown(suffix) or "files without a usual suffix"] += 1
    return Scan(root, tuple(sorted(found, key=lambda path: str(path).replace(os.sep, "/"))), passed_over)


def _classes(trees, options):
    how = getattr(options, "labels", None)
    if how is not None:
        return labels_of_files.find(trees, how)
    names = [name for tree in trees for name in tree.names]
    if len(trees) == 1 and all("/" in name for name in names):
        return labels_of_files.find(trees, "folders")
    if all("_" in name.rpartition("/")[2].strip("_") for name in names):
        found = [name.rpartition("/")[2].partition("_")[0] for name in names]
        different = sorted(set(found))
        if 1 < len(different) < len(found):
            numbers = np.array([different.index(name) for name in found], np.int32)
            return labels_of_files.Classes(tuple(map(shown, different)), numbers, "what stands before _ in names")
    return labels_of_files.Classes(about="neither sub-folders nor what stands before _ in names tells any")


def _still_there(classes, kept):
    if classes.labels is None:
        return (), None
    there, numbers = np.unique(classes.labels[kept], return_inverse=True)
    return tuple(classes.names[number] for number in there), numbers.astype(np.int32)
