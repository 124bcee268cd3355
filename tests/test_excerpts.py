"""Parts of what was cut: lines, items, parts of a value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import Event, Redact, Thread, ThreadError, Window

THREAD = Thread(
    [Event("log", "a\nb\nc\n", id="log"), Event("rows", {"ids": [4, 5, 6], "a/b": {"~": "x\ny"}}, id="rows")]
)


@given(
    st.lists(st.text(st.characters(exclude_characters="\n"), max_size=5), min_size=1, max_size=9), st.data()
)
def test_lines_are_those_of_the_text(lines: list[str], data: st.DataObject) -> None:
    """Any range of them, as they stood."""
    first = data.draw(st.integers(1, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    thread = Thread([Event("log", "\n".join(lines) + "\n", id="7")])
    assert thread.restore("7", lines=(first, last)) == "\n".join(lines[first - 1 : last])
    assert thread.restore("7", lines=f"{first}-{last}") == "\n".join(lines[first - 1 : last])


@pytest.mark.parametrize(
    ("id", "lines", "at", "part"),
    [
        ("log", 2, None, "b"),
        ("log", (3, 3), None, "c"),
        ("rows", (2, 3), "/ids", [5, 6]),
        ("rows", None, "/ids/0", 4),
        ("rows", "2", "/a~1b/~0", "y"),
        ("rows", None, "", {"ids": [4, 5, 6], "a/b": {"~": "x\ny"}}),
    ],
)
def test_parts_of_a_value(id: str, lines: Any, at: str | None, part: object) -> None:
    """By a JSON pointer, and lines or items of what it names."""
    assert THREAD.restore(id, lines=lines, at=at) == part
    assert Window().restore(THREAD, id, lines=lines, at=at) == part


@pytest.mark.parametrize(
    ("id", "lines", "at", "message"),
    [
        ("log", (3, 4), None, "lines 3-4 are not there: it has 3 lines"),
        ("log", (0, 1), None, "it has 3 lines"),
        ("log", (3, 2), None, "it has 3 lines"),
        ("log", "all", None, "is no range"),
        ("log", (1, 2, 3), None, "is no range"),
        ("log", True, None, "is no range"),
        ("log", None, "/a", "is no JSON"),
        ("rows", (1, 2), None, "name a part"),
        ("rows", None, "ids", "is no JSON pointer"),
        ("rows", None, "/ids/9", "it has 3 items"),
        ("rows", None, "/idx", "no such key"),
        ("rows", (2, 9), "/ids", "it has 3 items"),
    ],
)
def test_what_is_not_there_is_said(id: str, lines: Any, at: str | None, message: str) -> None:
    """With the event, and the way out."""
    with pytest.raises(ThreadError, match=message) as caught:
        THREAD.restore(id, lines=lines, at=at)
    assert caught.value.event_id == id


def test_what_an_arrival_took_does_not_come_back() -> None:
    """Lines are those that it left."""
    thread = Thread([Event("log", "key sk-1\nup", id="7")])
    assert Window(arrivals=[Redact({"key": r"sk-\d"})]).restore(thread, "7", lines=1) == "key [redacted: key]"
