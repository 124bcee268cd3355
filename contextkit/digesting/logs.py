"""Logs: one line of each shape with its count and lines, all errors, traces in brief."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any, TypeAlias

from ..errors.summaries import summarize_error
from .drafts import Draft, Part, Range, clipped, ranged
from .entries import Entry, entries
from .masks import ERROR, LONGEST, WARNING, Line, bare, words

_MOST = 4_000  # shapes; with more, those that differ in a word become one
_RARE = 2  # lines; a shape that has no more is worth as much as a warning
_AGAIN = 24  # further lines of an error that are kept
_PLACES = 6  # numbers of lines that are told one by one
_SHARE = 0.075  # of the characters of a log: what its digest may have
_LEAST, _MOST_ROOM = 1_200, 24_000  # characters
_LONG = 240  # characters of a line that are shown
_VALUED = ((6, 1), (6, 1), (6, 2), (6, 1))  # words that differ, and places, that make these ones for values
_CROWDED = ((6, 1), (6, 2), (3, 1), (3, 2), (3, 1), (2, 1))  # the same, where there is no room
_SPREAD = 4  # times the spread that chance gives to how often words come
_ASIDE = 14  # characters that say where and how often
_BRIEF = 8  # lines of a trace
_FEW = 400  # shapes that are compared in two words
_PLACED = 24  # words of a shape that may be values
_ALIKE = 6  # words; rare lines that begin with the same ones may be of one shape, where there are too many

_TRACED = re.compile(
    r"(?m)^\s*(?:at |File \"|Caused by|Traceback|goroutine|#\d|\d+: )|(?:Error|Exception|panic)\b"
)
_ESCAPED = re.compile(r"\\n|#012")  # newlines, as logfmt and rsyslog write them

Merged: TypeAlias = "dict[tuple[int, int, int], dict[tuple[str, ...], Shape]]"
"""Shapes that became one: by number of words, weight and the places that differ, and by their words."""


@dataclasses.dataclass(slots=True)
class Shape:
    """Lines that are alike.

    Attributes:
        words: What they have in common, word by word; an empty one where they differ.
        example: The first entry.
        count: How many entries there are.
        lines: How many lines these have.
        last: The last line.
        places: The first lines of the first few.
        again: Of an error, further lines.
        values: Words at the places where the shapes differ that became this one.
    """

    words: list[str]
    example: Entry
    count: int = 0
    lines: int = 0
    last: int = 0
    places: list[int] = dataclasses.field(default_factory=list)
    again: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    values: dict[str, None] = dataclasses.field(default_factory=dict)

    @property
    def size(self) -> int:
        """About how many characters it takes."""
        return min(_LONG, len(self.example.text)) + _ASIDE

    @property
    def weight(self) -> int:
        """How much it matters: `ERROR`, `WARNING` or `OTHER`."""
        return self.example.read.weight

    def add(self, entry: Entry) -> None:
        """Take up an entry."""
        if self.count and entry.read.weight == ERROR and len(self.again) < _AGAIN:
            self.again.append((entry.number, entry.text[:LONGEST]))
        self.count += 1
        self.lines += entry.size
        self.last = entry.last
        if len(self.places) < _PLACES:
            self.places.append(entry.number)

    def take(self, other: "Shape", *words: str) -> None:
        """Take up another shape."""
        if other.example.number < self.example.number:
            self.example = other.example
        self.count += other.count
        self.lines += other.lines
        self.last = max(self.last, other.last)
        self.places = sorted([*self.places, *other.places])[:_PLACES]
        if self.weight == ERROR:
            first = (other.example.number, other.example.text[:LONGEST])
            self.again = sorted([*self.again, first, *other.again])[:_AGAIN]
        for value in (*words, *other.values):
            if value and len(self.values) < _AGAIN:
                self.values.setdefault(value)

    def where(self) -> str:
        """Say where its lines are.

        Some numbers where there are few, else the first and the last.
        """
        if self.count == 1:
            return ranged(self.example.number, self.last)
        if self.count == len(self.places) and self.lines == self.count:
            return ",".join(map(str, self.places))
        return f"{ranged(self.example.number, self.last)} ×{self.count}"


class Shapes:
    """The shapes of a log, in bounded memory.

    Where there are too many, those that differ in one word become one, the ones with the most of such words first.
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
                shape = found.get(_signature(parts, mask))
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


def _signature(parts: list[str], mask: int) -> tuple[str, ...]:
    return tuple("" if mask >> at & 1 else part for at, part in enumerate(parts))


