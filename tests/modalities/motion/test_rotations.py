"""Rotations and forward kinematics against numbers by hand and SciPy's `Rotation`."""

import keras
import numpy as np
from scipy.spatial.transform import Rotation

from keras_gan.modalities.motion import rotations

# A trunk that forks: 0 - 1 - 2, and 0 - 3.
PARENTS, OFFSETS = (-1, 0, 1, 0), np.array([[0, 0, 0], [0, 2.0, 0], [1.0, 0, 0], [0, 0, 3.0]])


def test_positions_by_hand():
    turns = np.stack([np.eye(3)] * 4)
    turns[0] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]  # a quarter about z: y comes to -x
    turns[1] = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]  # a quarter about x, which leaves x alone
    places = rotations.positions(turns, np.array([10.0, 0, 0]), PARENTS, OFFSETS)
    np.testing.assert_allclose(places, [[10, 0, 0], [8, 0, 0], [8, 1, 0], [10, 0, 3]], atol=1e-6)


def test_what_a_parent_turns_its_children_turn_with():
    turns = np.stack([np.eye(3)] * 4)
    turns[1] = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]  # a quarter about y: x comes to -z
    places = rotations.positions(turns, np.zeros(3), PARENTS, OFFSETS)
    np.testing.assert_allclose(places[2], [0, 2, -1], atol=1e-6)


def test_arrays_and_tensors_agree():
    rng = np.random.RandomState(0)
    sixes, root = rng.normal(size=(2, 5, 4, 6)).astype(np.float32), rng.normal(size=(2, 5, 3)).astype(np.float32)
    plain = rotations.positions(rotations.matrices(sixes), root, PARENTS, OFFSETS)
    ops = keras.ops
    tensors = rotations.positions(rotations.matrices(ops.array(sixes), ops), ops.array(root), PARENTS, OFFSETS, ops)
    np.testing.assert_allclose(tensors, plain, atol=1e-5)


def test_six_numbers_of_any_size_are_a_rotation():
    turns = rotations.matrices(np.random.RandomState(1).normal(size=(50, 6)) * 3)
    np.testing.assert_allclose(turns @ turns.swapaxes(-1, -2), np.eye(3) + np.zeros((50, 3, 3)), atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(turns), 1, atol=1e-6)
    np.testing.assert_allclose(rotations.matrices(rotations.sixes(turns)), turns, atol=1e-6)


def test_vectors_are_those_of_scipy():
    turns = Rotation.random(500, random_state=3)
    np.testing.assert_allclose(rotations.of_vectors(turns.as_rotvec()), turns.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(rotations.vectors(turns.as_matrix()), turns.as_rotvec(), atol=1e-9)
    few = np.array([[0, 0, 0], [1e-6, 0, 0], [0, 3.14159, 0], [0, 0, -3.1415]])  # where others divide by nothing
    np.testing.assert_allclose(rotations.vectors(rotations.of_vectors(few)), few, atol=1e-6)


def test_about_y_brings_z_to_x():
    turned = rotations.about_y(np.array([[1.0, 5.0, 2.0]]), np.array([[1.0]]), np.array([[0.0]]))
    np.testing.assert_allclose(turned, [[2, 5, -1]])
    matrix = Rotation.from_euler("y", 0.3).as_matrix()
    turned = rotations.about_y(np.array([1.0, 5.0, 2.0]), np.array([np.sin(0.3)]), np.array([np.cos(0.3)]))
    np.testing.assert_allclose(turned, matrix @ [1, 5, 2])
