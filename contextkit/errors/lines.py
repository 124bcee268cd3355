"""A raw text -> plain lines: no colours, no carriage returns, no logger's prefix on each line."""

import re
from collections import Counter

from ..patterns import Pattern
from .salience import failure_at

_CONTROL = Pattern(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|[\x00-\x08\x0b-\x1f\x7f]"
)
_ANY_CONTROL = Pattern(r"[\x00-\x08\x0b-\x1f\x7f]")
_DIGITS = Pattern(r"\d+")
_CLOCK = Pattern(r"(?:^|[\sT\[(])0:0(?::0)?|\| ?$|^\[[^\]]+\] $|^==0== $")
_END = Pattern(
    r"(?:[\]|:>Z)] |0 |^==0== |\b(?:ERROR|WARN|WARNING|INFO|DEBUG|CRITICAL|FATAL|error|info|stderr|stdout) )"
)
_TAG = Pattern(r"[VDIWEF][ /][\w.-]+ *(?:\( *\d+\))?: ")
_PLACE = Pattern(r"[^\s:()]+\.[A-Za-z]\w{0,5}[:(]0")
_BETWEEN_WORDS = Pattern(r"\W+")
_HALF_WORD = Pattern(r"\w+$")  # the parts are cut anywhere
_PARTS = 8
_LONGEST = 2_000  # characters of a line that are looked at


def plain(text: str) -> str:
    r"""Give the text without colours and other control characters, with newlines only.

    >>> plain("\x1b[31mError\x1b[0m\r\nbad")
    'Error\nbad'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text) if _ANY_CONTROL.search(text) else text


def lines_of(text: str) -> list[str]:
    r"""Give the lines of a plain text, without their common prefix, if that is a logger's.

    >>> lines_of("10:00:01 web | Traceback:\n10:00:02 web |   File\n10:00:12 web | KeyError: 'a'")
    ['Traceback:', '  File', "KeyError: 'a'"]
    """
    lines = text.split("\n")
    if max(map(len, lines)) > _LONGEST:
        lines = [piece for line in lines for piece in ([line] if len(line) <= _LONGEST else _parts(line))]
    sample = [_DIGITS.sub("0", line[:120]) for line in lines[:200] if line.strip()]
    if len(sample) < 3:
        return _dedented(lines)
    # The prefix of most lines is that of the middle ones, once they are sorted.
    sample.sort()
    lowest, highest = len(sample) // 10, len(sample) - 1 - len(sample) // 10
    prefix = _common(sample[lowest], sample[highest])
    if place := _PLACE.search(prefix):  # what a linter says of one file, not what a logger does
        prefix = prefix[: place.start()]
    ends = [match.end() for match in _END.finditer(prefix)]
    prefix = prefix[: ends[-1]] if ends else ""
    if not _CLOCK.search(prefix):
        return _dedented(lines)
    pattern = re.compile(re.escape(prefix.rstrip()).replace("0", r"\d+") + " ?")
    return _dedented(_untagged([line[m.end() :] if (m := pattern.match(line)) else line for line in lines]))


def _untagged(lines: list[str]) -> list[str]:
    """Take Android's level and tag away, where most lines have the same."""
    tags = [match[0] if (match := _TAG.match(line)) else "" for line in lines]
    often, times = Counter(tags).most_common(1)[0]
    if not often or times * 2 < len(lines):
        return lines
    return [line.removeprefix(often) for line in lines]


def _parts(line: str) -> list[str]:
    """Give what is looked at of a very long line: its beginning, and some places that speak of failure."""
    parts, at = [line[:_LONGEST]], _LONGEST
    while len(parts) < _PARTS and (found := failure_at(line, at)) >= 0:
        start = max(found - 100, at)
        if word := _BETWEEN_WORDS.search(line, start, found):
            parts.append(_HALF_WORD.sub("", line[word.end() : start + 400]))
        at = start + 400
    return parts


def _common(one: str, other: str) -> str:
    """Give what two texts begin with."""
    length = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return one[:length]


def _dedented(lines: list[str]) -> list[str]:
    if any(line and not line[0].isspace() for line in lines):
        return lines
    least = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[least:] for line in lines] if least else lines
