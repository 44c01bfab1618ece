"""`report`: which plot a curve is in, where its points lie, and what a page says of runs, also of damaged ones."""

import json
import re
import shutil
import webbrowser

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from keras_gan import config, data, registry
from keras_gan.commands.reporting import drawing, record, samples
from keras_gan.commands.reporting.plots import Plot, plots_of
from keras_gan.commands.reporting.record import Record
from keras_gan.runs.run_folder import RunFolder
from tests.conftest import command, save_noise

PROTOCOL = {"features": "classifier", "samples": 512}


def logged(*values, every=10):
    """A curve of these values."""
    return [(every * (index + 1), 100.0 + 2.0 * index, value) for index, value in enumerate(values)]


def write_run(path, curves, snapshots=(), findings=None, scores=(), model=None, variant="dcgan", **options):
    """Writes the folder of a run that might have been trained."""
    run = config.RunConfig(variant=variant, run_name=path.name, **options)
    cls = registry.module(variant).Config
    path.mkdir(parents=True)
    own = cls(**{**run.preset_options, **(model or {})})
    (path / "config.json").write_text(config.to_json(run, own))
    (path / "samples").mkdir()
    for index, step in enumerate(snapshots):
        Image.new("RGB", (4, 4), (index, 0, 0)).save(path / "samples" / f"step-{step:09d}.png")
    if findings is not None:
        (path / "health.json").write_text(json.dumps({"findings": findings, "not_watched": {}}))
    (path / "scores.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in scores))
    writer = tf.summary.create_file_writer(str(path))
    for tag, points in curves.items():
        for step, _, value in points:
            with writer.as_default(step):
                tf.summary.scalar(tag, value)
    writer.close()
    return path


def page_of(path, *arguments, name="report.html"):
    assert command("report", "--run", path, *arguments) == 0
    return (path / name).read_text(encoding="utf-8")


def section(page, heading):
    """What stands below a heading, up to the next one."""
    return page.partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0]


# --- Which plot -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "title", "line"),
    [
        ("discriminator/loss", "Losses", "discriminator"),
        ("generator/loss", "Losses", "generator"),
        ("discriminator/real_accuracy", "Accuracy of the discriminator", "real"),
        ("discriminator/fake_accuracy_B", "Accuracy of the discriminator", "fake B"),
        ("generator/class_accuracy", "Classes named rightly", "generator"),
        ("generator/gradient", "Gradients", "generator"),
        ("discriminator/gradient_penalty", "Terms of the discriminator's loss", "gradient penalty"),
        ("generator/cycle_A", "Terms of the generator's loss", "cycle A"),
        ("scores/recall[random]", "Precision and recall", "recall[random]"),
        ("scores/fid[random]", "fid[random]", "fid[random]"),
        ("scores/precisionless", "precisionless", "precisionless"),
        ("health/variety_curves", "Variety", "curves"),
        ("health/distance_to_real", "Distance to real", "distance to real"),
        ("train/augment_probability", "Augmentation", "probability"),
        ("train/convergence", "convergence", "convergence"),
        ("progress/curves_per_second", "Speed", "curves"),
    ],
)
def test_a_curve_lands_in_the_plot_of_its_meaning(tag, title, line):
    (plot,) = plots_of({"r": {tag: logged(1.0, 2.0)}})
    assert (plot.title, plot.lines) == (title, {line: [(10, 1.0), (20, 2.0)]})
    assert plot.about.endswith(".")


def test_no_plot_has_gradients_beside_losses():
    tags = ("discriminator/loss", "discriminator/real", "discriminator/gradient", "generator/gradient")
    plots = plots_of({"r": {tag: logged(1.0) for tag in tags}})
    assert [[*plot.lines] for plot in plots] == [["discriminator"], ["discriminator", "generator"], ["real"]]


def test_a_curve_that_says_nothing_new_is_left_out():
    loss = logged(1.0, 3.0)
    assert [p.title for p in plots_of({"r": {"generator/fake": loss, "generator/loss": loss}})] == ["Losses"]
    other = {"generator/fake": logged(1.0, 2.0), "generator/loss": loss}
    assert [p.title for p in plots_of({"r": other})] == ["Losses", "Terms of the generator's loss"]
    assert plots_of({"r": {"learning_rate/generator": logged(0.1, 0.1)}}) == []
    assert [p.title for p in plots_of({"r": {"learning_rate/generator": logged(0.1, 0.2)}})] == ["Learning rates"]


