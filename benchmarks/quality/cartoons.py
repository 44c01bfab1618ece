"""How much cartoons of photos are cartoons, and of whom: of an exported cartoonise, or of a cyclegan beside it.

    python benchmarks/quality/cartoons.py --model export/models/cartoons/1                                  # avatars
    python benchmarks/quality/cartoons.py --model export/models/photos/1 --faces faces/testA --cartoons faces/testB

A cartoon is compared with photos by colours at 8x8 px, each brought to mean 0 and variance 1 among its own kind, so
that nothing that a model has learned decides. Fréchet distances are in the features of the network that reads
attributes of avatars. Of avatars, whose attributes are known, another network reads them in cartoons: it has learned
from real ones, and what it reads in real ones of the same faces stands beside.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.program import UserError, quiet_tensorflow
from keras_gan.metrics.fid import fid
from keras_gan.modalities.image import decoding, scanning

AVATARS = 300  # faces of the test split that are drawn, and as many cartoons of others
LEARNED = 6000  # posters that the network which reads them has learned from
ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
SEEDS = (0, 1, 2, 3)
# Where in a picture, in shares of its edge: rows and columns.
PLACES = {
    "skin": ((0.5, 0.65), (0.4, 0.6)),
    "hair": ((0.08, 0.2), (0.4, 0.6)),
    "background": ((0.05, 0.2), (0.02, 0.12)),
}


@dataclass(frozen=True)
class Options:
    """Measures an exported cartoonise or cyclegan."""

    model: str
    """Folder of the export."""
    faces: str | None = None
    """Folder of faces of people that it has not seen; default: avatars of the test split."""
    cartoons: str | None = None
    """Folder of cartoons, at least as large as the model's; default: posters of other avatars."""
    size: int = 64
    """Edge of the model's pictures, in pixels."""
    out: str | None = None
    """Also write a grid of faces, and of their cartoons at alpha 0, 0.5 and 1."""


def benchmark(options):
    """Prints the measurements as JSON."""
    if (options.faces is None) != (options.cartoons is None):
        raise UserError("--faces and --cartoons go together.")
    quiet_tensorflow()
    from keras_gan import exported
    from keras_gan.data import avatars
    from keras_gan.metrics.features import attributes

    if options.faces:
        faces, cartoons = (_read(folder, options.size) for folder in (options.faces, options.cartoons))
    else:
        faces = avatars.pictures(options.size, "test", count=AVATARS)
        cartoons = avatars.pictures(options.size, "test", "poster", AVATARS, first=AVATARS)
    model = exported.load(options.model, direction=None)
    network = attributes.reader(options.size)[0]

    def features(images):
        return np.asarray(network(images.astype(np.float32) / 255, training=False)["features"])

    def drawn(images, alpha=0.0, seed=0):
        given = images.astype(np.float32) / 255
        if "serving_default_seeded" not in model.runtime.signatures:
            return _to_bytes(model.run(images=given))
        rows = {"alpha": np.full(len(images), alpha, np.float32), "seeds": np.full(len(images), seed, np.int64)}
        return _to_bytes(model.runtime.run("serving_default_seeded", images=given, **rows)["images"])

    found = measured(faces, cartoons, drawn, features)
    if not options.faces:
        found |= likeness([drawn(faces, alpha) for alpha in ALPHAS], options.size)
    print(json.dumps(found, indent=1))
    if options.out:
        shown = np.stack([faces, *(drawn(faces, alpha) for alpha in (0.0, 0.5, 1.0))], axis=1)[:12]
        _save(options.out, shown.reshape(-1, *shown.shape[2:]))


