"""What a step of every variant costs beside the forward and backward passes that it cannot do without.

    python benchmarks/speed/passes.py
    python benchmarks/speed/passes.py --variants wgan_gp r3gan
    python benchmarks/speed/passes.py --torch-python PYTHON      # an interpreter that has PyTorch

Writes `passes.json` and `passes.md`; README.md beside this file says what is measured and how. `speed.py` runs it,
too. This process does not import TensorFlow: it asks one worker for each variant and takes medians.
"""

import dataclasses
import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import tyro
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.report import (
    BUSY_LOAD,
    machine,
    milliseconds,
    ratio,
    rotated,
    summary,
    table,
    target,
    target_line,
)
from benchmarks.common.workers import ROOT, Worker
from benchmarks.speed.passes_worker import PASSES, PEERS
from keras_gan import registry
from keras_gan.errors import UserError

RESULTS = ROOT / "benchmarks" / "results"
MOST_OVERHEAD = 1.15  # of the step over the sum of its passes
SETTINGS = {"image_shape": (32, 32, 1), "num_classes": 10, "batch_size": 64}
QUICK_SETTINGS = {"image_shape": (16, 16, 1), "num_classes": 3, "batch_size": 4}
QUICK_TRANSLATION = {"image_size": 16, "batch_size": 2}


@dataclass(frozen=True)
class Options:
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
    torch_python: str | None = None
    """Interpreter that has PyTorch; default: this one if it has, else $KERAS_GAN_TORCH_PYTHON."""
    skip_torch: bool = False
    """Leave PyTorch out."""
    quick: bool = False
    """Tiny networks, two rounds of one step: shows that everything runs, not how fast."""


def main(arguments=None):
    """Measures, prints the table and writes it; returns the exit code."""
    options = tyro.cli(Options, args=arguments)
    if options.rounds < 2 or options.steps_per_round < 1:
        print("error: --rounds must be at least 2 and --steps-per-round at least 1.", file=sys.stderr)
        return 2
    try:
        result = measure(options)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(markdown(result))
    if options.out_dir or not (options.quick or options.variants):
        write(result, Path(options.out_dir or RESULTS))
    return 0


def write(result, directory):
    """Writes `passes.json` and `passes.md`."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "passes.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (directory / "passes.md").write_text(markdown(result), encoding="utf-8")


# --- Measuring --------------------------------------------------------------------------------------------------


def measure(options, computer=None):
    """Everything that the report says, as a dict; `computer` is `machine()` from before any work, by default of now."""
    from benchmarks.speed.steps import find_torch  # which imports this module

    names = [registry.resolve(name) for name in options.variants] or registry.list_variants()
    if options.quick:
        options = dataclasses.replace(options, rounds=2, steps_per_round=1)
    computer = computer or machine()
    torch_python = None if options.skip_torch else find_torch(options.torch_python)
    rows = {
        name: measure_variant(name, options, settings_of(name, options.quick), torch_python)
        for name in tqdm(names, "passes", leave=False, disable=None)
    }
    return {
        "machine": computer,
        "settings": {"rounds": options.rounds, "steps_per_round": options.steps_per_round},
        "variants": rows,
        "targets": {name: target(row["ratio"]["median"], MOST_OVERHEAD) for name, row in rows.items()},
    }


def settings_of(name, quick=False):
    """Shape of the images, number of classes and batch that a variant is measured with."""
    if registry.task(name) == "sample":
        return QUICK_SETTINGS if quick else SETTINGS
    own = QUICK_TRANSLATION if quick else registry.defaults(name)
    size = own["image_size"]
    return {"image_shape": (size, size, 3), "num_classes": 0, "batch_size": own["batch_size"]}


def measure_variant(name, options, settings, torch_python=None):
    """One variant's row; its step, passes and updates take turns in a process of their own, and its peers in others."""
    with ExitStack() as stack:
        worker = stack.enter_context(
            Worker("benchmarks.speed.passes_worker", variant=name, tiny=options.quick, **settings)
        )
        facts = worker.ask("facts")
        peers = _peers(stack, torch_python, settings, facts) if torch_python and name in PEERS else {}
        rounds, theirs = [], {layout: [] for layout in peers}
        for number in range(options.rounds):
            rounds.append(worker.ask("round", number=number, count=options.steps_per_round)["seconds"])
            for layout in rotated(peers, number) if peers else ():
                theirs[layout].append(peers[layout].ask("step", count=options.steps_per_round)["seconds"])
        row = {"settings": settings, **{key: facts[key] for key in ("needed", "weights", "versions")}}
        row |= charge(facts["needed"], rounds)
        if peers:
            row["pytorch"] = {layout: _beside(peers[layout], rounds, theirs[layout]) for layout in peers}
        return row


