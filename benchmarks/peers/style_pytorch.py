"""The StyleGAN and the StyleGAN2 of `keras_gan` in plain PyTorch, as peers to measure their training steps against.

The same layers, losses, regularisers, optimizers, moving averages and order of update, without classes; StyleGAN's of
the last stage, as in `progan_pytorch.py`. Run by `passes.py` as `python -m benchmarks.peers.style_pytorch OPTIONS`,
with any interpreter that has PyTorch.

Samples are styled by scaling the inputs and outputs of one convolution, as the Keras layers and, while it trains,
StyleGAN2's own program do it: a kernel for each sample, in one convolution of so many groups, takes two to eight times
as long here. Filters are convolutions of each channel by itself, which is faster here than the means of the Keras ones.

Not the same, and of no consequence for speed: the slope of `output: tanh` is tanh's own everywhere; the latents of two
styles that are mixed are mapped together.
"""

import itertools
import math

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, conv2d, instance_norm, leaky_relu_, softplus

from benchmarks.common.workers import serve
from benchmarks.peers import equalized, progan_pytorch
from benchmarks.peers.equalized import BLUR, EPSILON, RELU_GAIN, Conv2d, EnlargingConv2d, Linear
from benchmarks.peers.training import Training, serve_steps

MAPPING_RATE = 0.01  # as in `keras_gan.networks.style`
MOVED = 0.005  # share of the way that the mean style follows a batch's

# --- Networks -----------------------------------------------------------------------------------------------------


class Mapping(nn.Module):
    """Latents `[B, latent_dim]` to styles `[B, style_dim]`; it keeps their mean, too."""

    def __init__(self, networks):
        super().__init__()
        lengths = [networks["latent_dim"], *[networks["style_dim"]] * networks["mapping_layers"]]
        layers = []
        for pair in itertools.pairwise(lengths):
            layers += [Linear(*pair, RELU_GAIN, MAPPING_RATE), equalized.leaky_relu()]
        self.layers = nn.Sequential(*layers)
        self.register_buffer("average", torch.zeros(lengths[-1]))

    def forward(self, latents):
        return self.layers(equalized.unit_length(latents))


class Noise(nn.Module):
    """One normal number for all channels of a place, `[B, 1, size, size]`, times a learned strength of this shape."""

    def __init__(self, size, gain, *shape):
        super().__init__()
        self.register_buffer("constant", torch.randn(size, size))
        self.strength, self.gain = nn.Parameter(torch.zeros(shape)), gain

    def forward(self, rows):
        numbers = torch.randn(rows, 1, *self.constant.shape) if self.training else self.constant
        return numbers, self.strength * self.gain


class Synthesis(nn.Module):
    """Styles `[B, layers, style_dim]` to images `[B, C, size, size]`, of a picture that is learned."""

    def __init__(self, width, memory_format):
        super().__init__()
        self.constant, self.memory_format = nn.Parameter(torch.randn(1, width, 4, 4)), memory_format

    def first(self, styles):
        """The picture, once for each row."""
        return self.constant.expand(len(styles), -1, -1, -1).contiguous(memory_format=self.memory_format)


class StyledNorm(nn.Module):
    """Noise, LeakyReLU, and a normalisation of every map whose scale and shift come of a style."""

    def __init__(self, width, size, style_dim):
        super().__init__()
        self.noise, self.affine = Noise(size, RELU_GAIN, width, 1, 1), Linear(style_dim, 2 * width)

    def forward(self, x, style):
        numbers, strength = self.noise(len(x))
        x = leaky_relu_(torch.addcmul(x, numbers.to(x.dtype), strength.to(x.dtype)), 0.2)
        scale, shift = self.affine(style).to(x.dtype)[:, :, None, None].chunk(2, dim=1)
        return torch.addcmul(shift, instance_norm(x, eps=EPSILON), 1.0 + scale)


class NormedSynthesis(Synthesis):
    """StyleGAN's."""

    def __init__(self, networks, image_channels, memory_format):
        widths = networks["widths"]
        super().__init__(widths[0], memory_format)
        convolutions, norms = [nn.Identity()], []
        for number, width in enumerate(widths):
            if number:
                convolutions.append(EnlargingConv2d(widths[number - 1], width, smooth=True))
            convolutions.append(Conv2d(width, width, 3, gain=RELU_GAIN))
            norms += [StyledNorm(width, 4 << number, networks["style_dim"]) for _ in range(2)]
        self.convolutions, self.norms = nn.ModuleList(convolutions), nn.ModuleList(norms)
        self.images, self.bound = progan_pytorch.to_images(networks, image_channels)
        self.register_buffer("level", torch.tensor(float(networks["doublings"])))

    def forward(self, styles):
        x = self.first(styles)
        for convolution, norm, style in zip(self.convolutions, self.norms, styles.unbind(1), strict=True):
            x = norm(convolution(x), style)
        return self.bound(self.images[-1](x))


