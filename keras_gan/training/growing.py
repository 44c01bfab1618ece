"""Training of networks that grow: which size a stage is of, and how far it has faded in."""

from dataclasses import dataclass

import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.layers.blur import repeated
from keras_gan.layers.growth import faded
from keras_gan.networks import growing
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.stages import Stage
from keras_gan.training.step import labels_of

_LEAST_SIZE = 4
_FADE, _STABLE = "fade", "stable"  # the names of stages are these and how many doublings are left: `fade 1`


@dataclass(frozen=True)
class GrowthOptions:
    """How networks grow."""

    doublings: int = 2
    """How often images double: training begins with images of the full size halved so often."""
    final_share: float = 0.4
    """Share of the steps after the last size has faded in; all stages before have as many as one another."""
    batch_sizes: tuple[int, ...] = ()
    """Batch sizes of the sizes from the first on, such as 64 64; of sizes beyond them, --batch-size."""

    def stages(self, total_steps=None):
        """Each size is trained as it is, then the next fades in. The full size alone where nobody knows the length."""
        ending = 2 * self.doublings  # stages that are not the last
        length = int((total_steps or 0) * (1.0 - self.final_share) / max(ending, 1))
        if not length:
            return (Stage(f"{_STABLE} 0"),)
        left = [*range(self.doublings, -1, -1)]
        names = [f"{_STABLE} {left[0]}", *(f"{kind} {each}" for each in left[1:] for kind in (_FADE, _STABLE))]
        batches = dict(zip(left, self.batch_sizes, strict=False))
        return tuple(
            Stage(
                name,
                until=None if number == ending else (number + 1) * length,
                batch_size=batches.get(_left(name)),
                reset_optimizers=name.startswith(_FADE),  # there are new layers
            )
            for number, name in enumerate(names)
        )

    def first_size(self, full_size):
        """The edge of the images that training begins with; `UserError` if that is below 4 px."""
        if full_size >> self.doublings < _LEAST_SIZE:
            most = full_size.bit_length() - _LEAST_SIZE.bit_length()
            raise UserError(
                f"--model.doublings {self.doublings}: images of {full_size} px begin with at least {_LEAST_SIZE} px, "
                f"and double {most} times at most."
            )
        return full_size >> self.doublings


class GrowingModel(AdversarialModel):
    """A model whose networks are those of `networks.growing`, and whose discriminator sees images of a stage's size."""

    @property
    def size(self):
        """The edge of the images of this stage."""
        return self.fields["real"].shape[0] >> _left(self.stage.name)

    @property
    def share(self):
        """How much of them is of this size, a float32 scalar that is 1 in the last step of a fade; None: all."""
        if not self.stage.name.startswith(_FADE):
            return None
        start = self.schedule.start_of(self.schedule.stages.index(self.stage))
        return tf.cast(self.step.value + 1 - start, tf.float32) / float(self.stage.until - start)

    @property
    def growing_generator(self):
        """The network of `growing.generator`."""
        return self.generator

    @property
    def level(self):
        """The generator's."""
        return self.growing_generator.get_layer("growth").level

    @property
    def seen_level(self):
        """The discriminator's, the same."""
        return self.discriminator.get_layer("growth").level

    def grown(self, images):
        """Full images as the generator of this stage would make them if it were perfect."""
        while images.shape[1] > self.size:
            images = growing.shrunk(images)
        if self.share is None:
            return images
        return faded(repeated(growing.shrunk(images)), images, self.share)

    def discriminate(self, examples, batch, training=True):
        if not training:
            return super().discriminate(examples, batch, training)
        labels = labels_of(batch) if len(self.discriminator.inputs) > 1 else None
        return growing.scored(
            self.discriminator, self.augmented(examples), self.size, self.share, labels, training=True
        )

    def after_update(self, terms):
        sizes = growing.sizes_in(self.discriminator)
        if len(sizes) == 1:  # nothing grows
            return {}
        number = float(sizes.index(self.size))
        level = tf.constant(number) if self.share is None else number - 1.0 + self.share
        return {"level": level, "seen_level": level}


def _left(name):
    return int(name.rpartition(" ")[2])
