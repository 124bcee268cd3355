"""ResolveErrors: what is resolved becomes a line, repeats are folded, an open error is told in brief."""

import dataclasses
from collections.abc import Hashable

from ..budgets import Meter, whole_number
from ..errors.facts import OwnCode, own_code
from ..errors.life import Episode, SubjectOf, episodes, same_call
from ..errors.summaries import headline, summarize_error
from ..events import Event
from ..exceptions import SettingError
from ..plain import JSON
from ..threads import Thread
from .policy import left_out, telling
from .targets import default_target


def subject_of(call: Event) -> Hashable:
    """Give tool and target of a call; tool and arguments, where no target is known."""
    keys = tuple(sorted({target.key for target in default_target(call)}))
    return (call.type, keys) if keys else same_call(call)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class ResolveErrors:
    r"""Makes little of errors that are over, and no more than is needed of those that are not.

    An error is resolved if a call of the same tool with the same target succeeded later, and the error didn't
    come back in the events behind that. It becomes a line that says what it was, how often it came and what
    resolved it. Of an open one that repeats itself the newest event stays, in its compact form.

    Attributes:
        subject: Tells of a call what it is about; by default tool and target.
        hold: How many events a success must stand.
        own: Tells the user's own code from others.

    Raises:
        SettingError: If a setting is out of range.

    >>> thread = Thread().call("read", {"path": "a.py"}, call_id="1")
    >>> thread = thread.result("1", "no such file\n" * 9, type="error")
    >>> thread = thread.call("read", {"path": "a.py"}, call_id="2").result("2", "import os")
    >>> thread = thread.append(Event("assistant", "I see.")).append(Event("assistant", "Done."))
    >>> ResolveErrors()(thread, Meter(lambda event: len(event.text), excess=1))[1].data
    '[error 1 resolved: no such file; read succeeded later]'
    """

    subject: SubjectOf = subject_of
    hold: int = 2
    own: OwnCode = own_code

    def __post_init__(self) -> None:
        whole_number("ResolveErrors.hold", self.hold, 0)
        for name in ("subject", "own"):
            if not callable(getattr(self, name)):
                raise SettingError(f"ResolveErrors.{name}", getattr(self, name), "it must be a callable")

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view with what is over cut short."""
        changes: dict[str, JSON] = {}
        for episode in episodes(view, subject=self.subject, hold=self.hold, own=self.own):
            whole = [event for event in episode.errors if not _is_cut(event)]
            for event in whole[:-1]:
                self._cut(changes, meter, event, left_out(event, "it came again"))
            for event in whole[-1:]:
                self._cut(changes, meter, event, self._told(event, episode))
        return view.replace_all(changes) if changes else view

    def _told(self, newest: Event, episode: Episode) -> str:
        if episode.state == "open":
            return summarize_error(newest.text, own=self.own)
        first = headline(newest.text, own=self.own, longest=100)
        times = f" ×{len(episode.errors)}" if len(episode.errors) > 1 else ""
        by = episode.resolved_by
        tool = by.type.removesuffix("_result") if by is not None else "it"
        return f"[{newest.type} {newest.id} resolved: {first}{times}; {tool} succeeded later]"

    def _cut(self, changes: dict[str, JSON], meter: Meter, event: Event, line: str) -> None:
        if line and not event.pinned and meter(event.with_data(line)) < meter(event):
            changes[str(event.id)] = line

    __repr__ = telling


def _is_cut(event: Event) -> bool:
    return event.text.startswith(f"[{event.type} {event.id} ")
