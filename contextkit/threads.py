"""Thread: an append-only log of events, and the view that its compactions leave of it."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, overload

from .events import MODEL_KINDS, Event, Kind, kind_of, matches
from .exceptions import ContextkitError, ReadError, ThreadError, shown, why_no_json
from .excerpts import Lines, excerpt
from .logs import Log
from .plain import JSON
from .records import Difference, added_by, applied, is_record
from .units import Unit, units_of

__all__ = ["RESTORE_TOOL", "Thread", "Unit"]

_SILENT_KINDS: frozenset[Kind] = frozenset(("usage", "compaction"))


RESTORE_TOOL: dict[str, JSON] = {
    "name": "restore",
    "description": "Gives back what was left out of an earlier event, by the id its placeholder names.",
    "parameters": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "The id, such as 17."},
            "lines": {
                "type": "string",
                "description": "Only these lines, or items of a list, such as 12-40.",
            },
            "at": {
                "type": "string",
                "description": "Only this part of a JSON value: a pointer, such as /items.",
            },
        },
        "required": ["id"],
        "additionalProperties": False,
    },
}
"""The tool to offer to a model, so that it can ask for `Thread.restore`: a name, a text, a JSON Schema."""


_RECORD = Event("compaction", kind="compaction")


class Thread(Sequence[Event]):
    """An append-only log of events. Every verb gives another thread; none changes this one.

    An event without an id gets its position in the log as its id; behind a part of a log (`only`, a slice)
    it counts on from the whole. The *task* is pinned unless an
    event says `pinned=False`: the `system` and `user` events that stand before the model's first
    own event; attachments that are read from messages say so. A `Unit` (see `units`) is one model
    message with the results of its calls: `reasoning`, `assistant` text and `call` events that
    directly follow each other, up to the next text, are one message.

    Raises:
        ThreadError: If two events have the same id, or a result answers a call that is not there.

    >>> thread = Thread([Event("user", "deploy it")]).call("list_git_tags", {}, call_id="1")
    >>> thread = thread.result("1", ["v1.4.2"])
    >>> [(event.id, event.type, event.pinned) for event in thread]
    [('0', 'user', True), ('1', 'list_git_tags', False), ('2', 'list_git_tags_result', False)]
    """

    __slots__ = ("_arrived", "_length", "_log", "_units", "_view")

    _log: Log
    _length: int
    _view: "Thread | None"
    _arrived: dict[str, JSON]
    _units: list[Unit] | None  # found when somebody asks

    def __init__(self, events: Iterable[Event] = ()) -> None:
        _check_events(events)
        built = Thread._over(Log(), 0, None, {})
        for event in events:
            built = built.append(event)
        built = built.as_arrived(events._arrived if isinstance(events, Thread) else {})
        self._log, self._length, self._view, self._arrived = (
            built._log,
            built._length,
            built._view,
            built._arrived,
        )
        self._units = None

    @classmethod
    def _over(cls, log: Log, length: int, view: "Thread | None", arrived: dict[str, JSON]) -> "Thread":
        thread = object.__new__(cls)
        thread._log, thread._length, thread._view, thread._arrived = log, length, view, arrived
        thread._units = None
        return thread

    # ---- reading

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Event]:
        return islice(self._log.events, self._length)

    @overload
    def __getitem__(self, key: int | str) -> Event: ...
    @overload
    def __getitem__(self, key: slice) -> "Thread": ...
    def __getitem__(self, key: int | str | slice) -> "Event | Thread":
        """Give the event at a position or of an id, or the thread of a slice."""
        if isinstance(key, slice):
            start, stop, step = key.indices(self._length)
            if (start, step) == (0, 1):
                return self.fork(stop)
            return self._apart(range(start, stop, step))
        if isinstance(key, str):
            return self._log.events[self._position(key)]
        if not -self._length <= key < self._length:
            raise IndexError(f"no event stands at {key}: there are {self._length:,}")
        return self._log.events[key % self._length]

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return self._log.ids.get(key, self._length) < self._length
        return isinstance(key, Event) and any(event == key for event in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Thread):
            return NotImplemented
        return len(self) == len(other) and all(map(Event.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        kinds: dict[str, int] = {}
        for event in self:
            kinds[event.kind] = kinds.get(event.kind, 0) + 1
        parts = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        return f"<Thread of {len(self):,} events{': ' if parts else ''}{parts}>"

    def _repr_html_(self) -> str:
        from .display.threads import thread_html

        return thread_html(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, (self.to_records(), self._arrived)

    def since(self, start: int) -> Iterator[Event]:
        """Give the events from a position on."""
        return iter(self._log.events[start : self._length])

    @property
    def positions(self) -> Mapping[str, int]:
        """The position of each event, by id, in order."""
        ids = self._log.ids
        return ids if len(ids) == self._length else dict(islice(ids.items(), self._length))

    def newest(self, start: int = 0) -> Iterator[Event]:
        """Give the events from the last one back to a position, and touch no more than are asked for."""
        events = self._log.events
        return (events[position] for position in range(self._length - 1, start - 1, -1))

    def starts_with(self, other: "Thread") -> bool:
        """Whether the other thread's events are the first of this one."""
        if len(other) > len(self):
            return False
        return self._log is other._log or all(map(Event.__eq__, other, self))

    def _position(self, id: str) -> int:
        position = self._log.ids.get(id, self._length)
        if position >= self._length:
            raise ThreadError(f"no event has this id; there are {len(self):,} events", event_id=id)
        return position

    # ---- growing

    def append(self, event: Event) -> "Thread":
        """Give the thread with one more event at its end.

        Raises:
            ThreadError: If its id is taken, or it answers a call that is not in the thread.
        """
        if not isinstance(event, Event):
            raise no_event(event)
        event = self._named(event)
        log = self._log
        if (
            len(log.events) != self._length
        ):  # another thread has gone on from here: this one gets its own lists
            log = log.head(self._length)
        unit = self._unit_of(event, log)
        view = self._view
        if view is not None and unit not in view:  # it comes too late: what it belongs to has been dropped
            unit = str(event.id)
        if is_record(event):
            view = self.view()._after(event, log)
        elif view is not None:
            view = view._put(event, unit, log)
        log.put(event, unit)
        return Thread._over(log, self._length + 1, view, self._arrived)

    def extend(self, events: "Iterable[Event] | Thread") -> "Thread":
        """Give the thread with more events at its end.

        What another thread has given its events by itself, positions as ids and pins of its task,
        they leave behind: here they get what they would get by `append`.

        Raises:
            ThreadError: As `append` does.

        >>> thread = Thread([Event("user", "Deploy it.")])
        >>> [event.id for event in thread.extend(Thread([Event("note", "red"), Event("note", "green")]))]
        ['0', '1', '2']
        """
        _check_events(events)
        extended = self
        for event in events._given() if isinstance(events, Thread) else events:
            extended = extended.append(event)
        return extended

    def call(self, name: str, arguments: object = "", *, call_id: str, **fields: Any) -> "Thread":
        """Append a tool call; `name` is the tool's and becomes the event's type."""
        return self.append(Event(name, arguments, kind="call", call_id=call_id, **fields))

    def result(self, call_id: str, data: object = "", *, type: str | None = None, **fields: Any) -> "Thread":
        """Append the result of a call; its type is the call's with `_result` behind it, or given."""
        if type is None:
            call = next((e for e in reversed(self) if e.kind == "call" and e.call_id == call_id), None)
            if call is None:
                raise ThreadError(
                    f"there is no call {call_id!r}; append it first, or append an Event without call_id"
                )
            type = f"{call.type}_result"
        kind = kind_of(type, call_id)
        fields.setdefault("kind", "result" if kind == "call" else kind)
        return self.append(Event(type, data, call_id=call_id, **fields))

    def fork(self, at: int) -> "Thread":
        """Give the thread of the first `at` events; both can go on from there.

        Raises:
            ThreadError: If there are fewer events than that, or it is no whole number.
        """
        given: object = at
        if not isinstance(given, int) or isinstance(given, bool):
            raise ThreadError(f"cannot fork at {at!r}; give a number of events, the first of which it keeps")
        if not 0 <= at <= self._length:
            raise ThreadError(f"cannot fork at {at}: there are {self._length:,} events")
        if at == self._length:
            return self
        records = any(map(is_record, self._log.events[:at])) if self._view is not None else False
        forked = (
            Thread._of(self._log.events[:at], self._log.units)
            if records
            else Thread._over(self._log, at, None, {})
        )
        forked._arrived = {id: data for id, data in self._arrived.items() if id in forked}
        return forked

    def only(self, *patterns: str) -> "Thread":
        """Give the events of some types (patterns) or kinds, as a thread of their own.

        A result whose call is left out stands for itself: it has no `call_id` any more.

        >>> thread = Thread().call("list_git_tags", call_id="1").result("1", ["v1.4.2"])
        >>> thread.only("*_result")[0]
        Event('list_git_tags_result', ['v1.4.2'], kind='result', id='1')
        """
        given: Iterable[object] = patterns
        if wrong := [pattern for pattern in given if not isinstance(pattern, str)]:
            raise ThreadError(f"{wrong[0]!r} is no pattern; give types or kinds, such as '*_result'")
        return self._apart(position for position, event in enumerate(self) if matches(event, patterns))

    # ---- verbs for policies, on a view

    def drop(self, ids: Iterable[str], *, leaving: Event | None = None) -> "Thread":
        """Give the view without the named events; what may not go stays.

        Whole units go: where a part of a unit is not named, is pinned or is a call in flight, all
        of it stays.

        Args:
            ids: The events to drop.
            leaving: An event to put where the first of them stood.

        Raises:
            ThreadError: If an id is not in the view, or that of `leaving` is.
        """
        if self._view is not None:
            return self._view.drop(ids, leaving=leaving)
        named = self._known(ids)
        units, spared = self._log.units, self._spared(named)
        if leaving is not None and leaving.id in self:
            place = self._position(str(leaving.id))
            if units[place] in spared or not _alike(self[place], leaving):
                raise ThreadError("this id is taken; give what is left another, or none", event_id=leaving.id)
        if spared.issuperset(islice(units, self._length)):
            return self
        log, left = Log(), leaving
        log.wholes, log.answered, log.is_part = self._log.wholes, self._log.answered, True
        log.origin = self._log.origin or self._log
        for event, unit in zip(self, units, strict=False):
            if unit in spared:
                log.put(event, unit)
            elif left is not None:
                id = left.id or self.mark(event, left)
                if (left.id, left.pinned) != (id, False):
                    left = left.having(id=id, pinned=bool(left.pinned))
                log.put(left, id)
                left = None
        return Thread._over(log, len(log.events), None, {})

    def _known(self, ids: Iterable[str]) -> set[str]:
        if isinstance(ids, str):
            raise ThreadError(f"{ids!r} is one id; give a list of ids: [{ids!r}]")
        named = set(ids)
        if missing := named.difference(self.positions):
            given: list[object] = [*missing]
            if wrong := [id for id in given if not isinstance(id, str)]:
                reason = "is no id, which is a text; give the id of each event"
                raise ThreadError(f"{shown(wrong[0], 80)} {reason}")
            self._position(min(missing))  # raises
        return named

    def may_go(self, ids: AbstractSet[str]) -> bool:
        """Whether events of the view are whole units, of which none is held."""
        spared = self._spared(ids)
        return sum(map(spared.__contains__, islice(self._log.units, self._length))) == self._length - len(ids)

    def _spared(self, ids: AbstractSet[str]) -> set[str]:
        """Give the units of the view that stay where events are dropped."""
        units = self._log.units
        flying = [str(unit.events[0].id) for unit in self.units() if unit.in_flight]
        spared = {units[self._log.ids[id]] for id in flying}
        pairs = zip(self, units, strict=False)
        spared.update([unit for event, unit in pairs if event.pinned or event.id not in ids])
        return spared

    def replace(self, id: str, data: object) -> "Thread":
        """Give the view with other data in one event; a pinned event stays as it is.

        Raises:
            ThreadError: If the id is not in the view.
            EventError: If the data cannot be plain JSON.
        """
        return self.replace_all({id: data})

    def replace_all(self, changes: Mapping[str, object]) -> "Thread":
        """Give the view with other data in several events; pinned events stay as they are."""
        for id in changes:
            self._position(id)
        events = [
            event.with_data(changes[id]) if (id := str(event.id)) in changes and not event.pinned else event
            for event in self
        ]
        return self._remade(events, self._log.units)

    def whole(self, id: str) -> Event:
        """Give an event of the view as it was before any compaction changed it."""
        return self._log.wholes.get(id) or self._log.events[self._position(id)]

    def wholes(self) -> list[Event]:
        """Give the events of the view as they were before any compaction changed them."""
        whole = self._log.wholes
        return [whole.get(str(event.id), event) for event in self] if whole else list(self)

    def place(self, id: str) -> int | None:
        """Give the position that an event has in the log, also where this is a view that it is gone from.

        Returns:
            The position; `None` for what a compaction has added.
        """
        return (self._log.origin or self._log).ids.get(id)

    def logged(self, id: str) -> Event | None:
        """Give an event of the log, also where this is a view that it is gone from."""
        place = self.place(id)
        return None if place is None else (self._log.origin or self._log).events[place]

    def where(self, test: Callable[[Event], bool]) -> "Thread":
        """Give the events that pass a test, with their ids and units as they are."""
        return self._keeping(position for position, event in enumerate(self) if test(event))

    def changed_by(self, difference: Difference) -> "Thread":
        """Give the view with a difference applied; whole units are not seen to."""
        return self._after(_RECORD.having(data={"steps": [difference.to_data("")]}))

    # ---- what the log means

    def units(self) -> list[Unit]:
        """Give the units of the thread's view, in the order in which each began.

        >>> thread = Thread().call("read", "a", call_id="1").call("read", "b", call_id="2")
        >>> thread = thread.append(Event("user", "hurry")).result("2", "B").result("1", "A")
        >>> [[event.id for event in unit.events] for unit in thread.units()]
        [['0', '1', '3', '4'], ['2']]
        """
        view = self.view()
        if view._units is None:
            view._units = units_of(view, view._log.units, view._log.answered)
        return list(view._units)

    def view(self) -> "Thread":
        """Give the thread as its compactions left it: without what they took, with what they put."""
        return self if self._view is None else self._view

    def restore(self, id: str, *, lines: Lines | None = None, at: str | None = None) -> JSON:
        r"""Give back the data of an event of the log, however compactions have cut it.

        Where an arrival changed the event as it entered, what the arrival left is given back. Of
        what compactions have added, a summary is given back too; the line of a `Drop` holds nothing.

        Args:
            id: The event's id.
            lines: Only these: lines of a text, items of a list; the first and the last, counted from 1.
            at: Only this part of a JSON value, or of a text that is one: a JSON pointer, such as `/items`.

        Raises:
            ThreadError: If no event of the log has this id, or it has no such lines or part.

        >>> thread = Thread([Event("log", "up\nlost\nup", id="7"), Event("rows", {"ids": [4, 5, 6]}, id="8")])
        >>> thread.restore("7", lines="2-3"), thread.restore("8", at="/ids", lines=(3, 3))
        ('lost\nup', [6])
        """
        id = str(id)  # a model may give it as a number
        data = self._restored(id)
        return data if lines is None and at is None else excerpt(data, lines, at, event_id=id)

    def _restored(self, id: str) -> JSON:
        if id in self._arrived:
            return self._arrived[id]
        records = self.records()[::-1]
        for record in records:
            if id in record.data.get("arrived", {}):
                return record.data["arrived"][id]
        if id not in self:
            for event in (added for record in records for added in added_by(record)):
                if event.id == id and event.type != "omitted":
                    return event.data
        return self[id].data

    @property
    def arrived(self) -> Mapping[str, JSON]:
        """The data of the events that arrivals changed as they entered, by id."""
        return self._arrived

    def as_arrived(self, arrived: Mapping[str, JSON]) -> "Thread":
        """Give the thread with what arrivals made of its events, which `restore` then gives."""
        return (
            self
            if arrived is self._arrived
            else Thread._over(self._log, self._length, self._view, dict(arrived))
        )

    def records(self) -> list[Event]:
        """Give the compaction records in the log, in order."""
        return [event for event in self if is_record(event)] if self._view is not None else []

    # ---- JSON

    def to_records(self) -> list[dict[str, JSON]]:
        """Give the log as JSON objects; what the thread would add by itself is left out."""
        return [event.to_record() for event in self._given()]

    @classmethod
    def from_records(cls, records: Iterable[Mapping[str, Any]]) -> "Thread":
        """Make a thread from JSON objects, the way back from `to_records`."""
        return cls(map(Event.from_record, records))

    def to_json(self) -> str:
        """Write the log as one JSON document, `{"events": [...]}`."""
        return json.dumps({"events": self.to_records()}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Thread":
        """Read what `to_json` wrote, or the guide's own shape of it.

        Raises:
            ReadError: If it is not JSON of that shape; the line says where.

        >>> thread = Thread.from_json('{"events": [{"type": "user", "data": "deploy it"}]}')
        >>> Thread.from_json(thread.to_json()) == thread
        True
        """
        document = _parsed(text, 1, hint=_other_than_json)
        if not isinstance(document, dict) or not isinstance(document.get("events"), list):
            raise ReadError('a thread is an object with a list of "events"')
        return _read(enumerate(document["events"]), "event {}")

    def to_jsonl(self) -> str:
        """Write the log as JSON Lines, one event a line."""
        return "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in self.to_records())

    @classmethod
    def from_jsonl(cls, text: str | bytes) -> "Thread":
        """Read what `to_jsonl` wrote.

        Raises:
            ReadError: If a line is not the JSON object of an event.
        """
        lines = (text.encode() if isinstance(text, str) else text).split(b"\n")
        return _read(
            ((number, _parsed(line, number)) for number, line in enumerate(lines, start=1) if line.strip()),
            "line {}",
        )

    # ---- inner workings

    def _given(self) -> Iterator[Event]:
        """Give the events of the log without what the thread would add by itself: an id, a pin."""
        opened = False
        for position, event in enumerate(self):
            opened = opened or event.kind in MODEL_KINDS
            id = None if event.id == str(position) else event.id
            pinned = (
                None if event.pinned == (not opened and event.kind in ("system", "user")) else event.pinned
            )
            yield event if (id, pinned) == (event.id, event.pinned) else event.having(id=id, pinned=pinned)

    def _named(self, event: Event) -> Event:
        id, pinned = event.id, event.pinned
        if id is None:
            # a record's is no number, so that it is in the way of nobody who counts events himself
            position = self._length + self._log.ahead
            number = f"+{position}" if self._log.is_part else str(position)
            id = f"compaction-{position}" if is_record(event) else number
            while id in self or id in self.view():  # an event of the user's has taken the number
                id += "_"
        elif id in self or (self._view is not None and id in self._view):
            raise ThreadError("this id is taken; give another, or none", event_id=id)
        if pinned is None:
            first = self._log.first_answer
            opened = first is not None and first < self._length
            pinned = not opened and event.kind in ("system", "user")
        return event if (id, pinned) == (event.id, event.pinned) else event.having(id=id, pinned=pinned)

    def mark(self, event: Event, left: Event) -> str:
        """Give the id of what is left in the place of dropped events, of which this is the first.

        It is `3+` for `3`; what an earlier drop left there keeps its id.
        """
        if _alike(event, left) and str(event.id).endswith("+"):
            return str(event.id)
        name = str(event.id).rstrip("+") + "+"
        while name in self:
            name += "+"
        return name

    def _unit_of(self, event: Event, log: Log) -> str:
        if event.kind in MODEL_KINDS:
            position = self._same_message(event, log)
            if position is not None:
                return log.units[position]
        elif event.call_id is not None:
            if event.call_id not in log.answers:
                raise ThreadError(
                    f"it answers the call {event.call_id!r}, which is not in the thread; "
                    "append the call first, or leave the call_id out",
                    event_id=event.id,
                )
            return log.answers[event.call_id]
        return str(event.id)

    def _same_message(self, event: Event, log: Log) -> int | None:
        """Find the event before this one that stands in the same model message.

        What was read from a provider says so in `raw`: a `part` goes on with the message that an
        earlier event brought whole. Else events that directly follow each other are one message;
        a second text, or a thought behind a text, begins another.
        """
        raw = event.raw if isinstance(event.raw, dict) else {}
        if "message" in raw:
            return None
        for position in range(self._length - 1, -1, -1):
            earlier = log.events[position]
            if earlier.kind in MODEL_KINDS:
                begins = event.kind in ("assistant", "reasoning") and earlier.kind == "assistant"
                return position if "part" in raw or not begins else None
            if earlier.kind not in _SILENT_KINDS and "part" not in raw:
                return None
        return None

    def _put(self, event: Event, unit: str, origin: Log) -> "Thread":
        """Give this view with one more event of the log; an answer whose call is gone stands for itself."""
        if event.call_id is not None and event.kind not in MODEL_KINDS and unit == event.id:
            event = event.having(call_id=None)
        log = self._log
        if len(log.events) != self._length or log.origin is not origin:
            log = log.head(self._length)
            log.origin = origin
        log.put(event, unit)
        return Thread._over(log, self._length + 1, None, {})

    def _after(self, record: Event, origin: Log | None = None) -> "Thread":
        pairs = applied(zip(self, self._log.units, strict=False), record)
        view = self._remade([event for event, _ in pairs], [unit for _, unit in pairs])
        view._log.origin = origin or view._log.origin
        return view

    def _remade(self, events: Iterable[Event], units: Iterable[str]) -> "Thread":
        """Give a view made of this one, in which each changed event still knows what it was."""
        view = Thread._of(events, units)
        old = self._log
        view._log.answered, view._log.is_part, view._log.origin = old.answered, True, old.origin or old
        for event in view:
            id = str(event.id)
            position = old.ids.get(id, self._length)
            if position < self._length:
                whole = old.wholes.get(id) or old.events[position]
                if whole is not event:
                    view._log.wholes[id] = whole
        return view

    def _keeping(self, positions: Iterable[int]) -> "Thread":
        chosen = list(positions)
        kept = self._remade([self._log.events[i] for i in chosen], [self._log.units[i] for i in chosen])
        kept._log.answered = self._answered()
        return kept.as_arrived({id: data for id, data in self._arrived.items() if id in kept})

    def _apart(self, positions: Iterable[int]) -> "Thread":
        """Give some events as a log of their own; an answer without its call stands for itself."""
        events: list[Event] = []
        units: list[str] = []
        calls: set[tuple[str, str | None]] = set()
        opened: dict[str, str] = {}  # the unit of each event -> its first event here
        for position in positions:
            event, unit = self._log.events[position], self._log.units[position]
            unit = opened.setdefault(unit, str(event.id))
            if event.kind == "call":
                calls.add((unit, event.call_id))
            elif event.call_id is not None and (unit, event.call_id) not in calls:
                event = event.having(call_id=None)
            events.append(event)
            units.append(unit)
        apart = Thread._of(events, units)
        apart._log.answered = frozenset((opened.get(unit, unit), call) for unit, call in self._answered())
        apart._log.ahead = self._length + self._log.ahead - len(events)
        return apart.as_arrived({id: data for id, data in self._arrived.items() if id in apart})

    def _answered(self) -> frozenset[tuple[str, str]]:
        pairs = zip(self, self._log.units, strict=False)
        return self._log.answered.union([(u, e.call_id) for e, u in pairs if e.call_id and e.kind != "call"])

    @classmethod
    def _of(cls, events: Iterable[Event], units: Iterable[str]) -> "Thread":
        log, view = Log(), None
        for event, unit in zip(events, units, strict=False):
            if is_record(event):
                view = (view or Thread._over(log, len(log.events), None, {}))._after(event, log)
            elif view is not None:
                view = view._put(event, unit, log)
            log.put(event, unit)
        return Thread._over(log, len(log.events), view, {})


def no_event(given: object) -> ThreadError:
    """Give the error for what is no event where one must be."""
    if isinstance(given, Mapping):
        hint = "of messages make a thread with from_messages; else Event(type, data) makes one"
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
        hint = "extend takes several"
    else:
        hint = "make one with Event(type, data)"
    return ThreadError(f"{shown(given, 80)} is not an Event; {hint}")


def _check_events(given: object) -> None:
    if not isinstance(given, Iterable) or isinstance(given, str | bytes | Mapping):
        hint = "[event] is a list of one" if isinstance(given, Event) else "give a list of them"
        if isinstance(given, str):
            hint += "; of a file read_threads makes threads"
        raise ThreadError(f"{shown(given, 80)} is not events; {hint}")


def _alike(event: Event, other: Event) -> bool:
    return (event.type, event.kind) == (other.type, other.kind)


def _other_than_json(text: str | bytes) -> str:
    """Say what a text may be that is not JSON: the name of a file, or JSON Lines."""
    told = text if isinstance(text, str) else text.decode("utf-8", "replace")
    if told.lstrip()[:1] == "{":
        return "; from_jsonl reads one event a line" if "}\n{" in told else ""
    return "; it takes a text, read_threads reads a file" if told and "\n" not in told else ""


def _parsed(text: str | bytes, line: int, *, hint: Callable[[str | bytes], str] = lambda _: "") -> JSON:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        reason, within = why_no_json(error)
        raise ReadError(f"not JSON: {reason}{hint(text)}", line=line + within - 1) from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise ReadError(f"not JSON: {error}", line=line) from None


def _read(numbered: Iterable[tuple[int, Any]], place: str) -> Thread:
    thread = Thread()
    for number, record in numbered:
        try:
            thread = thread.append(Event.from_record(record))
        except ContextkitError as error:
            raise ReadError(f"{place.format(number)}: {error}") from error
    return thread


def _revived(records: list[dict[str, JSON]], arrived: dict[str, JSON]) -> Thread:
    return Thread.from_records(records).as_arrived(arrived)
