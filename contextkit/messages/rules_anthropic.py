"""The rules of Anthropic Messages, on its `messages` with `system` and `tools` beside them.

The server joins neighbouring messages of one role, so a turn is a run of such messages.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from . import pairing, rules, shapes
from .pairing import Piece
from .rules import Violation

PROVIDER = rules.ANTHROPIC
LONGEST_NAME = 200
MOST_MARKS = 4
MOST_MESSAGES = 100_000
THINKING = ("thinking", "redacted_thinking")
_ROLES = ("user", "assistant", "system")
_IN_ASSISTANT = ("tool_use", "server_tool_use", "mcp_tool_use", *THINKING)


def blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the blocks of a message; those of a text are one of text."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def is_server_call(block: dict[str, Any]) -> bool:
    """Tell whether a block is a call of a tool that the server runs itself."""
    return str(block["type"]).endswith("_tool_use")


def is_server_result(block: dict[str, Any]) -> bool:
    """Tell whether a block is the result of a tool that the server ran itself."""
    return str(block["type"]).endswith("_tool_result")


def turns(messages: Sequence[dict[str, Any]]) -> list[int]:
    """Number the turns: neighbouring messages of one role are one."""
    numbers: list[int] = []
    for index, message in enumerate(messages):
        same = index > 0 and messages[index - 1]["role"] == message["role"]
        numbers.append(numbers[-1] + (not same) if numbers else 0)
    return numbers


def pieces(messages: Sequence[dict[str, Any]]) -> list[Piece]:
    """Cut a history into calls, results and the rest."""
    found = []
    for index, (message, turn) in enumerate(zip(messages, turns(messages), strict=True)):
        for part, block in enumerate(blocks(message)):
            piece = Piece(index, part, _place(message, index, part), turn)
            if block["type"] == "tool_use":
                piece.kind, piece.id, piece.name = "call", block["id"], block["name"]
            elif block["type"] == "tool_result":
                piece.kind, piece.id = "result", block["tool_use_id"]
            found.append(piece)
    return found


def server_pieces(messages: Sequence[dict[str, Any]]) -> list[Piece]:
    """Give the server's calls and results; a result may come any time after its call."""
    found = []
    for index, message in enumerate(messages):
        for part, block in enumerate(blocks(message)):
            if is_server_call(block):
                place = _place(message, index, part)
                found.append(Piece(index, part, place, 0, "call", block["id"], block["name"]))
            elif is_server_result(block):
                place = _place(message, index, part)
                found.append(Piece(index, part, place, 0, "result", block["tool_use_id"]))
    return found


def in_flight(messages: Sequence[dict[str, Any]]) -> set[int]:
    """Give the messages whose server calls may still wait: those of the last turn of the assistant.

    Nothing but results of other calls may stand behind it.
    """
    numbers = turns(messages)
    last = max(
        (index for index, message in enumerate(messages) if message["role"] == "assistant"), default=-1
    )
    rest = (block for message in messages[last + 1 :] for block in blocks(message))
    if last < 0 or any(block["type"] != "tool_result" for block in rest):
        return set()
    return {index for index, number in enumerate(numbers) if number == numbers[last]}


def _place(message: dict[str, Any], index: int, part: int) -> str:
    whole = isinstance(message["content"], str)
    return f"messages[{index}].content" if whole else f"messages[{index}].content[{part}]"


def violations(messages: Sequence[dict[str, Any]], system: Any, tools: Any) -> Iterator[Violation]:
    """Say what is wrong with a history; where its shape is wrong, only that."""
    wrong = [each for index, message in enumerate(messages) for each in _shape(message, f"messages[{index}]")]
    wrong += shapes.content(system, "system", PROVIDER)
    if wrong:
        yield from wrong
        return
    if not messages:
        yield rules.NO_MESSAGES.at(PROVIDER, "messages")
    if len(messages) > MOST_MESSAGES:
        yield rules.TOO_MANY_MESSAGES.at(PROVIDER, "messages", f"{len(messages):,}")
    hosted = server_pieces(messages)
    yield from _calls(messages, hosted)
    yield from _server_calls(messages, hosted)
    for part, block in enumerate(system if isinstance(system, list) else ()):
        yield from _text(block, f"system[{part}]")
    for index, message in enumerate(messages):
        yield from _message(message, index, last=index == len(messages) - 1)
    yield from _thinking_last(messages)
    yield from _cache_marks(messages, system, tools)
    yield from _on_request(messages)


