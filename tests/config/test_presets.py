"""Presets: found without importing, complete, and what a run is that names one, or none."""

import dataclasses
import json

import pytest

from keras_gan import config, registry
from keras_gan.config import RunConfig
from keras_gan.errors import UserError
from keras_gan.runs import delivery

WITH_PRESETS = [name for name in registry.list_variants() if registry.presets(name)]


@pytest.mark.parametrize("variant", WITH_PRESETS)
def test_a_preset_names_options_that_there_are(variant):
    cls = registry.module(variant).Config
    for name, preset in registry.presets(variant).items():
        run = RunConfig(variant=variant, preset=name)
        assert preset.about, name
        assert {key: getattr(run, key) for key in preset.run} == preset.run  # also one that could not be left out
        config.from_dict(cls, preset.model, name)


def test_what_is_given_goes_before_the_preset():
    laptop = registry.preset("dcgan", "laptop")
    assert RunConfig(variant="dcgan").preset == "laptop"
    assert RunConfig(variant="dcgan").steps == laptop.run["steps"]
    assert RunConfig(variant="dcgan", steps=7).steps == 7
    assert RunConfig(variant="dcgan", minutes=2.0).steps is None
    assert RunConfig(variant="dcgan", preset="none").steps == 1500


def test_a_configuration_without_a_preset_has_the_defaults_of_its_day(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"variant": "dcgan", "model": {"latent_dim": 9}}')
    run, model = config.load_json(path)
    assert (run.preset, run.steps, model) == ("none", 1500, {"latent_dim": 9})
    path.write_text('{"variant": "dcgan", "preset": "laptop", "model": {"latent_dim": 9}}')
    run, model = config.load_json(path)
    assert model == {**registry.preset("dcgan", "laptop").model, "latent_dim": 9}
    assert run.steps == registry.preset("dcgan", "laptop").run["steps"]


def test_a_preset_is_stored_and_its_command_is_short():
    run = RunConfig(variant="dcgan")
    options = registry.module("dcgan").Config(**run.preset_options)
    assert json.loads(config.to_json(run, options))["preset"] == "laptop"
    assert delivery.command(run, options) == "python train.py --variant dcgan"
    wider = dataclasses.replace(options, generator_channels=20)
    assert delivery.command(run, wider).endswith("dcgan --model.generator-channels 20")
    none = RunConfig(variant="dcgan", preset="none")
    assert delivery.command(none, registry.module("dcgan").Config()).endswith("dcgan --preset none")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('PRESETS = {"laptop": Preset(about="x", modle={})}', "PRESETS cannot be read"),
        ('PRESETS = {"laptop": Preset(about="x", model={"a": 2 * 8})}', "no literal"),
        ('PRESETS = {"laptop": {"a": 2}}', "PRESETS cannot be read"),
    ],
)
def test_a_preset_that_cannot_be_read_is_named(text, message, tmp_path, monkeypatch):
    (tmp_path / "variants").mkdir()
    (tmp_path / "variants" / "mine.py").write_text(f'"""Mine."""\n\nVARIANT = Variant(gives="image")\n{text}\n')
    monkeypatch.setenv("KERAS_GAN_PLUGINS", str(tmp_path))
    with pytest.raises(UserError, match=message):
        registry.presets("mine")
