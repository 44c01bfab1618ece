"""Measures what several workers cost a step on this machine, and predicts it for GPUs.

    python benchmarks/speed/scaling.py

Writes `results/scaling.json` and `results/scaling.md`. benchmarks/README.md says how each figure is measured.
"""

import dataclasses
import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import quiet_tensorflow
from benchmarks.common.workers import environment

COUNTS = (1, 1 << 14, 1 << 18, 1 << 20, 1 << 21)  # float32 of one all-reduce


@dataclass(frozen=True)
class Options:
    """Measures 1, 2 and 4 local workers, and predicts 8 and 8 x 8 GPUs."""

    variant: str = "dcgan"
    """Which variant."""
    image_size: int = 32
    """Edge of the images, which have 3 channels."""
    batch_per_worker: int = 16
    """Images per update and worker, in what is measured here."""
    steps: int = 24
    """Steps of each measurement."""
    workers: tuple[int, ...] = (1, 2, 4)
    """How many local processes."""
    batch_per_gpu: int = 64
    """Assumed images per update and GPU."""
    gpu_flops: float = 4e12
    """Assumed float32 operations per second that a GPU sustains in these networks: a fifth of an A100's peak."""
    nvlink_bandwidth: float = 200e9
    """Assumed bytes per second of an all-reduce's ring within a machine."""
    nvlink_latency: float = 30e-6
    """Assumed seconds of an all-reduce of nothing within a machine."""
    network_bandwidth: float = 12.5e9
    """Assumed bytes per second of the ring between machines: 100 Gbit/s each."""
    network_latency: float = 100e-6
    """Assumed seconds of an all-reduce of nothing between machines."""


def benchmark(options):
    """Measures, fits, predicts, writes."""
    computer = report.machine()
    measured = {workers: measure(options, workers) for workers in options.workers}
    # So many processes at once that have nothing to do with one another: what computing alone costs on these cores.
    for workers, found in measured.items():
        found["seconds_apart"] = measure(options, workers, together=False)["seconds_per_step"]
    result = {
        "machine": computer,
        "options": dataclasses.asdict(options),
        "measured": measured,
        "fits": {workers: fit(workers, found["all_reduce"]) for workers, found in measured.items() if workers > 1},
        "predicted": predict(options, measured),
    }
    report.publish("scaling", markdown(result), result)


# --- Measured ---------------------------------------------------------------------------------------------------------


def measure(options, workers, together=True):
    """What the first of so many local processes, of one thread each, has measured."""
    with socket.create_server(("", 0)) as server:
        coordinator = f"127.0.0.1:{server.getsockname()[1]}"
    request = {
        "variant": options.variant,
        "image_shape": [options.image_size, options.image_size, 3],
        "batch_per_worker": options.batch_per_worker,
        "steps": options.steps,
        "counts": COUNTS,
        "workers": workers if together else 1,
        "coordinator": coordinator,
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.speed.scaling_worker", json.dumps({**request, "index": index})],
            env=environment(TF_NUM_INTRAOP_THREADS="1", CUDA_VISIBLE_DEVICES=""),
            stdout=subprocess.PIPE if index == 0 else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for index in range(workers)
    ]
    output, _ = processes[0].communicate()
    if any(process.wait() for process in processes):
        raise SystemExit(f"a worker of {workers} failed.")
    return json.loads(output.splitlines()[-1])


def fit(workers, all_reduce):
    """Latency and bandwidth of a ring, by least squares: seconds = latency + 2 (N - 1) / N bytes / bandwidth."""
    carried = np.array([2 * (workers - 1) / workers * 4 * int(count) for count in all_reduce])
    seconds = np.array(list(all_reduce.values()))
    # Relative errors count, else the largest size would decide alone.
    design = np.stack([np.ones_like(carried), carried], axis=1) / seconds[:, None]
    latency, per_byte = np.linalg.lstsq(design, np.ones_like(seconds), rcond=None)[0]
    return {"latency": latency, "bandwidth": 1 / per_byte}


# --- Predicted --------------------------------------------------------------------------------------------------------


