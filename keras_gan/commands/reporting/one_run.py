"""The page about one run."""

import html
import json

from keras_gan import metrics, registry
from keras_gan.commands.reporting.page import charts, page, table
from keras_gan.commands.reporting.plots import plots_of
from keras_gan.commands.reporting.record import NOTHING_FOUND, number
from keras_gan.commands.reporting.samples import figure, gallery
from keras_gan.health.collapse import SAME


def page_of(record):
    """The HTML text about a `Record`."""
    configuration = record.configuration
    return page(
        f"{record.name}: {configuration['variant']} on {configuration['dataset']}",
        _head(record, configuration),
        _facts(record),
        _in_short(record),
        _command(record.command),
        f"<h2>Samples</h2>\n{gallery(record)}",
        _doctor(record),
        _curves(record),
        _scores(record),
        _data(record),
        _configuration(record, configuration),
    )


def _head(record, configuration):
    summary = registry.VARIANTS.summary(record.options.variant)
    said = f"{configuration['variant']} on {configuration['dataset']}, {_preset(record)}. {summary}"
    return f'<h1>{html.escape(record.name)}</h1>\n<p class="lead">{html.escape(said)}</p>'


def _facts(record):
    tones = {"doctor": {NOTHING_FOUND: "good", "did not watch": "plain"}.get(record.facts["doctor"], "bad")}
    tiles = [
        f'<div><dt>{html.escape(name)}</dt><dd class="{tones.get(name, "plain")}">{html.escape(words)}</dd></div>'
        for name, words in record.facts.items()
    ]
    return f'<dl class="facts">{"".join(tiles)}</dl>'


def _in_short(record):
    """What happened, in a few sentences of those figures that can be read without the rest."""
    said = [
        *_shortness(record),
        *_way_of_a_score(record.scores),
        *_way_to_real(record.curves),
        *_variety(record.curves),
    ]
    findings = record.health["findings"] if record.health else []
    lasting = [finding for finding in findings if finding.get("passed") is None]
    if findings:
        passed = f", {len(findings) - len(lasting)} of which passed" if len(lasting) < len(findings) else ""
        said.append(f"The doctor found {_count(len(findings), 'thing')} wrong{passed}: see below.")
    said += ["Whether the samples look right, no figure here can say: compare them with the real ones."] if said else []
    return f"<p>{html.escape(' '.join(said))}</p>" if said else ""


def _shortness(record):
    """That the run was much shorter than what its preset takes, in a list; empty if it was not."""
    preset = registry.preset(record.options.variant, record.options.preset).run.get("steps")
    if not preset or not record.last_step or record.last_step > preset / 2:
        return []
    return [f"This was a short run: {record.last_step:,} steps, where the preset has {preset:,}."]


def _way_of_a_score(lines):
    """How the first score has changed, of one protocol; in a list, which is empty if it has no way behind it."""
    first = lines[0]["scores"][0] if lines and lines[0]["scores"] else None
    same = [
        (line["step"], score)
        for line in lines
        for score in line["scores"]
        if first and (score["name"], score["protocol"]) == (first["name"], first["protocol"])
    ]
    if not same:
        return []
    (start, earlier), (end, later) = same[0], same[-1]
    better = _better(later)
    if len(same) == 1:
        return [f"{later['name']} is {number(later['value'])}{better}."]
    values = f"from {number(earlier['value'])} at step {start:,} to {number(later['value'])} at step {end:,}"
    return [f"{later['name']} went {values}{better}."]


def _better(score):
    words = {True: " (lower is better)", False: " (higher is better)"}
    return words.get(score.get("lower_is_better"), "")


def _way_to_real(curves):
    """Where samples were nearest to the data, if that was not at the end; in a list."""
    points = curves.get("health/distance_to_real", ())
    nearest = min(points, key=lambda point: point[2], default=None)
    if nearest is None or points[-1][2] <= 1.1 * nearest[2]:
        return []
    words = f"{number(nearest[2])} of the data's spread at step {nearest[0]:,}, {number(points[-1][2])} at the end"
    return [f"Samples were nearest to the data before the end ({words}): move the slider there."]


def _variety(curves):
    points = curves.get("health/variety_features")
    if not points:
        return []
    share = points[-1][2]
    verdict = ": nearly all are alike, the generator has collapsed" if share < SAME else ""
    return [f"Samples are {share:.0%} as varied as the data, by features{verdict}."]


def _count(number, noun):
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# --- The doctor -------------------------------------------------------------------------------------------------------


