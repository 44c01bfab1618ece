"""Plots as SVG, to stand within a page: its text can be selected, and the page decides all colours."""

import io
import math
import re

from keras_gan.distribution.startup import quiet_stderr

SIZE = (4.4, 2.5)  # inches of 72 units; so that text is as large as that of the page where three stand side by side
LEFT, RIGHT, BOTTOM, TOP = 0.155, 0.975, 0.175, 0.91  # of the axes, as shares of the whole
MOST_POINTS = 600  # of a line
OUTLYING = 100  # one in so many values, on each side, may lie beyond the scale, if it would flatten all others
FLATTENED = 3.0  # times the height of the others
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1.2, 1.5)))
COLOURS = 8  # that the page has for lines, as --line-0 …
# Colours that stand for those of the page.
_STANDS_FOR = {"#fd0001": "currentColor", "#fd0002": "var(--rule)", "#fd0003": "var(--bad)", "#fd0004": "var(--muted)"}
_TEXT, _RULE, _MARK, _MUTED = _STANDS_FOR
_LINE = "#fe00{:02x}"


def drawn(plot, last_step, marks=()):
    """A `Plot` as an SVG element, over steps from 0 on.

    A line that has the class `cursor` lies at step 0; `data-across` says how many units of the drawing the steps take,
    and `data-steps` how many they are.

    Args:
        plot: the `Plot`.
        last_step: where the axis of steps ends.
        marks: pairs of a step and the number of what was found there.

    Returns:
        The element, empty if there is no finite value, and a list of sentences that belong below it.
    """
    if not _finite(plot):
        return "", ["No finite value was logged."]
    with quiet_stderr():  # the first import looks for fonts, and says so
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    style = {"svg.fonttype": "none", "svg.hashsalt": plot.title, "font.size": 9.5, "axes.linewidth": 0.8}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=SIZE)
        FigureCanvasSVG(figure)
        axes = figure.add_axes((LEFT, BOTTOM, RIGHT - LEFT, TOP - BOTTOM))
        said = _scale(axes, plot, last_step)
        _furnish(axes, plot)
        _lines(axes, plot)
        _marks(axes, marks)
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return _of_the_page(written.getvalue(), plot, last_step), said


def _finite(plot):
    """The finite values of a `Plot`, sorted."""
    return sorted(value for points in plot.lines.values() for _, value in points if math.isfinite(value))


def _scale(axes, plot, last_step):
    """Decides the axes; returns what is to be said of it."""
    values = _finite(plot)
    axes.set_xlim(0, max(1, last_step))
    low, high = _limits(values)
    beyond = [value for value in values if not low <= value <= high]
    said = []
    if plot.logarithmic and low > 0:
        said.append("Equal ratios are equally far apart (log scale).")
        axes.set_yscale("log")
        room = (high / low) ** 0.06 if high > low else 1.5
        axes.set_ylim(low / room, high * room)
    else:
        if plot.span:
            low, high = min(low, plot.span[0]), max(high, plot.span[1])
        room = 0.06 * (high - low) or abs(high) or 1.0
        axes.set_ylim(low - (room if low != 0 else 0.02 * room), high + room)
    if not beyond:
        return said
    extreme = max(beyond, key=abs)
    return [*said, f"{len(beyond)} of {len(values)} points lie beyond the scale, up to {extreme:,.4g}."]


def _limits(values):
    """Lowest and highest value that are shown: a few that would flatten all others are not."""
    cut = len(values) // OUTLYING
    low, high = values[cut], values[-1 - cut]
    height = (high - low) or abs(high) or 1.0
    return (
        values[0] if low - values[0] <= FLATTENED * height else low,
        values[-1] if values[-1] - high <= FLATTENED * height else high,
    )


def _furnish(axes, plot):
    """Ticks, labels and a grid."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    axes.set_xlabel("step", color=_TEXT, labelpad=2)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=(1, 2, 5, 10)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    low, high = axes.get_ylim()
    if axes.get_yscale() == "linear":
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=(1, 2, 5, 10)))
    else:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,), numticks=6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.4g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="both", length=0, colors=_TEXT, pad=4)
    axes.grid(color=_RULE, linewidth=0.8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_MUTED)
    if plot.level is not None:
        axes.axhline(plot.level, color=_MUTED, linewidth=1.0, linestyle=(0, (2, 2)))


def _lines(axes, plot):
    for index, points in enumerate(plot.lines.values()):
        thinned = points[:: max(1, len(points) // MOST_POINTS)]
        steps, values = zip(*thinned, strict=True) if thinned else ((), ())
        few = len(thinned) < 3
        axes.plot(
            steps,
            [value if math.isfinite(value) else math.nan for value in values],
            color=_LINE.format(index % COLOURS),
            linestyle=DASHES[index // COLOURS % len(DASHES)],
            linewidth=1.8,
            marker="o" if few else "",
            markersize=4,
        )
    axes.axvline(0, color=_MUTED, linewidth=1.2, gid="cursor")


def _marks(axes, marks):
    numbers = {}
    for step, number in marks:
        numbers.setdefault(step, []).append(str(number))
    for step, several in numbers.items():
        axes.axvline(step, color=_MARK, linewidth=1.2, linestyle=(0, (3, 2)))
        x = axes.get_xaxis_transform()
        axes.text(step, 1.035, ",".join(several), transform=x, color=_MARK, ha="center", weight="bold")


def _of_the_page(svg, plot, last_step):
    """What Matplotlib wrote as an element of the page: without what names addresses, and with the page's colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="cursor"', ' class="cursor"', svg)
    svg = re.sub(r' id="(?![mp][0-9a-f]{10}")[^"]*"', "", svg)
    for colour, of_page in _STANDS_FOR.items():
        svg = svg.replace(colour, of_page)
    svg = re.sub(r"#fe00(\w\w)", lambda found: f"var(--line-{int(found[1], 16)})", svg)
    svg = re.sub(r"font-family: [^;\"]*|font: ([\d.]+px) [^;\"]*", lambda f: f"font-size: {f[1]}" if f[1] else "", svg)
    across = 72 * SIZE[0] * (RIGHT - LEFT)
    opening = (
        f'<svg viewBox="0 0 {72 * SIZE[0]:g} {72 * SIZE[1]:g}" role="img" data-across="{across:.2f}" '
        f'data-steps="{max(1, last_step)}">'
    )
    return re.sub(r"^<svg[^>]*>", opening, svg).strip()
