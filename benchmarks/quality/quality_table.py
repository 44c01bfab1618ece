"""The report of the quality benchmark: from its rows to Markdown."""

import statistics

from benchmarks.common import report

COMMON_BATCH = 64  # a row's, where it is not said
BUSY_CORES = 0.2  # other programs' share of the machine from which a row is marked

# Heading: (figure of `figures`, format).
COLUMNS = {
    "steps": ("steps", ",.0f"),
    "kimg": ("kimg", ",.0f"),
    "s per 1,000 images": ("seconds_per_kimg", ".2f"),
    "entropy, bits": ("entropy", ".2f"),
    "confidence": ("confidence", ".3f"),
    "FID": ("fid", ".2f"),
    "recall": ("recall", ".3f"),
    "precision": ("precision", ".3f"),
    "variety": ("variety", ".2f"),
    "least variety": ("least_variety", ".2f"),
    "class accuracy": ("class_accuracy", ".3f"),
    "peak memory, MB": ("megabytes", ",.0f"),
}
LEGEND = """\
Lower is better for FID, higher for the other scores. Entropy is that of the mean predicted class, at most 3.32 bits;
confidence the mean largest class probability; FID the Fréchet distance in the judge's features; recall and precision
are those of Kynkäänniemi et al. 2019 with k = 3; variety is the mean distance between images of one class relative to
real ones, averaged over the classes, and the least class's; class accuracy, of conditional variants, is the share of
samples that the judge puts in the class asked for. The first row is what real images from the training set get."""

# Published FIDs; the letter names the protocol.
PUBLISHED = {
    "gan": "6.8 (L)",
    "dcgan": "6.8 (L)",
    "lsgan": "7.8 (L)",
    "wgan": "6.7 (L)",
    "wgan_gp": "20.3 (L)",
    "dragan": "7.6 (L)",
    "began": "13.1 (L)",
    "sngan": "9.01 (S), 16.77 (M)",
    "r3gan": "1.96 (R)",
}
PROTOCOLS = """\
The published figures follow other protocols and **are not comparable** with this table, only with one another within
one letter. All are FIDs on features of an Inception network trained on ImageNet, of long trainings on GPUs:

- L: Lucic et al. 2018 (arXiv 1711.10337): MNIST, networks of their own, the best of a large search
  over hyperparameters; for `gan` and `dcgan` their non-saturating GAN.
- S: PyTorch-StudioGAN (arXiv 2206.09479): CIFAR-10, against the training images.
- M: mimicry (arXiv 2005.02494): CIFAR-10, 50,000 samples against 50,000 images.
- R: the paper of R3GAN (arXiv 2501.05441): CIFAR-10."""


def markdown(result):
    """The tables and pictures, with everything needed to read them; `result` is what `quality.json` holds."""
    groups = by_variant(result["rows"])
    published = [PUBLISHED.get(name, "none on MNIST") for name in groups]
    rows = [[*_row(name, rows), other] for (name, rows), other in zip(groups.items(), published, strict=True)]
    real = ["real images", *_cells([result["judge"]["real"]]), ""]
    return report.document(
        "quality/quality.py",
        "# Quality of every variant on MNIST",
        _protocol(result),
        report.table(["", *COLUMNS, "published FID"], [real, *rows]),
        _notes(result),
        LEGEND,
        PROTOCOLS,
        *_seeds(groups),
        "## Samples",
        "The seeds 0 to 79, none left out; of a conditional variant, each column is one class.",
        *(f"**{name}**\n\n![{name}](quality/{name}.png)" for name, rows in groups.items() if _scored(rows)),
    )


def by_variant(rows):
    """`{variant: its rows, one per seed}`, the variant of the least mean FID first, those without any last."""
    groups = {}
    for row in rows:
        groups.setdefault(row["variant"], []).append(row)

    def mean_fid(name):
        return statistics.fmean([row["scores"]["fid"] for row in _scored(groups[name])] or [float("inf")])

    return {name: groups[name] for name in sorted(groups, key=lambda name: (mean_fid(name), name))}


