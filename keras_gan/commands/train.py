"""`train`: configuration -> devices, data, model -> fit -> export."""

import contextlib
import dataclasses
import functools
import hashlib
import shlex
import sys
import time

from keras_gan import config, data
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.errors import UserError, beside, calling, shown
from keras_gan.runs import run_folder, trained_on


def run(options, model_options):
    """Trains the variant `options.variant` as the options say, then exports it; returns the exit code.

    Args:
        options: a `RunConfig`.
        model_options: the variant's own options, a dict.
    """
    _check_before_start(options)
    quiet_tensorflow()
    from keras_gan.runs import dry_run, pacing, preparation

    if options.minutes:
        options = pacing.with_steps(options, model_options)
    prepared = preparation.prepare(options, model_options)
    if not prepared.writes:
        return _train_along(prepared)
    if options.dry_run:
        return dry_run.report(prepared)
    if options.resume:
        folder = run_folder.find(options.log_dir, options.run_name)
    else:
        folder = run_folder.create(options, prepared.model_config, prepared.dataset)
        prepared = dataclasses.replace(prepared, options=dataclasses.replace(options, run_name=folder.name))
    with run_folder.locked(folder):
        return _train(prepared, folder)


def _check_before_start(options):
    """Raises `UserError` for what can be known to fail before TensorFlow is imported."""
    with trained_on.may_have_moved() if options.resume else contextlib.nullcontext():
        data.check_available(options)
    if options.strategy == "multi_worker":
        if options.dry_run:
            raise UserError("--dry-run looks at one process alone: leave out --strategy multi_worker.")
    else:
        run_folder.check_name_is_free(options)  # of several workers the chief asks, later: the others may find it made
    if options.resume:
        _check_same_start(options)
    elif options.init_from:
        run_folder.find(options.log_dir, options.init_from)
    if options.export and not options.dry_run:
        run_folder.check_exports(options)


def _check_same_start(options):
    """Raises `UserError` if a run that goes on is asked to begin with what another one has learned."""
    saved, _ = config.load_json(run_folder.find(options.log_dir, options.run_name).config_file)
    if (saved.init_from, saved.init_optimizer) != (options.init_from, options.init_optimizer):
        raise UserError(
            f"--init-from and --init-optimizer are for new runs, and {options.run_name} goes on from its own "
            "checkpoint: leave them out, or start a new run without --resume."
        )


def _train(prepared, folder):
    """Trains from where the run is to its end, exports, and returns the exit code."""
    from keras_gan.runs import fit, watching

    first_step = _resume(prepared, folder) if prepared.options.resume else 0
    _check_together(prepared, first_step)
    print(_headline(prepared))
    started = time.perf_counter()
    make_callbacks = functools.partial(watching.callbacks_of, prepared, folder, first_step)
    stopped = fit.fit(prepared, folder, make_callbacks)
    if stopped:
        return stopped
    _check_still_together(prepared)
    cost = {"steps_timed": prepared.steps - first_step, "seconds": round(time.perf_counter() - started)}
    exported = _export(prepared, folder, cost) if prepared.options.export else None
    _say_what_next(folder, exported, translates=prepared.validation is not None)
    return 0


def _train_along(prepared):
    """Trains along with the chief, as a worker that writes nothing; returns the exit code."""
    from keras_gan.runs import fit

    options, first_step = prepared.options, 0
    if options.resume:
        first_step = _restore(prepared, run_folder.find(options.log_dir, options.run_name))
    _check_together(prepared, first_step)
    print(_headline(prepared))
    stopped = fit.fit(prepared, None, make_callbacks=list)
    if stopped:
        return stopped
    _check_still_together(prepared)
    return 0


# --- Several workers --------------------------------------------------------------------------------------------------


def _check_together(prepared, first_step):
    """Raises `UserError` unless all workers are to train the same from the same step on."""
    from keras_gan.distribution import cluster

    if not cluster.has_others(prepared.strategy):
        return
    computed = run_folder.computation(prepared.options, prepared.model_config, prepared.dataset.facts)
    content = computed.pop("content")
    if cluster.differ(prepared.strategy, [computed, prepared.steps]):
        raise UserError(
            "the workers were started with different options: start all with the same command, except for "
            "--worker-index."
        )
    if cluster.differ(prepared.strategy, content):
        raise UserError(
            f"the workers have other data than one another under {shown(prepared.dataset.name)}: let all read the same "
            "files, on a disk that they share, or pack them once, python -m keras_gan pack, and copy that to each."
        )
    if cluster.differ(prepared.strategy, [first_step, _fingerprint(prepared.model)]):
        raise UserError(
            f"this worker would start at step {first_step}, others elsewhere: all need to see the same --log-dir, on "
            "a disk that they share."
        )


