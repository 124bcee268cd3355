"""Python's tracebacks: chains, groups, notes. The error stands behind its stack."""

import re

from ..patterns import Pattern
from .facts import Fault, Frame
from .frames import frame_of
from .notebook_traces import BOX, NOTEBOOK, read_box, read_cells
from .reading import Reading, typed

_SEPARATOR = {
    "The above exception was the direct cause": "caused by",
    "During handling of the above exception": "while handling",
}
PLACE = 'File "'
CHILD = Pattern(r"[ |]*\+(?:-\+)?-{5,} (?:\d+|\.\.\.) -{5,}$")
_SYNTAX = Pattern(r"(?:Syntax|Indentation|Tab)Error: ")
FATAL = Pattern(r"(Fatal Python error|Windows fatal exception): (.*)")
_THREAD = Pattern(r"(Current thread|Thread) 0x[0-9a-f]+.* \(most recent call first\):$")
_FATAL_FRAME = Pattern(r'  File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<function>.+)$')
_LONGEST = 80  # lines of a message; what goes on longer is what else was written
_SHOWN = 8  # lines of a message that a summary has room for, at most
_STOP = Pattern(
    r'Exception (?:ignored in|in thread)\b|╭─|[=_]{5,}|-{10,}|"""|(?:FAILED|ERROR|PASSED) |Ran \d|\[?\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\[?(?:INFO|DEBUG|WARN|WARNING|ERROR|CRITICAL)\b|(?:\S+ |(?=[\[\d])(?:\S+ +){2,3})(?:INFO|DEBUG|WARNING|ERROR|CRITICAL) |\{"|Traceback \(|\d+ (?:passed|failed)'
)


def read_python(reading: Reading, at: int) -> int:
    """Read a chain of tracebacks, the oldest first, as Python writes it."""
    chain: list[Fault] = []
    child = bool(CHILD.match(reading.line(at)))
    relation = ""
    while True:
        if CHILD.match(reading.line(at)):
            reading.used.add(at)
            column = reading.line(at).rindex("+", 0, reading.line(at).index("---")) + 2
            at += 1
        else:
            column = re.match(r"(?:[ |]*\+ (?=Exc))?[ |]*", reading.line(at)).end()  # type: ignore[union-attr]
            column -= 2 * (PLACE in reading.line(at))  # what is left of a traceback that was cut
        if title := NOTEBOOK.match(reading.line(at)):
            fault, at = _cells(reading, at, title["type"])
        elif BOX.match(reading.line(at)):
            fault, at = _boxed(reading, at)
        else:
            fault, at = _block(reading, at, column)
        fault.relation = relation
        chain.append(fault)
        relation, behind = _separator(reading, at, column)
        if not relation:
            break
        chain[-1].relation = relation  # of this one to the next, which is the outer one
        at = behind
    chain.reverse()
    # Relations stand with the inner one; the outermost has none, or is a child of a group.
    chain[0].relation = "-" if child else ""
    for fault in chain:
        fault.depth = column // 2
    reading.faults += chain
    return at


def read_syntax(reading: Reading, at: int) -> int:
    """Read an error of syntax without a traceback, as `py_compile` writes it; 0 where it is none."""
    frame = frame_of(reading.line(at))
    behind = next((n for n in range(at + 1, at + 5) if _SYNTAX.match(reading.line(n))), 0)
    if frame and behind:
        fault = typed(reading.line(behind))
        fault.frames = [frame._replace(code=reading.line(at + 1).strip())]
        reading.faults.append(fault)
        reading.used.update(range(at, behind + 1))
        return behind + 1
    return 0


