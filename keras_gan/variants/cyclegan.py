"""CycleGAN: translation between two kinds of images without pairs (Zhu et al. 2017)

Paper: J.-Y. Zhu, T. Park, P. Isola, A. A. Efros, "Unpaired Image-to-Image Translation using Cycle-Consistent
Adversarial Networks", ICCV 2017, arXiv 1703.10593.

Objective (section 3), images a and b, generators G (A to B) and F (B to A), scores D_A and D_B at each place of a map:
    L_G = E[(D_B(G(a)) - 1)^2] + E[(D_A(F(b)) - 1)^2]
          + lambda (E|F(G(a)) - a| + E|G(F(b)) - b|) + lambda mu (E|G(b) - b| + E|F(a) - a|)
    L_D = E[(D_A(a) - 1)^2 + D_A(F(b))^2] / 2 + E[(D_B(b) - 1)^2 + D_B(G(a))^2] / 2
with lambda = 10 and mu = 0.5; the last term of L_G, identity, keeps colours where they need not change. The generators
are updated first. The discriminators see fakes from a pool of the last 50: while it fills, new ones; then each new one
is seen and forgotten with probability 1/2, else it takes the place of an old one, which is seen (section 4).

Networks as in the paper: residual generators with instance normalisation and reflected edges, 6 blocks (9 from 256 px
on); PatchGANs with instance normalisation. Adam(beta_1 0.5, beta_2 0.999), the rate constant for the first half of the
run, then falling to 0 linearly. Images are mirrored and cropped at random, as the authors' are.

Deviations:
- A quarter of the paper's width, half of its discriminators' (`--model.channels 64 --model.discriminator-channels 64`
  to compare), a rate of 5e-4, not 2e-4, 64 px instead of 256: minutes on a small machine must show something. The
  receptive field of the PatchGAN shrinks with the image.
- The last convolution sees what the first one found, at the full size (`--model.no-skip` to compare): details need
  not pass through the bottleneck, which takes many thousands of steps to learn. A generator that adds to its source
  and begins as the identity would not do: cycle and identity then hold it there, but for faint patterns.
- The generators enlarge by nearest-neighbour before a convolution and reflect all edges (`networks.resnet`).
- Images of one batch never take the same place in the pool.
- Both generators' weights are averaged for use.

A checkpoint holds the pool; the pool is one for all replicas. A run that is resumed with more steps than it was begun
with has another decay of the rate from there on.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from keras_gan.losses import content
from keras_gan.networks import patchgan, resnet
from keras_gan.networks.conventions import instance_norm
from keras_gan.registry import Variant
from keras_gan.training import replicas
from keras_gan.training.optimizers import Adam, LinearDecay
from keras_gan.training.options import TranslationOptions
from keras_gan.training.stages import Stage
from keras_gan.training.translation import TranslationModel, alike

VARIANT = Variant(
    gives="image",
    task="unpaired",
    takes=("image",),
    sizes=(16, 32, 64, 128, 256, 512),
    defaults={"image_size": 64, "batch_size": 1, "data_augment": "flip,crop", "eval_samples": 256, "steps": 2000},
)

BLOCKS_FOR_LARGE, LARGE = 9, 256
IN_BATCH = {"A": "source", "B": "real"}  # what the two kinds are called in a batch


@dataclass(frozen=True)
class Config(TranslationOptions):
    """Options of CycleGAN."""

    generator_learning_rate: float = 5e-4
    """Adam step size of the generators."""
    discriminator_learning_rate: float = 5e-4
    """Adam step size of the discriminators."""
    channels: int = 16
    """Width of the generators where they are narrowest."""
    cycle_weight: float = 10.0
    """Weight of the mean absolute difference after there and back."""
    identity_weight: float = 0.5
    """Weight, relative to the cycle's, of what a generator changes in images that are already of its kind."""
    pool_size: int = 50
    """How many fakes of each kind the discriminators remember."""
    blocks: int = 6
    """Residual blocks of each generator; at 256 px and above 9 by default."""
    skip: bool = True
    """Give the generators' last convolution what the first one found; without it all passes through the bottleneck."""

    def optimizers(self, total_steps=None):
        """Adam, whose rates fall in the second half of the run."""
        rates = (self.generator_learning_rate, self.discriminator_learning_rate)
        return tuple(Adam(LinearDecay(rate, total_steps), beta_1=self.beta_1, beta_2=self.beta_2) for rate in rates)

    def stages(self, total_steps=None):
        """The generators are updated first."""
        return (Stage("train", order=("g", "d")),)


