"""A text -> the entries of a log, one at a time: a line, with the lines below that belong to it."""

import dataclasses
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from .masks import (
    ERROR,
    LONGEST,
    OTHER,
    Line,
    clean,
    frame,
    is_steady,
    masked,
    shape_of,
    sketch,
    source_of,
    understood,
)

MOST_BELOW = 60
"""Lines below the first that an entry keeps; more are counted."""

_HEAD = 40_000  # characters that tell how far all lines are indented
_PIECE = 40_000  # characters whose lines are found at once

_FEW = 12  # lines that may stand below one that neither begins with a time nor tells of an error

_TRACE = re.compile(
    r"\s*(?:Traceback \(most recent call last\)|goroutine \d+ \[|panic: |thread '.{1,80}' panicked|"
    r"stack backtrace:|"
    r"(?:Exception in thread|Caused by: |Suppressed: |caused by: )|"
    r"(?:[\w$]{1,80}[.:]{1,2}){0,12}[A-Z]\w{0,80}(?:Error|Exception|Fault|Failure|Interrupt|Exit)\b)"
)
_AWAITS = re.compile(r"Traceback \(most recent call last\):?$|panicked at .{1,300}:$")
_PART = re.compile(
    r"\s*(?:at [\w$.<>/@\[ ]{1,200}[(:]|File \"|\.{3} \d+ (?:more|common frames)|Caused by: |Suppressed: |"
    r"The above exception was|During handling of the above|Traceback \(most recent|goroutine \d+ \[|"
    r"created by |"
    r"\[signal |note: run with|stack backtrace:|---> |--- End of)"
)
_FRAMED = re.compile(r"\s+(?:at [\w$.<>/@]{1,200}\(|File \")")  # in some logs most lines are these
_FRAME = re.compile(r"\s*(?:at |File \"|\.{3} \d+ |\d+: |#\d+ |from /|\^|~)|\s{4,}")
_CLOSES = re.compile(r"[)\]}]+[,;]?$")
_GO = re.compile(r"[\w./*()\[\]-]{1,200}\(.{0,300}\)$|exit status \d+$")


class Read(NamedTuple):
    """What was read of a line.

    Attributes:
        key: Its weight, level and shape.
        starts: Whether an entry begins with it, by its time, level or address.
        sourced: Whether it begins with who says it.
        weight: `ERROR`, `WARNING` or `OTHER`.
        level: Its level as it is written.
        part: Whether it is a part of a stack trace.
        raised: Whether it says what was raised.
        traced: Whether a stack trace begins with it as an entry.
        awaits: Whether what was raised is said below.
        steady: Whether it is the same for all lines that differ in values only.
        begins: The first word.
        common: What it has in common with others below which the same stands: the first word; but the key of
            lines that begin with a time or a level, as nearly all of these do; and two words more behind
            one with a dot, which is the name of a logger that says many things.
    """

    key: str
    starts: bool
    sourced: bool
    weight: int
    level: str
    part: bool
    raised: bool
    traced: bool
    awaits: bool
    steady: bool
    begins: str
    common: str


_UNREAD = Read("", False, False, 0, "", False, False, False, False, True, "", "")
_REMEMBERED = 4_096  # lines that differ in more than values


class Reader:
    """Reads lines, each kind of them once."""

    def __init__(self) -> None:
        self._known: dict[str, Read] = {}

    def __call__(self, text: str) -> Read:
        """Read a line that is clean."""
        if not text:
            return _UNREAD
        drawn = sketch(text)
        read = self._known.get(drawn) if drawn else None
        if read is None:
            read = _read(text)
            if drawn and read.steady:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[drawn] = read
        return read