def _doctor(record):
    if record.health is None:
        return "<h2>The doctor</h2>\n<p>This run was not watched.</p>"
    numbered = enumerate(record.health["findings"], 1)
    findings = "\n".join(_finding(number, finding, record.last_step) for number, finding in numbered)
    said = (
        f'<ol class="findings">\n{findings}\n</ol>'
        if findings
        else '<p class="well">No fault of the training was found; that says nothing of how good samples look.</p>'
    )
    nearest = record.sample_file("nearest")
    if nearest:
        said += figure(nearest, "Samples, each with the training example nearest to it on its right")
    return f"<h2>The doctor</h2>\n{said}\n{_unseen(record.health['not_watched'])}"


def _finding(number, finding, last_step):
    passed = finding.get("passed")
    if passed is not None:
        end = f" By step {passed:,} this had passed."
    else:  # what was seen at the last step, or nobody knows when, needs no word about later ones
        later = last_step > finding.get("step", last_step)
        end = f" It was not seen to pass by step {last_step:,}." if later else ""
    said = finding["sentence"] + end
    tone = "" if passed is None else ' class="passed"'
    return f'<li{tone}><span class="number">{number}</span>{html.escape(said)}</li>'


def _unseen(reasons):
    if not reasons:
        return ""
    lines = "\n".join(f"<li>{html.escape(k.replace('_', ' '))}: {html.escape(v)}</li>" for k, v in reasons.items())
    summary = f"{_count(len(reasons), 'check')} that could not be made, and why"
    return f"<details><summary>{summary}</summary>\n<ul>\n{lines}\n</ul></details>"


# --- Figures ----------------------------------------------------------------------------------------------------------


def _curves(record):
    findings = record.health["findings"] if record.health else []
    marks = [(each["step"], number) for number, each in enumerate(findings, 1) if "step" in each]
    last_step = max([record.last_step, *(step for step, _ in marks)])
    drawn = charts(plots_of({record.name: record.curves}), last_step, marks)
    if not drawn:
        return ""
    said = "Numbers in legends are the last values."
    said += " The grey line is the step that the slider shows samples of." if len(record.snapshots) > 1 else ""
    said += " Numbered red lines are where the doctor found something." if marks else ""
    return f'<h2>Curves</h2>\n<p class="about">{said}</p>\n{drawn}'


def _scores(record):
    tables = {}
    for line in record.scores:
        for score in line["scores"]:
            # One table for each protocol: only figures of the same one compare.
            said = json.dumps(score["protocol"], sort_keys=True)
            _, rows = tables.setdefault(said, (score["protocol"], {}))
            rows.setdefault(line["step"], {})[score["name"] + _better(score)] = score["value"]
    return "<h2>Scores</h2>\n" + "\n".join(_score_table(*each) for each in tables.values()) if tables else ""


def _score_table(protocol, rows):
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    body = [
        [f"{step:,}", *(number(row[name]) if name in row else "" for name in names)]
        for step, row in sorted(rows.items())
    ]
    said = html.escape(metrics.protocol_text(dict(sorted(protocol.items()))))
    folded = f"<details><summary>How these were measured</summary><p>{said}</p></details>"
    return table(["step", *(name.replace("_", " ") for name in names)], body) + folded


def _data(record):
    return "<h2>Data</h2>\n" + table(["", record.configuration["dataset"]], record.data.items()) if record.data else ""


# --- Options ----------------------------------------------------------------------------------------------------------


def _configuration(record, configuration):
    rows = [(name, *both) for name, both in record.changed.items()]
    changed = table(["option", "this run", "default"], rows) if rows else "<p>Nothing.</p>"
    chosen = record.of_preset.items()
    own = _folded(f"What {_preset(record)} chooses", table(["option", "value"], chosen)) if chosen else ""
    whole = _folded("The whole configuration", f"<pre>{html.escape(json.dumps(configuration, indent=2))}</pre>")
    heading = f"<h2>What differs from the defaults, with {html.escape(_preset(record))}</h2>"
    return f"{heading}\n{changed}\n{own}{whole}"


def _preset(record):
    name = record.options.preset
    return "no preset" if name == registry.NO_PRESET else f"preset {name}"


def _command(command):
    if not command:
        return ""
    # Lines break between words alone: an option that is broken at its hyphens cannot be read.
    words = " ".join(f"<span>{html.escape(word)}</span>" for word in command.split(" "))
    return (
        '<div class="command"><p>The command that repeats this run:</p>'
        f"<pre>{words}</pre><button hidden>Copy</button></div>"
    )


def _folded(summary, content):
    return f"<details><summary>{html.escape(summary)}</summary>{content}</details>\n"
