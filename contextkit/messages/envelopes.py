"""The outer shape of provider messages, checked by pydantic before anything is read from them.

Liberal on purpose: providers and their look-alikes add keys all the time, so unknown keys and parts
are always allowed. What a reader relies on is checked, and the first error is one line that names
its path, such as `messages[3].tool_calls[0].function.name`.
"""

import functools
import reprlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ..exceptions import EventError, ReadError
from ..plain import JSON, plain

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError


def plain_messages(messages: Iterable[object], *, first: int = 0) -> list[dict[str, JSON]]:
    """Give messages as plain JSON: mappings, or the objects of a provider's client.

    Args:
        messages: The messages.
        first: The number of the first one, for errors.

    Raises:
        ReadError: If they are no list of objects, or a part of one is not JSON; its `source` is the path.

    >>> plain_messages([{"role": "user", "content": ("deploy", "it")}])
    [{'role': 'user', 'content': ['deploy', 'it']}]
    """
    return [_plain(message, f"messages[{index}]") for index, message in enumerate(listed(messages), first)]


def listed(messages: object) -> Iterable[Any]:
    """Give messages if they are a list of any kind.

    Raises:
        ReadError: If they are something else.
    """
    if isinstance(messages, str | bytes | Mapping) or not isinstance(messages, Iterable):
        raise ReadError(f"a list of messages is needed, not {reprlib.repr(messages)}", source="messages")
    return messages


def _plain(message: object, place: str) -> dict[str, JSON]:
    try:
        value = plain({"message": message}, place)["message"]  # as deep as `raw` will hold it
    except EventError as error:
        raise ReadError(error.reason, source=error.path.replace(".message", "", 1)) from None
    if not isinstance(value, dict):
        raise ReadError(f"a message is an object with a role, not {reprlib.repr(value)}", source=place)
    return value


def check(message: dict[str, JSON], place: str, provider: str) -> None:
    """Make sure that a message has its provider's shape.

    Args:
        message: As plain JSON.
        place: Where it is, such as `messages[3]`.
        provider: `openai-chat` or `anthropic`.

    Raises:
        ReadError: If it has another shape; its `source` is the path.

    >>> check({"role": "user", "content": 3}, "messages[0]", "anthropic")
    Traceback (most recent call last):
    contextkit.exceptions.ReadError: messages[0].content: input should be a valid string, not 3
    """
    from pydantic import ValidationError

    shape = _openai_chat() if provider == "openai-chat" else _anthropic()
    try:
        shape.model_validate(message)
    except ValidationError as error:
        raise _read_error(error, place) from None
    if message["role"] != "assistant" and "content" not in message:
        raise ReadError("field required", source=f"{place}.content")


def _read_error(error: "ValidationError", place: str) -> ReadError:
    first = error.errors(include_url=False, include_context=False)[0]
    path = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}"
        for step in first["loc"]
        if not str(step).startswith("(")  # the branch of a union, which is no part of the path
    )
    reason = first["msg"][0].lower() + first["msg"][1:]
    shown = "" if first["type"] == "missing" else f", not {reprlib.repr(first['input'])}"
    return ReadError(reason + shown, source=place + path)


def _content(parts: Any) -> Any:
    from pydantic import Discriminator, Tag

    return Annotated[
        Annotated[str | None, Tag("(text)")] | Annotated[list[parts], Tag("(parts)")],
        Discriminator(lambda value: "(parts)" if isinstance(value, list) else "(text)"),
    ]


@functools.cache
def _openai_chat() -> "type[BaseModel]":
    from pydantic import BaseModel

    class Function(BaseModel):
        name: str

    class ToolCall(BaseModel):
        id: str | None = None
        function: Function | None = None
        custom: Function | None = None

    class Message(BaseModel):
        role: Literal["system", "developer", "user", "assistant", "tool", "function"]
        content: _content(dict[str, Any]) = None  # type: ignore[valid-type]
        tool_calls: list[ToolCall] | None = None
        function_call: Function | None = None
        tool_call_id: str | None = None
        name: str | None = None

    return Message


@functools.cache
def _anthropic() -> "type[BaseModel]":
    from pydantic import BaseModel, Discriminator, Tag

    class Call(BaseModel):
        id: str
        name: str

    class Result(BaseModel):
        tool_use_id: str
        is_error: bool | None = None

    block = Annotated[
        Annotated[Call, Tag("(call)")]
        | Annotated[Result, Tag("(result)")]
        | Annotated[dict[str, Any], Tag("(block)")],
        Discriminator(block_part),
    ]

    class Message(BaseModel):
        role: Literal["system", "user", "assistant"]
        content: _content(block)  # type: ignore[valid-type]

    return Message


def block_part(block: object) -> str:
    """Tell the part that an Anthropic block plays: `(call)`, `(result)` or any other `(block)`.

    >>> block_part({"type": "server_tool_use"}), block_part({"type": "web_search_tool_result"})
    ('(call)', '(result)')
    """
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(kind, str):
        return "(block)"
    if kind == "tool_use" or kind.endswith("_tool_use"):
        return "(call)"
    return "(result)" if kind == "tool_result" or kind.endswith("_tool_result") else "(block)"
