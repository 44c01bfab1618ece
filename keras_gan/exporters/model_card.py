"""`MODEL_CARD.md`: the manifest for people."""

import re

from keras_gan import metrics
from keras_gan.exporters import translator_use
from keras_gan.storage import files

MOST_CLASSES = 100
_MEASURES = {"max_difference": "largest", "worst_picture": "worst picture"}


def write(manifest, directory):
    """Writes the model card of an exported model from its manifest."""
    sections = _of_translator(manifest) if "kind" in manifest["generator"] else _of_generator(manifest)
    sections += ["## Versions\n\n" + ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())]
    files.write(directory / "MODEL_CARD.md", "\n\n".join(sections) + "\n")


def _of_generator(manifest):
    generator = manifest["generator"]
    height, width, channels = generator["image_shape"]
    return [
        f"# {generator['variant']}: a generator of {width}x{height} px images with {channels} channel(s)",
        "![samples of consecutive seeds from 0 on](samples.png)",
        _training(manifest),
        "## Use\n\n" + _use(manifest),
        *_classes(manifest),
        "## Files\n\n" + _files(manifest["files"]),
        _verification(manifest, "64 seeds"),
        "## Limits\n\nThe generator knows only what its training images show, with their gaps and biases.\n"
        "It was not made to depict real persons or events, and its pictures should be labelled as generated.",
    ]


def _of_translator(manifest):
    generator = manifest["generator"]
    height, width, channels = generator["image_shape"]
    size = f"{width}x{height} px images with {channels} channel(s)"
    return [
        f"# {generator['variant']}: turns images into images, learned on {size}",
        "![examples the training did not see: given, made, and where it is known what it should be](samples.png)",
        _training(manifest),
        *_scores(manifest.get("scores")),
        "## Use\n\n" + _use_of_translator(manifest),
        "## Files\n\n" + _files(manifest["files"]),
        _verification(manifest, "up to 8 examples"),
        "## Limits\n\nIt knows only what its training images show, with their gaps and biases. What it adds to an\n"
        "image is a guess: likely in the training images, not what was there. It was not made to depict real persons\n"
        "or events, and its pictures should be labelled as generated.",
    ]


def _verification(manifest, of_what):
    return (
        "## Verification\n\nEach file was loaded in a fresh process that knows nothing of the training program,\n"
        f"and its pictures of {of_what}, in [0, 1], were compared with the trained network's. Worst picture is the\n"
        "largest mean difference of one.\n\n" + _checks(manifest["verification"])
    )


def _scores(scores):
    """The section on scores in a list, which is empty if there are none."""
    if not scores:
        return []
    rows = [
        (score["name"].replace("_", " "), f"{score['value']:.4g}", metrics.protocol_text(score["protocol"]))
        for score in scores
    ]
    return ["## Scores\n\n" + _table(("score", "value", "protocol"), rows)]


def _training(manifest):
    rows = [
        ("training steps", manifest["generator"]["step"]),
        ("parameters", f"{manifest['generator']['parameters']:,}"),
    ]
    if "data" in manifest:
        data = manifest["data"]
        rows += [("data set", _plain(data["name"])), ("source", _plain(data["source"]))]
        rows += [("images", f"{data['images']:,}"), ("treatment", data["treatment"])]
    if "configuration" in manifest:
        rows += [
            (name.replace("_", " "), manifest["configuration"][name]) for name in ("batch_size", "precision", "seed")
        ]
    if "cost" in manifest:
        rows += [("training time", f"{manifest['cost']['seconds']} s for {manifest['cost']['steps_timed']} steps")]
    text = "## Training\n\n" + _table(("what", "value"), rows)
    if "score" in manifest:
        text += "\n\n" + _score(manifest["score"])
    if "command" in manifest:
        command = manifest["command"].replace("\n", "\n    ")  # a name with a line break stays within the block
        text += f"\n\nReproduced by\n\n    {command}"
    return text


def _score(score):
    protocol = _cell(metrics.protocol_text(score["protocol"]))
    return f"Best {score['name']} of the training: {score['value']:.4g}, which chose this step ({protocol})."


