"""The DCGAN of `keras_gan` in plain PyTorch, as a peer to measure its training step and its sampling against.

The same layers, loss, optimizers, moving average and order of update: the discriminator on reals and fakes, then the
generator on the same fakes through the updated discriminator. Run by `steps.py` and `passes.py` as
`python -m benchmarks.peers.dcgan_pytorch OPTIONS`, with any interpreter that has PyTorch.

Not the same, and of no consequence for speed: with an odd kernel TensorFlow pads one pixel more on the right, PyTorch
equally on both sides; PyTorch's running variances are unbiased. This side does not compute the accuracies that the
Keras step logs.
"""

import itertools

import torch
from torch import nn
from torch.nn.functional import softplus

from benchmarks.common.workers import seconds_per_step, serve
from benchmarks.peers.training import MEMORY_FORMATS, Training, check_size, serve_steps


class Generator(nn.Module):
    """Latents `[B, latent_dim]` to images `[B, C, size, size]` in [-1, 1], of the sizes in `networks`."""

    def __init__(self, networks, memory_format):
        super().__init__()
        latent_dim, widths = networks["latent_dim"], networks["generator_widths"]
        kernels = networks["generator_kernels"]
        self.width = widths[0]
        self.channels_last = memory_format == torch.channels_last
        self.dense = nn.Linear(latent_dim, 4 * 4 * self.width, bias=False)
        layers = [*_norm_relu(self.width)]
        for (before, after), kernel_size in zip(itertools.pairwise(widths[:-1]), kernels[:-1], strict=True):
            layers += [_double(before, after, kernel_size, bias=False), *_norm_relu(after)]
        self.convolutions = nn.Sequential(*layers, _double(widths[-2], widths[-1], kernels[-1], bias=True), nn.Tanh())

    def forward(self, latents):
        features = self.dense(latents)
        if self.channels_last:  # seen as what they are to become, the features need no copy into that layout
            return self.convolutions(features.view(-1, 4, 4, self.width).permute(0, 3, 1, 2))
        return self.convolutions(features.view(-1, self.width, 4, 4))


class Discriminator(nn.Module):
    """Images `[B, C, size, size]` to scores `[B, 1]`; a critic of WGAN-GP, if it is not `normalized`."""

    def __init__(self, image_channels, widths, kernels, normalized=True):
        super().__init__()
        layers = [_halve(image_channels, widths[0], kernels[0], bias=True), nn.LeakyReLU(0.2, inplace=True)]
        for (before, after), kernel_size in zip(itertools.pairwise(widths), kernels[1:], strict=True):
            layers.append(_halve(before, after, kernel_size, bias=not normalized))
            layers += [*([_norm(after)] if normalized else []), nn.LeakyReLU(0.2, inplace=True)]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * 4 * widths[-1], 1, bias=normalized))

    def forward(self, images):
        return self.layers(images)


def _double(before, after, kernel_size, bias):
    padding = (kernel_size - 1) // 2
    return nn.ConvTranspose2d(before, after, kernel_size, 2, padding, output_padding=kernel_size % 2, bias=bias)


def _halve(before, after, kernel_size, bias):
    return nn.Conv2d(before, after, kernel_size, 2, padding=(kernel_size - 1) // 2, bias=bias)


def _norm(width):
    return nn.BatchNorm2d(width, eps=1e-5, momentum=0.1)


def _norm_relu(width):
    return _norm(width), nn.ReLU(inplace=True)


class Sampler:
    """The generator alone, as one would deploy it; a call draws a batch of pictures in [0, 1], a NumPy array.

    Args:
        memory_format, networks: as for `Trainer`.
    """

    def __init__(self, memory_format, networks):
        self.generator = Generator(networks, memory_format)
        check_size("generator", self.generator, networks["generator_weights"])
        self.generator.to(memory_format=memory_format).eval()
        self.latent_dim = networks["latent_dim"]

    @torch.inference_mode()
    def __call__(self, batch):
        images = self.generator(torch.randn(batch, self.latent_dim))
        return images.mul_(0.5).add_(0.5).clamp_(0.0, 1.0).permute(0, 2, 3, 1).contiguous().numpy()


class Trainer(Training):
    """DCGAN's step; see `Training`."""

    def __init__(self, memory_format, batch_size, networks):
        torch.manual_seed(0)
        size, _, channels = networks["image_shape"]
        generator = Generator(networks, memory_format)
        discriminator = Discriminator(channels, networks["discriminator_widths"], networks["discriminator_kernels"])
        super().__init__(generator, discriminator, memory_format, batch_size, networks)
        self.latent_shape = (batch_size, networks["latent_dim"])
        self.real = self.random_images(channels, size)

    def step(self):
        fakes = self.generator(torch.randn(self.latent_shape))
        real_scores, fake_scores = self.discriminator(self.real), self.discriminator(fakes.detach())
        self.update_discriminator(softplus(-real_scores).mean() + softplus(fake_scores).mean())
        return self.update_generator(lambda: softplus(-self.discriminator(fakes)).mean())


def serve_sampling(channel, layout, threads, networks):
    """Answers `step` with the seconds of drawing a batch."""
    torch.set_num_threads(threads)
    sampler = Sampler(MEMORY_FORMATS[layout], networks)
    sampler(1)
    channel.answer(version=f"PyTorch {torch.__version__}")
    channel.serve({"step": lambda count, batch: {"seconds": seconds_per_step(lambda: sampler(batch), count)}})


if __name__ == "__main__":
    serve({"step": serve_steps(Trainer), "sample": serve_sampling})
