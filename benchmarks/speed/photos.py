"""A folder of small photos, and the same photos as every source that a training can read them from."""

import contextlib
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from benchmarks.speed.synthetic import picture

EDGE = 160  # pixels


def draw(folder, count):
    """Makes the folder with so many JPEG files in it."""
    folder.mkdir(parents=True)
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_draw_one, folder), range(count), chunksize=64))


def _draw_one(folder, number):
    Image.fromarray(picture(number, EDGE)).save(folder / f"{number:06d}.jpg", quality=85)


@contextlib.contextmanager
def drawn(count):
    """A scratch folder with the photos in `photos`; within it, what is cached is kept there."""
    before = os.environ.get("KERAS_GAN_CACHE")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        draw(folder / "photos", count)
        os.environ["KERAS_GAN_CACHE"] = str(folder / "cache")
        try:
            yield folder
        finally:
            os.environ.pop("KERAS_GAN_CACHE")
            os.environ.update({} if before is None else {"KERAS_GAN_CACHE": before})


# --- Sources: functions from the scratch folder and a size to options of a run ----------------------------------------


def _folder(folder, size):
    return {"dataset": f"folder:{folder / 'photos'}", "cache": False}


def _cached(folder, size):
    from benchmarks.common.program import config, data

    found = {"dataset": f"folder:{folder / 'photos'}"}
    data.load(config.DataOptions(image_size=size, **found))  # the first start, which decodes and keeps
    return found


def _packed(folder, size):
    from benchmarks.common.program import config, data
    from keras_gan.data.packed import writing

    options, out = config.DataOptions(image_size=size, **_folder(folder, size)), folder / f"packed-{size}"
    writing.pack(data.decoding_plans(options), out, options.dataset, "sample")
    return {"dataset": f"packed:{out}"}


def _array_record(folder, size):
    if not (folder / "sets").exists():
        _prepare(folder)
    return {"dataset": "tfds:photos", "data_dir": str(folder / "sets")}


def _prepare(folder):
    """Lets tensorflow-datasets prepare the photos as they are, encoded."""
    import tensorflow_datasets as tfds

    class Photos(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("1.0.0")
        pkg_dir_path = folder  # its own is none

        def _info(self):
            features = tfds.features.FeaturesDict({"image": tfds.features.Image(encoding_format="jpeg")})
            return tfds.core.DatasetInfo(builder=self, features=features)

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            for path in (folder / "photos").iterdir():
                yield path.name, {"image": str(path)}

    tfds.disable_progress_bar()
    Photos(data_dir=folder / "sets", file_format="array_record").download_and_prepare()


SOURCES = {
    "folder": _folder,
    "cached folder": _cached,
    "packed": _packed,
    "array_record": _array_record,
}
