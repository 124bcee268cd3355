"""Stacks of languages that nobody here knows: lines that follow one another and each name a place."""

from collections.abc import Collection, Sequence

from ..patterns import Pattern
from .facts import Fault, Frame
from .salience import weight

_PLACE = Pattern(
    r"(?P<file>[^\s:\"'(),;\[\]<>=]*\.[A-Za-z]\w{0,5})(?:\"?, line |: line |:|#|\()(?P<line>\d+)(?::\d+|, ?\d+)?\)?:?"
)
_LEAD = Pattern(
    r"\s*(?:\[\d+\]|(?:# ?)?\d+[:.)]?(?= )|0x[0-9a-fA-F]+|(?i:(?:re-?)?raised |called |in call |invoked )?(?:at|in|from|by|function)\b:?|[@←→>-]+)\s+"
)
_FIRST = frozenset(" \t[#0123456789@←→>-aAbBcCfFiIrR")  # of what the expression above begins with
_FUNCTION_ENDS = Pattern(
    r",? called\b| \+ |,| in file\b| at \S*$| \(?$|\s+in \S+(?: at)? *$|\s+\($|[\s(\[:]+$"
)
_BARE = Pattern(r"\s*[\w/-]+(?:[.:$][\w.:$/*()<>\[\]-]+)+$")  # a qualified name alone
_TITLE = Pattern(
    r"(?i)\s*(?:.*\b(?:stack|trace|backtrace|traceback|callstack|crashed)\b.*|.*most recent call.*):?\s*$"
)
_FEWEST = 2
_TOLD = 12  # lines


def read_unknown_stacks(lines: Sequence[str], used: Collection[int]) -> tuple[list[Fault], set[int]]:
    """Read stacks by their looks alone.

    Returns:
        The errors that stand above stacks, and the numbers of the lines that they were read from.

    >>> told = ["ship: empty list", "CallStack:", "  head, called at Queue.hs:33:9 in main", "  next, called at Main.hs:12:15"]
    >>> [fault], _ = read_unknown_stacks(told, ())
    >>> fault.headline, str(fault.frames[0])
    ('ship: empty list', 'Queue.hs:33 head')
    """
    faults: list[Fault] = []
    mine: set[int] = set()
    at = 0
    while at < len(lines):
        frames, behind = _run(lines, at, used)
        start = at - 1 if len(frames) >= _FEWEST and at and _is_function(lines[at - 1]) else at
        if start < at and not frames[0].function:
            frames[0] = frames[0]._replace(function=lines[start].strip())
        if len(frames) >= _FEWEST and (found := _fault(lines, start, used)):
            fault, head = found
            fault.frames = frames
            if lines[behind : behind + 1] and lines[behind].startswith("**"):  # so EUnit says what it was
                end = next((n for n in range(behind, len(lines)) if not lines[n].strip()), len(lines))
                fault.details += [line.removeprefix("**") for line in lines[behind:end][:_TOLD]]
                behind = end
            faults.append(fault)
            mine.update(range(head, behind))
        at = max(behind, at + 1)
    return faults, mine


def _run(lines: Sequence[str], at: int, used: Collection[int]) -> tuple[list[Frame], int]:
    """Read frames that follow one another; a line of another kind may stand between two."""
    frames: list[Frame] = []
    behind = at
    above = ""  # a line with a function whose place follows
    other = 0
    while behind < len(lines) and behind not in used and other < 2:
        line = lines[behind]
        frame = loose_frame(line)
        if frame is not None:
            if above and (not frame.function or lines[behind].lstrip()[:1] == "@"):
                frame = frame._replace(function=above)
            frames.append(frame)
            above, other = "", 0
        elif (lead := _LEAD.match(line)) and len(line) < 200:
            above = _function(line[lead.end() :])
        elif not frames or not line.strip():
            break
        else:
            above = line.strip() if _is_function(line) else ""
            other += 1
        behind += 1
    return frames, behind - other


def loose_frame(line: str) -> Frame | None:
    """Read a line that names a place and stands in or behind something, as lines of stacks do.

    >>> str(loose_frame('Called from H in file "h.ml", line 4, characters 16-50'))
    'h.ml:4 H'
    >>> loose_frame("a.py:3: not the line of a stack")
    """
    if line[:1] not in _FIRST or "." not in line:
        return None
    lead = _LEAD.match(line)
    if len(line) > 400 or not (lead or line[:1] in " \t") or not (match := _PLACE.search(line)):
        return None
    while lead and (further := _LEAD.match(line, lead.end())) and further.end() <= match.start():
        lead = further
    start = min(lead.end() if lead else 0, match.start())
    function = _function(line[start : match.start()])
    behind = line[match.end() :].strip(" ()")
    if not lead and not function and behind.count(" ") > 2:  # a message, and its place before it
        return None
    if not function and not behind.startswith(("in ", ",", "+0x")):
        function = _function(behind.partition(" ")[0])
    return Frame(match["file"], match["line"], function)


def _is_function(line: str) -> bool:
    return bool(_BARE.match(line)) and len(line) < 120


def _function(text: str) -> str:
    """Give what names a function, without what stands around it."""
    text = text.strip()
    if match := _FUNCTION_ENDS.search(text):
        text = text[: match.start()]
    text = text.strip(" \t\"'`()")
    return text if len(text) <= 80 else ""


def _fault(lines: Sequence[str], at: int, used: Collection[int]) -> tuple[Fault, int] | None:
    """Find what stands above a stack and names the error; nothing, if what stands there is no error."""
    top = at - 1
    titled = False
    while top >= 0 and at - top < 6 and (not lines[top].strip() or (not titled and _TITLE.match(lines[top]))):
        titled = titled or bool(lines[top].strip())
        top -= 1
    head = top
    while head > 0 and top - head < 3 and lines[head - 1].strip() and head - 1 not in used:
        head -= 1
    if top < 0 or top in used or top - head >= 3:
        head = top
    if head < 0 or head in used or not (titled or any(weight(line) >= 2 for line in lines[head : top + 1])):
        return None
    return Fault(
        "", lines[head].strip(), details=[line for line in lines[head + 1 : top + 1] if line.strip()]
    ), head
