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

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from .envelopes import check, plain_messages
from .parts import Calls, content_data, described, joined, legal_type, parsed, part_event, stamped

PROVIDER = "openai-chat"


def from_messages(messages: Iterable[Mapping[str, Any]]) -> Thread:
    """Read a list of OpenAI Chat messages.

    Nothing that came is lost: `raw` of the first event of a message is `{"provider": "openai-chat",
    "message": <the message as it came>}`; each further event of the same message has
    `{"provider": "openai-chat", "part": k}`, its place among the events of the message.

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


def events(messages: Iterable[dict[str, JSON]]) -> list[Event]:
    """Read messages that are plain JSON as the events of a thread."""
    read: list[Event] = []
    calls = Calls()
    for index, message in enumerate(messages):
        check(message, f"messages[{index}]", PROVIDER)
        drafts = list(_drafts(message, calls, index, len(read))) or [Event(message["role"], "")]
        read += stamped(drafts, {"provider": PROVIDER, "message": message})
    return read


def _drafts(message: dict[str, JSON], calls: Calls, index: int, position: int) -> Iterator[Event]:
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


def _reasoning(message: dict[str, JSON]) -> Iterator[Event]:
    for key in ("reasoning_content", "reasoning"):  # servers that send both say the same twice
        if isinstance(text := message.get(key), str) and text:
            yield Event("reasoning", text)
            return


def _spoken(content: JSON, role: str) -> Iterator[Event]:
    if (text := joined(content)) is None:
        yield from (part_event(part, role) for part in content)
    elif text:
        yield Event(role, text)


def _beside(message: dict[str, JSON]) -> Iterator[Event]:
    if isinstance(refusal := message.get("refusal"), str) and refusal:
        yield Event("assistant", refusal)
    if isinstance(audio := message.get("audio"), dict):
        yield Event("audio", described(audio), kind="assistant", pinned=False)


def _calls(message: dict[str, JSON], calls: Calls, index: int, position: int) -> Iterator[Event]:
    made = list(message.get("tool_calls") or ())
    if message.get("function_call"):
        made.append({"function": message["function_call"]})
    for place, call in enumerate(made):
        body = call.get("function") or call.get("custom") or {"name": call.get("type"), "arguments": call}
        name = legal_type(body.get("name"))
        call_id = calls.opened(call.get("id"), name, batch=index, position=position + place)
        yield Event(name, _arguments(body), kind="call", call_id=call_id)


def _arguments(body: dict[str, JSON]) -> JSON:
    given = body.get("arguments", body.get("input"))
    if not isinstance(given, str):
        return "" if given is None else given
    data = parsed(given)
    return data if isinstance(data, dict) else given


def _result(message: dict[str, JSON], calls: Calls, index: int) -> Event:
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
    return Event(f"{call_type}_result", content_data(message["content"]), kind="result", call_id=answered)
