"""The R3GAN of `keras_gan` in plain PyTorch, as a peer to measure its training step against.

The same layers, losses, optimizers, moving average and order of update: the discriminator on pairs of reals and fakes,
with R1 and R2, then the generator on the same pairs. Run by `passes.py` as
`python -m benchmarks.peers.r3gan_pytorch OPTIONS`, with any interpreter that has PyTorch.

Not the same, and of no consequence for speed: learning rates are constant, no block starts as the identity, and the
slope of `output: tanh` is tanh's own everywhere.
"""

import math

import torch
from torch import nn
from torch.nn.functional import conv_transpose2d, pad, softplus

from benchmarks.common.workers import serve
from benchmarks.peers.training import Training, serve_steps

VECTORS = 0.1  # as in `keras_gan.training.optimizers`


class Block(nn.Module):
    """`x + f(x)`; `block` is one of those of `description.r3gan`."""

    def __init__(self, block):
        super().__init__()
        width, inner, groups = block["width"], block["inner"], block["groups"]
        self.layers = nn.Sequential(
            nn.Conv2d(width, inner, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(inner, inner, 3, padding=1, groups=groups),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(inner, width, 1, bias=False),
        )

    def forward(self, x):
        return x + self.layers(x)


class SmoothConvTranspose(nn.Module):
    """Maps `[B, C, h, w]` to twice their size, by a 3x3 kernel spread to 4x4, which draws no checkerboard."""

    def __init__(self, width, image_channels):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width, image_channels, 3, 3) / math.sqrt(9 * width))
        self.bias = nn.Parameter(torch.zeros(image_channels))

    def forward(self, x):
        spread = sum(pad(self.weight, (left, 1 - left, top, 1 - top)) for left in (0, 1) for top in (0, 1))
        return conv_transpose2d(x, spread, self.bias, stride=2, padding=1)


class Generator(nn.Module):
    """Latents `[B, latent_dim]` to images `[B, C, size, size]`."""

    def __init__(self, networks, image_channels, memory_format):
        super().__init__()
        blocks = networks["generator_blocks"]
        size, width = blocks[0]["size"], blocks[0]["width"]
        self.memory_format = memory_format
        self.dense = nn.Linear(networks["latent_dim"], width)
        self.picture = nn.Parameter(torch.randn(width, size, size))
        layers = []
        for block in blocks:
            if block["size"] != size:
                layers += [*_widened(width, block), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)]
            layers.append(Block(block))
            size, width = block["size"], block["width"]
        images = SmoothConvTranspose(width, image_channels) if networks["lean"] else nn.Conv2d(width, image_channels, 1)
        bounds = [nn.Tanh()] if networks["output"] == "tanh" else []
        self.layers = nn.Sequential(*layers, images, *bounds)

    def forward(self, latents):
        features = self.dense(latents)[:, :, None, None] * self.picture
        return self.layers(features.contiguous(memory_format=self.memory_format))


class Discriminator(nn.Module):
    """Images `[B, C, size, size]` to scores `[B, 1]`."""

    def __init__(self, networks, image_channels):
        super().__init__()
        blocks = networks["discriminator_blocks"]
        size, width = blocks[0]["size"], blocks[0]["width"]
        edge = {"kernel_size": 4, "stride": 2, "padding": 1} if networks["lean"] else {"kernel_size": 1}
        layers = [nn.Conv2d(image_channels, width, bias=False, **edge)]
        for block in blocks:
            if block["size"] != size:
                layers += [nn.AvgPool2d(2), *_widened(width, block)]
            layers.append(Block(block))
            size, width = block["size"], block["width"]
        last = nn.Conv2d(width, width, size, groups=width, bias=False)
        self.layers = nn.Sequential(*layers, last, nn.Flatten(), nn.Linear(width, 1, bias=False))

    def forward(self, images):
        return self.layers(images)


def _widened(width, block):
    return [] if block["width"] == width else [nn.Conv2d(width, block["width"], 1, bias=False)]


def _initialize(network):
    """He's normal initializer."""
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_normal_(module.weight, a=0.2)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


class Trainer(Training):
    """R3GAN's step; see `Training`."""

    def __init__(self, memory_format, batch_size, networks):
        torch.manual_seed(0)
        self.networks = networks
        size, _, channels = networks["image_shape"]
        super().__init__(
            Generator(networks, channels, memory_format),
            Discriminator(networks, channels),
            memory_format,
            batch_size,
            networks,
            _initialize,
        )
        self.latent_shape = (batch_size, networks["latent_dim"])
        self.real = self.random_images(channels, size)

    def rated(self, name, network, rate):
        """Each kernel with a rate in proportion to its spread, as `EqualizedAdam` has it; equal rates together."""
        if name == "discriminator" and not self.networks["equalized"]:
            return super().rated(name, network, rate)
        groups = {}
        for parameter in network.parameters():
            inputs = math.prod(parameter.shape[1:])
            scale = math.sqrt(2.0 / inputs) if parameter.ndim > 1 else VECTORS
            groups.setdefault(scale, []).append(parameter)
        return [{"params": members, "lr": rate * scale} for scale, members in groups.items()]

    def step(self):
        fakes = self.generator(torch.randn(self.latent_shape))
        self.update_discriminator(self._discriminator_loss(fakes.detach()))
        return self.update_generator(lambda: softplus(self.discriminator(self.real) - self.discriminator(fakes)).mean())

    def _discriminator_loss(self, fakes):
        interval = self.networks["penalty_interval"]
        if not self.penalty_is_due(interval):
            return softplus(self.discriminator(fakes) - self.discriminator(self.real)).mean()
        (real_scores, real_gradients), (fake_scores, fake_gradients) = map(self.penalised, (self.real, fakes))
        penalty = sum(each.square().sum((1, 2, 3)).mean() / 2.0 for each in (real_gradients, fake_gradients))
        return softplus(fake_scores - real_scores).mean() + self.networks["gamma"] * interval * penalty


if __name__ == "__main__":
    serve({"step": serve_steps(Trainer)})
