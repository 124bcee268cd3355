"""Many records of one kind -> their fields, statistics, unusual records with their ids, and two samples."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ..codecs.literals import compact
from ..plain import JSON
from .columns import LIKELY, SURE, Column, Odd, Pairs, column, shown
from .drafts import Draft, Part, Unit, clipped, ranged

_SHARE = 0.034  # of the characters of the records: what their digest may have
_LEAST = 400  # characters
_SAMPLE = 320  # characters of a record that is shown
_FIELDS = 60  # fields whose statistics are told
_NESTED = 6  # levels
_ROWS = 60  # unusual records that are told whatever it takes, at most
_EARLY = 3  # fields; a record begins with what tells it apart, if no name says so
_NAME = 80  # characters of what tells records apart, at most
_GROUPS = 8
_FEW = 8  # records that are worth statistics of their own
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


def fields_of(records: Sequence[JSON]) -> dict[str, list[tuple[int, JSON]]]:
    """Give the values of each field of records, by path, with the records' numbers from 0."""
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
    return found


def id_of(fields: Mapping[str, Pairs], rows: int) -> str:
    """Find the field that tells records apart; nothing where there is none.

    One whose name says so, or else one of the first, outer ones first.

    >>> id_of({"total": [(0, 7), (1, 7)], "order_id": [(0, "B-9"), (1, "B-8")]}, 2)
    'order_id'
    """
    paths = [path for path in fields if path and "[" not in path]
    named = [path for path in paths if _ID.search(path) is not None]
    named.sort(key=lambda path: (path.count("."), not path.lower().endswith("id")))
    early = [path for path in paths[:_EARLY] if path not in named]
    for is_outer in (True, False):
        for share, found in ((0.9, named), (0.98, early)):
            for path in found:
                if ("." not in path) == is_outer and _tells_apart(fields[path], rows, share):
                    return path
    return ""


def _tells_apart(pairs: Pairs, rows: int, share: float) -> bool:
    values = [value for _, value in pairs if isinstance(value, str | int | float) and value is not True]
    if len(values) < 0.9 * rows or max(map(_length, values[:20])) > _NAME:
        return False
    return len(set(values)) >= share * len(values)


def _length(value: JSON) -> int:
    return len(value) if isinstance(value, str) else 0


