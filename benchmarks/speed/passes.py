"""What a step of every variant costs beside the forward and backward passes that it cannot do without.

    python benchmarks/speed/passes.py
    python benchmarks/speed/passes.py --variants wgan_gp r3gan
    python benchmarks/speed/passes.py --torch-python PYTHON      # an interpreter that has PyTorch
    python benchmarks/speed/passes.py --variants dcgan --preset none laptop --precision float32 mixed_bfloat16
    python benchmarks/speed/passes.py --variants dcgan --options '{"generator_channels": 16}'

Writes `passes.json` and `passes.md`; benchmarks/README.md says what is measured and how. `steps.py` runs it,
too. This process does not import TensorFlow: it asks one worker for each variant and takes medians.
"""

import dataclasses
import itertools
import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import check_rounds, run
from benchmarks.common.program import UserError, config, image_variants, registry
from benchmarks.common.workers import Worker
from benchmarks.peers import pytorch
from benchmarks.peers.pytorch import LAYOUTS, MODES, PEERS
from benchmarks.speed.passes_worker import PASSES

MOST_OVERHEAD = 1.15  # of the step over the sum of its passes
MOST_OVER_PEER = 1.0  # of the step over the fastest in PyTorch
SETTINGS = {"image_shape": (32, 32, 1), "num_classes": 10, "batch_size": 64}
QUICK_SETTINGS = {"image_shape": (16, 16, 1), "num_classes": 3, "batch_size": 4}
QUICK_TRANSLATION = {"image_size": 16, "batch_size": 2}
MOVING = ("motion", "video")  # kinds of what variants make of data sets of their own
QUICK_BATCH = 2  # of these


@dataclass(frozen=True)
class Options(pytorch.Options):
    """Measures the step of every variant, and each of its passes, on this machine: from noise to images at 32 px,
    1 channel, batch 64; from images to images with 3 channels, at the variant's own size and batch; films and movement
    as the variant's own data set has them, at its own batch."""

    variants: tuple[str, ...] = ()
    """Which; default: all."""
    preset: tuple[str, ...] = (registry.NO_PRESET,)
    """Presets of the variants to measure, one after the other; none: the defaults of the options themselves."""
    precision: tuple[Literal["float32", "mixed_bfloat16"], ...] = ("float32",)
    """Precisions to measure, one after the other."""
    options: str = "{}"
    """Options of the variants, over those of the preset: JSON, such as {"generator_channels": 16}."""
    rounds: int = 7
    """How many times a step and its passes take turns."""
    steps_per_round: int = 2
    """Timed calls of each in each round; one more goes before."""
    out_dir: str | None = None
    """Where passes.json and passes.md go; default: benchmarks/results, or nowhere with --variants or --quick."""
    quick: bool = False
    """Tiny networks, two rounds of one step: shows that everything runs, not how fast."""
    skip_compiled: bool = False
    """Leave out PyTorch's networks under torch.compile, which first compiles for some minutes."""

    def modes(self):
        """What is measured of PyTorch."""
        return LAYOUTS if self.skip_compiled else MODES


@dataclass(frozen=True)
class Case:
    """What one row is measured of: a variant, and options of it."""

    variant: str
    preset: str = registry.NO_PRESET
    precision: str = "float32"
    options: dict = dataclasses.field(default_factory=dict)

    def __str__(self):
        parts = [self.preset] * (self.preset != registry.NO_PRESET) + [self.precision] * (self.precision != "float32")
        return " ".join([self.variant, *parts, *(f"{name}={value}" for name, value in self.options.items())])


def benchmark(options):
    """Measures, prints the table and writes it."""
    check_rounds(options)
    result = measure(options)
    usual = Options()
    chosen = (options.variants, options.preset, options.precision, options.options)
    keep = not options.quick and chosen == (usual.variants, usual.preset, usual.precision, usual.options)
    report.publish("passes", markdown(result), result, options.out_dir, keep)


# --- Measuring --------------------------------------------------------------------------------------------------


