"""Drop: whole units go, and one line says so."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from ..budgets import Meter
from ..events import Event
from ..exceptions import SettingError
from ..plain import JSON
from ..threads import Thread, Unit
from .policy import telling


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Drop:
    """Drops whole units, oldest first, until nothing is left to save.

    What is kept is found from the newest unit backwards, so that nothing that goes is measured. A
    unit that is larger than all the room there is goes by itself. One `omitted` event stands where
    the first of them stood, and says how many events and characters are gone and their ids; that
    of an earlier `Drop` is taken up into it. Pinned events, the task and calls in flight stay, and of
    the rest a summary goes last.

    Attributes:
        key: Orders the units, those to go first first; without one, oldest first.

    >>> thread = Thread(Event("note", f"step {n}") for n in range(8))
    >>> view = Drop()(thread, Meter(lambda event: 1, excess=3))
    >>> [event.id for event in view], view[0].data
    (['0+', '4', '5', '6', '7'], {'events': 4, 'characters': 24, 'first': '0', 'last': '3'})
    """

    key: Callable[[Unit], Any] | None = None

    def __post_init__(self) -> None:
        if self.key is not None and not callable(self.key):
            raise SettingError(
                "Drop.key", self.key, "it must be a function of a Unit that tells what goes first"
            )

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view without what does not fit."""
        held, lines, free = parted(view, self.key)
        candidates = [*lines, *[event for unit in free for event in unit.events]]
        sizes = sizes_of(view)
        fixed = sum(meter(event) for unit in held for event in unit.events)
        room = meter.room(view) - fixed - meter(line_of(candidates, view, sizes))
        kept = kept_of(free, room, meter)
        going = [unit for unit in free if unit.events[0].id not in kept]
        gone = {id for unit in going for event in unit.events if (id := event.id) is not None}
        if not gone and not (lines and meter.excess > 0):  # else the quotes in the lines have to go
            return view
        gone.update(str(event.id) for event in lines)
        return view.drop(gone, leaving=line_of([event for event in view if event.id in gone], view, sizes))

    __repr__ = telling


def parted(
    view: Thread, key: Callable[[Unit], Any] | None = None
) -> tuple[list[Unit], list[Event], list[Unit]]:
    """Part a view into the units that stay, the lines of earlier drops, and the units that may go.

    These are in the order in which they go: oldest first, or by a key; a summary, which stands where
    the oldest stood, goes last.
    """
    held: list[Unit] = []
    lines: list[Event] = []
    free: list[Unit] = []
    for unit in view.units():
        if unit.held:
            held.append(unit)
        elif unit.events[0].kind == "compaction" and counts_of(unit.events[0]) is not None:
            lines.append(unit.events[0])
        else:
            free.append(unit)
    if key is not None:
        free.sort(key=key)
    summaries = [unit for unit in free if unit.events[0].kind == "compaction" and is_summary(unit)]
    return held, lines, sorted(free, key=is_summary) if summaries else free


def is_summary(unit: Unit) -> bool:
    """Whether a unit is what a model has made of earlier ones."""
    return summed_up(unit.events[0]) is not None


def kept_of(units: list[Unit], room: int, meter: Meter) -> set[str | None]:
    """Name the first events of the units that stay: the last ones, as far as the room goes."""
    kept: set[str | None] = set()
    left = room
    for unit in reversed(units):
        tokens = tokens_of(unit, left, meter)
        if tokens is not None:
            kept.add(unit.events[0].id)
            left -= tokens
        elif tokens_of(unit, room, meter) is not None:
            break
    return kept


def tokens_of(unit: Unit, limit: int, meter: Meter) -> int | None:
    """Give the unit's tokens, or nothing where it has more than the limit."""
    tokens = 0
    for event in unit.events:
        if meter.exceeds(event, limit - tokens):
            return None
        tokens += meter(event)
    return tokens


def counts_of(event: Event) -> dict[str, Any] | None:
    """Give what the line of an earlier drop says; nothing for any other event, or if it says so no more."""
    return _counts(event.data) if (event.kind, event.type) == ("compaction", "omitted") else None


def summed_up(event: Event) -> dict[str, Any] | None:
    """Give what a summary says of the events that it stands for; nothing for any other event."""
    if (event.kind, event.type) != ("compaction", "summary") or not isinstance(event.data, dict):
        return None
    return _counts(event.data.get("of"))


def _counts(data: JSON) -> dict[str, Any] | None:
    if not isinstance(data, dict):
        return None
    kinds = [type(data.get(name)) for name in ("events", "characters", "first", "last")]
    return data if kinds == [int, int, str, str] else None


def sizes_of(view: Thread) -> dict[str | None, int]:
    """Give for each event of a view the characters that it had before any compaction."""
    return {
        event.id: len(data if isinstance(data := event.data, str) else event.text) for event in view.wholes()
    }


def line_of(events: list[Event], view: Thread, sizes: Mapping[str | None, int]) -> Event:
    """Count events of a view, and what earlier lines and summaries have counted, into one line.

    Its ends are the first and the last in the log of all that it counts: an earlier line stands in one
    place of the view, and what it counts may have stood on both sides of what goes now.
    """
    if not events:
        return Event("omitted", {}, kind="compaction")
    lines = {
        at: line
        for at, event in enumerate(events)
        if event.kind == "compaction" and (line := counts_of(event) or summed_up(event))
    }
    others = [sizes[event.id] for at, event in enumerate(events) if not lines or at not in lines]
    first, last = _ends(events, lines, view)
    data = {
        "events": len(others) + sum(line["events"] for line in lines.values()),
        "characters": sum(others) + sum(line["characters"] for line in lines.values()),
        "first": first,
        "last": last,
    }
    return Event("omitted", data, kind="compaction")


def _ends(events: list[Event], lines: Mapping[int, dict[str, Any]], view: Thread) -> tuple[str, str]:
    def before(at: int) -> Iterator[str]:
        """Give ids that stand before an event, the nearest first."""
        for earlier in range(at - 1, -1, -1):
            yield lines[earlier]["last"] if earlier in lines else str(events[earlier].id)

    def place(end: tuple[str, int]) -> int:
        """Give an event's place in the log; what is not in it has that of what stands before it."""
        id, at = end
        found = map(view.place, chain((id, str(events[at].id)), before(at)))
        return next((place for place in found if place is not None), -1)

    ends = [(line[name], at) for at, line in lines.items() for name in ("first", "last")]
    others = [at for at in range(len(events)) if at not in lines] if lines else range(len(events))
    # A view is in the order of the log, so that of other events the first and the last are enough.
    ends += [(str(events[at].id), at) for at in (*others[:1], *others[-1:])]
    ends.sort(key=place)
    return ends[0][0], ends[-1][0]
