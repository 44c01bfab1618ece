"""Captions of avatars read again: which attributes a sentence names, and whether it is one of this grammar at all."""

import re

from keras_gan.data import avatars

_MOODS = {words: mood for mood, words in avatars.MOOD_WORDS.items()}
_COLOURS = "|".join(avatars.HAIR_COLOURS)
_CLOTH_COLOURS = "|".join(avatars.CLOTH_COLOURS)
_BACKGROUNDS = "|".join(avatars.BACKGROUNDS)
_HAIR = {
    style: re.compile(re.escape(words).replace(r"\{\}", f"({_COLOURS})").replace(r"a\ ", r"an?\ "))
    for style, words in {**avatars.HAIR_WORDS, "short hair": "short {} hair"}.items()
}
_FACIAL_HAIR = "|".join(each for each in avatars.FACIAL_HAIR if each not in ("none", "stubble"))
_BEARD = re.compile(f"(a|an) ({_COLOURS}) ({_FACIAL_HAIR})")
_CLOTHING = re.compile(f"(a|an) ({_CLOTH_COLOURS}) ({'|'.join(avatars.CLOTHING)})")
_HEADWEAR = re.compile(f"(a|an) (golden|{_CLOTH_COLOURS}) ({'|'.join(avatars.HEADWEAR)})")
_WHOLE = re.compile(
    rf"a ({'|'.join(_MOODS)})( bald)? person(?: with (.+?),)? wearing (.+), on a ({_BACKGROUNDS}) background"
)
NAMES = (
    *("expression", "hair", "hair_colour", "glasses", "facial_hair", "earrings"),
    *("clothing", "clothing_colour", "headwear", "background"),
)


def read(caption):
    """The attributes that a caption names, `{name: value}` for NAMES; None if it is no sentence of the grammar.

    What is not said is `none`. Hair that cannot be told below headwear is `short hair`.
    """
    found = _WHOLE.fullmatch(caption)
    if not found or not _articles_fit(caption):
        return None
    mood, bald, features, worn, background = found.groups()
    values = dict.fromkeys(NAMES, "none") | {"expression": _MOODS[mood], "background": background}
    values["hair"] = "bald" if bald else "none"
    for feature in _parts(features or ""):
        if not _read_feature(feature, values):
            return None
    *headwear, clothing = _parts(worn)
    clothes = _CLOTHING.fullmatch(clothing)
    well_joined = all(_joined(_parts(each)) == each for each in (worn, features or ""))
    if not clothes or len(headwear) > 1 or not well_joined:
        return None
    values |= {"clothing": clothes[3], "clothing_colour": clothes[2]}
    if headwear:
        hat = _HEADWEAR.fullmatch(headwear[0])
        if not hat:
            return None
        values["headwear"] = hat[3]
    return values


def _read_feature(text, values):
    """Notes what a feature is; returns False for what is none, or is there twice."""
    if text in avatars.GLASSES and text != "none":
        return _note(values, glasses=text)
    if text in avatars.EARRINGS:
        return _note(values, earrings=text)
    if text == "stubble":
        return _note(values, facial_hair=text)
    beard = _BEARD.fullmatch(text)
    if beard:
        own = values["hair_colour"] in ("none", beard[2])  # hair and beard are of one colour
        values["hair_colour"] = beard[2]
        return own and _note(values, facial_hair=beard[3])
    for style, pattern in _HAIR.items():
        hair = pattern.fullmatch(text)
        if hair:
            return _note(values, hair=style, hair_colour=hair[1])
    return False


def _note(values, **found):
    free = all(values[name] == "none" for name in found)
    values |= found
    return free


def _parts(text):
    return [part for part in re.split(r", | and ", text) if part]


def _joined(parts):
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1] if parts else ""]))


def _articles_fit(text):
    return all((article == "an") == (letter in "aeiou") for article, letter in re.findall(r"\b(an?) (\w)", text))
