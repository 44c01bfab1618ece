"""Imports go downwards only, and what must start at once imports nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "keras_gan"

# What each room may import of the others, from the ground floor up; a file directly in keras_gan/ is a room of its own.
ALLOWED = {
    "errors": set(),
    "randomness": set(),
    "latent_space": set(),
    "losses": set(),
    "registry": {"errors"},
    "layers": {"randomness"},
    "networks": {"errors", "randomness", "storage", "layers"},
    "storage": {"errors"},
    "distribution": {"errors"},
    "modalities": {"errors", "registry", "randomness", "storage", "layers"},
    "data": {"errors", "registry", "randomness", "storage", "modalities"},
    "sampling": {"errors", "randomness", "data"},
    "training": {"errors", "registry", "randomness", "losses", "layers", "networks", "modalities", "sampling"},
    "variants": {"errors", "registry", "training", "networks", "layers", "losses", "modalities", "data"},
    "metrics": {
        *("errors", "registry", "randomness", "storage", "latent_space", "losses", "networks", "modalities", "data"),
    },
    "health": {"errors", "registry", "randomness", "storage", "modalities", "sampling", "metrics"},
    "callbacks": {"errors", "storage", "modalities", "sampling", "metrics", "health"},
    "config": {"errors", "registry", "storage", "modalities", "data", "metrics"},
    "exported": {"errors", "randomness", "latent_space", "storage", "modalities"},
    "exporters": {
        *("errors", "randomness", "latent_space", "storage", "layers", "modalities", "sampling", "metrics", "training"),
    },
    "runs": {
        *("errors", "registry", "storage", "distribution", "modalities", "data", "sampling", "training", "metrics"),
        *("config", "callbacks", "exporters"),
    },
    "commands": {
        *("errors", "registry", "randomness", "latent_space", "storage", "distribution", "modalities", "data"),
        *("sampling", "metrics", "health", "config", "exported", "runs"),
    },
    "cli": {"errors", "registry", "distribution", "config", "runs", "commands"},
    "__init__": {"registry", "training", "exporters"},
    "__main__": {"cli", "commands"},
}
TENSORFLOW_ROOMS = {
    *("randomness", "losses", "storage", "distribution", "modalities", "data", "sampling", "metrics", "training"),
    *("health", "callbacks", "exported", "exporters", "runs", "commands", "layers", "latent_space"),
}


def imports(path):
    """All modules that a file imports, also inside functions, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path):
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downwards(path):
    here = room(path)
    used = {name.split(".")[1] for name in imports(path) if name.startswith("keras_gan.")}
    assert used - {here} <= ALLOWED[here]
    if here == "variants":
        assert not any(name.startswith("keras_gan.variants") for name in imports(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_tensorflow_stays_in_its_rooms(path):
    if any(name.split(".")[0] == "tensorflow" for name in imports(path)):
        assert room(path) in TENSORFLOW_ROOMS


@pytest.mark.parametrize("path", sorted((ROOT / "export").rglob("*.py")), ids=lambda path: path.name)
def test_export_knows_neither_keras_gan_nor_tensorflow(path):
    roots = {name.split(".")[0] for name in imports(path)}
    assert not roots & {"keras_gan", "tensorflow", "keras"}


@pytest.mark.parametrize("module", ["keras_gan", "keras_gan.cli", "keras_gan.config", "keras_gan.registry"])
def test_light_modules_import_neither_keras_nor_tensorflow(module):
    code = f"import sys, {module}; print([m for m in ('keras', 'tensorflow', 'scipy') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


# What writes a file, or reads JSON, by itself and not by way of keras_gan/storage/, and why.
BY_ITSELF = {
    ("distribution/cluster.py", "loads"): "reads a variable of the environment",
    ("distribution/rendezvous.py", "loads"): "reads messages",
    ("exporters/fresh_processes.py", "loads"): "reads the answers of a process that it started",
    ("exporters/fresh_processes.py", "savez"): "hands arrays to that process, in a folder that is removed",
    ("exporters/reload.py", "*"): "runs where there is no keras_gan",
    ("exporters/__init__.py", "rename"): "of a whole folder, in which everything else is written",
    ("exporters/saved_model.py", "save"): "TensorFlow writes by itself, within that folder",
    ("exporters/warmup.py", "TFRecordWriter"): "as before",
    ("networks/trained_once.py", "save_weights"): "Keras writes by itself, in a folder that is removed",
    ("runs/run_folder.py", "open"): "a lock, whose content is a hint",
    ("runs/run_folder.py", "rename"): "of a whole folder, in which everything else is written",
}
WRITING = {
    *("write_text", "write_bytes", "rename", "tofile", "savez", "savez_compressed", "save", "save_weights"),
    *("TFRecordWriter", "NamedTemporaryFile", "mkstemp", "copy", "copy2", "copyfile", "move", "imwrite", "imsave"),
    *("savetxt", "memmap", "open_memmap", "write_file", "to_csv", "dump", "JSONDecoder"),
}
ARRAY_METHODS = {"copy"}  # that are of files only in shutil


def writes(modes):
    """Whether any of these nodes is a mode in which files are written."""
    modes = {str(each.value) for each in modes if isinstance(each, ast.Constant)}
    return any(set(mode) <= set("rbtwax+") and set(mode) & set("wax+") for mode in modes)


def by_themselves(tree):
    """The names of calls in a module that write files, read JSON or hash files."""
    modules = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        owner, _, name = ast.unparse(call.func).rpartition(".")
        first = ast.unparse(call.args[0]) if call.args else ""
        if name == "open":
            # `path.open(mode)`, `open(path, mode)` and `wave.open(path, mode)`; `file` is what `files.write` opens.
            places = [] if first == "file" else call.args[0 if owner else 1 : 2]
            found = writes([*places, *(each.value for each in call.keywords if each.arg == "mode")])
        elif name in ("File", "ZipFile", "GFile"):  # of h5py, zipfile and TensorFlow, which read where nothing is said
            found = writes(call.args[1:2])
        elif name == "replace":  # that of texts takes two, that of dataclasses names
            found = owner == "os" or (owner and len(call.args) == 1 and not call.keywords)
        elif name in ("load", "loads"):
            found = owner == "json"
        elif name == "save":  # `file` is what `files.write` opens; modules of the package write by `files`
            found = owner and first != "file" and (owner not in modules or owner == "np")
        else:
            found = name == "file_digest" or (name in WRITING - ARRAY_METHODS and first != "file")
            found = found or (owner == "shutil" and name in WRITING)
        if found:
            yield name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_written_and_json_is_read_in_storage_alone(path):
    here = path.relative_to(PACKAGE).as_posix()
    if room(path) == "storage" or (here, "*") in BY_ITSELF:
        return
    found = set(by_themselves(ast.parse(path.read_text(encoding="utf-8"))))
    assert found == {name for file, name in BY_ITSELF if file == here}  # an exemption that nobody needs goes, too


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("open(path, 'w')", ["open"]),
        ("open(path, mode='ab')", ["open"]),
        ("path.open('x')", ["open"]),
        ("open(path, 'rb'); path.open(); Image.open(path); archive.open(name)", []),
        ("path.write_text(text); path.write_bytes(b'')", ["write_text", "write_bytes"]),
        ("import json; json.loads(path.read_text()); json.load(file)", ["loads", "load"]),
        ("wave.open(path, 'wb'); gzip.open(path, 'wt'); wave.open(file, 'wb')", ["open", "open"]),
        (
            "h5py.File(path, 'w'); h5py.File(path); zipfile.ZipFile(path, 'a'); h5py.File(path, 'r')",
            ["File", "ZipFile"],
        ),
        ("np.savetxt(path, a); tf.io.write_file(path, text); json.dump(a, b)", ["savetxt", "write_file", "dump"]),
        ("os.replace(a, b); temporary.replace(path); a.rename(b)", ["replace", "replace", "rename"]),
        ("text.replace('a', 'b'); dataclasses.replace(a, b=1); replace(a, b=1)", []),
        ("import numpy as np; np.save(path, a); np.savez(path, a=a)", ["save", "savez"]),
        ("import numpy as np; np.save(file, a); np.savez(file, a=a); image.save(file, format='PNG')", []),
        ("image.save(path); image.convert('L').save(path)", ["save", "save"]),
        ("from keras_gan.storage import checkpoint; checkpoint.save(model, directory, 1)", []),
        ("import tensorflow as tf; tf.saved_model.save(module, path)", ["save"]),
        ("hashlib.file_digest(file, 'sha256'); model.save_weights(path)", ["file_digest", "save_weights"]),
        ("array.copy(); shutil.copy(a, b)", ["copy"]),
    ],
)
def test_what_writes_by_itself_is_found(code, found):
    assert list(by_themselves(ast.parse(code))) == found
