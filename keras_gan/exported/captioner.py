"""A generator that writes lines about images."""

import numpy as np

from keras_gan.errors import UserError
from keras_gan.exported.model import ExportedModel
from keras_gan.randomness import portable_latents, seed_range


def takes_images_and_seeds(inputs):
    """Whether a network with these inputs is given images, and makes several things of each."""
    return {"images", "latents"} <= inputs.keys()


class ExportedCaptioner(ExportedModel):
    """A network from images and latents to lines, in a SavedModel or in a `.tflite` file.

    Attributes:
        images: the `Field` of the images that it is given.

    Args:
        path, runtime: of `ExportedModel`.

    Raises:
        UserError: if there is no such model, or it writes nothing of images.
    """

    def __init__(self, path, runtime=None):
        super().__init__(path, runtime=runtime)
        if not takes_images_and_seeds(self.inputs) or not hasattr(self.output, "texts"):
            raise UserError(f"{path} writes no captions: give a model of a variant such as captiongan.")
        self.images = self.inputs["images"]

    def captions(self, images, count=1, seed=0, temperature=1.0):
        """So many lines about each of some images `[N, height, width, C]` in [0, 1]: a list of N lists."""
        seeds = np.tile(seed_range(seed, count), len(images))
        lines = self.output.texts(self.written(np.repeat(images, count, axis=0), seeds, temperature))
        return [lines[start : start + count] for start in range(0, len(lines), count)]

    def written(self, images, seeds, temperature=1.0):
        """A line about each of some images `[N, height, width, C]` in [0, 1], by int64 `[N]` seeds: its tokens."""
        latents = portable_latents(seeds, self.inputs["latents"].length)
        given = {"images": np.asarray(images, np.float32), "latents": latents}
        signature, values = "serving_default", {}
        if temperature != 1.0:
            values = {name: field.default for name, field in self.controls.items()} | {"temperature": temperature}
            signature = signature if self.runtime.has_one_size else "serving_default_controlled"
        given |= {name: self.controls[name].rows(value, len(seeds)) for name, value in values.items()}
        return self.runtime.run(signature, **given)[self.output.plural]
