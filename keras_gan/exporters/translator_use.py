"""What the model card of an image-to-image model says of its use."""


def signatures(generator):
    """The signatures of the SavedModel: rows of name, input and output."""
    source, image, scale = generator["source_channels"], generator["image_shape"][2], generator["scale"]
    names = generator["networks"]
    alone = len(names) == 1
    masks = "; `masks` float32 [N, H, W, 1], above 0.5 in the hole" if generator["takes_masks"] else ""
    mask_files = "; `mask_bytes` string [N], an image each, white in the hole" if generator["takes_masks"] else ""
    rows = []
    for number, name in enumerate(names):
        given, made = (source, image) if number == 0 else (image, source)
        of_images = "`serving_default`" if alone else f"`{name}`" + ("" if number else ", `serving_default`")
        output = f"`images` float32 [N, {_times(scale)}H, {_times(scale)}W, {made}] in [0, 1]"
        rows += [(of_images, f"`images` float32 [N, H, W, {given}] in [0, 1]{masks}", output)]
        if given in (1, 3):
            of_files = "`image_bytes`" if alone else f"`{name}_image_bytes`"
            wanted = "`image_bytes` string [N], a PNG, JPEG, BMP or GIF file each, of any sizes"
            rows += [(of_files, wanted + mask_files, "`image_bytes` string [N], a PNG file each")]
    return rows


def sentences(manifest):
    """What else is to be known."""
    generator, files = manifest["generator"], manifest["files"]
    parts = []
    if "saved_model.pb" in files:
        parts += [
            "H and W are any height and width: inside, an image is continued by its last column and row to multiples "
            f"of {generator['size_multiple']} px, and what comes of it is cut back."
        ]
    phone = [name for name in files if name.endswith(".tflite")]
    if phone:
        height, width = generator["tflite_size"]
        n = generator["tflite_batch"]
        masks = f" and `masks` float32 [{n}, {height}, {width}, 1]" if generator["takes_masks"] else ""
        parts += [
            ", ".join(f"`{name}`" for name in phone)
            + f": `images` float32 [{n}, {height}, {width}, c]{masks} to `images`, all in [0, 1], of this size alone."
        ]
        if any(name.endswith("-int8-io.tflite") for name in phone):
            parts += ["Those called `int8-io` have int8 in place of float32; scales and zero points are in the file."]
    if onnx := [name for name in files if name.endswith(".onnx")]:
        parts += [", ".join(f"`{name}`" for name in onnx) + ": as the signature of images, but to `translated`."]
    if generator["takes_masks"]:
        parts += ["What is not in the hole comes back to the bit; what the image shows in the hole is not looked at."]
    command = "python -m keras_gan translate --model FOLDER --input photos/ --out translated/"
    return [*parts, f"With the training program, FOLDER being that of this card:\n\n    {command}"]


def _times(scale):
    return "" if scale == 1 else f"{scale} "
