"""How histories of OpenAI Chat and OpenAI Responses are repaired."""

from collections.abc import Mapping, Sequence
from typing import Any

from . import rules, rules_openai_chat, rules_openai_responses, shapes
from .drafts import NO_RESULT, Draft, Step, written
from .pairing import Piece
from .relinking import Linking, relink, rename
from .rules_openai_responses import PREFIXES, alone, kind_of

_TEXTS = ("text", "input_text", "output_text", "refusal")

# ---- OpenAI Chat


def _chat_message(draft: Draft, index: int, message: dict[str, Any]) -> dict[str, Any] | None:
    """Mend the calls and the content of one message; a message that says nothing goes."""
    if message.get("tool_calls") == []:
        draft.note(rules.EMPTY_CALLS.name, index, ".tool_calls", "the empty list was left out")
        message = {key: value for key, value in message.items() if key != "tool_calls"}
    if message.get("tool_calls"):
        calls = [_chat_call(draft, index, at, call) for at, call in enumerate(message["tool_calls"])]
        message = message | {"tool_calls": calls} if calls != message["tool_calls"] else message
    rule = _chat_fault(message)
    if rule is None:
        return message
    if message["role"] == "tool":
        draft.note(rule.name, index, ".content", "the result has an empty text now")
        return message | {"content": ""}
    if message.get("tool_calls"):
        draft.note(rule.name, index, ".content", "the empty content was left out")
        return message | {"content": None}
    draft.note(rule.name, index, "", f"the {message['role']} message was left out: there is nothing in it")
    return None


def _chat_fault(message: dict[str, Any]) -> rules.Rule | None:
    found = list(rules_openai_chat.content_faults(message, ""))
    known = [
        rule for rule in (rules.MISSING_CONTENT, rules.EMPTY_MESSAGE) if rule.name in {v.rule for v in found}
    ]
    return known[0] if known else None


def _chat_call(draft: Draft, index: int, at: int, call: dict[str, Any]) -> dict[str, Any]:
    inner, key = ("custom", "input") if "custom" in call else ("function", "arguments")
    longest = rules_openai_chat.LONGEST_NAME
    function = _as_called(draft, index, f".tool_calls[{at}].{inner}", call[inner], key, longest)
    return call if function is call[inner] else call | {inner: function}


def _as_called(
    draft: Draft, index: int, path: str, function: dict[str, Any], key: str, longest: int
) -> dict[str, Any]:
    """Mend a function's name and its arguments, which are JSON in a text."""
    if not isinstance(function.get(key), str):
        draft.note(rules.ARGUMENTS_SHAPE.name, index, f"{path}.{key}", f"the {key} were written as JSON")
        value = function.get(key)
        function = function | {key: written({} if value is None else value)}
    name = shapes.legal(function["name"], longest)
    if name != function["name"]:
        draft.note(
            rules.TOOL_NAME.name, index, f"{path}.name", f"the name {function['name']!r} is now {name!r}"
        )
        function = function | {"name": name}
    return function


def _chat_stand_in(message: dict[str, Any], call: Piece) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call.id, "content": NO_RESULT}


def _chat_told(message: dict[str, Any], line: str) -> list[dict[str, Any]]:
    content = message["content"]
    if isinstance(content, list):
        return [{"role": "user", "content": [{"type": "text", "text": line}, *content]}]
    return [{"role": "user", "content": f"{line}\n{content}" if content else line}]


def _chat_renamed(message: dict[str, Any], ids: Mapping[int | None, str]) -> dict[str, Any]:
    if None in ids:
        return message | {"tool_call_id": ids[None]}
    calls = [call | {"id": ids.get(at, call["id"])} for at, call in enumerate(message["tool_calls"])]
    return message | {"tool_calls": calls}


_CHAT = Linking(
    rules_openai_chat.pieces,
    _chat_stand_in,
    _chat_told,
    _chat_renamed,
    longest_id=rules_openai_chat.LONGEST_ID,
)

CHAT_STEPS: Sequence[Step] = (
    lambda draft: draft.each(_chat_message),
    lambda draft: rename(draft, _CHAT),
    lambda draft: relink(draft, _CHAT),
)
"""The repairs of a history of OpenAI Chat, in order."""

# ---- OpenAI Responses


