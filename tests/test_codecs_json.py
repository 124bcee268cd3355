"""Tests of `contextkit.codecs.json`."""

from typing import Any

import pytest
from hypothesis import given, settings

from contextkit.codecs import json as codec
from contextkit.exceptions import FormatError

from .strategies import json_values, same


@given(json_values())
@settings(deadline=None)
def test_reads_back_what_it_wrote_on_one_line_of_utf8(value: Any) -> None:
    """Any JSON value survives, on one line by anybody's reckoning, encodable as UTF-8."""
    text = codec.encode(value)
    assert same(codec.decode(text), value)
    assert text.splitlines() == [text]
    assert text.encode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 1.0, True, None], "é": "日本"}, '{"a":[1,1.0,true,null],"é":"日本"}'),
        ([], "[]"),
        ({}, "{}"),
        ("", '""'),
        (-0.0, "-0.0"),
        (1e22, "1e+22"),
        (10**30, "1" + "0" * 30),
        ("\ud800 \u2028\u2029\x85", r'"\ud800 \u2028\u2029\u0085"'),
        ("a\r\n\x00\x1c", r'"a\r\n\u0000\u001c"'),
    ],
)
def test_writes_the_shortest_json(value: Any, text: str) -> None:
    """Characters stay as they are, but for those that end a line or are no characters."""
    assert codec.encode(value) == text


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "-Infinity", '{"a":1,"a":2}', "", "{", "1 2", "9" * 5000]
)
def test_refuses_what_is_not_plain_json(text: str) -> None:
    """Whatever Python's reader would let pass, or cannot read, is one error."""
    with pytest.raises(FormatError, match=r"^json"):
        codec.decode(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, [10**5000], b"bytes"])
def test_refuses_to_write_what_is_not_plain_json(value: Any) -> None:
    """A value without a JSON text is refused, not bent."""
    with pytest.raises(FormatError, match=r"^json"):
        codec.encode(value)


def test_says_where_the_text_is_wrong() -> None:
    """The error names the line."""
    with pytest.raises(FormatError) as caught:
        codec.decode('{"a": 1,\n"b" 2}')
    assert caught.value.line == 2


def test_too_deep_a_text_is_a_clear_error() -> None:
    """Depth is an error of the format, never a RecursionError."""
    with pytest.raises(FormatError, match="too deeply"):
        codec.decode("[" * 200_000)
    value: Any = []
    for _ in range(200_000):
        value = [value]
    with pytest.raises(FormatError, match="too deeply"):
        codec.encode(value)
