"""Losses by which what belongs together finds each other."""

from keras import ops


def contrastive(shown, told, temperature, group):
    """How badly the pairs of a group are told from what does not belong together, `[B]`, both ways (arXiv 2103.00020).

    Args:
        shown, told: vectors `[B, n]`, float32, row by row of what is seen and of what is said of it.
        temperature: what divides the cosines of their angles.
        group: how many neighbours in the batch are a group; must divide it. Replicas with whole groups compute what one
            with the whole batch would.
    """
    shown, told = (
        ops.reshape(
            each * ops.rsqrt(ops.sum(ops.square(each), axis=-1, keepdims=True) + 1e-8), (-1, group, each.shape[1])
        )
        for each in (shown, told)
    )
    cosines = ops.einsum("gin,gjn->gij", shown, told) / temperature
    own = ops.einsum("gin,gin->gi", shown, told) / temperature
    return ops.reshape((ops.logsumexp(cosines, axis=1) + ops.logsumexp(cosines, axis=2)) / 2.0 - own, (-1,))
