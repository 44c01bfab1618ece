"""What the figures of a training run mean, in plain words: numbers in, findings out.

Every rule is a pure function that returns a `Finding` or None. A rule says no more than its figures do: where a
healthy run can look the same for a while, it waits.
"""

from dataclasses import dataclass

import numpy as np

SURE = 0.98  # share of images that a discriminator tells right, above which the generator has no chance
GUESSING = 0.1  # distance from one half, within which it only guesses
VANISHED = 1e-3  # generator gradient, as a share of what it was
SAME = 0.15  # distance of samples as a share of that of real images: hardly any difference
ALIKE = 0.5  # clearly less variety than real images
DEAD = 1e-6  # of the same: rounding apart, blind to its input; the smallest untrained generators have 1e-4
SIGNIFICANT = 3.0  # standard errors that a difference of two means must have to count
OVERFITTED = 0.6  # ADA's target for its own heuristic (arXiv 2006.06676, section 3.1)
COPIED = 0.5  # distance to the nearest training image, as a share of that of real images they have not seen
PERIODS = 3  # of a swing, before it is called one
NEAR = 0.05  # distance of samples from real images, as a share of how far these lie apart: much alike
STALLED = 4  # examinations in a row without getting nearer
STRAYED = 1.5  # L1 of held-out images over the smallest so far: noise and an adversary change it by a tenth


@dataclass(frozen=True)
class Finding:
    """One thing the doctor sees.

    Attributes:
        signal: its name, for programs.
        step: the training step it was seen at.
        saw: what was measured, with figures.
        means: what that means.
        helps: what usually helps.
    """

    signal: str
    step: int
    saw: str
    means: str
    helps: str

    @property
    def sentence(self):
        """All of it, for people."""
        return f"step {self.step:,}: {self.saw}: {self.means} {self.helps}"


def not_finite(step, logs):
    """Says which term was the first that is no longer a number, of the logs of one step."""
    bad = [name for name, value in logs.items() if not np.isfinite(value)]
    if not bad:
        return None
    name = min(bad, key=_in_order_of_cause)
    network = {"d": "discriminator", "g": "generator"}.get(name[0] if name[1:2] == "_" else "", "model")
    kind = "the gradient" if name.endswith("gradient") else f"the term {name}"
    return Finding(
        "not_finite",
        step,
        f"{kind} of the {network} is {logs[name]} ({name})",
        "from this step on the weights are of no use, so training stops here; the checkpoints before it are good.",
        "Lower the learning rates, or train in float32 if it was mixed_float16; a penalty on the discriminator's "
        "gradient (wgan_gp, r3gan) or spectral normalisation (sngan) keeps scores bounded.",
    )


def _in_order_of_cause(name):
    # The discriminator moves first, and its losses are sums of its terms; a gradient follows its loss.
    return (not name.startswith("d_"), name.endswith("gradient"), name.endswith("_loss"), name)


def discriminator_too_strong(step, real_accuracy, fake_accuracy, generator_gradients):
    """Says so if the discriminator is always right and the generator has nothing left to learn from.

    Args:
        real_accuracy, fake_accuracy: share of images told right, of each step of the window.
        generator_gradients: norm of the generator's gradient, of each step of the run so far.
    """
    right = min(np.mean(real_accuracy), np.mean(fake_accuracy)) if len(real_accuracy) else 0.0
    if right < SURE:
        return None
    window = max(1, len(real_accuracy))
    ratio = np.median(generator_gradients[-window:]) / max(np.max(generator_gradients), 1e-30)
    vanished = ratio < VANISHED
    return Finding(
        "discriminator_too_strong",
        step,
        f"the discriminator tells {right:.1%} of all images right"
        + (f", and the generator's gradient is down to {ratio:.1g} of what it was" if vanished else ""),
        "the generator learns little from a judge that is never in doubt.",
        "Lower the discriminator's learning rate, use --augment diffaugment if there are few images, or a variant "
        "whose judge stays smooth (sngan, wgan_gp, r3gan).",
    )


def discriminator_too_weak(step, real_accuracy, fake_accuracy, distances):
    """Says so if the discriminator only guesses, over a whole window of steps, and the samples do not improve.

    Guessing alone is no fault: a generator can learn from gradients whose signs say nothing, and where samples look
    real there is nothing left but to guess.

    Args:
        real_accuracy, fake_accuracy: share of images told right, of each step of the window.
        distances: of samples to real images at each examination so far, as a share of how far real ones lie apart.
    """
    right = (np.mean(real_accuracy) + np.mean(fake_accuracy)) / 2 if len(real_accuracy) else 1.0
    if abs(right - 0.5) > GUESSING / 2 or len(distances) <= STALLED or distances[-1] < NEAR:
        return None
    if min(distances[-STALLED:]) < 0.99 * min(distances[:-STALLED]):
        return None
    return Finding(
        "discriminator_too_weak",
        step,
        f"the discriminator tells {right:.0%} of all images right, which is guessing, and the samples come no nearer "
        "to real images",
        "its gradients lead the generator nowhere.",
        "Raise the discriminator's learning rate or width, or weaken its penalty or augmentation.",
    )


