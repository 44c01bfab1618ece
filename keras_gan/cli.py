"""From argv to a command. Imports neither Keras nor TensorFlow: help and mistakes answer at once."""

import contextlib
import dataclasses
import functools
import importlib
import importlib.metadata
import os
import platform
import sys
from pathlib import Path

import tyro

import keras_gan
from keras_gan import config, registry
from keras_gan.commands import models
from keras_gan.commands.ending import answered
from keras_gan.distribution.startup import check_keras
from keras_gan.errors import UserError, unknown, why
from keras_gan.runs import run_folder

ASKS_HELP = {"-h", "--help"}
# Options of variants that may be said without their prefix.
ALIASES = {"--perceptual-weights": "--model.perceptual-weights", "--style": "--model.style"}
COMMANDS = {
    "train": config.RunConfig,
    "sample": config.SampleOptions,
    "translate": config.TranslateOptions,
    "caption": config.CaptionOptions,
    "edit": config.EditOptions,
    "extract": config.ExtractOptions,
    "stylize": config.StylizeOptions,
    "morph": config.MorphOptions,
    "blend": config.BlendOptions,
    "project": config.ProjectOptions,
    "directions": config.DirectionsOptions,
    "evaluate": config.EvaluateOptions,
    "export": config.ExportOptions,
    "report": config.ReportOptions,
    "film": config.FilmOptions,
    "speak": config.SpeakOptions,
    "inspect-data": config.InspectOptions,
    "pack": config.PackOptions,
    "list": config.ListOptions,
}


