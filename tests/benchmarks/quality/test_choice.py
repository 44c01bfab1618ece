"""The choice of a setting sees no test image before it is made."""

import numpy as np
import pytest

from benchmarks.common.command import run
from benchmarks.quality import choice, judge


def test_parts_share_nothing_and_are_everything():
    learned, kept = choice.parts(60_000)
    assert len(kept) == choice.VALIDATION
    np.testing.assert_array_equal(np.sort(np.concatenate([learned, kept])), np.arange(60_000))
    assert abs(kept.mean() - 30_000) < 1_000  # of everywhere, and not the last ones


class Told:
    """A judge of samples that are their own FID; it notes what it was shown."""

    def __init__(self, shift):
        self.shift, self.seen = shift, []

    def scores(self, sample):
        self.seen.append(sample)
        return {"fid": sample + self.shift}


def test_the_chosen_value_alone_meets_the_test_images(monkeypatch, capsys):
    validation, test, trained = Told(0.0), Told(0.5), []
    images = np.zeros((60_000, 1)), np.zeros(60_000)
    monkeypatch.setattr(choice.data, "check_available", lambda options: None)
    monkeypatch.setattr(judge, "mnist", lambda *_: images)
    monkeypatch.setattr(judge, "load", lambda *_: (test, {}))
    judged = {}

    def of_images(train, reference, *_):
        judged["learned"], judged["reference"] = len(train[0]), len(reference[0])
        return validation, {}

    monkeypatch.setattr(judge, "of_images", of_images)

    def samples(value, seed, rows, options):
        trained.append((value, seed, len(rows)))
        return {2e-4: 30.0, 5e-4: 10.0, 1e-3: 20.0}[value] + seed

    monkeypatch.setattr(choice, "samples", samples)
    assert run(choice.Options, choice.benchmark, ["--seeds", "0", "1"]) == 0
    assert judged == {"learned": 50_000, "reference": 10_000}
    assert trained == [(value, seed, 50_000) for value in (2e-4, 5e-4, 1e-3) for seed in (0, 1)]
    assert len(validation.seen) == 6
    assert test.seen == [10.0, 11.0]
    assert "| 0.0005 | 10.5 ± 0.7 | 11.0 ± 0.7 |" in capsys.readouterr().out


def test_one_value_is_no_choice(capsys):
    assert run(choice.Options, choice.benchmark, ["--values", "0.1"]) == 2
    assert "at least two --values" in capsys.readouterr().err


@pytest.mark.slow
def test_a_quick_choice(mnist_dir, capsys):
    arguments = ["--quick", "--steps", "2", "--samples", "200", "--values", "0.0002", "0.001"]
    assert run(choice.Options, choice.benchmark, [*arguments, "--data-dir", str(mnist_dir)]) == 0
    assert "| value | FID, validation | FID, test |" in capsys.readouterr().out
