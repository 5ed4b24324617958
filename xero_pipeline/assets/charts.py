"""Charts for asset metadata: what a mart says, at a glance, where the UI shows it.

Each function takes figures of one organisation and gives Markdown with the picture in it. Colours
can be told apart by people who see fewer of them, and by their lightness alone (Okabe and Ito's
palette; one hue from light to dark where there is an order).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xero_pipeline.assets.markdown import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _MUTED, _GRID = "#22313f", "#8d99a5", "#e6eaee"
_BLUE, _ORANGE, _GREEN, _PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
_FROM_LIGHT_TO_DARK = ("#bcd4e6", "#fdd0a2", "#fd8d3c", "#d94801", "#7f2704")
_SCENARIOS = ((_ORANGE, "--"), (_GREEN, "-."), (_PURPLE, ":"))

_WIDTH, _HEIGHT, _SMALL = 8.2, 3, 8
_CLOSEST_LABELS = 0.075
"""Of the axis' height: labels nearer than this are moved apart."""


@dataclass(frozen=True)
class Layer:
    """One value per label of a chart, in base currency."""

    name: str
    values: Sequence[Decimal]


@dataclass(frozen=True)
class Step:
    """A bar of a waterfall: a total stands on zero, what is added or taken on the bar before."""

    label: str
    amount: Decimal
    is_total: bool = False


@dataclass(frozen=True)
class Line:
    """Points over time, in base currency."""

    name: str
    days: Sequence[date]
    values: Sequence[Decimal]


@dataclass(frozen=True)
class Band:
    """Between what and what a line is likely to run."""

    name: str
    days: Sequence[date]
    low: Sequence[Decimal]
    high: Sequence[Decimal]


def bars(title: str, labels: Sequence[str], values: Sequence[Decimal]) -> str:
    """A bar per label, from light to dark, e.g. receivables by bucket."""
    figure, (axes,) = _canvas(title)
    colours = [_FROM_LIGHT_TO_DARK[n % len(_FROM_LIGHT_TO_DARK)] for n in range(len(labels))]
    drawn = axes.bar(list(labels), _floats(values), color=colours)
    axes.bar_label(drawn, labels=[_money(v) for v in values], fontsize=_SMALL, padding=2)
    axes.margins(y=0.12)
    return _picture(title, figure)


def stacked_bars(title: str, labels: Sequence[str], layers: Sequence[Layer]) -> str:
    """A bar per label made of layers from light to dark, with its sum on top; none negative."""
    figure, (axes,) = _canvas(title, right=0.88)
    below = [0.0] * len(labels)
    for layer, colour in zip(layers, _FROM_LIGHT_TO_DARK, strict=False):
        values = _floats(layer.values)
        drawn = axes.bar(range(len(labels)), values, bottom=below, color=colour, label=layer.name)
        below = [base + value for base, value in zip(below, values, strict=True)]
    # The last layer carries the sums: labels of stacked bars stand at the end of the stack.
    axes.bar_label(drawn, labels=[_short(v) for v in below], fontsize=_SMALL, padding=2)
    axes.set_xticks(range(len(labels)), labels)
    axes.margins(y=0.12)
    _legend_beside(axes)
    return _picture(title, figure)


def bars_up_and_down(title: str, labels: Sequence[str], up: Layer, down: Layer) -> str:
    """What comes in above zero, what goes out below, and the difference as a line."""
    figure, (axes,) = _canvas(title, right=0.87)
    places = range(len(labels))
    differences = [gained - spent for gained, spent in zip(up.values, down.values, strict=True)]
    axes.bar(places, _floats(up.values), color=_BLUE, label=up.name)
    axes.bar(places, [-value for value in _floats(down.values)], color=_ORANGE, label=down.name)
    axes.plot(places, _floats(differences), color=_INK, marker="o", ms=3, lw=1, label="difference")
    axes.set_xticks(places, labels)
    _legend_beside(axes)
    return _picture(title, figure)


def history_and_waterfall(
    title: str, labels: Sequence[str], values: Sequence[Decimal], steps: Sequence[Step]
) -> str:
    """A bar per month on the left; on the right, step by step, what led from the first total to
    the last."""
    figure, (months, moves) = _canvas(title, widths=(1, 1.3))
    months.bar(range(len(labels)), _floats(values), color=_BLUE)
    # Every other month has room for its name, the last one among them.
    named = range((len(labels) - 1) % 2, len(labels), 2)
    months.set_xticks(named, [labels[n] for n in named])
    starts, heights = _stacked(steps)
    colours = [_colour_of(step) for step in steps]
    drawn = moves.bar(range(len(steps)), heights, bottom=starts, color=colours)
    texts = [_short(step.amount, sign="" if step.is_total else "+") for step in steps]
    moves.bar_label(drawn, labels=texts, fontsize=_SMALL, padding=2)
    moves.set_xticks(range(len(steps)), [step.label for step in steps])
    moves.margins(y=0.14)
    return _picture(title, figure)


