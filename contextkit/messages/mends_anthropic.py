"""How histories of Anthropic are repaired."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from . import pairing, rules, rules_anthropic, shapes
from .drafts import FAILED, NO_RESULT, Draft, Step, as_object, written
from .pairing import Piece
from .relinking import Linking, relink, rename
from .rules_anthropic import THINKING, blocks

_FOR_USERS = ("text", "image", "document", "search_result")


def _joined(message: dict[str, Any] | None, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)} if message is None else message | {"content": list(parts)}


def _path(message: dict[str, Any], part: int) -> str:
    return ".content" if isinstance(message["content"], str) else f".content[{part}]"


# ---- blocks


def _message(draft: Draft, index: int, message: dict[str, Any]) -> dict[str, Any] | None:
    """Mend the blocks of one message; a message that is left without any goes."""
    final = index == len(draft.messages) - 1 and message["role"] == "assistant"
    if message["content"] in ("", []):
        if final:
            return message
        draft.note(rules.EMPTY_MESSAGE.name, index, ".content", "the message was left out: it is empty")
        return None
    own = blocks(message)
    made = [_block(draft, index, _path(message, part), block) for part, block in enumerate(own)]
    kept = [block for block in made if block is not None]
    if final and kept and kept[-1]["type"] == "text" and kept[-1]["text"][-1].isspace():
        draft.note(
            rules.TRAILING_WHITE_SPACE.name, index, _path(message, len(own) - 1), "the white space was cut"
        )
        kept[-1] = kept[-1] | {"text": kept[-1]["text"].rstrip()}
    if kept == own:
        return message
    if isinstance(message["content"], str) and kept:
        return message | {"content": kept[0]["text"]}
    return _joined(message, kept) if kept else None


def _block(draft: Draft, index: int, path: str, block: dict[str, Any]) -> dict[str, Any] | None:
    kind = block["type"]
    if kind == "text" and not block["text"].strip():
        rule = rules.BLANK_TEXT if block["text"] else rules.EMPTY_TEXT
        draft.note(rule.name, index, path, "the block was left out: there is no text in it")
        return None
    if kind in THINKING:
        return _thinking(draft, index, path, block)
    if kind == "tool_use":
        return _call(draft, index, path, block)
    return _result(draft, index, path, block) if kind == "tool_result" else block


def _thinking(draft: Draft, index: int, path: str, block: dict[str, Any]) -> dict[str, Any] | None:
    if not block.get("data" if block["type"] == "redacted_thinking" else "signature"):
        draft.note(
            rules.THINKING_SIGNATURE.name, index, path, "the thinking was left out: it has no signature"
        )
        return None
    if block.get("cache_control"):
        draft.note(rules.CACHE_MARK_PLACE.name, index, path, "its cache mark was taken away")
        return _unmarked(block)
    return block


def _call(draft: Draft, index: int, path: str, block: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(block.get("input"), dict):
        draft.note(rules.ARGUMENTS_SHAPE.name, index, f"{path}.input", "the input was written as an object")
        block = block | {"input": as_object(block.get("input"))}
    name = shapes.legal(block["name"], rules_anthropic.LONGEST_NAME)
    if name != block["name"]:
        draft.note(rules.TOOL_NAME.name, index, f"{path}.name", f"the name {block['name']!r} is now {name!r}")
        block = block | {"name": name}
    return block


def _result(draft: Draft, index: int, path: str, block: dict[str, Any]) -> dict[str, Any]:
    content = block.get("content")
    if isinstance(content, list):
        made = [_inner(draft, index, f"{path}.content[{part}]", each) for part, each in enumerate(content)]
        kept = [each for each in made if each is not None]
        block = block if kept == content else block | {"content": kept}
        content = block["content"]
    if block.get("is_error") and not content:
        draft.note(rules.EMPTY_ERROR_RESULT.name, index, path, "it says now that the tool failed")
        return block | {"content": FAILED}
    if content == []:
        draft.note(rules.EMPTY_RESULT_LIST.name, index, f"{path}.content", "the empty list was left out")
        return {key: value for key, value in block.items() if key != "content"}
    return block


def _inner(draft: Draft, index: int, path: str, block: dict[str, Any]) -> dict[str, Any] | None:
    """Mend a block of a result: what has no type is written as text."""
    if not shapes.is_part(block):
        draft.note(rules.PART_TYPE.name, index, path, "the block was written as JSON in a text")
        return {"type": "text", "text": written(block)}
    return _block(draft, index, path, block) if block["type"] == "text" else block


def _unmarked(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "cache_control"}


def _roles(draft: Draft) -> None:
    """Put blocks that may not stand in their message into one of the role that they may stand in."""
    draft.split(blocks, _joined, rules_anthropic.home_of)


# ---- blocks that may not stay: the server's calls and results, thinking at the end of a turn


def _without(draft: Draft, gone: dict[tuple[int, int], tuple[rules.Rule, str]]) -> None:
    """Leave blocks out, and the messages that nothing is left of."""

    def kept(draft: Draft, index: int, message: dict[str, Any]) -> dict[str, Any] | None:
        own = blocks(message)
        rest = []
        for part, block in enumerate(own):
            if (index, part) in gone:
                rule, what = gone[index, part]
                draft.note(rule.name, index, _path(message, part), what)
            else:
                rest.append(block)
        return message if len(rest) == len(own) else _joined(message, rest) if rest else None

    if gone:
        draft.each(kept)


def _server_tools(draft: Draft) -> None:
    """Leave out the server's results without a call, and its calls that nothing answers any more."""
    found = rules_anthropic.server_pieces(draft.messages)
    pairing.pair(found, anywhere=True)
    waiting = rules_anthropic.in_flight(draft.messages)
    gone = {}
    for piece in found:
        at = (piece.index, piece.part or 0)
        if piece.kind == "result" and piece.fate:
            rule = rules.DUPLICATE_RESULT if piece.fate == "duplicate" else rules.ORPHAN_SERVER_RESULT
            gone[at] = (rule, f"the server's result {piece.shown} was left out: no call waits for it")
        elif (
            piece.kind == "call" and (not piece.partner or piece.partner.fate) and piece.index not in waiting
        ):
            what = f"the server's call {piece.shown} was left out: it has no result"
            gone[at] = (rules.UNANSWERED_SERVER_CALL, what)
    _without(draft, gone)


