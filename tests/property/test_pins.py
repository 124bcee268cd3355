"""Property 2: what is pinned may never be cut."""

import pytest
from hypothesis import given

from contextkit import Context, Event, Meter, Policy, PolicyError, Thread, Window

from ..strategies import same
from .strategies import Setup, Shares, event_lists, pauses, run, setups, shares


class TestPins:
    """Pinned events come out byte for byte, in order, after any number of compactions."""

    @given(event_lists(), setups(), shares(), pauses())
    def test_pinned_events_come_out_byte_for_byte(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """The text holds what the format makes of each pinned event as it was appended, in their order."""
        for thread, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                check_pins(context, thread, setup)

    @given(event_lists(), setups(), shares())
    def test_the_task_is_pinned(self, events: list[Event], setup: Setup, shares: Shares) -> None:
        """What system and user say before the model's first own event is pinned, if not told otherwise."""
        thread = Thread(events)
        opened = False
        for given_event, event in zip(events, thread, strict=True):
            opened = opened or event.kind in ("assistant", "reasoning", "call")
            task = not opened and event.kind in ("system", "user")
            assert event.pinned == (task if given_event.pinned is None else given_event.pinned)


def check_pins(context: Context, thread: Thread, setup: Setup) -> None:
    """The pinned fragments are the originals', in order, and stand in the text one behind the other."""
    pinned = [event for event in thread if event.pinned]
    ids = {event.id for event in pinned}
    standing = {event.id: event for event in context.view()}
    assert all(same(standing[event.id].data, event.data) for event in pinned)
    if setup.format.arrange is not None:  # how it is written says where its call stands
        pinned = [event for event in setup.format.arranged(context.view()) if event.id in ids]
    expected = [text for text in map(setup.format, pinned) if text]
    assert [fragment.text for fragment in context.fragments if fragment.id in ids] == expected
    at = 0
    for text in expected:
        at = context.text.index(text, at) + len(text)  # it raises where it is not there


def cuts_it(view: Thread, meter: Meter) -> Thread:
    """Drop everything, without `Thread.drop` to see to pins: a broken policy."""
    return Thread(event for event in view if not event.pinned)


def changes_it(view: Thread, meter: Meter) -> Thread:
    """Change everything, without `Thread.replace`: a broken policy."""
    return Thread(event.having(data="x") for event in view)


def moves_it(view: Thread, meter: Meter) -> Thread:
    """Turn the view around: a broken policy."""
    return Thread(reversed(view))


def puts_another(view: Thread, meter: Meter) -> Thread:
    """Put a summary first, which so gets the id of the first event: the mistake that is easily made."""
    return Thread([Event("summary", "all went well"), *view[-2:]])


@pytest.mark.parametrize("policy", [cuts_it, changes_it, moves_it, puts_another])
def test_a_policy_that_breaks_the_rules_is_named(policy: Policy) -> None:
    """A policy that cuts, moves or overwrites a pinned event is named, and nothing is changed."""
    thread = Thread(Event("note" if n else "user", "word " * 20) for n in range(6))
    window = Window(budget=60, policies=[policy])
    before = thread.to_json()
    with pytest.raises(PolicyError, match=policy.__name__):
        window.render(thread)
    assert thread.to_json() == before
