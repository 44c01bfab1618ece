"""The bare step: a compiled `train_step` on one batch that never changes, with nothing of a loop around it."""


def bare_step(model, image_shape, batch_size):
    """A compiled `train_step` on one batch that never changes, as a function that waits for the step's end.

    No loop around it can be faster: it has no input pipeline, no callbacks and nothing of `fit`.
    """
    batch = random_batch(model, image_shape, batch_size, draws=len(model.stage.draws))
    step = compiled(model, model.train_step)
    return lambda: float(step(batch)["g_loss"])


def compiled(model, function):
    """The function, compiled as the model's step is."""
    import tensorflow as tf

    return tf.function(function, jit_compile=model.jit_compile or None)


def random_batch(model, image_shape, batch_size, draws=1):
    """Random images, labelled if the model wants it, for so many draws of a step.

    A model that is given images gets random ones, of the size and by the names that its generator asks for.
    """
    import tensorflow as tf

    rows = batch_size * draws
    batch = {"real": tf.random.stateless_uniform((rows, *image_shape), seed=(0, 0), minval=-1.0)}
    if model.num_classes:
        batch["label"] = tf.range(rows) % model.num_classes
    return batch if model.latent_dim else _sources(model, image_shape, rows) | batch


def _sources(model, image_shape, rows):
    import tensorflow as tf

    size = [length // model.scale for length in image_shape[:2]]
    shapes = {
        tensor.name: (*size, tensor.shape[3]) if len(tensor.shape) == 4 else tensor.shape[1:]
        for tensor in model.generator.inputs
    }
    given = {
        name: tf.random.stateless_uniform((rows, *shape), seed=(0, number), minval=-1.0)
        for number, (name, shape) in enumerate(shapes.items(), 4)
    }
    if "mask" in given:
        given["mask"] = tf.cast(given["mask"] > 0.0, tf.float32)
    return given
