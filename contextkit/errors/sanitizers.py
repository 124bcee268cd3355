"""What the sanitizers of C and C++ report."""

import re

from ..patterns import Pattern
from .facts import Fault
from .frames import frame_of
from .reading import Reading

SANITIZER = Pattern(r"(?:==\d+==)?\s*(?:ERROR|WARNING): (\w+Sanitizer): (\S+)(.*)")
_ADDRESSES = Pattern(
    r"0x[0-9a-f]+ is |(?: at)? 0x[0-9a-f]+.*| \[0x.*| (?:in |main )?thread(?: T\d+)?(?: at| here|:).*| here:?$"
)
_PARTS = (
    "READ ",
    "WRITE ",
    " located ",
    " by ",
    " of size ",
    " leak of ",
    " is global ",
    " is heap ",
    " of thread ",
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
        elif any(map(line.__contains__, _PARTS)):
            text = _ADDRESSES.sub("", line).strip(" :")
            if fault.frames or "leak of" in text:
                label = text
            if not label or not line.rstrip().endswith(":"):
                fault.details.append(text)
        at += 1
    while reading.line(at).startswith(("SUMMARY:", "Shadow ", "  ", "=>", "==")) and at < head + 300:
        at += 1  # the bytes around the address
    reading.used.update(range(head, at))
    reading.faults.append(fault)
    return at
