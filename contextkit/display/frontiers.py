"""Frontier: what each way to keep a run within a budget remembers, against what it costs."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .charts import beside, short_tokens, svg_file, width_of
from .markup import Markup, element
from .pages import folded, frame, table_html
from .tables import Table

_HEIGHT, _TOP, _TALL = 390, 42, 290  # pixels
_LEFT, _WIDE = 7, 91  # per cent of the width
_USUAL = 820  # pixels: the width for which labels are placed


class Point(NamedTuple):
    """What came of one way.

    Attributes:
        name: What it is called.
        cost: What its contexts cost over all calls, in tokens.
        recall: The share of what the model went on to need that they showed.
        ours: Whether to stress it.
    """

    name: str
    cost: float
    recall: float
    ours: bool = False


def frontier(points: Sequence[Point]) -> list[Point]:
    """Give the points than which none is both cheaper and better, the cheapest first.

    >>> [point.name for point in frontier([Point("a", 9, 0.9), Point("b", 5, 0.8), Point("c", 7, 0.7)])]
    ['b', 'a']
    """
    best: list[Point] = []
    for point in sorted(points, key=lambda point: (point.cost, -point.recall)):
        if not best or point.recall > best[-1].recall:
            best.append(point)
    return best


def frontier_html(points: Sequence[Point], *, title: str = "Recall against cost") -> Markup:
    """Draw the points as HTML, with their figures as a table behind a line that unfolds it."""
    best = frontier(points)
    rows = [
        (point.name, round(point.cost), f"{point.recall:7.1%}", "yes" if point in best else "")
        for point in sorted(points, key=lambda point: point.cost)
    ]
    table = Table(title, ("name", "cost in tokens", " recall", "on the frontier"), rows)
    chart = element("div", frontier_svg(points, title=title), class_="wide")
    return frame(chart, folded("The figures as a table", table_html(table, titled=False)))


def frontier_file(points: Sequence[Point], *, title: str = "Recall against cost", width: int = 860) -> str:
    """Draw the points as an SVG file."""
    return svg_file(frontier_svg(points, title=title), width, _HEIGHT)


def frontier_svg(points: Sequence[Point], *, title: str = "Recall against cost") -> Markup:
    """Draw a point for each way, its cost on a scale of powers, and a line through the best."""
    best = frontier(points)
    words = f"{title}. On the frontier, the cheapest first: " + ", ".join(
        f"{point.name} ({point.cost:,.0f} tokens, {point.recall:.1%})" for point in best
    )
    scale = _Scale(points)
    return element(
        "svg",
        element("title", title),
        element("desc", words),
        element("text", title, y=14, class_="b"),
        *_axes(scale),
        *_line(best, scale),
        *_dots(points, best, scale),
        class_="chart frontier",
        width="100%",
        height=_HEIGHT,
        role="img",
        aria_label=words,
    )


class _Scale:
    """Where a cost and a recall stand."""

    def __init__(self, points: Sequence[Point]) -> None:
        costs = [max(point.cost, 1.0) for point in points] or [1.0]
        recalls = [point.recall for point in points] or [0.0]
        self.low, self.high = min(costs) / 1.4, max(costs) * 1.7
        self.least = max(0.0, min(0.98, min(recalls) - 0.02))

    def share(self, cost: float) -> float:
        """Give the place of a cost as a share of the plot's width."""
        return math.log(max(cost, 1.0) / self.low) / math.log(self.high / self.low)

    def x(self, cost: float) -> str:
        """Give the place of a cost as per cent of the whole width."""
        return f"{_LEFT + _WIDE * self.share(cost):.3f}%"

    def y(self, recall: float) -> float:
        """Give the place of a recall, in pixels."""
        return _TOP + _TALL * (1.01 - recall) / (1.01 - self.least)

    def costs(self) -> list[int]:
        """Give round costs."""
        steps = (int(mark * 10**power) for power in range(10) for mark in (1, 2, 5))
        return [step for step in steps if self.low <= step <= self.high]

    def recalls(self) -> list[float]:
        """Give round recalls."""
        step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if (1 - self.least) / step < 8)
        return [
            round(number * step, 2) for number in range(round(1 / step) + 1) if number * step >= self.least
        ]


def _axes(scale: _Scale) -> Iterator[Markup]:
    for recall in scale.recalls():
        y = scale.y(recall)
        yield element("line", x1=f"{_LEFT}%", x2=f"{_LEFT + _WIDE}%", y1=y, y2=y, class_="hair")
        yield element("text", f"{recall:.0%}", x=f"{_LEFT - 0.7}%", y=y + 4, class_="dim end")
    floor = _TOP + _TALL
    for cost in scale.costs():
        x = scale.x(cost)
        yield element("line", x1=x, x2=x, y1=floor, y2=floor + 4, class_="hair")
        yield element("text", short_tokens(cost), x=x, y=floor + 18, class_="dim mid")
    words = "cost of the run in tokens, those from the cache at a tenth → up and to the left is better"
    yield element("text", words, x=f"{_LEFT + _WIDE}%", y=floor + 40, class_="dim end")
    yield element("text", "recall", x=f"{_LEFT}%", y=_TOP - 6, class_="dim")


def _line(best: Sequence[Point], scale: _Scale) -> Iterator[Markup]:
    for one, other in itertools.pairwise(best):
        ends = {"x1": scale.x(one.cost), "y1": scale.y(one.recall), "x2": scale.x(other.cost)}
        yield element("line", **ends, y2=scale.y(other.recall), class_="rule cut")


def _dots(points: Sequence[Point], best: Sequence[Point], scale: _Scale) -> Iterator[Markup]:
    wide = _USUAL * _WIDE / 100
    ordered = sorted(points, key=lambda point: (not point.ours, -point.recall))
    dots = [(wide * scale.share(point.cost), scale.y(point.recall)) for point in ordered]
    labels = beside(dots, [width_of(point.name) for point in ordered], wide)
    for point, (_, y), (side, up) in zip(ordered, dots, labels, strict=True):
        told = f"{point.name}: {point.cost:,.0f} tokens, recall {point.recall:.1%}"
        name = "p-error" if point.ours else "p-assistant" if point in best else "p-around"
        shape = (
            element("rect", x=-5, y=y - 5, width=10, height=10, class_=name)
            if point.ours
            else element("circle", cy=y, r=5, class_=name)
        )
        lead = [element("line", x1=0, y1=y, x2=9 * side, y2=y - up, class_="rule lead")] if up else []
        words = element(
            "text",
            point.name,
            x=9 * side,
            y=y - up + 4,
            class_=" ".join(filter(None, ("end" if side < 0 else "", "b" if point.ours else ""))) or None,
        )
        yield element(
            "svg", element("title", told), *lead, shape, words, x=scale.x(point.cost), overflow="visible"
        )
