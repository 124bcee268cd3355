"""Errors that stand before their stack: Java, JavaScript, C#, and whatever looks alike."""

import re

from ..patterns import Pattern
from .facts import Fault, Frame
from .frames import frame_of
from .reading import NAMED, Reading, is_head, typed
from .salience import weight

_MORE = Pattern(r"\s*(?:\.\.\. |--- End of |\.\.\.$|<[\w ]+ frames? )")
_TITLE = Pattern(
    r"(?i)\s*(?:full |python )?(?:stack ?-?trace|backtrace|call stack|(?:stack )?traceback)(?: ?\(.*\))?:?$"
)
_FIELD = Pattern(r"\s+([A-Za-z]\w*): ([^\[{].*?),?$")
_ANNOUNCED = Pattern(r"(?:[a-z]\w*\.){2,}[A-Z]\w*: *$")  # a qualified class, whose message follows
_CODE = Pattern(r"\s*>?\s*\d+\s*[|│]|\s*[|│^~]|\d+\t")
_FIELDS = 6
_FARTHEST = 120  # lines of a message
_NO_NEWS = ("generatedMessage", "operator", "diff")  # of Node's assertions


def read_stack(reading: Reading, at: int) -> int:
    """Read a stack and the error above it; give the number of the line behind it."""
    head = head_above(reading, at)
    faults = heads_of(reading, head, at)
    segments: list[list[Frame]] = [[]]
    behind = at
    while behind < len(reading.lines):
        line = reading.lines[behind]
        if frame := frame_of(line):
            segments[-1].append(frame)
            if line.endswith(" {"):
                behind += 1
                break
        elif not _MORE.match(line):
            break
        elif "--- End of inner" in line:
            segments.append([])
        behind += 1
    for fault, frames in zip(reversed(faults), segments, strict=False):
        fault.frames = frames
    for frames in segments[len(faults) :]:
        faults[0].frames += frames
    opened = reading.line(behind - 1).endswith("{")
    for number in range(behind, behind + _FIELDS if opened else behind):
        if not (match := _FIELD.match(reading.line(number))):
            break
        if match[1] not in _NO_NEWS:
            faults[0].details.append(f"{match[1]}: {match[2]}")
        behind += 1
    frames = faults[0].frames
    if (
        reading.place
        and frames
        and all(f[:2] != reading.place[:2] for f in frames)
        and reading.own(reading.place)
    ):
        frames.insert(0, reading.place)
    reading.place = None
    reading.used.update(range(head, behind))
    if "(Inner Exception #" not in reading.line(head) or all(
        f.headline != faults[0].headline for f in reading.faults
    ):
        reading.faults += faults
    return behind


def head_above(reading: Reading, at: int) -> int:
    """Find the line that names the error of a stack; the stack's own first line if there is none."""
    titled = bool(_TITLE.match(reading.line(at - 1)))
    top = at - 2 if titled or not reading.line(at - 1).strip() else at - 1
    parted = False  # by a blank line; what is above it must look like an error
    for number in range(top, max(top - _FARTHEST, -1), -1):
        text = reading.lines[number]
        if number in reading.used or frame_of(text):
            break
        if not text.strip():
            parted = True
        elif is_head(text, near=number == at - 1) and (
            not parted
            or (text[:1].strip() and NAMED.search(text.partition(":")[0].partition(" [")[0]))
            or _ANNOUNCED.match(text)
        ):
            return number
    near = (titled or top == at - 1) and top >= 0 and top not in reading.used
    return _nearest(reading, top, at) if near and reading.lines[top].strip() else at


def _nearest(reading: Reading, top: int, at: int) -> int:
    """Find the line that speaks of a failure among those just above a stack; else the one right above it."""
    nearest = at
    for number in range(top, max(top - 10, -1), -1):
        line = reading.lines[number]
        if number in reading.used or frame_of(line):
            break
        if line.strip() and not _CODE.match(line):
            if weight(line[:400]) >= 2:
                return number
            nearest = number if nearest == at and number == top else nearest
    return nearest


def heads_of(reading: Reading, head: int, at: int) -> list[Fault]:
    """Read the lines before a stack as one fault, or as a chain with arrows."""
    if head == at:
        return [Fault("")]
    if reading.line(head).lstrip().startswith("---> ") and is_head(reading.line(head - 1), near=True):
        first = [typed(part) for part in reading.line(head - 1).split(" ---> ")]
    else:
        first = []
    parts = re.split(r" ?---> (?!\(Inner)", reading.line(head).strip())
    faults = first + [typed(part) for part in parts if part]
    for fault in faults[1:]:
        fault.relation = "caused by"
    told = (line.rstrip() for line in reading.lines[head + 1 : at] if not _TITLE.match(line))
    faults[-1].details += [line for line in told if line.strip(" ^~")]
    above = reading.line(head - 1).strip()
    if above == "[errors]: [" or (
        reading.faults and reading.faults[-1].relation == "-" and head - 1 in reading.used
    ):
        faults[0].relation = faults[0].relation or "-"
    return faults
