"""Pictures of what `benchmarks.replay` measures, with matplotlib (the extra `plots`)."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from contextkit.replaying import Replay

_KINDS = {
    "system": "#4d4d4d",
    "user": "#e6550d",
    "assistant": "#3182bd",
    "reasoning": "#9ecae1",
    "call": "#756bb1",
    "result": "#74c476",
    "error": "#de2d26",
    "compaction": "#fdae6b",
    "other": "#bdbdbd",
}


def _figure(width: float, height: float) -> tuple[Any, Any]:
    importlib.import_module("matplotlib").use("Agg")
    pyplot = importlib.import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(figsize=(width, height), layout="constrained")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def recall_against_cost(points: Iterable[tuple[str, float, float]], title: str, file: Path) -> None:
    """Draw a point for each contender: its name, cost in thousands of tokens, and far recall."""
    figure, axes = _figure(9, 5.5)
    points = sorted(points, key=lambda point: -point[2])
    for name, cost, recall in points:
        axes.plot(cost, recall, "o", color=_colour(name), markersize=7)
    axes.set_xscale("log")
    low, high = min(cost for _, cost, _ in points) / 2.2, max(cost for _, cost, _ in points) * 1.9
    axes.set_xlim(low, high)
    axes.set_ylim(min(recall for *_, recall in points) - 0.04, 1.03)
    ticks = [mark * 10**power for power in range(7) for mark in (1, 2, 5)]
    axes.set_xticks([tick for tick in ticks if low <= tick <= high])
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.minorticks_off()
    axes.set_xlabel("cost of the run: thousands of tokens, those in the shared prefix at a tenth")
    axes.set_ylabel("far recall")
    axes.set_title(title, loc="left", fontsize=10)
    figure.draw_without_rendering()  # only now it is known where the points stand
    _label(points, axes)
    _save(figure, file)


def _colour(name: str) -> str:
    return "#d94801" if name.startswith("contextkit") else "#2171b5"


def _label(points: Sequence[tuple[str, float, float]], axes: Any) -> None:
    """Write each name next to its point, where neither a point nor another name is; sizes are in points."""
    scale = 72 / axes.figure.dpi
    dots = [scale * axes.transData.transform((cost, recall)) for _, cost, recall in points]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in dots]
    left, right = (scale * edge for edge in axes.bbox.intervalx)
    away = [(side, sign * step * 11) for step in range(12) for sign in (1, -1) for side in (1, -1)]
    for (name, cost, recall), (x, y) in zip(points, dots, strict=True):
        width = 4.6 * len(name)
        for side, up in away:
            start = x + 8 if side > 0 else x - 8 - width
            box = (start, y + up - 5, start + width, y + up + 5)
            if left < box[0] and box[2] < right and not any(_overlap(box, other) for other in taken):
                break
        taken.append(box)
        axes.annotate(
            name,
            (cost, recall),
            xytext=(8 * side, up),
            textcoords="offset points",
            fontsize=8,
            va="center",
            ha="left" if side > 0 else "right",
            color=_colour(name),
            arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": "#969696"} if up else None,
        )


def _overlap(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def occupancy(replay: Replay, limit: int, title: str, file: Path) -> None:
    """Draw the tokens of each context by kind, and where it did not begin with the one before."""
    figure, axes = _figure(10, 4.5)
    calls = range(1, len(replay.calls) + 1)
    there = {kind for call in replay.calls for kind in call.kinds}
    kinds = [kind for kind in _KINDS if kind in there] + sorted(there - _KINDS.keys())
    layers = [[call.kinds.get(kind, 0) / 1_000 for call in replay.calls] for kind in kinds]
    colours = [_KINDS.get(kind, "#969696") for kind in kinds]
    axes.stackplot(calls, layers, labels=kinds, colors=colours, step="post", linewidth=0)
    axes.axhline(limit / 1_000, color="black", linewidth=1)
    breaks = [number for number, call in zip(calls, replay.calls, strict=True) if call.broke]
    axes.plot(breaks, [limit * 1.04 / 1_000] * len(breaks), "v", color="black", markersize=5, label="break")
    axes.set_xlim(1, len(replay.calls))
    axes.set_ylim(0, limit * 1.09 / 1_000)
    axes.set_xlabel("call of the model")
    axes.set_ylabel("thousands of tokens")
    axes.set_title(title, loc="left", fontsize=10)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8
    )
    _save(figure, file)


def growth(sizes: Sequence[int], columns: Mapping[str, tuple[Sequence[float], float]], file: Path) -> None:
    """Draw times in milliseconds against the events of a run, each with its slope."""
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
