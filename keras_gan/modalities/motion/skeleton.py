"""A tree of joints, and which of them are on the left what others are on the right."""

import itertools
from dataclasses import dataclass

import numpy as np

from keras_gan.modalities.motion import rotations

_MOST_BRANCHES = 6  # more could be paired in too many ways


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Joints in an order in which each comes after its parent; y is up.

    Attributes:
        joints: their names; the first one is the root.
        parents: the number of each joint's parent, -1 for the root.
        offsets: float `[joints, 3]`, where each is in its parent's frame.
        unit: metres of one unit of length; 0: not known.
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    unit: float = 0.0

    def places_in(self, other):
        """Where each joint of this skeleton is among those of another, a list; None if they are not the same.

        The same have joints of the same names on the same parents, to a thousandth of their size.
        """
        if sorted(self.joints) != sorted(other.joints):
            return None
        places = [other.joints.index(name) for name in self.joints]
        above = [places[parent] if parent >= 0 else -1 for parent in self.parents]
        apart = np.abs(self.offsets - other.offsets[places]).max() > 1e-3 * max(np.abs(self.offsets).max(), 1e-9)
        return None if apart or above != [other.parents[place] for place in places] else places

    @property
    def children(self):
        """The numbers of each joint's children, a list of lists."""
        return [[child for child, parent in enumerate(self.parents) if parent == joint] for joint in range(self.count)]

    @property
    def at_rest(self):
        """Where joints are while nothing is turned, `[joints, 3]`."""
        turns = np.tile(np.eye(3), (self.count, 1, 1))
        return rotations.positions(turns, np.zeros(3), self.parents, self.offsets)

    @property
    def height(self):
        """How tall the figure is at rest, in its own unit."""
        return float(np.ptp(self.at_rest[:, 1])) or 1.0

    @property
    def sides(self):
        """For each joint 1 on the left, -1 on the right, 0 in the middle: a list, all 0 if two sides are not alike."""
        partner, rest = self.mirrored(), self.at_rest
        if partner is None:
            return [0] * self.count
        return [0 if partner[joint] == joint else int(np.sign(rest[joint, 0])) for joint in range(self.count)]

    @property
    def head(self):
        """The joint in the middle that is highest, if it is above all others; else None."""
        highest = int(np.argmax(self.at_rest[:, 1]))
        return None if self.children[highest] else highest

    @property
    def count(self):
        """How many joints there are."""
        return len(self.parents)

    def mirrored(self):
        """For each joint that which it is in a mirror, a tuple: left arms are right ones, the head is itself.

        It is found by where joints are, not by what they are called. None: two sides are not alike.
        """
        mirrored = self.offsets * (-1, 1, 1)
        length = max(np.abs(self.offsets).max(), 1e-9)
        partner, children = [0] * self.count, self.children

        def cost(joint, other):
            """How far from what its partner is in a mirror everything from a joint on is; and the pairs of joints."""
            if len(children[joint]) != len(children[other]) or len(children[joint]) > _MOST_BRANCHES:
                return np.inf, ()
            own = np.abs(mirrored[joint] - self.offsets[other]).max() / length
            if not children[joint]:
                return own, ((joint, other),)
            table = {(a, b): cost(a, b) for a in children[joint] for b in children[other]}
            best = min(
                (
                    [table[pair] for pair in zip(children[joint], order, strict=True)]
                    for order in itertools.permutations(children[other])
                ),
                key=lambda found: sum(each[0] for each in found),
            )
            pairs = tuple(pair for each in best for pair in each[1])
            return own + sum(each[0] for each in best), ((joint, other), *pairs)

        total, pairs = cost(0, 0)
        if total > 0.1 * self.count:
            return None
        for joint, other in pairs:
            partner[joint] = other
        return tuple(partner) if all(partner[other] == joint for joint, other in pairs) else None
