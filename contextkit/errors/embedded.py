"""What stands inside of something else: traces and outputs in JSON, and a traceback behind a logger's prefix."""

import re
from collections.abc import Iterable, Sequence

from ..codecs.literals import compact, parsed
from ..patterns import Pattern

_LONG = 200  # characters of a line
_TALL = 3  # lines of a text in JSON that become lines of their own
_DEEPEST = 4
_PREFIXES = 16  # that differ in more than numbers
_TELLING = (  # what names of fields have in them, the first to be told first
    *("exit", "rc", "code", "status", "level", "severity"),
    *("err", "exc", "fail", "reason", "detail", "cause", "msg", "message"),
    *("req", "method", "url", "path", "route"),
)
_REPEATED = 24  # characters of a text that is told once
_COMPARED = 20  # texts of several lines, and as many others, which the others are looked for in
_HEAD = 300  # characters of a text of several lines that say what it is of
CHAIN = "exc_type"
"""What a text has where chains of exceptions are objects in it."""

_CAUSED = "The above exception was the direct cause of the following exception:"
_HANDLING = "During handling of the above exception, another exception occurred:"
_TRACEBACK = Pattern(r"\S.*?(?=Traceback \(most recent call last\):\s*$)")
_TIMES = Pattern(r"\d+")


def text_in(text: str, *, chains: bool = True) -> str:
    r"""Give a text; of one that is an object of JSON the lines that its own texts have, behind its other fields.

    >>> print(text_in('{"exit": 1, "stderr": "one\\ntwo\\nthree\\n"}'), end="")
    {"exit": 1}
    one
    two
    three
    """
    whole = text.strip()
    if whole[:1] != "{" or whole[-1:] != "}" or "\\n" not in whole or (found := _object(whole)) is None:
        return text
    return "\n".join(_lines("", found, len(whole), chains))


def opened(line: str, *, chains: bool = True) -> Iterable[str]:
    r"""Give a line; where it ends with an object of JSON, the lines that its texts have follow it.

    Of a long object the fields that tell what happened come first.

    Args:
        line: The line.
        chains: Whether chains of exceptions that are objects are written as Python writes them, which takes
            words that are not in the line.

    >>> opened('run 7: {"exit": 1, "stderr": "Traceback (most recent call last):\\n  ...\\nKeyError: 1"}')
    ['run 7: {"exit": 1}', 'Traceback (most recent call last):', '  ...', 'KeyError: 1', '']
    """
    if line[-1:] != "}" or (len(line) <= _LONG and line.count("\\n") + 1 < _TALL):
        return (line,)
    start = line.find("{")
    found = _object(line[start:])
    return (line,) if found is None else _lines(line[:start], found, len(line), chains)


def _object(text: str) -> dict[str, object] | None:
    try:
        value = parsed(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _lines(lead: str, value: dict[str, object], length: int, chains: bool) -> list[str]:
    said: list[str] = []
    rest = _without_said(value, said, 0, chains)
    lines = [lead] if lead.strip() else []
    if isinstance(rest, dict) and rest:
        if length > _LONG:
            again = {f"{key}_lines" for key in rest}  # as Ansible has it
            rest = {key: rest[key] for key in sorted(rest, key=_order) if key not in again}
            rest = _told_once(rest, [text[:_HEAD] for text in said[:_COMPARED]])
        try:
            lines = [f"{lead}{compact(rest, ' ')}"]
        except RecursionError:  # nested deeper than it can be written
            lines = [f"{lead}{{...}}"]
    for text in said:
        lines += [*text.strip("\n").split("\n"), ""]  # a message goes on up to a blank line
    return lines


def _without_said(value: object, said: list[str], depth: int, chains: bool) -> object:
    """Give a value without its texts of several lines, which are added to what is said."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return value
    rest = {}
    for key, item in value.items():
        if chains and (trace := _trace_of(item)) is not None:
            said.append(trace)
        elif isinstance(item, str) and item.strip("\n").count("\n") + 1 >= _TALL:
            said.append(item)
        else:
            rest[key] = _without_said(item, said, depth + 1, chains)
    return rest


def _told_once(fields: dict[str, object], told: list[str]) -> dict[str, object]:
    """Give the fields without the texts that others have: a message stands in its error and in the stack, too."""
    kept: dict[str, object] = {}
    for key, value in fields.items():
        if isinstance(value, dict):
            kept[key] = _told_once(value, told)
        elif not isinstance(value, str) or len(value) < _REPEATED:
            kept[key] = value
        elif len(value) > _HEAD or not any(value in text for text in told):
            kept[key] = value
            if len(told) < 2 * _COMPARED:
                told.append(value[:_HEAD])
    return kept


def _trace_of(value: object) -> str | None:
    """Write as Python does what structlog makes of an exception: its chain as objects, the outermost first."""
    if not isinstance(value, list) or not value or not all(map(_is_exception, value)):
        return None
    blocks: list[str] = []
    for error in reversed(value):
        frames = [
            f'  File "{frame.get("filename")}", line {frame.get("lineno")}, in {frame.get("name")}'
            for frame in error["frames"]
            if isinstance(frame, dict)
        ]
        head = f"{error['exc_type']}: {error.get('exc_value', '')}"
        blocks.append("\n".join(["Traceback (most recent call last):", *frames, head]))
        blocks.append(f"\n{_CAUSED if error.get('is_cause') else _HANDLING}\n")
    return "\n".join(blocks[:-1])


def _is_exception(value: object) -> bool:
    return isinstance(value, dict) and "exc_type" in value and isinstance(value.get("frames"), list)


def _order(key: str) -> int:
    """Give the rank of a field: what tells of a failure comes first."""
    name = key.lower()
    return next((rank for rank, part in enumerate(_TELLING) if part in name), len(_TELLING))


def without_prefixes(lines: Sequence[str]) -> list[str]:
    """Take away what stands before each line of a traceback, and of what else is said behind it.

    >>> without_prefixes(["job 7: Traceback (most recent call last):", 'job 7:   File "a.py", line 3, in f'])
    ['Traceback (most recent call last):', '  File "a.py", line 3, in f']
    """
    found: dict[str, str] = {}
    for at, line in enumerate(lines[:-1]):
        if "Traceback (most" not in line or not (match := _TRACEBACK.match(line)):
            continue
        prefix = match[0].rstrip()
        kind = _TIMES.sub("0", prefix)
        if kind in found or len(found) == _PREFIXES:
            continue
        found[kind] = _TIMES.sub(r"\\d+", re.escape(prefix))
        behind = re.match(f"{found[kind]} ?", lines[at + 1])
        if not behind or not lines[at + 1].startswith('  File "', behind.end()):
            found[kind] = ""
    if not any(found.values()):
        return list(lines)
    prefixes = re.compile(f"(?:{'|'.join(filter(None, found.values()))}) ?")
    return [line[match.end() :] if (match := prefixes.match(line)) else line for line in lines]
