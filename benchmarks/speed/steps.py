"""Speed of DCGAN training: the bare step, what `train.py` adds to it, and the same step in PyTorch.

    python benchmarks/speed/steps.py

Writes `speed.json` and `speed.md`; benchmarks/README.md says what is measured and how. This process imports
neither TensorFlow nor PyTorch: it asks its workers in turn and takes medians.
"""

import dataclasses
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import noise, report
from benchmarks.common.command import check_rounds, run
from benchmarks.common.workers import ROOT, Worker, command_line
from benchmarks.peers import pytorch
from benchmarks.peers.pytorch import LAYOUTS
from benchmarks.speed import passes

VARIANT = "dcgan"
IMAGE_SHAPE = (32, 32, 1)
BATCH_SIZE = 64
PRECISIONS = ("float32", "mixed_bfloat16")
RUN_STEPS = 3000  # the run that the loop's snapshots and TensorBoard points are charged to
DATASET_IMAGES = 1024
MOST_OVERHEAD = 1.05  # both targets: the loop over the bare step, the bare step over PyTorch
BUSY = (
    "this machine is busy (load {load_before}): the figures are too high, and those of PyTorch more so, whose threads "
    "wait for one another after every operation."
)


@dataclass(frozen=True)
class Options(pytorch.Options):
    """Measures the speed of DCGAN training at 32 px, 1 channel, batch 64, on this machine."""

    rounds: int = 15
    """How many times the programs take turns."""
    steps_per_round: int = 5
    """Timed steps of each program in each round; one more goes before."""
    out_dir: str | None = None
    """Where speed.json and speed.md go; default: benchmarks/results, or nowhere with --quick."""
    skip_passes: bool = False
    """Leave out the other variants, and the passes of their steps."""
    skip_compiled: bool = False
    """Leave out PyTorch's networks under torch.compile beside the passes, which first compiles for some minutes."""
    quick: bool = False
    """Two rounds of one step: shows that everything runs, not how fast."""


def benchmark(options):
    """Measures, prints the tables and writes them."""
    check_rounds(options)
    if options.quick:
        options = dataclasses.replace(options, rounds=2, steps_per_round=1)
    torch_python = options.find_torch()
    result = {"machine": report.machine(), "settings": settings(options)}
    if result["machine"]["load_before"] > report.BUSY_LOAD:
        print(BUSY.format(**result["machine"]), file=sys.stderr)
    result |= measure_steps(options, torch_python)
    result["loop"] = {precision: measure_loop(options, precision) for precision in PRECISIONS}
    of_passes = None
    if not options.skip_passes:
        of_passes = passes.measure(
            passes.Options(
                quick=options.quick,
                torch_python=torch_python,
                skip_torch=torch_python is None,
                skip_compiled=options.skip_compiled,
            ),
            result["machine"],
        )
    result["targets"] = targets(result, of_passes)

    where = {"directory": options.out_dir, "keep": not options.quick}
    report.publish("speed", markdown(result), result, **where)
    if of_passes:
        report.publish("passes", passes.markdown(of_passes), of_passes, **where)


def settings(options):
    """What was measured."""
    return {
        "variant": VARIANT,
        "image_shape": IMAGE_SHAPE,
        "batch_size": BATCH_SIZE,
        "rounds": options.rounds,
        "steps_per_round": options.steps_per_round,
        "run_steps": RUN_STEPS,
    }


# --- Measuring --------------------------------------------------------------------------------------------------


