r"""A reversible escape for the characters that a syntax forbids.

A forbidden character is written `\uXXXX`, as in JSON, or `\UXXXXXXXX`, as in Python, where it lies above
U+FFFF. So that reading is exact, a backslash that already stands before such digits is written `\u005c`. All
other text, backslashes included, stays as it is: where nothing is forbidden, nothing is paid.
"""

import re

from ..patterns import Pattern

_LOOKALIKE = Pattern(r"\\(?=u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")
_ESCAPE = Pattern(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")


def escape(text: str, forbidden: Pattern | re.Pattern[str]) -> str:
    r"""Write the forbidden characters of a text as escapes.

    Args:
        text: Any text.
        forbidden: What may not stand in it; not the backslash, `u`, `U` or an ASCII hex digit, which
            the escapes are made of.

    Example:
        >>> escape("bell \x07, C:\\users", re.compile("[\x00-\x08]"))
        'bell \\u0007, C:\\users'
    """
    if "\\" in text:
        text = _LOOKALIKE.sub(r"\\u005c", text)
    return forbidden.sub(lambda match: "".join(map(_escaped, match[0])), text)


def unescape(text: str) -> str:
    r"""Undo `escape`.

    Example:
        >>> unescape("bell \\u0007, C:\\users")
        'bell \x07, C:\\users'
    """
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    # Above the last character stands nothing that `escape` wrote.
    return chr(code) if code <= 0x10FFFF else match[0]
