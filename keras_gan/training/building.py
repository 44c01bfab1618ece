"""Models of variants, by name."""

import numbers
import random
from dataclasses import replace

import keras

from keras_gan import registry
from keras_gan.errors import UserError, check_labels, unknown
from keras_gan.modalities.image import Image
from keras_gan.modalities.label import Label, class_count


def usual_keras():
    """Sets what a keras.json of other programs may have changed: the order of axes, and the type."""
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")


def create(
    name, image_shape, num_classes=0, seed=0, augment="none", source_shape=None, preset=registry.NO_PRESET, **options
):
    """Builds a model of images that trains the variant `name`.

    Args:
        name: a variant's name, see `list_variants()`.
        image_shape: `(height, width, channels)` of the images, which are float32 in [-1, 1] or integers in [0, 255].
        num_classes: number of classes of the labels in a batch, 0 without labels.
        seed: decides the initial weights and all noise of the training.
        augment: `none`, `diffaugment` or `ada`: what the discriminator sees, see `modalities.image.augment`.
        source_shape: `(height, width, channels)` of the sources of a variant that translates images; default: as the
            images.
        preset: options that were chosen together, one of the variant's `PRESETS`, such as `laptop`, as `train.py` has
            it; default: those of the variant's `Config`.
        **options: fields of the variant's `Config`, such as `latent_dim=100`.

    Returns:
        An uncompiled `AdversarialModel`. Call it inside `strategy.scope()` to train on several devices.

    Raises:
        UserError: for an unknown variant or option, or an image shape that the variant cannot make.
    """
    for shape, what in ((image_shape, "image_shape"), (source_shape or image_shape, "source_shape")):
        if len(shape) != 3 or not all(isinstance(size, numbers.Integral) and size > 0 for size in shape):
            raise UserError(f"{what} must be (height, width, channels), whole numbers from 1 on, not {shape}.")
    if not isinstance(num_classes, numbers.Integral) or num_classes < 0:
        raise UserError(f"num_classes must be a whole number, 0 without labels, not {num_classes!r}.")
    variant = registry.module(name)
    known = variant.Config.__dataclass_fields__
    for option in options:
        if option not in known:
            raise unknown(f"option of {registry.resolve(name)}", option, known)
    return build(
        name,
        variant.Config(**registry.preset(name, preset).model | options),
        image_fields(name, image_shape, num_classes, source_shape),
        seed,
        augment,
    )


def image_fields(name, image_shape, num_classes=0, source_shape=None):
    """The fields of a batch of images that a variant is trained on; arguments as of `create`."""
    fields = {"real": Image(*image_shape)}
    if num_classes:
        fields["label"] = Label(num_classes)
    if registry.variant(name).task in registry.TRANSLATIONS:
        fields["source"] = Image(*(source_shape or image_shape))
    return fields


def fields_of(name, config, dataset):
    """The fields of a `Dataset` as a variant sees them, `{name: Field}`, with what they have learned of it.

    A variant's module may have `view(config, fields)`, which returns fields of the same stored values that networks see
    in another way.
    """
    view = getattr(registry.module(name), "view", lambda config, fields: fields)
    return replace(dataset, fields=view(config, dataset.fields)).fitted().fields


def build(name, config, fields, seed=0, augment="none"):
    """Like `create`, from a finished `Config` of the variant and the fields of its batches."""
    _check_fields(name, fields)
    if (keras.config.image_data_format(), keras.config.floatx()) != ("channels_last", "float32"):
        raise UserError(
            "networks are built with Keras's image_data_format channels_last and floatx float32: set them so in "
            "keras.json, or by keras.config.set_image_data_format and set_floatx."
        )
    # Keras draws the seeds of its initializers from here. The caller's random numbers go on as if nothing had happened.
    state = random.getstate()
    random.seed(seed)
    try:
        model = registry.module(name).build(config, fields)
    finally:
        random.setstate(state)
    model.seed = seed
    model.use_augmentation(augment)
    return model


def _check_fields(name, fields):
    """Raises `UserError` unless a variant can be trained on batches with these fields."""
    variant, real = registry.variant(name), fields["real"]
    if real.kind != variant.gives:
        raise UserError(f"{registry.resolve(name)} makes values of the kind {variant.gives}, not {real.kind}.")
    if "label" in variant.takes:
        check_labels(registry.resolve(name), class_count(fields))
    real.check_variant(name)
