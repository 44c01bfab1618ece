"""`speak`: a text, as far as the classes of an exported model of sounds are its words."""

import re

import numpy as np

from keras_gan.commands import models
from keras_gan.commands.models import opened
from keras_gan.errors import UserError, cannot_write, shown
from keras_gan.modalities.sound import Waveform
from keras_gan.modalities.sound import files as sounds
from keras_gan.storage import files

PAUSES = {"": 0.07, ",": 0.25, ";": 0.3, ":": 0.3, ".": 0.45, "!": 0.45, "?": 0.45}  # seconds behind a word
MOST_WORDS = 1000


def run(options):
    """Writes the words of a text, each drawn from a seed of its own, as one WAV."""
    generator = opened(models.find(options.model), draws=True)
    field = generator.output
    if not isinstance(field, Waveform):
        raise UserError(f"{options.model} makes {field.noun}s, and only a model of sounds can speak.")
    words = words_of(options.text)
    labels = labels_of(generator, [word for word, _ in words])
    from keras_gan.randomness import seed_range

    seeds = seed_range(options.seed, len(labels))
    latents = generator.latents(seeds)
    made = generator.draw(latents, np.array(labels, np.int32), truncation=options.truncation)
    said = field.with_seeds(seeds).waveforms(made)
    pauses = [pause for _, pause in words]
    waveform = joined(said, pauses, field.rate)
    try:
        files.write(options.out, lambda file: sounds.write(file, waveform, field.rate), durable=False)
    except OSError as error:
        raise cannot_write(options.out, error) from None
    print(f"{len(words)} words, {len(waveform) / field.rate:.1f} s, in {options.out}")
    return 0


def words_of(text):
    """The words of a text in small letters, each with the seconds of the pause behind it; digits are words.

    Raises:
        UserError: if there are none, or too many.
    """
    found = re.findall(r"(\d|[^\W\d_][\w'’-]*)\s*([,;:.!?]?)", text)
    if not 0 < len(found) <= MOST_WORDS:
        raise UserError(f"--text must have 1 to {MOST_WORDS} words, not {len(found)}.")
    return [(word.lower(), PAUSES[mark]) for word, mark in found]


def labels_of(generator, words):
    """The class of each word, integers.

    Raises:
        UserError: naming the words that are none, and the classes that there are.
    """
    labels, missing = {}, []
    by_name = {name.lower(): name for name in generator.class_names}
    for word in dict.fromkeys(words):
        try:
            labels[word] = generator.find_label(by_name.get(word, word))
        except UserError:
            if not generator.takes_labels or not generator.num_classes:
                raise
            missing.append(word)
    if missing:
        known = ", ".join(generator.class_names or map(str, range(generator.num_classes)))
        unknown = ", ".join(map(shown, missing))
        raise UserError(f"{generator.path} cannot say {unknown}: its classes are {known}.")
    return [labels[word] for word in words]


def joined(waveforms, pauses, rate):
    """Waveforms `[N, samples]` without the silence at their ends, each followed by a pause in seconds: `[M]`."""
    parts = []
    for waveform, pause in zip(waveforms, pauses, strict=True):
        parts += [sounds.without_ends(waveform), np.zeros(round(pause * rate), np.float32)]
    return np.concatenate(parts[:-1])
