"""Small checks that the rules of several providers share."""

import re
from collections.abc import Iterator
from typing import Any

from . import rules
from .rules import Violation

_NAME = re.compile(r"[a-zA-Z0-9_-]+\Z")


def objects(value: Any, place: str, provider: str) -> Iterator[Violation]:
    """Say what is wrong with a list of objects; nothing, if it is one."""
    if not isinstance(value, list):
        yield rules.WRONG_SHAPE.at(provider, place, f"a list is needed, not {_kind(value)}")
        return
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            what = f"an object is needed, not {_kind(item)}"
            yield rules.WRONG_SHAPE.at(provider, f"{place}[{index}]", what)


def typed(
    value: dict[str, Any], key: str, place: str, provider: str, kind: type = str
) -> Iterator[Violation]:
    """Say that an object lacks a key, or has something of another type there."""
    if not isinstance(value.get(key), kind):
        wanted = {"str": "a text", "dict": "an object", "list": "a list"}[kind.__name__]
        what = f"{wanted} is needed, not {_kind(value[key])}" if key in value else f"`{key}` is missing"
        yield rules.WRONG_SHAPE.at(provider, f"{place}.{key}", what)


def content(value: Any, place: str, provider: str) -> Iterator[Violation]:
    """Say what is wrong with a content: a text, or a list of parts that have a type."""
    if value is None or isinstance(value, str):
        return
    if isinstance(value, list) and all(map(is_part, value)):  # as most are
        return
    wrong = list(objects(value, place, provider))
    yield from wrong
    if not wrong:
        for index, part in enumerate(value):
            yield from typed(part, "type", f"{place}[{index}]", provider)
            if part.get("type") == "text":
                yield from typed(part, "text", f"{place}[{index}]", provider)


def is_part(part: Any) -> bool:
    """Tell whether a part is an object that says its type, and a text has its text."""
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        return False
    return part["type"] != "text" or isinstance(part.get("text"), str)


def tool_name(name: str, place: str, provider: str, most: int) -> Iterator[Violation]:
    """Say that a tool's name is too long, or has characters that may not stand in one."""
    if len(name) > most:
        yield rules.TOOL_NAME.at(provider, place, f"has {len(name):,} characters, at most {most}")
    elif not _NAME.match(name):
        yield rules.TOOL_NAME.at(provider, place, f"is {name!r}")


def call_id(id: str, place: str, provider: str, most: int) -> Iterator[Violation]:
    """Say that a call's id is empty or too long."""
    if not id:
        yield rules.CALL_ID.at(provider, place, "is empty")
    elif len(id) > most:
        yield rules.CALL_ID.at(provider, place, f"has {len(id):,} characters, at most {most}")


def legal(text: str, most: int) -> str:
    """Make a tool's name or a call's id legal: other characters become `_`, and what is too long is cut.

    >>> legal("functions.eval:301", 40), legal("", 40)
    ('functions_eval_301', '_')
    """
    return re.sub(r"[^a-zA-Z0-9_-]", "_", text)[:most] or "_"


def is_legal(text: str) -> bool:
    """Tell whether a text is letters, digits, `_` and `-` alone, and not empty."""
    return bool(_NAME.match(text))


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__
