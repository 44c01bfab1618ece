"""What a run leaves on the disk, as plain values: read by h5py, TensorBoard and the exports' own readers alone."""

import json
import re

import h5py
import numpy as np

SHOWN = 8  # values of a weight that are kept from its beginning, and as many spread over it


def arrays(path):
    """All datasets of an HDF5 file, `{path in it: array}`."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return {name: found[name] for name in sorted(found)}


def key(array):
    """Type and shape of an array, such as `float32 [4, 8]`."""
    return f"{array.dtype} {list(array.shape)}"


def digest(array):
    """A few numbers that stand for all values of an array: sum, sum of magnitudes, the first ones, some of the rest."""
    values = np.asarray(array, np.float64).ravel()
    spread = values[np.linspace(0, len(values) - 1, SHOWN).astype(int)] if len(values) else values
    return [float(f"{x:.9g}") for x in (values.sum(), np.abs(values).sum(), *values[:SHOWN], *spread)]


def tree(value):
    """The keys of a JSON value and the types below them."""
    if isinstance(value, dict):
        return {name: tree(item) for name, item in value.items()}
    if isinstance(value, list):
        return [tree(item) for item in value]
    return type(value).__name__


def tree_of(path):
    """The keys and types of a JSON file."""
    return tree(json.loads(path.read_text(encoding="utf-8")))


def missing(wanted, found, where=""):
    """What a tree lacks of another, or has with another type, as dotted names; more keys are no fault."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        pairs = [(f"{where}.{name}", wanted[name], found.get(name)) for name in wanted]
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = [(f"{where}[{number}]", *both) for number, both in enumerate(zip(wanted, found, strict=True))]
    else:
        return [] if wanted == found else [f"{where}: {wanted} -> {found}"]
    return [fault for name, before, now in pairs for fault in missing(before, now, name)]


def files(folder):
    """Names of all files below a folder, sorted; those of event files without time and machine."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(re.sub(r"(events\.out\.tfevents)\..*", r"\1.*", name) for name in names)


def tags(folder):
    """What the event files of a run hold, `{tag: TensorBoard's plugin}`."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    found = {}
    for path in folder.glob("events.out.tfevents.*"):
        for event in EventFileLoader(str(path)).Load():
            found.update({value.tag: value.metadata.plugin_data.plugin_name for value in event.summary.value})
    return dict(sorted(found.items()))


def saved_model_signatures(folder):
    """Inputs and outputs of each signature of a SavedModel, `{name: "TYPE [shape]"}`."""
    from tensorflow.core.framework.types_pb2 import DataType
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    def tensors(infos):
        return {
            name: f"{DataType.Name(info.dtype)} {[dim.size for dim in info.tensor_shape.dim]}"
            for name, info in sorted(infos.items())
        }

    graph = SavedModel.FromString((folder / "saved_model.pb").read_bytes()).meta_graphs[0]
    signatures = sorted(graph.signature_def.items())
    return {name: {"inputs": tensors(each.inputs), "outputs": tensors(each.outputs)} for name, each in signatures}


def tflite_signatures(path):
    """Inputs and outputs of each signature of a .tflite file, `{name: "type [shape]"}`."""
    from ai_edge_litert.interpreter import Interpreter

    def tensors(details):
        return {
            name: f"{np.dtype(each['dtype'])} {each['shape_signature'].tolist()} {list(each['quantization'])}"
            for name, each in sorted(details.items())
        }

    interpreter = Interpreter(str(path))
    found = {}
    for name in sorted(interpreter.get_signature_list()):
        runner = interpreter.get_signature_runner(name)
        found[name] = {
            "inputs": tensors(runner.get_input_details()),
            "outputs": tensors(runner.get_output_details()),
        }
    return found


def of_checkpoint(folder):
    """Keys of a checkpoint's weights and of its manifest, and what stands for the values."""
    found = arrays(folder / "model.weights.h5")
    return {
        "manifest": tree_of(folder / "manifest.json"),
        "keys": {name: key(array) for name, array in found.items()},
        "values": {name: digest(array) for name, array in found.items()},
    }


def configuration(folder):
    """That of a run, without its hash, which is of names of folders, too."""
    values = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del values["sha256"]
    return values


def of_run(folder, step):
    """Everything of a run: names of files, configuration, keys of its data, log names, its last checkpoint."""
    return {
        "files": files(folder),
        "config": configuration(folder),
        "data": tree_of(folder / "data.json"),
        "tags": tags(folder),
        "checkpoint": of_checkpoint(folder / "checkpoints" / f"step-{step:09d}"),
    }


def of_export(folder):
    """Everything of an exported model: names of files, keys of its manifest, signatures."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for check in manifest["verification"]:
        check["psnr"] = check["psnr"] or 0.0  # None where all bits are equal, as on some machines
    return {
        "files": files(folder),
        "manifest": tree(manifest),
        "saved_model": saved_model_signatures(folder),
        "tflite": {path.name: tflite_signatures(path) for path in sorted(folder.glob("*.tflite"))},
    }
