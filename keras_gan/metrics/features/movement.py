"""Movement: what a clip is like, in numbers that say themselves what they are, and which action that is.

Of each joint, in the figure's own frame: its mean place, how far it goes from there, and how fast; of the root: how it
turns, goes and rises. They are scaled to the spread that they have in the training clips, and the 20 directions in
which these differ most are the features. The verdict is a linear one on all numbers (multinomial logistic regression).
"""

import hashlib

import numpy as np

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.registry import Extractor

EXTRACTOR = Extractor(
    "movement",
    about="places and speeds of joints, 20 directions, and a linear verdict",
    of=("motion",),
    for_classes=True,
)
DIRECTIONS = 20
DECAY = 1e-3  # of the verdict's weights


def load(options):
    """The extractor, fitted to `options.training`; without it its features are the numbers themselves, in heights."""
    field = options.field
    if field is None:
        raise UserError("--features movement looks at clips of movement, and these are none.")
    if options.training is None:
        return FeatureNetwork(
            EXTRACTOR.name, "none", "none", lambda clips: (described(field, clips) / field.skeleton.height, None)
        )
    clips, labels, test, *_ = options.training()
    field = field if field.mean is not None else field.fitted(clips)
    known = described(field, clips)
    centre, spread = known.mean(axis=0), np.maximum(known.std(axis=0), 1e-4)
    known = (known - centre) / spread
    # The largest directions, the same sign on every machine.
    _, _, axes = np.linalg.svd(known, full_matrices=False)
    axes = axes[:DIRECTIONS].T
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    verdict = linear_verdict(known, np.asarray(labels), DECAY)
    facts = {"training_clips": len(clips)}
    if test is not None:
        seen = (described(field, test[0]) - centre) / spread
        facts |= {
            "accuracy": round(float((verdict(seen).argmax(axis=1) == test[1]).mean()), 4),
            "test_clips": len(seen),
        }

    def look(clips):
        seen = (described(field, clips) - centre) / spread
        return seen @ axes, verdict(seen)

    weights = hashlib.sha256(np.ascontiguousarray(np.round(axes, 3) + 0.0)).hexdigest()[:16]
    return FeatureNetwork(EXTRACTOR.name, weights, "none", look, facts, is_classifier=True)


def described(field, clips):
    """Numbers of clips, float32 `[N, 9 joints + 8]`; clips `[N, frames, …]` as their `Motion` stores them."""
    parts = []
    for start in range(0, len(clips), 256):
        values = field.to_model(np.asarray(clips[np.arange(start, min(start + 256, len(clips)))]))
        places, steps = (np.asarray(each) for each in field.in_own_frame(values))
        root = np.asarray(values)[..., :4] * field.spread[:4] + field.mean[:4]
        places = places[:, :, 1:] - places[:, :, :1]
        of_joints = [places.mean(axis=1), places.std(axis=1), np.abs(steps[:, :, 1:]).mean(axis=1)]
        flat = [each.reshape(len(places), -1) for each in of_joints]
        parts.append(np.concatenate([*flat, root.mean(axis=1), root.std(axis=1)], axis=1))
    return np.concatenate(parts).astype(np.float32)


def linear_verdict(known, labels, decay):
    """A function from numbers `[N, D]` to logits `[N, classes]` that was fitted to some of known classes."""
    from scipy.optimize import minimize

    known = np.concatenate([known, np.ones((len(known), 1))], axis=1).astype(np.float64)
    classes = int(labels.max()) + 1
    wanted = np.eye(classes)[labels]
    # Every class counts alike, however many clips it has.
    shares = (1 / np.maximum(np.bincount(labels, minlength=classes), 1) / classes)[labels][:, None]

    def loss(flat):
        weights = flat.reshape(known.shape[1], classes)
        logits = known @ weights
        logits -= logits.max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        slope = known.T @ (shares * (np.exp(logs) - wanted)) + decay * weights
        return -(shares * wanted * logs).sum() + decay / 2 * np.square(flat).sum(), slope.reshape(-1)

    found = minimize(loss, np.zeros(known.shape[1] * classes), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    weights = found.x.reshape(known.shape[1], classes)
    return lambda seen: (seen @ weights[:-1] + weights[-1]).astype(np.float32)
