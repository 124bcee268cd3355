"""Any value a user has -> plain JSON, by a stated rule.

| value | becomes |
|---|---|
| `None`, `bool`, `int`, finite `float`, `str` | itself |
| `NaN`, infinities | the text `NaN`, `Infinity`, `-Infinity` |
| `Decimal`, `Fraction`, `UUID`, paths, IP addresses | their text |
| `datetime`, `date`, `time` | ISO 8601 text |
| `timedelta` | seconds, a number |
| `Enum` | its value |
| `bytes` | its text if it is UTF-8, else `base64:` and the Base64 text |
| exception | its traceback's text |
| pydantic model, dataclass, named tuple, mapping | an object; its keys become text |
| object of a provider's client | what that client sends of it |
| list, tuple, other sequence, array with `tolist()` | a list |
| set | a list, sorted by its JSON text, so that it is the same in every process |

Anything else is one `EventError` that names the path.
"""

import dataclasses
import datetime
import enum
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from .exceptions import EventError

JSON: TypeAlias = Any
"""None, bool, int, finite float, str, a list of these, or a dict from str to these."""

MAX_DEPTH = 200
"""Deeper nesting is refused: JSON readers fail on it at depths that differ."""

_MAX_INT_BITS = 14_000  # Python refuses to write whole numbers of more than 4,300 digits
_NAME = re.compile(r"[^\W\d]\w*\Z")
_TEXT_TYPES = ("Decimal", "Fraction", "UUID", "IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network")


def plain(value: object, path: str = "data", depth: int = MAX_DEPTH) -> JSON:
    """Turn a value into plain JSON, without changing it.

    Args:
        value: Anything from the table above.
        path: What the value is called in an error.
        depth: How many levels it may be nested.

    Raises:
        EventError: If there is no rule for a part of it; `path` says which part.

    >>> plain({"seen": {3, 1}, "at": datetime.date(2026, 3, 1), "share": float("nan")})
    {'seen': [1, 3], 'at': '2026-03-01', 'share': 'NaN'}
    >>> plain({"items": [1, object]})
    Traceback (most recent call last):
    contextkit.exceptions.EventError: data.items[1]: a value of type 'type' is not JSON; give text, \
numbers, lists, mappings, dataclasses or pydantic models
    """
    if value is None or type(value) is str:
        return value
    try:
        return _plain(value, depth)
    except _ProblemError as problem:
        steps = [*map(_step, reversed(problem.keys))]
        shown = steps if len(steps) <= 20 else [*steps[:6], "..."]
        raise EventError(path + "".join(shown), problem.reason) from None


def copied(value: JSON) -> JSON:
    """Copy plain JSON, so that whoever gets it may change it.

    >>> rows = [{"a": [1]}]
    >>> copied(rows) == rows, copied(rows)[0] is rows[0]
    (True, False)
    """
    if isinstance(value, dict):
        return {key: copied(item) if isinstance(item, dict | list) else item for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) if isinstance(item, dict | list) else item for item in value]
    return value


def same(first: JSON, second: JSON) -> bool:
    """Whether two JSON values are equal with their types: 1, 1.0 and True are three values.

    >>> same([1, "a"], [1, "a"]), same(1, True), same(0.0, -0.0)
    (True, False, False)
    """
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return list(first) == list(second) and all(map(same, first.values(), second.values()))
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    return repr(first) == repr(second) if isinstance(first, float) else bool(first == second)