@lru_cache(maxsize=512)  # a line is read to tell the kind, and again as an entry's
def _read(text: str) -> Read:
    line = frame(text) if _FRAMED.match(text) is not None else understood(text)
    told = line.text[source_of(text) :] if line.sourced else line.text
    raised = _TRACE.match(told) is not None
    awaits = told.startswith(("The above", "During handling")) or (
        told.endswith((":", ")")) and _AWAITS.search(told) is not None
    )
    traced = awaits or (raised if line.told == 0 else _TRACE.match(line.text, line.told) is not None)
    weight = ERROR if traced and not line.level else line.weight
    shape = shape_of(line)
    key = f"{weight} {line.level}\n{shape}"
    begins = shape.lstrip().partition(" ")[0]
    common = " ".join(shape.split(" ", 3)[:3]) if "." in begins else begins
    return Read(
        key,
        line.starts,
        line.sourced,
        weight,
        line.level,
        _PART.match(told) is not None,
        raised,
        traced,
        awaits,
        is_steady(line),
        begins,
        key if line.starts or line.level else common,
    )


@dataclasses.dataclass(slots=True)
class Entry:
    """An entry of a log.

    Attributes:
        number: Its first line.
        text: The first line.
        read: What was read of it.
        below: The lines that belong to it, as far as they are kept.
        size: How many lines it has.
        traced: Whether a stack trace is among its lines.
    """

    number: int
    text: str
    read: Read
    below: list[str] = dataclasses.field(default_factory=list)
    size: int = 1
    traced: bool = False

    @property
    def line(self) -> Line:
        """The first line, understood."""
        return understood(self.text)

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.number + self.size - 1

    def trace_key(self) -> str:
        """Give what its trace has in common with its likes: what was raised, and why."""
        if not self.traced:
            return ""
        told = [line for line in [self.text, *self.below] if line.strip() and not _FRAME.match(line)]
        return " | ".join(dict.fromkeys(masked(line.strip()[:LONGEST]) for line in told[1:12]))


def lines_of(text: str, stop: int | None = None, longest: int = 20 * LONGEST) -> Iterator[str]:
    r"""Give the lines of a text one at a time, without a copy of all of them; of each no more than `longest`.

    >>> list(lines_of("a\r\nb\n\nc"))
    ['a\r', 'b', '', 'c']
    """
    start, stop = 0, len(text) if stop is None else stop
    while start < stop:
        end = text.rfind("\n", start, min(start + _PIECE, stop))
        if end < 0:
            end = text.find("\n", start, stop)
            end = stop if end < 0 else end
            # Of a line of a megabyte the beginning tells what it is.
            yield text[start : min(end, start + longest)]
        else:
            for line in text[start:end].split("\n"):
                yield line[:longest]
        start = end + 1


def margin_of(text: str) -> tuple[int, bool]:
    """Give how far all lines are indented, by the first ones, and whether it says little that one is further.

    It does where most are, and where many are by a few spaces: tools that build align their words so.
    """
    return _margin_of(text[:_HEAD].rpartition("\n")[0] if len(text) > _HEAD else text)


@lru_cache(maxsize=1)  # it is asked to tell the kind, and again to find the entries
def _margin_of(head: str) -> tuple[int, bool]:
    full = [line for line in head.split("\n") if line.strip()]
    margins = [len(line) - len(line.lstrip(" \t")) for line in full]
    least = min(margins, default=0)
    further = sum(margin > least for margin in margins)
    aligned = sum(
        least < margin < least + 4 and _PART.match(line) is None
        for margin, line in zip(margins, full, strict=True)
    )
    return least, further * 5 > 3 * len(margins) or aligned * 7 > len(margins)


def entries(text: str) -> Iterator[Entry]:
    r"""Give the entries of a log.

    A line belongs to the one above if it is indented below one that begins an entry, or is a part of a trace;
    but not if lines like the one above, or like it, mostly stand alone.

    >>> text = '10:00:01 up\n10:00:02 ERROR lost\n'
    >>> text += 'Traceback (most recent call last):\n  File "a.py"\nKeyError: 7\n'
    >>> [(entry.number, entry.size) for entry in entries(text)]
    [(1, 1), (2, 4)]
    """
    entry: Entry | None = None
    margin, indented = margin_of(text)
    state, reader = _State(indented=indented), Reader()
    for number, raw in enumerate(lines_of(text), start=1):
        told = clean(raw[margin:] if margin and not raw[:margin].strip() else raw)
        read = reader(told)
        if entry is not None and state.belongs(entry, told, read):
            entry.size += 1
            told = told[len(state.source) :] if read.sourced else told
            if len(entry.below) < MOST_BELOW:
                entry.below.append(told)
            elif state.in_trace:  # what a trace ends with says most
                entry.below[-1] = told
            continue
        if entry is not None:
            state.end(entry)
            yield entry
        entry = Entry(number, told, read, traced=read.traced)
        state.begin(told, read)
    if entry is not None:
        yield entry


