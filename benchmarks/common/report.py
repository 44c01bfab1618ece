"""What the reports share: the machine they were made on, medians, how figures are written, and where they go."""

import json
import os
import platform
import re
import statistics
import textwrap
from pathlib import Path

from benchmarks.common.workers import ROOT, threads

RESULTS = ROOT / "benchmarks" / "results"
BUSY_LOAD = 1.0  # of one core; the average falls slowly after other work has ended


# --- The machine ----------------------------------------------------------------------------------------------------


def machine():
    """What the figures depend on, without anything that tells whose machine it is."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return {
        "cpu": _cpu_model(),
        "threads": threads(),
        "bfloat16_instructions": "avx512_bf16" in _cpuinfo() or "amx_bf16" in _cpuinfo(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }


def _cpuinfo():
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _cpu_model():
    names = [line.partition(":")[2].strip() for line in _cpuinfo().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def machine_line(machine, versions=None):
    """The machine and the `{name: version}` of programs in one sentence."""
    programs = {"Python": machine["python"], **(versions or {})}
    named = ", ".join(f"{name} {version}" for name, version in programs.items())
    threads = f"{machine['threads']} thread{'s' if machine['threads'] > 1 else ''}"
    return f"{machine['cpu']}, {threads}; {machine['system']}, {named}."


def busy_note(machine):
    """A sentence if others kept the machine busy when the benchmark began, or nothing."""
    busy = machine["load_before"] > BUSY_LOAD
    return f"The machine was busy (load {machine['load_before']}): this is no evidence." if busy else ""


# --- Rounds ---------------------------------------------------------------------------------------------------------


def progress(items, name):
    """The items, with a bar that shows how far they have been taken."""
    from tqdm import tqdm

    return tqdm(items, name, leave=False, disable=None)


def rotated(names, number):
    """The names in an order that begins one further in every round: nobody always follows the same one."""
    names = list(names)
    first = number % max(len(names), 1)
    return names[first:] + names[:first]


def summary(values):
    """Median and quartiles over the rounds."""
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median, "low": low, "high": high}


def ratios(ours, theirs):
    """The `summary` of the ratios of two lists of figures, taken round by round."""
    return summary([a / b for a, b in zip(ours, theirs, strict=True)])


def target(ratio, at_most):
    """`{ratio, at_most, met}`."""
    return {"ratio": ratio, "at_most": at_most, "met": ratio <= at_most}


# --- Markdown -------------------------------------------------------------------------------------------------------


def table(head, rows):
    """A Markdown table, its first column aligned to the left and all others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def target_line(name, target):
    """One item of a list of targets."""
    verdict = "met" if target["met"] else "missed"
    return f"- {name}: {target['ratio']:.3f}, at most {target['at_most']:.2f} wanted: {verdict}"


def target_list(targets):
    """The section of all targets."""
    return "## Targets\n\n" + "\n".join(target_line(*item) for item in targets.items())


def milliseconds(seconds):
    """A `summary` of seconds."""
    low, median, high = (seconds[key] * 1000 for key in ("low", "median", "high"))
    return f"{median:.1f} ms [{low:.1f}, {high:.1f}]"


def ratio(summary):
    """A `summary` of ratios."""
    return f"{summary['median']:.3f} [{summary['low']:.3f}, {summary['high']:.3f}]"


def mean(values, form, with_deviation=True):
    """The mean, of several values with their standard deviation; empty of none."""
    deviation = f" ± {statistics.stdev(values):{form}}" if with_deviation and len(values) > 1 else ""
    return f"{statistics.fmean(values):{form}}{deviation}" if values else ""


def document(script, *parts):
    """A report of paragraphs, those that are empty left out, that says how it was made.

    Args:
        script: path of the benchmark below `benchmarks/`.
        parts: the paragraphs, sections and tables.
    """
    made = f"Made by `python benchmarks/{script}`; benchmarks/README.md says how each figure is measured."
    return "\n\n".join([*filter(None, parts), made]) + "\n"


def write(directory, name, text, result=None):
    """Writes NAME.md, and NAME.json if there are results; makes the directory if need be."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.md").write_text(text, encoding="utf-8")
    if result is not None:
        (directory / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def wrapped(text, width=100):
    """A Markdown report with its paragraphs in lines of at most so many characters; all else stays as it is."""
    fill = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False).fill
    blocks = text.rstrip("\n").split("\n\n")
    return "\n\n".join(block if re.match(r"[|#!<`\- ]|\d+\. ", block) else fill(block) for block in blocks) + "\n"


def publish(name, text, result=None, directory=None, keep=True):
    """Prints a report, and writes it into the directory, by default to the results unless it is none to `keep`."""
    text = wrapped(text)
    print(text)
    if directory or keep:
        write(directory or RESULTS, name, text, result)
