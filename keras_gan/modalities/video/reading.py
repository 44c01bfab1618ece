"""Films and pictures from files: GIF by Pillow, all else by FFmpeg."""

import io
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from keras_gan.storage import files

MOST_FRAMES, MOST_BYTES = 20_000, 2**30
RATE = 60  # frames a second that films are looked at by, where all are to have one rate
SUFFIXES = (".gif", ".mp4", ".webm", ".mov", ".mkv", ".avi", ".m4v")


class Unreadable(ValueError):
    """A file that cannot be used: says why, in words that follow its name."""


@dataclass(frozen=True, eq=False)
class Film:
    """uint8 `[T, height, width, channels]`, and the seconds at which each frame begins."""

    frames: np.ndarray
    times: np.ndarray

    @property
    def milliseconds(self):
        """How long each frame is shown, on average."""
        return max(20, round(1000 * float(np.diff(self.times).mean()))) if len(self.times) > 1 else 100

    def at_rate(self, fps):
        """The frames that are seen at a rate, each the last that has begun."""
        if len(self.frames) < 2:
            return self.frames
        last = 2 * self.times[-1] - self.times[-2]
        # A GIF knows its times to a hundredth of a second: a frame that lacks a tenth of its time is one.
        moments = np.arange(max(1, int(np.floor((last - self.times[0]) * fps + 0.1)))) / fps + self.times[0]
        return self.frames[np.searchsorted(self.times, moments + 1e-6, side="right") - 1]


def picture(content, size, channels):
    """The picture in a file, uint8 `[size, size, channels]`: its middle square."""
    return _squared(Pillow.open(io.BytesIO(content)), size, channels)


def film(content, size=None, channels=3, most_bytes=MOST_BYTES):
    """The `Film` in a file.

    Args:
        content: the file, as bytes.
        size: of the middle square that each frame is cut to, of `MOST_FRAMES` at most; default: frames as they are.
        channels: 3, or 1 for grey.
        most_bytes: how large the array of all frames may be.

    Raises:
        Unreadable: if there is none, or a larger one.
    """
    return (_of_gif if content[:3] == b"GIF" else _of_ffmpeg)(content, size, channels, most_bytes)


def _of_gif(content, size, channels, most_bytes):
    frames, times, now = [], [], 0.0
    try:
        image = Pillow.open(io.BytesIO(content))
        width, height = (size, size) if size else image.size
        count = min(image.n_frames, MOST_FRAMES) if size else image.n_frames
        _check_room(count * width * height * channels, most_bytes)
        for number in range(count):
            image.seek(number)
            frames.append(_squared(image, size, channels) if size else _pixels(image, channels))
            times.append(now)
            now += max(image.info.get("duration") or 100, 10) / 1000
    except Unreadable:
        raise
    except Exception as error:  # decoders raise nearly anything
        raise Unreadable(f"is no whole GIF ({error})") from None
    return Film(np.stack(frames), np.array(times))


def _of_ffmpeg(content, size, channels, most_bytes):
    from imageio_ffmpeg import get_ffmpeg_exe  # its own reader leaves pipes open

    # Of squares frames come as often as they are shown, whatever their lengths; else each comes once.
    square = f"crop='min(iw,ih)':'min(iw,ih)',scale={size}:{size}:flags=area,fps={RATE}"
    cut = ["-vf", square, "-frames:v", str(MOST_FRAMES)] if size else []
    # As PPM files one after the other, which say their sizes.
    wanted = ["-an", *cut, "-f", "image2pipe", "-c:v", "ppm", "-fs", str(int(most_bytes)), "-"]
    with tempfile.TemporaryDirectory() as folder:  # not through a pipe: what cameras write begins with what is last
        path = Path(folder) / "film"
        files.write(path, content, durable=False)
        done = subprocess.run([get_ffmpeg_exe(), "-hide_banner", "-i", path, *wanted], capture_output=True, check=False)
    said = done.stderr.decode(errors="replace")
    if done.returncode or not done.stdout:
        lines = said.strip().splitlines() or ["it has no frames"]
        raise Unreadable(f"is no film that can be read ({lines[-1]})")
    _check_room(len(done.stdout) + 1, most_bytes)
    frames = [each if channels == 3 else _pixels(Pillow.fromarray(each), 1) for each in _frames_of_ppm(done.stdout)]
    own = re.search(r"([\d.]+) fps", said)
    return Film(np.stack(frames), np.arange(len(frames)) / (RATE if size else float(own[1]) if own else 25.0))


def _frames_of_ppm(content):
    place = 0
    while place < len(content):
        header = re.compile(rb"P6\s(\d+)\s(\d+)\s255\s").match(content, place)
        width, height = int(header[1]), int(header[2])
        frame = np.frombuffer(content, np.uint8, width * height * 3, header.end())
        yield frame.reshape(height, width, 3)
        place = header.end() + frame.size


def _check_room(size, most_bytes):
    if size > most_bytes:
        raise Unreadable(f"has frames of more than {most_bytes / 1e6:.0f} MB: make it shorter or smaller")


def _squared(image, size, channels):
    edge = min(image.size)
    left, top = (image.width - edge) // 2, (image.height - edge) // 2
    image = image.convert("L" if channels == 1 else "RGB").crop((left, top, left + edge, top + edge))
    return _pixels(image.resize((size, size), Pillow.Resampling.BOX), channels)


def _pixels(image, channels):
    pixels = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    return pixels[..., None] if channels == 1 else pixels
