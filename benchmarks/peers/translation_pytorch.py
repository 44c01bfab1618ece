"""The pix2pix and the CycleGAN of `keras_gan` in plain PyTorch, as peers to measure their training steps against.

The same layers, losses, optimizers, moving average and order of update, built from sizes read off the Keras layers. Run
by `passes.py` as `python -m benchmarks.peers.translation_pytorch OPTIONS`, with any interpreter that has PyTorch.

Not the same, and of no consequence for speed: PyTorch's running variances are unbiased; its pool lets images of one
batch take the same place. This side computes neither the accuracies nor the norms of gradients that the Keras steps
log.
"""

import random

import torch
from torch import nn
from torch.nn.functional import l1_loss, softplus

from benchmarks.common.workers import serve
from benchmarks.peers.training import Training, serve_steps

# --- Networks -----------------------------------------------------------------------------------------------------


class UNet(nn.Module):
    """pix2pix's generator: sources `[B, c, size, size]` to images in [-1, 1].

    Args:
        source_channels: c.
        convolutions: all of them in order, half of them strided, half transposed.
        dropout: rates of the first decoder levels.
    """

    def __init__(self, source_channels, convolutions, dropout):
        super().__init__()
        levels = len(convolutions) // 2
        down, up = convolutions[:levels], convolutions[levels:]
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        width = source_channels
        for layer in down:
            self.encoder.append(nn.Sequential(*_convolution(width, layer, _batch_norm), _leaky_relu()))
            width = layer["width"]
        for place, (layer, skip) in enumerate(zip(up[:-1], down[-2::-1], strict=True)):
            rate = dropout[place] if place < len(dropout) else 0.0
            dropped = [nn.Dropout(rate)] if rate else []
            self.decoder.append(
                nn.Sequential(*_convolution(width, layer, _batch_norm), *dropped, nn.ReLU(inplace=True))
            )
            width = layer["width"] + skip["width"]
        self.last = nn.Sequential(*_convolution(width, up[-1], _batch_norm), nn.Tanh())

    def forward(self, x):
        skips = []
        for level in self.encoder:
            x = level(x)
            skips.append(x)
        skips.pop()
        for level in self.decoder:
            x = torch.cat([level(x), skips.pop()], dim=1)
        return self.last(x)


