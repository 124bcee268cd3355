"""Digest: what is too long becomes what it says; a second read of a file what has changed since."""

import dataclasses
from collections.abc import Sequence

from ..budgets import Meter, whole_number
from ..digesting.digests import digest
from ..events import Event, matches
from ..exceptions import SettingError
from ..plain import JSON
from ..threads import Thread
from .policy import patterns, telling
from .rereads import changed_since
from .targets import TargetsOf, default_target


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Digest:
    """Replaces the data of each event that is too long by its digest; see `contextkit.digest`.

    All that are too long are cut at once, so that the prompt cache breaks once. The heading names the event,
    and the lines of the digest the lines of what it was, which `Thread.restore` gives back.

    Of a file that was read before, while that result stands whole, the lines stay that differ from it, if
    they are fewer. Where the earlier result goes, they go too.

    Attributes:
        tokens: What one event's data may have, in tokens.
        share: Where `tokens` is not given, what one event's data may have of the room that the pinned
            events leave, and at least 64 tokens.
        types: Patterns of event types, or kinds, to look at.
        newest: How many of the newest units to look at; without it, all.
        target: Tells of a call what it reads; `None` leaves second reads alone.

    Raises:
        SettingError: If a setting is out of range.

    >>> rows = [{"id": n, "state": "ok"} for n in range(400)] + [{"id": 400, "state": "lost"}]
    >>> thread = Thread().call("list_jobs", call_id="1").result("1", rows)
    >>> meter = Meter(lambda event: len(event.text) // 4, excess=1, counter=lambda text: len(text) // 4)
    >>> print(Digest(tokens=40)(thread, meter)[1].data)
    [list_jobs_result 1: json, 401 items, 401 left out]
    fields id, state
      id: 0...400 in order
      state: "ok" ×400, "lost" ×1
    unusual:
      401 (id 400) state "lost"
    """

    tokens: int | None = None
    share: float = 0.125
    types: Sequence[str] | str = ("result",)
    newest: int | None = None
    target: TargetsOf | None = default_target

    def __post_init__(self) -> None:
        if self.tokens is not None:
            whole_number("Digest.tokens", self.tokens, 1)
        if not 0 < self.share <= 1:
            raise SettingError("Digest.share", self.share, "it must be above 0 and at most 1")
        if self.newest is not None:
            whole_number("Digest.newest", self.newest, 1)
        if self.target is not None and not callable(self.target):
            raise SettingError(
                "Digest.target", self.target, "it must be a callable: call -> targets, or None"
            )
        object.__setattr__(self, "types", patterns("Digest.types", self.types))

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view with what is too long digested."""
        changes: dict[str, JSON] = {}
        limit = self.tokens if self.tokens is not None else self._limit(view, meter)
        units = view.units() if self.newest is None else view.units()[-self.newest :]
        chosen = {event.id for unit in units for event in unit.events}
        since = changed_since(view, self.target) if self.target is not None else {}
        for event in view:
            id = str(event.id)
            if event.pinned or event.kind == "compaction" or event.id not in chosen:
                continue
            if not matches(event, self.types):
                continue
            if id in since and meter(event.with_data(since[id])) < meter(event):
                changes[id] = since[id]
            elif meter.exceeds(event, limit):
                told = self._digested(event, view, limit, meter)
                if told != event.data and _is_smaller(event, told, meter):
                    changes[id] = told
        return view.replace_all(changes) if changes else view

    def _digested(self, event: Event, view: Thread, limit: int, meter: Meter) -> str:
        name = f"{event.type} {event.id}"
        # What has been digested before is digested from what it was: its lines are numbered as there.
        whole = view.whole(str(event.id)) if event.text.startswith(f"[{name}: ") else event
        return digest(whole.data, limit, counter=meter.counter, name=name).text

    def _limit(self, view: Thread, meter: Meter) -> int:
        held = sum(meter(event) for unit in view.units() if unit.held for event in unit.events)
        return max(64, int((meter.room(view) - held) * self.share))

    __repr__ = telling


def _is_smaller(event: Event, told: str, meter: Meter) -> bool:
    if 20 * len(told) < len(event.text):  # not even counted
        return True
    return meter(event.with_data(told)) < meter(event)
