"""Smooth shapes on a supersampled Pillow image, in unit coordinates, drawn by one of three pens.

Coordinates: the picture spans [-1, 1] in x (to the right) and in y (downwards). A path is float `[N, 2]`.
Colours are `(red, green, blue)` tuples of integers in [0, 255].
"""

import colorsys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw


@dataclass(frozen=True)
class Pen:
    """How a style turns the same shapes into another picture.

    Attributes:
        tint: maps the colour of an area to the colour it is filled with.
        ink: the colour of outlines.
        trace: maps the colour of a line, such as a brow, to the colour it is drawn with.
        line: the width of outlines in units; 0 draws none.
        finest: the least width of a line in pixels of the finished picture.
        soft: whether shading and highlights are drawn.
    """

    tint: Callable
    trace: Callable
    ink: tuple[int, int, int] = (0, 0, 0)
    line: float = 0.0
    finest: float = 0.0
    soft: bool = False


class Canvas:
    """A square picture under way. Shapes go through the current pose, a rotation, scaling and shift."""

    def __init__(self, size, pen, supersampling=4):
        """`size` in pixels of the finished picture; edges are averaged over `supersampling` squared samples."""
        self.pen = pen
        self.size = size
        self.supersampling = supersampling
        self._draw_on(Image.new("RGB", (size * supersampling,) * 2, "white"), np.zeros(2))
        self.half = size * supersampling / 2
        self.ceiling = None
        self.pose()

    def pose(self, degrees=0.0, scale=1.0, shift=(0.0, 0.0), pivot=(0.0, 0.0)):
        """From here on, turns shapes clockwise and scales them about `pivot`, then moves them by `shift`."""
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        turn = scale * np.array([[cosine, sine], [-sine, cosine]])
        self.turn = turn * self.half
        self.origin = (np.asarray(pivot) + shift - np.asarray(pivot) @ turn + 1.0) * self.half

    def backdrop(self, top, bottom):
        """Fills the picture with a vertical blend of two colours, or with the second alone if the pen is not soft."""
        if not self.pen.soft:
            self.image.paste(self.pen.tint(bottom), (0, 0, *self.image.size))
            return
        ends = Image.new("RGB", (1, 2))
        ends.putdata([top, bottom])
        self.image.paste(ends.resize(self.image.size, Image.Resampling.BILINEAR, (0, 0.5, 1, 1.5)))

    def fill(self, path, colour, outline=True):
        """An opaque area, with an outline if the pen draws any."""
        pixels = self._pixels(path)
        self.brush.polygon(pixels, self.pen.tint(colour))
        if outline and self.pen.line:
            width = max(self.pen.line * self.half, self.pen.finest * self.supersampling)
            self.brush.line(pixels + pixels[:4], self.pen.ink, round(width), joint="curve")

    def stroke(self, path, colour, width, taper=0.0):
        """A line `width` units thick; `taper` 1 brings its ends to a point."""
        width = max(width, self.pen.finest * self.supersampling / self.half)
        self.brush.polygon(self._pixels(ribbon(path, width, taper)), self.pen.trace(colour))

    def blot(self, path, colour):
        """A small area that is drawn like a line, such as a pupil."""
        self.brush.polygon(self._pixels(path), self.pen.trace(colour))

    def shade(self, path, colour, strength):
        """A translucent area, `strength` in [0, 1]; only by soft pens."""
        if self.pen.soft:
            self.brush.polygon(self._pixels(path), (*colour, round(255 * strength)))

    def glow(self, centre, radii, colour, strength):
        """A translucent spot that fades towards its rim; only by soft pens."""
        steps = max(3, min(12, round(max(radii) * self.size / 4)))
        for step in range(1, steps + 1) if self.pen.soft else ():
            self.shade(ellipse(*centre, radii[0] * step / steps, radii[1] * step / steps), colour, strength / steps)

    @contextmanager
    def inside(self, path):
        """What is drawn in this context shows inside of the given area only."""
        outer = self.image, self.brush, self.origin
        box = _bounds(self._pixels(path), self.image.size)
        self._draw_on(outer[0].crop(box), self.origin - box[:2])
        stencil = Image.new("L", self.image.size)
        ImageDraw.Draw(stencil).polygon(self._pixels(path), 255)
        yield
        outer[0].paste(self.image, box[:2], stencil)
        self.image, self.brush, self.origin = outer

    @contextmanager
    def below(self, ceiling):
        """What would reach above the height `ceiling` in this context is pressed down to it."""
        self.ceiling = ceiling
        yield
        self.ceiling = None

    def finish(self):
        """The picture at its final size, a Pillow image of mode RGB."""
        return self.image.reduce(self.supersampling)

    def _draw_on(self, image, origin):
        self.image, self.brush, self.origin = image, ImageDraw.Draw(image, "RGBA"), origin

    def _pixels(self, path):
        if self.ceiling is not None:
            path = np.maximum(path, (-9.0, self.ceiling))
        return np.rint(path @ self.turn + self.origin).ravel().tolist()


