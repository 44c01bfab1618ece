"""CIDEr: how much of the rare words of its reference a caption has; BLEU-4 beside it."""

import numpy as np

from keras_gan.metrics import sentences
from keras_gan.metrics.lines import lists, measured
from keras_gan.registry import Score

SCORE = Score(
    "cider",
    about="CIDEr-D (arXiv 1411.5726), 10 at most, and corpus BLEU-4 of captions; higher is better",
    lower_is_better=False,
    decides="cider",
    needs=("targets",),
    of=("text",),
    least=2,
    usual=("targets",),
)


def measure(subject):
    """Yields `cider` and `caption-bleu-4`, with those of captions of other images."""
    lines, wanted = lists(subject.samples), lists(subject.targets)
    others = wanted[1:] + wanted[:1]
    count = len(lines)
    for name, function in (("cider", _cider), ("caption-bleu-4", _bleu)):
        value, swapped = function(lines, wanted), function(others, wanted)
        yield measured(subject, name, count, value, references=1, of_other_images=round(swapped, 4))


def _cider(lines, wanted):
    return float(np.mean(sentences.cider(lines, wanted)))


def _bleu(lines, wanted):
    return sentences.corpus_bleu(lines, wanted)[3]
