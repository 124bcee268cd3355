r'''One JSON value in the fewest tokens that lose nothing: each part in its cheapest form, and the way back.

| form | looks like |
|---|---|
| scalar | `tag: v1.4.2`, `count:12`; text that could be read as something else is a JSON string |
| object | one `key: value` a line; an object inside stands one column in, below its key |
| list | `tags[3]: a,b,c`; of larger things, an item a line, with a `-` before it |
| table | `users[2]{id,name}:` and a row a line; what a header may say, see `compact_tables` |
| lists of as many rows | `[5x2]{id,name}:`, five lists of two rows each |
| keyed table | `users[2:]{age}:`, the first cell of a row is its key |
| text | as it is, between two lines of `"""` |
| JSON | `{"a":[1,{}]}`, wherever a value may stand |

A document that is text is that text as it is, to the byte, unless it could be read as one of these. A space
stands behind a colon where it costs no token: before a letter, but not before a digit or a quote.
'''

from collections.abc import Iterable
from typing import NamedTuple

from ..exceptions import FormatError
from . import compact_scalars as scalars
from .compact_reading import read_document
from .compact_tables import Cost, table
from .json import JSON
from .json import encode as encode_json

PRIMER = (
    "Data is compact: `key: value` lines, indented below their object; `key[2]: x,y` is a list; "
    "`key[2]{a,b}:` a list of 2 objects, a row each (`a=x`: x in every row; `b{c,d}`: an object in it; "
    "`b[]{c}`: as many rows below it; empty cell: no such key); `[5x2]` 5 lists of 2; `key[2:]{a}:` an "
    'object of objects, its key first in each row; text is between `"""` lines; the rest is JSON.'
)
"""One line that teaches the notation to a model, for a system prompt."""


_INDENTATION = 5  # what a line further in than one column costs, in bytes: white space of its own is a token


class _Piece(NamedTuple):
    """A container as it stands behind a key: what follows the key, the colon, and on the lines below."""

    head: str
    rest: str
    lines: list[str]

    def text(self, column: int) -> str:
        """The text behind a key that stands in a column."""
        return ("\n" + " " * (column + 1)).join((f"{self.head}:{self.rest}", *self.lines))


def encode(value: JSON, *, cost: Cost = scalars.size) -> str:
    r"""Write a value in the cheapest way.

    Args:
        value: Plain JSON.
        cost: What a text costs: its bytes, with a surcharge for deep indentation; or a token counter.

    Raises:
        FormatError: The value is not plain JSON.

    >>> flights = [{"id": f"HAT{n}", "to": "SEA", "seats": {"economy": n}} for n in (1, 2)]
    >>> print(encode({"from": "JFK", "flights": flights}))
    from: JFK
    flights[2]{id,to=SEA,seats{economy}}:
     HAT1,1
     HAT2,2
    """
    try:
        return _Writer(cost).document(value)
    except RecursionError:
        raise FormatError("compact", "the value is nested too deeply; flatten it") from None


def decode(text: str) -> JSON:
    r"""Read what `encode` wrote.

    Raises:
        FormatError: The text is not in this notation; the line says where.

    >>> decode("from: JFK\nflights[2]{id,to=SEA,seats{economy}}:\n HAT1,1\n HAT2,2")["flights"][1]
    {'id': 'HAT2', 'to': 'SEA', 'seats': {'economy': 2}}
    """
    try:
        return read_document(text)
    except RecursionError:
        raise FormatError("compact", "the text is nested too deeply; flatten the value") from None


