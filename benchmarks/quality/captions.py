"""What a captiongan says of avatars it has not seen, beside its generator as likelihood alone had made it.

    python benchmarks/quality/captions.py --run captiongan-captions

Captions are read by the grammar of the avatars' own. The accuracy of an attribute is the mean over its values; the
share of the most frequent one stands beside it. As a control, captions are compared with those of other images.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.command import run
from benchmarks.common.trained import OfRun, publish, restored

EACH = 3  # captions of an image
BATCH = 64


@dataclass(frozen=True)
class Options(OfRun):
    """Measures the captions of a captiongan."""

    images: int = 1000
    """How many images of the test split."""


def benchmark(options):
    """Writes `captions.md` and `captions.json`."""
    trained = restored(options, ("captiongan",))
    sampler = trained.sampler(options.images)
    field, count = trained.model.fields["real"], sampler.example_count
    true = sampler.examples["real"]
    figures = {}
    for who, network in (("captiongan", None), ("likelihood", trained.model.baseline())):
        if who == "likelihood" and network is None:
            continue
        written = [lines_of(sampler, options.seed + number, count, network) for number in range(EACH)]
        for name, value in measured(field, written, true).items():
            figures.setdefault(name, {})[who] = value
    for name, value in of_truth(field, true).items():
        figures.setdefault(name, {})["captions of other images"] = value
    for name, share in majorities(field, true).items():
        figures[name]["most frequent"] = share
    figures["judge ranks true over mismatched"] = {"captiongan": ranked(trained.model, sampler.examples)}
    about = f"{count:,} avatars of the test split, {EACH} captions of each, at temperature 1."
    publish(options, "captions", trained, figures, about)


def lines_of(sampler, offset, count, network):
    """A caption of each of the first `count` examples, by seeds that begin `offset` times as far on."""
    seeds = np.arange(count, dtype=np.int64)
    inputs = sampler.inputs(seeds)
    inputs["latents"] = sampler.inputs(seeds + offset * count)["latents"]
    return sampler.made(inputs, network)


def measured(field, written, true):
    """`{name: value}` of captions, a list of `[N, length]` for each time that all images were captioned."""
    from keras_gan.metrics import sentences
    from keras_gan.metrics.lines import lists

    first, wanted = written[0], lists(true)
    said, other = accuracies(field, first, true), np.roll(true, 1, axis=0)
    found = {f"said: {name}": value for name, value in said.items()}
    found["said: mean"] = float(np.mean(list(said.values())))
    found["said, images swapped: mean"] = float(np.mean(list(accuracies(field, first, other).values())))
    found["grammatical"] = grammatical(field, first)
    found["CIDEr"] = float(np.mean(sentences.cider(lists(first), wanted)))
    found["CIDEr, images swapped"] = float(np.mean(sentences.cider(lists(first), lists(other))))
    found["BLEU-4"] = float(sentences.corpus_bleu(lists(first), wanted)[3])
    texts = list(zip(*[field.texts(each) for each in written], strict=True))
    found[f"all {EACH} captions of an image differ"] = float(np.mean([len(set(each)) == EACH for each in texts]))
    found[f"all {EACH} captions grammatical"] = float(np.mean([grammatical(field, each) for each in written]))
    return found


def of_truth(field, true):
    """What true captions of other images say of these: what no captioner should be near to."""
    from keras_gan.metrics import sentences
    from keras_gan.metrics.lines import lists

    other = np.roll(true, 1, axis=0)
    said = accuracies(field, other, true)
    return {
        **{f"said: {name}": value for name, value in said.items()},
        "said: mean": float(np.mean(list(said.values()))),
        "CIDEr": float(np.mean(sentences.cider(lists(other), lists(true)))),
    }


def accuracies(field, written, true):
    """`{attribute: accuracy}`, balanced over its values."""
    from keras_gan.data.avatars import reading
    from keras_gan.metrics.said import balanced_accuracy

    found, wanted = _read(field, written), _read(field, true)
    return {
        name: balanced_accuracy([each[name] if each else "" for each in found], [each[name] for each in wanted])
        for name in reading.NAMES
    }


def majorities(field, true):
    """`{figure: share of the most frequent value}` of each attribute."""
    from collections import Counter

    from keras_gan.data.avatars import reading

    wanted = _read(field, true)
    shares = {name: Counter(each[name] for each in wanted).most_common(1)[0][1] for name in reading.NAMES}
    return {f"said: {name}": count / len(wanted) for name, count in shares.items()}


def grammatical(field, written):
    """The share of captions that are sentences of the grammar."""
    return float(np.mean([each is not None for each in _read(field, written)]))


def ranked(model, examples):
    """The share of images whose own caption the judge gives a higher score than that of another one."""
    import tensorflow as tf

    true, other = examples["real"], np.roll(examples["real"], 1, axis=0)
    right = []
    for start in range(0, len(true), BATCH):
        rows = slice(start, start + BATCH)
        images = {"source": tf.constant(examples["source"][rows])}
        own, strange = (model.discriminate(tf.constant(each[rows]), images, False) for each in (true, other))
        right.append(np.asarray(own > strange)[:, 0])
    return float(np.mean(np.concatenate(right)))


def _read(field, values):
    from keras_gan.data.avatars import reading

    return [reading.read(text) for text in field.texts(values)]


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
