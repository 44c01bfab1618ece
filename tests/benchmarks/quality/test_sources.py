"""What of the code makes a measured row stale."""

import pytest

from benchmarks.quality.sources import code_hash

CODE = (
    '"""Doc."""\nPRESET = Preset(about="FID 3.", steps=5)\n\n\ndef f(x):\n    """Half."""\n    return x / 2  # half\n'
)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Doc", "Other", True),
        ("Half", "A half", True),
        ("# half", "# the half", True),
        ("FID 3", "FID 2", True),
        ("steps=5", "steps=6", False),
        ("x / 2", "x / 3", False),
    ],
)
def test_what_a_module_says_does_not_count_but_what_it_does(old, new, same, tmp_path):
    before, after = tmp_path / "before.py", tmp_path / "after.py"
    before.write_text(CODE)
    after.write_text(CODE.replace(old, new))
    assert after.read_text() != CODE
    assert (code_hash([before]) == code_hash([after])) is same
