"""The candidates of `search.py`: options of each variant, `{name: [{option: value}]}`. New ones go to the end."""

BN = {"fused_batch_norm": True}


def _both(rate):
    return {"generator_learning_rate": rate, "discriminator_learning_rate": rate}


def _wide(generator, discriminator):
    return {"generator_channels": generator, "discriminator_channels": discriminator}


SMALL = {**BN, **_wide(16, 16), **_both(1e-3)}

R3GAN = {"generator_channels": 16, "discriminator_channels": 8, "max_channels": 64, "pointwise_products": True}
LEAN = {**R3GAN, "lean": True, "batch_size": 16, "beta_2": 0.99, "penalty_interval": 2}
EQUAL = {**LEAN, "equalized": True}
BOUNDED = {**EQUAL, "output": "tanh", "generator_learning_rate": 1e-2, "discriminator_learning_rate": 2e-2}

BEGAN = {
    **{"channels": 8, "equalized": True, "output": "tanh"},
    **{"generator_learning_rate": 3e-3, "discriminator_learning_rate": 1e-3},
}

SPACE = {
    "dcgan": [
        SMALL,
        {**SMALL, "final_rate": 0.05},
        {**SMALL, **_wide(24, 16), "final_rate": 0.05},
        {**SMALL, **_wide(24, 16)},
        {**SMALL, **_both(2e-3)},
        {**SMALL, "batch_size": 32},
        {**SMALL, "hidden_kernel_size": 4},
        {**SMALL, "smooth_layers": 1},
        {**SMALL, "discriminator_learning_rate": 4e-4},
    ],
    "lsgan": [SMALL, {**SMALL, **_both(2e-3)}, {**SMALL, "smooth_layers": 1}],
    "cgan": [
        SMALL,
        {**SMALL, **_wide(24, 16)},
        {**SMALL, **_wide(16, 24)},
        {**SMALL, **_wide(16, 32)},
        {**SMALL, "generator_learning_rate": 2e-3},
        {**SMALL, "final_rate": 0.1},
        {**SMALL, "smooth_layers": 1},
        {**SMALL, "hidden_kernel_size": 4},
        {**SMALL, "batch_size": 32},
    ],
    "acgan": [SMALL],
    "sngan": [SMALL, {**SMALL, **_both(5e-4)}, {**SMALL, "discriminator_channels": 32}],
    "dragan": [SMALL, {**SMALL, "penalty_interval": 4}, {**SMALL, "penalty_interval": 4, "penalty_weight": 1.0}],
    "wgan_gp": [
        {**SMALL, "critic_steps": 1},
        {**SMALL, "critic_steps": 1, "penalty_interval": 4},
        {**SMALL, "critic_steps": 2, "penalty_interval": 4},
    ],
    "r3gan": [
        {"generator_channels": 16, "discriminator_channels": 8, "max_channels": 64, "penalty_interval": 4},
        {"generator_channels": 16, "discriminator_channels": 16, "max_channels": 64, "penalty_interval": 4},
        {
            **{"generator_channels": 16, "discriminator_channels": 8, "max_channels": 64, "penalty_interval": 4},
            **{"batch_size": 32, "generator_learning_rate": 2e-2, "discriminator_learning_rate": 2e-3},
        },
        {**R3GAN, "penalty_interval": 8},
        {**R3GAN, "penalty_interval": 16},
        {**R3GAN, "penalty_interval": 8, "batch_size": 32},
        {**R3GAN, "penalty_interval": 4, "beta_2": 0.99},
        {**R3GAN, "penalty_interval": 8, "beta_2": 0.99},
        R3GAN,
        {**R3GAN, "penalty_interval": 4, "gamma": 10.0},
        {**R3GAN, "penalty_interval": 4, "generator_learning_rate": 3e-3},
        {**R3GAN, "penalty_interval": 4, "beta_2": 0.99, "generator_learning_rate": 3e-3, "gamma": 10.0},
        {**R3GAN, "penalty_interval": 4, "beta_2": 0.99, "discriminator_learning_rate": 3e-3, "gamma": 10.0},
        {
            **{**R3GAN, "generator_channels": 8, "penalty_interval": 4, "beta_2": 0.99},
            **{"generator_learning_rate": 2e-2, "discriminator_learning_rate": 5e-3},
        },
        {**LEAN, "discriminator_learning_rate": 3e-3},
        {**LEAN, "generator_learning_rate": 2e-2, "discriminator_learning_rate": 5e-3},
        *(
            {**EQUAL, "generator_learning_rate": 2e-2, "discriminator_learning_rate": rate}
            for rate in (1e-2, 2e-2, 5e-2)
        ),
        {**EQUAL, **_both(2e-2), "gamma": 3.0},
        {**EQUAL, "penalty_interval": 4, "generator_learning_rate": 1e-2, "discriminator_learning_rate": 2e-2},
        *({**BOUNDED, "gamma": gamma} for gamma in (1.0, 3.0, 6.0)),
        {**BOUNDED, "gamma": 3.0, "discriminator_channels": 16, "penalty_interval": 4},
    ],
    "gan": [
        {**BN, **_both(5e-4)},
        {**BN, **_both(1e-3)},
        {**BN, **_both(1e-3), "generator_units": [128, 256, 512], "discriminator_units": [256, 128]},
    ],
    "wgan": [
        {**BN, **_wide(16, 16), "learning_rate": 5e-4},
        {**BN, **_wide(16, 16), "learning_rate": 5e-4, "critic_steps": 1},
        {**BN, **_wide(16, 16), "learning_rate": 5e-4, "critic_steps": 2, "clip": 0.05},
    ],
    "began": [
        *({"channels": 8, **_both(1e-3)}, _both(1e-3), {"channels": 8}, {"channels": 8, "gamma": 0.7}),
        {"channels": 8, "generator_learning_rate": 4e-3, "discriminator_learning_rate": 8e-4},
        {"channels": 8, "generator_learning_rate": 1e-3, "discriminator_learning_rate": 1e-4},
        *(
            {"channels": 8, "equalized": True, "generator_learning_rate": 1e-2, "discriminator_learning_rate": rate}
            for rate in (1e-3, 3e-3)
        ),
        *({**BEGAN, "discriminator_learning_rate": rate} for rate in (3e-4, 1e-3, 3e-3)),
        *({**BEGAN, "latent_dim": count} for count in (32, 16)),
        *({**BEGAN, "gamma": gamma} for gamma in (0.8, 1.3)),
    ],
}
