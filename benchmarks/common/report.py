"""What the speed reports share: the machine they were made on, medians, and how figures are written."""

import os
import platform
import statistics
from pathlib import Path

from benchmarks.common.workers import threads

BUSY_LOAD = 1.0  # of one core; the average falls slowly after other work has ended


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


def rotated(names, number):
    """The names in an order that begins one further in every round: nobody always follows the same one."""
    names = list(names)
    first = number % len(names)
    return names[first:] + names[:first]


def summary(values):
    """Median and quartiles over the rounds."""
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median, "low": low, "high": high}


def target(ratio, at_most):
    """`{ratio, at_most, met}`."""
    return {"ratio": ratio, "at_most": at_most, "met": ratio <= at_most}


def table(head, rows):
    """A Markdown table, its first column aligned to the left and all others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def target_line(name, target):
    """One item of a list of targets."""
    verdict = "met" if target["met"] else "missed"
    return f"- {name}: {target['ratio']:.3f}, at most {target['at_most']:.2f} wanted: {verdict}"


def milliseconds(seconds):
    """A `summary` of seconds."""
    low, median, high = (seconds[key] * 1000 for key in ("low", "median", "high"))
    return f"{median:.1f} ms [{low:.1f}, {high:.1f}]"


def ratio(summary):
    """A `summary` of ratios."""
    return f"{summary['median']:.3f} [{summary['low']:.3f}, {summary['high']:.3f}]"