class _ProblemError(Exception):
    """What is wrong with a part of a value, and the keys that lead there, innermost first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.keys: list[int | str] = []


def _step(key: int | str) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _NAME.match(key) else f"[{key!r}]"


def _plain(value: Any, depth: int) -> JSON:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if depth == 0:
        raise _ProblemError("nested too deep, or holding itself; flatten it")
    if kind is dict:
        return _object(value.items(), depth)
    if kind is list or kind is tuple:
        return _list(value, depth)
    if isinstance(value, enum.Enum):
        return _plain(value.value, depth - 1)
    if isinstance(value, int | float):
        return _number(value)
    return _scalar(value) if _is_scalar(value) else _container(value, depth)


def _list(items: Iterable[Any], depth: int) -> list[JSON]:
    result: list[JSON] = []
    try:
        for item in items:
            part = item if type(item) is str else _plain(item, depth - 1)
            result.append(part)  # one by one: the length says where it failed
    except _ProblemError as problem:
        problem.keys.append(len(result))
        raise
    return result


def _number(value: float) -> JSON:
    if isinstance(value, float):
        value = float(value)
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if value.bit_length() > _MAX_INT_BITS:
        raise _ProblemError("a whole number of more than 4,300 digits; give it as text")
    return int(value)


def _is_scalar(value: object) -> bool:
    return (
        isinstance(
            value,
            str
            | bytes
            | bytearray
            | memoryview
            | datetime.date
            | datetime.time
            | datetime.timedelta
            | BaseException,
        )
        or hasattr(value, "__fspath__")
        or type(value).__name__ in _TEXT_TYPES
    )


def _scalar(value: Any) -> JSON:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _text(bytes(value))
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, BaseException):
        import traceback

        return "".join(traceback.format_exception(value)).rstrip("\n")
    return str(value)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        import base64

        return "base64:" + base64.b64encode(value).decode()


_CLIENTS = ("openai.", "anthropic.", "google.genai.")


def _dumped(model: Any) -> Any:
    """Give a pydantic model as a mapping; one of a provider's client as that client sends it.

    What was not set is not sent: OpenAI refuses `"tool_calls": null`, and Gemini knows bytes as Base64 alone.
    """
    modules = [base.__module__ for base in type(model).__mro__]
    if not any(module.startswith(_CLIENTS) for module in modules):
        return model.model_dump()
    hidden = getattr(model, "__api_exclude__", None)
    unset = any(module.startswith("google.") for module in modules)  # whose client leaves out each None
    return model.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude_none=unset, exclude=hidden
    )


def _container(value: Any, depth: int) -> JSON:
    if hasattr(type(value), "model_dump"):
        return _plain(_dumped(value), depth)
    if (fields := _fields(value)) is not None:
        return _object(fields, depth)
    if isinstance(value, AbstractSet):
        items = _list(value, depth)
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), depth - 1)
    if isinstance(value, Sequence) or type(value).__name__ == "deque":
        return _list(value, depth)
    raise _ProblemError(
        f"a value of type {type(value).__qualname__!r} is not JSON; "
        "give text, numbers, lists, mappings, dataclasses or pydantic models"
    )


def _fields(value: Any) -> Iterable[tuple[Any, Any]] | None:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
    if hasattr(value, "_asdict"):
        value = value._asdict()
    return value.items() if isinstance(value, Mapping) else None


def _object(items: Iterable[tuple[Any, Any]], depth: int) -> dict[str, JSON]:
    result: dict[str, JSON] = {}
    for key, item in items:
        name = key if type(key) is str else _key(key)
        if name in result:
            raise _ProblemError(f"two keys become the same text {name!r}; rename one")
        try:
            result[name] = item if type(item) is str else _plain(item, depth - 1)
        except _ProblemError as problem:
            problem.keys.append(name)
            raise
    return result


def _key(key: Any) -> str:
    try:
        value = _plain(key, 3)
    except _ProblemError as problem:
        raise _ProblemError(f"the key {key!r}: {problem.reason}") from None
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        raise _ProblemError(f"the key {key!r} is not text; JSON objects have text as keys")
    return json.dumps(value)


def json_in(text: str) -> JSON:
    """Give the object or the list that a text is as JSON, else `None`.

    >>> json_in('{"price": 51}'), json_in("[sic]")
    ({'price': 51}, None)
    """
    if text[:1] not in ("{", "["):
        return None
    try:
        parsed: JSON = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed
