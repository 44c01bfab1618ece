"""What is measured of this program itself; run by `speed.py` as `python -m benchmarks.speed.step_worker OPTIONS`.

Three kinds of worker: `step` takes bare compiled steps, `loop` is `train.py` itself, halted between two steps
whenever nothing is asked of it, `matmul` finds out how fast this machine can multiply.
"""

import json
import sys
import time

from benchmarks.common.workers import Channel, seconds_per_step, threads
from keras_gan.distribution.startup import quiet_tensorflow


def main():
    """Becomes the kind of worker that the one argument says."""
    options = json.loads(sys.argv[1])
    channel = Channel()
    {"step": serve_step, "loop": serve_loop, "matmul": serve_matmul}[options.pop("kind")](channel, **options)


# --- The bare step --------------------------------------------------------------------------------------------------


def serve_step(channel, variant, image_shape, batch_size, precision):
    """Answers `step` with the seconds of a bare step, and `facts` with what the model is."""
    quiet_tensorflow()
    import keras

    from keras_gan import registry

    keras.mixed_precision.set_dtype_policy(precision)
    model = registry.create(variant, image_shape)
    model.compile()
    step = bare_step(model, image_shape, batch_size)
    step()
    channel.answer()
    channel.serve({"step": lambda count: {"seconds": seconds_per_step(step, count)}, "facts": lambda: facts(model)})


def bare_step(model, image_shape, batch_size):
    """A compiled `train_step` on one batch that never changes, as a function that waits for the step's end.

    No loop around it can be faster: it has no input pipeline, no callbacks and nothing of `fit`.
    """
    import tensorflow as tf

    batch = random_batch(model, image_shape, batch_size, updates=model.discriminator_steps)
    compiled = tf.function(model.train_step, jit_compile=model.jit_compile or None)
    return lambda: float(compiled(batch)["g_loss"])


def random_batch(model, image_shape, batch_size, updates):
    """Random images, labelled if the model wants it, for so many updates of the discriminator.

    A model that is given images gets random ones, of the size and by the names that its generator asks for.
    """
    import tensorflow as tf

    rows = batch_size * updates
    batch = {"real": tf.random.stateless_uniform((rows, *image_shape), seed=(0, 0), minval=-1.0)}
    if model.num_classes:
        batch["label"] = tf.range(rows) % model.num_classes
    return batch if model.latent_dim else _sources(model, image_shape, rows) | batch


def _sources(model, image_shape, rows):
    import tensorflow as tf

    size = [length // model.scale for length in image_shape[:2]]
    given = {
        tensor.name: tf.random.stateless_uniform((rows, *size, tensor.shape[-1]), seed=(0, number), minval=-1.0)
        for number, tensor in enumerate(model.generator.inputs, 4)
    }
    if "mask" in given:
        given["mask"] = tf.cast(given["mask"] > 0.0, tf.float32)
    return given


def facts(model):
    """What the other side needs to know: sizes, operations, versions, and the shape of both networks."""
    import keras
    import tensorflow as tf

    from benchmarks.speed import flops

    return {
        "flop_per_image": flops.discriminator_first_step(model.generator, model.discriminator),
        "networks": _networks(model),
        "versions": {"TensorFlow": tf.__version__, "Keras": keras.__version__},
        "threads": tf.config.threading.get_intra_op_parallelism_threads() or threads(),
    }


def _networks(model):
    """Everything that a peer needs to build the same DCGAN, read from the layers as they are."""
    from keras import layers

    def of_type(network, kind):
        return [layer for layer in network.layers if isinstance(layer, kind)]

    up = of_type(model.generator, layers.Conv2DTranspose)
    down = of_type(model.discriminator, layers.Conv2D)
    (reshape,) = of_type(model.generator, layers.Reshape)
    return {
        "latent_dim": model.latent_dim,
        "generator_kernels": [layer.kernel_size[0] for layer in up],
        "discriminator_kernels": [layer.kernel_size[0] for layer in down],
        "generator_widths": [reshape.target_shape[-1], *(layer.filters for layer in up)],
        "discriminator_widths": [layer.filters for layer in down],
        "image_shape": model.discriminator.input_shape[1:],
        **training_constants(model),
    }


def translation_networks(model, image_shape):
    """Everything that a peer needs to build the same pix2pix or CycleGAN, read from the layers as they are.

    Where the networks are pairs, these are the sizes of one of each; the numbers of weights are those of both.
    """
    from keras import layers

    from keras_gan.layers.dropout import StepDropout

    generator, discriminator = (_one_of(network) for network in (model.generator, model.discriminator))
    rates = {layer.name: layer.rate for layer in generator.layers if isinstance(layer, StepDropout)}
    weights = ("adversarial_weight", "l1_weight", "cycle_weight", "identity_weight")
    return {
        "variant": model.name,
        "image_shape": image_shape,
        "source_channels": generator.inputs[0].shape[-1],
        "generator": _convolutions(generator),
        "discriminator": _convolutions(discriminator),
        "skip": any(isinstance(layer, layers.Concatenate) for layer in generator.layers),
        "dropout": [rates.get(f"dropout_{place}", 0.0) for place in (1, 2, 3)],
        "pool_size": next((pool.shape[0] for pool in getattr(model, "pools", {}).values()), 0),
        **{name: getattr(model, name) for name in weights if hasattr(model, name)},
        **training_constants(model),
    }


def _one_of(network):
    import keras

    return next((layer for layer in network.layers if isinstance(layer, keras.Model)), network)


def _convolutions(network):
    """All convolutions from the input on. In these networks those without a bias are normalised."""
    from keras import layers

    return [
        {
            "width": layer.filters,
            "size": layer.kernel_size[0],
            "stride": layer.strides[0],
            "transposed": isinstance(layer, layers.Conv2DTranspose),
            "normalized": not layer.use_bias,
        }
        for layer in network.layers
        if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose))
    ]


def training_constants(model):
    """Numbers of weights, and what the updates need beside gradients."""
    return {
        "generator_weights": model.generator.count_params(),
        "discriminator_weights": model.discriminator.count_params(),
        "learning_rate": float(model.optimizer.learning_rate),
        "beta_1": model.optimizer.beta_1,
        "beta_2": model.optimizer.beta_2,
        "epsilon": model.optimizer.epsilon,
        "ema_halflife_kimg": model.ema_halflife_kimg,
        "ema_rampup": model.ema_rampup,
    }


# --- The training loop ----------------------------------------------------------------------------------------------


def serve_loop(channel, argv, image_shape, batch_size):
    """Runs the real command line, with one callback more, through which the loop is halted and let go."""
    from keras_gan import cli
    from keras_gan.commands import train

    programs_own = train._callbacks

    def with_conductor(*arguments):
        from benchmarks.speed.loop_halter import (
            Conductor,  # Keras is loaded by now, as late as the program itself does it
        )

        callbacks = programs_own(*arguments)
        return [*callbacks, Conductor(channel, callbacks, lambda model: bare_step(model, image_shape, batch_size))]

    train._callbacks = with_conductor
    cli.main(argv, command="train")


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
    main()
