"""Which sizes of images a variant can make."""

from keras_gan import registry
from keras_gan.errors import UserError


def check_size(name, height, width=None):
    """Raises `UserError` unless the variant can make images of this height and width in pixels (default: square)."""
    sizes, width = registry.variant(name).sizes, height if width is None else width
    if not sizes or (height == width and height in sizes):
        return
    nearest = min(sizes, key=lambda size: abs(size - height))
    raise UserError(
        f"{registry.resolve(name)} makes square images of {', '.join(map(str, sizes))} px, not {width}x{height}: "
        f"try --image-size {nearest}."
    )
