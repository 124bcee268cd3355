"""The two extension points of this folder, and what several policies need."""

import dataclasses
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from ..budgets import Meter
from ..events import Event
from ..exceptions import SettingError
from ..threads import Thread

Policy: TypeAlias = Callable[[Thread, Meter], Thread]
"""The view as it stands, and what its events measure -> a smaller view. Pure."""

Arrival: TypeAlias = Callable[[Event, Thread], Event]
"""An event as it enters, and the thread of the events before it -> the event as it is to stand. Pure."""


def telling(setting: Any, without: Sequence[str] = ()) -> str:
    """Write a policy as it was made: its settings, without those that are the default.

    >>> from contextkit import Mask
    >>> Mask(keep=1), Mask()
    (Mask(keep=1), Mask())
    """
    fields = [
        f"{field.name}={value!r}"
        for field in dataclasses.fields(setting)
        if field.name not in without and (value := getattr(setting, field.name)) != field.default
    ]
    return f"{type(setting).__name__}({', '.join(fields)})"


def patterns(name: str, types: str | Sequence[str]) -> tuple[str, ...]:
    """Give one or several patterns of event types as a tuple.

    Raises:
        SettingError: If one of them is not text, or there is none.
    """
    given = (types,) if isinstance(types, str) else tuple(types)
    if isinstance(types, AbstractSet):
        given = tuple(sorted(given))  # the order of a set differs from process to process
    if not given or not all(given) or {type(pattern) for pattern in given} != {str}:
        raise SettingError(name, types, "it must be one or more patterns of event types, such as '*_result'")
    return given


def left_out(event: Event, why: str) -> str:
    """Write the line that stands for an event whose data is left out; its id brings the data back.

    >>> left_out(Event("read_result", "import os", id="17"), "written since")
    '[read_result 17 left out: written since]'
    """
    return f"[{event.type} {event.id} left out: {why}]"


def size(event: Event) -> str:
    r"""Say how much an event's data is: in lines, items or fields, and in characters.

    >>> size(Event("log", "v1.4.2\nv1.4.1")), size(Event("tags", ["v1.4.2"]))
    ('2 lines, 13 characters', '1 item, 10 characters')
    """
    data = event.data
    if isinstance(data, list | dict):
        parts, noun = len(data), "item" if isinstance(data, list) else "field"
    else:
        parts, noun = event.text.count("\n") + 1, "line"
    return f"{_several(parts, noun)}, {_several(len(event.text), 'character')}"


def _several(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
