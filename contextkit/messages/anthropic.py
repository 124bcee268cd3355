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

from collections.abc import Iterable, Mapping
from typing import Any

from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from .envelopes import block_part, check, plain_messages
from .parts import Calls, content_data, joined, legal_type, part_event, stamped, system_events

PROVIDER = "anthropic"


def from_messages(
    messages: Iterable[Mapping[str, Any]], system: str | Iterable[Mapping[str, Any]] | None = None
) -> Thread:
    """Read a list of Anthropic messages, with the system prompt that stands beside them.

    Nothing that came is lost: `raw` of the first event of a message is `{"provider": "anthropic",
    "message": <the message as it came>}`; each further event of the same message has
    `{"provider": "anthropic", "part": k}`, its place among the events of the message, which is its
    block's place in the content. The system prompt's event has `{"provider": ..., "system": ...}`.

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


def events(messages: Iterable[dict[str, JSON]]) -> list[Event]:
    """Read messages that are plain JSON as the events of a thread."""
    read: list[Event] = []
    calls = Calls()
    for index, message in enumerate(messages):
        check(message, f"messages[{index}]", PROVIDER)
        role, content = message["role"], message["content"]
        if (text := joined(content)) is not None:
            drafts = [Event(role, text)]
        else:
            drafts = [
                _event(block, role, calls, f"messages[{index}].content[{place}]")
                for place, block in enumerate(content)
            ]
        read += stamped(drafts, {"provider": PROVIDER, "message": message})
    return read


def _event(block: dict[str, JSON], role: str, calls: Calls, path: str) -> Event:
    part = block_part(block)
    if part == "(call)":
        return _call(block, calls)
    if part == "(result)":
        return _result(block, calls, path)
    if block.get("type") == "thinking" and isinstance(block.get("thinking"), str):
        return Event("reasoning", block["thinking"])
    if block.get("type") == "redacted_thinking":
        return Event("reasoning", {"redacted": True})
    return part_event(block, role)


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
