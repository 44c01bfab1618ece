"""Stages by hand: what a step does, how many examples it sees, and what happens from one stage to the next."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.callbacks.every import Every
from keras_gan.runs import fit
from keras_gan.storage import checkpoint
from keras_gan.training.optimizers import Adam
from keras_gan.training.stages import Schedule, Stage
from tests.training.linear import LinearGAN

BOTH = ("d", "g")


@pytest.mark.parametrize(
    ("order", "draws"),
    [
        (("d", "g"), [("d", "g")]),
        (("g", "d"), [("g", "d")]),
        (("d",), [("d",)]),
        (("g",), [("g",)]),
        (("d", "d", "d", "g"), [("d",), ("d",), ("d", "g")]),
        (("g", "g", "d"), [("g",), ("g", "d")]),
        (("g", "d", "d", "g"), [("g", "d"), ("d", "g")]),
        ((BOTH,), [(BOTH,)]),
        (("d", BOTH), [("d",), (BOTH,)]),
        ((BOTH, "g", "d"), [(BOTH,), ("g", "d")]),
    ],
)
def test_updates_share_a_draw_as_long_as_no_network_comes_again(order, draws):
    assert Stage("train", order=order).draws == draws


@pytest.mark.parametrize("order", [(), ("whenever",), ("d", "x"), (("g", "d"),), ("dg",)])
def test_orders_that_there_are_not(order):
    with pytest.raises(ValueError, match="order must be made of"):
        Stage("train", order=order)


@pytest.mark.parametrize("ends", [(None, None), (5, 5, None), (5, 3, None), (0, None), (-2, None), (4, None, None)])
def test_stages_end_one_after_the_other(ends):
    with pytest.raises(ValueError, match="one after the other"):
        Schedule(tuple(Stage(f"{number}", until=end) for number, end in enumerate(ends)))


# Of 4 examples each draw where nothing is said, a step sees 8, 5 and 4.
FIRST = Stage("first", until=3, order=("d", "d", "g"))
SECOND = Stage("second", until=7, order=("g",), batch_size=5)
LAST = Stage("last")
SCHEDULE = Schedule((FIRST, SECOND, LAST), 4)
SEEN = [0, 8, 16, 24, 29, 34, 39, 44, 48, 52, 56]


def test_where_stages_are():
    assert [SCHEDULE.index_at(step) for step in range(9)] == [0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert SCHEDULE.stage_at(6) is SECOND
    assert [SCHEDULE.start_of(index) for index in range(3)] == [0, 3, 7]


def test_examples_by_hand():
    assert [SCHEDULE.examples_per_step(stage) for stage in SCHEDULE.stages] == [8, 5, 4]
    assert [SCHEDULE.examples_before(step) for step in range(11)] == SEEN
    unknown = Schedule(SCHEDULE.stages)
    assert [unknown.examples_per_step(stage, 3) for stage in SCHEDULE.stages] == [6, 5, 3]
    assert unknown.examples_before(8, batch_size=3) == 3 * 6 + 4 * 5 + 3
    assert Schedule((Stage("alone", batch_size=6, order=("d", "d")),), 4).examples_before(3) == 3 * 12


def test_examples_of_a_step_that_is_a_tensor():
    for index, step in (0, 2), (1, 3), (1, 5), (1, 7), (2, 9):
        seen = SCHEDULE.examples_within(index, tf.constant(step, tf.int64))
        assert (seen.dtype, int(seen)) == (tf.int64, SEEN[step])
    batch = tf.constant(3, tf.int64)
    assert int(Schedule(SCHEDULE.stages).examples_within(2, tf.constant(8, tf.int64), batch)) == 41


def test_parts_of_a_run():
    assert list(SCHEDULE.parts(0, 9)) == [(FIRST, 0, 3), (SECOND, 3, 7), (LAST, 7, 9)]
    assert list(SCHEDULE.parts(2, 8)) == [(FIRST, 2, 3), (SECOND, 3, 7), (LAST, 7, 8)]  # resumed in the first
    assert list(SCHEDULE.parts(3, 6)) == [(SECOND, 3, 6)]  # resumed on the boundary, and shorter than the stages
    assert list(SCHEDULE.parts(7, 12)) == [(LAST, 7, 12)]
    assert list(SCHEDULE.parts(5, 5)) == []


def test_steps_that_see_so_many_examples():
    for examples in range(SEEN[-1] + 1):
        fewest = next(step for step, seen in enumerate(SEEN) if seen >= examples)
        assert SCHEDULE.steps_for(examples) == fewest, examples


# --- In training ------------------------------------------------------------------------------------------------------


def threes(batches):
    """Batches of two rows whose mean is 3."""
    return tf.data.Dataset.from_tensors(np.array([[1.0], [5.0]], np.float32)).repeat(batches)


def test_each_stage_does_its_own_updates():
    model = LinearGAN(Stage("one", until=2, order=("d",)), Stage("two", until=3, order=("g",)), Stage("three"))
    model.compile()
    seen = []
    look = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append((model.stage.name, model.w, model.v, set(logs)))
    )
    model.fit(threes(4), verbose=0, callbacks=[look])
    discriminator = {"d_loss", "d_real", "d_fake", "d_gradient", "d_real_accuracy", "d_fake_accuracy"}
    generator = {"g_loss", "g_fake", "g_gradient"}
    names, w, v, logs = zip(*seen, strict=True)
    assert names == ("one", "one", "two", "three")
    # D: v -= 0.1 (2 w - 3). G: w += 0.1 * 2 v.
    np.testing.assert_allclose(v, [4.7, 4.4, 4.4, 4.4 - 0.1 * (2 * 3.88 - 3)], rtol=1e-6)
    np.testing.assert_allclose(w, [3.0, 3.0, 3.88, 3.88 + 0.2 * 3.924], rtol=1e-6)
    assert w[0] == w[1] == 3.0
    assert v[1] == v[2]  # what a stage does not update keeps its bits
    assert logs == (discriminator, discriminator, generator, discriminator | generator)


def heavy(**options):
    """A model with momentum, whose optimizers begin anew at step 2."""
    model = LinearGAN(Stage("one", until=2, order=("d",)), Stage("two", order=("d",), reset_optimizers=True))
    optimizers = {
        f"{name}_optimizer": keras.optimizers.SGD(0.1, momentum=0.5) for name in ("generator", "discriminator")
    }
    model.compile(**optimizers, **options)
    return model


def test_optimizers_begin_anew_once():
    model, found = heavy(), []
    for _ in range(4):
        model.fit(threes(1), verbose=0)
        found.append(model.v)
    # The gradient is 2 * 3 - 3 all the time: steps of 0.3, and then of 0.3 and half of the last one.
    np.testing.assert_allclose(found, [5 - 0.3, 5 - 0.75, 5 - 1.05, 5 - 1.5], rtol=1e-6)
    assert int(model.discriminator_optimizer.iterations) == 2
    np.testing.assert_allclose(float(model.discriminator_optimizer.learning_rate), 0.1)


@pytest.mark.parametrize("saved_at", [1, 2, 3])  # before the boundary, on it, after it
def test_resumed_at_a_boundary_to_the_bit(saved_at, tmp_path):
    def made():
        model = LinearGAN(Stage("one", until=2), Stage("two", order=("g", "d"), reset_optimizers=True))
        model.compile(Adam(0.01), Adam(0.02))
        return model

    straight, first, second = made(), made(), made()
    straight.fit(threes(4), verbose=0)
    first.fit(threes(saved_at), verbose=0)
    checkpoint.save(first, tmp_path, saved_at)
    assert checkpoint.restore_newest(second, tmp_path) == saved_at
    second.fit(threes(4 - saved_at), verbose=0)
    variables = [[*model.variables, *model.discriminator_optimizer.variables] for model in (straight, second)]
    for one, other in zip(*variables, strict=True):
        np.testing.assert_array_equal(np.array(one), np.array(other), err_msg=one.path)


class Recorder(Every):
    """Writes down what it is told."""

    def __init__(self):
        super().__init__(every=2)
        self.told = []

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.told.append("begin")

    def at(self, step, logs):
        self.told.append((step, self.model.stage.name))

    def on_train_end(self, logs=None):
        super().on_train_end(logs)
        self.told.append("end")


def test_a_run_is_one_training_of_all_its_stages():
    model = LinearGAN(Stage("one", until=3, order=("d", "d", "g")), Stage("two", order=("g",), batch_size=5))
    model.compile(batch_size=4)
    asked, recorder = [], Recorder()

    def batches(stage, first_step):
        asked.append((stage.name, first_step))
        return tf.data.Dataset.from_tensors(np.ones((model.schedule.examples_per_step(stage), 1), np.float32)).repeat()

    run = SimpleNamespace(
        model=model,
        schedule=model.schedule,
        steps=5,
        batches=batches,
        options=None,
        strategy=tf.distribute.get_strategy(),
    )
    assert fit.fit(run, None, lambda: [recorder]) is None
    assert asked == [("one", 0), ("two", 3)]
    assert recorder.told == ["begin", (2, "one"), (4, "two"), (5, "two"), "end"]
    assert int(model.step) == 5


def test_the_average_knows_how_many_examples_each_stage_sees():
    model = LinearGAN(Stage("one", until=1, order=("d",)), Stage("two", order=("g",)), ema_rampup=0.5)
    model.compile(generator_optimizer=keras.optimizers.SGD(0.0))
    model.generator.weights[0].assign([[11.0]])
    averages = []
    for _ in range(3):
        model.fit(threes(1), verbose=0)
        averages.append(float(model.ema_generator.weights[0][0, 0]))
    # Two examples a step: of the distance 11 - 3 is kept 0.5 ** (2 / (0.5 * seen)), with 2, 4 and 6 seen.
    np.testing.assert_allclose(averages, 11 - 8 * np.cumprod([0.5**2, 0.5**1, 0.5 ** (2 / 3)]), rtol=1e-6)
