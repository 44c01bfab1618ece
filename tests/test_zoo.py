"""The zoo: what is committed is small, whole and draws; and how `tools/zoo.py` fills it."""

import functools
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageSequence

from keras_gan import cli, config, exported, exporters, registry
from keras_gan.storage.files import sha256
from tests.conftest import tiny
from tools import gallery, zoo

FOLDERS = sorted(path.parent for path in zoo.ZOO.glob("*/manifest.json"))


def test_every_variant_that_draws_images_from_noise_has_a_place():
    drawing = {name for name in registry.list_variants() if registry.variant(name).gives == "image"}
    drawing = {name for name in drawing if registry.variant(name).task == "sample"}
    of_words = {name for name in drawing if "text" in registry.variant(name).takes}
    assert {f"{name}-avatars" for name in drawing - of_words} <= set(zoo.MODELS)
    assert {f"{name}-captions" for name in of_words} <= set(zoo.MODELS)


def test_there_is_something_of_every_kind():
    kinds = {registry.variant(model.variant).gives.partition(".")[0] for model in zoo.MODELS.values()}
    assert kinds == {"image", "text", "motion", "video", "sound"}
    for name, model in zoo.MODELS.items():
        assert name == f"{model.variant}-{model.dataset}"
        assert model.image_size is None or model.image_size in (registry.variant(model.variant).sizes or (64,))


@pytest.mark.parametrize("name", zoo.MODELS)
def test_a_command_is_one_that_can_be_given(name):
    run, _ = cli._parse_train(zoo.MODELS[name].command.split()[2:], "train.py")
    assert (run.variant, run.dataset) == (zoo.MODELS[name].variant, zoo.MODELS[name].dataset)
    config.defaults(run.variant, run.preset)


def test_it_is_small():
    sizes = {path: path.stat().st_size for path in zoo.ZOO.rglob("*") if path.is_file()}
    assert {path: size for path, size in sizes.items() if size > zoo.MOST_BYTES} == {}
    assert sum(sizes.values()) <= zoo.MOST_BYTES_IN_ALL


