"""Which passes a step needs, worked out by hand for every variant, and the benchmark that times them, once through."""

import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.common.command import run
from benchmarks.common.program import UserError, image_variants
from benchmarks.peers import description
from benchmarks.peers.pytorch import PEERS, find_torch
from benchmarks.speed import passes, passes_worker
from benchmarks.speed.bare_step import random_batch
from benchmarks.speed.passes_worker import PASSES, PENALISED_AT, passes_needed
from keras_gan import registry
from keras_gan.training import building
from keras_gan.training.stages import Schedule, Stage
from tests.conftest import small_data

# Real images and fakes for the discriminator, fakes once more for the generator, which made them.
PLAIN = {"G'": 1, "D'": 2, "Dx": 1}
NEEDED = {
    "acgan": PLAIN,
    # Both gradients come from one scoring of the fakes.
    "began": {"G'": 1, "D'": 1, "D'x": 1},
    # Of the generator its drawer, on twice the rows; what looks at faces is not trained, and counts as nothing.
    "cartoonise": PLAIN,
    "cgan": PLAIN,
    "colorize": PLAIN,
    # Both directions at once: fakes and identities; there and back; the discriminators are shown fakes of a pool.
    "cyclegan": {"G'": 1, "G'x": 1, "D'": 2, "Dx": 1},
    "dcgan": PLAIN,
    "denoise": PLAIN,
    # The penalty is taken at points of its own.
    "dragan": {"G'": 1, "D'": 2, "Dx": 1, "D''": 1},
    "gan": PLAIN,
    "inpaint": PLAIN,
    "lsgan": PLAIN,
    # R1 in every eighth step, in the films and in the frames that are judged by themselves.
    "mocogan": {"G'": 1, "D'": 1 + 7 / 8, "Dx": 1, "D''": 1 / 8},
    "motiongan": {"G'": 1, "D'": 1.75, "Dx": 1, "D''": 0.25},
    "pix2pix": PLAIN,
    "progan": {"G'": 1, "D'": 2, "Dx": 1, "D''": 1},
    # Penalties where the loss is taken anyway, and real scores for the generator.
    "r3gan": {"G'": 1, "D": 1, "Dx": 1, "D''": 2},
    "sngan": PLAIN,
    # The updated discriminator has to see the real images for the features that are wanted.
    "srgan": {**PLAIN, "D": 1},
    # Where no pretrained network is at hand, the updated discriminator has to see parts of the style picture.
    "style_transfer": {**PLAIN, "D": 1},
    "stylegan": {"G'": 1, "D'": 1, "Dx": 1, "D''": 1},
    # R1 in every 16th step, and half a batch of path lengths in every fourth.
    "stylegan2": {"G'": 1, "G''": 0.25, "D'": 1 + 15 / 16, "Dx": 1, "D''": 1 / 16},
    # Five updates of the critic; the fakes of the last are the generator's.
    "wgan": {"G": 4, "G'": 1, "D'": 10, "Dx": 1},
    "wgan_gp": {"G": 4, "G'": 1, "D'": 10, "Dx": 1, "D''": 5},
}


@pytest.mark.parametrize("name", passes.measured())
def test_passes_needed(name, monkeypatch, tmp_path):
    if name in OWN_DATA:
        assert passes_needed(tiny(name)) == NEEDED[name]
        return
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path))  # what lies there decides what style_transfer needs
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    settings = passes.settings_of(name, quick=True)
    model = building.create(name, settings["image_shape"], settings["num_classes"])
    needed = passes_needed(model)
    assert needed == NEEDED[name]
    assert set(needed) <= set(PASSES)


def model(*order, relativistic=False, name="new", **options):
    """A stand-in with what decides the passes; its last stage has this order."""
    schedule = Schedule((Stage("first", until=5, order=("d",) * 7), Stage("last", order=order)))
    objective = SimpleNamespace(generator_needs_real=relativistic)
    return SimpleNamespace(name=name, schedule=schedule, objective=objective, config=SimpleNamespace(**options))


def test_a_lazy_penalty_counts_once_in_its_interval():
    # In three of four steps the loss alone meets the real images and the fakes.
    lazy = passes_needed(model("d", "g", relativistic=True, name="r3gan", penalty_interval=4))
    assert lazy == {"G'": 1, "D": 1, "D'": 1.5, "Dx": 1, "D''": 0.5}
    # Points of its own are met in the fourth step only; the loss meets reals and fakes in all.
    lazy = passes_needed(model("d", "d", "g", name="wgan_gp", penalty_interval=4))
    assert lazy == {"G": 1, "G'": 1, "D'": 4, "Dx": 1, "D''": 0.5}


