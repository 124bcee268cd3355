"""Tests of `contextkit.plain`: any value a user has becomes plain JSON, by a stated rule."""

import collections
import copy
import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import json
import pathlib
import types
import uuid
from typing import Any, NamedTuple

import numpy as np
import pydantic
import pytest
from hypothesis import given

from contextkit import EventError
from contextkit.plain import MAX_DEPTH, plain, same

from .strategies import json_values


class Level(enum.Enum):
    """An enum of texts."""

    HIGH = "high"


class Code(enum.IntEnum):
    """An enum of numbers."""

    LOST = 7


class Tag(pydantic.BaseModel):
    """A pydantic model."""

    name: str
    at: datetime.date


@dataclasses.dataclass
class Pod:
    """A dataclass."""

    name: str
    ready: bool = True


class Point(NamedTuple):
    """A named tuple."""

    x: int
    y: int


class Shout(str):
    """A text of a user's own class."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1, 1),
        (1.5, 1.5),
        (-0.0, -0.0),
        ("text", "text"),
        (Shout("text"), "text"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (decimal.Decimal("1.10"), "1.10"),
        (fractions.Fraction(1, 3), "1/3"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (pathlib.PurePosixPath("/etc/hosts"), "/etc/hosts"),
        (ipaddress.ip_address("10.0.0.1"), "10.0.0.1"),
        (datetime.date(2026, 3, 1), "2026-03-01"),
        (datetime.datetime(2026, 3, 1, 14, 7, tzinfo=datetime.UTC), "2026-03-01T14:07:00+00:00"),
        (datetime.time(14, 7), "14:07:00"),
        (datetime.timedelta(minutes=2), 120.0),
        (Level.HIGH, "high"),
        (Code.LOST, 7),
        (b"v1.4.2", "v1.4.2"),
        (b"\xff\x00", "base64:/wA="),
        (bytearray(b"ok"), "ok"),
        (Tag(name="v1", at=datetime.date(2026, 3, 1)), {"name": "v1", "at": "2026-03-01"}),
        (Pod("api-0"), {"name": "api-0", "ready": True}),
        (Point(1, 2), {"x": 1, "y": 2}),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        (
            {2: "two", None: "none", False: "no", Level.HIGH: 2},
            {"2": "two", "null": "none", "false": "no", "high": 2},
        ),
        ((1, 2), [1, 2]),
        (collections.deque([1, 2]), [1, 2]),
        (range(3), [0, 1, 2]),
        ({"b", "a"}, ["a", "b"]),
        (frozenset({2, 10, 1}), [1, 10, 2]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
    ],
)
def test_each_kind_of_value_becomes_json_by_its_rule(value: object, expected: object) -> None:
    """The table in the module's docstring, row by row; the types are plain ones."""
    assert same(plain(value), expected)
    assert type(plain(value)) is type(expected)


def test_an_exception_becomes_its_traceback() -> None:
    """The text names the error, its message and the line that raised it."""
    try:
        _ = dict[str, str]()["tag"]
    except KeyError as error:
        text = plain(error)
    assert text.startswith("Traceback (most recent call last):\n")
    assert '_ = dict[str, str]()["tag"]' in text
    assert text.endswith("\nKeyError: 'tag'")


@given(json_values())
def test_plain_json_stays_as_it_is(value: Any) -> None:
    """JSON becomes an equal copy, made of new containers, and is not changed itself."""
    before = copy.deepcopy(value)
    made = plain(value)
    assert same(made, before)
    assert same(value, before)
    assert made is not value or not isinstance(value, dict | list)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"items": [1, object()]}, "data.items[1]"),
        ({"a b": object()}, "data['a b']"),
        ({"f": len}, "data.f"),
        ({(1, 2): 1}, "data"),
        ({1: "a", "1": "b"}, "data"),
        ({object(): 1}, "data: the key <object object at "),
        ([{"n": 10**4400}], "data[0].n"),
        ({"z": 1j}, "data.z"),
        ((each for each in "ab"), "data"),
    ],
)
def test_what_has_no_rule_is_an_error_that_names_the_path(value: object, path: str) -> None:
    """The error says where the value is, in an expression that a user can read."""
    with pytest.raises(EventError) as caught:
        plain(value)
    assert path.startswith(caught.value.path)
    assert str(caught.value).startswith(path)


def test_what_is_too_deep_or_holds_itself_is_an_error() -> None:
    """Nesting ends at 200 levels, with an error and not with a crash."""
    value: Any = 1
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert plain(value)
    endless: list[Any] = []
    endless.append(endless)
    for deep in ([[value]], endless):
        with pytest.raises(EventError, match="nested too deep"):
            plain(deep)


@pytest.mark.parametrize(
    ("first", "second"),
    [(1, True), (1, 1.0), (0.0, -0.0), ("1", 1), ([1], [True]), ({"a": 1, "b": 2}, {"b": 2, "a": 1})],
)
def test_values_of_other_types_are_not_the_same(first: object, second: object) -> None:
    """1, 1.0 and True are three values, and the order of keys counts, for it shows."""
    assert not same(first, second)
    assert same(first, json.loads(json.dumps(first)))
