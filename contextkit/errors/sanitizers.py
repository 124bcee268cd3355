"""What the sanitizers of C and C++ report."""

import re

from ..patterns import Pattern
from .facts import Fault
from .frames import frame_of
from .reading import Reading

SANITIZER = Pattern(r"(?:==\d+==)?\s*(?:ERROR|WARNING): (\w+Sanitizer): (\S+)(.*)")
_SANITIZED = Pattern(
    r"\s*(?:(READ|WRITE) of size|.*\blocated (?:\d+ bytes|in stack)|.*?(?:freed|allocated|created) by|.* leak of )"
)


def read_sanitizer(reading: Reading, at: int, match: re.Match[str]) -> int:
    """Read one report; give the number of the line behind it."""
    fault = Fault("", f"{match[1]}: {match[2]}")
    if not match[3].startswith(" on "):
        fault.message += match[3]
    head, label = at, ""
    at += 1
    while at < len(reading.lines) and at < head + 200 and "ABORTING" not in reading.line(at):
        line = reading.line(at)
        if line.startswith("SUMMARY:") or SANITIZER.match(line):
            break
        if frame := frame_of(line):
            if not label:
                fault.frames.append(frame)
            elif reading.own(frame):
                fault.details.append(f"{label} {frame}")
                label = "-"
        elif _SANITIZED.match(line):
            text = re.sub(
                r"0x[0-9a-f]+ is |(?: at)? 0x[0-9a-f]+.*| \[0x.*| thread T\d+ here| here:?$", "", line
            ).strip(" :")
            if "by" in text.split() or "leak of" in text:
                label = text
            else:
                fault.details.append(text)
        at += 1
    reading.used.update(range(head, at))
    reading.faults.append(fault)
    return at
