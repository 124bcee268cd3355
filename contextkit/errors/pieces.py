"""Pieces of a summary, and as many of them as a budget allows."""

import dataclasses
import re
from collections.abc import Sequence

from ..patterns import Pattern
from ..tokens.counters import TokenCounter, count

STANDARD = 5
"""The last rank that is shown when no budget is given."""

_ENDS_WORD = Pattern(r"\s+\S*$")


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line.

    Attributes:
        rank: How soon it is left out: the higher, the sooner.
        line: The line of the summary that it stands on.
        text: What is written there, behind the pieces before it.
    """

    rank: int
    line: int
    text: str


class Pieces(list[Piece]):
    """Pieces in the order in which they are read, added line by line."""

    def start(self, rank: int, text: str) -> None:
        """Begin a new line."""
        self.append(Piece(rank, self[-1].line + 1 if self else 0, text))

    def add(self, rank: int, text: str) -> None:
        """Add to the last line; what is added never outlives what it is added to."""
        self.append(Piece(max(rank, self[-1].rank), self[-1].line, text))

    def long(self, rank: int, text: str, longest: int) -> None:
        """Begin a line with as much of a text as has its place in a summary; the rest for who has room."""
        short = shortened(text, longest)
        self.start(rank, short)
        if len(short) < len(text):
            self.add(STANDARD + 2, text[len(short) :])


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
        lines.setdefault(piece.line, []).append(piece.text)
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
    room, most = 20 * budget, 0
    while most < len(order) and room > 0:
        room -= len(pieces[order[most]].text) + 1
        most += 1
    low, high = 0, most
    middle = most  # mostly all of them fit
    while low < high:
        if count(counter, written([pieces[index] for index in sorted(order[:middle])])) <= budget:
            low = middle
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
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
