"""Sounds go the whole way by the command line: trained, resumed, exported, sampled, spoken, scored and shown."""

import json
import shutil
import subprocess
import sys
import wave

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import exported
from keras_gan.commands import speak
from keras_gan.errors import UserError
from tests.conftest import ROOT, command, train
from tests.e2e.test_modality import weights

STEPS = 4
TINY = ("--model.generator-channels", 4, "--model.discriminator-channels", 4, "--model.max-channels", 8)
SMALL = ("--seconds", 0.5, "--batch-size", 8, "--steps", STEPS, "--checkpoint-every", 1, "--keep-checkpoints", 9)


def read(path):
    """`(float [samples], rate)` of a WAV of 16 bits."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767, file.getframerate()


@pytest.fixture(scope="module", params=["specgan", pytest.param("wavegan", marks=pytest.mark.slow)])
def run(request, tmp_path_factory):
    """A finished run of each variant."""
    folder = tmp_path_factory.mktemp(request.param)
    own = ("--model.bands", 16) if request.param == "specgan" else ()
    where = ("--log-dir", folder / "logs", "--export-dir", folder / "models")
    assert train("--variant", request.param, *SMALL, *TINY, *own, *where, "--data-augment", "shift,gain") == 0
    return folder / "logs" / f"{request.param}-tones"


@pytest.fixture(scope="module")
def model(run):
    """The folder of its exported model."""
    return run.parent.parent / "models" / run.name / "1"


def test_a_run_shows_and_plays(run):
    names = {path.name for path in (run / "samples").iterdir()}
    assert {"real.wav", "real.png", f"step-{STEPS:09d}.wav", f"step-{STEPS:09d}.png"} <= names
    assert command("report", "--run", run.name, "--log-dir", run.parent) == 0
    page = (run / "report.html").read_text()
    assert page.count("<audio controls") == page.count('src="data:audio/wav;base64,') >= 2
    assert page.count('src="data:image/png;base64,') >= 2  # spectrograms beside the players
    events = b"".join(path.read_bytes() for path in run.glob("events.*"))
    assert b"samples/heard" in events
    assert b"RIFF" in events


def test_a_run_resumes_to_the_bit(run, tmp_path):
    copy = tmp_path / "logs" / run.name
    shutil.copytree(run, copy)
    for step in range(2, STEPS + 1):
        shutil.rmtree(copy / "checkpoints" / f"step-{step:09d}")
    assert train("--resume", copy, "--export") == 0
    straight, resumed = weights(run, STEPS), weights(copy, STEPS)
    assert straight.keys() == resumed.keys()
    assert all(np.array_equal(straight[name], resumed[name]) for name in straight)


def test_seeds_give_waveform_spectrogram_and_file(model):
    signatures = tf.saved_model.load(str(model)).signatures
    seeds, labels = tf.constant([3, -4, 2**40], tf.int64), tf.constant([1, 1, 9], tf.int32)
    made = signatures["from_seeds_and_labels"](seeds=seeds, labels=labels)
    assert made.keys() == {"waveform", "spectrogram", "wav_bytes"}
    assert made["waveform"].shape == (3, 4096)
    for content, waveform in zip(made["wav_bytes"].numpy(), made["waveform"].numpy(), strict=True):
        samples, rate = tf.audio.decode_wav(content)
        assert int(rate) == 8000
        np.testing.assert_allclose(samples[:, 0], waveform, atol=1e-4)
    one = signatures["from_seeds_and_labels"](seeds=seeds[1:2], labels=labels[1:2])
    for name in ("waveform", "spectrogram"):  # a row depends on nothing but its own seed
        np.testing.assert_allclose(one[name][0], made[name][1], atol=1e-3)


def test_a_seed_sounds_the_same_everywhere(model, tmp_path):
    seeds = np.arange(5, 8, dtype=np.int64)
    made = tf.saved_model.load(str(model)).signatures["from_seeds"](seeds=tf.constant(seeds))
    plural = exported.load(model).output.plural
    bound = 1e-5 if plural == "waveform" else 1e-4
    phone = exported.load(model / "generator.tflite")
    np.testing.assert_allclose(phone.draw_seeds(seeds), made[plural], atol=bound)
    script = [sys.executable, ROOT / "export/mobile/sample.py", "--model", model / "generator.tflite"]
    subprocess.run([*script, "--seed", "5", "--count", "3", "--out", tmp_path / "all.wav"], check=True)
    assert command("sample", "--model", model, "--seed", 5, "--count", 3, "--out", f"{tmp_path}/here/") == 0
    for row, seed in enumerate(seeds):
        for path in (tmp_path / f"all-{seed}.wav", tmp_path / "here" / f"seed-{seed}.wav"):
            samples, rate = read(path)
            assert rate == 8000
            np.testing.assert_allclose(samples, made["waveform"][row], atol=1e-2)


def test_sample_writes_single_sounds_all_of_them_and_a_sheet(model, tmp_path):
    assert command("sample", "--model", model, "--label", "bell", "--count", 3, "--out", f"{tmp_path}/bells/") == 0
    names = sorted(path.name for path in (tmp_path / "bells").iterdir())
    assert names == ["all.png", "all.wav", "seed-0.wav", "seed-1.wav", "seed-2.wav"]
    assert command("sample", "--model", model, "--interpolate", 1, 2, "--frames", 4, "--out", tmp_path / "way.wav") == 0
    assert len(read(tmp_path / "way.wav")[0]) > 3 * 0.15 * 8000  # pauses
    assert (tmp_path / "way.png").exists()


def test_text_is_said_as_far_as_classes_go(model, tmp_path, capsys):
    said = ("speak", "--model", model, "--out", tmp_path / "said.wav", "--text")
    assert command(*said, "Bell, oo ah. Bell") == 0
    assert "4 words" in capsys.readouterr().out
    samples, rate = read(tmp_path / "said.wav")
    assert len(samples) / rate > 0.25 + 0.07 + 0.45
    assert command(*said, "bell seven zoo") == 2
    assert "cannot say seven, zoo: its classes are ah, eh, ee" in capsys.readouterr().err


def test_words_and_pauses_of_a_text():
    assert speak.words_of("Seven two, 9.") == [("seven", 0.07), ("two", 0.25), ("9", 0.45)]
    assert [word for word, _ in speak.words_of("42 öffnen! don’t")] == ["4", "2", "öffnen", "don’t"]
    with pytest.raises(UserError, match="must have 1 to"):
        speak.words_of(" ?! ")


def test_scores_of_sounds(run, model, tmp_path):
    arguments = ("--metrics", "loudness", "sound-copies", "kid", "--features", "mel", "--samples", 16)
    assert command("evaluate", "--model", model, *arguments, "--out", tmp_path / "scores.json") == 0
    names = [score["name"] for score in json.loads((tmp_path / "scores.json").read_text())["scores"]]
    assert names[:2] == ["loud_as_real", "clipped"]
    assert {"sound_copies", "nearest_training_sound", "kid[mel]"} <= set(names)


def test_what_does_not_fit_is_refused(tmp_path, capsys):
    for arguments, said in (
        (("--variant", "specgan", "--dataset", "avatars"), "makes values of the kind sound.spectrogram"),
        (("--variant", "dcgan", "--dataset", "tones"), "dcgan"),
        (("--variant", "specgan", "--model.bands", 48), "--model.bands must be a power of two"),
        (("--variant", "wavegan", "--rate", 100), "--rate must be between"),
        (("--variant", "wavegan", "--dataset", f"sound:{tmp_path}"), "no sounds below"),
    ):
        assert train(*arguments, "--log-dir", tmp_path / "logs", "--steps", 1) == 2
        assert said in capsys.readouterr().err
