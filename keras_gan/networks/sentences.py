"""What a sentence says, as a vector: a GRU over the words of a line."""

import keras
from keras import layers, ops


def read(tokens, size, width):
    """The mean state of a GRU over the words of lines: `[B, width]`.

    The mean over words lets each of them be learned from the first step on, wherever it stands.

    Args:
        tokens: Keras tensor, int32 `[B, length]`, 0 after the end.
        size: of the vocabulary.
        width: of a word's vector, and of a state.
    """
    # Of variance 1 each: the usual vectors are so short that all sentences would be one at first.
    words = layers.Embedding(
        size, width, embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0), name="words"
    )(tokens)
    # The kernel of GPUs has no second derivative.
    states = layers.GRU(width, return_sequences=True, use_cudnn=False, name="reader")(words)
    there = ops.expand_dims(ops.cast(ops.greater(tokens, 0), words.dtype), -1)
    return ops.sum(states * there, axis=1) / ops.maximum(ops.sum(there, axis=1), 1.0)
