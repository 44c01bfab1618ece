"""What a PyTorch peer is told of a Keras model, so as to be the same network trained in the same way."""


def dcgan(model):
    """Everything that a peer needs to build the same DCGAN, read from the layers as they are."""
    from keras import layers

    def of_type(network, layer_type):
        return [layer for layer in network.layers if isinstance(layer, layer_type)]

    up = of_type(model.generator, layers.Conv2DTranspose)
    down = of_type(model.discriminator, layers.Conv2D)
    (reshape,) = of_type(model.generator, layers.Reshape)
    return {
        "latent_dim": model.latent_dim,
        "generator_kernels": [layer.kernel_size[0] for layer in up],
        "discriminator_kernels": [layer.kernel_size[0] for layer in down],
        "generator_widths": [reshape.target_shape[-1], *(layer.filters for layer in up)],
        "discriminator_widths": [layer.filters for layer in down],
        "image_shape": model.discriminator.input_shape[1:],
        **_training_constants(model),
    }


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
        "beta_1": model.optimizer.beta_1,
        "beta_2": model.optimizer.beta_2,
        "epsilon": model.optimizer.epsilon,
        "ema_halflife_kimg": model.config.ema_halflife_kimg,
        "ema_rampup": model.course.ema_rampup,
    }
