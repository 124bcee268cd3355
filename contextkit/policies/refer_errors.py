"""ReferErrors: an error that is in the view already enters as a line, with what is different."""

import dataclasses
from collections.abc import Sequence

from ..errors.facts import OwnCode, own_code
from ..errors.life import fingerprint_of
from ..errors.summaries import headline
from ..events import Event, matches
from ..exceptions import SettingError
from ..threads import Thread
from .policy import patterns, telling

_AGAIN = "[again"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class ReferErrors:
    r"""Writes an error that stands in the view already as a line: what it is and what is different.

    The same error is one of the same fingerprint: its types, its message without numbers, paths and the like,
    and the function of the user's own code. The line has the error's own first line, so that it says enough
    where a compaction takes the first one away. What is cut here does not come back through `restore`; the
    log has it.

    Attributes:
        types: Patterns of event types, or kinds, to look at; of these, events of kind `error`.
        own: Tells the user's own code from others.

    Raises:
        SettingError: If a setting is out of range.

    >>> trace = 'Traceback (most recent call last):\n  File "run.py", line 3, in main\nTimeoutError: {}s'
    >>> thread = Thread([Event("error", trace.format(30))])
    >>> refer = ReferErrors()
    >>> refer(Event("error", trace.format(30)), thread).data
    '[again, the same: TimeoutError: 30s]'
    >>> refer(Event("error", trace.format(60)), thread).data
    '[again, with other values: TimeoutError: 60s]'
    """

    types: Sequence[str] | str = ("*",)
    own: OwnCode = own_code

    def __post_init__(self) -> None:
        if not callable(self.own):
            raise SettingError("ReferErrors.own", self.own, "it must be a callable: frame -> bool")
        object.__setattr__(self, "types", patterns("ReferErrors.types", self.types))

    def __call__(self, event: Event, thread: Thread) -> Event:
        """Give the event, as a line if it is a repeat."""
        if event.kind != "error" or event.pinned or not event.text.strip() or not matches(event, self.types):
            return event
        mine = fingerprint_of(event, self.own)
        same = ""
        for earlier in thread.view():
            if earlier.kind != "error" or earlier.text.startswith(_AGAIN):
                continue
            theirs = fingerprint_of(earlier, self.own)
            if theirs.group == mine.group:
                same = "the same" if theirs.instance == mine.instance else same or "with other values"
        line = f"{_AGAIN}, {same}: {headline(event.text, own=self.own)}]"
        return event.with_data(line) if same and len(line) < len(event.text) else event

    __repr__ = telling
