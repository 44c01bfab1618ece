"""Cartoonise: a face becomes features, a shape made of them, and a cartoon ("FaceMorpher")

No paper has this construction. Its parts: whitened principal components; Y. Taigman, A. Polyak, L. Wolf, "Unsupervised
Cross-Domain Image Generation", ICLR 2017, arXiv 1611.02200, for features that must be found again and cartoons that
must be drawn as they are; Q. Mao et al., "Mode Seeking Generative Adversarial Networks", CVPR 2019, arXiv 1903.05628,
for variety; J. Chen et al., AnimeGAN (2019) and AnimeGANv2, for losses of colours, grey style and edges.

Features F(x) of a face x: what a network sees that reads attributes, and x at 8x8 px. Then
    Z = whitened principal components of F(x)             mean and components are fitted to the training faces
    Y = A Z, A = A0 R(seed)                               A0 learned, near orthogonal; R a rotation of the seed's
    M = cos(alpha pi/2) Z + sin(alpha pi/2) Y             of variance 1 whatever alpha is
    cartoon = G(M)

Objective, cartoons c, E(c) their components by the same matrix, brought to mean 0 and variance 1 among cartoons:
    L_D = E[max(0, 1 - D(c))] + E[max(0, 1 + D(G(M)))]
    L_G = adversarial E[-D(G(M))] + coherence |E(G(M)) - M|^2 / k + drawing E|G(E(c)) - c|
          + variety / (mean over pairs of a batch |G(M) - G(M')| / |M - M'|) + orthogonal |A0^T A0 - 1|^2 / k
alpha is 0 for half of a batch and uniform for the other. The weight of Z in M, and so what coherence asks of it, is
cos(alpha pi/2). Options, 0 by default: colours of the photo (`color_weight`), Gram matrices of grey cartoons in D's
layers (`grey_weight`), cartoons with smoothed edges as further fakes (`edge_weight`).

Networks: `dcgan`'s generator with M in place of latents, and its discriminator with spectral normalisation.

Deviations from the documents:
- R makes A another one for each seed; it is a product of 16 reflections, in float32 on every runtime.
- The network that reads attributes has learned them of avatars at 32 px, also where the faces are photos.
- Samples come from a moving average of the generator; where nothing else is said alpha and seed are 0.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

from keras_gan.layers.spectral import SpectralConv2D, SpectralDense
from keras_gan.losses import cartoon, content, gram
from keras_gan.losses.objectives import HINGE
from keras_gan.modalities.chance import Chance
from keras_gan.modalities.features import Features
from keras_gan.modalities.scalar import Scalar
from keras_gan.networks import attributes, cartoonist
from keras_gan.networks import convolutional as networks
from keras_gan.registry import Variant
from keras_gan.training.options import ConvolutionOptions, TranslationOptions
from keras_gan.training.translation import TranslationModel, alike

VARIANT = Variant(
    gives="image",
    task="unpaired",
    takes=("image",),
    sizes=(16, 32, 64, 128),
    channels=(1, 3),
    defaults={"image_size": 64, "batch_size": 16, "data_augment": "flip", "eval_samples": 256, "steps": 2000},
)
ALPHA = Scalar("alpha", default=0.0, low=0.0, high=1.0, about="from likeness to variety")
MOST = 4000  # faces and cartoons that are looked at before the training, each


@dataclass(frozen=True)
class Config(ConvolutionOptions, TranslationOptions):
    """Options of cartoonise."""

    generator_learning_rate: float = 1e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 4e-4
    """Adam step size of the discriminator."""
    generator_channels: int = 32
    """Width of the generator's last hidden layer; doubles towards the features."""
    discriminator_channels: int = 32
    """Width of the discriminator's first layer; doubles towards the score."""
    max_channels: int = 256
    """Widest layer of either network."""
    hidden_kernel_size: int = 4
    """Edge of the kernels of the generator's hidden layers."""
    latent_dim: int = 48
    """Principal components that are kept, the length of Z."""
    adversarial_weight: float = 0.1
    """Weight of the adversarial term in the generator's loss."""
    coherence_weight: float = 1.0
    """Weight of finding in a cartoon the features that it was drawn of."""
    drawing_weight: float = 10.0
    """Weight of the mean absolute difference of cartoons from what is drawn of their features."""
    variety_weight: float = 0.02
    """Weight of the inverse of how much cartoons differ for how much what they are drawn of does."""
    orthogonal_weight: float = 1.0
    """Weight of how far A0 is from being orthogonal."""
    color_weight: float = 0.0
    """Weight of the difference of the colours from those of the photo."""
    grey_weight: float = 0.0
    """Weight of the distance of Gram matrices of grey cartoons, in the discriminator's layers."""
    edge_weight: float = 0.0
    """Weight of cartoons with smoothed edges among the fakes."""


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8)


