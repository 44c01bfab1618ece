"""The quality benchmark: scores against numbers worked out by hand, what makes a row stale, and what the table says."""

import json
import math

import numpy as np
import pytest

from benchmarks.common.command import run
from benchmarks.quality import judge, quality, quality_table, sources

# --- Scores ---------------------------------------------------------------------------------------------------------


def test_class_entropy_is_that_of_the_mean():
    # The mean is (3/4, 1/4, 0); the mean of the entropies would be 1/2.
    probabilities = [[1, 0, 0], [0.5, 0.5, 0], [0.5, 0.5, 0], [1, 0, 0]]
    assert judge.class_entropy(probabilities) == pytest.approx(0.75 * math.log2(4 / 3) + 0.25 * 2)
    assert judge.class_entropy(np.eye(10)) == pytest.approx(3.321928)
    assert judge.class_entropy([[0, 1, 0]] * 3) == 0


def test_confidence_and_class_accuracy():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.3, 0.3, 0.4]])
    assert judge.confidence(probabilities) == pytest.approx((0.7 + 0.5 + 0.4) / 3)
    assert judge.class_accuracy(probabilities, [0, 2, 2]) == pytest.approx(2 / 3)


def test_variety():
    real = np.array([[0, 0], [3, 4], [1, 1], [1, 3], [0, 0], [0, 5], [9, 9], [9, 8]], float)
    real_classes = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    images = np.array([[0, 0], [0, 1], [0, 3], [5, 5], [5, 11], [7, 7]], float)
    classes = np.array([0, 0, 0, 1, 1, 2])
    # Class 0: (1 + 3 + 2) / 3 over 5; class 1: 6 over 2; class 2 has a single image, class 3 none.
    assert judge.variety(images, classes, real, real_classes) == pytest.approx(((2 / 5 + 6 / 2) / 4, 0))
    assert judge.variety(real, real_classes, real, real_classes) == pytest.approx((1, 1))


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28, 1), np.uint8), np.zeros((2, 32, 32, 1), np.float32)])
def test_the_judge_refuses_what_it_cannot_score(images):
    with pytest.raises(ValueError, match="32, 32, 1"):
        judge.Judge(None, None, None, None).scores(images)


# --- What makes a row stale -------------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path):
    """A package `p` in which a.py leads to b.py and c/d.py, b.py to e.py, and nothing to f.py."""
    files = {
        "__init__.py": "import p.f",
        "a.py": "from p import b\nfrom p.c.d import x\nimport numpy",
        "b.py": "def f():\n    from p.e import y",
        "c/__init__.py": "",
        "c/d.py": 'x = 1  # one\n"""What x is."""',
        "e.py": "import p.a",
        "f.py": "",
    }
    for name, text in files.items():
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text(text)
    return tmp_path


def test_reachable_modules(package):
    found = [path.relative_to(package / "p").as_posix() for path in sources.reachable("p.a", package)]
    assert found == ["a.py", "b.py", "c/d.py", "e.py"]


def test_code_hash_sees_code_alone(package):
    path = package / "p" / "c" / "d.py"
    before = sources.code_hash([path])
    path.write_text("\n# another comment\nx  =  1\n")
    assert sources.code_hash([path]) == before
    path.write_text("x = 2")
    assert sources.code_hash([path]) != before


def test_a_variant_depends_on_the_model_and_not_on_other_variants():
    package = sources.ROOT / "keras_gan"
    found = {path.relative_to(package).as_posix() for path in sources.reachable("keras_gan.variants.dcgan")}
    assert {"variants/dcgan.py", "training/step.py", "losses/objectives.py", "modalities/label.py"} <= found
    assert not found & {"variants/wgan.py", "variants/lsgan.py", "registry.py", "errors.py", "__init__.py"}


# --- Which rows are trained -------------------------------------------------------------------------------------------