def measure(options, computer=None):
    """Everything that the report says; `computer` is the machine as it was before any work, by default now."""
    cases = cases_of(options)
    if options.quick:
        options = dataclasses.replace(options, rounds=2, steps_per_round=1)
    computer = computer or report.machine()
    torch_python = options.find_torch()
    rows = {
        str(case): measure_variant(case, options, settings_of(case.variant, options.quick), torch_python)
        for case in report.progress(cases, "passes")
    }
    return {
        "machine": computer,
        "settings": {"rounds": options.rounds, "steps_per_round": options.steps_per_round},
        "variants": rows,
        "targets": {name: report.target(row["ratio"]["median"], MOST_OVERHEAD) for name, row in rows.items()},
        "pytorch_targets": {
            name: report.target(row["over_fastest_pytorch"]["median"], MOST_OVER_PEER)
            for name, row in rows.items()
            if "pytorch" in row
        },
    }


def cases_of(options):
    """What is to be measured, one `Case` a row.

    Raises:
        UserError: for an unknown variant or preset, and for options that are no JSON object.
    """
    try:
        own = json.loads(options.options)
    except ValueError:
        own = None
    if not isinstance(own, dict):
        raise UserError(f"--options takes a JSON object such as '{{\"latent_dim\": 8}}', not {options.options!r}.")
    names = [registry.resolve(name) for name in options.variants] or measured()
    for name, preset in itertools.product(names, options.preset):
        registry.preset(name, preset)
    return [Case(*each, own) for each in itertools.product(names, options.preset, options.precision)]


def measured():
    """Names of the variants that are measured, sorted: those that make images, films or movement."""
    return sorted([*image_variants(), *(name for name in registry.list_variants() if _moves(name))])


def _moves(name):
    return registry.variant(name).gives in MOVING


def settings_of(name, quick=False):
    """Shape of the images, number of classes and batch that a variant is measured with; no shape: its data set's."""
    if _moves(name):
        batch_size = QUICK_BATCH if quick else config.RunConfig(variant=name).batch_size
        return {"image_shape": None, "num_classes": 0, "batch_size": batch_size}
    if registry.variant(name).task == "sample":
        return QUICK_SETTINGS if quick else SETTINGS
    own = QUICK_TRANSLATION if quick else registry.variant(name).defaults
    size = own["image_size"]
    return {"image_shape": (size, size, 3), "num_classes": 0, "batch_size": own["batch_size"]}


def measure_variant(case, options, settings, torch_python=None):
    """One row; its step, passes and updates take turns in a process of their own, and its peers in others."""
    with ExitStack() as stack:
        worker = stack.enter_context(
            Worker("benchmarks.speed.passes_worker", tiny=options.quick, **settings, **dataclasses.asdict(case))
        )
        if "error" in worker.first:
            raise UserError(worker.first["error"])
        facts, peers = worker.ask("facts"), {}
        if torch_python and case.variant in PEERS:
            module, role = PEERS[case.variant]
            of_peer = {"role": role, "batch_size": settings["batch_size"], "precision": case.precision}
            peers = pytorch.start(stack, torch_python, module, facts, options.modes(), **of_peer)
        rounds, theirs = [], {mode: [] for mode in peers}
        count = options.steps_per_round
        steps = whole_intervals(count, facts["interval"])
        for number in range(options.rounds):
            rounds.append(worker.ask("round", number=number, count=count, steps=steps)["seconds"])
            for mode in report.rotated(peers, number):
                theirs[mode].append(peers[mode].ask("step", count=steps)["seconds"])
        settings = {**settings, "image_shape": facts["shape"]}
        row = {"settings": settings, **{key: facts[key] for key in ("needed", "weights", "versions")}}
        row |= {"case": dataclasses.asdict(case), **charge(facts["needed"], rounds)}
        if peers:
            last = {mode: peer.ask("facts") for mode, peer in peers.items()}
            row |= beside_pytorch([seconds["step"][0] for seconds in rounds], theirs, last)
        return row


