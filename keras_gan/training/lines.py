"""`LineModel`: adversarial models whose generator writes lines, and learns their likelihood first."""

import tensorflow as tf

from keras_gan.networks.lines import WRITER
from keras_gan.training import ema
from keras_gan.training.adversarial import AdversarialModel

LIKELIHOOD = "likelihood"  # the stage in which the discriminator rests


class LineModel(AdversarialModel):
    """A GAN whose generator is a `LineWriter`.

    In the stage LIKELIHOOD the generator alone learns to predict each word of the data. What it was at the end of that
    stage stays in the model, `baseline`, so that every score of the run has that of the same generator without an
    adversary beside it. In later stages the likelihood stays in the loss, with a weight.

    Args:
        generator: with a `LineWriter` called WRITER; what is attended to, if anything, is `memory`.
        config: with `dropout_share`, `likelihood_weight` and `warmest`, see `variants/textgan.py`.
        Others: of `AdversarialModel`.
    """

    decision_boundary = None

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        super().__init__(generator, discriminator, config, fields, **kwargs)
        self.baseline_generator = ema.averaged(generator)
        self.warmth = self.add_weight(shape=(), initializer="ones", trainable=False, aggregation="mean", name="warmth")

    @property
    def writer(self):
        """The `LineWriter` that is trained."""
        return self.generator.get_layer(WRITER)

    # No property: Keras would save the network by this name, and only where there is one.
    def baseline(self):
        """The generator as likelihood alone had made it, a network; None if there was no such stage."""
        return self.baseline_generator if self.schedule.stages[0].name == LIKELIHOOD else None

    # --- What a step does ---------------------------------------------------------------------------------------------

    def given(self, batch):
        """What lines are about `[B, latent_dim]`, and a tuple of what the writer attends to, one tensor or none."""
        return self.noise.normal(tf.shape(batch["real"])[0], (self.writer.latent_dim,), "latents"), ()

    def generate(self, batch, training):
        if self.stage.name == LIKELIHOOD:
            return {}
        writer, rows = self.writer, tf.shape(batch["real"])[0]
        uniform = self.noise.uniform(rows, (writer.length, writer.size), "words")
        gumbel = -tf.math.log(1e-9 - tf.math.log(uniform + 1e-9))
        topics, memory = self.given(batch)
        return writer.relaxed(topics, gumbel, self.warmth.value, memory, self.config.straight_through)

    def generator_terms(self, batch, fakes):
        weight = 1.0 if self.stage.name == LIKELIHOOD else self.config.likelihood_weight
        terms = {"g_likelihood": weight * self.negative_log_likelihood(batch)} if weight else {}
        if self.stage.name == LIKELIHOOD:
            return terms
        adversarial = self.adversarial_terms(batch, fakes)
        return terms | {name: self.config.adversarial_weight * term for name, term in adversarial.items()}

    def adversarial_terms(self, batch, fakes):
        """What the discriminator has the generator minimise, before it is weighted."""
        return super().generator_terms(batch, fakes)

    def negative_log_likelihood(self, batch):
        """In nats for each word and end, of each line of a batch in proportion to its words, `[B]`."""
        tokens = batch["real"]
        logs = self.log_probabilities(*self.given(batch), tokens, self._kept(tokens))
        return -tf.reduce_sum(logs, axis=1) / self.mean_length(tokens)

    def mean_length(self, tokens):
        """Words of a line with its end, the mean over all replicas, a scalar."""
        return self.global_mean(tf.reduce_sum(tf.cast(counted(tokens), tf.float32), axis=1))

    def log_probabilities(self, topics, memory, tokens, kept=(1.0, 1.0)):
        """ln p of each word of lines `[B, length]` after those before it, 0 behind the end; arguments of `features`."""
        features = self.writer.features(topics, tokens, memory, kept)
        # Nothing is predicted behind the end, and most lines are half as long as the longest.
        there = counted(tokens)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=tf.boolean_mask(tokens, there), logits=self.writer.logits(tf.boolean_mask(features, there))
        )
        return tf.tensor_scatter_nd_sub(tf.zeros_like(tokens, tf.float32), tf.where(there), losses)

    def _kept(self, tokens):
        if not self.config.dropout_share:
            return 1.0, 1.0
        writer, rate, rows = self.writer, self.config.dropout_share, tf.shape(tokens)[0]
        return tuple(
            tf.cast(self.noise.uniform(rows, (writer.length, width), f"dropout/{name}") >= rate, tf.float32)
            / (1.0 - rate)
            for name, width in (("words", writer.embedding), ("states", writer.units))
        )

    def discriminate(self, examples, batch, training=True):
        """Of lines as numbers, or as rows of numbers in proportion to words."""
        if len(examples.shape) == 2:
            examples = tf.one_hot(examples, self.writer.size)
        return super().discriminate(examples, batch, training)

    def after_update(self, terms):
        """The baseline follows the average while that is its own; the softmax gets colder from then on."""
        if self.stage.name == LIKELIHOOD:
            for kept, weight in zip(self.baseline_generator.weights, self.ema_generator.weights, strict=True):
                tf.raw_ops.AssignVariableOp(resource=kept.value.handle, value=weight.value)
            return {}
        start = self.schedule.start_of(len(self.schedule.stages) - 1)
        total = self.compiled_with()["total_steps"] or start + 1
        part = (tf.cast(self.step.value, tf.float32) - start + 1.0) / max(total - start, 1)
        return {"warmth": self.config.warmest ** tf.clip_by_value(part, 0.0, 1.0)}


def counted(tokens):
    """Which places of lines `[B, length]` are words or the end, a bool tensor."""
    return tf.concat([tf.ones_like(tokens[:, :1], tf.bool), tokens[:, :-1] > 0], axis=1)
