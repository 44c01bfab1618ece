"""`train`: configuration -> strategy -> data -> model -> fit -> export."""

import dataclasses
import functools
import hashlib
import math
import os
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from keras_gan import config, data, registry
from keras_gan.distribution.startup import quiet_stderr, quiet_tensorflow
from keras_gan.errors import UserError
from keras_gan.runs import run_folder

MOST_FOR_SCORES = 0.1  # share of the training's time, by default


def run(run, model_options):
    """Trains the variant `run.variant` as `run` says, then exports it; returns the exit code."""
    data.check_available(run)
    if run.strategy == "multi_worker":
        if run.dry_run:
            raise UserError("--dry-run looks at one process alone: leave out --strategy multi_worker.")
    else:
        run_folder.check_name_is_free(run)  # of several workers the chief asks, later: the others may find it made
    quiet_tensorflow()
    task = _prepare(run, model_options)
    if not task.writes:
        return _follow(task)
    if run.dry_run:
        from keras_gan.runs.dry_run import report

        return report(run, task.model_config, task.model, task.batches())
    if not run.resume:
        folder = run_folder.create(run, task.model_config, task.images.facts)
        task = dataclasses.replace(task, run=dataclasses.replace(run, run_name=folder.name))
    else:
        folder = run_folder.find(run.log_dir, run.run_name)
    with run_folder.locked(folder):
        return _train(task, folder)


@dataclass(frozen=True)
class _Task:
    """What is to be trained on what: the run's and the variant's options, the strategy, the data and the model.

    `held_out` are images that the training does not see, None of a variant that needs none.
    """

    run: config.RunConfig
    model_config: object
    strategy: object
    images: ImageData
    held_out: ImageData | None
    model: object

    @property
    def batch_size(self):
        """Real images that one step sees, over all devices."""
        return self.run.batch_size * self.model.discriminator_steps

    @property
    def steps(self):
        """Steps of the whole run."""
        return self.run.total_steps(len(self.images), self.model.discriminator_steps)

    @property
    def writes(self):
        """Whether this process writes files: of several workers one does."""
        from keras_gan.distribution import cluster

        return cluster.is_chief(self.strategy)

    def batches(self, start_step=0):
        """The stream of batches from a step on; with several workers, this one's part of it."""
        from keras_gan.data import pipeline
        from keras_gan.distribution import devices

        augmentations = data.augmentations(self.run.data_augment)
        stream = functools.partial(
            pipeline.batches, self.images, self.batch_size, self.run.seed, start_step, augmentations
        )
        return devices.distribute(self.strategy, functools.partial(stream, prepare=self.preparation))

    @property
    def preparation(self):
        """What the input pipeline does to the batches of this variant, or None."""
        return registry.preparation(self.run.variant, self.model_config)


def _prepare(run, model_options):
    import keras

    from keras_gan import exporters
    from keras_gan.data import pipeline
    from keras_gan.distribution import devices
    from keras_gan.metrics import evaluation

    if run.export and not run.dry_run:
        exporters.check_writable(run.export_dir)
    model_config = config.from_dict(registry.module(run.variant).Config, model_options, "the variant's options")
    keras.mixed_precision.set_dtype_policy(run.precision)
    if run.deterministic:
        devices.be_deterministic(run.seed)
    with quiet_stderr():  # devices start, and talk
        workers = run.coordinator, run.num_workers, run.worker_index
        strategy = devices.make_strategy(run.strategy, run.cpu_replicas, workers)
    devices.check_batch_size(strategy, run.batch_size)
    devices.check_steps_per_execution(strategy, run.steps_per_execution)
    task = registry.variant(run.variant).task
    images, held_out = (data.load(run), None) if task == "sample" else data.load_splits(run, task)
    with strategy.scope():
        spec = images.spec
        model = registry.build(
            *(run.variant, model_config, spec.image_shape, spec.num_classes, run.seed, run.augment, spec.source_shape)
        )
        task = _Task(run, model_config, strategy, images, held_out, model)
        model.total_steps = task.steps
        model.compile(steps_per_execution=run.steps_per_execution)
        if run.init_from and not run.resume:
            _take_weights(model, run)
    if held_out:
        model.use_examples(pipeline.examples(held_out, run.eval_samples, task.preparation))
        # Refused now, not when the training has gone on.
        evaluation.check_count(run.metrics, len(model.examples["source"]))
        exporters.translation.source_size(model, run.tflite_size)
    return task


