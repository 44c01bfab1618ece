"""Clips of movement from one form to the other, in a mirror, slower, longer and round and round."""

import io

import numpy as np
import pytest

from keras_gan.modalities.motion import Skeleton
from keras_gan.modalities.motion.start import Start
from tests.modalities.motion.figures import walkers


class Noise:
    """Numbers as they are said."""

    def __init__(self, **numbers):
        self._numbers = numbers

    def uniforms(self, shapes):
        assert shapes.keys() == self._numbers.keys()
        return {name: np.asarray(values, np.float32) for name, values in self._numbers.items()}


def speeds(field, clips):
    return np.linalg.norm(np.diff(field.positions(clips), axis=1), axis=-1)


def test_networks_see_mean_0_and_spread_1():
    field, clips, _ = walkers()
    seen = np.asarray(field.to_model(clips))
    assert seen.shape == (20, *field.model_shape)
    np.testing.assert_allclose(seen.mean(axis=(0, 1)), 0, atol=1e-4)
    assert 0.7 < seen.std() < 1.05
    np.testing.assert_array_equal(field.to_model(seen), seen)  # what is so already


def test_there_and_back_it_is_the_same_movement():
    field, clips, _ = walkers()
    back = field.from_model(field.to_model(clips))["motions"].numpy()
    assert back.shape == clips.shape
    np.testing.assert_allclose(speeds(field, back), speeds(field, clips), atol=1e-5)
    np.testing.assert_allclose(back[:, 0, [0, 2]], 0, atol=1e-6)  # it begins at the origin
    np.testing.assert_allclose(field.to_model(back), field.to_model(clips), atol=1e-3)


def test_where_it_begins_and_looks_is_not_seen():
    field, clips, _ = walkers()
    elsewhere = field.joined(clips, clips)[:, clips.shape[1] :]  # turned, and moved to where it ends
    assert np.abs(elsewhere[..., 2] - clips[:, 1:, 2]).max() > 0.5
    np.testing.assert_allclose(field.to_model(elsewhere), field.to_model(clips[:, 1:]), atol=1e-3)


def test_places_in_its_own_frame_move_as_those_on_the_floor():
    field, clips, _ = walkers()
    places, steps = (np.asarray(each) for each in field.in_own_frame(field.to_model(clips)))
    np.testing.assert_allclose(np.linalg.norm(steps[:, 1:], axis=-1), speeds(field, clips), atol=1e-4)
    np.testing.assert_allclose(places[..., 1], field.positions(clips)[..., 1], atol=1e-4)


def test_bones_keep_their_length_whatever_a_network_says():
    field, _, _ = walkers()
    wild = np.random.RandomState(0).normal(size=(4, *field.model_shape)).astype(np.float32) * 3
    places = field.positions(field.from_model(wild)["motions"].numpy())
    bones = np.linalg.norm(places[:, :, 1:] - places[:, :, list(field.parents[1:])], axis=-1)
    np.testing.assert_allclose(bones, np.linalg.norm(field.offsets[1:], axis=-1) + 0 * bones, atol=1e-4)


def test_in_a_mirror_left_is_right():
    field, clips, _ = walkers()
    seen = field.to_model(clips)
    mirrored = field.from_model(field.in_a_mirror(seen))["motions"].numpy()
    there, here = field.positions(mirrored), field.positions(field.from_model(seen)["motions"].numpy())
    left, right = field.joints.index("hand_left"), field.joints.index("hand_right")
    np.testing.assert_allclose(there[:, :, left] * (-1, 1, 1), here[:, :, right], atol=1e-3)
    np.testing.assert_allclose(field.in_a_mirror(field.in_a_mirror(seen)), seen, atol=1e-4)


def test_a_skeleton_knows_its_sides_by_where_they_are():
    parents, offsets = (
        (-1, 0, 1, 0, 3, 0),
        np.array([[0, 0, 0], [2, 0, 0], [0, 1, 0], [-2, 0, 0], [0, 1, 0], [0, 3, 0]]),
    )
    whole = Skeleton(tuple("abcdef"), parents, offsets)
    assert whole.mirrored() == (0, 3, 4, 1, 2, 5)
    assert (whole.sides, whole.head) == ([0, 1, 1, -1, -1, 0], 5)
    assert Skeleton(tuple("abcde"), parents[:5], offsets[:5] * [[1], [1], [9], [1], [1]]).mirrored() is None