def collapse(step, variety, started, most):
    """Says so if samples of different latents are (nearly) the same picture.

    Args:
        variety: `{what: mean distance of pairs of samples / that of pairs of real images}`; what is `pixels`,
            `features`, or a class.
        started: whether the run is past its first steps, in which a healthy generator may hardly vary yet.
        most: the largest variety of the run so far, of pixels and features the lesser.
    """
    least = overall_variety(variety)
    if least < (SAME if started or most > ALIKE else DEAD):
        return Finding(
            "collapse",
            step,
            f"samples of different latents differ by {least:.1%} of what real images differ by",
            "the generator draws (nearly) the same picture whatever it is given: mode collapse.",
            "Go back to an earlier checkpoint; lower the learning rates, or change the variant: wgan_gp, r3gan and "
            "sngan collapse least. As a rule a run does not recover from this by itself.",
        )
    if not started:
        return None
    poor = {name: value for name, value in variety.items() if value < ALIKE}
    if not poor:
        return None
    names = ", ".join(f"{name} {value:.0%}" for name, value in sorted(poor.items(), key=lambda item: item[1])[:5])
    return Finding(
        "partial_collapse",
        step,
        f"samples vary much less than real images ({names} of theirs)",
        "the generator leaves out much of the data.",
        "Watch recall or coverage (--metrics prdc); a gradient penalty, --augment diffaugment for few images, or "
        "larger batches help.",
    )


def overall_variety(variety):
    """The lesser of the varieties of pixels and of features."""
    return min(variety[name] for name in ("pixels", "features") if name in variety)


def oscillation(step, losses):
    """Says so if the generator's loss swings to and fro with a steady period.

    A swing is a correlation of the series with itself that is clearly negative half a period later and clearly
    positive a whole period later; noise has neither.

    Args:
        losses: the generator's loss of each step of the window, at least 60 for a verdict.
    """
    series = np.asarray(losses, np.float64)
    if len(series) < 60 or series.std() < 1e-12:
        return None
    series = series - np.polyval(np.polyfit(np.arange(len(series)), series, 1), np.arange(len(series)))
    longest = len(series) // PERIODS
    lags = np.arange(longest + 1)
    correlation = np.array([np.mean(series[: len(series) - lag] * series[lag:]) for lag in lags]) / np.mean(series**2)
    below = np.flatnonzero(correlation < -0.4)
    if not len(below):
        return None
    # The first stretch below: later half periods correlate as well.
    first = below[: np.argmax(np.diff(below, append=below[-1] + 2) > 1) + 1]
    half = int(first[np.argmin(correlation[first])])
    if half < 2 or 2 * half > longest:
        return None
    period = half + int(np.argmax(correlation[half : 3 * half + 1]))
    if correlation[period] < 0.4:
        return None
    return Finding(
        "oscillation",
        step,
        f"the generator's loss swings with a period of about {period} steps",
        "the two networks chase each other in a circle instead of settling.",
        "Lower both learning rates or beta_1 (0.5 or 0), use a gradient penalty, and judge the moving average of the "
        "generator (which samples and exports are drawn from), not its last weights.",
    )


def discriminator_overfits(step, train, held_out, fakes):
    """Says so if held-out real images look more like fakes than like training images to the discriminator.

    ADA's heuristic r_v = (E[D_train] - E[D_held_out]) / (E[D_train] - E[D_fake]) (arXiv 2006.06676, equation 1): 0
    where training images are nothing special, 1 where held-out ones are taken for fakes.

    Args:
        train: scores of training images, an array.
        held_out: scores of real images that the training does not see.
        fakes: scores of samples.
    """
    gap, fall = np.mean(train) - np.mean(fakes), np.mean(train) - np.mean(held_out)
    # Where fakes are hardly told from real images the ratio is one of two small numbers, and means nothing.
    chance = SIGNIFICANT * np.sqrt(np.var(train) / len(train) + np.var(held_out) / len(held_out))
    if gap <= 0 or fall - chance < OVERFITTED * gap:
        return None
    ratio = fall / gap
    return Finding(
        "discriminator_overfits",
        step,
        f"the discriminator ranks real images it was not trained on {min(ratio, 1):.0%} of the way down to fakes",
        "it knows its training images by heart, and what it tells the generator is less and less about images as such.",
        "Use --augment diffaugment or ada, more images, or stop here.",
    )


def memorisation(step, sample_distances, held_out_distances):
    """Says so if samples lie much nearer to training images than other real images do.

    Args:
        sample_distances: of each sample to its nearest training image.
        held_out_distances: of each of some real images to its nearest other training image.
    """
    ratio = float(np.median(sample_distances) / max(np.median(held_out_distances), 1e-12))
    if ratio > COPIED:
        return None
    return Finding(
        "memorisation",
        step,
        f"samples lie {ratio:.0%} as far from their nearest training image as other real images do",
        "the generator repeats its training images.",
        "Look at the pairs in samples/nearest.png; use more images or --augment diffaugment, or stop earlier.",
    )


def finished(step, values, lower_is_better, patience):
    """Says so if the deciding score has not improved for `patience` evaluations.

    Args:
        values: the scores so far, oldest first.
    """
    if len(values) <= patience:
        return None
    signed = np.asarray(values) if lower_is_better else -np.asarray(values)
    before, since = signed[:-patience].min(), signed[-patience:].min()
    if since < before - 0.01 * abs(before):
        return None
    return Finding(
        "finished",
        step,
        f"the score has not improved for {patience} evaluations",
        "more steps of this run are unlikely to help.",
        "Export the best checkpoint, which is kept, or change something: augmentation, width, variant.",
    )


def strayed(step, values):
    """Says so if the L1 of held-out images has become far larger than it was.

    Args:
        values: mean absolute differences in [0, 1] so far, oldest first.
    """
    if len(values) < 2 or values[-1] <= STRAYED * min(values):
        return None
    return Finding(
        "strayed",
        step,
        f"the L1 of held-out images is {values[-1]:.3g}, and was {min(values):.3g} before",
        "the generator's updates have become too large, and it diverges.",
        "Export an earlier checkpoint, and train with a smaller --model.generator-learning-rate.",
    )
