"""Attacks the program in all the ways that have ever lost something, and counts what it makes of them.

    python benchmarks/resilience/attacks.py --kills 200 --bytes 1000

Writes a table into `results/faults.md`, above the one of `faults.py`: what was tried, survived, lost, and ended with a
traceback; of kinds that were not tried this time (`--kills 0`) what the last call found, which `results/attacks.json`
keeps. What was not survived is printed with all that is needed to try it again. All but kills and dead outputs happens
in one process.
"""

import json
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import quiet_tensorflow
from benchmarks.resilience import faults
from benchmarks.resilience.attacks_by import kills
from benchmarks.resilience.attacks_by.kills import VARIANTS as KILLED

LOST, TRACEBACK, UNCLEAR = "lost", "traceback", "unclear"
_TRACEBACKS = ("traceback", "fault of the program")
_WORDS = {
    "kills": "kills by SIGKILL at random moments, each followed by a resume; lost: other bits than those of a run left "
    "alone",
    "bytes": "bytes flipped and cut off in files of runs, exports and caches; lost: other numbers, and nothing said",
    "manifest": "manifests of every wrong shape",
    "client": "servers that answer the client as no server should",
    "full disk": "disks without room or files; lost: another end than exit code 4, or none of the work",
    "dead output": "outputs that are closed, full, read by nobody, or lack the characters",
    "links": "links out of folders of runs and outputs; lost: what they lead to is changed",
}


@dataclass(frozen=True)
class Options:
    """Attacks runs, exports, caches and commands."""

    kills: int = 12
    """Kills, shared among --kill-variants."""
    kill_variants: tuple[str, ...] = KILLED
    """Whose runs are killed: one of each kind."""
    steps: int = 300
    """Steps of the runs that are killed."""
    bytes: int = 100
    """Files with wrong bytes, shared among runs, exports and the cache."""
    manifests: int = 20
    """Wrong manifests beside each of several models."""
    servers: int = 1000
    """Servers; there are some fifty."""
    rooms: int = 2
    """How many sizes of a full disk, of six, each command is tried on."""
    outputs: int = 10
    """Pairs of a command and a dead output; there are ninety."""
    links: int = 4
    """Links in a run's folder; there are some fifteen."""
    variants: tuple[str, ...] = ("cgan", "progan", "pix2pix", "textgan", "specgan")
    """Whose runs and exports are attacked; cgan and pix2pix must be among them."""
    seed: int = 0
    """Decides all that is left to chance."""


@dataclass(frozen=True)
class Outcome:
    """What came of one attack: what was attacked, how, and what was wrong (empty: it was survived)."""

    what: str
    how: str
    wrong: str = ""
    said: str = ""
    times: int = 1


def benchmark(options):
    """Attacks, and writes the table; returns 0 if nothing was lost and there was no traceback."""
    quiet_tensorflow()
    from keras_gan.exporters import fresh_processes

    counts = Counter()
    found = report.RESULTS / "attacks.json"
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder, fresh_processes.kept():
        for each in outcomes(options, Path(folder)):
            # Kills are counted for each variant, for their hours can be made in parts, too.
            kind = each.what if _kind(each.what) == "kills" else _kind(each.what)
            counts[kind, each.wrong] += each.times
            if each.wrong:
                print(f"{each.wrong}: {each.what}: {each.how}\n    {each.said.strip()[-500:]!r}", flush=True)
    kept = merged(json.loads(found.read_text(encoding="utf-8")) if found.exists() else {}, options, counts)
    found.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    _, below = faults.published()
    report.publish("faults", markdown(kept) + "\n" + below)
    return 1 if any(wrong for _, wrong in counts) else 0


def outcomes(options, folder):
    """Yields an `Outcome` for each attack."""
    from benchmarks.resilience.attacks_by import victims

    made = victims.made(folder, options.variants) if _needs_victims(options) else {}
    yield from _of_servers(options, folder)
    yield from _of_manifests(options, folder, made)
    yield from _of_bytes(options, folder, made)
    yield from _of_links(options, folder, made)
    yield from _of_disks(options, folder, made)
    yield from _of_outputs(options, folder, made)
    yield from _of_kills(options, folder)


def _needs_victims(options):
    return any((options.manifests, options.bytes, options.rooms, options.outputs, options.links))


def judged(what, how, answer, lost=""):
    """The `Outcome` of an `Answer`; `lost` says what was lost beside."""
    wrong = TRACEBACK if answer.fault in _TRACEBACKS else LOST if lost else UNCLEAR if answer.fault else ""
    return Outcome(what, f"{how} {lost or answer.fault}", wrong, answer.out + answer.err)


# --- Each kind --------------------------------------------------------------------------------------------------------


