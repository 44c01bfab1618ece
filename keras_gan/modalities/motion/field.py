"""Movement as values of an example."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from keras_gan.modalities.base import Field
from keras_gan.modalities.motion import rotations
from keras_gan.modalities.motion.skeleton import Skeleton
from keras_gan.modalities.numbers import Numbers
from keras_gan.randomness import random_rows

ROOT, SIX = 3, 6  # numbers of the root's place, and of a rotation
STEPS = 4  # numbers of how a figure moves: turning, sideways, forwards, height
NUMBERS = {"mirror": (), "speed": ()}  # what augmentations draw for each example
SLOWEST = 0.8  # of the augmentation `speed`
MIRROR = np.array([1, -1, -1, -1, 1, 1], np.float32)  # signs of the six numbers of a rotation in a mirror
_STILL = 1e-3  # spread of a rotation that does not move
_CONTACT = 0.03  # above the floor, in heights of a figure, what is on it
_MOST_ROWS = 4096  # clips that are looked at to learn of the data
_LEAST_SPREAD = 0.25  # of a joint's rotation, as a share of all joints'


@dataclass(frozen=True, eq=False)
class Motion(Field):
    """So many frames of a figure, float32 `[frames, 3 + 6 joints]`: the root's place, and each joint's rotation.

    Rotations are six numbers each, see `rotations`; y is up. Networks see a figure from where it is and looks
    itself, `[frames, F]`, each number with mean 0 and spread about 1: how far it turns, goes sideways and forwards from
    frame to frame, the height of its root, and the rotations of the joints that move at all. So where on the ground a
    clip begins, and which way it looks, is nothing that has to be learned. At the outer edge a clip begins at the
    origin and looks along z.

    Attributes:
        frames: how many.
        fps: frames of a second.
        joints, parents, unit: of the `Skeleton`.
        offsets: float32 `[joints, 3]`, of the `Skeleton`.
        mean, spread: float32 `[F]`, learned of the data.
        still: float32 `[joints, 6]`, rotations of joints that do not move; NaN of those that do.
        feet: int32, numbers of the joints that come down to the floor.
        floor: float32 `[2]`, where the floor is, and below what a foot is on it.
    """

    frames: int
    fps: float
    joints: tuple[str, ...]
    parents: tuple[int, ...]
    unit: float = 0.0
    offsets: np.ndarray | None = None
    mean: np.ndarray | None = None
    spread: np.ndarray | None = None
    still: np.ndarray | None = None
    feet: np.ndarray | None = None
    floor: np.ndarray | None = None

    kind: ClassVar[str] = "motion"
    plural: ClassVar[str] = "motions"
    array_names: ClassVar[tuple] = ("offsets", "mean", "spread", "still", "feet", "floor")
    suffix: ClassVar[str] = ".bvh"
    further_suffixes: ClassVar[tuple] = (".npz", ".gif")
    moves: ClassVar[bool] = True
    default_features: ClassVar[str] = "movement"
    augmentations: ClassVar[tuple] = ("mirror", "speed")
    noun: ClassVar[str] = "clip"
    numbers: ClassVar[str] = "numbers"

    def __post_init__(self):
        if not self.fps > 0:
            raise ValueError(f"it has {self.fps} frames a second")

    @classmethod
    def of(cls, frames, skeleton, fps):
        """The field of clips of a `Skeleton`."""
        offsets = np.asarray(skeleton.offsets, np.float32)
        return cls(frames, fps, skeleton.joints, skeleton.parents, skeleton.unit, offsets)

    # --- What it is --------------------------------------------------------------------------------------------------

    @property
    def skeleton(self):
        """The `Skeleton`."""
        return Skeleton(self.joints, self.parents, np.asarray(self.offsets), self.unit)

    @property
    def shape(self):
        return self.frames, ROOT + SIX * len(self.joints)

    @property
    def model_shape(self):
        return self.frames, len(self.mean)

    @property
    def words(self):
        return f"{self.frames} frames of {len(self.joints)} joints"

    @property
    def size_words(self):
        return f"{self.frames} frames"

    @property
    def protocol(self):
        return {"frames": self.frames, "fps": self.fps}

    @property
    def made_facts(self):
        own = self.skeleton
        skeleton = {"parents": own.parents, "sides": own.sides, "head": own.head, "height": own.height}
        return {"frames": self.frames, "fps": self.fps, "skeleton": skeleton}

    def of_shape(self, shape):
        return replace(self, frames=shape[0])

    @property
    def moving(self):
        """The numbers of the joints whose rotations networks see, an array; the root's is always among them."""
        return np.flatnonzero(np.isnan(self.still[:, 0]))

    def fitted(self, column):
        """With what networks are to see, its mean and spread, and with feet and floor."""
        rows = np.asarray(column[random_rows(len(column), min(len(column), _MOST_ROWS))], np.float32)
        turns = rows[..., ROOT:].reshape(-1, len(self.joints), SIX)
        moves = turns.std(axis=0).max(axis=1) > _STILL
        partner = self.skeleton.mirrored()
        moves |= moves[list(partner)] if partner else False
        moves[0] = True
        still = np.where(moves[:, None], np.nan, turns.mean(axis=0)).astype(np.float32)
        count = STEPS + SIX * int(moves.sum())
        plain = replace(self, still=still, mean=np.zeros(count, np.float32), spread=np.ones(count, np.float32))
        seen = np.concatenate([np.asarray(plain.to_model(rows[i : i + 256])) for i in range(0, len(rows), 256)])
        seen = seen.reshape(-1, count)
        mean, spread = seen.mean(axis=0), seen.std(axis=0)
        # One spread for all of a rotation, and none so small that trembling would look like movement.
        of_joints = np.sqrt(np.square(spread[STEPS:]).reshape(-1, SIX).mean(axis=1))
        of_joints = np.maximum(of_joints, _LEAST_SPREAD * np.sqrt(np.square(of_joints).mean()))
        spread = np.concatenate([np.maximum(spread[:STEPS], 1e-4), np.maximum(of_joints, 1e-4).repeat(SIX)])
        feet, floor = self._stood_on(rows)
        return replace(plain, mean=mean.astype(np.float32), spread=spread.astype(np.float32), feet=feet, floor=floor)

    def _stood_on(self, rows):
        """What `feet` and `floor` are of such clips."""
        heights = self.positions(rows)[..., 1].reshape(-1, len(self.joints))
        floor, tall = np.percentile(heights.min(axis=1), 5), self.skeleton.height
        # What is often lower than all else: not hands that touch the floor now and then.
        down = (heights < floor + _CONTACT * tall).mean(axis=0)
        feet = np.flatnonzero(down > 0.5 * down.max())
        return feet.astype(np.int32), np.array([floor, floor + _CONTACT * tall], np.float32)

    # --- From one form to the other ----------------------------------------------------------------------------------

    def to_model(self, stored):
        """`[B, frames, 3 + 6 joints]` to `[B, frames, F]`; what is so already stays."""
        import tensorflow as tf
        from keras import ops

        stored = tf.cast(stored, tf.float32)
        if stored.shape[-1] == len(self.mean):
            return stored
        frames = stored.shape[1]
        root, turns = stored[..., :ROOT], tf.reshape(stored[..., ROOT:], (-1, frames, len(self.joints), SIX))
        first, second, ahead = rotations.columns(turns[:, :, 0], ops)
        level = tf.stack([ahead[..., 0], ahead[..., 2]], axis=-1)
        level /= tf.sqrt(tf.reduce_sum(tf.square(level), axis=-1, keepdims=True) + 1e-8)
        sine, cosine = level[..., :1], level[..., 1:]
        turned = tf.atan2(
            sine[:, 1:] * cosine[:, :-1] - cosine[:, 1:] * sine[:, :-1],
            cosine[:, 1:] * cosine[:, :-1] + sine[:, 1:] * sine[:, :-1],
        )
        gone = rotations.about_y(root[:, 1:] - root[:, :-1], -sine[:, 1:], cosine[:, 1:], ops)
        steps = tf.concat([turned, gone[..., :1], gone[..., 2:]], axis=-1)
        # Nobody knows how a clip came to its first frame: as it went on to the second.
        steps = tf.concat([steps[:, :1], steps], axis=1)
        own = tf.concat(
            [rotations.about_y(first, -sine, cosine, ops), rotations.about_y(second, -sine, cosine, ops)], axis=-1
        )
        others = tf.gather(turns, self.moving[1:], axis=2)
        others = tf.reshape(others, (-1, frames, SIX * (len(self.moving) - 1)))
        seen = tf.concat([steps, root[..., 1:2], own, others], axis=-1)
        return (seen - self.mean) / self.spread

    def from_model(self, outputs):
        """`[B, T, F]` of any length T to `[B, T, 3 + 6 joints]`, rotations exact."""
        import tensorflow as tf
        from keras import ops

        seen = outputs * self.spread + self.mean
        frames = seen.shape[1]
        # Sums as a product: how far it has turned, and gone, up to each frame. The first is where it begins.
        so_far = np.tril(np.ones((frames, frames), np.float32))
        so_far[:, 0] = 0
        angles = tf.matmul(so_far, seen[..., :1])
        sine, cosine = tf.sin(angles), tf.cos(angles)
        gone = tf.concat([seen[..., 1:2], tf.zeros_like(angles), seen[..., 2:3]], axis=-1)
        path = tf.matmul(so_far, rotations.about_y(gone, sine, cosine, ops))
        root = tf.concat([path[..., :1], seen[..., 3:4], path[..., 2:]], axis=-1)
        columns = [
            tf.reshape(tf.transpose(each, (2, 0, 1)), (-1, frames, len(self.joints), 3)) for each in self._turns(seen)
        ]
        own = [rotations.about_y(each[:, :, :1], sine[:, :, None], cosine[:, :, None], ops) for each in columns]
        columns = [tf.concat([mine, each[:, :, 1:]], axis=2) for mine, each in zip(own, columns, strict=True)]
        turns = tf.reshape(tf.concat(columns, axis=-1), (-1, frames, SIX * len(self.joints)))
        return {self.plural: tf.concat([root, turns], axis=-1)}

    def _turns(self, seen):
        """The first two columns of all rotations, `[joints, 3, B T]` each, the root's as it sees itself."""
        from keras import ops

        count, width = len(self.joints), len(self.moving)
        moving = ops.reshape(ops.transpose(ops.reshape(seen, (-1, len(self.mean))))[STEPS:], (width, SIX, -1))
        moves = np.isin(np.arange(count), self.moving)
        places = np.where(moves, np.cumsum(moves) - 1, 0)  # of joints among those that move
        known, still = moves[:, None, None].astype(np.float32), np.nan_to_num(self.still)[..., None]
        first, second, _ = rotations.columns(moving, ops, axis=1)
        return [
            ops.take(each, places, axis=0) * known + still[:, part] * (1 - known)
            for each, part in ((first, slice(0, 3)), (second, slice(3, 6)))
        ]

    def in_own_frame(self, values):
        """Where joints are as the figure sees itself, and how far they go over the floor from frame to frame.

        Args:
            values: as networks take them, a tensor `[B, T, F]`.

        Returns:
            Two of `[B, T, joints, 3]`, in the unit of the skeleton; the first frame goes as far as the second.
        """
        from keras import ops

        seen = values * self.spread + self.mean
        frames, count = seen.shape[1], len(self.joints)
        first, second = self._turns(seen)
        turns = ops.stack([first, second, rotations.cross(first, second, ops, axis=1)], axis=2)
        turned, aside, ahead, height = (seen[..., number] for number in range(STEPS))
        zeros = ops.zeros_like(ops.reshape(height, (-1,)))
        root = ops.stack([zeros, ops.reshape(height, (-1,)), zeros])
        places = rotations.chained(turns, root, self.parents, self.offsets, ops)
        x, y, z = (ops.reshape(places[:, axis], (count, -1, frames)) for axis in range(3))
        sine, cosine = ops.sin(turned[:, 1:]), ops.cos(turned[:, 1:])
        # From where a joint was, as it is seen from where the figure is and looks now.
        steps = ops.stack(
            [
                x[..., 1:] - cosine * x[..., :-1] + sine * z[..., :-1] + aside[:, 1:],
                y[..., 1:] - y[..., :-1],
                z[..., 1:] - cosine * z[..., :-1] - sine * x[..., :-1] + ahead[:, 1:],
            ]
        )
        steps = ops.concatenate([steps[..., :1], steps], axis=-1)
        return ops.transpose(ops.stack([x, y, z]), (2, 3, 1, 0)), ops.transpose(steps, (2, 3, 1, 0))

    @property
    def parts(self):
        frames, count = self.frames, len(self.joints)
        return {
            "root": Numbers("root", (frames, 3), "the place of the first joint"),
            "positions": Numbers("positions", (frames, count, 3), "the places of all joints"),
            "rotations": Numbers("rotations", (frames, count, 3), "axis times angle in the parent's frame", jumps=True),
        }

    def parts_of(self, values):
        from keras import ops

        frames, count = values.shape[1], len(self.joints)
        root, sixes = values[..., :ROOT], ops.reshape(values[..., ROOT:], (-1, frames, count, SIX))
        turns = rotations.matrices(sixes, ops)
        places = rotations.positions(turns, root, self.parents, self.offsets, ops)
        return {"root": root, "positions": places, "rotations": rotations.vectors(turns, ops)}

    # --- Other ways to see it ----------------------------------------------------------------------------------------

    def positions(self, values):
        """Where joints are, `[…, frames, joints, 3]`, of values at the outer edge or as stored, both arrays."""
        values = np.asarray(values, np.float32)
        turns = rotations.matrices(values[..., ROOT:].reshape(*values.shape[:-1], len(self.joints), SIX))
        return rotations.positions(turns, values[..., :ROOT], self.parents, self.offsets)

    def rotation_vectors(self, values):
        """Axis times angle of each joint, `[…, frames, joints, 3]`, arrays."""
        sixes = np.asarray(values, np.float64)[..., ROOT:].reshape(*values.shape[:-1], len(self.joints), SIX)
        return rotations.vectors(rotations.matrices(sixes)).astype(np.float32)

    # --- In time -----------------------------------------------------------------------------------------------------

    def ends(self, clips):
        """What goes on from clips `[N, T, …]` is to be given, `[N, 2, …]`, arrays at the outer edge: see `Start`."""
        return clips[:, -2:]

    def joined(self, clips, following):
        """Clips `[N, T, …]` and what begins at their last frame, `[N, S, …]`: `[N, T + S - 1, …]`."""
        turn, place = _facing(clips[:, -1]), clips[:, -1:, :ROOT] * (1, 0, 1)
        back = _facing(following[:, 0])
        # Turned from where it looks to where the clip before looks, and put there.
        sine, cosine = (turn[0] * back[1] - turn[1] * back[0])[:, None, None], (turn[1] * back[1] + turn[0] * back[0])
        cosine = cosine[:, None, None]
        root = rotations.about_y(following[..., :ROOT] - following[:, :1, :ROOT] * (1, 0, 1), sine, cosine) + place
        own = [
            rotations.about_y(following[..., ROOT + 3 * part : ROOT + 3 * part + 3], sine, cosine) for part in (0, 1)
        ]
        moved = np.concatenate([root, *own, following[..., ROOT + SIX :]], axis=-1)
        return np.concatenate([clips, moved[:, 1:]], axis=1).astype(np.float32)

    def looped(self, clips, overlap):
        """Clips without their last frames, over which the end has become the beginning: it is played again from there.

        The pose goes round; where on the floor the figure is goes on.
        """
        seen = np.asarray(self.to_model(clips))
        share = np.linspace(1, 0, overlap + 1)[:-1, None]
        start = (1 - share) * seen[:, :overlap] + share * seen[:, -overlap:]
        whole = np.concatenate([start, seen[:, overlap:-overlap]], axis=1).astype(np.float32)
        return np.asarray(self.from_model(whole)[self.plural])

    def read_start(self, content):
        """The clip in a BVH file of this skeleton, given as bytes; `ValueError` in words that follow its name."""
        from keras_gan.modalities.motion import bvh

        return bvh.read(content).of(self.skeleton, self.fps)

    # --- As seen by people -------------------------------------------------------------------------------------------

    def preview(self, values, columns=None):
        return self.sheet(values, columns)

    def sheet(self, values, columns=None, titles=(), zoom=None):
        """A film of stick figures beside one another, and below."""
        from keras_gan.modalities.motion import drawing

        return drawing.preview(self, np.asarray(values), columns, titles, zoom)

    def write(self, file, value):
        """A BVH file, which Blender and others read."""
        from keras_gan.modalities.motion import bvh

        bvh.write(file, self, value)

    def write_further(self, file, value, suffix):
        """Places of joints as `.npz`, or a film."""
        if suffix == ".npz":
            arrays = {"positions": self.positions(value), "rotations": self.rotation_vectors(value)}
            np.savez(file, root=np.asarray(value)[:, :ROOT], fps=self.fps, parents=self.parents, **arrays)
            return
        self.sheet(value[None], 1).writer_of(suffix)(file)

    def read(self, content):
        """The clip in a BVH file."""
        from keras_gan.modalities.motion import bvh

        return bvh.read(content).of(self.skeleton, self.fps)

    # --- While training ----------------------------------------------------------------------------------------------

    def augment(self, values, noise, names):
        """`mirror`: half of all clips; `speed`: slower by up to a fifth, the first part of a clip for all of it."""
        import tensorflow as tf

        drawn = noise.uniforms(NUMBERS)
        if "speed" in names:
            values = self._slowed(values, SLOWEST + (1 - SLOWEST) * drawn["speed"])
        if "mirror" in names:
            values = tf.where(tf.reshape(drawn["mirror"], (-1, 1, 1)) < 0.5, self.in_a_mirror(values), values)
        return values

    def in_a_mirror(self, values):
        """Values as networks take them, `[B, T, F]`, left and right exchanged; of a lopsided skeleton as they are."""
        import tensorflow as tf

        partner = self.skeleton.mirrored()
        if partner is None:
            return values
        places = {joint: place for place, joint in enumerate(self.moving)}
        order = [places[partner[joint]] for joint in self.moving]
        taken = np.concatenate([np.arange(STEPS), STEPS + _sixes_at(order)])
        signs = np.concatenate([[-1, -1, 1, 1], np.tile(MIRROR, len(order))]).astype(np.float32)
        seen = tf.gather(values * self.spread + self.mean, taken, axis=-1) * signs
        return (seen - self.mean) / self.spread

    def _slowed(self, values, speeds):
        """Clips `[B, T, F]` at a share of their speed, `[B]` of at most 1."""
        import tensorflow as tf

        frames = values.shape[1]
        times = tf.range(frames, dtype=tf.float32) * tf.reshape(speeds, (-1, 1))
        before = tf.minimum(tf.cast(times, tf.int32), frames - 2)
        share = (times - tf.cast(before, tf.float32))[..., None]
        values = (1 - share) * tf.gather(values, before, batch_dims=1) + share * tf.gather(
            values, before + 1, batch_dims=1
        )
        steps = values[..., :3] + (tf.reshape(speeds, (-1, 1, 1)) - 1) * (
            values[..., :3] + self.mean[:3] / self.spread[:3]
        )
        return tf.concat([steps, values[..., 3:]], axis=-1)


def _facing(frames):
    """Sine and cosine of where figures look, of frames `[N, 3 + 6 joints]`."""
    _, _, ahead = rotations.columns(frames[:, ROOT : ROOT + SIX])
    return ahead[:, 0] / np.hypot(ahead[:, 0], ahead[:, 2]), ahead[:, 2] / np.hypot(ahead[:, 0], ahead[:, 2])


def _sixes_at(places):
    """Where in a row of rotations the numbers of those at these places are."""
    return (SIX * np.asarray(places)[:, None] + np.arange(SIX)).reshape(-1)
