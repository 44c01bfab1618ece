"""Figures of sticks as moving pictures: seen from the front and above, with a floor, shadows, and depth."""

import numpy as np
from PIL import Image, ImageDraw

from keras_gan.modalities.image import movies, pictures

TURN, TILT = np.deg2rad(35), np.deg2rad(14)  # where the camera stands
PANEL, ALONE = 112, 320  # pixels of the edge of one figure's picture, among others and by itself
SMOOTH = 2  # times as large as it is drawn, so that lines are smooth
PAPER, FLOOR, LINES, SHADOW = (250, 249, 246), (240, 238, 232), (222, 219, 210), (205, 201, 190)
MIDDLE, LEFT, RIGHT = (66, 66, 78), (33, 113, 181), (217, 95, 14)
_FINE = 6  # pixels of lines whose ends are not seen
FAR = 0.45  # how pale the far side of a figure is
ROOM = 1.45  # of a picture, in heights of a figure


def preview(motion, values, columns=None, captions=(), zoom=None):
    """A `Preview` of clips at the outer edge, `[N, frames, …]`, so many beside one another."""
    columns = columns or pictures.columns_of(len(values))
    edge = (ALONE if len(values) == 1 else PANEL) * (zoom or 1)
    return movies.preview(lambda: sheet(motion, values, columns, captions, edge), motion.fps)


def sheet(motion, values, columns, captions=(), edge=PANEL):
    """The frames of clips beside one another, uint8 `[frames, height, width, 3]`."""
    panels = films(motion, edge, values)
    grids = [pictures.grid(panel / np.float32(255), columns, captions) for panel in panels.swapaxes(0, 1)]
    return np.stack(grids)


def films(motion, edge, values):
    """The frames of clips at the outer edge, `[N, frames, …]`, each by itself: uint8 `[N, frames, edge, edge, 3]`."""
    return np.stack([film(motion, places, edge) for places in motion.positions(values)])


def film(motion, places, edge=ALONE):
    """The frames of one clip, uint8 `[frames, edge, edge, 3]`, of positions `[frames, joints, 3]`."""
    tall = motion.skeleton.height
    floor = float(np.percentile(places[..., 1].min(axis=1), 5))
    camera = _smoothed(places[:, 0] * (1, 0, 1) + np.array([0, floor, 0]))
    size = edge * SMOOTH
    scale = size / (ROOM * tall)
    view = _view()
    colours, head = _colours(motion.skeleton), motion.skeleton.head

    def seen(points, centre):
        """Points in pixels, and how far from the camera they are in heights, negative before the figure."""
        turned = (points - centre) @ view.T
        x = size / 2 + scale * turned[..., 0]
        y = size * 0.86 - scale * turned[..., 1]
        return np.stack([x, y], axis=-1), turned[..., 2] / tall

    frames, width = [], max(2, round(0.028 * tall * scale))
    flat_of_all, depth_of_all = seen(places, camera[:, None])
    shadow_of_all, _ = seen(places * (1, 0, 1) + (0, floor, 0), camera[:, None])
    for flat, depth, shadow, centre in zip(flat_of_all, depth_of_all, shadow_of_all, camera, strict=True):
        image = Image.new("RGB", (size, size), PAPER)
        draw = ImageDraw.Draw(image)
        _draw_floor(draw, seen, centre, tall, size)
        _draw_shadow(draw, shadow, motion.parents, width)
        _draw_bones(draw, flat, depth, motion.parents, colours, width)
        if head is not None:
            radius = 0.055 * tall * scale
            x, y = flat[head]
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=_paled(MIDDLE, depth[head]))
        frames.append(np.asarray(image.reduce(SMOOTH)))
    return np.stack(frames)


def _view():
    """The rotation from the world to the camera: x to the right, y up, z away."""
    turn = np.array([[np.cos(TURN), 0, -np.sin(TURN)], [0, 1, 0], [-np.sin(TURN), 0, -np.cos(TURN)]])
    tilt = np.array([[1, 0, 0], [0, np.cos(TILT), np.sin(TILT)], [0, -np.sin(TILT), np.cos(TILT)]])
    return tilt @ turn


def _smoothed(path, reach=6):
    """A path `[frames, 3]` without what is faster than a step."""
    padded = np.pad(path, [(reach, reach), (0, 0)], mode="edge")
    return np.stack([padded[i : i + 2 * reach + 1].mean(axis=0) for i in range(len(path))])


def _draw_floor(draw, seen, centre, tall, size):
    """Lines at every half height of the figure, which stay where they are while it moves."""
    reach, step = 1.5 * tall, 0.5 * tall
    corners = centre + np.array([[-reach, 0, -reach], [reach, 0, -reach], [reach, 0, reach], [-reach, 0, reach]])
    draw.polygon([tuple(point) for point in seen(corners, centre)[0]], fill=FLOOR)
    for axis in (0, 2):
        first = np.ceil((centre[axis] - reach) / step) * step
        for place in np.arange(first, centre[axis] + reach, step):
            ends = np.array([centre - reach * _ONLY[2 - axis], centre + reach * _ONLY[2 - axis]])
            ends[:, axis] = place
            ends[:, 1] = centre[1]
            draw.line([tuple(point) for point in seen(ends, centre)[0]], fill=LINES, width=max(1, size // 200))


_ONLY = {0: np.array([1.0, 0, 0]), 2: np.array([0, 0, 1.0])}


def _draw_shadow(draw, flat, parents, width):
    """What a lamp above would leave on the floor."""
    for joint, parent in enumerate(parents):
        if parent >= 0:
            draw.line([*flat[parent], *flat[joint]], fill=SHADOW, width=width)


def _draw_bones(draw, flat, depth, parents, colours, width):
    """Bones, those far away first and paler."""
    bones = [joint for joint, parent in enumerate(parents) if parent >= 0 and np.any(flat[joint] != flat[parent])]
    for joint in sorted(bones, key=lambda joint: -(depth[joint] + depth[parents[joint]])):
        ends = (parents[joint], joint)
        colour = _paled(colours[joint], (depth[ends[0]] + depth[ends[1]]) / 2)
        draw.line([*flat[ends[0]], *flat[ends[1]]], fill=colour, width=width)
        for end in ends if width > _FINE else ():  # round
            x, y = flat[end]
            draw.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=colour)


def _paled(colour, depth):
    share = np.clip(0.5 + depth * 1.2, 0, 1) * FAR
    return tuple(round((1 - share) * own + share * paper) for own, paper in zip(colour, PAPER, strict=True))


def _colours(skeleton):
    """A colour for each joint: left, right, or neither."""
    return [{0: MIDDLE, 1: LEFT, -1: RIGHT}[side] for side in skeleton.sides]
