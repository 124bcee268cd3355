"""Mask: old results become a line that says what they were."""

import dataclasses
from collections.abc import Sequence

from ..budgets import Meter, whole_number
from ..events import Event, matches
from ..patterns import Pattern
from ..plain import JSON
from ..threads import Thread
from .policy import left_out, patterns, size, telling

_MASKED = Pattern(r"\[\S+ \S+ left out: [\d,]+ (?:line|item|field)s?, [\d,]+ characters?\]\Z")


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Mask:
    r"""Replaces old results, oldest first, by a line with what it was, its size and its id.

    Goes on until nothing is left to save. A result that the line would not make smaller stays.

    Attributes:
        keep: How many of the newest results stay.
        types: Patterns of event types, or kinds, to look at; of these, events of kind `result`.

    Raises:
        SettingError: If a setting is out of range.

    >>> thread = Thread().call("get_log", call_id="1").result("1", "line\n" * 200)
    >>> Mask(keep=0)(thread, Meter(lambda event: len(event.text), excess=1))[1].data
    '[get_log_result 1 left out: 201 lines, 1,000 characters]'
    """

    keep: int = 4
    types: Sequence[str] | str = ("*",)

    def __post_init__(self) -> None:
        whole_number("Mask.keep", self.keep, 0)
        object.__setattr__(self, "types", patterns("Mask.types", self.types))

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view with old results masked."""
        results = [event for event in view if event.kind == "result" and matches(event, self.types)]
        left = meter.excess
        changes: dict[str, JSON] = {}
        for event in results[: max(0, len(results) - self.keep)]:
            if left <= 0:
                break
            if event.pinned or (isinstance(event.data, str) and _MASKED.match(event.data)):
                continue
            line = _placeholder(view.whole(str(event.id)))
            saved = meter(event) - meter(event.with_data(line))
            if saved > 0:
                changes[str(event.id)] = line
                left -= saved
        return view.replace_all(changes) if changes else view

    __repr__ = telling


def _placeholder(event: Event) -> str:
    return left_out(event, size(event))
