"""The page `docs/gallery.md`: all models of `export/zoo/` and what the table of quality has of MNIST.

Written by `tools/zoo.py`; by itself, of what there is: `python -m tools.gallery`.
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ZOO = ROOT / "export" / "zoo"
PAGE = ROOT / "docs" / "gallery.md"
QUALITY = ROOT / "benchmarks" / "results" / "quality.json"

SCORES = "scores.json"
SAMPLES = ("samples.gif", "samples.png", "samples.txt", "samples.wav")  # the first of them is shown

_HEAD = """\
# Gallery

Variants by their `laptop` presets on data that comes with the project and on MNIST, after the
minutes that are said, on one or two processor cores; nothing is chosen: the samples are of the
seeds from 0 on. `make gallery` trains what is missing here and writes this page. All but those of
MNIST, and what is too large, are in [export/zoo](../export/zoo): `make play` shows them in the
browser, and `python -m keras_gan sample --model zoo:NAME` draws from them.

FID is between {samples:,} samples and the test data, by features that the program learns of the
data itself ([scores](scores.md)): the figures of one section compare with one another, not with
those of papers. Of lines there is [reverse likelihood](words.md#scores).
"""

_MNIST = """\
## mnist, 32 px

[The table of quality]({link}/quality.md) says more of each and how it is measured.
Its judge finds a FID of {floor:.2f} between real images and real images.
"""


def write(models, zoo=ZOO, page=PAGE, quality=QUALITY):
    """Writes the page of those models that are there.

    Args:
        models: `{name: Model}`, as `zoo.MODELS`.
        zoo: folder of theirs, and page: the file.
        quality: what `benchmarks/quality/quality.py` has written, if it has.
    """
    entries = [_Entry(zoo / name, model) for name, model in models.items() if _is_shown(zoo / name, model)]
    sections = [_HEAD.format(samples=max((entry.samples for entry in entries), default=0))]
    for dataset in dict.fromkeys(entry.model.dataset for entry in entries):
        own = sorted((entry for entry in entries if entry.model.dataset == dataset), key=lambda entry: entry.rank)
        size = own[0].model.image_size
        sections.append(f"## {dataset}, {size} px\n" if size else f"## {dataset}\n")
        sections += [entry.text(page.parent) for entry in own]
    if quality.is_file():
        sections += _of_mnist(json.loads(quality.read_text(encoding="utf-8")), quality.parent, page.parent)
    page.write_text("\n".join(sections), encoding="utf-8")


def _of_mnist(result, folder, beside):
    """Sections of the table of quality: one of each variant, of its least seed, which the picture is of.

    Args:
        result: contents of `quality.json`, and folder: where that lies.
        beside: folder of the page.
    """
    first = {}
    for row in sorted(result["rows"], key=lambda row: -row["seed"]):
        first[row["variant"]] = row
    scored = sorted((row for row in first.values() if row["scores"]), key=lambda row: row["scores"]["fid"])
    link = (Path("..") / folder.relative_to(beside.parent)).as_posix()
    sections = [_MNIST.format(link=link, floor=result["judge"]["real"]["fid"])]
    for row in scored:
        variant, minutes = row["variant"], f"{row['minutes']:g}"
        facts = [f"FID {row['scores']['fid']:.2f}", f"{minutes} minutes, {row['training']['steps']:,} steps"]
        command = f"python train.py --variant {variant} --dataset mnist --image-size 32 --minutes {minutes}"
        picture = f"![samples of {variant}]({link}/quality/{variant}.png)"
        sections.append(f"### {variant}\n\n{picture}\n\n{' · '.join(facts)}\n\n    {command}\n")
    return sections


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
        sizes = [path.stat().st_size for path in self.folder.glob("generator*.tflite")]
        held = f"{sizes[0] / 1000:,.0f} kB" if sizes else "too large to come with the project"
        steps = self.facts["generator"]["step"]
        minutes = max(1, round(self.facts["cost"]["seconds"] / 60))
        facts = [f"{minutes} minute{'s' * (minutes > 1)}, {steps:,} steps", held]
        if self.score:
            name = self.score["name"].partition("[")[0].upper()
            facts.insert(0, f"{name} {self.score['value']:.2f}")
        return f"### {self.folder.name}\n\n{self._samples(beside)}\n\n{' · '.join(facts)}\n\n    {self.model.command}\n"

    def _samples(self, beside):
        """What a page can show of the samples."""
        path = next(path for path in (self.folder / name for name in SAMPLES) if path.is_file())
        if path.suffix == ".txt":
            return "\n".join(f"    {line}" for line in path.read_text(encoding="utf-8").splitlines()[:8])
        link = (Path("..") / path.relative_to(beside.parent)).as_posix()
        return f"![samples of {self.folder.name}]({link})"


if __name__ == "__main__":
    from tools.zoo import MODELS

    write(MODELS)
