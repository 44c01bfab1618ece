"""How good generated images are: scores as pure functions of features, and the networks that see them.

This file knows their names alone and imports nothing heavy, for the command line.
"""

from keras_gan.errors import UserError, unknown

METRICS = {
    "fid": "Fréchet distance of the features (Heusel et al. 2017); lower is better",
    "fid-infinity": "FID extrapolated to infinitely many samples (Chong and Forsyth 2020); lower is better",
    "kid": "kernel distance, unbiased for few samples too (Bińkowski et al. 2018); lower is better",
    "is": "Inception Score of the extractor's logits (Salimans et al. 2016); higher is better",
    "prdc": "precision, recall, density, coverage (Kynkäänniemi et al. 2019, Naeem et al. 2020); higher is better",
    "accuracy": "share of samples that the classifier takes for the class asked for; higher is better",
    "ms-ssim": "likeness of pairs of samples by structure; near that of real pairs is better, above it is collapse",
    "lpips": "perceptual distance of pairs of samples; near that of real pairs is better, below it is collapse",
    "ppl": "perceptual path length of the latent space (Karras et al. 2018); lower is smoother",
    "psnr": "peak signal-to-noise ratio of outputs to their targets, in dB; higher is better",
    "ssim": "structural similarity of outputs to their targets (Wang et al. 2004); higher is better",
    "l1": "mean absolute difference of outputs from their targets; lower is better",
    "lpips-target": "perceptual distance of outputs from their targets (Zhang et al. 2018); lower is better",
}
# What a run can be steered by: the score that decides, and whether less of it is better. Nearness to the targets does
# not: where several outputs would be right, a blurred average of them comes nearest, and the blurriest checkpoint wins.
DECIDING = {
    "fid": ("fid", True),
    "fid-infinity": ("fid_infinity", True),
    "kid": ("kid", True),
    "is": ("inception_score", False),
    "prdc": ("coverage", False),
    "accuracy": ("accuracy", False),
}


def protocol_text(protocol):
    """A score's protocol as one line for people."""
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in protocol.items())


def check_names(names):
    """Raises `UserError` for a metric that there is not, or that is named twice."""
    for name in names:
        if name not in METRICS:
            raise unknown("metric", name, METRICS)
        if names.count(name) > 1:
            raise UserError(f"--metrics names {name} twice.")
