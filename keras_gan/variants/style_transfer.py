"""Style transfer: a network that paints any picture like a style picture (Johnson et al. 2016)

Papers: L. A. Gatys, A. S. Ecker, M. Bethge, "A Neural Algorithm of Artistic Style", arXiv 1508.06576: style is what
Gram matrices tell; J. Johnson, A. Alahi, L. Fei-Fei, "Perceptual Losses for Real-Time Style Transfer and
Super-Resolution", ECCV 2016, arXiv 1603.08155: a generator learns it for one style; D. Ulyanov, A. Vedaldi,
V. Lempitsky, "Instance Normalization", arXiv 1607.08022; V. Dumoulin, J. Shlens, M. Kudlur, "A Learned Representation
for Artistic Style", ICLR 2017, arXiv 1610.07629: one for many, whose normalisations have a scale and a shift for each.

Objective, picture x, style picture s, painted t = G(x), phi_l what a network sees:
    L_G = style S(t) / S_0 + content |phi_c(t) - phi_c(x)|^2 / |phi_c(x)|^2 + smooth TV(t)
          + adversarial E[softplus(-D(t))]
    S(t) = sum over l d(Gram(phi_l(t)), Gram(phi_l(s))) / layers,    Gram(F) = F^T F / (h w C)
S_0 is the mean S of pictures as they are, found before the first step; 1 where D looks. d is `--model.distance`:
`cosine`, 1 - <A, B> / (|A| |B|), or `squared`, |A - B|^2 / |B|^2. phi is VGG19 or SqueezeNet 1.1, what the file of
`--perceptual-weights` holds; without one VGG19 where Keras keeps it, then SqueezeNet in the cache; else D's own hidden
layers, which learn to tell crops of the style picture from what is painted. With pretrained networks and
`--model.adversarial-weight 0`, the default, D is not needed and rests.

Networks: `networks/painter.py`, reflected edges, nearest neighbours before convolutions; a PatchGAN. Of several styles
each example is painted in one at random; numbers between two of them are a mixture. `strength` blends a painting with
its picture.

Deviations:
- Half of Johnson's widths, 3 of his 5 blocks, 128 px and not 256, Adam at 2e-3 for minutes: laptops.
- Distances are relative, so that layers and styles need no weights of their own. Of a faint style all pictures are far
  (S_0 is 1.2 of `mosaic`, 3.9 of faint pebbles at 128 px): without S_0 it was all that was left of a picture.
- What is looked at is cut at another place in each step, as strides of SqueezeNet would be seen in the painting.
- Samples come from a moving average of the generator.
"""

from dataclasses import dataclass
from typing import Literal

import keras
import numpy as np
from keras import layers, ops

from keras_gan.errors import UserError
from keras_gan.losses import gram
from keras_gan.losses.objectives import NON_SATURATING, halved
from keras_gan.modalities.features import Features
from keras_gan.modalities.image import style_pictures
from keras_gan.modalities.scalar import Scalar
from keras_gan.networks import painter, patchgan, pretrained
from keras_gan.registry import Variant
from keras_gan.training.options import TranslationOptions
from keras_gan.training.stages import Stage
from keras_gan.training.translation import TranslationModel, alike

VARIANT = Variant(
    gives="image",
    task="restore",
    takes=("image",),
    sizes=(16, 32, 64, 128, 256, 512),
    channels=(1, 3),
    defaults={
        "image_size": 128,
        "batch_size": 8,
        "data_augment": "flip",
        "steps": 2000,
        "metrics": (),
        "eval_samples": 64,
    },
)
STRENGTH = Scalar("strength", default=1.0, low=0.0, high=1.0, about="how much is painted")
MOST_STYLES = 64
SHOWN = 4  # styles of a preview, at most
WEIGHED = 32  # pictures whose distance from the styles is found beforehand


