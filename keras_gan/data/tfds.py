"""`tfds:NAME`: data sets prepared by tensorflow-datasets. Nothing is fetched unless the user allows it."""

import functools
import hashlib
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from keras_gan.data import prepared
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.plans import LoadedPlan
from keras_gan.errors import UserError, errors_alone
from keras_gan.modalities.image import decoding
from keras_gan.registry import Source
from keras_gan.storage import arrays, fetching

SOURCE = Source(gives=("image",), argument="NAME", short_names=("mnist", "fashion_mnist", "cifar10"))


def load(name, options, split="train", task="sample"):
    """Reads one split of a prepared data set with an image feature; see `keras_gan.data.load`."""
    prepared.check_available(name, options)
    import tensorflow_datasets as tfds

    builder = _builder(tfds, name, options)
    features = builder.info.features
    image_key, label_key = _feature(features, tfds.features.Image), _feature(features, tfds.features.ClassLabel)
    if image_key is None:
        raise UserError(
            f"the tensorflow-datasets set {name} has no single image per example, so it cannot be trained on."
        )
    split = _split_called(split, builder.info.splits)
    count = builder.info.splits[split].num_examples
    shape = features[image_key].shape
    channels = 1 if shape[-1] == 1 else 3
    if builder.info.file_format.value == "array_record":
        pixels, labels = _in_place(builder, split, image_key, label_key, channels, options)
        return _dataset(pixels, labels, builder.info, split, image_key, label_key, options)
    pixels = arrays.allocate((count, options.image_size, options.image_size, channels), "images")
    labels = np.zeros(count, np.int32)
    try:
        for index, (example, label) in enumerate(_examples(tfds, builder, split, image_key, label_key)):
            pixels[index] = _fitted(example, channels, options)
            labels[index] = label
    except Exception as error:  # of TensorFlow's record readers and of Pillow
        raise UserError(f"{options.dataset} cannot be read: {decoding.reason(error)}") from None
    if index + 1 != count:
        raise UserError(f"{options.dataset} holds {index + 1} examples where {count} are stated: prepare it again.")
    return _dataset(pixels, labels, builder.info, split, image_key, label_key, options)


def _dataset(pixels, labels, info, split, image_key, label_key, options):
    return image_dataset(
        name=options.dataset,
        images=pixels,
        labels=labels if label_key else None,
        class_names=tuple(info.features[label_key].names) if label_key else (),
        provenance=f"{info.full_name}, split {split}, through tensorflow-datasets. {_licence(info)}",
        treatment=_treatment(info.features[image_key].shape, options),
    )


def _in_place(builder, split, image_key, label_key, channels, options):
    """`(column of images that stay in their files, labels)` of a set that was prepared as ArrayRecord."""
    import tensorflow_datasets as tfds

    encoded = builder.as_data_source(split, decoders={image_key: tfds.decode.SkipDecoding()})
    labels, digests = np.zeros(len(encoded), np.int32), np.empty((len(encoded), 32), np.uint8)
    for index in range(len(encoded)):
        example = encoded[index]
        labels[index] = example[label_key] if label_key else 0
        digests[index] = np.frombuffer(hashlib.sha256(example[image_key]).digest(), np.uint8)
    return _InPlace(builder.as_data_source(split), image_key, channels, options, digests), labels