def _shape(message: dict[str, Any], place: str) -> Iterator[Violation]:
    role = message.get("role")
    if role not in _ROLES:
        what = f"the role {role!r} is none of {', '.join(_ROLES)}"
        yield rules.UNKNOWN_ROLE.at(PROVIDER, f"{place}.role", what)
    content = message.get("content")
    if isinstance(content, str):
        return
    yield from shapes.typed(message, "content", place, PROVIDER, list)
    wrong = list(shapes.content(content, f"{place}.content", PROVIDER))
    yield from wrong
    for part, block in enumerate(content if isinstance(content, list) and not wrong else ()):
        within = f"{place}.content[{part}]"
        if block["type"] == "tool_use" or is_server_call(block):
            yield from shapes.typed(block, "id", within, PROVIDER)
            yield from shapes.typed(block, "name", within, PROVIDER)
        elif block["type"] == "tool_result" or is_server_result(block):
            yield from shapes.typed(block, "tool_use_id", within, PROVIDER)
        if block["type"] == "tool_result" and not isinstance(block.get("content"), str | None):
            yield from shapes.objects(block["content"], f"{within}.content", PROVIDER)


# ---- calls and results


def _calls(messages: Sequence[dict[str, Any]], hosted: Sequence[Piece]) -> Iterator[Violation]:
    found = pieces(messages)
    pairing.pair(found)
    mark_repeated([*found, *(piece for piece in hosted if piece.kind == "call")])
    yield from pairing.violations(found, PROVIDER)


def mark_repeated(found: Sequence[Piece]) -> None:
    """Mark the calls whose id a call before them has: here ids are unique in the whole history."""
    seen: set[str | None] = set()
    for piece in found:
        if piece.kind == "call":
            piece.repeated = piece.id in seen
            seen.add(piece.id)


def _server_calls(messages: Sequence[dict[str, Any]], hosted: Sequence[Piece]) -> Iterator[Violation]:
    pairing.pair(hosted, anywhere=True)
    waiting = in_flight(messages) if hosted else ()
    for piece in hosted:
        if piece.kind == "call" and (not piece.partner or piece.partner.fate) and piece.index not in waiting:
            yield rules.UNANSWERED_SERVER_CALL.at(PROVIDER, piece.place, piece.shown)
        if piece.kind == "result" and piece.fate == "duplicate":
            yield rules.DUPLICATE_RESULT.at(PROVIDER, piece.place, piece.shown)
        elif piece.kind == "result" and piece.fate:
            yield rules.ORPHAN_SERVER_RESULT.at(PROVIDER, piece.place, piece.shown)


# ---- messages and blocks


def _message(message: dict[str, Any], index: int, *, last: bool) -> Iterator[Violation]:
    place, content, role = f"messages[{index}]", message["content"], message["role"]
    final = last and role == "assistant"
    if content in ("", []):
        if not final:
            yield rules.EMPTY_MESSAGE.at(PROVIDER, f"{place}.content", f"{role} message")
        return
    found = blocks(message)
    for part, block in enumerate(found):
        if not _is_plain(block):
            yield from _block(block, _place(message, index, part), role)
    if (
        final
        and found[-1]["type"] == "text"
        and found[-1]["text"].strip()
        and found[-1]["text"][-1].isspace()
    ):
        yield rules.TRAILING_WHITE_SPACE.at(PROVIDER, _place(message, index, len(found) - 1))


def home_of(block: dict[str, Any], role: str) -> str:
    """Give the role in whose messages a block may stand; it is any, for most."""
    return (
        "assistant" if block["type"] in _IN_ASSISTANT else "user" if block["type"] == "tool_result" else role
    )


def _is_plain(block: dict[str, Any]) -> bool:
    """Whether a block is a text that says something: no more can be wrong with it."""
    return block["type"] == "text" and not block["text"].isspace() and bool(block["text"])


def _block(block: dict[str, Any], place: str, role: str) -> Iterator[Violation]:
    kind = block["type"]
    if (home := home_of(block, role)) != role:
        what = f"a block of type {kind!r} may stand in messages of {home} only, not of {role}"
        yield rules.WRONG_ROLE.at(PROVIDER, place, what)
    yield from _text(block, place)
    if kind == "tool_use":
        yield from _call(block, place)
    elif kind == "tool_result":
        yield from _result(block, place)
    elif kind in THINKING:
        if not block.get("data" if kind == "redacted_thinking" else "signature"):
            yield rules.THINKING_SIGNATURE.at(PROVIDER, place, kind)
        if block.get("cache_control"):
            yield rules.CACHE_MARK_PLACE.at(PROVIDER, place, kind)


