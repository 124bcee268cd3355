"""What comes back when a text is read by the format that wrote it."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import JSON_LINES, TAGGED, XML, YAML, Event, Format, MissingExtraError, hidden
from contextkit.roundtrips import Back, difference, read_back

from .strategies import event_types, json_values, same


def back(format: Format, *events: Event) -> Back:
    return read_back(format, events, format.text(events))


def reading(*pairs: tuple[str, Any]) -> Format:
    """A format that reads the same pairs whatever it wrote."""
    return dataclasses.replace(JSON_LINES, reader=lambda _text: pairs)


@pytest.mark.parametrize("format", [JSON_LINES, XML, YAML], ids=str)
@given(events=st.lists(st.tuples(event_types(), json_values()), max_size=3))
def test_lossless_formats_are_found_to_be(format: Format, events: list[tuple[str, Any]]) -> None:
    """Whatever the data, these give it back with its types."""
    assert back(format, *(Event(type, data) for type, data in events)) == Back("exact")


@given(json_values(), json_values())
def test_two_values_differ_or_are_equal_as_json(value: Any, other: Any) -> None:
    """A value never differs from itself, and what differs is not the same."""
    assert difference(value, value) == ""
    if difference(value, other):
        assert not same(value, other)


@pytest.mark.parametrize(
    ("value", "read", "reason"),
    [
        ({"a": 1, "b": [True]}, {"b": [True], "a": 1.0}, ""),
        (0.0, -0.0, ""),
        (None, False, "data: null comes back as true or false"),
        (True, 1, "data: true or false comes back as a number"),
        ({"a": ["no", "x"]}, {"a": ["no", False]}, "data.a[1]: text comes back as true or false"),
        ({"a": 1}, {"a": 1, "b": None}, "data: other keys"),
        ([[1, 2]], [[1]], "data[0]: 2 entries come back as 1"),
        ("a ", "a", "data: text comes back as another"),
    ],
)
def test_a_difference_names_its_place(value: Any, read: Any, reason: str) -> None:
    """The first place where a value is another one as JSON."""
    assert difference(value, read) == reason
    found = back(reading(("note", read)), Event("note", value))
    assert found.verdict == ("lost" if reason else "equal")
    assert reason in found.reason


def test_each_kind_of_loss_is_said() -> None:
    """Events, types, data, what is left out, and texts that cannot be read."""
    events = (Event("user", "go"), Event("note", [1]))
    assert str(back(reading(("user", "go")), *events)) == "lost: 2 events come back as 1"
    assert str(back(reading(("user", "go"), ("error", [1])), *events)) == (
        "lost: the types of 1 of 2 events (the first, 'note', as 'error')"
    )
    assert str(back(TAGGED, *events)) == (
        "as text: the data of 1 of 2 events (in the first, data: a list comes back as text)"
    )
    assert str(back(JSON_LINES | {"note": hidden}, *events)) == "lost: 1 of 2 events are left out"
    assert str(read_back(JSON_LINES, events, "{")).startswith("lost: it cannot be read: json, line 1")


class _Backwards(Format):
    """Writes the last event first."""

    __slots__ = ()

    def arranged(self, thread: Iterable[Event]) -> Iterable[Event]:
        """Give the events in the order in which they are written."""
        return reversed(list(thread))

    def text(self, thread: Iterable[Event]) -> str:
        """Write them."""
        return "".join(map(self, self.arranged(thread)))


def test_another_order_is_a_loss() -> None:
    """Even if all types and data come back."""
    backwards = _Backwards("BACKWARDS", JSON_LINES.write, reader=JSON_LINES.reader)
    events = (Event("user", "go"), Event("note", [1]), Event("note", [2]))
    assert str(back(backwards, *events)) == "lost: the places of 2 of 3 events; types and data come back"
    assert back(backwards, events[0]) == Back("exact")


def test_a_format_without_a_reader_is_no_loss_that_is_known() -> None:
    """Neither is one whose reader is not installed."""

    def missing(_text: str) -> list[tuple[str, Any]]:
        raise MissingExtraError("reading it", "yaml")

    def broken(_text: str) -> list[tuple[str, Any]]:
        raise ZeroDivisionError

    event = Event("user", "go")
    assert back(dataclasses.replace(TAGGED, reader=None), event) == Back("no reader")
    assert back(dataclasses.replace(TAGGED, reader=missing), event).verdict == "not checked"
    assert back(dataclasses.replace(TAGGED, reader=broken), event).verdict == "lost"
    assert not any(Back(verdict).lossless for verdict in ("as text", "lost", "no reader", "not checked"))


def test_the_worse_of_two_counts() -> None:
    """The order is that of the table; of two alike the first is kept."""
    first, second = Back("lost", "this"), Back("lost", "that")
    assert Back("exact").worse(Back("equal")) == Back("equal")
    assert Back("equal").worse(first).worse(second) == first
