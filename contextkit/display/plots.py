"""Plots for papers and slides, with matplotlib (the extra `plots`): PNG, PDF or SVG by the file's name."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..exceptions import MissingExtraError
from ..occupancy import Occupancy
from .charts import beside
from .frontiers import Point
from .layers import layers_of
from .looks import Hatching

_HATCHES: Mapping[Hatching, str] = {
    "": "",
    "diagonal": "////",
    "back": "\\\\\\\\",
    "dots": "....",
    "cross": "xxxx",
    "lines": "----",
    "sparse": "/",
}
_OURS, _OTHERS = "#d55e00", "#2f7fc1"


def _figure(width: float, height: float) -> tuple[Any, Any]:
    try:
        importlib.import_module("matplotlib").use("Agg")
        pyplot = importlib.import_module("matplotlib.pyplot")
    except ImportError as error:
        raise MissingExtraError("a plot", "plots") from error
    figure, axes = pyplot.subplots(figsize=(width, height), layout="constrained")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def frontier_plot(points: Iterable[Point], title: str, file: Path) -> None:
    """Draw recall against cost: a point for each way to keep a run within a budget.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    figure, axes = _figure(9, 5.5)
    points = sorted(points, key=lambda point: -point.recall)
    for point in points:
        axes.plot(point.cost, point.recall, "s" if point.ours else "o", color=_colour(point), markersize=7)
    axes.set_xscale("log")
    low, high = min(point.cost for point in points) / 2.2, max(point.cost for point in points) * 1.9
    axes.set_xlim(low, high)
    axes.set_ylim(min(point.recall for point in points) - 0.04, 1.03)
    ticks = [mark * 10**power for power in range(10) for mark in (1, 2, 5)]
    axes.set_xticks([tick for tick in ticks if low <= tick <= high])
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.minorticks_off()
    axes.set_xlabel("cost of the run in tokens, those in the shared prefix at a tenth")
    axes.set_ylabel("far recall")
    axes.set_title(title, loc="left", fontsize=10)
    figure.draw_without_rendering()  # only now it is known where the points stand
    _label(points, axes)
    _save(figure, file)


def _colour(point: Point) -> str:
    return _OURS if point.ours else _OTHERS


def _label(points: Sequence[Point], axes: Any) -> None:
    """Write each name next to its point; sizes are in points."""
    scale = 72 / axes.figure.dpi
    left, right = (scale * edge for edge in axes.bbox.intervalx)
    dots = [scale * axes.transData.transform((point.cost, point.recall)) for point in points]
    inside = [(x - left, -y) for x, y in dots]  # up is less
    places = beside(inside, [4.6 * len(point.name) for point in points], right - left, line=11)
    for point, (side, up) in zip(points, places, strict=True):
        axes.annotate(
            point.name,
            (point.cost, point.recall),
            xytext=(8 * side, up),
            textcoords="offset points",
            fontsize=8,
            va="center",
            ha="left" if side > 0 else "right",
            color=_colour(point),
            arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": "#969696"} if up else None,
        )


def occupancy_plot(found: Occupancy, title: str, file: Path) -> None:
    """Draw the tokens of each context by what they are, the budget, and where it was compacted.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    figure, axes = _figure(10, 4.5)
    layers = layers_of(found.calls)
    calls = range(1, len(found.calls) + 2)  # a step lasts until the next one begins
    drawn = axes.stackplot(
        calls,
        [[*layer.sizes, *layer.sizes[-1:]] for layer in layers],
        labels=[layer.label for layer in layers],
        colors=[layer.look.colour for layer in layers],
        step="post",
        linewidth=0.3,
        edgecolor="white",
    )
    for layer, area in zip(layers, drawn, strict=True):
        area.set_hatch(_HATCHES[layer.look.hatching])
    most = max([call.tokens for call in found.calls], default=1)
    if found.budget is not None:
        most = max(most, found.budget.room)
        axes.axhline(found.budget.room, color="black", linewidth=1)
    marks = [number for number, _ in found.compactions]
    axes.plot(marks, [1.04 * most] * len(marks), "v", color="black", markersize=5, label="compacted")
    axes.set_xlim(1, len(found.calls) + 1)
    axes.set_ylim(0, 1.09 * most)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("call of the model")
    axes.set_ylabel("tokens")
    axes.set_title(title, loc="left", fontsize=10)
    handles, labels = axes.get_legend_handles_labels()
    place = {"loc": "center left", "bbox_to_anchor": (1, 0.5), "frameon": False, "fontsize": 8}
    axes.legend(handles[::-1], labels[::-1], **place)
    _save(figure, file)


def growth_plot(
    sizes: Sequence[int], columns: Mapping[str, tuple[Sequence[float], float]], file: Path
) -> None:
    """Draw times in milliseconds against the events of a run, each with its slope.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    figure, axes = _figure(7, 4.5)
    for name, (times, slope) in columns.items():
        axes.loglog(sizes, times, "o-", label=f"{name}: slope {slope:.2f}")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel("events of the run")
    axes.set_ylabel("milliseconds")
    axes.legend(frameon=False)
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=150)
    importlib.import_module("matplotlib.pyplot").close(figure)
