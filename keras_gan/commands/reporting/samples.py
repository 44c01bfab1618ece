"""What a run has made, within a page: shown or played as its kind is, beside real examples."""

import base64
import html

from keras_gan import registry

MOST_SNAPSHOTS, MOST_BYTES = 12, 4_000_000  # of a slider: a page is to be sent on
# What a browser shows or plays; all else is shown as text.
MEDIA = {
    **{".png": "image/png", ".gif": "image/gif", ".jpg": "image/jpeg", ".svg": "image/svg+xml"},
    **{".wav": "audio/wav", ".mp4": "video/mp4", ".webm": "video/webm"},
}
# Not in a page's own style, for only this file knows what samples are shown as.
STYLE = """figure img, figure audio { width: 100%; image-rendering: pixelated; display: block; border-radius: 4px; }
@media (max-width: 40rem) { .gallery figure { overflow-x: auto; } .gallery img { width: 40rem; max-width: none; }
.gallery figcaption { position: sticky; left: 0; }
.gallery figure:has(img) figcaption::before { content: "Scroll to the right for all of it. "; font-weight: 600; } }
"""


def gallery(record):
    """The samples of a run, the last ones to begin with, and a slider through all; beside them real examples."""
    snapshots = _chosen(list(record.snapshots.items()))
    if not snapshots:
        return "<p>No samples have been drawn yet.</p>"
    shown = [
        figure(path, f"Samples at step {step:,}{_layout(record)}", f'data-step="{step}"{"" if last else " hidden"}')
        for step, path, last in ((step, path, step == snapshots[-1][0]) for step, path in snapshots)
    ]
    slider = (
        '<label class="slider" hidden>Step <input type="range" min="0" value="0"> <output></output></label>'
        if len(shown) > 1
        else ""
    )
    real = record.sample_file("real")
    beside = figure(real, "Real examples of the training data") if real else ""
    wide = " in-turn" if _layout(record) else ""
    return f'<div class="gallery{wide}"><div class="snapshots">{slider}{"".join(shown)}</div>{beside}</div>'


def _chosen(snapshots):
    """Pairs of a step and a file, as many as a page may hold: the first, the last, and what lies evenly between."""
    largest = max((path.stat().st_size for _, path in snapshots), default=0)
    most = min(MOST_SNAPSHOTS, max(2, MOST_BYTES // max(1, largest)))
    last = len(snapshots) - 1
    return snapshots if last < most else [snapshots[round(index * last / (most - 1))] for index in range(most)]


def figure(path, caption, attributes=""):
    """A file within the page, as an HTML figure.

    Args:
        path: of the file, of any kind.
        caption: text below it.
        attributes: of the figure, as HTML has them.
    """
    said = html.escape(caption)
    opening = f"<figure {attributes}>" if attributes else "<figure>"
    return f"{opening}{_shown(path, said)}<figcaption>{said}</figcaption></figure>"


def last_samples(record):
    """The last samples of a run, as an HTML figure named after it."""
    if not record.snapshots:
        return f"<figure><p>No samples yet.</p><figcaption>{html.escape(record.name)}</figcaption></figure>"
    step, path = list(record.snapshots.items())[-1]
    return figure(path, f"{record.name}, step {step:,}{_layout(record)}")


def _layout(record):
    """How samples lie that are shown beside what they were made of."""
    drawn = registry.variant(record.options.variant).task == "sample"
    return "" if drawn else ": in turn what was given, what was made of it, and, where it is known, what was wanted"


def _shown(path, said):
    kind = MEDIA.get(path.suffix)
    if kind is None:
        return f"<pre>{html.escape(path.read_text(encoding='utf-8', errors='replace'))}</pre>"
    data = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    element = kind.partition("/")[0]
    if element == "image":
        return f'<img alt="{said}" src="{data}">'
    seen = path.with_suffix(".png")  # what is heard may be seen, too
    beside = _shown(seen, said) if element == "audio" and seen.is_file() else ""
    return f'{beside}<{element} controls src="{data}"></{element}>'
