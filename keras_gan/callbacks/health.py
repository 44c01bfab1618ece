"""The doctor: watches a run for what goes wrong silently, and says so in plain words."""

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from keras_gan import diagnosis
from keras_gan.callbacks.every import Every
from keras_gan.errors import TrainingFailed
from keras_gan.metrics import features
from keras_gan.metrics.neighbours import energy_distance, mean_pair_distance, nearest
from keras_gan.modalities.image import pictures
from keras_gan.storage import files, forms

WINDOW = 100  # steps that accuracies are averaged over
SWINGS = 600  # steps that a swing of the loss is looked for in
FIRST_STEPS = 300  # steps in which a healthy run may still look ill
SAMPLES, PER_CLASS, MOST_CLASSES = 64, 8, 16
SCORED = 256  # real images whose scores are compared, seen and held out
MOST_TRAINING = 5000  # images that samples are compared with one by one
PATIENCE = 2  # checks in a row that a finding which can pass must be seen at
FORGOTTEN = 20  # checks in a row without a finding, after which it is news again


@dataclass(frozen=True)
class RealImages:
    """What the doctor compares with: uint8 `[N, height, width, channels]`, and int32 labels `[N]` or None.

    `held_out` and `held_out_labels` are real images the training never sees, None if there are none.
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    held_out: np.ndarray | None = None
    held_out_labels: np.ndarray | None = None


class Health(Every):
    """Examines the model every `every` steps; what it finds goes to the console, to TensorBoard and to a file.

    A loss or gradient that is not finite is found at the step it appears in and ends the training. This callback must
    come before those that save the model.

    Args:
        directory: folder for `health.json` and the picture `samples/nearest.png`.
        every: steps between two examinations.
        real: `RealImages`.
        writer: `tf.summary` writer, or None.
        say: function that prints a line; default: above the progress bar.

    Raises:
        TrainingFailed: from `fit`, for a loss or gradient that is not finite.
    """

    def __init__(self, directory, every, real, writer=None, say=tqdm.write):
        super().__init__(every)
        self.directory = Path(directory)
        self.real = real
        self.writer = writer
        self.say = say
        self.findings = []
        self._series = defaultdict(list)
        self._streaks = defaultdict(int)
        self._said = {}

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._look = features.load("random")
        classes = self.model.num_classes if 2 <= self.model.num_classes <= MOST_CLASSES else 0
        self._labels = np.arange(max(SAMPLES, PER_CLASS * classes)) % classes if classes else None
        self._count = len(self._labels) if classes else SAMPLES
        examples = self.model.examples
        # One sample of each: those of the same example are no different.
        self._most = len(examples["source"]) if examples else self._count
        self._count = max(2, min(self._count, self._most))
        real, labels = self._some_real()
        self._real_features = self._look(real).features
        self._real_distances = self._distances(real, self._real_features, labels)
        self._most_variety = 0.0
        self._scores = _scorer(self.model)
        self.findings = self._earlier_findings()
        self._said = {finding.signal: 0 for finding in self.findings}
        self._write()

    def after_step(self, step, logs):
        super().after_step(step, logs)
        figures = {name: float(value) for name, value in logs.items()}
        for name in ("d_real_accuracy", "d_fake_accuracy", "g_gradient", "g_loss"):
            if name in figures:
                self._series[name].append(figures[name])
        finding = diagnosis.not_finite(step, figures)
        if finding:
            self.report(finding)
            raise TrainingFailed(finding.sentence)

    def at(self, step, logs):
        started = step >= FIRST_STEPS
        images = 255.0 * self.model.sample(self._count, seed=0)  # not rounded: an untrained generator varies by less
        seen = self._look(images).features
        distances = self._distances(images, seen, self._labels)
        variety = {name: distances[name] / max(real, 1e-12) for name, real in self._real_distances.items()}
        self._most_variety = max(self._most_variety, diagnosis.overall_variety(variety))
        far = energy_distance(self._real_features, seen) / max(self._real_distances["features"], 1e-12)
        self._series["distance"].append(far)
        found = [diagnosis.collapse(step, variety, started, self._most_variety)] if self._most > 1 else []
        if started:
            found += self._of_the_discriminator(step, images)
            found += [diagnosis.oscillation(step, self._series["g_loss"][-SWINGS:])]
            found += [self._memorised(step, images)]
        self._consider([finding for finding in found if finding])
        if self.writer:
            with self.writer.as_default(step):
                for name in ("pixels", "features"):
                    tf.summary.scalar(f"health/variety_{name}", variety[name])
                tf.summary.scalar("health/distance_to_real", far)

    # --- Inside -------------------------------------------------------------------------------------------------------

    def _of_the_discriminator(self, step, images):
        real, fake = (np.array(self._series[f"d_{side}_accuracy"][-WINDOW:]) for side in ("real", "fake"))
        if len(real) == WINDOW:
            yield diagnosis.discriminator_too_strong(step, real, fake, np.array(self._series["g_gradient"]))
            yield diagnosis.discriminator_too_weak(step, real, fake, self._series["distance"])
        if self._scores and self.real.held_out is not None:
            train, held_out = _spread(len(self.real.images)), _spread(len(self.real.held_out))
            train, held_out, fakes = (
                self._scores(pixels, labels)
                for pixels, labels in (
                    (self.real.images[train], _rows(self.real.labels, train)),
                    (self.real.held_out[held_out], _rows(self.real.held_out_labels, held_out)),
                    (images, self._labels if self._labels is not None else self._seed_labels()),
                )
            )
            yield diagnosis.discriminator_overfits(step, train, held_out, fakes)

    def _memorised(self, step, images):
        training = self.real.images[:MOST_TRAINING]
        others = self.real.held_out
        if others is None:  # then real images against the rest of them
            others, training = training[: self._count], training[self._count :]
        if len(training) < self._count:
            return None
        flat = [pixels.reshape(len(pixels), -1) for pixels in (images, others[: self._count], training)]
        which, samples = nearest(flat[0], flat[2])
        finding = diagnosis.memorisation(step, samples, nearest(flat[1], flat[2])[1])
        if finding:
            pairs = np.stack([images, training[which]], axis=1).reshape(-1, *images.shape[1:])
            pictures.save_grid(self.directory / "samples" / "nearest.png", pairs / 255.0, columns=16)
        return finding

    def _consider(self, found):
        """Reports what is new: at once if it is certain, after `PATIENCE` checks in a row if it may pass."""
        seen = {finding.signal for finding in found}
        self._streaks = defaultdict(int, {signal: self._streaks[signal] + 1 for signal in seen})
        self._said = {signal: checks + 1 for signal, checks in self._said.items() if checks < FORGOTTEN}
        for finding in found:
            if self._streaks[finding.signal] < (1 if finding.signal in CERTAIN else PATIENCE):
                continue
            if finding.signal not in self._said:
                self.report(finding)
            self._said[finding.signal] = 0

    def report(self, finding):
        """Says a finding everywhere; also for those that are made elsewhere."""
        self.findings.append(finding)
        self._write()
        self.say(f"doctor: {finding.sentence}")
        if self.writer:
            with self.writer.as_default(finding.step):
                tf.summary.text(f"health/{finding.signal}", finding.sentence)
            self.writer.flush()

    def _earlier_findings(self):
        """Those of the run before a resume, up to the step it goes on from."""
        try:
            state = files.read_json(self.directory / "health.json", forms.FINDINGS)
        except files.Unreadable:
            return []
        known = [field.name for field in dataclasses.fields(diagnosis.Finding)]
        findings = [diagnosis.Finding(*(finding[name] for name in known)) for finding in state["findings"]]
        return [finding for finding in findings if finding.step <= self.step]

    def _write(self):
        state = {
            "findings": [{**dataclasses.asdict(finding), "sentence": finding.sentence} for finding in self.findings],
            "not_watched": self._not_watched(),
        }
        files.write_json(self.directory / "health.json", state)

    def _not_watched(self):
        """What this run gives no figures for, and why."""
        reasons = {}
        if self.model.decision_boundary is None:
            reasons["discriminator_too_strong"] = reasons["discriminator_too_weak"] = (
                "the sign of this variant's scores does not say real or fake"
            )
        if self._most == 1:
            reasons["collapse"] = reasons["partial_collapse"] = "one image alone was held out to make samples of"
        if self.real.held_out is None:
            reasons["discriminator_overfits"] = "the data set has no images that the training does not see"
        elif not self._scores:
            reasons["discriminator_overfits"] = "this variant's discriminator gives more than a score"
        return reasons

    def _some_real(self):
        """As many real images as there are samples, of the same classes where samples have classes, and labels."""
        if self._labels is None:
            rows = np.arange(min(self._count, len(self.real.images)))
        else:
            by_class = [np.flatnonzero(self.real.labels == label) for label in range(self.model.num_classes)]
            rows = [members[:PER_CLASS] for members in by_class]
            rows = np.sort(np.concatenate(rows))
        return self.real.images[rows], _rows(self.real.labels, rows)

    def _seed_labels(self):
        return np.arange(self._count) % self.model.num_classes if self.model.num_classes else None

    def _distances(self, images, seen, labels):
        """Mean distance of all pairs, in pixels and in features, and in pixels within each class."""
        flat = images.reshape(len(images), -1)
        distances = {"pixels": mean_pair_distance(flat), "features": mean_pair_distance(seen)}
        if self._labels is not None:
            for label in range(self.model.num_classes):
                distances[f"class {label}"] = mean_pair_distance(flat[labels == label])
        return distances


# What a healthy run never shows, not even for a moment.
CERTAIN = ("not_finite", "collapse", "finished", "memorisation")


def _spread(count):
    """Up to `SCORED` rows of so many, from everywhere: a data set may lie class by class."""
    return np.linspace(0, count - 1, min(SCORED, count)).astype(int)


def _rows(values, rows):
    return None if values is None else values[rows]


def _scorer(model):
    """Function from images in [0, 255] and labels to the discriminator's scores, or None if it gives anything else."""
    if isinstance(model.discriminator.output, (list, tuple, dict)) or model.discriminator.output.shape[1:] != (1,):
        return None

    @tf.function(autograph=False)
    def run(inputs):
        return model.discriminator(inputs, training=False)

    def score(images, labels):
        inputs = images.astype(np.float32) / 127.5 - 1.0
        takes_labels = len(model.discriminator.inputs) > 1
        return keras.ops.convert_to_numpy(run([inputs, labels.astype(np.int32)] if takes_labels else inputs))

    return score
