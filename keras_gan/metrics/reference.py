"""What generated images are compared with: features of real images, kept between runs by content."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from keras_gan.errors import UserError, why
from keras_gan.metrics.features import Seen
from keras_gan.metrics.statistics import Gaussian, Moments
from keras_gan.storage import cache, files

KEPT = 10_000  # feature vectors, for the scores that need more than mean and covariance
BLOCK = 2048


@dataclass(frozen=True)
class Reference:
    """Real images as an extractor sees them.

    Attributes:
        gaussian: mean and covariance of the features of all images.
        seen: features and logits of `KEPT` of the images, in random order, or None of a file that has none.
        protocol: where they come from, JSON-able.
    """

    gaussian: Gaussian
    seen: Seen | None
    protocol: dict


def of_images(images, extractor, protocol, progress=None):
    """The `Reference` of uint8 images `[N, height, width, channels]`, from the cache where it is known.

    It is known by the hash of the pixels and of the extractor, so that nothing that changes them is overlooked.

    Args:
        images: N at least 2.
        extractor: an `Extractor`.
        protocol: what to say of the images: dataset, split and the like.
        progress: function that wraps the loop over batches, for a bar.
    """
    if len(images) < 2:
        raise UserError(f"scores need at least 2 reference images, got {len(images)}.")
    identity = json.dumps(extractor.protocol, sort_keys=True).encode()
    content = hashlib.sha256(identity + str(images.shape).encode())
    for start in range(0, len(images), BLOCK):
        content.update(np.ascontiguousarray(images[start : start + BLOCK]))
    path = cache.directory() / f"reference-{content.hexdigest()[:24]}.npz"
    protocol = {**protocol, "reference_images": len(images), "reference_content": content.hexdigest()[:12]}
    known = _read(path)
    if known:
        return Reference(*known, protocol)

    order, moments, kept = np.random.RandomState(0).permutation(len(images)), Moments(), []
    starts = range(0, len(images), BLOCK)
    for start in progress(starts) if progress else starts:
        seen = extractor(images[np.sort(order[start : start + BLOCK])])
        moments.update(seen.features)
        if start < KEPT:
            kept.append(seen)
    seen = Seen(
        np.concatenate([part.features for part in kept])[:KEPT],
        None if kept[0].logits is None else np.concatenate([part.logits for part in kept])[:KEPT],
    )
    reference = Reference(moments.gaussian, seen, protocol)
    try:
        files.write(path, lambda file: _write(file, reference))
    except OSError as error:
        print(f"cannot keep the reference statistics in {path.parent} ({why(error)}): they will be made again.")
    return reference


def save(path, reference, extractor):
    """Writes a `Reference` as a file for `--reference`; `mu` and `sigma` in it are what other FID programs read."""
    facts = json.dumps({**reference.protocol, **extractor.protocol})
    try:
        files.write(path, lambda file: _write(file, reference, facts=facts))
    except OSError as error:
        raise UserError(f"cannot write {path}: {why(error)}.") from None


def load(path, extractor):
    """The `Reference` in a file that `save` wrote, or one with `mu` and `sigma` alone, as other programs write.

    Raises:
        UserError: if it is something else, or was made with another extractor.
    """
    known = _read(path)
    if not known:
        raise UserError(f"{path} holds no reference statistics: it needs mu [D] and sigma [D, D], and D alike.")
    with np.load(path, allow_pickle=False) as file:
        text = str(file["facts"]) if "facts" in file else "{}"
    try:
        facts = files.parse_json(text, dict)
    except files.Unreadable as error:
        raise UserError(f"{path} does not say how it was made: of its facts, {error}.") from None
    for key, value in extractor.protocol.items():
        if facts.get(key, value) != value:
            raise UserError(f"{path} was made with {key} {facts[key]}, these scores with {value}: they do not compare.")
    protocol = {k: v for k, v in facts.items() if k not in extractor.protocol} or {"reference": str(path)}
    return Reference(*known, protocol)


def _write(file, reference, **more):
    gaussian, seen = reference.gaussian, reference.seen
    arrays = {"mu": gaussian.mean, "sigma": gaussian.covariance, "count": gaussian.count, **more}
    if seen:
        arrays["features"] = seen.features
        if seen.logits is not None:
            arrays["logits"] = seen.logits
    np.savez(file, **arrays)


def _read(path):
    """`(Gaussian, Seen or None)` in a file, or None if there is no such thing in it."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        mean, covariance = arrays["mu"].astype(np.float64), arrays["sigma"].astype(np.float64)
        if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)) or not np.isfinite(covariance).all():
            return None
        seen = Seen(arrays["features"], arrays.get("logits")) if "features" in arrays else None
        return Gaussian(mean, covariance, int(arrays.get("count", 0))), seen
    except Exception:  # a damaged file can make NumPy raise nearly anything
        return None
