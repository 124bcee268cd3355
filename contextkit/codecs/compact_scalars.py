r"""The smallest parts of the compact notation, both ways: keys, scalars, cells and literal text.

A scalar is *bare* where that is exact, else JSON. Bare text is anything that is no number, no `true`, `false`
or `null`, starts with none of `"`, `[`, `{`, and has no white space at its ends and no control characters; in
a cell it has no comma either.
"""

import re
from json.encoder import encode_basestring
from math import inf

from ..exceptions import FormatError
from ..patterns import Pattern
from .json import JSON, decode_at
from .json import decode as decode_json
from .json import encode as encode_json

_UNSAFE = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff"
KEY = r"[\w.$@*/#+-]++"
_KEY = Pattern(rf"{KEY}\Z")
_NUMBER = Pattern(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?\Z")
_BARE_LINE = Pattern(rf'(?!["\[{{\s])[^{_UNSAFE}]++(?<!\s)\Z')
_BARE_CELL = Pattern(rf'(?!["\[{{\s])[^,{_UNSAFE}]++(?<!\s)\Z')
_IN_HEADER = Pattern(r"[^,{}]++\Z")
_KEY_AT = Pattern(KEY)
_UNTIL_BRACE = Pattern(r"[^,{}]*+")
_FENCE_LINE = Pattern(r'^("{3,})$', re.MULTILINE)
_MANY_DIGITS = 4000  # at 4,300 Python refuses, and JSON says so
_WORDS: dict[str, JSON] = {"null": None, "true": True, "false": False}
_SIGNS = frozenset("-0123456789")
_TIGHT = frozenset('"[{0123456789#-$.@<*')
_TROUBLE = Pattern("[\x85\u2028\u2029\ud800-\udfff]")
_SURROGATE = Pattern("[\ud800-\udfff]")
_PIECE = Pattern(
    r"\\[nt\"]|[ _]?[^\W\d_]+|[0-9]{1,3}"
    r'| ?(?:,(?![,"])|,,|[^\s\w\\,]*,?"|[^\s\w\\,]+,?)(?:(?<!:[\["{][\]"}])[\r\n]+)?'
    r"|[_\w\\]|\s*[\r\n]|\s+(?!\S)|\s"
)
_AT_ONCE = 1 << 16  # characters; the list of all pieces of a long text would take much memory
_PROSE = Pattern("[A-Z]")
_STRUCTURED = Pattern(
    rf'["\[{{]|(?![A-Z]){KEY}(?:\[[0-9]++(?:x[0-9]++|:[\w.$@*/#+-]*+)?\][:{{]|:(?=[ "\[{{\n0-9#$.@<*-]|\Z))'
)


def size(text: str) -> int:
    """Give the bytes of a text in UTF-8.

    >>> size("Zoë")
    4
    """
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def tokens(text: str) -> float:
    """Give about as many tokens as a text has, as far as the forms of one value differ.

    No vocabulary is asked. Counted are the pieces that tokenisers cut a text into before they look anything
    up, runs of punctuation as far as vocabularies hold them; 20 bytes more that are no quotes count as one
    piece more. Fitted so that choices by it come to what choices by o200k and cl100k come to, within 0.3 %.

    >>> tokens('{"tag":"v1"}'), tokens("tag: v1")
    (7.4, 4.35)
    """
    words = (size(text) - text.count('"')) / 20
    if len(text) <= _AT_ONCE:
        return len(_PIECE.findall(text)) + words
    starts = range(0, len(text), _AT_ONCE)
    return sum(len(_PIECE.findall(text, start, start + _AT_ONCE)) for start in starts) + words


def is_structured(text: str) -> bool:
    """Whether a text, as a document or behind a dash, is taken for something else than bare text.

    A first key with a capital letter is quoted, so that prose such as `Error: not found` stays as it is.

    >>> is_structured("tag: v1.4.2"), is_structured("[3]: 1,2,3"), is_structured('"Tag": v1.4.2')
    (True, True, True)
    >>> is_structured("Error: not found"), is_structured("1.5"), is_structured("https://a.b/c")
    (False, False, False)
    """
    return _STRUCTURED.match(text) is not None


def quoted(text: str) -> str:
    r"""Write text as a JSON string on one line.

    >>> quoted("a\nb")
    '"a\\nb"'
    """
    text = encode_basestring(text)
    return text if text.isascii() else _TROUBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def is_literal(text: str) -> bool:
    """Whether bare text is a number, `true`, `false` or `null`.

    >>> is_literal("-0.5e3"), is_literal("null"), is_literal("007"), is_literal("1.")
    (True, True, False, False)
    """
    if text[:1] in _SIGNS:
        return _NUMBER.match(text) is not None
    return text in _WORDS


def is_bare_line(text: str) -> bool:
    """Whether text may stand as it is on the rest of a line, numbers and the like aside."""
    return _BARE_LINE.match(text) is not None


def is_quoted(text: str) -> bool:
    """Whether text that starts with a quote is one JSON string, to its end."""
    return decode_at(text, 0)[1] == len(text)


def can_be_encoded(text: str) -> bool:
    """Whether text is UTF-8 as it is: it has no lone surrogates."""
    return text.isascii() or _SURROGATE.search(text) is None


def key(name: str) -> str:
    """Write a key: bare where it is one word, else quoted.

    >>> key("order-id"), key("deck material")
    ('order-id', '"deck material"')
    """
    return name if _KEY.match(name) else quoted(name)


def first_key(name: str) -> str:
    """Write a key that stands where text could stand as well.

    >>> first_key("tag"), first_key("Tag")
    ('tag', '"Tag"')
    """
    return quoted(name) if _PROSE.match(name) else key(name)


def cell(value: JSON) -> str:
    """Write a value as a cell: bare, or compact JSON.

    >>> cell("New York"), cell("78784"), cell([1, None]), cell("a, b")
    ('New York', '"78784"', '[1,null]', '"a, b"')
    """
    if type(value) is str:
        return value if _BARE_CELL.match(value) and not is_literal(value) else quoted(value)
    return _other(value)


def constant(written: str, value: JSON) -> str:
    """Write a cell that stands in a header, for a whole column.

    >>> constant("a}", "a}"), constant("JFK", "JFK")
    ('"a}"', 'JFK')
    """
    if type(value) is str and written[0] != '"' and not _IN_HEADER.match(written):
        return quoted(value)
    return written


def line(value: JSON) -> str:
    """Write a value for the rest of a line: bare, or compact JSON."""
    if type(value) is str:
        return value if _BARE_LINE.match(value) and not is_literal(value) else quoted(value)
    return _other(value)


def spaced(text: str) -> str:
    """Put a space before what follows a colon, where that costs no token: before a letter, not a digit.

    >>> spaced("Austin"), spaced("12"), spaced('"12"')
    (' Austin', '12', '"12"')
    """
    return text if not text or text[0] in _TIGHT else " " + text


def fenced(text: str) -> str | None:
    r'''Write text of several lines as it is, between two lines of quotes, where that is possible and shorter.

    >>> print(fenced('if x:\n    say("hi")\n    say("ho")'))
    """
    if x:
        say("hi")
        say("ho")
    """
    '''
    if "\n" not in text or _SURROGATE.search(text):
        return None
    longest = max((len(match[1]) for match in _FENCE_LINE.finditer(text)), default=2)
    fence = '"' * (longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _other(value: JSON) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    return repr(value) if type(value) is int and -(10**15) < value < 10**15 else encode_json(value)


def read_scalar(text: str) -> JSON:
    """Read a bare scalar or JSON on one line.

    >>> read_scalar("12"), read_scalar("12:30"), read_scalar('"12"'), read_scalar("[1]")
    (12, '12:30', '12', [1])
    """
    first = text[:1]
    if first in _SIGNS:
        match = _NUMBER.match(text)
        if match is None:
            return text
        if match.lastindex is None and len(text) < _MANY_DIGITS:
            return int(text)
        value = decode_json(text)
        if value in (inf, -inf):
            raise FormatError("compact", f"{text[:20]} is larger than any number of 64 bits; quote it")
        return value
    if first in '"[{':
        return decode_json(text)
    return _WORDS.get(text, text)


def split(text: str) -> list[str]:
    """Split a row into its cells.

    >>> split('a,"b, c",,[1,2]')
    ['a', '"b, c"', '', '[1,2]']
    """
    if '"' not in text and "[" not in text and "{" not in text:
        return text.split(",")
    cells: list[str] = []
    at = 0
    while True:
        if text[at : at + 1] in ('"', "[", "{"):
            end = decode_at(text, at)[1]
            if end < len(text) and text[end] != ",":
                raise FormatError("compact", "a comma is missing behind a cell")
        else:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
        cells.append(text[at:end])
        if end == len(text):
            return cells
        at = end + 1


def read_key(text: str, at: int) -> tuple[str, int]:
    """Read the key that stands at a place, and give its end too."""
    match = _KEY_AT.match(text, at)
    if match is not None:
        return match[0], match.end()
    if text[at : at + 1] != '"':
        raise FormatError("compact", f"expected a key, found {text[at : at + 20]!r}")
    name, end = decode_at(text, at)
    return str(name), end


def until_brace(text: str, at: int) -> tuple[str, int]:
    """Give the cell that stands at a place of a header, and its end."""
    if text[at : at + 1] in ('"', "[", "{"):
        end = decode_at(text, at)[1]
    else:
        match = _UNTIL_BRACE.match(text, at)
        end = match.end() if match else at
    return text[at:end], end
