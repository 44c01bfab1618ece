"""A run that starts from another keeps what that has learned, and what is said to begin anew does."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.resilience import faults
from keras_gan.config import RunConfig
from keras_gan.errors import UserError
from keras_gan.modalities.label import Label
from keras_gan.runs import taking_over
from tests.conftest import save_dataset, train
from tests.golden import facts

GAN = (
    *("--variant", "gan", "--image-size", 16, "--batch-size", 8, "--no-health", "--export"),
    *("--model.latent-dim", 5, "--model.generator-units", 8, "--model.discriminator-units", 8),
)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return save_dataset(tmp_path_factory.mktemp("photos") / "photos", "sample", 24)


@pytest.fixture(scope="module")
def logs(tmp_path_factory, photos):
    """Folder of runs, with a `donor` of six steps."""
    folder = tmp_path_factory.mktemp("logs")
    assert started(photos, folder, "donor", "--steps", 6) == 0
    return folder


def started(photos, logs, name, *options):
    return train(*GAN, "--dataset", photos, "--log-dir", logs, "--run-name", name, *options)


def weights(run, step):
    """All arrays of a checkpoint, `{path: array}`."""
    return facts.arrays(run / "checkpoints" / f"step-{step:09d}" / "model.weights.h5")


def manifest(run, step):
    return json.loads((run / "checkpoints" / f"step-{step:09d}" / "manifest.json").read_text())


def distance(one, other, part):
    """The largest difference of the arrays whose path begins so."""
    names = [name for name in one if name.startswith(part)]
    assert names
    return max(float(np.abs(one[name].astype(float) - other[name]).max()) for name in names)


def test_the_average_of_the_donor_is_kept(logs, photos, capsys):
    assert started(photos, logs, "heir", "--steps", 1, "--init-from", "donor") == 0
    said = "starting from the networks of donor at step 6, its last checkpoint, with the moving average."
    assert said in capsys.readouterr().out
    donor, heir = weights(logs / "donor", 6), weights(logs / "heir", 1)
    apart = max(abs(donor[name] - donor[f"ema_{name}"]).max() for name in donor if name.startswith("generator/"))
    # Eight images of a half-life of 10,000: less than a thousandth of the way from the average to the generator.
    assert 0 < distance(donor, heir, "ema_generator") < 1e-3 * (apart + distance(donor, heir, "generator"))
    assert manifest(logs / "heir", 1)["course"] == {"data_order": 2, "ema_rampup": None, "earlier_updates": [0, 0]}


def test_an_heir_is_resumed_to_the_bit(logs, photos, tmp_path):
    heir = ("--init-from", str(logs / "donor"), "--init-optimizer")
    assert started(photos, tmp_path, "whole", "--steps", 4, *heir) == 0
    assert started(photos, tmp_path, "parted", "--steps", 2, *heir) == 0
    assert manifest(tmp_path / "parted", 2)["course"]["earlier_updates"] == [6, 6]
    assert train("--resume", tmp_path / "parted", "--steps", 4) == 0
    assert faults.bits(tmp_path / "whole") == faults.bits(tmp_path / "parted")
    # What was killed before it had saved anything begins with the donor again.
    shutil.rmtree(tmp_path / "parted" / "checkpoints" / "step-000000004")
    shutil.rmtree(tmp_path / "parted" / "checkpoints" / "step-000000002")
    assert train("--resume", tmp_path / "parted", "--steps", 4) == 0
    assert faults.bits(tmp_path / "whole") == faults.bits(tmp_path / "parted")


@pytest.mark.parametrize(
    ("variant", "augment", "state"), [("began", "none", "k"), ("gan", "ada", "augment_probability")]
)
def test_states_of_the_training_come_along(variant, augment, state, make_model):
    donor, heir = (make_model(variant, seed=seed, augment=augment) for seed in (1, 2))
    getattr(donor, state).assign(0.25)
    donor.step.assign(7)
    assert state in taking_over._take_states(heir, donor)
    assert (float(getattr(heir, state)), int(heir.step)) == (0.25, 0)
    assert taking_over._take_states(make_model("dcgan"), donor) == []


def test_other_optimizers_are_not_taken(make_model):
    donor, heir = make_model("wgan"), make_model("gan")
    with pytest.raises(UserError, match="--init-optimizer: wgan was trained by RMSprop, and gan is by Adam"):
        taking_over._take_moments(heir, donor, RunConfig(variant="gan", init_from="donor", init_optimizer=True))


def test_moments_go_on_and_rates_begin_anew(make_model, batches):
    """One step more of the donor, and the first of an heir, from the same weights on the same batch, are the same."""
    donor, heir = (make_model("lsgan", run_eagerly=True) for _ in range(2))
    donor.fit(batches(3), verbose=0)
    for name in ("generator", "discriminator", "ema_generator"):
        getattr(heir, name).set_weights(getattr(donor, name).get_weights())
    heir.step.assign(3)  # the same noise
    options = RunConfig(variant="lsgan", init_from="donor", init_optimizer=True)
    heir.follow(earlier_updates=taking_over._take_moments(heir, donor, options))
    assert heir.course.earlier_updates == (3, 3)
    for model in (donor, heir):
        model.fit(batches(1, seed=5), verbose=0)
    assert (int(donor.optimizer.iterations), int(heir.optimizer.iterations)) == (4, 1)
    for one, other in zip(donor.generator.weights, heir.generator.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_classes_of_other_names_are_named(make_model, capsys):
    donor, heir = make_model("cgan"), make_model("cgan")
    donor._fields, heir._fields = (
        tuple({**model.fields, "label": Label(3, names)}.items())
        for model, names in ((donor, ("cat", "dog", "owl")), (heir, ("cat", "owl", "sun")))
    )
    options = RunConfig(variant="cgan", init_from="zoo")
    taking_over._note_other_classes(heir, SimpleNamespace(model=donor), options)
    said = "classes are called otherwise than in zoo: 'dog' is now 'owl', 'owl' is now 'sun'."
    assert said in capsys.readouterr().out


def test_what_cannot_be_taken_is_said_before_training(logs, photos, tmp_path, capsys):
    assert started(photos, tmp_path, "heir", "--init-optimizer") == 2
    assert "--init-optimizer needs --init-from RUN" in capsys.readouterr().err
    assert started(photos, tmp_path, "heir", "--init-from", "nobody") == 2
    assert "no run 'nobody'" in capsys.readouterr().err
    assert train("--resume", logs / "donor", "--steps", 8, "--init-from", "donor") == 2
    assert "are for new runs, and donor goes on from its own checkpoint" in capsys.readouterr().err
