"""JSON: lists of records, and objects with such lists, or with outputs as text, deep inside."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator

from ..codecs.literals import compact
from ..plain import JSON
from .columns import shown
from .drafts import Draft, Part, clipped, ranged, several
from .records import records_draft, records_parts, room_of

_MANY = 8  # items that are worth statistics
_LARGE = 600  # characters; what is shorter is written as it is
_LINE = 160  # characters
_DEPTH = 8
_SAMPLE = 4_000  # characters of a value that are written to see whether it is short
_TALL = 8  # lines of a text that are worth a digest of their own

Inner = Callable[[str], Draft | None]
"""A text that stands in a value -> what could be said of it; nothing where it is best shown as a value."""


def value_draft(value: JSON, characters: int, inner: Inner) -> Draft | None:
    """Draft the digest of a list or an object; nothing for any other value.

    Args:
        value: The value.
        characters: How long it is as text.
        inner: Drafts the texts of several lines in it.
    """
    rooms: list[int] = []

    def drafted(text: str) -> Draft | None:
        found = inner(text)
        if found is not None:
            rooms.append(found.room)
        return found

    draft = _drafted(value, characters, drafted)
    room = sum(rooms) + (draft.room if draft else 0)
    return draft and dataclasses.replace(draft, room=room, noun="shapes", stood="line")


def _drafted(value: JSON, characters: int, inner: Inner) -> Draft | None:
    if isinstance(value, list):
        if len(value) >= _MANY:
            return records_draft(value, "json", characters)
        parts = [
            part
            for number, item in enumerate(value, start=1)
            for part in _parts(str(number), item, 1, number, f"/{number - 1}", inner)
        ]
        return Draft("json", parts, len(value), "item", room=room_of(characters))
    if isinstance(value, dict):
        rows = _as_records(value)
        if rows is not None:
            return records_draft(rows, "json", characters, "field")
        if (turned := _of_columns(value)) is not None:
            return records_draft(turned, "json", characters)
        parts = [
            part
            for number, (key, item) in enumerate(value.items(), start=1)
            for part in _parts(key, item, 1, number, f"/{_escaped(key)}", inner)
        ]
        return Draft("json", parts, len(value), "field", room=room_of(characters))
    return None


def _as_records(value: dict[str, JSON]) -> list[JSON] | None:
    """Take an object whose values are alike for records, each with its key."""
    if len(value) < 2 * _MANY or not all(isinstance(item, dict) for item in value.values()):
        return None
    names = Counter(name for item in value.values() for name in item)
    usual = sum(times for times in names.values() if times >= 0.8 * len(value))
    if usual < 0.6 * names.total():
        return None
    return [{"key": key, **item} for key, item in value.items()]


def _of_columns(value: dict[str, JSON]) -> list[JSON] | None:
    """Give the records of an object of columns: lists of one length, or names and lists of values."""
    columns = list(value.values())
    alike = len(columns) >= 2 and all(isinstance(each, list) for each in columns)
    if alike and len(columns[0]) >= _MANY and len(set(map(len, columns))) == 1:
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    for names, rows in ((a, b) for a in columns for b in columns if a is not b):
        if _are_names(names) and _are_rows(rows, len(names)):
            return [dict(zip(names, row, strict=True)) for row in rows]
    return None


def _are_names(value: JSON) -> bool:
    return (
        isinstance(value, list)
        and 2 <= len(value) == len(set(map(str, value)))
        and all(isinstance(name, str) for name in value)
    )


def _are_rows(value: JSON, width: int) -> bool:
    if not isinstance(value, list) or len(value) < _MANY:
        return False
    return all(isinstance(row, list) and len(row) == width for row in value)


def _is_short(value: JSON, most: int) -> bool:
    """Tell whether a value is short as text, without writing one that is long."""
    left = most
    todo = [value]
    while todo and left > 0:
        item = todo.pop()
        if isinstance(item, dict):
            left -= 4 * len(item) + sum(map(len, item))
            todo.extend(item.values())
        elif isinstance(item, list):
            left -= len(item) + 2
            todo.extend(item)
        else:
            left -= len(item) if isinstance(item, str) else 4
    return left > 0


def _escaped(key: str) -> str:
    """Write a step of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _parts(name: str, value: JSON, depth: int, number: int, pointer: str, inner: Inner) -> Iterator[Part]:
    """Give what could be said of one field, its own first.

    Records and texts of several lines stand under the pointer that gives them back.
    """
    indent = "  " * (depth - 1)
    rank = min(depth, 4) + (1 if number > 24 else 0)
    seen = ((number, number),) if number else ()
    is_tall = isinstance(value, str) and len(value) > _LARGE and value.count("\n") >= _TALL
    if is_tall and (told := inner(value)):
        yield Part(rank, f"{indent}{pointer}: {told.kind}, {several(told.size, told.unit)}")
        for part in told.parts:
            place = f"{ranged(*part.shown[0])} " if told.gaps and part.shown else ""
            text = "\n".join(f"{indent}  {line}" for line in f"{place}{part.text}".split("\n"))
            yield Part(part.rank + 1, text, stands=part.stands)
        return
    if not isinstance(value, dict | list) or not value or _is_short(value, _LINE):
        text = shown(value) if not isinstance(value, dict | list) else compact(value)
        whole = isinstance(value, dict | list) or not isinstance(value, str) or text == compact(value)
        yield Part(
            rank + (3 if number > 60 else 0), f"{indent}{clipped(name, 80)}: {text}", seen if whole else ()
        )
        return
    noun = "item" if isinstance(value, list) else "field"
    rows = value if isinstance(value, list) else _as_records(value) or _of_columns(value)
    are_records = rows is not None and len(rows) >= _MANY and not _is_short(rows, _LARGE)
    name = pointer if are_records and len(pointer) <= 80 else clipped(name, 80)
    yield Part(rank, f"{indent}{name}: {several(len(value), noun)}")
    if depth >= _DEPTH:
        return
    if rows is not None and are_records:
        for part in records_parts(rows):
            yield Part(part.rank + 1, "\n".join(f"{indent}  {line}" for line in part.text.split("\n")))
        return
    steps = value if isinstance(value, dict) else range(len(value))
    for at, step in enumerate(steps):
        named, path = (step, _escaped(step)) if isinstance(value, dict) else (str(step + 1), str(step))
        for part in _parts(named, value[step], depth + 1, 0, f"{pointer}/{path}", inner):
            yield Part(part.rank + (2 if at > 24 else 0), part.text)
