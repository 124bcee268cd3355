"""Logs: one line of each shape with its count and lines, all errors, traces in brief."""

import re
from collections import Counter
from collections.abc import Iterator

from ..errors.salience import weight
from ..errors.summaries import essence
from .drafts import Draft, Part, Range, clipped
from .entries import Entry, entries
from .masks import ERROR, WARNING, Line, bare, words
from .merging import Merged, merged, signature
from .shapes import RARE, SHOWN, Shape

_MOST = 4_000  # shapes; with more, those that differ in a word become one
_SHARE = 0.075  # of the characters of a log: what its digest may have
_LEAST, _MOST_ROOM = 1_200, 24_000  # characters
_BRIEF = 8  # lines of a trace
_ERROR = 400  # characters of a line that tells of an error
_LIKES = 12  # shapes that begin alike; with more, one is worth no less
_END = 12  # last lines, which say how it went

_TRACED = re.compile(
    r"(?m)^\s*(?:at |File \"|Caused by|Traceback|goroutine|#\d|\d+: )|(?:Error|Exception|panic)\b"
)
_RAISED = re.compile(
    r"\s*(?:Traceback \(|(?!Caused by|Suppressed)(?:[\w$]{1,80}\.){0,12}[A-Z]\w{0,80}(?:Error|Exception): )"
)
_ESCAPED = re.compile(r"\\n|#012")  # newlines, as logfmt and rsyslog write them


