"""What leaves a run: its exported model, and all that the manifest says of where it came from."""

import dataclasses
import shlex
from pathlib import Path

import keras

from keras_gan import config, data, exporters, registry
from keras_gan.callbacks import scores
from keras_gan.distribution.startup import quiet_stderr
from keras_gan.errors import calling
from keras_gan.runs import scoring
from keras_gan.runs.public import names_only
from keras_gan.storage import checkpoint


def deliver(folder, options, model, sampler, facts, delivery=None, dataset=None):
    """Writes the next version of a run's model, verified; returns its folder.

    Args:
        folder: the `RunFolder`.
        options: the `RunConfig` of the run.
        model: an `AdversarialModel` with the weights to export.
        sampler: its `Sampler`.
        facts: see `facts_of`.
        delivery: the `DeliveryOptions`; default: those of the run.
        dataset: the training data; default: loaded if it is needed.
    """
    delivery = delivery or options
    directory = exporters.next_version(Path(delivery.export_dir) / folder.name)
    facts = {**facts, "scores": scores.of_step(folder.path, int(keras.ops.convert_to_numpy(model.step)))}
    facts = names_only(facts, facts["configuration"])
    judge = None
    if "score" in facts and sampler.example_count is None:
        judge = scoring.deciding_score(options, facts["score"], model.num_classes, dataset, facts["data"])
    with quiet_stderr():  # the converter talks of its own passes
        directory, _ = exporters.export_version(
            model,
            directory,
            delivery.export,
            facts,
            precisions=delivery.tflite,
            tflite_batch=delivery.tflite_batch,
            tflite_size=delivery.tflite_size,
            judge=judge,
            sampler=sampler,
        )
    return directory


def facts_of(folder, options, model_config, data_facts, step=None):
    """What there is to say of a run: configuration, data, the command that repeats it, and the score it has.

    What `deliver` makes public of it names files and folders without saying where they lie.

    Args:
        step: of the checkpoint that is exported, if it may be that of the best score.
    """
    facts = {
        "run": folder.name,
        "configuration": _configuration(options, model_config),
        "data": {**data_facts, "treatment": treatment(options, data_facts)},
        "command": command(options, model_config),
    }
    score = checkpoint.best_score(folder.checkpoints)
    return {**facts, "score": score} if score and score["step"] == step else facts


def _configuration(options, model_config):
    run = dataclasses.replace(options, **config.deciding(config.RunConfig, "call"))
    return {**dataclasses.asdict(run), "model": dataclasses.asdict(model_config)}


def treatment(options, data_facts):
    """What was done to the examples before training, and what is done to them anew in every epoch."""
    names = ", ".join(data.augmentations(options.data_augment, registry.variant(options.variant).gives))
    treated = data_facts["treatment"]
    return f"{treated.rstrip('.')}; at random in training: {names}." if names else treated


def command(options, model_config):
    """The command line that repeats a run: every option that is not at its default, names of folders alone."""
    call, usual = config.deciding(config.RunConfig, "call"), config.defaults(options.variant)["preset"]
    default = config.RunConfig(variant=options.variant, preset=options.preset)
    run = {name: value for name, value in vars(options).items() if name not in call}
    words = [] if options.preset == usual else ["--preset", options.preset]
    words += _flags(run, default)
    words += _flags(vars(model_config), type(model_config)(**options.preset_options), "model.")
    # Before it is quoted: a path with a quote in it would not be found.
    words = names_only(words, _configuration(options, model_config))
    return shlex.join(["python", "train.py", "--variant", options.variant, *words])


def export_command(folder, options):
    """The command line that exports a run once more, to the same place and in the same forms."""
    default = config.ExportOptions(run=folder.name)
    wanted = {field.name: getattr(options, field.name) for field in dataclasses.fields(config.DeliveryOptions)}
    words = _flags({"log_dir": str(folder.path.parent), **wanted}, default)
    return calling("export", "--run", folder.name, *words)


def _flags(values, defaults, prefix=""):
    """The words of a command line that say options, `{name: value}`, where they are not those of `defaults`."""
    changed = {name: value for name, value in values.items() if value is not None and value != getattr(defaults, name)}
    return [word for name, value in changed.items() for word in _option(f"{prefix}{name}".replace("_", "-"), value)]


def _option(name, value):
    """The arguments that give an option this value."""
    if isinstance(value, bool):
        group, dot, last = name.rpartition(".")
        return [f"--{name}" if value else f"--{group}{dot}no-{last}"]
    if isinstance(value, tuple):
        return [f"--{name}", *map(str, value)]
    return [f"--{name}={value}"] if str(value).startswith("-") else [f"--{name}", str(value)]
