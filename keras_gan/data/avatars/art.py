"""Draws avatars: one function per part of the face, back to front.

Each takes `(canvas, a, t)`: the `Canvas`, the `Avatar` and its `_Tones`. The head is upright around (0, 0), its pose is
the canvas's business. What must fit any head is given in half faces: x in half widths, y in half heights, so that
(0, -1) is the top of the skull, (0, 1) the chin and (1, 0) the right temple.
"""

from dataclasses import dataclass

import numpy as np
from PIL import ImageColor

from keras_gan.data.avatars.canvas import (
    Canvas,
    Pen,
    both,
    brightness,
    change,
    curve,
    ellipse,
    from_hsv,
    loop,
    mirror,
    mix,
    moved,
    ribbon,
    to_hsv,
)

WHITE = (255, 255, 255)
INK = (58, 34, 38)
PUPIL = (26, 20, 26)
DARK_LENS = (38, 36, 48)
MOUTH = (122, 36, 44)
TONGUE = (226, 112, 112)
GOLD = (240, 190, 70)
SILVER = (214, 220, 228)
RUBY = (206, 48, 78)
SAPPHIRE = (60, 120, 200)


# --- Styles --------------------------------------------------------------------------------------------------------


def _wash(colour):
    """White paper, with a light grey wash for what is dark."""
    return (round(255 - 75 * max(0.7 - brightness(colour), 0)),) * 3


def _pencil(_colour):
    return (52, 52, 58)


def _print(colour):
    """Strong colours in few steps."""
    hue, saturation, value = to_hsv(colour)
    return from_hsv(hue, round(5 * min(1.35 * saturation, 1)) / 5, 0.1 + 0.9 * round(5 * value) / 5)


# All styles share every shape, so that their pictures of an avatar are aligned pixel for pixel.
STYLES = {
    "cartoon": Pen(tint=tuple, trace=tuple, soft=True),
    "sketch": Pen(tint=_wash, trace=_pencil, ink=(52, 52, 58), line=0.02, finest=0.75),
    "poster": Pen(tint=_print, trace=_print, ink=(30, 22, 46), line=0.05, finest=1.0),
}


class _Tones:
    """The colours of one avatar."""

    def __init__(self, avatar):
        self.skin = ImageColor.getrgb(avatar.skin_shade)
        self.skin_shadow = change(self.skin, -0.018, 1.22, 0.82)
        self.skin_line = change(self.skin, -0.025, 1.35, 0.6)
        self.skin_light = mix(self.skin, (255, 246, 230), 0.4)
        self.blush = mix(self.skin, (236, 84, 84), 0.55)
        self.lips = mix(change(self.skin, -0.03, 1.25, 0.8), (204, 52, 72), 0.25 + 0.6 * avatar.lipstick)
        self.hair = ImageColor.getrgb(avatar.hair_shade)
        self.hair_dark = change(self.hair, -0.012, 1.1, 0.72)
        self.hair_light = mix(self.hair, (255, 240, 215), 0.34)
        # Nobody dyes their brows.
        self.brow = mix(change(self.hair, value=0.72), INK, 0.65 if avatar.hair_dyed else 0.25)
        self.eye = ImageColor.getrgb(avatar.eye_shade)
        self.cloth = ImageColor.getrgb(avatar.clothing_shade)
        self.cloth_dark = change(self.cloth, 0.01, 1.1, 0.82)
        self.hat = ImageColor.getrgb(avatar.headwear_shade)
        self.hat_dark = change(self.hat, 0.0, 1.12, 0.78)
        self.hat_light = mix(self.hat, WHITE, 0.35)
        self.frame = ImageColor.getrgb(avatar.frame_shade)
        self.metal = GOLD if avatar.earrings.startswith("gold") else SILVER
        self.background = ImageColor.getrgb(avatar.background_shade)


def draw(avatar, size, style="cartoon"):
    """The picture of an avatar: a pure function.

    Args:
        avatar: an `Avatar`.
        size: edge in pixels.
        style: a key of `STYLES`.

    Returns:
        A Pillow image of mode RGB.
    """
    canvas, a, t = Canvas(size, STYLES[style]), avatar, _Tones(avatar)
    upright = {"scale": a.scale, "shift": (a.shift_x, a.shift_y + 0.09), "pivot": (0, 0.6)}
    hat_back, hat_front, ceiling = HEADWEAR[a.headwear]
    hair_back, hair_front = HAIR[a.hair] if a.headwear != "headscarf" else (_nothing, _nothing)

    _backdrop(canvas, a, t)
    canvas.pose(a.tilt, **upright)
    hat_back(canvas, a, t)
    with canvas.below(ceiling * a.face_height):
        hair_back(canvas, a, t)
    canvas.pose(**upright)
    for part in (_neck, _clothes):
        part(canvas, a, t)
    canvas.pose(a.tilt, **upright)
    for part in (_ears, _face, _beard, _mouth, _nose, _moustache, _eyes):
        part(canvas, a, t)
    with canvas.below(ceiling * a.face_height):
        hair_front(canvas, a, t)
    for part in (_brows, _glasses, hat_front, _earrings):
        part(canvas, a, t)
    return canvas.finish()


