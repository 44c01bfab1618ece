"""Layers with an equalised learning rate, and what else the peers have in common that grow or have styles.

Weights are standard normal, drawn when a layer is made, and scaled in every call. `rate` slows a layer down. A gain of
sqrt(2), `RELU_GAIN`, goes before a LeakyReLU.
"""

import math

import torch
from torch import nn
from torch.nn.functional import conv2d, conv_transpose2d, pad

RELU_GAIN = math.sqrt(2.0)
EPSILON = 1e-8
_TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0])
SPREAD = torch.outer(_TAPS, _TAPS) / 16  # the filter behind zeros between places
BLUR = SPREAD / 4


class Linear(nn.Module):
    """`[B, inputs]` to `[B, outputs]`; `bias` is what is added at first, before the gain."""

    def __init__(self, inputs, outputs, gain=1.0, rate=1.0, bias=0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.bias_scale = gain * rate
        self.scale = self.bias_scale / math.sqrt(inputs)

    def forward(self, x):
        return torch.addmm(self.bias, x, self.weight.t(), beta=self.bias_scale, alpha=self.scale)


class Conv2d(nn.Module):
    """A convolution with zeros around, of as many places as it gives without strides, or of `padding`."""

    def __init__(self, inputs, outputs, size, stride=1, padding=None, gain=1.0, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.stride, self.padding = stride, (size - 1) // 2 if padding is None else padding
        self.gain, self.scale = gain, gain / math.sqrt(inputs * size**2)

    def forward(self, x):
        bias = None if self.bias is None else self.bias * self.gain
        return conv2d(x, self.weight * self.scale, bias, self.stride, self.padding)


class EnlargingConv2d(nn.Module):
    """Maps enlarged twofold, smoothly or by nearest neighbours, and convolved by 3x3, as it is fastest here."""

    def __init__(self, inputs, outputs, smooth, gain=RELU_GAIN):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.smooth, self.gain, self.scale = smooth, gain, gain / math.sqrt(inputs * 9)

    def forward(self, x):
        weight, bias = self.weight * self.scale, self.bias * self.gain
        if self.smooth:
            return enlarged_and_convolved(x, weight, bias)
        spread = sum(pad(weight, (left, 1 - left, top, 1 - top)) for left in (0, 1) for top in (0, 1))
        return conv_transpose2d(x, spread, bias, stride=2, padding=1)


def enlarged_and_convolved(x, weight, bias=None):
    """Zeros between places, a convolution by 3x3, and then the filter: together with it the kernel would be 6x6."""
    return filtered(conv_transpose2d(x, weight, stride=2), SPREAD, 1, bias=bias)


def enlarged(images):
    """Images of twice the size: zeros between places, and the filter."""
    channels = images.shape[1]
    return conv_transpose2d(images, SPREAD.expand(channels, 1, 4, 4), stride=2, padding=1, groups=channels)


def filtered(x, taps, padding, stride=1, bias=None):
    """Every channel by itself convolved by the same 4x4."""
    channels = x.shape[1]
    return conv2d(x, taps.expand(channels, 1, 4, 4), bias, stride, padding, groups=channels)


def unit_length(x):
    """Vectors along the second axis divided by the root of their mean square: pixel norm."""
    return x * (x.square().mean(1, keepdim=True) + EPSILON).rsqrt()


class MinibatchStddev(nn.Module):
    """Adds a channel: the spread over a group of neighbours in the batch, a mean over places and channels."""

    def __init__(self, group):
        super().__init__()
        self.group = group

    def forward(self, x):
        rows, _, height, width = x.shape
        size = next(size for size in range(self.group, 0, -1) if rows % size == 0)
        spread = (x.unflatten(0, (-1, size)).float().var(1, correction=0) + EPSILON).sqrt()
        means = spread.mean((1, 2, 3)).repeat_interleave(size).to(x.dtype)
        return torch.cat([x, means[:, None, None, None].expand(-1, 1, height, width)], dim=1)


def leaky_relu():
    """The activation of all these networks."""
    return nn.LeakyReLU(0.2, inplace=True)


def head(width, group):
    """The last layers of a discriminator, from maps of 4x4 to scores `[B, 1]`."""
    return [
        *(MinibatchStddev(group), Conv2d(width + 1, width, 3, gain=RELU_GAIN), leaky_relu()),
        *(nn.Flatten(), Linear(16 * width, width, gain=RELU_GAIN), leaky_relu(), Linear(width, 1)),
    ]