def merged(shapes: list[Shape], room: int, into: Merged) -> list[Shape]:
    """Make one of shapes that differ in a word, always or as long as they take more than there is room.

    Args:
        shapes: The shapes.
        room: How many characters they may take.
        into: Where those that became one can be found.
    """
    left = {id(shape): shape for shape in shapes}
    # Words with few forms are likely none of values: these shapes become one only where they take far too much.
    crowded = [(least, places, room if least >= 6 else room * 5 // 4) for least, places in _CROWDED]
    for least, places, wanted in [*((*step, -1) for step in _VALUED), *crowded]:
        if _size(left) > wanted and (places == 1 or len(left) <= _FEW):
            _merge(left, least, places, wanted, into)
            if _size(left) > room:
                _merge_by_values(left, into)
    if _size(left) > 2 * room:
        _merge_by_beginning(left)
    return sorted(left.values(), key=lambda shape: shape.example.number)


def _size(left: dict[int, Shape]) -> int:
    return sum([shape.size for shape in left.values()])


def _merge(left: dict[int, Shape], least: int, places: int, wanted: int, into: Merged) -> None:
    """Make one of at least so many shapes that differ in so many words, each of which has so many forms."""
    size = _size(left)
    done: set[int] = set()
    for spots, group in _differing(left, least, places):
        if size <= wanted:
            break
        free = [shape for shape in group if id(shape) not in done]
        forms = [{shape.words[at] for shape in free} for at in spots]
        if len(free) < least or min(map(len, forms)) < min(least, 4):
            continue
        if wanted < 0 and not _are_values(free):
            continue
        free = _common(free)
        size -= sum([shape.size for shape in free[1:]])
        _make_one(free, spots, left, into)
        done.update(map(id, free))


def _differing(left: dict[int, Shape], least: int, places: int) -> list[tuple[list[int], list[Shape]]]:
    """Give the shapes that have all but so many words in common, with the places of these; the most first."""
    groups: dict[tuple[Any, ...], list[Shape]] = {}
    for shape in left.values():
        # The sum of the hashes of all other words stands for these words.
        hashes = [hash((at, word)) for at, word in enumerate(shape.words)]
        whole = sum(hashes)
        open_ones = [at for at, word in enumerate(shape.words[: _PLACED // places]) if word]
        start = (shape.weight, len(hashes))
        if places == 1:
            for at in open_ones:
                groups.setdefault((start, whole - hashes[at], at), []).append(shape)
        else:
            for at, other in combinations(open_ones, 2):
                groups.setdefault((start, whole - hashes[at] - hashes[other], at, other), []).append(shape)
    found = [(list(key[2:]), group) for key, group in groups.items() if len(group) >= least]
    return sorted(found, key=lambda item: (-len(item[1]), item[1][0].example.number, item[0]))


def _are_values(shapes: list[Shape]) -> bool:
    """Tell whether words that differ are values: these come about equally often, shapes do not."""
    counts = [shape.count for shape in shapes]
    mean = sum(counts) / len(counts)
    spread = sum([(count - mean) ** 2 for count in counts]) / len(counts)
    return spread <= max(_SPREAD * mean, mean * mean / 4)


def _common(shapes: list[Shape]) -> list[Shape]:
    """Leave out what is rare where its likes are common, in the order of the first lines."""
    counts = sorted(shape.count for shape in shapes)
    least = _RARE + 1 if counts[len(counts) // 2] >= 10 * _RARE else 0
    return sorted((s for s in shapes if s.count >= least), key=lambda shape: shape.example.number)


def _make_one(shapes: list[Shape], spots: list[int], left: dict[int, Shape], into: Merged) -> None:
    first, *others = shapes
    for at in spots:
        first.values.setdefault(first.words[at])
    for other in others:
        first.take(other, *[other.words[at] for at in spots])
        del left[id(other)]
    first.words = ["" if at in spots else word for at, word in enumerate(first.words)]
    mask = sum(1 << number for number, part in enumerate(first.words) if not part)
    into.setdefault((len(first.words), first.weight, mask), {})[tuple(first.words)] = first


def _merge_by_values(left: dict[int, Shape], into: Merged) -> None:
    """Make one of shapes that differ in words only that are values elsewhere."""
    values = {value for shape in left.values() for value in shape.values}
    groups: dict[tuple[object, ...], list[Shape]] = {}
    for shape in left.values():
        told = ["" if word in values else word for word in shape.words]
        groups.setdefault((shape.weight, *told), []).append(shape)
    for group in groups.values():
        if len(group) > 1:
            group.sort(key=lambda shape: shape.example.number)
            places = zip(*[shape.words for shape in group], strict=True)
            spots = [at for at, words in enumerate(places) if len(set(words)) > 1]
            _make_one(group, spots, left, into)


def _merge_by_beginning(left: dict[int, Shape]) -> None:
    """Make one of rare shapes that begin alike: what comes then is of any length."""
    groups: dict[tuple[object, ...], list[Shape]] = {}
    for shape in sorted(left.values(), key=lambda shape: shape.example.number):
        if shape.count <= _RARE and shape.weight != ERROR:
            groups.setdefault((shape.weight, *shape.words[:_ALIKE]), []).append(shape)
    for first, *others in groups.values():
        if len(others) >= _ALIKE:
            for other in others:
                first.take(other)
                del left[id(other)]


def log_draft(text: str) -> Draft:
    """Draft the digest of a log."""
    shapes, size, levels = Shapes(), 0, Counter[str]()
    for entry in entries(text):
        shapes.add(entry)
        size = entry.last
        if entry.read.weight >= WARNING and entry.read.level:
            levels[entry.read.level] += 1
    room = min(max(_LEAST, int(_SHARE * len(text))), _MOST_ROOM)
    most = max(60, room // 110)
    found = [shape for shape in shapes.within(room) if shape.example.text or shape.example.below]
    whole = sum(shape.size for shape in found)
    ranks = _ranks(found, most)
    parts = [
        part
        for shape, rank in zip(found, ranks, strict=True)
        for part in _parts(shape, rank, timed=3 * whole < 2 * room)
    ]
    told = "".join(f", {level} ×{number:,}" for level, number in levels.most_common(6))
    return Draft(f"log{told}", parts, size, counts={"shape": len(found)}, room=room, noun="shapes")


def _ranks(shapes: list[Shape], most: int) -> list[int]:
    """Rank shapes: errors, then warnings and what is rare, then the rest; of too many the first and the common."""
    ranks = [_rank(shape) for shape in shapes]
    seen: Counter[int] = Counter()
    for at in sorted(
        range(len(shapes)), key=lambda at: (ranks[at], -shapes[at].count if ranks[at] == 3 else at)
    ):
        seen[ranks[at]] += 1
        if seen[ranks[at]] > (most if ranks[at] <= 1 else most // 2):
            ranks[at] += 6
    return ranks


def _parts(shape: Shape, rank: int, *, timed: bool) -> Iterator[Part]:
    entry = shape.example
    line = _head(entry.line, timed=timed)
    text = clipped(line, _LONG)
    whole: tuple[Range, ...] = ((entry.number, entry.number),) if text == entry.line.text else ()
    yield Part(rank, "\n".join([f"{shape.where()} {text}", *_essence(entry)]), whole, shape.lines)
    if len(shape.values) > 1:
        told = ", ".join(list(shape.values)[1:])
        yield Part(max(rank, 5), f"  also {clipped(told, 160)}")
    for number, (at, again) in enumerate(shape.again):
        told = again if timed or entry.line.fields is not None else again[min(entry.line.told, len(again)) :]
        yield Part(max(rank, 5 + number), f"  {at} {clipped(told, _LONG)}")


def _head(line: Line, *, timed: bool) -> str:
    """Give the first line of an entry; without its time, and of JSON without what is long, if that saves much."""
    if line.fields is None:
        return line.text if timed or not line.told else line.text[line.told :]
    if timed and len(line.text) <= _LONG and not _long_fields(line):
        return line.text
    return bare(line, without=_long_fields(line))


def _long_fields(line: Line) -> dict[str, str]:
    fields = line.fields or {}
    return {
        name: value
        for name, value in fields.items()
        if isinstance(value, str) and (len(value) > _LONG // 2 or "\n" in value)
    }


def _rank(shape: Shape) -> int:
    if shape.weight == ERROR:
        return 0 if shape.count <= _RARE else 1
    if shape.weight == WARNING or shape.count <= _RARE:
        return 2
    return 3


def _essence(entry: Entry) -> list[str]:
    """Give what stands below the first line, in brief: lines, and fields that are long."""
    told = [
        line
        for value in _long_fields(entry.line).values()
        for line in _brief("", [part for part in value.split("\n") if part.strip()][:200], "\n" in value)
    ]
    if entry.line.fields is None and len(entry.text) > _LONG:
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
        told = summarize_error("\n".join([head, *below])).split("\n")
        return [clipped(line, _LONG) for line in told if line.strip() and line.strip() not in head][:_BRIEF]
    kept = below[:4] if len(below) > 5 else below
    return [clipped(line.strip(), _LONG // 2) for line in kept]
