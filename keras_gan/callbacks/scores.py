"""Scores while training, and the best checkpoint by them."""

import json
import time
from pathlib import Path

import tensorflow as tf
from tqdm import tqdm

from keras_gan import metrics
from keras_gan.callbacks.every import Every
from keras_gan.health import score_history
from keras_gan.metrics import evaluation
from keras_gan.metrics.subject import with_samples
from keras_gan.storage import checkpoint, files, forms

PATIENCE = 5  # evaluations without a better score, before the doctor is told
FILE = "scores.jsonl"


class Scores(Every):
    """Scores samples of the EMA networks every `every` steps, and keeps the checkpoint with the best score.

    The first of the metrics that can decide does (see `metrics.DECIDING`). Late collapse is normal for GANs, so the
    last checkpoint is often not the best. Each evaluation is a line of `scores.jsonl`, with its protocol. The last
    step is always scored. Scores of another protocol, of before a resume with other options, decide nothing.

    Args:
        directory: the run's folder.
        checkpoints: the folder of its checkpoints.
        every: steps between evaluations.
        subject: a `keras_gan.metrics.subject.Subject` without samples.
        sampler: the `Sampler` of the model that is trained.
        count: samples of each evaluation, of the portable seeds from `subject.seed` on; at most one of each example.
        writer: `tf.summary` writer, or None.
        doctor: the `Health` callback, to be told when the score no longer improves; or None.
        most_share: put an evaluation off to the next interval if with it they would take more than this share of the
            training's time, as the one before suggests; None: never. Which steps are scored then depends on the
            machine; what is learned does not.
    """

    def __init__(
        self, directory, checkpoints, every, subject, sampler, count, writer=None, doctor=None, most_share=None
    ):
        super().__init__(every)
        self.directory, self.checkpoints = Path(directory), Path(checkpoints)
        self.subject, self.sampler = subject, sampler
        self.count = count
        self.writer = writer
        self.doctor = doctor
        self.most_share = most_share
        self._warned = False
        names = [name for name in subject.metrics if name in metrics.DECIDING]
        self.deciding, self.lower_is_better = metrics.DECIDING[names[0]] if names else (None, True)

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.seconds, self._began, self._latest = 0.0, time.perf_counter(), 0.0
        self._ended = False
        self._best = checkpoint.best_score(self.checkpoints)
        self._measured = {name: self._earlier(name) for name in (self.deciding, "l1")}

    def at(self, step, logs):
        if not self._affordable():
            self._last = None  # so that the last step is scored in any case
            return
        started = time.perf_counter()
        measured = self._evaluate()
        self._log(step, measured)
        for each in measured:
            name = metrics.base_name(each.name)
            if name in self._measured:
                self._measured[name].append({"value": each.value, "protocol": each.protocol})
            if name == self.deciding:
                self._keep_best(step, each)
            if name == "l1":
                self._tell(score_history.strayed(step, self._comparable("l1", each.protocol)))
        self._latest = time.perf_counter() - started
        self.seconds += self._latest

    def on_train_end(self, logs=None):
        self._ended = True
        super().on_train_end(logs)
        whole = time.perf_counter() - self._began
        best = checkpoint.best_score(self.checkpoints)
        found = f"; best {best['name']} {best['value']:.4g} at step {best['step']:,}" if best else ""
        tqdm.write(f"scores took {self.seconds:.0f} s, {self.seconds / max(whole, 1e-9):.0%} of the training{found}")

    def _affordable(self):
        whole = time.perf_counter() - self._began
        return self.most_share is None or self._ended or self.seconds + self._latest <= self.most_share * whole

    def _log(self, step, measured):
        """A line of the file, and curves in TensorBoard."""
        files.append_line(self.directory / FILE, json.dumps({"step": step, **evaluation.as_json(measured)}))
        if self.writer:
            with self.writer.as_default(step):
                for each in measured:
                    tf.summary.scalar(f"scores/{each.name}", each.value)

    def _evaluate(self):
        measured, warnings = evaluation.evaluate(
            with_samples(self.subject, self.sampler, self.count, self.subject.seed)
        )
        for sentence in () if self._warned else warnings:
            tqdm.write(f"scores: {sentence}")
        self._warned = True
        return measured

    def _keep_best(self, step, measured):
        if self._is_best(measured):
            facts = {"name": measured.name, "value": measured.value, "step": step, "protocol": measured.protocol}
            checkpoint.save_best(self.model, self.checkpoints, step, facts)
            self._best = facts
        values = self._comparable(self.deciding, measured.protocol)
        self._tell(score_history.finished(step, values, self.lower_is_better, PATIENCE))

    def _is_best(self, measured):
        best = self._best
        if best is None or metrics.base_name(best["name"]) != self.deciding:
            return True
        if not _same(best["protocol"], measured.protocol):
            differences = _differences(best["protocol"], measured.protocol)
            tqdm.write(
                f"the best checkpoint so far, of step {best['step']:,}, was chosen by another protocol "
                f"({differences}): such scores do not compare, and the choice begins anew."
            )
            return True
        return measured.value < best["value"] if self.lower_is_better else measured.value > best["value"]

    def _comparable(self, name, protocol):
        """The values of a score so far that were measured by this protocol, oldest first."""
        return [each["value"] for each in self._measured[name] if _same(each["protocol"], protocol)]

    def _tell(self, finding):
        if finding and self.doctor and not any(f.signal == finding.signal for f in self.doctor.findings):
            self.doctor.report(finding)

    def _earlier(self, name):
        """What one of the scores was in the run before a resume, up to the step it goes on from, with protocols."""
        return [
            {"value": score["value"], "protocol": score["protocol"]}
            for line in _lines(self.directory)
            if line["step"] <= self.step
            for score in line["scores"]
            if metrics.base_name(score["name"]) == name
        ]


def _same(a, b):
    """Whether two protocols are the same, written and read or not: of a reference its content counts, not its name."""
    a, b = ({k: v for k, v in p.items() if k != "reference" or "reference_content" not in p} for p in (a, b))
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def _differences(was, now):
    """What differs between two protocols, in words."""
    names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    return ", ".join(f"{name.replace('_', ' ')}: {was.get(name)} -> {now.get(name)}" for name in names)


def of_step(directory, step):
    """The scores that a run has measured at a step, as its `scores.jsonl` has them; empty if it has not."""
    return next((line["scores"] for line in reversed(_lines(directory)) if line["step"] == step), [])


def _lines(directory):
    """All evaluations of a run, in order."""
    return files.read_json_lines(Path(directory) / FILE, forms.SCORES_LINE)
