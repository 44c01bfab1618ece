"""`train.py` with every step that is done left in a file.

Run by `faults.py` as `python -m benchmarks.resilience.faults_worker FILE ARGUMENTS`.
"""

import os
import sys

from benchmarks.common.program import train


def step_noter(callbacks):
    """The callback that writes."""
    import keras

    file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)

    class StepNoter(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            os.pwrite(file, b"%09d" % int(self.model.step.value), 0)

    return StepNoter()


if __name__ == "__main__":
    train(sys.argv[2:], step_noter)