class Cartoonist(TranslationModel):
    """Draws cartoons of faces; `precompute` looks at the data first."""

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        fields = {**fields, "alpha": ALPHA, "chance": Chance(cartoonist.REFLECTIONS * config.latent_dim)}
        super().__init__(generator, discriminator, config, fields, content_has_scale=True, **kwargs)
        held = {"shape": (config.latent_dim,), "trainable": False, "aggregation": "only_first_replica"}
        self.cartoon_mean = self.add_weight(initializer="zeros", name="cartoon_mean", **held)
        self.cartoon_spread = self.add_weight(initializer="ones", name="cartoon_spread", **held)
        mixed = cartoonist.mixed(generator.get_layer("drawer"))
        self._mixed = lambda inputs: mixed(inputs)
        hidden = [layer.output for layer in discriminator.layers if isinstance(layer, layers.LeakyReLU)]
        taps = keras.Model(discriminator.input, hidden)
        self._taps = lambda images: taps(images, training=True)

    @property
    def encoder(self):
        """The network from faces to Z."""
        return self.generator.get_layer("encoder")

    def found(self, images):
        """What is found in cartoons, brought to mean 0 and variance 1 among them: `[B, k]`."""
        return (self.encoder(images, training=False) - self.cartoon_mean) / self.cartoon_spread

    def generate(self, batch, training):
        """Cartoons of faces, and of what is found in cartoons, in one pass; what the first ones are drawn of."""
        rows, k = ops.shape(batch["source"])[0], self.config.latent_dim
        drawn = self.noise.uniform(rows, (), "alpha")
        alpha = ops.maximum(2.0 * drawn - 1.0, 0.0)
        chance = self.noise.normal(rows, (cartoonist.REFLECTIONS * k,), "chance")
        z = ops.concatenate([self.encoder(batch["source"], training=False), self.found(batch["real"])])
        inputs = [z, ops.concatenate([alpha, ops.zeros_like(alpha)]), ops.concatenate([chance, chance])]
        images = self.generator.get_layer("drawer")(inputs, training=training)
        return {"images": images[:rows], "redrawn": images[rows:], "mixed": self._mixed(inputs)[:rows]}

    def discriminator_terms(self, batch, fakes):
        terms = super().discriminator_terms(batch, fakes["images"])
        if not self.config.edge_weight:
            return terms
        scores = self.score(cartoon.without_edges(batch["real"]), batch)
        return {**terms, "d_edges": self.config.edge_weight * ops.relu(1.0 + scores)}

    def generator_terms(self, batch, fakes):
        config, images, mixed = self.config, fakes["images"], fakes["mixed"]
        scores = self.score(images, batch)
        kernel = self.generator.get_layer("drawer").get_layer("transform").kernel
        terms = {
            "g_fake": config.adversarial_weight * HINGE.generator(real_scores=None, fake_scores=scores)["g_fake"],
            "g_coherence": config.coherence_weight * coherence(self.found(images), ops.stop_gradient(mixed)),
            "g_drawing": config.drawing_weight * content.l1(fakes["redrawn"], batch["real"]),
            "g_variety": config.variety_weight * sameness(images, ops.stop_gradient(mixed)),
            "g_orthogonal": config.orthogonal_weight * cartoonist.away_from_orthogonal(ops.convert_to_tensor(kernel)),
        }
        if config.color_weight:
            terms["g_color"] = config.color_weight * cartoon.color(images, batch["source"])
        if config.grey_weight:
            seen, wanted = (self._taps(cartoon.grey(each)) for each in (images, batch["real"]))
            pairs = [(gram.matrices(a), gram.matrices(b)) for a, b in zip(seen, wanted, strict=True)]
            terms["g_grey"] = config.grey_weight * sum(gram.squared(*pair) for pair in pairs) / len(pairs)
        return terms

    def exported(self):
        """Faces to cartoons; and its two halves, with Z between them."""
        network = self.ema_generator
        return {"generator": network, "encoder": network.get_layer("encoder"), "drawer": network.get_layer("drawer")}

    def input_fields(self, network):
        known = {**self.fields, "z": Features("z", self.config.latent_dim)}
        return {tensor.name: known[tensor.name] for tensor in network.inputs}

    def output_field(self, network):
        return Features("z", self.config.latent_dim) if network.name == "encoder" else self.fields["real"]

    def constants(self):
        """A0, and what whitens features: `Y = transform R Z`, `Z = (features - pca_mean) pca_components`."""
        whitening = self.ema_generator.get_layer("encoder").get_layer("whitening")
        kernel = self.ema_generator.get_layer("drawer").get_layer("transform").kernel
        to_numpy = keras.ops.convert_to_numpy
        return {
            "transform": to_numpy(kernel).T,
            "pca_mean": to_numpy(whitening.mean),
            "pca_components": to_numpy(whitening.components),
        }

    def shown(self, sampler, count):
        """Faces, and their cartoons at alpha 0, 0.5 and 1."""
        inputs = sampler.inputs(np.arange(count, dtype=np.int64))
        alphas = (np.full(count, alpha, np.float32) for alpha in (0.0, 0.5, 1.0))
        made = [sampler.made({**inputs, "alpha": alpha}) for alpha in alphas]
        return alike([sampler.at_edge(inputs["source"]), *made])


