"""`AdversarialModel`: the training step that all variants share."""

import bisect
import functools
import threading

import keras
import tensorflow as tf

from keras_gan.errors import UserError, unknown
from keras_gan.modalities.image import augment
from keras_gan.randomness import StepNoise, portable_labels, portable_latents, seed_range, set_current

UPDATE_ORDERS = ("discriminator_first", "generator_first", "simultaneous")
AUGMENTATIONS = ("none", "diffaugment", "ada")


class AdversarialModel(keras.Model):
    """A generator and a discriminator that train against each other by `fit`.

    This class owns what is easy to get wrong: the tapes, the mean over the batch and over replicas, both
    optimizers, the moving average of the generator, the noise. A variant states its mathematics by overriding
    `generate`, `discriminator_terms`, `generator_terms`, `both_terms`, `after_update` or `exported`, and never
    touches a tape or an optimizer. As it stands the class trains any noise-to-image GAN that an `Objective` describes.

    One call of `train_step` is one generator update. With `discriminator_steps` = n the batch holds n parts of
    equal size, one per discriminator update, each with fresh fakes. The orders of update are

    - `discriminator_first`: the generator then meets the updated discriminator, on the last update's fakes;
    - `generator_first`: the discriminator then meets fakes made before the generator's update;
    - `simultaneous`: both gradients are taken before either update.

    Layers that have a method `after_update` (spectral normalisation) are called after every update of their network.
    A discriminator without terms rests: `discriminator_terms` may return `{}` in a stage of the training.

    Running statistics: a pass of the generator moves its BatchNorm statistics once per batch of fakes; every pass
    of the discriminator, in either update, moves its own. The EMA generator averages weights and statistics alike.

    Args:
        generator: Keras model from latents to images, float32 NHWC in [-1, 1]; with `num_classes`, from the list
            `[latents, labels]`, labels int32 `[B]`. Built.
        discriminator: Keras model from images, or from `[images, labels]`, to scores `[B, …]`, float32, higher
            meaning "more real". Built.
        objective: an `Objective`, or None in a variant that overrides both `*_terms` methods.
        latent_dim: length of a latent vector; None of a generator that is given something else.
        num_classes: number of classes that the generator can be asked for, 0 if it takes no labels.
        optimizers: function without arguments that returns the default `(generator, discriminator)` optimizers.
        ema_halflife_kimg: half-life of the generator's moving average, in thousands of real images seen.
        ema_rampup: the half-life is at most this fraction of the images seen so far, so that the average of a
            short run is not its own initialization (StyleGAN2-ADA, arXiv 2006.06676, training loop).
    """

    update_order = "discriminator_first"
    discriminator_steps = 1
    # Scores above it call an image real. None where no single score does: Wasserstein critics, relativistic scores.
    decision_boundary = 0.0
    # Steps after which another stage of the training begins. `stage` counts those that have passed; a step is traced
    # once for each stage, so that `*_terms` may ask for it in plain Python.
    stage_ends = ()
    stage = 0
    # Steps of the whole run where it is known before: learning rates may depend on it.
    total_steps = None

    def __init__(
        self,
        generator,
        discriminator,
        *,
        objective=None,
        latent_dim=None,
        num_classes=0,
        optimizers,
        ema_halflife_kimg=10.0,
        ema_rampup=0.05,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if keras.backend.backend() != "tensorflow":
            raise RuntimeError(
                "keras_gan needs the TensorFlow backend: set KERAS_BACKEND=tensorflow before Keras loads."
            )
        # With this pass of TensorFlow's graph optimizer (2.21) a step of several updates sometimes reads a weight on
        # the wrong side of one of them: another run, other numbers. It saves no measurable time. For the whole process.
        tf.config.optimizer.set_experimental_options({"dependency_optimization": False})
        if self.update_order not in UPDATE_ORDERS:
            raise ValueError(f"update_order must be one of {UPDATE_ORDERS}, got {self.update_order!r}")
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.ema_generator.trainable = False
        self.objective = objective
        self.latent_dim = latent_dim
        self.examples = None  # of a model that is given images, see `translation`
        self.num_classes = num_classes
        self.ema_halflife_kimg = ema_halflife_kimg
        self.ema_rampup = ema_rampup
        self.seed = 0
        self.discriminator_optimizer = None
        self._default_optimizers = optimizers
        self.step = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False, name="step")
        self.augmentation = "none"
        self.augment_probability = None
        # Replicas trace the step in threads that take turns: what one sets aside must not reach the other.
        self._replica = threading.local()
        self.built = True

    # --- What a variant may override ---------------------------------------------------------------------------

    def generate(self, batch, training):
        """Returns the fakes for one batch: a tensor, or a dict of tensors by role. Labels are those of the batch."""
        latents = self.noise.normal(tf.shape(batch["real"])[0], (self.latent_dim,), "latents")
        return self.generator([latents, labels_of(batch)] if self.num_classes else latents, training=training)

    def discriminator_terms(self, batch, fakes):
        """Returns `{name: unreduced tensor [B, …]}`, whose batch means the discriminator minimises the sum of."""
        real_scores, fake_scores = self.score(batch["real"], batch), self.score(fakes, batch)
        self.watch_scores(real_scores, fake_scores)
        return self.objective.discriminator(real_scores=real_scores, fake_scores=fake_scores)

    def generator_terms(self, batch, fakes):
        """Returns `{name: unreduced tensor [B, …]}`, whose batch means the generator minimises the sum of."""
        real_scores = self.score(batch["real"], batch) if self.objective.generator_needs_real else None
        return self.objective.generator(real_scores=real_scores, fake_scores=self.score(fakes, batch))

    def both_terms(self, batch, fakes):
        """Returns both networks' terms; for `simultaneous` variants to override where both read the same scores."""
        return self.discriminator_terms(batch, fakes), self.generator_terms(batch, fakes)

    def after_update(self, terms):
        """Returns `{state variable name: new value}` from the global-batch means of all terms, once a step.

        States are weights of the model, made in `__init__` with `aggregation="mean"`; they are logged, too.
        """
        return {}

    def exported(self):
        """Returns `{name: network}`: what leaves the building."""
        return {"generator": self.ema_generator}

    # --- What a variant may call -------------------------------------------------------------------------------

    def score(self, images, batch):
        """Scores images with the discriminator; the one place that binds augmentation and labels to the images."""
        return tf.cast(self.discriminate(images, batch), tf.float32)

    def discriminate(self, images, batch):
        """All that the discriminator says of images, for one that says more than a score."""
        images = self.augmented(images)
        if len(self.discriminator.inputs) > 1:
            return self.discriminator([images, labels_of(batch)], training=True)
        return self.discriminator(images, training=True)

    def augmented(self, images):
        """Images as the discriminator is to see them. Every call within a step has random parameters of its own."""
        if self.augmentation == "none":
            return images
        purpose = f"augment/{self._replica.augmented}"
        self._replica.augmented += 1
        if self.augmentation == "ada":
            return augment.ada(images, self.augment_probability.value, self.noise, purpose)
        return augment.diffaugment(images, self.noise, purpose)

    def watch_scores(self, real_scores, fake_scores):
        """Logs how often the discriminator is right, and measures what ADA is controlled by."""
        if self.decision_boundary is None:
            return
        real_margin, fake_margin = real_scores - self.decision_boundary, fake_scores - self.decision_boundary
        self.watch("d_real_accuracy", tf.cast(real_margin > 0, tf.float32))
        self.watch("d_fake_accuracy", tf.cast(fake_margin < 0, tf.float32))
        if self.augmentation == "ada":
            self.watch("augment_rt", tf.sign(real_margin))

    def global_mean(self, values):
        """Mean of one replica's tensor over all its elements and over all replicas, a scalar."""
        return self._all_reduce_mean(tf.reduce_mean(values))

    def gathered(self, values):
        """The rows of all replicas, `[global B, …]`, of one replica's `[B, …]`; in the order of the whole batch."""
        if self._num_replicas == 1:
            return values
        return tf.distribute.get_replica_context().all_gather(values, axis=0)

    def own_rows(self, values):
        """This replica's rows `[B, …]` of the whole batch's `[global B, …]`."""
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        rows = tf.shape(values)[0] // self._num_replicas
        return values if self._num_replicas == 1 else values[replica * rows :][:rows]

    def every(self, interval, term):
        """The lazy form of a penalty: `interval * term()` in every `interval`-th step, 0 `[B]` in between.

        Its mean over time, and so the strength of the penalty, is that of `term()` in every step (StyleGAN2,
        arXiv 1912.04958, section 3.1).

        Args:
            interval: steps, 1 or more.
            term: function without arguments that returns `[B]`.
        """
        if interval == 1:
            return term()
        # Only the value is in the branches: an optimizer update in a `tf.cond` fails under MirroredStrategy.
        due = tf.equal(self.step.value % interval, 0)
        return tf.cond(due, lambda: interval * term(), lambda: tf.zeros(()))

    def watch(self, name, values):
        """Logs the global-batch mean of `values` under `name`, without adding it to any loss."""
        self._replica.watched[name] = values

    @property
    def noise(self):
        """The `StepNoise` of the current step, the only randomness a variant may use."""
        return self._replica.noise

    def use_augmentation(self, name):
        """Augments all that the discriminator sees, in the updates of both networks. Call once, before `compile`.

        Args:
            name: `none`, `diffaugment` or `ada`; see `keras_gan.modalities.image.augment`.

        Raises:
            UserError: for `ada` if the sign of a score means nothing here.
        """
        if name not in AUGMENTATIONS:
            raise unknown("augmentation", name, AUGMENTATIONS)
        if name == "ada":
            if self.decision_boundary is None:
                raise UserError(
                    f"--augment ada is steered by how often real images are called real, which the scores of "
                    f"{self.name} do not say: use --augment diffaugment."
                )
            with self.distribute_strategy.scope():
                self.augment_probability = self.add_weight(
                    shape=(), initializer="zeros", trainable=False, aggregation="mean", name="augment_probability"
                )
        self.augmentation = name

    # --- Keras's entry points ----------------------------------------------------------------------------------

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **kwargs):
        """Sets both optimizers, by default the variant's own, and builds them. Other arguments are Keras's."""
        with self.distribute_strategy.scope():
            defaults = self._default_optimizers()
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

    def fit(self, x=None, *args, shuffle=None, **kwargs):
        """Keras's `fit`. A `tf.data.Dataset` is taken in the order it comes, arrays are shuffled by default."""
        streams = (tf.data.Dataset, tf.distribute.DistributedDataset)
        shuffle = not isinstance(x, streams) if shuffle is None else shuffle
        return super().fit(x, *args, shuffle=shuffle, **kwargs)

    def make_train_function(self, force=False):
        """Keras's own for each stage, except with several workers, whose scalars that cannot reduce."""
        if self.train_function is not None and not force:
            return
        functions = []
        for _ in range(len(self.stage_ends) + 1):
            if self.distribute_strategy.cluster_resolver is None:
                super().make_train_function(force=True)
                functions.append(self.train_function)
            else:
                functions.append(tf.function(self._step_of_all_workers, reduce_retracing=True, autograph=False))

        def of_stage(iterator):
            # A boundary within one execution of several steps counts from the next execution on.
            self.stage = bisect.bisect_right(self.stage_ends, int(keras.ops.convert_to_numpy(self.step)))
            return functions[self.stage](iterator)

        self.train_function = of_stage if self.stage_ends else functions[0]

    def _step_of_all_workers(self, iterator):
        logs = self.distribute_strategy.run(self.train_step, args=(iterator.get_next(),))
        # They are means over all replicas already.
        return {name: self.distribute_strategy.experimental_local_results(value)[0] for name, value in logs.items()}

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Nothing: all is built. Keras's own draws a batch, and fails with several workers (keras issue 20585)."""

    def call(self, inputs, training=False):
        """Images of the EMA generator, float32 in [-1, 1], of latents or of `[latents, labels]`."""
        return self.ema_generator(inputs, training=training)

    def sample(self, count, seed=0, labels=None, batch_size=64):
        """Draws the pictures of the portable seeds `seed … seed + count - 1` from the EMA generator.

        Args:
            count: number of pictures.
            seed: the first seed.
            labels: classes to draw, integers `[count]` or one integer for all; default: each seed's own,
                `seed mod num_classes`. Only for generators that take labels.
            batch_size: pictures drawn at once.

        Returns:
            float32 NumPy array `[count, height, width, channels]` in [0, 1].
        """
        latents = self.latents_of_seeds(count, seed)
        if labels is None:
            labels = self.labels_of_seeds(count, seed)
        elif not self.num_classes:
            raise UserError(f"{self.name} was built without labels, so no class can be asked for.")
        else:
            labels = tf.broadcast_to(labels, [count])
        return self.draw(latents, labels, batch_size)

    def latents_of_seeds(self, count, seed=0):
        """The latents of the portable seeds `seed … seed + count - 1`, float32 `[count, latent_dim]`."""
        return portable_latents(seed_range(seed, count), self.latent_dim).numpy()

    def labels_of_seeds(self, count, seed=0):
        """The classes of those seeds, int32 `[count]`, or None of a generator without labels."""
        return portable_labels(seed_range(seed, count), self.num_classes).numpy() if self.num_classes else None

    def inputs_of_seeds(self, count, seed=0):
        """Latents and labels of those seeds, as `draw` takes them."""
        return self.latents_of_seeds(count, seed), self.labels_of_seeds(count, seed)

    def draw(self, latents, labels=None, batch_size=64):
        """Pictures of the EMA generator, float32 `[N, height, width, channels]` in [0, 1], of latents and labels."""
        parts = []
        for start in range(0, len(latents), batch_size):
            rows = slice(start, start + batch_size)
            parts.append(self(latents[rows] if labels is None else [latents[rows], labels[rows]]))
        return keras.ops.convert_to_numpy(to_unit_range(tf.concat(parts, axis=0)))

    def train_step(self, data):
        """One generator update, and the discriminator updates that go with it, on one replica's share of a batch.

        Args:
            data: a batch dict, or images alone.

        Returns:
            `{name: scalar}`: global-batch means of every term and watched value, the two losses, and the norms of both
            gradients, `d_gradient` and `g_gradient`.
        """
        try:
            return self._train_step(data)
        finally:
            set_current(None)  # the noise of a step ends with it, however it ends

    # --- Inside --------------------------------------------------------------------------------------------------

    def _train_step(self, data):
        self._replica.watched = {}
        *early_batches, batch = self._discriminator_batches(data)
        for draw, early_batch in enumerate(early_batches):
            self._draw_noise(draw)
            fakes = self.generate(early_batch, training=True)
            self._discriminator_gradients(early_batch, fakes)[1]()

        self._draw_noise(len(early_batches))
        with self._tape(self.generator) as tape:
            fakes = self.generate(batch, training=True)
        if self.update_order == "simultaneous":
            logs = self._update_both(batch, fakes, tape)
        else:
            logs = {}
            discriminator = functools.partial(self._discriminator_gradients, batch, stop_gradient(fakes))
            generator = functools.partial(self._generator_gradients, batch, fakes, tape)
            in_order = (
                (generator, discriminator) if self.update_order == "generator_first" else (discriminator, generator)
            )
            for gradients in in_order:
                terms, update = gradients()
                logs |= terms
                update()

        images = tf.shape(batch["real"])[0] * self._num_replicas * self.discriminator_steps
        logs = self._global_means(logs | self._replica.watched)
        for name, value in self.after_update(logs).items():
            getattr(self, name).assign(value)
            logs[name] = value
        if self.augmentation == "ada" and "augment_rt" in logs:
            probability = augment.adapt(self.augment_probability.value, logs["augment_rt"], images)
            self.augment_probability.assign(probability)
            logs["augment_probability"] = probability
        self.step.assign_add(1)
        self._update_ema(images)
        return logs

    @property
    def _num_replicas(self):
        return self.distribute_strategy.num_replicas_in_sync

    def _draw_noise(self, draw):
        self._replica.noise = StepNoise(self.seed, self.step.value, draw)
        set_current(self._replica.noise)  # for layers that draw
        self._replica.augmented = 0

    def _discriminator_batches(self, data):
        batch = as_batch(data)
        batch = batch | {name: to_model_range(batch[name]) for name in ("real", "source") if name in batch}
        steps = self.discriminator_steps
        # Part k is every n-th row from k on, not a block: then the replicas' parts k are, together, the part k
        # that a single replica would take from the whole batch.
        return [{name: value[k::steps] for name, value in batch.items()} for k in range(steps)]

    def _tape(self, network):
        # Watching one network alone makes it impossible to update the other by accident, and records less.
        tape = tf.GradientTape(watch_accessed_variables=False)
        with tape:
            for variable in network.trainable_variables:
                tape.watch(variable.value)
        return tape  # a tape can be entered again

    def _discriminator_gradients(self, batch, fakes):
        with self._tape(self.discriminator) as tape:
            terms = self.discriminator_terms(batch, fakes)
            if not terms:
                return {}, lambda: None
            loss = self._loss(terms, self.discriminator_optimizer)
        norm, update = self._update(loss, tape, self.discriminator, self.discriminator_optimizer)
        return self._named("d_loss", terms) | _prefixed("d_", norm), update

    def _generator_gradients(self, batch, fakes, tape):
        with tape:
            terms = self.generator_terms(batch, fakes)
            loss = self._loss(terms, self.optimizer)
        norm, update = self._update(loss, tape, self.generator, self.optimizer)
        return self._named("g_loss", terms) | _prefixed("g_", norm), update

    def _update_both(self, batch, fakes, tape):
        # Each tape watches its own network alone, so both can be open around scores that both losses read.
        with tape, self._tape(self.discriminator) as discriminator_tape:
            d_terms, g_terms = self.both_terms(batch, fakes)
            d_loss = self._loss(d_terms, self.discriminator_optimizer)
            g_loss = self._loss(g_terms, self.optimizer)
        (d_norm, d_update), (g_norm, g_update) = (
            self._update(d_loss, discriminator_tape, self.discriminator, self.discriminator_optimizer),
            self._update(g_loss, tape, self.generator, self.optimizer),
        )
        d_update()
        g_update()
        norms = _prefixed("d_", d_norm) | _prefixed("g_", g_norm)
        return self._named("d_loss", d_terms) | self._named("g_loss", g_terms) | norms

    def _loss(self, terms, optimizer):
        loss = tf.add_n([tf.reduce_mean(tf.cast(term, tf.float32)) for term in terms.values()])
        # Gradients are summed over replicas, so each replica contributes its share of the mean.
        return optimizer.scale_loss(loss / self._num_replicas)

    def _update(self, loss, tape, network, optimizer):
        """Takes the gradients now; returns their norm, and the function that applies them."""
        variables = network.trainable_variables
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer) and self._num_replicas > 1:
            gradients = self._agree_on_overflow(gradients)
        norm = self._norm(gradients, optimizer)

        def update():
            optimizer.apply(gradients, variables)
            for layer in layers_of(network):
                if hasattr(layer, "after_update"):
                    layer.after_update()

        return norm, update

    def _norm(self, gradients, optimizer):
        """The norm of the whole batch's gradient, by a name; nothing on several replicas, each of which has a share."""
        if self._num_replicas > 1:
            return {}
        norm = tf.linalg.global_norm(gradients)
        scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        return {"gradient": norm / tf.cast(optimizer.dynamic_scale, norm.dtype) if scaled else norm}

    def _agree_on_overflow(self, gradients):
        """If any replica's float16 gradients overflowed, all replicas' do, so that all skip the step together."""
        finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients])
        context = tf.distribute.get_replica_context()
        overflows = context.all_reduce(tf.distribute.ReduceOp.SUM, 1.0 - tf.cast(finite, tf.float32))
        poison = tf.where(overflows > 0, float("nan"), 0.0)
        return [gradient + tf.cast(poison, gradient.dtype) for gradient in gradients]

    def _named(self, total, terms):
        terms = {name: tf.reduce_mean(tf.cast(term, tf.float32)) for name, term in terms.items()}
        return {**terms, total: tf.add_n(list(terms.values()))}

    def _global_means(self, logs):
        means = self._all_reduce_mean(tf.stack([tf.reduce_mean(value) for value in logs.values()]))
        return dict(zip(logs, tf.unstack(means), strict=True))

    def _all_reduce_mean(self, values):
        if self._num_replicas == 1:
            return values
        return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, values)

    def _update_ema(self, images_per_step):
        batch = tf.cast(images_per_step, tf.float32)
        seen = tf.cast(self.step.value, tf.float32) * batch
        halflife = tf.minimum(self.ema_halflife_kimg * 1000.0, seen * self.ema_rampup)
        keep = 0.5 ** (batch / tf.maximum(halflife, 1e-8))
        for average, weight in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            # average += (1 - keep) (weight - average), in one pass
            tf.raw_ops.ResourceApplyGradientDescent(
                var=average.value.handle, alpha=1.0 - keep, delta=average.value - weight.value
            )


