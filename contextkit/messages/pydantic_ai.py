"""pydantic-ai's messages -> threads: its objects, or what `ModelMessagesTypeAdapter` writes as JSON.

The shapes are those of `pydantic_ai.messages`, which is imported only where its objects come.

| a part | becomes an event of type |
|---|---|
| `system-prompt` | `system` |
| `user-prompt` | `user`; each image, sound or file in it is an event of its own |
| `text`, `thinking`, `speech` | `assistant`, `reasoning`, and who spoke |
| `tool-call`, `builtin-tool-call` | the tool's name; `data`: its arguments |
| `tool-return`, `builtin-tool-return` | the call's type and `_result`; `_error` by its `outcome` |
| `retry-prompt` | the call's type and `_error`; of no tool: `user`, as is `retry-feedback` |
| `compaction` | `summary` |
| any other part | its `part_kind`; `data`: the part |

The instructions of the newest request are the system prompt, as pydantic-ai sends them. A `CachePoint`
marks what stands before it. Usage and the rest of a message are in `raw`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from .bodies import Draft, stamped
from .envelopes import listed, plain_messages
from .foreign import block_event, result_event, returned, spoken
from .parts import Calls, legal_type, named, parsed

PROVIDER = "pydantic-ai"
_ROLES = {"request": "user", "response": "assistant"}


def dumped(messages: Iterable[object]) -> list[object]:
    """Give messages as the library itself writes them to JSON, if they are its objects."""
    given = list(listed(messages))
    if not any(hasattr(message, "parts") and hasattr(message, "kind") for message in given):
        return given
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    loaded: list[Any] = [
        ModelMessagesTypeAdapter.validate_python([m])[0] if isinstance(m, Mapping) else m for m in given
    ]
    return list(ModelMessagesTypeAdapter.dump_python(loaded, mode="json", warnings=False))


def from_messages(messages: Iterable[object]) -> Thread:
    """Read the messages of pydantic-ai.

    Raises:
        ReadError: If a message is of another shape, or answers a call that stands nowhere before it.

    >>> thread = from_messages([
    ...     {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "deploy it"}]},
    ...     {"kind": "response", "parts": [
    ...         {"part_kind": "tool-call", "tool_name": "deploy", "args": "{}", "tool_call_id": "1"}]},
    ... ])
    >>> [(event.type, event.data) for event in thread]
    [('user', 'deploy it'), ('deploy', {})]
    """
    return Thread(events(plain_messages(dumped(messages))))


def events(messages: Iterable[dict[str, JSON]]) -> list[Event]:
    """Read messages that are plain JSON as the events of a thread."""
    given = list(messages)
    told = [m["instructions"] for m in given if m.get("kind") == "request" and m.get("instructions")]
    read = [Event("system", told[-1])] if told and isinstance(told[-1], str) else []
    calls = Calls()
    for index, message in enumerate(given):
        place = f"messages[{index}]"
        parts = message.get("parts")
        if str(message.get("kind")) not in _ROLES or not isinstance(parts, list):
            raise ReadError("it is neither a request nor a response with parts", source=place)
        role = _ROLES[message["kind"]]
        drafts: list[Draft] = []
        for number, part in enumerate(parts):
            if not isinstance(part, dict) or not isinstance(part.get("part_kind"), str):
                raise ReadError("a part has a part_kind", source=f"{place}.parts[{number}]")
            at = (index, len(read) + len(drafts))
            drafts += _drafts(part, role, calls, f"{place}.parts[{number}]", at)
        read += stamped(drafts or [Draft(Event(role, ""), {})], PROVIDER, message)
    return read


def _drafts(
    part: dict[str, JSON], role: str, calls: Calls, place: str, at: tuple[int, int]
) -> Iterator[Draft]:
    kind, content, body = part["part_kind"], part.get("content"), {"parts": [part]}
    if kind == "user-prompt" and isinstance(content, list):
        yield from _prompt(part, content)
    elif kind in ("user-prompt", "system-prompt", "text", "retry-feedback") and isinstance(content, str):
        yield Draft(Event("system" if kind == "system-prompt" else role, content), body)
    elif kind in ("thinking", "compaction"):
        data = content if isinstance(content, str) and content else {"encrypted": True}
        thought = kind == "thinking"
        yield Draft(Event("reasoning", data) if thought else Event("summary", data, kind="assistant"), body)
    elif kind == "speech" and isinstance(part.get("transcript"), str):
        yield Draft(spoken(part["transcript"], str(part.get("speaker"))), body)
    elif kind.endswith("tool-call"):
        yield _call(part, calls, at, body)
    elif kind.endswith("tool-return") or (kind == "retry-prompt" and part.get("tool_name")):
        failed = kind == "retry-prompt" or part.get("outcome", "success") != "success"
        names = [legal_type(part.get("tool_name"))]
        event = result_event(
            calls, part.get("tool_call_id"), returned(content), place, failed=failed, names=names
        )
        yield Draft(event, body, _hosted(kind))
    elif kind == "retry-prompt":
        yield Draft(Event("user", returned(content)), body)
    elif kind == "file":
        yield Draft(block_event(content, role), body)
    else:
        yield Draft(Event(legal_type(kind), part, kind="assistant" if role == "assistant" else "user"), body)


def _prompt(part: dict[str, JSON], content: list[JSON]) -> Iterator[Draft]:
    """Give each item of a prompt; a cache point marks the one before it."""
    items: list[tuple[list[JSON], dict[str, JSON]]] = []
    for item in content:
        if isinstance(item, dict) and item.get("kind") == "cache-point" and items:
            mark = {"type": "ephemeral"} | ({"ttl": item["ttl"]} if item.get("ttl") else {})
            items[-1] = ([*items[-1][0], item], {"cache_control": mark})
        else:
            items.append(([item], {}))
    for held, frame in items:
        yield Draft(block_event(held[0], "user"), {"parts": [part | {"content": held}]}, frame)


def _hosted(kind: str) -> dict[str, JSON]:
    return {"hosted": True} if kind.startswith("builtin-") else {}


def _call(part: dict[str, JSON], calls: Calls, at: tuple[int, int], body: dict[str, JSON]) -> Draft:
    name, id, given = legal_type(part.get("tool_name")), part.get("tool_call_id"), part.get("args")
    call_id = calls.opened(id if isinstance(id, str) else None, name, batch=at[0], position=at[1])
    data = parsed(given) if isinstance(given, str) else {} if given is None else given
    frame = named(part.get("tool_name"), name) | _hosted(part["part_kind"])
    return Draft(Event(name, data, kind="call", call_id=call_id), body, frame)
