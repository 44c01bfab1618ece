"""`--dry-run`: what a run would be and cost, measured on two steps that are thrown away."""

import sys
import time

from keras_gan import config


def report(prepared):
    """Prints the resolved configuration, both networks' sizes, and memory and time; writes nothing.

    Args:
        prepared: a `PreparedRun`.
    """
    model, options = prepared.model, prepared.options
    stage = prepared.schedule.stage_at(0)
    print(config.to_json(options, prepared.model_config), end="")
    for network in (model.generator, model.discriminator):
        shapes = f"{_shape(network.input_shape)} -> {_shape(network.output_shape)}"
        megabytes = network.count_params() * 4 / 1e6
        print(f"{network.name:<14}{network.count_params():>12,} weights  {megabytes:7.1f} MB  {shapes}")
    first, second = _two_steps(model, prepared.batches(stage, 0))
    examples, what = prepared.schedule.examples_per_step(stage), prepared.dataset.fields["real"].plural
    print(f"first step     {first:.1f} s, with compilation")
    print(f"second step    {second * 1000:.0f} ms: {second / examples * 1000:.2f} s per 1,000 {what}")
    print(f"peak memory    {_peak_memory()}")
    return 0


def _two_steps(model, dataset):
    model.make_train_function()
    batches = iter(model.distribute_strategy.experimental_distribute_dataset(dataset))
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        logs = model.train_function(batches)
        float(logs["g_loss"])  # waits for the step to end
        seconds.append(time.perf_counter() - started)
    return seconds


def _peak_memory():
    try:
        import resource
    except ImportError:  # Windows
        return "not measured on this system"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{peak * (1 if sys.platform == 'darwin' else 1024) / 1e9:.2f} GB of this process"


def _shape(shape):
    """`32x32x3`, `*x*x3` of any size; of several inputs or outputs all, joined by `+`."""
    if isinstance(shape, list) or isinstance(shape[0], (tuple, list)):
        return " + ".join(map(_shape, shape))
    return "x".join("*" if size is None else str(size) for size in shape[1:])
