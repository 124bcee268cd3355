"""The rules of OpenAI Chat Completions, on its `messages`."""

from collections.abc import Iterator, Sequence
from typing import Any

from . import pairing, rules, shapes
from .pairing import Piece
from .rules import Violation

PROVIDER = rules.OPENAI_CHAT
LONGEST_ID = 40
LONGEST_NAME = 64
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_SPEECH = ("content", "tool_calls", "function_call", "refusal", "audio")
"""What an assistant's message may consist of."""
_MEDIA = ("image_url", "input_audio", "file")
"""Parts that only a user's message may hold."""


def pieces(messages: Sequence[dict[str, Any]]) -> list[Piece]:
    """Cut a history into calls, results and the rest; each message is a turn."""
    found = []
    for index, message in enumerate(messages):
        place = f"messages[{index}]"
        calls = message.get("tool_calls") if message["role"] == "assistant" else None
        for part, call in enumerate(calls or ()):
            name = body(call).get("name", "")
            found.append(Piece(index, part, f"{place}.tool_calls[{part}]", index, "call", call["id"], name))
        if message["role"] == "tool":
            found.append(Piece(index, None, place, index, "result", message["tool_call_id"]))
        elif not calls:
            found.append(Piece(index, None, place, index))
    return found


def body(call: dict[str, Any]) -> dict[str, Any]:
    """Give the object that a call names its tool in."""
    inner = call.get("function") or call.get("custom")
    return inner if isinstance(inner, dict) else {}


def violations(messages: Sequence[dict[str, Any]], system: Any, tools: Any) -> Iterator[Violation]:
    """Say what is wrong with a history; where its shape is wrong, only that."""
    wrong = [each for index, message in enumerate(messages) for each in _shape(message, f"messages[{index}]")]
    if wrong:
        yield from wrong
        return
    if not messages:
        yield rules.NO_MESSAGES.at(PROVIDER, "messages")
    found = pieces(messages)
    pairing.pair(found)
    yield from pairing.violations(found, PROVIDER)
    for index, message in enumerate(messages):
        place = f"messages[{index}]"
        yield from content_faults(message, place)
        for part, call in enumerate(message.get("tool_calls") or ()):
            yield from _call(call, f"{place}.tool_calls[{part}]")
        if message.get("tool_calls") == []:
            yield rules.EMPTY_CALLS.at(PROVIDER, f"{place}.tool_calls")


def _shape(message: dict[str, Any], place: str) -> Iterator[Violation]:
    role = message.get("role")
    if role not in _ROLES:
        what = f"the role {role!r} is none of {', '.join(_ROLES)}"
        yield rules.UNKNOWN_ROLE.at(PROVIDER, f"{place}.role", what)
    yield from shapes.content(message.get("content"), f"{place}.content", PROVIDER)
    if role == "tool":
        yield from shapes.typed(message, "tool_call_id", place, PROVIDER)
    calls = message.get("tool_calls")
    if calls is None:
        return
    if calls and role != "assistant":
        what = f"calls may stand in a message of assistant only, not of {role}"
        yield rules.WRONG_SHAPE.at(PROVIDER, f"{place}.tool_calls", what)
    wrong = list(shapes.objects(calls, f"{place}.tool_calls", PROVIDER))
    yield from wrong
    for part, call in enumerate(() if wrong else calls):
        within = f"{place}.tool_calls[{part}]"
        yield from shapes.typed(call, "id", within, PROVIDER)
        inner = "custom" if "custom" in call else "function"
        yield from shapes.typed(call, inner, within, PROVIDER, dict)
        if isinstance(call.get(inner), dict):
            yield from shapes.typed(call[inner], "name", f"{within}.{inner}", PROVIDER)


def content_faults(message: dict[str, Any], place: str) -> Iterator[Violation]:
    """Say what is wrong with the content of a message."""
    role, content = message["role"], message.get("content")
    if content is None:
        says = role == "assistant" and any(message.get(key) is not None for key in _SPEECH)
        if not says and role != "function":
            yield rules.MISSING_CONTENT.at(PROVIDER, place, f"{role} message")
    elif content == []:
        yield rules.EMPTY_MESSAGE.at(PROVIDER, f"{place}.content", f"{role} message's list of parts")
    elif isinstance(content, list) and role != "user":
        for part, item in enumerate(content):
            if item["type"] in _MEDIA:
                what = (
                    f"a part of type {item['type']!r} may stand in a user message only, not in one of {role}"
                )
                yield rules.PART_TYPE.at(PROVIDER, f"{place}.content[{part}]", what)


def _call(call: dict[str, Any], place: str) -> Iterator[Violation]:
    inner, key = ("custom", "input") if "custom" in call else ("function", "arguments")
    function = call[inner]
    if not isinstance(function.get(key), str):
        what = f"the {key} of a call are JSON in a text, not {type(function.get(key)).__name__}"
        yield rules.ARGUMENTS_SHAPE.at(PROVIDER, f"{place}.{inner}.{key}", what)
    yield from shapes.tool_name(function["name"], f"{place}.{inner}.name", PROVIDER, LONGEST_NAME)
    yield from shapes.call_id(call["id"], f"{place}.id", PROVIDER, LONGEST_ID)
