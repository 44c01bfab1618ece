"""What captions are compared by: CIDEr-D and BLEU as `pycocoevalcap` computes them. Lines are lists of tokens."""

import math
from collections import Counter

from keras_gan.metrics.language import ngrams

ORDERS = (1, 2, 3, 4)
SIGMA = 6.0  # of the penalty for other lengths
_TINY, _SMALL = 1e-15, 1e-9


def cider(lines, references):
    """CIDEr-D of each line against its own reference (Vedantam et al. 2015, arXiv 1411.5726), 10 at most.

    How rare an n-gram is, is counted in the references.
    """
    rarity = Counter(gram for line in references for order in ORDERS for gram in ngrams(line, order))
    known = math.log(max(len(references), 1))

    def vectors(line):
        for order in ORDERS:
            yield {
                gram: count * (known - math.log(max(1, rarity[gram]))) for gram, count in ngrams(line, order).items()
            }

    return [_cider_of(line, wanted, vectors) for line, wanted in zip(lines, references, strict=True)]


def _cider_of(line, wanted, vectors):
    # As there: lengths are numbers of pairs of words.
    penalty = math.exp(-((max(len(line) - 1, 0) - max(len(wanted) - 1, 0)) ** 2) / (2 * SIGMA**2))
    total = 0.0
    for own, other in zip(vectors(line), vectors(wanted), strict=True):
        product = sum(min(value, other[gram]) * other[gram] for gram, value in own.items() if gram in other)
        norms = math.sqrt(sum(v * v for v in own.values())) * math.sqrt(sum(v * v for v in other.values()))
        total += penalty * (product / norms if norms else product)
    return 10.0 * total / len(ORDERS)


def corpus_bleu(lines, references):
    """BLEU-1 to BLEU-4 of all lines together, each with its own reference (Papineni et al. 2002), a list."""
    matched, possible = Counter(), Counter()
    for line, wanted in zip(lines, references, strict=True):
        for order in ORDERS:
            own, other = ngrams(line, order), ngrams(wanted, order)
            matched[order] += sum(min(count, other[gram]) for gram, count in own.items())
            possible[order] += max(0, len(line) - order + 1)
    ratio = (sum(map(len, lines)) + _TINY) / (sum(map(len, references)) + _SMALL)
    brevity = math.exp(1 - 1 / ratio) if ratio < 1 else 1.0
    found, product = [], 1.0
    for order in ORDERS:
        product *= (matched[order] + _TINY) / (possible[order] + _SMALL)
        found.append(brevity * product ** (1 / order))
    return found
