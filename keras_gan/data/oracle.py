"""`oracle`: lines that a random LSTM has written, whose likelihood is known (Yu et al. 2017).

Paper: L. Yu, W. Zhang, J. Wang, Y. Yu, "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient", AAAI 2017,
arXiv 1609.05473, section 5: 10,000 lines of 20 words, of 5,000, by an LSTM of 32 units whose weights are standard
normal. Words are called by their numbers.
"""

import functools

import numpy as np

from keras_gan.registry import Source
from keras_gan.storage import cache

SOURCE = Source(gives=("text",), tasks=("sample",))
VERSION = 1  # goes up with every change of a line
WORDS, UNITS, LENGTH = 5000, 32, 20
COUNTS = {"train": 10_000, "test": 10_000}
SEEDS = {"train": 1, "test": 2}
BLOCK = 1000  # lines that are written at once


class Oracle:
    """The LSTM, in NumPy."""

    def __init__(self, seed=0):
        rng = np.random.RandomState(seed)
        self.embedding = rng.normal(size=(WORDS + 1, UNITS))  # the last one stands before a line
        self.kernel = rng.normal(size=(2 * UNITS, 4 * UNITS))  # gates: input, forget, output, and what is new
        self.bias = rng.normal(size=4 * UNITS)
        self.output, self.output_bias = rng.normal(size=(UNITS, WORDS)), rng.normal(size=WORDS)

    def sample(self, count, seed):
        """Words of lines, int `[count, LENGTH]` in [0, WORDS)."""
        rng, lines = np.random.RandomState(seed), np.empty((count, LENGTH), int)
        words, state = np.full(count, WORDS), self.start(count)
        for place in range(LENGTH):
            logs, state = self.following(words, state)
            lines[:, place] = words = (logs - np.log(-np.log(rng.uniform(size=logs.shape)))).argmax(axis=1)
        return lines

    def negative_log_likelihood(self, lines):
        """In nats for each word of lines `[N, LENGTH]`, `[N]`."""
        words, state, found = np.full(len(lines), WORDS), self.start(len(lines)), 0.0
        for place in range(LENGTH):
            logs, state = self.following(words, state)
            words = lines[:, place]
            found = found - logs[np.arange(len(lines)), words]
        return found / LENGTH

    def start(self, count):
        """The state before a line."""
        return np.zeros((count, UNITS)), np.zeros((count, UNITS))

    def following(self, words, state):
        """`(log probabilities of the next words [N, WORDS], state)` after words `[N]`."""
        hidden, cell = state
        gates = np.concatenate([self.embedding[words], hidden], axis=1) @ self.kernel + self.bias
        inwards, keeping, outwards = (_sigmoid(each) for each in np.split(gates, 4, axis=1)[:3])
        cell = keeping * cell + inwards * np.tanh(gates[:, 3 * UNITS :])
        hidden = outwards * np.tanh(cell)
        logits = hidden @ self.output + self.output_bias
        logits -= logits.max(axis=1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), (hidden, cell)


def _sigmoid(values):
    return 0.5 * (1.0 + np.tanh(0.5 * values))


@functools.cache
def lines_of(split):
    """The words of the lines of a split, int `[N, LENGTH]`, from the cache or written for a minute."""
    path = cache.directory() / f"oracle-v{VERSION}-{split}.npy"
    try:
        lines = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        lines = np.zeros(0)
    if lines.shape != (COUNTS[split], LENGTH):
        parts = range(COUNTS[split] // BLOCK)
        lines = np.concatenate([Oracle().sample(BLOCK, 100 * SEEDS[split] + part) for part in parts])
        cache.keep(path, lambda file: np.save(file, lines), "lines of an oracle")
    return lines


def load(rest, options, split="train", task="sample"):
    """The lines of a split; see `keras_gan.data.load`."""
    from keras_gan.data.dataset import Dataset
    from keras_gan.modalities.text import Tokens
    from keras_gan.modalities.text.words import SPECIAL

    field = Tokens(LENGTH, (*SPECIAL, *map(str, range(WORDS))))
    return Dataset(
        name=options.dataset,
        fields={"real": field},
        columns={"real": (lines_of(split) + len(SPECIAL)).astype(np.int32)},
        groups=(("real",),),
        provenance=f"{COUNTS[split]:,} lines of a random LSTM (arXiv 1609.05473), split {split}.",
        treatment="none.",
    )


def has_test(rest, options):
    """Whether there is a test split: always."""
    return True


def check_available(rest, options):
    """There is nothing that could be missing."""
