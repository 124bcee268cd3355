"""The rules of OpenAI Responses, on its `input` items. A call's output may come any time after it."""

from collections.abc import Iterator, Sequence
from typing import Any

from . import pairing, rules, shapes
from .pairing import Piece
from .rules import Violation

PROVIDER = rules.OPENAI_RESPONSES
LONGEST_ID = 64
LONGEST_NAME = 128
CALLS = (
    "function_call",
    "custom_tool_call",
    "computer_call",
    "shell_call",
    "apply_patch_call",
    "tool_search_call",
)
"""Items that wait for an output with their `call_id`."""
OUTPUTS = (*(f"{kind}_output" for kind in CALLS if kind != "tool_search_call"), "tool_search_output")
PREFIXES = {"function_call": "fc", "message": "msg", "reasoning": "rs", "web_search_call": "ws"}
_ROLES = ("system", "developer", "user", "assistant")
_CHAT_PARTS = ("text", "image_url", "input_audio", "file")
INPUT_PARTS = ("input_text", "input_image", "input_file")
_OUTPUT_PARTS = ("output_text", "refusal")


def kind_of(item: dict[str, Any]) -> str:
    """Give the type of an item, a message need not say it; `""` for what has none."""
    kind = item.get("type") or ("message" if "role" in item else "")
    return kind if isinstance(kind, str) else ""


def is_call(item: dict[str, Any]) -> bool:
    """Tell whether an item is a call that the client answers."""
    return kind_of(item) in CALLS and item.get("call_id") is not None and _by_client(item)


def is_output(item: dict[str, Any]) -> bool:
    """Tell whether an item is the client's answer to a call."""
    return kind_of(item) in OUTPUTS and item.get("call_id") is not None and _by_client(item)


def _by_client(item: dict[str, Any]) -> bool:
    searches = kind_of(item).startswith("tool_search")
    return item.get("execution") == "client" if searches else item.get("execution") != "server"


def pieces(messages: Sequence[dict[str, Any]]) -> list[Piece]:
    """Cut a history into calls, outputs and the rest; calls with nothing but outputs between are one turn."""
    found: list[Piece] = []
    turn, calling = 0, False
    for index, item in enumerate(messages):
        piece = Piece(index, None, f"messages[{index}]", turn)
        if is_output(item):
            piece.kind, piece.id = "result", item["call_id"]
        else:
            turn += not (calling and is_call(item))
            calling, piece.turn = is_call(item), turn
        if calling and piece.kind != "result":
            piece.kind, piece.id, piece.name = "call", item["call_id"], item.get("name") or ""
        found.append(piece)
    return found


def violations(messages: Sequence[dict[str, Any]], system: Any, tools: Any) -> Iterator[Violation]:
    """Say what is wrong with a history; where its shape is wrong, only that."""
    wrong = [each for index, item in enumerate(messages) for each in _shape(item, f"messages[{index}]")]
    if wrong:
        yield from wrong
        return
    if not messages:
        yield rules.NO_MESSAGES.at(PROVIDER, "messages")
    yield from _calls(messages)
    seen: set[str] = set()
    lonely = alone(messages)
    for index, item in enumerate(messages):
        yield from _item(item, f"messages[{index}]")
        if index in lonely:
            yield rules.REASONING_ALONE.at(PROVIDER, f"messages[{index}]", item.get("id") or "")
        id = item.get("id")
        if isinstance(id, str) and kind_of(item) != "item_reference":
            if id in seen:
                yield rules.DUPLICATE_ITEM.at(PROVIDER, f"messages[{index}].id", repr(id))
            seen.add(id)


def _calls(messages: Sequence[dict[str, Any]]) -> Iterator[Violation]:
    found = pieces(messages)
    pairing.pair(found, anywhere=True)
    elsewhere = calls_are_elsewhere(messages)
    for violation in pairing.violations(found, PROVIDER):
        if not elsewhere or violation.rule != rules.ORPHAN_RESULT.name:
            yield violation
    for piece in found:
        if elsewhere and piece.fate == "orphan":
            yield rules.ORPHAN_CONTINUATION.at(PROVIDER, piece.place, piece.shown)