class Modulated(nn.Module):
    """What styled convolutions have in common: weights, and the scales of inputs, that of the weights among them."""

    def __init__(self, before, width, style_dim, size=3, enlarge=False):
        super().__init__()
        # A convolution that enlarges is a transposed one.
        self.weight = nn.Parameter(torch.randn(*((before, width) if enlarge else (width, before)), size, size))
        self.bias, self.enlarge = nn.Parameter(torch.zeros(width)), enlarge
        self.affine = Linear(style_dim, before, gain=1.0 / math.sqrt(before * size**2), bias=1.0)

    def convolved(self, x, scales, bias=None):
        """The convolution of scaled inputs."""
        x = x * scales.to(x.dtype)[:, :, None, None]
        if self.enlarge:
            return equalized.enlarged_and_convolved(x, self.weight, bias)
        return conv2d(x, self.weight, bias, padding=self.weight.shape[-1] // 2)


class ModulatedImage(Modulated):
    """Maps to images."""

    def forward(self, x, style):
        return self.convolved(x, self.affine(style), self.bias).float()


class ModulatedConv2d(Modulated):
    """Maps to maps, whose variance is brought back to 1; then noise and LeakyReLU."""

    def __init__(self, before, width, size, networks, enlarge=False):
        super().__init__(before, width, networks["style_dim"], enlarge=enlarge)
        self.noise = Noise(size, RELU_GAIN * networks["noise_rate"])

    def forward(self, x, style):
        scales = self.affine(style)
        power = self.weight.square().sum((2, 3))
        factors = (scales.square() @ (power if self.enlarge else power.t()) + EPSILON).rsqrt() * RELU_GAIN
        numbers, strength = self.noise(len(x))
        x = self.convolved(x, scales)
        x = torch.addcmul((numbers * strength).to(x.dtype), x, factors.to(x.dtype)[:, :, None, None])
        return leaky_relu_(x.add_((self.bias * RELU_GAIN)[:, None, None]), 0.2)


class ModulatedSynthesis(Synthesis):
    """StyleGAN2's."""

    def __init__(self, networks, image_channels, memory_format):
        widths, style_dim = networks["widths"], networks["style_dim"]
        super().__init__(widths[0], memory_format)
        layers = [ModulatedConv2d(widths[0], widths[0], 4, networks)]
        for number, (before, width) in enumerate(itertools.pairwise(widths), 1):
            size = 4 << number
            layers.append(ModulatedConv2d(before, width, size, networks, enlarge=True))
            layers.append(ModulatedConv2d(width, width, size, networks))
        self.layers = nn.ModuleList(layers)
        self.images = nn.ModuleList(ModulatedImage(width, image_channels, style_dim, 1) for width in widths)
        self.largest = ModulatedImage(width, image_channels, style_dim, enlarge=True) if networks["lean"] else None
        self.bound = nn.Tanh() if networks["output"] == "tanh" else nn.Identity()

    def forward(self, styles):
        styles = styles.unbind(1)
        x = self.layers[0](self.first(styles[0]), styles[0])
        images = self.images[0](x, styles[1])
        for number, to_images in enumerate(self.images[1:], 1):
            x = self.layers[2 * number - 1](x, styles[2 * number - 1])
            x = self.layers[2 * number](x, styles[2 * number])
            images = equalized.enlarged(images) + to_images(x, styles[2 * number + 1])
        if self.largest:
            images = equalized.enlarged(images) + self.largest(x, styles[-1])
        return self.bound(images)


class Halving(nn.Module):
    """A residual block to half the size; a lean one filters nothing before."""

    def __init__(self, width, wider, lean):
        super().__init__()
        self.lean = lean
        self.straight = Conv2d(width, wider, 1, gain=math.sqrt(0.5), bias=False)
        self.first = Conv2d(width, width, 3, gain=RELU_GAIN)
        edge = {"size": 4, "padding": 1} if lean else {"size": 3, "padding": 0}
        self.second = Conv2d(width, wider, stride=2, gain=RELU_GAIN * math.sqrt(0.5), **edge)

    def forward(self, x):
        half = avg_pool2d(x, 2) if self.lean else equalized.filtered(x, BLUR, 1, stride=2)
        x = leaky_relu_(self.first(x), 0.2)
        x = x if self.lean else equalized.filtered(x, BLUR, 2)
        return self.straight(half) + leaky_relu_(self.second(x), 0.2)


class ResidualDiscriminator(nn.Module):
    """StyleGAN2's: images to scores `[B, 1]`."""

    def __init__(self, networks, image_channels):
        super().__init__()
        widths, lean = networks["widths"], networks["lean"]
        edge = {"size": 4, "stride": 2} if lean else {"size": 1}
        self.layers = nn.Sequential(
            Conv2d(image_channels, widths[-1], gain=RELU_GAIN, **edge),
            equalized.leaky_relu(),
            *(Halving(*pair, lean) for pair in itertools.pairwise(reversed(widths))),
            *equalized.head(widths[0], networks["minibatch_group"]),
        )

    def forward(self, images):
        return self.layers(images)


# --- Training -----------------------------------------------------------------------------------------------------


class StyleGAN(Training):
    """StyleGAN's step; see `Training`."""

    networks_of = NormedSynthesis, progan_pytorch.Discriminator

    def __init__(self, memory_format, batch_size, networks):
        torch.manual_seed(0)
        size, _, channels = networks["image_shape"]
        synthesis, discriminator = self.networks_of
        generator = nn.ModuleDict(
            {"mapping": Mapping(networks), "synthesis": synthesis(networks, channels, memory_format)}
        )
        super().__init__(generator, discriminator(networks, channels), memory_format, batch_size, networks)
        self.mapping, self.synthesis = generator["mapping"], generator["synthesis"]
        self.networks = networks
        self.real = self.random_images(channels, size)

    def step(self):
        styles = self.styles(self.batch_size, follow=True)
        fakes = self.synthesis(styles)
        self.update_discriminator(self._discriminator_loss(fakes.detach()))
        return self.update_generator(lambda: self.generator_loss(fakes))

    def styles(self, rows, follow=False):
        """Styles `[rows, layers, style_dim]`, most of them mixed of two; `follow`: the mean style follows the first."""
        count = 2 * len(self.networks["widths"])
        first, second = self.mapping(torch.randn(2 * rows, self.networks["latent_dim"])).chunk(2)
        if follow:
            self.mapping.average.lerp_(first.detach().mean(0), MOVED)
        mixed = torch.rand(rows, 1) < self.networks["mixing"]
        coarse = torch.arange(count) < torch.where(mixed, torch.randint(1, count, (rows, 1)), count)
        return torch.where(coarse[:, :, None], first[:, None], second[:, None])

    def generator_loss(self, fakes):
        """The generator's, of its fakes."""
        return softplus(-self.discriminator(fakes)).mean()

    def _discriminator_loss(self, fakes):
        on_fakes, interval = softplus(self.discriminator(fakes)).mean(), self.networks["penalty_interval"]
        if not self.penalty_is_due(interval):
            return on_fakes + softplus(-self.discriminator(self.real)).mean()
        scores, gradients = self.penalised(self.real)
        penalty = gradients.square().sum((1, 2, 3)).mean() / 2.0
        return on_fakes + softplus(-scores).mean() + self.networks["gamma"] * interval * penalty


class StyleGAN2(StyleGAN):
    """StyleGAN2's step, with path lengths."""

    networks_of = ModulatedSynthesis, ResidualDiscriminator

    def __init__(self, memory_format, batch_size, networks):
        super().__init__(memory_format, batch_size, networks)
        self.path_length = torch.zeros(())
        self.changes_shape = (max(1, batch_size // 2), *self.real.shape[1:])

    def compile(self):
        super().compile()
        self.path_gradients = torch.compile(self._path_gradients_in_one)

    def generator_loss(self, fakes):
        loss, interval = super().generator_loss(fakes), self.networks["path_length_interval"]
        if not self.networks["path_length_weight"] or not self.penalty_is_due(interval):
            return loss
        return loss + self.networks["path_length_weight"] * interval * self._path_penalty()

    def _path_penalty(self):
        rows, _, height, width = self.changes_shape
        changes = torch.randn(self.changes_shape) / math.sqrt(height * width)
        gradients = self.path_gradients(self.styles(rows), changes.contiguous(memory_format=self.memory_format))
        lengths = (gradients.square().sum(2).mean(1) + progan_pytorch.EPSILON).sqrt()
        self.path_length = self.path_length.lerp(lengths.detach().mean(), self.networks["path_length_decay"])
        return (lengths - self.path_length).square().mean()

    def path_gradients(self, styles, changes):
        """How much changes of images change with styles; may be differentiated again."""
        (gradients,) = torch.autograd.grad(self.synthesis(styles), styles, changes, create_graph=True)
        return gradients

    def _path_gradients_in_one(self, styles, changes):
        """The same in a form that can be compiled, as `_penalised_in_one`."""
        _, gradients_of = torch.func.vjp(self.synthesis.forward, styles)
        return gradients_of(changes)[0]


if __name__ == "__main__":
    serve({"stylegan": serve_steps(StyleGAN), "stylegan2": serve_steps(StyleGAN2)})
