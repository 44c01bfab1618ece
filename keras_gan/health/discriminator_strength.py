"""A discriminator that is too strong, never in doubt, or too weak, which only guesses."""

import numpy as np

from keras_gan.health.finding import EXAMPLES, NOTHING, Finding, advice
from keras_gan.health.probe import Probe

WINDOW = 100  # steps that accuracies are averaged over
SURE = 0.98  # share of examples that a discriminator tells right, above which the generator has no chance
VANISHED = 1e-3  # generator gradient, as a share of what it was
GUESSING = 0.1  # distance from one half, within which it only guesses
NEAR = 0.05  # distance of samples from real examples, as a share of how far these lie apart: much alike
STALLED = 4  # examinations in a row without getting nearer


def discriminator_too_strong(step, real_accuracy, fake_accuracy, generator_gradients, words=EXAMPLES, setup=NOTHING):
    """Says so if the discriminator is always right and the generator has nothing left to learn from.

    Args:
        real_accuracy, fake_accuracy: share of examples told right, of each step of the window.
        generator_gradients: norms of the generator's gradient in the run so far, at least the largest and the last;
            empty if they are not known.
    """
    right = min(np.mean(real_accuracy), np.mean(fake_accuracy)) if len(real_accuracy) else 0.0
    if right < SURE:
        return None
    ratio = _share_left(generator_gradients, len(real_accuracy))
    return Finding(
        "discriminator_too_strong",
        step,
        f"the discriminator tells {right:.1%} of all {words.many} right"
        + (f", and the generator's gradient is down to {ratio:.1g} of what it was" if ratio < VANISHED else ""),
        "the generator learns little from a judge that is never in doubt.",
        advice(
            "lower the discriminator's learning rate",
            setup.augmentation(f"use --augment diffaugment if there are few {words.many}"),
            "use a variant whose judge stays smooth: " + setup.others
            if setup.draws and not setup.has_penalty
            else "raise the generator's",
        ),
    )


def _share_left(gradients, window):
    """The norm of gradients in the last `window` steps, as a share of the largest; 1 if there are none."""
    return np.median(gradients[-window:]) / max(np.max(gradients), 1e-30) if len(gradients) else 1.0


def discriminator_too_weak(step, real_accuracy, fake_accuracy, distances, words=EXAMPLES, setup=NOTHING):
    """Says so if the discriminator only guesses, over a whole window of steps, and the samples do not improve.

    Guessing alone is no fault: a generator can learn from gradients whose signs say nothing, and where samples look
    real there is nothing left but to guess.

    Args:
        real_accuracy, fake_accuracy: share of examples told right, of each step of the window.
        distances: of samples to real examples at each examination so far, as a share of how far real ones lie apart.
    """
    right = (np.mean(real_accuracy) + np.mean(fake_accuracy)) / 2 if len(real_accuracy) else 1.0
    if abs(right - 0.5) > GUESSING / 2 or len(distances) <= STALLED or distances[-1] < NEAR:
        return None
    if min(distances[-STALLED:]) < 0.99 * min(distances[:-STALLED]):
        return None
    return Finding(
        "discriminator_too_weak",
        step,
        f"the discriminator tells {right:.0%} of all {words.many} right, which is guessing, and the samples come no "
        f"nearer to real {words.many}",
        "its gradients lead the generator nowhere.",
        advice(
            "raise the discriminator's learning rate or its width",
            "weaken its penalty" if setup.has_penalty else "",
            "lower the generator's learning rate" if not setup.augments else "weaken its augmentation",
        ),
    )


class _DiscriminatorStrength(Probe):
    """Reads how often the discriminator was right, of the training's logs."""

    signals = ("discriminator_too_strong", "discriminator_too_weak")
    logs = ("d_real_accuracy", "d_fake_accuracy", "g_gradient")

    def look(self, examination):
        series, (step, words) = examination.series, (examination.step, examination.words)
        real, fake = (np.array(series[f"d_{side}_accuracy"][-WINDOW:]) for side in ("real", "fake"))
        if len(real) == WINDOW:
            given = {"words": words, "setup": examination.setup}
            yield discriminator_too_strong(step, real, fake, np.array(series["g_gradient"]), **given)
            yield discriminator_too_weak(step, real, fake, series["distance_to_real"], **given)

    def obstacles(self, examiner):
        if examiner.model.decision_boundary is None:
            return dict.fromkeys(self.signals, "the sign of this variant's scores does not say real or fake")
        return {}


PROBE = _DiscriminatorStrength()
