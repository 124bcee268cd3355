"""Stack traces -> faults. Python writes the error behind its stack; most others before it."""

from collections.abc import Sequence

from ..patterns import Pattern
from .facts import Fault, Frame, OwnCode
from .frames import frame_of
from .go_traces import (
    GO_HEAD,
    GOROUTINE,
    RACE,
    WRAPPED,
    read_goroutines,
    read_panic,
    read_race,
    read_wrapped,
)
from .lines import SERVICE
from .notebook_traces import BOX
from .python_traces import CHILD, FATAL, PLACE, read_fatal, read_python, read_syntax
from .reading import Reading, typed
from .rust_traces import NUMBERED, RUST, RUST_PLACE, read_backtrace, read_rust
from .sanitizers import SANITIZER, read_sanitizer
from .script_traces import PHP, RUBY, read_php, read_ruby
from .stack_traces import read_stack

_PLACED = Pattern(r"(?:file://)?([^\s:()]+\.[cm]?[jt]sx?):(\d+)$")
# What a line is tried for begins with one of these, or has one of those in it: most texts have few of them.
_BEGINS = ("at ", 'File "', "#", "from ", "Fatal Python ", "Next ")
_HINTS = (
    *("Traceback (", "DATA RACE", "goroutine ", "panic", "fatal error: ", "Sanitizer: ", ":in ", "Uncaught "),
    *("-----", "❯ ", "called at ", "  (", ".lua:", ".ex"),
)
_TRIED = Pattern(
    r"Traceback \(|^Fatal Python error|DATA RACE$|^\s*at |goroutine \d|panic|fatal error: |Sanitizer: |^\s*#\d|:\d+:in [`']|Uncaught |^Next "
    r"|^\s*File \"|\{$|\+-.* -{5,}$|❯ |^\s+from |\.js:\d+$|\.[cm]js:\d+$|\.tsx?:\d+$|^\s+\(|^\s+\S+\.(?:lua|exs?):| called at "
)


_HEADS = (
    (FATAL, read_fatal),
    (RACE, read_race),
    (GO_HEAD, read_panic),
    (SANITIZER, read_sanitizer),
    (RUBY, read_ruby),
    (WRAPPED, read_wrapped),
)


def read_traces(lines: Sequence[str], own: OwnCode) -> tuple[list[Fault], list[str], set[int]]:
    """Read all stack traces of a text.

    Returns:
        The faults in the order in which they are to be told; folded stacks; and the numbers of the lines that
        are a part of a trace.

    >>> faults, _, _ = read_traces(["Traceback (most recent call last):", '  File "a.py", line 2, in f', "E: x"], str)
    >>> faults[0].headline, str(faults[0].frames[0])
    ('E: x', 'a.py:2 f')
    """
    reading = Reading(lines, own)
    whole = "\n".join(lines)
    hints = [hint for hint in _HINTS if hint in whole]
    at, service = 0, ""
    while at < len(lines):
        if lines[at][-2:] == " |" and SERVICE.match(lines[at]):
            service = lines[at]
        if not _is_worth_trying(lines[at], hints):
            at += 1
            continue
        known = len(reading.faults)
        at = max(_trace(reading, at), at + 1)
        for fault in reading.faults[known:] if service else ():
            if not fault.relation:
                fault.details.insert(0, service)
    return reading.faults, reading.stacks, reading.used


def _is_worth_trying(line: str, hints: Sequence[str]) -> bool:
    """Rule out most lines, at little cost."""
    last = line[-1:]
    if last == "{" or any(map(line.__contains__, hints)) or line.lstrip().startswith(_BEGINS):
        return _TRIED.search(line) is not None
    return last.isdigit() and (
        _PLACED.match(line) is not None
        or WRAPPED.match(line) is not None
        or ("at " in line and _TRIED.search(line) is not None)
    )


def _trace(reading: Reading, at: int) -> int:
    """Read what begins on a line; give the number of the line behind it."""
    line = reading.lines[at]
    if (
        line.rstrip(": ").endswith("Traceback (most recent call last)")
        or BOX.match(line)
        or line.startswith(f"  {PLACE}")
        or CHILD.match(line)
    ):
        return read_python(reading, at)
    if line.startswith(PLACE) and (found := read_syntax(reading, at)):
        return found
    if GOROUTINE.match(line):
        return read_goroutines(reading, at)
    if match := RUST.search(line):
        return read_rust(reading, at, match)
    if PHP.match(line):
        return read_php(reading, at)
    for head, read in _HEADS:
        if match := head.match(line):
            return read(reading, at, match)
    if match := _PLACED.match(line):
        reading.place = Frame(match[1], match[2], "", reading.line(at + 1).strip())
        if reading.line(at + 2).strip("^ \t~") == "":
            reading.used.update((at, at + 1, at + 2))
            return at + 3
    elif line.endswith("{") and reading.line(at + 1).strip() in ("[errors]: [", "[cause]: {"):
        reading.faults.append(typed(line.rstrip("{ ").rstrip("]")))
        reading.used.update((at, at + 1))
    elif RUST_PLACE.match(line) and NUMBERED.match(reading.line(at - 1)):
        return read_backtrace(reading, at - 1)
    elif frame_of(line):
        return read_stack(reading, at)
    return at + 1
