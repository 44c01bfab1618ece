"""One variant's step, and its passes; run by `passes.py` as `python -m benchmarks.speed.passes_worker OPTIONS`.

Which passes a step needs is worked out from what the variant is, not counted in what it does: a network that is
evaluated once too often shows in the step and not in the sum.
"""

import dataclasses
import itertools
import json
import math
import sys
import time

from benchmarks.common.program import (
    UserError,
    config,
    data,
    quiet_tensorflow,
    registry,
    tensorflow_threads,
    unknown,
    versions,
)
from benchmarks.common.report import rotated
from benchmarks.common.workers import Channel
from benchmarks.peers import description
from benchmarks.peers.pytorch import PEERS
from benchmarks.speed.bare_step import bare_step, compiled, random_batch

PASSES = {
    "G": "generator forward",
    "G'": "generator forward, backward in its weights",
    "G'x": "generator forward, backward in its weights and its source",
    "G''": "half a batch: synthesis forward, backward in the styles, and backward through both in its weights",
    "D": "discriminator forward",
    "D'": "discriminator forward, backward in its weights",
    "Dx": "discriminator forward, backward in the images",
    "D'x": "discriminator forward, backward in its weights, backward in the images",
    "D''": "discriminator forward, backward in the images, and backward through both in its weights",
}
# What no other property of a variant tells. One left out of here gets a sum that is wrong.
# Where its penalty wants the gradient of the scores:
PENALISED_AT = {
    **{"dragan": ("near real",), "r3gan": ("real", "fakes"), "wgan_gp": ("between",), "progan": ("between",)},
    **dict.fromkeys(("stylegan", "stylegan2", "mocogan", "motiongan"), ("real",)),
}
# Whether its networks are pairs, there and back, and its discriminators are shown fakes of a pool:
CYCLIC = ("cyclegan",)
# Which inputs of its discriminator are a generator's work, where it is not the first one alone:
MADE = {"cyclegan": (0, 1), "mocogan": (0, 2)}
# Whether fakes are compared with real images by the discriminator's features:
COMPARED = ("srgan", "style_transfer")


def passes_needed(model):
    """`{pass: how often a step needs it}`, for the passes needed at all; of the last stage, where there are several.

    This follows from the order of the stage's updates, draw by draw. An update of the discriminator meets real images,
    fakes, and the points of its penalty; a double backward pass gives the scores' gradients too, so where loss and
    penalty meet the same images, it is all that is needed. The last update's fakes are also the generator's. If the
    discriminator has been updated in between, it has to score them again; if not, only the way back to the images is
    new, unless it was shown others, from a pool.

    The two networks of a cycle count as one, as do their discriminators. They make fakes and identities of one batch of
    twice the rows, G'; and images that are back, where the gradient goes on into the other network, G'x.

    A penalty that is taken in every n-th step counts an n-th; in the others the loss alone meets the images. So does a
    path length.
    """
    interval = description.penalty_interval(model)
    needed = {}
    for share, penalised in ((1 / interval, PENALISED_AT.get(model.name, ())), (1 - 1 / interval, ())):
        draws = [_passes_of_draw(model, updates, set(penalised)) for updates in model.schedule.stages[-1].draws]
        for name in PASSES:
            needed[name] = needed.get(name, 0) + share * sum(draw[name] for draw in draws)
    if getattr(model.config, "path_length_weight", 0):
        needed["G''"] += 1 / model.config.path_length_interval
    return {name: count if count % 1 else int(count) for name, count in needed.items() if count}


def _passes_of_draw(model, updates, penalised):
    """The same of the updates that share one draw, for all passes, with a penalty at some points."""
    of_discriminator, of_generator = (any(network in update for update in updates) for network in ("d", "g"))
    cyclic = model.name in CYCLIC
    once = len({"real", "fakes"} - penalised)
    one_discriminator = of_discriminator and of_generator and updates != ("d", "g")  # scores for both networks
    shared = one_discriminator and not cyclic
    relativistic = bool(model.objective and model.objective.generator_needs_real)
    return {
        "G": int(not of_generator),
        "G'": int(of_generator),
        "G'x": int(of_generator and cyclic),
        "G''": 0,
        "D": int(of_generator and (relativistic or model.name in COMPARED) and not one_discriminator),
        "D'": of_discriminator * once - shared,
        "Dx": int(of_generator and not shared),
        "D'x": int(shared),
        "D''": of_discriminator * len(penalised),
    }


