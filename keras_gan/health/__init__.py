"""What goes wrong in a run without a sound: one file a finding, each with its rule and the probe that asks it.

A rule is a pure function, numbers in, a `Finding` or None out. It says no more than its figures do: where a healthy run
can look the same for a while, it waits. A module here that assigns a `Probe` to `PROBE` is watched by being here.
"""

import importlib
import pkgutil

from keras_gan.registry import plugin_folders

__path__ += plugin_folders("health")


def probes():
    """The `Probe` of every module that has one, by the modules' names."""
    names = sorted({module.name for module in pkgutil.iter_modules(__path__)})
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return [module.PROBE for module in modules if hasattr(module, "PROBE")]
