"""Titles above the tiles of a grid."""

import unicodedata

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_SIZE, _MARGIN = 13, 3  # of the font, and around a title, in pixels
_LONGEST = 180  # px of a title that stands upright
_LEAST = _SIZE + 2 * _MARGIN  # px of a tile that is wide enough for one
# Pillow's own font has the letters of English alone; these have more, where the system has one of them.
_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf")


def strips(rows, width, columns, channels):
    """A strip of titles for each row of tiles, all of one height; black on white.

    Titles that are wider than their tile are turned by 90 degrees, if there is but one row of them, and cut otherwise.

    Args:
        rows: lists of texts, one for each of the first tiles of a row.
        width: of a tile, in pixels.
        columns: tiles of a row.
        channels: of the strips, 1 to 4.

    Returns:
        List of uint8 arrays `[height, columns * width, channels]`; empty if tiles are too narrow to be titled.
    """
    if width < _LEAST:
        return []
    rows, font = _legible(rows)
    room = width - 2 * _MARGIN
    turned = len(rows) == 1 and max(font.getlength(text) for text in rows[0]) > room
    return [_strip(texts, font, _LONGEST if turned else room, turned, width, columns, channels) for texts in rows]


def _legible(rows):
    """The texts, and a font that has their letters; without one, accents are left out."""
    if "".join(map("".join, rows)).isascii():
        return rows, ImageFont.load_default(_SIZE)
    for name in _FONTS:
        try:
            return rows, ImageFont.truetype(name, _SIZE)
        except OSError:
            continue
    plain = [[unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() for text in row] for row in rows]
    return plain, ImageFont.load_default(_SIZE)


def _strip(texts, font, room, turned, width, columns, channels):
    drawn = [_drawn(_shortened(text, font, room), font) for text in texts]
    if turned:
        drawn = [image.transpose(Image.Transpose.ROTATE_90) for image in drawn]
    strip = Image.new("L", (columns * width, max(image.height for image in drawn)), 255)
    for column, image in enumerate(drawn):
        strip.paste(image, (column * width + (width - image.width) // 2, strip.height - image.height))
    grey = np.asarray(strip)[:, :, None]
    opaque = np.full_like(grey, 255)
    return np.concatenate([grey] * (1 if channels < 3 else 3) + [opaque] * (channels in (2, 4)), axis=2)


def _drawn(text, font):
    """A text in a picture that it just fits in, with a margin."""
    ascent, descent = font.getmetrics()
    image = Image.new("L", (int(font.getlength(text)) + 2 * _MARGIN, ascent + descent + _MARGIN), 255)
    ImageDraw.Draw(image).text((_MARGIN, _MARGIN // 2), text, fill=0, font=font)
    return image


def _shortened(text, font, room):
    """The text, or as much of its beginning as fits, and three dots."""
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
