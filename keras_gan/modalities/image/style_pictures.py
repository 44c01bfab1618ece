"""Style pictures: six that this program draws from a seed, and any file.

picture = read("mosaic", 256)                       # uint8 [256, 256, 3]
picture = read("van_gogh.jpg", 256)                 # its shorter edge brought to 256 px, the middle of it
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from keras_gan.errors import UserError, nearest, shown, similar
from keras_gan.modalities.image import decoding

SMALLEST = 32  # px of the shorter edge: below, there is no texture to see
_FINE = 2  # times as large as it becomes, everything is drawn
_STROKE = 12.0  # px: how large tiles and strokes are, about


def read(name, size, channels=3):
    """A style picture, uint8 `[size, size, channels]`.

    Args:
        name: one of `DRAWN`, or a file.
        size: edge in pixels.
        channels: 1 or 3.

    Raises:
        UserError: if there is no such file, it cannot be read, or it is too small to have a style.
    """
    if name in DRAWN and not Path(name).exists():
        return _as_array(draw(name, size), channels)
    path = Path(name).expanduser()
    if not path.is_file():
        guess = nearest(str(name), DRAWN)
        hint = f" Did you mean {guess!r}?" if guess else similar(path)
        raise UserError(f"--style {shown(name)}: there is no such file; {', '.join(DRAWN)} are drawn.{hint}")
    try:
        picture = decoding.decode(path, channels)
    except Exception as error:  # decoders raise nearly anything
        raise UserError(f"--style {shown(name)} cannot be read: {decoding.reason(error)}.") from None
    if min(picture.size) < SMALLEST:
        raise UserError(
            f"--style {shown(name)} has {picture.width}x{picture.height} px: a style needs at least "
            f"{SMALLEST}x{SMALLEST}."
        )
    return _as_array(decoding.fit(picture, size, "crop"), channels)


def draw(name, size, seed=0):
    """A style picture that is drawn, a Pillow image `size` x `size`.

    Strokes are as large whatever the size is: a larger picture has more of them.
    """
    rng = np.random.RandomState(seed)
    picture = DRAWN[name](rng, _FINE * size)
    return picture.resize((size, size), Image.Resampling.BOX)


def _as_array(picture, channels):
    return decoding.to_array(decoding.flatten(picture, channels))


# --- What they are drawn of -------------------------------------------------------------------------------------------


def _palette(*colours):
    return np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in colours], float)


def _field(rng, size, cells):
    """A smooth random field in [0, 1], `[size, size]`: some random numbers, and what is between them."""
    coarse = Image.fromarray(rng.rand(cells, cells).astype(np.float32))
    field = np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC))
    return np.clip((field - field.min()) / np.ptp(field), 0, 1)


def _pick(palette, value, rng, spread=0.12):
    """A colour of a palette at a place in [0, 1], a little changed, as integers."""
    place = np.clip(value + spread * rng.randn(), 0, 0.999) * len(palette)
    return tuple(int(each) for each in np.clip(palette[int(place)] + 10 * rng.randn(3), 0, 255))


def _cells(rng, size, edge):
    """Cells around points about `edge` apart: `(number of the cell [size, size], way to its border, points)`."""
    from scipy.spatial import cKDTree

    count = int(size / edge) + 2
    grid = np.stack(np.meshgrid(np.arange(count), np.arange(count)), axis=-1).reshape(-1, 2)
    points = (grid + 0.8 * (rng.rand(len(grid), 2) - 0.5)) * edge - edge / 2
    places = np.stack(np.meshgrid(np.arange(size), np.arange(size)), axis=-1).reshape(-1, 2)
    distances, numbers = cKDTree(points).query(places, k=2)
    border = (distances[:, 1] - distances[:, 0]).reshape(size, size)
    return numbers[:, 0].reshape(size, size), border, points


def _in_cells(rng, size, edge, palette, joint, joint_colour, shade):
    numbers, border, points = _cells(rng, size, edge)
    field = _field(rng, size, 5)
    inside = np.clip(points.astype(int), 0, size - 1)
    colours = np.array([_pick(palette, field[y, x], rng) for x, y in inside], float)
    image = colours[numbers] * (1 + shade * np.clip(border / edge, 0, 1)[..., None] - shade / 3)
    image[border < joint] = joint_colour
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))


def _mosaic(rng, size):
    palette = _palette("#1d3b6f", "#2f6f9f", "#5fb0b7", "#e9d8a6", "#ee9b00", "#ca4f1f", "#8f1d21")
    return _in_cells(rng, size, _FINE * _STROKE * 0.8, palette, 2.6 * _FINE / 2, (232, 226, 210), 0.15)


def _stained_glass(rng, size):
    palette = _palette("#0b3fa8", "#0f8fd0", "#12a150", "#f6d20f", "#f08a0c", "#c8102e", "#6b1fa0")
    return _in_cells(rng, size, _FINE * _STROKE * 1.9, palette, 5.5 * _FINE / 2, (12, 10, 14), 0.6)


def _waves(rng, size):
    palette = _palette("#0d2440", "#1b4b7a", "#3f86b0", "#9cc9d6", "#f2eedf", "#f2eedf")
    y, x = np.mgrid[:size, :size] / (_FINE * _STROKE)
    phase = y * 2.2 + 1.6 * np.sin(0.7 * x + 6 * _field(rng, size, 4)) + 5 * _field(rng, size, 4)
    bands = (phase % 3.0) / 3.0
    image = palette[np.minimum((bands * len(palette)).astype(int), len(palette) - 1)]
    image[np.abs(bands - 0.66) < 0.03] = (9, 22, 44)
    return Image.fromarray(image.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))


def _hatching(rng, size):
    picture = Image.new("RGB", (size, size), (243, 238, 224))
    pen, tone = ImageDraw.Draw(picture), _field(rng, size, 5)
    for angle, threshold in ((0.7, 0.15), (2.3, 0.45), (1.5, 0.7)):
        for _ in range(int(size * size / (_FINE * _STROKE) ** 2 * 9)):
            x, y = rng.rand(2) * size
            if tone[int(y), int(x)] < threshold:
                continue
            turned, length = angle + 0.12 * rng.randn(), _FINE * _STROKE * (0.6 + 0.8 * rng.rand())
            dx, dy = length * np.cos(turned) / 2, length * np.sin(turned) / 2
            shade = int(30 + 50 * rng.rand())
            pen.line((x - dx, y - dy, x + dx, y + dy), fill=(shade, shade, shade + 12), width=_FINE)
    return picture


def _dots(rng, size):
    palette = _palette("#2d4a8a", "#4f8fc0", "#6fae5b", "#f0d050", "#e78b3d", "#d3494e", "#f2e6d0")
    picture = Image.new("RGB", (size, size), (238, 230, 210))
    pen, field = ImageDraw.Draw(picture), _field(rng, size, 5)
    for _ in range(int(size * size / (_FINE * _STROKE) ** 2 * 11)):
        x, y = rng.rand(2) * size
        radius = _FINE * _STROKE * (0.16 + 0.1 * rng.rand())
        pen.ellipse(
            (x - radius, y - radius, x + radius, y + radius),
            fill=_pick(palette, field[int(y), int(x)], rng, spread=0.2),
        )
    return picture


def _brush_strokes(rng, size):
    palette = _palette("#12235a", "#1f4e9c", "#3b7dc4", "#7fb2d9", "#dfd28a", "#f3c12f", "#e08a1e")
    picture = Image.new("RGB", (size, size), (24, 44, 92))
    pen, field, flow = ImageDraw.Draw(picture), _field(rng, size, 5), _field(rng, size, 4)
    for _ in range(int(size * size / (_FINE * _STROKE) ** 2 * 9)):
        x, y = rng.rand(2) * size
        colour = _pick(palette, field[int(y), int(x)], rng, spread=0.15)
        points = []
        for _ in range(7):  # along the flow
            points.append((x, y))
            turned = 2 * np.pi * flow[int(np.clip(y, 0, size - 1)), int(np.clip(x, 0, size - 1))]
            x, y = x + _FINE * _STROKE * 0.26 * np.cos(turned), y + _FINE * _STROKE * 0.26 * np.sin(turned)
        pen.line(points, fill=colour, width=int(_FINE * _STROKE * 0.3), joint="curve")
        lighter = tuple(min(255, each + 35) for each in colour)
        pen.line([(x, y - _FINE) for x, y in points], fill=lighter, width=_FINE)
    return picture


DRAWN = {
    "mosaic": _mosaic,
    "waves": _waves,
    "hatching": _hatching,
    "dots": _dots,
    "brush_strokes": _brush_strokes,
    "stained_glass": _stained_glass,
}
