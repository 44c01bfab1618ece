"""`edit`: a picture changed by words, by an exported model that draws what is said."""

import numpy as np

from keras_gan.commands import models
from keras_gan.commands.models import opened
from keras_gan.commands.project import Space, paths_of, projected, read_square
from keras_gan.errors import UserError, cannot_write
from keras_gan.storage import files


def run(options):
    """Finds latents of which the model makes the picture with a sentence, and draws them with another one."""
    generator = opened(models.find(options.model), draws=True)
    if generator.runtime.has_one_size:
        raise UserError(f"{options.model} is a .tflite file, and a search needs gradients: give a SavedModel.")
    generator.say(options.text)  # before the search: it may have words that the model does not know
    paths = paths_of(options.image)
    if len(paths) > 1:
        raise UserError(f"--image {options.image} is a folder: give one picture.")
    target = read_square(paths[0], generator.output)[None]
    space = Space(generator, options)
    caption = options.caption or _nearest(space, target)
    generator.say(caption, "--caption")
    latents, made, distances, _ = projected(space, target, options)
    generator.say(options.text)
    edited = generator.draw(latents)
    try:
        sheet = generator.output.sheet(np.concatenate([target, made, edited]), columns=3)
        files.write(options.out, sheet.write, durable=False)
    except OSError as error:
        raise cannot_write(options.out, error) from None
    print(f"as {caption!r}, at a distance of {distances[0]:.3f}; as {options.text!r}: {options.out}")
    return 0


def _nearest(space, target):
    """Of the sentences that seeds stand for, the one whose picture of mean latents is nearest to the target."""
    import tensorflow as tf

    wanted = space.distance.seen(tf.constant(255.0 * target))
    (field,) = space.generator.texts.values()
    distances = []
    for sentence in field.examples:
        space.generator.say(sentence)
        made = space.pictures(tf.constant(space.start[None]))
        distances.append(float(space.distance.between(space.distance.seen(255.0 * made), wanted)[0]))
    return field.examples[int(np.argmin(distances))]
