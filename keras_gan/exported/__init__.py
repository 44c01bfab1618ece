"""Exported models as any program may use them: by their signatures and their manifest alone."""

from keras_gan.exported.generator import ExportedGenerator
from keras_gan.exported.translator import ExportedTranslator

__all__ = ["ExportedGenerator", "ExportedTranslator"]
