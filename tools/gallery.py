"""The page of all models of `export/zoo/`: `docs/gallery.md`, written by `tools/zoo.py`."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ZOO = ROOT / "export" / "zoo"
PAGE = ROOT / "docs" / "gallery.md"

SCORES = "scores.json"
SAMPLES = ("samples.gif", "samples.png", "samples.txt", "samples.wav")  # the first of them is shown

_HEAD = """\
# Gallery

Models by their `laptop` presets, after the minutes that are said, on one or two processor cores;
nothing is chosen: the samples are of the seeds from 0 on. `make gallery` trains what is missing
here and writes this page. The models are those of [export/zoo](../export/zoo):
`python -m keras_gan sample --model zoo:NAME`, and `make play` shows them in the browser.

FID is between {samples:,} samples and the test data, by features that the program learns of the
data itself ([scores](scores.md)): the figures of one section compare with one another, not with
those of papers. Of lines it is [reverse likelihood](words.md#scores).
"""


def write(models, zoo=ZOO, page=PAGE):
    """Writes the page of those models that are there.

    Args:
        models: `{name: Model}`, as `zoo.MODELS`.
        zoo: folder of theirs, and page: the file.
    """
    entries = [_Entry(zoo / name, model) for name, model in models.items() if _is_shown(zoo / name, model)]
    sections = [_HEAD.format(samples=max((entry.samples for entry in entries), default=0))]
    for dataset in dict.fromkeys(entry.model.dataset for entry in entries):
        own = sorted((entry for entry in entries if entry.model.dataset == dataset), key=lambda entry: entry.rank)
        size = own[0].model.image_size
        sections.append(f"## {dataset}, {size} px\n" if size else f"## {dataset}\n")
        sections += [entry.text(page.parent) for entry in own]
    page.write_text("\n".join(sections), encoding="utf-8")


def _is_shown(folder, model):
    return (folder / (SCORES if model.score else "manifest.json")).is_file()


class _Entry:
    """What the page says of one model."""

    def __init__(self, folder, model):
        self.folder, self.model = folder, model
        self.facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.score, self.samples = None, 0
        if model.score:
            (self.score,) = json.loads((folder / SCORES).read_text(encoding="utf-8"))["scores"]
            self.samples = self.score["protocol"]["samples"]

    @property
    def rank(self):
        """By what the best of some data comes first: where there is no score, the name."""
        return (self.score is None, self.score["value"] if self.score else 0, self.folder.name)

    def text(self, beside):
        """The lines of the page, which lies in the folder `beside`."""
        sizes = [path.stat().st_size for path in self.folder.glob("*.tflite")]
        held = f"{sizes[0] / 1000:,.0f} kB" if sizes else "too large to come with the project"
        steps = self.facts["generator"]["step"]
        facts = [f"{self.model.minutes} minutes, {steps:,} steps", held]
        if self.score:
            facts.insert(0, f"{self.score['name'].upper()} {self.score['value']:.2f}")
        return f"### {self.folder.name}\n\n{self._samples(beside)}\n\n{' · '.join(facts)}\n\n    {self.model.command}\n"

    def _samples(self, beside):
        """What a page can show of the samples."""
        path = next(path for path in (self.folder / name for name in SAMPLES) if path.is_file())
        if path.suffix == ".txt":
            return "\n".join(f"    {line}" for line in path.read_text(encoding="utf-8").splitlines()[:8])
        link = (Path("..") / path.relative_to(beside.parent)).as_posix()
        return f"![samples of {self.folder.name}]({link})"
