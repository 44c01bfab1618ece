"""A run's generator, straight from a checkpoint, as `sample` knows those of exported models."""

from keras_gan import config, registry
from keras_gan.errors import UserError, shown
from keras_gan.exported.from_seeds import ExportedGenerator


class _RunGenerator(ExportedGenerator):
    """The averaged generator of a `Restored` run, by Keras.

    Attributes:
        about: which checkpoint it is of, in words.

    Args:
        restored: a `Restored`, of a variant that draws from noise.
    """

    def __init__(self, restored):
        model, self._sampler = restored.model, restored.sampler()
        fields = model.input_fields(self._sampler.network)
        self.path = restored.options.run_name
        self.output = model.fields["real"]
        self.controls = {name: field for name, field in fields.items() if field.is_control}
        self.takes_labels, self.num_classes = "labels" in fields, model.num_classes
        self.class_names = tuple(map(shown, fields["labels"].names)) if self.takes_labels else ()
        self.texts = {name: field for name, field in fields.items() if field.by_text and not field.is_control}
        self._said = {}
        self._latent_dim = model.latent_dim
        self.about = f"{self.path} at step {restored.step:,}, its {'best' if restored.is_best else 'last'} checkpoint"

    def _drawn(self, latents, labels, controls):
        numbers = {name: controls.get(name, field.default) for name, field in self.controls.items()}
        inputs = {name: self.controls[name].rows(number, len(latents)) for name, number in numbers.items()}
        return self._sampler.made(inputs | self.said(len(latents)) | {"latents": latents, "labels": labels})

    def draw_seeds(self, seeds, label=None, truncation=1.0, controls=None):
        if label is None and truncation == 1.0 and not controls and not self._said:
            return self._sampler.made(self._sampler.inputs(seeds))
        return super().draw_seeds(seeds, label, truncation, controls)


def load(folder, which="best"):
    """The `_RunGenerator` of a `RunFolder`, also of one that is being trained: files are read, and that is all.

    Args:
        which: checkpoint, `best` or `last`.

    Raises:
        UserError: if the run has no checkpoint, or is given examples.
    """
    from keras_gan.runs.restore import restore

    variant = config.load_json(folder.config_file)[0].variant
    if registry.variant(variant).task != "sample":
        raise UserError(
            f"the run {folder.name} ({variant}) draws nothing of seeds: export it (python -m keras_gan export --run "
            f"{folder.name}), then use the command translate."
        )
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")  # whose memory belongs to the training
    return _RunGenerator(restore(folder, which))
