"""Many records of one kind -> their fields, statistics, unusual records with their ids, and two samples."""

import re
from collections.abc import Iterator, Sequence

from ..plain import JSON
from .columns import LIKELY, SURE, Column, Odd, column, shown
from .drafts import Draft, Part, Unit, clipped
from .literals import compact

_SHARE = 0.04  # of the characters of the records: what their digest may have
_LEAST = 500  # characters
_SAMPLE = 320  # characters of a record that is shown
_FIELDS = 60  # fields whose statistics are told
_NESTED = 6  # levels
_ROWS = 60  # unusual records that are told whatever it takes, at most
_ID = re.compile(r"(?i)(?:id|key|uuid|guid|sku|code|number|no|name|slug|title|path|url|email|hash|sha)$")


def flat(record: JSON, name: str = "", depth: int = _NESTED) -> Iterator[tuple[str, JSON]]:
    """Give the values of a record with their paths; of a list its length, and the values of its items.

    >>> list(flat({"id": 7, "to": {"city": "Bern"}, "tags": ["a", "b"]}))
    [('id', 7), ('to.city', 'Bern'), ('tags[#]', 2), ('tags[]', 'a'), ('tags[]', 'b')]
    """
    if isinstance(record, dict) and record and depth:
        for key, value in record.items():
            path = f"{name}.{key}" if name else key
            if isinstance(value, dict | list):
                yield from flat(value, path, depth - 1)
            else:
                yield path, value
    elif isinstance(record, list) and depth:
        yield f"{name}[#]", len(record)
        for item in record:
            yield from flat(item, f"{name}[]", depth - 1)
    else:
        yield name, record


def columns_of(records: Sequence[JSON]) -> list[Column]:
    """Give the fields of records."""
    found: dict[str, list[tuple[int, JSON]]] = {}
    for row, record in enumerate(records):
        if isinstance(record, dict):
            for key, value in record.items():
                if isinstance(value, dict | list):
                    for path, part in flat(value, key, _NESTED - 1):
                        found.setdefault(path, []).append((row, part))
                else:
                    found.setdefault(key, []).append((row, value))
        else:
            for path, part in flat(record):
                found.setdefault(path, []).append((row, part))
    return [column(name, pairs, len(records)) for name, pairs in found.items()]


def id_of(records: Sequence[JSON]) -> str:
    """Find the field that tells records apart; nothing where there is none.

    >>> id_of([{"total": 7, "order_id": "B-9"}, {"total": 7, "order_id": "B-8"}])
    'order_id'
    """
    rows = [record for record in records if isinstance(record, dict)]
    if not rows:
        return ""
    paths = [path for path, value in flat(rows[0]) if isinstance(value, str | int) and "[" not in path]
    best = ""
    for path in sorted(
        paths, key=lambda path: (not path.lower().endswith("id"), _ID.search(path) is None, path.count("."))
    ):
        if _ID.search(path) is None:
            break
        values = [value for row in rows if isinstance(value := at(row, path), str | int)]
        if len(values) >= 0.9 * len(rows) and len(set(values)) >= 0.9 * len(values):
            best = path
            break
    return best


def at(record: JSON, path: str) -> JSON:
    """Give the value at a path of `flat`."""
    if isinstance(record, dict) and path in record:
        return record[path]
    for key in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def records_parts(records: Sequence[JSON], *, first: int = 1, pointer: str = "") -> Iterator[Part]:
    """Give what a digest could say of records.

    Args:
        records: The records.
        first: The number of the first one.
        pointer: Where they are, as a JSON pointer.
    """
    columns = columns_of(records)
    names = [each.name for each in columns if each.name]
    if names:
        yield Part(1, f"fields {clipped(', '.join(names[:200]), 800)}")
    for number, each in enumerate(columns[:_FIELDS]):
        if each.usual:
            yield Part(5 if number < 24 else 7, f"  {each.name or 'values'}: {each.usual}")
    yield from _unusual(records, columns, first)
    samples = ((0, 5), (len(records) - 1, 6))
    for row, rank in samples if len(records) > 1 else samples[:1]:
        text = compact(records[row])
        whole = len(text) <= _SAMPLE
        seen = ((first + row, first + row),) if whole else ()
        yield Part(rank, f"{first + row} {text if whole else _short(records[row])}", seen)


def _short(record: JSON) -> str:
    """Write the values of a record that is long, as far as there is room."""
    told = ", ".join(f"{path}: {shown(value)}" for path, value in flat(record))
    return clipped(told, _SAMPLE) + " ..."


def _unusual(records: Sequence[JSON], columns: Sequence[Column], first: int) -> Iterator[Part]:
    rows: dict[int, list[tuple[str, Odd]]] = {}
    for each in columns:
        for odd in each.odd:
            rows.setdefault(odd.row, []).append((each.name, odd))
    if not rows:
        return
    yield Part(1, "unusual:")
    key = id_of(records)
    sure = 0
    for row, found in sorted(rows.items()):
        found.sort(key=lambda pair: pair[1].grade)
        grade = found[0][1].grade
        sure += grade == SURE
        told = "; ".join(f"{name} {odd.text}".strip() for name, odd in found[:6])
        value = at(records[row], key) if key else None
        named = "" if value is None or key == found[0][0] else f" ({key} {shown(value)})"
        rank = (2 if sure <= _ROWS else 5) if grade == SURE else 5 if grade == LIKELY else 8
        yield Part(rank, f"  {first + row}{named} {told}")
    more = sum(each.more for each in columns)
    if more:
        yield Part(5, f"  [+{more} more]")


def room_of(characters: int) -> int:
    """Give what the digest of so many characters may have."""
    return max(_LEAST, int(_SHARE * characters))


def records_draft(records: Sequence[JSON], kind: str, characters: int, unit: Unit = "item") -> Draft:
    """Draft the digest of a list of records."""
    return Draft(kind, list(records_parts(records)), len(records), unit, room=room_of(characters))
