"""Which examples a run has."""

from dataclasses import dataclass
from typing import Literal

from keras_gan import data
from keras_gan.config.option import option
from keras_gan.errors import UserError

Fit = Literal["auto", "crop", "pad", "stretch"]
Direction = Literal["AtoB", "BtoA"]
Unit = Literal["word", "char"]


@dataclass(frozen=True)
class DataOptions:
    """Which examples, and how images come to one size."""

    dataset: str = option("avatars", decides="computation")
    """avatars (drawn here), mnist, fashion_mnist, cifar10, stacked_mnist, tfds:NAME, folder:PATH (a tree of images;
    folder:A+B are two), or packed:DIR (made by the command pack); for translation paired:PATH or unpaired:PATH
    (docs/data.md); of movement walker or motion:PATH, of film moving_avatars or video:PATH (docs/movement.md)."""
    data_dir: str | None = option(None, decides="output")
    """Where tensorflow-datasets keeps prepared data; default: $TFDS_DATA_DIR, then ~/tensorflow_datasets."""
    download: bool = option(False, decides="output")
    """Allow tensorflow-datasets to fetch what is missing."""
    image_size: int = option(32, decides="computation")
    """Edge of the square training images, in pixels."""
    frames: int | None = option(None, decides="computation")
    """Frames of a clip, of data that move; default: as the kind of data has it, 32 of movement and 16 of video."""
    rate: int = option(8000, decides="computation")
    """Of sounds: samples a second, in Hz, which all of them are brought to."""
    seconds: float = option(1.024, decides="computation")
    """Of sounds: how long each is; shorter ones are followed by silence, longer ones cut. Rounded up to whole frames of
    spectrograms, sixteen at a time."""
    fit: Fit = option("auto", decides="computation")
    """How other sizes become square: crop (centre, then resize), pad, stretch; auto pads what is up to a quarter
    too small (28 px digits at 32) and crops the rest."""
    skip_bad_files: bool = option(False, decides="computation")
    """Go on without unreadable image files instead of stopping."""
    cache: bool = option(True, decides="output")
    """Keep what was decoded of a large folder in the cache, at most 20 GiB in all, for the next start."""
    labels: str | None = option(None, decides="computation")
    """Classes of the images of a folder: folders, the sub-folders of the first level; none; a table of files and labels
    (.csv, .tsv, StyleGAN's dataset.json); or a regular expression with one group, the label in a file's path; default:
    dataset.json where it lies in the folder, else folders."""
    direction: Direction = option("AtoB", decides="computation")
    """For translation: AtoB makes images of the second side, B, from images of the first; BtoA the other way round.
    Both ways are learned from unpaired data: there A and B change places."""

    tokens: Unit = option("word", decides="computation")
    """What lines of text consist of: words and punctuation, or characters, as for scripts without spaces."""
    lowercase: bool = option(False, decides="computation")
    """Make small letters of a text's capitals."""
    min_count: int = option(1, decides="computation")
    """How often a word must occur in a text to be known; others are learned as unknown, and never written."""
    max_length: int | None = option(None, decides="computation")
    """Tokens of a line of text at most; longer lines are left out. Default: as 99 of 100 lines have, at most 64."""

    def __post_init__(self):
        data.check_name(self.dataset)
        self._check_image_size()
        for name in ("min_count", "max_length"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise UserError(f"--{name.replace('_', '-')} must be at least 1, got {getattr(self, name)}.")

        if self.frames is not None and not 2 <= self.frames <= 512:
            raise UserError(f"--frames must be between 2 and 512, got {self.frames}.")
        self._check_sound()

    def _check_image_size(self):
        if not 4 <= self.image_size <= 1024:
            raise UserError(f"--image-size must be between 4 and 1024 px, got {self.image_size}.")

    def _check_sound(self):
        if not 2000 <= self.rate <= 96_000:
            raise UserError(f"--rate must be between 2000 and 96000 Hz, got {self.rate}.")
        if not 0.1 <= self.seconds <= 60:
            raise UserError(f"--seconds must be between 0.1 and 60, got {self.seconds:g}.")
