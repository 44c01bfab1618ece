"""Float images to picture files. The outer edge: [0, 1] becomes uint8."""

import math

import numpy as np
from PIL import Image

from keras_gan.storage import files


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


def from_png(file):
    """uint8 `[height, width, channels]` of an open PNG file that `to_pillow` has made."""
    pixels = np.asarray(Image.open(file))
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


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


def write_walk(file, images):
    """Writes `[N, height, width, channels]` in [0, 1], N at least 2, as a GIF that goes there and back for ever.

    The file is an open one, or the name of one.
    One way takes two seconds, but a picture is never shown for less than 40 or more than 500 ms.
    """
    frames = [_gif_frame(pixels) for pixels in to_uint8(images)]
    milliseconds = round(min(max(2000 / (len(frames) - 1), 40), 500), -1)  # GIF counts hundredths of a second
    options = {"transparency": _TRANSPARENT, "disposal": 2} if images.shape[3] in (2, 4) else {}
    first, *others = frames + frames[-2:0:-1]
    options |= {"append_images": others, "duration": int(milliseconds), "loop": 0}
    first.save(file, format="GIF", save_all=True, **options)


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