def test_whole_intervals():
    assert [passes.whole_intervals(count, 4) for count in (1, 4, 5)] == [4, 4, 8]
    assert passes.whole_intervals(2, 1) == 2


def test_a_discriminator_not_updated_in_between_need_not_score_again():
    expected = {"G'": 1, "D'": 1, "D'x": 1}
    assert passes_needed(model("g", "d", relativistic=True)) == expected
    assert passes_needed(model("d", "d", ("d", "g"))) == {**expected, "G": 2, "D'": 5}


def test_a_network_that_rests_needs_nothing_of_its_own():
    assert passes_needed(model("g")) == {"G'": 1, "Dx": 1}
    assert passes_needed(model("g", relativistic=True)) == {"G'": 1, "D": 1, "Dx": 1}
    assert passes_needed(model("d")) == {"G": 1, "D'": 2}


def test_every_variant_that_takes_gradients_of_scores_is_known_to():
    users = {name for name in passes.measured() if hasattr(registry.module(name), "penalties")}
    assert users == set(PENALISED_AT)


def test_settings():
    assert passes.settings_of("r3gan") == {"image_shape": (32, 32, 1), "num_classes": 10, "batch_size": 64}
    assert passes.settings_of("srgan") == {"image_shape": (64, 64, 3), "num_classes": 0, "batch_size": 16}
    assert passes.settings_of("cyclegan") == {"image_shape": (64, 64, 3), "num_classes": 0, "batch_size": 1}
    assert passes.settings_of("mocogan") == {"image_shape": None, "num_classes": 0, "batch_size": 16}
    assert passes.settings_of("motiongan")["batch_size"] == 64
    assert set(OWN_DATA) <= set(passes.measured()) - set(image_variants())


OWN_DATA = ("mocogan", "motiongan")


def tiny(name, size=16):
    module, shape = registry.module(name), (size, size, 3)
    fields = small_data(name, 24).fields if name in OWN_DATA else building.image_fields(name, shape)
    return building.build(name, module.TINY, fields)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("pix2pix", {"source": (16, 16, 3)}),
        ("cyclegan", {"source": (16, 16, 3)}),
        ("srgan", {"source": (4, 4, 3)}),
        ("colorize", {"source": (16, 16, 1)}),
        ("inpaint", {"source": (16, 16, 3), "mask": (16, 16, 1)}),
    ],
)
def test_random_batch(name, given):
    batch = random_batch(tiny(name), (16, 16, 3), batch_size=2, draws=3)
    assert {key: tuple(value.shape) for key, value in batch.items()} == {
        key: (6, *shape) for key, shape in {"real": (16, 16, 3), **given}.items()
    }
    assert all(-1 <= np.min(value) < np.max(value) <= 1 for value in batch.values())
    assert np.any(
        batch["source"][..., :1] != batch["real"][:, : batch["source"].shape[1], : batch["source"].shape[2], :1]
    )
    assert set(np.unique(batch.get("mask", 0.0))) <= {0.0, 1.0}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pix2pix", "cyclegan", "srgan", "denoise", "inpaint", "colorize", *OWN_DATA])
def test_steps_and_passes_run(name):
    settings = passes.settings_of(name, quick=True)
    model, programs = passes_worker.build(name, **settings, tiny=True)
    assert list(programs) == ["step", *passes_needed(model), "updates"]
    before, first = [np.array(weight) for weight in model.discriminator.trainable_variables], int(model.step.value)
    for program in programs.values():
        program()
    assert int(model.step.value) == first + 1
    # In the last stage no discriminator rests.
    assert first == max(stage.until or 0 for stage in model.schedule.stages)
    assert any(np.any(a != np.array(b)) for a, b in zip(before, model.discriminator.trainable_variables, strict=True))


def outcomes(name):
    """Shapes of what each pass of a tiny model with a batch of 2 is given and hands out, and the model."""
    model = tiny(name)
    found, shape = {}, model.fields["real"].shape
    for key, (function, (inputs, upstream)) in passes_worker.functions(model, shape, 2).items():
        found[key] = ([tuple(each.shape) for each in inputs], function(inputs, upstream))
    return model, found


