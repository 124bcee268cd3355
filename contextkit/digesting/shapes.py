"""Shape: lines of a log that are alike, with their count and places."""

import dataclasses
from itertools import islice

from .drafts import ranged
from .entries import Entry
from .masks import ERROR, LONGEST

SHOWN = 240
"""Characters of a line that are shown."""

RARE = 2
"""Lines; a shape that has no more is worth as much as a warning."""

_AGAIN = 24  # further lines of an error that are kept
_PLACES = 6  # numbers of lines that are told one by one
_ASIDE = 14  # characters that say where and how often


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
        return min(SHOWN, len(self.example.text)) + _ASIDE

    @property
    def weight(self) -> int:
        """How much it matters: `ERROR`, `WARNING` or `OTHER`."""
        return self.example.read.weight

    def begins(self, most: int) -> tuple[str, ...]:
        """Give the first of its words that say something: no numbers, and not how bad it is."""
        level = self.example.read.level
        return tuple(islice((word for word in self.words[1:] if word.strip("0") and word != level), most))

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
