"""`video:PATH`: a folder of films, a class for each sub-folder: GIF, MP4, WebM, or folders of numbered frames."""

from collections import Counter
from pathlib import Path

import numpy as np

from keras_gan.data import windows
from keras_gan.data.names import SPLIT_FOLDERS
from keras_gan.errors import UserError, shown, similar
from keras_gan.registry import Source
from keras_gan.storage.arrays import listed

SOURCE = Source(gives=("video",), argument="PATH", tasks=("sample",))
FPS = 12.0  # of all clips: those of other rates are resampled
FRAMES = 16  # where nothing is said
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")


def load(rest, options, split="train", task="sample"):
    """The `Dataset` of a split: clips of all its films, one beginning every half clip."""
    from keras_gan.data.dataset import Dataset
    from keras_gan.modalities.label import Label
    from keras_gan.modalities.video import Video

    length, size = options.frames or FRAMES, options.image_size
    films, passed_over = _read(Path(rest), split, options)
    names = tuple(sorted({name for name, _ in films}))
    short = sum(len(film) < length for _, film in films)
    films = [(name, film) for name, film in films if len(film) >= length]
    passed_over.update({f"films shorter than {length} frames": short} if short else {})
    if not films:
        raise UserError(
            f"--dataset {shown(options.dataset)} has no film of {length} frames at {FPS:g} a second: use --frames."
        )
    real, of_film = windows.of_clips([film for _, film in films], length, stride=max(1, length // 2))
    numbers = np.array([names.index(name) for name, _ in films], np.int32)
    return Dataset(
        name=options.dataset,
        fields={"real": Video(length, size, size, 3, FPS), "label": Label(len(names), names)},
        columns={"real": real, "label": numbers[of_film]},
        groups=(("real", "label"),),
        provenance=f"{len(films)} films of the user's, split {split}.",
        treatment=f"the middle square at {size}x{size} px, {FPS:g} frames a second, clips of {length} frames.",
        passed_over=dict(passed_over),
    )


def has_test(rest, options):
    """Whether there is a folder of a split called test."""
    return any((Path(rest) / name).is_dir() for name in SPLIT_FOLDERS["test"])


def check_available(rest, options):
    """Raises `UserError` unless there is a folder with something in it."""
    path = Path(rest)
    if not path.is_dir():
        raise UserError(
            f"the folder {shown(rest)} of --dataset {shown(options.dataset)} does not exist.{similar(rest)}"
        )
    if not _found(path):
        raise UserError(f"there is no film below {shown(rest)}: GIF, MP4, WebM, or folders of numbered frames.")


def _found(root):
    """Films below a folder, sorted: files, and folders whose files are all frames."""
    from keras_gan.modalities.video.reading import SUFFIXES

    files = [path for path in root.rglob("*") if path.suffix.lower() in SUFFIXES]
    folders = {path.parent for path in root.rglob("*") if path.suffix.lower() in PICTURES}
    return sorted([*files, *folders])


def _read(root, split, options):
    """`([(class, frames uint8 [T, size, size, 3])], what was passed over)`."""
    from keras_gan.modalities.video import reading

    root = next((root / name for name in SPLIT_FOLDERS[split] if (root / name).is_dir()), root)
    size, bad, found = options.image_size, [], []
    for path in _found(root):
        inner = path.relative_to(root).parts[:-1]
        try:
            if path.is_dir():
                files = sorted(each for each in path.iterdir() if each.suffix.lower() in PICTURES)
                film = np.stack([reading.picture(each.read_bytes(), size, 3) for each in files])
            else:
                film = reading.film(path.read_bytes(), size, 3).at_rate(FPS)
            found.append((inner[0] if inner else root.resolve().name, film))
        except (OSError, ValueError) as error:
            bad.append(f"{path.relative_to(root)} {error}")
    if bad and not options.skip_bad_files:
        raise UserError(
            f"{len(bad)} films of --dataset {shown(options.dataset)} cannot be used:\n  {listed(bad)}\n"
            "Remove or mend them, or go on without them with --skip-bad-files."
        )
    return found, Counter({"films that cannot be used": len(bad)} if bad else {})
