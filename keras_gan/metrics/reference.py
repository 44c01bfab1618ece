"""What samples are compared with: features of real examples, kept between runs by content."""

import json
from dataclasses import dataclass

import numpy as np

from keras_gan.errors import UserError, cannot_write
from keras_gan.metrics.features.network import Extracted
from keras_gan.metrics.statistics import Gaussian, Moments
from keras_gan.randomness import random_rows
from keras_gan.storage import arrays, cache, files

KEPT = 10_000  # feature vectors, for the scores that need more than mean and covariance
BLOCK = 2048
ORDER = 2  # of what is kept; 1 was sorted within each block, so that its first ones were of the first classes


@dataclass(frozen=True)
class Reference:
    """Real examples as an extractor sees them.

    Attributes:
        gaussian: mean and covariance of the features of all examples.
        extracted: features and logits of `KEPT` of them, in random order, or None of a file that has none.
        protocol: where they come from, JSON-able.
        class_counts: how many there are of each class, `{name: count}`, or None.
    """

    gaussian: Gaussian
    extracted: Extracted | None
    protocol: dict
    class_counts: dict | None = None


def of_column(column, extractor, protocol, progress=None, plural="examples", class_counts=None):
    """The `Reference` of a column of stored values, from the cache where it is known.

    It is known by the hash of the values and of the extractor, so that nothing that changes them is overlooked.

    Args:
        column: of a `Dataset`, N at least 2.
        extractor: a `FeatureNetwork`.
        protocol: what to say of the values: dataset, split and the like.
        progress: function that wraps the loop over batches, for a bar.
        plural: what the values are, as their `Field` calls them.
        class_counts: of the `Reference`.

    Raises:
        UserError: if there are fewer than 2.
    """
    if len(column) < 2:
        raise UserError(f"scores need at least 2 reference {plural}, got {len(column)}.")
    content = _content(column, extractor)
    path = cache.directory() / f"reference-{content[:24]}.npz"
    protocol = {**protocol, f"reference_{plural}": len(column), "reference_content": content[:12]}
    known = _read(path)
    if known:
        return Reference(*known, protocol, class_counts)
    reference = Reference(*_look(column, extractor, progress), protocol, class_counts)
    cache.keep(path, lambda file: _write(file, reference), "statistics of the reference")
    return reference


def save(path, reference, extractor):
    """Writes a `Reference` as a file for `--reference`; `mu` and `sigma` in it are what other FID programs read."""
    classes = {"class_counts": reference.class_counts} if reference.class_counts else {}
    facts = json.dumps({**reference.protocol, **extractor.protocol, **classes})
    try:
        files.write(path, lambda file: _write(file, reference, facts=facts))
    except OSError as error:
        raise cannot_write(path, error) from None


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
    class_counts = facts.pop("class_counts", None)
    protocol = {k: v for k, v in facts.items() if k not in extractor.protocol} or {"reference": str(path)}
    return Reference(*known, protocol, class_counts if _are_counts(class_counts) else None)


def _are_counts(value):
    return isinstance(value, dict) and all(isinstance(count, int) and count >= 0 for count in value.values())


def _content(column, extractor):
    """The sha256 of what an extractor is and of all values of a column."""
    identity = json.dumps({**extractor.protocol, "order": ORDER}, sort_keys=True).encode()
    shape = (len(column), *column[np.arange(1)].shape[1:])
    return arrays.content(column, identity + str(shape).encode())


def _look(column, extractor, progress):
    """`(Gaussian of all, Extracted of the first KEPT)` of a column in random order."""
    order, moments, kept = random_rows(len(column), len(column)), Moments(), []
    starts = range(0, len(column), BLOCK)
    for start in progress(starts) if progress else starts:
        extracted = extractor(column[order[start : start + BLOCK]])
        moments.update(extracted.features)
        if start < KEPT:
            kept.append(extracted)
    features = np.concatenate([part.features for part in kept])[:KEPT]
    has_logits = kept[0].logits is not None
    logits = np.concatenate([part.logits for part in kept])[:KEPT] if has_logits else None
    return moments.gaussian, Extracted(features, logits)


def _write(file, reference, **more):
    gaussian, extracted = reference.gaussian, reference.extracted
    arrays = {"mu": gaussian.mean, "sigma": gaussian.covariance, "count": gaussian.count, **more}
    if extracted:
        arrays["features"] = extracted.features
        if extracted.logits is not None:
            arrays["logits"] = extracted.logits
    np.savez(file, **arrays)


def _read(path):
    """`(Gaussian, Extracted or None)` in a file, or None if there is no such thing in it."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        mean, covariance = arrays["mu"].astype(np.float64), arrays["sigma"].astype(np.float64)
        if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)) or not np.isfinite(covariance).all():
            return None
        extracted = Extracted(arrays["features"], arrays.get("logits")) if "features" in arrays else None
        return Gaussian(mean, covariance, int(arrays.get("count", 0))), extracted
    except Exception:  # a damaged file can make NumPy raise nearly anything
        return None