def shapes(tensors):
    return [tuple(tensor.shape) for tensor in tensors]


def test_passes_of_a_cycle():
    model, found = outcomes("cyclegan")
    images, weights = [(2, 16, 16, 3)] * 2, shapes(model.generator.trainable_variables)
    # Fakes and identities are one batch of twice the rows.
    assert found["G'"][0] == [(4, 16, 16, 3)] * 2
    assert shapes(found["G'"][1]) == weights
    given, (in_weights, in_sources) = found["G'x"]
    assert given == images
    assert (shapes(in_weights), shapes(in_sources)) == (weights, images)
    assert shapes(found["D'"][1]) == shapes(model.discriminator.trainable_variables)
    assert shapes(found["Dx"][1]) == images


def test_passes_beside_conditions():
    model, found = outcomes("inpaint")
    assert found["G'"][0] == found["Dx"][0] == [(2, 16, 16, 3), (2, 16, 16, 1)]
    assert shapes(found["G'"][1]) == shapes(model.generator.trainable_variables)
    assert shapes(found["Dx"][1]) == [(2, 16, 16, 3)]  # no one wants the mask's


def test_passes_of_films():
    model, found = outcomes("mocogan")
    films, stills = (2, 16, 32, 32, 3), (2, 2, 32, 32, 3)
    assert found["Dx"][0] == [films, (2,), stills]
    # A generator makes the films, and so the frames of them; labels get no gradient.
    assert shapes(found["Dx"][1]) == [films, stills]
    assert shapes(found["D''"][1]) == shapes(model.discriminator.trainable_variables)
    assert shapes(found["G'"][1]) == shapes(model.generator.trainable_variables)


def test_passes_of_movement():
    model, found = outcomes("motiongan")
    (sequences, labels), (gradients,) = found["Dx"]
    assert (sequences, labels) == (tuple(gradients.shape), (2,))
    assert sequences[2] > model.fields["real"].model_shape[1]  # places of joints are shown besides
    assert shapes(found["G'"][1]) == shapes(model.generator.trainable_variables)


def sizes(layers):
    """Width, edge of the kernel, stride, whether transposed, whether normalised."""
    keys = ("width", "size", "stride", "transposed", "normalized")
    return [tuple(int(layer[key]) for key in keys) for layer in layers]


def test_description_of_pix2pix():
    model = tiny("pix2pix", 32)
    facts = description_of(model)
    down = [(4, 4, 2, 0, 0), (8, 4, 2, 0, 1), (16, 4, 2, 0, 1), (32, 4, 2, 0, 1), (32, 4, 2, 0, 0)]
    up = [(32, 4, 2, 1, 1), (16, 4, 2, 1, 1), (8, 4, 2, 1, 1), (4, 4, 2, 1, 1), (3, 4, 2, 1, 0)]
    assert sizes(facts["generator"]) == down + up
    assert sizes(facts["discriminator"]) == [(4, 4, 2, 0, 0), (8, 4, 1, 0, 1), (1, 4, 1, 0, 0)]
    assert facts["dropout"] == [0.5, 0.0, 0.0]
    assert (facts["l1_weight"], facts["adversarial_weight"], facts["beta_2"]) == (100.0, 1.0, 0.999)


def test_description_of_cyclegan():
    model = tiny("cyclegan")
    facts = description_of(model)
    assert sizes(facts["generator"]) == [
        (4, 7, 1, 0, 1),
        (8, 3, 2, 0, 1),
        (16, 3, 2, 0, 1),
        (16, 3, 1, 0, 1),
        (16, 3, 1, 0, 1),
        (8, 3, 1, 0, 1),
        (4, 3, 1, 0, 1),
        (3, 7, 1, 0, 0),
    ]
    assert facts["skip"]
    assert facts["generator_weights"] == 2 * model.generator.get_layer("BtoA").count_params()
    assert (facts["pool_size"], facts["cycle_weight"], facts["identity_weight"]) == (12, 10.0, 0.5)
    assert facts["learning_rate"] == pytest.approx(5e-4)


def description_of(model):
    model.compile()
    facts = description.translation(model, (16, 16, 3))
    json.dumps(facts)  # as it is handed over
    return facts


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