class _InPlace:
    """Images of a `tfds.data_source`, brought to their size when they are asked for; a column of a `Dataset`.

    Its `sha256` is of the encoded images and of what is made of them: to know the pixels all would have to be decoded.

    Args:
        digests: of the encoded images, uint8 `[images of the source, 32]`.
        rows: numbers of the images that it has, sorted; None: all.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, source, key, channels, options, digests, rows=None):
        self._made_of = source, key, channels, options, digests
        self._rows = np.arange(len(source)) if rows is None else rows
        self.shape = (len(self._rows), options.image_size, options.image_size, channels)
        what = f"{options.image_size} {options.fit} {channels} "
        self.sha256 = hashlib.sha256(what.encode() + digests[self._rows].tobytes()).hexdigest()

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, which):
        rows = self._rows[which]
        if np.ndim(rows) == 0:
            return self._image(rows)
        return np.stack([self._image(row) for row in rows]) if len(rows) else np.empty((0, *self.shape[1:]), np.uint8)

    def keep_rows(self, kept):
        return _InPlace(*self._made_of, rows=self._rows[np.asarray(kept, int)])

    def _image(self, row):
        source, key, channels, options, _ = self._made_of
        try:
            example = source[int(row)][key]
        except Exception as error:  # of TensorFlow's record readers
            raise UserError(f"{options.dataset} cannot be read: {decoding.reason(error)}") from None
        return _fitted(example, channels, options)


def _fitted(example, channels, options):
    """Pixels `[height, width, channels]` at the size of a run."""
    image = decoding.flatten(Image.fromarray(example[:, :, 0] if example.shape[-1] == 1 else example), channels)
    return decoding.to_array(decoding.fit(image, options.image_size, options.fit))


def plan(name, options, split="train", task="sample"):
    """How a split comes out of its files: as a whole, but known by them; see `keras_gan.data.plans`."""
    return _Plan(name, options, split)


class _Plan(LoadedPlan):
    """Reads a split when the first of its rows is asked for."""

    def __init__(self, name, options, split):
        self._what = name, options, split
        self._folder = prepared.folder(name, options)

    @functools.cached_property
    def dataset(self):
        return load(*self._what)

    @functools.cached_property
    def digest(self):
        """Of the prepared files, by their names, sizes and times, and of what is made of them.

        None of what is not there yet, and of ArrayRecord, which is read in place and need not be kept.
        """
        if self._folder is None or any(self._folder.glob("*.array_record*")):
            return None
        _, options, split = self._what
        found = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in self._folder.iterdir())
        made = (found, split, options.image_size, options.fit)
        return hashlib.sha256(repr(made).encode()).hexdigest()


def check_available(name, options):
    """Raises `UserError` if the set is not prepared and must not be fetched."""
    prepared.check_available(name, options)


def has_classes(name, options):
    """Whether the set has labels, as far as its prepared files say."""
    try:
        features = (prepared.folder(name, options) / "features.json").read_text(encoding="utf-8", errors="replace")
    except (OSError, TypeError):  # not prepared yet, or by an old version
        return True, ""
    return "classLabel" in features, ""


def has_test(name, options):
    """Whether the set has a split called test."""
    import tensorflow_datasets as tfds

    splits = _builder(tfds, name, options).info.splits
    return "test" in splits and _split_called("train", splits) != "test"


def _split_called(split, splits):
    """The split that stands for `train` or `test`: some sets have but one, of any name, which is then for training."""
    return split if split in splits else next((name for name in splits if name != "test"), "test")


def _builder(tfds, name, options):
    folder = prepared.folder(name, options)
    if folder:
        try:
            return tfds.builder_from_directory(folder)
        except Exception as error:  # damaged metadata
            raise UserError(f"{folder} cannot be read: {decoding.reason(error)}") from None
    try:
        builder = tfds.builder(name, data_dir=prepared.data_dir(options))
        _check_servers(builder, options)
        with errors_alone("urllib3"):
            builder.download_and_prepare()
    except UserError:
        raise
    except tfds.core.registered.DatasetNotFoundError:
        raise UserError(f"tensorflow-datasets knows no data set {name!r}; its catalogue lists the names.") from None
    except Exception as error:  # the failures of its many downloaders share no base class
        raise UserError(f"tensorflow-datasets could not fetch {name}: {decoding.reason(error)}") from None
    return builder


def _check_servers(builder, options):
    """Raises `UserError` if a server of a set does not answer, which its downloaders would find out in minutes."""
    folder = prepared.data_dir(options)
    if any((folder / "downloads").glob("*")):  # what is needed may be there already
        return
    servers = {urlsplit(url).netloc: url for url in builder.url_infos or () if url.startswith("http")}
    for server, url in servers.items():
        try:
            fetching.check_reachable(url)
        except OSError as error:
            raise UserError(
                f"{options.dataset} cannot be fetched, for {server} does not answer ({error}): try again with a "
                "network, or say with --data-dir where the set is prepared."
            ) from None


def _examples(tfds, builder, split, image_key, label_key):
    """Yields `(pixels uint8 [height, width, channels], label)` in an order that is the same in every run."""
    read_config = tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False)
    # Read in batches where all images have one shape: far fewer crossings from TensorFlow to Python.
    batched = None not in builder.info.features[image_key].shape
    dataset = builder.as_dataset(
        split=split, shuffle_files=False, read_config=read_config, batch_size=1024 if batched else None
    )
    for example in tfds.as_numpy(dataset):
        pixels, label = example[image_key], example[label_key] if label_key else 0
        if batched:
            yield from zip(pixels, np.broadcast_to(label, len(pixels)), strict=True)
        else:
            yield pixels, label


def _feature(features, kind):
    keys = [key for key, feature in features.items() if isinstance(feature, kind)]
    return keys[0] if keys else None


def _licence(info):
    return (
        f"Licence: {info.redistribution_info.license}"
        if info.redistribution_info.license
        else "Licence: see its catalogue page."
    )


def _treatment(shape, options):
    size = options.image_size
    if None in shape:
        return f"brought to {size}x{size} px (fit: {options.fit})."
    height, width = shape[:2]
    if (height, width) == (size, size):
        return "used at its own size."
    how = decoding.resolve_fit((width, height), size, options.fit)
    verb = {"pad": "padded with black", "crop": "cropped and resized", "stretch": "stretched"}[how]
    return f"{width}x{height} px images {verb} to {size}x{size} px."
