"""Rotations and forward kinematics, of arrays or of tensors: functions take the module that computes, NumPy by default.

Vectors are columns, as in BVH: a joint's rotation R turns what hangs on it, `G[i] = G[parent] @ R[i]`, and a joint is
at `P[i] = P[parent] + G[parent] @ offset[i]`. Rotations are stored as six numbers, the first two columns of their
matrix (Zhou et al. 2019, arXiv 1812.07035): unlike angles they have no place where they jump. Any six numbers mean a
rotation, by Gram and Schmidt.
"""

import numpy as np

_EPSILON = 1e-8
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # as six numbers


def unit(vectors, xp=np, axis=-1):
    """Vectors, three numbers along an axis, of length 1; finite also of nothing."""
    return vectors / xp.sqrt(xp.sum(xp.square(vectors), axis=axis, keepdims=True) + _EPSILON)


def cross(a, b, xp=np, axis=-1):
    """The vector product."""
    (ax, ay, az), (bx, by, bz) = xp.split(a, 3, axis=axis), xp.split(b, 3, axis=axis)
    return xp.concatenate([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=axis)


def columns(sixes, xp=np, axis=-1):
    """The columns of the rotations that six numbers along an axis mean: three of three numbers."""
    first, second = xp.split(sixes, 2, axis=axis)
    first = unit(first, xp, axis)
    second = unit(second - xp.sum(first * second, axis=axis, keepdims=True) * first, xp, axis)
    return first, second, cross(first, second, xp, axis)


def matrices(sixes, xp=np):
    """Rotation matrices `[…, 3, 3]` of `[…, 6]` numbers."""
    return xp.stack(columns(sixes, xp), axis=-1)


def sixes(turns):
    """The six numbers `[…, 6]` of rotation matrices `[…, 3, 3]`, arrays."""
    return np.concatenate([turns[..., 0], turns[..., 1]], axis=-1)


def of_vectors(vectors):
    """Rotation matrices `[…, 3, 3]` of rotation vectors `[…, 3]`, arrays: axis times angle in radians (Rodrigues)."""
    vectors = np.asarray(vectors, np.float64)
    angles = np.linalg.norm(vectors, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(vectors, -1, 0)
    zeros = np.zeros_like(x)
    skew = np.stack([zeros, -z, y, z, zeros, -x, -y, x, zeros], axis=-1).reshape(*x.shape, 3, 3)
    # sin(a) / a and (1 - cos(a)) / a^2, also at 0
    return np.eye(3) + np.sinc(angles / np.pi) * skew + 0.5 * np.sinc(angles / (2 * np.pi)) ** 2 * (skew @ skew)


def vectors(turns, xp=np):
    """Rotation vectors `[…, 3]`, axis times angle in radians up to pi, of matrices `[…, 3, 3]`."""
    # By the largest of the four numbers of a quaternion, whose sign is free: none is then divided by nothing.
    diagonal = [turns[..., i, i] for i in range(3)]
    total = diagonal[0] + diagonal[1] + diagonal[2]
    squares = xp.stack([1 + total, *(1 + 2 * each - total for each in diagonal)], axis=-1)
    sums, differences = {}, {}
    for i, j in ((0, 1), (1, 2), (2, 0)):
        sums[i, j] = sums[j, i] = turns[..., i, j] + turns[..., j, i]
        differences[3 - i - j] = turns[..., j, i] - turns[..., i, j]
    rows = [[squares[..., 0], differences[0], differences[1], differences[2]]]
    for axis in range(3):
        own = [squares[..., 1 + axis] if other == axis else sums[axis, other] for other in range(3)]
        rows.append([differences[axis], *own])
    candidates = xp.stack([xp.stack(row, axis=-1) for row in rows], axis=-2)  # each four times the quaternion, scaled
    largest = squares >= xp.max(squares, axis=-1, keepdims=True)
    weights = xp.where(largest, xp.ones_like(squares), xp.zeros_like(squares))
    quaternion = xp.sum(candidates * weights[..., None], axis=-2)
    quaternion = quaternion / xp.sqrt(xp.sum(xp.square(quaternion), axis=-1, keepdims=True) + 1e-20)
    quaternion = xp.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    length = xp.sqrt(xp.sum(xp.square(quaternion[..., 1:]), axis=-1, keepdims=True) + 1e-20)
    return quaternion[..., 1:] / length * 2 * xp.arctan2(length, quaternion[..., :1])


def about_y(points, sine, cosine, xp=np):
    """Points `[…, 3]` turned about the vertical axis by angles whose sine and cosine are `[…, 1]`; z comes to x."""
    x, y, z = (points[..., i : i + 1] for i in range(3))
    return xp.concatenate([cosine * x + sine * z, y, cosine * z - sine * x], axis=-1)


def levels(parents):
    """Joints by how far from the root they are: lists of their numbers. A parent comes before its children."""
    depths = []
    for parent in parents:
        depths.append(0 if parent < 0 else depths[parent] + 1)
    return [[joint for joint, depth in enumerate(depths) if depth == level] for level in range(max(depths) + 1)]


def positions(turns, root, parents, offsets, xp=np):
    """Where joints are.

    Args:
        turns: rotation matrices `[…, joints, 3, 3]` of each joint in its parent's frame.
        root: position of the first joint, `[…, 3]`.
        parents: for each joint the number of its parent, -1 for the first one alone.
        offsets: array `[joints, 3]`, where a joint is in its parent's frame.

    Returns:
        `[…, joints, 3]`, in the unit of the offsets.
    """
    count = len(parents)
    before = tuple(-1 if size is None else size for size in turns.shape[:-3])
    rows = xp.transpose(xp.reshape(turns, (-1, count * 9)))
    places = chained(xp.reshape(rows, (count, 3, 3, -1)), xp.transpose(xp.reshape(root, (-1, 3))), parents, offsets, xp)
    return xp.reshape(xp.transpose(xp.reshape(places, (count * 3, -1))), (*before, count, 3))


def chained(turns, root, parents, offsets, xp=np):
    """The same with what there are many of last, which computes much faster.

    Args:
        turns: `[joints, 3, 3, N]`.
        root: `[3, N]`.
        parents, offsets: as of `positions`.

    Returns:
        `[joints, 3, N]`.
    """
    inner = {parent for parent in parents if parent >= 0}
    offsets = np.asarray(offsets, np.float32)
    first, *deeper = levels(parents)
    frames, places, framed, order = xp.take(turns, np.array(first), axis=0), root[None], first, list(first)
    for level in deeper:
        base = xp.take(frames, np.array([framed.index(parents[joint]) for joint in level]), axis=0)
        above = xp.take(places, np.array([order.index(parents[joint]) for joint in level]), axis=0)
        arms = sum(base[:, :, axis] * offsets[level, axis][:, None, None] for axis in range(3))
        places = xp.concatenate([places, above + arms], axis=0)
        order += level
        # What nothing hangs on has a place, and no frame that anybody asks for.
        kept = [number for number, joint in enumerate(level) if joint in inner]
        framed = [level[number] for number in kept]
        if kept:
            own = xp.take(turns, np.array(framed), axis=0)
            base = base if len(kept) == len(level) else xp.take(base, np.array(kept), axis=0)
            frames = sum(base[:, :, axis, None] * own[:, axis, None] for axis in range(3))
    return xp.take(places, np.argsort(order), axis=0)
