"""What `words` does, in operations of TensorFlow: for the signatures of a SavedModel."""

import tensorflow as tf

from keras_gan.modalities.text.words import UNKNOWN


def tokens_of(text, vocabulary, length, unit, lowercase):
    """The tokens of lines, a string tensor `[N]`, as numbers: int32 `[N, length]`, cut and filled up with 0."""
    text = tf.strings.lower(text, encoding="utf-8") if lowercase else text
    text = tf.strings.strip(tf.strings.regex_replace(text, r"[\s\p{Z}]+", " "))
    if unit == "char":
        pieces = tf.strings.unicode_split(text, "UTF-8")
    else:
        pieces = tf.strings.split(tf.strings.regex_replace(text, r"([^\p{L}\p{M}\p{N}_'\-\s])", r" \1 "))
    pieces = pieces[:, :length].to_tensor("", shape=[None, length])
    # Compared with every word: a table to look them up in would have to be kept beside the function.
    same = tf.equal(pieces[:, :, None], tf.constant(vocabulary))
    found = tf.argmax(tf.cast(same, tf.int8), axis=-1, output_type=tf.int32)
    return tf.where(tf.reduce_any(same, axis=-1), found, UNKNOWN)


def text_of(tokens, vocabulary, unit):
    """The lines that numbers of tokens `[N, length]` are of, a string tensor `[N]`."""
    pieces = tf.gather(tf.constant(vocabulary), tf.clip_by_value(tokens, 0, len(vocabulary) - 1))
    if unit == "char":
        return tf.strings.reduce_join(pieces, axis=-1)
    text = tf.strings.strip(tf.strings.reduce_join(pieces, axis=-1, separator=" "))
    text = tf.strings.regex_replace(text, r" ([.,!?;:%)\]}])", r"\1")
    return tf.strings.regex_replace(text, r"([(\[{]) ", r"\1")
