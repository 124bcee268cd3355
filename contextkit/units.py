"""Unit: events that live and die together."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from .events import Event


@dataclasses.dataclass(frozen=True, slots=True)
class Unit:
    """Events that live and die together: one model message with the results of its calls.

    Attributes:
        events: In the order of the log; they need not be neighbours there.
        in_flight: Whether one of its calls has no result yet.
        held: Whether it may not be dropped: a part of it is pinned, or in flight.
    """

    events: tuple[Event, ...]
    in_flight: bool = False
    held: bool = False


def units_of(
    events: Iterable[Event], units: Iterable[str], answered_elsewhere: AbstractSet[tuple[str, str]]
) -> list[Unit]:
    """Put events together into units, in the order in which each began.

    Args:
        events: In the order of the log.
        units: For each event the id of the event that opened its unit.
        answered_elsewhere: The units and call ids whose results stand outside these events.
    """
    members: defaultdict[str, list[Event]] = defaultdict(list)
    asked: list[tuple[str, str]] = []
    answered: list[tuple[str, str]] = []
    held: set[str] = set()
    for event, unit in zip(events, units, strict=False):
        members[unit].append(event)
        if event.pinned:
            held.add(unit)
        if event.call_id is not None:
            (asked if event.kind == "call" else answered).append((unit, event.call_id))
    in_flight = {unit for unit, _ in set(asked).difference(answered, answered_elsewhere)}
    held |= in_flight
    return [Unit(tuple(all), unit in in_flight, unit in held) for unit, all in members.items()]
