r"""One JSON value as block YAML with the least quoting that YAML 1.1 and YAML 1.2 read alike.

PyYAML (1.1) and ruamel.yaml (1.2) read back the same values with the same types:

- A string is plain where it can be: it has no indicator at its start, no `: ` or ` #` inside, no white
  space at its ends, and is no number, date, boolean or null by either version (`no`, `0o17`, `1_000`,
  `12:30:00`).
- Else it is quoted: `'...'` where that saves escapes, else JSON's `"..."`.
- Text of several lines is a literal block: `|-`, `|` or `|+` by the newlines at its end, with an
  indentation digit where its first line with text starts with white space. Where a character may not stand
  in a block (CR, NEL, LS, PS, control characters, surrogates), it is quoted.
- Floats have a `.`, or YAML 1.1 reads text: `1.0e+22`.
- Lists in objects stand at the object's own indentation. `[]` and `{}` are the empty ones.
- A key of more than 1,000 characters has a `? ` before it: a reader looks for the `:` over 1,024 characters
  (YAML 1.2.2, section 7.4.2).

Lone surrogates are written `"\ud800"`. PyYAML's Python loader and ruamel.yaml read that; libyaml does not,
so `decode_items` does without it there.
"""

import json
import re
from math import isfinite
from typing import Any

from ..exceptions import FormatError, MissingExtraError
from ..patterns import Pattern
from .json import JSON

