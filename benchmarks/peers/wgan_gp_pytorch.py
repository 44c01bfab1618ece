"""The WGAN-GP of `keras_gan` in plain PyTorch, as a peer to measure its training step against.

The same layers, losses, optimizers, moving average and order of update: so many updates of the critic, each on a batch
of its own and with the penalty at points between reals and fakes, then the generator on the last fakes. Run by
`passes.py` as `python -m benchmarks.peers.wgan_gp_pytorch OPTIONS`, with any interpreter that has PyTorch.

What is not the same is as in `dcgan_pytorch.py`.
"""

import torch

from benchmarks.common.workers import serve
from benchmarks.peers.dcgan_pytorch import Discriminator, Generator
from benchmarks.peers.training import Training, serve_steps

EPSILON = 1e-12  # as in `keras_gan.losses.penalties`


class Trainer(Training):
    """WGAN-GP's step; see `Training`."""

    def __init__(self, memory_format, batch_size, networks):
        torch.manual_seed(0)
        size, _, channels = networks["image_shape"]
        widths, kernels = networks["discriminator_widths"], networks["discriminator_kernels"]
        super().__init__(
            Generator(networks, memory_format),
            Discriminator(channels, widths, kernels, normalized=False),
            memory_format,
            batch_size,
            networks,
        )
        self.networks = networks
        self.latent_shape = (batch_size, networks["latent_dim"])
        self.batches = [self.random_images(channels, size) for _ in range(networks["critic_steps"])]

    def step(self):
        *others, last = self.batches
        for real in others:
            with torch.no_grad():
                fakes = self.generator(torch.randn(self.latent_shape))
            self.update_discriminator(self._critic_loss(real, fakes))
        fakes = self.generator(torch.randn(self.latent_shape))
        self.update_discriminator(self._critic_loss(last, fakes.detach()))
        return self.update_generator(lambda: -self.discriminator(fakes).mean())

    def _critic_loss(self, real, fakes):
        loss = self.discriminator(fakes).mean() - self.discriminator(real).mean()
        if not self.penalty_is_due(self.networks["penalty_interval"]):
            return loss
        _, gradients = self.penalised(torch.lerp(fakes, real, torch.rand(self.batch_size, 1, 1, 1)))
        norms = (gradients.square().sum((1, 2, 3)) + EPSILON).sqrt()
        weight = self.networks["penalty_weight"] * self.networks["penalty_interval"]
        return loss + weight * (norms - 1.0).square().mean()


if __name__ == "__main__":
    serve({"step": serve_steps(Trainer)})
