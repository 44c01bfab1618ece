"""Things by name: found by being there, described without importing them, in folders outside of the package, too."""

import json
import os
import re
import subprocess
import sys
import types

import pytest

from keras_gan import modalities, registry
from keras_gan.errors import UserError
from keras_gan.modalities.image.sizes import check_size
from keras_gan.registry import Extractor, Room, Score, Source, Variant
from tests.conftest import ROOT

VARIANT = '''"""Mine: what I made of it

More.
"""

from keras_gan.registry import Variant

HELLO = "from mine"
VARIANT = Variant(
    gives="image",
    task="paired",  # a comment
    takes=("image",),
    sizes=(24, 48),
    defaults={"steps": 7, "metrics": ("l1", "ssim")},
)
VARIANT_OF_OLD = 3
'''
SOURCE = '''"""Waves from a file"""

from keras_gan.registry import Source

SOURCE = Source(argument="PATH", gives=("image", "wave"), tasks=("paired",), short_names=("sea",))


def has_test(rest, options):
    return rest == "test"
'''


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """A folder of plugins with one variant and one source."""
    for place, text in (("variants/mine.py", VARIANT), ("data/waves/__init__.py", SOURCE)):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    (tmp_path / "variants" / "helper.py").write_text("X = 1\n")
    monkeypatch.setenv("KERAS_GAN_PLUGINS", f"{tmp_path}{os.pathsep}/does/not/exist")
    return tmp_path


def test_descriptors_of_the_package_are_what_its_modules_say():
    rooms = (registry.VARIANTS, "VARIANT"), (registry.SOURCES, "SOURCE")
    for room, constant in rooms:
        assert room.names() == sorted(room.names()) != []
        for name in room.names():
            assert room.describe(name) == getattr(room.module(name), constant), name
            assert room.summary(name) == room.module(name).__doc__.partition("\n")[0]


def test_what_the_package_holds(monkeypatch):
    monkeypatch.setenv("KERAS_GAN_PLUGINS", "")  # without the toy modality
    known = {"avatars", "folder", "packed", "paired", "stacked_mnist", "tfds", "unpaired"}
    assert set(registry.SOURCES.names()) >= known
    assert {registry.variant(name).task for name in registry.list_variants()} == {
        *("sample", "paired", "unpaired", "restore")
    }
    assert registry.list_variants("unpaired") == ["cartoonise", "cyclegan"]
    for name in registry.list_variants():
        described = registry.variant(name)
        assert described.data in registry.SOURCES.names()
        given = {*described.takes} - {"noise", "mask"}
        assert all(modalities.field_class(kind).kind == kind for kind in given)
        assert modalities.field_class(described.gives).kind == described.gives


def test_nothing_heavy_is_imported_to_list():
    code = (
        "import sys; from keras_gan import registry\n"
        "rooms = registry.VARIANTS, registry.SOURCES, registry.SCORES, registry.EXTRACTORS\n"
        "found = [(room.describe(name), room.summary(name)) for room in rooms for name in room.names()]\n"
        "assert len(found) > 20\n"
        "heavy = ('numpy', 'keras', 'tensorflow', 'PIL', 'keras_gan.variants', 'keras_gan.data')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_things_of_plugins_are_listed_and_described(plugins):
    assert "mine" in registry.list_variants()
    assert "helper" not in registry.list_variants()
    assert "mine" in registry.list_variants("paired")
    assert "mine" not in registry.list_variants("sample")
    assert registry.variant("Mine") == Variant(
        task="paired",
        takes=("image",),
        gives="image",
        data="avatars",
        sizes=(24, 48),
        channels=(1, 2, 3, 4),
        defaults={"steps": 7, "metrics": ("l1", "ssim")},
    )
    assert registry.VARIANTS.summary("mine") == "Mine: what I made of it"
    assert registry.SOURCES.describe("waves") == Source(
        argument="PATH", gives=("image", "wave"), tasks=("paired",), short_names=("sea",)
    )
    assert registry.SOURCES.summary("waves") == "Waves from a file"
    assert "mine" not in sys.modules
    assert "keras_gan.variants.mine" not in sys.modules


def test_things_of_plugins_are_gone_with_their_folder(plugins, monkeypatch):
    assert "mine" in registry.list_variants()
    monkeypatch.delenv("KERAS_GAN_PLUGINS")
    assert "mine" not in registry.list_variants()


def test_things_of_plugins_are_modules_of_the_package(plugins):
    code = (
        "import json; from keras_gan import config, data, registry\n"
        "from keras_gan.data import names\n"
        "run = config.RunConfig(variant='mine', dataset='waves:test', image_size=24)\n"
        "print(json.dumps([registry.module('MINE').HELLO, registry.module('mine').__name__, run.steps, run.metrics,\n"
        "                  config.defaults('mine')['steps'], data.has_test(run), names.split_name('sea'),\n"
        "                  registry.SOURCES.module('waves').__name__, [kind for kind in data.kinds() if 'a' in kind]]))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    hello, name, steps, scores, default, has_test, short, source, kinds = json.loads(result.stdout)
    assert (hello, name, source) == ("from mine", "keras_gan.variants.mine", "keras_gan.data.waves")
    assert (steps, scores, default, has_test, short) == (7, ["l1", "ssim"], 7, True, ["waves", "sea"])
    assert {"avatars", "sea", "waves:PATH"} <= set(kinds)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("VARIANT = Variant(gives='image', sises=(3,))\n", "sises"),
        ("VARIANT = Variant(gives='image', sizes=SIZES)\n", "'SIZES' is no literal"),
        ("VARIANT = Variant(sizes=(3,\n", "no expression"),
    ],
)
def test_what_a_thing_cannot_say_names_its_file(text, problem, tmp_path, monkeypatch):
    (tmp_path / "variants").mkdir()
    (tmp_path / "variants" / "wrong.py").write_text(f'"""Wrong."""\n\n{text}')
    monkeypatch.setenv("KERAS_GAN_PLUGINS", str(tmp_path))
    with pytest.raises(UserError, match=f"(?s){re.escape(str(tmp_path))}/variants/wrong.py.*{problem}"):
        registry.list_variants()


