"""MessageMeasure: what messages come to in tokens, the provider's framing included, nothing counted twice."""

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..codecs.json import encode
from ..events import MODEL_KINDS, Event
from ..measuring import Measure, Piece
from ..messages.bodies import raw_of
from ..messages.counting import message_tokens, request_tokens
from ..messages.dialects import PLAIN
from ..messages.drafts import NO_RESULT
from ..messages.writing import Writer, by_model, hosted, needs_opening, opening
from ..plain import JSON, copied
from ..records import is_record
from ..threads import Thread
from ..tokens.counters import Estimate, count
from ..tokens.cutting import exceeds
from ..written import Written

if TYPE_CHECKING:
    from .formats import MessageFormat

_LONG = 16  # characters a token: a text with more than that may be told too long without a full count
_ODD = 24  # tokens; more than a part costs beyond its own where it cannot stand as it is


def json_lines(messages: Iterable[dict[str, JSON]]) -> str:
    """Write messages, one a line as JSON."""
    return "".join(encode(message) + "\n" for message in messages)


class Leaf(Piece):
    """An event as messages of its own, and their tokens once somebody has asked."""

    __slots__ = ("messages",)

    def __init__(self, messages: list[dict[str, JSON]]) -> None:
        self.messages = messages
        self.tokens = None
        self.closed = self.by_lines = False

    @property
    def text(self) -> str:  # type: ignore[override]
        """The messages, one a line as JSON."""
        return json_lines(self.messages)


class Sum:
    """A view that only grows, added up event by event so that each step costs what is new.

    Attributes:
        view: The view, as far as it has been added up.
        tokens: The tokens of its events, and of what is written for them beside.
        open: The calls that wait for an answer.
        answering: Whether the last event was an answer to one.
        begun: Whether there is a message.
        called: Whether it was a call.
        source: The message that the last event was read from.
    """

    __slots__ = ("answering", "begun", "called", "open", "source", "tokens", "view")

    def __init__(self) -> None:
        self.view = Thread()
        self.tokens = 0
        self.open: list[str] = []
        self.answering = self.begun = self.called = False
        self.source: tuple[JSON, JSON] = (None, None)


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


