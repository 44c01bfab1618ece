"""Run as a script in a fresh process: loads exported files with their own runtimes alone and saves what they compute.

    python -I reload.py saved_model|tflite

Each line of standard input is a job, `{"directory": …, "inputs": NPZ, "outputs": NPZ}`; each is answered with a line,
`{"error": null}` or why the files cannot be used. The inputs are `latents` and `seeds`, and `labels` where there are
classes, one row per picture; a signature takes those that it names. Imports nothing of keras_gan, as the programs
that will use these files do not either.
"""

import json
import sys

import numpy as np


def saved_model(directory, inputs):
    """All signatures of a SavedModel, by TensorFlow without Keras."""
    import tensorflow as tf

    model = tf.saved_model.load(directory)
    outputs = {"runtime": f"tensorflow {tf.__version__}"}
    for signature, run in model.signatures.items():
        arguments = {name: tf.constant(inputs[name]) for name in run.structured_input_signature[1]}
        outputs[signature] = run(**arguments)["images"].numpy()
    return outputs


def tflite(directory, inputs):
    """The signature of `generator.tflite`, by LiteRT."""
    from importlib.metadata import version

    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_path=f"{directory}/generator.tflite").get_signature_runner("serving_default")
    rows = [{name: inputs[name][i : i + 1] for name in runner.get_input_details()} for i in range(len(inputs["seeds"]))]
    images = [runner(**row)["images"] for row in rows]
    return {"runtime": f"ai-edge-litert {version('ai-edge-litert')}", "serving_default": np.concatenate(images)}


def main(load):
    """Does jobs until standard input ends."""
    for line in sys.stdin:
        job = json.loads(line)
        try:
            with np.load(job["inputs"]) as inputs:
                outputs = load(job["directory"], dict(inputs))
            np.savez(job["outputs"], **outputs)
            error = "keras_gan was imported" if "keras_gan" in sys.modules else None
        except Exception as problem:  # whatever it is, it is the answer
            error = f"{type(problem).__name__}: {(str(problem).splitlines() or [''])[0]}"
        print(json.dumps({"error": error}), flush=True)


if __name__ == "__main__":
    main({"saved_model": saved_model, "tflite": tflite}[sys.argv[1]])
