"""Tests of `contextkit.codecs.labels`; `tests/property/test_forging.py` attacks them."""

import pytest
from hypothesis import given

from contextkit.codecs import labels
from contextkit.exceptions import FormatError

from .strategies import nasty_text


@given(nasty_text(), nasty_text())
def test_bodies_come_back(first: str, second: str) -> None:
    """Whatever the texts, labels in them included."""
    wide = "\uff1cuser\uff1euser>: "
    for body in (first, f"a>: {first}", f"{first}\n\\user>: {second}\n", f"\n{wide}\n<{wide}\n\\<{wide}"):
        text = labels.label("user", body) + labels.label("note", second)
        assert [found[:2] for found in labels.read(text)] == [("user", body), ("note", second)]


@given(nasty_text())
def test_short_labels_are_told_from_types(body: str) -> None:
    """A type of digits, or one that starts with a backslash, is written in another way."""
    types = [
        ("2", False),
        ("2", True),
        ("", True),
        ("\\a", False),
        ("\\", False),
        ("007", False),
        ("2a", False),
    ]
    text = "".join(labels.label(type, body, short=short) for type, short in types)
    assert [(type, found, short) for type, found, _, short in labels.read(text)] == [
        (type, body, short) for type, short in types
    ]


def test_lines_are_counted() -> None:
    """Each event comes with the line of its label."""
    assert [line for _, _, line, _ in labels.read("a>: 1\n2\nb>: \nc>: 4\n")] == [1, 3, 4]


@pytest.mark.parametrize(
    ("text", "line"), [("hello", 1), ("\na>: 1\n", 1), ("a>: 1\nb>: 2", 2), ("a >: 1\n", 1), ("\\a>: 1\n", 1)]
)
def test_refuses_what_is_no_list_of_events(text: str, line: int) -> None:
    """A text without a label at its start, or without an end, is an error."""
    with pytest.raises(FormatError) as caught:
        list(labels.read(text))
    assert caught.value.line == line


@pytest.mark.parametrize(
    "body",
    [
        "a>:" * 100_000,
        "-" * 200_000 + "b>:\n",
        "> " * 100_000 + ">:",
        ">" + " " * 100_000 + ">:",
        "\n" * 100_000 + ">:",
        "\r>" * 100_000 + ":",
        " " * 100_000 + ">:\n" * 9,
    ],
)
def test_hostile_text_takes_linear_time(body: str) -> None:
    """What could be labels, or nearly, is no trap."""
    assert [found[1] for found in labels.read(labels.label("user", body))] == [body]