def communication(count, total_bytes, replicas, latency, bandwidth):
    """Seconds of all of a step's all-reduces, one after the other and beside no computation."""
    return count * latency + 2 * (replicas - 1) / replicas * total_bytes / bandwidth


def predict(options, measured):
    """Efficiency of 8 GPUs in one machine, and of 8 such machines, with a fixed batch per GPU."""
    carried = measured[max(measured)]["collectives"]
    compute = operations(options) / options.gpu_flops
    within = communication(carried["count"], carried["bytes"], 8, options.nvlink_latency, options.nvlink_bandwidth)
    # Hierarchical: within each machine, then between the machines.
    between = within + communication(
        carried["count"], carried["bytes"], 8, options.network_latency, options.network_bandwidth
    )
    return {
        "compute": compute,
        "8": {"communication": within, "efficiency": compute / (compute + within)},
        "8 x 8": {"communication": between, "efficiency": compute / (compute + between)},
    }


def operations(options):
    """Operations of one step on one GPU: of the passes that a step of one discriminator update needs."""
    quiet_tensorflow()
    from benchmarks.speed import flops
    from keras_gan.training import building

    model = building.create(options.variant, (options.image_size, options.image_size, 3))
    return options.batch_per_gpu * flops.discriminator_first_step(model.generator, model.discriminator)


# --- Reported ---------------------------------------------------------------------------------------------------------


def markdown(result):
    """The tables as Markdown."""
    options, predicted, computer = result["options"], result["predicted"], result["machine"]
    rows = []
    for workers, found in result["measured"].items():
        carried = found["collectives"]
        row = [str(workers), f"{found['seconds_apart'] * 1e3:.0f}", f"{found['seconds_per_step'] * 1e3:.0f}"]
        if carried:
            line = result["fits"][workers]
            sending = communication(carried["count"], carried["bytes"], workers, line["latency"], line["bandwidth"])
            predicted_step = found["seconds_apart"] + sending
            row += [f"{carried['count']}", f"{carried['bytes'] / 1e6:.2f}", f"{line['latency'] * 1e3:.2f}"]
            row += [f"{line['bandwidth'] / 1e9:.2f}", f"{sending * 1e3:.0f}", f"{predicted_step * 1e3:.0f}"]
            row += [f"{found['seconds_per_step'] / predicted_step:.2f}"]
        rows.append(row + [""] * (10 - len(row)))
    head = ["processes", "apart, ms", "together, ms", "all-reduces", "MB", "latency, ms", "GB/s", "all of them, ms"]
    gpus = [
        [name, f"{predicted['compute'] * 1e3:.1f}", f"{found['communication'] * 1e3:.1f}", f"{found['efficiency']:.0%}"]
        for name, found in predicted.items()
        if name != "compute"
    ]
    names = ("batch_per_gpu", "gpu_flops", "nvlink_bandwidth", "nvlink_latency", "network_bandwidth", "network_latency")
    assumed = ", ".join(f"`--{name.replace('_', '-')} {options[name]:g}`" for name in names)
    return report.document(
        "speed/scaling.py",
        "# What several workers cost",
        f"{computer['cpu']}, {computer['threads']} threads; `{options['variant']}` at {options['image_size']} px, "
        f"{options['batch_per_worker']} images per worker; every process has one thread.",
        "## Measured here",
        report.table([*head, "model, ms", "together / model"], rows),
        "Apart: a step of each of so many processes that train on their own at the same time. Together: as workers "
        "of one training, which add up gradients, statistics of BatchNorm and logged values. Latency and bandwidth "
        "are fitted to all-reduces of 1 to 2 million numbers between these processes. Model: apart, plus the "
        "all-reduces. What the model leaves out is that the all-reduces need the same cores as the computation.",
        "## Predicted",
        report.table(["GPUs", "compute, ms", "all-reduces, ms", "efficiency"], gpus),
        "step = compute + all-reduces x latency + 2 (N - 1) / N x bytes / bandwidth, with the same batch per GPU "
        "however many there are, each all-reduce in turn and none beside computation; between machines the ring "
        "has one member per machine. **Nothing of this was run on a GPU.** Assumed, and to be replaced by one's "
        f"own figures: {assumed}.",
    )


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
