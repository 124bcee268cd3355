"""A raw text -> plain lines: no colours, no carriage returns, no logger's prefix on each line."""

import functools
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ..patterns import Pattern
from .embedded import opened, text_in, without_prefixes
from .salience import failure_at

_CONTROL = Pattern(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|[\x00-\x08\x0b-\x1f\x7f]"
)
_ANY_CONTROL = Pattern(r"[\x00-\x08\x0b-\x1f\x7f]")
_DIGITS = Pattern(r"\d+")
_CLOCK = Pattern(r"(?:^|[\sT\[(])0:0(?::0)?|\| ?$|^\[[^\]]+\] $|^==0== $|^\w+ (?:error|ERR!) $")
_END = Pattern(
    r"(?:[\]|:>Z)] |0 |^==0== |\b(?:ERROR|WARN|WARNING|INFO|DEBUG|CRITICAL|FATAL|error|info|stderr|stdout|ERR!) (?:- )?)"
)
_SOURCE = Pattern(r"(?:\d\d:\d\d:\d\d(?:\.\d+)? )?(?=[\d.-]*[A-Za-z])([\w.-]+) *\| ?")
SERVICE = Pattern(r"[\w.-]+ \|$")
"""What stands above the lines of each service, where they were put together."""

_RETURN = Pattern(r"\r(?!\n)")
_NO_LETTERS = Pattern(r"[\W\d_]+")
_TAG = Pattern(r"[VDIWEF][ /][\w.-]+ *(?:\( *\d+\))?: ")
_PLACE = Pattern(r"[^\s:()]+\.[A-Za-z]\w{0,5}[:(]0")
_STEP = Pattern(r"([^\t]+)\t([^\t]*)\t\W{0,3}\d{4}-\d\d-\d\dT[\d:.]+Z ?")
_INFO = Pattern(r"(?:\[(?:info|INFO)\]|\s+\[junit\])(?: |$)")
_ANNOTATED = Pattern(r"##\[(?:error|warning)\](?=\s+\d+:\d)")  # GitHub's, before a linter's line
_NARROWEST, _WIDEST = 79, 300  # columns of a terminal
_FULL, _TORN = 3, 2  # lines
_START = 8  # characters
_SIGNS = "✓✔√✗✘✕✖×●○❯›→⎯└├│─"
_GARBLED_FIRST = ("Γ", "Ô", "â", "├ù", "Ã—")
_INPUTS = Pattern(r"##\[group\](?:Run |Runner Image|Operating System|GITHUB_TOKEN )")
_BETWEEN_WORDS = Pattern(r"\W+")
_HALF_WORD = Pattern(r"\w+$")  # the parts are cut anywhere
_PARTS = 8
_LONGEST = 2_000  # characters of a line that are looked at


