"""What the training steps of all PyTorch peers share: weights, optimizers, the moving average of the generator."""

import copy
import time

import torch
from torch import nn

from benchmarks.common.workers import seconds_per_step

MEMORY_FORMATS = {
    "nchw": torch.contiguous_format,
    "channels_last": torch.channels_last,
    "compiled": torch.channels_last,
}
ADAM_IMPLEMENTATIONS = {"for-loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


class Training:
    """Both networks, their optimizers and the generator's moving average; a call is one training step.

    Args:
        generator, discriminator: the networks, newly made.
        memory_format: layout of images, features and kernels.
        batch_size: images per step.
        networks: the sizes that the networks are to have and the constants of training, as `description.py` gives
            them.
        initialize: function that draws the weights of a network.
    """

    def __init__(self, generator, discriminator, memory_format, batch_size, networks, initialize=None):
        self.generator, self.discriminator = generator, discriminator
        self.memory_format, self.batch_size = memory_format, batch_size
        for name, network in (("generator", generator), ("discriminator", discriminator)):
            (initialize or _initialize)(network)
            network.to(memory_format=memory_format)
            check_size(name, network, networks[f"{name}_weights"])
        adam = {
            "lr": networks["learning_rate"],
            "betas": (networks["beta_1"], networks["beta_2"]),
            "eps": networks["epsilon"],
        }
        groups = self.rated("generator", generator, networks["learning_rate"])
        self.adam_implementation = fastest_adam(groups, adam)
        adam |= ADAM_IMPLEMENTATIONS[self.adam_implementation]
        self.generator_optimizer = torch.optim.Adam(groups, **adam)
        self.discriminator_optimizer = torch.optim.Adam(
            self.rated("discriminator", discriminator, networks["discriminator_learning_rate"]), **adam
        )

        self.ema_generator = copy.deepcopy(generator).requires_grad_(False)
        self.weights, self.averages = state(generator), state(self.ema_generator)
        self.halflife_images = networks["ema_halflife_kimg"] * 1000.0
        self.ema_rampup = networks["ema_rampup"]
        self.images_seen, self.steps = 0, 0

    def rated(self, name, network, rate):
        """The weights of a network in groups, as its optimizer takes them; here one group, with one rate."""
        return [{"params": list(network.parameters()), "lr": rate}]

    def compile(self):
        """Compiles both networks, and the gradients of the discriminator's scores."""
        for network in self._networks():
            network.compile()
        self.penalised = torch.compile(self._penalised_in_one)

    def round_to_bfloat16(self):
        """Lets both networks compute in bfloat16 where PyTorch's autocast does; weights and outputs stay in float32."""
        for network in self._networks():
            # Around each call: autocast remembers rounded weights until its end, also when they have been updated.
            network.forward = _in_float32(torch.autocast("cpu", torch.bfloat16)(network.forward))

    def _networks(self):
        for network in (self.generator, self.discriminator):
            yield from network.values() if isinstance(network, nn.ModuleDict) else [network]

    def __call__(self):
        """One step; returns the generator's loss as a number."""
        loss = self.step()
        self._update_ema()
        self.steps += 1
        return loss.item()

    def step(self):
        """Both updates; returns the generator's loss."""
        raise NotImplementedError

    def random_images(self, channels, size):
        """A batch of random images in [-1, 1]."""
        images = torch.rand(self.batch_size, channels, size, size)
        return images.mul(2).sub(1).to(memory_format=self.memory_format)

    def update_discriminator(self, loss):
        """One update by a loss."""
        # Only the weights': a penalty's points, which want gradients, too, would get one that nobody reads.
        _update(loss, self.discriminator_optimizer, list(self.discriminator.parameters()))

    def penalised(self, images):
        """Scores of images, and the gradient of each in its own image; both may be differentiated again."""
        images = images.detach().requires_grad_()
        with torch.enable_grad():
            scores = self.discriminator(images)
        (gradients,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
        return scores, gradients

    def _penalised_in_one(self, images):
        """The same in a form that can be compiled.

        What `torch.compile` makes of a network cannot be differentiated twice; but once, if the gradients are already
        in what it is given.
        """
        scores, gradients_of = torch.func.vjp(self.discriminator.forward, images)
        return scores, *gradients_of(torch.ones_like(scores))

    def penalty_is_due(self, interval):
        """Whether a penalty that is taken in every `interval`-th step is taken in this one."""
        return self.steps % interval == 0

    def update_generator(self, loss):
        """One update by what the function `loss` returns, and returns it; the discriminator's weights are left out."""
        self.discriminator.requires_grad_(False)  # they would be thrown away
        value = loss()
        _update(value, self.generator_optimizer)
        self.discriminator.requires_grad_(True)
        return value

    @torch.no_grad()
    def _update_ema(self):
        self.images_seen += self.batch_size
        halflife = min(self.halflife_images, self.images_seen * self.ema_rampup)
        torch._foreach_lerp_(self.averages, self.weights, 1.0 - 0.5 ** (self.batch_size / halflife))


def _in_float32(forward):
    return lambda *inputs: forward(*inputs).float()


def _update(loss, optimizer, parameters=None):
    optimizer.zero_grad(set_to_none=True)
    loss.backward(inputs=parameters)
    optimizer.step()


def _initialize(network):
    """Draws all kernels from the normal distribution of DCGAN, standard deviation 0.02."""
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def state(network):
    """All weights and running statistics, without PyTorch's integer counters of batches."""
    return [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]


def check_size(name, network, expected):
    """Ends the worker if the network is not the size of its Keras counterpart, statistics included."""
    size = sum(tensor.numel() for tensor in state(network))
    if size != expected:
        raise SystemExit(f"the PyTorch {name} has {size:,} weights, the Keras one {expected:,}: not the same network.")


def fastest_adam(groups, adam):
    """The name of the implementation of Adam that is fastest here on these groups of weights."""
    parameters = [parameter for group in groups for parameter in group["params"]]
    for parameter in parameters:
        parameter.grad = torch.zeros_like(parameter)  # leaves the weights as they are
    optimizers = {
        name: torch.optim.Adam([dict(group) for group in groups], **adam, **how)
        for name, how in ADAM_IMPLEMENTATIONS.items()
    }
    seconds = {name: min(_seconds(optimizer.step) for _ in range(6)) for name, optimizer in optimizers.items()}
    for parameter in parameters:
        parameter.grad = None
    return min(seconds, key=seconds.get)


def _seconds(act):
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def serve_steps(trainer_of):
    """The role of a worker that answers `step` with the seconds of a training step, and `facts` with what this is.

    Args:
        trainer_of: function from memory format, batch size and `networks` to a `Training`.
    """

    def serve_trainer(channel, layout, threads, batch_size, networks, precision="float32"):
        torch.set_num_threads(threads)
        trainer = trainer_of(MEMORY_FORMATS[layout], batch_size, networks)
        if precision == "mixed_bfloat16":
            trainer.round_to_bfloat16()
        if layout == "compiled":
            trainer.compile()
        for _ in range(3):  # one that is compiled is compiled again when it meets what it has not met before
            trainer()
        channel.answer()
        facts = {"version": torch.__version__, "adam": trainer.adam_implementation, "threads": torch.get_num_threads()}
        channel.serve({"step": lambda count: {"seconds": seconds_per_step(trainer, count)}, "facts": lambda: facts})

    return serve_trainer
