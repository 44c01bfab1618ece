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
    "networks": {"layers"},
    "storage": {"errors"},
    "distribution": {"errors"},
    "modalities": {"errors", "registry", "randomness", "storage", "layers"},
    "data": {"errors", "registry", "storage", "modalities"},
    "sampling": {"errors", "randomness", "data"},
    "training": {"errors", "registry", "randomness", "losses", "modalities", "sampling"},
    "variants": {"errors", "registry", "training", "networks", "layers", "losses", "modalities"},
    "metrics": {"errors", "registry", "storage", "latent_space", "networks", "modalities"},
    "health": {"errors", "registry", "storage", "modalities", "sampling", "metrics"},
    "callbacks": {"errors", "storage", "modalities", "sampling", "metrics", "health"},
    "config": {"errors", "registry", "storage", "data", "metrics"},
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
        *("sampling", "metrics", "config", "exported", "runs"),
    },
    "cli": {"errors", "registry", "distribution", "config", "runs", "commands"},
    "__init__": {"registry", "training", "exporters"},
    "__main__": {"cli"},
}
TENSORFLOW_ROOMS = {
    *("randomness", "losses", "storage", "distribution", "modalities", "data", "sampling", "metrics", "training"),
    *("health", "callbacks", "exported", "exporters", "runs", "commands"),
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
