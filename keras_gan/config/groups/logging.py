"""What is seen, saved and measured of a run."""

import re
from dataclasses import dataclass

from keras_gan import metrics
from keras_gan.config.option import option
from keras_gan.errors import UserError


@dataclass(frozen=True)
class LoggingOptions:
    """What is seen, saved and measured of a run."""

    run_name: str | None = option(None, decides="output")
    """Name of the run's folder; default: VARIANT-DATASET, numbered if it exists."""
    log_dir: str = option("tensorboard_logs", decides="output")
    """Folder of all runs, for TensorBoard."""
    snapshot_every: int | None = option(None, decides="output")
    """Steps between sample grids; default: a tenth of the run."""
    checkpoint_every: str | None = option(None, decides="output")
    """Steps between checkpoints, or minutes: 500, or 10min; default: at each sample grid."""
    keep_checkpoints: int = option(3, decides="output")
    """How many of the newest checkpoints to keep; the best one is kept beside them."""
    metrics: tuple[str, ...] | None = option(None, decides="output")
    """Score samples in training by any of fid, kid, is, prdc, … (docs/scores.md); the first decides which checkpoint is
    the best; default: none, or the variant's own; the option without a value: none."""
    eval_every: int | None = option(None, decides="output")
    """Steps between scores; default: a tenth of the run, put off while scores take more than a tenth of the time."""
    eval_samples: int | None = option(None, decides="output")
    """Samples of each of these scores; default: 2048, or the variant's own."""
    eval_features: str = option("auto", decides="output")
    """What looks at them, as --features of the command evaluate."""
    health: bool = option(True, decides="output")
    """Watch the run for collapse, divergence and the like, and say so; --no-health watches nothing, not even NaN."""
    profile: int | None = option(None, decides="output")
    """Write a profile of so many steps, from the 11th on; TensorBoard shows it with tensorboard-plugin-profile."""

    def check_logging(self):
        """Raises `UserError` unless these options make sense together."""
        metrics.check_names(self.metrics)
        if self.eval_every and not self.metrics:
            raise UserError("--eval-every needs --metrics: say what to score, such as --metrics fid kid.")
        if self.eval_samples < 2:
            raise UserError(f"--eval-samples must be at least 2, got {self.eval_samples}.")
        parse_interval(self.checkpoint_every)
        if self.run_name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", self.run_name):
            raise UserError(
                f"--run-name {self.run_name!r} must be a plain folder name: letters, digits, '.', '_', '+' and '-'."
            )


def parse_interval(text):
    """`500` to `(500, None)`, `10min` to `(None, 10.0)`, None to `(None, None)`: steps and minutes."""
    if text is None:
        return None, None
    found = re.fullmatch(r"(?:([1-9]\d*)|(\d+(?:\.\d+)?) ?min)", text)
    if not found or (found[2] and not float(found[2])):
        raise UserError(f"--checkpoint-every {text!r}: give steps or minutes, such as 500 or 10min.")
    return (int(found[1]), None) if found[1] else (None, float(found[2]))
