"""How much a picture has of a style and of a content, and the search for one that has both (Gatys et al. 2015)."""

import functools
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.losses import gram
from keras_gan.modalities.image import resizing
from keras_gan.networks import pretrained

CONTENT_WEIGHT, SMOOTH_WEIGHT = 0.33, 1e-2
_LEVELS = {"squeezenet": 4, "vgg19": 1}  # of the pyramid: strides of SqueezeNet would be seen in plain pixels
_JITTER = {"squeezenet": 4, "vgg19": 0}  # px
_RATE, _BETAS, _EPSILON = 0.05, (0.9, 0.999), 1e-8  # of Adam


@dataclass(frozen=True)
class Eyes:
    """What tells style and content.

    Attributes:
        name: `vgg19` or `squeezenet`.
        see: function of `networks.pretrained.seeing_style`.
    """

    name: str
    see: object

    def grams(self, pictures):
        """Gram matrices of pictures `[N, height, width, C]` in [-1, 1], a list of `[N, C, C]`."""
        return [gram.matrices(each) for each in self.see(pictures)[0]]

    def style_distance(self, pictures, targets):
        """Mean over the layers of `|G - T|^2 / |T|^2`, a tensor `[N]`; `targets` as of `grams`."""
        distances = [gram.squared(each, target) for each, target in zip(self.grams(pictures), targets, strict=True)]
        return tf.add_n(distances) / len(distances)

    def content_distance(self, pictures, contents):
        """`|F - C|^2 / |C|^2` of pictures and others of their size, a tensor `[N]`."""
        (ours,), (theirs,) = (self.see(each)[1] for each in (pictures, contents))
        return gram.content(ours, theirs)


def eyes(path=None):
    """The `Eyes` of a weights file; default: those on this machine, VGG19 before SqueezeNet.

    Raises:
        UserError: if there are none, or they are of something else.
    """
    try:
        name, path = (pretrained.name_of(path), path) if path else pretrained.at_hand() or (None, None)
        if name:
            return Eyes(name, pretrained.seeing_style(name, path))
        problem = "there are none on this machine"
    except Exception as error:  # of files, they share no base class
        problem = str(error).splitlines()[0]
    raise UserError(
        f"style is told by the weights of VGG19 or SqueezeNet 1.1, which cannot be had ({problem}): give a Keras .h5 "
        "file without top with --perceptual-weights FILE."
    )


@dataclass(frozen=True)
class Painted:
    """What came of a search.

    Attributes:
        picture: float32 `[height, width, C]` in [-1, 1].
        style, content: its distances, see `Eyes`.
        before: the style distance of the content picture itself.
        way: pictures now and then on the way there, a list.
    """

    picture: np.ndarray
    style: float
    content: float
    before: float
    way: list


def paint(look, content, styles, steps=150, content_weight=CONTENT_WEIGHT, seed=0, keep_every=None):
    """Searches a picture that has the content of one and the style of others (arXiv 1508.06576, equation 7).

    The picture is the tanh of a sum of `_LEVELS` pictures, each half as large as the one before, and in each step it is
    looked at from another place, some pixels aside, since SqueezeNet's strides leave high frequencies unseen.

    Args:
        look: `Eyes`.
        content: float32 `[height, width, C]` in [-1, 1].
        styles: list of float32 `[h, w, C]` in [-1, 1], of any sizes; of several the mean of the Gram matrices.
        steps: updates of Adam.
        content_weight: how much the content counts where the style, over that of the content itself, counts 1.
        seed: of what is drawn.
        keep_every: steps between entries of `way`; None: none is kept.

    Returns:
        A `Painted`.
    """
    targets = [
        tf.add_n(each) / len(styles) for each in zip(*(look.grams(style[None]) for style in styles), strict=True)
    ]
    search = _Search(look, content, targets, content_weight, seed)
    way = [content] if keep_every else []
    for step in range(steps):
        search.update(tf.constant(step + 1.0))
        if keep_every and (step + 1) % keep_every == 0:
            way.append(search.picture()[0].numpy())
    made = search.picture()
    measure = functools.partial(look.style_distance, targets=targets)
    distances = [measure(made), look.content_distance(made, search.content), measure(search.content)]
    return Painted(made[0].numpy(), *(float(each[0]) for each in distances), way)


class _Search:
    """The picture that is searched, and one step of the search; arguments as of `paint`."""

    def __init__(self, look, content, targets, content_weight, seed):
        self.content, self._look, self._targets = tf.constant(content[None]), look, targets
        self._content_weight, self._seed, self._size = content_weight, seed, content.shape[:2]
        self._unpainted = tf.maximum(look.style_distance(self.content, targets), gram.LEAST_UNPAINTED)
        self._jitter = min(_JITTER[look.name], (min(self._size) - 1) // 2)
        self._levels = _pyramid(np.arctanh(np.clip(content, -0.98, 0.98)), _LEVELS[look.name])
        self._moments = [[tf.Variable(tf.zeros_like(level)) for level in self._levels] for _ in range(2)]
        self.update = tf.function(self._update, autograph=False)

    def picture(self):
        """A tensor `[1, height, width, C]` in [-1, 1]."""
        return tf.tanh(tf.add_n([tf.image.resize(level, self._size, "bilinear") for level in self._levels]))

    def _update(self, step):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(self._loss(step))
        for number, gradient in enumerate(tape.gradient(loss, self._levels)):
            _adam(self._levels[number], [each[number] for each in self._moments], gradient, step)

    def _loss(self, step):
        made, jitter = self.picture(), self._jitter
        both = tf.pad(tf.concat([made, self.content], axis=0), [[0, 0], *[[jitter, jitter]] * 2, [0, 0]], "REFLECT")
        seed = [self._seed, tf.cast(step, tf.int32)]
        place = tf.random.stateless_uniform((2,), seed, 0, 2 * jitter + 1, tf.int32, alg="philox")
        made_there, content_there = tf.split(tf.slice(both, [0, place[0], place[1], 0], [2, *made.shape[1:]]), 2)
        loss = self._look.style_distance(made_there, self._targets) / self._unpainted
        loss += self._content_weight * self._look.content_distance(made_there, content_there)
        return loss + SMOOTH_WEIGHT * gram.total_variation(made)


def _pyramid(values, levels):
    """Variables `[1, h, w, C]`, the finest first, whose sum, all enlarged to the finest, is `values`."""
    height, width, _ = values.shape
    rest, found = values[None].astype(np.float32), []
    for level in reversed(range(levels)):
        size = max(1, height >> level), max(1, width >> level)
        coarse = np.asarray(resizing.resize_smooth(rest, size)) if level else rest
        found.append(tf.Variable(coarse))
        rest = rest - tf.image.resize(coarse, (height, width), "bilinear").numpy()
    return found[::-1]


def _adam(variable, moments, gradient, step):
    for moment, beta, value in zip(moments, _BETAS, (gradient, gradient**2), strict=True):
        moment.assign(beta * moment + (1.0 - beta) * value)
    first, second = (moment / (1.0 - beta**step) for moment, beta in zip(moments, _BETAS, strict=True))
    variable.assign_sub(_RATE * first / (second**0.5 + _EPSILON))
