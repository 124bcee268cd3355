"""Occupancy charts: a run as stacked bars with axes, limits and compactions, and what was new in each."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..occupancy import Occupancy
from .charts import flag_rows, in_row, short_tokens, ticks, width_of
from .layers import Bars, Layer, bars_of, layers_of
from .looks import RESERVE, Hatching, hatched
from .markup import Markup, element
from .sides import side
from .stacks import UNITS, area, outline, stack, stretched
from .strips import clipped
from .texts import counted

_LEFT, _WIDE, _SIDE = 6, 62.5, 70  # per cent of the width: where the plot begins, its width, and the side
_TALL, _CACHE = 264, 36  # pixels: the heights of the plot and of the strip below
_BELOW = 58  # pixels: from the floor of the plot to the strip
_USUAL = 850 * _WIDE / 100  # pixels: the plot's width, mostly
_NARROW = 0.9 * 360  # pixels: the plot's width on a telephone
_ROWS = 7  # of labels of compactions, at the most
_LINE = 15  # pixels: the height of such a row


class _Plot(NamedTuple):
    """Where things are.

    Attributes:
        top: Where the plot begins, in pixels.
        most: The tokens that its height stands for.
        bars: What it shows.
        wide: Its width at the least, in pixels.
    """

    top: float
    most: float
    bars: Bars
    wide: float

    @property
    def floor(self) -> float:
        """Where the plot ends, in pixels."""
        return self.top + _TALL

    def y(self, tokens: float) -> float:
        """Give the height of a number of tokens, in pixels."""
        return self.top + _TALL * (1 - tokens / self.most)

    def bar(self, number: int) -> int:
        """Give the index of the bar that stands for a call."""
        return (number - 1) // self.bars.each

    def middle(self, number: int) -> float:
        """Give the middle of a call's bar as a share of the plot's width."""
        return (self.bar(number) + 0.5) / len(self.bars.calls)


def drawn(found: Occupancy, words: str, width: float) -> tuple[Markup, int]:
    """Draw a run; give the picture and its height in pixels.

    Args:
        found: The run.
        words: What the picture shows, for who cannot see it.
        width: How wide it is at the least, in pixels: what has no room there is left out.
    """
    bars = bars_of(found.calls)
    layers = layers_of(bars.calls)
    cuts = found.compactions
    high = [found.budget.limit if found.budget else 0, *(call.tokens for call in bars.calls)]
    most = 1.03 * max([*high, *(cut.before for _, cut in cuts)]) or 1
    wide = width * _WIDE / 100
    unplaced = _Plot(0, most, bars, wide)
    labels = [f"call {number:,}: {_short(cut.before)} → {_short(cut.after)} tokens" for number, cut in cuts]
    rows = flag_rows(
        [unplaced.middle(number) * wide for number, _ in cuts],
        [width_of(label) + 2 for label in labels],
        _ROWS,
    )
    flags = max((row + 1 for row in rows if row is not None), default=0)
    plot = unplaced._replace(top=30 + flags * _LINE)
    defs, fill = hatched([*(layer.look.hatching for layer in layers), RESERVE.hatching], words)
    height = round(plot.floor + _BELOW + _CACHE + 8)
    chart = element(
        "svg",
        defs,
        element("title", "Occupancy of the context, call by call"),
        element("desc", words),
        _heading(found),
        *_grid(plot),
        *_bars(found, layers, plot, words),
        *_budget(found, plot, fill),
        *_marks(found, plot, labels, rows),
        _side(found, layers, plot, fill, width),
        *_axis(found, plot),
        *_cache_strip(found, plot),
        class_="chart occupancy",
        width="100%",
        height=height,
        role="img",
        aria_label=words,
        style=f"--flags:{flags * _LINE}px",
    )
    return chart, height


def _short(tokens: int) -> str:
    return short_tokens(tokens, digits=2)


def _heading(found: Occupancy) -> Markup:
    calls, cuts = counted(len(found.calls), "call"), counted(len(found.compactions), "compaction")
    mark = " ▼" if found.compactions else ""
    return element("text", f"Tokens in the context, {calls}, {cuts}{mark}", y=14, class_="b head")


def _at(share: float) -> str:
    """Give a place of the plot as per cent of the whole width."""
    return f"{_LEFT + _WIDE * share:.3f}%"


def _grid(plot: _Plot) -> Iterator[Markup]:
    for tick in ticks(plot.most, 5):
        y = plot.y(tick)
        yield element("line", x1=_at(0), x2=_at(1), y1=y, y2=y, class_="hair" if tick else "rule")
        yield element("text", short_tokens(tick), x=f"{_LEFT - 0.7}%", y=y + 4, class_="dim end")


def _bars(found: Occupancy, layers: Sequence[Layer], plot: _Plot, words: str) -> Iterator[Markup]:
    """Draw the bars, and outline on top of them what a compaction took away."""
    calls = plot.bars.calls
    befores: dict[int, int] = {}
    for number, cut in found.compactions:
        bar = plot.bar(number)
        befores[bar] = max(cut.before, befores.get(bar, 0))
    ghosts = "".join(
        outline(bar, calls[bar].tokens, before, plot.most)
        for bar, before in befores.items()
        if before > calls[bar].tokens
    )
    yield stretched(
        len(calls),
        [
            *stack(len(calls), layers, plot.most, words, (len(calls) / _USUAL, UNITS / _TALL)),
            *([element("path", d=ghosts, class_="ghost")] if ghosts else []),
        ],
        x=f"{_LEFT}%",
        y=plot.top,
        width=f"{_WIDE}%",
        height=_TALL,
    )


def _budget(found: Occupancy, plot: _Plot, fill: Callable[[Hatching], str]) -> Iterator[Markup]:
    if found.budget is None:
        return
    top, y = plot.y(found.budget.limit), plot.y(found.budget.room)
    if top < y:
        yield element("rect", x=_at(0), width=f"{_WIDE}%", y=top, height=y - top, fill=fill(RESERVE.hatching))
        yield element("line", x1=_at(0), x2=_at(1), y1=top, y2=top, class_="hair")
    yield element("line", x1=_at(0), x2=_at(1), y1=y, y2=y, class_="rule budget")


def _marks(
    found: Occupancy, plot: _Plot, labels: Sequence[str], rows: Sequence[int | None]
) -> Iterator[Markup]:
    """Mark each compaction on top of what would have been sent, with what it did as far as there is room."""
    for (number, cut), label, row in zip(found.compactions, labels, rows, strict=True):
        x, y = _at(plot.middle(number)), plot.y(cut.before) - 3
        if row is not None:
            line = plot.top - 11 - _LINE * row
            pole = element("line", x1=x, x2=x, y1=line - 8, y2=y - 9, class_="rule lead")
            flag = element("svg", element("text", label, x=4, y=line), x=x, overflow="visible")
            yield element("g", pole, flag, class_="did")
        did = f"compacted before call {number:,}: {cut.before:,} → {cut.after:,} tokens"
        by = f", by {clipped(', '.join(cut.policies), 200)}" if cut.policies else ""
        yield element("text", element("title", did + by), "▼", x=x, y=y, class_="mid mark")


def _side(
    found: Occupancy, layers: Sequence[Layer], plot: _Plot, fill: Callable[[Hatching], str], width: float
) -> Markup:
    rows = side(
        layers if found.calls else (),
        found.budget,
        fill,
        ghosts=bool(found.compactions),
        at=plot.y(found.budget.room) - plot.top if found.budget else 0,
        tall=_TALL + _BELOW - 30,
        wide=width * (100 - _SIDE) / 100,
    )
    return element("svg", *rows, x=f"{_SIDE}%", y=plot.top, overflow="visible")


def _axis(found: Occupancy, plot: _Plot) -> Iterator[Markup]:
    """Number the calls: first those that were compacted, then the others as far as there is room."""
    calls, floor = len(found.calls), plot.floor
    if not calls:
        return
    cuts = [number for number, _ in found.compactions]
    numbers = list(dict.fromkeys([*cuts, 1, calls, *ticks(calls, 6)[1:]]))
    narrow = set(_with_room(numbers, plot, _NARROW))
    for index in _with_room(numbers, plot, plot.wide):
        number, words = numbers[index], f"{numbers[index]:,}"
        x, weight = _at(plot.middle(number)), "b" if index < len(cuts) else "dim"
        tick = element("line", x1=x, x2=x, y1=floor, y2=floor + 5, class_="rule")
        is_late = plot.middle(number) * _NARROW + width_of(words) / 2 > _NARROW  # in the middle it is cut off
        place = {"x": _at(1) if is_late else x, "class_": f"{'end' if is_late else 'mid'} {weight}"}
        label = element("text", words, y=floor + 17, **place)
        yield element("g", tick, label, class_=None if index in narrow else "did")
    each = plot.bars.each
    words = "call of the model" if each == 1 else f"call of the model, {each} a bar: the largest of them"
    yield element("text", words, x=_at(0.5), y=floor + 33, class_="mid dim")


def _with_room(numbers: Sequence[int], plot: _Plot, wide: float) -> Iterator[int]:
    """Give the indices of the calls whose numbers have room below a plot of some width."""
    widths = [width_of(f"{number:,}") for number in numbers]
    middles = [
        min(plot.middle(number) * wide, wide - width / 2)
        for number, width in zip(numbers, widths, strict=True)
    ]
    return in_row(middles, widths, 8)


def _cache_strip(found: Occupancy, plot: _Plot) -> Iterator[Markup]:
    """Draw of each call the share that no cache had."""
    top, bars = plot.floor + _BELOW, plot.bars
    if not bars.calls:
        return
    words = "share not served from the prompt cache, in %"
    yield element("text", words, x=_at(0), y=top - 6, class_="dim")
    yield element("rect", x=_at(0), width=f"{_WIDE}%", y=top, height=_CACHE, class_="shade")
    path = "".join(area([0] * len(bars.new), bars.new, UNITS / 1_000))
    place = {"x": f"{_LEFT}%", "y": top, "width": f"{_WIDE}%", "height": _CACHE}
    yield stretched(len(bars.calls), [element("path", d=path, class_="new")], **place)
    for mark, y in (("100", top), ("0", top + _CACHE)):
        yield element("line", x1=_at(-0.006), x2=_at(0), y1=y, y2=y, class_="rule")
        yield element("text", mark, x=f"{_LEFT - 0.7}%", y=y + 4, class_="dim end")
    share = found.cached / max(found.tokens, 1)
    yield element("text", "all calls", x=f"{_SIDE}%", y=top - 6, class_="dim")
    for y, name, label in (
        (top + 6, "new", f"{1 - share:.1%} not from the cache"),
        (top + 22, "shade", f"{share:.1%} from the cache"),
    ):
        box = element("rect", x=0, y=y, width=14, height=10, class_=name)
        yield element("svg", box, element("text", label, x=20, y=y + 9), x=f"{_SIDE}%", overflow="visible")