def measure_steps(options, torch_python):
    """The bare step in each precision, PyTorch's in each layout, and the machine's rate, asked in turn."""
    with ExitStack() as stack:

        def start(**options):
            return stack.enter_context(Worker("benchmarks.speed.step_worker", **options))

        # First, and not itself timed, so that the others all find TensorFlow's files in the disk cache.
        matmul = start(role="matmul")
        shape = {"variant": VARIANT, "image_shape": IMAGE_SHAPE, "batch_size": BATCH_SIZE}
        workers = {precision: start(role="step", precision=precision, **shape) for precision in PRECISIONS}
        facts = workers[PRECISIONS[0]].ask("facts")
        if torch_python:
            workers |= pytorch.start(stack, torch_python, "dcgan_pytorch", facts, role="step", batch_size=BATCH_SIZE)

        seconds, rates = {name: [] for name in workers}, []
        for number in report.progress(range(options.rounds), "bare steps"):
            rates.append(matmul.ask("matmul", repeats=3)["flop_per_second"])
            for name in report.rotated(workers, number):
                seconds[name].append(workers[name].ask("step", count=options.steps_per_round)["seconds"])

        last = {name: worker.ask("facts") for name, worker in workers.items()}
        rows = {
            name: {
                "seconds_per_step": report.summary(seconds[name]),
                "first_step_seconds": worker.first_step_seconds,
                "peak_bytes": last[name]["peak_bytes"],
            }
            for name, worker in workers.items()
        }
    return {
        "versions": facts["versions"],
        "model": {**facts["networks"], "flop_per_step": facts["flop_per_image"] * BATCH_SIZE},
        "matmul_flop_per_second": max(rates),
        "step": {precision: _with_rates(rows[precision], facts, max(rates)) for precision in PRECISIONS},
        "pytorch": {
            layout: rows[layout] | pytorch.beside(last[layout], seconds["float32"], seconds[layout])
            for layout in LAYOUTS
        }
        if torch_python
        else None,
    }


def _with_rates(row, facts, peak):
    seconds = row["seconds_per_step"]["median"]
    share = facts["flop_per_image"] * BATCH_SIZE / seconds / peak
    return {**row, "images_per_second": BATCH_SIZE / seconds, "share_of_float32_matmul_rate": share}


def measure_loop(options, precision):
    """`train.py` itself, round by round beside bare steps in its own process."""
    count = options.steps_per_round
    with (
        # Among the runs of the program, because what a checkpoint costs depends on the disk.
        tempfile.TemporaryDirectory(prefix=".speed-", dir=ROOT / "tensorboard_logs") as scratch,
        Worker("benchmarks.speed.step_worker", **_loop_options(precision, Path(scratch))) as worker,
    ):
        worker.ask("loop", count=count)
        # Memory as of here: after a snapshot, before there is a bare step in this process.
        peak_bytes = worker.ask("cadence")["peak_bytes"]
        worker.ask("bare", count=1)

        seconds, cadences = {"loop": [], "bare": []}, []
        for number in report.progress(range(options.rounds), f"train.py, {precision}"):
            for request in report.rotated(seconds, number):
                seconds[request].append(worker.ask(request, count=count)["seconds"])
            cadences.append(worker.ask("cadence")["cadence"])
    return {
        **_charge(seconds, cadences),
        "first_step_seconds": worker.first_step_seconds,
        "peak_bytes": peak_bytes,
    }


def _loop_options(precision, scratch):
    noise.write_images(scratch / "images", DATASET_IMAGES, IMAGE_SHAPE)
    arguments = command_line(
        variant=VARIANT,
        dataset=f"folder:{scratch / 'images'}",
        image_size=IMAGE_SHAPE[0],
        batch_size=BATCH_SIZE,
        steps=RUN_STEPS,
        precision=precision,
        log_dir=scratch / "runs",
    )
    argv = [*arguments, "--export"]
    return {"role": "loop", "argv": argv, "image_shape": IMAGE_SHAPE, "batch_size": BATCH_SIZE}


def _charge(seconds, cadences):
    """Adds to every step its share of what the callbacks do every so many steps in a run of `RUN_STEPS`."""
    cadence = {
        name: {"every": entry["every"], "seconds": report.summary([each[name]["seconds"] for each in cadences])}
        for name, entry in cadences[0].items()
    }
    shared = sum(entry["seconds"]["median"] / entry["every"] for entry in cadence.values())
    charged = [loop + shared for loop in seconds["loop"]]
    return {
        "seconds_per_step": report.summary(charged),
        "bare_seconds_per_step": report.summary(seconds["bare"]),
        "loop_over_bare": report.ratios(charged, seconds["bare"]),
        "loop_over_bare_between_snapshots": report.ratios(seconds["loop"], seconds["bare"]),
        "cadence": cadence,
    }


def targets(result, of_passes):
    """`{name: {ratio, at_most, met}}`."""
    ratios = {"train.py over the bare step, float32": result["loop"]["float32"]["loop_over_bare"]["median"]}
    if result["pytorch"]:
        fastest = fastest_peer(result)
        ratios[f"bare step over {LAYOUTS[fastest]}"] = result["pytorch"][fastest]["ours_over_this"]["median"]
    own = {name: report.target(value, MOST_OVERHEAD) for name, value in ratios.items()}
    return own | (dict([passes.worst(of_passes)]) if of_passes else {})


