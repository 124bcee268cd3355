"""Second reads: what has changed since a file was read before."""

import difflib
import re

from ..events import Event
from ..threads import Thread
from .references import as_before
from .targets import Target, TargetsOf

_LEAST = 200  # characters; less is not worth a reference
_MOST = 4_000_000  # pairs of lines that are compared


def changed_since(view: Thread, target: TargetsOf) -> dict[str, str]:
    """Give for each result that shows a file again what has changed, by its id.

    The earlier result stands whole in the view, and is of the same target.
    """
    calls: dict[str, tuple[Target, ...]] = {}
    seen: dict[Target, Event] = {}
    told: dict[str, str] = {}
    for event in view:
        if event.call_id is None:
            continue
        if event.kind == "call":
            calls[event.call_id] = tuple(target(view.whole(str(event.id))))
            continue
        reads = calls.pop(event.call_id, ())
        if event.kind != "result" or len(reads) != 1 or reads[0].writes or not isinstance(event.data, str):
            continue
        if event is not view.whole(str(event.id)) or len(event.data) < _LEAST:
            continue
        earlier = seen.get(reads[0])
        change = _changed(earlier, event) if earlier is not None else ""
        if change:
            told[str(event.id)] = change
        else:
            seen[reads[0]] = event
    return told


def _changed(earlier: Event, event: Event) -> str:
    old, new = str(earlier.data).split("\n"), str(event.data).split("\n")
    first, last = _same_ends(old, new)
    if (len(old) - first - last) * (len(new) - first - last) > _MOST:
        return ""
    start = max(0, first - 1)
    stop = last - 1 if last > 1 else 0
    hunks = difflib.unified_diff(old[start : len(old) - stop], new[start : len(new) - stop], n=1, lineterm="")
    lines = [_moved(line, start) for line in hunks][2:]
    change = "\n".join([as_before(event, earlier), *lines])
    return change if len(change) < len(str(event.data)) else ""


def _same_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """Give how many lines are the same at the beginning and at the end."""
    most = min(len(old), len(new))
    first = next((at for at in range(most) if old[at] != new[at]), most)
    last = next((at for at in range(most - first) if old[-1 - at] != new[-1 - at]), most - first)
    return first, last


_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@$")


def _moved(line: str, start: int) -> str:
    hunk = _HUNK.match(line)
    if hunk is None:
        return line
    return f"@@ -{int(hunk[1]) + start}{hunk[2] or ''} +{int(hunk[3]) + start}{hunk[4] or ''} @@"
