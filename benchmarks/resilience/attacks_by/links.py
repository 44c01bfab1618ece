"""Folders of runs and outputs in which links lead to files of somebody else, which must stay as they are."""

import shutil

from benchmarks.resilience.attacks_by import answers

MINE = b"mine\n"
# Below a run, what it writes: a link of this name leads to a file, or with a slash to a folder.
OF_RUNS = (
    *("config.json", "data.json", "health.json", "scores.jsonl", "scores.json", "report.html", ".lock"),
    *("samples/", "checkpoints/", "samples/real.png", "samples/step-000000003.png", "checkpoints/step-000000003/"),
    *("checkpoints/.step-000000003.tmp/", "checkpoints/best-000000003/", "fields.npz", ".report.html.partial"),
)
OF_OUTPUTS = ("seed-0.png", "seed-1.png")


def attacks(run, model, folder, names=OF_RUNS):
    """Each link in a copy of a run, which is then resumed, evaluated by its report, and drawn from.

    Yields:
        `(what was attacked, name of the link, Answer, whether what it led to is as it was)`.
    """
    calls = {
        "report": lambda place: answers.called("report", "--run", place),
        "train --resume": lambda place: answers.trained("--resume", place, "--steps", 3, "--export"),
    }
    for name in names:
        for command, call in calls.items():
            place, mine = folder / run.name, folder / "mine"
            _linked(run, place, mine, name)
            yield f"links, {command}", name, call(place), _is_whole(mine, name)
    for name in OF_OUTPUTS:
        out, mine = folder / "out", folder / "mine"
        _linked(None, out, mine, name)
        answer = answers.called("sample", "--model", model, "--count", 2, "--out", f"{out}/")
        yield "links, sample --out", name, answer, _is_whole(mine, name)


def _linked(original, place, mine, name):
    """Makes a folder, or a copy, with a link of this name to what belongs to somebody else."""
    for each in (place, mine):
        shutil.rmtree(each, ignore_errors=True)
    shutil.copytree(original, place) if original else place.mkdir(parents=True)
    mine.mkdir()
    (mine / "file").write_bytes(MINE)
    link = place / name.rstrip("/")
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.symlink_to(mine if name.endswith("/") else mine / "file")


def _is_whole(mine, name):
    return [each.name for each in mine.iterdir()] == ["file"] and (mine / "file").read_bytes() == MINE
