"""A generator that writes lines about images."""

import numpy as np

from keras_gan.errors import UserError
from keras_gan.exported.model import ExportedModel
from keras_gan.randomness import portable_latents, seed_range


class ExportedCaptioner(ExportedModel):
    """A network from images and latents to lines, in a SavedModel or in a `.tflite` file.

    Attributes:
        images: the `Field` of the images that it is given.

    Args:
        path: of the model.

    Raises:
        UserError: if there is no such model, or it writes nothing of images.
    """

    def __init__(self, path):
        super().__init__(path)
        if not {"images", "latents"} <= self.inputs.keys() or not hasattr(self.output, "texts"):
            raise UserError(f"{path} writes no captions: give a model of a variant such as captiongan.")
        self.images = self.inputs["images"]

    def captions(self, images, count=1, seed=0, temperature=1.0):
        """So many lines about each of some images `[N, height, width, C]` in [0, 1]: a list of N lists."""
        seeds = np.tile(seed_range(seed, count), len(images))
        given = {
            "images": np.repeat(images, count, axis=0).astype(np.float32),
            "latents": portable_latents(seeds, self.inputs["latents"].length),
        }
        signature, values = "serving_default", {}
        if temperature != 1.0:
            values = {name: field.default for name, field in self.controls.items()} | {"temperature": temperature}
            signature = signature if self.runtime.has_one_size else "serving_default_controlled"
        given |= {name: self.controls[name].rows(value, len(seeds)) for name, value in values.items()}
        lines = self.output.texts(self.runtime.run(signature, **given)[self.output.plural])
        return [lines[start : start + count] for start in range(0, len(lines), count)]
