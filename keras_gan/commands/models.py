"""What `--model` names: a folder or a file of an export, or a model of the zoo."""

import sys
from pathlib import Path

from keras_gan.distribution.startup import quiet_stderr, quiet_tensorflow
from keras_gan.errors import UserError, calling, shown, similar, unknown

# Of a checkout; beside a package that was installed alone there is none.
ZOO = Path(__file__).resolve().parent.parent.parent / "export" / "zoo"
_FROM_ZOO = "zoo:"
_PRECISIONS = ("", "-float16", "-dynamic", "-int8", "-int8-io")  # of `.tflite` files, best first


def folder_of(text):
    """The folder in which the manifest of a model lies, whether there is such a model or not."""
    path = ZOO / text.removeprefix(_FROM_ZOO) if text.startswith(_FROM_ZOO) else Path(text)
    return path.parent if path.suffix == ".tflite" else path


def find(text, network=None, controlled=False):
    """The path of a model for `exported.load`: the folder of a SavedModel, or where there is none a `.tflite` file.

    Args:
        text: what a person gave: a folder, a `.tflite` file, or `zoo:NAME`.
        network: which one of a model that has several; default: the first.
        controlled: whether its controls are to be turned, for which there are `.tflite` files of their own.

    Raises:
        UserError: if there is no such model.
    """
    if text.startswith(_FROM_ZOO):
        _check_zoo(text.removeprefix(_FROM_ZOO))
    elif text.endswith(".tflite"):
        return _vouched_for(Path(text))  # whoever opens it says whether it is there
    folder = folder_of(text)
    if (folder / "saved_model.pb").is_file():
        return _vouched_for(folder)
    files = _tflite_files(folder, [network] if network else ["generator", "AtoB"], controlled)
    if files:
        return _vouched_for(files[0])
    raise UserError(f"{shown(folder)} is not an exported model: {_hint(folder)}")


def _vouched_for(path):
    """The path of a model; that nothing vouches for its files is said."""
    from keras_gan.exported import contents  # imports NumPy

    if path.exists() and not contents.is_vouched_for(path):
        print(f"note: no manifest.json beside {shown(path)} says whether it is whole.", file=sys.stderr)
    return path


def _tflite_files(folder, networks, controlled=False):
    """The `.tflite` files of networks in a folder, the best first."""
    stems = [f"{network}-controlled" for network in networks if controlled] + networks
    paths = [folder / f"{stem}{precision}.tflite" for stem in stems for precision in _PRECISIONS]
    return [path for path in paths if path.is_file()]


def _check_zoo(name):
    names = sorted(path.parent.name for path in ZOO.glob("*/manifest.json"))
    if not names:
        raise UserError("there is no zoo: it is export/zoo of a checkout, and does not come with the package.")
    if name not in names:
        raise unknown("model of the zoo", name, names)


def _hint(folder):
    """What to do about a folder that holds no model."""
    versions = [path.parent.name for end in ("saved_model.pb", "*.tflite") for path in folder.glob(f"*/{end}")]
    if versions:
        return f"did you mean {folder / max(versions, key=lambda name: (len(name), name))}?"
    if (folder / "config.json").is_file():
        return f"it is a run, from which {calling('export', '--run', str(folder))} makes one."
    others = sorted(folder.glob("*.tflite"))
    if others:
        return f"did you mean {others[0]}?"
    return f"give the folder that holds saved_model.pb or generator.tflite.{similar(folder)}"


def opened(path, direction=None, draws=None):
    """The exported model at a path, see `exported.load`, without what its runtime says while it starts."""
    if path.suffix != ".tflite":
        quiet_tensorflow()
    from keras_gan import exported

    with quiet_stderr():
        return exported.load(path, direction, draws)
