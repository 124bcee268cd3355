"""Histories of OpenAI's Responses: input items <-> threads.

| an item | becomes an event of type |
|---|---|
| a message of a role (`system`, `developer`, `user`, `assistant`) | the role; or `image`, `file` |
| `function_call`, `custom_tool_call` | the function's name; `data`: its arguments |
| another call that the client answers, such as `shell_call` | its type without `_call` |
| the `..._output` of a call | the call's type and `_result` |
| `reasoning` | `reasoning`; its encrypted content is in `raw` |
| any other item, such as `web_search_call` | the item's type |
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..codecs.json import encode
from ..events import Event, kind_of
from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from .bodies import Draft, stamped
from .dialects import Role, safe
from .envelopes import plain_messages
from .media import Media, media
from .parts import Calls, content_data, joined, legal_type, named, parsed, system_events, text_of

PROVIDER = "openai-responses"

_ROLES = ("system", "developer", "user", "assistant")
_THOUGHT = ("summary", "content", "encrypted_content")
_OPAQUE = ("encrypted_content", "id", "status", "type")


def from_messages(items: Iterable[Mapping[str, Any]] | str, instructions: str | None = None) -> Thread:
    """Read the input items of a response, or its text, with the instructions that stand beside them.

    Nothing that came is lost (see `contextkit.messages.bodies`).

    Raises:
        ReadError: If an item is of another shape.

    >>> call = {"type": "function_call", "call_id": "1", "name": "list_git_tags", "arguments": "{}"}
    >>> output = {"type": "function_call_output", "call_id": "1", "output": '["v1.4.2"]'}
    >>> thread = from_messages([{"role": "user", "content": "deploy it"}, call, output])
    >>> [(event.type, event.data) for event in thread]
    [('user', 'deploy it'), ('list_git_tags', {}), ('list_git_tags_result', ['v1.4.2'])]
    """
    given = [{"role": "user", "content": items}] if isinstance(items, str) else items
    return Thread([*system(instructions), *events(plain_messages(given))])


def system(instructions: JSON) -> list[Event]:
    """Read the instructions that stand beside the items."""
    return system_events(instructions, PROVIDER)


def events(
    items: Iterable[dict[str, JSON]], calls: Calls | None = None, *, after: tuple[int, int] = (0, 0)
) -> list[Event]:
    """Read items that are plain JSON as the events of a thread.

    Args:
        items: The items, or those that follow what was read before.
        calls: The calls so far; these are added.
        after: How many items and events were read before.
    """
    read: list[Event] = []
    calls = Calls() if calls is None else calls
    first, known = after
    for index, item in enumerate(items, start=first):
        place = f"input[{index}]"
        drafts = _drafts(item, calls, place, known + len(read))
        read += stamped(drafts, PROVIDER, item, at=index)
    return read


def _drafts(item: dict[str, JSON], calls: Calls, place: str, position: int) -> list[Draft]:
    kind = item.get("type", "message" if "role" in item else None)
    if not isinstance(kind, str):
        raise ReadError("an item has a type, or a role", source=place)
    if kind == "message":
        return _message(item, place)
    if kind == "reasoning":
        texts = [
            text for key in ("summary", "content") for part in item.get(key) or () if (text := text_of(part))
        ]
        body: dict[str, JSON] = {key: item[key] for key in _THOUGHT if key in item}
        return [Draft(Event("reasoning", "\n".join(texts) or {"encrypted": True}), body)]
    if kind.endswith("_output") and isinstance(item.get("call_id"), str):
        return [_output(item, kind, calls)]
    if kind.endswith("_call") and isinstance(item.get("call_id"), str):
        return [_call(item, kind, calls, position)]
    shown = {key: value for key, value in item.items() if key not in _OPAQUE}
    role = item.get("role")
    role = role if role in _ROLES else "assistant"
    whole: dict[str, JSON] = {key: value for key, value in item.items() if key != "type"}
    return [Draft(Event(legal_type(kind), shown, kind=kind_of(role), pinned=False), whole)]


def _message(item: dict[str, JSON], place: str) -> list[Draft]:
    role, content = item.get("role"), item.get("content")
    if role not in _ROLES:
        raise ReadError(f"the role {role!r} is none of {', '.join(_ROLES)}", source=f"{place}.role")
    if content is not None and not isinstance(content, str | list):
        raise ReadError("it is neither text nor a list of parts", source=f"{place}.content")
    if (text := joined(content)) is not None:
        return [Draft(Event(role, text), {"content": content} if "content" in item else {})]
    parts: list[JSON] = list(content or ())
    # with its role each, so that what is left is a message where the first part was cut
    return [Draft(_part(part, role), {"role": role, "content": [part]}) for part in parts]


def _part(part: dict[str, JSON], role: str) -> Event:
    if (text := text_of(part)) is not None:
        return Event(role, text)
    if found := media(part):
        return Event(found.kind, found.about, kind=kind_of(role), pinned=False)
    return Event(legal_type(part.get("type")), part, kind=kind_of(role), pinned=False)


def _call(item: dict[str, JSON], kind: str, calls: Calls, position: int) -> Draft:
    key = next((key for key in ("arguments", "input", "action", "operation") if key in item), "arguments")
    given = item.get(key, "")
    data = parsed(given) if isinstance(given, str) else given
    name = legal_type(item.get("name") or kind.removesuffix("_call"))
    call_id = calls.opened(item["call_id"], name, batch=0, position=position)
    event = Event(name, data if isinstance(data, dict) else given, kind="call", call_id=call_id)
    frame = named(item.get("name"), name) | ({"item": kind} if kind != "function_call" else {})
    return Draft(event, {key: given}, frame)


def _output(item: dict[str, JSON], kind: str, calls: Calls) -> Draft:
    key = next((key for key in item if key not in (*_OPAQUE, "call_id", "execution")), "output")
    key = "output" if "output" in item else key
    output = item.get(key)
    parts = isinstance(output, list) and all(isinstance(part, dict) and "type" in part for part in output)
    data = content_data(output) if parts or not isinstance(output, list) else output
    body = {key: output}
    if (found := calls.answered(item["call_id"])) is None:  # of an earlier response, which OpenAI has stored
        return Draft(Event(legal_type(kind), data, kind="result", pinned=False), body, {"hosted": True})
    call_id, call_type = found
    return Draft(Event(f"{call_type}_result", data, kind="result", call_id=call_id), body)


# ---- the way back


class Dialect:
    """How OpenAI's Responses write items; see `contextkit.messages.dialects`."""

    provider = PROVIDER
    results_first = False
    thoughts: tuple[str, ...] = ()
    beside = together = alternates = strips = False
    apart = True

    def shell(self, role: Role) -> dict[str, JSON]:
        """Give an empty item: an item is of one part."""
        return {}

    def text(self, text: str, role: Role, frame: Mapping[str, JSON]) -> dict[str, JSON]:
        """Give the item of a text."""
        return {"role": "user" if role == "tool" else role, "content": text}

    def text_type(self, role: Role) -> str:
        """Give the type of a part that is text: it is said who wrote it."""
        return "output_text" if role == "assistant" else "input_text"

    def media(self, media: Media, role: Role) -> dict[str, JSON] | None:
        """Give the part of an image or a file, which the model's own messages cannot hold."""
        if role in ("assistant", "system") or media.id:
            return None
        if media.kind == "image" and media.data_url:
            return {"type": "input_image", "image_url": media.data_url, "detail": "auto"}
        if media.kind == "file" and media.data:
            return {"type": "input_file", "filename": media.name or "file", "file_data": media.data_url}
        if media.kind == "file" and media.url:
            return {"type": "input_file", "file_url": media.url}
        return None

    def block(self, block: dict[str, JSON]) -> dict[str, JSON]:
        """Give the item of a part that `media` gave."""
        return {"role": "user", "content": [block]}

    def reasoning(self, text: str) -> None:
        """OpenAI takes no thought back without what it encrypted."""

    def call(
        self, id: str, name: str, data: JSON, arguments: str | None, frame: Mapping[str, JSON]
    ) -> dict[str, JSON]:
        """Give the item of a call; its arguments are the text that came, else compact JSON."""
        if arguments is None:
            arguments = data if isinstance(data, str) else encode(data)
        if frame.get("item") == "custom_tool_call":
            return {"type": "custom_tool_call", "call_id": id, "name": name, "input": arguments}
        return {"type": "function_call", "call_id": id, "name": name, "arguments": arguments}

    def result(
        self,
        id: str,
        name: str,
        content: Sequence[str | dict[str, JSON]],
        failed: bool,
        frame: Mapping[str, JSON],
    ) -> dict[str, JSON]:
        """Give the item of the answer to a call: its text, or its parts."""
        parts = [{"type": "input_text", "text": item} if isinstance(item, str) else item for item in content]
        told = all(isinstance(item, str) for item in content)
        custom = frame.get("item") == "custom_tool_call"
        return {
            "type": "custom_tool_call_output" if custom else "function_call_output",
            "call_id": id,
            "output": "\n".join(map(str, content)) if told else parts,
        }

    def name(self, name: str) -> str:
        """Give a tool's name of the characters that OpenAI takes, at most 64."""
        return safe(name)[:64]

    def id(self, id: str) -> str:
        """Give a call's id of at most 64 characters."""
        return id[-64:]

    def system(self, texts: Sequence[str]) -> None:
        """A system prompt that did not stand beside the items is one of them."""


DIALECT = Dialect()