class Shapes:
    """The shapes of a log, in bounded memory.

    Where there are too many, those that differ in a word become one, those with the most such words first.
    """

    def __init__(self) -> None:
        self._shapes: dict[int, Shape] = {}
        self._known: dict[str, Shape] = {}  # only a shortcut
        self._merged: Merged = {}
        self._most = _MOST

    def add(self, entry: Entry) -> None:
        """Take up an entry."""
        key = f"{entry.read.key}\n{entry.trace_key()}" if entry.traced else entry.read.key
        shape = self._known.get(key)
        if shape is None:
            parts = words(key)
            shape = self._like(entry.read.weight, parts)
            if shape is None and len(self._shapes) >= self._most:
                self._merge_to(self._most // 2)
                shape = self._like(entry.read.weight, parts)
            if shape is None:
                shape = Shape(parts, entry)
                self._shapes[id(shape)] = shape
            if len(self._known) >= 4 * _MOST:
                self._known.clear()
            self._known[key] = shape
        shape.add(entry)

    def _like(self, weight: int, parts: list[str]) -> Shape | None:
        """Find what merged shapes have the same words but for those that may differ."""
        for (length, grade, mask), found in self._merged.items():
            if length == len(parts) and grade == weight:
                shape = found.get(signature(parts, mask))
                if shape is not None and id(shape) in self._shapes:
                    return shape
        return None

    def _merge_to(self, most: int) -> None:
        shapes = self.within(100 * most)
        if len(shapes) > 2 * most:
            self._most = len(shapes) + _MOST  # nothing in common: hostile, or no log
        self._shapes = {id(shape): shape for shape in shapes}
        self._known.clear()

    def within(self, room: int) -> list[Shape]:
        """Give the shapes, merged where they have values in them, and where they take more characters."""
        return merged(list(self._shapes.values()), room, self._merged)


def log_draft(text: str) -> Draft:
    """Draft the digest of a log."""
    shapes, levels = Shapes(), Counter[str]()
    entry: Entry | None = None
    for entry in entries(text):
        shapes.add(entry)
        if entry.read.weight >= WARNING and entry.read.level:
            levels[entry.read.level] += 1
    size = 0 if entry is None else entry.last
    room = min(max(_LEAST, int(_SHARE * len(text))), _MOST_ROOM)
    found = [shape for shape in shapes.within(room) if shape.example.text or shape.example.below]
    whole = sum(shape.size for shape in found)
    ranks = _ranks(found, max(60, room // 110), size)
    parts = [
        part
        for shape, rank in zip(found, ranks, strict=True)
        for part in _parts(shape, rank, timed=3 * whole < 2 * room)
    ]
    told = "".join(f", {level} ×{number:,}" for level, number in levels.most_common(6))
    return Draft(f"log{told}", parts, size, counts={"shape": len(found)}, room=room, noun="shapes")


def _ranks(shapes: list[Shape], most: int, size: int) -> list[int]:
    """Rank shapes: errors, warnings and what is rare, then others; of too many the common and the unlike."""
    ranks = [_rank(shape) for shape in shapes]
    if 2 * len(shapes) <= most:
        return ranks
    alike = _alike(shapes)
    order = {
        at: (rank, -shape.count) if rank == 3 else (rank, *_late(shape, alike[at], size))
        for at, (rank, shape) in enumerate(zip(ranks, shapes, strict=True))
    }
    seen: Counter[int] = Counter()
    for at in sorted(order, key=order.__getitem__):
        seen[ranks[at]] += 1
        if seen[ranks[at]] > (most if ranks[at] <= 1 else most // 2):
            ranks[at] += 6 + min(alike[at], _LIKES)
    return ranks


def _late(shape: Shape, alike: int, size: int) -> tuple[bool, int, int]:
    """Say how late a rare shape is told: first the last lines, what tells of a failure, what is unlike."""
    heavy = weight(shape.example.text[:SHOWN], least=2)
    return shape.last <= size - _END, -max(heavy, shape.weight), alike


def _alike(shapes: list[Shape]) -> list[int]:
    """Say of each shape how many before begin with its first two words; four with its first are as one."""
    seen: Counter[tuple[str, ...]] = Counter()
    told = []
    for shape in shapes:
        first = shape.begins(2)
        told.append(seen[first] + seen[(*first[:1], "")] // 4)
        seen.update((first, (*first[:1], "")))
    return told


def _parts(shape: Shape, rank: int, *, timed: bool) -> Iterator[Part]:
    entry = shape.example
    line = _head(entry.line, timed=timed)
    text = _shown(line, _ERROR if shape.weight == ERROR else SHOWN)
    whole: tuple[Range, ...] = ((entry.number, entry.number),) if text == entry.line.text else ()
    yield Part(rank, "\n".join([f"{shape.where()} {text}", *_essence(entry)]), whole, shape.lines)
    if len(shape.values) > 1:
        told = ", ".join(list(shape.values)[1:])
        yield Part(max(rank, 5), f"  also {clipped(told, 160)}")
    for number, (at, again) in enumerate(shape.again):
        told = again if timed or entry.line.fields is not None else again[min(entry.line.told, len(again)) :]
        yield Part(max(rank, 5 + number), f"  {at} {_shown(told, _ERROR)}")


def _shown(line: str, most: int = SHOWN) -> str:
    """Cut a line, with a sign where it was cut."""
    told = clipped(line, most)
    return f"{told} …" if told != line and line.startswith(told) else told


def _head(line: Line, *, timed: bool) -> str:
    """Give the first line of an entry; without time, and of JSON without what is long, if that saves much."""
    if line.fields is None:
        return line.text if timed else line.text[line.told :] or line.text
    if timed and len(line.text) <= SHOWN and not _long_fields(line):
        return line.text
    return bare(line, without=_long_fields(line))


def _long_fields(line: Line) -> dict[str, str]:
    fields = line.fields or {}
    return {
        name: value
        for name, value in fields.items()
        if isinstance(value, str) and (len(value) > SHOWN // 2 or "\n" in value)
    }


def _rank(shape: Shape) -> int:
    if shape.weight == ERROR:
        return 0 if shape.count <= RARE else 1
    if shape.weight == WARNING or shape.count <= RARE:
        return 2
    return 3


def _essence(entry: Entry) -> list[str]:
    """Give what stands below the first line, in brief: lines, and fields that are long."""
    told = [
        line
        for value in _long_fields(entry.line).values()
        for line in _brief("", [part for part in value.split("\n") if part.strip()][:200], "\n" in value)
    ]
    if entry.line.fields is None and len(entry.text) > SHOWN:
        lines = _ESCAPED.split(entry.text.replace('\\"', '"'))[:200]
        told += _brief(lines[0], lines[1:], True) if len(lines) > 3 else []
    below = [line for line in entry.below if line.strip()]
    head = entry.line.text[entry.line.told :] if entry.line.fields is None else ""
    more = _brief(head, below, entry.traced) if below else []
    if below and not entry.traced and entry.size - 1 > len(more):
        more.append(f"[+{entry.size - 1 - len(more):,} lines]")
    return [f"  {line}" for line in (*told, *more)]


def _brief(head: str, below: list[str], is_trace: bool) -> list[str]:
    """Give a few lines, or of a trace what it says."""
    if is_trace and _TRACED.search("\n".join(below)):
        trace = below if _RAISED.match(below[0]) else [head, *below]
        told = [line for line in essence("\n".join(trace)).split("\n") if not _is_in(head, line)]
        return [_shown(line) for line in told][:_BRIEF]
    kept = below[:4] if len(below) > 5 else below
    return [_shown(line.strip(), SHOWN // 2) for line in kept]


def _is_in(head: str, line: str) -> bool:
    """Whether a line says what its head does, but for the place that it is from."""
    said, _, place = line.strip().rpartition(" at ")
    return line.strip() in head or bool(said and place and said in head)