def test_several_runs_have_a_line_each():
    runs = {"a": {"generator/loss": logged(1.0), "discriminator/loss": logged(2.0)}, "b": {"generator/loss": logged(3)}}
    first, second = plots_of(runs)
    assert (first.title, first.lines) == ("Losses: generator", {"a": [(10, 1.0)], "b": [(10, 3)]})
    assert (second.title, second.lines) == ("Losses: discriminator", {"a": [(10, 2.0)]})


def test_a_score_says_what_it_is():
    (plot,) = plots_of({"r": {"scores/fid[random]": logged(9.0)}})
    assert "lower is better" in plot.about


# --- Where its points lie ---------------------------------------------------------------------------------------------


def plot_of(*values, **more):
    return Plot("t", "u", "about.", "c", {"line": [(step, value) for step, _, value in logged(*values)]}, **more)


def drawn_paths(svg, colour):
    """The points of paths of a colour, each a list of `(x, y)`."""
    paths = re.findall(rf'<path d="([^"]*)"[^>]*stroke: {re.escape(colour)}[;"]', svg)
    return [[tuple(map(float, pair)) for pair in re.findall(r"[ML] ([\d.-]+) ([\d.-]+)", path)] for path in paths]


def test_points_lie_where_they_belong():
    svg, said = drawing.drawn(plot_of(1.0, 3.0, 2.0), 40)
    ((first, second, third),) = drawn_paths(svg, "var(--line-0)")
    left, across = 72 * 4.4 * 0.155, 72 * 4.4 * 0.82  # of the axes, in units of the drawing
    assert [x for x, _ in (first, second, third)] == pytest.approx([left + across * part for part in (0.25, 0.5, 0.75)])
    # From 1 to 3 with 0.06 times the height as room on either side; y goes down.
    below, height = 180 * (1 - 0.175), 180 * (0.91 - 0.175)
    assert first[1] == pytest.approx(below - height * 0.12 / 2.24)
    assert second[1] == pytest.approx(below - height * 2.12 / 2.24)
    assert third[1] == pytest.approx(below - height * 1.12 / 2.24)
    assert said == []
    assert f'data-across="{across:.2f}" data-steps="40"' in svg


def test_findings_are_marked_at_their_steps():
    svg, _ = drawing.drawn(plot_of(1.0, 3.0), 40, marks=[(10, 1), (30, 2), (30, 3)])
    left, across = 72 * 4.4 * 0.155, 72 * 4.4 * 0.82
    marked = [path[0][0] for path in drawn_paths(svg, "var(--bad)")]
    assert marked == pytest.approx([left + across / 4, left + across * 3 / 4])
    assert re.findall(r">([\d,]+)</text>", svg)[-2:] == ["1", "2,3"]
    assert svg.count('class="cursor"') == 1


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([1.0, 2.0, 9.0], (1.0, 9.0)),
        ([1.0] * 99 + [61.0], (1.0, 1.0)),  # one in a hundred that would flatten all others
        ([1.0, *np.linspace(2, 3, 97), 3.5, 4.0], (1.0, 4.0)),  # which these would not
        ([5.0], (5.0, 5.0)),
    ],
)
def test_the_scale_is_that_of_nearly_all(values, limits):
    assert drawing._limits(sorted(values)) == pytest.approx(limits)


def test_what_lies_beyond_the_scale_is_said():
    _, said = drawing.drawn(plot_of(*[1.0, 2.0] * 100, -61.5), 2010)
    assert said == ["1 of 201 points lie beyond the scale, up to -61.5."]


@pytest.mark.parametrize("values", [(), (float("nan"), float("inf"))])
def test_a_plot_without_a_finite_value_says_so(values):
    assert drawing.drawn(plot_of(*values), 10) == ("", ["No finite value was logged."])


def test_gradients_of_many_magnitudes_are_logarithmic():
    svg, _ = drawing.drawn(plot_of(1.0, 10.0, 1000.0, logarithmic=True), 30)
    (points,) = drawn_paths(svg, "var(--line-0)")
    y = [point[1] for point in points]
    assert y[1] - y[2] == pytest.approx(2 * (y[0] - y[1]), rel=1e-3)
    assert {">1<", ">10<", ">1,000<"} <= set(re.findall(r">[\d,]+<", svg))
    drawing.drawn(plot_of(0.0, 10.0, logarithmic=True), 30)  # of which there is no logarithm


# --- A page about a run -----------------------------------------------------------------------------------------------

