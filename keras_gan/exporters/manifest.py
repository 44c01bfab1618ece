"""`manifest.json`: everything a machine may want to know of an exported model."""

import dataclasses
import importlib.metadata
import platform
from datetime import UTC, datetime

import keras
import numpy as np

from keras_gan import modalities
from keras_gan.exporters import peak_memory
from keras_gan.exporters.outgoing import fixed_sizes
from keras_gan.storage import files

FORMAT = 2
ARRAYS = "fields.npz"  # what fields have learned of the data, if any has
WORST = "worst_picture"  # what is called `worst_sample` in a `Check`
PACKAGES = ("tensorflow", "keras", "numpy", "ai-edge-litert", "tf2onnx", "onnxruntime")


def of(model, networks, directory, deliverables, checks, facts):
    """The manifest of a model, a dict.

    Args:
        model: an `AdversarialModel`.
        networks: list of its `Outgoing`.
        directory: folder of the files.
        deliverables: the `Deliverables`.
        checks: list of `Check`.
        facts: what others know of it, by keys of the manifest.
    """
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "generator": _generator(model, networks, deliverables),
        "fields": {each.name: _described(each) for each in networks},
        "verification": [_checked(check) for check in checks],
        "versions": _versions(),
        "files": {
            path.relative_to(directory).as_posix(): {"bytes": path.stat().st_size, "sha256": files.sha256(path)}
            for path in paths
        },
        **facts,
    }


def write(manifest, directory):
    """Writes `manifest.json`."""
    files.write_json(directory / "manifest.json", manifest)


def _checked(check):
    """A `Check` with the names that it has in the manifest."""
    facts = dataclasses.asdict(check)
    facts["measure"] = WORST if check.measure == "worst_sample" else check.measure
    return {WORST if name == "worst_sample" else name: value for name, value in facts.items()}


def _generator(model, networks, deliverables):
    """What the manifest says of the networks themselves."""
    first = networks[0]
    facts = {
        "variant": model.name,
        "parameters": sum(each.network.count_params() for each in networks),
        "step": int(keras.ops.convert_to_numpy(model.step)),
        "tflite_batch": deliverables.tflite_batch,
        **model.fields["real"].made_facts,
        **{name: value.tolist() for name, value in first.constants.items() if value.ndim < 2},
        **(_of_seeds() if first.has_seeds else _of_examples(networks)),
    }
    for field in first.inputs.values():
        facts |= field.given_facts
    return facts | _of_sizes(model, networks, deliverables)


def _of_seeds():
    return {"num_classes": 0}


def _of_examples(networks):
    given, made = next(iter(networks[0].inputs.values())), networks[0].output
    return {
        "kind": f"{given.kind}-to-{made.kind}",
        "networks": [each.name for each in networks],
        "takes_masks": False,
    }


def _of_sizes(model, networks, deliverables):
    """What there is to know of the sizes that inputs may have."""
    first = networks[0]
    learned = first.example_sizes or next(iter(first.inputs.values())).shape[:2]
    content = {"content_size": max(learned)} if getattr(model, "content_has_scale", False) else {}
    if not first.free_axes:
        return content
    sizes = fixed_sizes(networks, deliverables.tflite_size)
    return {
        "size_multiple": first.multiple,
        "scale": first.scale,
        **content,
        "bytes_per_pixel": max(peak_memory.bytes_per_place(each) for each in networks),
        "tflite_size": list(sizes) if "tflite" in deliverables.formats else None,
    }


def _described(outgoing):
    groups = {"inputs": outgoing.inputs, "outputs": outgoing.outputs}
    return {
        group: {name: modalities.describe(field) for name, field in fields.items()} for group, fields in groups.items()
    }


def write_arrays(networks, directory):
    """Writes what the fields have learned of the data, by `NETWORK/inputs/NAME/ARRAY`; no file if there is nothing."""
    arrays = {}
    for each in networks:
        for group, fields in (("inputs", each.inputs), ("outputs", each.outputs)):
            for name, field in fields.items():
                learned = modalities.arrays_of(field)
                arrays |= {f"{each.name}/{group}/{name}/{key}": values for key, values in learned.items()}
    if arrays:
        files.write(directory / ARRAYS, lambda file: np.savez(file, **arrays))


def _versions():
    """Versions of Python and of the packages that decide what an exported file computes."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # installed under another name, as nightly builds are
            continue
    return found