def _peers(stack, python, settings, facts):
    """The same step in PyTorch, in each layout."""
    from benchmarks.speed.steps import LAYOUTS

    shared = {"batch_size": settings["batch_size"], "threads": facts["threads"], "networks": facts["networks"]}
    return {
        layout: stack.enter_context(
            Worker("benchmarks.peers.translation_pytorch", python=python, layout=layout, **shared)
        )
        for layout in LAYOUTS
    }


def _beside(peer, rounds, seconds):
    facts = peer.ask("facts")
    pairs = zip(rounds, seconds, strict=True)
    return {
        "seconds_per_step": summary(seconds),
        "ours_over_this": summary([ours["step"][0] / theirs for ours, theirs in pairs]),
        **{key: facts[key] for key in ("version", "adam", "threads")},
    }


def charge(needed, rounds):
    """Medians, and the step over the sum of the passes that it needs, taken round by round.

    Args:
        needed: `{pass: how often a step needs it}`.
        rounds: for every round `{name: [seconds by the clock, seconds of all processors]}` of `step`, `updates` and
            every pass.
    """

    def clock(name):
        return [each[name][0] for each in rounds]

    sums = [_sum(needed, each) for each in rounds]
    return {
        "step": summary(clock("step")),
        "passes": {name: summary(clock(name)) for name in needed},
        "sum": summary([clock_sum for clock_sum, _ in sums]),
        "ratio": summary([each["step"][0] / total for each, (total, _) in zip(rounds, sums, strict=True)]),
        "processor_ratio": summary([each["step"][1] / total for each, (_, total) in zip(rounds, sums, strict=True)]),
        "updates": summary(clock("updates")),
    }


def _sum(needed, seconds):
    return [sum(count * seconds[name][kind] for name, count in needed.items()) for kind in (0, 1)]


# --- Reporting --------------------------------------------------------------------------------------------------


def markdown(result):
    """The table, with everything needed to read it."""
    head = ["variant", "images, batch", "passes needed", "each, ms", "sum", "step", "step / sum", "processor time"]
    head += ["updates, ms", f"at most {MOST_OVERHEAD:.2f}"]
    rows = [_row(name, row, result["targets"][name]) for name, row in result["variants"].items()]
    parts = ["# The steps of all variants, and their passes", _headline(result), table(head, rows), _legend()]
    parts += _peer_section(result)
    parts.append("## Target\n\n" + target_line(*worst(result)))
    if result["machine"]["load_before"] > BUSY_LOAD:
        parts.append(f"The machine was busy (load {result['machine']['load_before']}): this is no evidence.")
    parts.append("Made by `python benchmarks/speed/passes.py`; benchmarks/README.md says how each figure is measured.")
    return "\n\n".join(parts) + "\n"


def _peer_section(result):
    from benchmarks.speed.steps import LAYOUTS

    rows = {name: row for name, row in result["variants"].items() if "pytorch" in row}
    if not rows:
        return []
    head = ["variant", "this program", *LAYOUTS.values(), *(f"over {name}" for name in LAYOUTS.values())]
    lines = [
        [
            name,
            milliseconds(row["step"]),
            *(milliseconds(row["pytorch"][layout]["seconds_per_step"]) for layout in LAYOUTS),
            *(ratio(row["pytorch"][layout]["ours_over_this"]) for layout in LAYOUTS),
        ]
        for name, row in rows.items()
    ]
    version = next(iter(rows.values()))["pytorch"]["nchw"]["version"]
    return [
        "## The same steps in PyTorch",
        f"PyTorch {version}; ratios of steps, taken round by round.",
        table(head, lines),
    ]


def worst(result):
    """`(name, target)` of the variant whose step costs most over its passes."""
    targets = result["targets"]
    name = max(targets, key=lambda name: targets[name]["ratio"])
    return f"step over the passes that it needs, highest of {len(targets)} variants: {name}", targets[name]


def _headline(result):
    computer, setting = result["machine"], result["settings"]
    rows = list(result["variants"].values())
    versions = ", ".join(f"{name} {version}" for name, version in rows[0]["versions"].items())
    return (
        f"{computer['cpu']}, {computer['threads']} threads; {computer['system']}, Python {computer['python']}, "
        f"{versions}.\n"
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
        milliseconds(row["sum"]),
        milliseconds(row["step"]),
        ratio(row["ratio"]),
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
    sys.exit(main())