def fan(
    title: str, history: Line, forecast: Line, band: Band | None, scenarios: Sequence[Line]
) -> str:
    """What was, what is expected with how sure that is, and what would be in other cases."""
    figure, (axes,) = _canvas(title, right=0.8, bottom=0.2)
    axes.plot(_days(history.days), _floats(history.values), color=_INK, label=history.name)
    if band is not None:
        edges = _floats(band.low), _floats(band.high)
        axes.fill_between(_days(band.days), *edges, color=_BLUE, alpha=0.18, lw=0, label=band.name)
    axes.plot(_days(forecast.days), _floats(forecast.values), color=_BLUE, lw=2)
    for line, (colour, dashes) in zip(scenarios, _SCENARIOS, strict=False):
        axes.plot(_days(line.days), _floats(line.values), color=colour, ls=dashes, lw=1.2)
    axes.axvline(_days(forecast.days)[0], color=_MUTED, lw=0.8, ls=":")
    _months_below(axes)
    ends = [(forecast, _BLUE), *zip(scenarios, (c for c, _ in _SCENARIOS), strict=False)]
    _label_ends(axes, ends)
    figure.legend(frameon=False, fontsize=_SMALL, loc="lower left", ncols=2)
    return _picture(title, figure)


# --- how it is drawn -----------------------------------------------------------------------------


def _canvas(
    title: str, *, widths: Sequence[float] = (1,), right: float = 0.98, bottom: float = 0.15
) -> tuple[Figure, Sequence[Axes]]:
    # Importing matplotlib takes a second and leaves a font cache in the user's home: definitions
    # that are only loaded draw nothing.
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    # Figure instead of pyplot: pyplot keeps a global register of figures, which leaks in a daemon.
    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=100)
    # A dollar sign in a name is no formula.
    figure.suptitle(title, fontsize=10, color=_INK, x=0.01, ha="left", parse_math=False)
    # Laying out by what is drawn would take longer than drawing.
    figure.subplots_adjust(left=0.07, right=right, bottom=bottom, top=0.87, wspace=0.16)
    every = figure.subplots(1, len(widths), squeeze=False, width_ratios=widths)[0]
    for axes in every:
        axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
        axes.axhline(0, color=_INK, lw=0.8, zorder=3, clip_on=False)
        axes.grid(axis="y", color=_GRID, lw=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=_SMALL, colors=_INK, length=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    return figure, every


def _legend_beside(axes: Axes) -> None:
    """Right of the bars, in the order of the stack."""
    handles, names = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1],
        names[::-1],
        frameon=False,
        fontsize=_SMALL,
        loc="upper left",
        bbox_to_anchor=(1, 1),
    )


def _stacked(steps: Sequence[Step]) -> tuple[list[float], list[float]]:
    """Where each bar of a waterfall begins, and how far up or down it goes."""
    starts, heights, level = [], [], Decimal(0)
    for step in steps:
        starts.append(float(Decimal(0) if step.is_total else level))
        heights.append(float(step.amount))
        level = step.amount if step.is_total else level + step.amount
    return starts, heights


def _colour_of(step: Step) -> str:
    if step.is_total:
        return _BLUE
    return _GREEN if step.amount >= 0 else _ORANGE


def _months_below(axes: Axes) -> None:
    from matplotlib.dates import DateFormatter, MonthLocator  # noqa: PLC0415

    axes.xaxis.set_major_locator(MonthLocator(interval=3))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%b %y"))  # type: ignore[no-untyped-call]


def _label_ends(axes: Axes, lines: Sequence[tuple[Line, str]]) -> None:
    """Each line's name at its right end, moved apart where lines end close to each other."""
    bottom, top = axes.get_ylim()
    lines = sorted(lines, key=lambda each: each[0].values[-1])
    ends = _floats([line.values[-1] for line, _ in lines])
    heights = _apart(ends, _CLOSEST_LABELS * (top - bottom))
    for (line, colour), height in zip(lines, heights, strict=True):
        end = _days(line.days)[-1]
        axes.annotate(
            f" {line.name}",
            xy=(end, height),
            fontsize=_SMALL,
            color=colour,
            va="center",
            annotation_clip=False,
        )


def _apart(ends: Sequence[float], least: float) -> list[float]:
    """Heights in the same order, none nearer to the next than `least`, as near to the ends as
    that allows on the whole."""
    heights: list[float] = []
    for end in ends:
        heights.append(max(end, heights[-1] + least) if heights else end)
    shift = sum(height - end for height, end in zip(heights, ends, strict=True)) / len(ends)
    return [height - shift for height in heights]


def _days(days: Sequence[date]) -> Any:  # noqa: ANN401
    import numpy  # noqa: PLC0415

    return numpy.array(days, dtype="datetime64[D]")


def _floats(values: Sequence[Decimal]) -> list[float]:
    return [float(value) for value in values]


def _money(value: Decimal) -> str:
    return f"{value:,.0f}"


def _short(value: Decimal | float, sign: str = "") -> str:
    """12,340 as 12k, 1,234,000 as 1.2m; with sign "+" what is added and taken."""
    number = float(value)
    if abs(number) >= 999_500:
        return f"{number / 1_000_000:{sign}.1f}m"
    if abs(number) >= 9_950:
        return f"{number / 1000:{sign}.0f}k"
    return f"{number:{sign},.0f}"


def _picture(title: str, figure: Figure) -> str:
    image = io.BytesIO()
    figure.savefig(image, format="png")
    encoded = base64.b64encode(image.getvalue()).decode()
    return f"![{plain(title)}](data:image/png;base64,{encoded})"
