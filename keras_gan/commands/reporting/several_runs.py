"""The page that sets runs side by side."""

import html
import json

from keras_gan import metrics
from keras_gan.commands.reporting.page import charts, page, table
from keras_gan.commands.reporting.plots import plots_of
from keras_gan.commands.reporting.record import number
from keras_gan.commands.reporting.samples import last_samples

ABSENT = "–"


def page_of(records):
    """The HTML text about several `Record`s."""
    names = [record.name for record in records]
    title = f"{', '.join(names[:-1])} and {names[-1]}"
    return page(
        title,
        f'<h1>{html.escape(title)}</h1>\n<p class="lead">{len(records)} runs side by side.</p>',
        f'<h2>The last samples</h2>\n<div class="runs">{"".join(map(last_samples, records))}</div>',
        f"<h2>What they came to</h2>\n{_side_by_side(records, _facts(records))}",
        _scores(records),
        f"<h2>What differs in their options</h2>\n{_differences(records)}",
        _curves(records),
    )


def _side_by_side(records, rows):
    """A table with a column for each run; rows: `{name: a value for each}`."""
    return table(["", *(record.name for record in records)], [[name, *values] for name, values in rows.items()])


def _facts(records):
    names = dict.fromkeys(name for record in records for name in record.facts)
    return {name: [record.facts.get(name, ABSENT) for record in records] for name in names}


def _differences(records):
    options = [record.flat_options for record in records]
    names = dict.fromkeys(name for each in options for name in each)
    rows = {name: [each.get(name, ABSENT) for each in options] for name in names}
    rows = {name: values for name, values in rows.items() if any(value != values[0] for value in values)}
    return _side_by_side(records, rows) if rows else "<p>Nothing.</p>"


def _scores(records):
    """The last scores of each run: one table for each protocol, for only figures of the same one compare."""
    tables = {}
    for index, record in enumerate(records):
        for score in record.scores[-1]["scores"] if record.scores else ():
            said = json.dumps(score["protocol"], sort_keys=True)
            _, rows = tables.setdefault(said, (score["protocol"], {}))
            rows.setdefault(score["name"], [ABSENT] * len(records))[index] = number(score["value"])
    return (
        "<h2>Last scores</h2>\n"
        + "\n".join(
            _side_by_side(records, rows)
            + "<details><summary>How these were measured</summary>"
            + f"<p>{html.escape(metrics.protocol_text(dict(sorted(protocol.items()))))}</p></details>"
            for protocol, rows in tables.values()
        )
        if tables
        else ""
    )


def _curves(records):
    drawn = charts(plots_of({record.name: record.curves for record in records}), max(r.last_step for r in records))
    return f'<h2>Curves</h2>\n<p class="about">Numbers in legends are the last values.</p>\n{drawn}' if drawn else ""
