"""JSON text -> values whose numbers are written as they stood."""

import json
from typing import Any, Self


class Literal(float):
    """A number that knows how it was written: `1.50` is no `1.5`."""

    raw: str

    def __new__(cls, raw: str) -> Self:
        """Read a number."""
        number = super().__new__(cls, raw)
        number.raw = raw
        return number


def parsed(text: str) -> Any:
    """Give the value of a JSON text.

    Raises:
        ValueError: If it is none, or is nested too deep.
    """
    try:
        return json.loads(text, parse_float=Literal)
    except RecursionError:
        raise ValueError("nested too deep") from None


def compact(value: Any, blank: str = "") -> str:
    """Write a value as JSON on one line, its numbers as they stood.

    Args:
        value: The value.
        blank: What stands behind commas and colons.

    >>> compact(parsed('{"a": [1.50, "é"]}')), compact(parsed('{"a": [1, 2]}'), " ")
    ('{"a":[1.50,"é"]}', '{"a": [1, 2]}')
    """
    if isinstance(value, dict):
        members = [f"{_quoted(key)}:{blank}{compact(item, blank)}" for key, item in value.items()]
        return "{" + f",{blank}".join(members) + "}"
    if isinstance(value, list):
        return "[" + f",{blank}".join([compact(item, blank) for item in value]) + "]"
    if isinstance(value, Literal):
        return value.raw
    return json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
