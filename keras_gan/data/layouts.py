"""What folders mean by their names: splits, and the sides of pairs, in the layouts of this and of other programs."""

import os
import re
from collections import Counter, defaultdict

from keras_gan.data.names import SPLIT_FOLDERS
from keras_gan.errors import UserError, shown, unknown
from keras_gan.modalities.image.scanning import Scan

SIDES = ("A", "B")
_SPLITS = {"train": "train(?:ing)?", "test": "test(?:ing)?|eval(?:uation)?", "val": "val(?:id(?:ation)?)?|dev"}
_WORDS = "|".join(f"(?P<{split}>{words})" for split, words in _SPLITS.items())
_NAME = re.compile(
    f"(?i:(?:images?[-_ ])?(?:{_WORDS}))(?i:[-_ ]?(?:sets?|data|images?|split|20[0-9][0-9]))*[-_ ]?(?P<side>[AB])?"
)
# Names that programs give to the two sides of pairs.
_GIVEN = re.compile(r"(?i)(?:.*[-_ ])?(?:images?|imgs?|inputs?|sources?|photos?)")
_WANTED = re.compile(
    r"(?i)(?:.*[-_ ])?(?:masks?|labels?|targets?|outputs?|annotations?|seg(?:mentation)?s?|gt|ground[-_ ]?truths?)"
)


def choose(found, split, complete):
    """The trees of a split, `{side: Scan}`; those of training where there are no others.

    Args:
        found: the `Scan` of all.
        split: `train`, `test` or `val`.
        complete: function that says of the sides of tests, a set, whether there are enough.

    Raises:
        UserError: if there is nothing to learn from.
    """
    trees = _splits(found)
    if split not in SPLIT_FOLDERS:
        raise unknown("split", split, SPLIT_FOLDERS)
    train = trees.get("train") or trees.get("")
    if not train:
        held_out = next(iter(next(iter(trees.values())).values())).root.relative_to(found.root).parts[0]
        raise UserError(
            f"{shown(found.root)} holds a folder {shown(held_out)}, but no folder train with images to learn from."
        )
    if split == "train":
        return train
    return next((trees[name] for name in SPLIT_FOLDERS[split] if complete(set(trees.get(name, ())))), train)


def left_out(found, used):
    """What of a tree is not read, `{kind: count}`.

    Args:
        found: the `Scan` of all.
        used: the `Scan`s of what is read.
    """
    read = {path for each in used for path in each.images}
    others = Counter()
    for path, name in zip(found.images, found.names, strict=True):
        if path not in read:
            folder = name.rpartition("/")[0]
            others[f"images in {shown(folder)}" if folder else "images beside the folders"] += 1
    return others + found.passed_over


def check(found, dataset, sides=True, splits=True):
    """Raises `UserError` if the folders of a `Scan`, which are to be read as one, say that they are something else.

    Args:
        found: the `Scan`.
        dataset: the data set's name.
        sides: whether to look for folders that look like the two sides of pairs.
        splits: whether to look for folders that look like several splits.
    """
    if sides:
        _check_one_side(found, dataset)
    if splits:
        _check_one_split(found, dataset)


def _splits(found):
    """The trees of each split and side in a tree, of folders that hold images.

    Understood are `train/`, `train/A/`, `A/train/` and `trainA/`, and other names of splits that are usual.

    Args:
        found: a `Scan`.

    Returns:
        `{split: {side: Scan}}`. A split is `train`, `test`, `val`, or empty for what is in none; a side is `A`, `B`,
        or empty for files that hold both. Where no name says anything it is `{"": {"": found}}`.
    """
    inside, trees = _folders_with_images(found), defaultdict(dict)

    def tree(folder, name):
        return Scan(found.root / folder / name, tuple(inside[folder][name]), Counter())

    for name in inside.get("", ()):
        split, side = _read(name)
        within = {_read(each): tree(name, each) for each in inside.get(name, ())}
        if split and not side:
            sides = {side: each for (split, side), each in within.items() if side and not split}
            trees[split] = sides or {"": tree("", name)}
        elif side and not split:
            parts = {split: each for (split, side), each in within.items() if split and not side}
            for split, each in (parts or {"": tree("", name)}).items():
                trees[split][side] = each
        elif split:
            trees[split][side] = tree("", name)
    return dict(trees) or {"": {"": found}}


