"""What is to be seen in an avatar, as numbers: attributes with a few values each, and what they are called together."""

import numpy as np

from keras_gan.data import avatars

SKIN_TONES = ("light skin", "medium skin", "dark skin")

# The values of each attribute, in the order of their numbers.
ATTRIBUTES = {
    "hair": avatars.CLASS_NAMES,
    "hair_colour": ("hidden", *avatars.HAIR_COLOURS),
    "skin": SKIN_TONES,
    "expression": tuple(avatars.EXPRESSIONS),
    "glasses": tuple(avatars.GLASSES),
    "facial_hair": tuple(avatars.FACIAL_HAIR),
    "clothing": tuple(avatars.CLOTHING),
    "clothing_colour": tuple(avatars.CLOTH_COLOURS),
    "background": tuple(avatars.BACKGROUNDS),
}

# What people ask for, each a set of values of one attribute.
TRAITS = {
    "glasses": ("glasses", ("round glasses", "square glasses", "sunglasses")),
    "sunglasses": ("glasses", ("sunglasses",)),
    "beard": ("facial_hair", ("beard", "goatee")),
    "moustache": ("facial_hair", ("moustache",)),
    "headwear": ("hair", ("headwear",)),
    "long hair": ("hair", avatars.LONGER_HAIR),
    "bald": ("hair", ("bald",)),
    "blond hair": ("hair_colour", ("blond", "white")),
    "dark hair": ("hair_colour", ("black", "dark brown")),
    "dark skin": ("skin", ("dark skin",)),
    "smile": ("expression", ("smile", "laugh")),
    "surprise": ("expression", ("surprised",)),
}


def of(avatar):
    """The values of an `Avatar`, `{attribute: value}`."""
    tone = min(int(avatar.skin_tone * len(SKIN_TONES)), len(SKIN_TONES) - 1)
    hidden = avatar.headwear == "headscarf" or (avatar.hair == "bald" and avatar.facial_hair in ("none", "stubble"))
    return {
        "hair": avatar.class_name,
        "hair_colour": "hidden" if hidden else avatar.hair_colour,
        "skin": SKIN_TONES[tone],
        "expression": avatar.expression,
        "glasses": avatar.glasses,
        "facial_hair": avatar.facial_hair,
        "clothing": avatar.clothing,
        "clothing_colour": avatar.clothing_colour,
        "background": avatar.background,
    }


def columns(split="train", count=None, seed=avatars.SEED):
    """`{attribute: int32 [N]}`, the numbers of values of the first avatars of a split, in the order of `pictures`."""
    values = [of(avatar) for avatar in avatars.attributes(split, count, seed)]
    return {
        name: np.array([known.index(each[name]) for each in values], np.int32) for name, known in ATTRIBUTES.items()
    }


def probabilities(read):
    """How probable each trait is.

    Args:
        read: probabilities of values, `{attribute: float [N, values]}`.

    Returns:
        `{trait: float [N]}`.
    """
    return {
        trait: read[name][:, [ATTRIBUTES[name].index(value) for value in values]].sum(axis=1)
        for trait, (name, values) in TRAITS.items()
    }