def _take_weights(model, run):
    """Gives the model the networks of the run `run.init_from`."""
    import keras

    from keras_gan.runs.restore import restore

    donor = restore(run_folder.find(run.log_dir, run.init_from))
    keras.mixed_precision.set_dtype_policy(run.precision)
    try:
        for name in ("generator", "discriminator", "ema_generator"):
            getattr(model, name).set_weights(getattr(donor.model, name).get_weights())
    except ValueError:
        raise UserError(
            f"--init-from {run.init_from}: its networks ({donor.run.variant}, {donor.run.image_size} px) have other "
            f"shapes than those of {run.variant} at {run.image_size} px as it is set up here."
        ) from None
    print(f"starting from the networks of {run.init_from} at step {donor.step}.")


def _train(task, folder):
    """Trains from where the run is to its end, exports, and returns the exit code."""
    from keras_gan.runs import fit
    from keras_gan.storage import checkpoint

    run, model = task.run, task.model
    first_step = _resume(task, folder) if run.resume else 0
    _check_together(task, first_step)
    print(_headline(task))
    started = time.perf_counter()
    make_callbacks = functools.partial(_callbacks, task, folder, first_step)
    stopped = fit.fit(run, model, folder, task.batches, task.steps, make_callbacks)
    if stopped:
        return stopped
    _check_still_together(task)
    cost = {"steps_timed": task.steps - first_step, "seconds": round(time.perf_counter() - started)}
    exported_facts = {**facts(run, task.model_config, task.images.facts), "cost": cost}
    if run.export and run.export_checkpoint == "best" and checkpoint.restore_best(model, folder.checkpoints):
        exported_facts["score"] = checkpoint.best_score(folder.checkpoints)
    exported_facts["scores"] = scores_of(folder, model)
    exported = _export(task, folder, exported_facts)
    _say_what_next(folder, exported, translates=task.held_out is not None)
    return 0


def _follow(task):
    """Trains along with the chief, as a worker that writes nothing; returns the exit code."""
    from keras_gan.runs import fit

    run, first_step = task.run, 0
    if run.resume:
        first_step = _restore(task, run_folder.find(run.log_dir, run.run_name))
    _check_together(task, first_step)
    print(_headline(task))
    stopped = fit.fit(run, task.model, None, task.batches, task.steps, make_callbacks=list)
    if stopped:
        return stopped
    _check_still_together(task)
    return 0


def _check_together(task, first_step):
    """Raises `UserError` unless all workers are to train the same from the same step on."""
    from keras_gan.distribution import cluster

    if not cluster.has_others(task.strategy):
        return
    if cluster.differ(
        task.strategy, [run_folder.mathematics(task.run, task.model_config, task.images.facts), task.steps]
    ):
        raise UserError(
            "the workers were started with different options or data: start all with the same command, except for "
            "--worker-index."
        )
    if cluster.differ(task.strategy, [first_step, _fingerprint(task.model)]):
        raise UserError(
            f"this worker would start at step {first_step}, others elsewhere: all need to see the same --log-dir, on "
            "a disk that they share."
        )


def _check_still_together(task):
    from keras_gan.distribution import cluster

    if cluster.has_others(task.strategy) and cluster.differ(task.strategy, _fingerprint(task.model)):
        print("warning: the workers have come to different weights; please report this.", file=sys.stderr)


def _fingerprint(model):
    return hashlib.sha256(b"".join(value.tobytes() for value in model.get_weights())).hexdigest()


def _restore(task, folder):
    """Loads the newest checkpoint of the run; returns its step."""
    from keras_gan.storage import checkpoint

    run_folder.check_same_mathematics(folder, task.run, task.model_config, task.images.facts)
    with task.strategy.scope():
        step = checkpoint.restore_newest(task.model, folder.checkpoints)
    if step >= task.steps:
        raise UserError(f"{folder.name} is at step {step} already: ask for more with --steps.")
    return step


def _resume(task, folder):
    """Loads the newest checkpoint of the run and takes back what came after it; returns its step."""
    from keras_gan.runs import fit
    from keras_gan.storage import checkpoint

    step = _restore(task, folder)
    changed = checkpoint.changed_circumstances(task.model, folder.checkpoints)
    note = f" Not to the bit as if it had never ended: {changed}." if changed else ""
    print(f"resuming {folder.name} at step {step}.{note}")
    fit.take_back(folder, step)
    run_folder.write_configuration(folder, task.run, task.model_config)
    return step


