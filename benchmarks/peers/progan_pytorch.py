"""The ProGAN of `keras_gan` in plain PyTorch, as a peer to measure its training step against.

The same layers, losses, optimizers, moving average and order of update, of the last stage, in which both networks are
of the full size: what makes images of smaller ones, and sees them, is there and rests. Run by `passes.py` as
`python -m benchmarks.peers.progan_pytorch OPTIONS`, with any interpreter that has PyTorch.

Not the same, and of no consequence for speed: the slope of `output: tanh` is tanh's own everywhere.
"""

import itertools

import torch
from torch import nn

from benchmarks.common.workers import serve
from benchmarks.peers.equalized import RELU_GAIN, Conv2d, EnlargingConv2d, Linear, head, leaky_relu, unit_length
from benchmarks.peers.training import Training, serve_steps

EPSILON = 1e-12  # as in `keras_gan.losses.penalties`


class PixelNorm(nn.Module):
    """Every place a vector of unit length."""

    def forward(self, x):
        return unit_length(x)


class Generator(nn.Module):
    """Latents `[B, latent_dim]` to images `[B, C, size, size]`, of the sizes in `networks`."""

    def __init__(self, networks, image_channels, memory_format):
        super().__init__()
        widths, self.memory_format = networks["widths"], memory_format
        self.dense = Linear(networks["latent_dim"], 16 * widths[0], gain=RELU_GAIN / 4)
        layers = [leaky_relu(), PixelNorm(), *_normalized(Conv2d(widths[0], widths[0], 3, gain=RELU_GAIN))]
        for before, width in itertools.pairwise(widths):
            layers += _normalized(EnlargingConv2d(before, width, smooth=False))
            layers += _normalized(Conv2d(width, width, 3, gain=RELU_GAIN))
        self.layers = nn.Sequential(*layers)
        self.images, self.bound = to_images(networks, image_channels)
        self.register_buffer("level", torch.tensor(float(networks["doublings"])))

    def forward(self, latents):
        features = self.dense(unit_length(latents)).unflatten(1, (-1, 4, 4))
        return self.bound(self.images[-1](self.layers(features.contiguous(memory_format=self.memory_format))))


def _normalized(layer):
    return [layer, leaky_relu(), PixelNorm()]


def to_images(networks, image_channels):
    """What makes images of the maps of every size that a network grows through, and the function of them."""
    grown = networks["widths"][-networks["doublings"] - 1 :]
    layers = nn.ModuleList(Conv2d(width, image_channels, 1) for width in grown)
    return layers, nn.Tanh() if networks["output"] == "tanh" else nn.Identity()


class Discriminator(nn.Module):
    """Images `[B, C, size, size]` to scores `[B, 1]`."""

    def __init__(self, networks, image_channels):
        super().__init__()
        widths = networks["widths"]
        grown = widths[-networks["doublings"] - 1 :]
        self.seen = nn.ModuleList(Conv2d(image_channels, width, 1, gain=RELU_GAIN) for width in grown)
        layers = [leaky_relu()]
        for width, wider in itertools.pairwise(reversed(widths)):
            layers += [Conv2d(width, width, 3, gain=RELU_GAIN), leaky_relu()]
            layers += [Conv2d(width, wider, 3, gain=RELU_GAIN), leaky_relu(), nn.AvgPool2d(2)]
        self.layers = nn.Sequential(*layers, *head(widths[0], networks["minibatch_group"]))
        if networks["doublings"]:  # else Keras drops it from the network
            self.register_buffer("level", torch.tensor(float(networks["doublings"])))

    def forward(self, images):
        return self.layers(self.seen[-1](images))


class Trainer(Training):
    """ProGAN's step; see `Training`."""

    def __init__(self, memory_format, batch_size, networks):
        torch.manual_seed(0)
        size, _, channels = networks["image_shape"]
        generator, discriminator = Generator(networks, channels, memory_format), Discriminator(networks, channels)
        super().__init__(generator, discriminator, memory_format, batch_size, networks)
        self.networks = networks
        self.latent_shape = (batch_size, networks["latent_dim"])
        self.real = self.random_images(channels, size)

    def step(self):
        fakes = self.generator(torch.randn(self.latent_shape))
        self.update_discriminator(self._critic_loss(fakes.detach()))
        return self.update_generator(lambda: -self.discriminator(fakes).mean())

    def _critic_loss(self, fakes):
        constants, scores = self.networks, self.discriminator(self.real)
        loss = self.discriminator(fakes).mean() - scores.mean() + constants["drift_weight"] * scores.square().mean()
        if not self.penalty_is_due(constants["penalty_interval"]):
            return loss
        _, gradients = self.penalised(torch.lerp(fakes, self.real, torch.rand(self.batch_size, 1, 1, 1)))
        norms = (gradients.square().sum((1, 2, 3)) + EPSILON).sqrt()
        return loss + constants["penalty_weight"] * constants["penalty_interval"] * (norms - 1.0).square().mean()


if __name__ == "__main__":
    serve({"step": serve_steps(Trainer)})
