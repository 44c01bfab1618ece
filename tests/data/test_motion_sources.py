"""Sources of movement: `walker`, folders of BVH files, archives of NumPy."""

import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

from keras_gan import data
from keras_gan.data import walker, windows
from keras_gan.errors import UserError
from tests.modalities.motion.figures import walkers


def options(dataset, frames=None, skip_bad_files=False):
    return SimpleNamespace(dataset=dataset, frames=frames, skip_bad_files=skip_bad_files)


def load(path, split="train", **further):
    return data.load(options(f"motion:{path}", **further), split)


@pytest.fixture
def folder(tmp_path):
    """A folder of BVH files, `walk/0.bvh` and so on."""
    field, clips, labels = walkers()
    for number, (clip, label) in enumerate(zip(clips, labels, strict=True)):
        write(tmp_path / walker.CLASS_NAMES[label] / f"{number}.bvh", field, clip)
    return tmp_path


def write(path, field, clip):
    path.parent.mkdir(exist_ok=True, parents=True)
    file = io.BytesIO()
    field.write(file, clip)
    path.write_bytes(file.getvalue())


def test_windows_are_cut_out_of_clips():
    clips = [np.arange(5)[:, None], 10 + np.arange(4)[:, None], 20 + np.arange(2)[:, None]]
    column, of_clip = windows.of_clips(clips, 3)
    np.testing.assert_array_equal(column[:][..., 0], [[0, 1, 2], [1, 2, 3], [2, 3, 4], [10, 11, 12], [11, 12, 13]])
    np.testing.assert_array_equal(of_clip, [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(column.keep_rows([0, 3])[1][..., 0], [10, 11, 12])
    assert column.shape == (5, 3, 1)
    assert windows.of_clips(clips, 3, stride=2)[0].starts.tolist() == [0, 2, 5]


def test_a_folder_has_a_class_for_each_sub_folder(folder):
    dataset = load(folder, frames=12)
    assert dataset.class_names == tuple(sorted(walker.CLASS_NAMES))
    assert len(dataset) == 20 * 5  # windows of 12 of 16 frames
    assert dataset.fields["real"].shape == (12, 117)
    _, clips, _ = walkers()
    first = dataset.fields["real"].joints.index("elbow_left")  # in the order of the files
    row = dataset.columns["real"][np.flatnonzero(dataset.columns["label"] == 3)[0]]
    plain = walkers()[0].joints.index("elbow_left")
    np.testing.assert_allclose(
        row[:, 3 + 6 * first : 9 + 6 * first], clips[0, :12, 3 + 6 * plain : 9 + 6 * plain], atol=1e-5
    )
    assert not data.has_test(options(f"motion:{folder}"))


def test_what_cannot_be_used_is_named(folder):
    field, clips, _ = walkers()
    write(folder / "walk" / "nan.bvh", field, clips[0])
    text = (folder / "walk" / "nan.bvh").read_text()
    (folder / "walk" / "nan.bvh").write_text(text[:-12] + " nan\n")
    (folder / "walk" / "torn.bvh").write_text("HIERARCHY")
    other = walkers()[0]
    other = type(other)(**{**vars(other), "offsets": other.offsets * 2})
    write(folder / "walk" / "tall.bvh", other, clips[0])
    with pytest.raises(UserError) as error:
        load(folder, frames=12)
    for words in (
        "3 clips",
        "nan.bvh has numbers that are none",
        "torn.bvh is no whole",
        "tall.bvh has another skeleton",
    ):
        assert words in str(error.value)
    dataset = load(folder, frames=12, skip_bad_files=True)
    assert len(dataset) == 100
    assert dataset.passed_over == {"clips that cannot be used": 3}


def test_clips_that_are_too_short_are_counted(folder):
    field, clips, _ = walkers()
    write(folder / "run" / "short.bvh", field, clips[0][:5])
    assert load(folder, frames=12).passed_over == {"clips shorter than 12 frames": 1}
    with pytest.raises(UserError, match="no clip of 32 frames or more"):
        load(folder)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(UserError, match=r"does not exist"):
        load(tmp_path / "none")
    with pytest.raises(UserError, match=r"no \.bvh file"):
        load(tmp_path)
    np.savez(tmp_path / "clips.npz", walk_1=np.zeros((40, 6)))
    with pytest.raises(UserError, match=r"needs a skeleton\.json"):
        load(tmp_path)


@pytest.mark.parametrize(("convention", "expected"), [("row vectors", -1), ("column vectors", 1)])
def test_an_archive_holds_rotation_vectors(tmp_path, convention, expected):
    rng = np.random.RandomState(0)
    clips = {f"train/{name}": rng.normal(0, 0.5, (40, 9)) for name in ("walk_1", "walk_2", "run_1")}
    for clip in clips.values():
        clip[0] = 0.25  # a rest pose: it is no movement
    clips["test/walk_9"] = np.concatenate([clips["train/walk_1"][:1], rng.normal(size=(35, 9))])
    np.savez(tmp_path / "clips.npz", **clips)
    facts = {"parents": [-1, 0], "offsets": [[0, 0, 0], [0, 2, 0]], "unit_cm": 5.0, "convention": convention}
    (tmp_path / "skeleton.json").write_text(json.dumps(facts))
    dataset = load(tmp_path)
    assert dataset.class_counts == {"run": 8, "walk": 16}
    field = dataset.fields["real"]
    assert field.unit == 0.05
    run = dataset.columns["real"][0]
    np.testing.assert_allclose(run[:, :3], clips["train/run_1"][1:33, :3], atol=1e-6)
    vectors = field.rotation_vectors(run[None])[0]
    np.testing.assert_allclose(vectors, expected * clips["train/run_1"][1:33, 3:].reshape(32, 2, 3), atol=1e-4)
    assert len(load(tmp_path, "test")) == 4


def test_a_damaged_skeleton_is_said(tmp_path):
    np.savez(tmp_path / "clips.npz", walk_1=np.ones((40, 9)))
    (tmp_path / "skeleton.json").write_text('{"parents": [-1, 5], "offsets": [[0, 0, 0], [0, 2, 0]]}')
    with pytest.raises(UserError, match="parents before their children"):
        load(tmp_path)


# --- walker -----------------------------------------------------------------------------------------------------------


def test_walkers_are_the_same_at_every_call():
    first, second = (data.load(options("walker", frames=8), "test") for _ in range(2))
    np.testing.assert_array_equal(first.columns["real"], second.columns["real"])
    assert first.class_counts == dict.fromkeys(walker.CLASS_NAMES, 100)
    assert data.load(options("walker", frames=8)).columns["real"].shape == (3000, 8, 117)


def test_feet_stay_where_they_step():
    field, clips, labels = walkers(frames=32, count=60)
    places = field.positions(clips)[:, :, field.feet]
    steps = np.linalg.norm(np.diff(places[..., [0, 2]], axis=1), axis=-1)
    down = places[:, 1:, :, 1] < 0.005
    for number, name in enumerate(walker.CLASS_NAMES):
        own = labels == number
        assert np.median(steps[own][down[own]]) < 1e-3, name  # metres a frame
    assert places[..., 1].min() > -1e-3  # none goes through the floor


def test_each_kind_does_what_it_is_called():
    field, clips, labels = walkers(frames=32, count=60)
    places = field.positions(clips)
    gone = np.linalg.norm(places[:, -1, 0, [0, 2]] - places[:, 0, 0, [0, 2]], axis=-1)
    high = np.ptp(places[:, :, 0, 1], axis=1)
    walk, run, jump, wave, turn = (labels == number for number in range(5))
    assert gone[walk].min() > 0.5 > gone[wave].max()
    assert gone[run].min() > gone[walk].max()
    assert high[jump].min() > 3 * high[walk].max()
    turned = np.abs(np.asarray(field.to_model(clips))[..., 0] * field.spread[0] + field.mean[0]).sum(axis=1)
    assert turned[turn].min() > 1.2 > turned[run].max()
    hands = places[:, :, [field.joints.index(f"hand_{side}") for side in ("left", "right")], 1].max(axis=(1, 2))
    assert hands[wave].min() > 1.4 > hands[walk].max()
