"""The page itself: one file that asks nobody for anything, light or dark as its reader is, on a phone, too."""

import html

from keras_gan.commands.reporting import drawing, samples

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --card: #f5f6f8; --text: #1c2330; --muted: #596273;
--rule: #d8dde4; --accent: #0b6e99; --bad: #b3261e; --good: #1e7d4f;
--line-0: #0b6e99; --line-1: #cf5314; --line-2: #2e7d32; --line-3: #8e44ad;
--line-4: #8a6a00; --line-5: #c2185b; --line-6: #52606d; --line-7: #00796b; }
@media (prefers-color-scheme: dark) { :root { --ground: #11151b; --card: #1a2029; --text: #e3e8ee; --muted: #9ca7b6;
--rule: #333c48; --accent: #62bfe8; --bad: #ff8b7e; --good: #74d3a2;
--line-0: #62bfe8; --line-1: #ff9c63; --line-2: #7fd087; --line-3: #cb98ee;
--line-4: #e2c155; --line-5: #ff86ae; --line-6: #aebcc8; --line-7: #53d2c2; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1rem; color: var(--text);
background: var(--ground); overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; margin: .5rem 0 0; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; } h4 { font-size: 1rem; margin: 0; }
small { color: var(--muted); font-weight: 400; margin-left: .3rem; } p { margin: .25rem 0; }
p, li { max-width: 48rem; } .lead, figcaption, .about { color: var(--muted); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
.facts div { background: var(--card); border-radius: 8px; padding: .6rem .8rem; }
dt { color: var(--muted); font-size: .85rem; } dt::first-letter { text-transform: uppercase; }
dd { margin: 0; font-weight: 600; line-height: 1.35; }
.bad { color: var(--bad); } .good { color: var(--good); }
figure { margin: 0; } figcaption { font-size: .9rem; margin-top: .4rem; }
.gallery, .runs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.5rem;
align-items: end; }
@media (min-width: 40rem) { .gallery.in-turn { grid-template-columns: 3fr 1fr; } }
.runs { grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); align-items: start; }
.slider { display: flex; gap: .6rem; align-items: center; margin-bottom: .6rem; } .slider[hidden] { display: none; }
.slider input { flex: 1; min-width: 0; accent-color: var(--accent); } .slider output { min-width: 4.5rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1rem; }
.plot { background: var(--card); border-radius: 8px; padding: .8rem .8rem .7rem; }
.plot svg { width: 100%; height: auto; display: block; overflow: visible; margin: .3rem 0 .1rem; }
.plot text { font-family: system-ui, sans-serif; } .cursor { visibility: hidden; }
.legend { list-style: none; padding: 0; margin: 0 0 .3rem; display: flex; flex-wrap: wrap; gap: 0 .9rem;
font-size: .85rem; } .legend i { display: inline-block; width: .9rem; height: .2rem; border-radius: 2px;
margin-right: .35rem; vertical-align: middle; } .about { font-size: .85rem; line-height: 1.4; }
.findings { padding: 0; list-style: none; } .findings li, .well { border-left: 4px solid var(--bad);
padding: .15rem .8rem; margin: .6rem 0; } .findings li.passed, .well { border-color: var(--good); }
.number { color: var(--bad); font-weight: 700; margin-right: .4rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; margin: .5rem 0; }
td, th { padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top;
overflow-wrap: normal; } th { font-weight: 600; } td { font-variant-numeric: tabular-nums; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--accent); }
pre { background: var(--card); border-radius: 8px; padding: .7rem .8rem; margin: .5rem 0; font-size: .85rem;
overflow-x: auto; } .command pre { white-space: pre-wrap; user-select: all; }
.command span { white-space: nowrap; }
button { font: inherit; font-size: .85rem; color: var(--accent); background: none; border: 1px solid var(--rule);
border-radius: 6px; padding: .15rem .7rem; cursor: pointer; }
@media print { .plot, figure { break-inside: avoid; } .slider, button { display: none; } }
"""
SCRIPT = """
for (const gallery of document.querySelectorAll(".gallery")) {
  const label = gallery.querySelector(".slider");
  if (!label) continue;
  const shown = [...gallery.querySelectorAll("[data-step]")], slider = label.querySelector("input");
  const show = () => {
    const step = Number(shown[slider.value].dataset.step);
    shown.forEach((figure, index) => { figure.hidden = index != slider.value; });
    label.querySelector("output").textContent = step.toLocaleString("en");
    for (const plot of document.querySelectorAll("[data-across]")) {
      const line = plot.querySelector(".cursor");
      line.style.visibility = "visible";
      line.style.transform = `translateX(${step / plot.dataset.steps * plot.dataset.across}px)`;
    }
  };
  label.hidden = false;
  slider.max = slider.value = shown.length - 1;
  slider.addEventListener("input", show);
  show();
}
for (const button of document.querySelectorAll("button")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    getSelection().selectAllChildren(button.parentNode.querySelector("pre"));
    document.execCommand("copy");
    button.textContent = "Copied";
  });
}
"""


def page(title, *sections):
    """The whole HTML text; empty sections are left out."""
    said = html.escape(title)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{said}</title>\n<style>{STYLE}{samples.STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(filter(None, sections))
        + f"\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def table(head, rows):
    """An HTML table, which scrolls by itself where it is too wide, of texts and of values as options have them."""
    lines = [
        "".join(f"<{cell}>{html.escape(_words(value))}</{cell}>" for value in row)
        for cell, row in [("th", head), *(("td", row) for row in rows)]
    ]
    return '<div class="wide"><table>\n' + "\n".join(f"<tr>{line}</tr>" for line in lines) + "\n</table></div>"


def _words(value):
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def charts(plots, last_step, marks=()):
    """Plots by chapters, each with its legend and how to read it; the arguments are those of `drawing.drawn`."""
    chapters = {}
    for plot in plots:
        chapters.setdefault(plot.chapter, []).append(_card(plot, last_step, marks))
    return "\n".join(
        f'<h3>{html.escape(chapter)}</h3>\n<div class="plots">\n' + "\n".join(cards) + "\n</div>"
        for chapter, cards in chapters.items()
    )


def _card(plot, last_step, marks):
    drawn, said = drawing.drawn(plot, last_step, marks)
    legend = "".join(_entry(index, name, points) for index, (name, points) in enumerate(plot.lines.items()))
    about = html.escape(" ".join([plot.about, *said]))
    return (
        f'<section class="plot"><h4>{html.escape(plot.title)} <small>{html.escape(plot.unit)}</small></h4>{drawn}'
        f'<ul class="legend">{legend}</ul><p class="about">{about}</p></section>'
    )


def _entry(index, name, points):
    """A line of the legend, with the last value."""
    colour = f"var(--line-{index % drawing.COLOURS})"
    last = f"{points[-1][1]:,.4g}" if points else ""
    return f'<li><i style="background: {colour}"></i>{html.escape(name)} <b>{last}</b></li>'
