"""Which passes a step needs, worked out by hand for every variant, and the benchmark that times them, once through."""

import json
from types import SimpleNamespace

import pytest

from benchmarks import passes
from benchmarks.passes_worker import PASSES, PENALISED_AT, passes_needed
from keras_gan import registry

# Real images and fakes for the discriminator, fakes once more for the generator, which made them.
PLAIN = {"G'": 1, "D'": 2, "Dx": 1}
NEEDED = {
    "acgan": PLAIN,
    # Both gradients come from one scoring of the fakes.
    "began": {"G'": 1, "D'": 1, "D'x": 1},
    "cgan": PLAIN,
    "dcgan": PLAIN,
    # The penalty is taken at points of its own.
    "dragan": {"G'": 1, "D'": 2, "Dx": 1, "D''": 1},
    "gan": PLAIN,
    "lsgan": PLAIN,
    # Penalties where the loss is taken anyway, and real scores for the generator.
    "r3gan": {"G'": 1, "D": 1, "Dx": 1, "D''": 2},
    "sngan": PLAIN,
    # Five updates of the critic; the fakes of the last are the generator's.
    "wgan": {"G": 4, "G'": 1, "D'": 10, "Dx": 1},
    "wgan_gp": {"G": 4, "G'": 1, "D'": 10, "Dx": 1, "D''": 5},
}


@pytest.mark.parametrize("name", registry.list_variants("sample"))
def test_passes_needed(name):
    model = registry.create(name, (16, 16, 1), num_classes=3)
    needed = passes_needed(model)
    assert needed == NEEDED[name]
    assert set(needed) <= set(PASSES)


def model(**properties):
    """A stand-in with what decides the passes."""
    objective = SimpleNamespace(generator_needs_real=properties.pop("relativistic", False))
    plain = {"name": "new", "discriminator_steps": 1, "update_order": "discriminator_first", "objective": objective}
    return SimpleNamespace(**plain | properties)


def test_a_discriminator_not_updated_in_between_need_not_score_again():
    expected = {"G'": 1, "D'": 1, "D'x": 1}
    assert passes_needed(model(update_order="generator_first", relativistic=True)) == expected
    assert passes_needed(model(update_order="simultaneous", discriminator_steps=3)) == {**expected, "G": 2, "D'": 5}


def test_every_variant_that_takes_gradients_of_scores_is_known_to():
    users = {name for name in registry.list_variants("sample") if hasattr(registry.module(name), "penalties")}
    assert users == set(PENALISED_AT)


def test_charge():
    needed = {"G'": 1, "D'": 2}
    rounds = [
        {"step": [6.0, 9.0], "G'": [1.0, 2.0], "D'": [2.0, 3.5], "updates": [0.5, 1.0]},
        {"step": [8.0, 9.0], "G'": [2.0, 2.0], "D'": [3.0, 2.0], "updates": [0.7, 1.0]},
        {"step": [9.0, 8.0], "G'": [1.0, 2.0], "D'": [1.0, 3.0], "updates": [0.6, 1.0]},
    ]
    row = passes.charge(needed, rounds)
    assert row["sum"] == {"median": 5, "low": 4, "high": 6.5}  # of 5, 8 and 3
    assert row["ratio"]["median"] == pytest.approx(6 / 5)  # of 6/5, 8/8 and 9/3, not 8 over 5
    assert row["processor_ratio"]["median"] == pytest.approx(9 / 9)  # of 9/9, 9/6 and 8/8
    assert row["passes"]["D'"]["median"] == 2
    assert row["updates"]["median"] == 0.6


def test_quick_run(tmp_path, capsys):
    arguments = ["--variants", "dcgan", "wgan-gp", "--quick", "--out-dir", str(tmp_path)]
    assert passes.main(arguments) == 0
    report = capsys.readouterr().out
    assert report.strip() == (tmp_path / "passes.md").read_text(encoding="utf-8").strip()
    assert "| wgan_gp | 1 G, 1 G', 4 D', 1 Dx, 2 D'' |" in report  # the tiny one has two updates of the critic
    result = json.loads((tmp_path / "passes.json").read_text(encoding="utf-8"))
    assert set(result["variants"]) == set(result["targets"]) == {"dcgan", "wgan_gp"}
    for row in result["variants"].values():
        assert set(row["passes"]) == set(row["needed"])
        assert row["sum"]["median"] > 0


def test_unknown_variant(capsys):
    assert passes.main(["--variants", "dcgna"]) == 2
    assert "dcgan" in capsys.readouterr().err
