"""Moving pictures as files: GIF, and MP4 (H.264), which every browser and phone plays."""

import functools
import io
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from keras_gan.modalities.base import Preview
from keras_gan.modalities.image import pictures

SUFFIXES = (".gif", ".mp4")


def write(file, frames, suffix, milliseconds, last=None):
    """Writes frames into an open binary file; a GIF goes on for ever.

    Args:
        frames: uint8 `[N, height, width, channels]`, or a list.
        suffix: one of `SUFFIXES`.
        milliseconds: each frame is shown for.
        last: milliseconds that the last one is shown for; default: as the others.
    """
    repeats = max(1, round((last or milliseconds) / milliseconds))
    if suffix == ".gif":
        see_through = {"transparency": pictures.TRANSPARENT, "disposal": 2} if frames[0].shape[2] in (2, 4) else {}
        durations = _hundredths(len(frames), milliseconds)
        durations[-1] = last or durations[-1]
        first, *others = [pictures.gif_frame(frame) for frame in frames]
        first.save(file, format="GIF", save_all=True, append_images=others, duration=durations, loop=0, **see_through)
    else:
        file.write(_mp4([*frames, *[frames[-1]] * (repeats - 1)], 1000 / milliseconds))


def write_walk(file, images, suffix):
    """Writes a way from one picture to another, and back, into an open binary file.

    One way takes two seconds, but a picture is never shown for less than 40 or more than 500 ms.

    Args:
        images: `[N, height, width, channels]` in [0, 1], N at least 2.
        suffix: one of `SUFFIXES`.
    """
    frames = pictures.to_uint8(images)
    milliseconds = round(min(max(2000 / (len(frames) - 1), 40), 500), -1)  # GIF counts hundredths of a second
    back = frames[-2::-1]
    # A GIF begins anew with its first picture.
    write(file, [*frames, *(back[:-1] if suffix == ".gif" else back)], suffix, int(milliseconds))


def preview(frames, fps):
    """A `Preview` that moves: GIF, or MP4.

    Args:
        frames: function that returns them, uint8 `[N, height, width, channels]`; it is called when they are needed.
        fps: frames of a second.
    """
    made = functools.cache(frames)

    def writer(suffix):
        return lambda file: write(file, made(), suffix, 1000 / fps)

    further = {".mp4": writer(".mp4")}
    return Preview(".gif", writer(".gif"), lambda name: log(name, made(), fps), further=further)


def log(name, frames, fps):
    """Makes a TensorBoard entry of frames, which moves there, by the writer that is the default."""
    import tensorflow as tf

    file = io.BytesIO()
    write(file, frames, ".gif", 1000 / fps)
    _, height, width, _ = frames.shape
    # As `tf.summary.image` does it, which knows PNG alone; TensorBoard shows whatever a browser knows.
    plugin = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="images")
    metadata = tf.compat.v1.SummaryMetadata(display_name=name, plugin_data=plugin)
    tf.summary.write(name, tf.constant([str(width), str(height), file.getvalue()]), metadata=metadata)


def _hundredths(count, milliseconds):
    """How long each frame of a GIF is shown, whole hundredths of a second, in all as long as they should be."""
    ends = 10 * np.rint(np.arange(count + 1) * milliseconds / 10)
    return [max(10, int(each)) for each in np.diff(ends)]


def _mp4(frames, rate):
    from imageio_ffmpeg import get_ffmpeg_exe  # it looks for FFmpeg

    frames = [_even(frame) for frame in frames]
    height, width, _ = frames[0].shape
    given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{rate:g}", "-i", "-"]
    # H.264 with colours at half the size is what all browsers and phones play.
    wanted = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-movflags", "+faststart"]
    with tempfile.TemporaryDirectory() as folder:  # FFmpeg wants a name
        path = Path(folder) / "film.mp4"
        content = b"".join(frame.tobytes() for frame in frames)
        done = subprocess.run(
            [get_ffmpeg_exe(), "-loglevel", "error", *given, *wanted, path],
            input=content,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise OSError(f"FFmpeg: {done.stderr.decode(errors='replace').strip()}")
        return path.read_bytes()


def _even(frame):
    """A frame in colour, whose edges are even numbers, as H.264 wants them: perhaps with a row or column once more."""
    height, width, channels = frame.shape
    frame = np.pad(frame, [(0, height % 2), (0, width % 2), (0, 0)], mode="edge")
    if channels in (2, 4):  # on white
        alpha = frame[..., -1:] / 255.0
        frame = (frame[..., :-1] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return frame.repeat(3, axis=2) if frame.shape[2] == 1 else frame
