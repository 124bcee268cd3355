"""Histories of Anthropic's Messages -> threads.

| in the message | becomes an event of type |
|---|---|
| `text` | the role: `user`, `assistant`, `system` |
| `thinking`, `redacted_thinking` | `reasoning`; the signature is in `raw` |
| `tool_use`, also `server_tool_use` and `mcp_tool_use` | the tool's name; `data`: its input |
| `tool_result`, also `web_search_tool_result` and its kin | the call's type and `_result`, or `_error` |
| `image`, `document` | the same; `data` says what it is |
| any other block | the block's type; `data`: the block |

A content of text blocks only is one event, else each block is one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from .bodies import Draft, stamped
from .dialects import Role, safe
from .drafts import NO_CONTENT
from .envelopes import block_part, check, plain_messages
from .media import Media
from .parts import Calls, content_data, joined, legal_type, marks, named, part_event, system_events

PROVIDER = "anthropic"

_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def from_messages(
    messages: Iterable[Mapping[str, Any]], system: str | Iterable[Mapping[str, Any]] | None = None
) -> Thread:
    """Read a list of Anthropic messages, with the system prompt that stands beside them.

    Nothing that came is lost (see `contextkit.messages.bodies`).

    Raises:
        ReadError: If a message is of another shape, or answers a call that stands nowhere before it.

    >>> call = {"type": "tool_use", "id": "1", "name": "deploy", "input": {}}
    >>> result = {"type": "tool_result", "tool_use_id": "1", "is_error": True, "content": "no connection"}
    >>> thread = from_messages([
    ...     {"role": "user", "content": "deploy it"},
    ...     {"role": "assistant", "content": [call]},
    ...     {"role": "user", "content": [result]},
    ... ], system="Deploy with care.")
    >>> [(event.type, event.data) for event in thread][2:]
    [('deploy', {}), ('deploy_error', 'no connection')]
    """
    return Thread([*system_events(system, PROVIDER), *events(plain_messages(messages))])


def system(prompt: JSON) -> list[Event]:
    """Read the system prompt that stands beside the messages."""
    return system_events(prompt, PROVIDER)


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
    first, _ = after
    for index, message in enumerate(messages, start=first):
        check(message, f"messages[{index}]", PROVIDER)
        role, content = message["role"], message["content"]
        if (text := joined(content)) is not None:
            drafts = [Draft(Event(role, text), {"content": content}, marks(content))]
        else:
            drafts = [
                _draft(block, role, calls, f"messages[{index}].content[{place}]")
                for place, block in enumerate(content)
            ]
        read += stamped(drafts, PROVIDER, message, at=index)
    return read


def _draft(block: dict[str, JSON], role: str, calls: Calls, path: str) -> Draft:
    body: dict[str, JSON] = {"content": [block]}
    part = block_part(block)
    if part == "(call)":
        event = _call(block, calls)
        hosted = {} if block.get("type") == "tool_use" else {"hosted": True}
        return Draft(event, body, named(block["name"], event.type) | hosted | marks([block]))
    if part == "(result)":
        hosted = {} if block.get("type") == "tool_result" else {"hosted": True}
        return Draft(_result(block, calls, path), body, hosted | marks([block]))
    if block.get("type") == "thinking" and isinstance(block.get("thinking"), str):
        return Draft(Event("reasoning", block["thinking"]), body)
    if block.get("type") == "redacted_thinking":
        return Draft(Event("reasoning", {"redacted": True}), body)
    return Draft(part_event(block, role), body, marks([block]))


def _call(block: dict[str, JSON], calls: Calls) -> Event:
    name = legal_type(block["name"])
    call_id = calls.opened(block["id"], name, batch=0, position=len(calls.types))
    return Event(name, block.get("input", ""), kind="call", call_id=call_id)


def _result(block: dict[str, JSON], calls: Calls, path: str) -> Event:
    found = calls.answered(block["tool_use_id"])
    if found is None:
        raise ReadError(
            f"it answers the call {block['tool_use_id']!r}, which stands nowhere before it; "
            "keep the assistant message that makes the call, or leave this block out",
            source=path,
        )
    call_id, call_type = found
    content = block.get("content")
    data = content_data(content if block["type"] == "tool_result" else _readable(content))
    if block.get("is_error") or _is_error(content):
        return Event(f"{call_type}_error", data, kind="error", call_id=call_id)
    return Event(f"{call_type}_result", data, kind="result", call_id=call_id)


def _is_error(content: JSON) -> bool:
    """Whether a server tool's result says that the tool failed: it has no `is_error`, but a type."""
    return isinstance(content, dict) and str(content.get("type")).endswith("_error")


