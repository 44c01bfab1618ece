"""The benchmark of the input pipeline: that it measures what it says."""

import json

import pytest

from benchmarks.common.command import run
from benchmarks.speed import photos, waiting


@pytest.mark.slow
def test_a_pipeline_that_sleeps_is_waited_for(tmp_path, monkeypatch, capsys):
    asked = ["--variants", "colorize", "--size", "16", "--rounds", "2", "--steps-per-round", "2"]
    asked += ["--out-dir", str(tmp_path)]
    assert run(waiting.Options, waiting.benchmark, asked) == 0
    row = json.loads((tmp_path / "waiting.json").read_text())["variants"]["colorize"]
    assert 0 <= row["waiting"]["low"] <= row["waiting"]["high"] < 1
    assert "| colorize | flip,crop | 8 |" in capsys.readouterr().out

    import tensorflow as tf

    from keras_gan.data import pipeline

    def sleeping(*args, **kwargs):
        def slow(batch):
            return tf.py_function(lambda real: waiting.time.sleep(0.5) or real, [batch], tf.float32)

        return (
            usual(*args, **kwargs)
            .map(lambda batch: {**batch, "real": tf.ensure_shape(slow(batch["real"]), batch["real"].shape)})
            .prefetch(0)
        )

    usual = pipeline.batches
    monkeypatch.setattr(pipeline, "batches", sleeping)
    assert run(waiting.Options, waiting.benchmark, asked) == 0
    result = json.loads((tmp_path / "waiting.json").read_text())
    assert result["variants"]["colorize"]["waiting"]["median"] > 0.5
    assert not result["target"]["met"]


@pytest.mark.slow
def test_every_source_is_measured(tmp_path, capsys):
    asked = ["--sources", *photos.SOURCES, "--source-sizes", "16", "--photos", "70", "--out-dir", str(tmp_path)]
    assert run(waiting.Options, waiting.benchmark, [*asked, "--rounds", "2", "--steps-per-round", "1"]) == 0
    result = json.loads((tmp_path / "waiting.json").read_text())
    assert list(result["sources"]) == [f"{name}, 16 px" for name in photos.SOURCES]
    assert all(0 <= row["waiting"]["median"] < 1 for row in result["sources"].values())
    assert result["variants"] == {}
    assert "| array_record, 16 px | none | 64 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rounds", "1"], "--rounds must be at least 2"),
        (["--variants", "colorise"], "unknown variant 'colorise': did you mean 'colorize'"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments, message, capsys):
    assert run(waiting.Options, waiting.benchmark, arguments) == 2
    assert message in capsys.readouterr().err
