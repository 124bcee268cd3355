r"""Tables of the compact notation: objects of one kind, written as a header and rows.

A header names the columns: `{id,customer{name,city},items[]{sku,count},paid=true}`.

- `customer{...}` is an object in each row; its columns stand among the others.
- `items[]{...}` is a list in each row: its cell says how many, and its rows follow, one column in. Where
  all these lists are of one length, that stands in the brackets, and there is no cell.
- `paid=true` is the same in every row, and has no cell.
- An empty cell is a key that the row does not have. Any other value is a scalar or compact JSON.

A row of three cells or more that is the last row above with the same first cell, cell by cell, is cut short
behind that one: `HAT039,...`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from ..exceptions import FormatError
from . import compact_scalars as scalars
from .json import JSON

Cost: TypeAlias = Callable[[str], float]
"""What a text costs: tokens, or something like them."""

REPEATED = "..."
"""What stands for all cells but the first: those of the last row above with the same first cell."""

_ABSENT = object()
_MOST_EMPTY = 4  # a table of more than so many cells a value is not tried
_MOST_LEVELS = 4  # more would be hard to read, and slow to find


class Flush(str):
    """A row that starts with a digit: white space before it would be a token of its own, so it has none."""

    __slots__ = ()


def indented(lines: Iterable[str]) -> list[str]:
    """Give lines one column further in, but for rows that start with a digit."""
    return [line if type(line) is Flush else f" {line}" for line in lines]


class Fit(NamedTuple):
    """Objects laid out as a table.

    Attributes:
        header: The columns, in braces.
        cells: The cells of each column.
        below: The lines that follow each row, for each column that has some.
        names: The columns that are a cell each, whose names are one word.
    """

    header: str
    cells: list[list[str]]
    below: list[list[list[str]]]
    names: tuple[str, ...] = ()

    def lines(self, count: int) -> list[str]:
        """Give the lines of a table of so many rows."""
        rows = self.by_row(count)
        if len(self.cells) > 2 and not self.below:
            rows = _cut_short(self.cells[0], rows)
        return [
            Flush(line) if at == 0 and line[:1].isdecimal() else line
            for lines in rows
            for at, line in enumerate(lines)
        ]

    def by_row(self, count: int) -> Iterable[list[str]]:
        """Give the lines of each row."""
        rows = [[",".join(cells)] for cells in zip(*self.cells, strict=True)] or [[] for _ in range(count)]
        for below in self.below:
            for row, lines in zip(rows, below, strict=True):
                row += [f" {line}" for line in lines]
        return rows

    @property
    def is_legal(self) -> bool:
        """Whether each row has something to read."""
        if len(self.cells) == 1:
            return "" not in self.cells[0]
        return bool(self.cells or self.below)


def _cut_short(firsts: Sequence[str], rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Cut rows short that are the last one above with their first cell."""
    above: dict[str, list[str]] = {}
    for first, row in zip(firsts, rows, strict=True):
        short = f"{first},{REPEATED}"
        is_again = above.get(first) == row and len(row[0]) > len(short)
        yield [short] if is_again else row
        above[first] = row


def fit(
    rows: Sequence[dict[str, JSON]], cost: Cost, *, constants: bool = True, levels: int = _MOST_LEVELS
) -> Fit | None:
    """Lay objects out as a table, if there is an order of columns that all of them keep.

    Args:
        rows: The objects.
        cost: Decides between a group and JSON in a cell.
        constants: Whether a value that is the same in all rows goes into the header.
        levels: How deep groups and lists may be nested in the columns.

    >>> fit([{"id": 1, "to": "SEA"}, {"id": 2, "to": "SEA"}], len).header
    '{id,to=SEA}'
    """
    names = _order(rows)
    if not names:
        return None
    parts: list[str] = []
    cells: list[list[str]] = []
    below: list[list[list[str]]] = []
    for name in names:
        values = [row.get(name, _ABSENT) for row in rows]
        part, own_cells, own_below, _ = _column(values, cost, constants, levels)
        parts.append(scalars.key(name) + part)
        cells += own_cells
        below += own_below
    plain = (part for part, name in zip(parts, names, strict=True) if part == name)
    return Fit(f"{{{','.join(parts)}}}", cells, below, tuple(plain))


