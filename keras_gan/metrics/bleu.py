"""BLEU: how many of the runs of 2 to 5 words in lines occur in test lines, too."""

from keras_gan.metrics import language
from keras_gan.metrics.lines import HYPOTHESES, measured, samples_of, training_of, unseen_of
from keras_gan.registry import Score

SCORE = Score(
    "bleu",
    about="BLEU-2 to BLEU-5 of 1,000 lines against all test lines (Papineni et al. 2002); higher is better",
    lower_is_better=False,
    needs=("real", "unseen"),
    of=("text",),
    usual=("samples",),
)


def measure(subject):
    """Yields `bleu-2` to `bleu-5`, with those of as many lines of the training."""
    lines, references = samples_of(subject, HYPOTHESES), unseen_of(subject)
    compared = language.References(references)
    values = language.mean_bleu(lines, compared)
    real = language.mean_bleu(training_of(subject, len(lines)), compared)
    for order in range(2, 6):
        more = {"references": len(references), "smoothing": "NLTK method 1"}
        yield measured(subject, f"bleu-{order}", len(lines), values[order - 1], real[order - 1], **more)