def main(argv=None, command=None):
    """Runs one command and exits with its code (docs/architecture.md lists them).

    Args:
        argv: the arguments after the program's name; default: those of the process.
        command: name of the command, if not the first of the arguments.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    program = f"python {os.path.basename(sys.argv[0])}" if command else "python -m keras_gan"
    answered(functools.partial(_run, argv, command, program))


def _run(argv, command, program):
    _check_environment()
    if "--version" in argv:
        print(_versions())
        return 0
    if command is None:
        if not argv or argv[0] in ("-h", "--help"):
            print(_usage())
            return 0 if argv else 2
        command = argv.pop(0).replace("_", "-")
        if command not in COMMANDS:
            raise unknown("command", command, COMMANDS)
        program = f"{program} {command}"
    if command == "train" and "--list" in argv:
        command, argv = "list", []
    options = PARSERS.get(command, functools.partial(_parse, COMMANDS[command]))(argv, program)
    return importlib.import_module(f"keras_gan.commands.{command.replace('-', '_')}").run(*options)


def _check_environment():
    """Raises `UserError` for what other programs, or a folder that was removed, have left this one with."""
    if os.environ["KERAS_BACKEND"] != "tensorflow":
        raise UserError(
            f"this needs Keras on TensorFlow, but KERAS_BACKEND is {os.environ['KERAS_BACKEND']!r}: unset it."
        )
    try:
        os.getcwd()
    except OSError as error:
        raise UserError(f"the working directory cannot be used ({why(error)}): change to another one.") from None
    check_keras()


def _parse(cls, argv, program):
    return (_cli(cls, argv, program),)


def _parse_sample(argv, program):
    """An exported model may have options of its own, which its manifest tells, and so may a run."""
    return (_controlled(config.SampleOptions, _exported_controls(argv) | _controls_of_run(argv), argv, program),)


def _exported_controls(argv):
    return config.exported_controls(models.folder_of(_option_of(argv, "--model") or ""))


def _controls_of_run(argv):
    """The controls of what a run draws; none if there is no such run: another place will say."""
    name = _option_of(argv, "--run")
    try:
        folder = run_folder.find(_option_of(argv, "--log-dir") or config.RunConfig.log_dir, name) if name else None
        return run_folder.controls(folder) if folder else {}
    except UserError:
        return {}


def _controlled(cls, controls, argv, program):
    return config.with_controls(_cli(config.controlled_options(cls, controls), argv, program))


def _parse_translate(argv, program):
    """As `_parse_sample`."""
    return (_controlled(config.TranslateOptions, _exported_controls(argv), argv, program),)


def _usage():
    lines = [f"  {name:<14}{options.__doc__}" for name, options in COMMANDS.items()]
    more = "COMMAND --help explains each; --version says what is installed."
    return "\n".join(["usage: python -m keras_gan COMMAND [OPTIONS]\n", *lines, "", more])


def _versions():
    """The versions of this program and of what its numbers depend on, read without importing it."""
    words = [f"keras_gan {keras_gan.__version__}"]
    for package in ("keras", "tensorflow"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            words.append(f"{package} {importlib.metadata.version(package)}")
    return ", ".join([*words, f"Python {platform.python_version()}"])


def _parse_train(argv, program):
    """Returns `(RunConfig, dict of the variant's options)`.

    Run options are parsed first and alone, so that mistakes in them need no variant, whose module imports
    TensorFlow. The variant is imported for its own options only: `--model.…`, or `--help` beside `--variant`.
    """
    argv, config_file = _take_option(_resumed_by_name([_hyphenated(argument) for argument in argv]), "--config")
    run_args, model_args = _split(argv)
    saved, model = None, {}
    if "--resume" in run_args and not ASKS_HELP & set(run_args):
        if config_file:
            raise UserError("--resume continues with the run's own configuration: leave out --config.")
        saved, model = _saved_run(run_args)
    elif config_file:
        saved, model = config.load_json(config_file)
    saved = saved and _with_room_for(saved, run_args)
    variant = _take_option(run_args, "--variant")[1] or (saved.variant if saved else "")
    asks_help = bool(ASKS_HELP & set(run_args))
    if asks_help and not variant:
        _cli(config.RunConfig, ["--help"], program, description=_train_help())
    if not asks_help:
        run = _cli(config.RunConfig, run_args, program, saved)
        if not model_args:
            return run, model
    return _parse_with_variant(variant, argv, program, saved, model)


def _with_room_for(saved, run_args):
    """A saved configuration that what is given beside it does not contradict."""
    if _take_option(run_args, "--preset")[1]:
        raise UserError("--preset is for new runs: a saved configuration says all options, so leave it out.")
    lengths = {"steps": None, "epochs": None, "minutes": None}
    for name in lengths:
        if _take_option(run_args, f"--{name}")[1]:
            # Of the kind that is given, until that takes its place.
            return dataclasses.replace(saved, **lengths | {name: getattr(saved, name) or 1})
    return saved


def _saved_run(run_args):
    """The configuration of the run that `--resume` continues."""
    given = {name: _take_option(run_args, f"--{name}")[1] for name in ("log-dir", "run-name", "variant", "dataset")}
    log_dir = given["log-dir"] or config.RunConfig.log_dir
    dataset = given["dataset"] or config.RunConfig.dataset
    folder = run_folder.find_resumable(log_dir, given["run-name"], given["variant"], dataset)
    saved, model = config.load_json(folder.config_file)
    if "--allow-config-change" not in run_args:
        config.check_unedited(folder.config_file)
    changes = {"log_dir": log_dir, "run_name": folder.name, "resume": True, "allow_config_change": False}
    if Path(saved.log_dir).resolve() != Path(log_dir).resolve():
        # A run that has come from elsewhere does not say where to write here.
        changes["export_dir"] = config.RunConfig.export_dir
    return dataclasses.replace(saved, **changes), model


def _parse_with_variant(variant, argv, program, saved, model):
    from keras_gan.distribution.startup import quiet_tensorflow

    variant = registry.resolve(variant)
    quiet_tensorflow()
    cls = registry.module(variant).Config
    preset = registry.preset(variant, saved.preset if saved else _preset_in(argv, variant))
    defaults = config.from_dict(cls, {**preset.model, **model}, "the configuration")
    options = dataclasses.make_dataclass(
        "TrainOptions", [("model", cls, dataclasses.field(default=defaults))], bases=(config.RunConfig,), frozen=True
    )
    if saved:
        saved = options(**vars(saved), model=defaults)
    both = _cli(options, argv, program, saved, description=_train_help(variant))
    run = config.RunConfig(**{field.name: getattr(both, field.name) for field in dataclasses.fields(config.RunConfig)})
    return run, dataclasses.asdict(both.model)


def _cli(cls, argv, program, default=None, **kwargs):
    if default is not None:
        kwargs["default"] = default
    return tyro.cli(config.explained(cls), args=argv, prog=program, **kwargs)


def _preset_in(argv, variant):
    return _take_option(argv, "--preset")[1] or config.defaults(variant)["preset"]


def _train_help(variant=None):
    presets = registry.presets(variant) if variant else {}
    if presets:
        return "\n\n".join(f"--preset {name}: {preset.about}" for name, preset in presets.items())
    return (
        "Trains a GAN, then exports its generator. --list names the variants; --variant NAME --help adds the options "
        "of that variant; --config FILE.json starts from a saved configuration (a run's config.json), which "
        "further options override."
    )


def _resumed_by_name(argv):
    """`--resume RUN` as `--resume --run-name NAME`, and `--log-dir FOLDER` before it if RUN is a folder."""
    changed, arguments = [], iter([*argv, "--"])
    for argument in arguments:
        name = argument.removeprefix("--resume=") if argument.startswith("--resume=") else None
        if argument == "--resume":
            following = next(arguments)
            if following.startswith("--"):
                changed += ["--resume", following]
                continue
            name = following
        if name is None:
            changed.append(argument)
            continue
        log_dir, name = run_folder.split_name(None, name)
        changed += ["--resume", "--run-name", name, *(["--log-dir", log_dir] if log_dir else [])]
    return changed[:-1]


def _hyphenated(argument):
    """`--run_name=a_b` as `--run-name=a_b`: both spellings are one option; and the same for `ALIASES`."""
    name, equals, value = argument.partition("=")
    if not name.startswith("--"):
        return argument
    name = name.replace("_", "-")
    return ALIASES.get(name, name) + equals + value


def _split(argv):
    """Separates run options from `--model.…` options and the values that follow them."""
    run, model, target = [], [], None
    for argument in argv:
        if argument.startswith("--") or target is None:
            target = model if argument.startswith("--model.") else run
        target.append(argument)
    return run, model


def _take_option(argv, name):
    """Removes `NAME VALUE` or `NAME=VALUE` from the arguments; returns the rest and the value, or None."""
    rest, value, arguments = [], None, iter(argv)
    for argument in arguments:
        if argument == name:
            value = next(arguments, None)
            if value is None or value.startswith("--"):
                raise UserError(f"{name} needs a value.")
        elif argument.startswith(name + "="):
            value = argument.partition("=")[2]
        else:
            rest.append(argument)
    return rest, value


def _option_of(argv, name):
    """The value of an option, or None."""
    return _take_option(argv, name)[1]


# Of commands whose options are not those of a class alone.
PARSERS = {"train": _parse_train, "sample": _parse_sample, "translate": _parse_translate}
