"""Mode coverage: every objective of the family on mixtures of small Gaussians in the plane, scored by counting.

    python benchmarks/quality/modes.py

Writes `modes.md`, `modes.json`, `modes_ring.png` and `modes_grid.png`; benchmarks/README.md says what is measured
and how. The data sets are those of VEEGAN (Srivastava et al. 2017, arXiv 1705.07761): eight modes on a ring of radius 2
with deviation 0.02, and 5x5 modes two apart with deviation 0.05. Models, objectives and penalties are the program's
own, `AdversarialModel` and the subclasses in `keras_gan/variants/`; only the networks are perceptrons. `cgan` and
`acgan` need labels, and `dcgan` differs from `gan` by its networks alone: all three have the objective of `gan`.
"""

import functools
import itertools
import math
import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import UserError, quiet_stderr, unknown, versions
from benchmarks.common.workers import threads

with quiet_stderr():
    import keras
    import tensorflow as tf
    from keras import layers

from keras_gan.layers.spectral import SpectralDense
from keras_gan.losses.objectives import (
    HINGE,
    MINIMAX,
    NON_SATURATING,
    RELATIVISTIC,
    WASSERSTEIN,
    Objective,
    least_squares,
)
from keras_gan.modalities.base import Field
from keras_gan.randomness import portable_latents
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import EMAOptions, PenaltyOptions
from keras_gan.training.stages import Stage
from keras_gan.variants.began import BEGAN
from keras_gan.variants.dragan import DRAGAN
from keras_gan.variants.r3gan import R3GAN
from keras_gan.variants.wgan import Clip
from keras_gan.variants.wgan_gp import WGANGP

SAMPLES = 2500
LEAST_SAMPLES = 20  # of SAMPLES: what a mode must get to count as covered
NEAR = 3.0  # standard deviations within which a sample is of high quality
LATENT_DIM = 2
UNITS = (128, 128, 128)
BATCH_SIZE = 256
STEPS = 4000
STEPS_PER_EXECUTION = 50


# --- The data ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mixture:
    """Equally likely Gaussians of one deviation in the plane.

    Attributes:
        centres: float `[modes, 2]`.
        deviation: of each coordinate around its centre.
    """

    centres: np.ndarray
    deviation: float

    @property
    def reach(self):
        """The largest coordinate of a centre."""
        return float(np.abs(self.centres).max())

    def points(self, count, rng):
        """Points float32 `[count, 2]`, their modes drawn at random."""
        modes = rng.integers(len(self.centres), size=count)
        return (self.centres[modes] + self.deviation * rng.standard_normal((count, 2))).astype(np.float32)


def ring(modes=8, radius=2.0, deviation=0.02):
    """Modes at equal distances on a circle, the first on the positive x axis."""
    angles = 2 * np.pi * np.arange(modes) / modes
    return Mixture(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), deviation)


def grid(edge=5, spacing=2.0, deviation=0.05):
    """`edge` times `edge` modes around the origin."""
    places = spacing * (np.arange(edge) - (edge - 1) / 2)
    return Mixture(np.array(list(itertools.product(places, places))), deviation)


MIXTURES = {"ring": ring(), "grid": grid()}


# --- The scores -------------------------------------------------------------------------------------------------------


def scores(samples, mixture, least=LEAST_SAMPLES):
    """How much of the mixture the samples cover, and how well.

    A sample belongs to the nearest centre, and is of high quality within three deviations of it, where 98.9 % of real
    points are. The reverse KL divergence is that of PacGAN (Lin et al. 2018, arXiv 1712.04086, section 4.1): of the
    shares p_i of all samples that belong to mode i from the uniform distribution, sum_i p_i ln(p_i modes), in nats;
    0 is even, ln(modes) is one mode alone. The spread tells modes that are filled from modes that are hit: the root
    mean square, per coordinate, of the distances of high-quality samples to their centres, in deviations.

    Args:
        samples: `[N, 2]`.
        mixture: a `Mixture`.
        least: high-quality samples that a mode needs to be covered.

    Returns:
        `{"modes": int, "high_quality": share in [0, 1], "reverse_kl": nats, "spread": deviations}`; the spread is None
        if no sample is of high quality.
    """
    distances = np.linalg.norm(np.asarray(samples, np.float64)[:, None] - mixture.centres, axis=2)
    nearest, distance = distances.argmin(axis=1), distances.min(axis=1)
    good = distance <= NEAR * mixture.deviation
    modes = len(mixture.centres)
    shares = np.bincount(nearest, minlength=modes) / len(samples)
    shares = shares[shares > 0]
    return {
        "modes": int((np.bincount(nearest[good], minlength=modes) >= least).sum()),
        "high_quality": float(good.mean()),
        "reverse_kl": float((shares * np.log(shares * modes)).sum()),
        "spread": float(np.sqrt((distance[good] ** 2).mean() / 2) / mixture.deviation) if good.any() else None,
    }