def _backdrop(canvas, a, t):
    canvas.backdrop(mix(t.background, WHITE, 0.4), change(t.background, 0.0, 1.1, 0.97))


def _nothing(canvas, a, t):
    pass


def _on_face(a, points):
    """Points in half faces as a path in units."""
    return np.array(points, float) * (a.face_width, a.face_height)


def _across(points):
    """The points, which end near the middle line, and then their mirror images out to the other side."""
    return np.concatenate([points, mirror(points)[::-1]])


# --- Body ----------------------------------------------------------------------------------------------------------


def _neck(canvas, a, t):
    side = curve([(0.16, 0.3), (0.16, 0.56), (0.24, 0.68), (0.36, 0.74)])
    column = both(np.concatenate([[(0, 0.3)], side, [(0, 0.95)]]))
    canvas.fill(column, t.skin)
    _shadow_of_chin(canvas, t, column)


def _shadow_of_chin(canvas, t, skin):
    with canvas.inside(skin):
        canvas.shade(ellipse(0, 0.42, 0.3, 0.2), t.skin_shadow, 0.85)


def _clothes(canvas, a, t):
    s = a.shoulders
    torso = loop(both([(0, 0.68), (0.14, 0.66), (0.3, 0.7), (0.8 * s, 0.78), (s, 0.98), (s + 0.06, 1.4), (0, 1.5)]))
    if a.clothing == "hoodie":
        hood = loop(both([(0, 0.5), (0.24, 0.5), (0.38, 0.64), (0.3, 0.8), (0, 0.9)]))
        canvas.fill(hood, t.cloth_dark)
        _neck(canvas, a, t)
    canvas.fill(torso, t.cloth)
    with canvas.inside(torso):
        for side in (-1, 1):
            canvas.shade(ellipse(side * (s + 0.02), 1.12, 0.26, 0.42), t.cloth_dark, 0.6)
    COLLARS[a.clothing](canvas, a, t)


def _neckline(canvas, a, t, opening):
    canvas.fill(opening, t.skin)
    _shadow_of_chin(canvas, t, opening)
    # The neck goes on above the opening, without the line between them.
    seam = both([(0, 0.4), (0.15, 0.4), (0.15, 0.6), (0, 0.64)])
    canvas.fill(seam, t.skin_shadow if canvas.pen.soft else t.skin, outline=False)


def _t_shirt(canvas, a, t):
    canvas.fill(ellipse(0, 0.655, 0.235, 0.135), t.cloth_dark)
    _neckline(canvas, a, t, ellipse(0, 0.635, 0.2, 0.115))


def _v_neck(canvas, a, t):
    canvas.fill(loop(both([(0, 0.95), (0.12, 0.8), (0.24, 0.64), (0, 0.6)])), t.cloth_dark)
    _neckline(canvas, a, t, both([(0, 0.9), (0.205, 0.63), (0, 0.56)]))


def _shirt(canvas, a, t):
    _neckline(canvas, a, t, both([(0, 0.82), (0.18, 0.63), (0, 0.56)]))
    light = mix(t.cloth, WHITE, 0.45)
    flap = np.array([(0.0, 0.83), (0.17, 0.61), (0.27, 0.66), (0.22, 0.83), (0.13, 0.9)])
    canvas.fill(flap, light)
    canvas.fill(mirror(flap), light)


def _hoodie(canvas, a, t):
    _neckline(canvas, a, t, loop(both([(0, 0.86), (0.1, 0.78), (0.2, 0.64), (0, 0.58)])))
    for side in (-1, 1):
        canvas.stroke(curve([(side * 0.11, 0.8), (side * 0.12, 0.88), (side * 0.11, 0.97)]), WHITE, 0.025)


def _turtleneck(canvas, a, t):
    canvas.fill(loop(both([(0, 0.53), (0.15, 0.52), (0.205, 0.56), (0.22, 0.72), (0, 0.76)])), t.cloth)
    canvas.shade(loop(both([(0, 0.53), (0.15, 0.52), (0.205, 0.56), (0.1, 0.62), (0, 0.63)])), t.cloth_dark, 0.8)


COLLARS = {
    "T-shirt": _t_shirt,
    "V-neck sweater": _v_neck,
    "shirt": _shirt,
    "hoodie": _hoodie,
    "turtleneck": _turtleneck,
}


# --- Head ----------------------------------------------------------------------------------------------------------


