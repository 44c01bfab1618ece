"""Folders of sounds as people have them: any rate, type and script, and what is wrong is named."""

import wave
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from keras_gan.data import sound, tones
from keras_gan.data.sound_sets import PEAK, clip, resampled
from keras_gan.errors import UserError
from tests.conftest import command

RATE = 8000


def tone(hertz=440.0, rate=RATE, seconds=0.3, peak=0.3):
    return peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def options(path, **changes):
    usual = {"dataset": f"sound:{path}", "rate": RATE, "seconds": 1.024, "skip_bad_files": False, "labels": None}
    return SimpleNamespace(**{**usual, **changes})


def load(path, **changes):
    return sound.load(str(path), options(path, **changes))


def pitch(waveform, rate=RATE):
    """The strongest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(waveform.astype(float) * np.hanning(len(waveform))))
    return spectrum.argmax() * rate / len(waveform)


@pytest.fixture
def folder(tmp_path):
    """Four sounds of other people, all of a tone of 440 Hz."""
    soundfile.write(tmp_path / "a_44k.flac", np.stack([tone(rate=44100), 0.5 * tone(rate=44100)], axis=1), 44100)
    soundfile.write(tmp_path / "b_bits8.wav", tone(), RATE, subtype="PCM_U8")
    soundfile.write(tmp_path / "b_float.wav", tone(), RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "a_звук 音.wav", tone(rate=16000), 16000)
    return tmp_path


def test_sounds_of_any_kind_come_to_one(folder):
    found = load(folder)
    waveforms = found.columns["real"]
    assert waveforms.shape == (4, 8192)
    assert waveforms.dtype == np.int16
    for waveform in waveforms:
        assert pitch(waveform[:2400]) == pytest.approx(440, abs=5)
        assert np.abs(waveform).max() == pytest.approx(PEAK * 32767, abs=2)
        assert not waveform[3000:].any()  # shorter ones are followed by silence
    assert found.class_names == ("a", "b")
    assert found.columns["label"].tolist() == [0, 0, 1, 1]
    assert "2 of 4 resampled, 1 mixed down to one channel" in found.treatment


def test_an_mp3_by_another_name_is_read_by_its_content(folder):
    soundfile.write(folder / "x.mp3", tone(rate=16000, seconds=0.5), 16000, format="MP3")
    (folder / "x.mp3").rename(folder / "a_mp3.wav")
    waveforms = load(folder).columns["real"]
    assert len(waveforms) == 5
    assert pitch(waveforms[1][1000:3000]) == pytest.approx(440, abs=5)


def broken(path, kind):
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "header":
        soundfile.write(path, tone(), RATE)
        path.write_bytes(b"RIFX" + path.read_bytes()[4:20] + b"\0" * 40)
    elif kind == "silent":
        soundfile.write(path, np.zeros(2000), RATE)
    elif kind == "no samples":
        soundfile.write(path, np.zeros(0), RATE)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("empty", "it is empty"),
        ("header", "it cannot be read"),
        ("silent", "it is silent"),
        ("no samples", "it holds no samples"),
    ],
)
def test_what_cannot_be_used_is_named_in_a_line(folder, kind, said):
    broken(folder / "b_bad.wav", kind)
    with pytest.raises(UserError, match=rf"1 of 5 sound files cannot be read:\n  .*b_bad\.wav: {said}"):
        load(folder)
    assert len(load(folder, skip_bad_files=True)) == 4


def test_clipped_sounds_are_counted_and_named(folder, capsys):
    soundfile.write(folder / "b_loud.wav", np.clip(5 * tone(peak=0.9), -1, 1), RATE)
    load(folder)
    assert "1 of 5 sounds are clipped" in capsys.readouterr().out
    assert command("inspect-data", "--dataset", f"sound:{folder}") == 0
    printed = capsys.readouterr().out
    assert "clipped: 1\n  b_loud.wav" in printed
    assert "44100 Hz, 2 channel(s) (1)" in printed
    assert "training sees 5 sounds of 1.024 s at 8000 Hz" in printed


def test_classes_are_sub_folders_first(folder):
    for name in ("cat", "dog"):
        (folder / name).mkdir()
    for number, path in enumerate(sorted(folder.glob("*.*"))):
        path.rename(folder / ("cat", "dog")[number % 2] / path.name)
    assert load(folder).class_names == ("cat", "dog")
    assert load(folder, labels="none").class_names == ()


def test_names_that_tell_no_classes(tmp_path):
    for name in ("one.wav", "two.wav"):
        soundfile.write(tmp_path / name, tone(), RATE)
    has, why = sound.has_classes(str(tmp_path), options(tmp_path))
    assert not has
    assert "neither sub-folders" in why
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"no sounds below .*; it is empty"):
        sound.check_available(str(tmp_path / "empty"), options(tmp_path / "empty"))


def test_a_clip_is_trimmed_cut_and_loud():
    long = np.concatenate([np.zeros(1000), tone(seconds=3.0, peak=0.02), np.zeros(500)]).astype(np.float32)
    found = clip(long, 8192, RATE)
    assert found.shape == (8192,)
    assert np.abs(found).max() == pytest.approx(PEAK * 32767, abs=1)
    assert np.abs(found[:60]).max() > 1000  # the silence before is gone
    assert found[0] == 0  # without a click


def test_resampling_keeps_pitch_and_loudness():
    found = resampled(tone(rate=44100, seconds=1.0).astype(np.float32), 44100, RATE)
    assert len(found) == RATE
    assert pitch(found) == pytest.approx(440, abs=1.5)
    assert np.abs(found[1000:-1000]).max() == pytest.approx(0.3, abs=0.01)


def test_tones_are_the_same_always_and_of_ten_classes():
    again = tones.sound("train", 13, 8192, RATE)
    np.testing.assert_array_equal(again, tones.sound("train", 13, 8192, RATE))
    assert not np.array_equal(again, tones.sound("test", 13, 8192, RATE))
    found = tones.load("", options("", dataset="tones"))
    assert found.columns["real"].shape == (1000, 8192)
    assert found.class_counts == dict.fromkeys(tones.CLASS_NAMES, 100)
    np.testing.assert_array_equal(found.columns["real"][13], again)


def test_files_that_are_written_can_be_read_by_others(tmp_path):
    from keras_gan.modalities.sound import files

    with open(tmp_path / "one.wav", "wb") as file:
        files.write(file, np.array([0.0, 0.5, -1.0, 2.0, np.nan], np.float32), RATE)
    with wave.open(str(tmp_path / "one.wav")) as found:
        assert (found.getnchannels(), found.getsampwidth(), found.getframerate()) == (1, 2, RATE)
    values, rate = soundfile.read(tmp_path / "one.wav", dtype="int16")
    assert rate == RATE
    assert values.tolist() == [0, 16384, -32767, 32767, 0]