def test_scores_and_extractors_have_names_of_their_own(tmp_path, monkeypatch):
    for place, text in (
        ("metrics/one_score.py", 'SCORE = Score("ms-one", about="closeness", needs=("targets",))'),
        ("metrics/features/eyes.py", 'EXTRACTOR = Extractor("my-eyes", of=("wave",))'),
    ):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(f'"""Something."""\n\n{text}\n')
    monkeypatch.setenv("KERAS_GAN_PLUGINS", str(tmp_path))
    assert registry.SCORES.describe("ms-one") == Score("ms-one", "closeness", needs=("targets",))
    assert registry.EXTRACTORS.describe("my-eyes") == Extractor("my-eyes", of=("wave",))
    with pytest.raises(UserError, match="unknown metric 'ms-two': did you mean 'ms-one'"):
        registry.SCORES.describe("ms-two")


def test_unknown_names():
    for call in (registry.resolve, registry.variant, registry.module):
        with pytest.raises(UserError, match=r"^unknown variant 'dcgn': did you mean 'dcgan'\?$"):
            call("dcgn")
    with pytest.raises(UserError, match=r"^unknown variant 'xyz': choose from: acgan, began, .*, wgan_gp\.$"):
        registry.module("xyz")
    with pytest.raises(UserError, match="unknown dataset 'avatarz': did you mean 'avatars'"):
        registry.SOURCES.module("avatarz")
    assert [registry.resolve(name) for name in ("WGAN-GP", " wgan_gp ")] == ["wgan_gp"] * 2


def test_a_room_may_be_empty(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_PLUGINS", str(tmp_path))
    room = Room("nowhere", Variant, "thing")
    assert room.names() == []
    with pytest.raises(UserError, match="unknown thing 'x'"):
        room.describe("x")


@pytest.mark.parametrize(
    ("size", "nearest"), [((20,), 16), ((24, 24), 16), ((25,), 32), ((1000,), 256), ((64, 32), 64), ((32, 96), 32)]
)
def test_sizes_that_a_variant_cannot_make(size, nearest):
    height, width = size if len(size) > 1 else (*size, *size)
    message = f"dcgan makes square images of 16, 32, 64, 128, 256 px, not {width}x{height}: try --image-size {nearest}."
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        check_size("dcgan", *size)
    check_size("dcgan", nearest)


def test_any_size_will_do_where_none_is_said(plugins, monkeypatch):
    monkeypatch.setattr(registry, "variant", lambda name: Variant(gives="image", sizes=None))
    check_size("mine", 17, 23)


def test_preparation_is_given_the_configuration(monkeypatch):
    module = types.SimpleNamespace(prepare=lambda batch, noise, config: (batch, noise, config))
    monkeypatch.setattr(registry, "module", lambda name: module)
    assert registry.preparation("any", "config")("batch", "noise") == ("batch", "noise", "config")
    monkeypatch.setattr(registry, "module", lambda name: types.SimpleNamespace())
    assert registry.preparation("any", "config") is None