# --- The networks -----------------------------------------------------------------------------------------------------


def perceptron(inputs, outputs, name, dense=layers.Dense, first=None, scale=1.0, given="points"):
    """A perceptron with the hidden layers UNITS and rectifiers.

    Args:
        inputs, outputs: numbers of values.
        name: of the model.
        dense: makes a layer of so many units.
        first: initializer of the first layer's biases; default: zeros.
        scale: what the inputs are multiplied by.
        given: name of the inputs.
    """
    x = points = keras.Input((inputs,), name=given)
    x = layers.Rescaling(scale)(x) if scale != 1.0 else x
    for index, units in enumerate(UNITS):
        biases = {"bias_initializer": first} if first and index == 0 else {}
        x = layers.ReLU()(dense(units, kernel_initializer="he_normal", **biases)(x))
    return keras.Model(points, dense(outputs)(x), name=name)


def discriminator(mixture, dense=layers.Dense):
    """Points `[B, 2]` to scores `[B, 1]`.

    The kinks of the first layer start spread over the data. With biases of zero they would all pass through the
    origin, and everyone would take several times the steps.
    """
    biases = keras.initializers.RandomUniform(-mixture.reach, mixture.reach)
    return perceptron(2, 1, "discriminator", dense, biases)


def spectral_discriminator(mixture):
    """Points `[B, 2]` to scores `[B, 1]`, every layer of spectral norm 1, on points in units of two deviations.

    Scores of such a network differ by no more than the points do. In units of the data that would be next to nothing
    within a mode, the hinge would be linear everywhere, and generator and discriminator would circle each other.
    """
    scale = 0.5 / mixture.deviation
    # Normalised kernels of two inputs are about sqrt(2 / units) long: these kinks, too, are spread over the data.
    limit = mixture.reach * scale * math.sqrt(2.0 / UNITS[0])
    biases = keras.initializers.RandomUniform(-limit, limit)
    return perceptron(2, 1, "discriminator", SpectralDense, biases, scale)


def clipped_critic(mixture, limit=0.1):
    """A perceptron whose weights all stay in [-limit, limit]."""
    clip = Clip(limit)
    return discriminator(mixture, functools.partial(layers.Dense, kernel_constraint=clip, bias_constraint=clip))


def autoencoder(mixture, code=LATENT_DIM):
    """Points `[B, 2]` to reconstructions `[B, 2]`, through a code as long as the latents, as in the paper."""
    points = keras.Input((2,))
    encode = perceptron(2, code, "encoder", first=keras.initializers.RandomUniform(-mixture.reach, mixture.reach))
    decode = perceptron(code, 2, "decoder", first=keras.initializers.RandomUniform(-1.0, 1.0))
    return keras.Model(points, decode(encode(points)), name="discriminator")


