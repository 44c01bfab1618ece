"""Bytes that were flipped or cut off, in every kind of file of runs, exports and caches, and who reads them then."""

import functools
import hashlib
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.resilience import faults
from benchmarks.resilience.attacks_by import answers
from tests import hostile

CACHE = "KERAS_GAN_CACHE"
OTHER_NUMBERS = "other numbers"


@dataclass(frozen=True)
class Reader:
    """A command that reads a folder.

    Attributes:
        name: of it.
        call: function `(folder, out) -> Answer`, where `out` is an empty folder for what it writes.
        result: function `(folder, out) -> {name: hash}` of what must not change; None: that may lack what is damaged.
    """

    name: str
    call: object
    result: object


def readers_of_run(draws=True):
    """Those of the folder of a run; of one that draws nothing of seeds all but `sample`."""
    return [
        *([Reader("sample --run", _sample_run, _files)] if draws else []),
        Reader("report", lambda run, out: answers.called("report", "--run", run, "--out", out / "r.html"), None),
        Reader("train --resume", lambda run, out: answers.trained("--resume", run, "--steps", 3, "--export"), _weights),
    ]


def readers_of_export(variant):
    """Those of the folder of an exported model of a variant."""
    found = [Reader("sample --model", _sample_model, _files)]
    if variant in ("cgan", "progan"):  # that programs for phones can draw
        script = answers.script(answers.SAMPLE)
        found.append(Reader("mobile/sample.py", functools.partial(_sample_phone, script), _files))
    return found


def readers_of_cache(model, dataset):
    """Those of the folder of the cache: what is damaged there is made again."""

    def evaluate(cache, out):
        before = os.environ.get(CACHE)
        os.environ[CACHE] = str(cache)
        try:
            words = (
                "--model",
                model,
                "--dataset",
                dataset,
                "--metrics",
                "fid",
                "--features",
                "random",
                "--samples",
                16,
            )
            return answers.called("evaluate", *words, "--out", out / "scores.json")
        finally:
            os.environ.pop(CACHE)
            if before is not None:
                os.environ[CACHE] = before

    return Reader("evaluate with its cache", evaluate, _files)


def _sample_run(run, out):
    return answers.called("sample", "--run", run, "--count", 2, "--out", f"{out}/")


def _sample_model(model, out):
    return answers.called("sample", "--model", model, "--count", 2, "--out", f"{out}/")


def _sample_phone(script, model, out):
    path = next(Path(model).glob("generator*.tflite"))
    return answers.shipped(script, "--model", path, "--count", 2, "--out", out / "grid.png")


def _files(folder, out):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def _weights(run, out):
    return faults.bits(run)


def kinds_of_files(folder):
    """The files below a folder, one list for each kind."""
    kinds = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"):
        name = path.name.partition(".tfevents")[0] if "tfevents" in path.name else path.name
        kind = name if not name.startswith("step-") else f"step-*{path.suffix}"
        kinds.setdefault(f"{path.parent.name.partition('-0')[0]}/{kind}", []).append(path)
    return list(kinds.values())


def spoiled(rng, content):
    """A content with a byte flipped, cut off somewhere, empty, or with more of `hostile.damaged`."""
    place, kind = rng.randrange(len(content) or 1), rng.randrange(4)
    if kind == 0 or not content:
        return content[:place]
    if kind == 1:
        return hostile.damaged(rng, content)
    return content[:place] + bytes([content[place] ^ (1 << rng.randrange(8))]) + content[place + 1 :]


def attacks(whole, readers, folder, count, seed=0):
    """So many spoiled files in copies of a folder, each read by one of its readers.

    Args:
        whole: folder of a run, an export or a cache.
        readers: list of `Reader`.
        folder: for copies.
        count: how many.
        seed: decides which.

    Yields:
        `(what was attacked, how, Answer, fault)`: the last is that of the answer, or `OTHER_NUMBERS`.
    """
    rng, kinds = random.Random(seed), kinds_of_files(whole)
    expected = {reader.name: _read(whole, reader, folder)[1] for reader in readers}
    for number in range(count):
        target, reader = rng.choice(kinds[number % len(kinds)]), rng.choice(readers)
        content = spoiled(rng, target.read_bytes())
        answer, found = _read(whole, reader, folder, {target.relative_to(whole): content})
        # That it goes back to an earlier checkpoint is said, and then it draws what that one draws.
        silent = "damaged" not in answer.out + answer.err
        differs = silent and answer.code == 0 and found != expected[reader.name]
        how = f"{target.relative_to(whole)} ({len(content)} of {target.stat().st_size} bytes, seed {seed}.{number})"
        yield f"bytes, {reader.name}", how, answer, answer.fault or (OTHER_NUMBERS if differs else "")


def _read(whole, reader, folder, changed=()):
    """`(Answer, result)` of a reader of a copy of a folder in which files have other contents."""
    place, out = folder / whole.name, folder / "out"
    for each in (place, out):
        shutil.rmtree(each, ignore_errors=True)
    shutil.copytree(whole, place)
    out.mkdir()
    for name in changed:
        (place / name).write_bytes(changed[name])
    answer = reader.call(place, out)
    return answer, reader.result(place, out) if reader.result and answer.code == 0 else None
