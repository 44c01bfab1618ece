"""Poses of films: a network trained on figures that were moved by formulas and drawn, whose poses are known exactly.

It sees each frame of a film of one figure as `modalities.motion.drawing` draws it, then what follows what along time,
and gives what networks see of movement (`Motion.to_model`): how a figure turns and goes, and how its joints are turned.
"""

import functools
import inspect

import keras
import numpy as np
from keras import layers, ops

from keras_gan.data import processes, walker
from keras_gan.modalities.motion import Motion, drawing
from keras_gan.networks import trained_once
from keras_gan.storage.schema import count, number

EDGE = 64  # pixels
FRAMES = 32  # of a clip that it learns from
CLIPS = {"train": 1000, "test": 100}
STEPS, BATCH_SIZE, RATE = 1000, 8, 1e-3
PLACES = 10.0  # how much the places of joints count beside rotations, in heights of a figure
FORM = {"error": number, "clips": count}
CHUNK = 25


def field():
    """The `Motion` of the figures that it knows, fitted to those that it learns from."""
    return Motion.of(FRAMES, walker.skeleton(), walker.FPS).fitted(clips("train"))


@functools.cache
def clips(split):
    """Clips of figures of a split, float32 `[N, FRAMES, 3 + 6 joints]`."""
    labels = (np.arange(CLIPS[split]) % len(walker.CLASS_NAMES)).astype(np.int32)
    return walker.moved(labels, FRAMES, np.random.RandomState(100 + walker.SEEDS[split]))


@functools.cache
def reader():
    """`(network of clips of FRAMES frames, facts)`: `error` is how far joints are off, in heights, on other figures."""
    motion = field()
    key = [f"{STEPS} {BATCH_SIZE} {RATE} {PLACES} {_RECIPE}".encode(), clips("train")]
    return trained_once.load("poses", key, lambda: build(FRAMES, motion), lambda each: _train(each, motion), FORM)


def read(frames, motion):
    """The movement in a film, float32 `[T, 3 + 6 joints]`.

    Args:
        frames: uint8 `[T, EDGE, EDGE, 3]`, at the rate of walkers.
        motion: `field()`.
    """
    network = build(len(frames), motion)
    network.set_weights(reader()[0].get_weights())
    made = network(_in_unit(frames)[None], training=False)
    return np.asarray(motion.from_model(made)[motion.plural])[0]


def build(frames, motion):
    """Films in [0, 1], `[B, frames, EDGE, EDGE, 3]`, to `[B, frames, F]`; weights do for any number of frames."""
    films = keras.Input((frames, EDGE, EDGE, 3), name="films")
    x = ops.reshape(films, (-1, EDGE, EDGE, 3))
    for number_of, width in enumerate((16, 32, 64, 96)):
        x = layers.Conv2D(width, 3, strides=2, padding="same", **_seeded(number_of))(x)
    x = layers.Dense(256, **_seeded(4))(layers.Flatten()(x))
    x = ops.reshape(x, (-1, frames, 256))
    for number_of in (5, 6):
        x = x + layers.Conv1D(256, 5, padding="same", **_seeded(number_of))(x)
    made = layers.Dense(len(motion.mean), kernel_initializer=keras.initializers.GlorotUniform(seed=7), dtype="float32")
    return keras.Model(films, made(x), name="poses")


def drawn(motion, rows):
    """Clips as films of the edge EDGE, uint8 `[N, T, EDGE, EDGE, 3]`."""
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    # A function of a module without TensorFlow, which would be heard in every process.
    return np.concatenate(list(processes.in_order(functools.partial(drawing.films, motion, EDGE), chunks)))


def off(motion, made, true):
    """How far joints are off as the figures see themselves, mean over joints and frames, in heights, a tensor."""
    places = [motion.in_own_frame(each)[0] for each in (made, true)]
    return ops.mean(ops.sqrt(ops.sum(ops.square(places[0] - places[1]), axis=-1) + 1e-9)) / motion.skeleton.height


def _in_unit(frames):
    return np.asarray(frames, np.float32) / 255.0


def _seeded(seed):
    return {"kernel_initializer": keras.initializers.HeNormal(seed=seed), "activation": "relu", "dtype": "float32"}


def _train(network, motion):
    """Adam with a cosine to zero, on rotations and on the places that they bring joints to."""
    import tensorflow as tf

    print(f"training the network that reads poses, on {CLIPS['train']:,} drawn clips …")
    films, rows = drawn(motion, clips("train")), np.asarray(motion.to_model(clips("train")))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, STEPS))
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(some, wanted):
        with tf.GradientTape() as tape:
            made = network(some, training=True)
            loss = tf.reduce_mean(tf.square(made - wanted)) + PLACES * off(motion, made, wanted)
        optimizer.apply(tape.gradient(loss, [each.value for each in network.trainable_variables]))

    rng = np.random.RandomState(0)
    for _ in range(STEPS):
        chosen = rng.randint(len(films), size=BATCH_SIZE)
        step(tf.constant(_in_unit(films[chosen])), tf.constant(rows[chosen]))
    others = clips("test")
    made = network.predict(_in_unit(drawn(motion, others)), batch_size=BATCH_SIZE, verbose=0)
    return {"error": round(float(off(motion, made, motion.to_model(others))), 4), "clips": len(others)}


# Part of the name of cached weights, so that a changed network is trained anew.
_RECIPE = "".join(map(inspect.getsource, (build, _train, drawing, walker)))
