"""Rust's panics and backtraces."""

import re

from ..patterns import Pattern
from .facts import Fault, Frame
from .reading import Reading
from .stack_traces import head_above, heads_of

RUST = Pattern(r"thread '([^']*)'(?: \(\d+\))? panicked at (?:'(.*)', )?([^\s:']+):(\d+)(?::\d+)?:?$")
NUMBERED = Pattern(r"\s+\d+: (?:\s*0x[0-9a-f]+ - )?(.+)$")
RUST_PLACE = Pattern(r"\s+at (\S+?):(\d+)(?::\d+)?$")
_CAUSE = Pattern(r"    (\S.*)")
_HASH = Pattern(r"::h[0-9a-f]{16}$|\[[0-9a-f]{16}\]")


def read_rust(reading: Reading, at: int, match: re.Match[str]) -> int:
    """Read a panic with its backtrace; give the number of the line behind it."""
    thread, message, file, number = match.groups()
    head = at
    details = [] if thread in ("main", "<unnamed>") or "::" in thread else [f"thread '{thread}'"]
    at += 1
    while message is None or (
        reading.line(at).strip() and not reading.line(at).startswith(("stack backtrace", "note:"))
    ):
        text = reading.line(at).strip()
        message, details = (text, details) if message is None else (message, [*details, text])
        at += 1
        if at >= len(reading.lines) or at > head + 40:
            break
    if not reading.line(at).strip() and reading.line(at + 1) == "Caused by:":  # so anyhow writes a chain
        at += 2
        while cause := _CAUSE.match(reading.line(at)):
            details.append(cause[1])
            at += 1
    frames: list[Frame] = []
    if reading.line(at).startswith("stack backtrace"):
        frames, at = _frames(reading, at + 1)
    if reading.line(at).startswith("note: "):
        at += 1
    here = Frame(re.sub(r"^\./", "", file), number)
    same = [frame for frame in frames if frame.line == number and frame.file.endswith(here.file)]
    own = [frame for frame in frames if reading.own(frame) and frame not in same[:1]]
    stack = ([same[0]] if same else [here] if reading.own(here) else []) + own
    reading.used.update(range(head, at))
    reading.faults.append(Fault("panicked", message or "", "", details, stack or frames))
    return at


def _frames(reading: Reading, at: int) -> tuple[list[Frame], int]:
    """Read numbered functions, each with its place on the next line."""
    frames: list[Frame] = []
    while match := NUMBERED.match(reading.line(at)):
        place = RUST_PLACE.match(reading.line(at + 1))
        function = _HASH.sub("", match[1].replace("::{{closure}}", ""))
        if place:
            frames.append(Frame(place[1].removeprefix("./"), place[2], function))
        at += 2 if place else 1
    return frames, at


def read_backtrace(reading: Reading, at: int) -> int:
    """Read a backtrace of an error that is no panic, as anyhow and eyre write it."""
    while at > 0 and NUMBERED.match(reading.line(at - 1)):
        at -= 1
    head = head_above(reading, at)
    faults = heads_of(reading, head, at)
    faults[-1].frames, behind = _frames(reading, at)
    reading.faults += faults
    reading.used.update(range(head, behind))
    return behind
