"""`manifest.json`: everything a machine may want to know of an exported model."""

import importlib.metadata
import platform

from keras_gan.storage import files

FORMAT = 2
PACKAGES = ("tensorflow", "keras", "numpy", "ai-edge-litert", "tf2onnx", "onnxruntime")


def versions():
    """Versions of Python and of the packages that decide what an exported file computes."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # installed under another name, as nightly builds are
            continue
    return found


def write(manifest, directory):
    """Writes `manifest.json`."""
    files.write_json(directory / "manifest.json", manifest)
