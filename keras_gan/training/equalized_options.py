"""`EqualizedOptions`: Adam's step sizes, if asked for in proportion to the spread of each layer's weights."""

from dataclasses import dataclass

from keras_gan.training.optimizers import Adam, EqualizedAdam, falling
from keras_gan.training.options import AdamOptions


@dataclass(frozen=True)
class EqualizedOptions(AdamOptions):
    """Options of a variant that draws from noise, whose networks are both trained by Adam, or by `EqualizedAdam`."""

    equalized: bool = False
    """Take both step sizes in proportion to the spread of each layer's weights."""

    def optimizers(self, total_steps=None):
        """New `(generator, discriminator)` optimizers for a run of so many steps."""
        optimizer = EqualizedAdam if self.equalized else Adam
        rates = (self.generator_learning_rate, self.discriminator_learning_rate)
        rates = (falling(rate, total_steps, self.final_rate) for rate in rates)
        return tuple(optimizer(rate, self.beta_1, self.beta_2) for rate in rates)
