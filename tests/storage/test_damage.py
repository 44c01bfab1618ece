"""JSON files of the right syntax and the wrong shape: refused with a sentence, or taken for none."""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from keras_gan import config, registry
from keras_gan.callbacks import scores
from keras_gan.commands import exported_samples
from keras_gan.commands.reporting import one_run
from keras_gan.commands.reporting.record import Record
from keras_gan.config import RunConfig
from keras_gan.data.dataset import example_count
from keras_gan.errors import UserError
from keras_gan.exported import contents
from keras_gan.health import record
from keras_gan.metrics import reference
from keras_gan.metrics.statistics import Gaussian
from keras_gan.networks import classifier
from keras_gan.runs import fit, run_folder
from keras_gan.runs.run_folder import RunFolder
from keras_gan.storage import checkpoint
from keras_gan.training.stages import Schedule, Stage
from tests import hostile
from tests.conftest import ROOT, command, save_noise, train

SCORE = {"name": "fid", "value": 3.5, "std": None, "protocol": {"metric": "fid", "samples": 9}}
FINDING = {"signal": "collapse", "step": 3, "saw": "a", "means": "b", "helps": "c", "sentence": "d"}
FACTS = {
    **{"name": "noise", "images": 42, "image_shape": [16, 16, 1], "classes": [], "source": "s", "treatment": "t"},
    **{"sources": 4, "source_shape": [16, 16, 1], "aligned": True},
}
EXPORT = {
    "generator": {"kind": "x", "num_classes": 3, "scale": 1, "size_multiple": 4, "bytes_per_pixel": 100},
    "data": {"classes": ["a", "b", "c"]},
    "configuration": {"dataset": "avatars", "image_size": 16},
    "files": {"saved_model.pb": {"sha256": "0"}},
}


def read_configuration(folder):
    run, model = config.load_json(folder.config_file)
    config.from_dict(registry.module(run.variant).Config, model, folder.config_file)


def read_data(folder):
    run = RunConfig(variant="dcgan", allow_config_change=True)
    run_folder.check_same_computation(folder, run, registry.module("dcgan").Config(), FACTS)
    facts = run_folder.data_facts(folder)
    run.total_steps(example_count(facts), Schedule((Stage("train"),), 4))
    assert run_folder.fields(folder)["real"].kind == "image"


def read_health(folder):
    assert all(finding.sentence for finding in record.read(folder.path))
    assert one_run._doctor(Record(folder, "r")).startswith("<h2>The doctor")


def read_scores(folder):
    one_run._scores(Record(folder, "r"))
    assert isinstance(scores.of_step(folder.path, 3), list)
    earlier = scores.Scores._earlier(SimpleNamespace(directory=folder.path, step=10), "fid")
    np.mean([*(each["value"] for each in earlier), 0.0])
    fit.forget_after(folder, 3)
    one_run._scores(Record(folder, "r"))


def read_checkpoint(folder):
    problem = checkpoint.verify(folder.path)
    assert problem is None or isinstance(problem, str)
    if problem is None:
        assert checkpoint.read_manifest(folder.path)["step"] >= 0
        best = checkpoint.best_score(folder.path.parent)
        if best:
            assert f"{best['name']} {best['value']:.4g} at step {best['step']:,}"


def read_export(folder):
    manifest = contents.whole_manifest(folder.path)
    exported_samples._training_data(manifest.get("configuration", {}))
    with suppress(UserError):
        config.parse(manifest.get("configuration", {}), folder.path)
    assert 1 // manifest.get("generator", {}).get("size_multiple", 1) >= 0
    assert len(manifest.get("data", {}).get("classes", [])) >= 0


CHECKPOINT = next((ROOT / "tests" / "files" / "checkpoint-format-1").glob("step-*"))
CHECKED = {**json.loads((CHECKPOINT / "manifest.json").read_text()), "format": 2, "circumstances": {"threads": 1}}
CONFIGURATION = json.loads(config.to_json(RunConfig(variant="dcgan"), registry.module("dcgan").Config()))
READERS = {
    "config.json": (CONFIGURATION, read_configuration),
    "data.json": (FACTS, read_data),
    "health.json": ({"findings": [FINDING], "not_watched": {"a": "b"}}, read_health),
    "scores.jsonl": ({"step": 3, "scores": [SCORE], "warnings": []}, read_scores),
    "scores.json": ({"subject": {"run": "a", "step": 3}, "scores": [SCORE], "warnings": []}, read_scores),
    "best/manifest.json": (CHECKED | {"score": {**SCORE, "step": 2}}, read_checkpoint),
    "export/manifest.json": (EXPORT, read_export),
}


