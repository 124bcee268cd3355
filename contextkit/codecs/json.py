r"""One JSON value as one line of compact JSON, and back.

The strictest of the codecs, and the one that the others are measured against: separators without spaces,
characters as they are, and nothing in the line that ends a line anywhere else.

- Lone surrogates are written `\udXXX`, so that the text can be encoded as UTF-8.
- U+0085, U+2028 and U+2029 are written `\uXXXX`, so that `str.splitlines` sees one line too.
- NaN, Infinity and duplicate keys are refused: RFC 8259 has no word for the first two, and leaves open what
  the third one means.

JSON has one limit: two surrogates that make a pair are the character they stand for.
"""

import json
from typing import Any, Never, TypeAlias

from ..exceptions import FormatError, why_no_json
from ..patterns import Pattern

JSON: TypeAlias = Any
"""None, bool, int, finite float, str, a list of these, or a dict from str to these."""

_TROUBLE = Pattern("[\x85\u2028\u2029\ud800-\udfff]")


def encode(value: JSON) -> str:
    r"""Write a value as one line of compact JSON.

    Raises:
        FormatError: The value is not plain JSON.

    Example:
        >>> encode({"tags": ["v1.2", None], "by": "Zoë", "note": "a\u2028b"})
        '{"tags":["v1.2",null],"by":"Zoë","note":"a\\u2028b"}'
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except RecursionError:
        raise FormatError("json", "the value is nested too deeply; flatten it") from None
    except (TypeError, ValueError) as error:
        raise FormatError("json", str(error)) from error
    return _TROUBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def decode(text: str) -> JSON:
    """Read one JSON value.

    Raises:
        FormatError: The text is not JSON, holds NaN or Infinity, names a key twice, or is nested too deeply.

    Example:
        >>> decode('{"n":1,"x":1.0}')
        {'n': 1, 'x': 1.0}
        >>> decode('{"n":1,"n":2}')
        Traceback (most recent call last):
        contextkit.exceptions.FormatError: json: the key 'n' stands twice in one object
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise FormatError("json", "the text is nested too deeply; flatten the value") from None
    except json.JSONDecodeError as error:
        reason, line = why_no_json(error)
        raise FormatError("json", reason, line=line) from error
    except FormatError:
        raise
    except ValueError as error:  # an integer of more digits than Python reads
        raise FormatError("json", str(error)) from error


def decode_at(text: str, at: int) -> tuple[JSON, int]:
    """Read the JSON value that starts at a place in a text.

    Returns:
        The value, and where it ends.

    Raises:
        FormatError: As for `decode`.

    Example:
        >>> decode_at('a,"b",c', 2)
        ('b', 5)
    """
    try:
        return _SCANNER.raw_decode(text, at)
    except RecursionError:
        raise FormatError("json", "the text is nested too deeply; flatten the value") from None
    except json.JSONDecodeError as error:
        reason, line = why_no_json(error)
        raise FormatError("json", reason, line=line) from error
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError("json", str(error)) from error


def _refuse_constant(name: str) -> Never:
    raise FormatError("json", f"{name} is not JSON; write null or a string")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise FormatError("json", f"the key {twice!r} stands twice in one object")
    return members


_SCANNER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_unique)
