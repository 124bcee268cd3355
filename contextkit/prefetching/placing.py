"""What hooks gave becomes events at the end of the thread, as many tokens as there is room for."""

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from ..events import Event
from ..measuring import Measure
from ..plain import JSON
from ..policies.clamping import clamped
from ..threads import Thread
from ..tokens.cutting import cut, exceeds
from .fetch import Fetch, marked


class Outcome(NamedTuple):
    """What came of a hook.

    Attributes:
        events: What it gave, as it is to stand.
        failure: What went wrong, in a line.
        omitted: Why it was not called, in a line.
        error: The exception behind a failure.
        number: How many events there were before any cut.
    """

    events: tuple[Event, ...] = ()
    failure: str = ""
    omitted: str = ""
    error: BaseException | None = None
    number: int = 0


NOTHING = Outcome()


def results(fetch: Fetch, arguments: JSON, events: Sequence[Event], begun: float) -> tuple[Event, ...]:
    """Give what a hook gave as it is to stand: data, never instruction, with its time and its mark.

    As a call it is the call and one result; several events are a list in that.
    """
    at = datetime.datetime.fromtimestamp(begun, datetime.UTC).isoformat(timespec="seconds")
    framed = [
        event.having(
            kind="error" if event.kind == "error" else "result",
            call_id=None,
            id=None,
            pinned=bool(event.pinned),
            at=event.at or at,
        )
        for event in events
    ]
    if not fetch.as_call or not framed:
        return tuple(_marked(event, fetch, arguments) for event in framed)
    alone = framed[0] if len(framed) == 1 else None
    result = Event(
        "error" if alone is not None and alone.kind == "error" else f"{fetch.name}_result",
        alone.data if alone is not None else [event.data for event in framed],
        call_id="?",  # known when it is placed
        pinned=any(event.pinned for event in framed),
        at=alone.at if alone is not None else at,
    )
    call = Event(fetch.name, arguments, kind="call", call_id="?")
    return call, _marked(result, fetch, arguments)


def _marked(event: Event, fetch: Fetch, arguments: JSON) -> Event:
    # an error says nothing of what was asked for: it is asked for again
    return event.having(raw=None) if event.kind == "error" else marked(event, fetch.name, arguments)


def placed(thread: Thread, fetch: Fetch, outcome: Outcome) -> Thread:
    """Give the thread with the outcome at its end."""
    name = f"fetched_{len(thread)}"
    if outcome.events and outcome.events[0].kind == "call":
        taken = {event.call_id for event in thread}
        while name in taken:
            name += "_"
    for event in outcome.events:
        thread = thread.append(event if event.call_id is None else event.having(call_id=name))
    if outcome.failure:
        thread = thread.append(Event(f"{fetch.name}_error", outcome.failure, kind="error"))
    if outcome.omitted:
        note = Event(f"{fetch.name}_omitted", outcome.omitted, kind="note")
        if not any((event.type, event.data) == (note.type, note.data) for event in thread.view()):
            thread = thread.append(note)
    return thread


def shares(sizes: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Share a room among sizes: small ones get all they need, what is left goes to the large ones evenly.

    Args:
        sizes: What each would take.
        least: What each gets in any case, of what it would take.
        room: What there is.

    >>> shares([10, 500, 300], [1, 1, 1], 210)
    [10, 100, 100]
    """

    def at(level: int) -> list[int]:
        return [min(size, max(level, low)) for size, low in zip(sizes, least, strict=True)]

    low, high = 0, max(sizes, default=0)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(at(middle)) <= room else (low, middle - 1)
    return at(low)


class Cutter:
    """Cuts results to tokens, as a format writes them.

    Attributes:
        measure: Counts.
    """

    def __init__(self, measure: Measure) -> None:
        self.measure = measure

    def size(self, events: Sequence[Event], most: int) -> int:
        """Give the tokens of some events; of more than `most`, one more than that."""
        left = most
        for event in events:
            if self.measure.event_exceeds(event, left):
                return most + 1
            left -= self.measure.tokens(event)
        return most - left

    def cut(self, outcome: Outcome, tokens: int) -> Outcome:
        """Give the outcome with its events cut to so many tokens, the last ones first.

        Events for which nothing is left are counted in a note.
        """
        if self.size(outcome.events, tokens) <= tokens:
            return outcome
        left, kept = tokens, list[Event]()
        for event in outcome.events:
            smaller = self._cut(event, left)
            if smaller is None:
                break
            kept.append(smaller)
            left -= self.measure.tokens(smaller)
        if len(kept) == 1 and kept[0].kind == "call":
            kept = []  # a call without its result says nothing
        gone = outcome.number - len(kept)
        if not kept:
            return Outcome(omitted=f"left out: there is no room for it in {tokens:,} tokens")
        if not gone:
            return outcome._replace(events=tuple(kept))
        few = f"{gone:,} of {outcome.number:,} events"
        return outcome._replace(events=tuple(kept), omitted=f"{few} left out: there is no room for them")

    def _cut(self, event: Event, tokens: int) -> Event | None:
        """Give the event cut to so many tokens, or nothing where its frame alone has more."""
        if not self.measure.event_exceeds(event, tokens):
            return event
        counter = self.measure.counter
        room = tokens - self.measure.tokens(event.having(data=""))
        while room > 0 and event.kind != "call":
            data = clamped(
                event.data,
                room,
                lambda text, limit: exceeds(text, limit, counter),
                lambda text, limit: cut(text, limit, counter),
            )
            smaller = event.having(data=data)
            over = self.measure.tokens(smaller) - tokens
            if over <= 0:
                return smaller if data else None
            room -= max(over, 1 + room // 16)
        return None