@pytest.mark.parametrize("file", READERS)
def test_wrong_shapes_are_refused_or_taken_for_none(file, tmp_path, monkeypatch):
    document, read = READERS[file]
    (tmp_path / "config.json").write_text(json.dumps(CONFIGURATION))
    if file.startswith("best"):
        shutil.copytree(CHECKPOINT, tmp_path / "best-000000002")
        digest = checkpoint.sha256(CHECKPOINT / "model.weights.h5")
        monkeypatch.setattr(checkpoint, "sha256", lambda path: digest)  # thousands of times the same
    path = tmp_path / file.replace("best", "best-000000002")
    path.parent.mkdir(exist_ok=True)
    folder = RunFolder(path.parent)
    path.write_text(json.dumps(document))
    read(folder)
    refused = []
    for changed in hostile.misshapen(document):
        path.write_text(json.dumps(changed))
        try:
            read(folder)
        except UserError as error:
            refused.append(str(error))
    assert all(len(message.splitlines()) == 1 for message in refused)
    assert refused or file not in ("config.json", "data.json")


def test_what_a_report_makes_of_surrogates_can_be_written(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(CONFIGURATION))
    state = {"findings": [{**FINDING, "sentence": "\ud800"}], "not_watched": {}}
    (tmp_path / "health.json").write_text(json.dumps(state))
    assert command("report", "--run", tmp_path) == 0
    assert '<span class="number">1</span>?</li>' in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("facts", ["[]", "{", '"x"', '{"extractor": []}', '{"extractor": "other"}'])
def test_facts_of_statistics(facts, tmp_path):
    path = tmp_path / "statistics.npz"
    extractor = SimpleNamespace(protocol={"extractor": "random"})
    reference.save(path, reference.Reference(Gaussian(np.zeros(2), np.eye(2), 9), None, {}), extractor)
    assert reference.load(path, extractor).protocol == {"reference": str(path)}
    np.savez(path, mu=np.zeros(2), sigma=np.eye(2), facts=facts)
    with pytest.raises(UserError, match=r"does not say how it was made|do not compare"):
        reference.load(path, extractor)


@pytest.mark.parametrize("facts", ["[]", "{}", '{"scales": null}', '{"scales": ["x", 1, 1]}'])
def test_a_classifier_of_damaged_facts_is_trained_again(facts, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path))
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (130, 8, 8, 1), dtype=np.uint8), np.arange(130, dtype=np.int32) % 2
    _, first = classifier.load(images, labels, steps=1)
    (path,) = tmp_path.glob("*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "facts": json.loads(facts)}))
    _, again = classifier.load(images, labels, steps=1)
    assert again == first == json.loads(path.read_text())["facts"]
    assert capsys.readouterr().out.count("training the classifier") == 2
    assert len(list(tmp_path.iterdir())) == 2


# --- By the command line ----------------------------------------------------------------------------------------------


@pytest.fixture
def run(photos, tmp_path):
    """A run of dcgan at its smallest with the checkpoint of the first format, on a folder of noise."""
    path = tmp_path / "logs" / "run"
    shutil.copytree(CHECKPOINT.parent, path / "checkpoints")
    options = RunConfig(
        **{"variant": "dcgan", "dataset": f"folder:{photos}", "image_size": 16, "batch_size": 8, "steps": 3, "seed": 7},
        **{"log_dir": str(tmp_path / "logs"), "export_dir": str(tmp_path / "exported"), "export": ()},
    )
    (path / "config.json").write_text(config.to_json(options, registry.module("dcgan").TINY))
    (path / "data.json").write_text(
        json.dumps({k: FACTS[k] for k in ("name", "images", "image_shape", "classes", "source", "treatment")})
    )
    (path / "samples").mkdir()
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    save_noise([folder / f"{index}.png" for index in range(42)], (16, 16), seed=5)
    return folder


@pytest.mark.parametrize("content", ["[]", "null", '{"images": "x"}'])
@pytest.mark.parametrize("wanted", ["export", "resume"])
def test_data_facts_of_other_shapes_are_one_line(content, wanted, run, capsys):
    (run / "data.json").write_text(content)
    assert (command("export", "--run", run) if wanted == "export" else train("--resume", run)) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert "data.json cannot be read: " in said[-1]
    assert "Traceback" not in "".join(said)


@pytest.mark.parametrize("content", ["[]", '{"format": 2, "step": 2, "sha256": [], "circumstances": {}}'])
def test_a_checkpoint_of_another_shape_is_damage(content, run, capsys):
    (Path(run) / "checkpoints" / CHECKPOINT.name / "manifest.json").write_text(content)
    assert command("export", "--run", run) == 2
    assert "there is no usable checkpoint in" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["[]", "null", '{"findings": {}}', '{"findings": [3], "not_watched": {}}'])
def test_a_report_leaves_out_what_it_cannot_read(content, run):
    for name in ("health.json", "scores.json", "scores.jsonl"):
        (run / name).write_text(content)
    assert command("report", "--run", run) == 0
    page = (run / "report.html").read_text()
    assert "This run was not watched." in page
    assert "<h2>Scores" not in page
