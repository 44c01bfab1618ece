"""Disks that have no room left, or no more files, for each command that writes."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.resilience.attacks_by import answers, victims

ROOMS = {  # what is left when a command begins: KiB, and files
    "no room": (0, None),
    "4 KiB": (4, None),
    "40 KiB": (40, None),
    "300 KiB": (300, None),
    "no file": (None, 0),
    "2 files": (None, 2),
}
_FILES, _MEGABYTES = 4000, 96
_CACHE = "KERAS_GAN_CACHE"


@contextlib.contextmanager
def small_disk(folder):
    """A file system of its own below a folder; `PermissionError` for who may mount none."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={_MEGABYTES}m,nr_inodes={_FILES}"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        raise PermissionError("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # TensorFlow has its logs open still


def leave(disk, kibibytes=None, files=None):
    """Makes a disk so small that just so much fits on it beside what is there."""
    state, page = os.statvfs(disk), 4096
    used = (state.f_blocks - state.f_bfree) * state.f_frsize
    room = f"size={used + max(kibibytes, 0) * 1024 or page}" if kibibytes is not None else f"size={_MEGABYTES}m"
    count = state.f_files - state.f_ffree + (files if files is not None else _FILES)
    subprocess.run(["mount", "-o", f"remount,{room},nr_inodes={count}", str(disk)], check=True)


def commands(made):
    """`{name: (what is to lie on the disk, function of the disk that returns an Answer)}`, of each that writes.

    Args:
        made: `{variant: (run, export)}` as `victims.made` returns it, with `pix2pix`, `cgan` and others.
    """
    image_run, image = made["cgan"]
    given = image_run.parent.parent
    seeds = ("sample", "--model", image, "--count", 4)
    photo = next((given / "paired").glob("*.png"))
    data = ("--dataset", f"folder:{given / 'folder'}")
    found = {
        "sample, a grid": ((), lambda disk: answers.called(*seeds, "--out", disk / "grid.png")),
        "sample, a folder": ((), lambda disk: answers.called(*seeds, "--out", f"{disk}/new/")),
        "sample, a walk": (
            (),
            lambda disk: answers.called("sample", "--model", image, "--interpolate", 1, 2, "--out", disk / "walk.gif"),
        ),
        "translate": (
            (),
            lambda disk: answers.called("translate", *_translation(made, photo), "--out", disk / "t.png"),
        ),
        "evaluate": (
            (),
            lambda disk: answers.called("evaluate", "--model", image, *_SCORE, *data, "--out", disk / "scores.json"),
        ),
        "evaluate, its cache": ((), lambda disk: _with_cache(disk, "evaluate", "--model", image, *_SCORE, *data)),
        "report": ((image_run,), lambda disk: answers.called("report", "--run", disk / image_run.name)),
        "film": (
            (),
            lambda disk: answers.called("film", "--run", image_run, "--out", disk / "growth.gif"),
        ),
        "pack": ((), lambda disk: answers.called("pack", *data, "--image-size", 16, "--out", disk / "packed")),
        "export": (
            (),
            lambda disk: answers.called(
                *("export", "--run", image_run, "--export-dir", disk / "models", "--export", "saved_model", "tflite"),
                *("--dataset", f"folder:{given / 'folder'}"),
            ),
        ),
        "train": (
            (),
            lambda disk: answers.trained(*victims.arguments(given, "cgan", 2, "full"), "--log-dir", disk, "--export"),
        ),
        "resume": (
            (image_run,),
            lambda disk: answers.trained("--resume", disk / image_run.name, "--steps", 4, "--export"),
        ),
        "scratch files of an export": ((), lambda disk: _with_scratch(disk, image_run)),
    }
    if "stylegan2" in made:
        found["directions"] = (
            (made["stylegan2"][1],),
            lambda disk: answers.called("directions", "--model", disk / "1", "--samples", 128, "--count", 1),
        )
    for name in ("textgan", "motiongan", "specgan"):
        if name in made:
            found[f"sample of {name}"] = ((), lambda disk, model=made[name][1]: _of_kind(model, disk))
    return found


_SCORE = ("--metrics", "fid", "--features", "random", "--samples", 8)


def _of_kind(model, disk):
    return answers.called("sample", "--model", model, "--count", 2, "--out", f"{disk}/new/")


def _translation(made, photo):
    return ("--model", made["pix2pix"][1], "--input", photo)


def _with_cache(disk, *arguments):
    with _environment(_CACHE, disk / "cache"), tempfile.TemporaryDirectory() as out:
        return answers.called(*arguments, "--out", Path(out) / "scores.json")


def _with_scratch(disk, run):
    with tempfile.TemporaryDirectory() as out:
        before, tempfile.tempdir = tempfile.tempdir, str(disk)
        try:
            return answers.called("export", "--run", run, "--export-dir", out, "--export", "tflite")
        finally:
            tempfile.tempdir = before


@contextlib.contextmanager
def _environment(name, value):
    before = os.environ.get(name)
    os.environ[name] = str(value)
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def attacks(made, folder, rooms=tuple(ROOMS), names=None):
    """Each command on each disk.

    Args:
        made: see `commands`.
        folder: where disks are mounted.
        rooms: some of `ROOMS`.
        names: of commands; default: all.

    Yields:
        `(what was attacked, how, Answer)`.
    """
    for name, (needed, command) in commands(made).items():
        for room in rooms if names is None or name in names else ():
            with small_disk(folder / "disk") as disk:
                for each in needed:
                    shutil.copytree(each, disk / each.name)
                leave(disk, *ROOMS[room])
                yield f"full disk, {name}", room, command(disk)
