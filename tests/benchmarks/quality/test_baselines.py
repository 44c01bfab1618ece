"""What image-to-image models are compared with: by hand, and all of it through the command line."""

import dataclasses

import numpy as np
import pytest

from benchmarks.common.command import run
from benchmarks.quality import baselines
from keras_gan import config, registry
from keras_gan.commands import train
from keras_gan.data.image_sets import image_dataset
from tests.conftest import SHARED, save_dataset

WEIGHTS = SHARED / "data" / "weights"
OPTIONS = baselines.Options(models=())


def task(given, targets, masks=None, **of_training):
    known = image_dataset("some", **of_training) if of_training else None
    return baselines.Task(list(given), list(targets), masks, {"label": np.array([1, 0])}, known)


def plain(*colours, size=2):
    """An image of one colour for each."""
    return np.tile(np.array(colours, np.uint8)[:, None, None], (1, size, size, 1))


def test_a_colour_for_each_class_is_the_median_of_its_training_images():
    images = plain((10, 0, 0), (30, 200, 0), (20, 0, 90), (7, 8, 9))
    targets = plain((0, 0, 0), (0, 0, 0))
    given = task(targets, targets, images=images, labels=np.array([0, 0, 0, 1]), class_names="ab")
    first, second = baselines.colour_of_each_class(given)
    np.testing.assert_array_equal(first, plain((7, 8, 9))[0])  # the label of the first image is 1
    np.testing.assert_array_equal(second, plain((20, 0, 0))[0])


def test_a_colour_for_each_grey_depends_on_what_the_source_shows():
    images, sources = plain((9, 9, 1), (200, 0, 0)), plain((0, 0, 0), (255, 255, 255))
    source = np.stack([sources[0][0], sources[1][0]])
    (found,) = baselines.colour_of_each_grey(task([source], [source], images=images, sources=sources))
    np.testing.assert_array_equal(found[:, 0], [[9, 9, 1], [200, 0, 0]])


def test_the_mean_colour_is_what_training_images_have_beside_their_luminance():
    images = plain((100, 0, 0), (0, 100, 0))
    grey = np.full((2, 2, 1), 60, np.uint8)
    (found,) = baselines.mean_colour(task([grey], [images[0]], images=images))
    luminance = np.array([29.9, 58.7])
    shift = np.array([100 - luminance[0] - luminance[1], 100 - luminance.sum(), -luminance.sum()]) / 2
    np.testing.assert_allclose(found[0, 0], np.clip(60 + shift, 0, 255), atol=0.01)


def test_the_hole_alone_counts_in_the_hole(monkeypatch):
    monkeypatch.setattr(baselines, "_lpips", lambda *_: 0.0)
    target = np.zeros((4, 4, 3), np.uint8)
    made, mask = target.copy(), np.zeros((4, 4), bool)
    made[0, :2], made[3], mask[0] = 51, 255, True
    assert baselines._in_the_hole([made], task([target], [target], [mask]), OPTIONS)["L1 in the hole"] == pytest.approx(
        0.1
    )


def test_boxes_of_half_the_width():
    batch = {"real": np.ones((5, 8, 12, 3), np.float32)}
    found = baselines._with_half_boxes(batch)
    assert (found["mask"].sum(axis=(1, 2, 3)) == 4 * 6).all()
    assert len({each.tobytes() for each in found["mask"]}) > 1
    assert ((found["source"] == -1).all(axis=3) == (found["mask"][..., 0] > 0.5)).all()


def test_a_filter_takes_the_setting_that_is_best_on_training_images():
    given = dataclasses.replace(
        task([plain((5, 5, 5))[0]], [plain((5, 5, 5))[0]], images=plain((10, 10, 10), (20, 20, 20), size=16)),
        prepare=registry.preparation("denoise", registry.module("denoise").Config()),
    )
    (found,) = baselines._tuned(lambda image, by: np.full(image.shape, by, np.uint8), (0, 15, 90))(given)
    assert (found == 15).all()


@pytest.mark.slow
def test_the_command(tmp_path, capsys):
    if not WEIGHTS.is_dir():
        pytest.skip("the weights of SqueezeNet are not beside this checkout")
    options = config.RunConfig(
        variant="denoise",
        dataset=save_dataset(tmp_path / "pictures", "sample", 60),
        image_size=16,
        batch_size=4,
        steps=1,
        log_dir=str(tmp_path / "logs"),
        export_dir=str(tmp_path / "models"),
        export=("saved_model",),
        health=False,
        metrics=(),
    )
    assert train.run(options, dataclasses.asdict(registry.module("denoise").TINY)) == 0
    capsys.readouterr()
    code = run(
        baselines.Options,
        baselines.benchmark,
        [
            str(tmp_path / "models" / "denoise-pictures" / "1"),
            *("--dataset", options.dataset),
            *("--squeezenet-weights", str(WEIGHTS / "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5")),
            *("--lpips-weights", str(WEIGHTS / "lpips_lin_squeeze.npz")),
        ],
    )
    shown = capsys.readouterr()
    assert code == 0, shown.err
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in shown.out.splitlines() if "|" in line]
    assert [row[0] for row in rows[2:]] == ["noisy", "Gaussian", "median", "non-local means", "denoise"]
    assert np.isfinite([float(cell) for row in rows[2:] for cell in row[1:]]).all()


def test_what_is_no_image_to_image_model_is_refused(tmp_path, capsys):
    assert run(baselines.Options, baselines.benchmark, [str(tmp_path)]) == 2
    assert "error: " in capsys.readouterr().err