def _ears(canvas, a, t):
    for side in (-1, 1):
        x = side * a.face_width
        canvas.fill(ellipse(x, 0.06, 0.085, 0.115), t.skin)
        canvas.shade(ellipse(x + 0.01 * side, 0.065, 0.045, 0.07), t.skin_shadow, 0.9)


def _face_outline(a):
    jaw = [(0.66 + 0.16 * a.jaw, 0.76), (0.3 + 0.16 * a.jaw, 0.96), (0, 1)]
    return loop(both(_on_face(a, [(0, -1), (0.56, -0.9), (0.9, -0.5), (1, 0), (0.95, 0.38), *jaw])))


def _face(canvas, a, t):
    w, h, outline = a.face_width, a.face_height, _face_outline(a)
    canvas.fill(outline, t.skin)
    with canvas.inside(outline):
        for reach in (0.2, 0.13):
            canvas.shade(_side_of(outline, -a.light, reach), t.skin_shadow, 0.33)
        canvas.glow((0.35 * w * a.light, -0.52 * h), (0.3 * w, 0.22 * h), t.skin_light, 0.5)
        for side in (-1, 1):
            canvas.glow((side * 0.58 * w, 0.36 * h), (0.15, 0.105), t.blush, 0.3 + 0.5 * a.blush)
            if a.freckles:
                _freckles(canvas, a, t, side)


def _freckles(canvas, a, t, side):
    for x, y in _on_face(a, [(0.44, 0.27), (0.56, 0.34), (0.66, 0.25), (0.36, 0.36), (0.74, 0.35)]):
        canvas.shade(ellipse(side * x, y, 0.012), t.skin_line, 0.5)


def _side_of(outline, side, reach):
    """The crescent on the left (`side` -1) or right (1) of a shape around x = 0, `reach` wide."""
    rim = outline[outline[:, 0] * side > 0]
    rim = rim[np.argsort(rim[:, 1])]
    return np.concatenate([rim, (rim - (side * reach, 0))[::-1]])


def _nose(canvas, a, t):
    n, y = a.nose_width, a.eye_height + a.nose_length
    bridge = loop([(-0.4 * n, y - 0.1), (0.4 * n, y - 0.1), (n, y + 0.01), (0, y + 0.045), (-n, y + 0.01)])
    canvas.shade(bridge, t.skin_light, 0.35)
    tip = curve([(-0.75 * n, y), (-0.3 * n, y + 0.028), (0.3 * n, y + 0.028), (0.75 * n, y)])
    canvas.stroke(tip, t.skin_line, 0.03, taper=0.6)


# --- Eyes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mood:
    """How an expression moves eyes and brows: a factor of the eyes' opening, and lengths in units."""

    opening: float = 1.0
    brow_lift: float = 0.0
    inner_brow_lift: float = 0.0


MOODS = {
    "smile": _Mood(brow_lift=0.01),
    "laugh": _Mood(opening=0.8, brow_lift=0.03),
    "neutral": _Mood(opening=0.95),
    "sad": _Mood(opening=0.9, inner_brow_lift=0.06),
    "surprised": _Mood(opening=1.22, brow_lift=0.065),
}

UPPER_LID = [(-1, 0.25), (-0.72, -0.55), (0, -1), (0.72, -0.6), (1.02, 0.15)]
LOWER_LID = [(0.6, 0.72), (0, 0.88), (-0.62, 0.72)]


def _eyes(canvas, a, t):
    eye = _laughing_eye if a.expression == "laugh" and a.eyelid > 0.3 else _open_eye
    for side in (-1, 1):
        eye(canvas, a, t, side)


def _laughing_eye(canvas, a, t, side):
    arch = np.array([(-1, 0.22), (-0.5, -0.44), (0, -0.66), (0.5, -0.44), (1, 0.22)])
    path = moved(arch * 0.09 * a.eye_size, side * a.eye_gap, a.eye_height + 0.02)
    canvas.stroke(curve(path), INK, 0.036, taper=0.5)


def _open_eye(canvas, a, t, side):
    x, y, size = side * a.eye_gap, a.eye_height, 0.094 * a.eye_size
    height = size * MOODS[a.expression].opening
    white = moved(loop(np.array([*UPPER_LID, *LOWER_LID]) * (side * size, height)), x, y)
    lid = y - height * (1 - 0.75 * a.eyelid if a.expression != "surprised" else 1)
    gaze = x + 0.02 * a.gaze
    canvas.fill(white, WHITE, outline=False)
    with canvas.inside(white):
        canvas.fill(ellipse(gaze, y, 0.8 * size), t.eye, outline=False)
        canvas.blot(ellipse(gaze, y, 0.48 * size), PUPIL)
        canvas.shade(ellipse(x, y - 1.25 * height, 1.2 * size, 0.55 * height), t.skin_line, 0.3)
        canvas.fill([(x - 0.2, y - 0.3), (x + 0.2, y - 0.3), (x + 0.2, lid), (x - 0.2, lid)], t.skin_shadow, False)
    canvas.fill(ellipse(gaze - 0.02, y - 0.025, 0.21 * size), WHITE, outline=False)
    rim = np.maximum(moved(curve(np.array(UPPER_LID) * (side * size, height)), x, y), (-9, lid))
    canvas.stroke(rim, INK, 0.034 if a.lashes else 0.026, taper=0.4)
    if a.lashes:
        wing = np.array([(0.7, -0.5), (1.1, -0.3), (1.35, -0.55)]) * (side * size, height)
        canvas.stroke(curve(moved(wing, x, y)), INK, 0.03, taper=0.7)