def _bounds(pixels, size):
    """The box around pixel coordinates `[x, y, x, y, …]`, cut to a picture and at least one pixel large."""
    low, high = [], []
    for axis in (0, 1):
        low.append(min(max(int(min(pixels[axis::2])), 0), size[axis] - 1))
        high.append(min(max(int(max(pixels[axis::2])) + 1, low[axis] + 1), size[axis]))
    return (*low, *high)


def ellipse(x, y, x_radius, y_radius=None):
    """The closed path around `(x, y)`; a circle without `y_radius`."""
    return _circle() * (x_radius, x_radius if y_radius is None else y_radius) + (x, y)


@cache
def _circle(points=28):
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def curve(points):
    """A smooth open path (Catmull-Rom) through `points`."""
    points = np.asarray(points, float)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    return np.concatenate([_between(padded[_windows(len(padded), False)]), points[-1:]])


def loop(points):
    """A smooth closed path (Catmull-Rom) through `points`."""
    points = np.asarray(points, float)
    return _between(points[_windows(len(points), True)])


@cache
def _windows(count, closed):
    first = np.arange(count if closed else count - 3)
    return (first[:, None] + np.arange(4)) % count


@cache
def _basis(samples=7):
    t = np.linspace(0, 1, samples, endpoint=False)[:, None]
    powers = np.concatenate([t**0, t, t**2, t**3], axis=1)
    return powers @ (0.5 * np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]))


def _between(windows):
    return (_basis() @ windows).reshape(-1, 2)


def both(points):
    """The path through `points`, which start and end on the middle line, and back through their mirror images."""
    points = np.asarray(points, float)
    return np.concatenate([points, mirror(points[-2:0:-1])])


def mirror(points):
    """The same path on the other side of the middle line x = 0."""
    return np.asarray(points, float) * (-1.0, 1.0)


def moved(path, x=0.0, y=0.0):
    """The same path, `x` to the right and `y` down."""
    return np.asarray(path) + np.array([x, y])


def ribbon(path, width, taper=0.0):
    """The closed outline of a line along `path`."""
    direction = np.empty_like(path)
    direction[1:-1] = path[2:] - path[:-2]
    direction[0], direction[-1] = path[1] - path[0], path[-1] - path[-2]
    length = np.sqrt(np.maximum((direction**2).sum(1, keepdims=True), 1e-12))
    aside = direction[:, ::-1] * (-1, 1) / length * (0.5 * width * _taper(len(path), taper))
    return np.concatenate([path + aside, (path - aside)[::-1]])


@cache
def _taper(count, taper):
    position = np.linspace(-1, 1, count)[:, None]
    return 1 - taper * np.abs(position) ** 2.5


def mix(first, second, share):
    """The colour `share` in [0, 1] of the way from `first` to `second`."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


def change(colour, hue=0.0, saturation=1.0, value=1.0):
    """The colour with `hue` (in turns) added, and its saturation and value multiplied."""
    h, s, v = to_hsv(colour)
    return from_hsv((h + hue) % 1, min(s * saturation, 1), min(v * value, 1))


def to_hsv(colour):
    """A colour as hue in turns, saturation and value in [0, 1]."""
    return colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))


def from_hsv(hue, saturation, value):
    """Hue in turns, saturation and value in [0, 1], as a colour."""
    return tuple(round(255 * channel) for channel in colorsys.hsv_to_rgb(hue, saturation, value))


def brightness(colour):
    """How light a colour looks, in [0, 1]."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255