class _Writer:
    """Writes with one idea of cost."""

    def __init__(self, cost: Cost) -> None:
        self.cost = cost
        self.indentation = _INDENTATION if cost is scalars.size else 0

    def weigh(self, text: str, lines: Iterable[str], column: int) -> int:
        """What a text costs; its lines, as far as they are ours, stand in a column or further in."""
        if not self.indentation:
            return self.cost(text)
        indented = " " * max(2 - column, 0)
        return self.cost(text) + self.indentation * sum(line.startswith(indented) for line in lines)

    def document(self, value: JSON) -> str:
        if type(value) is str:
            return self._cheapest_text(_texts(value, scalars.can_be_encoded(value)))
        if type(value) not in (dict, list) or not value:
            return scalars.line(value)
        ways = [[encode_json(value)]]
        if type(value) is dict:
            ways.append(self.members(value, 0))
            pieces = self.tables(value)
        else:
            pieces = self.lists(value, -1)
        ways += ([f"{head}:{rest}", *lines] for head, rest, lines in pieces)
        return "\n".join(min(ways, key=lambda lines: self.weigh("\n".join(lines), lines, 0)))

    def _cheapest_text(self, texts: list[str]) -> str:
        return min(texts, key=self.cost) if len(texts) > 1 else texts[0]

    def members(self, value: dict[str, JSON], column: int) -> list[str]:
        """The lines of an object that stands in a column."""
        lines: list[str] = []
        for name, member in value.items():
            written = scalars.key(name)
            if type(member) in (dict, list) and member:
                head, rest, below = self.piece(member, column)
                lines.append(f"{written}{head}:{rest}")
                lines += [f" {line}" for line in below]
            else:
                lines.append(f"{written}:{self.scalar(member)}")
        return lines

    def scalar(self, value: JSON) -> str:
        """A scalar or an empty container behind a colon."""
        line = scalars.spaced(scalars.line(value))
        if type(value) is str and "\n" in value:
            fenced = scalars.fenced(value)
            return line if fenced is None else self._cheapest_text([line, fenced])
        return line

    def piece(self, value: JSON, column: int) -> _Piece:
        """The cheapest form of a container that is not empty, behind a key that stands in a column."""
        if type(value) is dict:
            pieces = [_Piece("", "", self.members(value, column + 1)), *self.tables(value)]
        else:
            pieces = self.lists(value, column)
        pieces.append(_Piece("", encode_json(value), []))
        return min(pieces, key=lambda piece: self.weigh(piece.text(column), piece.lines, column + 1))

    def tables(self, value: dict[str, JSON]) -> list[_Piece]:
        """An object of objects as a table with keys."""
        rows = list(value.values())
        if len(rows) < 2 or any(type(row) is not dict for row in rows):
            return []
        found = table(rows, self.cost)
        if found is None:
            return []
        keys = list(map(scalars.key, value))
        lines = found._replace(cells=[keys, *found.cells]).lines(len(rows))
        return [_Piece(f"[{len(rows)}:]{found.header}", "", lines)]

    def lists(self, value: list[JSON], column: int) -> list[_Piece]:
        """A list as a table, as lists of as many rows, on a line, or an item a line."""
        kinds = set(map(type, value))
        if kinds == {dict} and (found := table(value, self.cost)) is not None:
            lines = found.lines(len(value))
            piece = _Piece(f"[{len(value)}]{found.header}", "", lines)
            is_simple = not any("\\n" in line or "{" in line or "[" in line for line in lines)
            return [piece] if is_simple else [piece, self.items(value, column + 1)]
        if kinds == {list} and (matrix := self.matrix(value)) is not None:
            return [matrix]
        if not kinds & {dict, list} or not any(type(item) in (dict, list) and item for item in value):
            line = ",".join(map(scalars.cell, value))
            return [_Piece(f"[{len(value)}]", scalars.spaced(line), []), *self.texts(value, column)]
        return [self.items(value, column + 1)]

    def texts(self, value: list[JSON], column: int) -> list[_Piece]:
        """A list with long texts, an item a line."""
        return (
            [self.items(value, column + 1)]
            if any(type(item) is str and "\n" in item for item in value)
            else []
        )

    def matrix(self, value: list[list[JSON]]) -> _Piece | None:
        """Lists of as many objects each as one table."""
        width = len(value[0])
        rows = [row for inner in value for row in inner]
        if (
            not width
            or any(len(inner) != width for inner in value)
            or any(type(row) is not dict for row in rows)
        ):
            return None
        found = table(rows, self.cost)
        return found and _Piece(f"[{len(value)}x{width}]{found.header}", "", found.lines(len(rows)))

    def items(self, value: list[JSON], column: int) -> _Piece:
        """A list, an item a line or more, whose dashes stand in a column."""
        return _Piece(f"[{len(value)}]", "", [line for item in value for line in self.item(item, column)])

    def item(self, value: JSON, column: int) -> list[str]:
        """The lines of an item: a dash, and the rest one column in."""
        if type(value) is str:
            return [f"- {self._cheapest_text(_texts(value, scalars.is_bare_line(value)))}"]
        if type(value) not in (dict, list) or not value:
            return [f"- {scalars.line(value)}"]
        ways = [[encode_json(value)]]
        if type(value) is dict:
            ways.append(self.members(value, column + 1))
        else:
            ways += ([f"{head}:{rest}", *lines] for head, rest, lines in self.lists(value, column))
        join = "\n" + " " * (column + 1)
        first, *lines = min(ways, key=lambda lines: self.weigh(join.join(lines), lines[1:], column + 1))
        return [f"- {first}", *(f" {line}" for line in lines)]


def _texts(value: str, is_bare: bool) -> list[str]:
    """The ways to write text where nothing says that text comes."""
    if is_bare and not scalars.is_structured(value) and not scalars.is_literal(value):
        return [value]
    fenced = scalars.fenced(value)
    return [scalars.quoted(value)] if fenced is None else [scalars.quoted(value), fenced]