def test_it_holds_models_of_the_table_alone():
    assert {path.name for path in zoo.ZOO.iterdir() if path.is_dir()} == {folder.name for folder in FOLDERS}
    assert {folder.name for folder in FOLDERS} <= set(zoo.MODELS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_is_whole_and_draws(folder):
    held = {path.name for path in folder.iterdir()}
    networks = {f"{name}-float16.tflite" for name in ("generator", "mapping", "synthesis", "continuation")}
    assert held - {"fields.npz", "scores.json", "directions.json", *networks, *gallery.SAMPLES} == {
        *("manifest.json", "MODEL_CARD.md", "command.txt"),
    }
    assert held & {*gallery.SAMPLES}
    facts = json.loads((folder / "manifest.json").read_text())
    assert folder.name == f"{facts['generator']['variant']}-{facts['configuration']['dataset'].rpartition(':')[2]}"
    described = {name: file for name, file in facts["files"].items() if name in held}
    assert {name: sha256(folder / name) for name in described} == {
        name: file["sha256"] for name, file in described.items()
    }
    assert facts["cost"]["seconds"] > 0
    if (folder / "scores.json").is_file():  # of any machine
        assert not Path(json.loads((folder / "scores.json").read_text())["subject"]["model"]).is_absolute()
    assert facts["command"] in (folder / "MODEL_CARD.md").read_text()
    command = (folder / "command.txt").read_text()
    assert command.startswith(f"python train.py --variant {facts['generator']['variant']} ")
    if "generator-float16.tflite" not in held:
        assert facts["files"]["generator-float16.tflite"]["bytes"] > zoo.MOST_BYTES
        return
    assert {f"{name}-float16.tflite" for name in facts["fields"]} <= held
    if registry.variant(facts["generator"]["variant"]).task != "sample":
        return  # draws of what it is given: the page is tested with such models
    generator = exported.load(folder / "generator-float16.tflite")
    samples = generator.draw_seeds(np.arange(12))
    assert samples.shape[1:] == tuple(generator.output.edge_shape)
    assert samples.std(axis=0).mean() > 0.03  # not always the same


# --- The script -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """The export of a tiny generator in 16 bits alone."""
    folder = tmp_path_factory.mktemp("zoo") / "1"
    exporters.export(tiny("dcgan"), folder, ("tflite",), precisions=("float16",))
    return folder


def test_small_files_are_copied_and_known_by_their_command(export, tmp_path):
    command = zoo.MODELS["dcgan-avatars"].command
    (tmp_path / "dcgan-avatars").mkdir()
    (tmp_path / "dcgan-avatars" / "generator.tflite").touch()  # of another one
    assert not zoo.is_made("dcgan-avatars", command, tmp_path)
    (export / "large.pb").touch()
    zoo.put(export, "dcgan-avatars", command, tmp_path)
    assert {path.name for path in (tmp_path / "dcgan-avatars").iterdir()} == {
        *("generator-float16.tflite", "manifest.json", "MODEL_CARD.md", "samples.png", "command.txt"),
    }
    made, facts = (json.loads((path / "manifest.json").read_text()) for path in (export, tmp_path / "dcgan-avatars"))
    assert list(facts.pop("files")) == ["generator-float16.tflite"]
    assert facts == {name: value for name, value in made.items() if name != "files"}
    pictures = [Image.open(path / "samples.png").convert("RGB") for path in (export, tmp_path / "dcgan-avatars")]
    assert np.abs(np.subtract(*(np.asarray(picture, int) for picture in pictures))).mean() < 8
    assert (tmp_path / "dcgan-avatars" / "samples.png").stat().st_size < (export / "samples.png").stat().st_size
    assert zoo.is_made("dcgan-avatars", command, tmp_path)
    assert not zoo.is_made("dcgan-avatars", f"{command} --steps 3", tmp_path)
    assert not zoo.is_made("cgan-avatars", command, tmp_path)


def test_a_style_based_model_comes_with_its_networks_and_directions(tmp_path, monkeypatch):
    command = zoo.MODELS["stylegan2-avatars"].command
    run = f"zoo-stylegan2-avatars-{hashlib.sha256(command.encode()).hexdigest()[:6]}"
    made = tmp_path / "export" / "models" / run / "1"
    made.mkdir(parents=True)
    for name in ("generator", "generator-controlled", "mapping", "synthesis"):
        (made / f"{name}-float16.tflite").touch()
    Image.new("RGB", (4, 4)).save(made / "samples.png")
    (made / "MODEL_CARD.md").touch()
    networks = {name: {} for name in ("generator", "mapping", "synthesis", "continuation")}
    (made / "manifest.json").write_text(json.dumps({"fields": networks, "files": {"samples.png": {}}}))
    called = []

    def call(what, words):
        words = [str(word) for word in words]
        called.append(words[words.index("keras_gan") + 1])
        if "directions" in words:
            model = Path(words[-1])
            model.mkdir(parents=True)
            (model / "directions.json").write_text("{}")

    monkeypatch.setattr(zoo, "_call", call)
    monkeypatch.setattr(zoo, "put", functools.partial(zoo.put, zoo=tmp_path / "zoo"))
    monkeypatch.setattr(zoo, "ROOT", tmp_path)
    zoo.make("stylegan2-avatars", command)
    assert called == ["evaluate", "export", "directions"]
    assert {path.name for path in (tmp_path / "zoo" / "stylegan2-avatars").iterdir()} == {
        *("generator-float16.tflite", "mapping-float16.tflite", "synthesis-float16.tflite", "directions.json"),
        *("manifest.json", "MODEL_CARD.md", "samples.png", "command.txt"),
    }


@pytest.mark.parametrize(
    ("steps", "called"), [((), "train.py --variant dcgan"), ((3,), "train.py --resume"), ((3, 9), "keras_gan export")]
)
def test_what_was_interrupted_goes_on_where_it_was(steps, called, tmp_path, monkeypatch):
    for step in steps:
        (tmp_path / "tensorboard_logs" / "run" / "checkpoints" / f"step-{step:09d}").mkdir(parents=True)
        (tmp_path / "tensorboard_logs" / "run" / "checkpoints" / f"step-{step:09d}" / "manifest.json").touch()
    if steps:
        (tmp_path / "tensorboard_logs" / "run" / "config.json").write_text('{"steps": 9}')
    calls = []
    monkeypatch.setattr(zoo, "ROOT", tmp_path)
    monkeypatch.setattr(zoo, "_call", lambda what, words: calls.append(" ".join(map(str, words))))
    zoo._train("run", "python train.py --variant dcgan", None)
    assert len(calls) == 1
    assert called in calls[0]
    assert calls[0].endswith("--export tflite --tflite float16")


def test_networks_that_are_too_large_are_left_out(export, tmp_path, monkeypatch):
    monkeypatch.setattr(zoo, "MOST_BYTES", 1000)
    zoo.put(export, "dcgan-avatars", "python train.py", tmp_path)
    assert {path.name for path in (tmp_path / "dcgan-avatars").iterdir()} == {
        *("manifest.json", "MODEL_CARD.md", "samples.png", "command.txt"),
    }


def test_sounds_and_films_are_shortened(export, tmp_path):
    export, rate = shutil.copytree(export, tmp_path / "export"), 100
    soundfile.write(export / "samples.wav", np.arange(25 * rate, dtype=np.int16), rate)
    frames = [Image.new("RGB", (9, 5), (40 * number, 0, 0)) for number in range(6)]
    frames[0].save(export / "samples.gif", save_all=True, append_images=frames[1:], duration=50)
    zoo.put(export, "wavegan-tones", "python train.py", tmp_path)
    heard, its_rate = soundfile.read(tmp_path / "wavegan-tones" / "samples.wav", dtype="int16")
    assert (len(heard), its_rate, heard[999]) == (10 * rate, rate, 999)
    with Image.open(tmp_path / "wavegan-tones" / "samples.gif") as film:
        seen = [frame.convert("RGB").getpixel((0, 0))[0] for frame in ImageSequence.Iterator(film)]
        assert (seen, film.info["duration"]) == ([0, 80, 160], 100)


def test_the_gallery_shows_what_is_there_the_best_first(export, tmp_path):
    folder, page = tmp_path / "export" / "zoo", tmp_path / "docs" / "gallery.md"
    page.parent.mkdir()
    for name, fid in (("dcgan-avatars", 20.5), ("lsgan-avatars", 3.25)):
        zoo.put(export, name, "python train.py", folder)
        scores = {"scores": [{"name": "fid", "value": fid, "protocol": {"samples": 2000}}]}
        (folder / name / "scores.json").write_text(json.dumps(scores))
        facts = json.loads((folder / name / "manifest.json").read_text())
        (folder / name / "manifest.json").write_text(json.dumps({**facts, "cost": {"seconds": 290.0}}))
    (folder / "lsgan-avatars" / "generator-float16.tflite").unlink()
    results = tmp_path / "benchmarks" / "results"
    results.mkdir(parents=True)
    rows = [
        {"variant": variant, "seed": seed, "minutes": 3.0, "training": {"steps": 1234}, "scores": {"fid": fid}}
        for variant, seed, fid in (("wgan", 1, 1.5), ("wgan", 0, 7.5), ("gan", 0, 4.5))
    ]
    rows.append({**rows[0], "variant": "began", "scores": None})  # has diverged
    (results / "quality.json").write_text(json.dumps({"judge": {"real": {"fid": 0.5}}, "rows": rows}))
    gallery.write(zoo.MODELS, folder, page, results / "quality.json")
    text = page.read_text()
    assert text.index("### gan") < text.index("FID 4.50") < text.index("### wgan") < text.index("FID 7.50")
    assert "(../benchmarks/results/quality/gan.png)" in text
    assert "began" not in text
    assert "2,000 samples" in text
    assert "5 minutes, " in text
    first, second = (text.index(f"### {name}") for name in ("lsgan-avatars", "dcgan-avatars"))
    assert first < second
    assert "FID 3.25" in text[first:second]
    assert "too large" in text[first:second]
    assert (page.parent / "../export/zoo/dcgan-avatars/samples.png").is_file()
    assert "(../export/zoo/dcgan-avatars/samples.png)" in text[second:]
    assert "    python train.py --variant dcgan --preset laptop" in text[second:]


def test_a_command_is_that_of_the_table():
    begin = "python train.py --variant cgan --preset laptop --dataset mnist --image-size 32"
    assert zoo.Model("cgan", "mnist", 32, 7).command == f"{begin} --minutes 7 --seed 0"
    assert zoo.Model("cgan", "mnist", 32, steps=90).command == f"{begin} --steps 90 --seed 0"
    narrow = ("--model.generator-channels", 8)
    assert zoo.Model("cgan", "mnist", 32, 7, options=narrow).command == (
        f"{begin} --minutes 7 --model.generator-channels 8 --seed 0"
    )
