"""A run made ready to train: devices, data, model, and what samples are made of."""

import contextlib
import shutil
from dataclasses import dataclass, replace

import keras

from keras_gan import config, data, exporters, registry, sampling
from keras_gan.data import pipeline
from keras_gan.data.dataset import Dataset
from keras_gan.distribution import cluster, devices
from keras_gan.distribution.startup import quiet_stderr
from keras_gan.errors import UserError
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.metrics import evaluation
from keras_gan.runs import run_folder
from keras_gan.runs.taking_over import take_over
from keras_gan.sampling import Sampler
from keras_gan.storage import checkpoint
from keras_gan.training import building
from keras_gan.training.stages import Schedule


@dataclass(frozen=True)
class PreparedRun:
    """What is to be trained on what.

    Attributes:
        options: the `RunConfig`.
        model_config: the variant's options.
        strategy: a `tf.distribute` strategy.
        dataset: the `Dataset` to train on.
        validation: a `Dataset` that the training does not see, to show and to choose by; None of a variant that draws
            from noise.
        model: a compiled `AdversarialModel`.
        sampler: its `Sampler`.
        steps: of the whole run.
    """

    options: config.RunConfig
    model_config: object
    strategy: object
    dataset: Dataset
    validation: Dataset | None
    model: object
    sampler: Sampler
    steps: int

    @property
    def schedule(self):
        """The `Schedule` of its stages."""
        return self.model.schedule

    @property
    def writes(self):
        """Whether this process writes files: of several workers one does."""
        return cluster.is_chief(self.strategy)

    def batches(self, stage, first_step):
        """The stream of batches of a stage from a step on; with several workers, this one's part of it."""
        index = self.schedule.stages.index(stage)
        start = self.schedule.start_of(index)

        def stream(context):
            return pipeline.batches(
                self.dataset,
                batch_size=self.schedule.examples_per_step(stage),
                seed=self.options.seed,
                start_step=first_step - start,
                first_example=self.schedule.examples_before(start),
                augment=data.augmentations(self.options.data_augment, self.dataset.fields["real"].kind),
                context=context,
                prepare=registry.preparation(self.options.variant, self.model_config),
                order=self.model.course.data_order,
            )

        return devices.distribute(self.strategy, stream)


def prepare(options, model_options):
    """Makes a run ready, new or to be resumed, and refuses now what would fail later.

    Args:
        options: the `RunConfig`.
        model_options: the variant's options as they were given, a dict.

    Raises:
        UserError: for whatever cannot be.
    """
    building.usual_keras()
    variant = registry.module(options.variant)
    model_options = {**options.preset_options, **model_options}
    model_config = config.from_dict(variant.Config, model_options, "the variant's options")
    strategy = _start(options)
    dataset, validation = _load(options, model_config)
    steps = options.total_steps(len(dataset), Schedule(tuple(model_config.stages()), options.batch_size))
    with strategy.scope():
        model = building.build(options.variant, model_config, dataset.fields, options.seed, options.augment)
        model.compile(total_steps=steps, batch_size=options.batch_size, steps_per_execution=options.steps_per_execution)
        model.follow(data_order=pipeline.ORDER)
        if not options.resume or not _has_begun(options):
            _begin(options, model, variant, strategy, dataset)
    sampler = sampling.of_data(
        model, validation, options.eval_samples, registry.preparation(options.variant, model_config)
    )
    evaluation.check_enough(
        options.metrics,
        dataset.fields["real"],
        samples=sampler.example_count or options.eval_samples,
        real=len(dataset),
        classes=len(dataset.class_names),
    )
    if options.export:
        exporters.check(model, sampler, _deliverables_of(options))
        _check_space(options, model)
    return PreparedRun(options, model_config, strategy, dataset, validation, model, sampler, steps)


def _deliverables_of(options):
    """What `DeliveryOptions` ask the exporters for, a `Deliverables`."""
    return Deliverables(
        formats=options.export,
        precisions=options.tflite,
        tflite_batch=options.tflite_batch,
        tflite_size=options.tflite_size,
    )


def _check_space(options, model):
    """Raises `UserError` if the disk of the models has no room for one, as far as can be told from its weights."""
    weights = sum(network.count_params() for network in model.exported().values())
    files = sum(len(options.tflite) if name == "tflite" else 1 for name in options.export)
    needed = 4 * weights * files
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(options.export_dir).free
        if free < needed and not options.dry_run:
            raise UserError(
                f"--export-dir {options.export_dir} has room for {free / 1e6:.0f} MB, and the models of this run need "
                f"about {needed / 1e6:.0f} MB: make room, or choose another folder."
            )


def _start(options):
    """The strategy, with the devices and the arithmetic that the run asks for."""
    keras.mixed_precision.set_dtype_policy(options.precision)
    if options.deterministic:
        devices.be_deterministic(options.seed)
    with quiet_stderr():  # devices start, and talk
        workers = options.coordinator, options.num_workers, options.worker_index
        strategy = devices.make_strategy(options.strategy, options.cpu_replicas, workers)
    devices.check_batch_size(strategy, options.batch_size)
    devices.check_steps_per_execution(strategy, options.steps_per_execution)
    return strategy


def _load(options, model_config):
    """The data to train on, and that to show and to choose by, with fields as the run has them."""
    task, folder = registry.variant(options.variant).task, None
    if options.resume:
        folder = run_folder.find(options.log_dir, options.run_name)
    if task == "sample":
        dataset, validation = data.load(options), None
    else:
        splits = data.load_splits(options, task, folder and run_folder.data_facts(folder))
        dataset, validation = splits.train, splits.validation
    # What fields have learned of the data is the run's: the data may lie elsewhere today, or be more.
    if folder:
        fields = {**dataset.fields, **run_folder.fields(folder)}
    else:
        fields = building.fields_of(options.variant, model_config, dataset)
    return replace(dataset, fields=fields), validation and replace(validation, fields=fields)


def _has_begun(options):
    """Whether a run that is resumed has saved anything; what was killed before that begins again."""
    folder = run_folder.find(options.log_dir, options.run_name)
    return bool(checkpoint.list_checkpoints(folder.checkpoints))


def _begin(options, model, variant, strategy, dataset):
    """What happens to the weights of a new run before its first step."""
    if options.init_from:
        take_over(model, options)
    if hasattr(variant, "precompute"):
        variant.precompute(model, dataset)
        cluster.follow_chief(strategy, model)