def plain(text: str) -> str:
    r"""Give the text without colours and other control characters, with newlines only.

    Signs that a console of Windows garbled are themselves again.

    >>> plain("\x1b[31mError\x1b[0m\r\nbad")
    'Error\nbad'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(map(text.__contains__, _GARBLED_FIRST)):
        for garbled, sign in _garbled().items():
            text = text.replace(garbled, sign)
    return _CONTROL.sub("", text) if _ANY_CONTROL.search(text) else text


@functools.cache
def _garbled() -> dict[str, str]:
    """Give what the code pages of a Windows console make of the signs that runners of tests write."""
    found = {
        sign.encode().decode(page, "ignore"): sign for page in ("cp437", "cp850", "cp1252") for sign in _SIGNS
    }
    # The longest first: what is made of one sign may begin what is made of another.
    return {garbled: found[garbled] for garbled in sorted(found, key=len, reverse=True)}


def last_states(text: str) -> str:
    r"""Take away what a terminal writes over: of a progress bar the last state is kept.

    >>> last_states("fetching  3%\rfetching 99%\rfetched\n")
    'fetching 99%\rfetched\n'
    """
    if "\r" not in text or not _RETURN.search(text):
        return text
    return "\n".join(_last_states(line) if "\r" in line[:-1] else line for line in text.split("\n"))


def _last_states(line: str) -> str:
    states = line.split("\r")
    letters = [_NO_LETTERS.sub("", state) for state in states]
    over = [
        not state.strip() or mine != next_
        for state, mine, next_ in zip(states, letters, letters[1:], strict=False)
    ]
    return "\r".join(state for state, kept in zip(states, [*over, True], strict=True) if kept)


def lines_of(text: str, *, chains: bool = True) -> list[str]:
    r"""Give the lines of a plain text, without their common prefix, if that is a logger's.

    Lines of several services, each behind its name, are put together by service.

    Args:
        text: The text.
        chains: Whether chains of exceptions in JSON are written as Python writes them.

    >>> lines_of("10:00:01 web | Traceback:\n10:00:02 web |   File\n10:00:12 web | KeyError: 'a'")
    ['Traceback:', '  File', "KeyError: 'a'"]
    """
    lines = text_in(text, chains=chains).split("\n")
    lines = _without_steps(_by_source(_unbroken(lines)))
    prefix = _prefix(lines)
    if prefix:
        pattern = _beginning(prefix)
        lines = _untagged([line[m.end() :] if (m := pattern.match(line)) else line for line in lines])
    if "}\n" in text or text[-1:] == "}":
        lines = [
            part for line in lines for part in (opened(line, chains=chains) if line[-1:] == "}" else (line,))
        ]
    if max(map(len, lines)) > _LONGEST:
        lines = [piece for line in lines for piece in ([line] if len(line) <= _LONGEST else _parts(line))]
    if "Traceback (most" in text:
        lines = without_prefixes(lines)
    return _dedented(_without(_INFO, _without_inputs(lines)))


def _without_steps(lines: list[str]) -> list[str]:
    """Take job, step and time away, which GitHub writes before each line; behind the sign of an error they stay."""
    if not any("\t" in line for line in _some(lines)) or not _is_common(_STEP, lines):
        return lines
    return [_of_step(match) if (match := _STEP.match(line)) else line for line in lines]


def _of_step(match: re.Match[str]) -> str:
    said = match.string[match.end() :]
    error = said.removeprefix("##[error]")
    if error == said or error[:1].isspace():
        return said
    step = match[2].replace("UNKNOWN STEP", "")
    return f"##[error]{match[1]}{step and ', '}{step}: {error}"


def _without_inputs(lines: list[str]) -> list[str]:
    """Leave out the inputs and the script that GitHub writes ahead of what a step says, and its signs in tables."""
    if not any(line.startswith("##[") for line in lines):
        return lines
    kept: list[str] = []
    inside = False
    for line in lines:
        if not inside or line.startswith("##[endgroup]"):
            text = _ANNOTATED.sub("", line)
            # What the runner says of an error is no part of the message before it.
            kept += ["", text] if text.startswith("##[error]") else [text]
        inside = bool(_INPUTS.match(line)) or (inside and not line.startswith("##["))
    return kept


def _unbroken(lines: list[str]) -> list[str]:
    """Put together what a terminal broke where its width ended: several lines of one length, and none longer."""
    width = max(map(len, lines))
    if not _NARROWEST <= width <= _WIDEST:
        return lines
    full = [(line, behind) for line, behind in pairwise(lines) if len(line) == width]
    if len(full) < _FULL:
        return lines
    begins = {_start(lines[0]), *(_start(behind) for line, behind in pairwise(lines) if len(line) < width)}
    torn = (
        line[-1].isalnum() and behind[:1].isalnum() and _start(behind) not in begins for line, behind in full
    )
    if sum(torn) < _TORN:
        return lines
    whole, last = list[str](), ""
    for line in lines:
        # Else what is put together may be no word.
        is_new = _start(line) in begins or (last[-1:].islower() and line[:1].isupper())
        if last and not is_new:
            whole[-1] += line
        else:
            whole.append(line)
        last = line if len(line) == width and line[-1] != line[-2] else ""  # no rule
    return whole


def _start(line: str) -> str:
    """Give what a line begins with, digits as 0: many begin alike, but not where a terminal broke one."""
    return _DIGITS.sub("0", line[: 2 * _START])[:_START]


def _without(prefix: Pattern, lines: list[str]) -> list[str]:
    """Take a prefix away that is common."""
    if not _is_common(prefix, lines):
        return lines
    return [line[match.end() :] if (match := prefix.match(line)) else line for line in lines]


def _is_common(prefix: Pattern, lines: Sequence[str]) -> bool:
    """Whether at least half of the lines have a prefix."""
    some = _some(lines)
    return sum(bool(prefix.match(line)) for line in some) * 2 >= len(some)


def _by_source(lines: list[str]) -> list[str]:
    """Put together what each service says, where docker-compose and its kin write lines as they come."""
    if sum("|" in line[:60] for line in lines[:200]) * 5 < min(len(lines), 200) * 4:
        return lines
    said: dict[str, list[str]] = {}
    for line in lines:
        name = match[1] if (match := _SOURCE.match(line)) else ""
        said.setdefault(name, []).append(line[match.end() :] if match else line)
    others = said.pop("", [])
    if len(said) < 2 or len(said) * 3 + len(others) * 4 > len(lines):
        return lines
    # What one says is no part of a message of another.
    return [line for name, own in said.items() for line in (f"{name} |", *own, "")] + others


def _prefix(lines: Sequence[str]) -> str:
    """Give what a logger writes before most lines, digits as 0; nothing if there is no such thing."""
    # Of a prefix that stands alone editors take the last space.
    some = [line[:120] for line in _some(lines) if line.strip()]
    firsts = sorted("0" if line[0].isdecimal() else line[0] for line in some)
    few = len(firsts) // 10
    if len(firsts) < 3 or firsts[few] != firsts[-1 - few]:  # most have nothing in common
        return ""
    sample = sorted(_DIGITS.sub("0", line) + " " for line in some)
    prefix = _loggers(_middle(sample))
    if prefix[:1] == "{" or not (clock := _CLOCK.search(prefix)):  # what an object begins with is none
        return ""
    # Most lines may say the same; what a message begins with differs only among all that have the clock.
    kin = sorted({line for line in sample if line.startswith(prefix[: clock.end()])})
    if len(kin) == 1:
        return next((prefix[: end.end()] for end in _END.finditer(prefix) if end.end() >= clock.end()), "")
    prefix = _loggers(_middle(kin))
    return prefix if _CLOCK.search(prefix) else ""


def _some(lines: Sequence[str]) -> Sequence[str]:
    """Give at most 200 lines, from the whole of a text: who begins a log may not be who writes it."""
    return lines[:: -(-len(lines) // 200)]


def _beginning(prefix: str) -> re.Pattern[str]:
    """Compile what matches a prefix; of one in parts the first ones, where a line lacks the others.

    A runner's clock stands before each line of a log, and behind it that of the tool which wrote most of them.
    """
    clock = _CLOCK.search(prefix)
    ends = [end.end() for end in _END.finditer(prefix) if not clock or end.end() >= clock.end()][-_PARTS:]
    parts = [prefix[:end] for end in ends if end < len(prefix)]
    spelled = (re.escape(part.rstrip()).replace("0", r"\d+") for part in (prefix, *reversed(parts)))
    return re.compile("(?:" + "|".join(spelled) + ") ?")


def _middle(lines: Sequence[str]) -> str:
    """Give what most of some sorted lines begin with: what the middle ones do."""
    few = len(lines) // 10
    one, other = lines[few], lines[-1 - few]
    differing = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(differing, len(other))]


def _loggers(prefix: str) -> str:
    """Cut what lines begin with behind the last sign that ends a part of a logger's."""
    if place := _PLACE.search(prefix):  # what a linter says of one file, not what a logger does
        prefix = prefix[: place.start()]
    ends = [match.end() for match in _END.finditer(prefix)]
    return prefix[: ends[-1]] if ends else ""


def _untagged(lines: list[str]) -> list[str]:
    """Take Android's level and tag away, where most lines have the same."""
    tags = [match[0] if (match := _TAG.match(line)) else "" for line in lines]
    often, times = Counter(tags).most_common(1)[0]
    if not often or times * 2 < len(lines):
        return lines
    return [line.removeprefix(often) for line in lines]


def _parts(line: str) -> list[str]:
    """Give what is looked at of a very long line: its beginning, and some places that speak of failure."""
    parts, at = [_HALF_WORD.sub("", line[:_LONGEST]) or line[:_LONGEST]], _LONGEST
    while len(parts) < _PARTS and (found := failure_at(line, at)) >= 0:
        start = max(found - 100, at)
        if word := _BETWEEN_WORDS.search(line, start, found):
            parts.append(_HALF_WORD.sub("", line[word.end() : start + 400]))
        at = start + 400
    return parts


def _dedented(lines: list[str]) -> list[str]:
    if any(line and not line[0].isspace() for line in lines):
        return lines
    least = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[least:] for line in lines] if least else lines
