"""A preview of what the generator makes, at every snapshot, and of what it should make."""

from pathlib import Path

from keras_gan.callbacks.every import Every
from keras_gan.storage import files


class Previews(Every):
    """Shows the EMA generator's samples of fixed seeds, as a file and in TensorBoard.

    The seeds are 0 … count - 1, so that the last preview is what `sample --seed 0` draws from the exported model. Of a
    model with 2 to 16 classes, each column is a class. A model that is given examples is shown beside what it was given
    and what it should have made. A training that begins shows real examples, too, laid out alike: as `real` and the
    suffix of their kind, and in TensorBoard at step 0.

    Args:
        directory: folder for `step-<step>` and the suffix of the kind of values.
        every: steps between previews.
        sampler: the model's `Sampler`.
        writer: `tf.summary` writer for the entry in TensorBoard, or None.
        count: samples in each; default: as `Sampler.preview` says.
        dataset: the `Dataset` to show examples of; None: none.
    """

    def __init__(self, directory, every, sampler, writer=None, count=None, dataset=None):
        super().__init__(every)
        self.directory = Path(directory)
        self.sampler = sampler
        self.writer = writer
        self.count = count
        self.dataset = dataset

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        if self.dataset and self.step == 0:
            self._show(self.sampler.real_preview(self.dataset), "real", "real", 0)

    def at(self, step, logs):
        self._show(self.sampler.preview(self.count), f"step-{step:09d}", "samples", step)

    def _show(self, preview, stem, name, step):
        for each in (preview, *preview.beside):
            files.write(self.directory / f"{stem}{each.suffix}", each.write, durable=False)
        if self.writer:
            with self.writer.as_default(step):
                preview.log(name)
