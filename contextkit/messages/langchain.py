"""LangChain messages -> threads: objects, `messages_to_dict`, or what `langchain_core.load` writes.

The shapes are those of `langchain_core.messages`; LangChain itself is not imported.

| a message | becomes an event of type |
|---|---|
| `system`, `human`, `ai` | `system`, `user`, `assistant`; of `chat`: its role |
| a tool call, also one that is invalid, and the provider's own (`server_tool_call`) | the tool's name |
| `tool`, `function` | the call's type and `_result`, or `_error` where the `status` says so |
| a block of `reasoning` or `thinking`; `reasoning_content` beside the content | `reasoning` |
| a block of `image`, `audio`, `video`, `file` | the same; `data` says what it is |
| any other block | the block's type; `data`: the block |

A block that repeats a call of `tool_calls` is not read twice. `remove` is no message but tells LangGraph
to forget one: it is passed over. `raw` holds the fields of each message. The model never sees an
`artifact`, so it is only there, and only if it is JSON: it may be anything.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..events import Event
from ..exceptions import EventError, ReadError
from ..plain import JSON, plain
from ..threads import Thread
from .bodies import Draft, stamped
from .envelopes import listed, plain_messages
from .foreign import block_event, block_text, result_event, returned, spoken
from .parts import Calls, legal_type, marks, named, parsed

PROVIDER = "langchain"
TYPES = {"system": "system", "human": "user", "ai": "assistant", "chat": "chat", "tool": "tool"} | {
    "function": "function",
    "remove": "",
}
"""The roles that the types of messages have."""

_CLASS = re.compile(r"(AI|Human|System|Chat|Tool|Function|Remove)Message(?:Chunk)?\Z")
_CALL_BLOCKS = ("tool_use", "tool_call", "function_call", "invalid_tool_call", "tool_call_chunk")
_THOUGHTS = ("reasoning", "thinking", "redacted_thinking")


def fields_of(message: dict[str, JSON]) -> dict[str, JSON] | None:
    """Give the fields of a message, whichever of the three ways it was written; `None`: it is none.

    >>> fields_of({"type": "human", "data": {"content": "deploy it", "type": "human"}})
    {'content': 'deploy it', 'type': 'human'}
    """
    kind, data = message.get("type"), message.get("data")
    if message.get("lc") and isinstance(path := message.get("id"), list) and path:
        kind, data = path[-1], message.get("kwargs")
    elif data is None and "content" in message:
        data = message
    found = _CLASS.match(kind) if isinstance(kind, str) else None
    type = found[1].lower() if found else kind
    known = isinstance(type, str) and type in TYPES
    return {**data, "type": type} if known and isinstance(data, dict) else None


def dumped(messages: Iterable[Any]) -> list[Any]:
    """Give messages without artifacts that are no JSON."""
    return [
        _without_artifact(message) if hasattr(message, "artifact") else message
        for message in listed(messages)
    ]


def _without_artifact(message: Any) -> Any:
    try:
        plain(message.artifact)
    except EventError:
        return message.model_dump(exclude={"artifact"})
    return message


def from_messages(messages: Iterable[object]) -> Thread:
    """Read a list of LangChain messages.

    Raises:
        ReadError: If a message is of another shape, or answers a call that stands nowhere before it.

    >>> thread = from_messages([
    ...     {"type": "human", "data": {"content": "deploy it"}},
    ...     {"type": "ai", "content": "", "tool_calls": [{"id": "1", "name": "deploy", "args": {}}]},
    ...     {"type": "tool", "data": {"content": "no", "tool_call_id": "1", "status": "error"}},
    ... ])
    >>> [(event.type, event.data) for event in thread]
    [('user', 'deploy it'), ('deploy', {}), ('deploy_error', 'no')]
    """
    return Thread(events(plain_messages(dumped(messages))))


def events(messages: Iterable[dict[str, JSON]]) -> list[Event]:
    """Read messages that are plain JSON as the events of a thread."""
    read: list[Event] = []
    calls = Calls()
    for index, message in enumerate(messages):
        place = f"messages[{index}]"
        fields = fields_of(message)
        if fields is None:
            raise ReadError(f"its type is none of {', '.join(TYPES)}", source=place)
        content = fields.get("content")
        if content is not None and not isinstance(content, str | list):
            raise ReadError("it is neither text nor a list of blocks", source=f"{place}.content")
        if fields["type"] != "remove":
            drafts = list(_drafts(fields, calls, place, (index, len(read))))
            read += stamped(drafts or [Draft(spoken("", _role(fields)), {})], PROVIDER, fields)
    return read


def _role(fields: dict[str, JSON]) -> str:
    role = TYPES[fields["type"]]
    return str(fields.get("role") or "user") if role == "chat" else role


def _drafts(fields: dict[str, JSON], calls: Calls, place: str, at: tuple[int, int]) -> Iterator[Draft]:
    role, content = _role(fields), fields.get("content")
    if role in ("tool", "function"):
        names = [legal_type(fields.get("name"))] if role == "function" else None
        failed = fields.get("status") == "error"
        event = result_event(
            calls, fields.get("tool_call_id"), returned(content), place, failed=failed, names=names
        )
        yield Draft(event, {"content": content}, marks(content or ""))
        return
    beside = fields.get("additional_kwargs")
    beside = beside if isinstance(beside, dict) else {}
    if isinstance(thought := beside.get("reasoning_content"), str) and thought:
        yield Draft(Event("reasoning", thought), {})
    made = list(_made(fields, beside))
    ids = {id for call, _ in made if isinstance(id := call.get("id"), str)}
    blocks = content if isinstance(content, list) else [content] if content else []
    again: dict[str, list[JSON]] = {}
    for block in blocks:
        body: dict[str, JSON] = {"content": content if isinstance(content, str) else [block]}
        kind, id = _kind_and_id(block)
        if kind in _CALL_BLOCKS and id in ids:
            again.setdefault(id, []).append(block)
        elif kind in _CALL_BLOCKS and isinstance(block, dict):
            made.append((block, body))
        else:
            yield from _block(block, role, calls, place, at, body)
    if isinstance(refusal := beside.get("refusal"), str) and refusal:
        yield Draft(Event("assistant", refusal), {})
    for number, (call, body) in enumerate(made):
        repeated = again.pop(str(call.get("id")), None)
        more = {"content": repeated} if repeated else {}
        yield _call(call, calls, (at[0], at[1] + number), body | more)


def _kind_and_id(block: JSON) -> tuple[str, str]:
    held = block if isinstance(block, dict) else {}
    return str(held.get("type")), str(held.get("call_id") or held.get("id"))


def _made(
    fields: dict[str, JSON], beside: dict[str, JSON]
) -> Iterator[tuple[dict[str, Any], dict[str, JSON]]]:
    """Give the calls that stand beside the content, each with its body."""
    for key in ("tool_calls", "invalid_tool_calls"):
        held = fields.get(key)
        for call in held if isinstance(held, list) else ():
            if isinstance(call, dict):
                yield call, {key: [call]}
    old = beside.get("function_call")
    if isinstance(old, dict) and not fields.get("tool_calls"):
        yield {"name": old.get("name"), "args": old.get("arguments")}, {}


def _call(call: dict[str, JSON], calls: Calls, at: tuple[int, int], body: dict[str, JSON]) -> Draft:
    name = legal_type(call.get("name"))
    given: JSON = next((call[key] for key in ("args", "input", "arguments") if call.get(key) is not None), {})
    id = call.get("call_id") or call.get("id")
    call_id = calls.opened(id if isinstance(id, str) else None, name, batch=at[0], position=at[1])
    data = parsed(given) if isinstance(given, str) else given
    hosted = {"hosted": True} if call.get("type") == "server_tool_call" else {}
    return Draft(
        Event(name, data, kind="call", call_id=call_id), body, named(call.get("name"), name) | hosted
    )


def _block(
    block: JSON, role: str, calls: Calls, place: str, at: tuple[int, int], body: dict[str, JSON]
) -> Iterator[Draft]:
    kind, _ = _kind_and_id(block)
    frame = marks([block])
    if kind in _THOUGHTS and isinstance(block, dict):
        text = next((block[key] for key in ("reasoning", "thinking") if block.get(key)), None)
        said = block.get("summary")
        texts = [block_text(part) for part in said] if isinstance(said, list) else []
        told = text if isinstance(text, str) else "\n".join(filter(None, texts))
        yield Draft(Event("reasoning", told or {"encrypted": True}), body)
    elif kind == "server_tool_call" and isinstance(block, dict):
        yield _call(block, calls, at, body)
    elif kind == "server_tool_result" and isinstance(block, dict):
        failed = block.get("status") == "error"
        data = returned(block.get("output"))
        event = result_event(calls, block.get("tool_call_id"), data, place, failed=failed)
        yield Draft(event, body, {"hosted": True})
    else:
        yield Draft(block_event(block, role), body, frame)