def figures(row):
    """All numbers of a row by name; a diverged row has no scores, and not every system tells memory."""
    training = row["training"]
    numbers = {"steps": training["steps"], "kimg": training["images"] / 1000, **(row["scores"] or {})}
    if training["timed_images"]:
        numbers["seconds_per_kimg"] = training["seconds"] / training["timed_images"] * 1000
    if training["peak_bytes"]:
        numbers["megabytes"] = training["peak_bytes"] / 1e6
    return numbers


def _protocol(result):
    computer, judge = result["machine"], result["judge"]
    versions = {}
    for row in result["rows"]:
        for name, version in row["training"]["versions"].items():
            versions.setdefault(name, set()).add(version)
    versions = {name: " and ".join(sorted(found)) for name, found in versions.items()}
    batches = {row["variant"]: row.get("batch_size", COMMON_BATCH) for row in result["rows"]}
    others = ", ".join(f"`{name}`: {size}" for name, size in batches.items() if size != COMMON_BATCH)
    batch = f"{COMMON_BATCH} ({others})" if others else COMMON_BATCH
    time = f"{result['minutes'] * 60:g} seconds" if result["quick"] else f"{result['minutes']:g} minutes"
    lines = [
        "**A quick run: these figures mean nothing.**" if result["quick"] else "",
        report.machine_line(computer, versions),
        f"Each variant at its defaults trains as `train.py` does, for as many steps as its pace says fit into {time}, "
        f"in a process of its own, on MNIST padded to 32 px, in batches of {batch} for each update of the "
        f"discriminator. {result['samples']:,} samples of its averaged generator are then scored against the 10,000 "
        "test images.",
        f"The judge is a classifier that recognises {judge['accuracy']:.2%} of the test images; its FID between "
        f"10,000 training images and the test images, the floor, is {judge['real']['fid']:.2f}.",
    ]
    return "\n".join(filter(None, lines))


def _row(name, rows):
    marks = "†" * any(row["stale"] for row in rows) + "‡" * any(map(_busy, rows))
    cells = _cells([figures(row) for row in rows])
    if not _scored(rows):
        cells[list(COLUMNS).index("FID")] = "diverged"
    return [name + marks, *cells]


def _cells(numbers):
    """Of each column the value, or with several seeds mean ± standard deviation; empty where none was measured."""
    return [report.mean([each[key] for each in numbers if key in each], form) for key, form in COLUMNS.values()]


def _notes(result):
    """What is to be said of single rows, and which rows there are not."""
    lines = []
    for row in result["rows"]:
        name, training = f"{row['variant']}, seed {row['seed']}", row["training"]
        if row["stale"]:
            lines.append(f"† {name}: {row['stale']}.")
        if _busy(row):
            busy = training["busy_cores"]
            lines.append(
                f"‡ {name}: other programs kept {busy:.1f} cores busy, so it was trained less than the others."
            )
        if not row["scores"]:
            lines.append(f"{name}: diverged, a loss or a sample was not finite after {training['steps']:,} steps.")
    for why in dict.fromkeys(result["missing"].values()):
        variants = [variant for variant, its in result["missing"].items() if its == why]
        lines.append(f"Missing: {', '.join(variants)} ({why}).")
    return "\n".join(f"- {line}" for line in lines)


def _seeds(groups):
    """A section with every row of the variants that have several, or nothing."""
    several = {name: rows for name, rows in groups.items() if len(rows) > 1}
    if not several:
        return []
    rows = [[name, str(row["seed"]), *_cells([figures(row)])] for name, rows in several.items() for row in rows]
    text = "In the table above, ± is the standard deviation over the seeds. One by one:"
    return ["## Seeds", text, report.table(["", "seed", *COLUMNS], rows)]


def _scored(rows):
    return [row for row in rows if row["scores"]]


def _busy(row):
    return (row["training"]["busy_cores"] or 0.0) > BUSY_CORES
