"""export/web: the portable seeds in JavaScript, the assembly, and the page in headless Chromium."""

import contextlib
import dataclasses
import fcntl
import hashlib
import http.client
import http.server
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image

from keras_gan import exporters, registry
from keras_gan.exported import ExportedTranslator
from keras_gan.exporters import manifest, tflite
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.latent_space import slerp
from keras_gan.modalities import image
from keras_gan.modalities.text import Tokens
from keras_gan.randomness import portable_latents
from keras_gan.sampling import Sampler
from keras_gan.training import building
from tests.conftest import ROOT, networks_of, tiny

WEB = ROOT / "export" / "web"
SCRIPTS = ROOT / "tests" / "export" / "web"
FACTS = {"name": "n", "source": "s", "images": 3, "treatment": "t", "classes": ["cat", "dog", "0"]}

spec = importlib.util.spec_from_file_location("web_assemble", WEB / "assemble.py")
web = importlib.util.module_from_spec(spec)
spec.loader.exec_module(web)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def find_chromium():
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and shutil.which(name):
            return shutil.which(name)
    pytest.skip("Chromium is not installed (CHROMIUM=… says where it is)")
    return None


def run(*arguments, **options):
    command = [sys.executable, "-I", "-S", str(WEB / "assemble.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_portable_seeds_in_javascript():
    need("node")
    result = subprocess.run(
        ["node", "--test", str(SCRIPTS / "portable_seeds.test.mjs")], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_bad_input_is_one_line(tmp_path):
    (tmp_path / "empty" / "1").mkdir(parents=True)
    half = tmp_path / "half" / "1"
    half.mkdir(parents=True)
    (half / "generator.tflite").touch()
    damaged = tmp_path / "damaged" / "1"
    shutil.copytree(half, damaged)
    (damaged / "manifest.json").write_text("{")
    whole = tmp_path / "whole" / "1"
    shutil.copytree(half, whole)
    (whole / "manifest.json").write_text("{}")
    listed = tmp_path / "listed" / "1"
    shutil.copytree(half, listed)
    (listed / "manifest.json").write_text("[]")
    changed = tmp_path / "changed" / "1"
    shutil.copytree(half, changed)
    (changed / "manifest.json").write_text('{"files": {"generator.tflite": {"sha256": "0"}}}')
    small = tmp_path / "small" / "1"
    small.mkdir(parents=True)
    (small / "generator-int8-io.tflite").touch()
    (small / "manifest.json").write_text('{"fields": [1], "generator": 2}')
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").touch()
    for arguments, message in (
        ((), "say which model"),
        ((tmp_path / "absent",), "there is no folder"),
        ((tmp_path / "empty" / "1",), "has no generator.tflite"),
        ((half,), "has no manifest.json"),
        ((damaged,), "is not JSON"),
        ((listed,), "holds no object"),
        ((changed,), "generator.tflite is not the file that manifest.json beside it describes"),
        ((small,), "no file that the page can draw with (generator.tflite or generator-float16.tflite or"),
        ((whole, "--port", 65536), "port must be"),
        ((whole, "--port", "many"), "--port"),
    ):
        result = run(*arguments, "--out", tmp_path / "build")
        assert result.returncode == 2
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not (tmp_path / "build").exists()


def test_what_is_given_something_else_is_no_model_of_the_page(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "generator.tflite").touch()
    for facts, given, message in (
        ({"kind": "image-to-text"}, {"kind": "image"}, "changes what it is given (image-to-text)"),
        ({}, {"kind": "sound"}, "is given values of the kind sound: the page gives seeds, words and images"),
    ):
        fields = {"generator": {"inputs": {"x": given}, "outputs": {"y": {"kind": "text"}}}}
        (tmp_path / "1" / "manifest.json").write_text(json.dumps({"generator": facts, "fields": fields}))
        result = run(tmp_path / "1", "--out", tmp_path / "build")
        assert result.returncode == 2
        (line,) = result.stderr.splitlines()
        assert message in line


def test_a_model_in_the_folder_that_is_written_anew_is_not_lost(tmp_path):
    model = tmp_path / "build" / "models" / "m" / "1"
    model.mkdir(parents=True)
    (tmp_path / "build" / web.MARK).touch()
    for name, text in (("generator.tflite", ""), ("manifest.json", "{}")):
        (model / name).write_text(text)
    result = run(model, "--out", tmp_path / "build")
    assert result.returncode == 2
    assert "choose another --out" in result.stderr
    assert (model / "generator.tflite").exists()


def test_visitors_are_told_what_the_page_shows(tmp_path):
    manifest = {
        "generator": {"variant": "cgan", "num_classes": 2, "tflite_batch": 1},
        "data": {"name": "folder:/home/me/cats", "classes": ["a", "b"], "source": "/home/me"},
        "configuration": {"log_dir": "/home/me/logs"},
        "command": "python train.py --log-dir /home/me/logs",
    }
    assert web.public(manifest, {"generator": {"bytes": 3}}) == {
        "generator": {"variant": "cgan", "num_classes": 2},
        "data": {"classes": ["a", "b"], "name": "cats"},
        "files": {"generator.tflite": {"bytes": 3}},
    }


def test_nothing_of_others_is_deleted(tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(web.AssemblyError, match="was not made by this program"):
        web.clear(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
    (tmp_path / web.MARK).touch()
    web.clear(tmp_path)
    assert not any(tmp_path.iterdir())


def test_npm_missing_is_one_line(tmp_path):
    for name in ("assemble.py", "package.json", "package-lock.json"):
        shutil.copy(WEB / name, tmp_path / name)
    model = tmp_path / "m" / "1"
    model.mkdir(parents=True)
    (model / "generator.tflite").touch()
    (model / "manifest.json").write_text("{}")
    command = [sys.executable, "-I", str(tmp_path / "assemble.py"), str(model)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)})
    assert result.returncode == 2
    assert "npm is not installed" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_models_of_one_name_are_told_apart(tmp_path):
    folders = [tmp_path / "a" / "m n" / "1", tmp_path / "b" / "m n" / "1"]
    assert [*web.name_models(folders).values()] == [("m n/1", "m_n/1"), ("m n/1 (2)", "m_n/1-2")]
    assert len(web.name_models([folders[0], folders[0]])) == 1
    assert [*web.name_models([tmp_path / "zoo" / "dcgan-avatars"]).values()] == [("dcgan-avatars", "dcgan-avatars")]


def test_versions_are_pinned():
    package = json.loads((WEB / "package.json").read_text())
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions)


def test_the_page_names_no_other_host():
    for path in [*WEB.glob("*.js"), *WEB.glob("*.html"), *WEB.glob("*.css")]:
        assert "http://" not in path.read_text().replace("http://www.w3.org", "")
        assert "https://" not in path.read_text()


@pytest.fixture(scope="module")
def packages():
    """What npm installs, for the page and its tests."""
    need("node", "npm")
    with (WEB / "package-lock.json").open() as lock:
        # Of several test processes, one installs.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ((WEB / "node_modules" / "playwright-core").is_dir() and web.npm_is_done()):
            result = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=WEB, capture_output=True, check=False)
            if result.returncode:
                pytest.skip("npm ci failed: is there a network?")


def test_the_zoo_is_assembled_by_python_and_npm_alone(packages, tmp_path):
    folders = sorted({path.parent for path in (ROOT / "export" / "zoo").glob("*/*.tflite")})  # as `make play` does
    assert run(*folders, "--out", tmp_path / "build").returncode == 0  # which finds no package, by -I -S
    listed = json.loads((tmp_path / "build" / "models.json").read_text())["models"]
    assert [each["name"] for each in listed] == [folder.name for folder in folders]
    for folder, each in zip(folders, listed, strict=True):
        shown = tmp_path / "build" / each["folder"]
        files = json.loads((shown / "manifest.json").read_text())["files"]
        networks = {path.name for path in shown.glob("*.tflite")}
        assert networks in ({"generator.tflite"}, {"mapping.tflite", "synthesis.tflite"})
        for name in networks:
            content = (folder / name.replace(".tflite", "-float16.tflite")).read_bytes()
            assert (shown / name).read_bytes() == content
            assert files[name] == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@pytest.mark.parametrize(("display", "opened"), [({"DISPLAY": ":0"}, 1), ({"WAYLAND_DISPLAY": "w"}, 1), ({}, 0)])
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_a_browser_is_opened_where_it_can_be_seen(display, opened, tmp_path, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in display.items():
        monkeypatch.setenv(name, value)
    shown = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    monkeypatch.setattr("http.server.ThreadingHTTPServer.serve_forever", lambda self: None)
    web.serve(tmp_path, 0, show=True)
    assert shown == [capsys.readouterr().out.split()[2]] * opened
    web.serve(tmp_path, 0)
    assert len(shown) == opened


def test_only_this_machine_s_own_names_are_served(tmp_path):
    (tmp_path / "index.html").write_text("<p>here</p>")

    def handler(*arguments):
        return web.Handler(*arguments, directory=str(tmp_path))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = {}
        for host, path in [("localhost", "/"), ("127.0.0.1", "/"), ("evil.example", "/"), ("localhost", "/%00")]:
            client = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            client.request("GET", path, headers={"Host": f"{host}:{server.server_port}"})
            asked[host, path] = client.getresponse().status
            client.close()
        server.shutdown()
    assert list(asked.values()) == [200, 200, 400, 400]


@pytest.fixture(scope="module")
def generators(tmp_path_factory):
    """Two tiny generators, one of three classes, and the folder they are exported to."""
    directory = tmp_path_factory.mktemp("web")
    made = {}
    # Four pictures are two runs of a file for three at a time, and the second is not full.
    for name, variant, batch in (("labelled", "cgan", 1), ("plain", "dcgan", 3)):
        made[name] = tiny(variant)
        made[name].compile()
        # As they are initialised, all pictures are the same grey, and any would pass for any other.
        for weight in made[name].ema_generator.weights:
            if weight.path.endswith("kernel"):
                weight.assign(weight * 20)
        assert made[name].sample(4, seed=7).std(axis=0).mean() > 0.05
        facts = {"data": FACTS}
        exporters.export(made[name], directory / name / "1", formats=("tflite",), facts=facts, tflite_batch=batch)
    return directory, made


@contextlib.contextmanager
def serve(models, out, change=None):
    """Assembles a page as its command does, changes what it wrote if asked to, and serves it: the address."""
    if change is not None:
        web.assemble(models, out)
        change(out)
        code = f"import sys; sys.path.insert(0, {str(WEB)!r}); import assemble; assemble.serve({str(out)!r}, 0)"
        command = [sys.executable, "-c", code]
    else:
        command = [sys.executable, str(WEB / "assemble.py"), *map(str, models), "--out", str(out), "--serve"]
        command += ["--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            lines = iter(server.stdout.readline, "")
            yield next(line.split()[2] for line in lines if line.startswith("Serving on"))
        finally:
            server.terminate()


def visit(scenario, url, folder):
    command = ["node", SCRIPTS / "browser.mjs", scenario, url, find_chromium(), WEB / "package.json", folder]
    result = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def seen(packages, generators, tmp_path_factory):
    """What one visit to the page saw."""
    find_chromium()
    directory, _ = generators
    folder = tmp_path_factory.mktemp("seen")
    with serve([directory / "labelled" / "1", directory / "plain" / "1"], folder / "build") as url:
        return {**visit("draw", url, folder), "url": url, "folder": folder}


def latents_of_seeds(model, *seeds):
    return portable_latents(np.array(seeds, np.int64), model.latent_dim)


def assert_drawn(view, model, seeds, labels, truncation=1.0):
    """The rows of a view are the seeds and classes asked for, the latents Python's, and the pictures those of Keras."""
    assert [int(row["seed"]) for row in view["rows"]] == seeds
    assert [row["label"] for row in view["rows"]] == labels
    latents = np.float32(truncation) * np.concatenate([latents_of_seeds(model, seed) for seed in seeds])
    np.testing.assert_allclose(latents_of(view), latents, rtol=0, atol=1e-6)
    assert_pictures_of_keras(view, model)


def latents_of(view):
    return np.array([row["latents"] for row in view["rows"]], np.float32)


def assert_pictures_of_keras(view, model):
    labels = [row["label"] for row in view["rows"]]
    given = {"latents": latents_of(view)} | ({} if labels[0] is None else {"labels": np.array(labels, np.int32)})
    expected = Sampler(model).made(given)
    pictures = np.array(view["pictures"]).reshape(expected.shape)
    np.testing.assert_allclose(pictures, expected, rtol=0, atol=1e-4)


def test_draws_the_pictures_of_keras(seen, generators):
    model = generators[1]["labelled"]
    assert_drawn(seen["grid"], model, [7, 8, 9, 10], [1, 2, 0, 1])
    assert_drawn(seen["negative"], model, [-2, -1, 0, 1], [1, 2, 0, 1])
    edge = 2**63
    assert_drawn(seen["wrapped"], model, [edge - 2, edge - 1, -edge, 1 - edge], [0, 1, 1, 2])
    assert_drawn(seen["plain"], generators[1]["plain"], [10, 11, 12, 13], [None] * 4)
    assert seen["classHidden"]


@pytest.mark.parametrize(
    ("precision", "tolerance"),
    [
        ("float16", 1e-3),
        pytest.param("dynamic", 5e-3, marks=pytest.mark.slow),
        pytest.param("int8", 2e-2, marks=pytest.mark.slow),
    ],
)
def test_an_export_of_smaller_files_alone_is_drawn(precision, tolerance, packages, tmp_path):
    find_chromium()
    model = tiny("gan")
    model.compile()
    exporters.export(model, tmp_path / "m" / "1", ("tflite",), precisions=(precision,))
    with serve([tmp_path / "m" / "1"], tmp_path / "build") as url:
        view = visit("grid", url, tmp_path)["grid"]
    expected = Sampler(model).made({"latents": latents_of(view)})
    pictures = np.array(view["pictures"]).reshape(expected.shape)
    assert np.abs(pictures - expected).mean(axis=(1, 2, 3)).max() <= tolerance
    assert np.abs(pictures - expected).mean() < np.abs(expected - expected.mean(axis=0)).mean() / 3


def test_lines_are_those_of_python(packages, tmp_path):
    find_chromium()
    model = tiny("textgan")
    model.compile()
    for weight in model.ema_generator.weights:  # as it is initialised, nothing is likelier than anything else
        weight.assign(weight * 5)
    exporters.export(model, tmp_path / "lines" / "1", formats=("tflite",))
    with serve([tmp_path / "lines" / "1"], tmp_path / "build") as url:
        seen = visit("lines", url, tmp_path)
    expected = model.fields["real"].texts(Sampler(model).samples(len(seen["lines"])))
    assert seen["lines"] == expected
    assert len(set(expected)) > 1
    assert seen["errors"] == []


# --- What moves -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moving(packages, generators, tmp_path_factory):
    """A model of figures and one of films: what one visit to the page of each saw, and the folder of the export."""
    find_chromium()
    seen = {}
    for scenario, variant in (("figures", "motiongan"), ("films", "mocogan")):
        folder = tmp_path_factory.mktemp(scenario)
        model = tiny(variant)
        rng = np.random.default_rng(0)
        for weight in model.ema_generator.weights:  # as they are initialised, hardly anything moves
            weight.assign(weight + rng.normal(0, 0.05, weight.shape))
        data = {"name": "n", "source": "s", "examples": 3, "treatment": "t"}
        data["classes"] = list(model.fields["label"].names)
        exporters.export(model, folder / scenario / "1", ("tflite",), facts={"data": data})
        with serve([folder / scenario / "1", generators[0] / "plain" / "1"], folder / "build") as url:
            seen[scenario] = {**visit(scenario, url, folder), "model": model, "folder": folder}
    return seen


def assert_clips_of_keras(view, model, label=None):
    """The clips of a view are those that Keras makes of seeds 7 to 10, and so the SavedModel, which is held to it."""
    assert [int(row["seed"]) for row in view["rows"]] == [7, 8, 9, 10]
    field = model.fields["real"]
    expected = model.sample(4, seed=7, labels=None if label is None else np.full(4, label, np.int32))
    expected = field.positions(expected) if field.kind == "motion" else expected
    assert expected.std(axis=(0, 1)).max() > 0.01
    made = np.array(view["pictures"]).reshape(expected.shape)
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-4 * max(1, np.abs(expected).max()))
    return expected


@pytest.mark.parametrize("scenario", ["figures", "films"])
def test_a_seed_moves_as_it_does_in_keras(scenario, moving):
    seen = moving[scenario]
    expected = assert_clips_of_keras(seen["grid"], seen["model"])
    assert_clips_of_keras(seen["ofClass"], seen["model"], label=1)
    assert seen["ofClass"]["name"] == seen["model"].fields["label"].names[1]
    assert f"{expected.shape[1]} frames" in seen["about"]


@pytest.mark.parametrize("scenario", ["figures", "films"])
def test_clips_stop_and_go_on(scenario, moving):
    seen = moving[scenario]
    assert seen["paused"]["run"] == "Play the clips"
    assert seen["stands"]
    assert seen["third"]["frame"] == 3
    assert seen["errors"] == []


@pytest.mark.parametrize("scenario", ["figures", "films"])
def test_what_moves_is_usable_on_a_phone(scenario, moving):
    assert moving[scenario]["layout"].keys() == {"grid", "walk", "drag"}
    for layout in moving[scenario]["layout"].values():
        assert (layout["overflow"] <= 0, layout["outside"], layout["small"]) == (True, [], [])
    for contrasts in moving[scenario]["contrasts"].values():
        assert {name: ratio for name, ratio in contrasts if ratio < 4.5} == {}


def test_a_film_shows_its_frames(moving):
    seen = moving["films"]
    frames = np.array(seen["grid"]["pictures"]).reshape(4, *seen["model"].fields["real"].shape)
    canvases = np.array(seen["third"]["canvases"]).reshape(4, *frames.shape[2:4], 4)
    assert np.abs(canvases[..., :3] - 255 * frames[:, 3]).max() <= 1
    saved = np.array(Image.open(seen["folder"] / "clips.png").convert("RGB")).astype(int)
    shown = np.array(seen["ofClass"]["pictures"]).reshape(frames.shape)[0, 3]
    assert np.abs(saved[: shown.shape[0], : shown.shape[1]] - 255 * shown).max() <= 1
    assert not seen["turns"]


def test_figures_are_turned_by_hand(moving):
    seen = moving["figures"]
    # By 50 pixels to the right, by a key to the left, by the slider; one figure by keys, by the mouse, by a finger.
    turns = ["35°", "5°", "10°", "-90°", "-95°", "-95°", "-65°", "-95°"]
    assert [each["turn"] for each in seen["turned"]] == turns
    assert seen["view"]  # a drag chooses none of the grid
    assert {each["frame"] for each in seen["turned"]} == {3}
    assert seen["again"] == ["-95°", "-95°"]
    assert seen["plainShows"] == []


def test_a_figure_is_drawn_where_its_joints_are():
    need("node")
    result = subprocess.run(
        ["node", "--test", str(SCRIPTS / "figures.test.mjs")], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_what_does_not_say_how_it_moves_is_one_line(moving, tmp_path):
    whole = moving["figures"]["folder"] / "figures" / "1"
    manifest = json.loads((whole / "manifest.json").read_text())
    skeleton = web.check_model(whole).manifest["generator"]["skeleton"]
    assert skeleton["parents"][0] == -1
    assert {-1, 0, 1} == set(skeleton["sides"])
    shutil.copytree(whole, tmp_path / "1")

    def problem():
        (tmp_path / "1" / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(web.AssemblyError, match="it does not say how what the model makes moves"):
            web.check_model(tmp_path / "1")

    for parents in ([], [0, 1], [-1, 1], [-1, 0.0], "x", None):
        manifest["generator"]["skeleton"] = {"parents": parents}
        problem()
    manifest["generator"]["skeleton"] = skeleton
    for network in manifest["fields"].values():
        network["outputs"]["motions"]["fps"] = 0
    problem()


def test_class_and_truncation_act_as_in_python(seen, generators):
    model = generators[1]["labelled"]
    assert_drawn(seen["dog"], model, [7, 8, 9, 10], [1] * 4)
    assert_drawn(seen["truncated"], model, [7, 8, 9, 10], [1] * 4, truncation=0.5)


def test_canvas_and_file_show_what_was_drawn(seen, generators):
    expected = np.rint(generators[1]["labelled"].sample(4, seed=7, labels=np.array([1, 2, 0, 1])) * 255)
    for name, pixels in (("canvases", expected), ("plainCanvases", generators[1]["plain"].sample(4, seed=10) * 255)):
        canvases = np.array(seen[name]).reshape(4, 16, 16, 4)
        assert np.abs(canvases[..., :3] - pixels).max() <= 1
        assert (canvases[..., 3] == 255).all()
    saved = np.array(Image.open(seen["folder"] / "saved.png").convert("RGB")).astype(int)
    assert saved.shape == (32, 32, 3)
    assert np.abs(saved[16:, :16] - expected[2]).max() <= 1
    assert seen["file"] == "labelled-1-seed-7.png"
    assert "ms per picture" in seen["speed"]


def test_interpolation_is_that_of_python(seen, generators):
    model = generators[1]["labelled"]
    start, end = (latents_of_seeds(model, seed)[0] for seed in (7, 3))
    assert float(seen["position"]) == pytest.approx(0.3)
    np.testing.assert_allclose(latents_of(seen["walk"]), slerp(start, end, [0.3]), rtol=0, atol=1e-5)
    assert_pictures_of_keras(seen["walk"], model)
    assert (seen["playing"], seen["paused"]) == ("Pause", "Play")


def test_drags_through_latent_space(seen, generators):
    model = generators[1]["labelled"]
    middle, right, up = latents_of_seeds(model, 7, 8, 9).astype(float)
    np.testing.assert_allclose(latents_of(seen["home"])[0], middle, rtol=0, atol=1e-6)
    for name, towards, radius in (("right", right, 0.2), ("dragged", up, 0.5)):
        (moved,) = latents_of(seen[name])
        lengths = np.linalg.norm(moved) * np.linalg.norm(middle)
        assert np.linalg.norm(moved) == pytest.approx(np.linalg.norm(middle), rel=1e-5)
        # A screen has whole pixels.
        assert np.arccos(moved @ middle / lengths) == pytest.approx(radius * np.pi / 2, abs=0.02)
        assert (moved - middle) @ (towards - middle * (towards @ middle) / (middle @ middle)) > 0
        assert_pictures_of_keras(seen[name], model)


def test_works_by_keyboard(seen):
    assert seen["focused"] == "pad"
    assert seen["tile"] == "seed 10, class dog"
    address = dict(parse_qsl(urlsplit(seen["address"]).fragment))
    assert (address["seed"], address["view"]) == ("10", "drag")


def test_is_usable_on_a_phone(seen):
    for view, layout in seen["layout"].items():
        assert layout["overflow"] <= 0, view
        assert layout["outside"] == [], view
        assert layout["small"] == [], view
        assert layout["controls"] >= 10, view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_are_readable(seen, scheme):
    assert {name: ratio for name, ratio in seen["contrasts"][scheme] if ratio < 4.5} == {}


# --- Styles -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def styled(tmp_path_factory):
    """A tiny style-based generator of three classes whose pictures differ, and the folder it is exported to."""
    options = dataclasses.replace(registry.module("stylegan2").TINY, conditional=True)
    model = building.build("stylegan2", options, building.image_fields("stylegan2", (16, 16, 3), 3), 3)
    rng = np.random.default_rng(0)
    for weight in model.ema_generator.weights:
        weight.assign(weight + rng.normal(0, 0.3, weight.shape))
    model.ema_generator.get_layer("towards_mean").average.assign(rng.normal(0, 0.3, 5))
    folder = tmp_path_factory.mktemp("styled") / "styled" / "1"
    exporters.export(model, folder, ("tflite",), facts={"data": FACTS}, tflite_batch=2)
    write_directions(folder, ["principal", "named", "closed", "principal"])
    return folder, model


def write_directions(folder, kinds):
    """Directions of styles of length 5, of these kinds and with their numbers as names."""
    rng = np.random.default_rng(1)
    directions = [
        {"name": f"way {number}", "kind": kind, "spread": 0.5 + number, "vector": rng.normal(size=5).tolist()}
        for number, kind in enumerate(kinds)
    ]
    (folder / "directions.json").write_text(json.dumps({"format": 1, "directions": directions}))
    return directions


@pytest.fixture(scope="module")
def mixed(packages, generators, styled, tmp_path_factory):
    """What one visit to the page saw that did all there is to do with styles."""
    find_chromium()
    folder = tmp_path_factory.mktemp("mixed")
    with serve([styled[0], generators[0] / "plain" / "1"], folder / "build") as url:
        return visit("styles", url, folder)


def styles_of_seeds(model, *seeds):
    """The styles of seeds and of their classes, for each layer: `[N, layers, length]`."""
    labels = np.array(seeds, np.int32) % 3
    styles = model.ema_generator.get_layer("mapping")([latents_of_seeds(model, *seeds), labels])
    return np.repeat(np.asarray(styles)[:, None], 6, axis=1)


def assert_styled(view, model, styles):
    """The rows have these styles, and the pictures are what Keras's synthesis network makes of them."""
    own = np.array([row["styles"] for row in view["rows"]], np.float32).reshape(-1, 6, 5)
    np.testing.assert_allclose(own, styles, rtol=0, atol=1e-5)
    synthesis = model.ema_generator.get_layer("synthesis")
    expected = Sampler(model).made({"styles": np.asarray(styles, np.float32)}, synthesis)
    np.testing.assert_allclose(np.array(view["pictures"]).reshape(expected.shape), expected, rtol=0, atol=1e-4)


def test_truncation_draws_styles_to_their_mean(mixed, styled):
    model = styled[1]
    average = np.asarray(model.ema_generator.get_layer("towards_mean").average)
    styles = styles_of_seeds(model, 7, 8, 9, 10)
    assert [int(row["seed"]) for row in mixed["half"]["rows"]] == [7, 8, 9, 10]
    np.testing.assert_allclose(latents_of(mixed["half"]), latents_of_seeds(model, 7, 8, 9, 10), atol=1e-6)
    assert_styled(mixed["half"], model, average + 0.5 * (styles - average))
    assert_styled(mixed["mean"], model, np.broadcast_to(average, styles.shape))
    assert {"models/styled/1/mapping.tflite", "models/styled/1/synthesis.tflite"} <= set(mixed["requests"])
    assert "models/styled/1/generator.tflite" not in mixed["requests"]


def test_sliders_move_styles_along_directions(mixed, styled):
    folder, model = styled
    assert [text.split()[:2] for text in mixed["sliders"]] == [["way", name] for name in "103"]
    ways = json.loads((folder / "directions.json").read_text())["directions"]
    shift = -1.5 * ways[1]["spread"] * np.array(ways[1]["vector"])
    styles = styles_of_seeds(model, 7, 8, 9, 10)
    for view in ("moved", "movedMix"):
        assert_styled(mixed[view], model, styles + shift)
    assert_styled(mixed["before"], model, styles)


def test_a_picture_takes_layers_of_another(mixed, styled):
    model = styled[1]
    assert mixed["bands"] == ["Coarse", "Middle"]  # 16 px have no fine layers
    styles = styles_of_seeds(model, 7, 8, 9, 10)
    styles[2, 4:] = styles[0, 4:]
    assert_styled(mixed["dragged"], model, styles)
    assert (mixed["draggedSaid"], mixed["ghosts"]) == ("Seed 9 has the middle styles of seed 7.", 1)
    assert mixed["focused"] == "seed 7, class dog"
    assert mixed["givingSaid"] == "Seed 7 gives its coarse styles: choose which picture takes them."
    assert (mixed["pressed"], mixed["letGo"]) == (1, ["", 0])
    styles[1, :4] = styles[2, :4]
    assert_styled(mixed["byKeyboard"], model, styles)
    assert mixed["labels"][1:3] == [
        "seed 8, class 0, coarse styles of seed 9",
        "seed 9, class cat, middle styles of seed 7",
    ]
    styles[0, :4] = styles[3, :4]
    assert_styled(mixed["tapped"], model, styles)
    assert mixed["file"] == "styled-1-seed-7-mix.png"
    assert mixed["last"] == {**mixed["again"], "each": mixed["last"]["each"]}  # the address holds it all
    assert_styled(mixed["undone"], model, styles_of_seeds(model, 7, 8, 9, 10))


def test_styles_are_for_models_that_have_some(mixed, generators):
    assert_drawn(mixed["plain"], generators[1]["plain"], [7, 8, 9, 10], [None] * 4)
    assert mixed["plainShows"] == ["tab-grid", True, True]
    assert mixed["errors"] == []


def test_mixing_is_usable_on_a_phone(mixed):
    layout = mixed["layout"]
    assert (layout["overflow"] <= 0, layout["outside"], layout["small"]) == (True, [], [])
    for contrasts in mixed["contrasts"].values():
        assert len(contrasts) == 16
        assert {name: ratio for name, ratio in contrasts if ratio < 4.5} == {}


def test_styles_that_do_not_fit_are_one_line(styled, tmp_path):
    whole = web.check_model(styled[0])
    assert {name: path.name for name, path in whole.files.items()} == {
        "mapping": "mapping.tflite",
        "synthesis": "synthesis.tflite",
    }
    manifest = json.loads((styled[0] / "manifest.json").read_text())
    ways = json.loads((styled[0] / "directions.json").read_text())

    def problem(name, content):
        folder = tmp_path / "1"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(styled[0], folder)
        if content is None:
            for path in folder.glob(name):
                path.unlink()
        else:
            (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        with pytest.raises(web.AssemblyError) as raised:
            web.check_model(folder)
        return str(raised.value)

    assert "has no file that the page can draw with (mapping.tflite or" in problem("mapping*", None)
    assert "synthesis.tflite is not the file" in problem("synthesis.tflite", b"TFL3")
    del manifest["generator"]["w_avg"]
    assert "does not say the mean style" in problem("manifest.json", manifest)
    assert "is not JSON" in problem("directions.json", b"{")
    ways["directions"][1]["vector"].pop()
    for strange in (ways, [], {"directions": [{"name": "pc1"}]}, {"directions": 3}):
        assert "holds no directions of this model" in problem("directions.json", strange)


def test_smaller_files_of_styles_do_and_the_first_directions_are_enough(styled, tmp_path):
    folder = tmp_path / "1"
    shutil.copytree(styled[0], folder)
    for name in ("mapping", "synthesis"):
        (folder / f"{name}.tflite").rename(folder / f"{name}-float16.tflite")
    write_directions(folder, ["principal"] * 9 + ["closed"] + ["named"] * 2)
    model = web.check_model(folder)
    assert [path.name for path in model.files.values()] == ["mapping-float16.tflite", "synthesis-float16.tflite"]
    assert [each["name"] for each in model.manifest["styles"]["directions"]] == [
        f"way {number}" for number in (10, 11, 0, 1, 2, 3, 4, 5)
    ]
    (folder / "directions.json").unlink()
    assert web.check_model(folder).manifest["styles"]["directions"] == []


def test_bad_seeds_are_named(seen):
    assert seen["badSeeds"] == [
        "“1.5” is no seed: seeds are whole numbers of 64 bits.",
        "“9223372036854775808” is no seed: seeds are whole numbers of 64 bits.",
    ]


def test_stays_quiet_and_at_home(seen):
    assert seen["errors"] == []
    assert "default-src 'self'" in seen["isolatedPolicy"]
    hosts = {urlsplit(url).netloc for url in seen["requests"] if not url.startswith("blob:")}
    assert hosts == {urlsplit(seen["url"]).netloc}


def spoil(folder, content, describe=True):
    """Replaces a model in an assembled page; `describe` makes the manifest describe the new file."""
    (folder / "generator.tflite").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    facts = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    if describe:
        manifest["files"]["generator.tflite"] = facts
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_bad_models_are_one_line(packages, generators, tmp_path):
    find_chromium()
    good = generators[0] / "plain" / "1"
    names = ("good", "truncated", "altered", "garbage", "page", "missing", "nan", "html")
    for name in names:
        shutil.copytree(good, tmp_path / name / "1")
    broken = tiny("dcgan")
    for weight in broken.ema_generator.weights:
        weight.assign(weight * np.nan)
    (tmp_path / "broken").mkdir()
    tflite.write(networks_of(broken), tmp_path / "broken", Deliverables())

    def change(out):
        content = (good / "generator.tflite").read_bytes()
        middle = len(content) // 2
        spoil(out / "models/truncated/1", content[:middle])
        spoil(out / "models/altered/1", content[:middle] + b"\0" * 64 + content[middle + 64 :], describe=False)
        spoil(out / "models/garbage/1", content[:8] + bytes(range(256)) * 400)
        spoil(out / "models/page/1", b"<!doctype html><title>Not found</title>")
        (out / "models/missing/1/generator.tflite").unlink()
        spoil(out / "models/nan/1", (tmp_path / "broken" / "generator.tflite").read_bytes())
        (out / "models/html/1/manifest.json").write_text("<!doctype html>")

    with serve([tmp_path / name / "1" for name in names], tmp_path / "build", change) as url:
        seen = visit("bad", url, tmp_path)
    for name, part in (
        ("truncated", "is damaged: "),
        ("altered", "is damaged: it is not the file that was exported."),
        ("garbage", "is damaged: "),
        ("page", "is damaged: it is not the file that was exported."),
        ("missing", "Cannot fetch models/missing/1/generator.tflite: the server says 404."),
        ("nan", "its output is not a number (NaN)"),
        ("html", "manifest.json is damaged: it is not JSON."),
    ):
        first, later = seen["complaints"][f"{name}/1"]
        assert part in first
        assert part in later
        assert "\n" not in first
    assert_pictures_of_keras(seen["again"], generators[1]["plain"])
    assert seen["hidden"]
    # A browser says by itself that a file is not there.
    assert [error for error in seen["errors"] if "404" not in error] == []


# --- Pictures that are given ------------------------------------------------------------------------------------------

TRANSLATORS = {"paint": "style_transfer", "pix": "pix2pix", "cartoon": "cartoonise", "fill": "inpaint"}


def test_the_page_knows_of_networks_that_change_images_what_it_needs(tmp_path):
    picture = {"kind": "image"}
    strength = {"kind": "scalar", "low": 0.0, "default": 1.0, "high": 1.0}
    painter = {"inputs": {"images": picture, "strength": strength}, "outputs": {"images": picture}}
    drawer = {"inputs": {"z": {"kind": "features"}}, "outputs": {"images": picture}}
    shown = {
        "generator": {"kind": "image-to-image", "content_size": 64},
        "fields": {"generator": painter, "drawer": drawer},
        "configuration": {"model": {"style": ["mosaic", "/home/me/night.jpg"]}},
    }
    assert web.translators_of(shown) == ("generator",)
    (tmp_path / "examples").mkdir()
    for name in ("b.png", "a.png", "notes.txt"):
        (tmp_path / "examples" / name).touch()
    examples = web.examples_of(tmp_path)
    assert web.translation_of(shown, ("generator",), examples)["translates"] == {
        "networks": ["generator"],
        "content_size": 64,
        "controls": {"strength": strength},
        "styles": ["mosaic", "night.jpg"],
        "examples": ["a.png", "b.png"],
    }
    assert {path.parent for path in web.examples_of(tmp_path / "absent")} == {WEB / "examples"}
    older = {"generator": {"kind": "image-to-image", "networks": ["AtoB", "BtoA"]}}
    assert web.translators_of(older) == ("AtoB", "BtoA")


def photo(channels=3):
    """Pixels of 40x30, smooth in one half and restless in the other."""
    rng = np.random.default_rng(5)
    pixels = np.linspace(0, 255, 30 * 40 * channels).reshape(30, 40, channels)
    pixels[:, 20:] = rng.integers(0, 256, (30, 20, channels))
    return pixels.astype(np.uint8)


@pytest.fixture(scope="module")
def translators(tmp_path_factory):
    """A folder of exports of tiny models that turn images into images, with weights by which that can be seen."""
    folder, rng = tmp_path_factory.mktemp("translators"), np.random.default_rng(0)
    for name, variant in TRANSLATORS.items():
        model = tiny(variant)
        for weight in model.ema_generator.weights:
            weight.assign(weight + rng.normal(0, 0.1, weight.shape))
        put(model, folder / name / "1")
    # Two networks for two directions, as of a CycleGAN.
    (folder / "both" / "1").mkdir(parents=True)
    described = {}
    for network, name in (("AtoB", "pix"), ("BtoA", "paint")):
        shutil.copy(folder / name / "1" / "generator.tflite", folder / "both" / "1" / f"{network}.tflite")
        described[network] = json.loads((folder / name / "1" / "manifest.json").read_text())["fields"]["generator"]
    facts = {"generator": {"kind": "image-to-image", "content_size": 16}, "fields": described}
    (folder / "both" / "1" / "manifest.json").write_text(json.dumps(facts))
    return folder


def put(model, folder, **options):
    """Exports the generator alone of a model, unverified, which is quicker."""
    folder.mkdir(parents=True)
    networks, deliverables = networks_of(model)[:1], Deliverables(("tflite",), **options)
    tflite.write(networks, folder, deliverables)
    manifest.write(manifest.of(model, networks, folder, deliverables, [], {}), folder)


def translated(file, picture, hole=None, **controls):
    """What Python's `translate` makes of a picture by a `.tflite` file, uint8."""
    return ExportedTranslator(file).translate(picture, hole, size="native", controls=controls)


@pytest.fixture(scope="module")
def pair(packages, generators, translators, tmp_path_factory):
    """What one visit to the page saw that gave pictures to each of these models."""
    find_chromium()
    folder = tmp_path_factory.mktemp("pair")
    Image.fromarray(photo()).save(folder / "photo.png")
    Image.fromarray(photo(4)).save(folder / "clear.png")
    (folder / "notes.txt").write_text("no picture")
    models = [*translators.glob("*/1"), generators[0] / "plain" / "1"]
    with serve(models, folder / "build") as url:
        return {**visit("pictures", url, folder), "folder": folder, "url": url}


def pixels_of(picture):
    return np.array(picture["data"], np.uint8).reshape([picture[name] for name in ("height", "width", "channels")])


def assert_translated(view, file, given=None, **controls):
    """A picture was prepared as Python prepares it, to the bit, and what is made of it is within a grey level."""
    if given is not None:
        np.testing.assert_array_equal(pixels_of(view["given"]), given)
    hole = None if view["hole"] is None else np.array(view["hole"], bool).reshape(pixels_of(view["given"]).shape[:2])
    expected = translated(file, pixels_of(view["given"]), hole, **controls)
    made = pixels_of(view["made"])
    assert made.shape == expected.shape
    assert np.abs(made.astype(int) - expected).max() <= 1
    assert expected.std() > 1
    return expected


def test_a_picture_is_painted_as_in_python(pair, translators):
    file = translators / "paint" / "1" / "generator-controlled.tflite"
    usual = assert_translated(pair["paint"], file, photo())
    turned = assert_translated(pair["turned"], file, photo(), strength=0.5, style=1.0)
    assert np.abs(usual.astype(int) - turned).mean() > 1
    address = dict(parse_qsl(urlsplit(pair["address"]).fragment))
    assert {"set strength": "0.5", "set style": "1"}.items() <= address.items()
    larger, _ = ExportedTranslator(file).sized(photo(), size=64)
    assert_translated(pair["enlarged"], file, larger, strength=0.5, style=1.0)
    assert [text.split()[0] for text in pair["knobs"]] == ["Style", "Between", "Strength"]


def test_a_model_that_knows_things_by_their_size_is_given_that(pair, translators):
    for view, name in (("pix", "pix"), ("same", "pix"), ("back", "both")):
        file = translators / name / "1" / ("BtoA.tflite" if name == "both" else "generator.tflite")
        original = photo() if view == "pix" else None
        sized = None if original is None else ExportedTranslator(file).sized(original)[0]
        assert_translated(pair[view], file, sized)
        assert max(pair[view]["given"]["height"], pair[view]["given"]["width"]) == 16
    face = np.asarray(Image.open(WEB / "examples" / "face-1.png").convert("RGB"))
    file = translators / "pix" / "1" / "generator.tflite"
    assert_translated(pair["example"], file, ExportedTranslator(file).sized(face)[0])


def test_a_seed_decides_a_cartoon(pair, translators):
    file = translators / "cartoon" / "1" / "generator-controlled.tflite"
    sized, _ = ExportedTranslator(file).sized(photo())
    latents = portable_latents(np.array([5]), ExportedTranslator(file).facts["chance_dim"])[0]
    assert_translated(pair["cartoon"], file, sized, alpha=0.5, latents=latents)


def test_a_hole_is_painted_and_moved(pair, translators):
    file = translators / "fill" / "1" / "generator.tflite"
    for view in ("middle", "moved", "painted", "again"):
        made = assert_translated(pair[view], file, photo())
        outside = ~np.array(pair[view]["hole"], bool).reshape(30, 40)
        np.testing.assert_array_equal(made[outside], photo()[outside])
    middle, moved = (np.array(pair[view]["hole"]).reshape(30, 40) for view in ("middle", "moved"))
    np.testing.assert_array_equal(np.roll(middle, 2, axis=1), moved)
    assert 0 < sum(pair["painted"]["hole"]) < 30 * 40 / 2
    assert pair["painted"]["hole"] != pair["moved"]["hole"]
    assert pair["again"]["hole"] == pair["middle"]["hole"]


def test_what_is_transparent_stays_so_and_is_saved(pair, translators):
    original = Image.fromarray(photo(4))
    on_white = Image.alpha_composite(Image.new("RGBA", original.size, "white"), original).convert("RGB")
    assert np.abs(pixels_of(pair["clear"]["given"]).astype(int) - np.asarray(on_white)).max() <= 2
    saved = np.asarray(Image.open(pair["folder"] / "saved-clear.png"))
    np.testing.assert_array_equal(saved[:, :, 3], photo(4)[:, :, 3])
    opaque = saved[:, :, 3] == 255
    assert np.abs(saved[opaque][:, :3].astype(int) - pixels_of(pair["clear"]["made"])[opaque]).max() <= 1
    assert pair["file"] == "paint-1-clear.png"


def test_before_a_picture_is_given_the_page_says_what_to_do(pair):
    assert pair["before"] == ["invitation", "camera", "examples"]
    assert pair["saveDisabled"]
    assert pair["tries"] == [[f"{kind} {number}", True] for kind in ("face", "sketch") for number in (1, 2, 3)]
    assert pair["after"] == ["grid", "seed", "truncation", "count"]


def test_what_is_no_picture_is_one_line(pair):
    not_read, camera, dropped = pair["complaints"]
    assert not_read == dropped == "“notes.txt” is no picture that this browser can read."
    assert camera.endswith(": choose a picture.") or camera.endswith(", or choose a picture.")
    assert (pair["kept"], pair["hiddenComplaint"]) == (True, True)
    assert pair["errors"] == []
    hosts = {urlsplit(url).netloc for url in pair["requests"] if not url.startswith("blob:")}
    assert hosts == {urlsplit(pair["url"]).netloc}


def test_giving_pictures_is_usable_on_a_phone(pair):
    for layout in pair["layout"].values():
        assert (layout["overflow"] <= 0, layout["outside"], layout["small"]) == (True, [], [])
    for contrasts in pair["contrasts"].values():
        assert {name: ratio for name, ratio in contrasts if ratio < 4.5} == {}


def test_the_camera_is_live_until_it_is_let_go(packages, generators, translators, tmp_path):
    find_chromium()
    with serve([translators / "pix" / "1", generators[0] / "plain" / "1"], tmp_path / "build") as url:
        seen = visit("camera", url, tmp_path)
    assert seen["complaint"] == "The camera may not be used: allow it in the browser, or choose a picture."
    for frame in seen["frames"]:
        shape = (frame["height"], frame["width"], 3)
        given, made = (np.array(frame[name], np.uint8).reshape(shape) for name in ("given", "made"))
        assert max(given.shape) == 16
        assert given.std() > 1
        assert np.abs(made.astype(int) - translated(translators / "pix" / "1" / "generator.tflite", given)).max() <= 1
    assert "ms per picture" in seen["speed"]
    assert seen["button"] == "Stop the camera"
    assert seen["states"] == ["live", "ended", "ended"]
    assert (seen["held"], seen["stands"], seen["canSave"], seen["errors"]) == (None, True, True, [])
    assert (seen["layout"]["overflow"] <= 0, seen["layout"]["small"]) == (True, [])


# --- Words ------------------------------------------------------------------------------------------------------------


def test_words_are_drawn_as_in_python(packages, tmp_path):
    find_chromium()
    lines = ("a red dog, on a blue cat", "a blue dog", "a cat")
    vocabulary = ("", "<unk>", "a", "red", "blue", "dog", "cat", "on", ",")
    text = Tokens(12, vocabulary, examples=lines)
    model = building.build("dfgan", registry.module("dfgan").TINY, {"real": image.Image(16, 16, 3), "caption": text})
    rng = np.random.default_rng(0)
    for weight in model.ema_generator.weights:  # else sentences would hardly differ
        weight.assign(weight + rng.normal(0, 0.2, weight.shape))
    put(model, tmp_path / "said" / "1", tflite_batch=3)
    with serve([tmp_path / "said" / "1"], tmp_path / "build") as url:
        seen = visit("words", url, tmp_path)

    def assert_said(view, sentences):
        tokens = text.encoded(sentences)
        given = {"latents": latents_of_seeds(model, 7, 8, 9, 10), "caption": tokens}
        expected = Sampler(model).made(given)
        made = np.array(view["pictures"]).reshape(expected.shape)
        np.testing.assert_allclose(made, expected, rtol=0, atol=1e-4)
        return expected

    assert seen["text"] == lines[0]
    first = assert_said(seen["first"], [lines[0]] * 4)
    typed = assert_said(seen["typed"], ["a blue dog, on a red cat"] * 4)
    assert np.abs(first - typed).mean() > 1e-3
    assert_said(seen["again"], ["a blue dog, on a red cat"] * 4)
    own = [lines[seed % 3] for seed in (7, 8, 9, 10)]
    assert_said(seen["own"], own)
    assert seen["titles"] == [f"seed {seed}, {line}" for seed, line in zip((7, 8, 9, 10), own, strict=True)]
    assert seen["anotherText"] in lines
    assert_said(seen["another"], [seen["anotherText"]] * 4)
    assert seen["complaints"] == [
        "The model does not know “lion”, “and”, “tiger”.",
        "These are 20 words, and the model takes 12 at most.",
    ]
    assert (seen["invalid"], seen["hidden"], seen["errors"]) == ("true", True, [])
    assert seen["known"] == "a blue cat dog on red"
    for line, tokens in seen["golden"]:
        assert tokens == text.encoded([line])[0].tolist(), line
    assert (seen["layout"]["overflow"] <= 0, seen["layout"]["outside"], seen["layout"]["small"]) == (True, [], [])
