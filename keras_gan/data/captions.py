"""`captions`: what avatars show, in English; `captions:PATH`: a folder of images with captions.csv or captions.jsonl.

A variant that writes lines from noise has the captions alone; one that turns images into lines has both, and so has one
that makes images, which may be given captions.
"""

import csv
import functools
import io
from pathlib import Path

from keras_gan import registry
from keras_gan.data import avatars, image_trees
from keras_gan.data import lines as reading
from keras_gan.data.dataset import Dataset
from keras_gan.data.lines import Lines
from keras_gan.data.names import check_folders
from keras_gan.errors import UserError, shown
from keras_gan.modalities.image import Image
from keras_gan.randomness import random_rows
from keras_gan.registry import Source
from keras_gan.storage import cache

SOURCE = Source(gives=("text", "image"), argument="PATH", is_optional=True, tasks=("sample", "paired"))

FILES = ("captions.csv", "captions.jsonl")
EXAMPLES = 64  # captions that seeds stand for
OTHER = "other"  # the column of captions in another order


def load(rest, options, split="train", task="sample"):
    """The captions of a split, and the images that belong to them where the variant has a use for these."""
    lines, images_of, where = (_of_folder if rest else _of_avatars)(rest, options, split)
    train = lines if split == "train" else (_of_folder if rest else _of_avatars)(rest, options, "train")[0]
    chosen = random_rows(len(train.texts), EXAMPLES)
    field = reading.field_of(train.texts, options, [train.texts[row] for row in chosen], within=1.0)
    column, rows, passed_over = reading.column_of(lines, field)
    text, image = ("real", "source") if task == "paired" else ("caption", "real")
    if _wants_images(options, task):
        images = images_of()[rows]
        # In an order of its own: what another image shows, for pairs that do not match.
        columns = {image: images, text: column, OTHER: column}
        fields = {image: Image(*images.shape[1:]), text: field, OTHER: field}
        groups = ((image, text), (OTHER,))
    else:
        fields, columns, groups = {"real": field}, {"real": column}, (("real",),)
    return Dataset(
        name=options.dataset,
        fields=fields,
        columns=columns,
        groups=groups,
        provenance=where,
        treatment=reading.treatment(field, column),
        passed_over=passed_over,
    )


def _wants_images(options, task):
    variant = getattr(options, "variant", None)
    return task == "paired" or not variant or registry.variant(variant).gives == "image"


def has_test(rest, options):
    """Whether there is a test split: always."""
    return True


def check_available(rest, options):
    """Raises `UserError` unless avatars are drawn at that size, or the folder has captions."""
    if rest:
        check_folders(options.dataset, [rest])
        _table(rest)
    elif _wants_images(options, "sample"):
        avatars.check_available(rest, options)


def recognises(path):
    """Whether a folder has captions."""
    return any((Path(path) / name).is_file() for name in FILES)


# --- Avatars ----------------------------------------------------------------------------------------------------------


def _of_avatars(_rest, options, split):
    where = f"captions of avatars, split {split}, written by this program (Apache-2.0)."
    return Lines(list(of_avatars(split))), lambda: avatars.pictures(options.image_size, split), where


@functools.cache
def of_avatars(split):
    """The captions of all avatars of a split, a tuple, in the order of `avatars.pictures`."""
    path = cache.directory() / f"avatars-v{avatars.VERSION}-captions-{split}-seed{avatars.SEED}.txt"
    try:
        texts = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        texts = []
    if len(texts) != avatars.SPLITS[split]:
        texts = [avatars.caption(avatar) for avatar in avatars.attributes(split)]
        cache.keep(path, "".join(f"{text}\n" for text in texts), "captions of avatars")
    return tuple(texts)


# --- Folders ----------------------------------------------------------------------------------------------------------


def _of_folder(rest, options, split):
    pairs = _table(rest)
    held = set(random_rows(len(pairs), min(max(len(pairs) // 10, 1), reading.MOST_HELD)).tolist())
    chosen = [pair for row, pair in enumerate(pairs) if (row in held) == (split == "test")]
    where = (
        f"{len(chosen)} captions of images in {shown(Path(rest).name)}, split {split}; their licence is their owner's."
    )

    def images():
        paths = [Path(rest) / name for name, _ in chosen]
        decoded, _ = image_trees.read(paths, image_trees.common_channels(paths), options, Path(rest).name)
        return decoded

    return Lines([caption for _, caption in chosen]), images, where


def _table(rest):
    """`[(file, caption)]` of a folder; `UserError` if it has none, or names files that are not there."""
    path = next((Path(rest) / name for name in FILES if (Path(rest) / name).is_file()), None)
    if path is None:
        raise UserError(
            f"the folder {shown(rest)} has neither {FILES[0]} nor {FILES[1]}: a file and its caption a row."
        )
    text = "\n".join(reading.read(path).texts)
    pairs = _of_csv(text) if path.suffix == ".csv" else _of_jsonl(text, path)
    if len(pairs) < 3:
        raise UserError(f"{shown(path)} has {len(pairs)} caption(s), and at least three are needed.")
    missing = [name for name, _ in pairs if not (path.parent / name).is_file()]
    if missing:
        raise UserError(f"{shown(path)} names {len(missing)} file(s) that are not there, such as {shown(missing[0])}.")
    return pairs


def _of_csv(text):
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) >= 2]
    start = 1 if rows and rows[0][0].strip().lower() in ("file", "image", "name", "file_name", "filename") else 0
    return [(row[0].strip(), row[1].strip()) for row in rows[start:]]


def _of_jsonl(text, path):
    from keras_gan.storage import files

    rows = files.read_json_lines(path, {"file": str, "caption": str})
    return [(row["file"], row["caption"]) for row in rows]
