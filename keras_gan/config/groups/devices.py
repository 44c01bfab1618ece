"""What a run trains on."""

import re
from dataclasses import dataclass
from typing import Literal

from keras_gan.config.option import option
from keras_gan.errors import UserError

Strategy = Literal["auto", "single", "mirrored", "multi_worker"]


@dataclass(frozen=True)
class DeviceOptions:
    """What a run trains on."""

    strategy: Strategy = option("auto", decides="output")
    """auto: all GPUs of this machine if there are several, else one device; mirrored: MirroredStrategy in any case;
    multi_worker: several processes, as the next three options, TF_CONFIG or Slurm say (docs/distributed.md)."""
    coordinator: str | None = option(None, decides="call")
    """HOST:PORT of worker 0, as all workers can reach it."""
    num_workers: int | None = option(None, decides="call")
    """How many workers train together."""
    worker_index: int | None = option(None, decides="call")
    """Which of them this process is, from 0 on."""
    cpu_replicas: int | None = option(None, decides="output")
    """Split the processor into so many devices and train on all of them: to try out what several GPUs do."""
    steps_per_execution: int = option(1, decides="output")
    """Steps that TensorFlow does in one go, with nothing logged or saved between them: faster for small networks."""

    def check_workers(self):
        """Raises `UserError` unless the options of several workers make sense together."""
        workers = (self.coordinator, self.num_workers, self.worker_index)
        if workers == (None, None, None):
            return
        if self.strategy != "multi_worker":
            raise UserError("--coordinator, --num-workers and --worker-index belong to --strategy multi_worker.")
        if None in workers:
            raise UserError("give --coordinator, --num-workers and --worker-index all three, or none of them.")
        address = re.fullmatch(r"[^\s:/]+:(\d{1,5})", self.coordinator)
        if not address or not 0 < int(address[1]) < 65536:
            raise UserError(f"--coordinator {self.coordinator!r} must be HOST:PORT, such as 10.0.0.1:2222.")
        if not 0 <= self.worker_index < self.num_workers:
            raise UserError(
                f"--worker-index must be from 0 to --num-workers - 1, {self.num_workers - 1}, got {self.worker_index}."
            )