def _check_one_split(found, dataset):
    """Raises `UserError` if a `Scan` holds the folders of several splits, which would be read as one."""
    for folder, inside in _folders_with_images(found).items():
        named = {name: _read(name) for name in inside}
        kinds = {split for split, _ in named.values() if split}
        sides = {side for split, side in named.values() if split and side}
        others = any(not split for split, _ in named.values())
        above_classes = not folder and kinds == {"train"} and not others and _deep(found)
        if (len(kinds) > 1 and ("train" in kinds or not others)) or len(sides) > 1 or above_classes:
            names = ", ".join(shown(name) for name in sorted(named) if named[name][0])
            where = found.root / folder
            raise UserError(
                f"--dataset {shown(dataset)}: {shown(where)} holds folders named like splits ({names}), which would be "
                f"taken for classes, or read as one: {_instead(found, where, named, dataset)}."
            )


def _check_one_side(found, dataset):
    """Raises `UserError` if two folders of a `Scan` look like the two sides of pairs.

    They do by their names, such as images and masks, if many of their files have the same ones. Where each file should
    hold both sides, such names are enough, and so are folders of any names whose files have the same ones.
    """
    names = defaultdict(set)
    for name in found.names:
        folder, _, rest = name.partition("/")
        if rest:
            names[folder].add(os.path.splitext(rest)[0])
    halves = dataset.startswith("paired:")
    given, wanted = ([name for name in sorted(names) if kind.fullmatch(name)] for kind in (_GIVEN, _WANTED))
    pairs = [(first, second) for first in given for second in wanted if halves or _alike(names[first], names[second])]
    first, *others = sorted(names) or [""]
    if halves and others and all(not _read(name)[0] and _alike(names[first], names[name]) for name in (first, *others)):
        pairs.append((first, others[0]))
    for first, second in pairs[:1]:
        root, first, second = shown(found.root), shown(first), shown(second)
        alone = "" if halves else f", or --dataset folder:{root}/{first} for images alone"
        raise UserError(
            f"--dataset {shown(dataset)}: {root} holds {first}/ and {second}/, which look like the two sides of pairs: "
            f"call them A and B, with the same names in both, and say --dataset paired:{root}{alone}."
        )


def _alike(names, others):
    return 2 * len(names & others) >= min(len(names), len(others))


def _instead(found, folder, named, dataset):
    """What to do about a folder of several splits."""
    if dataset.startswith("unpaired:"):
        return "make trainA, trainB, testA and testB of them"
    if dataset.startswith("paired:"):
        return f"say --dataset paired:{shown(folder)}"
    if any(side for _, side in named.values()):
        return f"say --dataset unpaired:{shown(folder)}"
    first = next(name for split in _SPLITS for name in sorted(named) if named[name][0] == split)
    if all(folder in path.parents for path in found.images):
        return f"say --dataset folder:{shown(folder / first)}"
    split = found.root / first
    below = shown(split / folder.relative_to(found.root))
    return f"put the classes below the splits, as {below}, and say --dataset folder:{shown(split)}"


def _read(name):
    """`(split, side)` that a folder's name says, either of them empty."""
    if name in SIDES:
        return "", name
    match = _NAME.fullmatch(name)
    return (next(split for split in _SPLITS if match[split]), match["side"] or "") if match else ("", "")


def _folders_with_images(found):
    """`{folder below the root: {name of a folder in it: images below that}}` of a `Scan`; the root is ""."""
    inside = defaultdict(lambda: defaultdict(list))
    for path, name in zip(found.images, found.names, strict=True):
        start = 0
        while (end := name.find("/", start)) >= 0:
            inside[name[: max(start - 1, 0)]][name[start:end]].append(path)
            start = end + 1
    return inside


def _deep(found):
    """Whether all images lie two folders deep at least."""
    return all(name.count("/") > 1 for name in found.names)
