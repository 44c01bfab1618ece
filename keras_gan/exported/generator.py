"""A generator that draws images of noise."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError, unknown
from keras_gan.exported import files
from keras_gan.randomness import portable_labels, portable_latents

BATCH_SIZE = 64


class ExportedGenerator:
    """A SavedModel that `exporters.export` wrote.

    Attributes:
        takes_labels: whether a class can be asked for.
        num_classes: number of classes; 0 if there are none, or if the manifest that would say so is missing.
        class_names: their names, empty if the manifest does not know them.
        image_shape: `(height, width, channels)` of its pictures.
        configuration: what the manifest says of the run, empty if it says nothing.

    Raises:
        UserError: if `directory` holds no such model.
    """

    def __init__(self, directory):
        # The signatures refer to variables that the loaded object owns, so it must stay alive.
        manifest = files.read_manifest(directory)
        files.check_whole(Path(directory), manifest)
        self._model = files.load(directory)
        if "from_seeds" not in self._model.signatures:
            if "images" in files.inputs_of(self._model.signatures["serving_default"]):
                raise UserError(
                    f"{directory} turns images into images, it draws none of seeds: use the command translate."
                )
            raise files.not_ours(directory, "from_seeds")
        self._directory = directory
        inputs = files.inputs_of(self._model.signatures["serving_default"])
        self._latent_dim = inputs["latents"].shape[-1]
        self.takes_labels = "labels" in inputs
        self.image_shape = tuple(self._model.signatures["serving_default"].structured_outputs["images"].shape[1:])
        self.configuration = manifest.get("configuration", {})
        self.num_classes = manifest.get("generator", {}).get("num_classes", 0) if self.takes_labels else 0
        names = manifest.get("data", {}).get("classes", [])
        self.class_names = tuple(names) if self.num_classes == len(names) else ()

    def latents(self, seeds):
        """The latents of int64 `[N]` seeds, a float32 array `[N, latent_dim]`."""
        return portable_latents(seeds, self._latent_dim).numpy()

    def labels(self, seeds, label=None):
        """The classes of int64 `[N]` seeds, an int32 array `[N]`, or `label` for each; None if there are no classes."""
        if not self.takes_labels:
            return None
        if label is not None:
            return np.full(len(seeds), label, np.int32)
        self._check_classes()
        return portable_labels(seeds, self.num_classes).numpy()

    def draw(self, latents, labels=None):
        """Pictures float32 `[N, height, width, channels]` in [0, 1] of latents, and of labels if it takes any."""
        inputs = {"latents": latents, "labels": labels} if self.takes_labels else {"latents": latents}
        batches = range(0, len(latents), BATCH_SIZE)
        return np.concatenate(
            [self._run("serving_default", **{k: v[i : i + BATCH_SIZE] for k, v in inputs.items()}) for i in batches]
        )

    def draw_seeds(self, seeds, label=None, truncation=1.0):
        """Pictures of int64 `[N]` seeds, of their own classes or of `label`, latents multiplied by `truncation`."""
        if label is None and truncation == 1.0:
            return self._run("from_seeds", seeds=seeds)
        return self.draw(truncation * self.latents(seeds), self.labels(seeds, label))

    def find_label(self, text):
        """The number of the class that `text` names, by its name or its number.

        Raises:
            UserError: if there is no such class.
        """
        if not self.takes_labels:
            raise UserError(f"{self._directory} was trained without classes: leave out --label.")
        self._check_classes()
        # Names first: folders called 1, 2, 3 are meant by their names, though their numbers are 0, 1, 2.
        if text in self.class_names:
            return self.class_names.index(text)
        try:
            label = int(text)
        except ValueError:
            raise unknown("class", text, self.class_names or [f"0 to {self.num_classes - 1}"]) from None
        if not 0 <= label < self.num_classes:
            raise UserError(f"--label {text}: the classes of {self._directory} are 0 to {self.num_classes - 1}.")
        return label

    def describe_label(self, label):
        """`3 (bob)`, or `3` if the class has no other name."""
        name = self.class_names[label] if self.class_names else str(label)
        return f"{label} ({name})" if name != str(label) else name

    def _run(self, signature, **inputs):
        inputs = {name: tf.constant(values) for name, values in inputs.items()}
        return self._model.signatures[signature](**inputs)["images"].numpy()

    def _check_classes(self):
        if not self.num_classes:
            raise UserError(
                f"{self._directory} takes labels, but there is no manifest.json with it that says how many classes "
                "it has: copy the whole folder of the export."
            )