def _brows(canvas, a, t):
    mood, arch = MOODS[a.expression], 0.015 + 0.03 * a.brow_arch
    y, inner = a.eye_height - 0.175 - mood.brow_lift, mood.inner_brow_lift
    line = curve([(-0.09, 0.015 - inner), (-0.03, -0.5 * (arch + inner)), (0.03, -arch), (0.1, 0.02)])
    for side in (-1, 1):
        canvas.stroke(moved(line * (side, 1), side * a.eye_gap, y), t.brow, a.brow_weight, taper=0.6)


# --- Mouth and facial hair -----------------------------------------------------------------------------------------


def _mouth(canvas, a, t):
    MOUTHS[a.expression](canvas, a, t)


def _smile(canvas, a, t):
    _closed_mouth(canvas, a, t, [(-1, -0.045), (-0.5, 0.02), (0, 0.04), (0.5, 0.02), (1, -0.045)])


def _neutral(canvas, a, t):
    _closed_mouth(canvas, a, t, [(-0.75, 0), (-0.3, 0.005), (0, 0.01), (0.3, 0.005), (0.75, 0)])


def _sad(canvas, a, t):
    _closed_mouth(canvas, a, t, [(-0.85, 0.05), (-0.45, 0), (0, -0.018), (0.45, 0), (0.85, 0.05)])


def _closed_mouth(canvas, a, t, line):
    path = moved(curve(np.array(line) * (a.mouth_width, 1)), y=a.mouth_height)
    if _shows_lips(a):
        canvas.fill(ribbon(moved(path, y=0.012), 0.085, taper=0.9), t.lips, outline=False)
    else:
        canvas.shade(ellipse(0, path[:, 1].mean() + 0.07, 0.07, 0.022), t.skin_shadow, 0.6)
    canvas.stroke(path, mix(MOUTH, t.skin_line, 0.4), 0.036, taper=0.5)


def _laugh(canvas, a, t):
    m, y = a.mouth_width, a.mouth_height
    half = np.array([(0, -0.03), (0.5 * m, -0.035), (m, -0.05), (0.72 * m, 0.07), (0, 0.125)])
    opening = moved(loop(both(half)), y=y)
    _open_mouth(canvas, a, t, opening)
    with canvas.inside(opening):
        canvas.fill(ellipse(0, y + 0.13, 0.6 * m, 0.07), TONGUE, outline=False)
        canvas.fill(ellipse(0, y - 0.07, 1.1 * m, 0.085), WHITE, outline=False)


def _surprised(canvas, a, t):
    opening = ellipse(0, a.mouth_height + 0.03, 0.42 * a.mouth_width, 0.085)
    _open_mouth(canvas, a, t, opening)
    with canvas.inside(opening):
        canvas.fill(ellipse(0, a.mouth_height + 0.12, 0.06, 0.05), TONGUE, outline=False)


def _open_mouth(canvas, a, t, opening):
    if _shows_lips(a):
        middle = opening.mean(0)
        canvas.fill((opening - middle) * (1.16, 1.28) + middle, t.lips, outline=False)
    canvas.fill(opening, MOUTH)


def _shows_lips(a):
    # In a beard the mouth would be lost without them.
    return a.lipstick > 0 or a.facial_hair == "beard"


MOUTHS = {"smile": _smile, "laugh": _laugh, "neutral": _neutral, "sad": _sad, "surprised": _surprised}


def _beard(canvas, a, t):
    if a.facial_hair == "stubble":
        with canvas.inside(0.97 * _face_outline(a)):  # the outline of the face stays
            canvas.fill(_beard_outline(a, 1.0), mix(t.skin, t.brow, 0.35), outline=False)
    elif a.facial_hair == "goatee":
        half = [(0, 0.76), (0.3, 0.78), (0.36, 0.95), (0.2, 1.1), (0, 1.14)]
        canvas.fill(loop(both(_on_face(a, half))), t.hair)
    elif a.facial_hair == "beard":
        area = _beard_outline(a, 1.1)
        canvas.fill(area, t.hair)
        with canvas.inside(area):
            canvas.shade(ellipse(0, 1.12 * a.face_height, 0.6 * a.face_width, 0.16), t.hair_dark, 0.5)


