"""Exported models as any program may use them: by their signatures and their manifest alone."""

from keras_gan.exported.from_examples import ExportedTranslator
from keras_gan.exported.from_seeds import ExportedGenerator
from keras_gan.exported.model import ExportedModel
from keras_gan.exported.runtimes import opened

__all__ = ["ExportedGenerator", "ExportedModel", "ExportedTranslator", "load"]


def load(path, direction=None, draws=None):
    """An exported model, ready to be used: an `ExportedGenerator` if it draws from seeds, else an `ExportedTranslator`.

    Args:
        path: folder of a SavedModel, or a `.tflite` file.
        direction: which network of a model that has several, such as `AtoB`; default: the first, or the file's.
        draws: whether it must be one that draws from seeds, or must not; default: it may be either.

    Raises:
        UserError: if there is no such model, or it is of the other kind.
    """
    runtime = opened(path)
    draws = "latents" in runtime.inputs("serving_default") if draws is None else draws
    return (ExportedGenerator if draws else ExportedTranslator)(path, direction, runtime)
