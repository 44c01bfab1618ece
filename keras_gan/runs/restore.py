"""The model of a run as one of its checkpoints has it."""

import dataclasses
from dataclasses import dataclass

from keras_gan import config, registry
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.runs import run_folder, trained_on


@dataclass(frozen=True)
class Restored:
    """A run and its model.

    Attributes:
        model: a compiled `AdversarialModel` with the weights of the checkpoint.
        options: the `RunConfig`.
        model_config: the variant's options.
        data_facts: what its data was, see `Dataset.facts`.
        step: of the checkpoint.
        is_best: whether that is the one of the best score.
    """

    model: object
    options: config.RunConfig
    model_config: object
    data_facts: dict
    step: int
    is_best: bool = False

    def sampler(self, most_examples=None):
        """Its `Sampler`, on test examples if it needs any: as many as the run scored, or at most `most_examples`."""
        from keras_gan import sampling

        options, task = self.options, registry.variant(self.options.variant).task
        test = None
        if task != "sample":
            test = trained_on.load(options, self.data_facts, task).test
            test = dataclasses.replace(test, fields={name: self.model.fields[name] for name in test.fields})
        preparation = registry.preparation(options.variant, self.model_config)
        return sampling.of_data(self.model, test, most_examples or options.eval_samples, preparation)


def restore(folder, which="best", dataset=None, data_dir=None):
    """Rebuilds the model of a `RunFolder` and loads its best or its last checkpoint.

    Without scores in training there is no best one, and the last is taken.

    Args:
        folder: a `RunFolder`.
        which: `best` or `last`.
        dataset, data_dir: where its data lies now; default: where it lay.

    Raises:
        UserError: if the run has no checkpoint that can be read.
    """
    run_folder.check_has_checkpoint(folder)
    options, model_options = config.load_json(folder.config_file)
    options = trained_on.located(dataclasses.replace(options, run_name=folder.name), dataset, data_dir)
    quiet_tensorflow()
    import keras

    from keras_gan.data.dataset import example_count
    from keras_gan.storage import checkpoint
    from keras_gan.training import building
    from keras_gan.training.stages import Schedule

    building.usual_keras()
    keras.mixed_precision.set_dtype_policy(options.precision)
    model_config = config.from_dict(registry.module(options.variant).Config, model_options, folder.config_file)
    facts = run_folder.data_facts(folder)
    model = building.build(options.variant, model_config, run_folder.fields(folder), options.seed, options.augment)
    schedule = Schedule(tuple(model_config.stages()), options.batch_size)
    model.compile(total_steps=options.total_steps(example_count(facts), schedule), batch_size=options.batch_size)
    step = checkpoint.restore_best(model, folder.checkpoints) if which == "best" else None
    is_best = step is not None
    step = step if is_best else checkpoint.restore_newest(model, folder.checkpoints)
    return Restored(model, options, model_config, facts, step, is_best)