def main():
    """Answers `facts`, and `round` with the seconds of the step, of every pass and of the updates, taken in turn.

    Of options that are refused it says why, and ends.
    """
    options = json.loads(sys.argv[1])
    channel = Channel()
    try:
        model, programs = build(**options)
    except UserError as error:
        channel.answer(error=str(error))
        return
    for program in programs.values():
        program()
    channel.answer()
    interval = math.lcm(description.penalty_interval(model), getattr(model.config, "path_length_interval", 1))
    facts = {"needed": passes_needed(model), "interval": interval, "versions": versions()}
    facts["shape"] = model.fields["real"].shape
    facts["weights"] = {name: getattr(model, name).count_params() for name in ("generator", "discriminator")}
    if options["variant"] in PEERS:
        facts["networks"] = description.described(model, options["image_shape"])
        facts["threads"] = tensorflow_threads()

    def measured(number, count, steps):
        counts = dict.fromkeys(programs, count) | {"step": steps}
        return {"seconds": {name: _seconds(programs[name], counts[name]) for name in rotated(programs, number)}}

    channel.serve({"facts": lambda: facts, "round": measured})


def build(
    variant,
    image_shape,
    num_classes,
    batch_size,
    preset=registry.NO_PRESET,
    precision="float32",
    options=None,
    tiny=False,
):
    """A compiled model in its last stage, and `{name: function that does it once}` of its step, passes and updates.

    Examples are images of a shape or, where there is none, as in the data set that the variant is trained on.

    Raises:
        UserError: for options that the variant does not have, or not with these values.
    """
    quiet_tensorflow()
    import keras

    from keras_gan.training import building

    keras.mixed_precision.set_dtype_policy(precision)
    chosen = _config(variant, preset, options or {}, tiny)
    if image_shape:
        fields = building.image_fields(variant, image_shape, num_classes)
    else:
        fields = building.fields_of(variant, chosen, data.load(config.RunConfig(variant=variant)))
    model, image_shape = building.build(variant, chosen, fields), fields["real"].shape
    model.compile(batch_size=batch_size)
    model.stage = model.schedule.stages[-1]
    model.step.assign(model.schedule.start_of(len(model.schedule.stages) - 1))
    return model, {
        "step": bare_step(model, image_shape, batch_size),
        **passes(model, image_shape, batch_size),
        "updates": updates(model),
    }


def _config(variant, preset, options, tiny):
    """The variant's `Config` with what a preset and then `options` say; tiny ones keep their sizes under a preset."""
    module = registry.module(variant)
    usual = module.Config()
    for name in options:
        if not hasattr(usual, name):
            raise unknown(f"option of {variant}", name, usual.__dataclass_fields__)
    chosen = registry.preset(variant, preset).model
    if tiny:
        chosen = {name: value for name, value in chosen.items() if getattr(module.TINY, name) == getattr(usual, name)}
    return dataclasses.replace(module.TINY if tiny else usual, **chosen | options)


def _seconds(program, count):
    """Means of `count` calls, `[by the clock, of all processors]`, after one call that is not timed."""
    program()
    clock, processor = time.perf_counter(), time.process_time()
    for _ in range(count):
        program()
    return [(time.perf_counter() - clock) / count, (time.process_time() - processor) / count]


# --- The passes -----------------------------------------------------------------------------------------------------


def passes(model, image_shape, batch_size):
    """`{pass: function that does it once and waits}`, for the passes that the model's step needs.

    Each is compiled as the step is.
    """
    parts = functions(model, image_shape, batch_size)
    return {name: _program(model, function, arguments) for name, (function, arguments) in parts.items()}


