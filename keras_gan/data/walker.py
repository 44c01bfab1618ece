"""`walker`: figures that walk, run, jump, wave and turn, moved by formulas from a seed: nothing must be fetched.

Feet step where the body will be when it is above them, and stay there until it has gone on; legs follow by inverse
kinematics, arms and trunk by the phase of the step. Each figure has a speed, stride, sway and bearing of its own.
"""

import numpy as np

from keras_gan.modalities.motion import rotations
from keras_gan.registry import Source

SOURCE = Source(gives=("motion",), tasks=("sample",))
FPS = 30.0
FRAMES = 32  # where nothing is said
COUNTS = {"train": 3000, "test": 500}
SEEDS = {"train": 0, "test": 1}
CLASS_NAMES = ("walk", "run", "jump", "wave", "turn")

GRAVITY = 9.81
THIGH, SHIN, ANKLE, TOE, HIP = 0.42, 0.41, 0.06, 0.14, 0.09
REACH = 0.995 * (THIGH + SHIN)
_ARM = [("shoulder", "chest", (0.18, 0.17, 0.0)), ("elbow", "shoulder", (0.0, -0.28, 0.0))]
_ARM += [("hand", "elbow", (0.0, -0.25, 0.0))]
_LEG = [("hip", "hips", (HIP, -0.03, 0.0)), ("knee", "hip", (0.0, -THIGH, 0.0))]
_LEG += [("ankle", "knee", (0.0, -SHIN, 0.0)), ("toe", "ankle", (0.0, -ANKLE, TOE))]
_TRUNK = [("hips", None, (0.0, 0.0, 0.0)), ("spine", "hips", (0.0, 0.12, 0.0)), ("chest", "spine", (0.0, 0.16, 0.0))]
_TRUNK += [("neck", "chest", (0.0, 0.22, 0.0)), ("head", "neck", (0.0, 0.17, 0.0))]
SIDES = {"left": 1.0, "right": -1.0}  # x of each


def skeleton():
    """The `Skeleton` of all figures, in metres."""
    from keras_gan.modalities.motion import Skeleton

    middle = {name for name, _, _ in _TRUNK}
    rows = list(_TRUNK)
    for side, sign in SIDES.items():
        for name, parent, (x, y, z) in _ARM + _LEG:
            above = parent if parent in middle else f"{parent}_{side}"
            rows.append((f"{name}_{side}", above, (sign * x, y, z)))
    names = [name for name, _, _ in rows]
    parents = tuple(-1 if parent is None else names.index(parent) for _, parent, _ in rows)
    return Skeleton(tuple(names), parents, np.array([offset for _, _, offset in rows]), 1.0)


def load(rest, options, split="train", task="sample"):
    """The `Dataset` of a split; see `keras_gan.data.load`."""
    from keras_gan.data.dataset import Dataset
    from keras_gan.modalities.label import Label
    from keras_gan.modalities.motion import Motion

    frames, count = options.frames or FRAMES, COUNTS[split]
    label = (np.arange(count) % len(CLASS_NAMES)).astype(np.int32)
    return Dataset(
        name=options.dataset,
        fields={"real": Motion.of(frames, skeleton(), FPS), "label": Label(len(CLASS_NAMES), CLASS_NAMES)},
        columns={"real": moved(label, frames, np.random.RandomState(SEEDS[split])), "label": label},
        groups=(("real", "label"),),
        provenance=f"{count} figures moved by formulas of this program, split {split}, drawn from a seed.",
        treatment=f"made at {frames} frames of {FPS:g} a second.",
    )


def has_test(rest, options):
    """Whether there is a split called test: always."""
    return True


def check_available(rest, options):
    """Always there."""


# --- How they move ----------------------------------------------------------------------------------------------------


def moved(labels, frames, rng):
    """Clips of these classes, float32 `[N, frames, 3 + 6 joints]`, as `Motion` stores them."""
    clips = np.empty((len(labels), frames, 3 + 6 * skeleton().count), np.float32)
    for number, name in enumerate(CLASS_NAMES):
        rows = np.flatnonzero(labels == number)
        if len(rows):
            clips[rows] = _KINDS[name](len(rows), frames, rng)
    return clips


