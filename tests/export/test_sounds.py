"""Sounds in NumPy on a phone, and in the browser, are those of Python."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from keras_gan.modalities.sound import analysis
from keras_gan.modalities.sound.spectrogram import Spectrogram
from tests.conftest import ROOT

FIELD = Spectrogram(4096, 8000, 64)
SEED = np.array([-3 - 2**40])


@pytest.fixture(scope="module")
def levels():
    """The spectrogram of a tone that rises, `[1, bands, frames]`, and the waveform."""
    time = np.arange(FIELD.samples) / FIELD.rate
    waveform = (0.5 * np.sin(2 * np.pi * (250 + 700 * time) * time) * np.exp(-3 * time)).astype(np.float32)[None]
    return analysis.spectrograms(waveform, FIELD.analysis), waveform


def test_the_phone_script_makes_the_same_sounds(levels, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "export" / "mobile"))
    import sample
    import sounds

    facts = {"kind": FIELD.kind, "rate": 8000, "samples": 4096, "bands": 64}
    made = sounds.waveforms(levels[0], facts, sample.threefry2x32, SEED)
    np.testing.assert_allclose(made, FIELD.with_seeds(SEED).waveforms(levels[0]), atol=1e-2)
    assert sounds.waveforms(made, {**facts, "kind": "sound"}, None, SEED) is made
    np.testing.assert_allclose(sounds.mel_filters(8000, 256, 64), FIELD.analysis.filters, atol=1e-7)
    for name in ("sample", "sounds"):
        sys.modules.pop(name)


def test_the_page_makes_the_same_sounds(levels, tmp_path):
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    spectrogram, waveform = levels
    golden = {
        "field": {"rate": FIELD.rate, "samples": FIELD.samples, "bands": FIELD.bands},
        "filters": FIELD.analysis.filters.ravel().tolist(),
        "waveform": waveform[0].tolist(),
        "levels": spectrogram.ravel().tolist(),
        "seed": str(SEED[0]),
        "heard": FIELD.with_seeds(SEED).waveforms(spectrogram)[0].tolist(),
    }
    (tmp_path / "sounds.json").write_text(json.dumps(golden))
    result = subprocess.run(
        ["node", "--test", str(ROOT / "tests/export/web/sounds.test.mjs")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SOUNDS": str(tmp_path / "sounds.json")},
    )
    assert result.returncode == 0, result.stdout
