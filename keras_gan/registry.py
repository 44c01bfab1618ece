"""Variants by name: the name of a variant is the name of its module in `keras_gan/variants/`.

Nothing is registered by hand. Names and one-line descriptions are read from the files without importing them,
so that listing costs no TensorFlow import; a variant's module is imported when it is chosen.
"""

import ast
import functools
import importlib
import random
from pathlib import Path

from keras_gan.errors import UserError, unknown

VARIANTS = Path(__file__).parent / "variants"


def list_variants(only=None):
    """Returns the names of all variants, sorted; of those of one `task`, with `only`."""
    names = sorted(path.stem for path in VARIANTS.glob("*.py") if not path.stem.startswith("_"))
    return names if only is None else [name for name in names if task(name) == only]


def describe(name):
    """Returns the first line of the variant's docstring, read without importing the variant."""
    return (ast.get_docstring(_parse(name)) or "").partition("\n")[0]


def image_sizes(name):
    """Returns the variant's `IMAGE_SIZES`, read without importing the variant, or None if any size will do."""
    return _constant(name, "IMAGE_SIZES")


def image_channels(name):
    """How many channels the variant's images may have, read without importing the variant."""
    return _constant(name, "CHANNELS") or (1, 2, 3, 4)


def task(name):
    """What the variant learns, read without importing it: one of

    - `sample`: to draw images from noise;
    - `paired`: to turn a source into the image that belongs to it;
    - `unpaired`: to turn images of one kind into images of another;
    - `restore`: to undo a corruption that its `prepare` applies to any images.
    """
    return _constant(name, "TASK") or "sample"


def defaults(name):
    """Options of a run that the variant has defaults of its own for, `{field of RunConfig: value}`."""
    return _constant(name, "DEFAULTS") or {}


def _constant(name, constant):
    for statement in _parse(name).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == constant:
            return ast.literal_eval(statement.value)
    return None


def preparation(name, config):
    """What the input pipeline does to the variant's batches, a function `(batch, noise) -> batch`; or None."""
    prepare = getattr(module(name), "prepare", None)
    return functools.partial(prepare, config=config) if prepare else None


@functools.cache
def _parse(name):
    return ast.parse((VARIANTS / f"{resolve(name)}.py").read_text(encoding="utf-8"))


def resolve(name):
    """Returns the canonical name: `wgan-gp` and `WGAN_GP` are both `wgan_gp`. Raises `UserError` if unknown."""
    canonical = name.strip().lower().replace("-", "_")
    if canonical not in list_variants():
        raise unknown("variant", name, list_variants())
    return canonical


def module(name):
    """Imports and returns the variant's module (`Config`, `TINY`, `build`). This imports TensorFlow."""
    return importlib.import_module(f"keras_gan.variants.{resolve(name)}")


def create(name, image_shape, num_classes=0, seed=0, augment="none", source_shape=None, **options):
    """Builds a model that trains the variant `name`.

    Args:
        name: a variant's name, see `list_variants()`.
        image_shape: `(height, width, channels)` of the images, which are float32 in [-1, 1] or integers in [0, 255].
        num_classes: number of classes of the labels in a batch, 0 without labels.
        seed: decides the initial weights and all noise of the training.
        augment: `none`, `diffaugment` or `ada`: what the discriminator sees, see `keras_gan.modalities.image.augment`.
        source_shape: `(height, width, channels)` of the sources of a variant that translates images; default: as the
            images.
        **options: fields of the variant's `Config`, such as `latent_dim=100`.

    Returns:
        An uncompiled `AdversarialModel`. Call it inside `strategy.scope()` to train on several devices.

    Raises:
        UserError: for an unknown variant or option, or an image shape that the variant cannot make.
    """
    variant = module(name)
    known = variant.Config.__dataclass_fields__
    for option in options:
        if option not in known:
            raise unknown(f"option of {resolve(name)}", option, known)
    return build(name, variant.Config(**options), image_shape, num_classes, seed, augment, source_shape)


def build(name, config, image_shape, num_classes=0, seed=0, augment="none", source_shape=None):
    """Like `create`, from a finished `Config` of the variant."""
    from keras_gan.data.dataset import DataSpec

    height, width, channels = image_shape
    if channels not in image_channels(name):
        choices = " or ".join(map(str, image_channels(name))).replace("1 or 2 or 3 or 4", "1 to 4")
        raise UserError(
            f"{resolve(name)} takes images of {choices} channels (image_shape is height, width, channels), "
            f"not of {channels}."
        )
    sizes = image_sizes(name)
    if sizes and (height != width or height not in sizes):
        raise UserError(
            f"{resolve(name)} makes square images of {', '.join(map(str, sizes))} px, not {width}x{height}: choose one "
            "with --image-size."
        )
    variant = module(name)
    # Keras draws the seeds of its initializers from here. The caller's random numbers go on as if nothing had happened.
    state = random.getstate()
    random.seed(seed)
    if task(name) in ("paired", "unpaired"):
        source_shape = tuple(source_shape or image_shape)
    try:
        model = variant.build(config, DataSpec((height, width, channels), num_classes, source_shape))
    finally:
        random.setstate(state)
    model.seed = seed
    model.use_augmentation(augment)
    return model