def _walk(count, frames, rng):
    speed = _uniform(rng, count, 0.7, 1.5)
    rate = 0.62 + 0.28 * speed + _uniform(rng, count, -0.05, 0.05)
    body = _Body(count, frames, rng, speed, rate, _normal(rng, count, 0.15))
    return body.stepping(duty=0.62, lift=0.09, bob=0.018, arms=0.35 + 0.15 * speed, elbow=0.25, lean=0.04)


def _run(count, frames, rng):
    speed = _uniform(rng, count, 2.0, 3.4)
    rate = 1.05 + 0.13 * speed + _uniform(rng, count, -0.08, 0.08)
    body = _Body(count, frames, rng, speed, rate, _normal(rng, count, 0.1))
    return body.stepping(duty=0.36, lift=0.24, bob=0.045, arms=0.75, elbow=1.5, lean=0.2)


def _turn(count, frames, rng):
    turning = _uniform(rng, count, 1.3, 2.6) * rng.choice([-1, 1], (count, 1))
    body = _Body(count, frames, rng, _uniform(rng, count, 0.05, 0.25), _uniform(rng, count, 0.9, 1.3), turning)
    return body.stepping(duty=0.64, lift=0.08, bob=0.01, arms=0.12, elbow=0.25, lean=0.02)


def _wave(count, frames, rng):
    body = _Body(count, frames, rng, 0.0, 1.0, 0.0)
    rate, side = _uniform(rng, count, 1.1, 2.2), rng.choice([-1, 1], (count, 1))
    swing = np.sin(2 * np.pi * rate * body.times + _uniform(rng, count, 0, 2 * np.pi))
    raised, reach = _uniform(rng, count, 2.0, 2.7), _uniform(rng, count, 0.35, 0.7)
    arms = {}
    for name, sign in SIDES.items():
        waves = sign == side
        arms[f"shoulder_{name}"] = _z(sign * np.where(waves, raised + 0.1 * swing, body.spread))
        arms[f"elbow_{name}"] = _z(sign * np.where(waves, 0.5 + reach * swing, 0)) @ _x(np.where(waves, 0, -0.2))
    return body.standing(arms)


def _jump(count, frames, rng):
    body = _Body(count, frames, rng, 0.0, 1.0, 0.0)
    high, period = _uniform(rng, count, 0.12, 0.38), _uniform(rng, count, 1.0, 1.3)
    return body.jumping(high, period, forward=_uniform(rng, count, 0.0, 0.5))


