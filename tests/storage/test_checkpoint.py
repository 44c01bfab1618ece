"""Checkpoints are whole or not there, and a damaged one is never loaded."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_gan import registry
from keras_gan.errors import MachineFailed, UserError
from keras_gan.storage import checkpoint
from keras_gan.training import building
from keras_gan.training.course import Course

FORMAT_1 = Path(__file__).parents[1] / "files" / "checkpoint-format-1"


@pytest.fixture
def saved(make_model, batches, tmp_path):
    model = make_model(run_eagerly=True)  # two steps take less time than compiling one
    for step in (1, 2):
        model.fit(batches(1, seed=step), verbose=0)
        checkpoint.save(model, tmp_path, step)
    return model, tmp_path


def test_newest_is_restored(saved, make_model):
    model, folder = saved
    fresh = make_model(seed=9)
    assert checkpoint.restore_newest(fresh, folder) == 2
    assert int(fresh.step) == 2
    assert (fresh.sample(1) == model.sample(1)).all()


def test_the_course_of_a_training_is_restored(saved, make_model):
    model, folder = saved
    model.follow(data_order=2, ema_rampup=None, earlier_updates=(3, 15))
    checkpoint.save(model, folder, 3)
    fresh = make_model(seed=9)
    checkpoint.restore_newest(fresh, folder)
    assert fresh.course == model.course == Course(2, None, (3, 15))
    assert fresh.discriminator_optimizer.earlier_updates == 15


def test_damaged_checkpoint_is_named_and_passed_over(saved, make_model, capsys):
    _, folder = saved
    weights = folder / "step-000000002" / "model.weights.h5"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    fresh = make_model()
    assert checkpoint.restore_newest(fresh, folder) == 1
    assert "step-000000002 is damaged (model.weights.h5 was changed)" in capsys.readouterr().out


@pytest.mark.parametrize(
    "manifest",
    [
        *("", "{", "[]", "{}", '{"format": 1}', '{"format": 0, "sha256": {}}'),
        '{"format": 2, "step": 4, "circumstances": {}, "sha256": {}}',  # vouches for nothing
        '{"format": 2, "step": "4", "circumstances": {}, "sha256": {"model.weights.h5": ""}}',
        '{"format": 2, "step": 4, "circumstances": {}, "sha256": {"model.weights.h5": "", "../../x": ""}}',
        '{"format": 3, "step": 4, "circumstances": {}, "sha256": {"model.weights.h5": ""}}',
        '{"format": 3, "step": 4, "circumstances": {}, "course": {"fun": 1}, "sha256": {"model.weights.h5": ""}}',
    ],
)
def test_bad_manifests_are_damage(saved, manifest, make_model):
    _, folder = saved
    for path in checkpoint.list_checkpoints(folder):
        (path / "manifest.json").write_text(manifest)
        assert checkpoint.verify(path)
    with pytest.raises(UserError, match="no usable checkpoint"):
        checkpoint.restore_newest(make_model(), folder)


def spoil(path):
    content = bytearray((path / "model.weights.h5").read_bytes())
    content[len(content) // 2] ^= 1
    (path / "model.weights.h5").write_bytes(content)


def test_a_later_program_s_checkpoint_is_refused_and_left_alone(saved, make_model):
    model, folder = saved
    path = folder / "step-000000002" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99, "colour": "blue"}))
    with pytest.raises(UserError, match="has format 99, and this program reads 1 to 3"):
        checkpoint.restore_newest(make_model(), folder)
    checkpoint.save(model, folder, 3, keep=1)
    assert [each.name for each in checkpoint.list_checkpoints(folder)] == ["step-000000002", "step-000000003"]


def test_damaged_ones_do_not_push_out_whole_ones(saved, make_model):
    model, folder = saved
    spoil(folder / "step-000000002")
    for step in (3, 4):
        checkpoint.save(model, folder, step, keep=2)
    found = [each.name for each in checkpoint.list_checkpoints(folder) if not checkpoint.verify(each)]
    assert found == ["step-000000003", "step-000000004"]


def test_a_damaged_one_ahead_leaves_the_newest_whole_one(saved, make_model, capsys):
    model, folder = saved
    shutil.copytree(folder / "step-000000002", folder / "step-000000009")
    spoil(folder / "step-000000009")
    checkpoint.save(model, folder, 3, keep=1)  # a run that went on from before the damaged one
    assert checkpoint.restore_newest(make_model(), folder) == 3


def test_the_best_one_helps_where_all_others_are_damaged(saved, make_model, capsys):
    model, folder = saved
    checkpoint.save_best(model, folder, 1, {"name": "fid", "value": 5.0, "step": 1, "protocol": {}})
    for path in checkpoint.list_checkpoints(folder):
        spoil(path)
    assert checkpoint.restore_newest(make_model(), folder) == 1
    assert "going on from the best checkpoint, of step 1" in capsys.readouterr().out


def test_no_checkpoint_is_the_start(make_model, tmp_path):
    assert checkpoint.restore_newest(make_model(), tmp_path) == 0


def test_leftovers_of_a_killed_save_are_ignored(saved, make_model):
    model, folder = saved
    (folder / ".step-000000003.tmp").mkdir()
    (folder / ".step-000000003.tmp" / "model.weights.h5").write_bytes(b"half")
    assert checkpoint.restore_newest(make_model(), folder) == 2
    checkpoint.save(model, folder, 3)
    assert checkpoint.restore_newest(make_model(), folder) == 3


def test_format_1_is_read_for_ever():
    """Written by the first version: dcgan at its smallest, seed 3, after two steps on one channel of noise."""
    fields = building.image_fields("dcgan", (16, 16, 1))
    model = building.build("dcgan", registry.module("dcgan").TINY, fields, seed=7)
    model.compile()
    assert checkpoint.restore_newest(model, FORMAT_1) == 2
    assert checkpoint.read_manifest(checkpoint.list_checkpoints(FORMAT_1)[0])["circumstances"] == {}
    assert checkpoint.changed_circumstances(model, FORMAT_1) == ""
    assert model.course == Course(data_order=1, ema_rampup=0.05)  # as it was then
    expected = [0.5000119805335999, 0.4998916983604431, 0.4999139904975891, 0.49976658821105957]
    np.testing.assert_allclose(model.sample(2, seed=5)[1, 3, 4:8, 0], expected, atol=1e-6)
    iterations, _, momentum, velocity = model.discriminator_optimizer.variables[:4]
    assert int(iterations) == 2
    assert np.abs(keras.ops.convert_to_numpy(momentum)).sum() == pytest.approx(5.652960777282715)
    assert np.abs(keras.ops.convert_to_numpy(velocity)).sum() == pytest.approx(0.033969078212976456)


def test_the_best_is_replaced_when_the_next_is_whole(saved, make_model, capsys):
    model, folder = saved
    assert checkpoint.best_score(folder) is None
    score = {"name": "fid", "value": 5.0, "step": 1, "protocol": {}}
    checkpoint.save_best(model, folder, 1, score)
    checkpoint.save_best(model, folder, 2, score | {"value": 3.0})
    assert [path.name for path in folder.glob("best*")] == ["best-000000002"]
    assert checkpoint.best_score(folder) == score | {"value": 3.0}
    assert checkpoint.restore_best(make_model(), folder) == 2
    # What a kill before the older one is removed leaves, and then damage.
    shutil.copytree(folder / "best-000000002", folder / "best-000000003")
    (folder / "best-000000003" / "model.weights.h5").write_bytes(b"")
    assert checkpoint.restore_best(make_model(), folder) == 2
    assert "best-000000003 is damaged" in capsys.readouterr().out


def test_what_is_replaced_while_it_is_read_is_read_anew(saved, make_model, monkeypatch, capsys):
    """A run that is being trained saves, and removes its oldest checkpoints, whenever it likes."""
    model, folder = saved
    verify, looked_at = checkpoint.verify, []

    def late(path):
        problem = verify(path)
        if not looked_at:
            with monkeypatch.context() as of_the_run:
                of_the_run.setattr(checkpoint, "verify", verify)
                checkpoint.save(model, folder, 7, keep=1)
        looked_at.append(path.name)
        return problem

    monkeypatch.setattr(checkpoint, "verify", late)
    assert checkpoint.restore_newest(make_model(), folder) == 7
    assert looked_at == ["step-000000002", "step-000000001", "step-000000007"]
    assert capsys.readouterr().out == ""


def test_a_checkpoint_of_another_model_is_refused(saved, make_model):
    _, folder = saved
    with pytest.raises(UserError, match="weights of another model"):
        checkpoint.restore_newest(make_model("wgan_gp", image_shape=(32, 32, 1)), folder)


def test_other_circumstances_are_named(saved, monkeypatch):
    model, folder = saved
    assert checkpoint.changed_circumstances(model, folder) == ""
    threads = checkpoint.circumstances(model)["threads"]
    manifest = folder / "step-000000002" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"threads": {threads}', '"threads": 99'))
    assert checkpoint.changed_circumstances(model, folder) == f"threads 99 -> {threads}"
    was = checkpoint.circumstances(model)["onednn"]
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    assert checkpoint.changed_circumstances(model, folder) == f"threads 99 -> {threads}, onednn {was} -> 0"


def test_what_cannot_be_written_leaves_the_rest_alone(saved):
    model, folder = saved
    (folder / ".step-000000003.tmp").write_text("a file where a folder is to be")
    with pytest.raises(MachineFailed, match="cannot save a checkpoint of step 3"):
        checkpoint.save(model, folder, 3)
    assert [path.name for path in checkpoint.list_checkpoints(folder)] == ["step-000000001", "step-000000002"]