@dataclasses.dataclass(frozen=True, slots=True)
class MessageMeasure(Measure):
    """Writes and counts the messages of one provider.

    What is decided on is the sum of the events, each counted as if it stood alone (without the frame
    of a message that an earlier event begins), and of what is written beside them: never less than
    what `exact` counts by the provider's formula over the messages as they are sent. The two are
    equal where all came from that provider.

    Attributes:
        format: Writes events as messages.
    """

    format: "MessageFormat"

    @property
    def provider(self) -> str:
        """The provider."""
        return self.format.dialect.provider

    def _text_tokens(self, text: str) -> int:
        known = self.memory.texts.get(text)
        if known is None:
            known = self.memory.texts[text] = count(self._base, text)
        return known

    # ---- one event

    def _written(self, event: Event) -> Piece:
        return Leaf(self.format.alone(event))

    def _counted(self, piece: Piece) -> int:
        if piece.tokens is None:
            piece.tokens = sum(map(self._message, piece.messages)) if isinstance(piece, Leaf) else 0
        return piece.tokens

    def tokens(self, event: Event) -> int:
        """Give the tokens of the event in a message."""
        return self._scale_part(self._weight(event))

    def _weight(self, event: Event) -> int:
        tokens, raw = self._counted(self.piece(event)), raw_of(event)
        inside = raw.get("part") and raw["provider"] == self.provider and event.kind != "call"
        return max(0, tokens - self._frame) if inside else tokens

    @property
    def _frame(self) -> int:
        return self.memory.fixed("\0frame", lambda _: self._message(self.format.dialect.shell("assistant")))

    def _message(self, message: dict[str, JSON]) -> int:
        if message.keys() == {"system"}:
            return self._around(system=message["system"]) - self._around()
        return message_tokens(message, self.provider, self._text_tokens, model=self.format.model)

    def _around(self, system: JSON = None, tools: JSON = None) -> int:
        model = self.format.model
        return request_tokens(self.provider, self._text_tokens, system=system, tools=tools, model=model)

    def event_exceeds(self, event: Event, limit: int) -> bool:
        """Tell whether the event has more than `limit` tokens; counting stops early."""
        if self.piece(event).tokens is None and self._sure(event, limit):
            return True
        return self.tokens(event) > limit

    def _sure(self, event: Event, limit: int) -> bool:
        """Whether the event, not counted yet, is so long that it surely has more than `limit` tokens."""
        text = event.data if isinstance(event.data, str) else ""
        if self._seams is None or len(text) <= _LONG * (limit + 64):
            return False
        return limit < 0 or exceeds(text, limit, self._part)

    # ---- the whole

    def _sum(self, view: Iterable[Event]) -> Sum:
        """Give the view added up: what is new in it, where it goes on from the last one."""
        known, log = self.memory.sum, view if isinstance(view, Thread) else Thread()
        goes_on = isinstance(known, Sum) and bool(known.view) and log.starts_with(known.view)
        found = known if goes_on and isinstance(known, Sum) else Sum()
        for event in log.since(len(found.view)) if log else view:
            self._add(found, event)
        if log:
            found.view, self.memory.sum = log, found
        return found

    def _add(self, added: Sum, event: Event) -> None:
        if event.kind == "usage" or is_record(event):
            return
        raw = raw_of(event)
        source = (raw.get("provider"), raw.get("at"))
        if raw.get("part") and source != added.source:  # the message that it stood in has lost its first part
            added.tokens += self._frame
        added.source = source
        answer = event.kind in ("result", "error") and event.call_id in added.open
        if added.open and not answer and (event.kind not in MODEL_KINDS or added.answering):
            added.tokens += self._waiting(added)  # nobody waits for an answer behind something else
            added.open.clear()
        added.answering = answer
        tokens = self._weight(event)
        if event.kind == "call":
            tokens += self._beside if added.called else 0
            added.open.append(str(event.call_id))
        elif answer:
            added.open.remove(str(event.call_id))
        elif event.call_id is not None:
            tokens = max(tokens, self._message(self.format.as_text(event)))
        together = self.format.dialect.apart and event.kind == "assistant" and event.type not in PLAIN
        if hosted(event) or together:  # an item goes anew where another one of its answer was cut
            tokens = max(tokens, self._message(self.format.as_text(event))) + _ODD
        if by_model(event) and not added.begun and needs_opening(event, self.format.dialect):
            added.tokens += self._message(opening(self.format.dialect))
        added.begun = added.begun or (tokens > 0 and event.kind != "system")
        added.tokens += tokens
        added.called = event.kind == "call"

    @property
    def _beside(self) -> int:
        """What a call costs on top where it is made together with another one."""
        return self.memory.fixed(f"\0beside {self.format.model}", lambda _: self._of_two())

    def _of_two(self) -> int:
        asked = Thread([Event("user", "a")]).call("a", {}, call_id="1").call("b", {}, call_id="2")
        together = sum(map(self._message, self.format.written(asked).messages))
        apart = sum(self._message(one) for event in asked for one in self.format.alone(event))
        return max(0, together - apart)

    def _waiting(self, added: Sum) -> int:
        return len(added.open) * (self._text_tokens(NO_RESULT) + _ODD)

    def added_up(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole as they are added up."""
        added = self._sum(view)
        return added.tokens + self._waiting(added) + self._fixed_tokens

    def total(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole that are decided on."""
        return self._scale(self.added_up(view))

    def sizes(self, events: Iterable[Event]) -> None:
        """Messages are counted as a whole: no list of their events adds up to them."""

    @property
    def _fixed_tokens(self) -> int:
        return self.memory.fixed(f"\0around {self.before}\0{self.after}", lambda _: self.counted(()))

    @property
    def fixed(self) -> int:
        """The tokens of what stands around the thread: the prompt and the definitions of tools."""
        return self._scale(self._fixed_tokens)

    def _surely_exceeds(self, view: Iterable[Event], limit: int) -> bool:
        if self._seams is None:
            return False
        if isinstance(self.counter, Estimate):  # scaled once, so added up before
            limit = self.counter.unscale(limit)
        limit -= self._fixed_tokens
        log = view if isinstance(view, Thread) else Thread()
        known, start = self.memory.sum, 0
        if isinstance(known, Sum) and known.view and log.starts_with(known.view):
            start, limit = len(known.view), limit - known.tokens
        for event in reversed(list(log.since(start) if log else view)):
            if self.piece(event).tokens is None and self._sure(event, limit):
                return True
            limit -= self._weight(event)
            if limit < 0:
                return True
        return limit < 0

    # ---- the messages

    def written(self, view: Iterable[Event]) -> Written:
        """Give the messages, between those of the prompt."""
        writer = self._letter(view).writer
        messages = [*writer.ended(), *self._ending()]
        return Written(self.provider, copied(messages), copied(writer.system), tuple(writer.losses))

    def _ending(self) -> list[dict[str, JSON]]:
        return self.format.alone(Event("user", self.after)) if self.after else []

    def text(self, view: Iterable[Event]) -> str:
        """Give the messages, one a line as JSON."""
        return json_lines(self.written(view).messages)

    def _letter(self, view: Iterable[Event]) -> Letter:
        """Give the view as it is written: what is new in it, where it goes on from the last one."""
        known, log = self.memory.letter, view if isinstance(view, Thread) else Thread()
        if isinstance(known, Letter) and known.view and log.starts_with(known.view):
            letter = known
        else:
            letter = Letter(self.format.writer())
            if self.before:
                letter.writer.feed([Event("system", self.before)])
        letter.writer.feed(log.since(len(letter.view)) if log else view)
        if log:
            letter.view, self.memory.letter = log, letter
        return letter

    def exact(self, view: Iterable[Event]) -> int:
        """Give the tokens of the messages as they are sent."""
        return self._scale(self.counted(view))

    def counted(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole; of an estimate, what it is made from."""
        letter = self._letter(view)
        messages = letter.writer.ended()
        settled = max(letter.counted, len(letter.writer.messages) - 1)
        letter.tokens += sum(map(self._message, messages[letter.counted : settled]))
        letter.counted = settled
        last = sum(map(self._message, [*messages[settled:], *self._ending()]))
        return letter.tokens + last + self._around(letter.writer.system, self.format.tools)