def _of_servers(options, folder):
    from benchmarks.resilience.attacks_by import servers

    chosen = dict(list(servers.behaviours().items())[: options.servers])
    for what, how, answer in servers.attacks(folder, chosen):
        yield judged(what, how, answer, "" if answer.code == 4 and "LATE" not in how else f"exit code {answer.code}")


def _of_manifests(options, folder, made):
    from benchmarks.resilience.attacks_by import manifests

    models = [next(export.glob("generator.tflite")) for _, export in made.values()]
    for what, how, answer in manifests.attacks(models, folder, options.manifests, options.seed):
        yield judged(what, how[-3000:], answer)


def _of_bytes(options, folder, made):
    from benchmarks.resilience.attacks_by import damage, victims

    if not options.bytes:
        return
    tasks = [(whole, readers) for name, pair in made.items() for whole, readers in _folders_of(name, pair)]
    cache, reader = folder / "cache", damage.readers_of_cache(made["cgan"][1], victims.pictures(folder))
    (folder / "first").mkdir()
    reader.call(cache, folder / "first")
    for whole, readers in [*tasks, (cache, [reader])]:
        share = -(-options.bytes // (len(tasks) + 1))
        for what, how, answer, fault in damage.attacks(whole, readers, folder / "damaged", share, options.seed):
            yield judged(what, how, answer, fault if fault == damage.OTHER_NUMBERS else "")


def _folders_of(name, pair):
    from benchmarks.resilience.attacks_by import damage

    run_folder, export = pair
    draws = name != "pix2pix"  # which changes pictures: `sample` does not take it
    yield run_folder, damage.readers_of_run(draws)
    if draws:
        yield export, damage.readers_of_export(name)


def _of_links(options, folder, made):
    from benchmarks.resilience.attacks_by import links

    if options.links:
        run_folder, export = made["cgan"]
        names = links.OF_RUNS[: options.links]
        for what, how, answer, is_whole in links.attacks(run_folder, export, folder / "links", names):
            yield judged(what, how, answer, "" if is_whole else "what it leads to was changed")


def _of_disks(options, folder, made):
    from benchmarks.resilience.attacks_by import disks

    rooms = list(disks.ROOMS)[: options.rooms]
    try:
        for what, how, answer in disks.attacks(made, folder / "disks", rooms) if rooms else ():
            yield judged(what, how, answer, "" if answer.code in (0, 4) else f"exit code {answer.code}")
    except PermissionError as error:
        print(f"full disks were not tried: {error}.")


def _of_outputs(options, folder, made):
    from benchmarks.resilience.attacks_by import outputs

    tried = outputs.attacks(made, folder, options.outputs, options.seed) if options.outputs else ()
    for what, how, answer, as_it_may in tried:
        yield judged(what, how, answer, "" if as_it_may else f"exit code {answer.code}")


def _of_kills(options, folder):
    made = kills.attacks(folder, options.kills, options.steps, options.kill_variants, options.seed)
    for name, count, equal, seconds in made:
        print(f"{name}: {count} kills in {seconds:.0f} s, bits {'equal' if equal else 'DIFFER'}", flush=True)
        yield Outcome(f"kills, {name}", f"{count} kills, seed {options.seed}", "" if equal else LOST, times=count)


# --- The table --------------------------------------------------------------------------------------------------------


def merged(before, options, counts):
    """`{kind: {variants, seed, counts: {what was wrong: how often}}}` of a call before, with what this one found."""
    tried = {}
    for (kind, wrong), times in counts.items():
        name = kind.partition("kills, ")[2]
        variants = [name] if name else list(options.variants)
        own = tried.setdefault(kind, {"variants": variants, "seed": options.seed, "counts": {}})
        own["counts"][wrong] = times
    return {**before, **tried}


def markdown(kept):
    """The report of what `merged` gives."""
    of_kind = {kind: [found["counts"] for name, found in kept.items() if _kind(name) == kind] for kind in _WORDS}
    rows = [[_WORDS[kind], *_row(counts)] for kind, counts in of_kind.items() if counts]
    rows.append(["**all**", *_row([each["counts"] for each in kept.values()])])
    variants = ", ".join(sorted({name for each in kept.values() for name in each["variants"]}))
    seeds = ", ".join(sorted({str(each["seed"]) for each in kept.values()}))
    return report.document(
        "resilience/attacks.py",
        "# What attacks found",
        f"Runs and exports of {variants}, at their smallest; seed {seeds}. Survived is what "
        "ended with the numbers of an undisturbed run, or with one line that says why not and the exit code that is "
        "documented; unclear is an end of another kind that lost nothing.",
        report.table(["attacked with", "tried", "survived", "lost", "tracebacks", "unclear"], rows),
    )


def _kind(name):
    return name.partition(",")[0]


def _row(counts):
    found = [sum(each.get(wrong, 0) for each in counts) for wrong in ("", LOST, TRACEBACK, UNCLEAR)]
    return [f"{number:,}" for number in (sum(found), *found)]


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
