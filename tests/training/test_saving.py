"""Models and their networks as Keras saves and loads them."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import registry
from keras_gan.errors import UserError
from tests.conftest import ROOT, tiny
from tests.training.linear import LinearGAN

NETWORKS = ("generator", "discriminator", "ema_generator")


def learned(model):
    """All numbers of a compiled model."""
    return [*model.weights, *model.optimizer.variables, *model.discriminator_optimizer.variables]


def assert_same(numbers, others):
    for one, other in zip(numbers, others, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", registry.list_variants())
def test_every_variant_comes_back_whole_and_in_parts(name, tmp_path):
    model = tiny(name)
    model.compile(total_steps=20, batch_size=8)
    model.step.assign(7)
    model.save(tmp_path / "whole.keras")
    again = keras.models.load_model(tmp_path / "whole.keras")
    assert (type(again), again.config, again.seed) == (type(model), model.config, model.seed)
    assert [again.fields[each].words for each in again.fields] == [model.fields[each].words for each in model.fields]
    assert (again.schedule, again.course) == (model.schedule, model.course)
    assert_same(learned(model), learned(again))
    for network in NETWORKS:
        getattr(model, network).save(tmp_path / "part.keras")
        part = keras.models.load_model(tmp_path / "part.keras")
        assert_same(getattr(model, network).weights, part.weights)


@pytest.mark.parametrize(
    "options", [{}, pytest.param({"augment": "ada", "generator_optimizer": "sgd"}, marks=pytest.mark.slow)]
)
def test_what_comes_back_trains_on_to_the_bit(options, make_model, batches, tmp_path):
    if "generator_optimizer" in options:
        options = options | {"generator_optimizer": keras.optimizers.SGD(1e-3, momentum=0.9)}
    straight = make_model("cgan", **options)
    path = tmp_path / "{epoch}.keras"
    straight.fit(batches(1), epochs=2, verbose=0, callbacks=[keras.callbacks.ModelCheckpoint(path)])
    again = keras.models.load_model(tmp_path / "1.keras")
    assert again.augmentation == straight.augmentation
    again.fit(batches(1), verbose=0)
    assert_same(learned(straight), learned(again))
    np.testing.assert_array_equal(straight.sample(2), again.sample(2))


def test_a_model_of_no_variant_says_so_and_leaves_no_file(tmp_path):
    model = LinearGAN()
    model.compile()
    with pytest.raises(UserError, match="cannot be saved whole: use save_weights"):
        model.save(tmp_path / "whole.keras")
    assert not list(tmp_path.iterdir())
    model.save_weights(tmp_path / "some.weights.h5")
    model.load_weights(tmp_path / "some.weights.h5")


@pytest.mark.slow
def test_other_processes_load_them(make_model, tmp_path):
    model = make_model("wgan")
    model.save(tmp_path / "whole.keras")
    model.discriminator.save(tmp_path / "part.keras")
    program = (
        "import keras_gan; whole = keras_gan.load('whole.keras')",
        "import keras, keras_gan; part = keras.models.load_model('part.keras')",
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    for line in program:
        subprocess.run([sys.executable, "-W", "ignore", "-c", line], cwd=tmp_path, env=environment, check=True)
    assert_same(learned(keras_gan.load(tmp_path / "whole.keras")), learned(model))