FINDING = {"signal": "collapse", "step": 20, "saw": "a", "means": "b", "helps": "c", "sentence": "step 20: all <alike>"}
SCORES = [
    {"step": step, "scores": [{"name": "fid[x]", "value": value, "lower_is_better": True, "protocol": PROTOCOL}]}
    for step, value in ((10, 80.25), (30, 12.5))
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of 30 steps that changed some options, was scored twice and has one finding."""
    place = tmp_path_factory.mktemp("secret place")
    curves = {
        **{"discriminator/loss": logged(0.5, 0.25, 0.75), "generator/gradient": logged(7.0, 61.0, 9.0)},
        **{"progress/kimg": logged(0.5, 1.0, 1.5), "progress/images_per_second": logged(40.0, 900.0, 50.0)},
        "health/variety_features": logged(0.25, 0.5, 0.875),
    }
    return write_run(
        place / "logs" / "odd",
        curves,
        snapshots=(10, 20, 30),
        findings=[FINDING, {**FINDING, "sentence": "gone", "passed": 30}],
        scores=SCORES,
        model={"latent_dim": 17},
        **{"steps": 30, "batch_size": 50, "dataset": f"folder:{place}/photos", "log_dir": str(place / "logs")},
    )


def test_a_page_is_complete_in_itself_and_says_no_places(run):
    page = page_of(run)
    assert not re.search(r"https?:|(src|href)=\"(?!data:|#)|@import|url\((?!#)|fetch|XMLHttp", page)
    assert "secret" not in page
    assert "<title>odd: dcgan on folder:photos</title>" in page
    assert page.count("<svg") == 4
    assert len(set(re.findall(r'id="([^"]*)"', page))) == len(re.findall(r'id="([^"]*)"', page))


def test_what_happened_is_said_first(run):
    page = page_of(run)
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page))
    assert facts["length"] == "30 of 30 steps"
    assert facts["seen"] == "1.5 thousand images"
    assert facts["usual speed"] == "50 images a second"
    assert facts["doctor"] == "2 findings"
    assert "fid[x] went from 80.25 at step 10 to 12.5 at step 30 (lower is better)." in page
    assert "Samples are 88% as varied as the data, by features." in page
    assert "This was a short run: 30 steps, where the preset has 12,000." in page
    assert "The doctor found 2 things wrong, 1 of which passed: see below." in page


def test_a_best_step_before_the_end_is_said_and_a_single_score_has_its_direction(tmp_path):
    curves = {"health/distance_to_real": logged(0.5, 0.125, 0.25)}
    score = {"step": 30, "scores": [{**SCORES[0]["scores"][0], "value": 21360.06}]}
    page = page_of(write_run(tmp_path / "r", curves, scores=[score], findings=[], steps=30))
    words = "(0.125 of the data&#x27;s spread at step 20, 0.25 at the end)"
    assert f"nearest to the data before the end {words}: move the slider there." in page
    assert "fid[x] is 21,360 (lower is better)." in page
    assert "<td>21,360</td>" in page
    assert "(log scale)" in page
    assert "that says nothing of how good samples look" in page


def test_samples_that_are_all_alike_are_called_so(tmp_path):
    page = page_of(write_run(tmp_path / "r", {"health/variety_features": logged(0.9, 0.3, 0.09)}, steps=30))
    assert "Samples are 9% as varied as the data, by features: nearly all are alike, the generator has" in page


def test_findings_are_listed_and_marked(run):
    page = page_of(run)
    doctor = section(page, "The doctor")
    assert (
        '<li><span class="number">1</span>step 20: all &lt;alike&gt; It was not seen to pass by step 30.</li>' in doctor
    )
    assert '<li class="passed"><span class="number">2</span>gone By step 30 this had passed.</li>' in doctor
    assert re.findall(r">(1,2)</text>", page) == ["1,2"] * 4  # in each plot


def test_options_are_those_that_differ(run):
    page = page_of(run)
    rows = re.findall(r"<tr><td>(--[^<]*)</td><td>([^<]*)</td><td>([^<]*)</td></tr>", page)
    usual = config.defaults("dcgan")
    latent_dim = registry.module("dcgan").Config().latent_dim
    assert sorted(rows) == [
        ("--batch-size", "50", str(usual["batch_size"])),
        ("--dataset", "folder:photos", "avatars"),
        ("--model.latent-dim", "17", str(latent_dim)),
        ("--steps", "30", str(usual["steps"])),
    ]
    said = re.sub("<[^>]*>", "", page[page.index('class="command"') :])
    assert "python train.py --variant dcgan" in said
    assert "--model.latent-dim 17" in said
    assert "&quot;latent_dim&quot;: 17" in page  # in the whole configuration


def test_options_with_several_values_are_compared_as_such(tmp_path):
    path = write_run(tmp_path / "r", {}, variant="gan", preset="none", model={"discriminator_units": (8, 4)})
    rows = re.findall(r"<tr><td>(--model[^<]*)</td><td>([^<]*)</td><td>([^<]*)</td></tr>", page_of(path))
    assert rows == [("--model.discriminator-units", "8 4", "512 256")]


def test_the_last_snapshot_is_shown_and_a_slider_has_the_others(run):
    page = page_of(run)
    figures = re.findall(r'<figure data-step="(\d+)"( hidden)?><img', page)
    assert figures == [("10", " hidden"), ("20", " hidden"), ("30", "")]
    assert page.count('<input type="range"') == 1


def test_a_long_run_shows_some_snapshots(tmp_path):
    path = write_run(tmp_path / "long", {}, snapshots=range(1, 102))
    shown = re.findall(r'data-step="(\d+)"', page_of(path))
    assert len(shown) == samples.MOST_SNAPSHOTS
    assert (shown[0], shown[1], shown[-1]) == ("1", "10", "101")


def test_large_snapshots_are_fewer(tmp_path):
    path = write_run(tmp_path / "large", {}, snapshots=range(1, 8))
    with open(path / "samples" / "step-000000004.png", "ab") as file:
        file.truncate(samples.MOST_BYTES // 3)
    assert re.findall(r'data-step="(\d+)"', page_of(path)) == ["1", "4", "7"]


def test_samples_that_no_browser_shows_are_text(tmp_path):
    path = write_run(tmp_path / "words", {})
    (path / "samples" / "step-000000003.txt").write_text("<a> & b")
    (path / "samples" / "step-x.png").write_bytes(b"")
    assert '<figure data-step="3"><pre>&lt;a&gt; &amp; b</pre>' in page_of(path)


def test_time_leaves_out_what_lies_between_two_parts_of_a_run():
    times = (0.0, 2.0, 4.0, 1000.0, 1003.0)  # the usual time between two points is 2.5 s
    assert record._seconds([(0, time, 0.0) for time in times]) == pytest.approx(2.5 + 2 + 2 + 2.5 + 3)
    assert record._seconds([(0, 5.0, 0.0)]) == 0.0


# --- Runs that have little to say -------------------------------------------------------------------------------------


def test_an_empty_run_has_a_page(tmp_path):
    page = page_of(write_run(tmp_path / "empty", {}))
    assert "no step logged yet" in page
    assert "No samples have been drawn yet." in page
    assert "This run was not watched." in page
    assert "<h2>Curves" not in page


def test_what_a_packed_run_has_learned_from_is_told_by_its_manifest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_noise([tmp_path / "photos" / kind / f"{number}.png" for kind in "ab" for number in range(3)], (8, 8, 3), 0)
    (tmp_path / "photos" / "a" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "photos" / "old.zip").write_bytes(b"")
    photos = ("--dataset", f"folder:{tmp_path}/photos", "--image-size", 16)
    assert command("pack", *photos, "--out", "packed", "--skip-bad-files") == 0
    shutil.rmtree("photos")
    path = write_run(tmp_path / "run", {}, dataset="packed:packed", image_size=16)
    facts = data.load(config.DataOptions(dataset="packed:packed", image_size=16)).facts
    (path / "data.json").write_text(json.dumps(facts))
    told = re.sub("<[^>]*>", " ", section(page_of(path), "Data"))
    for words in ("packed:packed", "6", "a, b", "6 image files of the folder photos", "brought to 16x16 px"):
        assert words in told
    assert ".zip (1), unreadable files (1)" in told
    assert re.search(r"could not be read +broken\.png: ", told)  # by its name alone


def test_damage_is_left_out(run, tmp_path):
    path = write_run(tmp_path / "hurt", {"generator/loss": logged(1.0, 2.0)}, snapshots=(10,), findings=[])
    stored = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**stored, "model": {"latent_dim": "many", "nothing": 1}}))
    (events,) = path.glob("events*")
    events.write_bytes(events.read_bytes()[:-9])
    (path / "health.json").write_text("[]")
    page = page_of(path)
    assert "The command that repeats this run" not in page
    assert "This run was not watched." in page
    assert page.count("<svg") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "is not JSON"), ('{"variant": "nothing"}', "unknown variant"), (None, "no run 'gone'")],
)
def test_what_is_no_run_is_one_line(content, message, tmp_path, capsys):
    if content is not None:
        (tmp_path / "gone").mkdir()
        (tmp_path / "gone" / "config.json").write_text(content)
    assert command("report", "--run", "gone", "--log-dir", tmp_path) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


# --- Several ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(tmp_path):
    """A run beside `run`, longer, with one more option of its own and a score by the same and by another protocol."""
    protocols = ({**PROTOCOL}, {**PROTOCOL, "samples": 9})
    scores = [
        {"name": name, "value": value, "protocol": protocol}
        for name, value, protocol in zip(("fid[x]", "kid[x]"), (3.25, 0.5), protocols, strict=True)
    ]
    curves = {"discriminator/loss": logged(1.0, 2.0, every=30), "train/k": logged(0.5)}
    options = {"steps": 60, "batch_size": 50, "dataset": "folder:photos", "augment": "ada"}
    scores = [{"step": 60, "scores": scores}]
    return write_run(tmp_path / "b", curves, (60,), scores=scores, model={"latent_dim": 17}, **options)


def test_runs_side_by_side(run, other):
    page = page_of(run, "--compare", other, name="comparison.html")
    assert not re.search(r"https?:|(src|href)=\"(?!data:|#)|@import|url\((?!#)", page)
    assert "secret" not in page
    assert "<title>odd and b</title>" in page
    options = section(page, "What differs in their options")
    rows = re.findall(r"<tr><td>(--[^<]*)</td><td>([^<]*)</td><td>([^<]*)</td></tr>", options)
    assert sorted(rows) == [("--augment", "none", "ada"), ("--steps", "30", "60")]
    first, second = section(page, "Last scores").split("<details>")[:2]
    assert "<tr><td>fid[x]</td><td>12.5</td><td>3.25</td></tr>" in first
    assert "<tr><td>kid[x]</td><td>–</td><td>0.5</td></tr>" in second
    losses = page.partition("<h4>Losses <small>loss</small></h4>")[2].partition("</section>")[0]
    assert [len(path) for line in (0, 1) for path in drawn_paths(losses, f"var(--line-{line})")] == [3, 2]
    assert re.findall(r"</i>(\w+) <b>([\d.]+)</b>", losses) == [("odd", "0.75"), ("b", "2")]
    assert "<figcaption>b, step 60</figcaption>" in page


def test_runs_of_one_name_are_told_apart(run, tmp_path):
    same = write_run(tmp_path / "elsewhere" / "odd", {})
    assert "<title>logs/odd and elsewhere/odd</title>" in page_of(run, "--compare", same, name="comparison.html")


def test_a_run_beside_itself_is_refused(run, capsys):
    assert command("report", "--run", run, "--compare", run.parent / ".." / "logs" / "odd") == 2
    assert "the run odd is named twice" in capsys.readouterr().err


@pytest.mark.parametrize("there", [True, False])
def test_a_browser_is_asked_for_and_not_needed(there, run, tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda address: asked.append(address) or there)
    assert command("report", "--run", run, "--out", tmp_path / "a b.html", "--open") == 0
    assert asked == [(tmp_path / "a b.html").as_uri()]
    assert ("no browser" in capsys.readouterr().out) == (not there)


def test_a_record_names_no_places(run):
    assert "secret" not in json.dumps(Record(RunFolder(run), "odd").configuration)


def test_curves_go_by_step_where_the_clock_jumped_back(tmp_path):
    run = write_run(tmp_path / "run", {})
    for number, (steps, clock) in enumerate((((10, 20), 2e9), ((30, 40), 1e9))):
        name = f"events.out.tfevents.{clock:.0f}.x.{number}.0"
        with tf.io.TFRecordWriter(str(run / name)) as writer:
            for step in steps:
                tensor = TensorProto.FromString(tf.make_tensor_proto(float(step)).SerializeToString())
                about = SummaryMetadata(plugin_data={"plugin_name": "scalars"})
                value = Summary.Value(tag="progress/kimg", tensor=tensor, metadata=about)
                event = Event(wall_time=clock + step, step=step, summary=Summary(value=[value]))
                writer.write(event.SerializeToString())
    record = Record(RunFolder(run), "run")
    assert [(step, value) for step, _, value in record.curves["progress/kimg"]] == [(s, s) for s in (10, 20, 30, 40)]
    assert record.facts["time"] == "40 seconds"