def _beard_outline(a, length):
    """From ear to ear along the jaw, as far down as `length`, and back over cheeks and upper lip."""
    jaw = [(0, length), (0.36 + 0.1 * a.jaw, length), (0.74 + 0.12 * a.jaw, 0.82 * length), (0.99, 0.4), (1.0, 0.12)]
    cheek = [(0.88, 0.16), (0.72, 0.42), (0.42, 0.44), (0, 0.47)]
    return both(np.concatenate([curve(_on_face(a, jaw)), curve(_on_face(a, cheek))]))


def _moustache(canvas, a, t):
    if a.facial_hair in ("moustache", "goatee"):
        half = [(0, -0.035), (0.4, -0.045), (0.85, 0), (1.05, 0.045), (0.6, 0.04), (0.2, 0.02), (0, 0.012)]
        path = loop(both(np.array(half) * (1.05 * a.mouth_width, 1)))
        canvas.fill(moved(path, y=a.mouth_height - 0.06), t.hair)


# --- Hair ----------------------------------------------------------------------------------------------------------


def _dome(a, grow, rise, low):
    """The outer line of hair or a hat: from the left, at height `low`, over the top of the head to the right.

    `grow` and `rise` are its half width and height, and `low` the height of its ends, in half faces.
    """
    right = [(1, low)] if low > -0.1 else []
    right += [(1, min(low, -0.1)), (0.91, -0.52 * rise), (0.57, -0.9 * rise)]
    left_to_top = mirror(right) * (grow, 1)
    return curve(_on_face(a, [*left_to_top, (0, -rise), *mirror(left_to_top)[::-1]]))


def _line_on(a, points):
    return curve(_on_face(a, points))


def _area_on(a, half):
    """A smooth area that is symmetric around the middle of the face."""
    return loop(both(_on_face(a, half)))


def _shadow_on_face(canvas, a, t, outline):
    """What hair or a hat casts on the forehead."""
    with canvas.inside(_face_outline(a)):
        canvas.shade(moved(outline, y=0.045), t.skin_shadow, 0.7)


def _hair_between(canvas, a, t, outer, line):
    """Hair from an outer line, left to right, down to a hair line, right to left; with a shadow and a shine."""
    outline = np.concatenate([outer, line])
    _shadow_on_face(canvas, a, t, outline)
    canvas.fill(outline, t.hair)
    with canvas.inside(outline):
        shine = [(-0.2, -0.78), (0.25, -0.98), (0.7, -0.78), (0.47, -0.76), (0.25, -0.8), (0.03, -0.76)]
        canvas.shade(loop(_on_face(a, shine) * (a.light, 1)), t.hair_light, 0.55)


def _bald(canvas, a, t):
    x, y = _on_face(a, (0.3 * a.light, -0.72))
    canvas.shade(ellipse(x, y, 0.1, 0.05), WHITE, 0.4)


def _buzz_cut(canvas, a, t):
    line = _line_on(a, _across([(1, 0), (0.92, -0.2), (0.82, -0.46), (0.5, -0.6), (0.17, -0.64)]))
    outline = np.concatenate([_dome(a, 1.02, 1.03, 0), line])
    canvas.fill(outline, mix(t.hair, t.skin, 0.22))
    with canvas.inside(outline):
        canvas.glow(_on_face(a, (0.3 * a.light, -0.85)), (0.25, 0.12), t.hair_light, 0.5)


def _side_part(canvas, a, t):
    outer = _dome(a, 1.08, 1.16 + 0.1 * a.hair_volume, 0.04)
    outer = outer - np.exp(-(((outer[:, :1] + 0.2) / 0.3) ** 2)) * (0, 0.08)
    right = [(1.02, 0.04), (0.9, -0.1), (0.86, -0.45), (0.5, -0.8)]
    line = _line_on(a, [*right, (0.2, -0.58), (-0.4, -0.4), (-0.84, -0.36), (-0.9, -0.12), (-1.02, 0.04)])
    if a.hair_side < 0:
        outer, line = mirror(outer)[::-1], mirror(line)[::-1]
    _hair_between(canvas, a, t, outer, line)


def _spiky_hair(canvas, a, t):
    tip = np.arange(15) % 2
    angle = np.radians(np.linspace(192, 348, 15)) + 0.1 * a.hair_side * tip
    reach = 1.08 + tip * (0.34 + 0.2 * a.hair_volume)
    spikes = np.stack([np.cos(angle) * (0.35 + 0.68 * reach), np.sin(angle) * reach], axis=1)
    right = [(0.9, -0.1), (0.88, -0.5), (0.62, -0.34), (0.5, -0.58), (0.2, -0.36)]
    left = [(0.05, -0.6), (-0.25, -0.36), (-0.42, -0.58), (-0.66, -0.34), (-0.88, -0.5), (-0.9, -0.1)]
    _hair_between(canvas, a, t, _on_face(a, [(-1.02, 0.04), *spikes, (1.02, 0.04)]), _on_face(a, [*right, *left]))


