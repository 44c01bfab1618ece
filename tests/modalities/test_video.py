"""Clips of film: from one form to the other, as files, and in time."""

import io
import subprocess

import numpy as np
import pytest
import tensorflow as tf
from imageio_ffmpeg import count_frames_and_secs, get_ffmpeg_exe
from PIL import Image as Pillow

from keras_gan.modalities.image import movies
from keras_gan.modalities.video import Video, reading

FIELD = Video(8, 16, 16, 3, 12.0)


def clips(count=2):
    """Smooth pictures that become brighter, uint8."""
    across = np.linspace(0, 120, 16)[:, None, None] + np.linspace(0, 60, 16)[None, :, None] + np.zeros(3)
    times = 8 * np.arange(8)[:, None, None, None]
    return np.stack([across + times + 5 * number for number in range(count)]).astype(np.uint8)


def test_bytes_there_and_back():
    inside = FIELD.to_model(clips())
    np.testing.assert_allclose(inside, clips() / 127.5 - 1, atol=1e-6)
    edge = FIELD.from_model(inside)["frames"].numpy()
    np.testing.assert_array_equal(FIELD.to_stored(edge), clips())
    np.testing.assert_allclose(FIELD.from_edge(tf.constant(edge)), inside, atol=1e-6)


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_films_have_every_frame_at_their_rate(suffix, tmp_path):
    path = tmp_path / f"film{suffix}"
    with path.open("wb") as file:
        FIELD.preview(FIELD.to_edge(clips()), 2).writer_of(suffix)(file)
    frames, seconds = count_frames_and_secs(str(path))
    assert frames == 8
    assert seconds == pytest.approx(8 / 12, abs=0.02)


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_what_is_written_is_read(suffix):
    file, value = io.BytesIO(), FIELD.to_edge(clips())[0].repeat(4, axis=1).repeat(4, axis=2)
    large = Video(8, 64, 64, 3, 12.0)
    large.preview(value[None], 1).writer_of(suffix)(file)
    found = reading.film(file.getvalue(), 64, 3).at_rate(12.0)
    assert len(found) == 8
    assert np.abs(found - large.to_stored(value).astype(float)).mean() < 6


def test_frames_of_other_rates_are_those_that_are_seen():
    film = reading.Film(np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1), np.arange(6) / 24)
    assert film.at_rate(12).ravel().tolist() == [0, 2, 4]
    assert film.at_rate(48).ravel().tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_a_film_may_keep_its_size_and_rate(suffix):
    file, frames = io.BytesIO(), clips()[0].repeat(3, axis=2)  # 16 x 48
    movies.write(file, frames, suffix, 100)
    film = reading.film(file.getvalue())
    assert (film.frames.shape, film.milliseconds) == ((8, 16, 48, 3), 100)
    assert np.abs(film.frames - frames.astype(float)).mean() < 6
    grey = reading.film(file.getvalue(), channels=1).frames
    assert grey.shape == (8, 16, 48, 1)
    assert np.abs(grey[..., 0] - frames @ [0.299, 0.587, 0.114]).mean() < 6
    with pytest.raises(reading.Unreadable, match="more than 0 MB"):
        reading.film(file.getvalue(), most_bytes=16 * 48 * 3 * 4)


def test_films_as_cameras_write_them_are_read(tmp_path):
    """Where things are is said at the end of such a file, which no reader can wait for at a pipe."""
    path, frames = tmp_path / "film.mp4", np.random.default_rng(0).integers(0, 256, (12, 360, 640, 3), np.uint8)
    given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "640x360", "-r", "12", "-i", "-"]
    subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", *given, path], input=frames.tobytes(), check=True)
    content = path.read_bytes()
    assert content.index(b"moov") > content.index(b"mdat") + 2**19
    assert len(reading.film(content, 16, 3).at_rate(12.0)) == 12


def test_damaged_films_are_named():
    for content in (b"GIF89a", b"nothing", b""):
        with pytest.raises(reading.Unreadable, match="is no"):
            reading.film(content, 16, 3)


def test_a_picture_to_begin_with():
    file = io.BytesIO()
    Pillow.fromarray(clips()[0, 3].repeat(2, axis=1)).save(file, "PNG")  # 32 x 16: its middle
    start = FIELD.read_start(file.getvalue())
    assert start.shape == (1, 16, 16, 3)
    with pytest.raises(ValueError, match="is no picture"):
        FIELD.read_start(b"nothing")


def test_in_time():
    values = FIELD.to_edge(clips())
    np.testing.assert_array_equal(FIELD.ends(values), values[:, -1])
    joined = FIELD.joined(values, values[:, ::-1])
    assert joined.shape[1] == 15
    np.testing.assert_array_equal(joined[:, 8:], values[:, ::-1][:, 1:])
    loop = FIELD.looped(values, 2)
    assert loop.shape[1] == 6
    # The first frame is that which follows the last one.
    np.testing.assert_allclose(loop[:, 0], values[:, 6], atol=1e-6)
    np.testing.assert_array_equal(loop[:, -1], values[:, 5])
