"""What Anthropic bills for messages, in tokens of the base counter, which an `Estimate` scales.

Anthropic's tokenizer is not public, and neither is its framing: the figures are fitted to recorded bills.
"""

import re
from dataclasses import dataclass
from math import ceil

from ..plain import JSON
from .image_sizes import Size, decoded, fitted, image_size, pages
from .tallies import ESTIMATE, NOTHING, Count, Tally, between, compact, fields, items, loose, text_of, total

FACTOR = 1.18
"""The provider's tokens for each token of the base, for which images have to be divided."""


@dataclass(frozen=True, slots=True)
class Framing:
    """What stands around texts, in tokens of the base.

    Attributes:
        fixed: Of a request.
        message: Of each message.
        system: Of a system prompt.
        call: Of a call, without its name and its input.
        result: Of a result.
        document: Of a document that is text.
        tools: Before tool definitions, for Claude 4.5 and 4.6, where the model may choose freely.
        tools_short: The same for earlier and later models.
        tool_percent: Of a definition, of its JSON, in per cent.
    """

    fixed: int = 4
    message: int = 2
    system: int = 3
    call: int = 26
    result: int = 16
    document: int = 30
    tools: int = 421
    tools_short: int = 266
    tool_percent: int = 90


FRAMING = Framing()

_SETTINGS = 40  # tokens that settings can cost which are not among messages: thinking, effort
_TOOL_SETTINGS = 220  # the same where there are tools: a choice that forces one, an output format
_SHORTER = 150  # tokens by which the preamble of tools is shorter for some models

_SERVER = {
    "advisor": 1_500,
    "bash": 250,
    "code_execution": 4_500,
    "computer": 750,
    "memory": 1_500,
    "text_editor": 700,
    "tool_search_tool": 230,
    "web_fetch": 2_500,
    "web_search": 2_200,
}
"""Tokens that come with a tool that Anthropic defines, and with what it finds on a usual day."""

_AT_CLIENT = ("bash", "computer", "memory", "text_editor")
_VERSION = re.compile(r"-(\d{1,2})(?:[-.](\d{1,2}))?(?![\d.])")


def _version(model: str | None) -> tuple[int, int]:
    found = _VERSION.search(model or "")
    return (int(found[1]), int(found[2] or 0)) if found else (4, 5)


def keeps_thinking(model: str | None) -> bool:
    """Whether a model is shown the thinking of earlier turns: Opus 4.5 is, and others from 4.6 on."""
    version = _version(model)
    return version >= (4, 6) or (version == (4, 5) and "opus" in (model or ""))


def anthropic_message(message: JSON, count: Count, framing: Framing = FRAMING) -> Tally:
    """Count a message."""
    return _blocks(fields(message).get("content"), count, framing).framed(framing.message)


def _blocks(content: JSON, count: Count, framing: Framing, depth: int = 0) -> Tally:
    if isinstance(content, str):
        return Tally(count(content))
    if depth > 20:
        return NOTHING
    return total([_block(block, count, framing, depth) for block in items(content)])


def _block(given: JSON, count: Count, framing: Framing, depth: int) -> Tally:
    block = fields(given)
    kind = text_of(block.get("type"))
    if kind == "text":
        return Tally(count(text_of(block.get("text"))))
    if kind == "thinking":
        return Tally(count(text_of(block.get("thinking"))), basis=ESTIMATE)
    if kind.endswith("tool_use"):
        arguments = count(compact(block["input"])) if block.get("input") else 0
        return Tally(framing.call + count(text_of(block.get("name"))) + arguments)
    if kind.endswith("tool_result"):
        content = block.get("content")
        content = [content] if isinstance(content, dict) else content
        return _blocks(content, count, framing, depth + 1).framed(framing.result)
    if kind == "document":
        return _document(block, count, framing, depth)
    return _image(fields(block.get("source"))) if kind == "image" else _other(given, kind, count)


def _other(block: JSON, kind: str, count: Count) -> Tally:
    if kind == "container_upload":
        return between(50, 0, None)
    if kind in ("tool_reference", "tool_addition"):
        return between(60, 0, 2_000)  # the definition of a tool that was left out before
    tally = loose(block, count)
    for key in ("data", "encrypted_content"):
        hidden = len(text_of(fields(block).get(key))) // 5
        tally += between(hidden, 0, 2 * hidden)
    return tally


def _image(source: dict[str, JSON]) -> Tally:
    data = text_of(source.get("data"))
    size = image_size(data) if data else None
    if size is None:
        return between(500, 1, 4_784)
    # Newer models take images of up to 2,576 pixels and 4,784 tokens.
    usual, large = _pixels(size, 1_568, 1_640), _pixels(size, 2_576, 4_784)
    return between(usual, usual * 9 // 10, large + 10)


def _pixels(size: Size, longest: int, most: int) -> int:
    width, height = fitted(size, longest=longest)
    return min(most, ceil(width * height / 750))


def _document(block: dict[str, JSON], count: Count, framing: Framing, depth: int) -> Tally:
    source = fields(block.get("source"))
    data = text_of(source.get("data"))
    about = count(text_of(block.get("title"))) + count(text_of(block.get("context")))
    tally = Tally(framing.document + about)
    if source.get("type") == "text":
        return tally + Tally(count(data))
    if source.get("type") == "content":
        return tally + _blocks(source.get("content"), count, framing, depth + 1)
    if text_of(source.get("media_type")).startswith("text/") and data:
        return tally + Tally(count(decoded(data).decode("utf-8", "replace")))
    if not data:
        return tally + between(2_500, 10, None)
    number = max(1, pages(data))
    return tally + between(number * 1_700, number * 100, number * 4_000 + len(data) // 4)


def anthropic_around(
    count: Count, system: JSON, tools: JSON, model: str | None = None, framing: Framing = FRAMING
) -> Tally:
    """Count what stands around the messages."""
    tally = Tally(framing.fixed) + between(0, -10, _SETTINGS)
    blocks = [system] if isinstance(system, str) and system else items(system)
    if blocks:
        texts = [block if isinstance(block, str) else text_of(fields(block).get("text")) for block in blocks]
        tally += Tally(framing.system + sum(map(count, texts)))
    definitions = [fields(tool) for tool in items(tools)]
    if any(_is_own(tool) for tool in definitions):
        usual = (4, 5) <= _version(model) < (4, 7)
        tally += Tally(framing.tools if usual else framing.tools_short) + between(
            0, -_SHORTER, _TOOL_SETTINGS
        )
    return tally + total(_tool(tool, count, framing) for tool in definitions)


def _is_own(tool: dict[str, JSON]) -> bool:
    return (tool.get("type") or "custom") == "custom"


def _tool(tool: dict[str, JSON], count: Count, framing: Framing) -> Tally:
    if _is_own(tool):
        definition = {key: tool[key] for key in ("name", "description", "input_schema") if key in tool}
        tokens = count(compact(definition)) * framing.tool_percent // 100
        # A tool that is loaded when it is searched for costs nothing before.
        return between(0, 0, 2 * tokens) if tool.get("defer_loading") is True else Tally(tokens)
    kind = text_of(tool.get("type"))
    tokens = next((cost for start, cost in _SERVER.items() if kind.startswith(start)), 500)
    return between(tokens, 0, 4 * tokens if kind.startswith(_AT_CLIENT) else None)
