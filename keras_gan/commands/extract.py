"""`extract`: the movement of the figure in a film, as a file; and latents by which a model makes it again."""

from pathlib import Path

import numpy as np

from keras_gan.commands import models
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.errors import UserError, shown, why
from keras_gan.modalities.video import reading
from keras_gan.storage import files

FEWEST = 4  # frames
TRIES = 4  # beginnings of the search, in each class
RATE, FADING = 0.1, 0.1  # of the search: Adam's step size, and what is left of it at the end


def run(options):
    """Reads the poses of a film and writes them; then finds latents by which a model makes them, if one is given."""
    quiet_tensorflow()
    from keras_gan.metrics import poses

    frames, motion = _frames(options.input, poses.EDGE), poses.field()
    generator = _generator(options, motion)
    clip = poses.read(frames, motion)
    _write(Path(options.out), motion, clip)
    off = 100 * poses.reader()[1]["error"]
    print(f"{len(clip)} frames of {options.input} in {options.out}; on drawn figures, joints are off by {off:.1f} %.")
    if generator:
        _make_again(options, generator, clip)
    return 0


def _frames(path, edge):
    """The frames of a film, uint8 `[T, edge, edge, 3]`, at the rate of the figures that the network knows."""
    from keras_gan.data import walker

    try:
        frames = reading.film(Path(path).read_bytes(), edge, 3).at_rate(walker.FPS)
    except OSError as error:
        raise UserError(f"--input {shown(path)} cannot be read: {why(error)}.") from None
    except reading.Unreadable as error:
        raise UserError(f"--input {shown(path)} {error}.") from None
    if len(frames) < FEWEST:
        raise UserError(f"--input {shown(path)} has {len(frames)} frames at {walker.FPS:g} a second: too few.")
    return frames


def _write(path, motion, clip):
    """Writes a clip, and its other forms beside it."""
    try:
        files.write(path, lambda file: motion.write(file, clip), durable=False)
        for suffix in motion.further_suffixes:
            write = lambda file, suffix=suffix: motion.write_further(file, clip, suffix)  # noqa: E731
            files.write(path.with_suffix(suffix), write, durable=False)
    except OSError as error:
        raise UserError(f"cannot write {path}: {why(error)}.") from None


# --- By a model -------------------------------------------------------------------------------------------------------


def _generator(options, motion):
    """The exported model of `--model`, or None; `UserError` if it makes no figures of this skeleton."""
    if options.model is None:
        return None
    generator = models.opened(models.find(options.model), draws=True)
    if generator.runtime.has_one_size or getattr(generator.output, "joints", None) != motion.joints:
        raise UserError(f"{options.model} is no SavedModel that makes figures like those that films are read as.")
    return generator


def _make_again(options, generator, clip):
    """Finds and writes latents, the clip that the model makes of them, and variations of it."""
    field, out = generator.output, Path(options.out)
    count = min(field.frames, len(clip))
    latents, labels, distance = nearest(generator, field.positions(clip[:count]), options.steps, options.seed)
    label = None if labels is None else labels[:1]
    rng = np.random.RandomState(options.seed)
    away = rng.normal(size=(options.count, latents.shape[1])).astype(np.float32)
    near = np.sqrt(1 - options.distance**2) * latents + options.distance * away
    made = generator.draw(np.concatenate([latents, near]), None if label is None else np.repeat(label, 1 + len(near)))
    again = out.with_name(f"{out.stem}-again{out.suffix}")
    _write(again, field, made[0])
    together = np.concatenate([clip[None, :count], made[:, :count]])
    kept = out.with_name(f"{out.stem}-latents.npz")
    found = {"latents": latents[0]} | ({} if label is None else {"label": label[0]})
    try:
        files.write(kept, lambda file: np.savez(file, **found), durable=False)
        sheet = field.sheet(together, len(together))
        files.write(out.with_name(f"{out.stem}-varied.gif"), sheet.writer_of(".gif"), durable=False)
    except OSError as error:
        raise UserError(f"cannot write beside {out}: {why(error)}.") from None
    off = 100 * distance / field.skeleton.height
    print(f"by latents in {kept}, joints {off:.1f} % of the height away: {again}, and {options.count} near it.")


def nearest(generator, wanted, steps, seed=0):
    """Latents of which a model makes what is nearest to some places of joints: `(latents [1, D], label [1], distance)`.

    Args:
        generator: an `ExportedGenerator` in a SavedModel; all of its classes are searched.
        wanted: `[T, joints, 3]`, of as many frames as the model makes or fewer.
        steps: of the search.
        seed: decides where it begins.
    """
    import keras
    import tensorflow as tf

    classes = max(1, generator.num_classes)
    start = generator.latents(np.arange(seed, seed + TRIES * classes, dtype=np.int64))
    labels = np.arange(len(start), dtype=np.int32) % classes if generator.takes_labels else None
    latents, call = tf.Variable(start), generator.runtime.function("serving_default")
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps, alpha=FADING))
    given = {} if labels is None else {"labels": tf.constant(labels)}

    @tf.function
    def distances():
        apart = call(latents=latents, **given)["positions"][:, : len(wanted)] - wanted[None]
        return tf.reduce_mean(tf.norm(apart + 1e-9, axis=-1), axis=[1, 2])

    variable = keras.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(latents)
            # Latents far out are none that the model has learned of.
            loss = tf.reduce_sum(distances()) + 1e-3 * tf.reduce_sum(tf.square(latents))
        optimizer.apply([tape.gradient(loss, latents)], [variable])
        latents.assign(variable.value)
    found = distances().numpy()
    row = int(found.argmin())
    return latents.numpy()[row : row + 1], None if labels is None else labels[row : row + 1], float(found[row])
