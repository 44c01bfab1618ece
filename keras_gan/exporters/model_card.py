"""`MODEL_CARD.md`: the manifest for people."""

import re

from keras_gan import metrics
from keras_gan.exporters import formats, signatures
from keras_gan.exporters.manifest import WORST
from keras_gan.storage import files

MOST_CLASSES = 100


def write(manifest, networks, deliverables, learned, directory):
    """Writes the model card of an exported model.

    Args:
        manifest: see `manifest.of`.
        networks: list of `Outgoing`.
        deliverables: the `Deliverables`.
        learned: the `Field` of the examples that it learned from.
        directory: folder of the card.
    """
    in_words = _of_seeds if networks[0].has_seeds else _of_examples
    title, samples, tried, limits = in_words(networks[0], learned)
    sections = [
        f"# {manifest['generator']['variant']}: {title}",
        _shown(samples, manifest["files"]),
        _training(manifest, learned.plural),
        *_scores(manifest.get("scores")),
        "## Use\n\n" + _use(manifest, networks, deliverables),
        *_classes(manifest, networks[0].output.noun),
        "## Files\n\n" + _files(manifest["files"]),
        _verification(manifest, tried, networks[0].output),
        f"## Limits\n\n{limits}",
        "## Versions\n\n" + ", ".join(f"{name} {version}" for name, version in manifest["versions"].items()),
    ]
    files.write(directory / "MODEL_CARD.md", "\n\n".join(sections) + "\n")


def _of_seeds(network, learned):
    """Title, what the samples show, what files were tried with, and limits."""
    return (
        f"a generator of {learned.many_words}",
        "samples of consecutive seeds from 0 on",
        "64 seeds",
        f"The generator knows only what its training {learned.plural} show, with their gaps and biases.\n"
        f"It was not made to depict real persons or events, and its {network.output.noun}s should be labelled as "
        "generated.",
    )


def _of_examples(network, learned):
    given = next(iter(network.inputs.values()))
    return (
        f"turns {given.plural} into {learned.plural}, learned on {learned.many_words}",
        "examples the training did not see: given, made, and where it is known what it should be",
        "up to 8 examples",
        f"It knows only what its training {learned.plural} show, with their gaps and biases. What it adds is a guess:\n"
        f"likely in the training {learned.plural}, not what was there. It was not made to depict real persons or "
        f"events,\nand its {network.output.noun}s should be labelled as generated.",
    )


def _shown(what, names):
    """The samples, shown on the page if that can be."""
    name = next(name for name in names if name.startswith("samples."))
    return f"{'!' if name.endswith(('.png', '.gif', '.jpg')) else ''}[{what}]({name})"


