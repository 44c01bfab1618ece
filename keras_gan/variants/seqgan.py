"""SeqGAN: lines by policy gradient, with a reward for every word (Yu et al. 2017; d'Autume et al. 2019)

Papers: L. Yu, W. Zhang, J. Wang, Y. Yu, "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient", AAAI 2017,
arXiv 1609.05473; C. de Masson d'Autume, M. Rosca, J. Rae, S. Mohamed, "Training Language GANs from Scratch", NeurIPS
2019, arXiv 1905.09922.

The generator is that of `textgan`. After a stage of likelihood it writes lines w_1 … w_n, and the discriminator, an
LSTM, says after each word how real the line is so far, d_t:

    L_D = mean over t of softplus(-d_t(x)) + softplus(d_t(w))
    r_t = 2 sigmoid(d_t(w)) - 1,    R_t = sum over k >= t of gamma^(k - t) r_k
    L_G = -a sum over t of (R_t - b) ln p(w_t | w before) / mean length + c L_ML

where b is a moving average of the returns R.

Rollouts or dense rewards: SeqGAN completes every beginning of a line several times to have one reward for it, which
costs as many passes of the generator as a line has words, 21 of them, times the completions; the reward of ScratchGAN
costs one pass of the discriminator, and varies less. In minutes on a processor only the latter does enough updates, so
this has the dense one; `likelihood_share` 0 is ScratchGAN's training from nothing.

Deviations:
- A likelihood term may stay in the loss. Batches of the run's size in place of 512, no layer norm in the discriminator,
  no word vectors from elsewhere.
"""

from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.modalities.text import controls
from keras_gan.networks import lines as networks
from keras_gan.registry import Variant
from keras_gan.training.lines import LIKELIHOOD, LineModel, counted
from keras_gan.training.optimizers import Adam, InStages
from keras_gan.training.options import ModelOptions
from keras_gan.training.stages import Stage

VARIANT = Variant(gives="text", data="captions", defaults={"steps": 3000, "batch_size": 64, "eval_samples": 1000})

USUAL_STEPS = 1500  # of a run whose length nobody knows


@dataclass(frozen=True)
class Config(ModelOptions):
    """Options of SeqGAN."""

    latent_dim: int = 32
    """Length of what a line is about; the key of the noise that its words are drawn by comes on top."""
    units: int = 256
    """Width of the generator's LSTM."""
    embedding: int = 128
    """Width of a word's vector."""
    dropout_share: float = 0.3
    """How many of the words' vectors and of the LSTM's outputs are left out while likelihood is learned."""
    likelihood_share: float = 0.7
    """Share of the steps in which likelihood alone is learned; 0: none."""
    likelihood_rate: float = 3e-3
    """Adam step size of the generator in the first stage, at whose end a tenth is left."""
    likelihood_weight: float = 0.5
    """Weight of the likelihood in the second stage."""
    adversarial_weight: float = 1.0
    """Weight of the policy gradient."""
    adversarial_rate: float = 1e-4
    """Adam step size of the generator in the second stage."""
    discriminator_rate: float = 1e-3
    """Adam step size of the discriminator."""
    discriminator_units: int = 128
    """Width of the discriminator's LSTM."""
    discount_share: float = 0.23
    """gamma: how much of a reward the word before has."""
    baseline_share: float = 0.08
    """How much of the moving average of returns is that of the newest step."""

    warmest = 1.0

    def stages(self, total_steps=None):
        """Likelihood, then the policy gradient."""
        if not self.likelihood_share:
            return (Stage("adversarial"),)
        return Stage(LIKELIHOOD, until=self._until(total_steps), order=("g",)), Stage("adversarial")

    def _until(self, total_steps):
        return max(1, round(self.likelihood_share * (total_steps or USUAL_STEPS)))

    def optimizers(self, total_steps=None):
        """Adam, faster in the first stage."""
        rate = self.adversarial_rate
        if self.likelihood_share:
            rate = InStages(self.likelihood_rate, 0.1, self._until(total_steps), self.adversarial_rate)
        return Adam(rate, beta_1=0.9, beta_2=0.99), Adam(self.discriminator_rate, beta_1=0.5, beta_2=0.99)


TINY = Config(latent_dim=4, units=8, embedding=6, likelihood_share=0.0005, discriminator_units=4)


class SeqGAN(LineModel):
    """Writes whole words, and learns of what the discriminator says after each."""

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        super().__init__(generator, discriminator, config, fields, **kwargs)
        self.expected_return = self.add_weight(
            shape=(), initializer="zeros", trainable=False, aggregation="mean", name="expected_return"
        )

    def generate(self, batch, training):
        if self.stage.name == LIKELIHOOD:
            return {}
        rows, length = ops.shape(batch["real"])[0], self.writer.length
        latents = self.noise.normal(rows, (self.latent_dim,), "latents")
        lines = self.generator([latents, ops.ones((rows,)), ops.zeros((rows, length), "int32")], training=training)
        return {"lines": lines, "topics": latents[:, : self.writer.latent_dim]}

    def discriminate(self, examples, batch, training=True):
        return self.discriminator(examples, training=training)

    def discriminator_terms(self, batch, fakes):
        return {
            "d_real": self._mean(ops.softplus(-self.score(batch["real"], batch)), batch["real"]),
            "d_fake": self._mean(ops.softplus(self.score(fakes["lines"], batch)), fakes["lines"]),
        }

    def _mean(self, values, tokens):
        """Of values at each place, those of words and ends, each line in proportion to them."""
        return ops.sum(values * ops.cast(counted(tokens), values.dtype), axis=1) / self.mean_length(tokens)

    def adversarial_terms(self, batch, fakes):
        lines = fakes["lines"]
        there = ops.cast(counted(lines), "float32")
        rewards = (2.0 * ops.sigmoid(self.score(lines, batch)) - 1.0) * there
        returns = discounted(rewards, self.config.discount_share)
        self.watch("return", ops.sum(returns * there, axis=1) / self.mean_length(lines))
        advantages = ops.stop_gradient((returns - self.expected_return) * there)
        logs = self.log_probabilities(fakes["topics"], (), lines)
        return {"g_policy": -ops.sum(advantages * logs, axis=1) / self.mean_length(lines)}

    def after_update(self, terms):
        found = super().after_update(terms)
        if "return" in terms:
            share = self.config.baseline_share
            found["expected_return"] = (1.0 - share) * self.expected_return + share * terms["return"]
        return found


def discounted(rewards, gamma):
    """R_t = r_t + gamma R_{t+1} of rewards `[B, n]`, in the same shape."""
    returns, later = [], 0.0
    for place in reversed(range(rewards.shape[1])):
        later = rewards[:, place] + gamma * later
        returns.append(later)
    return ops.stack(returns[::-1], axis=1)


def build(config, fields):
    """Builds the model for lines of text."""
    field = fields["real"]
    return SeqGAN(
        networks.generator(field, config), discriminator(field, config), config, {**fields, **controls(field)}
    )


def discriminator(field, config):
    """Lines, int32 `[B, length]`, to a score after each word, `[B, length]`."""
    lines = keras.Input((field.length,), dtype="int32", name="lines")
    x = layers.Embedding(field.size, config.embedding, name="words")(lines)
    x = layers.LSTM(config.discriminator_units, return_sequences=True, use_cudnn=False, name="reader")(x)
    scores = layers.Dense(1, dtype="float32", name="scores")(x)
    return keras.Model(lines, ops.squeeze(scores, axis=-1), name="discriminator")
