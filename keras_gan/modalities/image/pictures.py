"""Float images to picture files. The outer edge: [0, 1] becomes uint8."""

import math

import numpy as np
from PIL import Image

from keras_gan.storage import files

MOST_COLUMNS = 16
ROWS = 8
PICTURES = 64
EXAMPLES = 16  # of a model that is given images
COLUMNS_OF_EXAMPLES = 12  # at most, if one example has no more


def preview(model, count=None):
    """What shows how good a model is: `(images [N, height, width, channels] in [0, 1], columns)` for `grid`.

    Of a model that makes images of seeds, the first seeds; of one that makes images of images, examples, each a few
    pictures in a row: what it was given, what it made, and what it should have made.

    Args:
        model: an `AdversarialModel`.
        count: seeds or examples; default: 64, eight of each class, or 16 examples.
    """
    if model.examples is None:
        count, columns = sheet(model.num_classes, count)
        return model.sample(count, seed=0), columns
    shown = np.stack(model.side_by_side(count or EXAMPLES), axis=1)
    columns = shown.shape[1] * max(1, COLUMNS_OF_EXAMPLES // shown.shape[1])
    return shown.reshape(-1, *shown.shape[2:]), columns


def sheet(num_classes=0, count=None):
    """The shape of a grid of pictures from consecutive seeds: `(count, columns)`.

    With 2 to 16 classes there is a column for each, because the class of a seed is its remainder, and by default there
    are eight rows; otherwise by default 64 pictures, and columns None, which is nearly square.

    Args:
        num_classes: number of classes that the pictures run through, 0 if they do not.
        count: number of pictures, if it is not to be the default.
    """
    by_class = 2 <= num_classes <= MOST_COLUMNS
    count = count or (ROWS * num_classes if by_class else PICTURES)
    return count, min(num_classes, count) if by_class else None


def to_uint8(images):
    """Images in [0, 1] as uint8 in [0, 255], rounded to nearest."""
    return np.rint(np.clip(images, 0.0, 1.0) * 255.0).astype(np.uint8)


def grid(images, columns=None):
    """Tiles `[N, height, width, channels]` in [0, 1] row by row into one image; nearly square by default."""
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = to_uint8(images)
    return tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2).reshape(rows * height, -1, channels)


def to_pillow(pixels):
    """uint8 `[height, width, channels]` with 1 to 4 channels as a Pillow image."""
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def save_grid(path, images, columns=None):
    """Writes one grid as a PNG."""
    save(path, to_pillow(grid(images, columns)))


def save(path, image, kind="PNG", **options):
    """Writes a Pillow image, as a whole for a viewer that watches the folder; `options` are Pillow's.

    Raises:
        OSError: if it cannot be written.
    """
    # There may be thousands of them, and they can be made again: no waiting for the disk.
    files.write(path, lambda file: image.save(file, format=kind, **options), durable=False)


def save_walk(path, images):
    """Writes `[N, height, width, channels]` in [0, 1], N at least 2, as a GIF that goes there and back for ever.

    One way takes two seconds, but a picture is never shown for less than 40 or more than 500 ms.
    """
    frames = [_gif_frame(pixels) for pixels in to_uint8(images)]
    milliseconds = round(min(max(2000 / (len(frames) - 1), 40), 500), -1)  # GIF counts hundredths of a second
    options = {"transparency": _TRANSPARENT, "disposal": 2} if images.shape[3] in (2, 4) else {}
    first, *others = frames + frames[-2:0:-1]
    save(path, first, "GIF", save_all=True, append_images=others, duration=int(milliseconds), loop=0, **options)


_TRANSPARENT = 255


def _gif_frame(pixels):
    """uint8 `[height, width, channels]` as a picture of at most 256 colours of its own.

    Without dithering: its dots would crawl from frame to frame. Pixels are transparent or not in a GIF; those of at
    least half opacity are not.
    """
    image = to_pillow(pixels)
    if pixels.shape[2] == 1:
        return image  # 256 greys are what a GIF can hold
    colours = 256 if pixels.shape[2] == 3 else _TRANSPARENT
    frame = image.convert("RGB").quantize(colours, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    if pixels.shape[2] in (2, 4):
        frame.paste(_TRANSPARENT, mask=image.getchannel("A").point(lambda opacity: 255 * (opacity < 128)))
    return frame
