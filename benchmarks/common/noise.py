"""Images of random pixels, for benchmarks to which it does not matter what is on them."""

import numpy as np


def pixels(*shape):
    """Always the same pixels, uint8."""
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def write_images(folder, count, shape):
    """Makes the folder with so many PNG files in it."""
    from PIL import Image

    folder.mkdir(parents=True)
    for number, image in enumerate(pixels(count, *shape)):
        Image.fromarray(image.squeeze()).save(folder / f"{number:04d}.png")


def dataset(images, **more):
    """The images as a data set of the program; `more` is handed to `image_dataset`."""
    from keras_gan.data.image_sets import image_dataset

    return image_dataset("noise", images, provenance="random numbers.", treatment="none.", **more)
