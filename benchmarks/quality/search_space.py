"""The candidates of `search.py`: options of each variant, `{name: [{option: value}]}`. New ones go to the end."""

BN = {"fused_batch_norm": True}


def _both(rate):
    return {"generator_learning_rate": rate, "discriminator_learning_rate": rate}


def _wide(generator, discriminator):
    return {"generator_channels": generator, "discriminator_channels": discriminator}


SMALL = {**BN, **_wide(16, 16), **_both(1e-3)}
FALLING = {**SMALL, "final_rate": 0.05}

SPACE = {
    "dcgan": [
        SMALL,
        FALLING,
        {**FALLING, **_wide(24, 16)},
        {**FALLING, **_both(2e-3)},
        {**FALLING, "beta_2": 0.999},
        {**FALLING, "hidden_kernel_size": 4},
        {**FALLING, "batch_size": 32},
    ],
    "lsgan": [FALLING, {**FALLING, **_both(2e-3)}, {**FALLING, **_wide(24, 16)}],
    "cgan": [FALLING, {**FALLING, **_wide(24, 16)}],
    "acgan": [FALLING],
    "sngan": [FALLING, {**FALLING, **_both(5e-4)}],
    "dragan": [FALLING, {**FALLING, "penalty_weight": 1.0}],
    "wgan_gp": [
        {**FALLING, "critic_steps": 2},
        {**FALLING, "critic_steps": 1},
        {**FALLING, "critic_steps": 5},
    ],
    "r3gan": [
        {"generator_channels": 16, "discriminator_channels": 8, "max_channels": 64},
        {"generator_channels": 8, "discriminator_channels": 8, "max_channels": 64},
    ],
    "gan": [
        {"generator_learning_rate": 5e-4, "discriminator_learning_rate": 5e-4},
        {"generator_learning_rate": 5e-4, "discriminator_learning_rate": 5e-4, "final_rate": 0.05},
    ],
    "wgan": [{**BN, **_wide(16, 16), "learning_rate": 5e-4}],
    "began": [{}, {"channels": 16, **_both(1e-3)}],
}
