"""`train`: configuration -> strategy -> data -> model -> fit -> export."""

import dataclasses
import functools
import math
import os
import shlex
import sys
import time
from pathlib import Path

from keras_gan import config, data, registry, runs
from keras_gan.commands import quiet_stderr, quiet_tensorflow
from keras_gan.errors import TrainingFailed, UserError

MOST_FOR_SCORES = 0.1  # share of the training's time, by default


def run(run, model_options):
    """Trains the variant `run.variant` as `run` says, then exports it."""
    data.check_available(run)
    runs.check_name_is_free(run)
    quiet_tensorflow()
    import keras

    from keras_gan import checkpoint, distribution, exporters
    from keras_gan.data import pipeline

    model_config = config.from_dict(registry.module(run.variant).Config, model_options, "the variant's options")
    keras.mixed_precision.set_dtype_policy(run.precision)
    strategy = distribution.make_strategy(run.strategy)
    distribution.check_batch_size(strategy, run.batch_size)

    if run.export and not run.dry_run:
        exporters.check_writable(run.export_dir)
    images = data.load(run)
    with strategy.scope():
        spec = images.spec
        model = registry.build(run.variant, model_config, spec.image_shape, spec.num_classes, run.seed, run.augment)
        model.compile()
    batch_size = run.batch_size * model.discriminator_steps
    batches = functools.partial(
        pipeline.batches, images, batch_size, run.seed, augment=data.augmentations(run.data_augment)
    )
    if run.dry_run:
        from keras_gan.dry_run import report

        return report(run, model_config, model, batches())

    steps = _total_steps(run, len(images), batch_size)
    if run.resume:
        folder = runs.find(run.log_dir, run.run_name)
        runs.check_same_mathematics(folder, run, model_config, images.facts)
        with strategy.scope():
            first_step = checkpoint.restore_newest(model, folder.checkpoints)
        if first_step >= steps:
            raise UserError(f"{folder.name} is at step {first_step} already: ask for more with --steps.")
        print(f"resuming {folder.name} at step {first_step}.")
        runs.write_configuration(folder, run, model_config)
    else:
        folder, first_step = runs.create(run, model_config, images.facts), 0
        run = dataclasses.replace(run, run_name=folder.name)

    print(_headline(run, model, images, steps, strategy))
    started = time.perf_counter()
    try:
        model.fit(
            batches(start_step=first_step),
            steps_per_epoch=steps - first_step,
            verbose=0,
            callbacks=_callbacks(run, model_config, folder, images, steps, batch_size),
        )
    except TrainingFailed as error:
        last = checkpoint.read_manifest(checkpoint.list_checkpoints(folder.checkpoints)[-1])["step"]
        raise TrainingFailed(f"{error}\nthe last good checkpoint is of step {last}. {_how_to_go_on(folder)}") from None
    except KeyboardInterrupt:
        # Python sees the signal between two steps, so the model is whole.
        step = int(keras.ops.convert_to_numpy(model.step))
        checkpoint.save(model, folder.checkpoints, step)
        print(f"\ninterrupted and saved at step {step}. {_how_to_go_on(folder)}", file=sys.stderr)
        return 130
    seconds = time.perf_counter() - started

    cost = {"steps_timed": steps - first_step, "seconds": round(seconds)}
    exported_facts = {**facts(run, model_config, images.facts), "cost": cost}
    if run.export and run.export_checkpoint == "best" and checkpoint.restore_best(model, folder.checkpoints):
        exported_facts["score"] = checkpoint.best_score(folder.checkpoints)
    exported = _export(run, model, folder, exported_facts)
    _say_what_next(folder, exported)
    return 0


def _how_to_go_on(folder):
    log_dir = str(folder.path.parent)
    elsewhere = "" if log_dir == config.RunConfig.log_dir else f" --log-dir {shlex.quote(log_dir)}"
    return f"Continue with: python train.py --resume --run-name {folder.name}{elsewhere}"


def _total_steps(run, count, batch_size):
    if run.epochs:
        return math.ceil(run.epochs * count / batch_size)
    return run.steps or config.DEFAULT_STEPS


def _headline(run, model, images, steps, strategy):
    sizes = (
        f"generator {model.generator.count_params():,}, discriminator {model.discriminator.count_params():,} weights"
    )
    height, width, channels = images.spec.image_shape
    devices = f"{strategy.num_replicas_in_sync} device" + ("s" if strategy.num_replicas_in_sync > 1 else "")
    return (
        f"{run.variant} on {images.name}: {len(images):,} images of {width}x{height}x{channels}, "
        f"{_treatment(run, images.facts)}\n"
        f"{steps} steps of {run.batch_size} images, {run.precision}, {devices}; {sizes}"
    )


