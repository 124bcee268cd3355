"""Tests of `contextkit.events`: what an event is, and what it refuses."""

import copy
import datetime
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import Event, EventError
from contextkit.events import KINDS, Kind, kind_of

from .strategies import event_types, json_values


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Any event, with any of its fields."""
    return Event(
        draw(event_types()),
        draw(json_values(4)),
        kind=draw(st.one_of(st.none(), st.sampled_from(KINDS))),
        call_id=draw(st.one_of(st.none(), st.text(min_size=1, max_size=3))),
        pinned=draw(st.one_of(st.none(), st.booleans())),
        at=draw(st.one_of(st.none(), st.datetimes(), st.just("2026-03-01T14:07:00Z"))),
        raw=draw(st.one_of(st.none(), json_values(3))),
        id=draw(st.one_of(st.none(), st.text(min_size=1, max_size=3))),
    )


@given(events())
def test_a_record_gives_the_event_back(event: Event) -> None:
    """An event is the same after its JSON record, a pickle and a deep copy."""
    assert Event.from_record(event.to_record()) == event
    assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301
    assert copy.deepcopy(event) == event
    assert hash(copy.deepcopy(event)) == hash(event)


@given(events(), events())
def test_events_are_equal_if_all_of_them_is(first: Event, second: Event) -> None:
    """Equal events have equal records, and the other way around."""
    assert (first == second) == (repr(first.to_record()) == repr(second.to_record()))


@pytest.mark.parametrize(
    ("type", "kind", "with_call_id"),
    [
        ("slack_message", "user", "call"),
        ("user", "user", "call"),
        ("message", "user", "call"),
        ("human_response", "user", "user"),
        ("system_prompt", "system", "call"),
        ("assistant", "assistant", "call"),
        ("thinking", "reasoning", "call"),
        ("tool_call", "call", "call"),
        ("list_git_tags", "note", "call"),
        ("list_git_tags_result", "result", "result"),
        ("api_response", "result", "result"),
        ("command_output", "result", "result"),
        ("observation", "result", "result"),
        ("error", "error", "error"),
        ("deploy_error", "error", "error"),
        ("usage", "usage", "call"),
        ("deploy_started", "note", "call"),
    ],
)
def test_the_kind_follows_from_the_type(type: str, kind: Kind, with_call_id: Kind) -> None:
    """By the stated rule, without a call id and with one."""
    assert (kind_of(type), kind_of(type, "1")) == (kind, with_call_id)
    assert Event(type).kind == kind
    assert Event(type, call_id="1").kind == with_call_id
    assert Event(type, kind="note").kind == "note"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"type": ""}, "type"),
        ({"type": "two words"}, "type"),
        ({"type": "a<b"}, "type"),
        ({"type": "a\n"}, "type"),
        ({"type": "a\x00"}, "type"),
        ({"type": "\ud800"}, "type"),
        ({"type": None}, "type"),
        ({"type": 5}, "type"),
        ({"type": "user", "kind": "human"}, "kind"),
        ({"type": "user", "kind": []}, "kind"),
        ({"type": "user", "id": ""}, "id"),
        ({"type": "user", "id": 7}, "id"),
        ({"type": "user", "call_id": 7}, "call_id"),
        ({"type": "user", "call_id": ""}, "call_id"),
        ({"type": "user", "pinned": 1}, "pinned"),
        ({"type": "user", "pinned": "yes"}, "pinned"),
        ({"type": "user", "at": "yesterday"}, "at"),
        ({"type": "user", "at": 1_700_000_000}, "at"),
        ({"type": "user", "data": {"x": object()}}, "data.x"),
        ({"type": "user", "raw": {"x": object()}}, "raw.x"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], path: str) -> None:
    """The error says which field, and what would be right."""
    with pytest.raises(EventError) as caught:
        Event(**fields)
    assert caught.value.path == path


@pytest.mark.parametrize("record", [{}, {"data": "x"}, {"type": "user", "content": "x"}, [], "user", None, 5])
def test_a_record_that_is_none_is_refused(record: Any) -> None:
    """What is no object with `type`, or has a field that events do not have, is an `EventError`."""
    with pytest.raises(EventError):
        Event.from_record(record)


def test_what_is_given_is_copied() -> None:
    """Changing what an event was made from does not change the event."""
    rows = [1, 2]
    event = Event("rows", {"rows": rows}, raw=rows)
    rows.append(3)
    assert (event.data, event.raw) == ({"rows": [1, 2]}, [1, 2])


def test_an_event_cannot_be_changed() -> None:
    """Its fields are frozen, and it has no others."""
    event = Event("user", "deploy it")
    for name in ("data", "kind", "colour"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(event, name, "x")


def test_other_data_takes_the_raw_part_off() -> None:
    """`with_data` keeps all but `raw`, which no longer speaks of the data."""
    event = Event(
        "user", "deploy it", id="7", pinned=True, raw={"content": "deploy it"}, at=datetime.date(2026, 3, 1)
    )
    other = event.with_data({"tag": b"v1"})
    assert (other.data, other.raw) == ({"tag": "v1"}, None)
    assert other.having(data=event.data, raw=event.raw) == event


def test_text_is_the_data_or_its_json() -> None:
    """Text stays text; all else is compact JSON."""
    assert (Event("user", "é").text, Event("rows", {"é": [1, None]}).text) == ("é", '{"é":[1,null]}')


def test_a_long_event_has_a_short_repr() -> None:
    """The repr shows the beginning of long data, and how long it is."""
    assert len(repr(Event("log", "x" * 10_000))) < 150
    assert "(10,002 characters)" in repr(Event("log", "x" * 10_000))