def _text(block: dict[str, Any], place: str) -> Iterator[Violation]:
    if block["type"] == "text" and not block["text"].strip():
        yield (rules.BLANK_TEXT if block["text"] else rules.EMPTY_TEXT).at(PROVIDER, place)


def _call(block: dict[str, Any], place: str) -> Iterator[Violation]:
    if not isinstance(block.get("input"), dict):
        what = f"the input of a call is an object, not {type(block.get('input')).__name__}"
        yield rules.ARGUMENTS_SHAPE.at(PROVIDER, f"{place}.input", what)
    yield from shapes.tool_name(block["name"], f"{place}.name", PROVIDER, LONGEST_NAME)
    if not shapes.is_legal(block["id"]):
        yield rules.CALL_ID.at(
            PROVIDER, f"{place}.id", f"is {block['id']!r}; letters, digits, `_` and `-` are allowed"
        )


def _result(block: dict[str, Any], place: str) -> Iterator[Violation]:
    content = block.get("content")
    if block.get("is_error") and not content:
        yield rules.EMPTY_ERROR_RESULT.at(PROVIDER, place)
    elif content == []:
        yield rules.EMPTY_RESULT_LIST.at(PROVIDER, f"{place}.content")
    for part, inner in enumerate(content if isinstance(content, list) else ()):
        if shapes.is_part(inner):
            yield from _text(inner, f"{place}.content[{part}]")
        else:
            yield rules.PART_TYPE.at(PROVIDER, f"{place}.content[{part}]", "a block of a result has no type")


def _thinking_last(messages: Sequence[dict[str, Any]]) -> Iterator[Violation]:
    """An assistant's turn does not end with thinking."""
    numbers = turns(messages)
    for index, message in enumerate(messages):
        ends = index + 1 == len(messages) or numbers[index + 1] != numbers[index]
        found = blocks(message) if message["role"] == "assistant" and ends else []
        if found and found[-1]["type"] in THINKING:
            yield rules.THINKING_LAST.at(PROVIDER, _place(message, index, len(found) - 1))


# ---- cache marks


def marked(
    messages: Sequence[dict[str, Any]], system: Any, tools: Any
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what bears a cache mark with its place, in the order of the prompt: tools, system, messages."""
    for index, tool in enumerate(tools if isinstance(tools, list | tuple) else ()):
        if isinstance(tool, dict) and tool.get("cache_control"):
            yield f"tools[{index}]", tool
    yield from _marked(system, "system")
    for index, message in enumerate(messages):
        yield from _marked(message["content"], f"messages[{index}].content")


def _marked(content: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for part, block in enumerate(content if isinstance(content, list) else ()):
        if block.get("type") == "tool_result":
            yield from _marked(block.get("content"), f"{place}[{part}].content")
        if block.get("cache_control"):
            yield f"{place}[{part}]", block


def _cache_marks(messages: Sequence[dict[str, Any]], system: Any, tools: Any) -> Iterator[Violation]:
    short = False
    for number, (place, block) in enumerate(marked(messages, system, tools), start=1):
        long = isinstance(block["cache_control"], dict) and block["cache_control"].get("ttl") == "1h"
        if number > MOST_MARKS:
            yield rules.TOO_MANY_CACHE_MARKS.at(PROVIDER, place, number)
        if long and short:
            yield rules.CACHE_MARK_ORDER.at(PROVIDER, place)
        short = short or not long


# ---- what depends on the model or the request


def _on_request(messages: Sequence[dict[str, Any]]) -> Iterator[Violation]:
    for index, message in enumerate(messages):
        if message["role"] == "system":
            yield rules.SYSTEM_IN_MESSAGES.at(PROVIDER, f"messages[{index}]")
    if messages and messages[-1]["role"] == "assistant":
        yield rules.TRAILING_ASSISTANT.at(PROVIDER, f"messages[{len(messages) - 1}]")
    numbers = turns(messages)
    last = max((index for index, each in enumerate(messages) if each["role"] == "assistant"), default=None)
    if last is None:
        return
    first = numbers.index(numbers[last])
    turn = [block for message in messages[first : last + 1] for block in blocks(message)]
    if any(block["type"] == "tool_use" for block in turn) and turn[0]["type"] not in THINKING:
        yield rules.THINKING_FIRST.at(PROVIDER, f"messages[{first}]")
