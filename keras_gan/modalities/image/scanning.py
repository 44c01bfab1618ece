"""Image files in a tree of folders, and what else lies there: the only place that says which files are images."""

import functools
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFile

from keras_gan.errors import shown

# Formats that Pillow knows and cannot turn into pixels by itself: drawings and films. Stubs have no reader at all.
_NO_PIXELS = {"EPS", "MPEG", "WMF"}
# What other programs take for pictures, and Pillow does not.
_OTHER_PICTURES = {
    *(".heic", ".heif", ".jxl", ".svg", ".svgz", ".eps", ".ps", ".pdf", ".wmf", ".emf", ".exr", ".hdr", ".xcf"),
    *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".raw"),
}
_ARCHIVES = {".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"}
_LONGEST_SUFFIX = 12
_MOST_KINDS = 20  # of what is passed over, told apart


def _formats():
    Image.init()
    readers = {name: opener for name, (opener, _) in Image.OPEN.items() if name not in _NO_PIXELS}
    stubs = {
        name for name, each in readers.items() if isinstance(each, type) and issubclass(each, ImageFile.StubImageFile)
    }
    return (readers.keys() - stubs) | {"MPO"}  # several JPEGs in one file: the reader of JPEG takes the first


_READABLE = _formats()
SUFFIXES = tuple(sorted(suffix for suffix, name in Image.registered_extensions().items() if name in _READABLE))
# Formats that have no suffix of their own are guessed from any bytes.
FORMATS = tuple(sorted(set(Image.registered_extensions().values()) & _READABLE & Image.OPEN.keys()))


@dataclass(frozen=True)
class Scan:
    """What lies in a tree of folders.

    Attributes:
        root: the folder.
        images: sorted paths of all image files.
        passed_over: what else there is, `{kind: count}`: suffixes of files, `hidden`, `broken links` and the like.
        without_images: folders in which there is no image, the uppermost of each branch.
    """

    root: Path
    images: tuple[Path, ...]
    passed_over: Counter
    without_images: tuple[Path, ...] = ()

    @functools.cached_property
    def names(self):
        """The paths of `images` below `root`, with `/`."""
        start = 0 if str(self.root) == "." else len(os.path.join(self.root, ""))
        return [str(path)[start:].replace(os.sep, "/") for path in self.images]  # paths do this far slower

    @property
    def pictures(self):
        """How many of the files passed over are pictures of a format that Pillow does not read."""
        return sum(count for kind, count in self.passed_over.items() if kind in _OTHER_PICTURES)


def scan(root):
    """Looks through a tree of folders, each of them once; links are followed, but not upwards or in a circle.

    Hidden files and folders, and the `__MACOSX` of archives made by a Mac, are passed over.

    Args:
        root: an existing folder.

    Returns:
        A `Scan`.
    """
    root = Path(root)
    images, passed_over, folders = [], Counter(), []
    above = root.resolve()
    seen = {_identity(folder) for folder in above.parents}
    pending, links = [str(root)], []
    while pending or links:  # links last: what is both here and behind a link has the name it has here
        folder = pending.pop() if pending else links.pop(0)
        identity = _identity(folder)
        entries = None if identity is None else _entries(folder)
        if identity in seen:
            passed_over["links to what is read already"] += 1
        elif entries is None:
            passed_over["folders that cannot be read"] += 1
        else:
            folders.append(Path(folder))
            for entry in entries:
                _sort_in(entry, images, pending, links, passed_over)
        seen.add(identity)
    images.sort(key=lambda path: path.replace(os.sep, "/"))
    empty = _without_images(root, folders, {os.path.dirname(path) for path in images})
    if empty and images:
        passed_over["folders without images"] = len(empty)
    return Scan(root, tuple(map(Path, images)), passed_over, empty)


def find_files(root):
    """All image files below `root` as sorted paths, see `scan`."""
    return list(scan(root).images)


def passed_over_text(counts):
    """What was passed over, `{kind: count}`, in a line for people, with what can be done about it."""
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_KINDS]
    text = ", ".join(f"{kind} ({count:,})" for kind, count in most)
    text += f" and {len(counts) - len(most)} more kinds" if len(counts) > len(most) else ""
    hints = ["unpack archives"] if _ARCHIVES & counts.keys() else []
    hints += ["make PNG files of pictures in other formats"] if _OTHER_PICTURES & counts.keys() else []
    return text + (f"; to use them, {' and '.join(hints)}" if hints else "")


def no_images(found):
    """Why there is nothing to read in a tree, in a sentence."""
    there = passed_over_text(found.passed_over)
    formats = "PNG, JPEG, WebP, TIFF, BMP, GIF and whatever else Pillow reads"
    return f"no images below {shown(found.root)} ({formats}); " + (f"there is: {there}." if there else "it is empty.")


def _identity(folder):
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _entries(folder):
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return None


def _sort_in(entry, images, pending, links, passed_over):
    """Puts an entry of a folder where it belongs."""
    name = entry.name
    suffix = os.path.splitext(name)[1].lower()
    if name.startswith(".") or name == "__MACOSX":
        passed_over["hidden"] += 1
    elif _holds(entry.is_dir):
        (links if entry.is_symlink() else pending).append(entry.path)
    elif not _holds(entry.is_file):
        passed_over["broken links" if entry.is_symlink() else "no regular files"] += 1
    elif suffix in SUFFIXES:
        images.append(entry.path)
    else:
        plain = suffix and len(suffix) <= _LONGEST_SUFFIX and not suffix[1:].isdecimal()
        passed_over[shown(suffix) if plain else "files without a usual suffix"] += 1


def _holds(question):
    try:
        return question()
    except OSError:  # a link to itself
        return False


def _without_images(root, folders, filled):
    """The uppermost of the folders below `root` that hold no image, sorted; `filled` are the paths of those that do."""
    holding = {root}
    for folder in map(Path, filled):
        while folder not in holding:
            holding.add(folder)
            folder = folder.parent
    return tuple(sorted(folder for folder in folders if folder not in holding and folder.parent in holding))