class _Body:
    """Figures of one kind, `count` of them: what differs between them, and their ways over the floor.

    Numbers are `[count, 1]` or `[count, frames]`, metres and seconds.
    """

    def __init__(self, count, frames, rng, speed, rate, turning):
        self.times = np.arange(frames) / FPS + np.zeros((count, 1))
        self.speed, self.rate = speed + np.zeros((count, 1)), rate + np.zeros((count, 1))
        self.turning = turning + np.zeros((count, 1))
        self.phase = _uniform(rng, count, 0, 1)
        self.width = _uniform(rng, count, 0.06, 0.13)
        self.spread = _uniform(rng, count, 0.06, 0.28)
        self.sway = _uniform(rng, count, 0.5, 1.6)
        self.low = _uniform(rng, count, 0.0, 0.035)
        self.bent = _uniform(rng, count, -0.05, 0.12)
        self.energy = _uniform(rng, count, 0.7, 1.3)

    def way(self, times):
        """Where the body is above the floor at these times, `(places [count, n, 3], headings [count, n])`."""
        heading = self.turning * times
        # Along a circle, or, where it does not turn, a line: sin(a) / a and (1 - cos(a)) / a are finite at 0.
        half = heading / 2
        length = self.speed * times * np.sinc(half / np.pi)
        return np.stack([length * np.sin(half), np.zeros_like(half), length * np.cos(half)], axis=-1), heading

    def stepping(self, duty, lift, bob, arms, elbow, lean):
        """Clips of figures that go by steps.

        Args:
            duty: share of its time that a foot is on the floor.
            lift, bob: how high feet and body go.
            arms, elbow, lean: angles.
        """
        places, heading = self.way(self.times)
        feet = {name: self._foot(sign, duty, lift) for name, sign in SIDES.items()}
        cycle = 2 * np.pi * (self.rate * self.times + self.phase)
        half = self.speed * duty / (2 * self.rate)
        height = ANKLE + 0.03 + np.sqrt(np.square(REACH) - np.square(np.minimum(0.75 * half, 0.5))) - self.low
        places[..., 1] = height - bob * self.energy * (1 + np.cos(2 * cycle - 0.8 * np.pi * duty))
        swing = np.cos(cycle)
        places += rotations.about_y(
            _along(0.015 * self.sway * np.sin(cycle - np.pi * duty), 0, 0), *_sine_cosine(heading)
        )
        twist = 0.12 * self.sway * swing
        pelvis = _y(heading + twist) @ _z(0.03 * self.sway * np.sin(cycle))
        turns = {"spine": _y(-twist) @ _x(lean + self.bent), "chest": _y(-0.8 * twist), "neck": _x(-0.5 * self.bent)}
        for name, sign in SIDES.items():
            back = sign * arms * self.energy * swing
            turns[f"shoulder_{name}"] = _z(sign * self.spread) @ _x(back)
            turns[f"elbow_{name}"] = _x(-(elbow + 0.25 * arms * (1 - sign * swing)))
        return _assembled(places, pelvis, turns, feet)

    def standing(self, arms):
        """Clips of figures on the spot, with these rotations of arms."""
        slow = np.sin(2 * np.pi * (0.4 * self.times + self.phase))
        places = _along(0.02 * self.sway * slow, 0.9 - self.low, 0.0)
        turns = {"spine": _z(-0.05 * self.sway * slow) @ _x(self.bent), "neck": _x(-0.5 * self.bent), **arms}
        flat = np.zeros_like(self.times)
        feet = {name: (_along(sign * (self.width + 0.04), ANKLE + flat, 0), flat, flat) for name, sign in SIDES.items()}
        return _assembled(places, _y(flat), turns, feet)

    def jumping(self, high, period, forward):
        """Clips of figures that jump again and again, both feet at once."""
        flight = np.sqrt(8 * high / GRAVITY)
        ground = period - flight
        clock = self.times + self.phase * period
        number, within = np.floor(clock / period), np.mod(clock, period)
        crouch = np.clip(within / ground, 0, 1)
        in_air = np.clip((within - ground) / flight, 0, 1)
        jumped = forward * (number + in_air) - forward * np.floor(self.phase)
        rise = 4 * high * in_air * (1 - in_air)
        # Leaves and meets the floor with the speed of the flight: the body sinks and is pushed up like a spring.
        push = np.sqrt(2 * GRAVITY * high)
        sunk = -push * ground * crouch * (1 - crouch) * (1 + 0.6 * np.sin(np.pi * crouch))
        height = 0.9 - self.low + np.where(within < ground, np.maximum(sunk, -0.34), rise)
        folded = np.clip((0.9 - self.low - height) / 0.34, 0, 1)
        places = _along(0.0, height, jumped + 0.0 * height)
        up = np.sin(np.pi * in_air)
        flat = np.zeros_like(height)
        tucked = 0.12 * self.energy * up
        feet = {
            name: (
                _along(sign * (self.width + 0.03), ANKLE + rise + tucked * 0.6 + 0.02 * up, jumped - 0.05 * up),
                flat,
                0.6 * up,
            )
            for name, sign in SIDES.items()
        }
        thrown = 1.6 * self.energy * np.sin(np.pi * np.clip(in_air * 0.75 + 0.1, 0, 1)) * (in_air > 0)
        thrown = _smooth(np.where(within < ground, -0.9 * folded + 0.2 * (1 - folded), thrown))
        turns = {"spine": _x(0.7 * folded + self.bent), "neck": _x(-0.3 * folded)}
        for name, sign in SIDES.items():
            turns[f"shoulder_{name}"] = _z(sign * (self.spread + 0.1)) @ _x(-thrown)
            turns[f"elbow_{name}"] = _x(-(0.35 + 0.3 * folded))
        return _assembled(places, _y(flat), turns, feet)

    def _foot(self, sign, duty, lift):
        """`(ankles [count, frames, 3], headings, pitches)` of one foot, toes down positive."""
        clock = self.rate * self.times + self.phase + (0.5 if sign > 0 else 0.0)
        number, within = np.floor(clock), np.mod(clock, 1.0)

        def stood(number):
            """Where the ankle is while the foot is down for this time, and which way it points."""
            middle = (number + 0.45 * duty - self.phase - (0.5 if sign > 0 else 0.0)) / self.rate
            place, heading = self.way(middle)
            ahead = -0.06 * self.speed * duty / self.rate
            side = sign * (self.width + 0.02)
            return place + rotations.about_y(_along(side, ANKLE + 0 * middle, ahead), *_sine_cosine(heading)), heading

        (before, heading_before), (after, heading_after) = stood(number), stood(number + 1)
        down = within < duty
        rolled = 0.75 * np.square(np.clip((within / duty - 0.55) / 0.45, 0, 1)) * np.minimum(1, self.speed)
        share = np.clip((within - duty) / (1 - duty), 0, 1)
        moved = share * share * (3 - 2 * share)
        last = 0.75 * np.minimum(1, self.speed)
        pitch = np.where(
            down, rolled, last * np.cos(np.pi / 2 * np.minimum(1, 1.4 * share)) - 0.15 * np.sin(np.pi * share)
        )
        heading = heading_before + moved * (heading_after - heading_before)
        # The heel comes up about the toes, which stay.
        toe = np.array([0, -ANKLE, TOE])
        raised = toe - (_x(pitch) @ toe[:, None])[..., 0]
        ankle = before + moved[..., None] * (after - before)
        ankle = ankle + rotations.about_y(raised, *_sine_cosine(heading)) * np.where(down, 1, 1 - moved)[..., None]
        ankle[..., 1] += lift * self.energy * np.sin(np.pi * share) * (1 - 0.3 * share)
        return ankle, heading, pitch