def _use(manifest):
    generator = manifest["generator"]
    latent_dim, num_classes = generator["latent_dim"], generator["num_classes"]
    shape = ", ".join(map(str, manifest["generator"]["image_shape"]))
    parts = []
    if "saved_model.pb" in manifest["files"]:
        labels = f"; `labels` int32 [N] in [0, {num_classes})" if num_classes else ""
        inputs = {
            "serving_default": f"`latents` float32 [N, {latent_dim}], standard normal{labels}",
            "from_seeds": "`seeds` int64 [N]",
            "from_seeds_truncated": f"`seeds` int64 [N]; `truncation` float32 [N] in (0, 1]{labels}",
        }
        if num_classes:
            inputs["from_seeds_and_labels"] = inputs["from_seeds"] + labels
        rows = [(f"`{name}`", given, f"`images` float32 [N, {shape}] in [0, 1]") for name, given in inputs.items()]
        rows += [("`png`", inputs["from_seeds"] + labels, "`image_bytes` string [N], a PNG file each")]
        parts += ["SavedModel, signatures:", _table(("signature", "input", "output"), rows)]
    phone = [name for name in manifest["files"] if name.endswith(".tflite")]
    if phone:
        n = generator.get("tflite_batch", 1)
        labels = f" and `labels` int32 [{n}] in [0, {num_classes})" if num_classes else ""
        names = ", ".join(f"`{name}`" for name in phone)
        parts += [
            f"{names}: `latents` float32 [{n}, {latent_dim}]{labels} to `images` float32 [{n}, {shape}] in [0, 1]."
        ]
    if "generator.onnx" in manifest["files"]:
        labels = f" and `labels` int32 [N] in [0, {num_classes})" if num_classes else ""
        parts += [
            f"`generator.onnx`: `latents` float32 [N, {latent_dim}]{labels} to `images` float32 [N, {shape}] in [0, 1]."
        ]
    if "generator-int8-io.tflite" in phone:
        parts += ["`generator-int8-io.tflite` has int8 in place of float32; scales and zero points are in the file."]
    parts += [
        "A seed gives the same picture in every format; the rule is in `export/README.md` of the training program."
    ]
    return "\n\n".join(parts)


def _use_of_translator(manifest):
    parts = translator_use.sentences(manifest)
    if "saved_model.pb" in manifest["files"]:
        rows = translator_use.signatures(manifest["generator"])
        parts = ["SavedModel, signatures:", _table(("signature", "input", "output"), rows), *parts]
    return "\n\n".join(parts)


def _classes(manifest):
    """The section on classes in a list, which is empty for a generator without labels."""
    num_classes = manifest["generator"]["num_classes"]
    if not num_classes:
        return []
    parts = [
        f"## Classes\n\nIt draws pictures of {num_classes} class(es). Seed s without a label has class "
        f"s mod {num_classes}, which is never negative."
    ]
    names = manifest.get("data", {}).get("classes", [])
    if 0 < len(names) <= MOST_CLASSES:
        parts += [_table(("label", "class"), enumerate(map(_plain, names)))]
    elif names:
        parts += ["Their names are `data.classes` in `manifest.json`."]
    return ["\n\n".join(parts)]


def _files(files):
    rows = [
        (f"`{name}`", f"{entry['bytes'] / 1e6:.2f} MB", f"`{entry['sha256'][:16]}…`") for name, entry in files.items()
    ]
    return _table(("file", "size", "sha256"), rows)


def _checks(checks):
    score = next((check["score"] for check in checks if check["score"]), None)
    rows = [
        (
            check["format"],
            f"`{check['signature']}`",
            check["runtime"],
            *(f"{check[name]:.1e}" for name in ("max_difference", "mean_difference", "worst_picture")),
            "" if check["psnr"] is None else f"{check['psnr']:.0f}",
            f"{check['bound']:.0e} of the {_MEASURES[check['measure']]}",
            *(f"{check['milliseconds'][n]:.1f}" if check["milliseconds"] else "" for n in ("1", "2")),
            *([_change(check["score"])] if score else []),
        )
        for check in checks
    ]
    head = ("format", "signature", "runtime", "largest difference", "mean", "worst picture", "PSNR, dB", "bound")
    lost = [f"{score['name']} of {score['samples']} seeds, Keras's and the file's"] if score else []
    return _table((*head, "ms, 1 thread", "2 threads", *lost), rows)


def _change(score):
    return f"{score['keras']:.4g}, {score['file']:.4g}" if score else ""


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value):
    # What comes from outside must not break out of the table, or into HTML.
    text = " ".join(str(value).splitlines()).replace("|", "\\|")
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _plain(name):
    """A name from outside (of a file, a folder, a class) as Markdown that shows it and means nothing."""
    return re.sub(r"([\\`*_\[\]&!])", r"\\\1", name)
