"""Columns of clips: each row is so many frames in a row of something longer, cut out when it is asked for."""

import numpy as np


class Windows:
    """A column of a `Dataset`: windows of clips that lie one after the other in one array.

    Args:
        frames: `[all frames, …]`.
        starts: int `[N]`, where each window begins.
        length: frames of a window.
    """

    def __init__(self, frames, starts, length):
        self._frames, self.starts, self._length = frames, np.asarray(starts, np.int64), length
        self.dtype, self.shape = frames.dtype, (len(self.starts), length, *frames.shape[1:])

    def __len__(self):
        return len(self.starts)

    def __getitem__(self, indices):
        return self._frames[self.starts[indices][..., None] + np.arange(self._length)]

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)

    def keep_rows(self, indices):
        """The column of these rows alone."""
        return Windows(self._frames, self.starts[indices], self._length)


def of_clips(clips, length, stride=1):
    """All windows of some clips, `(Windows, the number of each window's clip)`; clips that are shorter have none.

    Args:
        clips: list of arrays `[frames, …]`.
        length: frames of a window.
        stride: frames from the beginning of one to that of the next.
    """
    counts = [len(range(0, len(clip) - length + 1, stride)) for clip in clips]
    ends = np.cumsum([len(clip) for clip in clips])
    starts = [end - len(clip) + stride * np.arange(count) for end, clip, count in zip(ends, clips, counts, strict=True)]
    return Windows(np.concatenate(clips), np.concatenate(starts), length), np.repeat(np.arange(len(clips)), counts)
