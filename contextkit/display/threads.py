"""A thread as HTML for a notebook: what is in it, and its events to unfold.

It stays light however long the thread is: of many events the first and the last are shown, and of a
long text its ends. Nothing is counted in tokens, which depend on the format.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..parts import part_of
from ..renderers import as_yaml
from .markup import Markup, element
from .pages import folded, frame, table_html
from .strips import clipped
from .tables import Bar, Cell, Table
from .texts import counted, shown_text

if TYPE_CHECKING:
    from ..events import Event
    from ..threads import Thread

_TYPES = 10  # rows of the table
_ENDS = 50  # events shown of each end of a long thread
_TEXT = 100_000  # characters shown of all texts together; each takes up to six bytes
_NEAT = 5_000  # characters of data that are written as YAML
_LINE = 160  # characters of an event's first line


def thread_html(thread: "Thread") -> Markup:
    """Draw a thread as HTML: a heading, a table by type, and its events."""
    return frame(_heading(thread), *([_types(thread), _events(thread)] if len(thread) else []))


def _heading(thread: "Thread") -> Markup:
    parts = [counted(len(thread), "event")]
    times = [event.at for event in (thread[0], thread[-1]) if event.at] if len(thread) else []
    if len(set(times)) == 2:
        parts.append(f"{times[0]} to {times[1]}")
    if records := thread.records():
        parts.append(
            f"{counted(len(thread.view()), 'event')} in view after {counted(len(records), 'compaction')}"
        )
    return element("p", element("b", "Thread"), ": ", "; ".join(parts))


def _types(thread: "Thread") -> Markup:
    sizes: dict[tuple[str, str], tuple[int, int]] = {}
    for event in thread:
        number, characters = sizes.get((event.type, event.kind), (0, 0))
        sizes[event.type, event.kind] = (number + 1, characters + len(event.text))
    ordered = sorted(sizes, key=lambda key: (-sizes[key][1], key))
    cut = len(ordered) if len(ordered) <= _TYPES + 1 else _TYPES
    lines = [(clipped(type), kind, *sizes[type, kind]) for type, kind in ordered[:cut]]
    if rest := ordered[cut:]:
        lines.append((f"{len(rest):,} other types", "", *_summed(sizes[key] for key in rest)))
    longest = max(line[3] for line in lines)
    rows: list[tuple[Cell, ...]] = [(*line, Bar(line[3], line[3], longest)) for line in lines]
    heads = ("event type", "kind", "events", "characters", "")
    totals: list[tuple[Cell, ...]] = [("total", "", *_summed(sizes.values()), None)]
    return table_html(Table("By type", heads, rows, totals), titled=False)


def _summed(sizes: Iterable[tuple[int, int]]) -> tuple[int, int]:
    numbers, characters = zip(*sizes, strict=True)
    return sum(numbers), sum(characters)


def _events(thread: "Thread") -> Markup:
    if len(thread) <= 2 * _ENDS + 1:
        return folded("The events", *_drawn(thread, thread))
    first, last = thread[:_ENDS], thread.since(len(thread) - _ENDS)
    lines = _drawn(thread, [*first, *last])
    left = f"{len(thread) - 2 * _ENDS:,} events are not shown here; thread[{_ENDS}:-{_ENDS}] has them."
    return folded("The events", *lines[:_ENDS], element("p", left, class_="dim"), *lines[_ENDS:])


def _drawn(thread: "Thread", events: "Iterable[Event]") -> list[Markup]:
    pairs = [(event, _data(event)) for event in events]
    end = share((len(shown) for _, shown in pairs), _TEXT) // 2 + 1
    view = thread.view()
    gone = {event.id for event, _ in pairs if event.id not in view}
    return [_event(event, shown, end, gone=event.id in gone) for event, shown in pairs]


def share(sizes: Iterable[int], room: int) -> int:
    """Give the most that each may have so that all have room together: the small ones leave theirs to others.

    >>> share([10, 500, 700], 1_000), share([10, 20], 1_000)
    (495, 20)
    """
    ordered = sorted(sizes)
    for at, size in enumerate(ordered):
        if size * (len(ordered) - at) > room:
            return room // (len(ordered) - at)
        room -= size
    return ordered[-1] if ordered else room


def _data(event: "Event") -> str:
    return event.text if isinstance(event.data, str) or len(event.text) > _NEAT else as_yaml(event)


def _event(event: "Event", shown: str, end: int, *, gone: bool) -> Markup:
    marks = ["pinned"] * bool(event.pinned) + ["gone from the view"] * gone
    told = ", ".join([*marks, counted(len(event.text), "character")])
    first = next(filter(None, map(str.strip, event.text[: 4 * _LINE].splitlines())), "")
    summary = element(
        "summary",
        element("i", class_=f"p-{part_of(event).name}"),
        f"{clipped(str(event.id))} ",
        element("b", clipped(event.type)),
        element("span", f" {told}: ", class_="dim"),
        clipped(first, _LINE),
    )
    rest = f"thread[{clipped(str(event.id))!r}].data has them"
    return element("details", summary, shown_text(shown, end=end, rest=rest), class_="line")
