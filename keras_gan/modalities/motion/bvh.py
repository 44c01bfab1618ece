"""BVH files: a tree of joints, and for each frame the root's place and every joint's angles.

`# unit of length: 0.0564 m` in the first lines of what is written says how large a figure is; there is no place for it
in the format itself, whose readers pass over what they do not know.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from keras_gan.modalities.motion import rotations
from keras_gan.modalities.motion.skeleton import Skeleton

AXES = "XYZ"
END = "_end"  # what the names of joints end in that other programs call `End Site`
_UNIT = re.compile(r"#\s*unit of length:\s*([0-9.eE+-]+)\s*m\b")
_CHANGE = 0.02  # of a bone's length, as a share of the longest, that is none


class Unreadable(ValueError):
    """A file that cannot be used: says why, in words that follow its name."""


@dataclass(frozen=True, eq=False)
class Clip:
    """What a file holds.

    Attributes:
        skeleton: the `Skeleton`.
        values: float32 `[frames, 3 + 6 joints]`, as `Motion` stores them.
        fps: frames of a second.
    """

    skeleton: Skeleton
    values: np.ndarray
    fps: float

    def of(self, skeleton, fps):
        """Its values for a `Skeleton` and a rate; `Unreadable` if it is of another skeleton."""
        places = skeleton.places_in(self.skeleton)
        if places is None:
            raise Unreadable("has another skeleton")
        turns = self.values[:, 3:].reshape(len(self.values), -1, 6)[:, places].reshape(len(self.values), -1)
        return resampled(np.concatenate([self.values[:, :3], turns], axis=1), self.fps, fps)


# --- Writing ----------------------------------------------------------------------------------------------------------


def write(file, motion, value):
    """Writes a clip, `[frames, 3 + 6 joints]`, of a `Motion` into an open binary file."""
    from scipy.spatial.transform import Rotation

    skeleton = motion.skeleton
    value = np.asarray(value, np.float64)
    root, sixes = value[:, :3], value[:, 3:].reshape(len(value), skeleton.count, 6)
    turns = Rotation.from_matrix(rotations.matrices(sixes).reshape(-1, 3, 3))
    angles = turns.as_euler("ZYX", degrees=True).reshape(len(value), skeleton.count, 3)
    order = list(_in_depth(skeleton))
    written = [joint for joint in order if not _is_end(skeleton, joint)]
    lines = ["HIERARCHY"]
    lines += [f"# unit of length: {skeleton.unit:g} m; y is up"] if skeleton.unit else []
    lines += _tree(skeleton, 0, "")
    lines += ["MOTION", f"Frames: {len(value)}", f"Frame Time: {1 / motion.fps:.8f}"]
    rows = np.concatenate([root, angles[:, written].reshape(len(value), -1)], axis=1)
    lines += [" ".join(f"{number:.6f}" for number in row) for row in rows]
    file.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))


def _in_depth(skeleton, joint=0):
    yield joint
    for child in skeleton.children[joint]:
        yield from _in_depth(skeleton, child)


def _is_end(skeleton, joint):
    return skeleton.joints[joint].endswith(END) and not skeleton.children[joint]


def _tree(skeleton, joint, indent):
    """The lines of a joint and of all that hangs on it."""
    name, children = skeleton.joints[joint], skeleton.children[joint]
    offset = " ".join(f"{number:.6f}" for number in skeleton.offsets[joint])
    inner = indent + "\t"
    if _is_end(skeleton, joint):
        return [f"{indent}End Site", f"{indent}{{", f"{inner}OFFSET {offset}", f"{indent}}}"]
    angles = "Zrotation Yrotation Xrotation"
    channels = f"3 {angles}" if joint else f"6 Xposition Yposition Zposition {angles}"
    lines = [f"{indent}{'JOINT' if joint else 'ROOT'} {name}", f"{indent}{{"]
    lines += [f"{inner}OFFSET {offset}", f"{inner}CHANNELS {channels}"]
    for child in children:
        lines += _tree(skeleton, child, inner)
    if not children:
        lines += [f"{inner}End Site", f"{inner}{{", f"{inner}\tOFFSET 0.000000 0.000000 0.000000", f"{inner}}}"]
    return [*lines, f"{indent}}}"]


# --- Reading ----------------------------------------------------------------------------------------------------------


@dataclass
class _Tree:
    """Joints in the order in which a file has them; `channels` are lists of names, empty of an `End Site`."""

    names: list = field(default_factory=list)
    parents: list = field(default_factory=list)
    offsets: list = field(default_factory=list)
    channels: list = field(default_factory=list)


def read(content):
    """The `Clip` in a BVH file, given as bytes.

    Angles may come in any order; places of other joints than the root must not change.

    Raises:
        Unreadable: if it is none, or is damaged, in the words that follow its name.
    """
    text = content.decode("utf-8", errors="replace")
    unit = _UNIT.search(text)
    words = re.sub(r"#[^\n]*", "", text).replace("{", " { ").replace("}", " } ").split()
    try:
        tree, place = _read_tree(words)
        frames, seconds, numbers = _read_frames(words, place)
    except (IndexError, ValueError) as error:
        raise Unreadable(f"is no whole BVH file ({error})") from None
    channels = sum(map(len, tree.channels))
    if len(numbers) != frames * channels:
        raise Unreadable(f"says {frames} frames of {channels} numbers, and has {len(numbers)} numbers")
    if not np.isfinite(numbers).all():
        raise Unreadable("has numbers that are none (NaN or infinity)")
    if frames < 2 or not 0 < seconds < 10:
        raise Unreadable("has one frame alone" if frames == 1 else f"has {frames} frames of {seconds} s each")
    root, turns, offsets = _moved(tree, numbers.reshape(frames, channels))
    skeleton = Skeleton(tuple(tree.names), tuple(tree.parents), offsets, float(unit[1]) if unit else 0.0)
    values = np.concatenate([root, rotations.sixes(turns).reshape(frames, -1)], axis=1)
    return Clip(skeleton, values.astype(np.float32), 1 / seconds)


def _read_tree(words):
    """The `_Tree`, and where in the words it ends."""
    if words[0].upper() != "HIERARCHY":
        raise ValueError("it does not begin with HIERARCHY")
    tree, above, place = _Tree(), [], 1
    while words[place].upper() != "MOTION":
        word = words[place].upper()
        if word in ("ROOT", "JOINT", "END"):
            own = words[place + 1] if word != "END" else f"{tree.names[above[-1]]}{END}"
            if word == "ROOT" and tree.names:
                raise ValueError("it has two roots")
            tree.names.append(own)
            tree.parents.append(above[-1] if above else -1)
            tree.offsets.append(np.zeros(3))
            tree.channels.append([])
            above.append(len(tree.names) - 1)
            place += 2
        elif word == "OFFSET":
            tree.offsets[above[-1]] = np.array(words[place + 1 : place + 4], np.float64)
            place += 4
        elif word == "CHANNELS":
            count = int(words[place + 1])
            tree.channels[above[-1]] = words[place + 2 : place + 2 + count]
            place += 2 + count
        elif word == "}":
            above.pop()
            place += 1
        elif word == "{":
            place += 1
        else:
            raise ValueError(f"{words[place]!r} is not known in its tree")
    if not tree.names:
        raise ValueError("it has no joints")
    return _without_empty_ends(tree), place


def _without_empty_ends(tree):
    """A `_Tree` without ends that are where their joints are, which say nothing; ends are nobody's parents."""
    kept = [number for number, offset in enumerate(tree.offsets) if tree.channels[number] or np.any(offset)]
    places = {old: new for new, old in enumerate(kept)} | {-1: -1}
    return _Tree(
        [tree.names[old] for old in kept],
        [places[tree.parents[old]] for old in kept],
        [tree.offsets[old] for old in kept],
        [tree.channels[old] for old in kept],
    )


