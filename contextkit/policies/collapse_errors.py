"""CollapseErrors: the same error again and again becomes one with a count."""

import dataclasses

from ..budgets import Meter
from ..events import Event
from ..plain import JSON, same
from ..threads import Thread
from .policy import telling


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
        units = {event.id: unit for unit in view.units() for event in unit.events}
        gone: list[str] = []
        changes: dict[str, JSON] = {}
        for row in _rows(view):
            *earlier, newest = row
            for event in earlier:
                others = [e for e in units[event.id].events if e is not event and e.kind != "call"]
                if others or units[event.id].held:
                    changes[str(event.id)] = f"[{event.type} {event.id} left out: one of {len(row)} in a row]"
                else:
                    gone += [str(e.id) for e in units[event.id].events]
            changes[str(newest.id)] = f"{newest.text}\n[{len(row)} times in a row]"
        view = view.replace_all(changes) if changes else view
        return view.drop(gone) if gone else view

    __repr__ = telling


def _rows(view: Thread) -> list[list[Event]]:
    rows: list[list[Event]] = []
    row: list[Event] = []
    for event in view:
        if event.kind == "error" and row and event.type == row[0].type and same(event.data, row[0].data):
            row.append(event)
        elif event.kind in ("error", "result", "user"):
            rows.append(row)
            row = [event] if event.kind == "error" else []
    return [row for row in (*rows, row) if len(row) > 1 and not any(event.pinned for event in row)]
