"""What AnimeGAN adds to an adversarial loss (Chen et al. 2019; AnimeGANv2): colours of the photo, edges of cartoons.

Images are `[B, height, width, 3]` in [-1, 1].
"""

from keras import ops

# ITU-R BT.601
_TO_YUV = ((0.299, -0.14714119, 0.61497538), (0.587, -0.28886916, -0.51496512), (0.114, 0.43601035, -0.10001026))


def yuv(images):
    """Luma in [-1, 1] and the two differences of colours, `[B, height, width, 3]`; grey images have none of these."""
    return ops.matmul(ops.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images, ops.array(_TO_YUV))


def color(images, photos):
    """Mean absolute difference of luma, and Huber's (delta 1) of both differences of colours: `[B]`."""
    difference = ops.abs(yuv(images) - yuv(photos))
    luma, colours = difference[..., :1], difference[..., 1:]
    huber = ops.where(colours <= 1.0, 0.5 * ops.square(colours), colours - 0.5)
    return ops.mean(luma, axis=(1, 2, 3)) + ops.sum(ops.mean(huber, axis=(1, 2)), axis=-1)


def grey(images):
    """Images without their colours."""
    return ops.repeat(yuv(images)[..., :1], images.shape[-1], axis=-1)


def without_edges(images, threshold=0.25):
    """Images whose edges are smoothed: what a discriminator is to call no cartoon.

    Args:
        threshold: how much the values within 3x3 px differ at an edge, at least.
    """
    options = {"strides": 1, "padding": "same"}
    spread = ops.max_pool(images, 3, **options) + ops.max_pool(-images, 3, **options)
    at_edge = ops.max(spread, axis=-1, keepdims=True) > threshold
    at_edge = ops.max_pool(ops.cast(at_edge, "float32"), 3, **options)
    smooth = ops.average_pool(ops.average_pool(images, 3, **options), 3, **options)
    return images + at_edge * (smooth - images)
