"""The picture of one seed by five runtimes, side by side, and how far they lie apart.

    python benchmarks/quality/one_seed.py --run dcgan-avatars --model export/models/dcgan-avatars/1

Keras (from the checkpoint), the SavedModel in TensorFlow without Keras, TensorFlow's C API, LiteRT, and the page of
export/web in Chromium, which needs Node.js, npm and Chromium. The model must be one without classes.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.program import quiet_stderr, quiet_tensorflow
from benchmarks.common.report import table
from benchmarks.common.workers import ROOT

TESTS = ROOT / "tests" / "export"
SCALE, GAP = 6, 4  # size of a pixel in the picture, and pixels between two


@dataclass(frozen=True)
class Options:
    """Draws one seed by five runtimes."""

    run: str
    """The run, for Keras."""
    model: str
    """Its exported model, for all others."""
    seed: int = 7
    """Which picture."""
    chromium: str = "chromium"
    """The browser."""
    out: str = "one-seed.png"
    """Where the pictures go."""


def benchmark(options):
    """Draws, compares and saves."""
    quiet_tensorflow()
    pictures = {
        "Keras": of_keras(options),
        "SavedModel": of_saved_model(options),
        "C API": of_c_api(options),
        "LiteRT": of_litert(options),
        "Chromium": of_chromium(options),
    }
    expected = pictures["Keras"].astype(np.float64)
    rows = [[name, f"{np.abs(picture - expected).max():.1e}"] for name, picture in pictures.items()]
    print(table(["runtime", "largest difference from Keras, in [0, 1]"], rows))
    edge = np.ones((expected.shape[0] * SCALE, GAP * SCALE, expected.shape[2]))
    parts = [np.kron(picture, np.ones((SCALE, SCALE, 1))) for picture in pictures.values()]
    strip = np.concatenate([part for picture in parts for part in (picture, edge)][:-1], axis=1)
    Image.fromarray(np.rint(255 * strip).astype(np.uint8).squeeze()).save(options.out)


def of_keras(options):
    """From the run's checkpoint, at the step that was exported."""
    from keras_gan.runs import run_folder
    from keras_gan.runs.restore import restore

    return restore(run_folder.find("tensorboard_logs", options.run)).model.sample(1, options.seed)[0]


def of_saved_model(options):
    """By TensorFlow without Keras."""
    import tensorflow as tf

    with quiet_stderr():
        model = tf.saved_model.load(options.model)
    return model.signatures["from_seeds"](seeds=tf.constant([options.seed], tf.int64))["images"].numpy()[0]


def of_c_api(options):
    """By the loader that TensorFlow Serving is built on, in a process without Python's TensorFlow."""
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2

    content = (Path(options.model) / "saved_model.pb").read_bytes()
    signature = saved_model_pb2.SavedModel.FromString(content).meta_graphs[0].signature_def["from_seeds"]
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/inputs.npz", seeds=np.array([options.seed], np.int64))
        command = [sys.executable, "-P", TESTS / "c_api.py", Path(tf.__file__).parent, options.model]
        command += [f"{folder}/inputs.npz", f"{folder}/images.npy", f"seeds={signature.inputs['seeds'].name}"]
        subprocess.run([*map(str, command), signature.outputs["images"].name], check=True, capture_output=True)
        return np.load(f"{folder}/images.npy")[0]


def of_litert(options):
    """From the `.tflite` file, with latents by NumPy alone."""
    from ai_edge_litert.interpreter import Interpreter

    sys.path.insert(0, str(ROOT / "export" / "mobile"))
    import sample

    draw = Interpreter(f"{options.model}/generator.tflite").get_signature_runner("serving_default")
    length = draw.get_input_details()["latents"]["shape"][1]
    return draw(latents=sample.portable_latents([options.seed], length))["images"][0]


def of_chromium(options):
    """As the page of export/web has it."""
    web = ROOT / "export" / "web"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, web / "assemble.py", options.model, "--out", f"{folder}/page"]
        command += ["--serve", "--port", "0"]
        with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True) as server:
            try:
                url = next(line.split()[2] for line in server.stdout if line.startswith("Serving on"))
                visit = ["node", TESTS / "web" / "browser.mjs", "grid", f"{url}#seed={options.seed}&count=4"]
                visit += [shutil.which(options.chromium), web / "package.json", folder]
                shown = json.loads(subprocess.run([*map(str, visit)], check=True, stdout=subprocess.PIPE).stdout)
            finally:
                server.terminate()
    manifest = json.loads((Path(options.model) / "manifest.json").read_text(encoding="utf-8"))
    return np.array(shown["grid"]["pictures"][0], np.float32).reshape(manifest["generator"]["image_shape"])


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
