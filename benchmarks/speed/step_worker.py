"""What is measured of this program itself; run by `steps.py` as `python -m benchmarks.speed.step_worker OPTIONS`.

The roles of such a worker: `step` takes bare compiled steps, `loop` is `train.py` itself, halted between two steps
whenever nothing is asked of it, `matmul` finds out how fast this machine can multiply.
"""

import time

from benchmarks.common.program import quiet_tensorflow, tensorflow_threads, train, versions
from benchmarks.common.workers import seconds_per_step, serve
from benchmarks.speed.bare_step import bare_step

# --- The bare step --------------------------------------------------------------------------------------------------


def serve_step(channel, variant, image_shape, batch_size, precision):
    """Answers `step` with the seconds of a bare step, and `facts` with what the model is."""
    quiet_tensorflow()
    import keras

    from keras_gan.training import building

    keras.mixed_precision.set_dtype_policy(precision)
    model = building.create(variant, image_shape)
    model.compile()
    step = bare_step(model, image_shape, batch_size)
    step()
    channel.answer()
    channel.serve({"step": lambda count: {"seconds": seconds_per_step(step, count)}, "facts": lambda: facts(model)})


def facts(model):
    """What the other side needs to know of a DCGAN: sizes, operations, versions, and the shape of both networks."""
    from benchmarks.peers import description
    from benchmarks.speed import flops

    return {
        "flop_per_image": flops.discriminator_first_step(model.generator, model.discriminator),
        "networks": description.dcgan(model),
        "versions": versions(),
        "threads": tensorflow_threads(),
    }


# --- The training loop ----------------------------------------------------------------------------------------------


def serve_loop(channel, argv, image_shape, batch_size):
    """Runs the real command line, with one callback more, through which the loop is halted and let go."""

    def halter(callbacks):
        from benchmarks.speed.loop_halter import LoopHalter  # Keras is loaded by now

        return LoopHalter(channel, callbacks, lambda model: bare_step(model, image_shape, batch_size))

    train(argv, halter)


# --- The machine ----------------------------------------------------------------------------------------------------


def serve_matmul(channel, size=2048):
    """Answers `matmul` with the best rate of some products of float32 matrices, in operations per second."""
    quiet_tensorflow()
    import tensorflow as tf

    a, b = (tf.random.stateless_normal((size, size), seed=(0, seed)) for seed in (0, 1))

    def multiply():
        started = time.perf_counter()
        tf.matmul(a, b)[0, 0].numpy()
        return 2 * size**3 / (time.perf_counter() - started)

    multiply()
    channel.answer()
    channel.serve({"matmul": lambda repeats: {"flop_per_second": max(multiply() for _ in range(repeats))}})


if __name__ == "__main__":
    serve({"step": serve_step, "loop": serve_loop, "matmul": serve_matmul})
