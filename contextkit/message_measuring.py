"""MessageMeasure: what messages come to in tokens, the provider's framing included, nothing counted twice."""

import dataclasses
from collections.abc import Iterable

from .events import Event
from .measuring import Measure, Piece
from .message_formats import MessageFormat
from .messages.bodies import raw_of
from .messages.counting import message_tokens, request_tokens
from .messages.writing import Writer, Written
from .plain import JSON, copied
from .threads import Thread
from .tokens.counters import Estimate, count
from .tokens.cutting import exceeds

_FRAMING = 16  # tokens; more than the frame of any message has
_LONG = 16  # characters a token: a text with more than that may be told too long without a full count


class Letter:
    """A view that only grows, written and added up so that each step costs what is new.

    Attributes:
        view: The view, as far as it has been written.
        writer: Its writer.
        tokens: The tokens of all messages but the last.
        counted: How many messages that are.
        system: The system prompt beside them, when it was counted.
        around: The tokens of what stands around them: that prompt, the definitions of tools.
    """

    __slots__ = ("around", "counted", "system", "tokens", "view", "writer")

    def __init__(self, writer: Writer) -> None:
        self.system: JSON = None
        self.around: int | None = None
        self.view = Thread()
        self.writer = writer
        self.tokens = 0
        self.counted = 0


@dataclasses.dataclass(frozen=True, slots=True)
class MessageMeasure(Measure):
    """Writes and counts the messages of one provider.

    The whole is counted by the provider's formula over its messages. An event is counted as if it
    stood alone, but for the frame of a message that another event begins; what that makes of the
    places where events meet is seen to in the whole.

    Attributes:
        format: Writes events as messages.
    """

    format: MessageFormat  # type: ignore[assignment]

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
        return Piece(self.format(event), closed=False, by_lines=False)

    def tokens(self, event: Event) -> int:
        """Give the tokens of the event in a message."""
        piece = self.piece(event)
        if piece.tokens is None:
            piece.tokens = self._weight(event) if piece.text else 0
        return self._scale_part(piece.tokens)

    def _weight(self, event: Event) -> int:
        messages = self.format.alone(event)
        weight = sum(self._message(message) for message in messages)
        if raw_of(event).get("part") and messages:
            shell = self.format.dialect.shell("assistant" if event.kind != "user" else "user")
            weight -= self._message(shell)
        return max(0, weight)

    def _message(self, message: dict[str, JSON]) -> int:
        if message.keys() == {"system"}:
            beside = request_tokens(self.provider, self._text_tokens, system=message["system"])
            return beside - request_tokens(self.provider, self._text_tokens)
        return message_tokens(message, self.provider, self._text_tokens)

    def event_exceeds(self, event: Event, limit: int) -> bool:
        """Tell whether the event has more than `limit` tokens; counting stops early."""
        piece = self.piece(event)
        if piece.tokens is None and self._sure(event, limit):
            return True
        return self.tokens(event) > limit

    def _sure(self, event: Event, limit: int) -> bool:
        """Whether the event, not counted yet, is so long that it surely has more than `limit` tokens."""
        text = event.data if isinstance(event.data, str) else ""
        if self._seams is None or len(text) <= _LONG * (limit + 64):
            return False
        return limit < 0 or exceeds(text, limit, self._part)

    # ---- the whole

    def written(self, view: Iterable[Event]) -> Written:
        """Give the messages, between those of the prompt."""
        letter = self._letter(view)
        writer = letter.writer
        messages = [*writer.ended(), *self._ending()]
        return Written(self.provider, copied(messages), copied(writer.system), tuple(writer.losses))

    def _ending(self) -> list[dict[str, JSON]]:
        return self.format.alone(Event("user", self.after)) if self.after else []

    def text(self, view: Iterable[Event]) -> str:
        """Give the messages, one a line as JSON."""
        from .codecs.json import encode

        return "".join(encode(message) + "\n" for message in self.written(view).messages)

    def _letter(self, view: Iterable[Event]) -> Letter:
        """Give the view as it is written: what is new in it, where it goes on from the last one."""
        letter = self.memory.letter
        log = view if isinstance(view, Thread) else None
        if not isinstance(letter, Letter) or log is None or not log.starts_with(letter.view) or not letter.view:
            letter = Letter(self.format.writer())
            if self.before:
                letter.writer.feed([Event("system", self.before)])
            if log is not None:
                self.memory.letter = letter
        if log is None:
            letter.writer.feed(view)
        elif len(log) > len(letter.view):
            letter.writer.feed(log.since(len(letter.view)))
            letter.view = log
        return letter

    def counted(self, view: Iterable[Event]) -> int:
        """Give the tokens of the whole; of an estimate, what it is made from."""
        letter = self._letter(view)
        messages = letter.writer.ended()
        settled = max(letter.counted, len(letter.writer.messages) - 1)
        letter.tokens += sum(self._message(message) for message in messages[letter.counted : settled])
        letter.counted = settled
        last = sum(self._message(message) for message in (*messages[settled:], *self._ending()))
        return letter.tokens + last + self._around(letter)

    def _around(self, letter: Letter) -> int:
        system = letter.writer.system
        if letter.around is None or system != letter.system:
            tools = self.format.tools
            letter.around = request_tokens(self.provider, self._text_tokens, system=system, tools=tools)
            letter.system = system
        return letter.around

    @property
    def fixed(self) -> int:
        """The tokens of what stands around the thread: the prompt and the definitions of tools."""
        return self._scale(self.counted(()))

    def _surely_exceeds(self, view: Iterable[Event], limit: int) -> bool:
        if self._seams is None:
            return False
        if isinstance(self.counter, Estimate):  # scaled once, so added up before
            limit = self.counter.unscale(limit)
        events = list(view)
        letter = self.memory.letter
        if isinstance(letter, Letter) and letter.view and isinstance(view, Thread) and view.starts_with(letter.view):
            return any(self._sure(event, limit) for event in view.since(len(letter.view)))
        for event in reversed(events):
            piece = self.piece(event)
            if piece.tokens is None:
                if self._sure(event, limit):
                    return True
                self.tokens(event)
            limit -= max(0, (piece.tokens or 0) - _FRAMING)
            if limit < 0:
                return True
        return False
