"""The guards: a word of failure is told, and a text that no parser reads is quoted."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence

from ..exceptions import SettingError
from ..patterns import Pattern
from ..tokens.counters import TokenCounter, count
from .facts import OwnCode, own_code
from .frames import frame_of
from .pieces import STANDARD, Piece, Pieces, abridged, fitted
from .salience import FAILED, Alike, failure_at, from_both_ends, is_letter, places, salient, shape
from .unexplained import explains, words_of

MOST = 1_900  # tokens of a summary without a budget
_FALLBACK = 640  # tokens of one of a format that nobody knows; more for a long text
_LONG = 200  # lines of a log, of whose ends but some say more than what stands around a line that speaks of failure
_OF_ENDS = 6
_WIDE = 600  # characters
_NEAR = 40  # lines
_MOST_PLACES = 100
_LAST = 999  # the rank of a line that nothing speaks for
_FEW = 3  # lines of a shape that are all quoted
_FAILED = "failed"  # the least that can be said
_RULER = Pattern(r"([^\w\s])\1{4,}")


def add_failure(pieces: Pieces, lines: Sequence[str]) -> None:
    """See to it that a word of failure is there, if the text has one."""
    if any(piece.rank <= 1 and failure_at(piece.text) >= 0 for piece in pieces):
        return
    telling = next((index for index, piece in enumerate(pieces) if failure_at(piece.text) >= 0), -1)
    if telling >= 0 and pieces[telling].rank <= STANDARD and not pieces[telling].text.startswith(" "):
        pieces[telling] = dataclasses.replace(pieces[telling], rank=1)
    elif line := next((line for line in lines if failure_at(line) >= 0), ""):
        pieces.start(1, _around_failure(line))


def telling(
    pieces: Sequence[Piece], text: str, budget: int, counter: TokenCounter, last: int | None = None
) -> str:
    """Write the pieces that fit, with a word of failure, if the text has one.

    Raises:
        SettingError: If not even that word fits.
    """
    summary = fitted(pieces, budget, counter, last)
    if failure_at(summary) >= 0 or failure_at(text) < 0:
        return summary
    order = sorted(
        (piece for piece in pieces if last is None or piece.rank <= last), key=lambda piece: piece.rank
    )
    word = _failing_word(next((piece.text for piece in order if failure_at(piece.text) >= 0), text))
    first = min(range(len(pieces)), key=lambda index: pieces[index].rank)
    headed = [*pieces]
    headed[first] = dataclasses.replace(pieces[first], text=f"{word}: {pieces[first].text}")
    for said in (fitted(headed, budget, counter, last), word, _FAILED):
        if failure_at(said) >= 0 and count(counter, said) <= budget:
            return said
    least = min(count(counter, word), count(counter, _FAILED))
    raise SettingError(
        "summarize_error.budget", budget, f"it must be {least} or more to say that something failed"
    )


def _failing_word(text: str) -> str:
    """Give the word that tells of a failure, as it stands in a text."""
    start = failure_at(text)
    end = start + next(len(word) for word in FAILED if text[start:].lower().startswith(word))
    least, most = max(start - 40, 0), end + 40
    while start > least and is_letter(text[start - 1]):
        start -= 1
    while end < most and is_letter(text[end : end + 1]):
        end += 1
    return text[start:end]


def _around_failure(line: str) -> str:
    at = failure_at(line)
    start = line.rfind(" ", 0, at) + 1 if at > 100 else 0
    return abridged(line[start:].strip(), 300)


def quoted(lines: Sequence[str], own: OwnCode = own_code) -> tuple[Pieces, int]:
    """Quote the lines that matter, those around them and both ends, in their order.

    Args:
        lines: The lines.
        own: Tells a frame of the user's own code from others, which are quoted last.

    Returns:
        The pieces, and the tokens that they are worth.
    """
    pieces = Pieces()
    numbers = [at for at, line in enumerate(lines) if line.strip()]
    if not numbers:
        return pieces, MOST
    numbers = [at for at in numbers if not _is_drawn(lines[at])] or numbers
    by_weight = from_both_ends(salient(lines, least=1))
    strong = sum(1 for alike in by_weight if alike.weight >= 2)
    worth = min(_FALLBACK + sum(map(len, lines)) // 130 + 15 * max(strong - 12, 0), MOST)
    ranks = _ranks(lines, numbers, by_weight)
    for at, rank in _places(lines, by_weight, own):
        ranks[at] = min(ranks.get(at, _LAST), rank)
    many = {alike.numbers[0]: alike.numbers for alike in by_weight if len(alike.numbers) > _FEW}
    telling = [alike.numbers[0] for alike in by_weight if failure_at(lines[alike.numbers[0]]) >= 0]
    strongest = next(iter(telling), next((at for at in numbers if failure_at(lines[at]) >= 0), numbers[-1]))
    for at in sorted({*ranks, strongest}):
        rank = 0 if at == strongest else ranks[at] + 1
        if rank and at != numbers[-1] and (frame := frame_of(lines[at])) and not own(frame):
            rank = _LAST
        line = _around_failure(lines[at]) if at == strongest and len(lines[at]) > 900 else lines[at].rstrip()
        # The middle of a very long line would keep all out that comes after it; that of JSON tells least.
        is_json = '{"' in line
        beyond = rank + 20 if len(line) < _WIDE and not is_json else _LAST
        pieces.long(rank, line, 300 if at == strongest else 240 if is_json else 200, beyond)
        if at in many:
            pieces.add(60, f" ×{len(many[at])} {' '.join(places(lines, many[at])[1:])}".rstrip())
    return pieces, worth


def _ranks(lines: Sequence[str], numbers: Sequence[int], by_weight: Sequence[Alike]) -> dict[int, int]:
    """Say of lines how soon they are left out: first by weight, then by what stands around them, then the ends."""
    ranks: dict[int, int] = {}
    shown = Counter[int]()
    for heavy, same in by_weight:
        shown[heavy] += 1
        rank = (3 - heavy) * 40 + min(shown[heavy], 39)
        ranks[same[0]] = rank
        if len(same) <= _FEW:
            ranks |= dict.fromkeys(same[1:], rank + 40)
    ranks[numbers[-1]] = 0
    counted = {at: same[0] for _, same in by_weight if len(same) > _FEW for at in same[1:]}
    for heavy, same in by_weight:
        first = same if len(same) <= _FEW else same[:1]
        near = (around for at in first for around in _around(lines, at)) if heavy >= 2 else ()
        for at, distance in near:
            if at not in counted or not explains(words_of(lines[counted[at]]), lines[at]):
                ranks[at] = min(ranks.get(at, _LAST), 40 * (4 - heavy) + 5 * distance)
    some = _OF_ENDS if len(numbers) > _LONG else len(numbers)
    for distance, at in enumerate(_ends(lines, numbers)):
        ranks[at] = min(ranks.get(at, _LAST), (60 if distance < some else 90) + distance // 2)
    return ranks


def _places(lines: Sequence[str], by_weight: Sequence[Alike], own: OwnCode) -> Iterator[tuple[int, int]]:
    """Give the nearest place in own code above each line that speaks of failure, and how soon it is left out."""
    for heavy, same in by_weight[:_MOST_PLACES]:
        for at in same[:1] if heavy >= 2 else ():
            for near in range(at - 1, max(at - _NEAR, -1), -1):
                if not lines[near].strip():
                    break
                if (frame := frame_of(lines[near])) and own(frame):
                    yield near, 40 * (4 - heavy)
                    break


def _around(lines: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    """Give the lines around one, up to a blank line, each with how far it is."""
    for step, most in ((1, 4), (-1, 2)):
        for distance in range(1, most + 1):
            near = at + step * distance
            if not 0 <= near < len(lines) or not lines[near].strip():
                break
            yield near, distance


def _ends(lines: Sequence[str], numbers: Sequence[int]) -> list[int]:
    """Give the lines of both ends, outermost first, and of lines alike but one from each end."""
    ends: list[int] = []
    for order in (numbers[:60], numbers[::-1][:60]):
        seen: dict[str, int] = {}
        for distance, at in enumerate(order):
            if seen.setdefault(shape(lines[at][:200]), distance) == distance:
                ends.append(2 * distance * len(lines) + at)
    return [end % len(lines) for end in sorted(ends)]


def _is_drawn(line: str) -> bool:
    """Whether a line is a ruler, a box, or letters made of signs."""
    signs = "".join(_RULER.sub("", line[:200]).split())
    return sum(map(str.isalnum, signs)) * 3 < len(signs) or not signs