def functions(model, image_shape, batch_size):
    """`{pass: (function, arguments)}`, for the passes that the model's step needs.

    Images and the gradients that come from above are arguments, as nothing in a step is known beforehand. The
    gradients are handed out, as a step hands them to the optimizer.
    """
    import tensorflow as tf

    batch = random_batch(model, image_shape, batch_size)
    ways = _ways(model)

    def arguments(name):
        network = model.generator if name.startswith("G") else model.discriminator
        inputs = _inputs(model, network, batch, batch_size)
        if name == "G''":
            network, (_, *shape) = model.synthesis, model.synthesis.inputs[0].shape
            inputs = [tf.random.stateless_normal((max(1, batch_size // 2), *shape), seed=(0, 4))]
        if name == "G'" and model.name in CYCLIC:  # fakes and identities
            inputs = [tf.concat([inputs[one], inputs[other]], axis=0) for one, other in ((0, 1), (1, 0))]
        outputs = _called(network, inputs, training=False)
        return inputs, tf.nest.map_structure(lambda output: tf.random.stateless_normal(output.shape, (0, 2)), outputs)

    return {name: (ways[name], arguments(name)) for name in passes_needed(model)}


def _inputs(model, network, batch, batch_size):
    """All inputs of one of the model's networks, a list."""
    import tensorflow as tf

    if not model.latent_dim:
        named = {"images": batch["real"], **batch}
        return [named[tensor.name] for tensor in network.inputs]
    named = {"truncation": tf.ones(batch_size), "images": batch["real"], "labels": batch.get("label")}

    def given(tensor):
        if tensor.name in named:
            return named[tensor.name]
        return tf.random.stateless_normal((batch_size, *tensor.shape[1:]), seed=(0, 1))

    return [given(tensor) for tensor in network.inputs]


def _called(network, inputs, training):
    return network(inputs if len(inputs) > 1 else inputs[0], training=training)


def _ways(model):
    """`{pass: function of a network's inputs and of the gradients in its outputs}`."""
    import tensorflow as tf

    from keras_gan.losses import penalties
    from keras_gan.randomness.noise import StepNoise

    weights = {
        network: [variable.value for variable in network.trainable_variables]
        for network in (model.generator, model.discriminator)
    }

    def made(inputs):
        return [inputs[place] for place in MADE.get(model.name, (0,))]

    def forward(network, inputs):
        with StepNoise(model.seed, model.step.value).current():
            return _called(network, inputs, training=True)

    def in_weights(network, inputs, upstream):
        with tf.GradientTape() as tape:
            outputs = forward(network, inputs)
        return tape.gradient(outputs, weights[network], upstream)

    def in_weights_and_source(network, inputs, upstream):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = forward(network, inputs)
        return tape.gradient(outputs, [weights[network], inputs], upstream)

    def in_images(inputs, upstream):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(made(inputs))
            outputs = forward(model.discriminator, inputs)
        return tape.gradient(outputs, made(inputs), upstream)

    def in_both(inputs, upstream):
        with tf.GradientTape() as weights_tape, tf.GradientTape(watch_accessed_variables=False) as images_tape:
            images_tape.watch(made(inputs))
            outputs = forward(model.discriminator, inputs)
        # The two losses differ, so the gradients that come down from them do.
        negative = tf.nest.map_structure(tf.negative, upstream)
        return (
            weights_tape.gradient(outputs, weights[model.discriminator], upstream),
            images_tape.gradient(outputs, made(inputs), negative),
        )

    def twice(inputs, upstream):
        with tf.GradientTape() as tape:
            scores, gradients = penalties.scores_and_gradients(
                lambda _: forward(model.discriminator, inputs), made(inputs)
            )
            penalty = tf.add_n([tf.reduce_mean(penalties.zero_centred(each)) for each in gradients])
        if {"real", "fakes"} & set(PENALISED_AT[model.name]):
            return tape.gradient([scores, penalty], weights[model.discriminator], [upstream, tf.ones(())])
        return tape.gradient(penalty, weights[model.discriminator])

    def path(inputs, upstream):
        with tf.GradientTape() as tape:
            with tf.GradientTape(watch_accessed_variables=False) as inner:
                inner.watch(inputs)
                value = tf.reduce_sum(forward(model.synthesis, inputs) * upstream)
            penalty = tf.reduce_sum(inner.gradient(value, inputs[0]) ** 2)
        return tape.gradient(penalty, weights[model.generator])

    return {
        "G": lambda inputs, upstream: forward(model.generator, inputs),
        "G''": path,
        "G'": lambda inputs, upstream: in_weights(model.generator, inputs, upstream),
        "G'x": lambda inputs, upstream: in_weights_and_source(model.generator, inputs, upstream),
        "D": lambda inputs, upstream: forward(model.discriminator, inputs),
        "D'": lambda inputs, upstream: in_weights(model.discriminator, inputs, upstream),
        "Dx": in_images,
        "D'x": in_both,
        "D''": twice,
    }


def _program(model, function, arguments=()):
    """A function that calls the compiled `function` once and waits for its end, as `bare_step` does."""
    import tensorflow as tf

    def results(*arguments):
        # None is the gradient of what the outcome does not depend on, such as the last bias under a penalty.
        return [value for value in tf.nest.flatten(function(*arguments)) if value is not None]

    program = compiled(model, results)
    return lambda: program(*arguments)[0].numpy()


def updates(model):
    """All that the optimizers, the layers after an update and the moving average do in one step; not a pass.

    The gradients are small noise, since the weights do wander while this is measured.
    """
    import tensorflow as tf

    from keras_gan.training import ema

    schedule, stage = model.schedule, model.stage

    def noise(network):
        return [1e-3 * tf.random.stateless_normal(v.shape, seed=(0, 3)) for v in network.trainable_variables]

    def update(optimizer, network, gradients):
        optimizer.apply(gradients, network.trainable_variables)
        for layer in ema.layers_of(network):
            if hasattr(layer, "after_update"):
                layer.after_update()

    def all_updates(of_generator, of_discriminator):
        for network in itertools.chain.from_iterable(stage.order):
            if network == "d":
                update(model.discriminator_optimizer, model.discriminator, of_discriminator)
            else:
                update(model.optimizer, model.generator, of_generator)
        ema.update(
            model.ema_generator,
            model.generator,
            seen=tf.cast(schedule.examples_within(schedule.stages.index(stage), model.step.value), tf.float32),
            batch=tf.cast(schedule.examples_per_step(stage), tf.float32),
            halflife_kimg=model.config.ema_halflife_kimg,
            rampup=model.course.ema_rampup,
        )
        return model.step.value

    return _program(model, all_updates, (noise(model.generator), noise(model.discriminator)))


if __name__ == "__main__":
    main()