def _check_still_together(prepared):
    from keras_gan.distribution import cluster

    strategy = prepared.strategy
    if cluster.has_others(strategy) and cluster.differ(strategy, _fingerprint(prepared.model)):
        print("warning: the workers have come to different weights; please report this.", file=sys.stderr)


def _fingerprint(model):
    return hashlib.sha256(b"".join(value.tobytes() for value in model.get_weights())).hexdigest()


# --- Resuming ---------------------------------------------------------------------------------------------------------


def _restore(prepared, folder):
    """Loads the newest checkpoint of the run; returns its step."""
    from keras_gan.storage import checkpoint

    run_folder.check_same_computation(folder, prepared.options, prepared.model_config, prepared.dataset.facts)
    with prepared.strategy.scope():
        step = checkpoint.restore_newest(prepared.model, folder.checkpoints)
    if step >= prepared.steps:
        raise UserError(f"{folder.name} is at step {step} already: ask for more with --steps.")
    return step


def _resume(prepared, folder):
    """Loads the newest checkpoint of the run and forgets what came after it; returns its step."""
    from keras_gan.runs import fit
    from keras_gan.storage import checkpoint

    step = _restore(prepared, folder)
    changed = checkpoint.changed_circumstances(prepared.model, folder.checkpoints)
    note = f" Not to the bit as if it had never ended: {changed}." if changed else ""
    print(f"resuming {folder.name} at step {step}.{note}")
    fit.forget_after(folder, step)
    run_folder.write_configuration(folder, prepared.options, prepared.model_config)
    run_folder.update_data(folder, prepared.dataset.facts)
    return step


# --- Export -----------------------------------------------------------------------------------------------------------


def _export(prepared, folder, cost):
    """Exports the last or the best step; returns the folder of the model."""
    from keras_gan.runs import delivery
    from keras_gan.storage import checkpoint

    options, step = prepared.options, None
    if options.export_checkpoint == "best":
        step = checkpoint.restore_best(prepared.model, folder.checkpoints)
    facts = delivery.facts_of(folder, options, prepared.model_config, prepared.dataset.facts, step)
    print("exporting and verifying …")
    try:
        return delivery.deliver(
            folder, options, prepared.model, prepared.sampler, {**facts, "cost": cost}, dataset=prepared.dataset
        )
    except Exception:
        again = delivery.export_command(folder, options)
        print(f"the run is saved; to export it again: {again}", file=sys.stderr)
        raise


# --- What is said -----------------------------------------------------------------------------------------------------


def _headline(prepared):
    from keras_gan.runs import delivery

    options, model, dataset = prepared.options, prepared.model, prepared.dataset
    sizes = (
        f"generator {model.generator.count_params():,}, discriminator {model.discriminator.count_params():,} weights"
    )
    real = dataset.fields["real"]
    replicas = prepared.strategy.num_replicas_in_sync
    devices = f"{replicas} device" + ("s" if replicas > 1 else "")
    note = f"not read: {dataset.not_read}\n" if dataset.passed_over else ""
    return (
        f"{options.variant} on {shown(dataset.name)}: {len(dataset):,} {real.plural} of {real.words}, "
        f"{delivery.treatment(options, dataset.facts)}\n"
        f"{note}{prepared.steps} steps of {options.batch_size} {real.plural}, {options.precision}, {devices}; {sizes}"
    )


def _say_what_next(folder, exported, translates):
    lines = [
        "",
        f"TensorBoard logs  {folder.path}",
        f"sample grids      {folder.samples}",
        f"checkpoints       {folder.checkpoints}",
    ]
    if exported:
        lines += [f"exported model    {exported} (MODEL_CARD.md says what it is)"]
    lines += ["", "next:", *(f"  {command}" for command in _most_useful(folder, exported, translates))]
    print("\n".join(lines))


def _most_useful(folder, exported, translates):
    """The three command lines that one wants after a training."""
    log_dir = str(folder.path.parent)
    where = () if log_dir == config.RunConfig.log_dir else ("--log-dir", log_dir)
    yield calling("report", "--run", folder.name, *where, "--open")
    if exported and translates:
        yield calling("translate", "--model", str(exported), "--input", "FOLDER", "--out", "translated")
    elif exported:
        drawn = next(exported.glob("samples.*")).suffix
        yield calling("sample", "--model", str(exported), "--seed", "7", "--out", f"grid{drawn}")
    yield f"{beside('tensorboard')} --logdir {shlex.quote(log_dir)}"
