"""Films and pictures from files: GIF by Pillow, all else by FFmpeg."""

import io
import subprocess
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

MOST_FRAMES = 20_000
SUFFIXES = (".gif", ".mp4", ".webm", ".mov", ".mkv", ".avi", ".m4v")


class Unreadable(ValueError):
    """A file that cannot be used: says why, in words that follow its name."""


@dataclass(frozen=True, eq=False)
class Film:
    """uint8 `[T, size, size, channels]`, and the seconds at which each frame begins."""

    frames: np.ndarray
    times: np.ndarray

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


def film(content, size, channels):
    """The `Film` in a file, given as bytes; raises `Unreadable`."""
    if content[:3] == b"GIF":
        return _of_gif(content, size, channels)
    return _of_ffmpeg(content, size, channels)


def _of_gif(content, size, channels):
    frames, times, now = [], [], 0.0
    try:
        image = Pillow.open(io.BytesIO(content))
        for number in range(min(image.n_frames, MOST_FRAMES)):
            image.seek(number)
            frames.append(_squared(image, size, channels))
            times.append(now)
            now += max(image.info.get("duration", 100), 10) / 1000
    except (OSError, EOFError, UnidentifiedImageError, ValueError) as error:
        raise Unreadable(f"is no whole GIF ({error})") from None
    return Film(np.stack(frames), np.array(times))


def _of_ffmpeg(content, size, channels):
    from imageio_ffmpeg import get_ffmpeg_exe

    # Its own rate is kept: frames of other lengths come as often as they are shown.
    crop = f"crop='min(iw,ih)':'min(iw,ih)',scale={size}:{size}:flags=area,fps=60"
    pixels = "gray" if channels == 1 else "rgb24"
    wanted = ["-vf", crop, "-frames:v", str(MOST_FRAMES), "-f", "rawvideo", "-pix_fmt", pixels, "-"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-i", "-", *wanted]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    frames = np.frombuffer(done.stdout, np.uint8)
    count = len(frames) // (size * size * channels)
    if not count:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["it has no frames"]
        raise Unreadable(f"is no film that can be read ({lines[-1]})")
    return Film(frames.reshape(count, size, size, channels), np.arange(count) / 60)


def _squared(image, size, channels):
    image = image.convert("L" if channels == 1 else "RGB")
    edge = min(image.size)
    left, top = (image.width - edge) // 2, (image.height - edge) // 2
    image = image.crop((left, top, left + edge, top + edge)).resize((size, size), Pillow.Resampling.BOX)
    pixels = np.asarray(image)
    return pixels[..., None] if channels == 1 else pixels
