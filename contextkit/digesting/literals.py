"""JSON text -> values whose numbers are written as they stood."""

import json
from typing import Any, Self

from ..plain import JSON


class Literal(float):
    """A number that knows how it was written: `1.50` is no `1.5`."""

    raw: str

    def __new__(cls, raw: str) -> Self:
        """Read a number."""
        number = super().__new__(cls, raw)
        number.raw = raw
        return number


def parsed(text: str) -> JSON:
    """Give the value of a JSON text.

    Raises:
        ValueError: If it is none, or is nested too deep.
    """
    try:
        return json.loads(text, parse_float=Literal)
    except RecursionError:
        raise ValueError("nested too deep") from None


def compact(value: Any) -> str:
    """Write a value as JSON on one line, its numbers as they stood.

    >>> compact(parsed('{"a": [1.50, "é"]}'))
    '{"a":[1.50,"é"]}'
    """
    if isinstance(value, dict):
        return "{" + ",".join([f"{_quoted(key)}:{compact(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([compact(item) for item in value]) + "]"
    if isinstance(value, Literal):
        return value.raw
    return json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
