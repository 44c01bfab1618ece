"""Image files as graphs read them, by operations of TensorFlow alone."""

import tensorflow as tf

from keras_gan.modalities.image.chroma import LUMINANCE


def decoded(file, channels):
    """An image file as float32 `[H, W, channels]`, 1 or 3, in [0, 1]: on white where it is transparent, grey by BT.601.

    Of an animation, the first frame. The orientation that cameras note down (EXIF) is not looked at.
    """
    pixels = tf.cond(
        tf.io.is_jpeg(file),
        lambda: tf.io.decode_jpeg(file, dct_method="INTEGER_ACCURATE"),
        lambda: tf.io.decode_image(file, expand_animations=False),
    )
    pixels.set_shape([None, None, None])
    found = tf.shape(pixels)[2]  # grey, grey and opacity, colours, colours and opacity
    pixels = tf.cast(pixels, tf.float32) / 255.0
    opacity = tf.where(found % 2 == 0, pixels[:, :, -1:], 1.0)
    colours = pixels[:, :, : found - 1 + found % 2] * opacity + (1.0 - opacity)
    colours = tf.broadcast_to(colours, [tf.shape(pixels)[0], tf.shape(pixels)[1], 3])
    if channels == 1:
        colours = tf.reduce_sum(colours * LUMINANCE, axis=-1, keepdims=True)
    # What was computed here is rounded as every other decoder does.
    return tf.round(255.0 * colours) / 255.0