_KINDS = {"walk": _walk, "run": _run, "jump": _jump, "wave": _wave, "turn": _turn}


# --- From places and turns to clips -----------------------------------------------------------------------------------


def _assembled(places, pelvis, turns, feet):
    """Clips `[N, frames, 3 + 6 joints]`, legs bent so that feet are where they should be."""
    figure = skeleton()
    shape = places.shape[:2]
    local = {name: np.broadcast_to(np.eye(3), (*shape, 3, 3)) for name in figure.joints}
    local |= {name: np.broadcast_to(turn, (*shape, 3, 3)) for name, turn in turns.items()} | {"hips": pelvis}
    for side, (ankle, heading, pitch) in feet.items():
        offset = figure.offsets[figure.joints.index(f"hip_{side}")]
        thigh, shin = _bent(places + pelvis @ offset, ankle, pelvis[..., 2])
        foot = _y(heading) @ _x(pitch)
        local |= {f"hip_{side}": _back(pelvis) @ thigh, f"knee_{side}": _back(thigh) @ shin}
        local[f"ankle_{side}"] = _back(shin) @ foot
    sixes = rotations.sixes(np.stack([local[name] for name in figure.joints], axis=2))
    return np.concatenate([places, sixes.reshape(*shape, -1)], axis=-1).astype(np.float32)


def _bent(hip, ankle, ahead):
    """The frames of thigh and shin, `[…, 3, 3]`, that bring the ankle there, the knee ahead."""
    along = ankle - hip
    length = np.clip(np.linalg.norm(along, axis=-1, keepdims=True), 0.15, REACH)
    along = rotations.unit(along)
    hinge = rotations.unit(rotations.cross(ahead, along))
    cosine = (np.square(THIGH) + np.square(length) - np.square(SHIN)) / (2 * THIGH * length)
    sine = np.sqrt(np.maximum(1 - np.square(cosine), 0))
    upper = along * cosine + rotations.cross(along, hinge) * sine
    lower = rotations.unit(along * length - THIGH * upper)
    return _frame(hinge, -upper), _frame(hinge, -lower)


def _frame(x, y):
    return np.stack([x, y, rotations.cross(x, y)], axis=-1)


def _back(turns):
    return turns.swapaxes(-1, -2)


def _about(axis):
    """The function from angles to rotation matrices about an axis."""
    return lambda angles: rotations.of_vectors(np.asarray(angles)[..., None] * np.eye(3)[axis])


_x, _y, _z = map(_about, range(3))


def _sine_cosine(angles):
    return np.sin(angles)[..., None], np.cos(angles)[..., None]


def _along(x, y, z):
    return np.stack(np.broadcast_arrays(x, y, z), axis=-1)


def _smooth(values, reach=2):
    padded = np.pad(values, [(0, 0), (reach, reach)], mode="edge")
    return np.mean([padded[:, i : i + values.shape[1]] for i in range(2 * reach + 1)], axis=0)


def _uniform(rng, count, low, high):
    return rng.uniform(low, high, (count, 1))


def _normal(rng, count, spread):
    return rng.normal(0, spread, (count, 1))