TINY = Config(channels=4, discriminator_channels=4, blocks=1, pool_size=12)


class CycleGAN(TranslationModel):
    """Two generators in one network, `AtoB` and `BtoA`, and two discriminators in another, `A` and `B`."""

    decision_boundary = 0.5

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        super().__init__(generator, discriminator, config, fields, **kwargs)
        shapes = {kind: fields[name].shape for kind, name in IN_BATCH.items()}
        # One pool for all replicas, which compute the same.
        state = {"trainable": False, "initializer": "zeros", "aggregation": "only_first_replica"}
        self.pools = {
            name: self.add_weight(shape=(config.pool_size, *shape), name=f"pool_{name}", **state)
            for name, shape in shapes.items()
        }
        self.pooled = self.add_weight(shape=(), dtype="int32", name="pooled", **state)

    def generate(self, batch, training):
        """Fakes of both kinds, and what each generator makes of images of its own kind; images of both at once."""
        count = ops.shape(batch["real"])[0]
        to_b = self._translate("AtoB", ops.concatenate([batch["source"], batch["real"]]), training)
        to_a = self._translate("BtoA", ops.concatenate([batch["real"], batch["source"]]), training)
        return {"A": to_a[:count], "B": to_b[:count], "same_A": to_a[count:], "same_B": to_b[count:]}

    def generator_terms(self, batch, fakes):
        images = {kind: batch[name] for kind, name in IN_BATCH.items()}
        back = {
            "A": self._translate("BtoA", fakes["B"], training=True),
            "B": self._translate("AtoB", fakes["A"], training=True),
        }
        terms = {}
        for kind in ("A", "B"):
            adversarial = ops.square(self._score(kind, fakes[kind]) - 1.0)
            identity = content.l1(fakes[f"same_{kind}"], images[kind])
            terms |= {
                f"g_fake_{kind}": self.config.adversarial_weight * adversarial,
                f"g_cycle_{kind}": self.config.cycle_weight * content.l1(back[kind], images[kind]),
                f"g_identity_{kind}": self.config.cycle_weight * self.config.identity_weight * identity,
            }
        return terms

    def discriminator_terms(self, batch, fakes):
        images = {kind: batch[name] for kind, name in IN_BATCH.items()}
        pooled = self._from_pools({kind: fakes[kind] for kind in images})
        real = {kind: self._score(kind, images[kind]) for kind in images}
        fake = {kind: self._score(kind, pooled[kind]) for kind in images}
        self.watch_scores(*(ops.concatenate(list(scores.values())) for scores in (real, fake)))
        return {
            **{f"d_real_{kind}": ops.square(scores - 1.0) / 2.0 for kind, scores in real.items()},
            **{f"d_fake_{kind}": ops.square(scores) / 2.0 for kind, scores in fake.items()},
        }

    def exported(self):
        return {name: self.ema_generator.get_layer(name) for name in ("AtoB", "BtoA")}

    def input_fields(self, network):
        """Each generator's only input is an image of the kind that its name begins with."""
        (tensor,) = network.inputs
        return {tensor.name: self.fields[IN_BATCH[network.name[0]]]}

    def shown(self, sampler, count):
        """Columns of `count` examples: A, A to B, and back to A; B, B to A, and back to B."""
        examples, networks, columns = sampler.of_examples(np.arange(count)), self.exported(), []
        for name, there, back in (("source", "AtoB", "BtoA"), ("real", "BtoA", "AtoB")):
            changed = sampler.made({"source": examples[name]}, networks[there])
            returned = sampler.made({"source": 2.0 * changed - 1.0}, networks[back])
            columns += [sampler.at_edge(examples[name]), changed, returned]
        return alike(columns)

    def _translate(self, direction, images, training):
        return self.generator.get_layer(direction)(images, training=training)

    def _score(self, kind, images):
        discriminator = self.discriminator.get_layer(kind)
        return ops.cast(discriminator(self.augmented(images), training=True), "float32")

    def _from_pools(self, fakes):
        """What the discriminators see in place of `fakes`, by kind; the pools remember them."""
        filled, seen = self.pooled.value, {}
        for kind, images in fakes.items():
            everyone, pool = replicas.gather_rows(images, self.replica_count), self.pools[kind]
            count = ops.shape(everyone)[0]
            slots = self.noise.common((pool.shape[0],), f"pool slots {kind}")
            coins = self.noise.common((count,), f"pool coins {kind}")
            images, remembered = from_pool(pool.value, filled, everyone, slots, coins)
            pool.assign(remembered)
            seen[kind] = replicas.own_rows(images, self.replica_count)
        self.pooled.assign(ops.minimum(filled + count, pool.shape[0]))
        return seen


