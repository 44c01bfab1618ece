"""The model of a run as one of its checkpoints has it."""

import dataclasses
from dataclasses import dataclass

from keras_gan import config, data, registry
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.errors import UserError
from keras_gan.runs import run_folder


@dataclass(frozen=True)
class Restored:
    """A run and its model: configuration, the variant's options, facts of its data, and the step."""

    model: object
    run: config.RunConfig
    model_config: object
    data_facts: dict
    step: int


def restore(folder, which="best", most_examples=None):
    """Rebuilds the model of a `RunFolder` and loads its best or its last checkpoint.

    Without scores in training there is no best one, and the last is taken. A model that is given images gets as many
    examples as the run had, or at most `most_examples`.

    Raises:
        UserError: if the run has no checkpoint that can be read.
    """
    if not list(folder.checkpoints.glob("step-*")):
        raise UserError(f"the run {folder.name} has no checkpoint yet, so there is nothing to take the generator from.")
    run, model_options = config.load_json(folder.config_file)
    run = dataclasses.replace(run, run_name=folder.name)
    quiet_tensorflow()
    import keras

    from keras_gan.data import pipeline
    from keras_gan.storage import checkpoint

    keras.mixed_precision.set_dtype_policy(run.precision)
    model_config = config.from_dict(registry.module(run.variant).Config, model_options, folder.config_file)
    facts = run_folder.data_facts(folder)
    model = registry.build(
        *(run.variant, model_config, facts["image_shape"], len(facts["classes"]), run.seed, run.augment),
        facts.get("source_shape"),
    )
    model.total_steps = run.total_steps(facts["images"], model.discriminator_steps)
    model.compile()
    if registry.variant(run.variant).task != "sample":
        _, held_out = data.load_splits(run, registry.variant(run.variant).task)
        preparation = registry.preparation(run.variant, model_config)
        model.use_examples(pipeline.examples(held_out, most_examples or run.eval_samples, preparation))
    step = checkpoint.restore_best(model, folder.checkpoints) if which == "best" else None
    return Restored(model, run, model_config, facts, step or checkpoint.restore_newest(model, folder.checkpoints))