def read_fatal(reading: Reading, at: int, match: re.Match[str]) -> int:
    """Read what faulthandler writes: the error, and the stack of the thread that it came in, innermost first."""
    fault = Fault(match[1], match[2])
    start, behind = at, at + 1
    thread: re.Match[str] | None = None
    at += 1
    while not reading.line(at).strip() or (thread := _THREAD.match(reading.line(at))):
        at += 1
        if at >= len(reading.lines):
            break
        frames: list[Frame] = []
        while frame := _FATAL_FRAME.match(reading.line(at)):
            frames.append(Frame(frame["file"], frame["line"], frame["function"]))
            at += 1
        if frames and thread:
            fault.frames = frames if thread[1] == "Current thread" or not fault.frames else fault.frames
            behind = at
    reading.used.update(range(start, behind))
    reading.faults.append(fault)
    return behind


def _block(reading: Reading, at: int, column: int) -> tuple[Fault, int]:
    frames: list[Frame] = []
    fault = Fault("")
    repeated: list[str] = []
    while at < len(reading.lines):
        line = reading.lines[at]
        if line[:column].strip(" |+"):
            break
        text = line[column:]
        if not text.strip():
            if frames:
                break
        elif (frame := frame_of(text)) and text[0] == " ":
            code = reading.line(at + 1)[column:]
            frames.append(frame._replace(code=code.strip()) if code.startswith("    ") else frame)
        elif text.startswith("  [Previous line repeated"):
            repeated.append(text.strip())
        elif text.startswith((" ", "Traceback (", "Exception Group Traceback (", "+ Exc")):
            pass
        elif _goes_on(reading, at + 1, column):  # another thread's line
            at += 1
            continue
        else:
            fault = typed(text)
            reading.used.add(at)
            at = _details(reading, fault, at + 1, column)
            break
        reading.used.add(at)
        at += 1
    fault.frames = frames[::-1]
    fault.details += repeated
    return fault, at


def _cells(reading: Reading, at: int, name: str) -> tuple[Fault, int]:
    """Read what IPython writes of one error."""
    frames, behind = read_cells(reading, at, name)
    text = reading.line(behind)
    fault = Fault(name, text[len(name) + 1 :].strip() if text.startswith(name) else "", frames=frames[::-1])
    behind += text.startswith(name)
    reading.used.update(range(at, behind))
    return fault, _details(reading, fault, behind, 0)


def _boxed(reading: Reading, at: int) -> tuple[Fault, int]:
    """Read what rich writes of one error, which stands below the box."""
    frames, behind = read_box(reading, at)
    fault = typed(reading.line(behind))
    fault.frames = frames[::-1]
    reading.used.update(range(at, min(behind + 1, len(reading.lines))))
    return fault, _details(reading, fault, behind + 1, 0)


def _goes_on(reading: Reading, at: int, column: int) -> bool:
    """Whether the stack goes on behind a line that is none of it."""
    for number in (at, at + 1):
        text = reading.line(number)[column:]
        if text[:1] != " " or frame_of(text):
            return text[:1] == " "
    return False


def _details(reading: Reading, fault: Fault, at: int, column: int) -> int:
    """Read the lines behind the one with the message: more of it, and notes."""
    shown = _LONGEST if "validation error" in fault.message else _SHOWN  # of which each is told
    for number in range(at, min(at + _LONGEST, len(reading.lines))):
        line = reading.lines[number]
        text = line[column:]
        if not text.strip() or line[:column].strip(" |") or _STOP.match(text) or CHILD.match(line):
            return number
        if number < at + shown:  # of the others the guard shows what matters
            reading.used.add(number)
        fault.details.append(text.rstrip())
    return min(at + _LONGEST, len(reading.lines))


def _separator(reading: Reading, at: int, column: int) -> tuple[str, int]:
    """Read the line between two tracebacks of a chain."""
    relation = ""
    for number in range(at, min(at + 6, len(reading.lines))):
        text = reading.lines[number][column:]
        for start, name in _SEPARATOR.items():
            if text.startswith(start):
                relation = name
        if relation and "Traceback (most recent call last)" in text:
            return relation, number
        if relation or text.strip(' "|'):
            reading.used.add(number) if relation else None
            if not relation:
                break
    return "", at