def from_pool(pool, filled, fakes, slots, coins):
    """What is seen in place of new fakes, and the pool thereafter (arXiv 1703.10593, section 4; 1612.07828, 2.3).

    Args:
        pool: images remembered, float32 `[size, …]`, size at least B.
        filled: how many of them there are, int32 scalar: the first ones.
        fakes: new ones, `[B, …]`.
        slots: uniform in [0, 1), `[size]`: whose place may be taken, no two of one batch the same.
        coins: uniform in [0, 1), `[B]`: below 1/2, an old one is seen in place of the new, which takes its place.

    Returns:
        `(seen [B, …], pool)`.
    """
    size, count = pool.shape[0], ops.shape(fakes)[0]
    new_slot = filled + ops.arange(count)
    filling = new_slot < size
    # Those that were there come first, in random order; those that this batch fills come last.
    order = ops.argsort(slots + ops.cast(ops.arange(size) >= filled, "float32"))
    slot = ops.where(filling, new_slot, ops.take(order, ops.maximum(new_slot - size, 0)))
    old = ops.take(pool, slot, axis=0)
    swapped = ops.logical_and(ops.logical_not(filling), coins < 0.5)
    rows = (-1,) + (1,) * (len(fakes.shape) - 1)
    seen = ops.where(ops.reshape(swapped, rows), old, fakes)
    kept = ops.reshape(ops.logical_or(filling, swapped), rows)
    return seen, ops.scatter_update(pool, slot[:, None], ops.where(kept, fakes, old))


def build(config, fields):
    """Builds the model for square images of 16 to 512 px."""
    size = fields["real"].shape[0]
    shapes = {kind: fields[name].shape for kind, name in IN_BATCH.items()}
    blocks = BLOCKS_FOR_LARGE if size >= LARGE and config.blocks == Config.blocks else config.blocks
    a, b = (keras.Input((None, None, shapes[kind][2]), name=name) for kind, name in (("A", "source"), ("B", "real")))

    def generator(name, given, made):
        options = {"channels": config.channels, "blocks": blocks, "skip": config.skip}
        network = resnet.generator(shapes[given][2], shapes[made][2], **options)
        return keras.Model(network.input, network.output, name=name)

    def discriminator(kind):
        network = patchgan.discriminator(
            shapes[kind][2],
            channels=config.discriminator_channels,
            layers=patchgan.layers_for(size),
            norm=instance_norm,
        )
        return keras.Model(network.input, network.output, name=kind)

    return CycleGAN(
        keras.Model([a, b], [generator("AtoB", "A", "B")(a), generator("BtoA", "B", "A")(b)], name="generator"),
        keras.Model([a, b], [discriminator("A")(a), discriminator("B")(b)], name="discriminator"),
        config,
        fields,
        size_multiple=4,
        content_has_scale=True,
    )
