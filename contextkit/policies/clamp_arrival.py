"""ClampArrival: an oversized result is cut as it enters."""

import dataclasses
from collections.abc import Sequence

from ..budgets import whole_number
from ..events import Event, matches
from ..exceptions import SettingError
from ..threads import Thread
from ..tokens.counters import TokenCounter, token_counter
from ..tokens.cutting import cut, exceeds
from .clamping import Keep, clamped
from .policy import patterns, telling


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class ClampArrival:
    r"""Cuts the data of an event that is too long as it enters, so that it never changes later.

    Unlike `Clamp`, which waits until the budget is passed. What is cut here does not come back
    through `restore`; the log has it.

    Attributes:
        tokens: What one event's data may have, in tokens.
        types: Patterns of event types, or kinds, to look at; of these, events of kind `result` and `error`.
        keep: What stays of a long text: its `head`, its `tail`, or `both`.
        counter: Counts the tokens of a text; also by name.

    Raises:
        SettingError: If a setting is out of range.

    >>> event = Event("get_log_result", "line\n" * 5_000)
    >>> print(ClampArrival(30)(event, Thread()).data)
    line
    line
    line
    [... 4,994 lines, 24,970 characters left out ...]
    line
    line
    line
    <BLANKLINE>
    """

    tokens: int = 8_000
    types: Sequence[str] | str = ("*",)
    keep: Keep = "both"
    counter: TokenCounter | str = "o200k_base"

    def __post_init__(self) -> None:
        whole_number("ClampArrival.tokens", self.tokens, 1)
        if self.keep not in ("head", "tail", "both"):
            raise SettingError("ClampArrival.keep", self.keep, "it must be 'head', 'tail' or 'both'")
        object.__setattr__(self, "types", patterns("ClampArrival.types", self.types))

    def __call__(self, event: Event, thread: Thread) -> Event:
        """Give the event, cut if it is too long."""
        if event.kind not in ("result", "error") or not matches(event, self.types):
            return event
        counter = token_counter(self.counter)
        data = clamped(
            event.data,
            self.tokens,
            lambda text, limit: exceeds(text, limit, counter),
            lambda text, limit: cut(text, limit, counter, keep=self.keep),
        )
        return event if data is event.data else event.with_data(data)

    __repr__ = telling
