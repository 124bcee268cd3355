"""Errors of Ruby and PHP, which name type and place on one line."""

import re

from ..patterns import Pattern
from .facts import Fault, Frame
from .frames import frame_of
from .reading import Reading

RUBY = Pattern(
    r"(?:[A-Z], \[[^\]]*\] +[A-Z]+ -- [^:]*: )?(?P<file>[^\s:]+):(?P<line>\d+):in [`'](?P<function>[^']+)': (?P<message>.*?) ?\((?P<type>[A-Z][\w:]*)\)$"
)
PHP = Pattern(
    r"(?P<lead>.*\bUncaught |Next )(?P<type>[A-Za-z_][\w\\]*): (?P<message>.*) in (?P<file>\S+?)(?::| on line )(?P<line>\d+)$"
)


def read_ruby(reading: Reading, at: int, match: re.Match[str]) -> int:
    """Read one error of Ruby; give the number of the line behind it."""
    chained = bool(reading.faults) and at - 1 in reading.used
    fault = Fault(match["type"], match["message"], "caused by" if chained else "")
    fault.frames = [Frame(match["file"], match["line"], match["function"])]
    reading.used.add(at)
    at += 1
    points = reading.line(at + 2).strip()
    if points and not reading.line(at).strip() and not points.strip("^"):  # at the code above
        fault.frames[0] = fault.frames[0]._replace(code=reading.line(at + 1).strip())
        reading.used.update(range(at, at + 3))
        at += 3
    while frame := frame_of(reading.line(at)):
        fault.frames.append(frame)
        reading.used.add(at)
        at += 1
    if len(fault.frames) > 1 and fault.frames[0][:2] == fault.frames[1][:2]:
        del fault.frames[0]  # a built-in method has the place of its caller
    reading.faults.append(fault)
    return at


def read_php(reading: Reading, at: int) -> int:
    """Read a chain of PHP's errors, the oldest first; give the number of the line behind it."""
    chain: list[Fault] = []
    while match := PHP.match(reading.line(at)):
        message = re.sub(r", called in (\S+) on line (\d+) and defined$", "", match["message"])
        fault = Fault(match["type"], message, "caused by", frames=[Frame(match["file"], match["line"])])
        if message != match["message"]:
            fault.details.append(match["message"][len(message) + 2 :])
        chain.append(fault)
        calls: list[Frame] = []
        while reading.line(at).strip() and not reading.line(at).startswith("  thrown in"):
            if frame := frame_of(reading.line(at)):
                calls.append(frame)
            reading.used.add(at)
            at += 1
        # PHP names at each place the function that is called there, not the one that it stands in.
        if calls and calls[0][:2] == fault.frames[0][:2]:  # in a built-in function, at the place of its call
            del calls[0]
        places = [fault.frames[0], *calls]
        inside = [call.function for call in calls] + [""]
        pairs = zip(places, inside, strict=True)
        fault.frames = [place._replace(function=function) for place, function in pairs if place.file]
        if reading.line(at).startswith("  thrown in"):
            reading.used.add(at)
        at += not reading.line(at).strip()
    chain.reverse()
    chain[0].relation = ""
    reading.faults += chain
    return at
