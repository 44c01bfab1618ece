"""The rule of memorisation, on figures made by hand."""

import numpy as np

from keras_gan.health.memorisation import memorisation
from keras_gan.health.training_neighbours import TrainingNeighbours
from tests.conftest import noise_images


def test_memorisation():
    assert memorisation(500, np.full(64, 9.0), np.full(64, 10.0)) is None
    assert "20% as far" in memorisation(500, np.full(64, 2.0), np.full(64, 10.0)).saw


def test_some_copies_are_enough_and_a_few_are_not():
    others = np.random.RandomState(0).uniform(8.0, 12.0, 256)
    for share, found in ((0.3, True), (0.15, True), (0.05, False)):
        samples = np.where(np.arange(200) < 200 * share, 1.0, 9.0)
        finding = memorisation(500, samples, others)
        assert bool(finding) == found
        assert not finding or finding.saw.startswith(f"{share:.0%} of samples (of real examples 0%) are copies")


def test_what_is_usual_among_dense_examples_is_no_copy():
    # Simple shapes lie near one another: half of all samples, and half of all real examples.
    dense = np.r_[np.full(100, 2.0), np.full(100, 10.0)]
    assert memorisation(500, dense, dense, usual=(dense, dense)) is None
    assert memorisation(500, np.full(200, 2.0), dense, usual=(dense, dense)) is not None


def test_mirrored_copies_are_found_where_the_training_mirrors():
    train, held_out = noise_images("dcgan", 3000), noise_images("dcgan", 100, seed=1)
    copies = train.columns["real"][2900:]
    mirror = train.fields["real"].undone
    plain = TrainingNeighbours(train, held_out)
    mirroring = TrainingNeighbours(train, held_out, [lambda samples: mirror(samples, "flip")])
    for samples in (copies, copies[:, :, ::-1]):
        which, distances = mirroring.nearest(samples)
        assert list(which) == list(range(2900, 3000))
        assert not distances.any()
    assert np.all(plain.nearest(copies[:, :, ::-1])[1] > 0)


def test_without_held_out_examples_the_others_say_what_is_usual():
    train = noise_images("dcgan", 40)
    neighbours = TrainingNeighbours(train)
    assert np.all(neighbours.distances > 0)
    assert np.allclose(neighbours.usual(train.columns["real"][:3]), np.median(neighbours.distances), rtol=0.1)