def coherence(found, mixed):
    """`|found - mixed|^2 / k` of vectors `[B, k]`: `[B]`."""
    return ops.mean(ops.square(found - mixed), axis=-1)


def sameness(images, mixed):
    """How little images `[B, height, width, C]` differ for how much the vectors `[B, k]` do that they are drawn of.

    Rows are compared with their neighbours, 0 with 1, 2 with 3 and so on, so that several devices compute what one
    would (arXiv 1903.05628, equation 3): `[B]`.
    """
    count = ops.shape(images)[0]
    rows = ops.arange(count)
    neighbours = ops.minimum(rows + 1 - 2 * (rows % 2), count - 1)
    others, vectors = (ops.take(each, neighbours, axis=0) for each in (images, mixed))
    difference = ops.mean(ops.abs(images - others), axis=(1, 2, 3))
    return ops.mean(ops.abs(mixed - vectors), axis=-1) / (difference + 1e-3)


def precompute(model, dataset):
    """Trains the network that reads attributes, or finds it in the cache, and fits the principal components."""
    weights, spread = read_by(model.encoder.get_layer("reader").input.shape[1])
    for network in (model.generator, model.ema_generator):
        encoder = network.get_layer("encoder")
        encoder.get_layer("reader").set_weights(weights)
        encoder.get_layer("scaled").spread.assign(spread)
    faces, cartoons = (_some(dataset.columns[name]) for name in ("source", "real"))
    encoder = model.encoder
    before = keras.Model(encoder.input, encoder.get_layer("whitening").input)
    # Mirrored ones, too: that a face looks the other way makes it no other face.
    features = [_features(before, images) for images in (faces, faces[:, :, ::-1])]
    share = encoder.get_layer("whitening").fit(np.concatenate(features))
    model.ema_generator.get_layer("encoder").set_weights(encoder.get_weights())
    print(f"{model.config.latent_dim} principal components keep {share:.0%} of what is found in {len(faces)} faces")
    components = np.concatenate([_features(encoder, images) for images in (cartoons, cartoons[:, :, ::-1])])
    model.cartoon_mean.assign(components.mean(axis=0))
    model.cartoon_spread.assign(np.maximum(components.std(axis=0), 1e-3))


def read_by(edge):
    """Weights of the network that reads attributes of avatars at `edge` px, and the spread of what it finds."""
    from keras_gan.data import avatars
    from keras_gan.data.avatars import traits

    def drawn(split):
        return _pooled(avatars.pictures(cartoonist.EDGE, split), cartoonist.EDGE // edge), traits.columns(split)

    reader, facts = attributes.load(traits.ATTRIBUTES, drawn)
    return keras.Model(reader.inputs[0], reader.get_layer("hidden").output).get_weights(), facts["scale"]


def _pooled(images, factor):
    count, size, _, channels = images.shape
    blocks = images.reshape(count, size // factor, factor, size // factor, factor, channels)
    return images if factor == 1 else np.rint(blocks.mean(axis=(2, 4))).astype(np.uint8)


def _some(column):
    return np.asarray(column[np.linspace(0, len(column) - 1, min(len(column), MOST)).astype(int)])


def _features(network, images):
    parts = [images[start : start + 200] for start in range(0, len(images), 200)]
    return np.concatenate(
        [np.asarray(network(each.astype(np.float32) / 127.5 - 1.0, training=False)) for each in parts]
    )


def build(config, fields):
    """Builds the model for square images of 16 to 128 px with 1 or 3 channels."""
    from keras_gan.data.avatars import traits

    counts = {name: len(values) for name, values in traits.ATTRIBUTES.items()}
    decoder = networks.generator(fields["real"].shape, config)
    return Cartoonist(
        cartoonist.generator(
            cartoonist.encoder(fields["source"].shape, config.latent_dim, counts),
            cartoonist.drawer(keras.Model(decoder.input, decoder.output, name="decoder"), config.latent_dim),
        ),
        networks.discriminator(fields["real"].shape, config, SpectralConv2D, None, SpectralDense),
        config,
        fields,
        objective=HINGE,
    )
