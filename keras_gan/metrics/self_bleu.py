"""Self-BLEU: how like one another lines are."""

from keras_gan.metrics import language
from keras_gan.metrics.lines import HYPOTHESES, measured, samples_of, training_of
from keras_gan.registry import Score

SCORE = Score(
    "self-bleu",
    about="BLEU-2 to BLEU-5 of 1,000 lines, each against the others (arXiv 1802.01886); lower is more varied",
    lower_is_better=True,
    needs=("real",),
    of=("text",),
    least=2,
    usual=("samples",),
)


def measure(subject):
    """Yields `self-bleu-2` to `self-bleu-5`, with those of as many lines of the training."""
    lines = samples_of(subject, HYPOTHESES)
    values, real = (language.mean_bleu(each) for each in (lines, training_of(subject, len(lines))))
    for order in range(2, 6):
        more = {"references": "the others", "smoothing": "NLTK method 1"}
        yield measured(subject, f"self-bleu-{order}", len(lines), values[order - 1], real[order - 1], **more)
