"""Which files of a tree are images, and what else is named."""

import os

import numpy as np
import pytest
from PIL import Image

from keras_gan.modalities.image import decoding, scanning

# Of the formats that Pillow can write, one suffix each and a few more of the common ones.
WRITTEN = (
    *(".png", ".apng", ".jpg", ".jpe", ".jfif", ".webp", ".avif", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".pgm"),
    *(".ppm", ".pnm", ".pbm", ".tga", ".ico", ".icns", ".jp2", ".pcx", ".sgi", ".dds", ".im", ".mpo", ".qoi", ".PNG"),
)


def gradient(mode="RGB", size=(32, 32)):
    return Image.linear_gradient("L").resize(size).convert(mode)


@pytest.mark.parametrize("suffix", WRITTEN)
def test_what_pillow_reads_is_taken(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    gradient("1" if suffix == ".pbm" else "L" if suffix == ".pgm" else "RGB").save(path)
    assert scanning.scan(tmp_path).images == (path,)
    pixels = np.asarray(decoding.decode(path, 1)).astype(int)
    assert pixels[-4:].mean() > pixels[:4].mean() + 100  # the picture, not anything


def test_every_suffix_has_a_reader():
    extensions = Image.registered_extensions()
    for suffix in scanning.SUFFIXES:
        assert extensions[suffix] in (*scanning.FORMATS, "MPO")
    assert not {".eps", ".ps", ".pdf", ".h5", ".mpg", ".wmf"} & set(scanning.SUFFIXES)


def test_everything_else_is_counted_by_what_it_is(tmp_path):
    names = ("notes.txt", "more.TXT", "photos.zip", "phone.HEIC", "README", "frame.0001", "Thumbs.db")
    for name in (*names, ".DS_Store", "._a.png", "__MACOSX/x.png", ".git/y.png", "deep/b.png", "empty/none.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "nothing.png").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.png")
    found = scanning.scan(tmp_path)
    assert found.images == (tmp_path / "deep" / "b.png",)
    assert found.passed_over == {
        **{".txt": 3, ".zip": 1, ".heic": 1, ".db": 1, "files without a usual suffix": 2, "hidden": 4},
        **{"broken links": 1, "no regular files": 1, "folders without images": 1},
    }
    assert found.without_images == (tmp_path / "empty",)
    assert found.pictures == 1
    text = scanning.passed_over_text(found.passed_over)
    for part in (".txt (3)", "hidden (4)", "unpack archives", "make PNG files"):
        assert part in text


def test_links_to_folders_are_followed_but_never_in_a_circle(tmp_path):
    root, other = tmp_path / "root", tmp_path / "other"
    for folder in (root / "own", other / "deep"):
        folder.mkdir(parents=True)
        gradient().save(folder / "a.png")
    (root / "linked").symlink_to(other)
    (root / "again").symlink_to(root / "own")
    (root / "own" / "up").symlink_to(root)
    (other / "top").symlink_to("/")
    (root / "self").symlink_to(root / "self")
    found = scanning.scan(root)
    assert [path.relative_to(root).as_posix() for path in found.images] == ["linked/deep/a.png", "own/a.png"]
    assert found.passed_over == {"links to what is read already": 3, "broken links": 1}


def test_a_folder_without_images_says_what_is_there(tmp_path):
    (tmp_path / "photos.zip").write_bytes(b"")
    text = scanning.no_images(scanning.scan(tmp_path))
    assert "no images below" in text
    assert ".zip (1)" in text
    (tmp_path / "empty").mkdir()
    assert "it is empty" in scanning.no_images(scanning.scan(tmp_path / "empty"))


def test_floats_from_0_to_1_are_not_black(tmp_path):
    values = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    Image.fromarray(values).save(tmp_path / "a.tif")
    Image.fromarray(np.where(values > 0.5, np.nan, values).astype(np.float32)).save(tmp_path / "nan.tif")
    np.testing.assert_allclose(np.asarray(decoding.decode(tmp_path / "a.tif", 1)), 255 * values, atol=0.51)
    assert np.asarray(decoding.decode(tmp_path / "nan.tif", 1)).max() == round(255 * values[values <= 0.5].max())


def test_a_format_that_needs_another_program_is_never_started(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n{} loop\n")
    with pytest.raises(OSError, match="cannot identify") as caught:
        decoding.decode(path, 3)
    assert decoding.reason(caught.value) == "not an image"


def test_damaged_exif_leaves_the_picture_as_it_is(tmp_path):
    path = tmp_path / "a.png"
    gradient().save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x03\0\0\0\x01")
    assert decoding.decode(path, 3).size == (32, 32)
