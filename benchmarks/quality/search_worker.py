"""Trains and scores for `search.py`, which runs it as `python -m benchmarks.quality.search_worker OPTIONS`.

The roles of such a worker: `pace` times steps, `train` trains one candidate, and `judge` scores the samples of all.
"""

import numpy as np

from benchmarks.common.program import config, quiet_tensorflow, train_prepared
from benchmarks.common.workers import serve
from benchmarks.quality.choice import LEAST_ACCURACY, parts


def serve_pace(channel, **common):
    """Answers `pace` with the seconds of a step of a candidate."""
    channel.answer()
    channel.serve({"pace": lambda run, model: {"seconds": _pace({**common, **run}, model)}})


def _pace(run, model):
    quiet_tensorflow()
    from keras_gan.runs import pacing, preparation

    prepared = preparation.prepare(config.RunConfig(steps=1000, export=(), **run), model)
    return pacing.seconds_of_steps(prepared, prepared.schedule.stages[0], 0)[1]


def serve_training(channel, run, model, rows):
    """Answers `train` by training on these rows, and writing stored samples of the seeds from 0 on to a file."""

    def train(samples, path):
        count = 60_000 if rows == "learned" else None
        prepared = train_prepared(config.RunConfig(**run), model, rows=count and parts(count)[0])
        drawn = prepared.model.sample(samples)
        finite = bool(np.isfinite(drawn).all())
        np.savez(path, images=prepared.model.fields["real"].to_stored(np.nan_to_num(drawn)))
        return {"finite": finite, "num_classes": prepared.model.num_classes}

    channel.answer()
    channel.serve({"train": train})


def serve_judge(channel, data_dir, dataset):
    """Answers `score` with what validation images of a data set of 60,000 say of a file of samples."""
    quiet_tensorflow()
    from benchmarks.quality import judge

    images, labels = judge.of_data(dataset, data_dir, "train")
    learned, kept = parts(len(images))
    least = LEAST_ACCURACY if dataset == "mnist" else 0.85
    its_judge, facts = judge.of_images((images[learned], labels[learned]), (images[kept], labels[kept]), least=least)

    def score(path, num_classes):
        with np.load(path) as file:
            drawn = file["images"]
        return its_judge.scores(drawn, np.arange(len(drawn)) % num_classes if num_classes else None)

    channel.answer()
    channel.serve({"score": score, "facts": lambda: facts})


if __name__ == "__main__":
    serve({"pace": serve_pace, "train": serve_training, "judge": serve_judge})