# Characters that cannot stand in a literal block; a single line may not have tabs and newlines either, which
# can be read as separators.
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_NOT_IN_BLOCK = Pattern(f"[{_CONTROL}]")
_NOT_IN_LINE = Pattern(f"[\t\n{_CONTROL}]")
_LINE_START = Pattern(r"\n(?=[^\n])")
_PLAIN = Pattern(
    # What it starts with: no indicator, but `-x`, `?x` and `:x` are text. No document mark either.
    r"(?!---|\.\.\.|[-?:](?: |\Z)|[ ,\[\]{}#&*!|>'\"%@`])"
    # No `: `, no ` #`, no colon and no space at the end.
    rf"[^:#\t\n{_CONTROL}]*+(?:(?::(?![ ]|\Z)|(?<! )\#)[^:#\t\n{_CONTROL}]*+)*+(?<! )\Z"
)
# What either version could take for a number or a date, and a bit more.
_NUMBER = Pattern(
    r"""[-+]?+(?:
        [0-9_]*+ (?:\.[0-9_]*+)?+ (?:[eE][-+]?[0-9_]*+)?+
      | 0[xXoObB][0-9a-fA-F_]*+
      | [0-9_]++ (?::[0-9_]++)++ (?:\.[0-9_]*+)?+
      | \.(?i:inf|nan)
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} (?:[Tt ]\ *+[0-9][0-9:.+\-Zz ]*+)?+
    )\Z""",
    re.VERBOSE,
)
_WORDS = frozenset(("yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ""))
_LONGEST_WORD = max(map(len, _WORDS))
_NUMBER_STARTS = frozenset("0123456789+-._")
_TROUBLE = Pattern("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LONGEST_KEY = 1000
_SURROGATE = Pattern(r"\\u[dD][89a-fA-F]")


def encode(value: JSON, *, indent: int = 0) -> str:
    r"""Write a value as block YAML.

    Args:
        value: Plain JSON.
        indent: The spaces before each line.

    Returns:
        The text, without a newline at its end but for one that belongs to the value.

    Example:
        >>> print(encode({"tag": "v1.2", "notes": "first\nsecond", "by": ["Zoë", "no", {"id": "7", "n": 7}]}))
        tag: v1.2
        notes: |-
          first
          second
        by:
        - Zoë
        - "no"
        - id: "7"
          n: 7
    """
    try:
        lines = _lines(value, indent)
    except RecursionError:
        raise FormatError("yaml", "the value is nested too deeply; flatten it") from None
    return "\n".join(lines) + ("\n" if _ends_in_newline(lines[-1]) else "")


def encode_item(key: str, value: JSON) -> str:
    r"""Write a one-key object as one item of a YAML list, ending in one newline.

    Items may be written one after the other, by whomever: an item neither depends on the next one nor takes
    blank lines that follow for its own. (So a text that ends in several newlines is quoted where it stands
    last.)

    Example:
        >>> print(encode_item("error", {"at": 3, "log": "a\nb"}), end="")
        - error:
            at: 3
            log: |-
              a
              b
    """
    try:
        lines = _lines([{key: value}], 0)
    except RecursionError:
        raise FormatError("yaml", "the value is nested too deeply; flatten it") from None
    if lines[-1].endswith("\n"):
        head = lines[-1].partition("\n")[0]
        lines[-1] = head[: head.rindex("|")] + _quoted(_last_leaf(value))
    return "\n".join(lines) + "\n"


def decode_items(text: str) -> list[tuple[str, JSON]]:
    r"""Read a list of one-key objects.

    Returns:
        A pair (key, value) an item.

    Raises:
        FormatError: The text is not YAML, or not such a list, or has values that JSON has not.
        MissingExtraError: PyYAML is not installed.

    Example:
        >>> decode_items("- user: hi\n- error:\n    at: 3\n")
        [('user', 'hi'), ('error', {'at': 3})]
    """
    try:
        import yaml
    except ImportError as error:
        raise MissingExtraError("reading YAML", "yaml") from error
    # libyaml, ten times as fast, refuses escaped surrogates.
    slow = _SURROGATE.search(text) is not None
    loader = yaml.SafeLoader if slow else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        items = yaml.load(text, Loader=loader)  # noqa: S506 - it is a safe one
        return [_pair(item, index) for index, item in enumerate(_listed(items), start=1)]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise FormatError("yaml", error.problem or "not YAML", line=line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise error if isinstance(error, FormatError) else FormatError("yaml", str(error)) from error
    except RecursionError:
        raise FormatError("yaml", "the text is nested too deeply; flatten the value") from None


def _lines(value: JSON, column: int) -> list[str]:
    """The lines of a value; a literal block is one entry with newlines in it."""
    lines: list[str] = []
    lead = " " * column
    if value and type(value) is dict:
        _add_object(lines, lead, value, column)
    elif value and type(value) is list:
        _add_list(lines, lead, value, column)
    else:
        # A block at the top stands two columns in, though nothing is above it.
        lines.append(lead + _scalar(value, max(column - 2, 0)))
    return lines


def _add_object(lines: list[str], lead: str, members: dict[str, Any], column: int) -> None:
    """Add an object whose keys stand in a column; `lead` is what stands before the first one."""
    for key, value in members.items():
        name = _string(key)
        if len(name) > _LONGEST_KEY:
            lines.append(f"{lead}? {name}")
            lead, name = " " * column, ""
        if value and type(value) is dict:
            lines.append(f"{lead}{name}:")
            _add_object(lines, " " * (column + 2), value, column + 2)
        elif value and type(value) is list:
            lines.append(f"{lead}{name}:")
            _add_list(lines, " " * column, value, column)
        else:
            lines.append(f"{lead}{name}: {_scalar(value, column)}")
        lead = " " * column


def _add_list(lines: list[str], lead: str, items: list[Any], column: int) -> None:
    """Add a list whose dashes stand in a column; `lead` is what stands before the first one."""
    for item in items:
        if item and type(item) is dict:
            _add_object(lines, f"{lead}- ", item, column + 2)
        elif item and type(item) is list:
            _add_list(lines, f"{lead}- ", item, column + 2)
        else:
            lines.append(f"{lead}- {_scalar(item, column)}")
        lead = " " * column


def _scalar(value: JSON, column: int) -> str:
    """A scalar or an empty container below something that stands in a column."""
    if isinstance(value, str):
        return _block(value, column) if "\n" in value else _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e")
    return repr(value)


def _string(text: str) -> str:
    """A string on one line: plain if that is exact, else quoted."""
    if not _PLAIN.match(text) or (len(text) <= _LONGEST_WORD and text.lower() in _WORDS):
        return _quoted(text)
    return _quoted(text) if text[0] in _NUMBER_STARTS and _NUMBER.match(text) else text


def _quoted(text: str) -> str:
    if ('"' in text or "\\" in text) and not _NOT_IN_LINE.search(text):
        return "'" + text.replace("'", "''") + "'"
    return _TROUBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def _block(text: str, column: int) -> str:
    """Text of several lines as a literal block, without its last newline, below what stands in a column."""
    if not text.strip(" \t\n") or _NOT_IN_BLOCK.search(text):
        return _quoted(text)
    digit = "2" if text.lstrip("\n")[0] in " \t" else ""
    chomping = "+" if text.endswith("\n\n") else "" if text.endswith("\n") else "-"
    lines, start = "\n" + text.removesuffix("\n"), "\n" + " " * (column + 2)
    # Empty lines have no indentation. Where there are none, all are as quick as one.
    has_empty = "\n\n" in lines or lines.endswith("\n")
    lines = _LINE_START.sub(start, lines) if has_empty else lines.replace("\n", start)
    return f"|{digit}{chomping}{lines}"


def _ends_in_newline(line: str) -> bool:
    """Whether the text of this entry, a scalar with what stands before it, ends in a newline."""
    end = line.find("\n")
    return end >= 0 and line[end - 1 : end] != "-"


def _last_leaf(value: JSON) -> JSON:
    while isinstance(value, dict | list):
        value = value[-1] if isinstance(value, list) else next(reversed(value.values()))
    return value


def _listed(items: Any) -> list[Any]:
    if items is None:
        return []
    if not isinstance(items, list):
        raise FormatError("yaml", "expected a list, one item an event")
    return items


def _pair(item: Any, index: int) -> tuple[str, JSON]:
    if not isinstance(item, dict) or len(item) != 1:
        raise FormatError("yaml", f"item {index} is not an object with one key")
    _check(item, index)
    return next(iter(item.items()))


def _check(value: Any, index: int) -> None:
    """Refuse what YAML has and JSON has not: dates, sets, bytes, other keys than text, NaN."""
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise FormatError("yaml", f"item {index} has the key {key!r}, which is no text; quote it")
            _check(member, index)
    elif isinstance(value, list):
        for member in value:
            _check(member, index)
    elif not (isinstance(value, str | int | None) or (isinstance(value, float) and isfinite(value))):
        raise FormatError("yaml", f"item {index} has the value {value!r}, which is not JSON; quote it")