def test_cases():
    options = passes.Options(variants=("WGAN-GP", "dcgan"), precision=("float32", "mixed_bfloat16"), options='{"a": 1}')
    names = [str(case) for case in passes.cases_of(options)]
    assert names == ["wgan_gp a=1", "wgan_gp mixed_bfloat16 a=1", "dcgan a=1", "dcgan mixed_bfloat16 a=1"]
    options = passes.Options(variants=("dcgan",), preset=("none", "laptop"))
    assert [str(case) for case in passes.cases_of(options)] == ["dcgan", "dcgan laptop"]
    assert [case.variant for case in passes.cases_of(passes.Options())] == passes.measured()


@pytest.mark.parametrize("text", ["{", "3", '["a"]'])
def test_options_that_are_no_object(text):
    with pytest.raises(UserError, match="--options takes a JSON object"):
        passes.cases_of(passes.Options(options=text))


def test_unknown_preset():
    with pytest.raises(UserError, match="laptp"):
        passes.cases_of(passes.Options(variants=("dcgan",), preset=("laptp",)))


def test_options_of_a_case():
    def config(**options):
        settings = {**passes.settings_of("dcgan", quick=True), "tiny": True, "preset": "laptop"}
        return passes_worker.build("dcgan", **settings, options=options)[0].config

    # A tiny network stays tiny; what does not make it large is the preset's, but for what is said.
    assert (
        dataclasses.asdict(config(beta_1=0.25)).items()
        >= {
            "generator_channels": 4,
            "fused_batch_norm": True,
            "generator_learning_rate": 1e-3,
            "beta_1": 0.25,
        }.items()
    )
    with pytest.raises(UserError, match="beta1"):
        config(beta1=0.25)


def test_description_of_r3gan():
    model = tiny("r3gan")
    model.compile()
    facts = description.described(model, (16, 16, 3))
    json.dumps(facts)
    shapes = [(block["size"], block["width"], block["inner"], block["groups"]) for block in facts["generator_blocks"]]
    assert shapes == [(4, 8, 8, 1), (8, 8, 8, 1), (16, 4, 4, 1)]
    shapes = [(block["size"], block["width"], block["inner"]) for block in facts["discriminator_blocks"]]
    assert shapes == [(16, 4, 4), (8, 8, 8), (4, 8, 8)]
    assert (facts["penalty_interval"], facts["beta_1"], facts["gamma"]) == (1, 0.0, 1.0)
    rates = (facts["learning_rate"], facts["discriminator_learning_rate"])
    assert rates == pytest.approx((1e-2, 1e-3))
    assert (facts["lean"], facts["output"], facts["equalized"]) == (False, "linear", False)


def test_description_of_wgan_gp():
    model = tiny("wgan_gp")
    model.compile()
    facts = description.described(model, (16, 16, 3))
    json.dumps(facts)
    assert (facts["critic_steps"], facts["penalty_weight"], facts["penalty_interval"]) == (2, 10.0, 1)
    assert (facts["generator_widths"], facts["discriminator_widths"]) == ([8, 4, 3], [4, 8])


@pytest.mark.parametrize(
    ("name", "widths", "own"),
    [
        ("progan", [8, 8, 8], {"doublings": 2, "drift_weight": 1e-3, "penalty_interval": 1}),
        ("stylegan", [8, 8, 8], {"doublings": 2, "gamma": 10.0, "style_dim": 5, "penalty_interval": 1}),
        # gamma of 16 px, over a batch of 32
        ("stylegan2", [8, 8, 8], {"gamma": 0.0016, "penalty_interval": 16, "path_length_interval": 4}),
    ],
)
def test_description_of_equalized_networks(name, widths, own):
    model = tiny(name)
    model.compile()
    facts = description.described(model, (16, 16, 3))
    json.dumps(facts)
    assert facts["widths"] == widths
    assert {key: facts[key] for key in own} == pytest.approx(own)


def test_a_lean_network_has_no_maps_of_the_full_size():
    config = dataclasses.replace(registry.module("stylegan2").TINY, lean=True, channel_base=64)
    model = building.build("stylegan2", config, building.image_fields("stylegan2", (32, 32, 3)))
    model.compile()
    assert description.described(model, (32, 32, 3))["widths"] == [8, 8, 4]  # of 4, 8 and 16 px


