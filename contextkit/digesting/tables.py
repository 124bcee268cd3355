"""Tables: comma or tab separated, in Markdown, or aligned by spaces -> statistics, unusual rows, samples."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .drafts import Draft, Part
from .records import records_parts, room_of

_SAMPLE = 60  # lines that tell whether a text is a table
_RULE = re.compile(r"[|+:=\- ]+$")
_GAP = re.compile(r" {2,}|\t+")
_FEW = 6


class Table(NamedTuple):
    """A table that was read.

    Attributes:
        names: The columns.
        rows: The cells of each row.
        header: The line of the columns.
        first: The line of the first row.
    """

    names: list[str]
    rows: list[list[str]]
    header: int
    first: int


def _delimited(lines: Sequence[str]) -> str:
    """Find what separates the cells of lines; nothing where they are no table."""
    for sign in (",", "\t", ";", "|"):
        if sign not in lines[0]:
            continue
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=sign))
        except csv.Error:
            continue
        width, times = widths.most_common(1)[0] if widths else (0, 0)
        least = 3 if sign in ",|" else 2  # services say `web-1 | ready`
        if (
            width >= least
            and times >= 0.95 * len(lines)
            and len(next(csv.reader(lines[:1], delimiter=sign))) == width
        ):
            return sign
    return ""


def is_table(text: str) -> bool:
    """Tell whether a text is a table, by its first lines."""
    lines = [line for line in text[:40_000].split("\n")[:_SAMPLE] if line.strip()]
    return len(lines) >= _FEW and _format(lines[:-1]) != ""


def _format(lines: Sequence[str]) -> str:
    if (
        lines[0].lstrip().startswith("|")
        and len(lines) > 2
        and _RULE.match(lines[1].strip())
        and "-" in lines[1]
    ):
        return "markdown" if all(line.lstrip().startswith("|") for line in lines) else ""
    if sign := _delimited(lines):
        first = next(csv.reader(lines[:1], delimiter=sign))
        named = all(cell.strip() and len(cell) < 40 and not cell.strip()[0].isdigit() for cell in first)
        return sign if named and len(set(first)) == len(first) else ""
    names = lines[0].split()
    if len(names) >= 3 and all(name.isupper() or name.istitle() or not name.isalpha() for name in names):
        wide = _GAP.split(lines[0].strip())
        if len(wide) >= 3 and sum(len(_GAP.split(line.strip())) == len(wide) for line in lines) >= 0.9 * len(
            lines
        ):
            return "wide"
        if lines[0].isupper() and sum(len(line.split()) >= len(names) for line in lines) >= 0.95 * len(lines):
            return "narrow"
    return ""


def read_table(text: str) -> Table | None:
    """Read a table; nothing where the text is none."""
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    skip = next((at for at, line in enumerate(lines) if line.strip()), 0)
    full = [line for line in lines[skip : skip + _SAMPLE] if line.strip()]
    form = _format(full) if len(full) >= _FEW else ""
    if not form:
        return None
    below = lines[skip + 1 :]
    first = skip + 2
    if form == "markdown":
        names, below, first = _cells(lines[skip]), below[1:], first + 1
        rows = [_cells(line) for line in below]
    elif form in ("wide", "narrow"):
        names = _GAP.split(lines[skip].strip()) if form == "wide" else lines[skip].split()
        if below and _RULE.match(below[0]):
            below, first = below[1:], first + 1
        rows = [
            _GAP.split(line.strip()) if form == "wide" else line.split(None, len(names) - 1) for line in below
        ]
    else:
        try:
            names, *rows = csv.reader(lines[skip:], delimiter=form)
        except csv.Error:
            return None
    return Table([name.strip() for name in names], rows, skip + 1, first)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table_draft(text: str) -> Draft | None:
    """Draft the digest of a table; nothing where the text is none."""
    table = read_table(text)
    if table is None:
        return None
    size = text.count("\n") + (not text.endswith("\n"))
    records = [dict(zip(table.names, map(str.strip, row), strict=False)) for row in table.rows]
    kept = [record for record in records if record]
    by_line = len(table.rows) == size - table.first + 1 and len(kept) == len(records)
    parts = list(_parts(text, table, kept, table.first if by_line else 1, size))
    return Draft("table", parts, size, counts={"row": len(kept)}, room=room_of(len(text)))


def _parts(text: str, table: Table, records: list[dict[str, str]], first: int, size: int) -> Iterator[Part]:
    by_line = first == table.first
    for part in records_parts(records, first=first):
        if part.shown and by_line:  # the very line is shorter than the record
            number = part.shown[0][0]
            yield Part(part.rank, f"{number} {_line(text, number)}", part.shown)
        elif part.text.startswith("fields ") and by_line:
            yield Part(1, _line(text, table.header), ((table.header, table.header),))
        else:
            yield Part(part.rank, part.text)


def _line(text: str, number: int) -> str:
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)].rstrip()
