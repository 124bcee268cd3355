"""What is remembered of messages: an event as its messages, a view added up, and a view as it is written."""

from collections.abc import Iterable
from typing import cast

from ..codecs.json import encode
from ..events import Event
from ..measuring import Piece
from ..messages.bodies import raw_of
from ..messages.writing import Writer, by_model, hosted
from ..plain import JSON
from ..records import is_record
from ..threads import Thread


def json_lines(messages: Iterable[dict[str, JSON]]) -> str:
    """Write messages, one a line as JSON."""
    return "".join(encode(message) + "\n" for message in messages)


class Leaf(Piece):
    """An event as messages of its own, and the tokens that it adds once somebody has asked.

    Attributes:
        messages: The messages.
        fixed: The tokens that come on top of those of the texts.
        texts: The texts that are counted.
        source: The message that the event was read from.
        is_part: Whether another event was read from that message before.
        hosted: Whether it is of a tool that the provider ran itself.
        silent: Whether it is no part of the messages.
    """

    __slots__ = ("fixed", "hosted", "is_part", "messages", "silent", "source", "texts")

    def __init__(self, event: Event, messages: list[dict[str, JSON]]) -> None:
        raw = raw_of(event)
        self.messages = messages
        self.fixed = 0
        self.texts: list[str] = []
        self.source = (raw.get("provider"), raw.get("at"))
        self.is_part = bool(raw.get("part"))
        self.hosted = hosted(event)
        self.silent = event.kind == "usage" or is_record(event)
        self.tokens = None
        self.closed = self.by_lines = False

    @property
    def text(self) -> str:  # type: ignore[override]
        """The messages, one a line as JSON."""
        return json_lines(self.messages)

    @property
    def most(self) -> int:
        """What it adds at most, by a counter whose tokens stand for one byte or more each."""
        return max(0, self.fixed + sum([bytes_of(text) for text in self.texts]))


def bytes_of(text: str) -> int:
    """Give the bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class Sum:
    """A view that only grows, added up event by event so that each step costs what is new.

    Attributes:
        view: The view, as far as it has been added up.
        tokens: The tokens of its events, and of what is written for them beside.
        uncounted: The events that nobody had to count yet.
        most: The tokens that these have at most.
        open: The calls that wait for an answer.
        answering: Whether the last event was an answer to one.
        begun: Whether there is a message.
        called: Whether it was a call.
        source: The message that the last event was read from.
        said: The message that the last event that is one was read from.
        models: How many messages of the model's stand last; one more where none of a user's is before them.
        empty: Whether all of it may be left out, as thoughts may; `None` as long as it is nothing.
    """

    __slots__ = (
        "answering",
        "begun",
        "called",
        "empty",
        "models",
        "most",
        "open",
        "said",
        "source",
        "tokens",
        "uncounted",
        "view",
    )

    def __init__(self) -> None:
        self.view = Thread()
        self.tokens = 0
        self.uncounted: list[Leaf] = []
        self.most = 0
        self.open: list[str] = []
        self.answering = self.begun = self.called = False
        self.source = self.said = cast(tuple[JSON, JSON], (None, None))
        self.models = 0
        self.empty: bool | None = None


class Letter:
    """A view that only grows, written so that each step costs what is new.

    Attributes:
        view: The view, as far as it has been written.
        writer: Its writer.
        tokens: The tokens of all messages but the last.
        counted: How many messages that are.
    """

    __slots__ = ("counted", "tokens", "view", "writer")

    def __init__(self, writer: Writer) -> None:
        self.view = Thread()
        self.writer = writer
        self.tokens = 0
        self.counted = 0

    def turn_ends(self, log: Thread) -> bool:
        """Whether what is written ends with a turn: what came of the model's at once is written at once."""
        new = next(iter(log.since(len(self.view))), None)
        within = new is not None and by_model(new) and by_model(self.view[-1]) and bool(raw_of(new))
        return new is None or not (within or self.writer.in_flight)