def measured(faces, cartoons, drawn, features):
    """`{name: value}` of uint8 pictures `[N, size, size, 3]`; `drawn(faces, alpha, seed)` are their cartoons."""
    own, seen = drawn(faces), features(cartoons)
    half = len(cartoons) // 2
    found = {
        "frechet_of_cartoons": float(fid(features(own), seen)),
        "frechet_of_faces_themselves": float(fid(features(faces), seen)),
        "frechet_of_real_halves": float(fid(seen[:half], seen[half:])),
        "own_face_found_first": top_1(own, faces),
        "of": len(faces),
        "colours_correlate": {name: correlation(own, faces, place) for name, place in PLACES.items()},
        "mirrored": mirrored(own, drawn(faces[:, :, ::-1])),
    }
    by_alpha = {alpha: [drawn(faces, alpha, seed) for seed in SEEDS] for alpha in ALPHAS}
    found["own_face_found_first_by_alpha"] = [top_1(each[0], faces) for each in by_alpha.values()]
    found["variety_by_alpha"] = [variety(each) for each in by_alpha.values()]
    return found


def likeness(by_alpha, size):
    """How often the attributes of the first avatars of the test split are read in their cartoons, for each alpha."""
    from keras_gan.data import avatars
    from keras_gan.data.avatars import traits
    from keras_gan.networks import attributes

    def posters(split):
        count = LEARNED if split == "train" else AVATARS
        columns = {name: column[:count] for name, column in traits.columns(split).items()}
        return avatars.pictures(size, split, "poster", count), columns

    judge, _ = attributes.load(traits.ATTRIBUTES, posters)
    real, true = posters("test")

    def right(images, shift=0):
        found = attributes.read(judge, images)
        return {name: float((found[name].argmax(1) == np.roll(true[name], shift)).mean()) for name in true}

    of_real, of_others = right(real), right(real, shift=1)
    drawn = [right(images) for images in by_alpha]
    return {
        "attributes_in_real_cartoons": of_real,
        "attributes_at_alpha_0": drawn[0],
        "attributes_of_other_faces": float(np.mean(list(of_others.values()))),
        "likeness_by_alpha": [float(np.mean([each[name] / of_real[name] for name in true])) for each in drawn],
    }


def top_1(cartoons, faces):
    """How many cartoons have their own face as the nearest of all."""
    similar = _descriptors(cartoons) @ _descriptors(faces).T
    return int((similar.argmax(axis=1) == np.arange(len(faces))).sum())


def correlation(cartoons, faces, place):
    """Mean over the channels of Pearson's correlation of colours at a place."""
    ours, theirs = (_colours(each, place) for each in (cartoons, faces))
    return float(np.mean([np.corrcoef(ours[:, channel], theirs[:, channel])[0, 1] for channel in range(3)]))


def mirrored(cartoons, of_mirrored):
    """Mean difference of cartoons of mirrored faces from mirrored cartoons, over that of two different cartoons."""
    ours = np.abs(of_mirrored.astype(float) - cartoons[:, :, ::-1]).mean()
    return float(ours / np.abs(cartoons.astype(float) - np.roll(cartoons, 1, axis=0)).mean())


def variety(by_seed):
    """Mean difference of the cartoons of one face by different seeds, in grey levels."""
    first, *others = (each.astype(float) for each in by_seed)
    return float(np.mean([np.abs(each - first).mean() for each in others]))


def _descriptors(images):
    count, size, _, channels = images.shape
    small = images.reshape(count, 8, size // 8, 8, size // 8, channels).mean(axis=(2, 4)).reshape(count, -1)
    small = (small - small.mean(axis=0)) / (small.std(axis=0) + 1e-6)
    return small / np.linalg.norm(small, axis=1, keepdims=True)


def _colours(images, place):
    size = images.shape[1]
    (top, bottom), (left, right) = (tuple(round(share * size) for share in part) for part in place)
    return images[:, top : max(bottom, top + 1), left : max(right, left + 1)].mean(axis=(1, 2))


def _read(folder, size):
    paths = scanning.scan(Path(folder)).images
    if len(paths) < 8:
        raise UserError(f"{folder} has fewer than 8 pictures.")
    return np.stack([decoding.to_array(decoding.fit(decoding.decode(path, 3), size, "crop")) for path in paths])


def _to_bytes(images):
    return np.clip(np.rint(255 * images), 0, 255).astype(np.uint8)


def _save(path, images):
    from keras_gan.modalities.image import pictures

    tall = np.kron(images, np.ones((1, 3, 3, 1))) / 255.0
    pictures.save(path, pictures.to_pillow(pictures.grid(tall, 12)))


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
