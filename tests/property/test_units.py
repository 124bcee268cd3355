"""Property 3: a call and its results live and die together."""

from collections.abc import Sequence

from hypothesis import given

from contextkit import Context, Event, Thread
from contextkit.records import is_record

from .strategies import Setup, Shares, event_lists, pauses, run, setups, shares

_MODEL = ("assistant", "reasoning", "call")


def goes_on(last: Event, event: Event) -> bool:
    """Whether an event belongs to the message of the one before; a second text does not."""
    second = last.kind == "assistant" and event.kind in ("assistant", "reasoning")
    return last.kind in _MODEL and event.kind in _MODEL and not second


def model_of(log: Sequence[Event]) -> tuple[list[list[str]], set[str]]:
    """Tell from a log alone, in the plainest way, what must stand in its view.

    Returns:
        The units, each a list of ids, and the ids of those that compactions have dropped. An event that would
        belong to a unit that is gone stands for itself.
    """
    units: dict[str, list[str]] = {}
    unit_of: dict[str, str] = {}
    newest_call: dict[str, str] = {}
    gone: set[str] = set()
    last: Event | None = None
    for event in log:
        if is_record(event):
            for step in event.data["steps"]:
                gone.update(step.get("gone", ()))
            continue
        id = unit = str(event.id)
        gone.discard(id)  # of a line that had this id before, and was dropped
        if event.kind in _MODEL:
            if last is not None and goes_on(last, event):
                unit = unit_of[str(last.id)]
        elif event.call_id is not None:
            unit = unit_of[newest_call[event.call_id]]
        if unit in units and gone.intersection(units[unit]):
            unit = id
        units.setdefault(unit, []).append(id)
        unit_of[id] = unit
        if event.kind == "call" and event.call_id is not None:
            newest_call[event.call_id] = id
        if event.kind not in ("usage", "compaction"):
            last = event
    return list(units.values()), gone


def in_flight(log: Sequence[Event]) -> set[str]:
    """The ids of calls without an answer yet; an answer is one to all calls of its id in a message."""
    waiting: dict[tuple[str, int], list[str]] = {}  # call id and message -> ids of events
    newest: dict[str, int] = {}
    message = 0
    last: Event | None = None
    for event in log:
        if event.kind in ("usage", "compaction"):
            continue
        message += last is not None and not goes_on(last, event)
        last = event
        if event.kind == "call" and event.call_id is not None:
            newest[event.call_id] = message
            waiting.setdefault((event.call_id, message), []).append(str(event.id))
        elif event.call_id is not None:
            waiting.pop((event.call_id, newest[event.call_id]), None)
    return {id for ids in waiting.values() for id in ids}


class TestUnits:
    """Units: whole or gone; a call in flight stays."""

    @given(event_lists(), setups(), shares(), pauses())
    def test_units_are_whole_or_gone(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """After any ladder, of each unit all events stand in the view or none, in the order of the log."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                check_view(context.thread)

    @given(event_lists(), setups(), shares(), pauses())
    def test_a_call_in_flight_stays(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """A call without a result stands in the view of each context."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                view = {event.id for event in context.thread.view()}
                assert in_flight(context.thread) <= view

    @given(event_lists(), setups(), shares(), pauses())
    def test_a_view_is_a_history_that_makes_sense(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """What is in a view can be appended event by event: no result stands there without its call."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                view = context.thread.view()
                assert list(Thread(view)) == list(view)


def check_view(thread: Thread) -> None:
    """The view holds whole units, in the log's order, and what it says of its units is so."""
    view = thread.view()
    standing = {str(event.id) for event in view}
    units, gone = model_of(thread)
    for unit in units:
        assert standing.issuperset(unit) or standing.isdisjoint(unit)
        assert gone.issuperset(unit) or gone.isdisjoint(unit)
    assert [event.id for event in view if event.id in thread] == [
        event.id for event in thread if event.id not in gone and not is_record(event)
    ]
    said = [[event.id for event in unit.events if event.id in thread] for unit in view.units()]
    assert sorted(filter(None, said)) == sorted(unit for unit in units if standing.issuperset(unit))
