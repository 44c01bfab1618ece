"""`train.py` up to a few steps and checkpoints, and what they took as the last line, JSON.

Run by `checkpoints.py` as `python -m benchmarks.resilience.checkpoints_worker STARTED FOLDER ARGUMENTS`.
"""

import itertools
import json
import os
import statistics
import sys
import time

from benchmarks.common.program import train

STEPS, SAVES = 12, 5


def stopwatch(callbacks):
    """The callback that measures, and ends the process."""
    import keras

    from keras_gan.storage import checkpoint

    started, folder = float(sys.argv[1]), sys.argv[2]

    class Stopwatch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.ends, self.processor = [], None

        def on_train_batch_end(self, batch, logs=None):
            self.ends.append(time.time())
            self.processor = self.processor or time.process_time()
            if len(self.ends) == STEPS:
                self.save_and_end()

        def save_and_end(self):
            saves = []
            for number in range(SAVES):
                before = time.time()
                checkpoint.save(self.model, folder, number)
                saves.append(time.time() - before)
            steps = [after - before for before, after in itertools.pairwise(self.ends[1:])]
            seconds = {"first": self.ends[0] - started, "processor": self.processor}
            seconds |= {"step": statistics.median(steps), "save": statistics.median(saves)}
            print("\n" + json.dumps(seconds), flush=True)
            os._exit(0)

    return Stopwatch()


if __name__ == "__main__":
    train(sys.argv[3:], stopwatch)
