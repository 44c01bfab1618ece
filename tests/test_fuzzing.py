"""What comes from outside, however damaged, is read or refused with a sentence: never another exception."""

import io
import json
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from keras_gan import config, data
from keras_gan.config import RunConfig
from keras_gan.data import dataset, folder
from keras_gan.errors import UserError
from keras_gan.exported import contents
from keras_gan.modalities.image import decoding
from keras_gan.networks import classifier
from keras_gan.storage import checkpoint, files, forms
from tests.conftest import ROOT

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))  # of each test
# The same examples every time: a new finding belongs to a change, not to luck.
FUZZ = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FORMS = [
    *(dataset.FACTS, classifier.FORM, contents.FORM),
    *(forms.HEALTH, forms.FINDINGS, forms.SCORES_LINE, forms.EVALUATION),
]
FIELDS = st.sampled_from([*RunConfig.__dataclass_fields__, "model"])


@contextmanager
def refused_shortly():
    """Lets a refusal pass, which is one sentence or a few."""
    try:
        yield
    except UserError as error:
        if len(str(error)) > 2000:
            raise


@FUZZ
@given(content=st.dictionaries(FIELDS | st.text(max_size=6), JSON, max_size=4) | JSON | st.binary(max_size=40))
def test_configurations(content, tmp_path):
    path = tmp_path / "config.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        valid = {"variant": "dcgan"} if isinstance(content, dict) else content
        path.write_text(json.dumps({**valid, **content} if isinstance(content, dict) else content), encoding="utf-8")
    with refused_shortly():
        run, model = config.load_json(path)
        assert run.run_name is None or Path(run.run_name).name == run.run_name
        assert isinstance(model, dict)


@FUZZ
@given(content=JSON | st.binary(max_size=40), form=st.sampled_from(FORMS))
def test_json_files(content, form, tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with suppress(files.Unreadable):
        files.read_json(path, form)
    assert len(files.read_json_lines(path, form)) <= 1 + path.read_bytes().count(b"\n")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A checkpoint with all its files."""
    source = ROOT / "tests" / "files" / "checkpoint-format-1"
    (found,) = source.glob("**/manifest.json")
    path = tmp_path_factory.mktemp("checkpoint") / "step-000000004"
    shutil.copytree(found.parent, path)
    assert checkpoint.verify(path) is None
    return path


MANIFEST_FIELDS = st.sampled_from(["format", "step", "sha256", "circumstances", "score"])
NAMES = st.sampled_from(["model.weights.h5", "../../etc/passwd", "/etc/passwd", "", ".", "\0"]) | st.text(max_size=8)


@FUZZ
@given(
    changes=st.dictionaries(MANIFEST_FIELDS, JSON | st.dictionaries(NAMES, JSON, max_size=2), min_size=1, max_size=3)
    | JSON
    | st.binary(max_size=40)
)
def test_checkpoint_manifests(changes, whole):
    path, original = whole / "manifest.json", (whole / "manifest.json").read_bytes()
    try:
        if isinstance(changes, bytes):
            path.write_bytes(changes)
        else:
            changed = {**json.loads(original), **changes} if isinstance(changes, dict) else changes
            path.write_text(json.dumps(changed), encoding="utf-8")
        problem = checkpoint.verify(whole)
        assert problem is None or isinstance(problem, str)
        if problem is None:  # then the weights are still vouched for
            assert set(checkpoint.read_manifest(whole)["sha256"]) == {"model.weights.h5"}
    finally:
        path.write_bytes(original)


def encoded(kind, mode="RGB"):
    file = io.BytesIO()
    Image.linear_gradient("L").resize((9, 7)).convert(mode).save(file, kind)
    return file.getvalue()


FILES = [encoded(kind) for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF")] + [encoded("PNG", "P"), encoded("PNG", "LA")]


@st.composite
def damaged_files(draw):
    """An image file with some of its bytes changed, and perhaps cut."""
    content = bytearray(draw(st.sampled_from(FILES)))
    places = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    for place, value in draw(st.lists(places, max_size=6)):
        content[place] = value
    return bytes(content[: draw(st.just(len(content)) | st.integers(0, len(content)))])


@FUZZ
@given(content=damaged_files() | st.binary(max_size=60), suffix=st.sampled_from(decoding.SUFFIXES))
@pytest.mark.filterwarnings("ignore")  # Pillow's, of what it has mended
def test_image_folders(content, suffix, tmp_path):
    for old in tmp_path.iterdir():
        old.unlink()
    (tmp_path / f"a{suffix}").write_bytes(content)
    options = SimpleNamespace(dataset=f"folder:{tmp_path}", image_size=8, fit="auto", skip_bad_files=False)
    with refused_shortly():
        loaded = folder.load(str(tmp_path), options)
        assert loaded.columns["real"].shape[:3] == (1, 8, 8)


DATASETS = st.text(max_size=12) | st.builds(
    "{}:{}".format,
    st.sampled_from(["folder", "tfds", "mnist", "FOLDER", ""]),
    st.text(max_size=12) | st.sampled_from(["/", "..", "../..", "~", "a/../..", "/etc", "\0", "a:b/c", ".", "//"]),
)


@FUZZ
@given(name=DATASETS)
def test_dataset_names(name, tmp_path):
    with refused_shortly():
        run = RunConfig(variant="dcgan", dataset=name, data_dir=str(tmp_path))
        stem = data.short_name(name)
        assert Path(stem).name == stem != ""
        data.check_available(run)
        assert name == "avatars" or all(Path(path).is_dir() for path in data.folders(data.split_name(name)[1]))


@FUZZ
@given(text=st.text(max_size=12) | st.from_regex(r"[0-9. ]{0,6}(min)?", fullmatch=True))
def test_intervals(text):
    with refused_shortly():
        steps, minutes = config.parse_interval(text)
        assert (steps or 0) > 0 or (minutes or 0) > 0
