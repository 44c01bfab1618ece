"""A picture of what the generator makes, at every snapshot."""

from pathlib import Path

import tensorflow as tf

from keras_gan.callbacks.every import Every
from keras_gan.modalities.image import pictures


class SampleGrid(Every):
    """Writes a grid of the EMA generator's samples from fixed seeds, as a PNG and to TensorBoard.

    The seeds are 0 … count - 1, so that the last grid is what `sample --seed 0` draws from the exported model. Of a
    model with 2 to 16 classes, each column is a class. A model that is given images is shown beside what it was given
    and what it should have made.

    Args:
        directory: folder for `step-<step>.png`.
        every: steps between grids.
        writer: `tf.summary` writer for the TensorBoard image, or None.
        count: pictures per grid; default: as `pictures.sheet` says.
    """

    def __init__(self, directory, every, writer=None, count=None):
        super().__init__(every)
        self.directory = Path(directory)
        self.writer = writer
        self.count = count

    def at(self, step, logs):
        images, columns = pictures.preview(self.model, self.count)
        pictures.save_grid(self.directory / f"step-{step:09d}.png", images, columns)
        if self.writer:
            with self.writer.as_default(step):
                tf.summary.image("samples", pictures.grid(images, columns)[None])
