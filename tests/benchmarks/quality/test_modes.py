"""Mode coverage: the scores and the data against numbers worked out by hand, and the ring at a small budget."""

import math

import numpy as np
import pytest

from benchmarks.common.command import run
from benchmarks.quality import modes
from benchmarks.quality.modes import MIXTURES, Mixture, Run, scores

# --- Scores -----------------------------------------------------------------------------------------------------------

TWO = Mixture(np.array([[0.0, 0.0], [10.0, 0.0]]), 0.5)  # high quality within 1.5


def test_scores_of_a_lopsided_example():
    samples = [[0.0, 0.3], [0.4, 0.0], [-1.2, 0.9], [4.0, 0.0], [0.0, 1.6], [10.0, -1.0], [7.0, 0.0], [10.0, 40.0]]
    found = scores(samples, TWO, least=2)
    # Near the first centre, at 0.3, 0.4 and 1.5, and near the second, at 1.0: the other four are far from both.
    assert found["modes"] == 1
    assert found["high_quality"] == 4 / 8
    # Five samples are nearest to the first centre, three to the second.
    assert found["reverse_kl"] == pytest.approx(5 / 8 * math.log(5 / 4) + 3 / 8 * math.log(3 / 4))
    assert found["spread"] == pytest.approx(math.sqrt((0.09 + 0.16 + 2.25 + 1.0) / 4 / 2) / 0.5)
    assert scores(samples, TWO, least=1)["modes"] == 2
    assert scores(samples, TWO, least=4)["modes"] == 0


def test_scores_of_one_mode_and_of_nothing():
    one = scores(np.full((30, 2), [10.0, 0.0]), TWO)
    assert one == {"modes": 1, "high_quality": 1.0, "reverse_kl": pytest.approx(math.log(2)), "spread": 0.0}
    nothing = scores(np.full((30, 2), [5.0, 100.0]), TWO)
    assert (nothing["modes"], nothing["high_quality"], nothing["spread"]) == (0, 0.0, None)


@pytest.mark.parametrize("name", MIXTURES)
def test_real_points_score_as_a_gaussian_does(name):
    mixture = MIXTURES[name]
    found = scores(mixture.points(20_000, np.random.default_rng(1)), mixture)
    assert found["modes"] == len(mixture.centres)
    inside = 1 - math.exp(-4.5)  # of a Gaussian in the plane within three deviations
    assert found["high_quality"] == pytest.approx(inside, abs=0.003)
    assert found["reverse_kl"] < 0.003
    assert found["spread"] == pytest.approx(math.sqrt(1 - 4.5 * math.exp(-4.5) / inside), abs=0.01)


# --- Data -------------------------------------------------------------------------------------------------------------


def test_centres():
    half = math.sqrt(2.0)
    assert MIXTURES["ring"].centres[:3] == pytest.approx(np.array([[2, 0], [half, half], [0, 2]]), abs=1e-12)
    assert MIXTURES["ring"].centres[5] == pytest.approx([-half, -half])
    assert len(MIXTURES["ring"].centres) == 8
    grid = MIXTURES["grid"].centres
    assert {tuple(centre) for centre in grid} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert len(grid) == 25
    assert (MIXTURES["ring"].deviation, MIXTURES["grid"].deviation) == (0.02, 0.05)


def test_points_are_drawn_around_all_centres_alike():
    mixture = Mixture(np.array([[1.0, -3.0], [5.0, 7.0], [-20.0, 0.0]]), 0.25)
    points = mixture.points(30_000, np.random.default_rng(0))
    assert (points.shape, points.dtype) == ((30_000, 2), np.float32)
    nearest = np.linalg.norm(points[:, None] - mixture.centres, axis=2).argmin(axis=1)
    for index, centre in enumerate(mixture.centres):
        own = points[nearest == index]
        assert len(own) == pytest.approx(10_000, rel=0.04)
        assert own.mean(axis=0) == pytest.approx(centre, abs=0.01)
        assert own.std(axis=0) == pytest.approx([0.25, 0.25], rel=0.03)


# --- Training ---------------------------------------------------------------------------------------------------------

GOOD = ("wgan_gp", "sngan", "r3gan", "dragan")


@pytest.mark.slow
def test_the_good_ones_cover_the_ring():
    runs = [Run("ring", objective, seed=0, steps=1000) for objective in GOOD]
    for row, samples in modes.train_all(runs, workers=2):
        assert samples.shape == (modes.SAMPLES, 2)
        assert row["modes"] == 8, row
        assert row["high_quality"] > 0.25, row
        assert row["reverse_kl"] < 0.1, row


# --- The report -------------------------------------------------------------------------------------------------------


def row(data="ring", objective="gan", seed=0, **found):
    values = {"modes": 8, "high_quality": 0.5, "reverse_kl": 0.25, "spread": 1.5, "cpu_seconds": 3.0}
    return {"data": data, "objective": objective, "seed": seed, **values, **found}


def test_report(tmp_path):
    rows = [row(high_quality=0.5), row(seed=1, modes=3, high_quality=0.7), row("grid", modes=0, spread=None)]
    result = {"machine": {"cpu": "a", "threads": 2, "system": "b", "python": "c"}, "steps": 50, "rows": rows}
    modes.write(tmp_path, result, [(each, MIXTURES[each["data"]].centres) for each in rows])
    text = (tmp_path / "modes.md").read_text()
    assert "| gan | 8, 3 | 0.600 ± 0.141 | 0.250 ± 0.000 | 1.500 ± 0.000 | 3 |" in text
    assert "| gan | 0 | 0.500 | 0.250 |  | 3 |" in text
    assert (tmp_path / "modes_ring.png").exists()
    assert (tmp_path / "modes_grid.png").exists()


@pytest.mark.parametrize("arguments", [["--objectives", "gann"], ["--steps", "75"], ["--seeds", "-1"]])
def test_bad_options_are_a_short_message(arguments, capsys):
    assert run(modes.Options, modes.benchmark, arguments) == 2
    assert capsys.readouterr().err.startswith("error: ")
