"""Occupancy by step: a stacked bar for each call of the model, what filled it, and where it was compacted."""

from collections.abc import Sequence

from ..occupancy import Occupancy
from .charts import svg_file
from .layers import Layer, layers_of
from .looks import swatch
from .markup import Markup, element
from .occupancy_charts import drawn
from .pages import folded, frame, table_html
from .tables import Cell, Table
from .texts import counted

_LEAST = 700  # pixels: the width of a picture with all its names on a page, at the least
_ROWS = 40  # of the table


def occupancy_html(found: Occupancy) -> Markup:
    """Draw a run as HTML: in words, as bars, and as a table behind a line that unfolds it."""
    return frame(*occupancy_parts(found))


def occupancy_parts(found: Occupancy) -> list[Markup]:
    """Draw a run as the parts of a page."""
    layers = layers_of(found.calls)
    table = table_html(_table(found, layers))
    keys = [element("span", swatch(layer.look), layer.label) for layer in layers]
    if found.compactions:
        keys.append(element("span", "dashed: would have been sent"))
    return [
        element("p", in_words(found)),
        element("div", occupancy_svg(found), class_="wide sided"),
        element("p", Markup(" ".join(keys)), class_="key narrow"),
        folded("The figures as a table", table),
    ]


def occupancy_svg(found: Occupancy) -> Markup:
    """Draw a run: a stacked bar a call, the budget, what was cached, and where it was compacted.

    Its letters keep their size at any width.
    """
    return drawn(found, in_words(found), _LEAST)[0]


def occupancy_file(found: Occupancy, *, width: int = 860) -> str:
    """Draw a run as an SVG file; the wider it is, the longer the names that have room."""
    chart, height = drawn(found, in_words(found), width - 24)
    return svg_file(chart, width, height)


def in_words(found: Occupancy) -> str:
    """Say what the picture shows.

    >>> in_words(Occupancy(()))
    'No call of the model.'
    """
    if not found.calls:
        return "No call of the model."
    calls = f"{counted(len(found.calls), 'call')} of the model"
    share = f"{found.cached / max(found.tokens, 1):.1%} of what they read could come from the prompt cache"
    cuts = found.compactions
    if not cuts:
        return f"{calls}; the context was never compacted. {share}."
    times = "once" if len(cuts) == 1 else f"{len(cuts):,} times"
    named = ", ".join(f"{number:,} ({cut.before:,} → {cut.after:,} tokens)" for number, cut in cuts[:12])
    more = f" and {len(cuts) - 12:,} more" if len(cuts) > 12 else ""
    return f"{calls}; the context was compacted {times}, before call {named}{more}. {share}."


# ---- as a table


def occupancy_table(found: Occupancy) -> Table:
    """Give the figures of the picture: of a long run those of some calls, and of each that was compacted."""
    return _table(found, layers_of(found.calls))


def _table(found: Occupancy, layers: Sequence[Layer]) -> Table:
    every = -(-len(found.calls) // _ROWS)
    last = len(found.calls) - 1
    shown = [
        index
        for index, call in enumerate(found.calls)
        if index % every == 0 or index == last or call.compacted is not None
    ]
    heads = (
        "call",
        "events",
        "tokens",
        "from the cache",
        *(layer.label for layer in layers),
        "compacted from",
    )
    rows: list[tuple[Cell, ...]] = []
    for index in shown:
        call = found.calls[index]
        sizes = (layer.sizes[index] for layer in layers)
        before = call.compacted.before if call.compacted else None
        rows.append((index + 1, call.events, call.tokens, call.cached, *sizes, before))
    sums = (sum(layer.sizes) for layer in layers)
    some = "" if len(shown) == len(found.calls) else f", {len(shown):,} of {len(found.calls):,} calls shown"
    totals: list[tuple[Cell, ...]] = [("all calls", None, found.tokens, found.cached, *sums, None)]
    return Table(f"Tokens of each context by what they are ({found.counter}){some}", heads, rows, totals)
