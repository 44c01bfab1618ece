"""The doctor: watches a run for what goes wrong silently, and says so in plain words."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import tensorflow as tf
from tqdm import tqdm

from keras_gan import health
from keras_gan.callbacks.every import Every
from keras_gan.errors import TrainingFailed
from keras_gan.health import record
from keras_gan.health.examination import Examiner
from keras_gan.health.finding import setup_of
from keras_gan.health.not_finite import not_finite
from keras_gan.health.probe import remember

PATIENCE = 2  # examinations in a row that a finding which can pass must be seen at
PASSED = 4  # examinations in a row without a finding, after which it has passed
FORGOTTEN = 20  # after which it is news again


class Health(Every):
    """Examines the model every `every` steps; what it finds goes to the console, to TensorBoard and to a file.

    What is looked for, the probes in `keras_gan.health` say. A loss or gradient that is not finite is found at the step
    it appears in and ends the training. This callback must come before those that save the model.

    Args:
        directory: folder for `health.json`, and in it `samples/` for what shows a finding.
        every: steps between two examinations.
        sampler: a `Sampler` of the model that is trained.
        train: `Dataset` that it is trained on.
        held_out: `Dataset` that the training does not see; None if there is none.
        writer: `tf.summary` writer, or None.
        say: function that prints a line; default: above the progress bar.
        augment: names of the `Field.augmentations` that the training changes its examples by.
        steps: of the whole run; default: as `fit` is told, None if nobody knows.

    Raises:
        TrainingFailed: from `fit`, for a loss or gradient that is not finite.
    """

    def __init__(
        self, directory, every, sampler, train, held_out=None, writer=None, say=tqdm.write, augment=(), steps=None
    ):
        super().__init__(every)
        self.directory = Path(directory)
        self.sampler, self.train, self.held_out = sampler, train, held_out
        self.augment, self.steps = augment, steps
        self.writer = writer
        self.say = say
        self.findings = []
        self._probes = health.probes()
        self._signals = {signal for probe in self._probes for signal in probe.signals}
        self._certain = {signal for probe in self._probes for signal in probe.certain}
        self._logs_read = {name for probe in self._probes for name in probe.logs}
        self._not_watched = {}
        self._series = defaultdict(list)
        self._streaks = defaultdict(int)  # {signal: examinations in a row that it is seen at}
        self._silence = {}  # {signal that was reported: examinations in a row that it is not seen at}

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        told = self.params or {}
        steps = self.steps or (told.get("steps") or 0) * (told.get("epochs") or 1) or None
        self.examiner = Examiner(
            self.sampler, self.train, self.held_out, self._series, self.directory / "samples", self.augment, steps
        )
        reasons = {
            probe: probe.obstacles(self.examiner) for probe in self._probes if probe.is_of(self.examiner.field.kind)
        }
        self._watching = [probe for probe in reasons if set(probe.signals) - set(reasons[probe])]
        self._not_watched = {signal: reason for found in reasons.values() for signal, reason in found.items()}
        # Those of the run before a resume, up to the step it goes on from.
        self.findings = [finding for finding in record.read(self.directory) if finding.step <= self.step]
        self._silence = {finding.signal: 0 for finding in self.findings}
        self._write()

    def after_step(self, step, logs):
        super().after_step(step, logs)
        figures = {name: float(value) for name, value in logs.items()}
        for name in self._logs_read & figures.keys():
            remember(self._series[name], figures[name])
        finding = not_finite(step, figures, setup_of(self.model))
        if finding:
            self.report(finding)
            raise TrainingFailed(finding.sentence)

    def at(self, step, logs):
        examination = self.examiner.examine(step)
        due = [probe for probe in self._watching if step >= probe.first_step]
        self.consider([finding for probe in due for finding in probe.look(examination) if finding], step)
        if self.writer:
            with self.writer.as_default(step):
                for name, value in examination.figures.items():
                    tf.summary.scalar(f"health/{name}", value)

    def consider(self, findings, step=None):
        """Takes all that one examination has found, at a step, and reports what is news and what has passed.

        A finding that is certain is reported at once, one that may pass after `PATIENCE` examinations in a row.
        """
        self._streaks = defaultdict(int, {finding.signal: self._streaks[finding.signal] + 1 for finding in findings})
        self._silence = {signal: checks + 1 for signal, checks in self._silence.items() if checks < FORGOTTEN}
        for finding in findings:
            if self._streaks[finding.signal] < (1 if finding.signal in self._certain else PATIENCE):
                continue
            if finding.signal not in self._silence:
                self.report(finding)
            self._silence[finding.signal] = 0
        self._note_what_passed(step)

    def _note_what_passed(self, step):
        """Says in the file which of the findings that examinations make have passed."""
        passed = {signal for signal, checks in self._silence.items() if checks >= PASSED and signal in self._signals}
        latest = {finding.signal: index for index, finding in enumerate(self.findings)}
        for signal, index in latest.items():
            finding = self.findings[index]
            if (signal in passed) != (finding.passed is not None):
                self.findings[index] = replace(finding, passed=step if signal in passed else None)
                self._write()

    def report(self, finding):
        """Says a finding everywhere; also for those that are made elsewhere."""
        self.findings.append(finding)
        self._write()
        self.say(f"doctor: {finding.sentence}")
        if self.writer:
            with self.writer.as_default(finding.step):
                tf.summary.text(f"health/{finding.signal}", finding.sentence)
            self.writer.flush()

    def _write(self):
        record.write(self.directory, self.findings, self._not_watched)
