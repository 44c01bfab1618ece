"""The controller of ADA: how often what the discriminator sees is augmented."""

import tensorflow as tf


def adapt(probability, overfitting, examples, target=0.6, kimg=500.0, ceiling=0.8):
    """One step of ADA's controller: more augmentation while the discriminator overfits, less while it does not.

    Karras et al. 2020, section 3: p moves by a fixed amount towards the r_t wanted. The paper clips p at 0 only and
    reports (section 2) that augmentations begin to leak into what the generator makes above p = 0.8 or so; at
    p = 1 some, like the rotations, cannot be undone at all. Hence the ceiling, which is ours: a discriminator that
    overfits in spite of it wants more data, and leaking would not help it. The paper moves p after every fourth
    batch by the mean r_t of the four; calling this after every batch is the same speed with smaller steps.

    Args:
        probability: scalar p in [0, ceiling].
        overfitting: scalar r_t = E[sign(D(real))] in [-1, 1] over the batches of all replicas.
        examples: number of real examples since the last call.
        target: r_t at which p stays.
        kimg: thousands of examples in which p could rise from 0 to 1.
        ceiling: largest p.

    Returns:
        The new p, a float32 scalar.
    """
    direction = tf.sign(tf.cast(overfitting, tf.float32) - target)
    step = tf.cast(examples, tf.float32) / (kimg * 1000.0)
    return tf.clip_by_value(tf.cast(probability, tf.float32) + direction * step, 0.0, ceiling)
