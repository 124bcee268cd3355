"""Histories of OpenAI's Chat Completions, and of the many that speak its dialect -> threads.

| in the message | becomes an event of type |
|---|---|
| role `system`, `developer`, `user`, `assistant` | the role |
| `refusal` | `assistant` |
| `reasoning_content` or `reasoning` | `reasoning` |
| a tool call, also the old `function_call` | the function's name; `data`: its arguments |
| role `tool`, also the old `function` | the call's type and `_result` |
| an image, a sound, a file | `image`, `audio`, `file`, ...; `data` says what it is |
| any other part | the part's type; `data`: the part |

A content of text parts only is one event, else each part is one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..codecs.json import encode
from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from .bodies import Draft, stamped
from .dialects import Role, safe
from .envelopes import check, plain_messages
from .media import Media
from .parts import (
    Calls,
    content_data,
    described,
    joined,
    legal_type,
    marks,
    named,
    parsed,
    part_event,
    system_events,
)

PROVIDER = "openai-chat"
REASONING = ("reasoning_content", "reasoning")

_SOUNDS = {"audio/wav": "wav", "audio/mpeg": "mp3"}


def from_messages(messages: Iterable[Mapping[str, Any]]) -> Thread:
    """Read a list of OpenAI Chat messages; nothing that came is lost (see `contextkit.messages.bodies`).

    Raises:
        ReadError: If a message is of another shape, or answers a call that stands nowhere before it.

    >>> function = {"name": "list_git_tags", "arguments": '{"last": 2}'}
    >>> thread = from_messages([
    ...     {"role": "user", "content": "deploy it"},
    ...     {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "function": function}]},
    ...     {"role": "tool", "tool_call_id": "1", "content": '["v1.4.2", "v1.4.1"]'},
    ... ])
    >>> [(event.type, event.data) for event in thread]
    [('user', 'deploy it'), ('list_git_tags', {'last': 2}), ('list_git_tags_result', ['v1.4.2', 'v1.4.1'])]
    """
    return Thread(events(plain_messages(messages)))


def system(prompt: JSON) -> list[Event]:
    """Read a system prompt from beside the messages, where OpenAI has none: it becomes the first message."""
    return [event.having(raw=None) for event in system_events(prompt, PROVIDER)]


def events(
    messages: Iterable[dict[str, JSON]], calls: Calls | None = None, *, after: tuple[int, int] = (0, 0)
) -> list[Event]:
    """Read messages that are plain JSON as the events of a thread.

    Args:
        messages: The messages, or those that follow what was read before.
        calls: The calls so far; these are added.
        after: How many messages and events were read before.
    """
    read: list[Event] = []
    calls = Calls() if calls is None else calls
    first, known = after
    for index, message in enumerate(messages, start=first):
        check(message, f"messages[{index}]", PROVIDER)
        drafts = list(_drafts(message, calls, index, known + len(read))) or [
            Draft(Event(message["role"], ""), {})
        ]
        read += stamped(drafts, PROVIDER, message, at=index)
    return read


def _drafts(message: dict[str, JSON], calls: Calls, index: int, position: int) -> Iterator[Draft]:
    role = message["role"]
    if role in ("tool", "function"):
        yield _result(message, calls, index)
        return
    if role == "assistant":
        yield from _reasoning(message)
    yield from _spoken(message.get("content"), role)
    if role == "assistant":
        yield from _beside(message)
        yield from _calls(message, calls, index, position)


def _reasoning(message: dict[str, JSON]) -> Iterator[Draft]:
    said = {key: message[key] for key in REASONING if isinstance(message.get(key), str) and message[key]}
    for text in said.values():  # servers that send both say the same twice
        yield Draft(Event("reasoning", text), said)
        return


def _spoken(content: JSON, role: str) -> Iterator[Draft]:
    if (text := joined(content)) is None:
        yield from (Draft(part_event(part, role), {"content": [part]}, marks([part])) for part in content)
    elif text:
        frame = marks(content) if isinstance(content, list) else {}
        yield Draft(Event(role, text), {"content": content}, frame)


def _beside(message: dict[str, JSON]) -> Iterator[Draft]:
    if isinstance(refusal := message.get("refusal"), str) and refusal:
        yield Draft(Event("assistant", refusal), {"refusal": refusal})
    if isinstance(audio := message.get("audio"), dict):
        yield Draft(Event("audio", described(audio), kind="assistant", pinned=False), {"audio": audio})


def _calls(message: dict[str, JSON], calls: Calls, index: int, position: int) -> Iterator[Draft]:
    made = [(call, {"tool_calls": [call]}) for call in message.get("tool_calls") or ()]
    if old := message.get("function_call"):
        made.append(({"function": old}, {"function_call": old}))
    for place, (call, body) in enumerate(made):
        told = call.get("function") or call.get("custom") or {"name": call.get("type"), "arguments": call}
        name = legal_type(told.get("name"))
        call_id = calls.opened(call.get("id"), name, batch=index, position=position + place)
        frame = named(told.get("name"), name) | ({"old": True} if "function_call" in body else {})
        yield Draft(Event(name, _arguments(told), kind="call", call_id=call_id), body, frame)


def _arguments(body: dict[str, JSON]) -> JSON:
    given = body.get("arguments", body.get("input"))
    if not isinstance(given, str):
        return "" if given is None else given
    data = parsed(given)
    return data if isinstance(data, dict) else given


def _result(message: dict[str, JSON], calls: Calls, index: int) -> Draft:
    call_id = message.get("tool_call_id")
    name = message.get("name") or message.get("tool_name")
    found = calls.answered(call_id, None if name is None else [legal_type(name)])
    if found is None:
        which = f"the call {call_id!r}" if call_id else f"a call of {name!r}" if name else "a call"
        raise ReadError(
            f"it answers {which}, which stands nowhere before it; "
            "keep the assistant message that makes the call, or leave this message out",
            source=f"messages[{index}]",
        )
    answered, call_type = found
    data = content_data(message["content"])
    event = Event(f"{call_type}_result", data, kind="result", call_id=answered)
    return Draft(event, {"content": message["content"]})


# ---- the way back


class Dialect:
    """How OpenAI Chat writes the parts of a message; see `contextkit.messages.dialects`."""

    provider = PROVIDER
    results_first = False
    thoughts: tuple[str, ...] = ()
    beside = together = alternates = apart = strips = False

    def shell(self, role: Role) -> dict[str, JSON]:
        """Give an empty message."""
        return {"role": role, "content": None}

    def text(self, text: str, role: Role, frame: Mapping[str, JSON]) -> dict[str, JSON]:
        """Give the body of a text."""
        return {"content": [{"type": "text", "text": text, **frame}] if frame else text}

    def text_type(self, role: Role) -> str:
        """Give the type of a part that is text."""
        return "text"

    def media(self, media: Media, role: Role) -> dict[str, JSON] | None:
        """Give the part of an image, a sound or a file: only a user's message can hold one."""
        if role != "user" or media.id:
            return None
        if media.kind == "image" and media.data_url:
            return {"type": "image_url", "image_url": {"url": media.data_url}}
        if media.kind == "audio" and media.data and media.media_type in _SOUNDS:
            sound: JSON = {"data": media.data, "format": _SOUNDS[media.media_type]}
            return {"type": "input_audio", "input_audio": sound}
        if media.kind == "file" and media.data:
            file: JSON = {"filename": media.name or "file", "file_data": media.data_url}
            return {"type": "file", "file": file}
        return None

    def block(self, block: dict[str, JSON]) -> dict[str, JSON]:
        """Give the body of a part that `media` gave."""
        return {"content": [block]}

    def reasoning(self, text: str) -> None:
        """OpenAI takes no thoughts back here."""

    def call(
        self, id: str, name: str, data: JSON, arguments: str | None, frame: Mapping[str, JSON]
    ) -> dict[str, JSON]:
        """Give the body of a call; its arguments are the text that came, else compact JSON."""
        if arguments is None:
            arguments = data if isinstance(data, str) else encode(data)
        function: JSON = {"name": name, "arguments": arguments}
        if frame.get("old"):
            return {"function_call": function}
        return {"tool_calls": [{"id": id, "type": "function", "function": function}]}

    def result(
        self,
        id: str,
        name: str,
        content: Sequence[str | dict[str, JSON]],
        failed: bool,
        frame: Mapping[str, JSON],
    ) -> dict[str, JSON]:
        """Give the body of the answer to a call."""
        old: dict[str, JSON] = {"role": "function", "name": name}
        body = old if frame.get("old") else {"tool_call_id": id}
        return body | {"content": "\n".join(str(text) for text in content)}

    def name(self, name: str) -> str:
        """Give a tool's name of the characters that OpenAI takes, at most 64."""
        return safe(name)[:64]

    def id(self, id: str) -> str:
        """Give a call's id of at most 40 characters."""
        return id[-40:]

    def system(self, texts: Sequence[str]) -> None:
        """OpenAI's system prompt is a message."""


DIALECT = Dialect()
