"""`avatars`: the built-in data set, cartoon faces that this program draws from a seed.

    avatar = random_avatar(seed=0, split="train", index=7)
    caption(avatar)                      # "a smiling person with long red hair and round glasses …"
    draw(avatar, 128)                    # a Pillow image; also style="sketch" and style="poster"

Every picture is a pure function of `(seed, split, index)`, so any of them can be made again without the others.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from tqdm import tqdm

from keras_gan.data import processes
from keras_gan.data.avatars.art import STYLES, draw
from keras_gan.data.avatars.canvas import change, from_hsv, mix
from keras_gan.data.image_sets import image_dataset
from keras_gan.errors import UserError, unknown
from keras_gan.registry import Source
from keras_gan.storage import cache
from keras_gan.storage.arrays import allocate

SOURCE = Source(gives=("image",), tasks=("sample", "restore", "paired", "unpaired"))

# Goes up with every change of a picture, so that nobody reads an old one from the cache.
VERSION = 1
NAME = "avatars"
SEED = 0

SPLITS = {"train": 20_000, "test": 2_000}
SIZES = (32, 64, 128)

HAIR_STYLES = ("bald", "buzz cut", "side part", "spiky hair", "mohawk", "afro", "bob", "long hair", "bun")
CLASS_NAMES = (*HAIR_STYLES, "headwear")

# What there is, and how often.
HEADWEAR = {"cap": 3, "beanie": 3, "top hat": 2, "sun hat": 2, "headscarf": 2, "crown": 2}
HAIR_BELOW_HEADWEAR = {"bald": 1, "buzz cut": 2, "side part": 2, "bob": 3, "long hair": 3}
EXPRESSIONS = {"smile": 3, "laugh": 2, "neutral": 2, "sad": 2, "surprised": 2}
GLASSES = {"none": 12, "round glasses": 3, "square glasses": 3, "sunglasses": 2}
EARRINGS = {"gold stud earrings": 2, "silver stud earrings": 2, "gold hoop earrings": 3, "silver hoop earrings": 2}
FACIAL_HAIR = {"none": 10, "stubble": 2, "moustache": 3, "goatee": 2, "beard": 4}
CLOTHING = {"T-shirt": 3, "V-neck sweater": 2, "shirt": 2, "hoodie": 2, "turtleneck": 2}
LONGER_HAIR = ("bob", "long hair", "bun")

# Colours by name: ranges of hue (in turns), saturation and value.
HAIR_COLOURS = {
    "black": ((0.02, 0.09), (0.15, 0.35), (0.13, 0.20)),
    "dark brown": ((0.03, 0.06), (0.50, 0.65), (0.27, 0.37)),
    "brown": ((0.05, 0.075), (0.58, 0.70), (0.45, 0.58)),
    "blond": ((0.105, 0.13), (0.45, 0.62), (0.86, 0.97)),
    "red": ((0.025, 0.05), (0.72, 0.84), (0.70, 0.86)),
    "grey": ((0.55, 0.65), (0.03, 0.08), (0.56, 0.72)),
    "white": ((0.08, 0.14), (0.02, 0.06), (0.90, 0.97)),
    "pink": ((0.91, 0.95), (0.45, 0.60), (0.88, 0.98)),
    "blue": ((0.57, 0.62), (0.55, 0.72), (0.65, 0.88)),
    "purple": ((0.74, 0.79), (0.42, 0.60), (0.55, 0.78)),
    "green": ((0.38, 0.46), (0.45, 0.65), (0.50, 0.72)),
}
NATURAL_HAIR = {"black": 5, "dark brown": 5, "brown": 4, "blond": 4, "red": 3, "grey": 2, "white": 1}
DYED_HAIR = {"pink": 1, "blue": 1, "purple": 1, "green": 1}
CLOTH_COLOURS = {
    "red": ((0.98, 1.00), (0.62, 0.78), (0.76, 0.90)),
    "orange": ((0.055, 0.08), (0.65, 0.80), (0.90, 0.98)),
    "yellow": ((0.115, 0.14), (0.60, 0.75), (0.92, 0.99)),
    "green": ((0.36, 0.44), (0.40, 0.58), (0.48, 0.68)),
    "teal": ((0.48, 0.51), (0.50, 0.68), (0.55, 0.72)),
    "blue": ((0.57, 0.62), (0.50, 0.70), (0.68, 0.88)),
    "navy blue": ((0.60, 0.64), (0.48, 0.62), (0.30, 0.42)),
    "purple": ((0.73, 0.79), (0.38, 0.55), (0.52, 0.70)),
    "pink": ((0.92, 0.96), (0.38, 0.52), (0.88, 0.97)),
    "white": ((0.10, 0.60), (0.00, 0.03), (0.94, 0.98)),
    "grey": ((0.58, 0.64), (0.05, 0.12), (0.42, 0.58)),
}
BACKGROUNDS = {
    "light blue": ((0.54, 0.58), (0.22, 0.34), (0.92, 0.98)),
    "mint green": ((0.40, 0.45), (0.20, 0.32), (0.88, 0.95)),
    "lavender": ((0.70, 0.75), (0.16, 0.26), (0.92, 0.98)),
    "pink": ((0.94, 0.98), (0.17, 0.28), (0.96, 1.00)),
    "peach": ((0.055, 0.08), (0.24, 0.34), (0.98, 1.00)),
    "pale yellow": ((0.125, 0.145), (0.26, 0.40), (0.97, 1.00)),
    "light grey": ((0.58, 0.64), (0.03, 0.07), (0.86, 0.92)),
    "turquoise": ((0.48, 0.51), (0.30, 0.42), (0.84, 0.92)),
}
EYE_COLOURS = {
    "brown": ((0.05, 0.08), (0.60, 0.75), (0.34, 0.50)),
    "blue": ((0.56, 0.60), (0.55, 0.70), (0.62, 0.80)),
    "green": ((0.30, 0.40), (0.45, 0.60), (0.45, 0.60)),
    "grey": ((0.55, 0.62), (0.12, 0.22), (0.48, 0.60)),
}
CROWN_GOLD = ((0.115, 0.13), (0.65, 0.75), (0.93, 0.98))
EYE_WEIGHTS = {"brown": 5, "blue": 2, "green": 2, "grey": 1}
FRAMES = ("#2b2b33", "#5a3620", "#8c2f39", "#2f4a7a", "#b98a2f")

# From light to dark; tones in between are mixed.
SKIN = ((255, 227, 206), (246, 203, 170), (222, 168, 126), (172, 116, 80), (118, 76, 54))


@dataclass(frozen=True)
class Avatar:
    """All there is to know about one face. Words, numbers and `#rrggbb` shades; `dataclasses.asdict` is JSON-able.

    Lengths, and heights below the middle of the face, are in half picture widths; `hair_side` and `light` are -1 (left)
    or 1 (right). What is not there is "none"; hair below a headscarf is there, but not to be seen.
    """

    hair: str
    hair_colour: str  # of beard and brows, too
    hair_shade: str
    hair_volume: float  # 0..1
    hair_side: int
    headwear: str
    headwear_colour: str
    headwear_shade: str
    expression: str
    skin_tone: float  # 0 light .. 1 dark
    skin_shade: str
    face_width: float
    face_height: float
    jaw: float  # 0 pointed .. 1 square
    eye_colour: str
    eye_shade: str
    eye_size: float  # a factor
    eye_gap: float
    eye_height: float
    eyelid: float  # 0 open .. 1 sleepy
    gaze: float  # -1 left .. 1 right
    lashes: bool
    brow_weight: float
    brow_arch: float  # 0..1
    nose_width: float
    nose_length: float
    mouth_width: float
    mouth_height: float
    lipstick: float  # 0..1
    blush: float  # 0..1
    freckles: bool
    facial_hair: str
    glasses: str
    frame_shade: str
    earrings: str
    clothing: str
    clothing_colour: str
    clothing_shade: str
    shoulders: float
    background: str
    background_shade: str
    tilt: float  # degrees clockwise
    scale: float  # a factor
    shift_x: float
    shift_y: float
    light: int

    @property
    def hair_dyed(self):
        return self.hair_colour in DYED_HAIR

    @property
    def class_name(self):
        """One of `CLASS_NAMES`: the hair style, or `headwear` if any is worn."""
        return self.hair if self.headwear == "none" else "headwear"

    @property
    def label(self):
        """The index of `class_name` in `CLASS_NAMES`."""
        return CLASS_NAMES.index(self.class_name)


class _Dice:
    """Random choices of one stream; the streams of all seeds, splits and other keys are independent."""

    def __init__(self, seed, split, *key):
        key = (list(SPLITS).index(split), *key)
        self.rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))

    def chance(self, probability):
        return bool(self.rng.random() < probability)

    def between(self, low, high):
        return round(low + (high - low) * float(self.rng.random()), 4)

    def around(self, low, high):
        """Like `between`, the middle more often than the ends."""
        return round(low + (high - low) * 0.5 * float(self.rng.random() + self.rng.random()), 4)

    def pick(self, choices):
        """One of a sequence, or one of the keys of a dictionary of weights."""
        weights = choices.values() if isinstance(choices, dict) else [1] * len(choices)
        remaining = sum(weights) * float(self.rng.random())
        for choice, weight in zip(choices, weights, strict=True):
            remaining -= weight
            if remaining < 0:
                return choice
        return choice

    def shade(self, ranges):
        return from_hsv(*(self.between(*limits) for limits in ranges))

    def colour(self, palette, weights=None, apart_from=(), distance=70):
        """`(name, shade)` out of a palette, told apart from other shades by eye."""
        for _ in range(12):
            name = self.pick(weights or list(palette))
            shade = self.shade(palette[name])
            if all(_distance(shade, other) > distance for other in apart_from):
                break
        return name, shade


def _distance(first, second):
    """How different two colours look, roughly: 0 to about 400; below 60 they blur into each other."""
    red, green, blue = (a - b for a, b in zip(first, second, strict=True))
    return (0.9 * red**2 + 1.6 * green**2 + 0.5 * blue**2) ** 0.5


def _hex(colour):
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _class_of(seed, split, index):
    """The label of one avatar in [0, 10). Each ten avatars in a row hold each class once, in random order."""
    tens, position = divmod(index, len(CLASS_NAMES))
    return int(_classes_of_ten(seed, split, tens)[position])


def _classes_of_ten(seed, split, tens):
    return _Dice(seed, split, 1, tens).rng.permutation(len(CLASS_NAMES)).astype(np.int32)


def random_avatar(seed, split, index):
    """The avatar at `index` of a split: a pure function of the arguments."""
    dice = _Dice(seed, split, 0, index)
    features = _features(dice, CLASS_NAMES[_class_of(seed, split, index)])
    return Avatar(**features, **_colours(dice, features), **_shape_of_head(dice, features), **_pose(dice))


def _features(dice, class_name):
    """What can be named, chosen so that it goes together."""
    wears_hat = class_name == "headwear"
    hair = dice.pick(HAIR_BELOW_HEADWEAR) if wears_hat else class_name
    headwear = dice.pick(HEADWEAR) if wears_hat else "none"
    longer = hair in LONGER_HAIR
    facial_hair = dice.pick(FACIAL_HAIR) if dice.chance(0.07 if longer else 0.6) else "none"
    made_up = facial_hair == "none" and dice.chance(0.75 if longer else 0.25)
    earrings = headwear != "headscarf" and dice.chance(0.7 if made_up else 0.25)
    return {
        "hair": hair,
        "headwear": headwear,
        "expression": dice.pick(EXPRESSIONS),
        "lashes": made_up,
        "lipstick": dice.between(0.3, 1) if made_up else 0.0,
        "freckles": dice.chance(0.12),
        "facial_hair": facial_hair,
        "glasses": dice.pick(GLASSES),
        "earrings": dice.pick(EARRINGS) if earrings else "none",
        "clothing": dice.pick(CLOTHING),
    }


def _colours(dice, features):
    """Colours that keep skin, hair, headwear and background apart."""
    tone = dice.between(0, 1)
    skin = _skin(dice, tone)
    dyed = features["hair"] != "bald" and features["facial_hair"] == "none" and dice.chance(0.14)
    hair_colour, hair = dice.colour(HAIR_COLOURS, DYED_HAIR if dyed else NATURAL_HAIR, [skin])
    background_name, background = dice.colour(BACKGROUNDS, None, [skin, hair], distance=45)
    headwear_colour, headwear = "none", (0, 0, 0)
    if features["headwear"] == "crown":
        headwear_colour, headwear = "golden", dice.shade(CROWN_GOLD)
    elif features["headwear"] != "none":
        headwear_colour, headwear = dice.colour(CLOTH_COLOURS, None, [skin, background, hair])
    clothing_colour, clothing = dice.colour(CLOTH_COLOURS, None, [skin, background])
    eye_colour, eye = dice.colour(EYE_COLOURS, EYE_WEIGHTS)
    return {
        "skin_tone": tone,
        "skin_shade": _hex(skin),
        "hair_colour": hair_colour,
        "hair_shade": _hex(hair),
        "background": background_name,
        "background_shade": _hex(background),
        "headwear_colour": headwear_colour,
        "headwear_shade": _hex(headwear),
        "clothing_colour": clothing_colour,
        "clothing_shade": _hex(clothing),
        "eye_colour": eye_colour,
        "eye_shade": _hex(eye),
        "frame_shade": dice.pick(FRAMES),
    }


def _shape_of_head(dice, features):
    made_up = features["lashes"]
    return {
        "face_width": dice.around(0.40, 0.47),
        "face_height": dice.around(0.47, 0.53),
        "jaw": dice.between(0, 0.6 if made_up else 1),
        "hair_volume": dice.between(0, 1),
        "hair_side": dice.pick((-1, 1)),
        "eye_size": dice.around(0.92, 1.18),
        "eye_gap": dice.around(0.165, 0.2),
        "eye_height": dice.around(-0.01, 0.05),
        "eyelid": round(dice.between(0, 1) ** 2, 4),
        "gaze": dice.around(-1, 1),
        "brow_weight": dice.between(0.025, 0.04) if made_up else dice.between(0.035, 0.06),
        "brow_arch": dice.between(0, 1),
        "nose_width": dice.around(0.06, 0.1),
        "nose_length": dice.around(0.13, 0.19),
        "mouth_width": dice.around(0.14, 0.2),
        "mouth_height": dice.around(0.28, 0.32),
        "blush": dice.between(0, 1),
    }


def _pose(dice):
    return {
        "shoulders": dice.around(0.68, 0.86),
        "tilt": dice.around(-8, 8),
        "scale": dice.around(1.02, 1.15),
        "shift_x": dice.around(-0.07, 0.07),
        "shift_y": dice.around(-0.05, 0.05),
        "light": dice.pick((-1, 1)),
    }


def _skin(dice, tone):
    """A skin colour, `tone` from 0 (light) to 1 (dark), with a little of its own hue."""
    step = min(int(tone * (len(SKIN) - 1)), len(SKIN) - 2)
    colour = mix(SKIN[step], SKIN[step + 1], tone * (len(SKIN) - 1) - step)
    return change(colour, dice.between(-0.008, 0.012), dice.between(0.88, 1.12), dice.between(0.97, 1.02))


# --- Captions ------------------------------------------------------------------------------------------------------

MOOD_WORDS = {"smile": "smiling", "laugh": "laughing", "neutral": "calm", "sad": "sad", "surprised": "surprised"}
HAIR_WORDS = {
    "buzz cut": "a {} buzz cut",
    "side part": "side-parted {} hair",
    "spiky hair": "spiky {} hair",
    "mohawk": "a {} mohawk",
    "afro": "a {} afro",
    "bob": "a {} bob",
    "long hair": "long {} hair",
    "bun": "{} hair in a bun",
}


def caption(avatar):
    """What an avatar shows, in English: `a sad person with a blond bob and sunglasses, wearing a red shirt, on a …`."""
    who = f"a {MOOD_WORDS[avatar.expression]}{' bald' if _bald_to_see(avatar) else ''} person"
    features = [_hair_words(avatar), avatar.glasses, _facial_hair_words(avatar), avatar.earrings]
    features = [feature for feature in features if feature != "none"]
    worn = [_with_article(avatar.clothing_colour, avatar.clothing)]
    if avatar.headwear != "none":
        worn.insert(0, _with_article(avatar.headwear_colour, avatar.headwear))
    having = f" with {_listed(features)}," if features else ""
    return f"{who}{having} wearing {_listed(worn)}, on a {avatar.background} background"


def _bald_to_see(avatar):
    return avatar.hair == "bald" and avatar.headwear in ("none", "crown")


def _hair_words(avatar):
    if avatar.hair == "bald" or avatar.headwear == "headscarf":
        return "none"
    covered = avatar.headwear not in ("none", "crown")
    words = "short {} hair" if covered and avatar.hair not in LONGER_HAIR else HAIR_WORDS[avatar.hair]
    return words.format(avatar.hair_colour)


def _facial_hair_words(avatar):
    if avatar.facial_hair in ("none", "stubble"):
        return avatar.facial_hair
    return _with_article(avatar.hair_colour, avatar.facial_hair)


def _with_article(*words):
    return f"{'an' if words[0][0] in 'aeiou' else 'a'} {' '.join(words)}"


def _listed(words):
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


# --- The data set --------------------------------------------------------------------------------------------------

# Below this, starting processes takes longer than drawing.
FEW = 200
CHUNK = 100


# For translation the styles A and B. Fewer faces than for drawing from noise: variants that are given images learn from
# less, see larger ones, and there may be two pictures to draw of each.
TRANSLATION_STYLES = {"paired": ("sketch", "cartoon"), "unpaired": ("cartoon", "poster")}
TRANSLATION_SPLITS = {"train": 6_000, "test": 600}


def load(_rest, options, split="train", task="sample"):
    """Draws the avatars of a split, or reads them from the cache; see `keras_gan.data.load`.

    For the task `paired`, A is a sketch of each face and B its cartoon. For `unpaired`, A are cartoons of the first
    half of the faces and B posters of the second half, so that nobody is in both.
    """
    if task in TRANSLATION_STYLES:
        return _load_two_styles(options, split, task)
    count = TRANSLATION_SPLITS[split] if task == "restore" and split in TRANSLATION_SPLITS else None
    return image_dataset(
        name=options.dataset,
        images=pictures(options.image_size, split, count=count),
        labels=labels(split, count),
        class_names=CLASS_NAMES,
        provenance=f"avatars v{VERSION}, split {split}: cartoon faces drawn by this program from seed {SEED} "
        "(Apache-2.0).",
        treatment=f"drawn at {options.image_size}x{options.image_size} px.",
    )


def _load_two_styles(options, split, task):
    if split not in TRANSLATION_SPLITS:
        raise unknown("split", split, TRANSLATION_SPLITS)
    count, paired = TRANSLATION_SPLITS[split], task == "paired"
    halves = [(0, count)] * 2 if paired else [(0, count // 2), (count // 2, count // 2)]
    sides = list(zip(TRANSLATION_STYLES[task], halves, strict=True))
    source, target = sides if options.direction == "AtoB" else sides[::-1]

    def drawn(side):
        style, (first, number) = side
        return pictures(options.image_size, split, style, number, first=first)

    first, number = target[1]
    return image_dataset(
        name=options.dataset,
        images=drawn(target),
        labels=labels(split, first + number)[first:],
        class_names=CLASS_NAMES,
        provenance=f"avatars v{VERSION}, split {split}: {target[0]} faces, made from {source[0]} pictures of "
        f"{'the same' if paired else 'other'} faces, drawn by this program from seed {SEED} (Apache-2.0).",
        treatment=f"drawn at {options.image_size}x{options.image_size} px.",
        sources=drawn(source),
        aligned=paired,
    )


def check_available(_rest, options):
    """Raises `UserError` unless avatars are drawn at the size that is asked for."""
    _check_size(options.image_size)


def has_test(_rest, options):
    """Whether there is a test split: always."""
    return True


def attributes(split="train", count=None, seed=SEED):
    """The first `count` avatars of a split (default: all of them), in the order of `pictures`."""
    return [random_avatar(seed, split, index) for index in range(_size_of(split, count))]


def labels(split="train", count=None, seed=SEED):
    """int32 `[count]` in [0, 10): the classes, in the order of `pictures`."""
    count = _size_of(split, count)
    tens = range(-(-count // len(CLASS_NAMES)))
    return np.concatenate([np.zeros(0, np.int32), *(_classes_of_ten(seed, split, ten) for ten in tens)])[:count]


def pictures(size, split="train", style="cartoon", count=None, seed=SEED, first=0):
    """`count` avatars of a split (default: all) from the index `first` on, as uint8 `[count, size, size, 3]`.

    Drawn once, with a progress bar, and from then on read from `cache.directory()`.

    Raises:
        UserError: for a size, split or style that there is not.
    """
    _check_size(size)
    if style not in STYLES:
        raise unknown("style", style, STYLES)
    count = _size_of(split, None) - first if count is None else _size_of(split, count)
    which = f"{count}-from{first}" if first else count
    path = cache.directory() / f"avatars-v{VERSION}-{style}-{size}px-{split}-{which}-seed{seed}.npy"
    images = read(path, (count, size, size, 3))
    if images is None:
        images = _draw_all(size, split, style, range(first, first + count), seed)
        cache.keep(path, lambda file: np.save(file, images), "drawn avatars")
    return images


def _check_size(size):
    """Raises `UserError` unless avatars are drawn at this size, in pixels."""
    if size not in SIZES:
        raise UserError(f"avatars come at 32, 64 or 128 px, not {size}: set --image-size to one of these.")


def _size_of(split, count):
    if split not in SPLITS:
        raise unknown("split", split, SPLITS)
    return SPLITS[split] if count is None else count


def _draw_all(size, split, style, indices, seed):
    count = len(indices)
    images = allocate((count, size, size, 3), "images")
    chunks = [indices[start : start + CHUNK] for start in range(0, count, CHUNK)]
    drawer = partial(_draw_chunk, size, split, style, seed)
    with tqdm(total=count, desc=f"drawing {split} avatars", unit=" images", leave=False, delay=1) as bar:
        results = processes.in_order(drawer, chunks) if count > FEW else map(drawer, chunks)
        for chunk, drawn in zip(chunks, results, strict=True):
            images[chunk.start - indices.start :][: len(chunk)] = drawn
            bar.update(len(chunk))
    return images


def _draw_chunk(size, split, style, seed, indices):
    return np.stack([np.asarray(draw(random_avatar(seed, split, index), size, style)) for index in indices])


# --- The cache -----------------------------------------------------------------------------------------------------


def read(path, shape):
    """The uint8 array in a file, or None if there is none of this shape to be read."""
    try:
        array = np.load(path, allow_pickle=False)
    except Exception:  # a damaged file can make NumPy raise nearly anything
        return None
    return array if array.shape == shape and array.dtype == np.uint8 else None
