"""Within: a limit of their own for some types."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..budgets import Meter, whole_number
from ..events import Event, matches
from ..exceptions import SettingError
from ..records import Difference, difference
from ..threads import Thread, Unit
from .drop import Drop, counts_of, line_of, sizes_of
from .mask import Mask
from .policy import patterns, telling
from .summarize import Summarize

if TYPE_CHECKING:
    from .policy import Policy


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Within:
    """Holds the events of some types to a limit of their own, with policies of their own.

    The policies see these events alone. An event that they drop takes its whole unit along.

    Attributes:
        types: Patterns of event types, or kinds.
        limit: What these events may have together, in tokens.
        policies: What to do where they have more, gentlest first.

    Raises:
        SettingError: If a setting is out of range.

    >>> from contextkit import Event
    >>> thread = Thread(Event("step", f"step {n}") for n in range(8)).append(Event("plan", "..."))
    >>> view = Within("step", 3, (Drop(),))(thread, Meter(lambda event: 1))
    >>> [event.id for event in view]
    ['0+', '6', '7', '8']
    """

    types: Sequence[str] | str
    limit: int
    policies: "Sequence[Policy]" = (Mask(), Drop())

    def __post_init__(self) -> None:
        whole_number("Within.limit", self.limit, 1)
        object.__setattr__(self, "types", patterns("Within.types", self.types))
        object.__setattr__(self, "policies", tuple(self.policies))
        if not all(map(callable, self.policies)):
            raise SettingError(
                "Within.policies", self.policies, "it must hold policies: callables (view, meter) -> view"
            )
        if any(isinstance(policy, Summarize) for policy in self.policies):
            raise SettingError(
                "Within.policies", self.policies, "a Summarize is called only as a policy of the window"
            )

    def __call__(self, view: Thread, meter: Meter) -> Thread:
        """Give the view with these events brought within their limit."""
        part = whole = view.where(self._concerns)
        told: set[str] = set()  # what a line speaks of; an error that was collapsed is counted by another
        for policy in self.policies:
            excess = sum(map(meter, part)) - self.limit
            if excess <= 0:
                break
            after = policy(part, meter.within(self.limit, excess))
            step = difference(part, after)
            written = [*_changed(step, part), *(event for _, event in step.added)]
            told.update(step.gone if any(map(counts_of, written)) else ())
            part = after
        found = difference(whole, part)
        if not found:
            return view
        units = [unit for unit in view.units() if not unit.held and _touches(unit, found.gone)]
        gone = {str(event.id) for unit in units for event in unit.events}
        lines = {str(event.id) for event in _changed(found, view) if counts_of(event)}
        counted = {event.id for unit in units if _touches(unit, told) for event in unit.events}
        line = [event for event in view if event.id in counted or event.id in lines] if counted else []
        changed = {
            id: _recounted(view[id].with_data(data), line, view).data if id in lines else data
            for id, data in found.changed.items()
            if counted or id not in lines
        }
        left = [str(event.id) for event in view if event.id in gone]
        return view.changed_by(Difference(tuple(left), changed, tuple(_named(found.added, line, view))))

    def _concerns(self, event: Event) -> bool:
        if event.kind == "compaction":  # a line that a drop left is taken up into the next one
            return counts_of(event) is not None
        return matches(event, self.types)

    __repr__ = telling


def _touches(unit: Unit, ids: Collection[str]) -> bool:
    return any(event.id in ids for event in unit.events)


def _changed(found: Difference, view: Thread) -> list[Event]:
    return [view[id].with_data(data) for id, data in found.changed.items()]


def _named(
    added: Iterable[tuple[str | None, Event]], counted: list[Event], view: Thread
) -> Iterator[tuple[str | None, Event]]:
    """Give what the policies added, its `omitted` line counting the whole units that go, not their parts."""
    for before, event in added:
        id = str(event.id)
        while id in view:  # the policies have seen a part of the view, and so of its ids
            id += "+"
        if counts_of(event) is None:
            yield before, event.having(id=id)
        elif counted:
            yield before, _recounted(event, counted, view).having(id=id)


def _recounted(line: Event, counted: list[Event], view: Thread) -> Event:
    return line.having(data={**line.data, **line_of(counted, view, sizes_of(view)).data})
