"""The progress bar."""

import sys

from tqdm import tqdm

from keras_gan.callbacks.every import Every


class Progress(Every):
    """One bar for the whole run, with the time left, the losses and the examples per second.

    Args:
        total_steps: steps of the whole run, those before a resume included.
        schedule: the `Schedule` of the run, which knows how many examples its steps see.
    """

    def __init__(self, total_steps, schedule):
        super().__init__(every=max(1, total_steps))
        self.total_steps = total_steps
        self.schedule = schedule
        self._bar = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        # A log file gets a line now and then, a terminal a bar that moves.
        interval = 0.2 if sys.stderr.isatty() else 30.0
        self._bar = tqdm(
            total=self.total_steps,
            initial=self._first_step,
            unit="step",
            mininterval=interval,
            maxinterval=interval,
            dynamic_ncols=True,
        )

    def after_step(self, step, logs):
        super().after_step(step, logs)
        shown = {name: f"{float(logs[name]):.3f}" for name in ("d_loss", "g_loss") if name in logs}
        rate = self._bar.format_dict["rate"]
        if rate:
            shown["img/s"] = f"{rate * self.schedule.examples_per_step(self.schedule.stage_at(step - 1)):.0f}"
        self._bar.set_postfix(shown, refresh=False)
        self._bar.update(step - self._bar.n)  # one, or as many as an execution has

    def at(self, step, logs):
        pass

    def on_train_end(self, logs=None):
        self.close()

    def close(self):
        """Ends the bar's line, if it has begun."""
        if self._bar is not None:
            self._bar.close()
