"""What does not exist is answered with what does."""

import pytest

from keras_gan.errors import nearest
from tests.conftest import command, save_noise


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with photos, pairs of two kinds, an archive, a run and a model, none of which is read."""
    save_noise([tmp_path / name for name in ("photos/a.png", "horses/trainA/a.png", "horses/trainB/a.png")], (8, 8), 0)
    for name in ("photos.zip", "data.npz", "logs/dcgan-photos/config.json", "logs/gan-photos/config.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    for name in ("saved_model.pb", "generator.tflite", "manifest.json"):
        (tmp_path / "models/gan-photos/1").mkdir(parents=True, exist_ok=True)
        (tmp_path / "models/gan-photos/1" / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("photos", "did you mean folder:photos?"),
        ("./photos/", "did you mean folder:./photos/?"),
        ("{desk}/photos", "did you mean folder:{desk}/photos?"),
        ("horses", "did you mean unpaired:horses?"),
        ("photos.zip", "photos.zip is an archive: unpack it"),
        ("folder:photos.zip", "photos.zip is an archive: unpack it"),
        ("data.npz", "data.npz is an archive: unpack it"),
        ("photos/a.png", "images are read from folders, as in folder:photos."),
        ("folder:photos/a.png", "images are read from folders, as in folder:photos."),
        ("folder:Photo", "Did you mean photos?"),
        ("folder:photos+hoses", "Did you mean horses?"),
        ("FOLDER:photos", "did you mean 'folder:photos'?"),
        ("MNIST", "did you mean 'mnist'?"),
        ("Cifar-10", "did you mean 'cifar10'?"),
        ("nothing of the kind", "choose from: avatars"),
    ],
)
def test_data_sets(desk, name, answer, capsys):
    name, answer = name.format(desk=desk), answer.format(desk=desk)
    for words in (["inspect-data"], ["train", "--variant", "gan"]):
        assert command(*words, "--dataset", name) == 2
        assert answer in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("report --log-dir logs --run dcgan-photo", "Did you mean dcgan-photos?"),
        ("export --log-dir logs --run GAN-photos", "Did you mean gan-photos?"),
        ("train --log-dir logs --resume gan-fotos", "Did you mean gan-photos?"),
        ("report --run models/gan-photos/1", "is an exported model and no run: give it as --model"),
        ("evaluate --run nobody --log-dir logs", "(runs there: "),
        ("sample --model models/gan-photos", "did you mean models/gan-photos/1?"),
        (
            "sample --model models/gan-photos/1/generators.tflite",
            "there is no file models/gan-photos/1/generators.tflite",
        ),
        ("sample --model zoo:dcgan-avatar", "unknown model of the zoo 'dcgan-avatar': did you mean 'dcgan-avatars'?"),
        ("sample --model models/gan-foto", "Did you mean models/gan-photos?"),
        ("sample --model logs/gan-photos", "keras_gan export --run logs/gan-photos makes one"),
        ("translate --model models/gan-photos/1 --input photo --out x", "Did you mean photos?"),
        ("evaluate --images photo --reference photos", "Did you mean photos?"),
        ("evaluate --images photos --reference dta.npz", "Did you mean data.npz?"),
        ("evalute --run x", "did you mean 'evaluate'?"),
    ],
)
def test_runs_models_and_files(desk, words, answer, capsys):
    assert command(*words.split()) == 2
    assert answer in capsys.readouterr().err


def test_nearest_name():
    assert nearest("DCGAN", ["gan", "dcgan"]) == "dcgan"
    assert nearest("x", ["gan", "dcgan"]) is None
