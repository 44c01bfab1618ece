"""What a PyTorch peer is told of a Keras model, so as to be the same network trained in the same way."""


def described(model, image_shape):
    """What the peer of a variant is told, `networks`; see `pytorch.PEERS`."""
    if not model.latent_dim:
        return translation(model, image_shape)
    own = {"dcgan": dcgan, "wgan_gp": wgan_gp, "r3gan": r3gan, "progan": progan}
    return {**own, "stylegan": stylegan, "stylegan2": stylegan2}[model.name](model)


def dcgan(model):
    """Everything that a peer needs to build the same DCGAN, read from the layers as they are."""
    from keras import layers

    up = _of_type(model.generator, layers.Conv2DTranspose)
    down = _of_type(model.discriminator, layers.Conv2D)
    (reshape,) = _of_type(model.generator, layers.Reshape)
    return {
        "latent_dim": model.latent_dim,
        "generator_kernels": [layer.kernel_size[0] for layer in up],
        "discriminator_kernels": [layer.kernel_size[0] for layer in down],
        "generator_widths": [reshape.target_shape[-1], *(layer.filters for layer in up)],
        "discriminator_widths": [layer.filters for layer in down],
        "image_shape": model.discriminator.input_shape[1:],
        **_training_constants(model),
    }


def wgan_gp(model):
    """The same of a WGAN-GP."""
    names = ("critic_steps", "penalty_weight")
    constants = {name: getattr(model.config, name) for name in names}
    return {**dcgan(model), **constants, "penalty_interval": penalty_interval(model)}


def r3gan(model):
    """The same of an R3GAN."""
    return {
        "latent_dim": model.latent_dim,
        "image_shape": model.discriminator.input_shape[1:],
        "generator_blocks": _blocks(model.generator),
        "discriminator_blocks": _blocks(model.discriminator),
        **{name: getattr(model.config, name) for name in ("lean", "output", "equalized", "gamma")},
        "penalty_interval": penalty_interval(model),
        **_training_constants(model),
    }


def progan(model):
    """The same of a ProGAN."""
    return _of_widths(model, "doublings", "penalty_weight", "drift_weight")


def stylegan(model):
    """The same of a StyleGAN."""
    return _of_widths(model, "doublings", "gamma", *_STYLES)


def stylegan2(model):
    """The same of a StyleGAN2."""
    path = [f"path_length_{name}" for name in ("weight", "interval", "decay")]
    return {**_of_widths(model, "lean", "noise_rate", *path, *_STYLES), "gamma": model.gamma}


_STYLES = ("style_dim", "mapping_layers", "mixing")


def _of_widths(model, *names):
    """What the three have in common, the widths of maps from 4 px on among it, and further options."""
    from keras_gan.networks import growing

    config, shape = model.config, model.fields["real"].shape
    largest = shape[0] // 2 if getattr(config, "lean", False) else shape[0]
    return {
        "latent_dim": model.latent_dim,
        "image_shape": shape,
        "widths": list(growing.widths(growing.sizes_of(4, largest), config).values()),
        **{name: getattr(config, name) for name in ("output", "minibatch_group", *names)},
        "penalty_interval": penalty_interval(model),
        **_training_constants(model),
    }


def penalty_interval(model):
    """Every how many steps a gradient penalty is taken."""
    return getattr(model.config, "penalty_interval", 1)


def _blocks(network):
    """The residual blocks from the input on: edge and width of maps, width and groups of the inner convolution."""
    from keras import layers

    inner = [layer for layer in _of_type(network, layers.Conv2D) if layer.kernel_size == (3, 3)]
    return [
        {"size": total.output.shape[1], "width": total.output.shape[-1], "inner": conv.filters, "groups": conv.groups}
        for total, conv in zip(_of_type(network, layers.Add), inner, strict=True)
    ]


def _of_type(network, layer_type):
    return [layer for layer in network.layers if isinstance(layer, layer_type)]


def translation(model, image_shape):
    """Everything that a peer needs to build the same pix2pix or CycleGAN, read from the layers as they are.

    Where the networks are pairs, these are the sizes of one of each; the numbers of weights are those of both.
    """
    from keras import layers

    from keras_gan.layers.dropout import StepDropout

    generator, discriminator = (_one_of(network) for network in (model.generator, model.discriminator))
    rates = {layer.name: layer.rate for layer in generator.layers if isinstance(layer, StepDropout)}
    weights = ("adversarial_weight", "l1_weight", "cycle_weight", "identity_weight")
    return {
        "variant": model.name,
        "image_shape": image_shape,
        "source_channels": generator.inputs[0].shape[-1],
        "generator": _convolutions(generator),
        "discriminator": _convolutions(discriminator),
        "skip": any(isinstance(layer, layers.Concatenate) for layer in generator.layers),
        "dropout": [rates.get(f"dropout_{place}", 0.0) for place in (1, 2, 3)],
        "pool_size": next((pool.shape[0] for pool in getattr(model, "pools", {}).values()), 0),
        **{name: getattr(model.config, name) for name in weights if hasattr(model.config, name)},
        **_training_constants(model),
    }


def _one_of(network):
    import keras

    return next((layer for layer in network.layers if isinstance(layer, keras.Model)), network)


def _convolutions(network):
    """All convolutions from the input on. In these networks those without a bias are normalised."""
    from keras import layers

    return [
        {
            "width": layer.filters,
            "size": layer.kernel_size[0],
            "stride": layer.strides[0],
            "transposed": isinstance(layer, layers.Conv2DTranspose),
            "normalized": not layer.use_bias,
        }
        for layer in network.layers
        if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose))
    ]


def _training_constants(model):
    """Numbers of weights, and what the updates need beside gradients."""
    return {
        "generator_weights": model.generator.count_params(),
        "discriminator_weights": model.discriminator.count_params(),
        "learning_rate": float(model.optimizer.learning_rate),
        "discriminator_learning_rate": float(model.discriminator_optimizer.learning_rate),
        "beta_1": model.optimizer.beta_1,
        "beta_2": model.optimizer.beta_2,
        "epsilon": model.optimizer.epsilon,
        "ema_halflife_kimg": model.config.ema_halflife_kimg,
        "ema_rampup": model.course.ema_rampup,
    }
