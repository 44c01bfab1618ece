"""Forward likelihood: how well samples can be predicted by who has read the training lines."""

from keras_gan.metrics.lines import language_model, measured, samples_of, unseen_of
from keras_gan.registry import Score

SCORE = Score(
    "forward-nll",
    about="nats for each word of the samples by a trigram model of the training lines: grammar alone",
    needs=("real", "unseen"),
    of=("text",),
    usual=("samples",),
)


def measure(subject):
    """Yields `forward-nll`, with that of test lines; who writes one good line again and again has the least."""
    model = language_model(subject.real["real"], subject.field.size)
    value, real = (model.negative_log_likelihood(each) for each in (samples_of(subject), unseen_of(subject)))
    yield measured(subject, "forward-nll", len(subject.samples), value, real, model="interpolated Kneser-Ney trigram")
