"""What a step of every variant costs beside the forward and backward passes that it cannot do without.

    python benchmarks/speed/passes.py
    python benchmarks/speed/passes.py --variants wgan_gp r3gan
    python benchmarks/speed/passes.py --torch-python PYTHON      # an interpreter that has PyTorch

Writes `passes.json` and `passes.md`; benchmarks/README.md says what is measured and how. `steps.py` runs it,
too. This process does not import TensorFlow: it asks one worker for each variant and takes medians.
"""

import dataclasses
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import check_rounds, run
from benchmarks.common.program import image_variants, registry
from benchmarks.common.workers import Worker
from benchmarks.peers import pytorch
from benchmarks.peers.pytorch import LAYOUTS
from benchmarks.speed.passes_worker import PASSES, PEERS

MOST_OVERHEAD = 1.15  # of the step over the sum of its passes
SETTINGS = {"image_shape": (32, 32, 1), "num_classes": 10, "batch_size": 64}
QUICK_SETTINGS = {"image_shape": (16, 16, 1), "num_classes": 3, "batch_size": 4}
QUICK_TRANSLATION = {"image_size": 16, "batch_size": 2}


@dataclass(frozen=True)
class Options(pytorch.Options):
    """Measures the step of every variant, and each of its passes, on this machine: from noise to images at 32 px,
    1 channel, batch 64; from images to images with 3 channels, at the variant's own size and batch."""

    variants: tuple[str, ...] = ()
    """Which; default: all."""
    rounds: int = 7
    """How many times a step and its passes take turns."""
    steps_per_round: int = 2
    """Timed calls of each in each round; one more goes before."""
    out_dir: str | None = None
    """Where passes.json and passes.md go; default: benchmarks/results, or nowhere with --variants or --quick."""
    quick: bool = False
    """Tiny networks, two rounds of one step: shows that everything runs, not how fast."""


def benchmark(options):
    """Measures, prints the table and writes it."""
    check_rounds(options)
    result = measure(options)
    keep = not (options.quick or options.variants)
    report.publish("passes", markdown(result), result, options.out_dir, keep)


# --- Measuring --------------------------------------------------------------------------------------------------


def measure(options, computer=None):
    """Everything that the report says; `computer` is the machine as it was before any work, by default now."""
    names = [registry.resolve(name) for name in options.variants] or image_variants()
    if options.quick:
        options = dataclasses.replace(options, rounds=2, steps_per_round=1)
    computer = computer or report.machine()
    torch_python = options.find_torch()
    rows = {
        name: measure_variant(name, options, settings_of(name, options.quick), torch_python)
        for name in report.progress(names, "passes")
    }
    return {
        "machine": computer,
        "settings": {"rounds": options.rounds, "steps_per_round": options.steps_per_round},
        "variants": rows,
        "targets": {name: report.target(row["ratio"]["median"], MOST_OVERHEAD) for name, row in rows.items()},
    }


def settings_of(name, quick=False):
    """Shape of the images, number of classes and batch that a variant is measured with."""
    if registry.variant(name).task == "sample":
        return QUICK_SETTINGS if quick else SETTINGS
    own = QUICK_TRANSLATION if quick else registry.variant(name).defaults
    size = own["image_size"]
    return {"image_shape": (size, size, 3), "num_classes": 0, "batch_size": own["batch_size"]}


def measure_variant(name, options, settings, torch_python=None):
    """One variant's row; its step, passes and updates take turns in a process of their own, and its peers in others."""
    with ExitStack() as stack:
        worker = stack.enter_context(
            Worker("benchmarks.speed.passes_worker", variant=name, tiny=options.quick, **settings)
        )
        facts, peers = worker.ask("facts"), {}
        if torch_python and name in PEERS:
            of_peer = {"role": name, "batch_size": settings["batch_size"]}
            peers = pytorch.start(stack, torch_python, "translation_pytorch", facts, **of_peer)
        rounds, theirs = [], {layout: [] for layout in peers}
        for number in range(options.rounds):
            rounds.append(worker.ask("round", number=number, count=options.steps_per_round)["seconds"])
            for layout in report.rotated(peers, number):
                theirs[layout].append(peers[layout].ask("step", count=options.steps_per_round)["seconds"])
        row = {"settings": settings, **{key: facts[key] for key in ("needed", "weights", "versions")}}
        row |= charge(facts["needed"], rounds)
        if peers:
            ours = [seconds["step"][0] for seconds in rounds]
            row["pytorch"] = {
                layout: pytorch.beside(peer.ask("facts"), ours, theirs[layout]) for layout, peer in peers.items()
            }
        return row


