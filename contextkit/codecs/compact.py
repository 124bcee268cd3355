r'''One JSON value in the fewest tokens that lose nothing: each part in its cheapest form, and the way back.

| form | looks like |
|---|---|
| scalar | `tag: v1.4.2`, `count:12`; text that could be read as something else is a JSON string |
| object | one `key: value` a line; an object inside stands one column in, below its key |
| list | `tags[3]: a,b,c`; of larger things, an item a line, with a `-` before it |
| table | `users[2]{id,name}` and a row a line; what a header may say, see `compact_tables` |
| table with rows again | `HAT039,...`, all cells as in the last row above that starts so |
| lists of as many rows | `[5x2]{id,name}`, five lists of two rows each |
| keyed table | `users[2:]{age}`, a row's first cell is its key; `users[2:id]{id,age}`, its cell `id` is |
| text | as it is, between two lines of `"""` |
| JSON | `{"a":[1,{}]}`, wherever a value may stand; what stands more than 12 levels deep |

A document that is text is that text as it is, to the byte, unless it could be read as one of these. So that
prose such as `Error: not found` could not, a first key with a capital letter is quoted. A space stands behind
a colon, and before a row, where it costs no token: before a letter, but not before a digit.
'''

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..exceptions import FormatError
from . import compact_scalars as scalars
from .compact_reading import read_document
from .compact_tables import Cost, indented, table
from .json import JSON
from .json import encode as encode_json

PRIMER = (
    "Data is compact: `key: value` lines, indented below their object; `key[2]: x,y` is a list; "
    "`key[2]{a,b}` a list of 2 objects, a row each (`a=x`: x in every row; `b{c,d}`: an object in it; "
    "`b[]{c}`: as many rows below it; empty cell: no such key; `x,...`: as "
    "the last row above with x first); `[5x2]` 5 lists of 2; `key[2:]{a}` an object of objects, a row's key "
    'first (`key[2:a]`: in cell a); text stands between `"""` lines; the rest is JSON.'
)
"""One line that teaches the notation to a model, for a system prompt."""


_JSON_FIRST = 0.99  # without a counter, JSON is taken unless something else is cheaper by more than that
_NEVER_CHEAPER = 1.4  # a form that is so much longer than another one is not counted
_DEEPEST = 12  # levels; below stands JSON, as each level looks at all that is in it once more


