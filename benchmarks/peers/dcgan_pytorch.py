"""The DCGAN of `keras_gan` in plain eager PyTorch, as a peer to measure its training step and its sampling against.

The same layers, loss, optimizers, moving average and order of update: the discriminator on reals and fakes, then the
generator on the same fakes through the updated discriminator. Run by `speed.py` as
`python -m benchmarks.peers.dcgan_pytorch OPTIONS`, with any interpreter that has PyTorch.

Not the same, and of no consequence for speed: with an odd kernel TensorFlow pads one pixel more on the right, PyTorch
equally on both sides; PyTorch's running variances are unbiased. This side does not compute the accuracies that the
Keras step logs.
"""

import copy
import itertools
import json
import sys
import time

import torch
from torch import nn
from torch.nn.functional import softplus

from benchmarks.workers import Channel, seconds_per_step

MEMORY_FORMATS = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}
ADAM_IMPLEMENTATIONS = {"for-loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


class Generator(nn.Module):
    """Latents `[B, latent_dim]` to images `[B, C, size, size]` in [-1, 1]; `widths` ends with the images' C."""

    def __init__(self, latent_dim, widths, kernels, channels_last):
        super().__init__()
        self.width = widths[0]
        self.channels_last = channels_last
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
    """Images `[B, C, size, size]` to scores `[B, 1]`."""

    def __init__(self, image_channels, widths, kernels):
        super().__init__()
        layers = [_halve(image_channels, widths[0], kernels[0], bias=True), nn.LeakyReLU(0.2, inplace=True)]
        for (before, after), kernel_size in zip(itertools.pairwise(widths), kernels[1:], strict=True):
            layers += [_halve(before, after, kernel_size, bias=False), _norm(after), nn.LeakyReLU(0.2, inplace=True)]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * 4 * widths[-1], 1))

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
        channels_last = memory_format == torch.channels_last
        self.generator = Generator(
            networks["latent_dim"], networks["generator_widths"], networks["generator_kernels"], channels_last
        )
        _check_size("generator", self.generator, networks["generator_weights"])
        self.generator.to(memory_format=memory_format).eval()
        self.latent_dim = networks["latent_dim"]

    @torch.inference_mode()
    def __call__(self, batch):
        images = self.generator(torch.randn(batch, self.latent_dim))
        return images.mul_(0.5).add_(0.5).clamp_(0.0, 1.0).permute(0, 2, 3, 1).contiguous().numpy()


class Trainer:
    """Both networks, their optimizers and the generator's moving average; a call is one training step.

    Args:
        memory_format: layout of images, features and kernels.
        batch_size: images per step.
        networks: the shape of both networks and the constants of training, as `keras_worker` describes them.
    """

    def __init__(self, memory_format, batch_size, networks):
        torch.manual_seed(0)
        size, _, channels = networks["image_shape"]
        self.latent_shape = (batch_size, networks["latent_dim"])
        channels_last = memory_format == torch.channels_last
        self.generator = Generator(
            networks["latent_dim"], networks["generator_widths"], networks["generator_kernels"], channels_last
        )
        self.discriminator = Discriminator(
            channels, networks["discriminator_widths"], networks["discriminator_kernels"]
        )
        for network in (self.generator, self.discriminator):
            _initialize(network)
            network.to(memory_format=memory_format)
        _check_size("generator", self.generator, networks["generator_weights"])
        _check_size("discriminator", self.discriminator, networks["discriminator_weights"])
        self.real = torch.rand(batch_size, channels, size, size).mul(2).sub(1).to(memory_format=memory_format)

        adam = {
            "lr": networks["learning_rate"],
            "betas": (networks["beta_1"], networks["beta_2"]),
            "eps": networks["epsilon"],
        }
        self.adam_implementation = _fastest_adam(self.generator, adam)
        adam |= ADAM_IMPLEMENTATIONS[self.adam_implementation]
        self.generator_optimizer = torch.optim.Adam(self.generator.parameters(), **adam)
        self.discriminator_optimizer = torch.optim.Adam(self.discriminator.parameters(), **adam)

        self.ema_generator = copy.deepcopy(self.generator).requires_grad_(False)
        self.weights, self.averages = _state(self.generator), _state(self.ema_generator)
        self.halflife_images = networks["ema_halflife_kimg"] * 1000.0
        self.ema_rampup = networks["ema_rampup"]
        self.images_seen = 0

    def __call__(self):
        """One step; returns the generator's loss as a number."""
        fakes = self.generator(torch.randn(self.latent_shape))

        real_scores, fake_scores = self.discriminator(self.real), self.discriminator(fakes.detach())
        loss = softplus(-real_scores).mean() + softplus(fake_scores).mean()
        self._update(loss, self.discriminator_optimizer)

        self.discriminator.requires_grad_(False)  # its weights' gradients would be thrown away
        loss = softplus(-self.discriminator(fakes)).mean()
        self._update(loss, self.generator_optimizer)
        self.discriminator.requires_grad_(True)

        self._update_ema()
        return loss.item()

    def _update(self, loss, optimizer):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    @torch.no_grad()
    def _update_ema(self):
        batch = self.latent_shape[0]
        self.images_seen += batch
        halflife = min(self.halflife_images, self.images_seen * self.ema_rampup)
        torch._foreach_lerp_(self.averages, self.weights, 1.0 - 0.5 ** (batch / halflife))


def _initialize(network):
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _state(network):
    """All weights and running statistics, without PyTorch's integer counters of batches."""
    return [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]


def _check_size(name, network, expected):
    """Ends the worker if the network is not the size of its Keras counterpart, statistics included."""
    size = sum(tensor.numel() for tensor in _state(network))
    if size != expected:
        raise SystemExit(f"the PyTorch {name} has {size:,} weights, the Keras one {expected:,}: not the same network.")


def _fastest_adam(network, adam):
    """The name of the implementation of Adam that is fastest here on these weights."""
    parameters = list(network.parameters())
    for parameter in parameters:
        parameter.grad = torch.zeros_like(parameter)  # leaves the weights as they are
    optimizers = {name: torch.optim.Adam(parameters, **adam, **how) for name, how in ADAM_IMPLEMENTATIONS.items()}
    seconds = {name: min(_seconds(optimizer.step) for _ in range(6)) for name, optimizer in optimizers.items()}
    network.zero_grad(set_to_none=True)
    return min(seconds, key=seconds.get)


def _seconds(act):
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main():
    """Answers `step` with the seconds of a step, of training or of sampling, and `facts` with what this is."""
    options = json.loads(sys.argv[1])
    channel = Channel()
    torch.set_num_threads(options["threads"])
    if options.get("kind") == "sample":
        sampler = Sampler(MEMORY_FORMATS[options["layout"]], options["networks"])
        sampler(1)
        channel.answer(version=f"PyTorch {torch.__version__}")
        channel.serve({"step": lambda count, batch: {"seconds": seconds_per_step(lambda: sampler(batch), count)}})
        return
    trainer = Trainer(MEMORY_FORMATS[options["layout"]], options["batch_size"], options["networks"])
    trainer()
    channel.answer()
    facts = {"version": torch.__version__, "adam": trainer.adam_implementation, "threads": torch.get_num_threads()}
    channel.serve({"step": lambda count: {"seconds": seconds_per_step(trainer, count)}, "facts": lambda: facts})


if __name__ == "__main__":
    main()
