"""Trains and scores for `search.py`, which runs it as `python -m benchmarks.quality.search_worker OPTIONS`.

The roles of such a worker: `pace` times steps, `train` trains one candidate, and `judge` scores the samples of all.
"""

import numpy as np

from benchmarks.common.program import config, quiet_tensorflow, train_prepared
from benchmarks.common.workers import serve
from benchmarks.quality.choice import LEAST_ACCURACY, parts

TRAINING_IMAGES = 60_000  # of MNIST


def serve_pace(channel, **common):
    """Answers `pace` with the seconds of a step of a candidate."""
    channel.answer()
    channel.serve({"pace": lambda run, model: {"seconds": _pace({**common, **run}, model)}})


def _pace(run, model):
    quiet_tensorflow()
    from keras_gan.runs import pacing, preparation

    prepared = preparation.prepare(config.RunConfig(steps=1000, export=(), **run), model)
    return pacing.seconds_of_steps(prepared, prepared.schedule.stages[0], 0)[1]


def serve_training(channel, run, model):
    """Answers `train`: trains without the validation images, and writes stored samples of seeds from 0 on."""

    def train(samples, path):
        prepared = train_prepared(config.RunConfig(**run), model, rows=parts(TRAINING_IMAGES)[0])
        drawn = prepared.model.sample(samples)
        finite = bool(np.isfinite(drawn).all())
        np.savez(path, images=prepared.model.fields["real"].to_stored(np.nan_to_num(drawn)))
        return {"finite": finite, "num_classes": prepared.model.num_classes}

    channel.answer()
    channel.serve({"train": train})


def serve_judge(channel, data_dir):
    """Answers `score` with what validation images say of a file of samples."""
    quiet_tensorflow()
    from benchmarks.quality import judge

    images, labels = judge.mnist(data_dir, "train")
    learned, kept = parts(len(images))
    its_judge, _ = judge.of_images(
        (images[learned], labels[learned]), (images[kept], labels[kept]), least=LEAST_ACCURACY
    )

    def score(path, num_classes):
        with np.load(path) as file:
            drawn = file["images"]
        return its_judge.scores(drawn, np.arange(len(drawn)) % num_classes if num_classes else None)

    channel.answer()
    channel.serve({"score": score})


if __name__ == "__main__":
    serve({"pace": serve_pace, "train": serve_training, "judge": serve_judge})