def _mohawk(canvas, a, t):
    line = _line_on(a, _across([(0.95, -0.15), (0.8, -0.5), (0.25, -0.65)]))
    canvas.fill(np.concatenate([_dome(a, 1.01, 1.02, 0), line]), mix(t.skin, t.hair, 0.3))
    top = 1.5 + 0.25 * a.hair_volume
    tips = [(0.44, -0.88 * top), (0.26, -0.9 * top), (0.2, -top), (0.08, -0.95 * top), (0, -1.04 * top)]
    crest = both(_on_face(a, [(0, -0.52), (0.24, -0.6), (0.3, -0.95), *tips]))
    canvas.fill(crest, t.hair)
    with canvas.inside(crest):
        canvas.shade(ellipse(*_on_face(a, (0, -0.6)), 0.22, 0.17), t.hair_dark, 0.35)
        canvas.shade(ellipse(*_on_face(a, (0.1 * a.light, -1.25)), 0.035, 0.16), t.hair_light, 0.6)


def _afro_back(canvas, a, t):
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    radius = (0.59 + 0.07 * a.hair_volume) * (1 + 0.045 * np.abs(np.sin(8 * angle)))
    canvas.fill(np.stack([np.cos(angle) * radius, np.sin(angle) * radius - 0.14], axis=1), t.hair)
    canvas.glow((0.26 * a.light, -0.42), (0.3, 0.28), t.hair_light, 0.45)


def _afro(canvas, a, t):
    x = np.linspace(1, -1, 41)
    y = -0.62 + 0.5 * np.abs(x) ** 3.5 + 0.05 * np.abs(np.sin(9 * x))
    outline = np.concatenate([_dome(a, 1.03, 1.1, -0.1), _on_face(a, np.stack([0.95 * x, y], axis=1))])
    _shadow_on_face(canvas, a, t, outline)
    canvas.fill(outline, t.hair)


def _bob_back(canvas, a, t):
    half = [(0, -1.1), (0.8, -0.9), (1.25, -0.2), (1.34, 0.5), (1.2, 0.84), (0.6, 0.8), (0, 0.7)]
    canvas.fill(_area_on(a, half), t.hair_dark)


def _bob(canvas, a, t):
    low = 0.66 + 0.2 * a.hair_volume
    side = [(1.3, 0.5), (1.26, low), (1.02, low + 0.04), (0.9, 0.45), (0.89, 0), (0.8, -0.24)]
    _hair_between(canvas, a, t, _dome(a, 1.18, 1.16, 0.2), _line_on(a, _across([*side, (0.4, -0.3), (0.1, -0.32)])))


def _long_hair_back(canvas, a, t):
    half = [(0, -1.1), (0.8, -0.9), (1.2, -0.2), (1.38, 0.8), (1.5, 1.6), (1.3, 2.0), (0, 2.0)]
    canvas.fill(_area_on(a, half), t.hair_dark)


def _long_hair(canvas, a, t):
    lock = [(1.3, 0.6), (1.42 + 0.15 * a.hair_volume, 1.3), (1.3, 1.78), (0.95, 1.72), (0.88, 1.1)]
    side = [*lock, (0.92, 0.4), (0.9, -0.1), (0.7, -0.46), (0.12, -0.72)]
    line = _across(side)
    middle = len(side)
    line[middle - 1 : middle + 1, 0] += 0.25 * a.hair_side
    line = np.insert(line, middle, (0.25 * a.hair_side, -0.8), axis=0)
    _hair_between(canvas, a, t, _dome(a, 1.12, 1.16, 0.2), _line_on(a, line))


def _bun_back(canvas, a, t):
    size = 0.19 + 0.04 * a.hair_volume
    y = -1.06 * a.face_height - 0.6 * size
    canvas.fill(ellipse(0, y, 1.1 * size, size), t.hair)
    canvas.glow((0.3 * size * a.light, y - 0.3 * size), (0.6 * size, 0.5 * size), t.hair_light, 0.6)


def _bun(canvas, a, t):
    canvas.fill(ellipse(*_on_face(a, (0, -1.08)), 0.13, 0.05), t.hair_dark)
    side = [(1.03, 0.2), (0.95, -0.05), (0.84, -0.4), (0.5, -0.66), (0.17, -0.735)]
    _hair_between(canvas, a, t, _dome(a, 1.05, 1.1, 0.2), _line_on(a, _across(side)))


