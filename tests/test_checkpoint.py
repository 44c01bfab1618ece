"""Checkpoints are whole or not there, and a damaged one is never loaded."""

import pytest

from keras_gan import checkpoint
from keras_gan.errors import UserError


@pytest.fixture
def saved(make_model, batches, tmp_path):
    model = make_model()
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


def test_damaged_checkpoint_is_named_and_passed_over(saved, make_model, capsys):
    _, folder = saved
    weights = folder / "step-000000002" / "model.weights.h5"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    fresh = make_model()
    assert checkpoint.restore_newest(fresh, folder) == 1
    assert "step-000000002 is damaged (model.weights.h5 was changed)" in capsys.readouterr().out


@pytest.mark.parametrize("manifest", ["", "{", "[]", "{}", '{"format": 1}', '{"format": 99, "sha256": {}}'])
def test_bad_manifests_are_damage(saved, manifest, make_model):
    _, folder = saved
    for path in checkpoint.list_checkpoints(folder):
        (path / "manifest.json").write_text(manifest)
        assert checkpoint.verify(path)
    with pytest.raises(UserError, match="no usable checkpoint"):
        checkpoint.restore_newest(make_model(), folder)


def test_no_checkpoint_is_the_start(make_model, tmp_path):
    assert checkpoint.restore_newest(make_model(), tmp_path) == 0


def test_leftovers_of_a_killed_save_are_ignored(saved, make_model):
    model, folder = saved
    (folder / ".step-000000003.tmp").mkdir()
    (folder / ".step-000000003.tmp" / "model.weights.h5").write_bytes(b"half")
    assert checkpoint.restore_newest(make_model(), folder) == 2
    checkpoint.save(model, folder, 3)
    assert checkpoint.restore_newest(make_model(), folder) == 3