# --- The objectives ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """One objective of the table and its settings; all have the same networks, generator steps and batch size.

    Attributes:
        objective: an `Objective`, or None for a model that needs none.
        model: class of the model.
        options: what that class reads of its configuration.
        discriminator: function from the mixture to the network.
        optimizer: Keras class.
        learning_rate: of both networks, at the start; a cosine takes it to zero over the run, so that what is left
            at the end is the objective's equilibrium and not the noise of its steps.
        momentum: arguments of the optimizer.
        order: the updates of a step, see `Stage`.
    """

    objective: Objective | None
    model: type = AdversarialModel
    options: dict = field(default_factory=dict)
    discriminator: Callable = discriminator
    optimizer: type = keras.optimizers.Adam
    learning_rate: float = 2e-3
    momentum: dict = field(default_factory=lambda: {"beta_1": 0.5, "beta_2": 0.99})
    order: tuple = ("d", "g")

    @property
    def stage(self):
        """All of the training."""
        return Stage("train", order=self.order)


# The rates are higher than the variants' own, because perceptrons of this size bear it and the runs are short. Penalty
# weights, critic steps and Adam's momenta are the variants' own where nothing is said.
RECIPES = {
    # Three objectives without any penalty, which lose more modes at the rate of the others.
    "gan": Recipe(NON_SATURATING, learning_rate=5e-4),
    "gan, minimax": Recipe(MINIMAX, learning_rate=5e-4),
    "lsgan": Recipe(least_squares(), learning_rate=5e-4),
    # Clipped at the paper's 0.01, layers as narrow as these would pass on next to nothing of their input.
    "wgan": Recipe(
        WASSERSTEIN,
        discriminator=clipped_critic,
        optimizer=keras.optimizers.RMSprop,
        momentum={"rho": 0.99, "epsilon": 1e-8},
        order=("d",) * 5 + ("g",),
    ),
    # A weight of 10 holds slopes to 1 too strictly for modes this small. Two critic steps get further than five in the
    # same time.
    "wgan_gp": Recipe(
        WASSERSTEIN,
        WGANGP,
        {"penalty_weight": 0.1},
        learning_rate=3e-3,
        momentum={"beta_1": 0.0, "beta_2": 0.9},
        order=("d", "d", "g"),
    ),
    # With 10 it takes longer to tell the modes apart, with 1 it loses one now and then.
    "dragan": Recipe(NON_SATURATING, DRAGAN, {"penalty_weight": 3.0}),
    # Without momentum: with it, some runs lose modes on the ring.
    "sngan": Recipe(HINGE, discriminator=spectral_discriminator, momentum={"beta_1": 0.0, "beta_2": 0.99}),
    # Slopes must be steep within a mode: a weight of 1 leaves samples more scattered. Momentum settles them sooner.
    "r3gan": Recipe(RELATIVISTIC, R3GAN, {"gamma": 0.3}),
    # Other rates, gamma, lambda_k and lengths of the code were tried: they end in one to three modes.
    "began": Recipe(None, BEGAN, {"gamma": 0.5, "lambda_k": 0.001}, discriminator=autoencoder, order=(("d", "g"),)),
}


class Points(Field):
    """Points of the plane, the same for networks as for everyone."""

    shape = (2,)


class Configuration:
    """What a model asks of its options: its optimizers, its stages, and what its class reads.

    Args:
        recipe: a `Recipe`.
    """

    ema_halflife_kimg, penalty_interval = EMAOptions.ema_halflife_kimg, PenaltyOptions.penalty_interval

    def __init__(self, recipe):
        self._recipe = recipe
        vars(self).update(recipe.options)

    def stages(self, total_steps=None):
        """The one stage."""
        return (self._recipe.stage,)

    def optimizers(self, total_steps):
        """Those of generator and discriminator."""
        recipe = self._recipe

        def optimizer(updates):
            rate = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, updates)
            return recipe.optimizer(rate, **recipe.momentum)

        return optimizer(total_steps), optimizer(total_steps * len(recipe.stage.draws))


def build(recipe, mixture, steps, seed):
    """A compiled model for so many steps."""
    state = random.getstate()
    random.seed(seed)  # where Keras draws the seeds of its initializers from
    try:
        networks = perceptron(LATENT_DIM, 2, "generator", given="latents"), recipe.discriminator(mixture)
    finally:
        random.setstate(state)

    model = recipe.model(*networks, Configuration(recipe), {"real": Points()}, objective=recipe.objective)
    model.seed = seed
    model.compile(total_steps=steps, batch_size=BATCH_SIZE, steps_per_execution=STEPS_PER_EXECUTION)
    return model


@dataclass(frozen=True)
class Run:
    """One training: a name in MIXTURES, a name in RECIPES, a seed, generator updates."""

    data: str
    objective: str
    seed: int = 0
    steps: int = STEPS

    def train(self):
        """Trains on points that are all new; returns the row of the results, and SAMPLES samples `[N, 2]`."""
        started = time.process_time()
        recipe, mixture = RECIPES[self.objective], MIXTURES[self.data]
        model = build(recipe, mixture, self.steps, self.seed)
        # One element is one step's batch: thousands of elements a second would cost more than the steps.
        rows = model.schedule.examples_per_step(recipe.stage)
        points = mixture.points(self.steps * rows, np.random.default_rng(self.seed)).reshape(self.steps, rows, 2)
        model.fit(tf.data.Dataset.from_tensor_slices({"real": points}), verbose=0)
        samples = model(portable_latents(np.arange(SAMPLES), LATENT_DIM)).numpy()
        row = {"data": self.data, "objective": self.objective, "seed": self.seed, **scores(samples, mixture)}
        return {**row, "cpu_seconds": time.process_time() - started}, samples


def train_all(runs, workers):
    """Yields `(row, samples)` of every run in order, each trained on one thread of one of so many processes."""
    # One thread each: the operations are too small to share out, and the bits do not depend on the machine's load.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_use_one_thread) as pool:
        yield from pool.map(Run.train, runs)


def _use_one_thread():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    with quiet_stderr():
        tf.config.list_logical_devices()


# --- The pictures -----------------------------------------------------------------------------------------------------

PANEL, TITLE, COLUMNS = 300, 24, 5  # pixels, pixels, panels
SHARPNESS = 2  # drawn that much larger and scaled down
INK, GOOD, BAD, MODE = "#222222", "#1668b8", "#d9542b", "#cccccc"


def panel(samples, mixture, title):
    """A picture of the samples over rings that mark the modes; those not of high quality are of another colour."""
    size, top = PANEL * SHARPNESS, TITLE * SHARPNESS
    picture = Image.new("RGB", (size, size + top), "white")
    draw = ImageDraw.Draw(picture)
    scale = size / (2 * 1.25 * mixture.reach)

    def circle(point, radius, **colours):
        x, y = size / 2 + scale * point[0], top + size / 2 - scale * point[1]
        if y - radius > top:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), **colours)

    for centre in mixture.centres:
        circle(centre, 2 * NEAR * mixture.deviation * scale + 4, outline=MODE, width=2)
    distances = np.linalg.norm(samples[:, None] - mixture.centres, axis=2).min(axis=1)
    for point, distance in zip(samples, distances, strict=True):
        circle(point, 1.5, fill=GOOD if distance <= NEAR * mixture.deviation else BAD)
    draw.text((size / 2, top / 2), title, fill=INK, anchor="mm", font=ImageFont.load_default(14 * SHARPNESS))
    return picture.resize((PANEL, PANEL + TITLE), Image.Resampling.LANCZOS)


def figure(panels):
    """Panels side by side, in rows of COLUMNS."""
    rows = math.ceil(len(panels) / COLUMNS)
    picture = Image.new("RGB", (COLUMNS * PANEL, rows * (PANEL + TITLE)), "white")
    for index, part in enumerate(panels):
        picture.paste(part, (index % COLUMNS * PANEL, index // COLUMNS * (PANEL + TITLE)))
    return picture


def draw_figure(name, results):
    """The picture of one data set: real points, then the first seed of every objective."""
    mixture = MIXTURES[name]
    panels = [panel(mixture.points(SAMPLES, np.random.default_rng(0)), mixture, "real points")]
    first = min(row["seed"] for row, _ in results)
    for row, samples in results:
        if row["data"] == name and row["seed"] == first:
            title = f"{row['objective']}: {row['modes']} of {len(mixture.centres)}, {row['high_quality']:.0%}"
            panels.append(panel(samples, mixture, title))
    return figure(panels)


# --- The report -------------------------------------------------------------------------------------------------------

COLUMNS_OF_TABLE = {"high quality": "high_quality", "reverse KL, nats": "reverse_kl", "spread": "spread"}
TITLES = {
    "ring": "8 Gaussians on a ring of radius 2, standard deviation 0.02",
    "grid": "5x5 Gaussians at a distance of 2, standard deviation 0.05",
}
LEGEND = f"""\
Modes: those with at least {LEAST_SAMPLES} of {SAMPLES:,} samples within {NEAR:g} deviations of their centre, for
each seed.
High quality: the share of all samples that are so near to a centre, blue in the pictures, which show the least seed.
Reverse KL: of the shares of the modes from even ones, 0 is best. Spread: how far high-quality samples lie from their
centres, in deviations; less than that of real points means modes that are hit but not filled. With several seeds, mean
± standard deviation. CPU seconds are those of one training on one thread, building included."""


def markdown(result):
    """The report; `result` is what `modes.json` holds."""
    computer, rows = result["machine"], result["rows"]
    sections = []
    for name, title in TITLES.items():
        own = [row for row in rows if row["data"] == name]
        sections += [f"## {title}", _table(name, own), f"![samples](modes_{name}.png)"]
    return report.document(
        "quality/modes.py",
        "# Mode coverage in the plane",
        f"{report.machine_line(computer, versions())}\nPerceptrons with hidden layers of "
        f"{', '.join(map(str, UNITS))} units for all, latents of {LATENT_DIM} numbers, {result['steps']:,} updates of "
        f"the generator, batch {BATCH_SIZE} for each update of either network.\n"
        "Samples come from the averaged generator.",
        *sections,
        LEGEND,
    )


def _table(name, rows):
    mixture = MIXTURES[name]
    real = scores(mixture.points(SAMPLES, np.random.default_rng(0)), mixture)
    groups = {"real points": [{**real, "cpu_seconds": None}]}
    for row in rows:
        groups.setdefault(row["objective"], []).append(row)
    head = ["", f"modes of {len(mixture.centres)}", *COLUMNS_OF_TABLE, "CPU seconds"]
    return report.table(head, [[objective, *_cells(group)] for objective, group in groups.items()])


def _cells(rows):
    def mean(key, form, **options):
        return report.mean([row[key] for row in rows if row[key] is not None], form, **options)

    modes = ", ".join(str(row["modes"]) for row in rows)
    seconds = mean("cpu_seconds", ".0f", with_deviation=False)
    return [modes, *(mean(key, ".3f") for key in COLUMNS_OF_TABLE.values()), seconds]


# --- The command ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Options:
    """Trains every objective on a ring and a grid of Gaussians, and counts the modes that it covers."""

    objectives: tuple[str, ...] = ()
    """Which objectives to train; default: all."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Seeds to train each with; the pictures show the least."""
    steps: int = STEPS
    """Updates of the generator, a multiple of 50."""
    out_dir: str = str(report.RESULTS)
    """Where the results go."""


