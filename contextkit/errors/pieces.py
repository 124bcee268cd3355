"""Pieces of a summary, and as many of them as a budget allows."""

import dataclasses
import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from ..patterns import Pattern
from ..tokens.counters import TokenCounter, count

STANDARD = 5
"""The last rank that is shown when no budget is given."""

_GAP = " … "
_DENSITY = 4.5  # characters of a token, at first
_SPACES = Pattern(r"\s+(?=\S)")
_ENDS_WORD = Pattern(r"\s+\S*$")


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line.

    Attributes:
        rank: How soon it is left out: the higher, the sooner.
        line: The line of the summary that it stands on.
        text: What is written there, behind the pieces before it.
        gap: What is written before it where the piece before it is left out.
    """

    rank: int
    line: int
    text: str
    gap: str = ""


class Pieces(list[Piece]):
    """Pieces in the order in which they are read, added line by line."""

    def start(self, rank: int, text: str) -> None:
        """Begin a new line."""
        self.append(Piece(rank, self[-1].line + 1 if self else 0, text))

    def add(self, rank: int, text: str) -> None:
        """Add to the last line; what is added never outlives what it is added to."""
        self.append(Piece(max(rank, self[-1].rank), self[-1].line, text))

    def long(self, rank: int, text: str, longest: int, beyond: int = STANDARD + 2) -> None:
        """Begin a new line of which both ends outlive the middle: the cause of a long message stands last.

        Args:
            rank: How soon both ends are left out.
            text: The line.
            longest: Characters of both ends together.
            beyond: How soon the middle is left out.
        """
        start, end = both_ends(text, longest)
        self.start(rank, start)
        if len(start) < len(text):
            self.add(beyond, text[len(start) : len(text) - len(end)])
        if end:
            self.append(Piece(rank, self[-1].line, end, _GAP))


def both_ends(text: str, longest: int) -> tuple[str, str]:
    """Give a text of at most so many characters, or two thirds of them from its beginning and one from its end.

    >>> both_ends("cannot build: step 7 of 19: no such file", 24)
    ('cannot build:', 'file')
    """
    if len(text) <= longest:
        return text, ""
    start = shortened(text, longest * 2 // 3)
    words = _SPACES.search(text, max(len(text) - longest // 3, len(start)))
    return start, text[words.end() :] if words else ""


def abridged(text: str, longest: int) -> str:
    """Write both ends of a text that is longer than so many characters.

    >>> abridged("cannot build: step 7 of 19: no such file", 24)
    'cannot build: … file'
    """
    return _GAP.join(filter(None, both_ends(text, longest)))


def shortened(text: str, longest: int) -> str:
    """Cut a text behind a word, to at most so many characters.

    >>> shortened("no rate for CHF", 12)
    'no rate for'
    """
    if len(text) <= longest:
        return text
    if text[longest].isspace():
        return text[:longest].rstrip()
    at = longest
    while at > longest // 2 and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at -= 1
    return text[:at].rstrip() if at > longest // 2 else _ENDS_WORD.sub("", text[:longest])


def written(pieces: Sequence[Piece]) -> str:
    r"""Write pieces as lines.

    >>> written([Piece(0, 0, "KeyError: 'a'"), Piece(2, 1, "  at a.py:3")])
    "KeyError: 'a'\n  at a.py:3"
    """
    lines: dict[int, list[str]] = {}
    for piece in pieces:
        parts = lines.setdefault(piece.line, [])
        if piece.gap and len(parts) == 1:
            parts.append(piece.gap)
        parts.append(piece.text)
    return "\n".join("".join(lines[line]) for line in sorted(lines))


def fitted(pieces: Sequence[Piece], budget: int, counter: TokenCounter, last: int | None = None) -> str:
    """Write the weightiest pieces that have at most `budget` tokens together.

    They are taken in the order of their ranks up to the first that doesn't fit, so that a larger budget
    shows what a smaller one does, and more. If the very first one is too large it is cut behind a word.
    """
    order = sorted(
        (index for index, piece in enumerate(pieces) if last is None or piece.rank <= last),
        key=lambda index: pieces[index].rank,
    )
    # No piece has less than a token for 20 characters but in odd texts; those are cut too early, never too late.
    sizes = list(accumulate((len(pieces[index].text) + 1 for index in order), initial=0))
    low, high = 0, bisect_left(sizes, 20 * budget, hi=len(order))
    density, tries = _DENSITY, 0
    while low < high:
        # As many as would fill the budget with the characters a token of the last try; halves, if that leads nowhere.
        middle = bisect_left(sizes, budget * density, low + 1, high) if tries < 5 else (low + high + 1) // 2
        tokens = count(counter, written([pieces[index] for index in sorted(order[:middle])]))
        low, high = (middle, high) if tokens <= budget else (low, middle - 1)
        density, tries = sizes[middle] / max(tokens, 1), tries + 1
    if low or not order:
        return written([pieces[index] for index in sorted(order[:low])])
    words = re.findall(r"\s*\S+", pieces[order[0]].text[: 20 * budget])
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if count(counter, "".join(words[:middle])) <= budget:
            low = middle
        else:
            high = middle - 1
    return "".join(words[:low])
