"""Which examples a run has."""

from dataclasses import dataclass
from typing import Literal

from keras_gan import data
from keras_gan.config.option import option
from keras_gan.errors import UserError

Fit = Literal["auto", "crop", "pad", "stretch"]
Direction = Literal["AtoB", "BtoA"]


@dataclass(frozen=True)
class DataOptions:
    """Which examples, and how images come to one size."""

    dataset: str = option("avatars", decides="computation")
    """avatars (drawn here), mnist, fashion_mnist, cifar10, stacked_mnist, tfds:NAME, or folder:PATH (a tree of images;
    folder:A+B are two); for translation paired:PATH or unpaired:PATH (docs/data.md); of movement walker or motion:PATH,
    of film moving_avatars or video:PATH (docs/movement.md)."""
    data_dir: str | None = option(None, decides="output")
    """Where tensorflow-datasets keeps prepared data; default: $TFDS_DATA_DIR, then ~/tensorflow_datasets."""
    download: bool = option(False, decides="output")
    """Allow tensorflow-datasets to fetch what is missing."""
    image_size: int = option(32, decides="computation")
    """Edge of the square training images, in pixels."""
    frames: int | None = option(None, decides="computation")
    """Frames of a clip, of data that move; default: as the kind of data has it, 32 of movement and 16 of video."""
    fit: Fit = option("auto", decides="computation")
    """How other sizes become square: crop (centre, then resize), pad, stretch; auto pads what is up to a quarter
    too small (28 px digits at 32) and crops the rest."""
    skip_bad_files: bool = option(False, decides="computation")
    """Go on without unreadable image files instead of stopping."""
    labels: str | None = option(None, decides="computation")
    """Classes of the images of a folder: folders, the sub-folders of the first level; none; a table of files and labels
    (.csv, .tsv, StyleGAN's dataset.json); or a regular expression with one group, the label in a file's path; default:
    dataset.json where it lies in the folder, else folders."""
    direction: Direction = option("AtoB", decides="computation")
    """For translation: AtoB makes images of the second side, B, from images of the first; BtoA the other way round.
    Both ways are learned from unpaired data: there A and B change places."""

    def __post_init__(self):
        data.check_name(self.dataset)
        self._check_image_size()

        if self.frames is not None and not 2 <= self.frames <= 512:
            raise UserError(f"--frames must be between 2 and 512, got {self.frames}.")

    def _check_image_size(self):
        if not 4 <= self.image_size <= 1024:
            raise UserError(f"--image-size must be between 4 and 1024 px, got {self.image_size}.")
