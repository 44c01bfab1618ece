"""Image-to-image models beside what does the same without a network, on images that they were not trained on.

    python benchmarks/quality/baselines.py export/models/denoise-flowers64/1
    python benchmarks/quality/baselines.py export/models/srgan-photos/1 --pairs set5  # NAME_HR.png and NAME_LR.png

Prints one table for each model; benchmarks/README.md says what the other methods are.
"""

import functools
import itertools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from PIL import Image
from tyro.conf import Positional

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.program import UserError, config, data, quiet_tensorflow, registry
from benchmarks.common.report import table

TUNED_ON = 32  # training images
SCALE = 255.0


@dataclass(frozen=True)
class Options:
    """Image-to-image models beside what does the same without a network."""

    models: Annotated[tuple[str, ...], Positional]
    """Folders of exported models, such as export/models/NAME/1."""
    dataset: str | None = None
    """Another data set than the one it was trained on; of it all held-out images are new to it."""
    count: int = 256
    """How many held-out images."""
    pairs: str | None = None
    """Folder of NAME_HR.png and NAME_LR.png for srgan, whole, in place of held-out images."""
    holes: str | None = None
    """Shape of the holes for inpaint, box or free_form; default: as in training. `half`: boxes of half the width."""
    squeezenet_weights: str | None = None
    """Weights of SqueezeNet 1.1 (.h5, without top); for LPIPS and KID, default: the cache."""
    lpips_weights: str | None = None
    """The weights of LPIPS for it (.npz); default: the cache."""


@dataclass(frozen=True)
class Task:
    """One model's held-out images, uint8.

    Attributes:
        sources: what the model is given, `[height, width, channels]` each.
        targets: what it should make of them; of `cyclegan`, unrelated images of the other kind.
        masks: bool `[height, width]` each, or None.
        batch: the examples as float32 arrays.
        train: `Dataset`.
        prepare: as for `pipeline.batches`.
    """

    sources: list
    targets: list
    masks: list | None = None
    batch: dict | None = None
    train: object = None
    prepare: object = None


def benchmark(options):
    """Prints the tables."""
    quiet_tensorflow()
    for model in options.models:
        print(f"{Path(model).parent.name}\n\n{compared(model, options)}\n", flush=True)


def compared(folder, options):
    """The table of one model."""
    from keras_gan import exported

    translator = exported.load(Path(folder), draws=False)
    values = translator.configuration
    if not values:
        raise UserError(f"{folder} has no manifest that says what it was trained on.")
    trained, model_options = config.parse(values | ({"dataset": options.dataset} if options.dataset else {}), folder)
    if options.holes:
        model_options["holes"] = {"half": "box"}.get(options.holes, options.holes)
    variant = config.from_dict(registry.module(trained.variant).Config, model_options, folder)
    if trained.variant not in METHODS:
        raise UserError(f"{trained.variant} is not an image-to-image variant.")
    if options.pairs and trained.variant != "srgan":
        raise UserError(f"--pairs is for srgan, and {folder} is a model of {trained.variant}.")
    task = _of_pairs(options.pairs) if options.pairs else _held_out(trained, variant, options)
    ours = [
        translator.translate(source, None if task.masks is None else task.masks[index])
        for index, source in enumerate(task.sources)
    ]
    outputs = {name: make(task) for name, make in METHODS[trained.variant].items()} | {trained.variant: ours}
    measured = {name: SCORES[trained.variant](images, task, options) for name, images in outputs.items()}
    head = [f"{len(ours)} images", *next(iter(measured.values()))]
    return table(head, [[name, *(f"{value:.4f}" for value in row.values())] for name, row in measured.items()])


def _held_out(run, variant, options):
    from keras_gan.data import pipeline

    splits = data.load_splits(run, registry.variant(run.variant).task)
    prepare = registry.preparation(run.variant, variant)
    batch = pipeline.examples(splits.test, options.count, prepare)
    if options.holes == "half":
        batch |= _with_half_boxes(batch)
    masks = list(batch["mask"][..., 0] > 0.5) if "mask" in batch else None
    return Task(list(_uint8(batch["source"])), list(_uint8(batch["real"])), masks, batch, splits.train, prepare)