class _State:
    """What was read so far of an entry, and of those before whether lines like it have others below."""

    def __init__(self, *, indented: bool) -> None:
        self.indented = indented  # most lines are, so that this says little
        self.in_trace = False
        self.awaits = False  # a line that says what was raised
        self.ended = False
        self.headed = False
        self.blank = 0
        self.source = ""  # who says it, as all lines of an entry do, or none but the first
        self._margin = 0
        self._asked = False
        self._above: dict[str, int] = {}  # by what heads have in common: with lines below less without
        self._alone: dict[str, int] = {}  # by what indented lines begin with: alone less below

    def begin(self, text: str, read: Read) -> None:
        """Take up the first line of an entry."""
        self.in_trace, self.ended, self.blank = read.traced, False, 0
        self.awaits = read.awaits
        self.headed = read.starts or read.sourced or read.weight > 0
        self.source = text[: source_of(text)] if read.sourced else ""
        self._margin = _margin(text) if text[:1] in " \t" else 0
        self._asked = False
        if self._margin:
            _count(self._alone, read.begins, 1)

    def end(self, entry: Entry) -> None:
        """Take up that an entry has no more lines."""
        if entry.read.weight == OTHER:
            _count(self._above, entry.read.common, 1 if self._asked else -1)

    def belongs(self, entry: Entry, text: str, read: Read) -> bool:
        """Whether a line belongs to an entry."""
        if not text:
            self.blank += 1
            return self.blank < 3 and (self.in_trace or entry.size > 1 or not entry.text)
        blank, self.blank = self.blank, 0
        if read.sourced:
            if not self.source or not text.startswith(self.source):
                return False
            text = text[len(self.source) :]
        if text[0] in " \t":
            return self._belongs_below(entry, text, read, blank)
        return not read.starts and self._belongs_beside(entry, text, read, blank)

    def _belongs_beside(self, entry: Entry, text: str, read: Read, blank: int) -> bool:
        if read.part:
            return self._goes_on(entry, read)
        if self.awaits and not blank:
            # The line that says what was raised may be of any class.
            self.awaits, self.ended = False, True
            return True
        if read.raised and not self.ended and not self.in_trace:
            return (entry.read.weight > 0 or entry.read.starts) and self._goes_on(entry, read)
        if self.in_trace and not blank and _GO.match(text) is not None:
            return True
        return entry.size > 1 and not blank and _CLOSES.match(text) is not None

    def _belongs_below(self, entry: Entry, text: str, read: Read, blank: int) -> bool:
        if read.part and (self.in_trace or not blank):
            self.in_trace = entry.traced = True
            return True
        if self._alone.get(read.begins, 0) > 0:
            return False
        if self.in_trace:
            return True
        few = not self.indented and entry.size < _FEW
        if blank or not (self.headed or few) or _margin(text) <= self._margin:
            return False
        if entry.read.weight != OTHER:
            return True
        self._asked = True
        return self._above.get(entry.read.common, 0) >= 0 and read.weight != ERROR

    def _goes_on(self, entry: Entry, read: Read) -> bool:
        self.in_trace = entry.traced = True
        self.awaits = read.awaits
        self.ended = not self.awaits
        return True


def _count(seen: dict[str, int], what: str, number: int) -> None:
    if len(seen) > _REMEMBERED:
        seen.clear()
    seen[what] = seen.get(what, 0) + number


def _margin(text: str) -> int:
    return len(text) - len(text.lstrip())
