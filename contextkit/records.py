"""What a compaction did, as data: the difference between two views, and how to apply it.

A compaction record is an event of type and kind `compaction` whose data is

```json
{"limit": 8000, "target": 6000, "floor": null,
 "steps": [{"policy": "Drop()", "gone": ["3", "4"], "changed": {"7": "[...]"},
            "added": [{"before": "3", "place": 0,
                       "event": {"type": "omitted", "data": {}, "id": "3+"}}]},
           {"policy": "Summarize(ask)", "failed": "it raised TimeoutError"}],
 "arrivals": "5f0c9e31a7d2b844", "arrived": {"4": "..."}}
```

`floor` is the size in tokens that could not be gone below, where the target was not reached.
A step that `failed` has changed nothing; why is told to people and never written into a context.
`place` is the order in which the added events stand. `arrivals` is a digest of the window's arrivals;
`arrived` holds the data of cut events as these left it, where that differs from the log's.
"""

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .events import Event
from .exceptions import ContextkitError, ThreadError
from .plain import JSON, same

if TYPE_CHECKING:
    from .threads import Thread


def is_record(event: Event) -> bool:
    """Whether an event records a compaction (and is not what a compaction put into the view)."""
    return event.kind == "compaction" and event.type == "compaction"


def is_bill(event: Event) -> bool:
    """Whether an event says what a provider billed for a context (`Context.billed` makes it)."""
    return event.kind == "usage" and event.type == "billed"


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """What makes one view of another.

    Attributes:
        gone: The ids of the events that are not there any more.
        changed: The events that carry other data, by id.
        added: New events, each with the id of the event of the old view before which it stands
            (`None`: at the end).
        moved: Whether events that are in both views stand in another order.
    """

    gone: tuple[str, ...] = ()
    changed: dict[str, JSON] = dataclasses.field(default_factory=dict)
    added: tuple[tuple[str | None, Event], ...] = ()
    moved: bool = False

    def __bool__(self) -> bool:
        return bool(self.gone or self.changed or self.added)

    def to_data(self, policy: str) -> dict[str, JSON]:
        """Give the difference as a step of a record."""
        step: dict[str, JSON] = {"policy": policy}
        if self.gone:
            step["gone"] = list(self.gone)
        if self.changed:
            step["changed"] = dict(self.changed)
        if self.added:
            step["added"] = [{"before": before, "event": event.to_record()} for before, event in self.added]
        return step


def placed(steps: list[dict[str, JSON]], whole: Difference) -> list[dict[str, JSON]]:
    """Number what the steps of a record added, in the order in which it stands in the view."""
    places = {event.id: place for place, (_, event) in enumerate(whole.added)}
    for step in steps:
        for entry in step.get("added", ()):
            entry["place"] = places[entry["event"]["id"]]
    return steps


def difference(before: "Thread", after: Iterable[Event]) -> Difference:
    """Find what makes the view `after` of the view `before`.

    An event of the same id whose data is the same is unchanged, wherever it stands.
    """
    positions, left = before.positions, set[str]()
    ids = list(positions)
    changed: dict[str, JSON] = {}
    added: list[tuple[str | None, Event]] = []
    following, moved = 0, False
    for event in after:
        position = positions.get(id := str(event.id))
        if position is None:
            added.append((ids[following] if following < len(ids) else None, event))
            continue
        left.add(id)
        moved = moved or position < following
        following = position + 1
        if event is not before[position] and not same(event.data, before[position].data):
            changed[id] = event.data
    return Difference(tuple([id for id in ids if id not in left]), changed, tuple(added), moved)


def added_by(record: Event) -> list[Event]:
    """Give the events that a compaction put into the view."""
    entries = [entry for step in record.data["steps"] for entry in step.get("added", ())]
    return [Event.from_record(entry["event"]) for entry in entries]


def applied(pairs: Iterable[tuple[Event, str]], record: Event) -> list[tuple[Event, str]]:
    """Give the events of a view, each with its unit, after a compaction.

    Raises:
        ThreadError: If the record's data is not of the shape above.
    """
    gone: set[str] = set()
    changed: dict[str, JSON] = {}
    added: dict[str | None, list[Event]] = {}
    entries: list[tuple[int, str | None, Event]] = []
    try:
        for step in record.data["steps"]:
            str.__len__(step["policy"])
            str.__len__(step.get("failed", ""))
            gone.update(step.get("gone", ()))
            changed.update(step.get("changed", {}))
            for entry in step.get("added", ()):
                str.__len__(entry["event"]["id"])
                entries.append((entry.get("place", 0), entry["before"], Event.from_record(entry["event"])))
        for _, before, event in sorted(entries, key=lambda entry: entry[0]):
            added.setdefault(before, []).append(event)
    except (TypeError, KeyError, ValueError, AttributeError, ContextkitError) as error:
        reason = f"not the record of a compaction ({error!r}); Window.compact makes one"
        raise ThreadError(reason, event_id=record.id) from error
    # Most often all or nearly all: these are passed over first.
    silent = gone if gone.isdisjoint(changed) and gone.isdisjoint(added) else gone.difference(changed, added)
    left = [(event, unit) for event, unit in pairs if event.id not in silent]
    return list(_merged(left, gone, changed, added))


def _merged(pairs: Iterable[tuple[Event, str]], gone: set[str], changed: dict[str, JSON], added: Any) -> Any:
    for event, unit in pairs:
        if event.id in added:
            yield from ((new, str(new.id)) for new in added[event.id])
        if event.id in changed:
            yield event.with_data(changed[event.id]), unit
        elif event.id not in gone:
            yield event, unit
    for new in added.get(None, ()):
        yield new, str(new.id)
