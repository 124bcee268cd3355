"""The rules of Gemini, on its `contents`, in the spelling of the wire (`functionCall`) or of Python.

Neighbouring contents of one role are one turn. Calls are answered by their id, or, where it is
missing, by the function's name, in order.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from . import pairing, rules, shapes
from .pairing import Piece
from .rules import Violation

PROVIDER = rules.GEMINI
_ROLES = ("user", "model", "function", None)
_NO_DATA = {"thought", "thoughtSignature", "thought_signature", "videoMetadata", "video_metadata"}


def call_of(part: dict[str, Any]) -> dict[str, Any] | None:
    """Give the function call of a part, if it is one."""
    return part.get("functionCall") or part.get("function_call")


def response_of(part: dict[str, Any]) -> dict[str, Any] | None:
    """Give the function response of a part, if it is one."""
    return part.get("functionResponse") or part.get("function_response")


def is_empty(part: dict[str, Any]) -> bool:
    """Tell whether a part holds nothing that could be sent."""
    return not any(value is not None for key, value in part.items() if key not in _NO_DATA)


def is_model(content: dict[str, Any]) -> bool:
    """Tell whether the model wrote a content."""
    return content.get("role") == "model"


def home_of(part: dict[str, Any], role: str | None) -> str | None:
    """Give the role in whose contents a part may stand; it is any, for most."""
    if call_of(part):
        return "model"
    return "user" if response_of(part) and role == "model" else role


def pieces(messages: Sequence[dict[str, Any]]) -> list[Piece]:
    """Cut a history into calls, responses and the rest; within a content its responses come first."""
    found = []
    turn = 0
    for index, content in enumerate(messages):
        turn += index > 0 and is_model(messages[index - 1]) != is_model(content)
        own = [_piece(index, part, item, turn) for part, item in enumerate(content["parts"])]
        found += sorted(own, key=lambda piece: piece.kind != "result")
    return found


def _piece(index: int, part: int, item: dict[str, Any], turn: int) -> Piece:
    piece = Piece(index, part, f"messages[{index}].parts[{part}]", turn)
    if call := call_of(item):
        piece.kind, piece.id, piece.name = "call", call.get("id") or None, call["name"]
    elif response := response_of(item):
        piece.kind, piece.id, piece.name = "result", response.get("id") or None, response["name"]
    return piece


def violations(messages: Sequence[dict[str, Any]], system: Any, tools: Any) -> Iterator[Violation]:
    """Say what is wrong with a history; where its shape is wrong, only that."""
    wrong = [each for index, content in enumerate(messages) for each in _shape(content, f"messages[{index}]")]
    if wrong:
        yield from wrong
        return
    if not messages:
        yield rules.NO_MESSAGES.at(PROVIDER, "messages")
    found = pieces(messages)
    pairing.pair(found)
    yield from pairing.violations(found, PROVIDER)
    for index, content in enumerate(messages):
        place = f"messages[{index}]"
        if not content["parts"]:
            yield rules.EMPTY_MESSAGE.at(PROVIDER, f"{place}.parts", "list of parts")
        for part, item in enumerate(content["parts"]):
            yield from _part(item, f"{place}.parts[{part}]", content)
        if behind := stands_behind(messages, index):
            yield rules.CALL_TURN.at(PROVIDER, place, behind)
    yield from _on_request(messages)


def stands_behind(messages: Sequence[dict[str, Any]], index: int) -> str:
    """Say what a content with a call wrongly stands behind; nothing, where it stands well."""
    if not is_model(messages[index]) or not _calls(messages[index]):
        return ""
    if index == 0:
        return "at the beginning"
    before = messages[index - 1]
    return "behind a message of the model without one" if is_model(before) and not _calls(before) else ""


def _calls(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [call for part in content["parts"] if (call := call_of(part))]


def _shape(content: dict[str, Any], place: str) -> Iterator[Violation]:
    if content.get("role") not in _ROLES:
        what = f"the role {content.get('role')!r} is none of user, model"
        yield rules.UNKNOWN_ROLE.at(PROVIDER, f"{place}.role", what)
    parts = content.get("parts")
    wrong = list(shapes.objects(parts, f"{place}.parts", PROVIDER))
    yield from wrong
    for part, item in enumerate(parts if isinstance(parts, list) and not wrong else ()):
        for key in ("functionCall", "function_call", "functionResponse", "function_response"):
            if item.get(key) is not None:
                within = f"{place}.parts[{part}]"
                yield from shapes.typed(item, key, within, PROVIDER, dict)
                if isinstance(item[key], dict):
                    yield from shapes.typed(item[key], "name", f"{within}.{key}", PROVIDER)
                if isinstance(item[key], dict) and item[key].get("id") is not None:
                    yield from shapes.typed(item[key], "id", f"{within}.{key}", PROVIDER)


def _part(part: dict[str, Any], place: str, content: dict[str, Any]) -> Iterator[Violation]:
    call, response = call_of(part), response_of(part)
    for key, value in (("args", call), ("response", response)):
        if value and value.get(key) is not None and not isinstance(value[key], dict):
            what = f"the {key} of a function are an object, not {type(value[key]).__name__}"
            yield rules.ARGUMENTS_SHAPE.at(PROVIDER, f"{place}.{key}", what)
    if (value := call or response) and not value["name"]:
        yield rules.TOOL_NAME.at(PROVIDER, f"{place}.name", "is empty")
    if home_of(part, content.get("role")) != content.get("role"):
        what = (
            "a call may stand in contents of model only"
            if call
            else "a response may not stand in one of model"
        )
        yield rules.WRONG_ROLE.at(PROVIDER, place, what)
    if is_empty(part):
        yield rules.EMPTY_PART.at(PROVIDER, place)


def _on_request(messages: Sequence[dict[str, Any]]) -> Iterator[Violation]:
    """Look at what depends on the model: a last content of the model, and calls without a signature.

    The first call of each step since the user last spoke needs its signature.
    """
    if messages and is_model(messages[-1]):
        yield rules.TRAILING_ASSISTANT.at(PROVIDER, f"messages[{len(messages) - 1}]")
    spoken = (
        index
        for index, content in enumerate(messages)
        if not is_model(content) and not any(response_of(part) for part in content["parts"])
    )
    for index in range(max(spoken, default=0), len(messages)):
        for part, item in enumerate(messages[index]["parts"]):
            if call := call_of(item):
                if not (item.get("thoughtSignature") or item.get("thought_signature")):
                    place = f"messages[{index}].parts[{part}]"
                    yield rules.THOUGHT_SIGNATURE.at(PROVIDER, place, call["name"])
                break
