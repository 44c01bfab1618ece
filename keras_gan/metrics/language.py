"""What scores of lines are made of: counts of n-grams, and a language model by them. Lines are lists of tokens."""

import math
from collections import Counter, defaultdict

ORDER = 3
DISCOUNT = 0.75
BEGIN, END = object(), None  # beside any tokens


def ngrams(line, order):
    """How often each run of so many tokens occurs in a line, a Counter of tuples."""
    return Counter(zip(*(line[start:] for start in range(order)), strict=False))


class LanguageModel:
    """An interpolated Kneser-Ney model of three words (Kneser & Ney 1995; Chen & Goodman 1999, equation 4.37).

    p(w | u v) = (c(u v w) - d)+ / c(u v) + d n(u v .) / c(u v) p'(w | v), where p' is the same of the numbers of
    different words before v w in place of counts, and at last of those before w alone; with 1 / V for what never was.

    Args:
        lines: what it learns from.
        size: V, how many different tokens there may be, with the end.
    """

    def __init__(self, lines, size):
        self._size = size
        grams = Counter()
        for line in lines:
            padded = [BEGIN] * (ORDER - 1) + list(line) + [END]
            grams.update(zip(*(padded[start:] for start in range(ORDER)), strict=False))
        # The number of different words before, of all shorter runs.
        pairs, singles = Counter(), Counter()
        for _, second, third in grams:
            pairs[second, third] += 1
        for _, third in pairs:
            singles[third] += 1
        self._levels = [_Level(grams), _Level(pairs), _Level({(word,): count for word, count in singles.items()})]

    def negative_log_likelihood(self, lines):
        """Mean over all tokens of some lines and their ends, in nats."""
        total = count = 0
        for line in lines:
            padded = [BEGIN] * (ORDER - 1) + list(line) + [END]
            for place in range(ORDER - 1, len(padded)):
                total -= math.log(self._probability(tuple(padded[place - ORDER + 1 : place + 1])))
                count += 1
        return total / count

    def _probability(self, gram):
        found, weight = 0.0, 1.0
        for skipped, level in enumerate(self._levels):
            own, left = level.parts(gram[skipped:])
            found += weight * own
            weight *= left
        return found + weight / self._size


class _Level:
    """Counts of runs of one length."""

    def __init__(self, counts):
        self._counts = counts
        self._total, self._different = defaultdict(int), defaultdict(int)
        for gram, count in counts.items():
            self._total[gram[:-1]] += count
            self._different[gram[:-1]] += 1

    def parts(self, gram):
        """What this length says of a run's last word, and how much is left to shorter ones."""
        total = self._total.get(gram[:-1], 0)
        if not total:
            return 0.0, 1.0
        own = max(self._counts.get(gram, 0) - DISCOUNT, 0.0) / total
        return own, DISCOUNT * self._different[gram[:-1]] / total


class References:
    """What BLEU compares lines with: the greatest count of each n-gram in any of them, and their lengths.

    Args:
        lines: the references.
        most: length of the longest n-grams.
    """

    def __init__(self, lines, most=5):
        self._lines, self.most = lines, most
        self._lengths = Counter(map(len, lines))
        # The greatest count of each n-gram, the line that has it, and the greatest of all other lines.
        self._best = [{} for _ in range(most)]
        for number, line in enumerate(lines):
            for order, best in enumerate(self._best, start=1):
                for gram, count in ngrams(line, order).items():
                    first, whose, second = best.get(gram, (0, None, 0))
                    best[gram] = (count, number, first) if count > first else (first, whose, max(second, count))

    def bleu(self, line, left_out=None):
        """BLEU-1 to BLEU-`most` of a line, a list, as NLTK 3's `sentence_bleu` with smoothing method 1.

        Uniform weights; where no n-gram of a length matches, 0.1 do (Chen & Cherry 2014, smoothing 1).

        Args:
            left_out: number of a reference that is not one for this line.
        """
        lengths = self._lengths if left_out is None else self._lengths - Counter([len(self._lines[left_out])])
        nearest = min(lengths, key=lambda length: (abs(length - len(line)), length))
        brevity = 1.0 if len(line) > nearest else math.exp(1.0 - nearest / len(line)) if line else 0.0
        found, logs = [], 0.0
        for order, best in enumerate(self._best, start=1):
            counts = ngrams(line, order)
            matched = sum(min(count, _of_others(best.get(gram), left_out)) for gram, count in counts.items())
            if order == 1 and not matched:
                return [0.0] * self.most
            logs += math.log((matched or 0.1) / max(1, sum(counts.values())))
            found.append(brevity * math.exp(logs / order))
        return found


def _of_others(best, left_out):
    if best is None:
        return 0
    first, whose, second = best
    return second if whose == left_out else first


def mean_bleu(lines, references=None, most=5):
    """The means of BLEU-1 to BLEU-`most` of lines; without references each is compared with all the others."""
    if references is None:
        others = References(lines, most)
        scores = [others.bleu(line, left_out=number) for number, line in enumerate(lines)]
    else:
        others = references if isinstance(references, References) else References(references, most)
        scores = [others.bleu(line) for line in lines]
    return [sum(column) / len(lines) for column in zip(*scores, strict=True)]