def calls_are_elsewhere(messages: Sequence[dict[str, Any]]) -> bool:
    """Tell whether outputs may answer calls that stand elsewhere, in a response that the provider stored.

    So it may be where an item is referred to, or where nothing is of the model: then the input may go
    on from a stored response (`previous_response_id`).
    """
    kinds = {kind_of(item) for item in messages}
    users = {kind for kind in kinds if kind.endswith("_output") or kind in ("message", "additional_tools")}
    assistant = any(item.get("role") == "assistant" for item in messages)
    return "item_reference" in kinds or (kinds == users and not assistant)


def alone(messages: Sequence[dict[str, Any]]) -> set[int]:
    """Give the items that are reasoning which nothing of the model's follows, but for more reasoning."""
    found, followed = set(), False
    for index in reversed(range(len(messages))):
        item = messages[index]
        if (kind := kind_of(item)) != "reasoning":
            others = kind.endswith("_output") or (kind == "message" and item.get("role") != "assistant")
            followed = not others
        elif not followed:
            found.add(index)
    return found


def _shape(item: dict[str, Any], place: str) -> Iterator[Violation]:
    kind = kind_of(item)
    if not kind:
        yield rules.WRONG_SHAPE.at(PROVIDER, place, "an item has a `type`, or is a message with a `role`")
        return
    if kind == "message":
        if item.get("role") not in _ROLES:
            what = f"the role {item.get('role')!r} is none of {', '.join(_ROLES)}"
            yield rules.UNKNOWN_ROLE.at(PROVIDER, f"{place}.role", what)
        yield from shapes.content(item.get("content"), f"{place}.content", PROVIDER)
    elif kind in ("function_call", "custom_tool_call"):
        yield from shapes.typed(item, "call_id", place, PROVIDER)
        yield from shapes.typed(item, "name", place, PROVIDER)
    elif kind in OUTPUTS:
        if item.get("call_id") is not None or kind != "tool_search_output":
            yield from shapes.typed(item, "call_id", place, PROVIDER)
        if isinstance(item.get("output"), list):
            yield from shapes.objects(item["output"], f"{place}.output", PROVIDER)
    elif item.get("call_id") is not None:
        yield from shapes.typed(item, "call_id", place, PROVIDER)


def _item(item: dict[str, Any], place: str) -> Iterator[Violation]:
    kind, id = kind_of(item), item.get("id")
    if kind == "message" and item.get("content") is None:
        yield rules.MISSING_CONTENT.at(PROVIDER, place, f"{item['role']} message")
    elif kind in ("function_call_output", "custom_tool_call_output") and item.get("output") is None:
        yield rules.MISSING_CONTENT.at(PROVIDER, place, "output")
    elif kind == "message" and isinstance(item["content"], list):
        yield from _parts(item, place)
    if kind in PREFIXES and isinstance(id, str) and not id.startswith(PREFIXES[kind]):
        yield rules.ITEM_ID.at(PROVIDER, f"{place}.id", f"{id!r} does not begin with {PREFIXES[kind]!r}")
    if is_call(item):
        yield from shapes.call_id(item["call_id"], f"{place}.call_id", PROVIDER, LONGEST_ID)
    if kind in ("function_call", "custom_tool_call"):
        key = "arguments" if kind == "function_call" else "input"
        if not isinstance(item.get(key), str):
            what = f"the {key} of a call are JSON in a text, not {type(item.get(key)).__name__}"
            yield rules.ARGUMENTS_SHAPE.at(PROVIDER, f"{place}.{key}", what)
        yield from shapes.tool_name(item["name"], f"{place}.name", PROVIDER, LONGEST_NAME)


def _parts(item: dict[str, Any], place: str) -> Iterator[Violation]:
    others = INPUT_PARTS if item["role"] == "assistant" else _OUTPUT_PARTS
    for part, each in enumerate(item["content"]):
        if each["type"] in (*others, *_CHAT_PARTS):
            what = f"a part of type {each['type']!r} may not stand in a message of {item['role']}"
            yield rules.PART_TYPE.at(PROVIDER, f"{place}.content[{part}]", what)