def _read_frames(words, place):
    """`(frames, seconds of one, all numbers)` of what begins at the word MOTION."""
    if [word.upper() for word in words[place + 1 : place + 2]] != ["FRAMES:"]:
        raise ValueError("its MOTION has no Frames:")
    frames = int(words[place + 2])
    if " ".join(words[place + 3 : place + 5]).upper() != "FRAME TIME:":
        raise ValueError("its MOTION has no Frame Time:")
    return frames, float(words[place + 5]), np.array(words[place + 6 :], np.float64)


def _moved(tree, rows):
    """Root `[frames, 3]`, rotations `[frames, joints, 3, 3]` and offsets `[joints, 3]` of rows of channels."""
    offsets, turns, start = np.array(tree.offsets), [], 0
    root = np.zeros((len(rows), 3))
    for joint, channels in enumerate(tree.channels):
        turn, place = np.eye(3), np.tile(offsets[joint], (len(rows), 1))
        for column, channel in enumerate(channels, start):
            axis = AXES.find(channel[:1].upper())
            if axis < 0 or channel[1:].lower() not in ("rotation", "position"):
                raise Unreadable(f"has a channel {channel!r}, which is not known")
            if channel[1:].lower() == "position":
                place[:, axis] = rows[:, column]
            else:
                turn = turn @ rotations.of_vectors(np.deg2rad(rows[:, column, None]) * np.eye(3)[axis])
        start += len(channels)
        turns.append(np.broadcast_to(turn, (len(rows), 3, 3)))
        if joint == 0:
            root = place
        elif np.ptp(place, axis=0).max() > _CHANGE * np.abs(offsets).max():
            raise Unreadable(f"moves the joint {tree.names[joint]} in its parent's frame: bones have one length here")
        else:
            offsets[joint] = place.mean(axis=0)
    offsets[0] = 0
    return root, np.stack(turns, axis=1), offsets


def resampled(rows, fps, wanted):
    """Frames `[T, 3 + 6 joints]` of one rate at another, between frames along straight lines, rotations exact."""
    if abs(fps - wanted) > 0.01 * wanted:
        times = np.arange(int((len(rows) - 1) * wanted / fps + 1e-6) + 1) * fps / wanted
        before = np.minimum(times.astype(int), len(rows) - 2)
        share = (times - before)[:, None]
        rows = (1 - share) * rows[before] + share * rows[before + 1]
    turns = rotations.matrices(rows[:, 3:].reshape(len(rows), -1, 6))
    return np.concatenate([rows[:, :3], rotations.sixes(turns).reshape(len(rows), -1)], axis=1).astype(np.float32)
