"""`TranslationModel`: adversarial models whose generator is given examples instead of noise."""

import numpy as np

from keras_gan.losses import content
from keras_gan.training.adversarial import AdversarialModel


class TranslationModel(AdversarialModel):
    """A GAN whose generator turns `batch["source"]` into what is like `batch["real"]`, maps `[B, height, width, C]`.

    As it stands the class trains what an `Objective` describes, and L1; a variant with other terms beside the
    adversarial ones overrides `content_terms`. The discriminator's first input is what it scores; the others bear
    the names in the batch of what it sees beside that, such as `source`.

    Args:
        generator: functional Keras model, fully convolutional, from the inputs `source` and perhaps `mask`, by their
            names in the batch, to samples in the form that networks see them in, float32.
        discriminator: functional Keras model from samples and conditions to scores `[B, …]`.
        config: with `adversarial_weight`, of the objective's terms in the generator's loss, and `l1_weight`, of the
            mean absolute difference of outputs from what they should be.
        fields: of `AdversarialModel`.
        size_multiple: height and width of a source must be multiples of it.
        scale: height of an output over height of its source.
        content_has_scale: whether it has learned things of the size that they have in its examples, such as faces, so
            that sources are to be brought to that size first; else it restores any source, place by place.
        **kwargs: of `AdversarialModel`.
    """

    def __init__(
        self,
        generator,
        discriminator,
        config,
        fields,
        *,
        size_multiple=1,
        scale=1,
        content_has_scale=False,
        **kwargs,
    ):
        super().__init__(generator, discriminator, config, fields, **kwargs)
        self.size_multiple = size_multiple
        self.scale = scale
        self.content_has_scale = content_has_scale

    def generate(self, batch, training):
        return self.generator(inputs_of(self.generator, batch), training=training)

    def generator_terms(self, batch, fakes):
        weight, terms = self.config.adversarial_weight, super().generator_terms(batch, fakes)
        return {name: weight * term for name, term in terms.items()} | self.content_terms(batch, fakes)

    def content_terms(self, batch, fakes):
        """What the generator minimises beside the adversarial terms, `{name: [B, …]}`."""
        return {"g_l1": self.config.l1_weight * content.l1(fakes, batch["real"])}

    def discriminate(self, examples, batch, training=True):
        _, *conditions = [tensor.name for tensor in self.discriminator.inputs]
        inputs = [examples, *(batch[name] for name in conditions)]
        if training:  # what belongs together is augmented alike
            purpose = self.augmentation_purpose()
            inputs = [self.augmented(each, purpose) for each in inputs]
        return self.discriminator(inputs if conditions else inputs[0], training=training)

    def shown(self, sampler, count):
        """The sources, the outputs and, where there are any, the targets of the first examples."""
        source = sampler.at_edge(sampler.of_examples(np.arange(count))["source"])
        source = source.repeat(self.scale, axis=1).repeat(self.scale, axis=2)
        targets = sampler.targets(count)
        return alike([source, sampler.samples(count), *([] if targets is None else [targets])])


def inputs_of(network, batch):
    """What a functional network takes out of a batch dict, by the names of its inputs."""
    inputs = [batch[tensor.name] for tensor in network.inputs]
    return inputs if len(inputs) > 1 else inputs[0]


def alike(columns):
    """The same maps `[N, height, width, C]`, those of one channel with as many as the others."""
    most = max(maps.shape[3] for maps in columns)
    return [np.repeat(maps, most, axis=3) if maps.shape[3] == 1 else maps for maps in columns]
