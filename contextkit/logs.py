"""The growing lists behind threads."""

from .events import MODEL_KINDS, Event


class Log:
    """The growing lists that threads share: a longer thread adds to the lists of the shorter one.

    A thread reads only as far as its own length, and only the longest may add in place, so that an
    append takes constant time and no thread ever changes.
    """

    __slots__ = (
        *("ahead", "answered", "answers", "events", "first_answer", "ids", "is_part", "origin", "units"),
        "wholes",
    )

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.units: list[str] = []  # for each event the id of the event that opened its unit
        self.ids: dict[str, int] = {}
        self.answers: dict[str, str] = {}  # call_id -> the unit of the newest call of that id
        self.first_answer: int | None = None  # the position of the model's first own event
        self.wholes: dict[str, Event] = {}  # of a view: what its changed events were in the log
        self.origin: Log | None = None  # of a view: the log that it is a view of
        self.answered: frozenset[tuple[str, str]] = (
            frozenset()
        )  # of a part: units and calls with answers elsewhere
        self.ahead = 0  # of what was taken out of a log: how many events that had more
        self.is_part = False  # whether it was made by a policy's verb, so that a position is no id

    def put(self, event: Event, unit: str) -> None:
        """Add an event that has its id, and its unit."""
        position = len(self.events)
        if event.id is None:  # never: a thread gives the id first
            raise AssertionError
        self.ids[event.id] = position
        if event.kind == "call" and event.call_id is not None:
            self.answers[event.call_id] = unit
        if self.first_answer is None and event.kind in MODEL_KINDS:
            self.first_answer = position
        self.units.append(unit)
        self.events.append(event)

    def head(self, length: int) -> "Log":
        """Copy the lists of the first events."""
        copy = Log()
        copy.wholes, copy.answered, copy.is_part = self.wholes, self.answered, self.is_part
        copy.origin, copy.ahead = self.origin, self.ahead
        copy.events, copy.units = self.events[:length], self.units[:length]
        copy.ids = {event.id: position for position, event in enumerate(copy.events) if event.id is not None}
        copy.answers = {
            event.call_id: unit
            for event, unit in zip(copy.events, copy.units, strict=True)
            if event.kind == "call" and event.call_id is not None
        }
        if self.first_answer is not None and self.first_answer < length:
            copy.first_answer = self.first_answer
        return copy