def table(rows: Sequence[dict[str, JSON]], cost: Cost) -> Fit | None:
    """Lay objects out as a table of its own, in which each row is at least one line with text."""
    found = fit(rows, cost)
    if found is not None and not found.cells and not found.below:
        found = fit(rows, cost, constants=False)
    return found if found is not None and found.is_legal else None


def _column(values: list[JSON], cost: Cost, constants: bool, levels: int) -> Fit:
    kinds = set(map(type, values))
    written = [scalars.cell(value) if value is not _ABSENT else "" for value in values]
    if constants and len(values) > 1 and written[0] and written.count(written[0]) == len(written):
        return Fit("=" + scalars.constant(written[0], values[0]), [], [])
    plain = Fit("", [written], [])
    if kinds == {dict} and levels:
        group = fit(values, cost, constants=constants, levels=levels - 1)
        return _cheaper(plain, group, cost)
    if list in kinds and kinds <= {list, object} and levels:
        return _cheaper(plain, _lists(values, cost, constants, levels - 1), cost)
    return plain


def _lists(values: list[JSON], cost: Cost, constants: bool, levels: int) -> Fit | None:
    """Lay out a column of lists of objects."""
    counts = [-1 if value is _ABSENT else len(value) for value in values]
    inner = [item for value in values if value is not _ABSENT for item in value]
    if not inner or any(type(item) is not dict for item in inner):
        return None
    found = fit(inner, cost, constants=constants, levels=levels)
    if found is None or not found.is_legal:
        return None
    lines = iter(found.by_row(len(inner)))
    below = [[line for _ in range(count) for line in next(lines)] for count in counts]
    if len(set(counts)) == 1:
        return Fit(f"[{counts[0]}]{found.header}", [], [below])
    return Fit(f"[]{found.header}", [["" if count < 0 else str(count) for count in counts]], [below])


def _cheaper(plain: Fit, other: Fit | None, cost: Cost) -> Fit:
    if other is None:
        return plain
    lines = [line for below in other.below for lines in below for line in lines]
    texts = [",".join(column) for column in other.cells]
    price = cost("\n ".join([other.header, *lines])) + sum(map(cost, texts)) + len(other.cells)
    return other if price < cost(",".join(plain.cells[0])) else plain


def _order(rows: Sequence[dict[str, JSON]]) -> list[str] | None:
    """The columns in an order that all rows keep, if there is one and the table is not mostly empty."""
    shapes = dict.fromkeys(map(tuple, rows))
    if len(shapes) == 1:
        return list(next(iter(shapes)))
    room = _MOST_EMPTY * (sum(map(len, rows)) // len(rows) + 2)
    before: dict[str, set[str]] = {}
    for shape in shapes:
        for name in shape[:1]:
            before.setdefault(name, set())
        for first, second in pairwise(shape):
            before.setdefault(second, set()).add(first)
        if len(before) > room:
            return None
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError:
        return None


# ---- reading


class Column(NamedTuple):
    """A column of a header.

    Attributes:
        name: The key.
        kind: `cell`, `constant`, `group` or `rows`.
        columns: Those of a group or of rows.
        value: Of a constant, as it is written; of rows, how many there are, if that is the same everywhere.
    """

    name: str
    kind: str
    columns: tuple["Column", ...] = ()
    value: JSON = None


def read_header(text: str, at: int) -> tuple[tuple[Column, ...], int]:
    """Read the columns of a header that starts at a place with its brace, and give the end too."""
    columns: list[Column] = []
    while text[at] in "{,":
        column, at = _read_column(text, at + 1)
        columns.append(column)
        if at >= len(text):
            break
    if text[at : at + 1] != "}" or len({column.name for column in columns}) < len(columns):
        raise FormatError("compact", "a header without its end, or with a column twice")
    return tuple(columns), at + 1


def _read_column(text: str, at: int) -> tuple[Column, int]:
    name, at = scalars.read_key(text, at)
    mark = text[at : at + 1]
    if mark == "{":
        columns, at = read_header(text, at)
        return Column(name, "group", columns), at
    if mark == "[":
        end = text.find("]{", at)
        number = text[at + 1 : end]
        if end < 0 or not (number == "" or number.isdecimal()):
            raise FormatError("compact", "a list in a header without its columns")
        columns, after = read_header(text, end + 1)
        return Column(name, "rows", columns, int(number) if number else None), after
    if mark == "=":
        written, at = scalars.until_brace(text, at + 1)
        return Column(name, "constant", (), written), at
    return Column(name, "cell"), at