def whole_intervals(count, interval):
    """At least `count` steps, so many that a penalty of every `interval`-th one has its share of them."""
    return -(-count // interval) * interval


def beside_pytorch(ours, theirs, facts):
    """What is reported of the peers of a row.

    Args:
        ours: seconds of this program's step, round by round.
        theirs: `{mode: the same of the peer}`.
        facts: `{mode: facts of the peer}`.
    """
    peers = {mode: pytorch.beside(facts[mode], ours, theirs[mode]) for mode in theirs}
    fastest = min(peers, key=lambda mode: peers[mode]["seconds_per_step"]["median"])
    return {
        "pytorch": peers,
        "fastest_pytorch": fastest,
        "over_fastest_pytorch": peers[fastest]["ours_over_this"],
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
    head = ["variant", "examples, batch", "passes needed", "each, ms", "sum", "step", "step / sum", "processor time"]
    head += ["updates, ms", f"at most {MOST_OVERHEAD:.2f}"]
    rows = [_row(name, row, result["targets"][name]) for name, row in result["variants"].items()]
    return report.document(
        "speed/passes.py",
        "# The steps of all variants, and their passes",
        _headline(result),
        report.table(head, rows),
        _legend(),
        *peer_section(result),
        "## Target\n\n" + report.target_line(*worst(result)),
        report.busy_note(result["machine"]),
    )


def peer_section(result):
    """The table of all rows that are measured in PyTorch, too; nothing if there are none."""
    rows = {name: row for name, row in result["variants"].items() if "pytorch" in row}
    if not rows:
        return []
    first = next(iter(rows.values()))["pytorch"]
    modes = {mode: name for mode, name in MODES.items() if mode in first}
    head = ["variant", "preset", "precision", "weights", "step / sum", "this program", *modes.values()]
    head += [f"over {name}" for name in modes.values()] + [f"over the fastest, at most {MOST_OVER_PEER:.2f}"]
    lines = [_peer_row(row, modes, result["pytorch_targets"][name]) for name, row in rows.items()]
    return [
        "## The same steps in PyTorch",
        f"PyTorch {first['nchw']['version']}; ratios of steps, taken round by round.",
        report.table(head, lines),
        COMPILED if "compiled" in modes else "",
    ]


def _peer_row(row, modes, target):
    case, peers = row["case"], row["pytorch"]
    own = [f"{name} {value}" for name, value in case["options"].items()]
    return [
        case["variant"],
        ", ".join([case["preset"], *own]),
        case["precision"],
        f"{sum(row['weights'].values()):,}",
        f"{row['ratio']['median']:.3f}",
        report.milliseconds(row["step"]),
        *(report.milliseconds(peers[mode]["seconds_per_step"]) for mode in modes),
        *(report.ratio(peers[mode]["ours_over_this"]) for mode in modes),
        f"{target['ratio']:.3f}: {'met' if target['met'] else 'missed'}",
    ]


def worst(result):
    """`(name, target)` of the variant whose step costs most over its passes."""
    targets = result["targets"]
    name = max(targets, key=lambda name: targets[name]["ratio"])
    return f"step over the passes that it needs, highest of {len(targets)} variants: {name}", targets[name]


COMPILED = (
    "Compiled: both networks by `torch.compile`, channels last; where a gradient penalty is taken, the discriminator "
    "and its gradient in the images as one function (`torch.func.vjp`), since what is compiled has one derivative; "
    "path lengths likewise."
)


def _headline(result):
    computer, setting = result["machine"], result["settings"]
    rows = list(result["variants"].values())
    precisions = dict.fromkeys(row["case"]["precision"] for row in rows)
    return (
        f"{report.machine_line(computer, rows[0]['versions'])}\n"
        f"{' and '.join(precisions).capitalize()}; the batch is that of each update of the discriminator. "
        f"Where images are drawn from noise, {SETTINGS['num_classes']} classes.\n"
        f"Medians of {setting['rounds']} rounds of {setting['steps_per_round']}, quartiles in brackets; "
        f"load of the machine beforehand {computer['load_before']}."
    )


def _row(name, row, target):
    settings = row["settings"]
    return [
        name,
        f"{'x'.join(map(str, settings['image_shape']))}, {settings['batch_size']}",
        ", ".join(f"{count:g} {one}" for one, count in row["needed"].items()),
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
