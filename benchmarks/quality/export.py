"""Exports every variant at its default size in every format, and tabulates size, difference and time.

    python benchmarks/quality/export.py

Writes `results/export.json` and `results/export.md`. benchmarks/README.md says how each figure is measured.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import image_variants, quiet_stderr, quiet_tensorflow, registry

CLASSES, CHANNELS, BATCH_SIZE = 10, 3, 8


@dataclass(frozen=True)
class Options:
    """Exports every variant in every format."""

    variants: tuple[str, ...] = ()
    """Which, to look at; default: all, and only then are the results written."""
    image_size: int = 32
    """Edge of the pictures, of 3 channels."""
    steps: int = 0
    """Steps of training on noise before, so that statistics and ranges are not those of the start."""


def benchmark(options):
    """Exports one after the other and writes the table."""
    computer = report.machine()
    quiet_tensorflow()
    from keras_gan.exporters import fresh_processes

    rows = {}
    with fresh_processes.kept(), tempfile.TemporaryDirectory(prefix="export-") as folder:
        for name in options.variants or image_variants("sample"):
            with quiet_stderr():
                rows[name] = measure(name, options, Path(folder) / name / "1")
            print(name, flush=True)
    result = {"machine": computer, "variants": rows}
    report.publish("export", markdown(rows, computer, options), result, keep=not options.variants)


def measure(name, options, directory):
    """The checks of one variant's files, with their sizes in bytes."""
    from keras_gan import exporters
    from keras_gan.exporters import onnx, tflite
    from keras_gan.training import building

    shape = (options.image_size, options.image_size, CHANNELS)
    model = building.build(name, registry.module(name).Config(), building.image_fields(name, shape, CLASSES))
    model.compile(batch_size=BATCH_SIZE)
    if options.steps:
        _train(model, shape, options.steps)
    formats = ("saved_model", "tflite", "onnx")
    manifest = exporters.export(model, directory, formats, precisions=tuple(tflite.PRECISIONS))
    sizes = {file: entry["bytes"] for file, entry in manifest["files"].items()}
    return {
        "parameters": manifest["generator"]["parameters"],
        "bytes": {
            "saved_model": sum(size for file, size in sizes.items() if file.startswith(("saved_model", "variables/"))),
            **{f"tflite {each}": sizes[tflite.file_of("generator", each)] for each in tflite.PRECISIONS},
            "onnx": sizes[onnx.file_of("generator")],
        },
        "checks": manifest["verification"],
    }


def _train(model, shape, steps):
    import numpy as np
    import tensorflow as tf

    rng = np.random.default_rng(0)
    batch = model.schedule.examples_per_step(model.stage)
    images = rng.uniform(-1, 1, (batch, *shape)).astype(np.float32)
    labels = rng.integers(0, CLASSES, batch, dtype=np.int32)
    data = tf.data.Dataset.from_tensors({"real": images, "label": labels}).repeat(steps)
    model.fit(data, verbose=0)


def markdown(rows, computer, options):
    """The report."""
    lines = []
    for name, found in rows.items():
        for check in found["checks"]:
            if check["signature"] == "serving_default":
                size = found["bytes"][check["format"]]
                times = [f"{check['milliseconds'][n]:.1f}" if check["milliseconds"] else "" for n in ("1", "2")]
                differences = [f"{check[key]:.1e}" for key in ("max_difference", "mean_difference", "worst_picture")]
                psnr = "" if check["psnr"] is None else f"{check['psnr']:.0f}"
                held = f"{check['bound']:.0e} of the {check['measure'].replace('_', ' ')}"
                lines.append([name, check["format"], f"{size / 1e6:.2f}", *differences, psnr, held, *times])
    head = ["variant", "format", "MB", "largest difference", "mean", "worst picture", "PSNR, dB", "held to"]
    trained = f"trained on noise for {options.steps} steps" if options.steps else "untrained"
    return report.document(
        "quality/export.py",
        "# Every variant in every format",
        f"{computer['cpu']}; {options.image_size} px, {CHANNELS} channels, {CLASSES} classes, default sizes, "
        f"{trained}. 64 seeds; each file in a fresh process.",
        report.table([*head, "ms, 1 thread", "2 threads"], lines),
    )


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
