"""References from one event of a view to another, and what becomes of them when that one goes."""

import re

from ..events import Event
from ..patterns import Pattern
from ..plain import JSON
from ..threads import Thread
from .policy import left_out, size

_AS_BEFORE = Pattern(r"\[\S+ .+?: as (\S+) (.+), the same lines left out\]$", re.MULTILINE)


def as_before(event: Event, earlier: Event) -> str:
    """Write the line that refers from an event to an earlier one, of which it shows what is different.

    >>> as_before(Event("read_result", id="7"), Event("read_result", id="3"))
    '[read_result 7: as read_result 3, the same lines left out]'
    """
    return f"[{event.type} {event.id}: as {earlier.type} {earlier.id}, the same lines left out]"


def without_dangling(view: Thread) -> Thread:
    """Give the view in which each reference from a second read names a result that stands whole.

    Where the first read was cut or is gone, the second one becomes a line with its size.
    """
    changes: dict[str, JSON] = {}
    for event in view:
        data = event.data
        if not isinstance(data, str) or not data.startswith(f"[{event.type} {event.id}: as "):
            continue
        whole = view.whole(str(event.id))
        found = _AS_BEFORE.match(data)
        if event is whole or found is None:
            continue
        base = found[2]
        if base not in view or view[base] is not view.whole(base):
            changes[str(event.id)] = left_out(event, size(whole))
    return view.replace_all(changes) if changes else view
