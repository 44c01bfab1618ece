"""`project` and `directions` on a tiny exported style-based model, and on one that has no styles."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from keras_gan import cli, exported, exporters
from keras_gan.commands import styled_samples
from keras_gan.errors import UserError
from keras_gan.exported.styled import Styled
from tests.conftest import SHARED, tiny

WEIGHTS = {"squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5", "lpips_lin_squeeze.npz"}


def exported_to(folder, strength):
    """Exports a style-based model that adds so much noise, and whose mean style is that of no picture."""
    model = tiny("stylegan2")
    for weight in model.ema_generator.weights:
        if weight.path.endswith("strength"):
            weight.assign(strength)
    average = np.random.default_rng(0).normal(0, 0.3, 5)
    model.ema_generator.get_layer("towards_mean").average.assign(average)
    exporters.export(model, folder, ("saved_model",))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return exported_to(tmp_path_factory.mktemp("styles") / "1", strength=0.0)


@pytest.fixture(scope="module")
def generator(folder):
    return exported.load(folder)


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main([str(argument) for argument in arguments])
    return ended.value.code


def test_nothing_is_said_of_gradients_when_a_model_is_opened(folder, caplog):
    exported.load(folder)
    assert caplog.records == []


def test_styles_of_an_export(generator, folder):
    styled = Styled(generator)
    assert (styled.layers, styled.length) == (6, 5)
    manifest = json.loads((folder / "manifest.json").read_text())
    np.testing.assert_allclose(styled.average, manifest["generator"]["w_avg"], rtol=1e-6)
    np.testing.assert_allclose(styled.average, generator.runtime.constant("w_avg"), rtol=1e-6)
    latents = generator.latents(np.arange(4))
    styles = styled.of(latents)
    np.testing.assert_allclose(styled.draw(styles), generator.draw(latents), atol=1e-5)
    halfway = styled.draw(styled.truncated(styles, 0.5))
    np.testing.assert_allclose(halfway, generator.draw(latents, truncation=0.5), atol=1e-5)
    mean = generator.draw(latents, controls={"truncation": 0.0})
    np.testing.assert_allclose(mean, np.repeat(styled.draw(styled.average[None]), 4, axis=0), atol=1e-5)
    cut = styled.truncated(styles, 0.5, cutoff=2)
    np.testing.assert_array_equal(cut[:, 2:], styled.of_layers(styles)[:, 2:])
    assert np.abs(cut[:, :2] - styled.of_layers(styles)[:, :2]).max() > 0.01


def test_directions_are_kept_and_shown(folder, tmp_path, capsys):
    assert run("directions", "--model", folder, "--out", tmp_path / "ways", "--count", 3, "--samples", 500) == 0
    assert "6 directions in" in capsys.readouterr().out
    with np.load(tmp_path / "ways" / "directions.npz") as kept:
        assert list(kept["names"]) == ["pc1", "pc2", "pc3", "sefa1", "sefa2", "sefa3"]
        np.testing.assert_allclose(np.linalg.norm(kept["directions"], axis=1), 1.0, rtol=1e-5)
        assert (np.diff(kept["spreads"][:3]) <= 0).all()
    with Image.open(tmp_path / "ways" / "pc1.png") as picture:
        assert picture.width > picture.height


@pytest.fixture
def weights():
    """Options that name the weights by which pictures are compared; skips where they are not."""
    files = [SHARED / "data" / "weights" / name for name in sorted(WEIGHTS)]
    if not all(path.is_file() for path in files):
        pytest.skip("the weights of SqueezeNet and LPIPS are not here")
    return "--lpips-weights", files[0], "--squeezenet-weights", files[1]


@pytest.mark.parametrize(("space", "shape"), [("w", (2, 5)), ("w+", (2, 6, 5)), ("z", (2, 6))])
def test_pictures_come_back_nearer_than_the_mean(space, shape, folder, generator, weights, tmp_path, capsys):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for seed, picture in enumerate(generator.draw_seeds(np.arange(2))):
        Image.fromarray((255 * picture).round().astype(np.uint8)).resize((40, 32)).save(pictures / f"{seed}.png")
    out = tmp_path / "found"
    options = ("--model", folder, "--image", pictures, "--out", out, "--space", space, "--steps", 60, *weights)
    assert run("project", *options) == 0
    said = capsys.readouterr().out
    found, reference = (float(said.split(word)[1].split()[0].rstrip(":")) for word in ("distance of ", "picture is "))
    assert found < 0.7 * reference
    with np.load(out / "latents.npz") as kept:
        assert list(kept["names"]) == ["0.png", "1.png"]
        assert kept[space.removesuffix("+")].shape == shape
    assert {path.name for path in out.iterdir()} == {"0.png", "1.png", "projections.png", "latents.npz", "way.gif"}


def test_noise_maps_are_found_with_styles(weights, tmp_path, capsys):
    folder = exported_to(tmp_path / "model" / "1", strength=0.5)
    generator = exported.load(folder)
    runtime = generator.runtime
    shapes = runtime.inputs("synthesis_noise")
    assert shapes.pop("w") == (6, 5)
    sizes = {"noise_4": 4, "noise_8_enlarged": 8, "noise_8": 8, "noise_16_enlarged": 16, "noise_16": 16}
    assert shapes == {name: (size, size, 1) for name, size in sizes.items()}
    rng = np.random.default_rng(0)
    styled = Styled(generator)
    styles = styled.of_layers(styled.of_seeds(0, 1))
    drawn = {name: rng.normal(size=(1, *shape)).astype(np.float32) for name, shape in shapes.items()}
    (picture,) = runtime.run("synthesis_noise", w=styles, **drawn)["images"]
    assert np.abs(picture - styled.draw(styles)[0]).mean() > 0.01
    Image.fromarray((255 * picture).round().astype(np.uint8)).save(tmp_path / "drawn.png")

    distances = {}
    for name, more in (("with", ("--noise-maps",)), ("without", ())):
        options = ("--model", folder, "--image", tmp_path / "drawn.png", "--out", tmp_path / name, "--steps", 60)
        assert run("project", *options, *more, *weights) == 0
        distances[name] = float(capsys.readouterr().out.split("distance of ")[1].split()[0])
    assert distances["with"] < 0.9 * distances["without"]
    with np.load(tmp_path / "with" / "latents.npz") as kept:
        maps = {name: kept[name] for name in shapes}
        (found,) = runtime.run("synthesis_noise", w=styled.of_layers(kept["w"]), **maps)["images"]
    for each in maps.values():
        assert (each.mean(), each.std()) == pytest.approx((0, 1), abs=1e-4)
    with Image.open(tmp_path / "with" / "drawn.png") as both:
        np.testing.assert_allclose(np.asarray(both)[:, 16:] / 255, found, atol=0.003)


def test_noise_maps_belong_to_styles(folder, weights, tmp_path, capsys):
    exporters.export(tiny("dcgan"), tmp_path / "1", ("saved_model",))
    Image.new("RGB", (16, 16)).save(tmp_path / "a.png")
    options = ("--image", tmp_path / "a.png", "--out", tmp_path / "found", "--noise-maps", *weights)
    assert run("project", "--model", tmp_path / "1", *options) == 2
    assert "has no signature synthesis_noise" in capsys.readouterr().err
    assert run("project", "--model", folder, *options, "--space", "z") == 2
    assert "--noise-maps belongs to --space w and w+" in capsys.readouterr().err


def test_directions_lie_with_the_model_by_default(folder, tmp_path, capsys):
    model = tmp_path / "1"
    shutil.copytree(folder, model)
    assert run("directions", "--model", model, "--count", 2, "--samples", 300) == 0
    assert {path.name for path in (model / "directions").iterdir()} == {"pc1.png", "pc2.png", "sefa1.png", "sefa2.png"}
    told = json.loads((model / "directions.json").read_text())["directions"]
    assert [each["kind"] for each in told] == ["principal", "principal", "closed", "closed"]
    with np.load(model / "directions.npz") as kept:
        assert [each["name"] for each in told] == list(kept["names"])
        np.testing.assert_allclose([each["vector"] for each in told], kept["directions"], rtol=1e-5)
        np.testing.assert_allclose([each["spread"] for each in told], kept["spreads"], rtol=1e-5)
    # Where `sample` finds them without being told.
    assert run("sample", "--model", model, "--out", tmp_path / "a.png", "--direction", "sefa2", 1) == 0


def test_what_has_no_styles_is_told_so(tmp_path, capsys):
    exporters.export(tiny("dcgan"), tmp_path / "1", ("saved_model",))
    assert run("directions", "--model", tmp_path / "1", "--out", tmp_path / "ways") == 2
    assert "has no styles" in capsys.readouterr().err


def test_a_picture_that_is_none(folder, weights, tmp_path, capsys):
    (tmp_path / "a.png").write_bytes(b"nonsense")
    options = ("--model", folder, "--out", tmp_path / "found", *weights)
    for image, message in ((tmp_path / "a.png", "cannot be read"), (tmp_path / "none", "there is nothing")):
        assert run("project", *options, "--image", image) == 2
        assert message in capsys.readouterr().err


def sampled(folder, path, *options):
    assert run("sample", "--model", folder, "--out", path, "--zoom", 1, *options) == 0
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), float) / 255


def test_mixed_styles_are_a_table(folder, generator, tmp_path):
    table = sampled(folder, tmp_path / "mixed.png", "--mix", 2, 3, "--layers", "0-1", "--seed", 5)
    tiles = table.reshape(3, 16, 4, 16, 3).transpose(0, 2, 1, 3, 4)
    styled = Styled(generator)
    styles = styled.of_layers(styled.of(generator.latents(np.arange(5, 10))))
    down, across = styles[:2], styles[2:]
    own = styled.draw(styles)
    np.testing.assert_allclose(tiles[1:, 0], own[:2], atol=0.003)
    np.testing.assert_allclose(tiles[0, 1:], own[2:], atol=0.003)
    mixed = np.concatenate([across[2:, :2], down[1:, 2:]], axis=1)
    np.testing.assert_allclose(tiles[2, 3], styled.draw(mixed)[0], atol=0.003)


@pytest.mark.parametrize(
    ("count", "middle", "fine"), [(6, (4, 5), ()), (8, (4, 5), (6, 7)), (14, (4, 5, 6, 7), tuple(range(8, 14)))]
)
def test_bands_of_layers(count, middle, fine):
    for name, expected in (("coarse", (0, 1, 2, 3)), ("middle", middle), ("fine", fine)):
        if expected:
            assert tuple(np.arange(count)[styled_samples.layers_of(name, count)]) == expected
        else:
            with pytest.raises(UserError, match="layers 0 to 5"):
                styled_samples.layers_of(name, count)


def test_a_direction_moves_every_sample(folder, generator, tmp_path, capsys):
    assert run("directions", "--model", folder, "--out", tmp_path / "ways", "--count", 2, "--samples", 300) == 0
    file = tmp_path / "ways" / "directions.npz"
    moved = sampled(folder, tmp_path / "a.png", "--count", 1, "--direction", "pc2", -1.5, "--directions", file)
    with np.load(file) as kept:
        shift = -1.5 * kept["spreads"][1] * kept["directions"][1]
    styled = Styled(generator)
    expected = styled.draw(styled.of(generator.latents(np.arange(1))) + shift)
    np.testing.assert_allclose(moved, expected[0], atol=0.003)
    assert run("sample", "--model", folder, "--direction", "pc9", 1, "--directions", file) == 2
    assert "pc9" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--mix", 2, 2, "--layers", "9-10"), "this model has the layers 0 to 5"),
        (("--mix", 2, 2, "--layers", "some"), "give coarse, middle, fine"),
        (("--mix", 0, 2), "two numbers from 1 to 32"),
        (("--direction", "glasses", 1), "does not hold directions"),
        (("--cutoff", 2, "--interpolate", 0, 1), "not with --interpolate"),
    ],
)
def test_what_is_wrong_with_styles_is_said(folder, tmp_path, capsys, options, message):
    assert run("sample", "--model", folder, "--out", tmp_path / "a.png", *options) == 2
    assert message in capsys.readouterr().err
