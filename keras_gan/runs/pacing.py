"""The pace of a training, measured on some steps of each stage, which are thrown away."""

import dataclasses
import statistics
import time

from keras_gan.errors import UserError
from keras_gan.runs import preparation

_ENOUGH_SECONDS = 5.0  # of measuring a stage: what is done in some steps alone, as lazy penalties, is among them
_STEPS_TO_TIME = 1000  # of a run whose length is not known yet: its stages are those of so many


def seconds_of_steps(prepared, stage, start):
    """Seconds of the first step of a stage, with compilation, and the mean of those after it.

    Args:
        prepared: a `PreparedRun`, which the steps change.
        stage: a `Stage` of its schedule, and start: the step at which that begins.
    """
    model, at_once = prepared.model, prepared.options.steps_per_execution
    model.make_train_function()
    model.step.assign(start)
    batches = iter(model.distribute_strategy.experimental_distribute_dataset(prepared.batches(stage, start)))
    seconds = []
    while len(seconds) < 2 or sum(seconds[1:]) < _ENOUGH_SECONDS:
        started = time.perf_counter()
        logs = model.train_function(batches)
        float(logs["g_loss"])  # waits for the step to end
        seconds.append(time.perf_counter() - started)
    return seconds[0], statistics.mean(seconds[1:]) / at_once


def with_steps(options, model_options):
    """Options whose `minutes` have become `steps`, as many as fit by the pace of another model like that of the run.

    Args:
        options: the `RunConfig`, with `minutes`.
        model_options: the variant's options as they were given, a dict.
    """
    if options.strategy == "multi_worker":
        raise UserError("--minutes times one process alone: give several workers the same --steps.")
    timed = dataclasses.replace(options, minutes=None, steps=_STEPS_TO_TIME, export=(), metrics=())
    prepared = preparation.prepare(timed, model_options)
    seconds = [seconds_of_steps(prepared, stage, start)[1] for stage, start, _ in _parts(prepared, _STEPS_TO_TIME)]

    def lasts(steps):
        return sum(
            each * (end - start) for each, (_, start, end) in zip(seconds, _parts(prepared, steps), strict=False)
        )

    steps = _most(lambda steps: lasts(steps) <= options.minutes * 60)
    print(f"about {steps:,} steps fit into {options.minutes:g} minutes, by the pace of some that were thrown away.")
    return dataclasses.replace(options, minutes=None, steps=steps)


def _parts(prepared, steps):
    stages = prepared.model_config.stages(steps)
    return list(dataclasses.replace(prepared.schedule, stages=tuple(stages)).parts(0, steps))


def _most(fits):
    """The largest whole number that fits, at least 1, of a function that is true up to it alone."""
    high = 1
    while fits(2 * high):
        high *= 2
    low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
