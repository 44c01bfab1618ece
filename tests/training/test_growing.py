"""Networks that grow: what each level gives, sees and learns from; stages; and a fade that goes on where it stopped."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.networks import growing
from keras_gan.training import building
from keras_gan.training.growing import GrowthOptions

OPTIONS = {"latent_dim": 6, "channel_base": 256, "max_channels": 8, "batch_sizes": (8, 8, 4)}
EDGE = 16


def made(**options):
    return building.create("progan", (EDGE, EDGE, 3), seed=1, **OPTIONS, **options)


def images(count, edge=EDGE, seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, (count, edge, edge, 3)).astype("float32")


def enlarged(values, times=2):
    return np.asarray(values).repeat(times, axis=1).repeat(times, axis=2)


def shrunk(values):
    values = np.asarray(values)
    return values.reshape(len(values), values.shape[1] // 2, 2, -1, 2, values.shape[3]).mean(axis=(2, 4))


@pytest.fixture(scope="module")
def model():
    return made()


def generate(model, size, share=None):
    latents = np.random.RandomState(5).normal(size=(3, 6)).astype("float32")
    return np.asarray(growing.generated(model.generator, model.generator.get_layer("first")(latents), size, share))


# --- What a level is --------------------------------------------------------------------------------------------------


def test_a_new_size_begins_as_the_old_one_enlarged(model):
    np.testing.assert_allclose(generate(model, 16, 0.0), enlarged(generate(model, 8)), atol=1e-6)
    np.testing.assert_allclose(generate(model, 16, 1.0), generate(model, 16), atol=1e-6)
    half = (enlarged(generate(model, 8)) + generate(model, 16)) / 2
    np.testing.assert_allclose(generate(model, 16, 0.5), half, atol=1e-6)


def test_the_old_way_to_images_does_not_matter_once_the_new_one_is_there():
    model = made()
    before, scores = generate(model, 16, 1.0), growing.scored(model.discriminator, images(4), 16, 1.0)
    for network, name in ((model.generator, "image_8"), (model.discriminator, "from_image_8")):
        kernel = network.get_layer(name).kernel
        kernel.assign(kernel + 1.0)
    np.testing.assert_allclose(generate(model, 16, 1.0), before, atol=1e-6)
    np.testing.assert_allclose(growing.scored(model.discriminator, images(4), 16, 1.0), scores, atol=1e-6)
    assert np.abs(generate(model, 16, 0.5) - before).max() > 0.01


def test_a_discriminator_begins_by_what_it_knows_of_shrunk_images(model):
    real = images(4)
    known = growing.scored(model.discriminator, shrunk(real), 8)
    np.testing.assert_allclose(growing.scored(model.discriminator, real, 16, 0.0), known, atol=1e-5)
    assert np.abs(growing.scored(model.discriminator, real, 16) - known).max() > 1e-3


@pytest.mark.parametrize("level", [0.0, 0.25, 1.0, 1.5, 2.0])
def test_whole_networks_do_as_their_parts_at_any_level(level):
    model = made()
    model.level.assign(level)
    model.seen_level.assign(level)
    number, share = int(np.ceil(level)), level % 1 or None
    size = 4 << number
    latents = np.random.RandomState(5).normal(size=(3, 6)).astype("float32")
    expected = enlarged(generate(model, size, share), EDGE // size)
    np.testing.assert_allclose(model.generator(latents), expected, atol=1e-5)
    real = seen = images(4)
    while seen.shape[1] > size:
        seen = shrunk(seen)
    expected = growing.scored(model.discriminator, seen, size, share)
    np.testing.assert_allclose(model.discriminator(real), expected, atol=1e-5)


def test_real_images_fade_in_as_well():
    model = made()
    model.compile(total_steps=50, batch_size=4)
    fading = model.schedule.stages[3]
    assert (fading.name, model.schedule.start_of(3), fading.until) == ("fade 0", 21, 28)
    model.stage, real = fading, images(2)
    for step, share in ((20, 0.0), (23, 3 / 7), (27, 1.0)):
        model.step.assign(step)
        expected = (1 - share) * enlarged(shrunk(real)) + share * real
        np.testing.assert_allclose(model.grown(tf.constant(real)), expected, atol=1e-6)
    model.stage = model.schedule.stages[0]
    np.testing.assert_allclose(model.grown(tf.constant(real)), shrunk(shrunk(real)), atol=1e-6)


# --- Stages -----------------------------------------------------------------------------------------------------------


def test_stages_of_a_run():
    options = GrowthOptions(batch_sizes=(32, 16))
    stages = options.stages(100)
    assert [stage.name for stage in stages] == ["stable 2", "fade 1", "stable 1", "fade 0", "stable 0"]
    assert [stage.until for stage in stages] == [15, 30, 45, 60, None]
    assert [stage.batch_size for stage in stages] == [32, 16, 16, None, None]
    assert [stage.reset_optimizers for stage in stages] == [False, True, False, True, False]
    assert [stage.name for stage in options.stages(None)] == ["stable 0"]
    assert [stage.name for stage in options.stages(3)] == ["stable 0"]
    assert [stage.name for stage in GrowthOptions(doublings=0).stages(100)] == ["stable 0"]


def test_images_too_small_for_so_many_doublings():
    with pytest.raises(UserError, match=r"16 px begin with at least 4 px, and double 2 times at most"):
        made(doublings=3)


def rows_of(schedule, first, last):
    for stage, start, end in schedule.parts(first, last):
        for step in range(start, end):
            yield stage, {"real": images(stage.batch_size or 4, seed=step)}


def trained(model, first, last):
    """The logs of steps, each by the traced step of its stage."""
    functions, logs = {}, []
    for stage, batch in rows_of(model.schedule, first, last):
        model.stage = stage
        step = functions.setdefault(stage.name, tf.function(model.train_step))
        logs.append({name: float(value) for name, value in step(batch).items()})
    return logs


def test_a_fade_goes_on_where_it_stopped(tmp_path):
    whole = made()
    whole.compile(total_steps=20, batch_size=4)
    expected = trained(whole, 0, 14)
    levels = [log["level"] for log in expected]
    assert levels == pytest.approx([0, 0, 0, 1 / 3, 2 / 3, 1, 1, 1, 1, 4 / 3, 5 / 3, 2, 2, 2])
    assert float(whole.ema_generator.get_layer("growth").level) == 2.0  # at once, and no average
    first = made()
    first.compile(total_steps=20, batch_size=4)
    trained(first, 0, 10)
    first.save_weights(tmp_path / "half.weights.h5")
    second = made()
    second.compile(total_steps=20, batch_size=4)
    second.load_weights(tmp_path / "half.weights.h5")
    assert trained(second, 10, 14) == expected[10:]


def test_what_rests_is_left_as_it_is():
    model = made()
    model.compile(total_steps=20, batch_size=4)
    names = ("image_16", "from_image_16", "block_16")
    before = {
        weight.path: np.array(weight)
        for network in (model.generator, model.discriminator)
        for layer in network.layers
        if layer.name in names
        for weight in layer.weights
    }
    trained(model, 0, 3)
    after = {weight.path: np.array(weight) for weight in model.weights if weight.path in before}
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[path], after[path]) for path in before)
    assert all(np.isfinite(np.array(weight)).all() for weight in model.weights)
