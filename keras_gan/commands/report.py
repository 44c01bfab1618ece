"""`report`: one web page about a run, complete in itself: no script, no request to anywhere."""

import base64
import html
import json
import re
from pathlib import Path

from keras_gan import config, metrics
from keras_gan.distribution.startup import quiet_stderr
from keras_gan.errors import UserError, why
from keras_gan.runs import run_folder
from keras_gan.runs.public import names_only
from keras_gan.storage import files, forms

MOST_PREVIEWS = 12
# What a browser shows or plays; all else is shown as text.
MEDIA = {
    **{".png": "image/png", ".gif": "image/gif", ".jpg": "image/jpeg", ".svg": "image/svg+xml"},
    **{".wav": "audio/wav", ".mp4": "video/mp4", ".webm": "video/webm"},
}
PER_SECOND = "progress/(.+)_per_second"  # the tag of the speed, with what a run has examples of
MOST_POINTS = 400
WIDTH, HEIGHT = 600, 180  # of a plot, in its own units
COLOURS = ("#0b6e99", "#c0392b", "#2e7d32", "#8e44ad", "#b9770e", "#5d6d7e")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; color: #222;
overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid #ddd; }
img { max-width: 100%; image-rendering: pixelated; } figure { margin: 0 0 1rem; } figcaption { color: #666; }
.grids { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1rem; }
.grids img { width: 100%; } svg { width: 100%; height: auto; background: #fafafa; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; }
td, th { padding: .2rem .6rem; border-bottom: 1px solid #eee; text-align: left; vertical-align: top; }
.finding { border-left: 4px solid #c0392b; padding-left: .8rem; } .well { border-left: 4px solid #2e7d32;
padding-left: .8rem; } pre { overflow-x: auto; background: #f5f5f5; padding: .5rem; font-size: .85rem; }
"""


def run(options):
    """Writes `report.html` of a run."""
    folder = run_folder.find(options.log_dir, options.run)
    path = Path(options.out) if options.out else folder.path / "report.html"
    page = _page(folder)
    try:
        files.write(path, page)
    except OSError as error:
        raise UserError(f"cannot write {path}: {why(error)}.") from None
    print(f"written: {path}")
    return 0


def _page(folder):
    run, model = config.load_json(folder.config_file)
    configuration = {**vars(run), "model": model}
    shown = names_only(configuration, configuration)
    curves = _curves(folder.path)
    sections = [
        _cost(curves),
        _samples(folder),
        _health(folder, configuration),
        _scores(folder, configuration),
        _plots(curves),
        "<h2>Configuration</h2>\n<pre>" + html.escape(json.dumps(shown, indent=2)) + "</pre>",
    ]
    title = html.escape(f"{folder.name}: {run.variant} on {shown['dataset']}")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        + "\n".join(section for section in sections if section)
        + "\n</body>\n</html>\n"
    )


# --- Sections ---------------------------------------------------------------------------------------------------------


def _cost(curves):
    points = curves.get("progress/kimg", [])
    if not points:
        return "<p>No training step has been logged yet.</p>"
    speeds = {match[1]: points for tag, points in curves.items() if (match := re.fullmatch(PER_SECOND, tag))}
    plural, rates = next(iter(speeds.items()), ("images", []))
    rates = [value for _, _, value in rates]
    step, _, kimg = points[-1]
    said = f"{step:,} steps, {kimg:,.1f} thousand real {plural} seen"
    if rates:
        rate = sorted(rates)[len(rates) // 2]
        said += f", {rate:,.0f} {plural} a second: about {_duration(1000 * kimg / rate)} of training"
    return f"<p>{said}.</p>"


def _duration(seconds):
    return f"{seconds / 3600:.1f} hours" if seconds >= 5400 else f"{seconds / 60:.1f} minutes"


def _samples(folder):
    previews = sorted(folder.samples.glob("step-*"))
    if not previews:
        return ""
    if len(previews) > MOST_PREVIEWS:  # the first, the last, and what lies evenly between
        previews = [previews[round(i * (len(previews) - 1) / (MOST_PREVIEWS - 1))] for i in range(MOST_PREVIEWS)]
    figures = [_figure(path, f"step {int(path.stem.removeprefix('step-')):,}") for path in previews]
    return '<h2>Samples of the same seeds</h2>\n<div class="grids">\n' + "\n".join(figures) + "\n</div>"


def _figure(path, caption):
    """A file within the page, shown or played as its kind is; what is no medium is text."""
    said, kind = html.escape(caption), MEDIA.get(path.suffix)
    if kind is None:
        shown = f"<pre>{html.escape(path.read_text(encoding='utf-8', errors='replace'))}</pre>"
    else:
        data = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
        element = kind.partition("/")[0]
        shown = (
            f'<img alt="samples, {said}" src="{data}">'
            if element == "image"
            else f'<{element} controls src="{data}"></{element}>'
        )
    return f"<figure>{shown}<figcaption>{said}</figcaption></figure>"


def _health(folder, configuration):
    state = names_only(_json(folder.path / "health.json", forms.HEALTH), configuration)
    if state is None:
        return "<h2>Health</h2>\n<p>This run was not watched.</p>"
    findings = "\n".join(map(_finding, state["findings"]))
    findings = findings or '<p class="well">Nothing to report.</p>'
    for nearest in folder.samples.glob("nearest.*"):
        findings += "\n" + _figure(nearest, "samples, each with the training example nearest to it on its right")
    reasons = [
        f"<li>{html.escape(k.replace('_', ' '))}: {html.escape(v)}</li>" for k, v in state["not_watched"].items()
    ]
    unseen = "<p>Not watched, for want of figures:</p>\n<ul>\n" + "\n".join(reasons) + "\n</ul>" if reasons else ""
    return f"<h2>Health</h2>\n{findings}\n{unseen}"


def _finding(finding):
    passed = finding.get("passed")
    said = finding["sentence"] + ("" if passed is None else f" By step {passed:,} this had passed.")
    return f'<p class="{"finding" if passed is None else "well"}">{html.escape(said)}</p>'


def _scores(folder, configuration):
    lines = files.read_json_lines(folder.path / "scores.jsonl", forms.SCORES_LINE)
    single = _json(folder.path / "scores.json", forms.EVALUATION)
    if single:
        lines.append({"step": single["subject"].get("step", 0), "scores": single["scores"]})
    tables = {}
    for line in names_only(lines, configuration):
        for score in line["scores"]:
            # One table for each protocol: only figures of the same one compare.
            said = json.dumps(score["protocol"], sort_keys=True)
            _, rows = tables.setdefault(said, (dict(sorted(score["protocol"].items())), {}))
            rows.setdefault(line["step"], {})[score["name"]] = score["value"]
    if not tables:
        return ""
    return "<h2>Scores</h2>\n" + "\n".join(_score_table(*table) for table in tables.values())


def _score_table(protocol, rows):
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    said = html.escape(metrics.protocol_text(protocol))
    head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in ("step", *names))
    body = [
        f"<tr><td>{step:,}</td>"
        + "".join(f"<td>{row[n]:.4g}</td>" if n in row else "<td></td>" for n in names)
        + "</tr>"
        for step, row in sorted(rows.items())
    ]
    return f'<div class="wide"><table>\n<tr>{head}</tr>\n' + "\n".join(body) + f"\n</table></div>\n<p>{said}</p>"


def _plots(curves):
    groups = {}
    for tag, points in curves.items():
        group = tag.partition("/")[0]
        if group not in ("progress", "learning_rate"):
            groups.setdefault(group, {})[tag.partition("/")[2]] = points
    plots = [f"<h3>{html.escape(group)}</h3>\n{_plot(lines)}" for group, lines in sorted(groups.items())]
    return "<h2>Curves</h2>\n" + "\n".join(plots) if plots else ""


def _plot(lines):
    """An SVG of curves over steps; the scale is that of all points but the most extreme hundredth on each side."""
    values = sorted(value for points in lines.values() for _, _, value in points if value == value)
    steps = [step for points in lines.values() for step, _, _ in points]
    if not values:
        return "<p>No finite values.</p>"
    cut = len(values) // 100
    low, high = values[cut], values[-1 - cut]
    across = WIDTH / max(1, max(steps) - min(steps))
    down = HEIGHT / ((high - low) or 1.0)
    shapes, legend = [], []
    for index, (name, points) in enumerate(sorted(lines.items())):
        colour = COLOURS[index % len(COLOURS)]
        thinned = points[:: max(1, len(points) // MOST_POINTS)]
        path = " ".join(
            f"{(step - min(steps)) * across:.1f},{HEIGHT - (min(max(value, low), high) - low) * down:.1f}"
            for step, _, value in thinned
            if value == value
        )
        shapes.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{path}"/>')
        legend.append(f'<span style="color:{colour}">■ {html.escape(name)}</span>')
    said = f"steps {min(steps):,} to {max(steps):,}, values {low:.3g} to {high:.3g}"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">{"".join(shapes)}</svg>\n'
        f"<p>{' '.join(legend)}<br>{said}</p>"
    )


# --- Reading ----------------------------------------------------------------------------------------------------------


def _curves(path):
    """`{tag: [(step, wall time, value)]}` of a run's event files."""
    with quiet_stderr():  # it imports TensorFlow
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        from tensorboard.util import tensor_util

        accumulator = EventAccumulator(str(path), size_guidance={"tensors": 0})
        accumulator.Reload()
    curves = {}
    for tag in accumulator.Tags()["tensors"]:
        if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            curves[tag] = [
                (event.step, event.wall_time, float(tensor_util.make_ndarray(event.tensor_proto)))
                for event in accumulator.Tensors(tag)
            ]
    return curves


def _json(path, schema):
    """What is in a file, or None if it cannot be read."""
    try:
        return files.read_json(path, schema)
    except files.Unreadable:
        return None
