"""What came, kept event by event, so that a message can be written again from what is left of it.

`raw` of an event that was read from a provider's message is

```json
{"provider": "openai-chat", "at": 3, "message": {"role": "assistant", "content": null, "tool_calls": []},
 "body": {"content": "On it."}}
{"provider": "openai-chat", "at": 3, "part": 1, "body": {"tool_calls": [{"id": "a", "function": {}}]}}
```

The first event of a message has the `message`: the message as it came, emptied of what its events
hold. Each further event has its place among them as `part`. Both have
the number of the message in the history. Each has its own `body`; put into the
emptied message one after the other (lists are joined, all else is set), these are the message as it
came. An event whose data was changed has no body any more.

`frame` is what stays true of an event when its data changes: a tool's `name` where the event's type is
not it, a `cache_control`, a `signature` of the whole, and `hosted`, which says that the provider ran
the tool itself, so that the result is a part of the model's own message.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..events import Event, stamp
from ..plain import JSON

_NOTHING: Mapping[str, JSON] = {}


class Draft(NamedTuple):
    """An event that was read of a message, the part of the message that it holds, and its frame."""

    event: Event
    body: dict[str, JSON]
    frame: dict[str, JSON] = {}  # noqa: RUF012 - never changed


def stamped(
    drafts: Iterable[Draft], provider: str, message: Mapping[str, JSON], *, at: int = 0
) -> list[Event]:
    """Give the events of one message, each with what came of it.

    Args:
        drafts: The events, just made, their parts of the message, and their frames.
        provider: Whose message it is.
        message: The message as it came.
        at: Its number in the history.

    >>> message = {"role": "user", "content": "deploy it"}
    >>> draft = Draft(Event("user", "deploy it"), {"content": "deploy it"})
    >>> stamped([draft], "openai-chat", message)[0].raw["message"]
    {'role': 'user', 'content': None}
    """
    drafts = list(drafts)
    held = {key for draft in drafts for key in draft.body}
    emptied = {key: _emptied(value) if key in held else value for key, value in message.items()}
    stamped = []
    for place, draft in enumerate(drafts):
        raw: dict[str, JSON] = {"provider": provider, "at": at}
        raw |= {"part": place} if place else {"message": emptied}
        raw["body"] = draft.body
        if draft.frame:
            raw["frame"] = draft.frame
        stamped.append(stamp(draft.event, raw))
    return stamped


def _emptied(value: JSON) -> JSON:
    return [] if isinstance(value, list) else None


def merge(message: dict[str, JSON], body: Mapping[str, JSON], text_type: str = "text") -> None:
    """Put a body into a message: lists are joined, all else is set; texts of a content are joined too.

    Args:
        message: The message, which is changed.
        body: The body.
        text_type: The type of a part that a text becomes where there are others.

    >>> message = {"role": "assistant", "content": None, "tool_calls": []}
    >>> merge(message, {"content": "On it.", "tool_calls": [{"id": "a"}]})
    >>> merge(message, {"tool_calls": [{"id": "b"}]})
    >>> message
    {'role': 'assistant', 'content': 'On it.', 'tool_calls': [{'id': 'a'}, {'id': 'b'}]}
    """
    for key, value in body.items():
        held = message.get(key)
        if isinstance(held, list) and isinstance(value, list):
            message[key] = [*held, *value]
        elif key == "content" and held and isinstance(held, str | list):
            if isinstance(held, str) and isinstance(value, str):
                message[key] = f"{held}\n{value}"
            else:
                message[key] = [*_parts(held, text_type), *_parts(value, text_type)]
        else:
            message[key] = value


def _parts(content: JSON, text_type: str) -> list[JSON]:
    return [{"type": text_type, "text": content}] if isinstance(content, str) else list(content or ())


def raw_of(event: Event) -> Mapping[str, JSON]:
    """Give what came of an event; empty where it was not read from a provider's message."""
    raw = event.raw
    return raw if isinstance(raw, dict) and isinstance(raw.get("provider"), str) else _NOTHING


def body_of(event: Event, provider: str | None = None) -> dict[str, JSON] | None:
    """Give the body of an event whose data is as it came, from one provider or from any."""
    raw = raw_of(event)
    if provider is not None and raw.get("provider") != provider:
        return None
    body = raw.get("body")
    return body if isinstance(body, dict) else None


def frame_of(event: Event) -> Mapping[str, JSON]:
    """Give what is still true of an event when its data changes."""
    frame = raw_of(event).get("frame")
    return frame if isinstance(frame, dict) else _NOTHING
