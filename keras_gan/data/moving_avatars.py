"""`moving_avatars`: the faces of `avatars` that blink, nod, turn, speak and smile, each the same face in all frames."""

from dataclasses import replace
from functools import partial

import numpy as np

from keras_gan.data import avatars, processes
from keras_gan.registry import Source
from keras_gan.storage import cache
from keras_gan.storage.arrays import allocate

SOURCE = Source(gives=("video",), tasks=("sample",))
VERSION = 1  # goes up with every change of a frame
FPS = 12.0
FRAMES = 16  # where nothing is said
COUNTS = {"train": 800, "test": 150}
CHUNK = 10
CLASS_NAMES = ("blink", "nod", "turn", "speak", "smile")
LEVELS = 6  # poses of a movement that are drawn, from none to all of it


def load(rest, options, split="train", task="sample"):
    """The `Dataset` of a split; see `keras_gan.data.load`."""
    from keras_gan.data.dataset import Dataset
    from keras_gan.modalities.label import Label
    from keras_gan.modalities.video import Video

    size, frames = options.image_size, options.frames or FRAMES
    clips, labels = clips_of(split, size, frames)
    return Dataset(
        name=options.dataset,
        fields={"real": Video(frames, size, size, 3, FPS), "label": Label(len(CLASS_NAMES), CLASS_NAMES)},
        columns={"real": clips, "label": labels},
        groups=(("real", "label"),),
        provenance=f"{len(clips)} cartoon faces that move, drawn by this program, split {split}.",
        treatment=f"drawn at {size}x{size} px, {frames} frames at {FPS:g} a second.",
    )


def has_test(rest, options):
    """Whether there is a test split: always."""
    return True


def check_available(rest, options):
    """Raises `UserError` for a size at which avatars are not drawn."""
    avatars.check_available(rest, options)


def clips_of(split, size, frames, count=None):
    """`(clips uint8 [N, frames, size, size, 3], classes int32 [N])`; poses are drawn once and then kept."""
    count = count or COUNTS[split]
    path = cache.directory() / f"moving_avatars-v{VERSION}-{size}px-{split}-{count}.npy"
    poses = avatars.read(path, (count, LEVELS, size, size, 3))
    if poses is None:
        poses = allocate((count, LEVELS, size, size, 3), "poses")
        chunks = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
        for chunk, drawn in zip(chunks, processes.in_order(partial(_draw, size, split), chunks), strict=True):
            poses[chunk.start : chunk.stop] = drawn
        cache.keep(path, lambda file: np.save(file, poses), "moving avatars")
    labels = (np.arange(count) % len(CLASS_NAMES)).astype(np.int32)
    levels = np.stack([timeline(index, label, frames) for index, label in enumerate(labels)])
    return poses[np.arange(count)[:, None], levels], labels


def timeline(index, label, frames):
    """Which pose is seen in each frame of a clip, int `[frames]` in [0, LEVELS): a function of its number and class."""
    rng = np.random.RandomState(1000 + index)
    times, start = np.arange(frames) / FPS, rng.uniform(0, 1)
    name = CLASS_NAMES[label]
    if name == "blink":  # shut for a moment, once or twice in a clip
        away = np.abs(np.mod(times + start, 0.7) - 0.35)
        amount = np.clip(1.4 - away / 0.11, 0, 1)
    elif name in ("nod", "turn"):
        amount = 0.5 + 0.5 * np.sin(2 * np.pi * (rng.uniform(0.9, 1.3) * times + start))
    elif name == "speak":
        amount = np.clip(np.abs(np.sin(np.pi * (rng.uniform(2.2, 3.0) * times + start))) * rng.uniform(0.8, 1.2), 0, 1)
    else:  # comes and stays
        amount = np.clip((times - rng.uniform(0.1, 0.5)) / 0.5, 0, 1)
    return np.rint(amount * (LEVELS - 1)).astype(int)


def _draw(size, split, indices):
    """Poses of the faces of these numbers, uint8 `[n, LEVELS, size, size, 3]`."""
    drawn = []
    for index in indices:
        face, name = face_of(split, index), CLASS_NAMES[index % len(CLASS_NAMES)]
        amounts = np.arange(LEVELS) / (LEVELS - 1)
        drawn.append([np.asarray(avatars.draw(posed(face, name, amount), size)) for amount in amounts])
    return np.array(drawn)


def face_of(split, index):
    """An `Avatar` at rest, whose eyes and mouth can be seen."""
    face = avatars.random_avatar(avatars.SEED, split, index)
    return replace(face, expression="neutral", glasses="none", eyelid=0.0, gaze=0.0, tilt=0.0)


def posed(face, name, amount):
    """The same face, so far in a movement, from 0 to 1."""
    if name == "blink":
        return replace(face, eyelid=2.3 * amount)
    if name == "nod":
        down = 0.13 * (amount - 0.5)
        return replace(
            face,
            shift_y=face.shift_y + 0.6 * down,
            eye_height=face.eye_height + down,
            mouth_height=face.mouth_height + down,
        )
    if name == "turn":
        return replace(
            face, tilt=26 * (amount - 0.5), gaze=2 * amount - 1, shift_x=face.shift_x + 0.12 * (amount - 0.5)
        )
    if name == "speak":
        widths = face.mouth_width * (0.8 + 0.4 * amount)
        return replace(face, expression="laugh" if amount > 0.3 else "neutral", mouth_width=widths)
    width = face.mouth_width * (0.85 + 0.55 * amount)
    return replace(face, expression="smile" if amount > 0.1 else "neutral", mouth_width=width)
