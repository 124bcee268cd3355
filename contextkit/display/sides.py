"""Sides: what stands beside stacked bars: the limits, and each layer with its tokens in the last bar."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..budgets import Budget
from .charts import width_of
from .layers import Layer
from .looks import RESERVE, Hatching, Look
from .markup import Markup, element
from .strips import clipped

_GAP = 9  # pixels: between groups
_LINE = Look("line", "", "none")
_GHOST = Look("ghost", "", "none")


class _Row(NamedTuple):
    """A row beside the bars.

    Attributes:
        words: What it says.
        look: The look of what it names, if it names something.
        tokens: Its number, if it has one.
        style: The class of its words.
        gap: The pixels above it.
    """

    words: str
    look: Look | None = None
    tokens: int | None = None
    style: str | None = None
    gap: float = 0


def side(
    layers: Sequence[Layer],
    budget: Budget | None,
    fill: Callable[[Hatching], str],
    *,
    ghosts: bool,
    at: float,
    tall: float,
    wide: float,
) -> Iterator[Markup]:
    """Draw what stands beside the bars, from the top.

    Args:
        layers: The layers, from the lowest.
        budget: The limits.
        fill: What fills a shape with a hatching.
        ghosts: Whether something is outlined that was not sent.
        at: The height of the budget's line, in pixels from the top; the row that names it is there if it can.
        tall: How high the place is, in pixels.
        wide: How wide it is.
    """
    limits, rows = list(_limits(budget, ghosts=ghosts)), list(_rows(layers))
    gaps = sum(row.gap for row in rows)
    step = min(15, (tall - gaps) / max(len(limits) + len(rows), 1))
    spare = tall - gaps - step * (len(limits) + len(rows))
    y = max(min(at - step * (len(limits) - 0.5), spare), 0) + step / 2
    numbers = [row.tokens for row in (*limits, *rows) if row.tokens is not None]
    column = max((width_of(f"{number:,}") for number in numbers), default=0)
    for row in (*limits, *rows):
        y += row.gap
        yield from _drawn(row, y, column, wide, fill)
        y += step


def _limits(budget: Budget | None, *, ghosts: bool) -> Iterator[_Row]:
    if ghosts:
        yield _Row("would have been sent", _GHOST)
    if budget is None:
        return
    if budget.room < budget.limit:
        yield _Row("reserved for the reply", RESERVE, budget.limit - budget.room)
    yield _Row("budget", _LINE, budget.room, "b")


def _rows(layers: Sequence[Layer]) -> Iterator[_Row]:
    """Give the layers from the top, those that the last bar has not below the others."""
    there = [layer for layer in reversed(layers) if layer.sizes[-1]]
    gone = [layer for layer in reversed(layers) if not layer.sizes[-1]]
    if there:
        yield _Row("tokens in the last call", style="b", gap=_GAP)
    for layer in there:
        yield _Row(layer.label, layer.look, layer.sizes[-1])
    if gone:
        yield _Row("not in the last call", style="dim", gap=_GAP)
    for layer in gone:
        yield _Row(layer.label, layer.look, style="dim")


def _drawn(
    row: _Row, y: float, column: float, wide: float, fill: Callable[[Hatching], str]
) -> Iterator[Markup]:
    if row.look in (_LINE, _GHOST):
        name = "rule budget" if row.look == _LINE else "ghost"
        d = f"M0 {y:g}h14" if row.look == _LINE else f"M0.5 {y + 5:g}v-10h13v10"
        yield element("path", d=d, class_=name)
    elif row.look is not None:
        box = {"x": 0, "y": y - 5, "width": 14, "height": 10}
        yield element("rect", **box, class_=f"p-{row.look.name}")
        if row.look.hatching:
            yield element("rect", **box, fill=fill(row.look.hatching))
    x = 0.0 if row.look is None else 20.0
    if row.tokens is not None:
        x += column + 3
        yield element(
            "text", f"{row.tokens:,}", x=x, y=y + 4, class_=" ".join(filter(None, (row.style, "end")))
        )
        x += 6
    title = f"{row.words}: {row.tokens:,} tokens" if row.tokens is not None else row.words
    shown = clipped(row.words, max(int((wide - x) / width_of("x")), 8))
    named = [element("title", title)] if row.look is not None else []
    yield element("text", *named, shown, x=x, y=y + 4, class_=row.style)