def _readable(content: JSON) -> JSON:
    """Leave out what only the provider can read of its own tool's result; `raw` has it."""
    if isinstance(content, list):
        return [_readable(item) for item in content]
    if isinstance(content, dict):
        return {key: _readable(item) for key, item in content.items() if not key.startswith("encrypted_")}
    return content


# ---- the way back


class Dialect:
    """How Anthropic writes the parts of a message; see `contextkit.messages.dialects`."""

    provider = PROVIDER
    results_first = True
    thoughts = ("thinking", "redacted_thinking")
    beside = together = strips = True
    alternates = apart = False

    def shell(self, role: Role) -> dict[str, JSON]:
        """Give an empty message."""
        return {"role": "assistant" if role == "assistant" else "user", "content": []}

    def text(self, text: str, role: Role, frame: Mapping[str, JSON]) -> dict[str, JSON]:
        """Give the body of a text: none of white space alone, and none of the model's that ends in it."""
        text = text.rstrip() if role == "assistant" else text
        return {"content": [{"type": "text", "text": text, **_marked(frame)}] if text.strip() else []}

    def text_type(self, role: Role) -> str:
        """Give the type of a part that is text."""
        return "text"

    def media(self, media: Media, role: Role) -> dict[str, JSON] | None:
        """Give the block of an image or a document; the model's own messages hold none."""
        if role in ("system", "assistant") or media.id:
            return None
        source: dict[str, JSON]
        if media.data:
            source = {"type": "base64", "media_type": media.media_type, "data": media.data}
        else:
            source = {"type": "url", "url": media.url}
        if media.kind == "image" and (media.media_type in _IMAGES or (media.url and not media.data)):
            return {"type": "image", "source": source}
        if media.kind == "file" and media.media_type == "application/pdf":
            return {"type": "document", "source": source} | ({"title": media.name} if media.name else {})
        return None

    def block(self, block: dict[str, JSON]) -> dict[str, JSON]:
        """Give the body of a block that `media` gave."""
        return {"content": [block]}

    def reasoning(self, text: str) -> None:
        """Anthropic takes no thought back without its signature."""

    def call(
        self, id: str, name: str, data: JSON, arguments: str | None, frame: Mapping[str, JSON]
    ) -> dict[str, JSON]:
        """Give the body of a call; arguments that are no object are made one."""
        given = data if isinstance(data, dict) else {"arguments": data} if data not in ("", None) else {}
        return {"content": [{"type": "tool_use", "id": id, "name": name, "input": given, **_marked(frame)}]}

    def result(
        self,
        id: str,
        name: str,
        content: Sequence[str | dict[str, JSON]],
        failed: bool,
        frame: Mapping[str, JSON],
    ) -> dict[str, JSON]:
        """Give the body of the answer to a call."""
        blocks: JSON = [{"type": "text", "text": item} if isinstance(item, str) else item for item in content]
        told = "\n".join(map(str, content)) if all(isinstance(item, str) for item in content) else blocks
        told = NO_CONTENT if failed and not told else told  # an error has to say something
        block: dict[str, JSON] = {"type": "tool_result", "tool_use_id": id, "content": told}
        return {"content": [block | ({"is_error": True} if failed else {}) | _marked(frame)]}

    def name(self, name: str) -> str:
        """Give a tool's name of the characters that Anthropic takes, at most 64."""
        return safe(name)[:64]

    def id(self, id: str) -> str:
        """Give a call's id of the characters that Anthropic takes."""
        return safe(id)[-64:]

    def system(self, texts: Sequence[str]) -> JSON:
        """Give the system prompt: one text, or a block for each of several."""
        return texts[0] if len(texts) == 1 else [{"type": "text", "text": text} for text in texts]


def _marked(frame: Mapping[str, JSON]) -> dict[str, JSON]:
    return {"cache_control": frame["cache_control"]} if "cache_control" in frame else {}


DIALECT = Dialect()