class Residual(nn.Module):
    """`x + f(x)`."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.layers(x)


class ResNet(nn.Module):
    """CycleGAN's generator: two strided convolutions, pairs of others in residual blocks, two that enlarge, a last one.

    Args:
        source_channels: of sources `[B, c, size, size]`.
        convolutions: all of them in order.
        skip: join what the first one found to what the last one is given.
    """

    def __init__(self, source_channels, convolutions, skip):
        super().__init__()
        first, *inner, last = convolutions
        self.first = nn.Sequential(*_reflected(source_channels, first), nn.ReLU(inplace=True))
        width, layers, halves = first["width"], [], []
        for layer in inner:
            convolution = _reflected(width, layer)
            if layer["width"] != width:
                enlarged = [nn.Upsample(scale_factor=2)] if layer["width"] < width else []
                layers += [*enlarged, *convolution, nn.ReLU(inplace=True)]
            elif not halves:
                halves = [*convolution, nn.ReLU(inplace=True)]
            else:
                layers.append(Residual(*halves, *convolution))
                halves = []
            width = layer["width"]
        self.inner, self.skip = nn.Sequential(*layers), skip
        self.last = nn.Sequential(*_reflected(width + (first["width"] if skip else 0), last), nn.Tanh())

    def forward(self, x):
        first = self.first(x)
        inner = self.inner(first)
        return self.last(torch.cat([first, inner], dim=1) if self.skip else inner)


class PatchDiscriminator(nn.Module):
    """PatchGAN: images, and what they are seen with, `[B, channels, size, size]` to a map of scores.

    No mere `nn.Sequential`, whose `compile` leaves it as it is.
    """

    def __init__(self, channels, convolutions, norm):
        super().__init__()
        layers = []
        for layer in convolutions:
            layers += [*_convolution(channels, layer, norm), _leaky_relu()]
            channels = layer["width"]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, images):
        return self.layers(images)


def _convolution(before, layer, norm):
    size, stride, width = layer["size"], layer["stride"], layer["width"]
    options = {"padding": (size - 1) // 2, "bias": not layer["normalized"]}
    if layer["transposed"]:
        convolution = nn.ConvTranspose2d(before, width, size, stride, output_padding=size % 2, **options)
    else:
        convolution = nn.Conv2d(before, width, size, stride, **options)
    return [convolution, norm(width)] if layer["normalized"] else [convolution]


def _reflected(before, layer):
    size, stride, width = layer["size"], layer["stride"], layer["width"]
    padding = nn.ReflectionPad2d(size // 2 if stride == 1 else (0, 1, 0, 1))
    convolution = nn.Conv2d(before, width, size, stride, bias=not layer["normalized"])
    return [padding, convolution, *([_instance_norm(width)] if layer["normalized"] else [])]


def _batch_norm(width):
    return nn.BatchNorm2d(width, eps=1e-5, momentum=0.1)


def _instance_norm(width):
    return nn.InstanceNorm2d(width, eps=1e-5)


def _leaky_relu():
    return nn.LeakyReLU(0.2, inplace=True)


# --- Training -----------------------------------------------------------------------------------------------------


class Pix2Pix(Training):
    """The discriminator on reals and fakes beside their sources, then the generator through it."""

    def __init__(self, memory_format, batch_size, networks):
        torch.manual_seed(0)
        size, _, channels = networks["image_shape"]
        source_channels = networks["source_channels"]
        super().__init__(
            UNet(source_channels, networks["generator"], networks["dropout"]),
            PatchDiscriminator(channels + source_channels, networks["discriminator"], _batch_norm),
            memory_format,
            batch_size,
            networks,
        )
        self.source, self.real = self.random_images(source_channels, size), self.random_images(channels, size)
        self.adversarial_weight, self.l1_weight = networks["adversarial_weight"], networks["l1_weight"]

    def step(self):
        fakes = self.generator(self.source)
        real_scores, fake_scores = self._score(self.real), self._score(fakes.detach())
        self.update_discriminator((softplus(-real_scores).mean() + softplus(fake_scores).mean()) / 2)
        return self.update_generator(
            lambda: (
                self.adversarial_weight * softplus(-self._score(fakes)).mean()
                + self.l1_weight * l1_loss(fakes, self.real)
            )
        )

    def _score(self, images):
        return self.discriminator(torch.cat([images, self.source], dim=1))


class CycleGAN(Training):
    """Two generators and two discriminators, each pair under one optimizer; the generators first."""

    def __init__(self, memory_format, batch_size, networks):
        torch.manual_seed(0)
        random.seed(0)
        size, _, channels = networks["image_shape"]
        generators, discriminators = nn.ModuleDict(), nn.ModuleDict()
        for direction, kind in (("AtoB", "A"), ("BtoA", "B")):
            generators[direction] = ResNet(channels, networks["generator"], networks["skip"])
            discriminators[kind] = PatchDiscriminator(channels, networks["discriminator"], _instance_norm)
        super().__init__(generators, discriminators, memory_format, batch_size, networks)
        self.images = {kind: self.random_images(channels, size) for kind in ("A", "B")}
        self.pools = {kind: [] for kind in self.images}
        self.networks = networks

    def step(self):
        count, images = self.batch_size, self.images
        to_b = self.generator["AtoB"](torch.cat([images["A"], images["B"]]))
        to_a = self.generator["BtoA"](torch.cat([images["B"], images["A"]]))
        fakes, same = {"A": to_a[:count], "B": to_b[:count]}, {"A": to_a[count:], "B": to_b[count:]}
        back = {"A": self.generator["BtoA"](fakes["B"]), "B": self.generator["AtoB"](fakes["A"])}
        loss = self.update_generator(lambda: sum(self._generator_loss(kind, fakes, back, same) for kind in images))
        self.update_discriminator(sum(self._discriminator_loss(kind, fakes) for kind in images))
        return loss

    def _generator_loss(self, kind, fakes, back, same):
        constants, images = self.networks, self.images[kind]
        adversarial = (self.discriminator[kind](fakes[kind]) - 1.0).square().mean()
        cycle = l1_loss(back[kind], images) + constants["identity_weight"] * l1_loss(same[kind], images)
        return constants["adversarial_weight"] * adversarial + constants["cycle_weight"] * cycle

    def _discriminator_loss(self, kind, fakes):
        real = self.discriminator[kind](self.images[kind])
        fake = self.discriminator[kind](self._from_pool(self.pools[kind], fakes[kind].detach()))
        return ((real - 1.0).square().mean() + fake.square().mean()) / 2

    def _from_pool(self, pool, fakes):
        """What the discriminator sees in place of `fakes`; the pool remembers them."""
        seen = []
        for image in fakes:
            if len(pool) < self.networks["pool_size"]:
                pool.append(image)
            elif random.random() < 0.5:
                place = random.randrange(len(pool))
                image, pool[place] = pool[place], image
            seen.append(image)
        return torch.stack(seen).contiguous(memory_format=self.memory_format)


if __name__ == "__main__":
    serve({"pix2pix": serve_steps(Pix2Pix), "cyclegan": serve_steps(CycleGAN)})
