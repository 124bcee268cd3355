"""Message formats: a thread as the messages of a provider. Each is a value, as any other format is.

| format | its messages are for |
|---|---|
| `OPENAI_CHAT` | OpenAI's Chat Completions, and the many servers that speak its dialect |
| `OPENAI_RESPONSES` | OpenAI's Responses: a list of input items |
| `ANTHROPIC` | Anthropic's Messages |
| `GEMINI` | Gemini's contents |

What came from the same provider goes back as it came; all else is written so that the provider
accepts it (see `contextkit.messages.writing`). A rule renders what stands in the place of an event's
data; where there is no message for an event, it is a user's text in the look of another format.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..events import Event
from ..exceptions import SettingError
from ..formats import TAGGED, Format
from ..messages import anthropic, gemini, openai_chat, openai_responses
from ..messages.bodies import body_of, merge, raw_of
from ..messages.counting import counter_of
from ..messages.dialects import Dialect
from ..messages.media import Media, contents
from ..messages.writing import Writer, by_model, needs_opening, role_of
from ..plain import JSON, copied, plain
from ..threads import Thread, no_event
from ..tokens.counters import TokenCounter
from ..written import Written
from .measuring import MessageMeasure
from .remembered import json_lines


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class MessageFormat(Format):
    """A thread as the messages of a provider.

    Attributes:
        dialect: How the provider writes the parts of a message.
        look: The text format of what is no message.
        tools: The definitions of the tools that are sent along; they count.
        model: The model's name, on which the provider's framing depends.

    >>> thread = Thread([Event("user", "deploy it")]).call("list_git_tags", {"last": 2}, call_id="1")
    >>> messages = OPENAI_CHAT.written(thread.result("1", ["v1.4.2", "v1.4.1"])).messages
    >>> messages[1]["tool_calls"][0]["function"], messages[2]["content"]
    ({'name': 'list_git_tags', 'arguments': '{"last":2}'}, '["v1.4.2","v1.4.1"]')
    """

    dialect: Dialect = openai_chat.DIALECT
    look: Format = TAGGED
    tools: JSON = None
    model: str | None = None

    __hash__ = Format.__hash__

    def __call__(self, event: Event) -> str:
        """Write one event as it stands in the messages: JSON, a message a line; see `Format`."""
        return json_lines(self.alone(event))

    def text(self, thread: Iterable[Event]) -> str:
        """Write the events as messages, one a line as JSON."""
        return json_lines(self.written(thread).messages)

    def sent_with(
        self, *, tools: Sequence[object] | None = None, model: str | None = None
    ) -> "MessageFormat":
        """Give the format for what is sent with definitions of tools, or to a model.

        Args:
            tools: The definitions, as the provider's client takes them; they count.
            model: The model's name.
        """
        if isinstance(tools, str | Mapping) or not isinstance(tools, Iterable | None):
            raise SettingError("tools", tools, "it must be a list of definitions")
        told = None if tools is None else plain(list(tools), "tools")
        return dataclasses.replace(self, tools=told, model=model)

    @property
    def measuring(self) -> type[MessageMeasure]:
        """What measures a thread in it."""
        return MessageMeasure

    def default_counter(self) -> TokenCounter:
        """Give what counts where nothing else is said: the model's, or the provider's."""
        return counter_of(None, self.dialect.provider, self.model)

    def writer(self) -> Writer:
        """Give a writer of messages."""
        return Writer(self.dialect, _Look(self))

    def written(self, thread: Iterable[Event]) -> Written:
        """Write events as messages."""
        writer = self.writer()
        writer.feed(thread)
        messages, system = copied(writer.ended()), copied(writer.system)
        return Written(self.dialect.provider, messages, system, tuple(writer.losses))

    def alone(self, event: Event) -> list[dict[str, JSON]]:
        """Write one event as messages of its own."""
        body = body_of(event, self.dialect.provider)
        if body is not None and self.rule(event) is None and "system" not in body:
            shell = raw_of(event).get("message") or self.dialect.shell(role_of(event))
            message: dict[str, JSON] = dict(shell) if isinstance(shell, dict) else {}
            merge(message, body)
            return [message]
        writer = self.writer()
        if event.kind in ("result", "error") and event.call_id is not None:
            writer.answering(event.call_id, event.type.rpartition("_")[0] or event.type)
        writer.feed([event])
        if writer.system is not None:
            return [{"system": writer.system}]
        opened = by_model(event) and needs_opening(event, self.dialect)
        return writer.messages[1:] if opened else writer.messages

    def as_text(self, event: Event) -> list[dict[str, JSON]]:
        """Write one event as a user's text and media, as it stands where it can be no message."""
        media = [item for item in contents(body_of(event)) if isinstance(item, Media)]
        blocks = [block for item in media if (block := self.dialect.media(item, "user")) is not None]
        bodies = [self.dialect.text(_Look(self).text(event), "user", {}), *map(self.dialect.block, blocks)]
        messages = [self.dialect.shell("user") for _ in bodies]
        for message, body in zip(messages, bodies, strict=True):
            merge(message, body)
        return messages

    def __repr__(self) -> str:
        return Format.__repr__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        changes = {name: getattr(self, name) for name in ("name", "look", "tools", "model")}
        return _rebuilt, (self.dialect.provider, changes, dict(self.rules))


