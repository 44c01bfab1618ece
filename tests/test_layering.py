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
    "diagnosis": set(),
    "losses": set(),
    "layers": {"randomness"},
    "networks": {"layers"},
    "storage": {"errors"},
    "distribution": {"errors"},
    "modalities": {"errors", "randomness", "storage", "layers"},
    "data": {"errors", "storage", "modalities"},
    "registry": {"errors", "data"},
    "metrics": {"errors", "storage", "latent_space", "networks"},
    "training": {"errors", "randomness", "losses", "modalities"},
    "variants": {"errors", "training", "networks", "layers", "losses", "modalities"},
    "config": {"errors", "storage", "registry", "data", "metrics"},
    "callbacks": {"errors", "storage", "metrics", "modalities", "diagnosis"},
    "exported": {"errors", "randomness", "storage", "modalities"},
    "exporters": {"errors", "randomness", "storage", "layers", "modalities", "metrics", "training"},
    "runs": {
        *("errors", "storage", "distribution", "data", "registry", "metrics", "config", "callbacks"),
    },
    "commands": {
        *(
            "errors",
            "randomness",
            "latent_space",
            "storage",
            "distribution",
            "modalities",
            "data",
            "registry",
            "metrics",
        ),
        *("training", "config", "callbacks", "exported", "exporters", "runs"),
    },
    "cli": {"errors", "registry", "distribution", "config", "runs", "commands"},
    "__init__": {"registry", "exporters"},
    "__main__": {"cli"},
}
TENSORFLOW_ROOMS = {
    *("randomness", "losses", "storage", "distribution", "modalities", "data", "metrics", "training", "callbacks"),
    *("exported", "exporters", "runs", "commands"),
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