def _headline(task):
    run, model, images = task.run, task.model, task.images
    sizes = (
        f"generator {model.generator.count_params():,}, discriminator {model.discriminator.count_params():,} weights"
    )
    height, width, channels = images.spec.image_shape
    replicas = task.strategy.num_replicas_in_sync
    devices = f"{replicas} device" + ("s" if replicas > 1 else "")
    return (
        f"{run.variant} on {images.name}: {len(images):,} images of {width}x{height}x{channels}, "
        f"{_treatment(run, images.facts)}\n"
        f"{task.steps} steps of {run.batch_size} images, {run.precision}, {devices}; {sizes}"
    )


def _callbacks(task, folder, first_step):
    import tensorflow as tf

    from keras_gan import callbacks
    from keras_gan.runs import scoring

    run, images, steps = task.run, task.images, task.steps
    writer = tf.summary.create_file_writer(str(folder.path))
    if first_step == 0:
        _describe_run(writer, run, task.model_config)
    tenth = math.ceil(steps / config.DEFAULT_SNAPSHOTS)
    every = run.snapshot_every or tenth
    checkpoint_steps, minutes = config.parse_interval(run.checkpoint_every)
    # The doctor comes first: it stops a run that is lost before that is saved.
    doctor = None
    if run.health:
        doctor = callbacks.Health(folder.path, max(1, min(50, every // 2)), _for_the_doctor(task), writer)
    chosen = [doctor] if doctor else []
    chosen += [
        callbacks.Scalars(writer, max(1, min(50, steps // 20)), task.batch_size),
        callbacks.SampleGrid(folder.samples, every, writer),
    ]
    if run.metrics:
        chosen += [
            callbacks.Scores(
                folder.path,
                folder.checkpoints,
                run.eval_every or tenth,
                scoring.case(run, images),
                run.eval_samples,
                writer,
                doctor,
                most_share=None if run.eval_every else MOST_FOR_SCORES,
            )
        ]
    # After all that writes for its step: what a checkpoint's step has logged is not taken back.
    saving = steps if minutes else checkpoint_steps or every
    chosen += [callbacks.Checkpoints(folder.checkpoints, saving, run.keep_checkpoints, minutes, writer)]
    return [*chosen, callbacks.Progress(steps, task.batch_size)]


def _for_the_doctor(task):
    """The training images, and some the training does not see where the data set has them."""
    from keras_gan.callbacks import RealImages

    run, images = task.run, task.images
    if task.held_out:
        return RealImages(images.images, held_out=task.held_out.images)
    held_out = data.load(run, "test") if data.split_name(run.dataset)[0] != "folder" else images
    if held_out.source == images.source:  # there is but one split
        return RealImages(images.images, images.labels)
    return RealImages(images.images, images.labels, held_out.images, held_out.labels)


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


def _export(task, folder, facts):
    """Writes the next version of the run's model; returns its folder, or None if nothing was to be written."""
    run = task.run
    if not run.export:
        return None
    from keras_gan import exporters
    from keras_gan.runs import scoring

    directory = exporters.next_version(Path(run.export_dir) / folder.name)
    judged = "score" in facts and not task.held_out
    judge = scoring.judge(run, facts["score"], task.model.num_classes, task.images) if judged else None
    print("exporting and verifying …")
    try:
        with quiet_stderr():  # the converter talks of its own passes
            kinds = run.export, facts, run.tflite, run.tflite_batch, judge, run.tflite_size
            exporters.export(task.model, directory, *kinds)
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


def scores_of(folder, model):
    """The scores that the run has measured at the model's step, JSON-able, as `scores.jsonl` has them."""
    import keras

    from keras_gan.callbacks import scores

    return scores.of_step(folder.path, int(keras.ops.convert_to_numpy(model.step)))


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
            if value != getattr(defaults, name) and name not in config.HOW_IT_WAS_CALLED:
                flag = f"--{prefix}{name.replace('_', '-')}"
                values = value if isinstance(value, tuple) else () if value is True else (value,)
                words += [flag, *map(str, values)]
    return shlex.join(words)


def _say_what_next(folder, exported, translates):
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
        if translates:
            lines += [f"  {here}python -m keras_gan translate --model {model} --input FOLDER --out translated"]
        else:
            lines += [f"  {here}python -m keras_gan sample --model {model} --seed 7 --out grid.png"]
        if not translates and (exported / "generator.tflite").exists():
            phone = f"--model {model}/generator.tflite --count 16 --seed 1 --out phone.png"
            lines += [f"  {here}python export/mobile/sample.py {phone}"]
    print("\n".join(lines))


def _programs():
    """What to put before `python`: nothing, or the folder of a virtual environment that is in use but not activated."""
    if sys.prefix == sys.base_prefix or "VIRTUAL_ENV" in os.environ:
        return ""
    folder = Path(sys.executable).parent
    return f"{shlex.quote(str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder))}/"