# What is drawn behind the body, and what in front of the face.
HAIR = {
    "bald": (_nothing, _bald),
    "buzz cut": (_nothing, _buzz_cut),
    "side part": (_nothing, _side_part),
    "spiky hair": (_nothing, _spiky_hair),
    "mohawk": (_nothing, _mohawk),
    "afro": (_afro_back, _afro),
    "bob": (_bob_back, _bob),
    "long hair": (_long_hair_back, _long_hair),
    "bun": (_bun_back, _bun),
}


# --- Headwear ------------------------------------------------------------------------------------------------------


def _shade_hat(canvas, a, t, outline):
    """The side away from the light, and a shine."""
    with canvas.inside(outline):
        canvas.shade(ellipse(*_on_face(a, (-0.95 * a.light, -0.8)), 0.22, 0.35), t.hat_dark, 0.5)
        canvas.shade(ellipse(*_on_face(a, (0.4 * a.light, -1.05)), 0.13, 0.07), t.hat_light, 0.55)


def _cap(canvas, a, t):
    crown = np.concatenate([_dome(a, 1.1, 1.26, -0.36), _line_on(a, [(1.1, -0.36), (0, -0.5), (-1.1, -0.36)])])
    canvas.fill(crown, t.hat)
    _shade_hat(canvas, a, t, crown)
    canvas.fill(ellipse(*_on_face(a, (0, -1.27)), 0.06, 0.03), t.hat_dark)
    canvas.fill(ellipse(*_on_face(a, (0, -0.84)), 0.09), t.hat_light)
    rim = _line_on(a, [(-1.06, -0.38), (-0.5, -0.55), (0.5, -0.55), (1.06, -0.38)])
    front = moved([(0.9, -0.2), (0.4, -0.16), (-0.4, -0.16), (-0.9, -0.2)], x=0.1 * a.hair_side)
    visor = np.concatenate([rim, _line_on(a, front)])
    _shadow_on_face(canvas, a, t, visor)
    canvas.fill(visor, change(t.hat_dark, value=0.88))
    canvas.shade(_area_on(a, [(0, -0.36), (0.6, -0.3), (0, -0.28)]), t.hat_light, 0.35)


def _beanie(canvas, a, t):
    canvas.fill(ellipse(*_on_face(a, (0, -1.42)), 0.13, 0.12), t.hat_light)
    crown = _dome(a, 1.08, 1.36, -0.5)
    canvas.fill(crown, t.hat)
    _shade_hat(canvas, a, t, crown)
    band = _area_on(a, [(0, -0.76), (1.12, -0.66), (1.12, -0.36), (0, -0.44)])
    canvas.fill(band, t.hat_light)
    with canvas.inside(band):
        for x in np.linspace(-0.9, 0.9, 7):
            canvas.stroke(_on_face(a, [(x, -0.8), (x, -0.3)]), t.hat, 0.02)


def _top_hat(canvas, a, t):
    half = [(0, -1.58), (0.7, -1.56), (0.86, -1.5), (0.78, -1.1), (0.8, -0.6), (0.4, -0.5), (0, -0.48)]
    cylinder = _area_on(a, half)
    canvas.fill(cylinder, t.hat)
    with canvas.inside(cylinder):
        canvas.fill(_area_on(a, [(0, -0.8), (1, -0.86), (1, -0.5), (0, -0.44)]), t.hat_dark)
        canvas.shade(ellipse(*_on_face(a, (0.45 * a.light, -1.2)), 0.045, 0.16), t.hat_light, 0.6)
    brim = [(0, -0.58), (0.9, -0.62), (1.4, -0.66), (1.2, -0.46), (0.6, -0.4), (0, -0.38)]
    canvas.fill(_area_on(a, brim), t.hat)


def _sun_hat(canvas, a, t):
    brim = [(0, -0.8), (0.9, -0.72), (1.6, -0.42), (1.7, -0.3), (1.1, -0.34), (0, -0.42)]
    canvas.fill(_area_on(a, brim), t.hat)
    crown = np.concatenate([_dome(a, 0.98, 1.34, -0.56), _line_on(a, [(0.98, -0.56), (0, -0.5), (-0.98, -0.56)])])
    canvas.fill(crown, t.hat)
    with canvas.inside(crown):
        canvas.fill(_area_on(a, [(0, -0.74), (1.1, -0.84), (1.1, -0.5), (0, -0.46)]), t.hat_dark)
    _shade_hat(canvas, a, t, crown)


def _crown(canvas, a, t):
    tips = [(0, -1.62), (0.52, -1.52), (0.98, -1.4)]
    half = [tips[0], (0.22, -1.16), tips[1], (0.66, -1.12), tips[2], (0.84, -0.66), (0.4, -0.58), (0, -0.56)]
    canvas.fill(both(_on_face(a, half)), t.hat)
    for x, y in _on_face(a, [*tips, *mirror(tips[1:])]):
        canvas.fill(ellipse(x, y, 0.045), t.hat_light)
    for x, y, colour in ((0, -0.8, RUBY), (0.5, -0.84, SAPPHIRE), (-0.5, -0.84, SAPPHIRE)):
        canvas.fill(ellipse(*_on_face(a, (x, y)), 0.05, 0.055), colour)


