"""The random LSTM whose lines have a known likelihood."""

import numpy as np
import pytest

from keras_gan.data import oracle
from keras_gan.errors import UserError
from keras_gan.metrics import oracle_nll
from keras_gan.metrics.subject import Subject
from keras_gan.modalities.text import Tokens


@pytest.fixture
def small(monkeypatch, tmp_path):
    """An oracle of few words, and few lines of it."""
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path))
    for name, value in {"WORDS": 30, "LENGTH": 5, "BLOCK": 100, "COUNTS": {"train": 200, "test": 100}}.items():
        monkeypatch.setattr(oracle, name, value)
    oracle.lines_of.cache_clear()
    yield
    oracle.lines_of.cache_clear()


def test_likelihoods_are_those_that_it_writes_by(small):
    written = oracle.Oracle()
    logs, _ = written.following(np.array([30]), written.start(1))
    np.testing.assert_allclose(np.exp(logs).sum(), 1.0)
    first = written.sample(20_000, 3)[:, 0]
    np.testing.assert_allclose(np.bincount(first, minlength=30) / 20_000, np.exp(logs[0]), atol=0.015)
    one = np.array([[4, 8, 15, 16, 23]])
    state, words, total = written.start(1), np.array([30]), 0.0
    for word in one[0]:
        logs, state = written.following(words, state)
        words, total = np.array([word]), total - logs[0, word]
    np.testing.assert_allclose(written.negative_log_likelihood(one), total / 5)


def test_lines_of_the_data_are_likelier_than_words_at_random(small):
    data = oracle.load("", type("Options", (), {"dataset": "oracle"}))
    lines, field = data.columns["real"], data.fields["real"]
    assert lines.shape == (200, 5)
    assert field.texts(lines[:1]) == [" ".join(map(str, oracle.lines_of("train")[0]))]
    samples = np.random.RandomState(0).randint(2, 32, (100, 5)).astype(np.int32)
    (found,) = oracle_nll.measure(Subject(("oracle-nll",), field, samples, real={"real": lines}))
    assert found.name == "oracle-nll[100]"
    assert found.value > found.real + 1
    with pytest.raises(UserError, match="and these are others"):
        next(oracle_nll.measure(Subject(("oracle-nll",), Tokens(5, ("", "<unk>", "a")), samples, real={"real": lines})))