def test_a_manifest_says_how_joints_hang_together():
    field, _, _ = walkers()
    facts = field.made_facts
    assert (facts["frames"], facts["fps"]) == (16, 30.0)
    assert facts["skeleton"]["parents"] == field.parents
    assert field.joints[facts["skeleton"]["head"]] == "head"
    assert facts["skeleton"]["height"] == pytest.approx(field.skeleton.height)
    sides = dict(zip(field.joints, facts["skeleton"]["sides"], strict=True))
    assert (sides["hand_left"], sides["hand_right"], sides["hips"]) == (1, -1, 0)


def test_slower_is_the_first_part_for_all_of_it():
    field, clips, _ = walkers()
    seen = field.to_model(clips)
    slow = field.augment(seen, Noise(mirror=[1.0] * 20, speed=[0.0] * 20), ("speed",))  # at four fifths
    there, here = (field.positions(field.from_model(each)["motions"].numpy()) for each in (slow, seen))
    np.testing.assert_allclose(there[:, 5], here[:, 4], atol=0.02)
    np.testing.assert_allclose(there[:, 15], here[:, 12], atol=0.05)
    same = field.augment(seen, Noise(mirror=[1.0] * 20, speed=[1.0] * 20), ("mirror", "speed"))
    np.testing.assert_allclose(same, seen, atol=1e-5)


def test_feet_and_floor_are_learned():
    field, _, _ = walkers()
    assert {field.joints[foot] for foot in field.feet} == {"toe_left", "toe_right"}
    assert abs(field.floor[0]) < 0.01
    assert 0.03 < field.floor[1] - field.floor[0] < 0.07


def test_joined_clips_have_no_seam():
    field, clips, _ = walkers()
    first, second = clips[:, :10], field.from_model(field.to_model(clips[:, 9:]))["motions"].numpy()
    np.testing.assert_allclose(field.positions(field.joined(first, second)), field.positions(clips), atol=1e-3)


def test_a_loop_ends_where_it_begins():
    field, clips, _ = walkers()
    whole = field.looped(clips, overlap=4)
    assert whole.shape[1] == 12
    twice = field.joined(whole, field.joined(whole[:, -1:], whole)[:, 1:] * 1.0)
    seen = np.asarray(field.to_model(whole))
    step = np.abs(seen[:, 0, 4:] - seen[:, -1, 4:]).max()
    assert step <= np.abs(np.diff(np.asarray(field.to_model(clips))[..., 4:], axis=1)).max() * 1.5
    assert twice.shape[0] == 20


def test_start_is_two_frames_as_networks_see_them():
    field, clips, _ = walkers()
    start = Start.of_motion(field)
    given = start.from_edge(field.ends(clips))
    assert given.shape == (20, 2, field.model_shape[1])
    np.testing.assert_allclose(given[:, 1], field.to_model(clips)[:, -1], atol=1e-3)
    assert start.of_seeds(np.arange(3)).shape == (3, 2, clips.shape[2])


def test_parts_are_what_they_say():
    field, clips, _ = walkers()
    parts = {name: np.asarray(values) for name, values in field.parts_of(clips).items()}
    assert {name: values.shape[1:] for name, values in parts.items()} == {
        name: part.shape for name, part in field.parts.items()
    }
    np.testing.assert_allclose(parts["positions"], field.positions(clips), atol=1e-5)
    np.testing.assert_array_equal(parts["root"], clips[..., :3])
    np.testing.assert_allclose(parts["rotations"], field.rotation_vectors(clips), atol=1e-4)


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_films_have_every_frame_at_their_rate(suffix, tmp_path):
    from imageio_ffmpeg import count_frames_and_secs

    field, clips, _ = walkers()
    path = tmp_path / f"film{suffix}"
    with path.open("wb") as file:
        field.sheet(clips[:2], 2).writer_of(suffix)(file)
    frames, seconds = count_frames_and_secs(str(path))
    assert frames == 16
    assert seconds == pytest.approx(16 / 30, abs=0.02)


def test_an_archive_of_places():
    field, clips, _ = walkers()
    file = io.BytesIO()
    field.write_further(file, clips[1], ".npz")
    with np.load(io.BytesIO(file.getvalue())) as arrays:
        np.testing.assert_allclose(arrays["positions"], field.positions(clips[1]))
        assert arrays["rotations"].shape == (16, 19, 3)
        assert arrays["fps"] == 30