def _headscarf_back(canvas, a, t):
    half = [(0, -1.26), (0.7, -1.12), (1.18, -0.5), (1.26, 0.3), (1.2, 1.0), (1.3, 1.5), (0, 1.6)]
    canvas.fill(_area_on(a, half), t.hat_dark)


def _headscarf(canvas, a, t):
    drape = [(0, 0.98), (0.5, 0.9), (0.95, 0.5), (1.2, 0.9), (1.15, 1.3), (0.6, 1.62), (0, 1.72)]
    canvas.fill(_area_on(a, drape), t.hat)
    side = [(1.2, 0.7), (0.96, 0.86), (0.88, 0.4), (0.9, -0.1), (0.72, -0.5), (0.4, -0.68), (0.13, -0.73)]
    hood = np.concatenate([_dome(a, 1.2, 1.24, 0.2), _line_on(a, _across(side))])
    _shadow_on_face(canvas, a, t, hood)
    canvas.fill(hood, t.hat)
    with canvas.inside(hood):
        canvas.shade(ellipse(*_on_face(a, (0.4 * a.light, -1)), 0.18, 0.07), t.hat_light, 0.5)
    for fold in ([(-0.9, 0.9), (0, 1.16), (0.9, 1.0)], [(-0.8, 1.3), (0.1, 1.4), (0.95, 1.15)]):
        canvas.stroke(_line_on(a, fold), t.hat_dark, 0.03, taper=0.9)


# What is drawn behind the head, what in front, and how high hair may reach below it, in half faces.
HEADWEAR = {
    "none": (_nothing, _nothing, -9),
    "cap": (_nothing, _cap, -0.5),
    "beanie": (_nothing, _beanie, -0.5),
    "top hat": (_nothing, _top_hat, -0.5),
    "sun hat": (_nothing, _sun_hat, -0.5),
    "headscarf": (_headscarf_back, _headscarf, -9),
    "crown": (_nothing, _crown, -9),
}


# --- Glasses and earrings ------------------------------------------------------------------------------------------

SQUARE_TOP = [(-0.13, -0.09), (-0.1, -0.115), (0.1, -0.115), (0.135, -0.09)]
SQUARE_BOTTOM = [(0.125, 0.08), (0.09, 0.11), (-0.09, 0.11), (-0.12, 0.08)]
AVIATOR_TOP = [(-0.135, -0.075), (-0.1, -0.1), (0.1, -0.1), (0.15, -0.08)]
AVIATOR_BOTTOM = [(0.13, 0.06), (0.05, 0.12), (-0.06, 0.11), (-0.125, 0.05)]

# The right lens around its middle.
LENSES = {
    "round glasses": ellipse(0, 0, 0.14),
    "square glasses": loop([*SQUARE_TOP, *SQUARE_BOTTOM]),
    "sunglasses": loop([*AVIATOR_TOP, *AVIATOR_BOTTOM]),
}


def _glasses(canvas, a, t):
    if a.glasses == "none":
        return
    x, y = a.eye_gap, a.eye_height + 0.005
    for side in (-1, 1):
        _lens(canvas, a, t, LENSES[a.glasses] * (side, 1), side * x, y)
        canvas.stroke(np.array([(side * (x + 0.135), y - 0.03), (side * a.face_width, y - 0.02)]), t.frame, 0.03)
    canvas.stroke(curve([(0.13 - x, y - 0.02), (0, y - 0.04), (x - 0.13, y - 0.02)]), t.frame, 0.03)


def _lens(canvas, a, t, outline, x, y):
    if a.glasses == "sunglasses":
        canvas.fill(moved(outline, x, y), DARK_LENS)
        canvas.shade(moved(outline * (0.55, 0.3), x - 0.02, y - 0.04), (150, 170, 200), 0.35)
    else:
        canvas.shade(moved(outline, x, y), WHITE, 0.22)
        canvas.stroke(moved(np.concatenate([outline, outline[:2]]), x, y), t.frame, 0.034)


def _earrings(canvas, a, t):
    if a.earrings == "none":
        return
    for side in (-1, 1):
        x, y = side * (a.face_width + 0.03), 0.18
        if "hoop" in a.earrings:
            ring = ellipse(x, y + 0.07, 0.06, 0.075)
            canvas.stroke(np.concatenate([ring, ring[:2]]), t.metal, 0.034)
        else:
            canvas.fill(ellipse(x, y, 0.042), t.metal)
            canvas.shade(ellipse(x - 0.01, y - 0.012, 0.014), WHITE, 0.8)
