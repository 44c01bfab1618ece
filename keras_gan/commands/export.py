"""`export`: the newest checkpoint of a run as a new version of its model."""

import dataclasses
from pathlib import Path

from keras_gan import config, registry, runs
from keras_gan.commands import quiet_stderr, quiet_tensorflow
from keras_gan.errors import UserError


def run(options):
    """Rebuilds the model of a run, restores its newest checkpoint and exports it."""
    folder = runs.find(options.log_dir, options.run)
    if not any(folder.checkpoints.glob("step-*")):
        raise UserError(f"the run {folder.name} has no checkpoint yet, so there is nothing to export.")
    run, model_options = config.load_json(folder.config_file)
    run = dataclasses.replace(run, run_name=folder.name)
    quiet_tensorflow()
    import keras

    from keras_gan import checkpoint, exporters
    from keras_gan.commands import train

    keras.mixed_precision.set_dtype_policy(run.precision)
    model_config = config.from_dict(registry.module(run.variant).Config, model_options, folder.config_file)
    facts = runs.data_facts(folder)
    model = registry.build(
        run.variant, model_config, facts["image_shape"], len(facts["classes"]), run.seed, run.augment
    )
    model.compile()
    step = checkpoint.restore_newest(model, folder.checkpoints)
    directory = exporters.next_version(Path(options.export_dir) / folder.name)
    with quiet_stderr():
        exporters.export(model, directory, options.export, train.facts(run, model_config, facts))
    print(f"step {step} of {folder.name} exported to {directory}")
    return 0
