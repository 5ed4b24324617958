"""Small charts for asset metadata: what a mart says, at a glance, where the UI shows it."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _ACCENT, _MUTED = "#22313f", "#13b5ea", "#c3ccd4"
_BUCKET_COLOURS = ("#7fb77e", "#f2d388", "#f0a868", "#e07a5f", "#9e2a2b")


@dataclass(frozen=True)
class Series:
    """Points over time of one organisation, in its base currency."""

    label: str
    days: Sequence[date]
    values: Sequence[Decimal]


def bars(title: str, labels: Sequence[str], values: Sequence[Decimal]) -> str:
    """A bar per label, e.g. receivables by bucket. Returns Markdown with the picture in it."""
    figure, axes = _canvas(title)
    colours = [_BUCKET_COLOURS[n % len(_BUCKET_COLOURS)] for n in range(len(labels))]
    drawn = axes.bar(list(labels), [float(v) for v in values], color=colours)
    axes.bar_label(drawn, labels=[f"{v:,.0f}" for v in values], fontsize=8, color=_INK)
    return _markdown(title, figure)


def lines(title: str, series: Sequence[Series]) -> str:
    """A line per series over time, e.g. MRR by month. Returns Markdown with the picture."""
    import numpy  # noqa: PLC0415

    figure, axes = _canvas(title)
    for one in series:
        days = numpy.array(one.days, dtype="datetime64[D]")
        axes.plot(days, [float(v) for v in one.values], marker="o", ms=3, label=one.label)
    if len(series) > 1:
        axes.legend(frameon=False, fontsize=8)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    return _markdown(title, figure)


def _canvas(title: str) -> tuple[Figure, Axes]:
    # Importing matplotlib takes a second and leaves a font cache in the user's home: definitions
    # that are only loaded draw nothing.
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    # Figure instead of pyplot: pyplot keeps a global register of figures, which leaks in a daemon.
    figure = Figure(figsize=(6, 2.6), dpi=110)
    axes = figure.add_axes((0.1, 0.2, 0.88, 0.66))
    axes.set_title(title, fontsize=10, color=_INK, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_MUTED)
    axes.tick_params(labelsize=8, colors=_INK)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_prop_cycle(color=[_ACCENT, "#e07a5f", "#7fb77e", "#6d597a"])
    return figure, axes


def _markdown(title: str, figure: Figure) -> str:
    image = io.BytesIO()
    figure.savefig(image, format="png")
    return f"![{title}](data:image/png;base64,{base64.b64encode(image.getvalue()).decode()})"