def _verification(manifest, of_what, output):
    edge, worst = f",{output.range_text}," if output.range_text else "", f"worst {output.noun}"
    return (
        "## Verification\n\nEach file was loaded in a fresh process that knows nothing of the training program,\n"
        f"and its {output.noun}s of {of_what}{edge} were compared with the trained network's. "
        f"{worst.capitalize()} is the\nlargest mean difference of one.\n\n" + _checks(manifest["verification"], worst)
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


def _training(manifest, plural):
    rows = [
        ("training steps", manifest["generator"]["step"]),
        ("parameters", f"{manifest['generator']['parameters']:,}"),
    ]
    if "data" in manifest:
        data = manifest["data"]
        rows += [("data set", _plain(data["name"])), ("source", _plain(data["source"]))]
        noun = next(each for each in (plural, "examples") if each in data)
        rows += [(noun, f"{data[noun]:,}"), ("treatment", data["treatment"])]
    if "configuration" in manifest:
        names = ("preset", "batch_size", "precision", "seed")
        rows += [(name.replace("_", " "), manifest["configuration"][name]) for name in names]
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


def _use(manifest, networks, deliverables):
    names = manifest["files"]
    parts = []
    if "saved_model.pb" in names:
        parts += ["SavedModel, signatures:", _table(("signature", "input", "output"), _signatures(networks))]
    parts += _single_files(manifest, networks, deliverables)
    if any(name.endswith("-int8-io.tflite") for name in names):
        parts += ["Those called `int8-io` have int8 in place of float32; scales and zero points are in the file."]
    first = networks[0]
    if first.free_axes and "saved_model.pb" in names:
        parts += [next(field for field in first.inputs.values() if field.free_axes).free_words(first.multiple)]
    if size := manifest["generator"].get("content_size"):
        parts += [
            f"What it knows has the size that it has in the training {first.output.plural}: bring the longer edge to "
            f"{size} px first, as the command below does."
        ]
    parts += [field.remark for field in first.inputs.values() if field.remark]
    if first.has_seeds:
        parts += [
            f"A seed gives the same {first.output.noun} in every format; the rule is in `export/README.md` of the "
            "training program."
        ]
    if not first.has_seeds and first.output.finished:
        command = "python -m keras_gan translate --model FOLDER --input photos/ --out translated/"
        parts += [f"With the training program, FOLDER being that of this card:\n\n    {command}"]
    return "\n\n".join(parts)


def _signatures(networks):
    """Rows of names, inputs and outputs; what is one function with two names is one row."""
    found = signatures.of(networks)
    rows = []
    for signature in dict.fromkeys(found.values()):
        names = sorted(name for name, each in found.items() if each is signature)
        row = ", ".join(f"`{name}`" for name in names)
        rows += [(row, _words(signature.inputs), _words(signature.outputs, scale=signature.network.scale))]
    return rows


def _single_files(manifest, networks, deliverables):
    """A sentence on the files, with one signature each, of every network in every format."""
    fixed = {"batch": deliverables.tflite_batch, "sizes": tuple(manifest["generator"].get("tflite_size") or ())}
    parts = []
    for module in map(formats.module, deliverables.formats):
        found = [target for target in module.targets(networks, deliverables) if target.name in manifest["files"]]
        for signature in dict.fromkeys(target.signature for target in found):
            same = [target for target in found if target.signature is signature]
            names = ", ".join(f"`{name}`" for name in sorted(target.name for target in same))
            parts += [f"{names}: {_way(same[0], **({} if module.TAKES_ANY_SIZE else fixed))}."]
    return parts


def _way(target, batch="N", sizes=()):
    """From what to what a file with one signature leads."""
    signature, scale = target.signature, target.signature.network.scale
    names = target.outputs or signature.outputs
    made = zip(names, signature.outputs.values(), strict=True)
    given = [(name, field.edge_words(batch, sizes, notes=False)) for name, field in signature.inputs.items()]
    larger = [scale * size for size in sizes]
    made = [(name, field.edge_words(batch, larger, scale, notes=False)) for name, field in made]
    return " to ".join(" and ".join(f"`{name}` {words}" for name, words in some) for some in (given, made))


def _words(fields, **options):
    return "; ".join(f"`{name}` {field.edge_words(**options)}" for name, field in fields.items())


def _classes(manifest, noun):
    """The section on classes in a list, which is empty for a generator without labels."""
    num_classes = manifest["generator"].get("num_classes", 0)
    if not num_classes:
        return []
    parts = [
        f"## Classes\n\nIt draws {noun}s of {num_classes} class(es). Seed s without a label has class "
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


def _checks(checks, worst):
    measures = {"max_difference": "largest", "mean_difference": "mean", WORST: worst}
    score = next((check["score"] for check in checks if check["score"]), None)
    rows = [
        (
            check["format"],
            f"`{check['signature']}`",
            check["runtime"],
            *(f"{check[name]:.1e}" for name in ("max_difference", "mean_difference", WORST)),
            "" if check["psnr"] is None else f"{check['psnr']:.0f}",
            f"{check['bound']:.0e} of the {measures[check['measure']]}",
            *(f"{check['milliseconds'][n]:.1f}" if check["milliseconds"] else "" for n in ("1", "2")),
            *([_change(check["score"])] if score else []),
        )
        for check in checks
    ]
    head = ("format", "signature", "runtime", "largest difference", "mean", worst, "PSNR, dB", "bound")
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