def _prefixed(prefix, values):
    return {prefix + name: value for name, value in values.items()}


def layers_of(network):
    """All layers of a network, those of networks inside it included."""
    for layer in network.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)


def labels_of(batch):
    """The labels of a batch, int32 `[B]`; `UserError` if it has none."""
    if "label" not in batch:
        raise UserError("this variant learns classes, but the batches have no 'label': give labelled data.")
    return tf.cast(batch["label"], tf.int32)


def as_batch(data):
    """A batch dict from what a dataset yields: a dict, images alone, or a tuple `(images, labels)`."""
    if isinstance(data, dict):
        return data
    if isinstance(data, (tuple, list)):
        parts = zip(("real", "label"), data, strict=False)
        return {name: part for name, part in parts if part is not None}
    return {"real": data}


def to_model_range(images):
    """Integer images in [0, 255] become float32 in [-1, 1]; floating-point ones are in that range already."""
    images = tf.convert_to_tensor(images)
    return tf.cast(images, tf.float32) / 127.5 - 1.0 if images.dtype.is_integer else images


def to_unit_range(images):
    """Images in [-1, 1] become images in [0, 1], clipped."""
    # [0.5], not 0.5: a scalar added to a convolution makes tf2onnx 1.17 give up its optimization of layouts.
    return tf.clip_by_value(images * 0.5 + [0.5], 0.0, 1.0)


def stop_gradient(fakes):
    """`tf.stop_gradient` of a tensor or of every tensor in a dict."""
    return tf.nest.map_structure(tf.stop_gradient, fakes)
