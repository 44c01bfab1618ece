"""`film`: the snapshots of a run as a moving picture."""

import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from keras_gan import cli


@pytest.fixture
def run_with_snapshots(tmp_path):
    samples = tmp_path / "logs" / "grown" / "samples"
    samples.mkdir(parents=True)
    (samples.parent / "config.json").write_text("{}")
    for number, grey in enumerate((0, 120, 240)):
        Image.new("RGB", (33, 21), (grey, grey, 0)).save(samples / f"step-{number * 50:09d}.png")
    Image.new("RGB", (33, 21)).save(samples / "real.png")
    return tmp_path


def film(folder, out, *options):
    with pytest.raises(SystemExit) as ended:
        cli.main(["film", "--run", "grown", "--log-dir", str(folder / "logs"), "--out", str(folder / out), *options])
    return ended.value.code


def test_a_gif_has_a_frame_for_each_snapshot(run_with_snapshots, capsys):
    assert film(run_with_snapshots, "film.gif", "--seconds", "3") == 0
    assert capsys.readouterr().out.startswith("3 snapshots of grown, steps 0 to 100, in ")
    with Image.open(run_with_snapshots / "film.gif") as picture:
        assert picture.n_frames == 3
        assert (picture.size, picture.info["duration"]) == ((33, 41), 1000)
        picture.seek(1)
        np.testing.assert_allclose(np.asarray(picture.convert("RGB"))[:20, :30], [[[120, 120, 0]] * 30] * 20, atol=2)


def test_an_mp4_plays_in_order(run_with_snapshots):
    assert film(run_with_snapshots, "film.mp4", "--seconds", "0.3") == 0
    read = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", run_with_snapshots / "film.mp4"]
    raw = subprocess.run([*read, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True)
    frames = np.frombuffer(raw.stdout, np.uint8).reshape(-1, 42, 34, 3)  # even edges
    reds = frames[:, 5:15, 5:25, 0].mean(axis=(1, 2))
    assert np.all(np.diff(reds) >= -3)
    assert reds[0] < 20
    assert reds[-1] > 220


@pytest.mark.parametrize(
    ("out", "missing", "message"),
    [
        ("film.webm", 0, "must end in .mp4 or .gif"),
        ("film.mp4", 2, "has 1 snapshot(s) that are pictures, and a film needs two"),
        ("logs/grown/config.json/film.gif", 0, "cannot write"),
    ],
)
def test_what_is_wrong_is_said(run_with_snapshots, capsys, out, missing, message):
    for path in sorted((run_with_snapshots / "logs" / "grown" / "samples").glob("step-*"))[:missing]:
        path.unlink()
    assert film(run_with_snapshots, out) == 2
    assert message in capsys.readouterr().err