def benchmark(options):
    """Trains, prints a line for each run, and writes the results."""
    _check(options)
    computer, started = report.machine(), time.perf_counter()
    names = options.objectives or tuple(RECIPES)
    runs = [
        Run(data, objective, seed, options.steps)
        for data, objective, seed in itertools.product(MIXTURES, names, sorted(options.seeds))
    ]
    results = []
    for row, samples in train_all(runs, threads()):
        results.append((row, samples))
        print(f"[{len(results)}/{len(runs)}] {_line(row)}", flush=True)
    seconds = time.perf_counter() - started
    result = {"machine": computer, "steps": options.steps, "seconds": seconds, "rows": [row for row, _ in results]}
    write(Path(options.out_dir), result, results)
    print(f"written: {Path(options.out_dir) / 'modes.md'}, after {seconds / 60:.1f} minutes")


def write(folder, result, results):
    """Writes the report, the figures and the pictures."""
    report.write(folder, "modes", markdown(result), result)
    for name in MIXTURES:
        draw_figure(name, results).save(folder / f"modes_{name}.png")


def _line(row):
    modes = f"{row['modes']} of {len(MIXTURES[row['data']].centres)} modes"
    return f"{row['data']}, {row['objective']}, seed {row['seed']}: {modes}, {row['high_quality']:.1%} of high quality"


def _check(options):
    for name in options.objectives:
        if name not in RECIPES:
            raise unknown("objective", name, RECIPES)
    if options.steps < STEPS_PER_EXECUTION or options.steps % STEPS_PER_EXECUTION:
        raise UserError(f"--steps must be a multiple of {STEPS_PER_EXECUTION}.")
    if min(options.seeds, default=-1) < 0:
        raise UserError("--seeds must be whole numbers of at least 0.")


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
