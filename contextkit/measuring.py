"""Measure: what each fragment and the whole text come to in tokens, nothing counted twice."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from .budgets import Meter
from .events import Event
from .formats import Format
from .threads import Thread
from .tokens.counters import Estimate, TokenCounter, base_of, count, seams_of
from .tokens.cutting import exceeds
from .tokens.seams import is_safe, joined_count
from .written import Written

_Item = TypeVar("_Item")
_LONG = 16  # characters a token: a text with more than that may be told too long without a full count


class Piece:
    """A fragment's text, and its tokens once somebody has asked.

    Attributes:
        text: The fragment.
        tokens: Its tokens; `None` as long as nobody has asked.
        closed: Whether counts may be added up where it meets others of its kind.
        by_lines: Whether it is counted line by line, because many of its lines have been counted before.
    """

    __slots__ = ("by_lines", "closed", "text", "tokens")

    def __init__(self, text: str, *, closed: bool, by_lines: bool) -> None:
        self.text = text
        self.tokens: int | None = None
        self.closed = closed
        self.by_lines = by_lines


class Tally:
    """The fragments of a view that only grows, added up so that each step costs what is new.

    Attributes:
        view: The view, as far as it has been added up.
        pieces: Its fragments that are not empty.
        counts: Their tokens.
        tokens: These added up.
        closed: Whether that is what the joined fragments have: all of them may be added up.
    """

    __slots__ = ("_joined", "_text", "closed", "counts", "pieces", "tokens", "view")

    def __init__(self) -> None:
        self.view = Thread()
        self.pieces: list[Piece] = []
        self.counts: list[int] = []
        self.tokens = 0
        self.closed = True
        self._text = ""
        self._joined = 0

    def add(self, piece: Piece, tokens: int) -> None:
        """Add the next fragment."""
        self.pieces.append(piece)
        self.counts.append(tokens)
        self.tokens += tokens
        self.closed = self.closed and piece.closed

    @property
    def text(self) -> str:
        """The fragments joined, nothing between them."""
        if self._joined < len(self.pieces):
            self._text += "".join([piece.text for piece in self.pieces[self._joined :]])
            self._joined = len(self.pieces)
        return self._text


class Memory:
    """What has been written and measured already. It changes nothing but the time.

    Equal events share a piece. An event that was looked up before is found by its address, which
    takes a fifth of the time; it is held on to, so that no other event gets that address.

    Attributes:
        known: The events that were looked up and their pieces, by address.
        tally: The last view, added up.
        letter: The last view, written as messages.
        sums: The last views, added up as messages.
        texts: The texts of messages and their tokens.
    """

    __slots__ = ("_fixed", "_lines", "_pieces", "known", "letter", "sums", "tally", "texts")

    def __init__(self) -> None:
        self._fixed: dict[str, int] = {}
        self._lines: dict[str, int] = {}
        self._pieces: dict[Event, Piece] = {}
        self.known: dict[int, tuple[Event, Piece]] = {}
        self.tally = Tally()
        self.letter: object = None
        self.sums: list[Any] = []
        self.texts: dict[str, int] = {}

    def piece(self, event: Event, write: Callable[[Event], Piece]) -> Piece:
        """Give the event's piece, written if it is not there yet."""
        known = self.known.get(id(event))
        if known is not None:
            return known[1]
        piece = self._pieces.get(event)
        if piece is None:
            piece = self._pieces[event] = write(event)
        self.known[id(event)] = (event, piece)
        return piece

    def fixed(self, text: str, counter: TokenCounter) -> int:
        """Give the tokens of a text that stands around or between the fragments."""
        if text not in self._fixed:
            if len(self._fixed) > 64:  # what stands after the thread may be another one at each step
                self._fixed.clear()
            self._fixed[text] = count(counter, text)
        return self._fixed[text]

    def line(self, text: str, counter: TokenCounter) -> int:
        """Give the tokens of a line that a compaction has put into the view, or may put there."""
        tokens = self._lines.get(text)
        if tokens is None:
            if len(self._lines) > 1 << 15:
                self._lines.clear()
            tokens = self._lines[text] = count(counter, text)
        return tokens

    def trim(self, view: Sequence[Event]) -> None:
        """Keep the memory near the size of what is in use."""
        if len(self.known) > 4 * len(view) + 4_096:
            used = [known for event in view if (known := self.known.get(id(event)))]
            self.known = {id(event): (event, piece) for event, piece in used}
            self._pieces = dict(used)
        if len(self.texts) > 4 * len(view) + 4_096:
            self.texts.clear()


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """Writes and counts fragments of one format with one counter, between two fixed texts.

    Where the counter knows its seams, the tokens of the whole are the sum of the pieces', each
    unsafe seam mended; any other counter is asked for the whole. An estimate adds up what it is an
    estimate from, and scales once; its overhead belongs to the whole, never to a fragment.

    Attributes:
        format: Writes an event as its fragment.
        counter: Counts the tokens of a text.
        memory: What has been written and measured.
        before: The text before the thread.
        after: The text after it.
    """

    format: Format
    counter: TokenCounter
    memory: Memory
    before: str = ""
    after: str = ""
    _base: TokenCounter = dataclasses.field(init=False, repr=False, compare=False)
    _part: TokenCounter = dataclasses.field(init=False, repr=False, compare=False)
    _seams: re.Pattern[str] | None = dataclasses.field(init=False, repr=False, compare=False)
    _last: dict[int, tuple[Thread, int]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        base = base_of(self.counter)
        part = self.counter.part if isinstance(self.counter, Estimate) else self.counter
        object.__setattr__(self, "_base", base)
        object.__setattr__(self, "_part", part)
        object.__setattr__(self, "_seams", seams_of(base))

    def _scale(self, tokens: int) -> int:
        return self.counter.scale(tokens) if isinstance(self.counter, Estimate) else tokens

    def _scale_part(self, tokens: int) -> int:
        return self._part.scale(tokens) if isinstance(self._part, Estimate) else tokens

    # ---- one event

    def piece(self, event: Event) -> Piece:
        """Give the event's fragment, written once."""
        return self.memory.piece(event, self._written)

    def _written(self, event: Event) -> Piece:
        text = self.format(event)
        closed = text.endswith("\n") and self._seams is not None and is_safe(self._seams, "\n", text)
        return Piece(text, closed=closed, by_lines=closed and event.kind == "compaction")

    def _counted(self, piece: Piece) -> int:
        if piece.tokens is None:
            if piece.by_lines:
                lines = self._lines(piece.text)
                piece.tokens = sum([self.memory.line(line, self._base) for line in lines])
            else:
                piece.tokens = count(self._base, piece.text)
        return piece.tokens

    def _lines(self, text: str) -> Iterator[str]:
        """Split a text after its newlines, where counts may be added up."""
        start, end = 0, text.find("\n") + 1
        while end:
            if self._seams is None or self._seams.match(text, end):
                yield text[start:end]
                start = end
            end = text.find("\n", end) + 1
        if start < len(text):
            yield text[start:]

    def line(self, text: str) -> int:
        """Give the tokens that a line adds, its newline included."""
        return self._scale_part(self.memory.line(text, self._base))

    def tokens(self, event: Event) -> int:
        """Give the tokens of the event's fragment."""
        return self._scale_part(self._counted(self.piece(event)))

    def event_exceeds(self, event: Event, limit: int) -> bool:
        """Tell whether the event's fragment has more than `limit` tokens; counting stops early."""
        piece = self.piece(event)
        if piece.tokens is None and self._long(piece, limit, self._part):
            return True
        return self._scale_part(self._counted(piece)) > limit

    def _long(self, piece: Piece, limit: int, counter: TokenCounter) -> bool:
        """Whether the piece, not counted yet, is so long that it surely has more than `limit` tokens."""
        if self._seams is None or len(piece.text) <= _LONG * (limit + 64):
            return False
        return limit < 0 or exceeds(piece.text, limit, counter)

    def sizes(self, events: Iterable[Event]) -> list[int] | None:
        """Give the tokens that each event adds to a text of fragments alone; `None` if they don't add up."""
        if self._seams is None or not self.format.adds_up or isinstance(self.counter, Estimate):
            return None
        pieces = [self.piece(event) for event in events]
        if self.before or self.after or not all(piece.closed for piece in pieces if piece.text):
            return None
        return [self._counted(piece) if piece.text else 0 for piece in pieces]

    # ---- the whole

    def pieces(self, view: Iterable[Event]) -> list[Piece]:
        """Give the fragments that are not empty, in order."""
        known, piece = self.memory.known, self.piece
        events = self.format.arranged(view)
        found = [entry[1] if (entry := known.get(id(event))) else piece(event) for event in events]
        return [piece for piece in found if piece.text]

    def text(self, view: Iterable[Event]) -> str:
        """Give the whole text."""
        if view is self.memory.tally.view and self.format.adds_up:
            fragments = self.memory.tally.text
        else:
            fragments = self.format.separator.join([piece.text for piece in self.pieces(view)])
        return f"{self.before}{fragments}{self.after}" if self.before or self.after else fragments

    def write(self, view: Iterable[Event]) -> None:
        """Write and count the whole, so that whatever raises does so now."""
        self.total(view)

    def written(self, view: Iterable[Event]) -> Written:
        """Give the whole as two messages: what stands before the thread, and all else."""
        before, all = self.before, self.text(view)
        system = [{"role": "system", "content": before}] if before else []
        return Written("openai-chat", [*system, {"role": "user", "content": all.removeprefix(before)}])

    def counted(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole text; of an estimate, what it is made from."""
        return self._added_up(view) if self._seams else count(self._base, self.text(view))

    def total(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole text, exactly as the counter would count it."""
        known = self._last.get(id(view))
        if known is not None:
            return known[1]
        tokens = self._scale(self.counted(view))
        if isinstance(view, Thread):  # a list could be another one the next time
            self._last.clear()
            self._last[id(view)] = (view, tokens)
        return tokens

    def exact(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole as it is sent; here that is what is decided on."""
        return self.total(view)

    def _followed(self, view: Iterable[Event]) -> bool:
        """Whether the view goes on from the one that was added up last."""
        tally = self.memory.tally
        return bool(tally.view) and isinstance(view, Thread) and view.starts_with(tally.view)

    def _tally(self, view: Thread) -> Tally:
        """Give the view added up: what is new in it, where it goes on from the last one."""
        if not self._followed(view):
            self.memory.tally = Tally()
        tally = self.memory.tally
        new = [self.piece(event) for event in view.since(len(tally.view))]
        for piece in new:  # a renderer may raise: nothing is added before all are written
            if piece.text:
                tally.add(piece, self._counted(piece))
        tally.view = view
        return tally

    def _added_up(self, view: Iterable[Event]) -> int:
        if isinstance(view, Thread) and self.format.adds_up:
            tally = self._tally(view)
            pieces, counts, middle = tally.pieces, tally.counts, 0
            if tally.closed and len(pieces) > 2:  # the first and the last could stand side by side as well
                pieces, counts = [pieces[0], pieces[-1]], [counts[0], counts[-1]]
                middle = tally.tokens - sum(counts)
        else:
            pieces, middle = self.pieces(view), 0
            counts = [self._counted(piece) for piece in pieces]
        texts = [piece.text for piece in pieces]
        if self.format.separator:
            texts = _alternating(texts, self.format.separator)
            counts = _alternating(counts, self._fixed(self.format.separator))
        texts = [self.before, *texts, self.after]
        counts = [self._fixed(self.before), *counts, self._fixed(self.after)]
        return joined_count(self._base, texts, counts) + middle

    def _fixed(self, text: str) -> int:
        return self.memory.fixed(text, self._base)

    @property
    def fixed(self) -> int:
        """The tokens of the text around the thread."""
        return self.total(())

    def exceeds(self, view: Sequence[Event], limit: int) -> bool:
        """Tell whether the whole has more than `limit` tokens; counting stops as soon as that is sure."""
        return self._surely_exceeds(view, limit) or self.total(view) > limit

    def _surely_exceeds(self, view: Iterable[Event], limit: int) -> bool:
        # Newest first: that is what a policy will keep, so that these counts are needed anyway.
        # The sum is a lower bound only while the seams are safe; 8 tokens cover those with the text around.
        if self._seams is None or not self.format.adds_up:
            return False
        if isinstance(self.counter, Estimate):  # scaled once, so added up before
            limit = self.counter.unscale(limit)
        left = limit + 8 - self._fixed(self.before) - self._fixed(self.after)
        known, start = self.memory.known, 0
        if self._followed(view):
            if not self.memory.tally.closed:
                return False
            start = len(self.memory.tally.view)
            left -= self.memory.tally.tokens
        for event in view.newest(start) if isinstance(view, Thread) else reversed(list(view)):
            entry = known.get(id(event))
            piece = entry[1] if entry else self.piece(event)
            if not piece.text:
                continue
            if not piece.closed:
                return False
            if piece.tokens is None and self._long(piece, left, self._base):
                return True
            left -= self._counted(piece) if piece.tokens is None else piece.tokens
            if left < 0:
                return True
        return left < 0

    def meter(self, view: Thread, mark: int, *, exact: bool) -> Meter:
        """Make the meter for a policy that is to bring the view down to `mark` tokens.

        Args:
            view: The events as they stand.
            mark: The tokens that the whole text is to have at most.
            exact: Whether what joins cost is measured on the view as it stands. Without, that is
                done where fragments do not add up; where they do nothing is counted in advance.
        """
        room = mark - self.fixed
        # What surely exceeds adds up as far as it was looked at. Else all of it has been counted already.
        if exact or not self._surely_exceeds(view, mark):
            room = mark - (self.total(view) - sum(map(self.tokens, view)))
        return Meter(
            self.tokens,
            excess=lambda: self.total(view) - mark,
            room=room,
            counter=self._part,
            exceeds=self.event_exceeds,
            line=self.line,
        )


def _alternating(items: list[_Item], between: _Item) -> list[_Item]:
    """Put something between each two items."""
    return [part for item in items for part in (between, item)][1:]
