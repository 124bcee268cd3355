"""Parts of an event's data: lines of a text, items of a list, a part of a JSON value by its pointer."""

from typing import TypeAlias

from .exceptions import ThreadError
from .patterns import Pattern
from .plain import JSON, json_in

Lines: TypeAlias = tuple[int, int] | int | str
"""Lines or items, counted from 1: the first and the last, or one, or text such as `12-40`."""

_RANGE = Pattern(r"\s*(\d{1,12})(?:\s*-\s*(\d{1,12}))?\s*\Z")


def excerpt(
    data: JSON, lines: Lines | None = None, at: str | None = None, *, event_id: str | None = None
) -> JSON:
    r"""Give a part of data.

    Args:
        data: Any JSON value; with a pointer, or where it is a list, also the text of one.
        lines: The first and the last line of a text, or item of a list, counted from 1.
        at: A JSON pointer (RFC 6901).
        event_id: Whose data it is: for the error.

    Raises:
        ThreadError: If there are no such lines, or there is no such part.

    >>> excerpt("a\nb\nc", (2, 3)), excerpt('{"ids": [4, 5, 6]}', "1-2", "/ids")
    ('b\nc', [4, 5])
    """
    part = data if at is None else _at(data, at, event_id)
    return part if lines is None else _lines(part, lines, event_id)


def _at(data: JSON, pointer: str, event_id: str | None) -> JSON:
    part = json_in(data.lstrip()) if isinstance(data, str) else data
    if part is None:
        raise ThreadError("its data is no JSON; leave `at` out", event_id=event_id)
    if pointer and not pointer.startswith("/"):
        raise ThreadError(
            f"{pointer!r} is no JSON pointer: it starts with /, as /items does", event_id=event_id
        )
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, dict) and key in part:
            part = part[key]
        elif isinstance(part, list) and key.isascii() and key.isdigit() and int(key[:12]) < len(part):
            part = part[int(key)]
        else:
            held = f"it has {len(part):,} items, from 0" if isinstance(part, list) else "it has no such key"
            raise ThreadError(f"nothing is at {pointer!r}: {key!r} is not there; {held}", event_id=event_id)
    return part


def _lines(part: JSON, lines: Lines, event_id: str | None) -> JSON:
    first, last = _range(lines, event_id)
    if isinstance(part, str):
        start = _start(part, first)
        stop = _start(part, last + 1)
        size = part.count("\n") + (not part.endswith("\n"))
        if 1 <= first <= last <= size:
            return part[start : stop - 1] if stop else part[start:].removesuffix("\n")
        raise _outside(first, last, size, "lines", event_id)
    if isinstance(part, list):
        if 1 <= first <= last <= len(part):
            return part[first - 1 : last]
        raise _outside(first, last, len(part), "items", event_id)
    raise ThreadError(
        "its data has no lines: it is neither text nor a list; name a part, as with at='/items'",
        event_id=event_id,
    )


def _range(lines: Lines, event_id: str | None) -> tuple[int, int]:
    if isinstance(lines, str) and (found := _RANGE.match(lines)) is not None:
        return int(found[1]), int(found[2] or found[1])
    if isinstance(lines, int) and not isinstance(lines, bool):
        return lines, lines
    if isinstance(lines, tuple) and [type(number) for number in lines] == [int, int]:
        return lines
    raise ThreadError(
        f"lines={lines!r} is no range; give the first and the last, as (12, 40)", event_id=event_id
    )


def _start(text: str, number: int) -> int:
    """Give where a line begins; 0 where it is not there."""
    at = 0
    for _ in range(number - 1):
        at = text.find("\n", at) + 1
        if not at:
            break
    return at


def _outside(first: int, last: int, size: int, noun: str, event_id: str | None) -> ThreadError:
    return ThreadError(
        f"{noun} {first}-{last} are not there: it has {size:,} {noun}, from 1", event_id=event_id
    )
