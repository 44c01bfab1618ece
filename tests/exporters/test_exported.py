"""Readers of exports: SavedModels and `.tflite` files, whole and in tiles."""

import json
import shutil

import numpy as np
import pytest

from keras_gan import exported
from keras_gan.errors import UserError
from keras_gan.exporters import saved_model, tflite
from keras_gan.exporters.deliverables import Deliverables
from tests.conftest import ROOT, networks_of
from tests.exporters import translators


def pixels(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def of_keras(kind, image, name="generator"):
    """What the network makes of uint8 pixels, in grey levels."""
    model = translators.model(kind)
    height, width, _ = image.shape
    missing = ((0, -height % model.size_multiple), (0, -width % model.size_multiple), (0, 0))
    outputs = model.exported()[name](np.pad(image / 127.5 - 1, missing, mode="edge")[None].astype(np.float32))[0]
    return np.clip(outputs, -1, 1)[: model.scale * height, : model.scale * width] * 127.5 + 127.5


@pytest.mark.parametrize(("kind", "channels"), [("plain", 3), ("local", 1), ("large", 3)])
def test_images_in_8_bits(kind, channels):
    network = exported.load(translators.exported(kind))
    model = translators.model(kind)
    assert (network.channels, network.scale, network.multiple) == (channels, model.scale, model.size_multiple)
    assert (network.size, network.takes_mask) == (None, False)
    image = pixels(7, 18, channels)
    made = network.translate(image)
    assert made.dtype == np.uint8
    assert np.abs(made - of_keras(kind, image)).max() <= 0.501


def test_directions():
    folder = translators.exported("two")
    colour, grey = pixels(6, 8, 3), pixels(6, 8, 1)
    for direction, image in ((None, colour), ("AtoB", colour), ("BtoA", grey)):
        made = exported.load(folder, direction).translate(image)
        assert np.abs(made - of_keras("two", image, direction or "AtoB")).max() <= 0.501
    grey = pixels(16, 16, 1)
    made = exported.load(folder / "BtoA.tflite", "BtoA").translate(grey)
    assert np.abs(made - of_keras("two", grey, "BtoA")).max() <= 0.501


@pytest.mark.parametrize("tile", [32, 50, 64])
def test_tiles_give_what_the_whole_gives(tile):
    network = exported.load(translators.exported("local"))
    image = pixels(83, 111, 1)
    differences = np.abs(network.translate(image, tile=tile).astype(int) - network.translate(image))
    assert differences.max() <= 1  # by rounding
    assert differences.mean() < 0.001
    assert network.tiles(83, 111, tile) >= 4
    assert network.tiles(83, 111) == 1


def test_tiles_of_a_file_for_phones():
    network = exported.load(translators.exported("local") / "generator.tflite")
    assert network.size == (64, 64)
    for size in ((83, 111), (20, 130), (64, 64), (5, 9)):
        image = pixels(*size, 1)
        made = network.translate(image)
        assert made.shape == (*size, 1)
        if min(size) < 64:
            # Beyond its edge the image is continued, and not by zeros.
            made, image = made[: size[0] - 2, : size[1] - 2], image
        whole = of_keras("local", image)[: made.shape[0], : made.shape[1]]
        assert np.abs(made - whole).max() <= 1.001
    assert network.tiles(83, 111) == 2 * 2


def test_tiles_are_made_larger():
    network = exported.load(translators.exported("large"))
    image = np.repeat(np.repeat(pixels(9, 12, 3), 8, axis=0), 8, axis=1)
    tiled, whole = network.translate(image, tile=40), network.translate(image)
    assert tiled.shape == (4 * 72, 4 * 96, 3)
    assert np.abs(tiled.astype(int) - whole).max() <= 1
    assert network.tiles(72, 96, 40) == 3 * 3


def test_tiles_within_memory():
    network = exported.load(translators.exported("local"))  # 128 bytes for a pixel
    assert network.tile_within(1000, 2000, 256e6) is None
    assert network.tile_within(1000, 2000, 255e6) == int((255e6 / 128) ** 0.5)
    assert network.tile_within(1000, 2000, 1) == 64
    strided = exported.load(translators.exported("plain"))
    assert strided.tile_within(1000, 2000, 1e6) % 4 == 0
    assert exported.load(translators.exported("local") / "generator.tflite").tile_within(9000, 9000, 1) is None


@pytest.mark.parametrize("name", ["", "generator.tflite", "generator-int8-io.tflite"])
def test_what_is_known_comes_back(name):
    network = exported.load(translators.exported("masked") / name)
    assert network.takes_mask
    image = pixels(30, 41, 3)
    hole = np.zeros((30, 41), bool)
    hole[8:19, 5:22] = True
    made = network.translate(image, hole, None if name else 32)
    np.testing.assert_array_equal(made[~hole], image[~hole])
    assert np.abs(made.astype(int) - image)[hole].mean() > 20
    other = np.where(hole[:, :, None], 255 - image, image)
    np.testing.assert_array_equal(network.translate(other, hole, None if name else 32), made)
    np.testing.assert_array_equal(network.translate(image, np.zeros_like(hole)), image)
    with pytest.raises(ValueError, match="and a mask"):
        network.translate(image)


def test_bands_are_the_image():
    network = exported.load(translators.exported("plain"))
    image = pixels(150, 70, 3)
    done = []
    bands = list(network.bands(image, tile=64, after_tile=lambda: done.append(0)))
    assert len(bands) > 2
    assert len(done) == network.tiles(150, 70, 64)
    np.testing.assert_array_equal(np.concatenate(bands), network.translate(image, tile=64))


def test_other_channels_are_refused():
    with pytest.raises(ValueError, match="1 channel"):
        exported.load(translators.exported("local")).translate(pixels(8, 8, 3))


# --- Files that are something else, or damaged -----------------------------------------------------------------------


def test_without_its_manifest_a_model_does_as_well(tmp_path):
    folder = tmp_path / "1"
    shutil.copytree(translators.exported("large"), folder)
    (folder / "manifest.json").unlink()
    network, described = exported.load(folder), exported.load(translators.exported("large"))
    assert network.scale == 4
    image = pixels(9, 11, 3)
    np.testing.assert_array_equal(network.translate(image), described.translate(image))
    assert exported.load(folder / "generator.tflite").scale == 4


@pytest.mark.parametrize("name", ["", "generator.tflite"])
def test_damage_is_found(tmp_path, name):
    folder = tmp_path / "1"
    shutil.copytree(translators.exported("plain"), folder)
    file = folder / (name or "variables/variables.data-00000-of-00001")
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(UserError, match="it is damaged"):
        exported.load(folder / name)
    (folder / "manifest.json").unlink()
    file.write_bytes(content[:200])
    with pytest.raises(UserError, match="cannot be loaded"):
        exported.load(folder / name)


def test_numbers_that_are_none_are_damage(tmp_path):
    networks = translators.networks("local")
    network = networks[0].network
    network.set_weights([np.full_like(weight, np.nan) for weight in network.get_weights()])
    saved_model.write(networks, tmp_path, Deliverables())
    with pytest.raises(UserError, match="not finite"):
        exported.load(tmp_path).translate(pixels(4, 4, 1))


def test_models_of_the_other_kind_are_told_apart(make_model, tmp_path):
    networks = networks_of(make_model())
    saved_model.write(networks, tmp_path, Deliverables())
    tflite.write(networks, tmp_path, Deliverables())
    for path in (tmp_path, tmp_path / "generator.tflite"):
        with pytest.raises(UserError, match=r"draws images of noise, .* use the command sample"):
            exported.load(path, draws=False)
    with pytest.raises(UserError, match=r"turns images into images, .* use the command translate"):
        exported.load(translators.exported("plain"), draws=True)


@pytest.mark.parametrize(
    ("name", "direction", "message"),
    [
        ("plain/1", "BtoA", "one direction alone"),
        ("two/1/AtoB.tflite", "BtoA", "is a network of its own"),
        ("two/1/missing.tflite", None, "there is no file"),
        ("two/1/manifest.json", None, "cannot be loaded"),
    ],
)
def test_what_there_is_not(name, direction, message):
    for kind in ("plain", "two"):
        translators.exported(kind)
    with pytest.raises(UserError, match=message):
        exported.load(translators.exported("plain").parents[1] / name, direction)


@pytest.mark.parametrize("generator", [3, {"size_multiple": 0}, {"scale": "2"}, {"bytes_per_pixel": None}])
def test_a_manifest_of_another_shape_is_refused(tmp_path, generator):
    (tmp_path / "manifest.json").write_text(json.dumps({"generator": generator}))
    with pytest.raises(UserError, match=r"manifest.json cannot be read: generator"):
        exported.load(tmp_path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "variables/../../x", "a\\..\\x", "\0"])
