"""Tests of `contextkit.codecs.labels`; `tests/property/test_forging.py` attacks them."""

import pytest
from hypothesis import given

from contextkit.codecs import labels
from contextkit.exceptions import FormatError

from .strategies import nasty_text


@given(nasty_text(), nasty_text())
def test_bodies_come_back(first: str, second: str) -> None:
    """Whatever the texts, labels in them included."""
    for body in (first, f"<a>: {first}", f"{first}\n\\<user>: {second}\n"):
        text = labels.label("user", body) + labels.label("note", second)
        assert [(type, body) for type, body, _ in labels.read(text)] == [("user", body), ("note", second)]


def test_lines_are_counted() -> None:
    """Each event comes with the line of its label."""
    assert [line for _, _, line in labels.read("<a>: 1\n2\n<b>: \n<c>: 4\n")] == [1, 3, 4]


@pytest.mark.parametrize(
    ("text", "line"), [("hello", 1), ("\n<a>: 1\n", 1), ("<a>: 1\n<b>: 2", 2), ("</a>: 1\n", 1)]
)
def test_refuses_what_is_no_list_of_events(text: str, line: int) -> None:
    """A text without a label at its start, or without an end, is an error."""
    with pytest.raises(FormatError) as caught:
        list(labels.read(text))
    assert caught.value.line == line


def test_many_labels_take_linear_time() -> None:
    """A long line of what could be labels is no trap."""
    body = "<a>:" * 100_000 + "\n" + "-" * 200_000 + "<b>:\n" + "<" * 200_000
    assert [text for _, text, _ in labels.read(labels.label("user", body))] == [body]
