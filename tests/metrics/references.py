"""The reference implementations, where they are installed: development extras that no user needs."""

import importlib.util
import sys
from types import ModuleType

import pytest


def torch_fidelity(module):
    """A module of torch-fidelity, which imports torchvision even where nothing of it is called."""
    pytest.importorskip("torch", reason="development extra")
    if importlib.util.find_spec("torch_fidelity") is None:
        pytest.skip("development extra")
    if "torchvision" not in sys.modules and importlib.util.find_spec("torchvision") is None:
        _stand_in()
    return importlib.import_module(f"torch_fidelity.{module}")


def _stand_in():
    for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional", "torchvision.datasets"):
        parent, _, child = name.rpartition(".")
        sys.modules[name] = ModuleType(name)
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])
    for name in ("CIFAR10", "STL10", "CIFAR100"):
        setattr(sys.modules["torchvision.datasets"], name, object)