def groups_of(records: Sequence[JSON]) -> list[list[int]]:
    """Part records that have few fields in common, by their numbers from 0; rare ones stay with the most.

    >>> groups_of([{"id": n} if n % 2 else {"beat": n, "by": ""} for n in range(18)])[1][:3]
    [1, 3, 5]
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    for row, record in enumerate(records):
        alike.setdefault(tuple(record) if isinstance(record, dict) else (), []).append(row)
    groups: list[tuple[set[str], list[int]]] = []
    for names, rows in sorted(alike.items(), key=lambda item: -len(item[1])):
        own = set(names)
        near = [rest for known, rest in groups if 2 * len(known & own) >= min(len(known), len(own))]
        if groups and (near or len(groups) == _GROUPS):
            (near or [groups[0][1]])[0].extend(rows)
        else:
            groups.append((own, rows[:]))
    least = max(_FEW, len(records) // 50)
    for _, rows in groups[1:]:
        if len(rows) < least:
            groups[0][1].extend(rows)
    return [sorted(rows) for at, (_, rows) in enumerate(groups) if at == 0 or len(rows) >= least]


def records_parts(records: Sequence[JSON], *, first: int = 1) -> Iterator[Part]:
    """Give what a digest could say of records; of those with few fields in common one after the other.

    Args:
        records: The records.
        first: The number of the first one.
    """
    groups = groups_of(records)
    for rows in groups:
        numbers = [first + row for row in rows]
        told = f"{ranged(numbers[0], numbers[-1])} ×{len(numbers)} " if len(groups) > 1 else ""
        yield from _group([records[row] for row in rows] if told else records, numbers, told)


def _group(records: Sequence[JSON], numbers: Sequence[int], told: str) -> Iterator[Part]:
    fields = fields_of(records)
    columns = [column(name, pairs, len(records)) for name, pairs in fields.items()]
    # What is unusual already names the fields that few records have.
    names = [each.name for each in columns if each.name and (each.usual or each.more or not each.odd)]
    if names:
        yield Part(1, f"{told}fields {clipped(', '.join(names[:200]), 800)}")
    elif told:
        yield Part(1, told.rstrip())
    for nth, each in enumerate(columns[:_FIELDS]):
        if each.usual:
            yield Part(5 if nth < 24 else 7, f"  {each.name or 'values'}: {each.usual}")
    yield from _unusual(columns, numbers, *_ids(fields, len(records)))
    samples = ((0, 5), (len(records) - 1, 6))
    for row, rank in samples if len(records) > 1 else samples[:1]:
        text = compact(records[row])
        whole = len(text) <= _SAMPLE
        seen = ((numbers[row], numbers[row]),) if whole else ()
        yield Part(rank, f"{numbers[row]} {text if whole else _short(records[row])}", seen)


def _short(record: JSON) -> str:
    """Write the values of a record that is long, as far as there is room."""
    told = ", ".join(f"{path}: {shown(value)}" for path, value in flat(record))
    return clipped(told, _SAMPLE) + " ..."


def _ids(fields: Mapping[str, Pairs], rows: int) -> tuple[str, dict[int, JSON], list[Odd]]:
    """Give the field that tells records apart, its values, and where one comes again."""
    key = id_of(fields, rows) if rows >= _FEW else ""
    values = dict(fields.get(key, ()))
    times = Counter(values.values()) if key else Counter[JSON]()
    again = [Odd(row, f"{shown(id)} duplicate", SURE) for row, id in values.items() if times[id] > 1]
    return key, values, again if len(again) <= max(4, rows // 20) else []


def _unusual(
    columns: Sequence[Column], numbers: Sequence[int], key: str, ids: Mapping[int, JSON], again: Sequence[Odd]
) -> Iterator[Part]:
    rows: dict[int, list[tuple[str, Odd]]] = {}
    for odd in again:
        rows.setdefault(odd.row, []).append((key, odd))
    known = {odd.row for odd in again}
    for each in columns:
        for odd in each.odd:
            if each.name != key or odd.row not in known:
                rows.setdefault(odd.row, []).append((each.name, odd))
    if not rows:
        return
    yield Part(1, "unusual:")
    sure = 0
    for row, all_found in sorted(rows.items()):
        found = sorted(_of_another_type(all_found), key=lambda pair: pair[1].grade)
        grade = found[0][1].grade
        sure += grade == SURE
        told = "; ".join(f"{name} {odd.text}".strip() for name, odd in found[:6])
        named = "" if ids.get(row) is None or key == found[0][0] else f" ({key} {shown(ids[row])})"
        rank = (2 if sure <= _ROWS else 5) if grade == SURE else 5 if grade == LIKELY else 8
        yield Part(rank, f"  {numbers[row]}{named} {told}")
    more = sum(each.more for each in columns)
    if more:
        yield Part(5, f"  [+{more} more]")


def _of_another_type(found: list[tuple[str, Odd]]) -> list[tuple[str, Odd]]:
    """Leave out that a field is missing, and its length, where it has a list or an object for a value."""
    names = {name for name, _ in found}
    lost = {name for name, odd in found if odd.text == "missing"}
    turned = {name for name in lost if any(other.startswith((f"{name}[]", f"{name}.")) for other in names)}
    aside = turned | {f"{name}[#]" for name in turned}
    return [(name, odd) for name, odd in found if name not in aside]


def room_of(characters: int) -> int:
    """Give what the digest of so many characters may have."""
    return max(_LEAST, int(_SHARE * characters))


def records_draft(records: Sequence[JSON], kind: str, characters: int, unit: Unit = "item") -> Draft:
    """Draft the digest of a list of records."""
    return Draft(kind, list(records_parts(records)), len(records), unit, room=room_of(characters))
