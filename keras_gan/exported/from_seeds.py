"""A generator that draws from seeds."""

import numpy as np

from keras_gan.errors import UserError, shown, unknown
from keras_gan.exported.model import ExportedModel
from keras_gan.exported.runtimes import not_ours
from keras_gan.latent_space import truncated
from keras_gan.randomness import portable_labels, portable_latents

BATCH_SIZE = 64
# A class that is called by a digit can be asked for by its word.
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGITS = {word: str(digit) for digit, word in enumerate(DIGITS)}


class ExportedGenerator(ExportedModel):
    """A generator all of whose inputs have values of seeds, in a SavedModel or in a `.tflite` file.

    Attributes:
        takes_labels: whether a class can be asked for.
        num_classes: number of classes; 0 if there are none, or if the manifest that would say so is missing.
        class_names: their names for people, empty if the manifest does not know them.
        texts: the inputs that a text can be said for, `{name: Field}`.

    Args:
        path, direction, runtime: of `ExportedModel`.

    Raises:
        UserError: if there is no such model, or it is given examples.
    """

    def __init__(self, path, direction=None, runtime=None):
        super().__init__(path, direction, runtime)
        if not (self._takes_seeds or (self.runtime.has_one_size and "latents" in self.inputs)):
            if "latents" not in self.inputs and self.inputs:
                given = next(iter(self.inputs.values())).plural
                raise UserError(
                    f"{path} turns {given} into {self.output.plural}, it draws none of seeds: "
                    "use the command translate."
                )
            raise not_ours(path, "from_seeds")
        if self.output.is_inner:
            raise UserError(f"{path} makes {self.output.plural}, which nobody can see: give the file of the generator.")
        self._latent_dim = self._shapes[0]["latents"][0]
        self.takes_labels = "labels" in self.inputs
        self.num_classes = self.facts.get("num_classes", 0) if self.takes_labels else 0
        self.texts = {name: field for name, field in self.inputs.items() if field.by_text and not field.is_control}
        self._check_inputs()
        self._said = {}
        names = self.manifest.get("data", {}).get("classes", [])
        # As they are printed, for a manifest may come from anybody.
        self.class_names = tuple(map(shown, names)) if self.num_classes == len(names) else ()

    def _check_inputs(self):
        """Raises `UserError` for a network that wants what neither seeds nor a person can say."""
        known = {"latents", "labels", *self.texts, *self.controls}
        if not self._takes_seeds and (others := sorted(self.inputs.keys() - known)):
            raise UserError(f"{self.path} wants {' and '.join(others)}, too: give the file of the generator.")

    @property
    def _takes_seeds(self):
        """Whether the model itself knows what seeds stand for."""
        return "from_seeds" in self.runtime.signatures

    def latents(self, seeds):
        """The latents of int64 `[N]` seeds, a float32 array `[N, latent_dim]`."""
        return portable_latents(seeds, self._latent_dim)

    def labels(self, seeds, label=None):
        """The classes of int64 `[N]` seeds, an int32 array `[N]`, or `label` for each; None if there are no classes."""
        if not self.takes_labels:
            return None
        if label is not None:
            return np.full(len(seeds), label, np.int32)
        self._check_classes()
        return portable_labels(seeds, self.num_classes)

    def say(self, text, option="--text"):
        """Draws of a text from now on, in place of those of the seeds; `UserError` if that means nothing here."""
        if not self.texts:
            raise UserError(f"{self.path} is not given text: leave out {option}.")
        self._said = {name: field.known(text, option) for name, field in self.texts.items()}

    def said(self, count):
        """So many rows of each input that a text can be said for, `{name: array}`: what was said, or that of seed 0."""
        first = {name: field.encoded(field.examples[:1])[0] for name, field in self.texts.items()}
        return {name: field.rows((first | self._said)[name], count) for name, field in self.texts.items()}

    def draw(self, latents, labels=None, controls=None, truncation=1.0):
        """Samples `[N, …]` at the outer edge of latents, and of labels if it takes any.

        Args:
            controls: `{name of a control: number}` for all samples; default, also of those left out: their defaults.
            truncation: that control, of a model which has it; of another, latents are multiplied by it.
        """
        if truncation == 1.0:
            return self._drawn(latents, labels, controls or {})
        if "truncation" in self.controls:
            return self._drawn(latents, labels, {"truncation": truncation, **(controls or {})})
        return self._drawn(truncated(latents, truncation), labels, controls or {})

    def _drawn(self, latents, labels, controls):
        inputs = {"latents": latents, "labels": labels} if self.takes_labels else {"latents": latents}
        inputs |= self.said(len(latents))
        signature, numbers = self._turned(controls)
        inputs |= {name: self.controls[name].rows(number, len(latents)) for name, number in numbers.items()}
        parts = []
        for start in range(0, len(latents), BATCH_SIZE):
            rows = {name: values[start : start + BATCH_SIZE] for name, values in inputs.items()}
            parts.append(self.runtime.run(signature, **rows)[self.made])
        return np.concatenate(parts)

    def _turned(self, controls):
        """The signature that takes such controls, and the numbers of all that it takes."""
        numbers = {name: controls.get(name, field.default) for name, field in self.controls.items()}
        if not self.runtime.has_one_size:
            return ("serving_default_controlled", numbers) if controls else ("serving_default", {})
        taken = {name: number for name, number in numbers.items() if name in self.inputs}
        if missing := sorted(controls.keys() - taken.keys()):
            raise UserError(
                f"{self.path} has --{missing[0]} at its default inside: give the file that takes it, such as "
                "generator-controlled.tflite."
            )
        return "serving_default", taken

    def draw_seeds(self, seeds, label=None, truncation=1.0, controls=None):
        """Samples of int64 `[N]` seeds, of their own classes or of `label`; the rest as of `draw`."""
        if label is None and truncation == 1.0 and not controls and self._takes_seeds and not self._said:
            return self.runtime.run("from_seeds", seeds=seeds)[self.made]
        return self.draw(self.latents(seeds), self.labels(seeds, label), controls, truncation)

    def find_label(self, text):
        """The number of the class that `text` names, by its name or its number.

        Raises:
            UserError: if there is no such class.
        """
        if not self.takes_labels:
            raise UserError(f"{self.path} was trained without classes: leave out --label.")
        self._check_classes()
        # Names first: folders called 1, 2, 3 are meant by their names, though their numbers are 0, 1, 2.
        for name in (text, DIGITS.get(text.lower())):
            if name in self.class_names:
                return self.class_names.index(name)
        try:
            label = int(text)
        except ValueError:
            raise unknown("class", text, self.class_names or [f"0 to {self.num_classes - 1}"]) from None
        if not 0 <= label < self.num_classes:
            raise UserError(f"--label {text}: the classes of {self.path} are 0 to {self.num_classes - 1}.")
        return label

    def describe_label(self, label):
        """`3 (bob)`, or `3` if the class has no other name."""
        name = self.class_names[label] if self.class_names else str(label)
        return f"{label} ({name})" if name != str(label) else name

    def _check_classes(self):
        if not self.num_classes:
            raise UserError(
                f"{self.path} takes labels, but there is no manifest.json with it that says how many classes "
                "it has: copy the whole folder of the export."
            )
