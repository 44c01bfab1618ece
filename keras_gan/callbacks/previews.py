"""A preview of what the generator makes, at every snapshot."""

from pathlib import Path

from keras_gan.callbacks.every import Every
from keras_gan.storage import files


class Previews(Every):
    """Shows the EMA generator's samples of fixed seeds, as a file and in TensorBoard.

    The seeds are 0 … count - 1, so that the last preview is what `sample --seed 0` draws from the exported model. Of a
    model with 2 to 16 classes, each column is a class. A model that is given examples is shown beside what it was given
    and what it should have made.

    Args:
        directory: folder for `step-<step>` and the suffix of the kind of values.
        every: steps between previews.
        sampler: the model's `Sampler`.
        writer: `tf.summary` writer for the entry in TensorBoard, or None.
        count: samples in each; default: as `Sampler.preview` says.
    """

    def __init__(self, directory, every, sampler, writer=None, count=None):
        super().__init__(every)
        self.directory = Path(directory)
        self.sampler = sampler
        self.writer = writer
        self.count = count

    def at(self, step, logs):
        preview = self.sampler.preview(self.count)
        files.write(self.directory / f"step-{step:09d}{preview.suffix}", preview.write, durable=False)
        if self.writer:
            with self.writer.as_default(step):
                preview.log("samples")