def row(variant="dcgan", seed=0, fid=5.0, **changes):
    """A finished row, as the benchmark writes it."""
    scores = {"entropy": 3.3, "confidence": 0.9, "fid": fid, "precision": 0.8, "recall": 0.7}
    return {
        "variant": variant,
        "seed": seed,
        "minutes": 8.0,
        "protocol": quality.PROTOCOL,
        "sources": "current",
        "machine": {"cpu": "a processor", "threads": 2, "system": "Linux", "python": "3.11"},
        "samples": f"{variant}-{seed}.npz",
        "training": {
            "steps": 1000,
            "images": 64000,
            "seconds": 480.0,
            "timed_images": 60000,
            "busy_cores": 0.0,
            "finite": True,
            "num_classes": 0,
            "versions": {"Keras": "3"},
            "peak_bytes": 850e6,
        },
        "judge": "this judge",
        "scores": {**scores, "variety": 0.9, "least_variety": 0.6},
        **changes,
    }


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Makes a `Bench` whose trainings and scorings only leave a note in `did`."""
    monkeypatch.setattr(quality.data, "check_available", lambda options: None)
    monkeypatch.setattr(quality, "machine", lambda: row()["machine"])
    monkeypatch.setattr(quality, "variant_hash", lambda variant: "current")
    monkeypatch.setattr(quality, "CACHE", tmp_path / "cache")

    def make(**options):
        made = quality.Bench(quality.Options(variants=("dcgan",), out_dir=str(tmp_path), **options), tmp_path)
        made.judge, made.did = {"identity": "this judge", "accuracy": 0.992, "real": {"fid": 0.4}}, []
        monkeypatch.setattr(made, "train", lambda variant, seed: made.did.append("trained") or row())
        monkeypatch.setattr(made, "score", lambda judge, row: made.did.append("scored") or "")
        return made

    return make


STALE = {"sources": "older", "machine": {**row()["machine"], "cpu": "another"}, "protocol": 0}


def test_a_missing_row_is_trained_and_a_finished_one_kept(bench):
    made = bench()
    made.finish(None, "dcgan", 0)
    assert made.did == ["trained", "scored"]
    made.save(row())
    assert made.finish(None, "dcgan", 0) == "kept, up to date"
    assert made.did == ["trained", "scored"]


@pytest.mark.parametrize("name", STALE)
def test_a_stale_row_is_trained_again_or_marked(bench, name):
    bench().save(row(**{name: STALE[name]}))
    again, marked = bench(), bench(keep_stale=True)
    again.finish(None, "dcgan", 0)
    assert again.did == ["trained", "scored"]
    assert marked.finish(None, "dcgan", 0).startswith("kept")
    assert marked.did == []
    assert "| dcgan† |" in marked.write()


def test_another_judge_scores_the_same_samples_again(bench):
    made = bench()
    made.save(row(judge="another"))
    made.samples(row()).parent.mkdir(parents=True)
    made.samples(row()).touch()
    made.finish(None, "dcgan", 0)
    assert made.did == ["scored"]
    made.samples(row()).unlink()  # as in a fresh clone
    made.finish(None, "dcgan", 0)
    assert made.did == ["scored", "trained", "scored"]


def test_force_trains_what_is_finished(bench):
    made = bench(force=True)
    made.save(row())
    made.finish(None, "dcgan", 0)
    assert made.did == ["trained", "scored"]


def test_a_variant_that_fails_is_said_to_be_missing(bench, monkeypatch):
    made = bench()
    monkeypatch.setattr(made, "train", lambda variant, seed: (_ for _ in ()).throw(RuntimeError("why:\nno layers")))
    assert made.finish(None, "dcgan", 0).startswith("failed")
    assert "Missing: dcgan (no layers)." in made.write()


def test_a_diverged_row_is_kept_and_said_to_be_one(bench, monkeypatch):
    made = bench()
    diverged = row(training={**row()["training"], "finite": False})
    monkeypatch.setattr(made, "train", lambda variant, seed: diverged)
    made.finish(None, "dcgan", 0)
    assert made.finish(None, "dcgan", 0) == "kept, up to date"
    text = made.write()
    assert "diverged, a loss or a sample was not finite after 1,000 steps" in text
    assert "![dcgan]" not in text
    json.loads((made.out / "quality.json").read_text(), parse_constant=pytest.fail)


def test_one_folder_holds_rows_of_one_length(bench):
    bench().save(row())
    with pytest.raises(quality.UserError, match="rows of 8 minutes"):
        bench(minutes=2.0)
    with pytest.raises(quality.UserError, match="rows of 8 minutes"):
        bench(quick=True)


def test_absent_data_is_a_short_message(tmp_path, capsys):
    assert run(quality.Options, quality.benchmark, ["--data-dir", str(tmp_path), "--quick"]) == 2
    assert "mnist is not prepared" in capsys.readouterr().err


# --- The table --------------------------------------------------------------------------------------------------------


def table(rows, missing=()):
    real = {"entropy": 3.32, "fid": 0.38}
    return quality_table.markdown(
        {
            "minutes": 8.0,
            "quick": False,
            "samples": 10000,
            "machine": row()["machine"],
            "judge": {"accuracy": 0.992, "real": real},
            "rows": [{"stale": "", **each} for each in rows],
            "missing": dict(missing),
        }
    )


def lines_of(text, start):
    return [line for line in text.splitlines() if line.startswith(start)]


def test_the_table_is_sorted_by_fid_and_names_what_is_missing():
    rows = [row("acgan", fid=9.0), row("dcgan", fid=4.5), row("wgan", fid=6.25)]
    text = table(rows, {"began": "not trained yet", "gan": "no layers", "sngan": "not trained yet"})
    names = [line.split(" | ")[0] for line in lines_of(text, "| ")[2:]]
    assert names == ["| real images", "| dcgan", "| wgan", "| acgan"]
    (dcgan,) = lines_of(text, "| dcgan |")
    # 480 s for 60,000 images are 8 s for 1,000; there is no class accuracy.
    figures = "1,000 | 64 | 8.00 | 3.30 | 0.900 | 4.50 | 0.700 | 0.800 | 0.90 | 0.60 |  | 850 | 6.8 (L)"
    assert dcgan == f"| dcgan | {figures} |"
    assert "Missing: began, sngan (not trained yet)." in text
    assert "Missing: gan (no layers)." in text
    assert lines_of(text, "| acgan |")[0].endswith("none on MNIST |")
    assert "are not comparable" in text
    assert "![wgan](quality/wgan.png)" in text
    assert "## Seeds" not in text


def test_the_table_names_the_batches_that_are_not_64():
    assert "in batches of 64 for each" in table([row(), row("wgan", batch_size=64)])
    assert "in batches of 64 (`began`: 16) for each" in table([row(), row("began", batch_size=16)])


def test_several_seeds_are_means_with_spread_and_listed_one_by_one():
    text = table([row(seed=0, fid=4.0), row(seed=1, fid=7.0), row("wgan")])
    mean, first, second = lines_of(text, "| dcgan |")
    assert "| 5.50 ± 2.12 |" in mean
    assert (first.split(" | ")[1], second.split(" | ")[1]) == ("0", "1")
    assert "| 7.00 |" in second
    assert len(lines_of(text, "| wgan |")) == 1


def test_rows_of_a_busy_machine_are_marked():
    busy = row(training={**row()["training"], "busy_cores": 0.5})
    text = table([busy])
    assert "| dcgan‡ |" in text
    assert "other programs kept 0.5 cores busy" in text


# --- All of it --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_quick_run(mnist_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(quality, "SAMPLES", 200)
    command = ["--quick", "--minutes", "0.5", "--variants", "dcgan", "--data-dir", str(mnist_dir)]
    assert run(quality.Options, quality.benchmark, [*command, "--out-dir", str(tmp_path)]) == 0
    (finished,) = json.loads((tmp_path / "quality.json").read_text())["rows"]
    training = finished["training"]
    assert training["images"] == 64 * training["steps"] == training["timed_images"] + 64
    assert training["seconds"] > 0.1  # about half a second, by a pace that is measured in as long
    assert 0 <= finished["scores"]["recall"] <= 1
    assert (tmp_path / "quality" / "dcgan.png").exists()
