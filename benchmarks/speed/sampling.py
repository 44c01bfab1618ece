"""Speed of sampling: a DCGAN's pictures per second by every runtime that can read its files, and in PyTorch.

    python benchmarks/speed/sampling.py

Writes `sampling.json` and `sampling.md`; benchmarks/README.md says what is measured and how. The runtimes take
turns, and ratios are taken round by round.
"""

import importlib.util
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import check_rounds, run
from benchmarks.common.workers import Worker, threads
from benchmarks.peers import pytorch

VARIANT = "dcgan"
IMAGE_SHAPE = (32, 32, 1)
CALLS = {1: 50, 64: 3}  # of one round, by batch
MOST = 1.1  # times as long as the fastest peer
MOST_COLD = 2.0  # seconds from TensorFlow's import to the first picture
MOST_BYTES = {"generator-float16.tflite": 8e6, "generator-int8.tflite": 4e6}
OTHERS = {"OpenVINO": ("openvino", "openvino"), "ONNX Runtime": ("onnx", "onnxruntime")}  # role of a worker, package


@dataclass(frozen=True)
class Options(pytorch.Options):
    """Measures how fast a DCGAN at 32 px, 1 channel, draws, on this machine."""

    rounds: int = 15
    """How many times the runtimes take turns."""
    out_dir: str = str(report.RESULTS)
    """Where sampling.json and sampling.md go."""


def benchmark(options):
    """Measures, prints the table and writes it."""
    check_rounds(options)
    result = {"machine": report.machine(), "rounds": options.rounds, **measure(options.rounds, options.find_torch())}
    result["targets"] = targets(result)
    report.publish("sampling", markdown(result), result, options.out_dir)


def measure(rounds, torch_python):
    """Exports the model, starts every runtime there is and lets them take turns."""
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="sampling-"))

        def start(role, **arguments):
            worker = Worker("benchmarks.speed.sampling_worker", role=role, directory=directory, **arguments)
            return stack.enter_context(worker)

        exported = start("export", variant=VARIANT, image_shape=IMAGE_SHAPE).first
        networks = exported["networks"]

        def runtime(role, number):
            return start(role, latent_dim=networks["latent_dim"], threads=number)

        workers = {"SavedModel": runtime("saved_model", threads()), "TFLite, 1 thread": runtime("tflite", 1)}
        workers[f"TFLite, {threads()} threads"] = runtime("tflite", threads())
        workers |= {
            name: runtime(role, threads())
            for name, (role, package) in OTHERS.items()
            if importlib.util.find_spec(package)
        }
        if torch_python:
            facts = {"networks": networks, "threads": threads()}
            peers = pytorch.start(stack, torch_python, "dcgan_pytorch", facts, role="sample")
            workers |= {pytorch.LAYOUTS[layout]: peer for layout, peer in peers.items()}

        seconds = {name: {str(batch): [] for batch in CALLS} for name in workers}
        for number in report.progress(range(rounds), "sampling"):
            for batch, count in CALLS.items():
                for name in report.rotated(workers, number):
                    answer = workers[name].ask("step", count=count, batch=batch)
                    seconds[name][str(batch)].append(answer["seconds"])
        return {
            "sizes": exported["sizes"],
            "versions": {name: worker.first["version"] for name, worker in workers.items()},
            "cold_seconds": {
                name: [worker.first["import_seconds"], worker.first["load_seconds"]]
                for name, worker in workers.items()
                if "load_seconds" in worker.first
            },
            "seconds": seconds,
        }


def is_peer(name):
    """Whether a runtime is measured to compare with: it is neither a SavedModel's own nor a `.tflite`'s."""
    return name != "SavedModel" and not is_tflite(name)


def is_tflite(name):
    """Whether it is LiteRT, on any number of threads."""
    return name.startswith("TFLite")


def targets(result):
    """`{name: {ratio, at_most, met}}`."""
    found = {
        "first picture of a SavedModel, seconds after TensorFlow's import": report.target(
            result["cold_seconds"]["SavedModel"][1], MOST_COLD
        ),
        **{f"{name}, MB": report.target(result["sizes"][name] / 1e6, most / 1e6) for name, most in MOST_BYTES.items()},
    }
    for batch, is_own in (("1", is_tflite), ("64", "SavedModel".__eq__)):
        own, peer = fastest(result, batch, is_own), fastest(result, batch, is_peer)
        if peer:
            ratios = compared(result, batch, own, peer)
            found[f"{own}, batch {batch}, over {peer}"] = report.target(ratios["median"], MOST)
    return found


def fastest(result, batch, wanted):
    """The name of the fastest runtime that is `wanted`, or None."""
    medians = {name: report.summary(rows[batch])["median"] for name, rows in result["seconds"].items() if wanted(name)}
    return min(medians, key=medians.get, default=None)


def compared(result, batch, own, peer):
    """A `summary` of the ratios of two runtimes' seconds, round by round."""
    return report.ratios(result["seconds"][own][batch], result["seconds"][peer][batch])


def markdown(result):
    """The table, with everything needed to read it."""
    computer = result["machine"]
    rows = []
    for name, by_batch in result["seconds"].items():
        cells = [f"{name} ({result['versions'][name]})"]
        for batch in by_batch:
            peer = fastest(result, batch, is_peer)
            cells += [f"{int(batch) / report.summary(by_batch[batch])['median']:.0f}"]
            cells += [f"{compared(result, batch, name, peer)['median']:.2f}" if peer else ""]
        cells += ["{:.2f} s, {:.2f} s".format(*result["cold_seconds"][name]) if name in result["cold_seconds"] else ""]
        rows.append(cells)
    head = ["runtime", *(cell for batch in CALLS for cell in (f"pictures/s, batch {batch}", "time over fastest peer"))]
    sizes = ", ".join(f"`{name}` {size / 1e6:.2f} MB" for name, size in result["sizes"].items())
    return report.document(
        "speed/sampling.py",
        "# Speed of sampling",
        f"{report.machine_line(computer)} "
        f"{VARIANT} at {'x'.join(map(str, IMAGE_SHAPE))}, default widths, untrained. Medians of {result['rounds']} "
        f"rounds; load of the machine beforehand {computer['load_before']}.",
        report.table([*head, "import, load to first picture"], rows),
        f"Files: {sizes}.",
        report.target_list(result["targets"]),
        report.busy_note(computer),
    )


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