def _callbacks(run, model_config, folder, images, steps, batch_size):
    import tensorflow as tf

    from keras_gan import callbacks

    writer = tf.summary.create_file_writer(str(folder.path))
    _describe_run(writer, run, model_config)
    tenth = math.ceil(steps / config.DEFAULT_SNAPSHOTS)
    every = run.snapshot_every or tenth
    # The doctor comes first: it stops a run that is lost before that is saved.
    doctor = None
    if run.health:
        doctor = callbacks.Health(folder.path, max(1, min(50, every // 2)), _for_the_doctor(run, images), writer)
    chosen = [doctor] if doctor else []
    chosen += [
        callbacks.Scalars(writer, max(1, min(50, steps // 20)), batch_size),
        callbacks.SampleGrid(folder.samples, every, writer),
        callbacks.Checkpoints(folder.checkpoints, every),
    ]
    if run.metrics:
        case = _case(run, images)
        chosen += [
            callbacks.Scores(
                folder.path,
                folder.checkpoints,
                run.eval_every or tenth,
                case,
                run.eval_samples,
                writer,
                doctor,
                most_share=None if run.eval_every else MOST_FOR_SCORES,
            )
        ]
    return [*chosen, callbacks.Progress(steps, batch_size)]


def _for_the_doctor(run, images):
    """The training images, and some the training does not see where the data set has them."""
    from keras_gan.callbacks import RealImages

    held_out = data.load(run, "test") if data.split_name(run.dataset)[0] != "folder" else images
    if held_out.source == images.source:  # there is but one split
        return RealImages(images.images, images.labels)
    return RealImages(images.images, images.labels, held_out.images, held_out.labels)


def _case(run, images):
    """What the scores of `--metrics` need, apart from samples."""
    from keras_gan.commands.real import Real
    from keras_gan.metrics import evaluation, features, perceptual

    extractor = reference = None
    if evaluation.needs_features(run.metrics):
        extractor, reference = Real(images, run, "train").seen_by(run.eval_features, features.Sources())
    return evaluation.Case(
        metrics=run.metrics,
        fakes=None,
        extractor=extractor,
        reference=reference,
        real_images=images.images,
        real_labels=images.labels,
        perceptual=perceptual.load,
        protocol={"image_size": run.image_size, "seed": 0},
    )


def _describe_run(writer, run, model_config):
    """The configuration as TensorBoard text, and as an entry of its HParams page."""
    import tensorflow as tf
    from tensorboard.plugins.hparams import api as hparams

    text = config.to_json(run, model_config)
    options = {**vars(run), **{f"model.{name}": value for name, value in vars(model_config).items()}}
    # HParams knows these types alone, and a variant may have tuples: the widths of layers.
    known = (bool, int, float, str)
    flat = {k: v if isinstance(v, known) else str(v) for k, v in options.items() if v is not None}
    with writer.as_default(0):
        tf.summary.text("configuration", "".join(f"    {line}\n" for line in text.splitlines()))
        hparams.hparams(flat, trial_id=run.run_name)


def _export(run, model, folder, facts):
    """Writes the next version of the run's model; returns its folder, or None if nothing was to be written."""
    if not run.export:
        return None
    from keras_gan import exporters

    directory = exporters.next_version(Path(run.export_dir) / folder.name)
    print("exporting and verifying …")
    try:
        with quiet_stderr():  # the converter talks of its own passes
            exporters.export(model, directory, run.export, facts)
    except Exception:
        print(f"the run is saved; to export it again: python -m keras_gan export --run {folder.name}", file=sys.stderr)
        raise
    return directory


def facts(run, model_config, data_facts):
    """What the manifest says of a run: configuration, data, and the command that repeats it."""
    return {
        "run": run.run_name,
        "configuration": {**dataclasses.asdict(run), "model": dataclasses.asdict(model_config)},
        "data": {**data_facts, "treatment": _treatment(run, data_facts)},
        "command": command(run, model_config),
    }


def _treatment(run, data_facts):
    """What was done to the images before training, and what is done to them anew in every epoch."""
    names = ", ".join(data.augmentations(run.data_augment))
    return data_facts["treatment"] + (f"; at random in training: {names}" if names else "")


def command(run, model_config):
    """The command line that repeats a run: every option that is not at its default."""
    words = ["python", "train.py", "--variant", run.variant]
    default = config.RunConfig(variant=run.variant)
    for prefix, options, defaults in (("", run, default), ("model.", model_config, type(model_config)())):
        for name, value in vars(options).items():
            if value != getattr(defaults, name) and name != "resume":
                flag = f"--{prefix}{name.replace('_', '-')}"
                values = value if isinstance(value, tuple) else () if value is True else (value,)
                words += [flag, *map(str, values)]
    return shlex.join(words)


def _say_what_next(folder, exported):
    lines = [
        "",
        f"TensorBoard logs  {folder.path}",
        f"sample grids      {folder.samples}",
        f"checkpoints       {folder.checkpoints}",
    ]
    if exported:
        lines += [f"exported model    {exported} (MODEL_CARD.md says what it is)"]
    here = _programs()
    lines += ["", "next:", f"  {here}tensorboard --logdir {shlex.quote(str(folder.path.parent))}"]
    if exported:
        model = shlex.quote(str(exported))
        lines += [f"  {here}python -m keras_gan sample --model {model} --seed 7 --out grid.png"]
        if (exported / "generator.tflite").exists():
            phone = f"--model {model}/generator.tflite --count 16 --seed 1 --out phone.png"
            lines += [f"  {here}python export/mobile/sample.py {phone}"]
    print("\n".join(lines))


def _programs():
    """What to put before `python`: nothing, or the folder of a virtual environment that is in use but not activated."""
    if sys.prefix == sys.base_prefix or "VIRTUAL_ENV" in os.environ:
        return ""
    folder = Path(sys.executable).parent
    return f"{shlex.quote(str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder))}/"
