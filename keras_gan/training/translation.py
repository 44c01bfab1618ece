"""`TranslationModel`: adversarial models whose generator is given an image instead of noise."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.losses import content
from keras_gan.training.adversarial import AdversarialModel, to_unit_range

BATCH_SIZE = 16


class TranslationModel(AdversarialModel):
    """An image-to-image GAN: the generator turns `batch["source"]` into an image like `batch["real"]`.

    As it stands the class trains what an `Objective` describes, and L1; a variant with other terms beside the
    adversarial ones overrides `content_terms`. The discriminator's inputs are `images` and, by their names in the
    batch, what it sees beside them, such as `source`.

    What such a model makes of nothing but seeds is shown on examples: images that are held out from training, see
    `use_examples`. Seed s is then example s.

    Args:
        generator: functional Keras model, fully convolutional, from the inputs `source` and perhaps `mask`, by their
            names in the batch, to `images`, float32 in [-1, 1].
        discriminator: functional Keras model from `images` and conditions to scores `[B, …]`.
        adversarial_weight: of the objective's terms in the generator's loss.
        l1_weight: of the mean absolute difference of outputs from images.
        size_multiple: height and width of a source must be multiples of it.
        scale: height of an output over height of its source.
        **kwargs: of `AdversarialModel`.
    """

    # Whether each source has an image that belongs to it.
    aligned = True

    def __init__(
        self, generator, discriminator, *, adversarial_weight=1.0, l1_weight=1.0, size_multiple=1, scale=1, **kwargs
    ):
        super().__init__(generator, discriminator, **kwargs)
        self.adversarial_weight, self.l1_weight = adversarial_weight, l1_weight
        self.size_multiple = size_multiple
        self.scale = scale

    def generate(self, batch, training):
        return self.generator(inputs_of(self.generator, batch), training=training)

    def generator_terms(self, batch, fakes):
        terms = super().generator_terms(batch, fakes)
        return {name: self.adversarial_weight * term for name, term in terms.items()} | self.content_terms(batch, fakes)

    def content_terms(self, batch, fakes):
        """What the generator minimises beside the adversarial terms, `{name: [B, …]}`."""
        return {"g_l1": self.l1_weight * content.l1(fakes, batch["real"])}

    def discriminate(self, images, batch):
        _, *conditions = [tensor.name for tensor in self.discriminator.inputs]
        # What belongs to an image is augmented as the image is.
        inputs = self.augmented_alike([images, *(batch[name] for name in conditions)])
        return self.discriminator(inputs if conditions else inputs[0], training=True)

    def augmented_alike(self, images):
        """Several images of each row as the discriminator is to see them, changed by the same random parameters."""
        number = self._replica.augmented
        changed = []
        for each in images:
            self._replica.augmented = number
            changed.append(self.augmented(each))
        return changed

    # --- Examples ------------------------------------------------------------------------------------------------

    def use_examples(self, examples):
        """Sets the images that the model is shown and scored on.

        Args:
            examples: a batch dict of NumPy arrays, as `data.pipeline.examples` makes it.
        """
        self.examples = examples

    def sample(self, count, seed=0, labels=None, batch_size=BATCH_SIZE):
        """What the EMA generator makes of the examples `seed … seed + count - 1`, beginning anew after the last.

        Returns:
            float32 NumPy array `[count, height, width, channels]` in [0, 1].
        """
        return self.translate(self._some_examples(count, seed), batch_size)

    def targets(self, count, seed=0):
        """What `sample` would return if it were perfect, in [0, 1]; None if sources and images are unrelated."""
        if not self.aligned:
            return None
        return unit_range(self._some_examples(count, seed)["real"])

    def translate(self, batch, batch_size=BATCH_SIZE):
        """The EMA generator's images of a batch dict of NumPy arrays, float32 `[N, height, width, C]` in [0, 1]."""
        (network, *_) = self.exported().values()
        inputs = inputs_of(network, batch)
        return run(network, inputs, batch_size)

    def side_by_side(self, count):
        """What is to be seen of the first `count` examples: a list of columns, each float32 `[count, H, W, C]` in
        [0, 1]: the sources, the outputs and, where there are any, the targets."""
        batch = self._some_examples(count)
        targets = self.targets(count)
        source = unit_range(batch["source"]).repeat(self.scale, axis=1).repeat(self.scale, axis=2)
        return alike([source, self.translate(batch), *([] if targets is None else [targets])])

    def _some_examples(self, count, seed=0):
        if self.examples is None:
            raise RuntimeError(f"{self.name} turns images into images: give it some by use_examples.")
        length = len(self.examples["source"])
        # Sources and images may be of different number where they are unrelated.
        rows = (np.arange(count) + seed) % length
        return {name: values[rows % len(values)] for name, values in self.examples.items()}


def inputs_of(network, batch):
    """What a functional network takes out of a batch dict, by the names of its inputs."""
    inputs = [batch[tensor.name] for tensor in network.inputs]
    return inputs if len(inputs) > 1 else inputs[0]


def run(network, inputs, batch_size=BATCH_SIZE):
    """A network's images in [0, 1] of NumPy arrays of any length, some at a time."""
    several = isinstance(inputs, list)
    count = len(inputs[0] if several else inputs)
    parts = []
    for start in range(0, count, batch_size):
        rows = slice(start, start + batch_size)
        parts.append(network([each[rows] for each in inputs] if several else inputs[rows], training=False))
    return keras.ops.convert_to_numpy(to_unit_range(tf.concat(parts, axis=0)))


def alike(columns):
    """The same pictures, grey ones with as many channels as the others."""
    most = max(images.shape[3] for images in columns)
    return [np.repeat(images, most, axis=3) if images.shape[3] == 1 else images for images in columns]


def unit_range(images):
    """NumPy images in [-1, 1] as images in [0, 1]."""
    return np.clip(images * np.float32(0.5) + np.float32(0.5), 0.0, 1.0)
