"""Trains or replays one run for `doctor.py`, which runs it as `python -m benchmarks.quality.doctor_worker ARGUMENTS`.

The arguments are one JSON object: `role` (`record` or `replay`), `path` of the recording without suffix, `arguments`
of `train.py`, and `spoil`, a name in `SPOILS` or none. Both roles go through the path of `train.py`; a replay puts what
was recorded in place of the training, so that changed rules are tried on the same runs within seconds.
"""

import dataclasses
import json
import sys

import numpy as np

from benchmarks.common.program import quiet_tensorflow

SAMPLES, SCORED = 256, 256
RECORDED = ("fakes", "train", "held_out")  # scores


def main(role, path, arguments, spoil=None):
    """Trains the run and records it, or examines what was recorded."""
    quiet_tensorflow()
    import tensorflow as tf

    from keras_gan import cli
    from keras_gan.runs import fit

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    usual = fit.fit

    def recorded(prepared, folder, make_callbacks):
        # The doctor's data are all of them: the callbacks have been bound to the run as it was prepared.
        trained = dataclasses.replace(prepared, dataset=SPOILS[spoil](prepared.dataset)) if spoil else prepared
        return usual(trained, folder, lambda: _with_recorder(make_callbacks(), path))

    def replayed(prepared, folder, make_callbacks):
        _replay(make_callbacks()[0], prepared.model, path)
        return 1  # as a run that was stopped: there is nothing to export

    fit.fit = {"record": recorded, "replay": replayed}[role]
    cli.main(arguments, command="train")


# --- Spoiling -------------------------------------------------------------------------------------------------------


def _kept(keep):
    """What leaves a part of a `Dataset`, by a function of its labels and of the number of classes."""

    def spoil(dataset):
        labels = np.asarray(dataset.columns["label"][np.arange(len(dataset))])
        rows = np.flatnonzero(keep(labels, len(dataset.class_names)))
        columns = {name: np.asarray(column[rows]) for name, column in dataset.columns.items()}
        return dataclasses.replace(dataset, columns=columns)

    return spoil


def _shuffled(dataset):
    labels = np.asarray(dataset.columns["label"][np.arange(len(dataset))])
    return dataclasses.replace(
        dataset, columns={**dataset.columns, "label": np.random.RandomState(0).permutation(labels)}
    )


SPOILS = {
    "classes_dropped": _kept(lambda labels, count: labels < count / 2),
    "one_class": _kept(lambda labels, count: labels == 0),
    "twenty": _kept(lambda labels, count: np.isin(np.arange(len(labels)), _twenty(len(labels)))),
    "labels_shuffled": _shuffled,
}


def _twenty(count):
    from keras_gan.randomness import random_rows

    return random_rows(count, 20)


# --- Recording ------------------------------------------------------------------------------------------------------


def _with_recorder(callbacks, path):
    """The program's callbacks, and one that records what the doctor, the first of them, could look at."""
    from keras_gan.callbacks.every import Every

    doctor = callbacks[0]

    class Recorder(Every):
        """Writes samples, scores and logs at the doctor's own steps."""

        def __init__(self):
            super().__init__(doctor.every)
            self.steps, self.logs, self.arrays = [], {}, {}

        def after_step(self, step, logs):
            super().after_step(step, logs)
            for name, value in logs.items():
                self.logs.setdefault(name, []).append(float(value))

        def at(self, step, logs):
            self.steps.append(step)
            self.arrays |= {f"{name}_{step}": value for name, value in _look(doctor.examiner).items()}
            np.savez(f"{path}.npz", **self.arrays)
            with open(f"{path}.json", "w", encoding="utf-8") as file:
                json.dump({"every": self.every, "steps": self.steps, "logs": self.logs}, file)

    return [*callbacks, Recorder()]


def _look(examiner):
    """`{name: array}` of the samples of the first seeds, and of scores where they are asked for."""
    from keras_gan.health import overfitting
    from keras_gan.randomness import random_rows

    sampler, seeds = examiner.sampler, np.arange(SAMPLES)
    inputs = sampler.inputs(seeds)
    found = {"outputs": sampler.outputs(inputs).numpy()}
    if overfitting.PROBE.obstacles(examiner) == {}:
        labels = {"label": inputs["labels"]} if "labels" in inputs else {}
        found["fakes"] = examiner.score(found["outputs"], labels)
        for name, data in (("train", examiner.train), ("held_out", examiner.held_out)):
            found[name] = examiner.scores_of(data, random_rows(len(data), SCORED))
    return found


# --- Replaying ------------------------------------------------------------------------------------------------------


def _replay(doctor, model, path):
    """Has the doctor examine what was recorded; prints its figures at each step as a line of JSON."""
    import tensorflow as tf

    with open(f"{path}.json", encoding="utf-8") as file:
        record = json.load(file)
    arrays = np.load(f"{path}.npz")
    doctor.set_model(model)
    doctor.on_train_begin()
    examiner, scores, done = doctor.examiner, {}, 0
    examiner.score = lambda examples, batch: scores["fakes"]
    examiner.scores_of = lambda data, rows: scores["train" if data is examiner.train else "held_out"]
    own_labels = examiner.sampler.inputs(np.arange(SAMPLES)).get("labels")
    for step in record["steps"]:
        scores = {name: arrays[f"{name}_{step}"] for name in RECORDED if f"{name}_{step}" in arrays}
        samples = arrays[f"outputs_{step}"]
        examiner.sampler.outputs = lambda inputs, samples=samples: tf.constant(samples[_rows(inputs, own_labels)])
        for number in range(done, step):
            doctor.after_step(number + 1, {name: values[number] for name, values in record["logs"].items()})
        done = step
        doctor.at(step, {})
        latest = {name: doctor.examiner.series[name][-1] for name in ("variety", "distance_to_real")}
        print(json.dumps({"step": step, **latest}), flush=True)


def _rows(inputs, own_labels):
    """Which of the recorded samples stand for these inputs: one after the other, of the class that is asked for."""
    asked = inputs.get("labels")
    if asked is None:
        return np.arange(len(next(iter(inputs.values())))) % SAMPLES
    counts = [np.sum(asked[:place] == label) for place, label in enumerate(asked)]
    of_class = {label: np.flatnonzero(own_labels == label) for label in np.unique(asked)}
    return np.array([np.resize(of_class[label], count + 1)[-1] for label, count in zip(asked, counts, strict=True)])


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