def test_beside_pytorch():
    facts = {"version": "2", "adam": "fused", "threads": 2}
    theirs = {"nchw": [4.0, 4.0, 4.0], "compiled": [1.0, 4.0, 2.0]}
    row = passes.beside_pytorch([2.0, 6.0, 5.0], theirs, dict.fromkeys(theirs, facts))
    assert row["fastest_pytorch"] == "compiled"  # by its median, 2
    assert row["over_fastest_pytorch"]["median"] == 2.0  # of 2, 1.5 and 2.5
    assert row["pytorch"]["nchw"]["ours_over_this"]["median"] == 1.25


def test_table_of_peers():
    seconds, ratio = {"median": 0.002, "low": 0.001, "high": 0.004}, {"median": 0.5, "low": 0.25, "high": 1.0}
    case = {"variant": "dcgan", "preset": "laptop", "precision": "float32", "options": {"latent_dim": 8}}
    peer = {"seconds_per_step": seconds, "ours_over_this": ratio, "version": "2.9"}
    row = {"case": case, "weights": {"generator": 1000, "discriminator": 234}, "ratio": ratio, "step": seconds}
    row["pytorch"] = {"nchw": peer, "channels_last": peer, "compiled": peer}
    target = {"ratio": 0.5, "at_most": 1.0, "met": True}
    parts = passes.peer_section({"variants": {"one": row}, "pytorch_targets": {"one": target}})
    assert "PyTorch 2.9" in parts[1]
    cells = parts[2].splitlines()[-1].strip("| ").split(" | ")
    assert cells[:6] == ["dcgan", "laptop, latent_dim 8", "float32", "1,234", "0.500", "2.0 ms [1.0, 4.0]"]
    assert cells[-1] == "0.500: met"
    assert passes.peer_section({"variants": {"one": {}}}) == []


@pytest.mark.slow
def test_quick_run(tmp_path, capsys):
    arguments = ["--variants", "wgan-gp", "--quick", "--skip-torch", "--out-dir", str(tmp_path)]
    assert run(passes.Options, passes.benchmark, arguments) == 0
    report = capsys.readouterr().out
    assert report.strip() == (tmp_path / "passes.md").read_text(encoding="utf-8").strip()
    assert (
        "| wgan_gp | 16x16x1, 4 | 1 G, 1 G', 4 D', 1 Dx, 2 D'' |" in report
    )  # the tiny one has two updates of the critic
    result = json.loads((tmp_path / "passes.json").read_text(encoding="utf-8"))
    assert set(result["variants"]) == set(result["targets"]) == {"wgan_gp"}
    for row in result["variants"].values():
        assert set(row["passes"]) == set(row["needed"])
        assert row["sum"]["median"] > 0


def test_quick_run_beside_pytorch(tmp_path, capsys):
    report = beside_pytorch(tmp_path, capsys, *sorted(PEERS), "--skip-compiled")
    assert "| cyclegan | 16x16x3, 2 | 1 G', 1 G'x, 2 D', 1 Dx |" in report
    assert "## The same steps in PyTorch" in report


@pytest.mark.slow
def test_peers_of_laptop_presets(tmp_path, capsys):
    # Lean networks with tanh; those of StyleGAN and ProGAN do not grow.
    beside_pytorch(tmp_path, capsys, "stylegan2", "stylegan", "progan", "--preset", "laptop", "--skip-compiled")


@pytest.mark.slow
def test_compiled_path_lengths(tmp_path, capsys):
    report = beside_pytorch(tmp_path, capsys, "stylegan2", "--preset", "laptop")
    assert "PyTorch, compiled" in report


def beside_pytorch(folder, capsys, *arguments):
    """The report of a quick run of these variants, with the peers."""
    if not find_torch(None):
        pytest.skip("no PyTorch")
    arguments = ["--variants", *arguments, "--quick", "--out-dir", str(folder)]
    assert run(passes.Options, passes.benchmark, arguments) == 0
    result = json.loads((folder / "passes.json").read_text(encoding="utf-8"))
    for row in result["variants"].values():
        for peer in row["pytorch"].values():  # a peer of another size ends its worker
            assert peer["ours_over_this"]["median"] > 0
    return capsys.readouterr().out


def test_unknown_variant(capsys):
    assert run(passes.Options, passes.benchmark, ["--variants", "dcgna"]) == 2
    assert "dcgan" in capsys.readouterr().err