def _with_half_boxes(batch):
    """Boxes of half the width and height, anywhere."""
    rng, (count, height, width, _) = np.random.default_rng(0), batch["real"].shape
    mask = np.zeros((count, height, width, 1), np.float32)
    for each in mask:
        top, left = rng.integers(0, height - height // 2 + 1), rng.integers(0, width - width // 2 + 1)
        each[top : top + height // 2, left : left + width // 2] = 1.0
    return {"mask": mask, "source": np.where(mask > 0.5, np.float32(-1.0), batch["real"])}


def _of_pairs(folder):
    large = sorted(Path(folder).glob("*_HR.png"))
    if not large:
        raise UserError(f"{folder} has no files NAME_HR.png.")
    small = [path.with_name(path.name.replace("_HR.png", "_LR.png")) for path in large]
    sources, targets = ([np.asarray(Image.open(path).convert("RGB")) for path in paths] for paths in (small, large))
    return Task(sources, targets)


def _uint8(images):
    """Images as networks take them, in 8 bits."""
    from keras_gan.modalities.image import Image

    field = Image(*images.shape[1:])
    (values,) = field.from_model(images).values()
    return field.to_stored(values.numpy())


# --- Without a network ------------------------------------------------------------------------------------------------


def colour_of_each_class(task):
    """The constant colour that is nearest in L1 to the training images of the same class."""
    labels, images = (task.train.columns[name] for name in ("label", "real"))
    colours = {label: np.median(images[labels == label].reshape(-1, images.shape[-1]), axis=0) for label in set(labels)}
    return [
        np.broadcast_to(colours[label], target.shape)
        for label, target in zip(task.batch["label"], task.targets, strict=True)
    ]


def colour_of_each_grey(task):
    """The colour that is nearest in L1 to the training images wherever their sources have the same grey, of 16."""
    sources, images = (task.train.columns[name] for name in ("source", "real"))
    some = slice(0, 2000)
    greys, pixels = _greys(sources[some]).ravel(), images[some].reshape(-1, images.shape[-1])
    colours = np.zeros((16, pixels.shape[1]))
    for grey in np.unique(greys):
        colours[grey] = np.median(pixels[greys == grey], axis=0)
    return [colours[_greys(source)] for source in task.sources]


def _greys(images):
    return images.mean(axis=-1).astype(np.uint8) // 16


def as_it_is(task):
    """The source."""
    return task.sources


def bicubic(task):
    """Enlarged by Pillow's bicubic filter."""
    sizes = [target.shape[1::-1] for target in task.targets]
    return [
        np.asarray(Image.fromarray(source.squeeze()).resize(size, Image.Resampling.BICUBIC)).reshape(target.shape)
        for source, size, target in zip(task.sources, sizes, task.targets, strict=True)
    ]


def _tuned(function, settings):
    """A filter with the setting that gives the highest PSNR on some training images."""

    def method(task):
        from keras_gan.data import pipeline
        from keras_gan.metrics.psnr import psnr

        known = pipeline.examples(task.train, TUNED_ON, task.prepare, seed=1)
        sources, targets = _uint8(known["source"]), _uint8(known["real"])

        def quality(setting):
            return psnr(targets, np.stack([function(source, setting) for source in sources])).mean()

        best = max(settings, key=quality)
        return [function(source, best) for source in task.sources]

    return method


def _gaussian(image, sigma):
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(image.astype(float), (sigma, sigma, 0))


def _median(image, footprint):
    from skimage.filters import median
    from skimage.morphology import disk

    return np.stack([median(image[..., c], disk(footprint)) for c in range(image.shape[-1])], axis=-1)


def _non_local_means(image, setting):
    from skimage.restoration import denoise_nl_means

    patch, reach, strength, sigma = setting
    found = denoise_nl_means(
        image / SCALE, patch_size=patch, patch_distance=reach, h=strength, sigma=sigma, fast_mode=True, channel_axis=-1
    )
    return np.clip(found * SCALE, 0, SCALE)


NLM_SETTINGS = list(itertools.product((3, 5, 7), (5, 9), (0.05, 0.08, 0.11), (0.0, 25 / 255)))


def biharmonic(task):
    """The smoothest surface through what is known (scikit-image)."""
    from skimage.restoration import inpaint_biharmonic

    return [
        np.clip(inpaint_biharmonic(source / SCALE, mask, channel_axis=-1), 0, 1) * SCALE
        for source, mask in zip(task.sources, task.masks, strict=True)
    ]


def mean_colour(task):
    """The source's luminance, and the mean of the training images' colours beside theirs."""
    some = task.train.columns["real"][:2000].astype(float)
    shift = (some - _luminance(some)).mean(axis=(0, 1, 2))
    return [np.clip(source + shift, 0, SCALE) for source in task.sources]


def grey(task):
    """The source's luminance."""
    return [np.repeat(source, 3, axis=-1) for source in task.sources]


def _luminance(images):
    from keras_gan.modalities.image.chroma import LUMINANCE

    return (images @ np.array(LUMINANCE))[..., None]


def histogram_match(task):
    """Each source with the colours, channel by channel, of all training images of the other kind together."""
    from skimage.exposure import match_histograms

    others = task.train.columns["real"][:1000]
    others = others.reshape(-1, 1, others.shape[-1])
    return [match_histograms(source, others, channel_axis=-1) for source in task.sources]


METHODS = {
    "pix2pix": {"a colour for each class": colour_of_each_class, "a colour for each grey": colour_of_each_grey},
    "srgan": {"bicubic": bicubic},
    "denoise": {
        "noisy": as_it_is,
        "Gaussian": _tuned(_gaussian, np.linspace(0.3, 2.0, 18)),
        "median": _tuned(_median, (1, 2, 3)),
        "non-local means": _tuned(_non_local_means, NLM_SETTINGS),
    },
    "inpaint": {"biharmonic": biharmonic},
    "colorize": {"grey": grey, "mean colour": mean_colour},
    "cyclegan": {"source": as_it_is, "histogram match": histogram_match},
}


# --- Scores -----------------------------------------------------------------------------------------------------------


def _fidelity(images, task, options):
    from keras_gan.metrics.l1 import l1
    from keras_gan.metrics.psnr import psnr
    from keras_gan.metrics.ssim import ssim

    made, wanted = np.stack(images), np.stack(task.targets)
    return {
        "L1": l1(made, wanted).mean(),
        "PSNR": psnr(made, wanted).mean(),
        "SSIM": ssim(made, wanted).mean(),
        "LPIPS": _lpips(images, task, options),
    }


def _of_super_resolution(images, task, options):
    from keras_gan.metrics.psnr import psnr
    from keras_gan.metrics.ssim import ssim
    from keras_gan.modalities.image.super_resolution import cut_border, luminance

    values = []
    for made, wanted in zip(images, task.targets, strict=True):
        pair = [cut_border(luminance(each[None]), 4) for each in (made, wanted)]
        values.append((psnr(*pair)[0], ssim(*pair)[0]))
    noise, structure = np.mean(values, axis=0)
    return {"PSNR of luminance": noise, "SSIM of luminance": structure, "LPIPS": _lpips(images, task, options)}


def _in_the_hole(images, task, options):
    triples = zip(images, task.targets, task.masks, strict=True)
    errors = [np.abs(np.asarray(made, float) - wanted)[mask].mean() / SCALE for made, wanted, mask in triples]
    return {"L1 in the hole": np.mean(errors), "LPIPS": _lpips(images, task, options)}


def _of_colours(images, task, options):
    from skimage.color import rgb2lab

    made, wanted = np.stack(images), np.stack(task.targets)
    difference = (rgb2lab(made / SCALE) - rgb2lab(wanted / SCALE))[..., 1:]
    return {
        "L1": np.abs(made.astype(float) - wanted).mean() / SCALE,
        "a*b* distance": np.linalg.norm(difference, axis=-1).mean(),
        "LPIPS": _lpips(images, task, options),
    }


def _of_sets(images, task, options):
    from keras_gan.metrics.kid import kid

    look = _extractor(options.squeezenet_weights)
    made, wanted = (look(np.stack(each).astype(np.uint8)).features for each in (images, task.targets))
    found = kid(wanted, made)
    return {"KID": found.mean, "± std": found.std}


@functools.cache
def _extractor(weights):
    from keras_gan.metrics import features

    return features.load("squeezenet", features.ExtractorOptions(squeezenet_weights=weights))


@functools.cache
def _distance(squeezenet_weights, lpips_weights):
    from keras_gan.metrics import perceptual

    return perceptual.load(squeezenet_weights, lpips_weights)


def _lpips(images, task, options):
    distance = _distance(options.squeezenet_weights, options.lpips_weights)
    if len({image.shape for image in images}) == 1:
        return distance(np.stack(images), np.stack(task.targets)).mean()
    pairs = zip(images, task.targets, strict=True)
    return np.mean([distance(made[None], wanted[None])[0] for made, wanted in pairs])


SCORES = {
    "pix2pix": _fidelity,
    "srgan": _of_super_resolution,
    "denoise": _fidelity,
    "inpaint": _in_the_hole,
    "colorize": _of_colours,
    "cyclegan": _of_sets,
}


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