def test_a_manifest_that_names_files_outside_of_its_folder_is_refused(tmp_path, name):
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {name: {"sha256": "0"}}}))
    with pytest.raises(UserError, match="names a file outside of its folder"):
        exported.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        *({"latents": {"kind": "latents", "length": 99}}, {"latents": {"kind": "latents", "length": "x"}}),
        *({"latents": {"kind": "latents", "length": -1}}, {"latents": {"kind": "\0"}}, {"latents": {}}),
        *({"labels": {"kind": "label", "count": 10, "names": ["a"]}}, {"more": {"kind": "latents", "length": 3}}),
    ],
)
def test_a_manifest_that_describes_another_network_is_refused(tmp_path, change):
    shutil.copytree(ROOT / "export" / "zoo" / "cgan-mnist", tmp_path / "1")
    manifest = json.loads((tmp_path / "1" / "manifest.json").read_text())
    manifest["fields"]["generator"]["inputs"] |= change
    (tmp_path / "1" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=r"describes another network|cannot be made of what is said"):
        exported.load(tmp_path / "1" / "generator-float16.tflite")


def test_facts_come_from_the_manifest(tmp_path):
    folder = tmp_path / "1"
    shutil.copytree(translators.exported("plain"), folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["generator"] |= {"size_multiple": 8, "bytes_per_pixel": 1000}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    network = exported.load(folder)
    assert (network.multiple, network.bytes_per_pixel) == (8, 1000)
    assert network.tile_within(500, 500, 90 * 90 * 1000) == 88