@dataclasses.dataclass(frozen=True, slots=True)
class _Look:
    """What a message format makes of events that are no messages."""

    format: MessageFormat

    def body(self, event: Event) -> str | None:
        """Write what a rule puts in the place of the event's data, if there is one."""
        return self.format.body(event)

    def text(self, event: Event) -> str:
        """Write the event as a text, in the look of a text format."""
        body = self.format.body(event)
        return self.format.look(event if body is None else event.having(data=body, raw=None))


def _format(name: str, dialect: Dialect) -> MessageFormat:
    return MessageFormat(name, _no_fragment, dialect=dialect)


def _no_fragment(event: Event) -> str:
    raise NotImplementedError  # `MessageFormat.__call__` writes an event


def _rebuilt(provider: str, changes: dict[str, Any], rules: dict[str, Any]) -> MessageFormat:
    return dataclasses.replace(MESSAGE_FORMATS[provider], **changes) | rules


OPENAI_CHAT = _format("OPENAI_CHAT", openai_chat.DIALECT)
"""OpenAI's Chat Completions."""

OPENAI_RESPONSES = _format("OPENAI_RESPONSES", openai_responses.DIALECT)
"""OpenAI's Responses: a list of input items."""

ANTHROPIC = _format("ANTHROPIC", anthropic.DIALECT)
"""Anthropic's Messages."""

GEMINI = _format("GEMINI", gemini.DIALECT)
"""Gemini's contents."""

MESSAGE_FORMATS: Mapping[str, MessageFormat] = {
    format.dialect.provider: format for format in (OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC, GEMINI)
}
"""The message formats by the names of their providers."""


def to_messages(thread: Iterable[Event], provider: str) -> Written:
    """Write a thread as a provider's messages: those that it came from as they came, all else anew.

    Args:
        thread: The thread; of one with compactions, what they left.
        provider: `openai-chat`, `openai-responses`, `anthropic` or `gemini`.

    Raises:
        SettingError: If the provider is none of these.
        ThreadError: If what is given holds something that is no event.

    >>> written = to_messages([Event("user", "deploy it")], "gemini")
    >>> written.request()
    {'contents': [{'role': 'user', 'parts': [{'text': 'deploy it'}]}]}
    """
    if provider not in MESSAGE_FORMATS:
        raise SettingError("provider", provider, f"it must be one of {', '.join(MESSAGE_FORMATS)}")
    events: Sequence[Any] = thread.view() if isinstance(thread, Thread) else list(thread)
    if wrong := [event for event in events if not isinstance(event, Event)]:
        raise no_event(wrong[0])
    return MESSAGE_FORMATS[provider].written(events)
