"""The guard behind the parsers: lines that matter, and whose facts no parser has told."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from ..patterns import Pattern
from .facts import OwnCode
from .findings import is_source
from .frames import frame_of
from .pieces import STANDARD, Pieces, abridged
from .salience import CALM, TITLE, Alike, from_both_ends, salient
from .unknown_stacks import loose_frame

_MOST = 12  # lines; of a long log up to twice as many
_LINES_FOR_ONE = 100
_FEW_BEHIND = 4
_WARNINGS = 2
_BESIDE = 4
_NEAR = 12  # lines
_FEW_ALIKE = 4  # lines of one shape, of which each is told that has a fact of its own
_WORD = Pattern(r"\w+")
_NO_FACT = Pattern(
    r"0x[0-9a-fA-F]+|\b[0-9a-f]{8,}\b|\d+:\d\d[:.]\d+\S*|\d{4}-\d\d-\d\d|(?<![\w.])[\d.]+ ?(?:ms|s)\b|(?<![\w.@-])(?:[\w.@-]*/)+(?=[\w.@-])|\[\d+\]"
)
_FACT = Pattern(
    r"\"[^\"]*\"|'[^']*'|`[^`']*[`']|‘[^’]*’|(?<![\w.])[\w.-]*\d[\w.-]*|\b\w+_\w+\b|\b[a-z]+[A-Z]\w*"
)
_FIELD = Pattern(r"\s*[\w ().#-]{2,40}[:=] *\S")
_DRAWN = Pattern(r"\s*>?\s*\d*\s*[|│]|[\s\W]*$|.*[;{(|]$")
STATUS = Pattern(r"(?i)\bexit(?:ed)?(?: with)?[ _]?(?:code|status)\"?[ :=]+[1-9]|\(exit [1-9]|\brc=[1-9]")
_CLOCK = Pattern(
    r"(?<!\S)\[?\d{2,4}[-./]\d\d[-./]\d{2,4}[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| UTC)?[\]:]?(?: +|$)"
)


def add_unexplained(pieces: Pieces, lines: Sequence[str], used: Collection[int], own: OwnCode) -> None:
    """Add the lines that matter and are not explained by what was understood."""
    if all(at in used or not line.strip() for at, line in enumerate(lines)):
        return
    summary = " ".join(piece.text for piece in pieces if piece.rank <= STANDARD)
    words = words_of(summary)
    # A short text is told nearly whole; of a longer one what speaks of failure, and of a warning or two.
    said = sum(1 for line in lines if line.strip())
    least = 0 if said <= 12 else 1 if said <= 30 else 2
    missed = [
        alike
        for alike in salient(lines, used, least)
        if (alike.weight or _says(lines, alike.numbers[0])) and not explains(words, lines[alike.numbers[0]])
    ]
    end = max((alike.numbers[-1] for alike in missed), default=0)
    # What a run ended with is never left out, however much else matters.
    missed = sorted(
        from_both_ends(missed),
        key=lambda alike: alike.numbers[-1] != end and not STATUS.search(lines[alike.numbers[-1]]),
    )
    if least > 1:
        missed += _others(_warnings(lines, used), missed, words, lines, _WARNINGS)
    missed += _others(_beside(lines, used, missed), missed, words, lines, _BESIDE)
    missed += _others(_behind(lines, used), missed, words, lines, _FEW_BEHIND)
    most = min(_MOST + said // _LINES_FOR_ONE, 2 * _MOST)
    for heavy, numbers in sorted(missed[:most], key=lambda alike: alike.numbers[0]):
        line = _timeless(lines[numbers[0]])
        pieces.start(
            3 if heavy > 2 else 4 if heavy == 2 else STANDARD, abridged(line, 300 if heavy > 2 else 160)
        )
        if heavy > 1 and (place := _place_below(lines, numbers[0], own)) and place not in summary:
            pieces.add(STANDARD, f" at {place}")
        if len(numbers) > 1:
            pieces.add(4, f" ×{len(numbers)}")
            told = words | words_of(line)
            for number in numbers[1:] if len(numbers) <= _FEW_ALIKE else numbers[-1:]:
                if not explains(told, lines[number]):
                    other = _timeless(lines[number])
                    pieces.start(STANDARD, abridged(other, 160))
                    told |= words_of(other)
    if len(missed) > most:
        pieces.start(4, f"[+{len(missed) - most} more lines]")


def _place_below(lines: Sequence[str], at: int, own: OwnCode) -> str:
    """Give the first place in own code of a stack that stands below a line and that no parser has read."""
    others = 0
    for line in lines[at + 1 : at + _NEAR]:
        frame = frame_of(line) or loose_frame(line)
        if frame is not None and own(frame):
            return frame.place
        others = 0 if frame is not None else others + 1
        if others > 2 or not line.strip():
            break
    return ""


def _timeless(line: str) -> str:
    return _CLOCK.sub("", line.strip(), 1)


def _says(lines: Sequence[str], at: int) -> bool:
    """Whether a line that speaks of no failure may say something: it is no title, and says more than that it is busy."""
    line = lines[at]
    busy = line.rstrip().endswith("...") or TITLE.match(line) or _is_calm(lines, at)
    return len(_WORD.findall(line)) > 2 and not busy


def _others(
    numbers: Iterator[int], missed: Sequence[Alike], words: Collection[str], lines: Sequence[str], most: int
) -> list[Alike]:
    """Give the first of some lines that are neither explained nor among those that are told."""
    told = {number for alike in missed for number in alike.numbers}
    tried = (at for at in islice(numbers, 4 * most) if at not in told)  # a log may have thousands
    return [Alike(1, [at]) for at in tried if not explains(words, lines[at])][:most]


def _warnings(lines: Sequence[str], used: Collection[int]) -> Iterator[int]:
    """Find what warns."""
    return (at for at, line in enumerate(lines) if ("WARN" in line or "arning:" in line) and at not in used)


def _beside(lines: Sequence[str], used: Collection[int], missed: Sequence[Alike]) -> Iterator[int]:
    """Find lines that say a fact right behind what was read, or behind a line that speaks of failure."""
    heavy = {number for alike in missed if alike.weight > 1 for number in alike.numbers[:_FEW_ALIKE]}
    last = -9
    for at, line in enumerate(lines):
        if at in used or at in heavy:
            last = at
        elif at == last + 1 and (_FIELD.match(line) or facts_of(line[:400])) and not _is_calm(lines, at):
            last = at if _FIELD.match(line) else last
            yield at


def _behind(lines: Sequence[str], used: Collection[int]) -> Iterator[int]:
    """Find what stands behind the last line that was read, if little does: a message may have blank lines."""
    last = max(used, default=len(lines))
    rest = [at for at in range(last + 1, len(lines)) if lines[at].strip() and not TITLE.match(lines[at])]
    return (at for at in rest if len(rest) <= _FEW_BEHIND and not _is_calm(lines, at))


def _is_calm(lines: Sequence[str], at: int) -> bool:
    """Whether a line is a place in a stack, source code, or what a log tells at ease."""
    line = lines[at]
    if frame_of(line) or _DRAWN.match(line) or CALM.search(line):
        return True
    return is_source(lines, at) and not line.startswith("LINE ")  # so PostgreSQL quotes a statement


def words_of(text: str) -> set[str]:
    """Give the words of a text."""
    return set(_WORD.findall(text))


def facts_of(line: str) -> set[str]:
    """Give the words of a line's facts: numbers, what is quoted, names with signs in them; no times and addresses.

    >>> sorted(facts_of("10:00:03 cannot open 'a.txt' of max_files=12 at 0x7f3a"))
    ['12', 'a', 'max_files', 'txt']
    """
    return words_of(" ".join(_FACT.findall(_NO_FACT.sub(" ", line))))


def explains(summary: Collection[str], line: str) -> bool:
    """Whether a summary has most words of a line, and all of its facts.

    >>> summary = {"cannot", "open", "file"}
    >>> explains(summary, "cannot open this file"), explains(summary, "cannot open file 'a.txt'")
    (True, False)
    """
    words = words_of(line[:400])
    if "*** " in line:  # so make says which of its targets failed
        return words <= set(summary)
    told = sum(word in summary for word in words) * 3 >= len(words) * 2
    return told and all(word in summary for word in facts_of(line[:400]))