@dataclass(frozen=True)
class Config(TranslationOptions):
    """Options of style transfer."""

    generator_learning_rate: float = 2e-3
    """Adam step size of the generator."""
    beta_1: float = 0.9
    """Adam momentum of both."""
    final_rate: float = 0.1
    """Share of both step sizes that is left at the end of the run, where they fall to along a cosine; 1: constant."""
    channels: int = 16
    """Width of the generator where it is narrowest."""
    blocks: int = 3
    """Residual blocks of the generator."""
    style: tuple[str, ...] = ("mosaic",)
    """Style pictures, files or any of mosaic, waves, hatching, dots, brush_strokes and stained_glass, which are drawn;
    also --style."""
    style_size: int | None = None
    """Pixels that the shorter edge of a style picture is brought to: the larger, the coarser the strokes; default: 256,
    or the edge of the images where that is more."""
    distance: Literal["cosine", "squared"] = "squared"
    """Of Gram matrices: cosine, what is active together, or squared, how much, too."""
    style_weight: float | None = None
    """Weight of the distance of Gram matrices, over that of the pictures as they are; default: 1. Where the
    discriminator looks, the distance itself; default: 1 of squared ones, 10 of cosines."""
    content_weight: float = 0.33
    """Weight of the distance of what is depicted."""
    smooth_weight: float = 1e-2
    """Weight of the total variation."""
    adversarial_weight: float = 0.0
    """Weight of the adversarial term in the generator's loss; 0: no discriminator."""
    perceptual: Literal["auto", "vgg19", "squeezenet", "discriminator"] = "auto"
    """What looks at style and content: VGG19, SqueezeNet, or the discriminator; auto: what the file of weights is of,
    if one is given, else the first of these whose weights are on this machine."""
    perceptual_weights: str | None = None
    """File of the weights of VGG19 or SqueezeNet (.h5, without top); also --perceptual-weights."""

    def __post_init__(self):
        super().__post_init__()
        if not 1 <= len(self.style) <= MOST_STYLES:
            raise UserError(f"--style takes 1 to {MOST_STYLES} pictures, got {len(self.style)}.")
        if self.perceptual == "discriminator" and self.perceptual_weights:
            raise UserError("--model.perceptual discriminator reads no file: leave out --perceptual-weights.")
        if self.style_size is not None and not style_pictures.SMALLEST <= self.style_size <= 2048:
            raise UserError(
                f"--model.style-size must be between {style_pictures.SMALLEST} and 2048, got {self.style_size}."
            )

    def stages(self, total_steps=None):
        """Without the discriminator where nobody asks it."""
        looks = self.perceptual == "discriminator" or (self.perceptual == "auto" and not _source(self)[1])
        return (Stage("paint", order=("d", "g") if looks or self.adversarial_weight else ("g",)),)


TINY = Config(channels=4, discriminator_channels=4, blocks=1, style=("waves", "dots"), perceptual="discriminator")


def prepare(batch, noise, config):
    """The source of an image is the image itself."""
    return {**batch, "source": batch["real"]}


