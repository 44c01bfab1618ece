"""Starting TensorFlow: quietly, and as fast as the processor allows."""

import importlib.util
import os
import platform
import sys
import tempfile

from keras_gan.errors import UserError


def quiet_tensorflow():
    """Imports TensorFlow without its start-up messages, which look like errors and are none.

    They are written by native code before any logging level applies, so the error stream itself is set aside
    meanwhile; if the import fails, everything is shown. Set TF_CPP_MIN_LOG_LEVEL=0 to see them, for example to
    learn why a GPU is not found. No device is started yet: how is for a strategy to say.
    """
    if "tensorflow" in sys.modules:
        return
    os.environ.pop("TF_USE_LEGACY_KERAS", None)  # of programs with another Keras, which TensorFlow would look for
    ask_for_onednn()
    # Errors reach Python; those printed besides are of no consequence.
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "0":
        return
    with quiet_stderr():
        import tensorflow  # noqa: F401


def check_keras():
    """Raises `UserError` unless the `keras` that Python would import is of version 3; looks at folders alone."""
    spec = importlib.util.find_spec("keras")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not any(os.path.isdir(os.path.join(folder, "src", "backend")) for folder in folders):
        where = f"finds another one in {folders[0]}: is that in PYTHONPATH, or here?" if folders else "finds none."
        raise UserError(f"this needs Keras 3, and Python {where}")


def ask_for_onednn():
    """Lets TensorFlow compute with oneDNN on any x86 processor, unless TF_ENABLE_ONEDNN_OPTS says otherwise.

    By itself it does so only where there are instructions for neural networks (AVX512 VNNI and later). With AVX2 alone
    a step of DCGAN took twice as long without. It must be said before TensorFlow is imported.
    """
    if platform.machine() in ("x86_64", "AMD64"):
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


class quiet_stderr:
    """Sets the process's error stream aside, native code's included; an unforeseen exception brings it back."""

    def __enter__(self):
        sys.stderr.flush()
        self._original = os.dup(2)
        self._aside = tempfile.TemporaryFile()
        os.dup2(self._aside.fileno(), 2)

    def __exit__(self, kind, error, traceback):
        sys.stderr.flush()
        os.dup2(self._original, 2)
        os.close(self._original)
        if kind is not None and not issubclass(kind, (UserError, KeyboardInterrupt)):
            self._aside.seek(0)
            sys.stderr.write(self._aside.read().decode(errors="replace"))
        self._aside.close()
