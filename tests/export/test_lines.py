"""Lines on a phone and in the browser are those of Python."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from keras_gan.modalities.text import Tokens
from tests.conftest import ROOT

WORDS = Tokens(6, ("", "<unk>", "a", "(", "b", ")", ",", "."))
CHARACTERS = Tokens(4, ("", "<unk>", "床", " ", "月"), "char")
ROWS = {
    WORDS: np.array([[2, 3, 4, 5, 6, 2], [4, 7, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], np.int32),
    CHARACTERS: np.array([[2, 3, 4, 2], [4, 0, 2, 0]], np.int32),
}


def test_words_are_joined_alike_everywhere(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "export" / "mobile"))
    import sample

    golden = []
    for field, tokens in ROWS.items():
        facts = {"vocabulary": list(field.vocabulary), "unit": field.unit}
        assert sample.lines_of(tokens, facts) == field.texts(tokens)
        golden.append({"field": facts, "tokens": tokens.tolist(), "lines": field.texts(tokens)})
    sys.modules.pop("sample")
    assert golden[0]["lines"] == ["a (b), a", "b.", ""]
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    (tmp_path / "lines.json").write_text(json.dumps(golden))
    result = subprocess.run(
        ["node", "--test", str(ROOT / "tests/export/web/lines.test.mjs")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LINES": str(tmp_path / "lines.json")},
    )
    assert result.returncode == 0, result.stdout
