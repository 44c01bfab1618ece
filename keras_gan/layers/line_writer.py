"""`LineWriter`: an LSTM that writes lines, word by word."""

import keras
import tensorflow as tf

from keras_gan.layers.line_noise import KEY, LineNoise

END, UNKNOWN = 0, 1  # tokens that are no words
_NEVER = -1e9  # a logit
_COLDEST = 1e-3  # a temperature at which the likeliest word is written


@keras.saving.register_keras_serializable("keras_gan")
class LineWriter(keras.layers.Layer):
    """Writes lines of `length` tokens: `[latents, temperature, prefix, memory]` to int32 `[B, length]`.

    Latents `[B, latent_dim + KEY]` are what a line is about, which every step of the LSTM is given, and the key of the
    noise by which words are chosen (see `line_noise`), so that a line is a pure function of them. Each word is the one
    whose logit, divided by the temperature `[B]`, is the greatest with Gumbel noise added, which is a draw from the
    softmax. A prefix, int32 `[B, length]`, is what stands where it is not 0. A memory `[B, places, C]`, if there is
    one, is attended to before each word (Xu et al. 2015, arXiv 1502.03044). The output layer is the embedding
    (Press & Wolf 2017, arXiv 1608.05859).

    Args:
        length: tokens of a line.
        size: of the vocabulary; 0 is the end of a line, and is fed in place of the word before the first; 1, what is
            unknown, is never written.
        units: width of the LSTM.
        embedding: width of a word's vector.
    """

    def __init__(self, length, size, units, embedding, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.length, self.size, self.units, self.embedding = length, size, units, embedding

    def build(self, input_shape):
        latents, _, _, *memory = input_shape
        self.latent_dim = latents[-1] - KEY
        gates, last = 4 * self.units, self.units
        self.words = self._matrix("words", self.size, self.embedding, keras.initializers.RandomNormal(stddev=0.1))
        self.drive = self._matrix("drive", self.latent_dim, gates)
        self.start = self._matrix("start", self.latent_dim, 2 * self.units)
        self.into = self._matrix("into", self.embedding, gates)
        self.recurrent = self._matrix("recurrent", self.units, gates, "orthogonal")
        self.bias = self.add_weight(name="bias", shape=(gates,), initializer="zeros")
        if memory:
            places = memory[0][-1]
            last += places
            self.keys = self._matrix("keys", places, self.units)
            self.query = self._matrix("query", self.units, self.units)
            self.attention = self._matrix("attention", self.units, 1)
            self.context = self._matrix("context", places, gates)
        self.out = self._matrix("out", last, self.embedding)
        self.word_bias = self.add_weight(name="word_bias", shape=(self.size,), initializer="zeros")

    def _matrix(self, name, rows, columns, initializer="glorot_uniform"):
        return self.add_weight(name=name, shape=(rows, columns), initializer=initializer)

    # --- Writing -----------------------------------------------------------------------------------------------------

    def call(self, inputs):
        latents, temperature, prefix, *memory = inputs
        noise = LineNoise(latents[:, self.latent_dim :], self.length, self.size)
        steps = _Steps(self, latents[:, : self.latent_dim], *memory)
        token, alive, line = tf.zeros_like(prefix[:, 0]), tf.ones_like(prefix[:, 0]), []
        warmth = 1.0 / tf.maximum(temperature, _COLDEST)[:, None]
        for place in range(self.length):
            logits = self.logits(steps.after(tf.gather(self.words, token)), place)
            drawn = tf.argmax(logits * warmth + noise.gumbel(place), axis=-1, output_type=tf.int32)
            token = tf.where(prefix[:, place] > 0, prefix[:, place], drawn) * alive
            alive = tf.cast(token > 0, tf.int32)
            line.append(token)
        return tf.stack(line, axis=1)

    def relaxed(self, latents, gumbel, warmth, memory=(), hard=True):
        """Lines that gradients go through, `[B, length, size]`: one-hot rows, or the softmax rows themselves.

        Straight-through Gumbel-softmax (Jang et al. 2017, arXiv 1611.01144): forwards the word with the greatest logit
        and noise, backwards the softmax of both times `warmth`.

        Args:
            latents: `[B, latent_dim]`.
            gumbel: Gumbel noise `[B, length, size]`.
            warmth: the inverse of the softmax's temperature, a scalar.
            memory: empty, or the memory alone.
            hard: whether rows are one-hot.
        """
        steps, line = _Steps(self, latents, *memory), []
        word, alive = tf.one_hot(tf.zeros_like(latents[:, 0], tf.int32), self.size), tf.ones_like(latents[:, :1])
        end = word
        for place in range(self.length):
            logits = self.logits(steps.after(tf.matmul(word, self.words)), place) + gumbel[:, place]
            soft = tf.nn.softmax(logits * warmth)
            chosen = tf.one_hot(tf.argmax(logits, axis=-1), self.size)
            drawn = tf.stop_gradient(chosen - soft) + soft if hard else soft
            word = alive * drawn + (1.0 - alive) * end
            alive = alive * (1.0 - chosen[:, :1])
            line.append(word)
        return tf.stack(line, axis=1)

    # --- Reading -----------------------------------------------------------------------------------------------------

    def features(self, latents, tokens, memory=(), kept=(1.0, 1.0)):
        """What the words of given lines are predicted of, `[B, length, embedding]`: each after those before it.

        Args:
            latents: `[B, latent_dim]`.
            tokens: int32 `[B, length]`.
            memory: empty, or the memory alone.
            kept: dropout's factors, of the embedded words `[B, length, embedding]` and of states `[B, length, units]`.
        """
        steps = _Steps(self, latents, *memory)
        before = tf.pad(tokens[:, :-1], [[0, 0], [1, 0]])
        given = tf.gather(self.words, before) * kept[0]
        states = tf.ones([1, self.length, 1]) * kept[1]
        return tf.stack([steps.after(given[:, place], states[:, place]) for place in range(self.length)], axis=1)

    def logits(self, features, place=None):
        """Logits of all words, `[…, size]`; at a place, such that no line is empty and nothing unknown is written."""
        logits = tf.matmul(features, self.words, transpose_b=True) + self.word_bias
        if place is None:
            return logits
        never = [_NEVER if number == UNKNOWN or (number == END and place == 0) else 0.0 for number in range(2)]
        return logits + tf.constant(never + [0.0] * (self.size - 2))

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((inputs[0].shape[0], self.length), "int32")

    def get_config(self):
        own = {"length": self.length, "size": self.size, "units": self.units, "embedding": self.embedding}
        return {**super().get_config(), **own}


class _Steps:
    """The LSTM of a `LineWriter` on its way along lines.

    Args:
        writer: the layer.
        latents: `[B, latent_dim]`.
        memory: `[B, places, C]`, or nothing.
    """

    def __init__(self, writer, latents, memory=None):
        self._writer, self._memory = writer, memory
        self._drive = tf.matmul(latents, writer.drive) + writer.bias
        self._state, self._cell = tf.split(tf.tanh(tf.matmul(latents, writer.start)), 2, axis=1)
        self._keys = None if memory is None else tf.matmul(memory, writer.keys)

    def after(self, embedded, kept=1.0):
        """What the next word is predicted of, `[B, embedding]`, after one more word `[B, embedding]`."""
        writer = self._writer
        gates = tf.matmul(embedded, writer.into) + tf.matmul(self._state, writer.recurrent) + self._drive
        seen = () if self._memory is None else (self._attended(),)
        gates = gates + tf.matmul(seen[0], writer.context) if seen else gates
        entry, forget, values, exit_ = tf.split(gates, 4, axis=1)
        self._cell = tf.sigmoid(forget + 1.0) * self._cell + tf.sigmoid(entry) * tf.tanh(values)
        self._state = tf.sigmoid(exit_) * tf.tanh(self._cell)
        return tf.matmul(tf.concat([self._state * kept, *seen], axis=1), writer.out)

    def _attended(self):
        """The memory at the places that are looked at, `[B, C]`."""
        query = tf.matmul(self._state, self._writer.query)[:, None]
        scores = tf.matmul(tf.tanh(self._keys + query), self._writer.attention)
        return tf.reduce_sum(tf.nn.softmax(scores, axis=1) * self._memory, axis=1)
