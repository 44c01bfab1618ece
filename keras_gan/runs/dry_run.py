"""`--dry-run`: what a run would be and cost, measured on some steps of each stage, which are thrown away."""

import sys

from keras_gan import config
from keras_gan.runs.pacing import seconds_of_steps


def report(prepared):
    """Prints the resolved configuration, both networks' sizes, and memory and time; writes nothing.

    Args:
        prepared: a `PreparedRun`.
    """
    model, options = prepared.model, prepared.options
    print(config.to_json(options, prepared.model_config), end="")
    for network in (model.generator, model.discriminator):
        shapes = f"{_shape(network.input_shape)} -> {_shape(network.output_shape)}"
        megabytes = network.count_params() * 4 / 1e6
        print(f"{network.name:<14}{network.count_params():>12,} weights  {megabytes:7.1f} MB  {shapes}")
    seconds = 0.0
    for stage, start, end in prepared.schedule.parts(0, prepared.steps):
        seconds += _report_stage(prepared, stage, start, end)
    print(f"whole run      about {_words(seconds)} for {prepared.steps:,} steps, without previews, scores and export")
    print(f"peak memory    {_peak_memory()}")
    return 0


def _report_stage(prepared, stage, start, end):
    """Measures a stage and prints what its steps take; returns the seconds that all of them take by that."""
    first, later = seconds_of_steps(prepared, stage, start)
    examples, what = prepared.schedule.examples_per_step(stage), prepared.dataset.fields["real"].plural
    name = f" of {stage.name}" if len(prepared.schedule.stages) > 1 else ""
    print(f"first step     {first:.1f} s, with compilation{name}")
    print(f"later steps    {later * 1000:.0f} ms{name}: {later / examples * 1000:.2f} s per 1,000 {what}")
    return first + (end - start - 1) * later


def _words(seconds):
    """`40 s`, `12 min`, `3 h 20 min`, `2 d 5 h`: no more digits than such an estimate is worth."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


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
