"""CollapseErrors: the same error again and again becomes one with a count."""

import dataclasses

from ..budgets import Meter
from ..events import Event
from ..patterns import Pattern
from ..plain import JSON, same
from ..threads import Thread
from .policy import left_out, telling

_COUNT = Pattern(r"\n\[(\d+) times in a row\]\Z")
_LEFT_OUT = Pattern(r"\[\S+ \S+ left out: one of several in a row\]\Z")


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class CollapseErrors:
    r"""Makes one of equal errors in a row: the newest stays, with how often it happened.

    Errors are in a row while no result and no user's event stands between them, and equal if their
    type and data are. The earlier attempts go, call and all; where one is a part of a larger unit,
    only its text goes.

    >>> thread = Thread([Event("error", "refused"), Event("error", "refused"), Event("error", "refused")])
    >>> [event.data for event in CollapseErrors()(thread, Meter(lambda event: 1, excess=1))]
    ['refused\n[3 times in a row]']
    """

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view with errors collapsed."""
        rows = _rows(view)
        units = {event.id: unit for unit in view.units() for event in unit.events} if rows else {}
        gone: list[str] = []
        changes: dict[str, JSON] = {}
        for row in rows:
            *earlier, newest = row
            times = sum(map(_times, row))
            for event in earlier:
                others = [e for e in units[event.id].events if e is not event and e.kind != "call"]
                if others or units[event.id].held:
                    changes[str(event.id)] = left_out(event, "one of several in a row")
                else:
                    gone += [str(e.id) for e in units[event.id].events]
            changes[str(newest.id)] = f"{_core(newest)}\n[{times} times in a row]"
        view = view.replace_all(changes) if changes else view
        return view.drop(gone) if gone else view

    __repr__ = telling


def _times(event: Event) -> int:
    """Give how many errors this one stands for: what an earlier collapse has counted, else one."""
    counted = _COUNT.search(event.text)
    return int(counted[1]) if counted else 1


def _core(event: Event) -> str:
    return _COUNT.sub("", event.text)


def _equal(first: Event, second: Event) -> bool:
    if first.type != second.type:
        return False
    return same(first.data, second.data) or (
        _core(first) == _core(second) and _times(first) + _times(second) > 2
    )


def _rows(view: Thread) -> list[list[Event]]:
    rows: list[list[Event]] = []
    row: list[Event] = []
    for event in view:
        if event.kind == "error" and row and _equal(event, row[0]):
            row.append(event)
        elif event.kind == "error" and _LEFT_OUT.match(event.text):
            continue
        elif event.kind in ("error", "result", "user"):
            rows.append(row)
            row = [event] if event.kind == "error" else []
    return [row for row in (*rows, row) if len(row) > 1 and not any(event.pinned for event in row)]
