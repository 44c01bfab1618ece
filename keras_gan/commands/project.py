"""`project`: from pictures back to latents, by an exported model's own signatures."""

import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from keras_gan.commands import models
from keras_gan.errors import UserError, cannot_write, shown
from keras_gan.modalities.image import decoding, movies, pictures, scanning
from keras_gan.storage import files

_AT_ONCE = 8  # pictures
_OF_SPREAD = 10_000  # styles that their spread is measured on
_FRAME_MILLISECONDS = 80
_NOISE = "synthesis_noise"


def run(options):
    """Projects one picture, or all of a folder."""
    generator = models.opened(models.find(options.model), draws=True)
    if generator.runtime.has_one_size:
        raise UserError(f"{options.model} is a .tflite file, and a search needs gradients: give a SavedModel.")
    paths = paths_of(options.image)
    targets = np.stack([read_square(path, generator.output) for path in paths])
    space = Space(generator, options)
    started, found = time.perf_counter(), []
    for start in range(0, len(targets), _AT_ONCE):
        found.append(projected(space, targets[start : start + _AT_ONCE], options))
    latents, made, distances, ways, *maps = (np.concatenate(parts) for parts in zip(*found, strict=True))
    kept = {space.name.removesuffix("+"): latents, **dict(zip(space.map_shapes, maps, strict=True))}
    try:
        _write(Path(options.out), paths, targets, made, kept, ways, space.generator.output)
    except OSError as error:
        raise cannot_write(options.out, error) from None
    seconds = time.perf_counter() - started
    print(
        f"{len(paths)} picture(s) projected into {space.name} in {seconds:.0f} s, at a mean distance of "
        f"{distances.mean():.3f} ({space.distance.name}), where that of the mean picture is {space.reference:.3f}: "
        f"{options.out}"
    )
    return 0


class Space:
    """Where is searched: what is to be found, and what pictures come of it."""

    def __init__(self, generator, options):
        from keras_gan.exported.styled import Styled, is_styled
        from keras_gan.metrics import perceptual

        self.distance = perceptual.load(options.squeezenet_weights, options.lpips_weights)
        self.name = options.space or ("w" if is_styled(generator) else "z")
        self.generator, self.reference = generator, np.nan
        label = generator.find_label(options.label) if options.label is not None else 0
        self.label = label if generator.takes_labels else None
        self.map_shapes = self._map_shapes(options)
        if self.name == "z":
            self.start, self.spread = np.zeros(generator.latents(np.zeros(1, np.int64)).shape[1], np.float32), 1.0
            return
        self.styled = Styled(generator)
        styles = self.styled.of_seeds(options.seed, _OF_SPREAD, self.label)
        self.start = self.styled.average
        self.spread = float(np.sqrt(((styles - self.start) ** 2).sum(axis=1).mean()))
        if self.name == "w+":
            self.start = np.repeat(self.start[None], self.styled.layers, axis=0)

    def _map_shapes(self, options):
        """The shapes of the noise maps that are searched, `{name: (height, width, 1)}`."""
        if not options.noise_maps:
            return {}
        if _NOISE not in self.generator.runtime.signatures:
            raise UserError(
                f"{self.generator.path} has no signature {_NOISE}: leave out --noise-maps, or export its run once more."
            )
        shapes = self.generator.runtime.inputs(_NOISE)
        return {name: shape for name, shape in shapes.items() if name != "w"}

    def pictures(self, latents, *maps):
        """What the model makes of latents, a tensor `[N, …]`, and of noise maps: pictures at the edge, a tensor."""
        import tensorflow as tf

        if self.name == "z":
            labels = self._labels(latents.shape[0])
            beside = {} if labels is None else {"labels": tf.constant(labels)}
            beside |= {name: tf.constant(rows) for name, rows in self.generator.said(latents.shape[0]).items()}
            (made,) = self.generator.runtime.function("serving_default")(latents=latents, **beside).values()
            return made
        styles = latents if self.name == "w+" else tf.repeat(latents[:, None], self.styled.layers, axis=1)
        given = dict(zip(self.map_shapes, maps, strict=True))
        (made,) = self.generator.runtime.function(_NOISE if given else "synthesis")(w=styles, **given).values()
        return made

    def _labels(self, count):
        return None if self.label is None else np.full(count, self.label, np.int32)


def projected(space, targets, options):
    """`(latents, pictures, distances, pictures on the way [N, frames, …], *noise maps)` of targets at the edge."""
    import tensorflow as tf

    from keras_gan.latent_space.projection import project

    wanted = space.distance.seen(tf.constant(255.0 * targets))

    def distances_of(latents, *maps):
        return space.distance.between(space.distance.seen(255.0 * space.pictures(latents, *maps)), wanted)

    def pictures(values):
        return space.pictures(*map(tf.constant, values)).numpy()

    start = np.repeat(space.start[None], len(targets), axis=0)
    found = project(
        distances_of,
        start,
        space.spread,
        options.steps,
        options.seed,
        keep_every=max(1, options.steps // 40),
        map_shapes=space.map_shapes.values(),
    )
    reference = distances_of(*map(tf.constant, found.way[0]))
    space.reference = float(np.nanmean([space.reference, tf.reduce_mean(reference)]))
    ways = np.stack([pictures(values) for values in found.way], axis=1)
    return found.latents, pictures([found.latents, *found.maps]), found.distances, ways, *found.maps


def _write(folder, paths, targets, made, found, ways, field):
    folder.mkdir(parents=True, exist_ok=True)
    for path, target, picture in zip(paths, targets, made, strict=True):
        beside = field.to_stored(np.concatenate([target, picture], axis=1)[None])[0]
        pictures.save(folder / f"{path.stem}.png", pictures.to_pillow(beside))
    both = np.stack([targets, made], axis=1).reshape(-1, *field.shape)
    files.write(folder / "projections.png", field.sheet(both, columns=2 * min(len(targets), 6)).write, durable=False)
    names = np.array([path.name for path in paths])
    kept = {"names": names, **found}
    files.write(folder / "latents.npz", lambda file: np.savez(file, **kept), durable=False)
    frames = np.stack([_frame(field, targets, ways[:, number]) for number in range(ways.shape[1])])
    files.write(
        folder / "way.gif",
        lambda file: movies.write(file, frames, ".gif", _FRAME_MILLISECONDS, last=1500),
        durable=False,
    )


def _frame(field, targets, made):
    """The targets above what is made at a moment, uint8 `[height, width, channels]`."""
    rows = [np.concatenate(list(field.to_stored(row)), axis=1) for row in (targets[:_AT_ONCE], made[:_AT_ONCE])]
    return np.concatenate(rows, axis=0)


def paths_of(text, option="--image"):
    """The picture that an option names, or all of a folder, a list; `UserError` if there is none."""
    path = Path(text)
    if not path.exists():
        raise UserError(f"{option} {shown(path)}: there is nothing.")
    if path.is_file():
        return [path]
    found = sorted(each for each in path.iterdir() if each.suffix.lower() in scanning.SUFFIXES)
    if not found:
        raise UserError(f"{option} {shown(path)}: there are no pictures in it.")
    return found


def read_square(path, field):
    """The middle square of a picture at the outer edge, in the shape of a field."""
    height, width, channels = field.shape
    try:
        with Image.open(path) as picture:
            mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
            fitted = ImageOps.fit(ImageOps.exif_transpose(picture).convert(mode), (width, height), Image.Resampling.BOX)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{shown(path)} cannot be read ({decoding.reason(error)}).") from None
    return np.asarray(fitted, np.float32).reshape(field.shape) / 255.0
