"""Draft: all that a digest could say, in parts; and as many of them as there is room for."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from ..tokens.counters import TokenCounter, count

Unit = Literal["line", "item", "field"]
Range = tuple[int, int]

STANDARD = 4
"""The last rank that is shown whatever it takes, where there is no budget."""

MARKERS = frozenset(
    [
        *("log", "json", "diff", "listing", "table", "html", "binary", "error", "text"),
        *("line", "lines", "item", "items", "field", "fields", "shape", "shapes", "file", "files"),
        *("folder", "folders", "hunk", "hunks", "row", "rows", "character", "characters", "byte", "bytes"),
        *("left", "out", "more", "also", "other", "others", "at", "in", "order", "unusual", "missing"),
        *("duplicate", "distinct", "or", "values", "key", "null", "true", "false"),
        *("as", "base64", "sha256", "png", "jpeg", "gif", "image", "audio", "pdf", "zip", "gzip", "elf"),
        *("wasm", "zstd", "xz", "sqlite", "font"),
    ]
)
"""The words that a digest may have besides those of its input."""

COUNTED = re.compile(r"\bsha256 [0-9a-f]+\b|\b\d[\d,]*\b")
"""The numbers that a digest may have besides: counts, places and hashes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a digest.

    Attributes:
        rank: How soon it is left out: the higher, the sooner. What belongs to another part has no lower one.
        text: What is written.
        shown: The lines or items of the input that it shows.
        stands: How many lines or items it stands for.
    """

    rank: int
    text: str
    shown: tuple[Range, ...] = ()
    stands: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """All that a digest could say.

    Attributes:
        kind: What the input is.
        parts: In the order in which they are read.
        size: How many lines or items the input has.
        unit: Which of both.
        counts: What was counted, by name, in the order in which it is told.
        room: What is worth saying where there is no budget, in characters.
        noun: What a part is that stands for others, such as a shape.
        stood: What these are, if not units of the input.
        gaps: Whether each gap is to be named where it is.
    """

    kind: str
    parts: Sequence[Part]
    size: int
    unit: Unit = "line"
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    room: int = 0
    noun: str = ""
    stood: Unit | None = None
    gaps: bool = False

    def write(self, parts: Sequence[Part], name: str) -> str:
        """Write some of the parts under a heading that says what is left out."""
        gone = missing((each.shown for each in parts), self.size)
        lines = [self._heading(name, sum(last - first + 1 for first, last in gone))]
        before = 0
        for part in parts:
            if self.gaps and part.shown:
                lines += _gap(before + 1, part.shown[0][0] - 1, self.unit)
                before = part.shown[-1][1]
            lines.append(part.text)
        if self.gaps:
            lines += _gap(before + 1, self.size, self.unit)
        shown = set(map(id, parts))
        if hidden := [part for part in self.parts if part.stands and id(part) not in shown]:
            stood = sum(part.stands for part in hidden)
            of = several(stood, self.stood or self.unit)
            lines.append(f"[+{len(hidden):,} {self.noun}, {of} left out]")
        return "\n".join(lines)

    def _heading(self, name: str, gone: int) -> str:
        told = [self.kind, several(self.size, self.unit)]
        told += [several(number, noun) for noun, number in self.counts.items() if number]
        if gone:
            told.append(f"{gone:,} left out")
        return f"[{f'{name}: ' if name else ''}{', '.join(told)}]"


def several(number: int, noun: str) -> str:
    """Write a number with its noun.

    >>> several(1, "line"), several(2_000, "shape"), several(3, "left out")
    ('1 line', '2,000 shapes', '3 left out')
    """
    plural = noun if number == 1 or noun.endswith(("out", "s")) else f"{noun}s"
    return f"{number:,} {plural}"


def clipped(text: str, longest: int) -> str:
    """Cut a text behind a word, to at most so many characters; of a word that is longer nothing is shown.

    >>> clipped("no rate for CHF", 12), clipped("x" * 5_000, 12)
    ('no rate for', '[5,000 characters]')
    """
    if len(text) <= longest:
        return text
    at = longest
    while at and _is_word(text[at - 1]) and _is_word(text[at]):
        at -= 1
    return text[:at].rstrip() or f"[{len(text):,} characters]"


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def ranged(first: int, last: int) -> str:
    """Write a range of lines or items.

    >>> ranged(12, 12), ranged(12, 40)
    ('12', '12-40')
    """
    return f"{first}-{last}" if last > first else f"{first}"


def _gap(first: int, last: int, unit: Unit) -> list[str]:
    if last < first:
        return []
    return [f"[{unit}{'s' if last > first else ''} {ranged(first, last)} left out]"]


def missing(shown: Iterable[Sequence[Range]], size: int) -> tuple[Range, ...]:
    """Give the ranges of 1 to `size` that are not shown.

    >>> missing([[(2, 3)], [(5, 5)]], 7)
    ((1, 1), (4, 4), (6, 7))
    """
    gone, at = [], 1
    for first, last in sorted(part for ranges in shown for part in ranges):
        if first > at:
            gone.append((at, first - 1))
        at = max(at, last + 1)
    return tuple([*gone, (at, size)] if at <= size else gone)


def chosen(draft: Draft, budget: int | None, counter: TokenCounter, name: str) -> list[Part]:
    """Give the parts that there is room for, the weightiest first and up to the first that doesn't fit.

    So a larger budget shows what a smaller one does, and more.
    """
    order = sorted(range(len(draft.parts)), key=lambda index: draft.parts[index].rank)
    if budget is None:
        most = _worth(draft, order)
    else:
        most = _largest(
            _possible(draft, order, budget),
            lambda n: count(counter, draft.write(_of(draft, order[:n]), name)) <= budget,
        )
    return _of(draft, order[:most])


def _of(draft: Draft, indices: Iterable[int]) -> list[Part]:
    return [draft.parts[index] for index in sorted(indices)]


def _worth(draft: Draft, order: Sequence[int]) -> int:
    used = 0
    for number, index in enumerate(order):
        used += len(draft.parts[index].text) + 1
        if draft.parts[index].rank > STANDARD and used > draft.room:
            return number
    return len(order)


def _possible(draft: Draft, order: Sequence[int], budget: int) -> int:
    """Give how many parts may fit at most: no text has more than 20 characters a token but odd ones."""
    room = 20 * budget
    for number, index in enumerate(order):
        room -= len(draft.parts[index].text) + 1
        if room < 0:
            return number
    return len(order)


def _largest(high: int, fits: Callable[[int], bool]) -> int:
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low
