"""`motion:PATH`: clips of movement of one skeleton, in BVH files or in an archive of NumPy with a `skeleton.json`.

A folder of `.bvh` files has a class for each sub-folder, and perhaps folders `train` and `test` above these. An `.npz`
archive holds arrays called `CLASS_…`, or `train/CLASS_…` and `test/CLASS_…`, each `[frames, 3 + 3 joints]`: the root's
place, and rotation vectors in radians. `skeleton.json` beside it says `parents`, `offsets`, `unit_cm`,
`frames_per_second`, `convention` (with the words `row vectors`, rotations turn the other way), and perhaps `joints`,
their names. A first frame that is the same in all clips is a rest pose, and no movement: it is left out.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from keras_gan.data import windows
from keras_gan.data.names import SPLIT_FOLDERS
from keras_gan.errors import UserError, shown, similar
from keras_gan.modalities.motion import bvh, rotations
from keras_gan.registry import Source
from keras_gan.storage.arrays import listed
from keras_gan.storage.files import read_json
from keras_gan.storage.schema import Unreadable, count, number, optional

SOURCE = Source(gives=("motion",), argument="PATH", tasks=("sample",))
FPS = 30.0  # of all clips: those of other rates are resampled
FRAMES = 32  # where nothing is said
FORM = {
    "parents": [int],
    "offsets": [[number, number, number]],
    "joints": optional(([str], count)),
    "unit_cm": optional(number),
    "frames_per_second": optional(number),
    "convention": optional(str),
}


def load(rest, options, split="train", task="sample"):
    """The `Dataset` of a split: all windows of all its clips."""
    from keras_gan.data.dataset import Dataset
    from keras_gan.modalities.label import Label
    from keras_gan.modalities.motion import Motion

    path, length = Path(rest), options.frames or FRAMES
    read = _read_archive if _archive(path) else _read_folder
    skeleton, clips, passed_over = read(path, split, options)
    names = tuple(sorted({name for name, _ in clips}))
    short = sum(len(clip) < length for _, clip in clips)
    clips = [(name, clip) for name, clip in clips if len(clip) >= length]
    passed_over.update({f"clips shorter than {length} frames": short} if short else {})
    if not clips:
        raise UserError(f"--dataset {shown(options.dataset)} has no clip of {length} frames or more: use --frames.")
    real, of_clip = windows.of_clips([clip for _, clip in clips], length)
    numbers = np.array([names.index(name) for name, _ in clips], np.int32)
    return Dataset(
        name=options.dataset,
        fields={"real": Motion.of(length, skeleton, FPS), "label": Label(len(names), names)},
        columns={"real": real, "label": numbers[of_clip]},
        groups=(("real", "label"),),
        provenance=f"{len(clips)} clips of movement of the user's, split {split}.",
        treatment=f"resampled to {FPS:g} frames a second where it was another rate; all windows of {length} frames.",
        passed_over=dict(passed_over),
    )


def has_test(rest, options):
    """Whether there is a split called test."""
    path = Path(rest)
    if _archive(path):
        return any(name.startswith("test/") for name in _names(_archive(path)))
    return any((path / name).is_dir() for name in SPLIT_FOLDERS["test"])


def check_available(rest, options):
    """Raises `UserError` unless there is a folder or an archive, and a skeleton beside the archive."""
    path = Path(rest)
    if not path.exists():
        raise UserError(f"{shown(rest)} of --dataset {shown(options.dataset)} does not exist.{similar(rest)}")
    archive = _archive(path)
    if archive and not (archive.parent / "skeleton.json").is_file():
        raise UserError(f"{shown(archive)} needs a skeleton.json beside it, see docs/movement.md.")
    if not archive and not any(path.rglob("*.[bB][vV][hH]")):
        raise UserError(f"there is no .bvh file below {shown(rest)}, and no .npz with a skeleton.json.")


def _archive(path):
    """The `.npz` file that a path is, or that lies alone in a folder; None if there is none."""
    if path.is_file():
        return path
    found = sorted(path.glob("*.npz"))
    return found[0] if len(found) == 1 else None


def _names(archive):
    with np.load(archive, allow_pickle=False) as arrays:
        return arrays.files


# --- Archives ---------------------------------------------------------------------------------------------------------


def _read_archive(path, split, options):
    """`(Skeleton, [(class, frames [T, 3 + 6 joints])], what was passed over)`."""
    archive, passed_over = _archive(path), Counter()
    try:
        facts = read_json(archive.parent / "skeleton.json", FORM)
        with np.load(archive, allow_pickle=False) as arrays:
            clips = {name: arrays[name] for name in sorted(arrays.files)}
    except (Unreadable, OSError, ValueError) as error:
        raise UserError(f"--dataset {shown(options.dataset)} cannot be read: {error}.") from None
    skeleton, found, bad = _skeleton_of(facts), [], []
    first = next((clip[:1] for clip in clips.values()), None)
    at_rest = len(clips) > 1 and all(np.array_equal(clip[:1], first) for clip in clips.values())
    if all("/" in name for name in clips):
        clips = {name: clip for name, clip in clips.items() if name.partition("/")[0] == split}
    for name, clip in clips.items():
        try:
            found.append((_class_of(name), _of_vectors(clip[1:] if at_rest else clip, facts, skeleton)))
        except bvh.Unreadable as error:
            bad.append(f"{name} {error}")
    _report(bad, options, passed_over)
    return skeleton, found, passed_over


def _class_of(name):
    """`train/soccer_1` is of the class `soccer`."""
    return name.rpartition("/")[2].partition("_")[0]


def _skeleton_of(facts):
    from keras_gan.modalities.motion import Skeleton

    parents = tuple(facts["parents"])
    names = facts.get("joints")
    names = tuple(names) if isinstance(names, list) else tuple(f"joint_{i}" for i in range(len(parents)))
    offsets = np.array(facts["offsets"], np.float64)
    if offsets.shape != (len(parents), 3) or len(names) != len(parents) or parents[:1] != (-1,):
        raise UserError("skeleton.json must have a parent, 3 numbers of offset and a name for each joint, root first.")
    if any(not 0 <= parent < joint for joint, parent in enumerate(parents) if joint):
        raise UserError("skeleton.json must name parents before their children.")
    return Skeleton(names, parents, offsets, facts.get("unit_cm", 0.0) / 100)


def _of_vectors(rows, facts, skeleton):
    """Frames `[T, 3 + 6 joints]` of `[T, 3 + 3 joints]`; raises `Unreadable`."""
    rows = np.asarray(rows, np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3 + 3 * skeleton.count:
        raise bvh.Unreadable(f"is {list(rows.shape)}, and must be [frames, {3 + 3 * skeleton.count}]")
    _check(rows)
    vectors = rows[:, 3:].reshape(len(rows), -1, 3)
    sign = -1 if "row vectors" in facts.get("convention", "") else 1
    sixes = rotations.sixes(rotations.of_vectors(sign * vectors)).reshape(len(rows), -1)
    return bvh.resampled(np.concatenate([rows[:, :3], sixes], axis=1), facts.get("frames_per_second", FPS), FPS)


# --- Folders of BVH files ---------------------------------------------------------------------------------------------


def _read_folder(path, split, options):
    """The same of a folder."""
    root = next((path / name for name in SPLIT_FOLDERS[split] if (path / name).is_dir()), path)
    files = sorted(each for each in root.rglob("*") if each.suffix.lower() == ".bvh")
    passed_over, bad, found, first = Counter(), [], [], None
    for file in files:
        try:
            clip = bvh.read(file.read_bytes())
            _check(clip.values)
            first = first or (file, clip.skeleton)
            if first[1].places_in(clip.skeleton) is None:
                raise bvh.Unreadable(f"has another skeleton than {first[0].name}")
            inner = file.relative_to(root).parts[:-1]
            found.append((inner[0] if inner else root.resolve().name, clip.of(first[1], FPS)))
        except (bvh.Unreadable, OSError) as error:
            bad.append(f"{file.relative_to(root)} {error}")
    _report(bad, options, passed_over)
    if first is None:
        raise UserError(f"there is no .bvh file below {shown(root)} that can be read.")
    return first[1], found, passed_over


def _check(rows):
    """Raises `Unreadable` for what is no movement."""
    if not np.isfinite(rows).all():
        raise bvh.Unreadable("has numbers that are none (NaN or infinity)")
    if len(rows) < 2:
        raise bvh.Unreadable("has one frame alone")


def _report(bad, options, passed_over):
    """Raises `UserError` naming clips that cannot be used, or counts them with `--skip-bad-files`."""
    if bad and not options.skip_bad_files:
        raise UserError(
            f"{len(bad)} clips of --dataset {shown(options.dataset)} cannot be used:\n  {listed(bad)}\n"
            "Remove or mend them, or go on without them with --skip-bad-files."
        )
    passed_over.update({"clips that cannot be used": len(bad)} if bad else {})