def _thinking_last(draft: Draft) -> None:
    """Leave out the thinking that ends a turn."""
    numbers = rules_anthropic.turns(draft.messages)
    gone = {}
    done: set[int] = set()
    for index in reversed(range(len(draft.messages))):
        message = draft.messages[index]
        if message["role"] != "assistant" or numbers[index] in done:
            continue
        own = blocks(message)
        while own and own[-1]["type"] in THINKING:
            what = "the thinking was left out: nothing follows it"
            gone[index, len(own) - 1] = (rules.THINKING_LAST, what)
            own = own[:-1]
        if own:
            done.add(numbers[index])
    _without(draft, gone)


# ---- calls and results


def _stand_in(block: dict[str, Any], call: Piece) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call.id, "content": NO_RESULT, "is_error": True}


def _told(block: dict[str, Any], line: str) -> list[dict[str, Any]]:
    content = block.get("content")
    if not content:
        return [{"type": "text", "text": line}]
    if isinstance(content, str):
        return [{"type": "text", "text": f"{line}\n{content}"}]
    shown = (
        each if each["type"] in _FOR_USERS else {"type": "text", "text": written(each)} for each in content
    )
    return [{"type": "text", "text": line}, *shown]


def _renamed(message: dict[str, Any], ids: Mapping[int | None, str]) -> dict[str, Any]:
    own = list(blocks(message))
    for part, id in ids.items():
        if part is not None:
            key = "id" if own[part]["type"].endswith("tool_use") else "tool_use_id"
            own[part] = own[part] | {key: id}
    return _joined(message, own)


_CALLS = Linking(
    rules_anthropic.pieces, _stand_in, _told, _renamed, parts=blocks, joined=_joined, unique=True
)
_SERVER_CALLS = dataclasses.replace(_CALLS, pieces=rules_anthropic.server_pieces, anywhere=True)


def _rename_server_calls(draft: Draft) -> None:
    """Give a server's call whose id another call has another one, with its result."""
    rename(draft, _SERVER_CALLS, [piece.id for piece in rules_anthropic.pieces(draft.messages) if piece.id])


# ---- cache marks


def _cache_marks(draft: Draft) -> None:
    """Take the earliest surplus marks away, and make the 1h of a mark behind one of 5m 5m."""
    places = list(rules_anthropic.marked(draft.messages, *draft.beside))
    surplus = len(places) - rules_anthropic.MOST_MARKS
    short = False
    for place, block in places:
        long = isinstance(block["cache_control"], dict) and block["cache_control"].get("ttl") == "1h"
        if surplus > 0 and place.startswith("messages["):
            surplus -= 1
            _remark(draft, place, rules.TOO_MANY_CACHE_MARKS, "the cache mark was taken away", None)
        elif long and short and place.startswith("messages["):
            mark = {key: value for key, value in block["cache_control"].items() if key != "ttl"}
            _remark(
                draft,
                place,
                rules.CACHE_MARK_ORDER,
                "the cache mark lasts 5m now, as the one before it",
                mark,
            )
        else:
            short = short or not long


def _remark(draft: Draft, place: str, rule: rules.Rule, what: str, mark: dict[str, Any] | None) -> None:
    """Put another cache mark, or none, at a place such as `messages[3].content[0].content[1]`."""
    first, *rest = place.removeprefix("messages[").split("].content[")
    index, parts = int(first), [int(part.rstrip("]")) for part in rest]
    draft.note(rule.name, index, place.removeprefix(f"messages[{index}]"), what)
    draft.messages[index] = _marked(draft.messages[index], parts, mark)


def _marked(holder: dict[str, Any], path: Sequence[int], mark: dict[str, Any] | None) -> dict[str, Any]:
    if not path:
        return _unmarked(holder) | ({"cache_control": mark} if mark else {})
    content = list(holder["content"])
    content[path[0]] = _marked(content[path[0]], path[1:], mark)
    return holder | {"content": content}


STEPS: Sequence[Step] = (
    lambda draft: draft.each(_message),
    _roles,
    _server_tools,
    _thinking_last,
    lambda draft: rename(draft, _CALLS),
    _rename_server_calls,
    lambda draft: relink(draft, _CALLS),
    _cache_marks,
)
"""The repairs of a history of Anthropic, in order."""
