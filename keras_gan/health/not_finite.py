"""Not finite: a loss or gradient that is no longer a number. Asked at every step, and training ends with it."""

import numpy as np

from keras_gan.health.finding import NOTHING, Finding


def not_finite(step, logs, setup=NOTHING):
    """Says which term was the first that is no longer a number, of the logs of one step, `{name: float}`."""
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
        f"Lower the learning rates, or train in float32 if it was mixed_float16{_who_does_not(setup)}.",
    )


def _who_does_not(setup):
    others = "" if setup.has_penalty else setup.others
    return f"; {others} keep scores bounded" if others else ""


def _in_order_of_cause(name):
    # The discriminator moves first, and its losses are sums of its terms; a gradient follows its loss.
    return (not name.startswith("d_"), name.endswith("gradient"), name.endswith("_loss"), name)
