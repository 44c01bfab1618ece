"""Convolutions in float64 NumPy, straight from their definitions."""

import numpy as np


def convolution(x, kernel, bias=0.0, stride=1):
    """Correlation without padding."""
    size = kernel.shape[0]
    height, width = ((side - size) // stride + 1 for side in x.shape[1:3])
    outputs = np.zeros((len(x), height, width, kernel.shape[-1]))
    for row in range(size):
        for column in range(size):
            seen = x[:, row : row + stride * height : stride, column : column + stride * width : stride]
            outputs += np.einsum("bhwi,io->bhwo", seen[:, :height, :width], kernel[row, column])
    return outputs + bias


def transposed_convolution(x, kernel, bias=0.0, before=0, after=0):
    """Every pixel adds a kernel `[size, size, out, in]` to a map of twice the size, whose edges are then cut off."""
    size = kernel.shape[0]
    _, height, width, _ = x.shape
    outputs = np.zeros((len(x), 2 * (height - 1) + size, 2 * (width - 1) + size, kernel.shape[2]))
    for row in range(height):
        for column in range(width):
            patch = np.einsum("bi,rcoi->brco", x[:, row, column], kernel)
            outputs[:, 2 * row : 2 * row + size, 2 * column : 2 * column + size] += patch
    return outputs[:, before : outputs.shape[1] - after, before : outputs.shape[2] - after] + bias


def padded(x, before, after=None, mode="constant"):
    edges = (before, before if after is None else after)
    return np.pad(x, ((0, 0), edges, edges, (0, 0)), mode=mode)


def instance_norm(x):
    return (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)


def relu(x):
    return np.maximum(x, 0)


def leaky_relu(x):
    return np.where(x > 0, x, 0.2 * x)