class StyleTransfer(TranslationModel):
    """Paints; of several styles each example in one at random.

    Attributes:
        perceptual: what looks at style and content: `vgg19`, `squeezenet` or `discriminator`.
        unread: the `UserError` of style pictures that cannot be read, or None; then a checkpoint must have them.
    """

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        fields = {**fields, "source": fields["real"], "strength": STRENGTH}
        if (styles := len(config.style)) > 1:
            fields["style"] = Scalar("style", 0.0, 0.0, styles - 1.0, "number of the style, from 0 on")
        super().__init__(generator, discriminator, config, fields, size_multiple=painter.MULTIPLE, **kwargs)
        self.perceptual, self._see = _chosen(config)
        of_discriminator = {"squared": 1.0, "cosine": 10.0}[config.distance]
        self.style_weight = config.style_weight or (1.0 if self._see else of_discriminator)
        self.unpainted = self._held(np.ones(styles, np.float32), "unpainted")  # S_0 of each style
        if self._see is None:
            hidden = [layer.output for layer in discriminator.layers if isinstance(layer, layers.LeakyReLU)]
            taps = keras.Model(discriminator.input, hidden)
            self._see = lambda images: (found := taps(images, training=True), found[-1:])
        self._hold_styles(*fields["real"].shape[1:])

    def _hold_styles(self, size, channels):
        """Makes weights of the style pictures and their Gram matrices, so that a run that goes on needs no files."""
        size = self.config.style_size or max(256, size)
        self.unread, pictures = None, np.full((len(self.config.style), size, size, channels), np.nan, np.float32)
        try:
            read = [style_pictures.read(name, size, channels) for name in self.config.style]
            pictures = np.stack(read).astype(np.float32) / 127.5 - 1.0
        except UserError as error:
            self.unread = error
        self.pictures = self._held(pictures, "pictures")
        self.grams = []
        if self.perceptual != "discriminator":
            seen = [gram.matrices(each) for each in self._see(ops.convert_to_tensor(pictures))[0]]
            self.grams = [self._held(np.array(each), f"gram_{number}") for number, each in enumerate(seen)]

    def weigh(self, images):
        """Finds how far images, an array as stored, `[N, …]`, are from each style; where the discriminator looks, not.

        Few are enough: styles differ by far more than what is painted.
        """
        if not self.grams:
            return
        to_model = self.fields["real"].to_model
        own = np.mean([self._distances(self._see(to_model(each[None]))[0], self.grams) for each in images], axis=0)
        self.unpainted.assign(np.maximum(own, gram.LEAST_UNPAINTED))

    def _held(self, values, name):
        weight = self.add_weight(
            shape=values.shape, initializer="zeros", trainable=False, aggregation="only_first_replica", name=name
        )
        weight.assign(values)
        return weight

    def generate(self, batch, training):
        source, style = batch["source"], self._styles(batch)
        inputs = [source, ops.ones_like(style), *([style] if len(self.config.style) > 1 else [])]
        return self.generator(inputs, training=training)

    def discriminator_terms(self, batch, fakes):
        return super().discriminator_terms({**batch, "real": self._crops(batch)}, fakes)

    def generator_terms(self, batch, fakes):
        config, (painted, source) = self.config, self._cut(fakes, batch["source"])
        (style, content), (_, wanted_content) = self._see(painted), self._see(source)
        terms = {
            "g_style": self.style_weight * self._style_distance(style, batch),
            "g_content": config.content_weight * _mean(map(gram.content, content, wanted_content)),
            "g_smooth": config.smooth_weight * gram.total_variation(fakes),
        }
        if not config.adversarial_weight:
            return terms
        adversarial = self.objective.generator(real_scores=None, fake_scores=self.score(fakes, batch))
        return {**terms, **{name: config.adversarial_weight * term for name, term in adversarial.items()}}

    def shown(self, sampler, count):
        """The pictures, and how each of the first styles paints them."""
        source = sampler.of_examples(np.arange(count))["source"]
        inputs = {"source": source, "strength": np.ones(count, np.float32)}
        styles = range(min(SHOWN, len(self.config.style)))
        painted = [sampler.made({**inputs, "style": np.full(count, style, np.float32)}) for style in styles]
        return alike([sampler.at_edge(source), *painted])

    def exported(self):
        """The painter; and what large pictures are put together by: the moments of a whole, and tiles that take them.

        All have the layers of the same network.
        """
        network = self.ema_generator
        return {"generator": network, "moments": painter.moments(network), "tile": painter.tile(network)}

    def input_fields(self, network):
        known = {**self.fields, "moments": self._moments}
        return {tensor.name: known[tensor.name] for tensor in network.inputs}

    def output_field(self, network):
        return self._moments if network.name == "moments" else self.fields["real"]

    @property
    def _moments(self):
        return Features("moments", painter.moments_length(self.generator), positive=True)

    # --- Inside ------------------------------------------------------------------------------------------------------

    def _styles(self, batch):
        """The number of a style for each example, float32 `[B]`: the same whenever it is asked for in a step."""
        drawn = self.noise.uniform(ops.shape(batch["source"])[0], (), "style")
        return ops.floor(len(self.config.style) * drawn)

    def _style_distance(self, seen, batch):
        style = ops.cast(self._styles(batch), "int32")
        if self.grams:
            wanted = [ops.take(each.value, style, axis=0) for each in self.grams]
        else:
            wanted = [gram.matrices(each) for each in self._see(self._crops(batch))[0]]
        return self._distances(seen, wanted) / ops.take(self.unpainted.value, style)

    def _distances(self, seen, wanted):
        """How far activations are from Gram matrices, float32 `[B]`, the mean over their layers."""
        distance = gram.DISTANCES[self.config.distance]
        pairs = zip(seen, wanted, strict=True)
        return ops.cast(_mean(distance(gram.matrices(each), target) for each, target in pairs), "float32")

    def _crops(self, batch):
        """Parts of the style pictures, as large as the examples: one place for all of a step."""
        pictures = ops.take(self.pictures.value, ops.cast(self._styles(batch), "int32"), axis=0)
        return self._window(pictures, self.fields["real"].shape[0], "crop")

    def _cut(self, *images):
        """Images without some rows and columns, all alike: 8 px in all, or less of small ones."""
        size = self.fields["real"].shape[0]
        return [self._window(each, size - min(8, size // 8), "jitter") for each in images]

    def _window(self, images, size, purpose):
        room = images.shape[1] - size
        top, left = ops.unstack(ops.cast(self.noise.common((2,), purpose) * (room + 1), "int32"))
        # A slice, since the gradient of looking rows up takes longer than all else.
        start, shape = (0, top, left, 0), (ops.shape(images)[0], size, size, images.shape[3])
        return ops.reshape(ops.slice(images, start, shape), (-1, size, size, images.shape[3]))


def _mean(terms):
    terms = list(terms)
    return sum(terms) / len(terms)


def _source(config):
    """What looks at the pictures and the file of its weights, None of the discriminator; nothing is read yet."""
    if config.perceptual_weights or config.perceptual not in ("auto", "squeezenet", "vgg19"):
        return config.perceptual, config.perceptual_weights
    found = pretrained.at_hand()
    if config.perceptual == "auto":
        return found or ("discriminator", None)
    return config.perceptual, found[1] if found and found[0] == config.perceptual else None


def _chosen(config):
    """What looks at the pictures, and the function that does; None in its place for the discriminator's layers."""
    name, path = _source(config)
    if name == "discriminator":
        return name, None
    try:
        if path is None:
            raise OSError("they are not on this machine")
        held = pretrained.name_of(path)
        if name not in ("auto", held):
            raise ValueError(f"the file is of {held}")
        return held, pretrained.seeing_style(held, path)
    except Exception as error:  # of files, they share no base class
        raise UserError(
            f"the weights of {path or name} cannot be had ({str(error).splitlines()[0]}): give a Keras .h5 file of "
            "VGG19 or SqueezeNet 1.1, without top, with --perceptual-weights FILE, or choose --model.perceptual "
            "discriminator."
        ) from None


def precompute(model, dataset):
    """Refuses style pictures that cannot be read; says what looks at them, and weighs their styles."""
    if model.unread:
        raise model.unread
    images = dataset.columns["real"]
    model.weigh(images[np.linspace(0, len(images) - 1, min(len(images), WEIGHED)).astype(int)])
    print(f"style and content are what {model.perceptual} sees in {', '.join(model.config.style)}")


def build(config, fields):
    """Builds the model for square images of 16 to 512 px with 1 or 3 channels."""
    size, _, channels = fields["real"].shape
    return StyleTransfer(
        painter.generator(channels, channels=config.channels, blocks=config.blocks, styles=len(config.style)),
        patchgan.spectral(channels, channels=config.discriminator_channels, layers=patchgan.layers_for(size)),
        config,
        fields,
        objective=halved(NON_SATURATING),
    )