def _item(draft: Draft, index: int, item: dict[str, Any]) -> dict[str, Any] | None:
    """Mend one item; a message without a content goes."""
    kind = kind_of(item)
    if kind == "message" and item.get("content") is None:
        draft.note(rules.MISSING_CONTENT.name, index, "", "the message was left out: it has no content")
        return None
    if kind == "message" and isinstance(item["content"], list):
        item = _parts(draft, index, item)
    elif kind in ("function_call_output", "custom_tool_call_output") and item.get("output") is None:
        draft.note(rules.MISSING_CONTENT.name, index, ".output", "the output is an empty text now")
        item = item | {"output": ""}
    elif kind in ("function_call", "custom_tool_call"):
        key = "arguments" if kind == "function_call" else "input"
        item = _as_called(draft, index, "", item, key, rules_openai_responses.LONGEST_NAME)
    id = item.get("id")
    if kind == "function_call" and isinstance(id, str) and not id.startswith(PREFIXES[kind]):
        draft.note(rules.ITEM_ID.name, index, ".id", f"the id {id!r} was left out")
        item = {key: value for key, value in item.items() if key != "id"}
    return item


def _parts(draft: Draft, index: int, item: dict[str, Any]) -> dict[str, Any]:
    """Write parts of text under the type that they have in a message of this role."""
    wanted = "output_text" if item["role"] == "assistant" else "input_text"
    right = (wanted, "refusal") if item["role"] == "assistant" else (wanted,)
    parts = []
    for at, old in enumerate(item["content"]):
        part = old
        text = part.get("refusal" if part["type"] == "refusal" else "text")
        if part["type"] in _TEXTS and part["type"] not in right and isinstance(text, str):
            what = f"the part of type {part['type']!r} is now one of {wanted!r}"
            draft.note(rules.PART_TYPE.name, index, f".content[{at}]", what)
            part = {"type": wanted, "text": text} | ({"annotations": []} if wanted == "output_text" else {})
        parts.append(part)
    return item if parts == item["content"] else item | {"content": parts}


def _repeated_items(draft: Draft) -> None:
    """An item that came before goes; another one of the same id loses the id, or goes if it is reasoning."""
    seen: dict[str, dict[str, Any]] = {}

    def once(draft: Draft, index: int, item: dict[str, Any]) -> dict[str, Any] | None:
        id = item.get("id")
        if not isinstance(id, str) or kind_of(item) == "item_reference" or seen.setdefault(id, item) is item:
            return item
        if item == seen[id] or kind_of(item) == "reasoning":
            draft.note(rules.DUPLICATE_ITEM.name, index, "", f"the second item {id!r} was left out")
            return None
        draft.note(rules.DUPLICATE_ITEM.name, index, ".id", f"the id {id!r} was left out")
        return {key: value for key, value in item.items() if key != "id"}

    draft.each(once)


def _reasoning(draft: Draft) -> None:
    """Reasoning that led to nothing goes: the server does not take it alone."""
    lonely = alone(draft.messages)

    def kept(draft: Draft, index: int, item: dict[str, Any]) -> dict[str, Any] | None:
        if index not in lonely:
            return item
        what = "the reasoning was left out: nothing of the model's follows it"
        draft.note(rules.REASONING_ALONE.name, index, "", what)
        return None

    draft.each(kept)


def _item_stand_in(item: dict[str, Any], call: Piece) -> dict[str, Any] | None:
    kind = kind_of(item)
    by_kind: dict[str, dict[str, Any]] = {
        "function_call": {"output": NO_RESULT},
        "custom_tool_call": {"output": NO_RESULT},
        "apply_patch_call": {"status": "failed", "output": NO_RESULT},
        "shell_call": {
            "output": [{"stdout": "", "stderr": NO_RESULT, "outcome": {"type": "exit", "exit_code": 1}}]
        },
        "tool_search_call": {"execution": "client", "status": "incomplete", "tools": []},
    }  # a computer's output is a picture of its screen, which cannot be made up
    made = by_kind.get(kind)
    name = "tool_search_output" if kind == "tool_search_call" else f"{kind}_output"
    return None if made is None else {"type": name, "call_id": call.id, **made}


def _item_told(item: dict[str, Any], line: str) -> list[dict[str, Any]]:
    output = item.get("output", item.get("tools"))
    if isinstance(output, list) and all(
        part.get("type") in rules_openai_responses.INPUT_PARTS for part in output
    ):
        return [{"role": "user", "content": [{"type": "input_text", "text": line}, *output]}]
    return [{"role": "user", "content": f"{line}\n{written(output)}" if output else line}]


def _item_renamed(item: dict[str, Any], ids: Mapping[int | None, str]) -> dict[str, Any]:
    return item | {"call_id": ids[None]}


_RESPONSES = Linking(
    rules_openai_responses.pieces,
    _item_stand_in,
    _item_told,
    _item_renamed,
    longest_id=rules_openai_responses.LONGEST_ID,
    anywhere=True,
    elsewhere=rules_openai_responses.calls_are_elsewhere,
)

RESPONSES_STEPS: Sequence[Step] = (
    lambda draft: draft.each(_item),
    _repeated_items,
    _reasoning,
    lambda draft: rename(draft, _RESPONSES),
    lambda draft: relink(draft, _RESPONSES),
)
"""The repairs of a history of OpenAI Responses, in order."""
