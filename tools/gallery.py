"""The page of all models of `export/zoo/`: `docs/gallery.md`, written by `tools/zoo.py`."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ZOO = ROOT / "export" / "zoo"
PAGE = ROOT / "docs" / "gallery.md"

SCORES = "scores.json"

_HEAD = """\
# Gallery

Every variant that draws from noise, by its `laptop` preset, on two processor cores; nothing is
chosen: the pictures are of the seeds from 0 on. `make gallery` trains what is missing here and
writes this page. The models are those of [export/zoo](../export/zoo):
`python -m keras_gan sample --model zoo:NAME`, and `make play` shows them in the browser.

FID is between {samples:,} samples and the test images, by features of a classifier that the program
trains on the data itself ([scores](scores.md)): the figures of one section compare with one
another, not with those of papers.
"""


def write(models, zoo=ZOO, page=PAGE):
    """Writes the page of those models that are there.

    Args:
        models: `{name: Model}`, as `zoo.MODELS`.
        zoo: folder of theirs, and page: the file.
    """
    entries = [_Entry(zoo / name, model) for name, model in models.items() if (zoo / name / SCORES).is_file()]
    sections = [_HEAD.format(samples=max((entry.samples for entry in entries), default=0))]
    for dataset in dict.fromkeys(entry.model.dataset for entry in entries):
        own = sorted((entry for entry in entries if entry.model.dataset == dataset), key=lambda entry: entry.fid)
        size = own[0].model.image_size
        sections.append(f"## {dataset}, {size} px\n" if size else f"## {dataset}\n")
        sections += [entry.text(page.parent) for entry in own]
    page.write_text("\n".join(sections), encoding="utf-8")


class _Entry:
    """What the page says of one model."""

    def __init__(self, folder, model):
        self.folder, self.model = folder, model
        self.facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        (score,) = json.loads((folder / SCORES).read_text(encoding="utf-8"))["scores"]
        self.fid, self.samples = score["value"], score["protocol"]["samples"]

    def text(self, beside):
        """The lines of the page, which lies in the folder `beside`."""
        picture = Path("..") / self.folder.relative_to(beside.parent) / "samples.png"
        sizes = [path.stat().st_size for path in self.folder.glob("*.tflite")]
        held = f"{sizes[0] / 1000:,.0f} kB" if sizes else "too large to come with the project"
        steps = self.facts["generator"]["step"]
        return (
            f"### {self.folder.name}\n\n![samples of {self.folder.name}]({picture.as_posix()})\n\n"
            f"FID {self.fid:.2f} · {self.model.minutes} minutes, {steps:,} steps · {held}\n\n"
            f"    {self.model.command}\n"
        )
