"""Every odd kind of image file comes out as the same upright uint8 picture."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from keras_gan.errors import UserError
from keras_gan.modalities.image import decoding
from keras_gan.storage import arrays

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def quadrants(size=(8, 8)):
    """Red and green above blue and white: no flip or rotation leaves it as it is."""
    image = Image.new("RGB", size, "white")
    half = (size[0] // 2, size[1] // 2)
    image.paste(RED, (0, 0, *half))
    image.paste(GREEN, (half[0], 0, size[0], half[1]))
    image.paste(BLUE, (0, half[1], half[0], size[1]))
    return image


def read(path, channels=3, size=8, how="auto"):
    return decoding.to_array(decoding.fit(decoding.decode(path, channels), size, how))


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".webp", ".jpg", ".jpeg", ".gif", ".PNG"])
def test_formats(tmp_path, suffix):
    path = tmp_path / f"image{suffix}"
    options = {".webp": {"lossless": True}, ".jpg": {"quality": 100, "subsampling": 0}}.get(suffix, {})
    quadrants((32, 32)).save(path, **options)
    assert decoding.find_files(tmp_path) == [path]
    pixels = read(path, size=32).astype(int)
    tolerance = 12 if suffix in (".jpg", ".jpeg") else 0
    for position, colour in (((4, 4), RED), ((4, 28), GREEN), ((28, 4), BLUE), ((28, 28), (255, 255, 255))):
        assert np.abs(pixels[position] - colour).max() <= tolerance


def test_first_frame_of_an_animation(tmp_path):
    path = tmp_path / "animation.gif"
    Image.new("RGB", (8, 8), RED).save(path, save_all=True, append_images=[Image.new("RGB", (8, 8), BLUE)])
    assert (read(path) == RED).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, orientation):
    undo = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }.get(orientation, [])
    stored = quadrants()
    for operation in undo:
        stored = stored.transpose(operation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "image.png", exif=exif)
    np.testing.assert_array_equal(read(tmp_path / "image.png"), np.array(quadrants()))


def test_transparency_is_over_white(tmp_path):
    image = Image.new("RGBA", (2, 1), (0, 0, 255, 0))
    image.putpixel((1, 0), (255, 0, 0, 128))
    image.save(tmp_path / "rgba.png")
    pixels = np.array(decoding.decode(tmp_path / "rgba.png", 3))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[0, 1].tolist() == [255, 127, 127]


def test_grey_with_alpha_and_transparent_palette(tmp_path):
    Image.new("LA", (2, 2), (0, 0)).save(tmp_path / "la.png")
    assert (np.array(decoding.decode(tmp_path / "la.png", 1)) == 255).all()
    palette = Image.new("P", (2, 2), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((1, 1), 1)
    palette.save(tmp_path / "p.png", transparency=0)
    pixels = np.array(decoding.decode(tmp_path / "p.png", 3))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[1, 1].tolist() == [255, 0, 0]


def test_16_bit_grey(tmp_path):
    values = np.array([[0, 257, 32768, 65535]], np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    assert np.array(decoding.decode(tmp_path / "deep.png", 1)).tolist() == [[0, 1, 128, 255]]
    assert np.array(decoding.decode(tmp_path / "deep.png", 3))[0, 2].tolist() == [128, 128, 128]


def test_1_bit_and_cmyk(tmp_path):
    Image.new("1", (2, 2), 1).save(tmp_path / "bits.png")
    assert (np.array(decoding.decode(tmp_path / "bits.png", 1)) == 255).all()
    Image.new("RGB", (8, 8), RED).convert("CMYK").save(tmp_path / "cmyk.jpg", quality=100)
    assert np.abs(np.array(decoding.decode(tmp_path / "cmyk.jpg", 3)).astype(int) - RED).max() < 12


def test_crop_takes_the_centre():
    wide = Image.new("RGB", (24, 8), RED)
    wide.paste(GREEN, (8, 0, 16, 8))
    assert (decoding.to_array(decoding.fit(wide, 8, "crop")) == GREEN).all()
    assert (decoding.to_array(decoding.fit(wide, 4, "crop")) == GREEN).all()


def test_shrinking_averages_the_area():
    checkers = Image.fromarray(np.indices((8, 8)).sum(0).astype(np.uint8) % 2 * 255)
    assert set(np.unique(decoding.to_array(decoding.fit(checkers, 4, "crop")))) <= {127, 128}


def test_stretch_keeps_everything():
    wide = Image.new("RGB", (32, 8), RED)
    wide.paste(GREEN, (16, 0, 32, 8))
    pixels = decoding.to_array(decoding.fit(wide, 8, "stretch"))
    assert pixels[4, 1].tolist() == list(RED)
    assert pixels[4, 6].tolist() == list(GREEN)


def test_pad_centres_and_never_enlarges():
    pixels = decoding.to_array(decoding.fit(Image.new("L", (28, 28), 200), 32, "pad"))
    assert (pixels[2:30, 2:30] == 200).all()
    assert pixels.sum() == 200 * 28 * 28
    wide = decoding.to_array(decoding.fit(Image.new("L", (64, 32), 200), 32, "pad"))
    assert (wide[8:24] == 200).all()
    assert (wide[:8] == 0).all()


@pytest.mark.parametrize(
    ("size", "expected"),
    [((28, 28), "pad"), ((24, 32), "pad"), ((23, 32), "crop"), ((16, 16), "crop"), ((33, 30), "crop")],
)
def test_auto_fit(size, expected):
    assert decoding.resolve_fit(size, 32, "auto") == expected


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (7, 5), (1000, 999)])
@pytest.mark.parametrize("how", ["auto", "crop", "pad", "stretch"])
def test_any_shape_becomes_square(size, how):
    assert decoding.to_array(decoding.fit(Image.new("RGB", size, GREEN), 16, how)).shape == (16, 16, 3)


def broken_files(folder):
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("this is no image")
    quadrants((64, 64)).save(folder / "whole.png")
    content = (folder / "whole.png").read_bytes()
    (folder / "truncated.png").write_bytes(content[: len(content) // 2])


def test_broken_files_are_all_named(tmp_path):
    broken_files(tmp_path)
    with pytest.raises(UserError) as caught:
        decoding.read_files(decoding.find_files(tmp_path), 8, 3, "auto")
    message = str(caught.value)
    assert "3 of 4" in message
    assert all(name in message for name in ("empty.png", "text.jpg", "truncated.png", "--skip-bad-files"))


def test_broken_files_can_be_skipped(tmp_path):
    broken_files(tmp_path)
    decoded, kept = decoding.read_files(decoding.find_files(tmp_path), 8, 3, "auto", skip_bad_files=True)
    assert decoded.shape == (1, 8, 8, 3)
    assert kept == [3]


@pytest.mark.parametrize("limit", [1000, 3000])  # it has 4096: Pillow refuses the first and warns of the second
def test_decompression_bomb_is_refused(limit, tmp_path, monkeypatch):
    quadrants((64, 64)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(UserError, match=r"bomb\.png: more than 89,478,485 pixels"):
        decoding.read_files([tmp_path / "bomb.png"], 8, 3, "auto")


def test_any_failure_of_a_decoder_is_a_broken_file(tmp_path):
    # A damaged EXIF block: Pillow raises a TypeError from deep inside.
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 1, 72.0
    quadrants().save(tmp_path / "whole.jpg", exif=exif)
    content = (tmp_path / "whole.jpg").read_bytes()
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        (tmp_path / "damaged.jpg").write_bytes(damaged)
        decoding.read_files([tmp_path / "damaged.jpg", tmp_path / "whole.jpg"], 8, 3, "auto", skip_bad_files=True)


def test_very_thin_images_stay_visible_when_padded():
    assert decoding.to_array(decoding.fit(Image.new("L", (1, 4000), 255), 32, "pad")).sum() == 32 * 255


def test_hidden_files_are_passed_over(tmp_path):
    (tmp_path / ".thumbnails").mkdir()
    quadrants().save(tmp_path / ".thumbnails" / "a.png")
    quadrants().save(tmp_path / ".b.png")
    quadrants().save(tmp_path / "c.png")
    assert [path.name for path in decoding.find_files(tmp_path)] == ["c.png"]


def test_large_sets_are_held_in_a_file(monkeypatch):
    monkeypatch.setattr(arrays, "MEMORY_LIMIT_BYTES", 100)
    array = arrays.allocate((3, 8, 8, 3))
    assert isinstance(array, np.memmap)
    array[2] = 7
    assert (array[[2]] == 7).all()


# --- Memory -----------------------------------------------------------------------------------------------------------


def test_many_large_pictures_are_decoded_one_after_the_other():
    budget, held, most = decoding._Budget(100), [], []

    def decode(pixels):
        with budget.of(pixels):
            held.append(pixels)
            most.append(sum(held))
            time.sleep(0.01)
            held.remove(pixels)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decode, [40, 60, 300, 50, 50, 50, 99, 300, 1, 1]))
    assert max(most) == 300  # one alone may have any number
    assert len(most) == 10
    assert all(together <= 100 or together == 300 for together in most)
