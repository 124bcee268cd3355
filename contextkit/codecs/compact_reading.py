"""Reading the compact notation: lines from the top down, each with the column it stands in."""

from collections.abc import Iterator, Sequence

from ..exceptions import FormatError
from ..patterns import Pattern
from . import compact_scalars as scalars
from .compact_tables import REPEATED, Column, read_header
from .json import JSON
from .json import decode as decode_json

_LIST = Pattern(rf"\[([0-9]{{1,12}})(?:x([0-9]{{1,12}})|(:)({scalars.KEY})?)?\](?=[:{{])")
_FENCE = Pattern(r'"{3,}\Z')


def read_document(text: str) -> JSON:
    """Read a whole document."""
    if not scalars.is_structured(text):
        return scalars.read_scalar(text) if scalars.is_literal(text) else text
    reader = _Reader(text)
    try:
        value = reader.document()
    except FormatError as error:
        raise error if error.line else FormatError("compact", error.reason, line=reader.at) from error
    if reader.at < len(reader.lines):
        raise FormatError("compact", "more text where the value has ended", line=reader.at + 1)
    return value


class _Reader:
    """Goes through the lines once.

    Attributes:
        lines: All lines.
        at: The index of the next one; while a line is read, its number counted from 1.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        if self.lines[-1] == "" and len(self.lines) > 1:
            self.lines.pop()
        self.at = 0

    def next(self) -> str:
        if self.at >= len(self.lines):
            raise FormatError("compact", "the text ends too early", line=len(self.lines))
        self.at += 1
        return self.lines[self.at - 1]

    def document(self) -> JSON:
        line = self.lines[0]
        if line[0] == "{":
            return decode_json(self.next())
        if line[0] == "[":
            return self.array_or_json(self.next(), 0, 0)
        if line[0] == '"' and (_FENCE.match(line) or scalars.is_quoted(line)):
            return self.scalar(self.next())
        return self.object(0)

    def scalar(self, text: str) -> JSON:
        """Read what stands behind a colon or a dash; the lines of a text too."""
        if text[:3] != '"""' or not _FENCE.match(text):
            return scalars.read_scalar(text)
        try:
            end = self.lines.index(text, self.at)
        except ValueError:
            raise FormatError("compact", f"the text is never closed by a line {text}", line=self.at) from None
        start, self.at = self.at, end + 1
        return "\n".join(self.lines[start:end])

    def object(self, column: int) -> dict[str, JSON]:
        """Read the members that stand in a column."""
        pad = " " * column
        members: dict[str, JSON] = {}
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.startswith(pad) or line[column : column + 1] in (" ", ""):
                break
            self.at += 1
            name, end = scalars.read_key(line, column)
            if name in members:
                raise FormatError("compact", f"the key {name!r} stands twice in one object", line=self.at)
            members[name] = self.member(line, end, column)
        if not members:
            raise FormatError("compact", "an object without members", line=self.at)
        return members

    def member(self, line: str, at: int, column: int) -> JSON:
        """Read what follows a key that stands in a column."""
        mark = line[at : at + 1]
        if mark == "[":
            return self.array(line, at, column + 1)
        rest = _behind_colon(line, at)
        return self.scalar(rest) if rest else self.object(column + 1)

    def array_or_json(self, line: str, at: int, column: int) -> JSON:
        return self.array(line, at, column) if _LIST.match(line, at) else decode_json(line[at:])

    def array(self, line: str, at: int, column: int) -> JSON:
        """Read a list or a keyed table whose brackets stand at a place, and whose lines stand in a column."""
        match = _LIST.match(line, at)
        if match is None:
            raise FormatError("compact", "expected the number of items in brackets")
        count, width = int(match[1]), int(match[2] or 0)
        at = match.end()
        if line[at] == ":" and not width and not match[3]:
            rest = _behind_colon(line, at)
            return self.cells(rest, count) if rest else [self.item(column) for _ in range(count)]
        columns, at = read_header(line, at) if line[at] == "{" else ((), at)
        if at < len(line) or not columns:
            raise FormatError("compact", "a header ends its line")
        if match[3]:
            return self.named(columns, count, match[4]) if match[4] else self.keyed(columns, count)
        rows = self.rows(columns, count * (width or 1))
        return [[next(rows) for _ in range(width)] for _ in range(count)] if width else list(rows)

    def cells(self, text: str, count: int) -> list[JSON]:
        found = scalars.split(text)
        if len(found) != count or "" in found:
            raise FormatError("compact", f"{len(found)} items where {count} were announced")
        return list(map(scalars.read_scalar, found))

    def item(self, column: int) -> JSON:
        """Read an item whose dash stands in a column."""
        line = self.next()
        lead = " " * column + "- "
        if not line.startswith(lead):
            raise FormatError("compact", f"expected an item, {lead!r} at the start of its line")
        text = line[len(lead) :]
        if text[:1] == "[":
            return self.array_or_json(text, 0, column + 1)
        if text[:1] == "{" or not scalars.is_structured(text):
            return scalars.read_scalar(text)
        if text[:1] == '"' and (_FENCE.match(text) or scalars.is_quoted(text)):
            return self.scalar(text)
        self.at -= 1
        self.lines[self.at] = " " * (column + 1) + text  # the dash stands for one column
        return self.object(column + 1)

    def keyed(self, columns: Sequence[Column], count: int) -> dict[str, JSON]:
        members: dict[str, JSON] = {}
        for _ in range(count):
            name, *cells = scalars.split(self.next().lstrip(" "))
            name = scalars.read_key(name, 0)[0]
            if name in members:
                raise FormatError("compact", f"the key {name!r} stands twice in one table")
            members[name] = self.row(columns, iter(cells))
        return members

    def named(self, columns: Sequence[Column], count: int, name: str) -> dict[str, JSON]:
        """Read a table of objects whose keys stand in one of its columns."""
        members: dict[str, JSON] = {}
        for row in self.rows(columns, count):
            key = row.get(name)
            if not isinstance(key, str) or key in members:
                raise FormatError(
                    "compact", f"a key that stands twice, or is no text, in the column {name!r}"
                )
            members[key] = row
        return members

    def rows(self, columns: Sequence[Column], count: int) -> Iterator[dict[str, JSON]]:
        """Read the rows of a table."""
        width = _width(columns)
        if not width and not _has_rows(columns):
            raise FormatError("compact", "a table without a column of its own")
        above: dict[str, list[str]] = {}
        for _ in range(count):
            cells = scalars.split(self.next().lstrip(" ")) if width else []
            if width > 2 and cells[1:] == [REPEATED]:
                if cells[0] not in above:
                    raise FormatError("compact", f"no row above starts with {cells[0][:20]!r}")
                cells = above[cells[0]]
            elif width:
                above[cells[0]] = cells
            yield self.row(columns, iter(cells))

    def row(self, columns: Sequence[Column], cells: Iterator[str]) -> dict[str, JSON]:
        """Make the object of a row's cells, which must be all used up."""
        made = self.made(columns, cells)
        if next(cells, None) is not None:
            raise FormatError("compact", "a row with more cells than its header has columns")
        return made

    def made(self, columns: Sequence[Column], cells: Iterator[str]) -> dict[str, JSON]:
        members: dict[str, JSON] = {}
        for name, kind, inner, value in columns:
            if kind == "cell":
                written = next(cells, None)
                if written is None:
                    raise FormatError("compact", "a row with fewer cells than its header has columns")
                if written:
                    members[name] = scalars.read_scalar(written)
            elif kind == "constant":
                members[name] = scalars.read_scalar(value)
            elif kind == "group":
                members[name] = self.made(inner, cells)
            else:
                count = next(cells, "?") if value is None else value
                if count:
                    members[name] = list(self.rows(inner, _count(count)))
        return members


def _behind_colon(line: str, at: int) -> str:
    if line[at : at + 1] != ":":
        raise FormatError("compact", f"expected a colon, found {line[at : at + 20]!r}")
    return line[at + 1 :].lstrip(" ")


def _count(written: str | int) -> int:
    if isinstance(written, str) and not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise FormatError("compact", f"expected a number of rows, found {written[:20]!r}")
    return int(written)


def _width(columns: Sequence[Column]) -> int:
    """How many cells a row has."""
    return sum(
        _width(column.columns)
        if column.kind == "group"
        else column.kind == "cell" or (column.kind == "rows" and column.value is None)
        for column in columns
    )


def _has_rows(columns: Sequence[Column]) -> bool:
    return any(
        column.kind == "rows" or (column.kind == "group" and _has_rows(column.columns)) for column in columns
    )
