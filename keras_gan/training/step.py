"""`TrainStep`: tapes, updates, optimizers and averages, all that is easy to get wrong in adversarial training."""

import dataclasses
import functools
import threading

import keras
import tensorflow as tf

from keras_gan.errors import UserError, unknown
from keras_gan.randomness.noise import StepNoise, set_current
from keras_gan.training import ada, ema, replicas
from keras_gan.training.course import Course
from keras_gan.training.inputs import Inputs, as_batch
from keras_gan.training.saving import SavedWhole
from keras_gan.training.stages import Schedule

AUGMENTATIONS = ("none", "diffaugment", "ada")
_SCORED = "score samples by `python -m keras_gan evaluate`, or look at model.sample(16)"


class TrainStep(SavedWhole):
    """The training step that all variants share; `AdversarialModel` is its public form, and has the arguments.

    One call of `train_step` is one step: the updates of its `Stage`, in order. Layers that have a method `after_update`
    (spectral normalisation) are called after every update of their network.
    """

    def __init__(self, generator, discriminator, config, fields, *, objective=None, ema_rampup=0.05, name=None):
        super().__init__(name=name or type(config).__module__.rpartition(".")[2])
        if keras.backend.backend() != "tensorflow":
            raise RuntimeError(
                "keras_gan needs the TensorFlow backend: set KERAS_BACKEND=tensorflow before Keras loads."
            )
        # With this pass of TensorFlow's graph optimizer (2.21) a step of several updates sometimes reads a weight on
        # the wrong side of one of them: another run, other numbers. It saves no measurable time. For the whole process.
        tf.config.optimizer.set_experimental_options({"dependency_optimization": False})
        self.generator, self.discriminator = generator, discriminator
        self.ema_generator = ema.averaged(generator)
        self.config, self.objective, self.course = config, objective, Course(ema_rampup=ema_rampup)
        self._fields = tuple(fields.items())  # a dict would be tracked, and copied
        self.seed = 0
        self.discriminator_optimizer = None
        self.step = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False, name="step")
        self.augmentation, self.augment_probability = "none", None
        self.schedule = Schedule(tuple(config.stages()))
        self.stage = self.schedule.stages[0]
        # Replicas trace the step in threads that take turns: what one sets aside must not reach the other.
        self._replica = threading.local()
        self.built = True

    @property
    def fields(self):
        """`{name: Field}` of what a batch holds."""
        return dict(self._fields)

    @property
    def noise(self):
        """The `StepNoise` of the current draw, the only randomness a variant may use."""
        return self._replica.noise

    @property
    def replica_count(self):
        """How many replicas train in step."""
        return self.distribute_strategy.num_replicas_in_sync

    def use_augmentation(self, name):
        """Augments all that the discriminator sees, in the updates of both networks. Call once, before `compile`.

        Args:
            name: `none`, `diffaugment` or `ada`; see `Field.discriminator_augmentation`.

        Raises:
            UserError: for `ada` if the sign of a score means nothing here, or if such examples cannot be augmented.
        """
        if name not in AUGMENTATIONS:
            raise unknown("augmentation", name, AUGMENTATIONS)
        if name != "none" and "real" in self.fields and not self.fields["real"].discriminator_augmentation(name):
            raise UserError(f"--augment {name} knows no changes for values of the kind {self.fields['real'].kind}.")
        if name == "ada":
            if self.decision_boundary is None:
                plural = self.fields["real"].plural if "real" in self.fields else "examples"
                raise UserError(
                    f"--augment ada is steered by how often real {plural} are called real, which the scores of "
                    f"{self.name} do not say: use --augment diffaugment."
                )
            with self.distribute_strategy.scope():
                self.augment_probability = self.add_weight(
                    shape=(), initializer="zeros", trainable=False, aggregation="mean", name="augment_probability"
                )
        self.augmentation = name

    def augmented(self, examples, purpose=None):
        """Examples as the discriminator is to see them.

        Args:
            purpose: calls of the same purpose within a draw change them alike; default: one of this call's own.
        """
        if self.augmentation == "none":
            return examples
        purpose = purpose or self.augmentation_purpose()
        change = self.fields["real"].discriminator_augmentation(self.augmentation)
        if self.augmentation == "ada":
            return change(examples, self.augment_probability.value, self.noise, purpose)
        return change(examples, self.noise, purpose)

    def augmentation_purpose(self):
        """A purpose that no call of `augmented` within this draw has had."""
        self._replica.augmented += 1
        return f"augment/{self._replica.augmented - 1}"

    # --- Keras's entry points ----------------------------------------------------------------------------------------

    def compile(
        self, generator_optimizer=None, discriminator_optimizer=None, total_steps=None, batch_size=None, **kwargs
    ):
        """Sets both optimizers, by default the variant's own, and builds them.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers.
            total_steps: of the whole run where it is known: schedules of rates and stages may depend on it.
            batch_size: examples of each draw, over all replicas, where it is known.
            **kwargs: Keras's.
        """
        optimizers = {"generator_optimizer": generator_optimizer, "discriminator_optimizer": discriminator_optimizer}
        # A function, because Keras would save what it finds of optimizers a second time.
        self.compiled_with = lambda: {**optimizers, "total_steps": total_steps, "batch_size": batch_size, **kwargs}
        self.schedule = Schedule(tuple(self.config.stages(total_steps)), batch_size)
        self.stage = self.schedule.stages[0]
        with self.distribute_strategy.scope():
            defaults = self.config.optimizers(total_steps)
            # The generator's is `self.optimizer`, so that Keras's own learning rate callbacks act on it.
            super().compile(optimizer=generator_optimizer or defaults[0], **kwargs)
            optimizer = keras.optimizers.get(discriminator_optimizer or defaults[1])
            scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
            if self.dtype_policy.name == "mixed_float16" and not scaled:
                optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
            self.discriminator_optimizer = optimizer
            # Unbuilt optimizers would be skipped in silence when a checkpoint is loaded.
            self.optimizer.build(self.generator.trainable_variables)
            self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self._fresh_optimizers = ()
        if any(stage.reset_optimizers for stage in self.schedule.stages):
            both = (self.optimizer, self.discriminator_optimizer)
            self._fresh_optimizers = tuple((each, _values(each.variables)) for each in both)

    def follow(self, **changes):
        """Replaces entries of the `Course`, of a compiled model; before its next `fit`, which traces the step anew."""
        self._set_course(**changes)
        self.train_function = None

    def _set_course(self, **changes):
        self.course = dataclasses.replace(self.course, **changes)
        optimizers = (self.optimizer, self.discriminator_optimizer)
        for optimizer, updates in zip(optimizers, self.course.earlier_updates, strict=True):
            inner_optimizer(optimizer).earlier_updates = updates

    def fit(self, x=None, y=None, *args, shuffle=None, check=True, **kwargs):
        """Keras's `fit`. A `tf.data.Dataset` is taken in the order it comes, arrays are shuffled by default.

        Args:
            x, y: what batches are made of, in any form that Keras takes: batch dicts, examples, or examples and labels.
            check: whether to look at it on its way, see `training.inputs`.

        Raises:
            UserError: for what cannot be learned from, or is not taken.
        """
        for name in ("validation_data", "validation_split", "class_weight", "sample_weight"):
            if kwargs.get(name) is not None and not (name == "validation_split" and not kwargs[name]):
                raise UserError(f"{self.name} takes no {name}: {_SCORED}.")
        streams = (tf.data.Dataset, tf.distribute.DistributedDataset)
        is_stream = isinstance(x, streams) or hasattr(x, "__next__")
        shuffle = not is_stream if shuffle is None else shuffle
        inputs = self._inputs_of_training()
        x = inputs.checked(x, y, args[0] if args else kwargs.get("batch_size")) if check else x
        try:
            return super().fit(x, y, *args, shuffle=shuffle, **kwargs)
        except tf.errors.OpError:
            if inputs.error:
                raise inputs.error from None
            raise

    def train_on_batch(self, x, y=None, *args, **kwargs):
        """Keras's; raises as `fit`."""
        self._inputs_of_training().look(x if y is None else (x, y), warn=False)
        return super().train_on_batch(x, y, *args, **kwargs)

    def evaluate(self, *args, **kwargs):
        """Raises `UserError`: no loss says how good a GAN is."""
        raise UserError(f"{self.name} has no loss that says how good it is: {_SCORED}.")

    def test_on_batch(self, *args, **kwargs):
        """Raises `UserError` as `evaluate`."""
        self.evaluate()

    def _inputs_of_training(self):
        fields, networks = self.fields, [*self.generator.inputs, *self.discriminator.inputs[1:]]
        names = {"real", *("label" if each.name == "labels" else each.name for each in networks)}
        least = max(len(stage.draws) for stage in self.schedule.stages) * self.replica_count
        # A control is at its default while training, and no part of a batch.
        required = {name for name in names & fields.keys() if not fields[name].is_control}
        return Inputs(fields, required, least)

    def make_train_function(self, force=False):
        """Keras's own for each stage, except with several workers, whose scalars that cannot reduce."""
        if self.train_function is not None and not force:
            return
        functions = []
        for _ in self.schedule.stages:
            if self.distribute_strategy.cluster_resolver is None:
                super().make_train_function(force=True)
                functions.append(self.train_function)
            else:
                functions.append(tf.function(self._step_of_all_workers, reduce_retracing=True, autograph=False))

        step_before = None

        def of_stage(iterator):
            # A boundary within one execution of several steps counts from the next execution on.
            nonlocal step_before
            step = int(keras.ops.convert_to_numpy(self.step))
            index = self.schedule.index_at(step)
            self.stage = self.schedule.stages[index]
            start, since = self.schedule.start_of(index), step if step_before is None else step_before + 1
            if self.stage.reset_optimizers and since <= start <= step:
                self._reset_optimizers()
            step_before = step
            return functions[index](iterator)

        self.stage = self.schedule.stages[0]
        self.train_function = of_stage if len(functions) > 1 else functions[0]

    def _step_of_all_workers(self, iterator):
        logs = self.distribute_strategy.run(self.train_step, args=(iterator.get_next(),))
        return replicas.first_of_each(self.distribute_strategy, logs)

    def _reset_optimizers(self):
        """Gives both optimizers the state that they began with; rates stay as they are.

        Nothing has been learned of the stage yet, so that it does no harm to do so again after a resume.
        """
        for optimizer, fresh in self._fresh_optimizers:
            rate = inner_optimizer(optimizer)._learning_rate
            for variable, value in zip(optimizer.variables, fresh, strict=True):
                if variable is not rate:
                    variable.assign(value)
        self._set_course(earlier_updates=(0, 0))

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Nothing: all is built. Keras's own draws a batch, and fails with several workers (keras issue 20585)."""

    def train_step(self, data):
        """One step on one replica's share of a batch.

        Args:
            data: a batch dict, or examples alone, or `(examples, labels)`.

        Returns:
            `{name: scalar}`: global-batch means of every term and watched value, the two losses, and the norms of both
            gradients, `d_gradient` and `g_gradient`.
        """
        try:
            return self._train_step(data)
        finally:
            set_current(None)  # the noise of a step ends with it, however it ends

    # --- Inside a step -----------------------------------------------------------------------------------------------

    def _train_step(self, data):
        self._replica.watched = {}
        draws, logs = self.stage.draws, {}
        for number, (updates, batch) in enumerate(zip(draws, self._parts(data, len(draws)), strict=True)):
            self._replica.noise = StepNoise(self.seed, self.step.value, number)
            set_current(self._replica.noise)  # for layers that draw
            self._replica.augmented = 0
            logs |= self._draw(batch, updates)
        examples = tf.shape(batch["real"])[0] * self.replica_count
        return self._after_updates(logs, examples)

    def _parts(self, data, count):
        """The batch of each draw, as networks take it."""
        fields = self.fields
        batch = {
            name: fields[name].to_model(value) if name in fields else value for name, value in as_batch(data).items()
        }
        # Part k is every n-th row from k on, not a block: then the replicas' parts k are, together, the part k
        # that a single replica would take from the whole batch.
        return [{name: value[k::count] for name, value in batch.items()} for k in range(count)]

    def _draw(self, batch, updates):
        """Makes fakes of one batch, and does the updates that share them; returns their logs."""
        if updates == ("d",):
            gradients = self._discriminator_gradients(batch, self.generate(batch, training=True))
            return self._applied(gradients)
        with self._tape(self.generator) as tape:
            fakes = self.generate(batch, training=True)
        if len(updates[0]) > 1:
            return self._update_both(batch, fakes, tape)
        logs = {}
        by_network = {
            "d": functools.partial(self._discriminator_gradients, batch, _stop_gradient(fakes)),
            "g": functools.partial(self._generator_gradients, batch, fakes, tape),
        }
        for update in updates:
            logs |= self._applied(by_network[update]())
        return logs

    def _applied(self, gradients):
        logs, update = gradients
        update()
        return logs

    def _after_updates(self, logs, batch_size):
        """What happens once a step: means over replicas, states, ADA, the step's number, the moving average."""
        examples = self.schedule.examples_per_step(self.stage, batch_size)
        logs = self._global_means(logs | self._replica.watched)
        for name, value in self.after_update(logs).items():
            getattr(self, name).assign(value)
            logs[name] = value
        if self.augmentation == "ada" and "augment_rt" in logs:
            probability = ada.adapt(self.augment_probability.value, logs["augment_rt"], examples)
            self.augment_probability.assign(probability)
            logs["augment_probability"] = probability
        self.step.assign_add(1)
        index = self.schedule.stages.index(self.stage)
        seen = self.schedule.examples_within(index, self.step.value, tf.cast(batch_size, tf.int64))
        ema.update(
            self.ema_generator,
            self.generator,
            seen=tf.cast(seen, tf.float32),
            batch=tf.cast(examples, tf.float32),
            halflife_kimg=self.config.ema_halflife_kimg,
            rampup=self.course.ema_rampup,
        )
        return logs

    def _tape(self, network):
        # Watching one network alone makes it impossible to update the other by accident, and records less.
        tape = tf.GradientTape(watch_accessed_variables=False)
        with tape:
            for variable in network.trainable_variables:
                tape.watch(variable.value)
        return tape  # a tape can be entered again

    def _discriminator_gradients(self, batch, fakes):
        """`(logs, function that does the update)`."""
        with self._tape(self.discriminator) as tape:
            terms = self.discriminator_terms(batch, fakes)
            loss = self._loss(terms, self.discriminator_optimizer)
        norm, update = self._gradients(loss, tape, self.discriminator, self.discriminator_optimizer)
        return _named("d", terms) | norm, update

    def _generator_gradients(self, batch, fakes, tape):
        with tape:
            terms = self.generator_terms(batch, fakes)
            loss = self._loss(terms, self.optimizer)
        norm, update = self._gradients(loss, tape, self.generator, self.optimizer)
        return _named("g", terms) | norm, update

    def _update_both(self, batch, fakes, tape):
        # Each tape watches its own network alone, so both can be open around scores that both losses read.
        with tape, self._tape(self.discriminator) as discriminator_tape:
            d_terms, g_terms = self.both_terms(batch, fakes)
            d_loss = self._loss(d_terms, self.discriminator_optimizer)
            g_loss = self._loss(g_terms, self.optimizer)
        (d_norm, d_update), (g_norm, g_update) = (
            self._gradients(d_loss, discriminator_tape, self.discriminator, self.discriminator_optimizer),
            self._gradients(g_loss, tape, self.generator, self.optimizer),
        )
        d_update()
        g_update()
        return _named("d", d_terms) | _named("g", g_terms) | d_norm | g_norm

    def _loss(self, terms, optimizer):
        loss = tf.add_n([tf.reduce_mean(tf.cast(term, tf.float32)) for term in terms.values()])
        # Gradients are summed over replicas, so each replica contributes its share of the mean.
        return optimizer.scale_loss(loss / self.replica_count)

    def _gradients(self, loss, tape, network, optimizer):
        """Takes the gradients now; returns their norm, for the logs, and the function that applies them."""
        variables = network.trainable_variables
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        # What a stage leaves out of its networks rests, moments included.
        used = [number for number, gradient in enumerate(gradients) if gradient is not None]
        gradients, variables = [gradients[number] for number in used], [variables[number] for number in used]
        scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if scaled and self.replica_count > 1:
            gradients = replicas.agree_on_overflow(gradients)

        def update():
            optimizer.apply(gradients, variables)
            for layer in ema.layers_of(network):
                if hasattr(layer, "after_update"):
                    layer.after_update()

        if self.replica_count > 1:  # each has a share of the gradient
            return {}, update
        norm = tf.linalg.global_norm(gradients)
        norm = norm / tf.cast(optimizer.dynamic_scale, norm.dtype) if scaled else norm
        return {"d_gradient" if network is self.discriminator else "g_gradient": norm}, update

    def _global_means(self, logs):
        means = tf.stack([tf.reduce_mean(value) for value in logs.values()])
        return dict(zip(logs, tf.unstack(replicas.all_reduce_mean(means, self.replica_count)), strict=True))


def _named(network, terms):
    """The logs of one network, `d` or `g`: the mean of each term, and their sum."""
    terms = {name: tf.reduce_mean(tf.cast(term, tf.float32)) for name, term in terms.items()}
    return {**terms, f"{network}_loss": tf.add_n(list(terms.values()))}


def _values(variables):
    return tuple(keras.ops.convert_to_numpy(variable) for variable in variables)


def inner_optimizer(optimizer):
    """An optimizer without the scaling of losses around it."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def labels_of(batch):
    """The labels of a batch, int32 `[B]`; `UserError` if it has none."""
    if "label" not in batch:
        raise UserError("this variant learns classes, but the batches have no 'label': give labelled data.")
    return tf.cast(batch["label"], tf.int32)


def _stop_gradient(fakes):
    """`tf.stop_gradient` of a tensor or of every tensor in a dict."""
    return tf.nest.map_structure(tf.stop_gradient, fakes)
