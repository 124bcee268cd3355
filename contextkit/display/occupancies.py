"""Occupancy by step: a stacked bar for each call of the model, what filled it, and where it was compacted."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..occupancy import Occupancy
from .charts import apart, rows_for, short_tokens, svg_file, ticks, width_of
from .layers import Bars, Layer, bars_of, layers_of
from .looks import RESERVE, Hatching, Look, hatched, swatch
from .markup import Markup, element
from .pages import folded, frame, table_html
from .strips import clipped
from .tables import Cell, Table

_FINE = 100  # with fewer bars there is a line between each two
_TOP, _TALL, _CACHE = 68, 240, 30  # pixels: where the plot begins, its height, and that of the strip below
_HEIGHT = _TOP + _TALL + 24 + _CACHE + 24
_LEFT, _WIDE, _SIDE = 6, 67.5, 75  # per cent of the width: where the plot begins, its width, the labels
_LEAST, _USUAL = 630 * _WIDE / 100, 850 * _WIDE / 100  # pixels: the plot's width at the least, and mostly
_UNMARKED = 38  # pixels: what a picture without a compaction does not need at the top
_UNITS = 2_400  # of the plot's height
_ROWS = 40  # of the table


def occupancy_html(found: Occupancy) -> Markup:
    """Draw a run as HTML: in words, as bars, and as a table behind a line that unfolds it."""
    return frame(*occupancy_parts(found))


def occupancy_parts(found: Occupancy) -> list[Markup]:
    """Draw a run as the parts of a page."""
    layers = layers_of(found.calls)
    table = table_html(_table(found, layers))
    keys = [element("span", swatch(layer.look), layer.label) for layer in layers]
    return [
        element("p", in_words(found)),
        element("div", occupancy_svg(found), class_="wide sided"),
        element("p", Markup(" ".join(keys)), class_="key narrow"),
        folded("The figures as a table", table),
    ]


def occupancy_file(found: Occupancy, *, width: int = 860) -> str:
    """Draw a run as an SVG file."""
    return svg_file(occupancy_svg(found), width, _HEIGHT)


def in_words(found: Occupancy) -> str:
    """Say what the picture shows.

    >>> in_words(Occupancy(()))
    'No call of the model.'
    """
    if not found.calls:
        return "No call of the model."
    calls = f"{len(found.calls):,} call{'s' if len(found.calls) != 1 else ''} of the model"
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


# ---- as bars


def occupancy_svg(found: Occupancy) -> Markup:
    """Draw a run: a stacked bar a call, the budget, what was cached, and where it was compacted.

    Its letters keep their size at any width.
    """
    bars = bars_of(found.calls)
    layers = layers_of(bars.calls)
    limit = found.budget.limit if found.budget else 0
    most = 1.03 * max([limit, *(call.tokens for call in bars.calls)], default=1) or 1
    words = in_words(found)
    defs, fill = hatched([*(layer.look.hatching for layer in layers), RESERVE.hatching], words)
    up = 0 if found.compactions else _UNMARKED
    drawn = [
        *_grid(most),
        *_plot(len(bars.calls), layers, most, words),
        *_budget(found, most, fill),
        *_marks(found, bars.span),
        *_labels(found, layers, most, fill),
        *_cache_strip(found, bars),
        *_steps(len(found.calls), bars),
    ]
    return element(
        "svg",
        defs,
        element("title", "Occupancy of the context, call by call"),
        element("desc", words),
        *_heading(found),
        element("g", *drawn, transform=f"translate(0 {-up})" if up else None),
        class_="chart occupancy",
        width="100%",
        height=_HEIGHT - up,
        role="img",
        aria_label=words,
    )


def _heading(found: Occupancy) -> Iterator[Markup]:
    cuts = len(found.compactions)
    times = {0: "never compacted", 1: "compacted once, at ▼"}.get(
        cuts, f"compacted {cuts:,} times, each at a ▼"
    )
    calls = f"{len(found.calls):,} call{'s' if len(found.calls) != 1 else ''}"
    yield element("text", f"Tokens in the context, {calls}: {times}", y=14, class_="b")


def _at(share: float) -> str:
    """Give a place of the plot as per cent of the whole width."""
    return f"{_LEFT + _WIDE * share:.3f}%"


def _y(tokens: float, most: float) -> float:
    return _TOP + _TALL * (1 - tokens / most)


def _grid(most: float) -> Iterator[Markup]:
    for tick in ticks(most, 5):
        y = _y(tick, most)
        yield element("line", x1=_at(0), x2=_at(1), y1=y, y2=y, class_="hair")
        yield element("text", short_tokens(tick), x=f"{_LEFT - 0.7}%", y=y + 4, class_="dim end")


def _plot(bars: int, layers: Sequence[Layer], most: float, words: str) -> Iterator[Markup]:
    """Draw the layers, stretched to the width of the plot."""
    used = (layer.look.hatching for layer in layers)
    defs, fill = hatched(used, words, scale=(bars / _USUAL, _UNITS / _TALL))
    low = [0] * bars
    drawn = []
    for layer in layers:
        high = [base + size for base, size in zip(low, layer.sizes, strict=True)]
        path = Markup("".join(_area(low, high, _UNITS / most)))
        drawn.append(
            element("path", element("title", layer.label), d=path, class_=f"p-{layer.look.name} edge")
        )
        if layer.look.hatching:
            drawn.append(element("path", d=path, fill=fill(layer.look.hatching)))
        low = high
    if bars < _FINE:
        lines = "".join(f"M{index} 0V{_UNITS}" for index in range(1, bars))
        drawn.append(element("path", d=lines, class_="edge"))
    yield element(
        "svg",
        defs,
        *drawn,
        x=f"{_LEFT}%",
        y=_TOP,
        width=f"{_WIDE}%",
        height=_TALL,
        viewBox=f"0 0 {max(bars, 1)} {_UNITS}",
        preserveAspectRatio="none",
    )


def _area(low: Sequence[int], high: Sequence[int], scale: float) -> Iterator[str]:
    """Write the steps between two heights, a shape for each stretch where they differ."""
    tops = [_UNITS - round(size * scale) for size in high]
    floors = [_UNITS - round(size * scale) for size in low]
    start = 0
    while start < len(tops):
        if tops[start] >= floors[start]:
            start += 1
            continue
        stop = start
        while stop < len(tops) and tops[stop] < floors[stop]:
            stop += 1
        yield f"M{start} {floors[start]}V{tops[start]}"
        yield from _along(tops[start:stop])
        yield f"V{floors[stop - 1]}"
        yield from _along(floors[start:stop][::-1], "-")
        yield "z"
        start = stop


def _along(heights: Sequence[int], sign: str = "") -> Iterator[str]:
    """Write a way over steps, each a unit wide."""
    run = 0
    for index, height in enumerate(heights):
        run += 1
        if index + 1 == len(heights) or heights[index + 1] != height:
            yield f"h{sign}{run}"
            if index + 1 < len(heights):
                yield f"V{heights[index + 1]}"
            run = 0


def _marks(found: Occupancy, span: int) -> Iterator[Markup]:
    """Mark each compaction with what it did, as far as there is room to say it."""
    cuts = [
        ((number - 1) / span, f"{short_tokens(cut.before)} → {short_tokens(cut.after)}", number, cut)
        for number, cut in found.compactions
    ]
    spans = []
    for share, label, _, _ in cuts:
        half = width_of(label) / 2 + 4
        middle = share * _LEAST
        spans.append((middle - half, middle + half))
    for (share, label, number, cut), row in zip(cuts, rows_for(spans, 2), strict=True):
        x = _at(share)
        yield element("line", x1=x, x2=x, y1=_TOP - 6, y2=_TOP + _TALL, class_="rule cut")
        did = f"compacted before call {number:,}: {cut.before:,} → {cut.after:,} tokens"
        by = f", by {clipped(', '.join(cut.policies), 200)}" if cut.policies else ""
        mark = element("text", element("title", did + by), "▼", x=x, y=_TOP - 5, class_="mid mark")
        yield mark
        if row is not None:
            yield element("text", label, x=x, y=_TOP - 19 - 14 * row, class_="mid")


def _budget(found: Occupancy, most: float, fill: Callable[[Hatching], str]) -> Iterator[Markup]:
    if found.budget is None:
        return
    limit, room = found.budget.limit, found.budget.room
    top, y = _y(limit, most), _y(room, most)
    if room < limit:
        yield element("rect", x=_at(0), width=f"{_WIDE}%", y=top, height=y - top, fill=fill(RESERVE.hatching))
        yield element("line", x1=_at(0), x2=_at(1), y1=top, y2=top, class_="hair")
    yield element("line", x1=_at(0), x2=_at(1), y1=y, y2=y, class_="rule budget")


class _Label(NamedTuple):
    """What stands at the side, next to what it names.

    Attributes:
        words: What it says.
        look: The look of what it names.
        at: The height of what it names.
        there: Whether that is there in the last bar.
        title: What it says in full.
    """

    words: str
    look: Look
    at: float
    there: bool = True
    title: str = ""


def _named(found: Occupancy, layers: Sequence[Layer], most: float) -> Iterator[_Label]:
    """Give what is to be named at the side, from the top."""
    if found.budget is not None:
        limit, room = found.budget.limit, found.budget.room
        if room < limit:
            words = f"reserved for reply {short_tokens(limit - room)}"
            yield _Label(words, RESERVE, (_y(limit, most) + _y(room, most)) / 2)
        yield _Label(f"budget {room:,}", _LINE, _y(room, most))
    high = sum(layer.sizes[-1] for layer in layers)
    for layer in reversed(layers):
        size = layer.sizes[-1]
        words = f"{layer.label} {short_tokens(size)}" if size else layer.label
        yield _Label(
            words, layer.look, _y(high - size / 2, most), size > 0, f"{layer.label}: {size:,} tokens"
        )
        high -= size


_LINE = Look("line", "", "none")


def _labels(
    found: Occupancy, layers: Sequence[Layer], most: float, fill: Callable[[Hatching], str]
) -> Iterator[Markup]:
    """Name the budget and each layer next to where it stands in the last bar."""
    labels = list(_named(found, layers, most))
    places = apart([label.at for label in labels], 15, _TOP + 2, _TOP + _TALL - 4)
    if layers:
        yield element("text", "tokens in the last call", x=f"{_SIDE}%", y=_TOP - 12, class_="dim")
    for label, place in zip(labels, places, strict=True):
        if label.there:
            start, end = _at(1.004), f"{_SIDE}%"
            yield element("line", x1=start, x2=end, y1=label.at, y2=place, class_="rule lead")
        box = [element("rect", x=4, y=place - 5, width=14, height=10, class_=f"p-{label.look.name}")]
        if label.look is _LINE:
            box = [element("line", x1=4, x2=18, y1=place, y2=place, class_="rule budget")]
        if label.look.hatching:
            box.append(element("rect", x=4, y=place - 5, width=14, height=10, fill=fill(label.look.hatching)))
        name = "b" if label.look is _LINE else None if label.there else "dim"
        title = [element("title", label.title)] if label.title else []
        words = element("text", *title, label.words, x=22, y=place + 4, class_=name)
        yield element("svg", *box, words, x=f"{_SIDE}%", overflow="visible")


def _cache_strip(found: Occupancy, bars: Bars) -> Iterator[Markup]:
    """Draw of each call the share that no cache had."""
    top = _TOP + _TALL + 24
    if not bars.calls:
        return
    path = "".join(_area([0] * len(bars.new), bars.new, _UNITS / 1_000))
    yield element("rect", x=_at(0), width=f"{_WIDE}%", y=top, height=_CACHE, class_="shade")
    yield element(
        "svg",
        element("path", d=path, class_="new"),
        x=f"{_LEFT}%",
        y=top,
        width=f"{_WIDE}%",
        height=_CACHE,
        viewBox=f"0 0 {len(bars.calls)} {_UNITS}",
        preserveAspectRatio="none",
    )
    yield element("text", "new", x=f"{_LEFT - 0.7}%", y=top + 19, class_="dim end")
    share = found.cached / max(found.tokens, 1)
    for y, name, label in (
        (top, "shade", f"from the cache {share:.1%}"),
        (top + 15, "new", f"new {1 - share:.1%}"),
    ):
        box = element("rect", x=4, y=y + 2, width=14, height=10, class_=name)
        yield element("svg", box, element("text", label, x=22, y=y + 11), x=f"{_SIDE}%", overflow="visible")


def _steps(calls: int, bars: Bars) -> Iterator[Markup]:
    """Number the calls."""
    places = [1, *(tick for tick in ticks(calls, 6)[1:] if tick > calls / 40)]
    y = _TOP + _TALL + 15
    for number in places if calls else ():
        yield element("text", f"{number:,}", x=_at((number - 0.5) / bars.span), y=y, class_="dim mid")
    words = "call of the model" if bars.each == 1 else f"call of the model, {bars.each} a bar"
    yield element("text", words, x=f"{_SIDE}%", y=y, class_="dim")
