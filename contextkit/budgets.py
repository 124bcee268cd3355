"""Budget: how many tokens a context may have. Meter: what a policy may ask about size."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Literal

from .events import Event
from .exceptions import SettingError
from .tokens.counters import TokenCounter
from .tokens.cutting import cut, exceeds


def whole_number(name: str, value: object, least: int) -> int:
    """Check a setting that must be a whole number.

    Raises:
        SettingError: If it is not an `int` (a `bool` is none), or below `least`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SettingError(name, value, f"it must be a whole number, {least} or more")
    return value


_SHARE = 0.58  # measured: see `contextkit.policies`


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens a context may have.

    Attributes:
        limit: What the context and the model's reply may have together, in tokens.
        target: The mark to go down to when the limit is passed, in tokens. The lower it is, the rarer
            are the compactions, and the more of the prompt comes from the provider's cache. Without
            one a `Window` goes down to the pinned events and 0.58 of what these leave; `render`,
            which is for once, no further than needed.
        reserve: What is kept free for the reply, in tokens.

    Raises:
        SettingError: If a figure is no whole number, or they contradict each other.

    >>> Budget(128_000, target=64_000, reserve=8_000).room
    120000
    """

    limit: int
    target: int | None = None
    reserve: int = 0

    def __post_init__(self) -> None:
        whole_number("Budget.limit", self.limit, 1)
        whole_number("Budget.reserve", self.reserve, 0)
        if self.reserve >= self.limit:
            raise SettingError(
                "Budget.reserve", self.reserve, f"it must be below the limit of {self.limit:,} tokens"
            )
        if self.target is not None and whole_number("Budget.target", self.target, 1) > self.room:
            raise SettingError(
                "Budget.target", self.target, f"it must be at most limit - reserve, {self.room:,} tokens"
            )

    @classmethod
    def of(cls, budget: "Budget | int") -> "Budget":
        """Give a budget from a budget or a limit."""
        return budget if isinstance(budget, Budget) else cls(budget)

    @property
    def room(self) -> int:
        """What the context may have: the limit without the reserve, in tokens."""
        return self.limit - self.reserve

    def mark(self, pinned: int) -> int:
        """Give what a compaction goes down to, in tokens.

        Args:
            pinned: The tokens of what may not be cut.

        >>> Budget(10_000).mark(1_000), Budget(10_000, target=5_000).mark(1_000)
        (6220, 5000)
        """
        if self.target is not None:
            return self.target
        return min(self.room, max(1, pinned + int(_SHARE * max(0, self.room - pinned))))

    def filled(self) -> "Budget":
        """Give the budget for one context: without a target of its own it is cut no further than needed."""
        return self if self.target is not None else dataclasses.replace(self, target=self.room)


class Meter:
    """What a policy may ask about size, in tokens. It measures; it never decides.

    A policy is tested with a meter made by hand, without a format or a tokenizer:

    >>> meter = Meter(lambda event: 1, excess=3)
    >>> meter(Event("user", "deploy it")), meter.excess
    (1, 3)
    """

    def __init__(
        self,
        measure: Callable[[Event], int],
        *,
        excess: int | Callable[[], int] = 0,
        room: int | Callable[[], int] | None = None,
        counter: TokenCounter = len,
        exceeds: Callable[[Event, int], bool] | None = None,
        line: Callable[[str], int] | None = None,
    ) -> None:
        """Make a meter.

        Args:
            measure: Gives the tokens of an event's fragment, as the format writes it.
            excess: The tokens still to save, or how to find out.
            room: The tokens that the fragments of the view may have, if that is known, or how to find out.
            counter: Counts the tokens of a text.
            exceeds: Tells whether an event's fragment has more than so many tokens, if there is a
                cheaper way than to measure it.
            line: Gives the tokens that a line of text adds, if there is a cheaper way than to count it.
        """
        self._measure = measure
        self._excess = excess
        self._room = room
        self._exceeds = exceeds
        self._line = line
        self.counter = counter

    def __call__(self, event: Event) -> int:
        """Give the tokens of the event's fragment, as the format writes it."""
        return self._measure(event)

    @property
    def excess(self) -> int:
        """The tokens still to save; 0 or less where nothing is. Finding out may measure the whole view."""
        if callable(self._excess):
            self._excess = self._excess()
        return self._excess

    def room(self, view: Iterable[Event]) -> int:
        """Give the tokens that the fragments of the view may have, so that nothing is left to save."""
        if self._room is None:
            self._room = sum(map(self._measure, view)) - self.excess
        elif callable(self._room):
            self._room = self._room()
        return self._room

    def exceeds(self, event: Event, limit: int) -> bool:
        """Tell whether the event's fragment has more than `limit` tokens; counting stops early."""
        return self._exceeds(event, limit) if self._exceeds is not None else self._measure(event) > limit

    def line(self, text: str) -> int:
        """Give the tokens that a line of text adds, its newline included."""
        return self._line(text) if self._line is not None else self.counter(text)

    def text_exceeds(self, text: str, limit: int) -> bool:
        """Tell whether a text has more than `limit` tokens; counting stops early."""
        return exceeds(text, limit, self.counter)

    def cut(
        self,
        text: str,
        limit: int,
        *,
        keep: Literal["head", "tail", "both"] = "both",
        marker: Callable[[int, int], str] | None = None,
    ) -> str:
        """Cut a text to at most `limit` tokens, marker included; see `contextkit.tokens.cutting.cut`."""
        if marker is None:
            return cut(text, limit, self.counter, keep=keep)
        return cut(text, limit, self.counter, keep=keep, marker=marker)

    def within(self, room: int, excess: int) -> "Meter":
        """Give a meter that measures the same, for another goal."""
        return Meter(
            self._measure,
            excess=excess,
            room=room,
            counter=self.counter,
            exceeds=self._exceeds,
            line=self._line,
        )
