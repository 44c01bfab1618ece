"""The order of the data is a pure function of (seed, epoch, position)."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.data import pipeline
from keras_gan.data.image_sets import image_dataset
from keras_gan.distribution import devices
from keras_gan.modalities.image import Image
from keras_gan.randomness.noise import BatchNoise


def make(count=10, labels=True):
    pixels = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), np.uint8)
    names = tuple(map(str, range(count)))
    return image_dataset("test", pixels, np.arange(count, dtype=np.int32) if labels else None, names, "", "")


def order(batches, data=None, batch_size=4, **kwargs):
    dataset = pipeline.batches(data or make(), batch_size, **{"seed": 1, **kwargs})
    return np.concatenate([batch["label"] for batch in dataset.take(batches).as_numpy_iterator()])


def test_each_epoch_is_another_permutation():
    rows = order(5).tolist()
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert rows[:10] != rows[10:]


def test_seed_decides_the_order():
    assert order(5).tolist() == order(5).tolist()
    assert order(5).tolist() != order(5, seed=2).tolist()


def test_any_step_can_be_the_start():
    straight = order(9)
    for start in (1, 2, 5):
        np.testing.assert_array_equal(order(9 - start, start_step=start), straight[start * 4 :])


def test_images_and_labels_go_together_in_the_model_range():
    batch = next(iter(pipeline.batches(make(200), 8, seed=0)))
    np.testing.assert_allclose(batch["real"][:, 0, 0, 0], batch["label"].numpy() / 127.5 - 1, atol=1e-6)
    assert batch["real"].shape == (8, 2, 2, 1)
    assert batch["label"].dtype == tf.int32


def test_no_labels_no_key():
    assert set(next(iter(pipeline.batches(make(labels=False), 4, seed=0)))) == {"real"}


def test_a_batch_may_be_larger_than_the_data():
    assert sorted(order(2, make(3), batch_size=6).tolist()) == sorted([0, 1, 2] * 4)


def test_replicas_share_a_batch_in_order():
    strategy = devices.make_strategy("mirrored")
    shared = next(iter(strategy.experimental_distribute_dataset(pipeline.batches(make(), 4, seed=1))))
    parts = strategy.experimental_local_results(shared["label"])
    np.testing.assert_array_equal(np.concatenate(parts), order(1))


@pytest.mark.parametrize("augment", [(), ("flip", "color")])
def test_workers_share_a_batch_in_order(augment):
    straight = list(pipeline.batches(make(), 12, seed=1, augment=augment, start_step=2).take(3).as_numpy_iterator())
    for worker in range(3):  # of two replicas each
        context = tf.distribute.InputContext(3, worker, num_replicas_in_sync=6)
        stream = pipeline.batches(make(), 12, seed=1, augment=augment, start_step=2, context=context)
        for draw, part in enumerate(stream.take(6).as_numpy_iterator()):
            rows = slice(worker * 4 + draw % 2 * 2, worker * 4 + draw % 2 * 2 + 2)
            for name in ("real", "label"):
                np.testing.assert_array_equal(part[name], straight[draw // 2][name][rows])


def test_the_stream_says_that_it_has_no_end():
    # Otherwise several workers ask one another at every step whether all have more.
    assert pipeline.batches(make(), 4, seed=1).cardinality() == tf.data.INFINITE_CARDINALITY


@pytest.mark.parametrize(
    ("version", "rows"),
    [
        (1, [0, 1, 2, 3, 5, 4, 6, 7, 8, 9, 8, 3, 1, 7, 0, 5, 4, 9, 6, 2]),
        (2, [3, 4, 7, 6, 1, 9, 2, 5, 8, 0, 6, 8, 4, 7, 5, 1, 9, 2, 3, 0]),
    ],
)
def test_an_order_never_changes(version, rows):
    # Runs that were begun with an older version go on to the bit.
    assert order(5, order=version).tolist() == rows


@pytest.mark.parametrize("count", [3, 7, 16, 30, 64, 100, 250])
def test_every_epoch_of_a_small_set_is_as_good_as_random(count):
    """Of 40 seeds and 5 epochs each: of the rows' own order nothing is left, nor of the epoch's before."""
    data, epochs = image_dataset("test", np.zeros((count, 1, 1, 1), np.uint8), None, (), "", ""), 5
    positions = tf.range(epochs * count, dtype=tf.int64)
    found = np.array(
        [pipeline._indices(data, positions, seed, pipeline.ORDER, False)[("real",)] for seed in range(40)]
    ).reshape(40, epochs, count)
    assert (np.sort(found) == np.arange(count)).all()
    for first, second in ((found, np.broadcast_to(np.arange(count), found.shape)), (found[:, 1:], found[:, :-1])):
        trials = first.shape[0] * first.shape[1]
        # Correlations of random orders are 0 ± 1 / sqrt(count - 1), and one row is where it was.
        scores = [
            np.corrcoef(*pair)[0, 1]
            for pair in zip(*(each.reshape(trials, -1) for each in (first, second)), strict=True)
        ]
        scores = np.array(scores) * np.sqrt(count - 1)
        assert abs(scores.mean()) < 4 / np.sqrt(trials)
        assert scores.std() < 1.25
        assert abs(scores).max() < 4.5
        assert (first == second).sum() / trials == pytest.approx(1, abs=4 / np.sqrt(trials))


def test_the_first_batch_of_a_set_that_lies_class_by_class_has_all_classes():
    classes = np.repeat(np.arange(10, dtype=np.int32), 64)
    pixels = np.zeros((640, 1, 1, 1), np.uint8)
    data = image_dataset("test", pixels, classes, tuple(map(str, range(10))), "", "")
    for seed in range(20):
        counts = np.bincount(order(1, data, 64, seed=seed), minlength=10)
        assert counts.max() <= 17  # of 64; 6.4 are expected, more than 17 once in 10,000 times
        assert counts.min() >= 0


# --- Sources -------------------------------------------------------------------------------------------------------


def two_sided(count=10, sources=None, size=2):
    """Images that hold their index, sources 100 more; aligned unless the number of sources is given."""
    base = make(count).columns["real"][:, :1, :1] * np.ones((1, size, size, 3), np.uint8)
    other = 100 + np.arange(sources or count, dtype=np.uint8)[:, None, None, None] * np.ones(
        (1, size, size, 1), np.uint8
    )
    return image_dataset("test", base, np.arange(count, dtype=np.int32), (), "", "", other, sources is None)


def numbers(batch, name):
    return np.rint((np.asarray(batch[name])[:, 0, 0, 0] + 1) * 127.5).astype(int)


def pairs(data, batches, **kwargs):
    """All `(image, source)` of the stream, as numbers."""
    taken = pipeline.batches(data, 5, **{"seed": 1, **kwargs}).take(batches)
    return [pair for b in taken for pair in zip(numbers(b, "real"), numbers(b, "source") - 100, strict=True)]


def test_a_source_comes_with_its_image():
    batch = next(iter(pipeline.batches(two_sided(), 4, seed=1)))
    assert (batch["real"].shape, batch["source"].shape) == ((4, 2, 2, 3), (4, 2, 2, 1))
    found = pairs(two_sided(), 4)
    assert all(image == source for image, source in found)
    images = [int(image) for image, _ in found]
    assert images == [3, 4, 7, 6, 1, 9, 2, 5, 8, 0, 6, 8, 4, 7, 5, 1, 9, 2, 3, 0]  # for ever


def test_unrelated_sources_have_an_order_of_their_own():
    found = pairs(two_sided(10, sources=10), 4)
    sources = [int(source) for _, source in found]
    assert sources == [7, 3, 5, 4, 6, 1, 8, 2, 0, 9, 3, 4, 9, 8, 6, 0, 1, 5, 7, 2]  # for ever
    assert set(found[:10]) != set(found[10:])  # other pairs in each epoch
    assert pairs(two_sided(10, sources=10), 2, start_step=2) == found[10:]


def test_unrelated_sets_of_different_sizes_have_epochs_of_their_own():
    found = pairs(two_sided(10, sources=4), 4)
    for start in range(0, 20, 10):
        assert sorted(image for image, _ in found[start : start + 10]) == list(range(10))
    for start in range(0, 20, 4):
        assert sorted(source for _, source in found[start : start + 4]) == list(range(4))
    assert {source for _, source in pairs(two_sided(10, sources=1), 2)} == {0}


@pytest.mark.parametrize("which", ["images", "sources"])
def test_orders_of_two_sided_data_are_as_good_as_random(which):
    # With four rounds and keys like (0, seed) small sets came nearly in order: correlations up to 0.8 at this size.
    count = 60
    for seed in range(8):
        for epoch in range(4):
            positions = tf.range(epoch * count, (epoch + 1) * count, dtype=tf.int64)
            rows = pipeline._shuffled(positions, count, pipeline._key(seed, which)).numpy()
            assert sorted(rows) == list(range(count))
            assert abs(np.corrcoef(rows, np.arange(count))[0, 1]) < 0.45  # 3.5 standard deviations
            assert (rows == np.arange(count)).sum() <= 6


def pictures(count, size=16, seed=0):
    """Coloured noise, smooth enough that resampling leaves it recognizable."""
    coarse = np.random.default_rng(seed).integers(40, 216, (count, size // 4, size // 4, 3), dtype=np.uint8)
    return coarse.repeat(4, axis=1).repeat(4, axis=2)


def test_augmentation_is_the_same_on_both_sides_of_a_pair():
    # The same pictures on both sides must stay the same, whatever is done to them.
    images = pictures(12)
    twins = image_dataset("test", images, None, (), "", "", images.copy())
    batch = next(iter(pipeline.batches(twins, 12, seed=1, augment=Image.augmentations)))
    np.testing.assert_array_equal(batch["real"], batch["source"])
    plain = next(iter(pipeline.batches(twins, 12, seed=1)))
    assert np.abs(batch["real"] - plain["real"]).max(axis=(1, 2, 3)).min() > 0.05  # and each is changed


def test_grey_sources_move_with_their_coloured_images():
    images = pictures(6)
    data = image_dataset("test", images, None, (), "", "", images[..., :1].copy())
    augment = ("flip", "rotate", "crop", "scale")
    batch = next(iter(pipeline.batches(data, 6, seed=1, augment=augment)))
    np.testing.assert_array_equal(batch["real"][..., :1], batch["source"])


def test_augmentation_of_pairs_is_that_of_images_alone():
    # As one number says where the light comes from: the changes do not depend on there being sources.
    images = pictures(1)
    alone = image_dataset("test", images, None, (), "", "")
    twins = image_dataset("test", images, None, (), "", "", images.copy())
    one, two = (next(iter(pipeline.batches(data, 4, seed=1, augment=Image.augmentations))) for data in (alone, twins))
    np.testing.assert_array_equal(one["real"], two["real"])


def test_augmentation_of_unrelated_sets_is_independent():
    images = pictures(1)
    strangers = image_dataset("test", images, None, (), "", "", images.copy(), aligned=False)
    batch = next(iter(pipeline.batches(strangers, 64, seed=1, augment=("flip",))))
    plain = images[0] / np.float32(127.5) - 1
    flipped = [np.abs(batch[name] - plain).max(axis=(1, 2, 3)) > 1e-3 for name in ("real", "source")]
    assert 16 < flipped[0].sum() < 48  # each about half of the time
    assert 16 < flipped[1].sum() < 48
    assert 16 < (flipped[0] != flipped[1]).sum() < 48  # and whether one is says nothing of the other


# --- Preparation ---------------------------------------------------------------------------------------------------


def prepare(batch, noise):
    """Adds what depends on everything that it may depend on."""
    shape = batch["real"].shape[1:]
    return {**batch, "mask": noise.uniform((2,), "hole"), "noisy": batch["real"] + noise.normal(shape, "snow")}


def test_preparation_comes_last_and_its_shapes_are_known():
    stream = pipeline.batches(make(), 4, seed=1, augment=("flip",), prepare=prepare)
    assert stream.element_spec["mask"].shape == (4, 2)
    assert stream.element_spec["noisy"].shape == (4, 2, 2, 1)
    batch = next(iter(stream))
    plain = next(iter(pipeline.batches(make(), 4, seed=1, augment=("flip",), prepare=lambda batch, noise: batch)))
    np.testing.assert_array_equal(batch["real"], plain["real"])
    assert 0.3 < np.std(batch["noisy"] - batch["real"]) < 3


@pytest.mark.parametrize("data", [make(), two_sided(10, sources=7)], ids=["alone", "unpaired"])
def test_workers_prepare_a_batch_as_one_would(data):
    augment = ("flip", "light")
    options = {"seed": 1, "augment": augment, "start_step": 2, "prepare": prepare}
    straight = list(pipeline.batches(data, 12, **options).take(3).as_numpy_iterator())
    for worker in range(3):  # of two replicas each
        context = tf.distribute.InputContext(3, worker, num_replicas_in_sync=6)
        stream = pipeline.batches(data, 12, **options, context=context)
        for draw, part in enumerate(stream.take(6).as_numpy_iterator()):
            rows = slice(worker * 4 + draw % 2 * 2, worker * 4 + draw % 2 * 2 + 2)
            assert part.keys() == straight[0].keys()
            for name, values in part.items():
                np.testing.assert_array_equal(values, straight[draw // 2][name][rows])


def batch_noise(seed, position, batch_size, offset, rows):
    """The noise that preparation is given."""
    return BatchNoise(f"{seed}/preparation/{{}}", tf.constant(position, tf.int64), batch_size, offset, rows)


def test_noise_never_changes():
    noise = batch_noise(5, 16, batch_size=4, offset=2, rows=2)
    uniform = [[0.5292844772338867, 0.8950271606445312], [0.49377191066741943, 0.3856348991394043]]
    normal = [[-0.6912273168563843, 0.8914389610290527], [0.7820826172828674, -0.8942650556564331]]
    np.testing.assert_allclose(noise.uniform((2,), "hole"), uniform, rtol=1e-6)
    np.testing.assert_allclose(noise.normal((2,), "hole"), normal, rtol=1e-5)


def test_noise_depends_on_seed_place_and_purpose():
    def drawn(seed=5, position=16, purpose="hole"):
        return batch_noise(seed, position, 4, 0, 4).uniform((3,), purpose).numpy()

    np.testing.assert_array_equal(drawn(), drawn())
    for other in (drawn(seed=6), drawn(position=20), drawn(purpose="snow")):
        assert not np.isin(other, drawn()).any()


def test_noise_is_what_it_says():
    noise = batch_noise(5, 0, 1000, 0, 1000)
    uniform, normal = noise.uniform((20,), "a").numpy(), noise.normal((20,), "a").numpy()
    assert uniform.dtype == normal.dtype == np.float32
    assert 0 <= uniform.min() < 0.001 < 0.999 < uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.01
    assert abs(normal.mean()) < 0.03
    assert abs(normal.std() - 1) < 0.02


# --- Examples ------------------------------------------------------------------------------------------------------


def test_examples_are_a_random_sample_of_the_set():
    batch = pipeline.examples(two_sided(100), 40)
    chosen = numbers(batch, "real")
    assert len(set(chosen)) == 40
    assert (np.diff(chosen) < 0).any()
    assert (np.bincount(chosen // 25) > 4).all()
    assert (numbers(batch, "source") - 100 == chosen).all()
    assert (batch["label"] == chosen).all()
    # The first ones are a sample, too, and the same ones however many there are.
    np.testing.assert_array_equal(numbers(pipeline.examples(two_sided(100), 7), "real"), chosen[:7])
    assert all(isinstance(values, np.ndarray) for values in batch.values())
    assert batch["real"].dtype == np.float32
    assert sorted(numbers(pipeline.examples(make(3), 10), "real")) == [0, 1, 2]


def test_examples_of_unrelated_sets_are_a_sample_of_each():
    batch = pipeline.examples(two_sided(100, sources=10), 10)
    assert len(set(numbers(batch, "real"))) == 10
    assert sorted(numbers(batch, "source")) == list(range(100, 110))


def test_examples_are_always_the_same():
    data = make(200)
    one, again = (pipeline.examples(data, 150, prepare) for _ in range(2))
    for name, values in one.items():
        assert len(values) == 150
        np.testing.assert_array_equal(values, again[name])
    assert not np.array_equal(one["mask"], pipeline.examples(data, 150, prepare, seed=1)["mask"])
    assert len(np.unique(one["mask"])) > 250  # each block of 64 has noise of its own
    # As many as one likes: the noise of example i stays.
    np.testing.assert_array_equal(pipeline.examples(data, 70, prepare)["mask"], one["mask"][:70])


def test_examples_have_other_noise_than_training():
    training = next(iter(pipeline.batches(make(), 64, seed=0, prepare=prepare)))["mask"]
    assert not np.isin(pipeline.examples(make(), 10, prepare)["mask"], training).any()
