"""What is attacked: runs of the smallest networks, and what was exported of them."""

from benchmarks.common import noise
from benchmarks.resilience.attacks_by import answers
from keras_gan import config, registry
from keras_gan.exporters import fresh_processes

SIZE, BATCH_SIZE, COUNT = 16, 4, 24
# One of each kind: noise to images, classes, stages, images to images, lines, movement, sound, styles.
VARIANTS = ("cgan", "progan", "pix2pix", "textgan", "motiongan", "specgan", "stylegan2")
PICTURES = {"paired": (SIZE, 2 * SIZE, 3)}


def made(folder, variants=VARIANTS, steps=2):
    """Trains each variant for some steps below a folder; returns `{variant: (run, export)}`."""
    with fresh_processes.kept():
        return {name: _trained(folder, name, steps) for name in variants}


def arguments(folder, variant, steps, run_name=None):
    """The command line of a training of a variant's smallest networks, with its scores, its doctor and its exports."""
    written = folder / f"{variant}.json"
    if not written.exists():
        written.write_text(config.to_json(_options(folder, variant), registry.module(variant).TINY))
    return ["--config", written, "--steps", steps, "--run-name", run_name or variant]


def _options(folder, variant):
    described = registry.variant(variant)
    images = described.gives == "image"
    return config.RunConfig(
        variant=variant,
        **{"dataset": pictures(folder, described.task), "image_size": SIZE} if images else {},
        **{"batch_size": BATCH_SIZE, "checkpoint_every": "1", "snapshot_every": 1, "steps": 2},
        **{"log_dir": str(folder / "logs"), "export_dir": str(folder / "models")},
        export=("saved_model", "tflite"),
    )


def pictures(folder, task="sample"):
    """Pictures of noise that a task can be learned from, in two classes; returns the data set's name."""
    kind = "paired" if task == "paired" else "folder"
    for name in ("a", "b"):
        place = folder / kind / ("" if kind == "paired" else name)
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            noise.write_images(place, COUNT, PICTURES.get(kind, (SIZE, SIZE, 3)))
    return f"{kind}:{folder / kind}"


def _trained(folder, variant, steps):
    answer = answers.trained(*arguments(folder, variant, steps))
    if answer.code:
        raise RuntimeError(f"{variant} cannot be trained: {answer.err}")
    (export,) = (folder / "models" / variant).iterdir()
    return folder / "logs" / variant, export
