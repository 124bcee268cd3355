"""Measure: what each fragment and the whole text come to in tokens, nothing counted twice."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from .budgets import Meter
from .events import Event
from .formats import Format
from .tokens.counters import TokenCounter, count
from .tokens.cutting import exceeds
from .tokens.seams import is_safe, joined_count

_LONG = 16  # characters a token: a text with more than that may be told too long without a full count


class Piece:
    """A fragment's text, and its tokens once somebody has asked."""

    __slots__ = ("text", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: int | None = None


Memory = dict[Event, Piece]
"""What has been written and measured already. It changes nothing but the time."""


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """Writes and counts fragments of one format with one counter, between two fixed texts.

    Where the counter knows its seams, the tokens of the whole are the sum of the pieces', each
    unsafe seam mended; any other counter is asked for the whole. An estimate adds up what it is an
    estimate from, and scales once.

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

    @property
    def _base(self) -> TokenCounter:
        base: TokenCounter = getattr(self.counter, "base", self.counter)
        return base

    @property
    def _scale(self) -> Callable[[int], int]:
        return getattr(self.counter, "scale", int)

    @property
    def _adds_up(self) -> bool:
        return getattr(self._base, "seams", None) is not None

    # ---- one event

    def piece(self, event: Event) -> Piece:
        """Give the event's fragment, written once."""
        piece = self.memory.get(event)
        if piece is None:
            piece = self.memory[event] = Piece(self.format(event))
        return piece

    def _counted(self, piece: Piece) -> int:
        if piece.tokens is None:
            piece.tokens = count(self._base, piece.text)
        return piece.tokens

    def tokens(self, event: Event) -> int:
        """Give the tokens of the event's fragment."""
        return self._scale(self._counted(self.piece(event)))

    def event_exceeds(self, event: Event, limit: int) -> bool:
        """Tell whether the event's fragment has more than `limit` tokens; counting stops early."""
        piece = self.piece(event)
        long = piece.tokens is None and self._adds_up and len(piece.text) > _LONG * (limit + 64)
        if long and (limit < 0 or exceeds(piece.text, limit, self.counter)):
            return True
        return self.tokens(event) > limit

    # ---- the whole

    def texts(self, view: Iterable[Event]) -> list[str]:
        """Give what stands in the text one after the other: before, fragments with separators, after."""
        texts = [self.before, *self._separated(view), self.after]
        return [text for text in texts if text]

    def _separated(self, view: Iterable[Event]) -> Iterator[str]:
        first = True
        for event in view:
            if text := self.piece(event).text:
                if self.format.separator and not first:
                    yield self.format.separator
                yield text
                first = False

    def text(self, view: Iterable[Event]) -> str:
        """Give the whole text."""
        return "".join(self.texts(view))

    def total(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole text, exactly as the counter would count it."""
        if not self._adds_up:
            return count(self.counter, self.text(view))
        fixed = {text: count(self._base, text) for text in {self.before, self.after, self.format.separator}}
        texts, counts = [self.before], [fixed[self.before]]
        separator = self.format.separator
        for event in view:
            piece = self.piece(event)
            if not piece.text:
                continue
            if separator and len(texts) > 1:
                texts.append(separator)
                counts.append(fixed[separator])
            texts.append(piece.text)
            counts.append(self._counted(piece))
        return self._scale(joined_count(self._base, [*texts, self.after], [*counts, fixed[self.after]]))

    @property
    def fixed(self) -> int:
        """The tokens of the text around the thread."""
        return self.total(())

    def exceeds(self, view: Iterable[Event], limit: int) -> bool:
        """Tell whether the whole has more than `limit` tokens; counting stops as soon as that is sure."""
        events = list(view)
        return self._surely_exceeds(events, limit) or self.total(events) > limit

    def _surely_exceeds(self, events: list[Event], limit: int) -> bool:
        # Newest first: that is what a policy will keep, so that these counts are needed anyway.
        # The sum is a lower bound only while the seams are safe; 8 tokens cover the one not looked at.
        if not self._adds_up or self.format.separator:
            return False
        left = limit + 8 - self.fixed
        behind = None
        for event in reversed(events):
            piece = self.piece(event)
            if not piece.text:
                continue
            if behind is not None and not is_safe(getattr(self._base, "seams", None), piece.text, behind):
                return False
            if self.event_exceeds(event, left):
                return True
            left -= self.tokens(event)
            behind = piece.text
        return False

    def meter(self, view: list[Event], mark: int, *, exact: bool) -> Meter:
        """Make the meter for a policy that is to bring the view down to `mark` tokens.

        Args:
            view: The events as they stand.
            mark: The tokens that the whole text is to have at most.
            exact: Whether what joins cost is measured on the view as it stands. Without, the
                fragments are taken to add up, and nothing is counted in advance.
        """
        room = mark - self.fixed
        if exact or not self._adds_up:
            room = mark - (self.total(view) - sum(map(self.tokens, view)))
        return Meter(
            self.tokens,
            excess=lambda: self.total(view) - mark,
            room=room,
            counter=self.counter,
            exceeds=self.event_exceeds,
        )
