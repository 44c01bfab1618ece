"""Layers of two style-based generators in one: coarse ones of the first, fine ones of the second (Pinkney 2020).

J. N. M. Pinkney, D. Adler, "Resolution Dependent GAN Interpolation", arXiv 2010.05334, section 2. The second is best
trained on from the first (`--init-from`), so that their layers mean the same.
"""

from keras_gan.errors import UserError
from keras_gan.training import ema


def swap(first, second, size):
    """Gives the averaged synthesis network of one model the layers of another whose maps have `size` px or more.

    Args:
        first, second: `StyleModel`s with networks of the same shapes; the first is changed.
        size: edge of a map.

    Returns:
        `(layers that stay, layers that are swapped)`, of those that have weights.

    Raises:
        UserError: unless both have such networks, of the same shapes, and some layers would come of each.
    """
    networks = [_synthesis(model) for model in (first, second)]
    ours, theirs = ([layer for layer in ema.layers_of(network) if layer.weights] for network in networks)
    shapes = [[[tuple(weight.shape) for weight in layer.weights] for layer in layers] for layers in (ours, theirs)]
    if shapes[0] != shapes[1]:
        raise UserError("both runs must have networks of the same shapes: train the second on from the first.")
    fine = [layer.output.shape[1] >= size for layer in ours]
    if all(fine) or not any(fine):
        sizes = sorted({layer.output.shape[1] for layer in ours})
        raise UserError(f"--from {size} leaves nothing of one run: layers have {sizes[0]} to {sizes[-1]} px.")
    for is_fine, own, other in zip(fine, ours, theirs, strict=True):
        if is_fine:
            own.set_weights(other.get_weights())
    return len(ours) - sum(fine), sum(fine)


def _synthesis(model):
    if not hasattr(model, "synthesis"):
        raise UserError(f"blend is for style-based runs, such as those of stylegan2, and not of {model.name}.")
    return model.ema_generator.get_layer("synthesis")


def export(folder, restored, others, out, swapped):
    """Exports the model of a run that `swap` has changed; returns the manifest.

    Args:
        folder: its `RunFolder`.
        restored: its `Restored`.
        others: name of the run whose fine layers it has.
        out: folder to make.
        swapped: the size that these layers begin at.
    """
    from keras_gan import exporters
    from keras_gan.distribution.startup import quiet_stderr
    from keras_gan.runs import delivery
    from keras_gan.runs.public import names_only

    facts = delivery.facts_of(folder, restored.options, restored.model_config, restored.data_facts)
    facts = names_only(facts, facts["configuration"]) | {"blended": {"with": others, "from": swapped}}
    with quiet_stderr():
        return exporters.export(restored.model, out, facts=facts, sampler=restored.sampler())
