"""Any other text: both ends, the lines that matter and the headings, each gap with its lines."""

import re

from ..errors.salience import shape, weight
from .drafts import Draft, Part, clipped
from .entries import lines_of
from .masks import clean

_LONG = 300
_ENDS = 400  # lines of each end that are looked at
_MOST = 400  # lines that matter, and headings, of each kind
_SHARE, _LEAST = 0.25, 3_000
HEADING = re.compile(
    r"#{1,4} \S|"
    r"(?:(?:export|public|private|protected|static|async|abstract|final|default|pub|pub\(crate\)) ){0,4}"
    r"(?:def|class|func|fn|function|interface|struct|enum|trait|impl|module|type|namespace|describe|"
    r"object)\b[ (]"
)
"""What begins a part of code, or of prose in Markdown."""


def text_draft(text: str) -> Draft:
    """Draft the digest of a text of no known kind."""
    size = text.count("\n") + (not text.endswith("\n"))
    found = _Found(size)
    for number, raw in enumerate(lines_of(text), start=1):
        found.add(number, raw)
    parts = []
    for number, (rank, raw) in sorted(found.ranked().items()):
        line = clean(raw)
        told = clipped(line, _LONG)
        parts.append(Part(rank, told, ((number, number),) if len(told) >= len(line) else ()))
    return Draft("text", parts, size, room=max(_LEAST, int(_SHARE * len(text))), gaps=True)


class _Found:
    """The lines of a text that may be shown."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.ends: list[tuple[int, str]] = []
        self.headings: list[tuple[int, str]] = []
        self.first: dict[str, tuple[int, int, str]] = {}
        self.last: dict[str, tuple[int, int, str]] = {}

    def add(self, number: int, raw: str) -> None:
        """Look at a line."""
        if number <= _ENDS or number > self.size - _ENDS:
            self.ends.append((number, raw))
        if not raw.strip():
            return
        if len(self.headings) < _MOST and HEADING.match(raw.lstrip()):
            self.headings.append((number, raw))
        heavy = weight(raw[:_LONG])
        if heavy >= 2 and len(self.first) < _MOST:
            key = shape(raw[:_LONG])
            self.first.setdefault(key, (number, heavy, raw))
            self.last[key] = (number, heavy, raw)

    def ranked(self) -> dict[int, tuple[int, str]]:
        """Give the lines with their ranks: ends, what tells of a failure, headings, then more of the ends.

        Where there are many headings, the text is code or prose: words of failure are a part of it.
        """
        is_prose = len(self.headings) * 60 >= self.size
        ranks: dict[int, tuple[int, str]] = {}

        def rank(number: int, rank: int, raw: str) -> None:
            ranks[number] = (min(ranks.get(number, (rank, ""))[0], rank), raw)

        for number, raw in self.ends:
            near = min(number - 1, self.size - number)
            rank(number, 4 if near < 3 else 8 + near // 2, raw)
        for nth, (number, raw) in enumerate(self.headings):
            rank(number, 7 + nth // 20, raw)
        for found in (self.first, self.last):
            for nth, (number, heavy, raw) in enumerate(sorted(found.values(), key=lambda each: -each[1])):
                rank(number, (12 if is_prose else 4 if heavy > 2 else 6) + nth // 6, raw)
        return ranks
