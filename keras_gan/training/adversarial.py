"""`AdversarialModel`: what a variant may override, and what it may call."""

import tensorflow as tf

from keras_gan.modalities.label import class_count
from keras_gan.modalities.latents import Latents
from keras_gan.sampling import Sampler
from keras_gan.training import replicas
from keras_gan.training.step import TrainStep, labels_of


class AdversarialModel(TrainStep):
    """A generator and a discriminator that train against each other by `fit`.

    A variant states its mathematics by overriding `generate`, `discriminator_terms`, `generator_terms`, `both_terms`,
    `after_update` or `exported`, and never touches a tape, an optimizer or a range: `TrainStep` does. As it stands the
    class trains any GAN from noise that an `Objective` describes. What a step does, and in which order, its `Config`
    says by `stages`; in the middle of a step `self.stage` is the one it belongs to.

    Running statistics: a pass of the generator moves its BatchNorm statistics once per batch of fakes; every pass
    of the discriminator, in either update, moves its own.

    Args:
        generator: built Keras model. Its inputs are told by their names: `latents`, `labels`, else entries of the
            batch. Its output is float32, in the range that the field `real` has in networks.
        discriminator: built Keras model from examples, or from `[examples, labels]`, to scores `[B, …]`, float32,
            higher meaning "more real".
        config: the variant's options: `optimizers(total_steps)`, `stages(total_steps)`, `ema_halflife_kimg`, its own.
        fields: `{name: Field}` of what a batch holds.
        objective: an `Objective`, or None in a variant that overrides both `*_terms` methods.
        ema_rampup: see `ema.update`.
        name: default: that of the module of `config`, which is the variant's.
    """

    # Scores above it call an example real. None where no single score does: Wasserstein critics, relativistic scores.
    decision_boundary = 0.0

    # --- What a variant may override ---------------------------------------------------------------------------------

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
        """Returns both networks' terms, for updates at once; to be overridden where both read the same scores."""
        return self.discriminator_terms(batch, fakes), self.generator_terms(batch, fakes)

    def after_update(self, terms):
        """Returns `{state variable name: new value}` from the global-batch means of all terms, once a step.

        States are weights of the model, made in `__init__` with `aggregation="mean"`; they are logged, too.
        """
        return {}

    def exported(self):
        """Returns `{name: network}`: what leaves the building; the first one is what samples are made by."""
        return {"generator": self.ema_generator}

    def shown(self, sampler, count):
        """What is to be seen of the first `count` seeds, side by side: a list of columns, values at the outer edge."""
        return [sampler.samples(count)]

    def baseline(self):
        """Returns a network like the exported one whose scores are to stand beside its own; None if there is none."""
        return

    # --- What a variant may call -------------------------------------------------------------------------------------

    def score(self, examples, batch, training=True):
        """Scores examples by the discriminator; the one place that binds augmentation and labels to them.

        Args:
            training: False: examples as they are, judged as in inference; also outside a step.
        """
        return tf.cast(self.discriminate(examples, batch, training), tf.float32)

    def discriminate(self, examples, batch, training=True):
        """All that the discriminator says of examples, for one that says more than a score; arguments as of `score`."""
        examples = self.augmented(examples) if training else examples
        if len(self.discriminator.inputs) > 1:
            return self.discriminator([examples, labels_of(batch)], training=training)
        return self.discriminator(examples, training=training)

    def watch_scores(self, real_scores, fake_scores):
        """Logs how often the discriminator is right, and measures what ADA is controlled by."""
        if self.decision_boundary is None:
            return
        real_margin, fake_margin = real_scores - self.decision_boundary, fake_scores - self.decision_boundary
        self.watch("d_real_accuracy", tf.cast(real_margin > 0, tf.float32))
        self.watch("d_fake_accuracy", tf.cast(fake_margin < 0, tf.float32))
        if self.augmentation == "ada":
            self.watch("augment_rt", tf.sign(real_margin))

    def watch(self, name, values):
        """Logs the global-batch mean of `values` under `name`, without adding it to any loss."""
        self._replica.watched[name] = values

    def global_mean(self, values):
        """Mean of one replica's tensor over all its elements and over all replicas, a scalar."""
        return replicas.all_reduce_mean(tf.reduce_mean(values), self.replica_count)

    def lazily(self, interval, term):
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

    # --- What others may ask -----------------------------------------------------------------------------------------

    @property
    def latent_dim(self):
        """Length of a latent vector; None of a generator that is given something else."""
        return next((tensor.shape[-1] for tensor in self.generator.inputs if tensor.name == "latents"), None)

    @property
    def num_classes(self):
        """Number of classes that the generator can be asked for, 0 if it takes no labels."""
        takes_labels = any(tensor.name == "labels" for tensor in self.generator.inputs)
        return class_count(self.fields) if takes_labels else 0

    @property
    def further_inputs(self):
        """`{name: Field}` of inputs of exported networks that no batch holds under their names."""
        return {}

    def input_fields(self, network):
        """What a network is given, `{name of an input: Field}`."""
        known = {"labels": self.fields.get("label")} | self.fields | self.further_inputs
        return {
            tensor.name: Latents(tensor.shape[-1]) if tensor.name == "latents" else known[tensor.name]
            for tensor in network.inputs
        }

    def output_field(self, network):
        """The `Field` of what a network gives."""
        return self.fields["real"]

    def constants(self):
        """What exports hold beside networks, `{name: array}`."""
        return {}

    def call(self, inputs, training=False):
        """What the EMA generator makes of latents or of `[latents, labels]`, as networks give it."""
        return self.ema_generator(inputs, training=training)

    def sample(self, count, seed=0, labels=None):
        """Samples of the portable seeds `seed … seed + count - 1`, drawn by the EMA generator.

        Args:
            count: number of samples.
            seed: the first seed.
            labels: classes to draw, integers `[count]` or one integer for all; default: each seed's own,
                `seed mod num_classes`. Only for generators that take labels.

        Returns:
            NumPy array `[count, …]` at the outer edge, see `Field`.
        """
        return Sampler(self).samples(count, seed, labels)