def charge(needed, rounds):
    """Medians, and the step over the sum of the passes that it needs, taken round by round.

    Args:
        needed: `{pass: how often a step needs it}`.
        rounds: for every round `{name: [seconds by the clock, seconds of all processors]}` of `step`, `updates` and
            every pass.
    """

    def clock(name):
        return [each[name][0] for each in rounds]

    clock_sums, processor_sums = (
        [sum(count * each[name][which] for name, count in needed.items()) for each in rounds] for which in (0, 1)
    )
    return {
        "step": report.summary(clock("step")),
        "passes": {name: report.summary(clock(name)) for name in needed},
        "sum": report.summary(clock_sums),
        "ratio": report.ratios(clock("step"), clock_sums),
        "processor_ratio": report.ratios([each["step"][1] for each in rounds], processor_sums),
        "updates": report.summary(clock("updates")),
    }


# --- Reporting --------------------------------------------------------------------------------------------------


def markdown(result):
    """The table, with everything needed to read it."""
    head = ["variant", "images, batch", "passes needed", "each, ms", "sum", "step", "step / sum", "processor time"]
    head += ["updates, ms", f"at most {MOST_OVERHEAD:.2f}"]
    rows = [_row(name, row, result["targets"][name]) for name, row in result["variants"].items()]
    return report.document(
        "speed/passes.py",
        "# The steps of all variants, and their passes",
        _headline(result),
        report.table(head, rows),
        _legend(),
        *_peer_section(result),
        "## Target\n\n" + report.target_line(*worst(result)),
        report.busy_note(result["machine"]),
    )


def _peer_section(result):
    rows = {name: row for name, row in result["variants"].items() if "pytorch" in row}
    if not rows:
        return []
    head = ["variant", "this program", *LAYOUTS.values(), *(f"over {name}" for name in LAYOUTS.values())]
    lines = [
        [
            name,
            report.milliseconds(row["step"]),
            *(report.milliseconds(row["pytorch"][layout]["seconds_per_step"]) for layout in LAYOUTS),
            *(report.ratio(row["pytorch"][layout]["ours_over_this"]) for layout in LAYOUTS),
        ]
        for name, row in rows.items()
    ]
    version = next(iter(rows.values()))["pytorch"]["nchw"]["version"]
    return [
        "## The same steps in PyTorch",
        f"PyTorch {version}; ratios of steps, taken round by round.",
        report.table(head, lines),
    ]


def worst(result):
    """`(name, target)` of the variant whose step costs most over its passes."""
    targets = result["targets"]
    name = max(targets, key=lambda name: targets[name]["ratio"])
    return f"step over the passes that it needs, highest of {len(targets)} variants: {name}", targets[name]


def _headline(result):
    computer, setting = result["machine"], result["settings"]
    rows = list(result["variants"].values())
    return (
        f"{report.machine_line(computer, rows[0]['versions'])}\n"
        "Float32; the batch is that of each update of the discriminator. Where images are drawn from noise, "
        f"{SETTINGS['num_classes']} classes.\n"
        f"Medians of {setting['rounds']} rounds of {setting['steps_per_round']}, quartiles in brackets; "
        f"load of the machine beforehand {computer['load_before']}."
    )


def _row(name, row, target):
    height, width, channels = row["settings"]["image_shape"]
    return [
        name,
        f"{width}x{height}x{channels}, {row['settings']['batch_size']}",
        ", ".join(f"{count} {one}" for one, count in row["needed"].items()),
        ", ".join(f"{one} {seconds['median'] * 1000:.1f}" for one, seconds in row["passes"].items()),
        report.milliseconds(row["sum"]),
        report.milliseconds(row["step"]),
        report.ratio(row["ratio"]),
        f"{row['processor_ratio']['median']:.3f}",
        f"{row['updates']['median'] * 1000:.1f}",
        "met" if target["met"] else "missed",
    ]


def _legend():
    lines = [f"- {name}: {meaning}" for name, meaning in PASSES.items()]
    lines.append("- updates, part of the step but not of the sum: both optimizers and the moving average")
    lines.append("- processor time: step / sum in seconds of all processors, which other work disturbs less")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
