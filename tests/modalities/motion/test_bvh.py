"""BVH files, written and read, also by another reader."""

import io

import bvh as reader
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from keras_gan.modalities.motion import bvh
from tests.modalities.motion.figures import walkers

SMALL = """HIERARCHY
ROOT hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Yrotation Xrotation Zrotation
  JOINT knee
  {
    OFFSET 0 -4 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -3 1
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.04
1 2 3 90 0 0 0 90 0
1 2 4 10 20 30 40 50 60
"""


def written(field, clip):
    file = io.BytesIO()
    field.write(file, clip)
    return file.getvalue()


def test_angles_by_hand():
    clip = bvh.read(SMALL.encode())
    assert clip.skeleton.joints == ("hips", "knee", "knee_end")
    assert clip.skeleton.parents == (-1, 0, 1)
    assert clip.fps == pytest.approx(25)
    turns = bvh.rotations.matrices(clip.values[:, 3:].reshape(2, 3, 6))
    np.testing.assert_allclose(
        turns[1, 0], Rotation.from_euler("YXZ", [10, 20, 30], degrees=True).as_matrix(), atol=1e-6
    )
    np.testing.assert_allclose(
        turns[1, 1], Rotation.from_euler("ZXY", [40, 50, 60], degrees=True).as_matrix(), atol=1e-6
    )
    places = bvh.rotations.positions(turns, clip.values[:, :3], clip.skeleton.parents, clip.skeleton.offsets)
    # The knee is turned about x, so that what hung forward and down looks up and down; then all of it about y.
    np.testing.assert_allclose(places[0], [[1, 2, 3], [1, -2, 3], [1 - 3, -3, 3]], atol=1e-5)


def test_written_and_read_again():
    field, clips, _ = walkers()
    clip = bvh.read(written(field, clips[1]))
    assert clip.skeleton.unit == 1.0
    assert clip.fps == pytest.approx(30, rel=1e-5)
    np.testing.assert_allclose(clip.of(field.skeleton, 30.0), clips[1], atol=1e-5)  # whatever order joints come in


def test_another_reader_and_other_kinematics_agree():
    field, clips, _ = walkers()
    found = reader.Bvh(written(field, clips[3]).decode())
    assert found.nframes == 16
    assert found.frame_time == pytest.approx(1 / 30, rel=1e-5)
    frame, expected = 7, field.positions(clips[3])[7]

    turns = {None: Rotation.identity()}
    places = {"hips": np.array([found.frame_joint_channel(frame, "hips", f"{axis}position") for axis in "XYZ"])}
    for name in found.get_joints_names():  # parents first
        parent = found.joint_parent(name)
        above = turns[parent.name if parent else None]
        if parent:
            places[name] = places[parent.name] + above.apply(found.joint_offset(name))
        angles = [found.frame_joint_channel(frame, name, f"{axis}rotation") for axis in "ZYX"]
        turns[name] = above * Rotation.from_euler("ZYX", angles, degrees=True)
        np.testing.assert_allclose(places[name], expected[field.joints.index(name)], atol=1e-3)
    assert len(places) == 19


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("HIERARCHY", "HIERARCHI"), "does not begin with HIERARCHY"),
        (("Frames: 2", "Frames: 3"), "says 3 frames of 9 numbers, and has 18"),
        (("40 50", "nan 50"), "NaN or infinity"),
        (("Yrotation Xrotation", "Yrotation Wrotation"), "a channel 'Wrotation'"),
        (("0.04", "0"), "of 0.0 s each"),
        (("Frame Time", "Time"), "no Frame Time"),
    ],
)
def test_damage_is_named(change, why):
    with pytest.raises(bvh.Unreadable, match=why):
        bvh.read(SMALL.replace(*change).encode())


def test_other_rates_are_resampled():
    field, clips, _ = walkers()
    slow = bvh.resampled(clips[0][::2], 15, 30)
    assert len(slow) == 15
    np.testing.assert_allclose(slow[::2], clips[0][::2], atol=1e-5)
    assert np.abs(field.positions(slow) - field.positions(clips[0][:15])).max() < 0.02
    assert len(bvh.resampled(clips[0], 60, 30)) == 8
