"""All files of an image-to-image model."""

from dataclasses import replace

import keras

from keras_gan.errors import UserError
from keras_gan.exporters import memory, onnx, saved_model, tflite, translator, translator_check
from keras_gan.training.translation import unit_range

CALIBRATION = 128  # examples that the ranges of 8-bit numbers are chosen by


def source_size(model, tflite_size=None):
    """What `.tflite` files take, `(height, width)`: squares of `tflite_size` px, by default the examples' size.

    Raises:
        UserError: if the model has no examples, or cannot be given this size.
    """
    if model.examples is None:
        raise UserError(f"{model.name} is verified on examples: give it some by model.use_examples.")
    if tflite_size is None:
        return tuple(model.examples["source"].shape[1:3])
    if tflite_size < 1 or tflite_size % model.size_multiple:
        nearest = max(1, round(tflite_size / model.size_multiple)) * model.size_multiple
        raise UserError(
            f"--tflite-size {tflite_size}: {model.name} takes images whose edges are multiples of "
            f"{model.size_multiple} px: try {nearest}."
        )
    return tflite_size, tflite_size


def write(model, directory, formats, precisions, tflite_batch, size):
    """Writes the networks of a `TranslationModel`, and checks them.

    Args:
        model, directory, formats, precisions, tflite_batch: as of `exporters.export`.
        size: see `source_size`.

    Returns:
        `(facts, checks)`: what the manifest says of the model, and a list of `Check`.
    """
    trained = translator.of_model(model)
    examples = _examples(model, trained)
    exported = [replace(each, network=saved_model.float32_copy(each.network)) for each in trained]
    if "saved_model" in formats:
        translator.write(exported, directory, tuple(model.examples["source"].shape[1:3]))
    for each in exported:
        if "tflite" in formats:
            calibration = _calibration(each, examples[each.name], size)
            tflite.write_translator(each, directory, precisions, tflite_batch, size, calibration)
        if "onnx" in formats:
            onnx.write_translator(each, directory, model.name)
    # Against the networks as they were trained, unless these round to 16 bits.
    exact = [was if _is_float32(was.network) else now for was, now in zip(trained, exported, strict=True)]
    checks = translator_check.check(exact, directory, formats, examples, precisions, size)
    facts = {
        "variant": model.name,
        "kind": "image-to-image",
        "networks": [each.name for each in exported],
        "source_channels": exported[0].channels,
        "image_shape": list(model.examples["real"].shape[1:]),
        "size_multiple": model.size_multiple,
        "scale": model.scale,
        "takes_masks": exported[0].takes_masks,
        "bytes_per_pixel": max(memory.bytes_per_pixel(each) for each in exported),
        "parameters": sum(each.network.count_params() for each in exported),
        "step": int(keras.ops.convert_to_numpy(model.step)),
        "tflite_batch": tflite_batch,
        "tflite_size": list(size) if "tflite" in formats else None,
    }
    return facts, checks


def _examples(model, translators):
    """What each network is tried on: the first on the sources, a second one, which leads back, on the images."""
    found = {}
    for number, each in enumerate(translators):
        batch = model.examples if number == 0 else {"source": model.examples["real"]}
        found[each.name] = {name: batch[name] for name in ("source", "mask") if name in batch}
    return found


def _calibration(given, batch, size):
    """Sources, and masks, of this size in [0, 1]."""
    batch = translator_check.fitted_all({name: values[:CALIBRATION] for name, values in batch.items()}, size)
    return [unit_range(batch["source"]), *([batch["mask"]] if given.takes_masks else [])]


def _is_float32(network):
    return all(layer.compute_dtype == "float32" for layer in network.layers)
