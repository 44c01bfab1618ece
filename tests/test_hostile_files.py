"""Folders of damaged and odd files are read or refused: a documented exit code, never a traceback, no hang.

`FUZZ_EXAMPLES=2000 python -m pytest tests/test_hostile_files.py` tries so many folders, the suite 100.
"""

import os
import random
import time

import pytest

from keras_gan import cli, data
from keras_gan.config import DataOptions
from keras_gan.errors import UserError
from tests import hostile
from tests.exporters import translators

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
MOST_SECONDS = 30
MOST_LINES = 60
pytestmark = pytest.mark.filterwarnings("ignore")  # Pillow's, of what it has mended


def answer(capsys, *arguments):
    """Runs a command in this process; returns its exit code and what it said."""
    started = time.monotonic()
    with pytest.raises(SystemExit) as ended:
        cli.main([*map(str, arguments)])
    assert time.monotonic() - started < MOST_SECONDS
    said = capsys.readouterr()
    said.out.encode()  # raises if a byte of a name has got through
    assert len(said.err.replace("\r", "\n").splitlines()) < MOST_LINES
    assert "Traceback" not in said.err
    assert "this program has a fault" not in said.err
    return ended.value.code, said.err


def test_folders(tmp_path, capsys):
    codes = set()
    for seed in range(EXAMPLES):
        rng = random.Random(seed)
        dataset, labels = hostile.make_folder(tmp_path / str(seed), rng)
        skip = rng.random() < 0.7
        given = ["--labels", labels] if labels else []
        code, said = answer(capsys, "inspect-data", f"--dataset={dataset}", "--image-size", 8, *given)
        assert code in (0, 2), (seed, said)
        assert (code == 2) == said.startswith("error: "), (seed, said)
        codes |= {code, loaded(dataset, labels, skip)}
        capsys.readouterr()
    assert codes == {0, 2, "loaded", "refused"}


def loaded(dataset, labels, skip):
    """Reads a data set as a training does."""
    options = DataOptions(dataset=dataset, labels=labels, image_size=8, skip_bad_files=skip)
    started = time.monotonic()
    try:
        parts = data.load_splits(options, dataset.partition(":")[0].replace("folder", "restore"))
        assert parts.train.columns["real"].shape[1:3] == (8, 8)
        str(parts.train.facts).encode()
    except UserError as error:
        return str(error).encode() and "refused"
    finally:
        assert time.monotonic() - started < MOST_SECONDS
    return "loaded"


def test_translations(tmp_path, capsys):
    model = next(translators.exported("plain").glob("generator.tflite"))
    for seed in range(EXAMPLES // 10):
        rng = random.Random(seed)
        hostile.make_folder(tmp_path / str(seed), rng)
        code, said = answer(
            capsys, "translate", "--model", model, "--input", tmp_path / str(seed), "--out", tmp_path / f"out{seed}"
        )
        assert code in (0, 1, 2), (seed, said)
        assert (code == 0) or "error: " in said or "not images: " in said, (seed, said)