def fastest_peer(result):
    """The layout in which PyTorch is faster."""
    return min(LAYOUTS, key=lambda layout: result["pytorch"][layout]["seconds_per_step"]["median"])


# --- Reporting --------------------------------------------------------------------------------------------------


def markdown(result):
    """The tables, with everything needed to read them."""
    peers = ["PyTorch was not measured: none was found, or it was left out."]
    if result["pytorch"]:
        head = ["", "this program", *LAYOUTS.values()]
        peers = ["## The same float32 step in PyTorch", report.table(head, _peer_rows(result))]
    return report.document(
        "speed/steps.py",
        "# Speed of DCGAN training",
        _headline(result),
        report.table(["", *PRECISIONS], _own_rows(result)),
        _snapshot_note(result),
        *peers,
        report.target_list(result["targets"]),
        "Every variant's step beside its passes: [passes.md](passes.md).",
        report.busy_note(result["machine"]),
    )


def _headline(result):
    computer, setting, model = result["machine"], result["settings"], result["model"]
    versions = dict(result["versions"])
    if result["pytorch"]:
        versions["PyTorch"] = result["pytorch"]["nchw"]["version"]
    bfloat16 = "With" if computer["bfloat16_instructions"] else "Without"
    height, width, channels = setting["image_shape"]
    return (
        f"{report.machine_line(computer, versions)} {bfloat16} bfloat16 instructions.\n"
        f"{setting['variant']} at {width}x{height}x{channels}, batch {setting['batch_size']}, "
        f"{model['generator_weights']:,} + {model['discriminator_weights']:,} weights: "
        f"{model['flop_per_step'] / 1e9:.1f} GFLOP a step. "
        f"This machine's float32 matmul rate: {result['matmul_flop_per_second'] / 1e9:.0f} GFLOP/s.\n"
        f"Medians of {setting['rounds']} rounds of {setting['steps_per_round']} steps, quartiles in brackets; "
        f"load of the machine beforehand {computer['load_before']}."
    )


def _own_rows(result):
    step, loop = ([result[part][precision] for precision in PRECISIONS] for part in ("step", "loop"))
    return [
        ["bare step", *(report.milliseconds(row["seconds_per_step"]) for row in step)],
        ["images per second", *(f"{row['images_per_second']:.0f}" for row in step)],
        ["share of the float32 matmul rate", *(f"{row['share_of_float32_matmul_rate']:.0%}" for row in step)],
        ["step of `train.py`, all included", *(report.milliseconds(row["seconds_per_step"]) for row in loop)],
        ["`train.py` over bare steps beside it", *(report.ratio(row["loop_over_bare"]) for row in loop)],
        ["the same between snapshots", *(report.ratio(row["loop_over_bare_between_snapshots"]) for row in loop)],
        ["start to first step, bare", *(f"{row['first_step_seconds']:.1f} s" for row in step)],
        ["start to first step, `train.py`", *(f"{row['first_step_seconds']:.1f} s" for row in loop)],
        ["peak memory, bare", *(_megabytes(row) for row in step)],
        ["peak memory, `train.py`", *(_megabytes(row) for row in loop)],
    ]


def _snapshot_note(result):
    lines = [f"`train.py` is charged with what its callbacks do now and then in a run of {RUN_STEPS:,} steps:"]
    for precision in PRECISIONS:
        entries = result["loop"][precision]["cadence"]
        costs = [
            f"{name} {entry['seconds']['median'] * 1000:.1f} ms every {entry['every']} steps"
            for name, entry in entries.items()
            if entry["every"] < RUN_STEPS
        ]
        lines.append(f"- {precision}: {', '.join(costs)}.")
    return "\n".join(lines)


def _peer_rows(result):
    peers = [result["pytorch"][layout] for layout in LAYOUTS]
    rows = [result["step"]["float32"], *peers]
    return [
        ["step", *(report.milliseconds(row["seconds_per_step"]) for row in rows)],
        ["this program over it, round by round", "", *(report.ratio(row["ours_over_this"]) for row in peers)],
        ["start to first step", *(f"{row['first_step_seconds']:.1f} s" for row in rows)],
        ["peak memory", *(_megabytes(row) for row in rows)],
        ["Adam", "Keras's", *(row["adam"] for row in peers)],
    ]


def _megabytes(row):
    return f"{row['peak_bytes'] / 1e6:,.0f} MB" if row["peak_bytes"] else "not measured"


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