class _Piece(NamedTuple):
    """A container as it stands behind a key: what follows the key on its line, and the lines below."""

    head: str
    lines: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The text behind a key."""
        return "\n".join((self.head, *indented(self.lines)))


def encode(value: JSON, *, cost: Cost = scalars.tokens) -> str:
    r"""Write a value in the cheapest way.

    Args:
        value: Plain JSON.
        cost: What a text costs: about its tokens, without a vocabulary; or a token counter. With a
            counter no value costs more than as compact JSON.

    Raises:
        FormatError: The value is not plain JSON.

    >>> flights = [{"id": f"HAT{n}", "to": "SEA", "seats": {"economy": n}} for n in (1, 2)]
    >>> print(encode({"from": "JFK", "flights": flights}))
    from: JFK
    flights[2]{id,to=SEA,seats{economy}}
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

    >>> decode("from: JFK\nflights[2]{id,to=SEA,seats{economy}}\n HAT1,1\n HAT2,2")["flights"][1]
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
        self.level = 0

    def document(self, value: JSON) -> str:
        if type(value) is str:
            return self.cheapest_text(_texts(value, scalars.can_be_encoded(value)))
        if type(value) not in (dict, list) or not value:
            return scalars.line(value)
        return "\n".join(self.lines(value, 0))

    def lines(self, value: JSON, column: int) -> Sequence[str]:
        """The lines of a container that is not empty, where text could stand as well."""
        members, pieces = self.forms(value, scalars.first_key)
        ways = [[encode_json(value)], *members, *([head, *lines] for head, lines in pieces)]
        join = "\n" + " " * column
        return ways[self.cheapest([join.join(lines) for lines in ways])]

    def cheapest(self, texts: Sequence[str]) -> int:
        """Which of the ways to write one value costs least; the first of those that cost as much."""
        if self.cost is not scalars.tokens:
            costs = list(map(self.cost, texts))
            return costs.index(min(costs))
        most = min(map(len, texts)) * _NEVER_CHEAPER
        few = [at for at, text in enumerate(texts) if len(text) <= most]
        return min(few, key=lambda at: self.about(texts[at])) if len(few) > 1 else few[0]

    def about(self, text: str) -> float:
        """What a form costs, without a counter."""
        return scalars.tokens(text) * (_JSON_FIRST if text[0] in "[{" else 1)

    def cheapest_text(self, texts: list[str]) -> str:
        if len(texts) == 1:
            return texts[0]
        return min(texts, key=scalars.size if self.cost is scalars.tokens else self.cost)

    def members(self, value: dict[str, JSON], key: Callable[[str], str]) -> list[str]:
        """The lines of an object.

        Args:
            value: The object.
            key: Writes its first key.
        """
        lines: list[str] = []
        for name, member in value.items():
            written = scalars.key(name) if lines else key(name)
            if type(member) in (dict, list) and member:
                head, below = self.piece(member)
                lines.append(f"{written}{head}")
                lines += indented(below)
            else:
                lines.append(f"{written}:{self.scalar(member)}")
        return lines

    def scalar(self, value: JSON) -> str:
        """A scalar or an empty container behind a colon."""
        line = scalars.spaced(scalars.line(value))
        if type(value) is str and "\n" in value:
            fenced = scalars.fenced(value)
            return line if fenced is None else self.cheapest_text([line, fenced])
        return line

    def piece(self, value: JSON) -> _Piece:
        """The cheapest form of a container that is not empty, behind a key."""
        members, pieces = self.forms(value, scalars.key)
        pieces = [*(_Piece(":", lines) for lines in members), *pieces, _Piece(f":{encode_json(value)}")]
        return pieces[self.cheapest([piece.text for piece in pieces])]

    def forms(self, value: JSON, key: Callable[[str], str]) -> tuple[list[list[str]], list[_Piece]]:
        """The lines of an object, and the other forms of a container but JSON; none where it is too deep."""
        if self.level == _DEEPEST:
            return [], []
        self.level += 1
        is_object = type(value) is dict
        members = [self.members(value, key)] if is_object else []
        pieces = self.tables(value) if is_object else self.lists(value)
        self.level -= 1
        return members, pieces

    def tables(self, value: dict[str, JSON]) -> list[_Piece]:
        """An object of objects as a table with keys."""
        rows = list(value.values())
        if len(rows) < 2 or any(type(row) is not dict for row in rows):
            return []
        found = table(rows, self.cost)
        if found is None:
            return []
        keys = list(map(scalars.key, value))
        own = next((name for name in found.names if _names_rows(name, value)), "")
        if not own:
            found = found._replace(cells=[keys, *found.cells])
        return [_Piece(f"[{len(rows)}:{own}]{found.header}", found.lines(len(rows)))]

    def lists(self, value: list[JSON]) -> list[_Piece]:
        """A list as a table, as lists of as many rows, on a line, or an item a line."""
        kinds = set(map(type, value))
        if kinds == {dict} and (found := table(value, self.cost)) is not None:
            lines = found.lines(len(value))
            piece = _Piece(f"[{len(value)}]{found.header}", lines)
            is_simple = not any("\\n" in line or "{" in line or "[" in line for line in lines)
            return [piece] if is_simple else [piece, self.items(value)]
        if kinds == {list} and (matrix := self.matrix(value)) is not None:
            return [matrix]
        if not kinds & {dict, list} or not any(type(item) in (dict, list) and item for item in value):
            line = ",".join(map(scalars.cell, value))
            return [_Piece(f"[{len(value)}]:{scalars.spaced(line)}"), *self.texts(value)]
        return [self.items(value)]

    def texts(self, value: list[JSON]) -> list[_Piece]:
        """A list with long texts, an item a line."""
        has_lines = any(type(item) is str and "\n" in item for item in value)
        return [self.items(value)] if has_lines else []

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
        return found and _Piece(f"[{len(value)}x{width}]{found.header}", found.lines(len(rows)))

    def items(self, value: list[JSON]) -> _Piece:
        """A list, an item a line or more."""
        return _Piece(f"[{len(value)}]:", [line for item in value for line in self.item(item)])

    def item(self, value: JSON) -> list[str]:
        """The lines of an item: a dash, and the rest one column in."""
        if type(value) is str:
            return [f"- {self.cheapest_text(_texts(value, scalars.is_bare_line(value)))}"]
        if type(value) not in (dict, list) or not value:
            return [f"- {scalars.line(value)}"]
        first, *lines = self.lines(value, 1)
        return [f"- {first}", *indented(lines)]


def _names_rows(name: str, value: dict[str, JSON]) -> bool:
    """Whether each object in an object has its own key as a member."""
    return all(row.get(name) == key for key, row in value.items())


def _texts(value: str, is_bare: bool) -> list[str]:
    """The ways to write text where nothing says that text comes."""
    if is_bare and not scalars.is_structured(value) and not scalars.is_literal(value):
        return [value]
    fenced = scalars.fenced(value)
    return [scalars.quoted(value)] if fenced is None else [scalars.quoted(value), fenced]
