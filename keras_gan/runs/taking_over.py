"""A new run that starts from what another one has learned."""

import keras

from keras_gan.errors import UserError
from keras_gan.runs import run_folder
from keras_gan.runs.restore import restore
from keras_gan.training.optimizers import Adam
from keras_gan.training.step import inner_optimizer

_NETWORKS = ("generator", "discriminator", "ema_generator")
_NAMED = 3  # classes that a note names


def take_over(model, options):
    """Gives a new, compiled model what the run `init_from` has, at its best checkpoint or else its last one.

    These are both networks, the moving average, which goes on without a ramp-up, and the running states that both
    models have, such as ADA's p, BEGAN's k and pools of fakes; with `init_optimizer` also the moments of the
    optimizers. Steps and schedules begin anew.

    Args:
        model: an `AdversarialModel`.
        options: the `RunConfig`.

    Raises:
        UserError: if there is no such run, or if networks or optimizers are others.
    """
    donor = restore(run_folder.find(options.log_dir, options.init_from))
    keras.mixed_precision.set_dtype_policy(options.precision)
    _take_networks(model, donor, options)
    taken = ["the moving average", *_take_states(model, donor.model)]
    model.follow(ema_rampup=None)
    if options.init_optimizer:
        model.follow(earlier_updates=_take_moments(model, donor.model, options))
        taken.append("both optimizers")
    which = "best" if donor.is_best else "last"
    print(
        f"starting from the networks of {options.init_from} at step {donor.step}, its {which} checkpoint, with "
        f"{', '.join(taken)}."
    )
    _note_other_classes(model, donor, options)


def _take_networks(model, donor, options):
    try:
        for name in _NETWORKS:
            getattr(model, name).set_weights(getattr(donor.model, name).get_weights())
    except ValueError:
        was, now = donor.model.fields["real"], model.fields["real"]
        raise UserError(
            f"--init-from {options.init_from}: its networks ({donor.options.variant}, {was.size_words}) have other "
            f"shapes than those of {options.variant} at {now.size_words} as it is set up here."
        ) from None


def _take_states(model, donor):
    """Assigns all states that both have; returns their names."""
    states, theirs = _states(model), _states(donor)
    taken = [name for name in states if name in theirs and states[name].shape == theirs[name].shape]
    for name in taken:
        states[name].assign(_value(theirs[name]))
    return taken


def _states(model):
    """What a training keeps beside its networks and its step, `{name: variable}`."""
    apart = {id(model.step), *(id(weight) for name in _NETWORKS for weight in getattr(model, name).weights)}
    return {weight.name: weight for weight in model.weights if id(weight) not in apart}


def _take_moments(model, donor, options):
    """Assigns what both optimizers remember of gradients; returns how many updates that is of, for each."""
    updates = []
    for name in ("optimizer", "discriminator_optimizer"):
        own, theirs = (inner_optimizer(getattr(each, name)) for each in (model, donor))
        if type(own) is not type(theirs):
            raise UserError(
                f"--init-optimizer: {donor.name} was trained by {type(theirs).__name__}, and {model.name} is by "
                f"{type(own).__name__}: leave it out, or start from another run than {options.init_from}."
            )
        for variable, value in zip(_moments(own), _moments(theirs), strict=True):
            variable.assign(_value(value))
        known = isinstance(theirs, Adam)
        updates.append(int(_value(theirs.iterations)) + theirs.earlier_updates if known else 0)
    return tuple(updates)


def _moments(optimizer):
    apart = {id(optimizer.iterations), id(optimizer._learning_rate)}
    return [each for each in optimizer.variables if id(each) not in apart]


def _value(variable):
    return keras.ops.convert_to_numpy(variable)  # under a strategy a variable is several


def _note_other_classes(model, donor, options):
    """Says so if classes have the numbers, but not the names, that they had."""
    was, now = (each.fields["label"].names if "label" in each.fields else () for each in (donor.model, model))
    changed = [f"{before!r} is now {after!r}" for before, after in zip(was, now, strict=False) if before != after]
    if model.num_classes and changed:
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        print(f"note: classes are called otherwise than in {options.init_from}: {', '.join(changed[:_NAMED])}{more}.")
