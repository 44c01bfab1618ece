"""The scripts of `export/` whose standard streams are closed: no file takes their places."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

WRONG = {  # what each script refuses in one line
    "mobile/sample.py": "--model nowhere.tflite --out samples.png",
    "mobile/translate.py": "--model nowhere.tflite --input a.png --out b.png",
    "serving/client.py": "--url http://127.0.0.1:9 --model digits --retries 0 --out samples.png",
    "web/assemble.py": "nowhere --out page",
}


def ended(script, end, cwd):
    line = f"{sys.executable} -I {ROOT / 'export' / script} {WRONG[script]} {end}"
    return subprocess.run(["bash", "-c", line], cwd=cwd, capture_output=True, text=True, check=False)


def test_all_scripts_are_here():
    programs = {path for path in (ROOT / "export").glob("*/*.py") if "def ended(" in path.read_text()}
    assert {str(path.relative_to(ROOT / "export")) for path in programs} == WRONG.keys()


@pytest.mark.parametrize("script", WRONG)
def test_closed_streams_change_nothing_else(script, tmp_path):
    usual = ended(script, "", tmp_path)
    assert usual.returncode in (2, 4)
    (said,) = usual.stderr.splitlines()
    for end in ("2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
        dead = ended(script, end, tmp_path)
        assert (dead.returncode, dead.stdout, dead.stderr) == (usual.returncode, "", "")
    assert ended(script, ">&-", tmp_path).stderr == f"{said}\n"
    assert not list(tmp_path.iterdir())
