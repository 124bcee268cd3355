"""Adding up token counts exactly: where that is right as it is, and the repair where it is not.

**The seam rule.** An encoding first splits a text by a pattern, from left to right and without ever looking
back, then encodes each match on its own. So if a match ends between `left` and `right` in the joined text,
and `left` alone is split as it is there, the split starts afresh at that place, and `count(left + right) ==
count(left) + count(right)`. Such a place is a *hard boundary*. Five kinds can be told from the characters
on its two sides alone (compare the pre-tokeniser patterns of o200k and cl100k, `vocabularies.PATTERNS`):

- *newline, then a printable ASCII sign* (o200k: other than `/`). A newline is only ever in the tail after
  punctuation or in a match of white space. The tail takes newlines (o200k: and `/`), the other white space;
  both must stop. Words and numbers cannot take a newline. Both kinds of match are greedy, and end with this
  newline whether or not something follows.
- *newline, then one space and a printable ASCII sign*. The tail takes no space, and a match of white space
  that has a newline in it ends with its last newline.
- *ASCII letter, then an ASCII sign that is no letter* (o200k: other than `'`, because a contraction belongs
  to its word). Only letters, marks and contractions go on after a letter.
- *ASCII digit, then an ASCII sign that is no digit*. A number takes digits only.
- *ASCII punctuation, then a digit, a space or a tab*. Punctuation takes more of its kind, newlines and `/`,
  and before a letter it may be a part of the word; it takes none of these.

At all other places the joined text may have fewer tokens than the sum, or more.

**The repair.** Hard boundaries are decided by two or three characters, so those inside a piece stay where
they are when it is joined to others. Let `p` be the last one in `left` and `q` the first one in `right`.
Then the joined text has `count(left) + count(right) + count(left[p:] + right[:q]) - count(left[p:]) -
count(right[:q])` tokens, since all other parts are bounded by hard boundaries on both sides. Where a piece
has none, the window reaches over it.
"""

import re
from collections.abc import Iterator, Sequence

from .counters import TokenCounter, count, seams_of


def is_safe(seams: re.Pattern[str] | None, left: str, right: str) -> bool:
    r"""Tell whether counts may be added up where `left` meets `right`.

    It looks only at the last character of `left` and the first of `right`.

    Args:
        seams: The hard boundaries of a counter (`counters.seams_of`), or None: then no place is safe, but
            for one beside an empty text.
        left: A text.
        right: The text after it.

    Example:
        >>> from contextkit.tokens.vocabularies import SEAMS
        >>> is_safe(SEAMS["o200k_base"], "</event>\n", "<event>\n")
        True
        >>> is_safe(SEAMS["o200k_base"], "some", "thing")
        False
    """
    if not left or not right:
        return True
    return seams is not None and seams.match(left[-1] + right[0], 1) is not None


def joined_count(counter: TokenCounter, pieces: Sequence[str], counts: Sequence[int]) -> int:
    r"""Count the tokens of `"".join(pieces)`, exactly, from the counts of the pieces.

    Where two pieces meet at a hard boundary their counts are added up; elsewhere a few characters around
    the place are counted again. A counter that does not say where its counts add up counts the whole joined
    text.

    Args:
        counter: The counter.
        pieces: The texts that are joined.
        counts: The tokens of each of them, by the same counter.

    Returns:
        `counter("".join(pieces))`.

    Raises:
        ValueError: There are not as many counts as pieces.
        CounterError: The counter returned something else than a number of tokens.

    Example:
        >>> from contextkit.tokens.counters import EncodingCounter
        >>> counter = EncodingCounter("o200k_base")
        >>> counter("inter"), counter("national"), counter("international")
        (1, 1, 1)
        >>> joined_count(counter, ["inter", "national"], [1, 1])
        1
    """
    if len(pieces) != len(counts):
        raise ValueError(f"{len(pieces)} pieces, but {len(counts)} counts")
    seams = seams_of(counter)
    if seams is None:
        return count(counter, "".join(pieces))
    total = sum(counts)
    for run in _unsafe_runs(seams, pieces):
        total += _correction(counter, seams, [pieces[i] for i in run], [counts[i] for i in run])
    return total


def _unsafe_runs(seams: re.Pattern[str], pieces: Sequence[str]) -> Iterator[list[int]]:
    """Yield the positions of pieces that meet at unsafe places, run by run, empty pieces left out."""
    run: list[int] = []
    last = ""
    hard: dict[str, bool] = {}
    for i, piece in enumerate(pieces):
        if not piece:
            continue
        pair = last + piece[0]
        safe = hard.get(pair)
        if safe is None:
            safe = hard[pair] = seams.match(pair, len(last)) is not None
        if safe or not last:
            if len(run) > 1:
                yield run
            run = []
        run.append(i)
        last = piece[-1]
    if len(run) > 1:
        yield run


def _correction(counter: TokenCounter, seams: re.Pattern[str], pieces: list[str], counts: list[int]) -> int:
    """Say how many tokens the joined pieces of a run have more than the sum of their counts."""
    more = 0
    start = _last_seam(seams, pieces[0])
    window = [pieces[0][start:]]
    apart = count(counter, window[0]) if start else counts[0]
    for piece, tokens in zip(pieces[1:], counts[1:], strict=True):
        seam = seams.search(piece)
        if seam is None:
            window.append(piece)
            apart += tokens
            continue
        head = piece[: seam.start()]
        more += count(counter, "".join([*window, head])) - apart - count(counter, head)
        window = [piece[_last_seam(seams, piece) :]]
        apart = count(counter, window[0])
    if len(window) > 1:
        more += count(counter, "".join(window)) - apart
    return more


def _last_seam(seams: re.Pattern[str], text: str) -> int:
    """Find the last hard boundary in a text, or 0. It looks at the end first: most often that is enough."""
    reach = 64
    while True:
        start = max(0, len(text) - reach)
        places = [seam.start() for seam in seams.finditer(text, start)]
        if places or start == 0:
            return places[-1] if places else 0
        reach *= 8
