"""What Gemini bills for contents, in tokens of the base counter, which an `Estimate` scales.

Text, calls and tools are fitted to recorded bills; images, sounds and pages follow what Google published.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from ..plain import JSON
from .image_sizes import decoded, image_size, pages, squares
from .signatures import signature
from .tallies import ESTIMATE, NOTHING, Count, Tally, between, compact, fields, items, loose, text_of, total

FACTOR = 1.19
"""The provider's tokens for each token of the base."""

_TILE = 258
_DEEPEST = 20  # responses within the parts of responses


@dataclass(frozen=True, slots=True)
class Framing:
    """What stands around texts, in tokens of the base.

    Attributes:
        fixed: Of a request.
        call: Of a call, without its name and its arguments.
        result: Of a result, without the name and the response.
        tool: Of a tool definition.
        tool_percent: Of a definition, of its type in TypeScript, in per cent.
        thought: Tokens, the provider's own, for a thousand characters of a signature. Gemini 3 bills the
            thoughts again, earlier models do not.
    """

    fixed: int = 1
    call: int = 7
    result: int = 8
    tool: int = 7
    tool_percent: int = 130
    thought: int = 205


FRAMING = Framing()
_BEFORE_3 = replace(FRAMING, thought=0)
_BEFORE_2_5 = replace(_BEFORE_3, tool=2, tool_percent=37)
_VERSION = re.compile(r"gemini-(\d{1,2})(?:\.(\d{1,2}))?(?!\d)")


@cache
def framing_of(model: str | None) -> Framing:
    """Find a model's framing; one that nobody named is taken for a new one.

    >>> framing_of("gemini-2.5-pro").thought, framing_of("gemini-3-flash-preview").thought
    (0, 205)
    """
    found = _VERSION.search(model or "")
    version = (int(found[1]), int(found[2] or 0)) if found else (3, 0)
    return FRAMING if version >= (3, 0) else _BEFORE_3 if version >= (2, 5) else _BEFORE_2_5


_SERVER = {"codeExecution": 190, "googleSearch": 50, "fileSearch": 90, "urlContext": 200}
"""Tokens that come with a tool that runs at Google, as far as they are billed as input."""


def gemini_content(content: JSON, count: Count, framing: Framing = FRAMING) -> Tally:
    """Count a content."""
    content = fields(content)
    parts = content.get("parts")
    if isinstance(parts, str):
        return Tally(count(parts))
    return total(_part(fields(part), count, framing) for part in items(parts))


def _part(part: dict[str, JSON], count: Count, framing: Framing, depth: int = 0) -> Tally:
    given = {_camel(key): value for key, value in part.items()}
    tally = _thought(text_of(given.get("thoughtSignature")), framing)
    if isinstance(given.get("text"), str):
        return tally + Tally(count(given["text"]))
    if "functionCall" in given:
        call = fields(given["functionCall"])
        return tally + Tally(
            framing.call + count(text_of(call.get("name"))) + count(compact(call.get("args") or {}))
        )
    if "functionResponse" in given and depth < _DEEPEST:
        answer = fields(given["functionResponse"])
        media = total(_part(fields(each), count, framing, depth + 1) for each in items(answer.get("parts")))
        text = count(text_of(answer.get("name"))) + count(compact(answer.get("response") or {}))
        return tally + Tally(framing.result + text) + media
    for key in ("inlineData", "fileData"):
        if key in given:
            return tally + _media(fields(given[key]), count)
    given.pop("thoughtSignature", None)
    return tally + loose(given, count)


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _thought(signed: str, framing: Framing) -> Tally:
    """Estimate the thoughts that a signature stands for."""
    if not signed:
        return NOTHING
    return between(len(signed) * framing.thought // 1_000, 0, len(signed) * framing.thought // 880 + 20)


def _media(media: dict[str, JSON], count: Count) -> Tally:
    kind = text_of(media.get("mimeType", media.get("mime_type")))
    data = text_of(media.get("data"))
    if kind.startswith("text/") and data:
        return Tally(5 + count(decoded(data).decode("utf-8", "replace")), basis=ESTIMATE)
    if kind.startswith("image/"):
        return _image(data)
    if kind == "application/pdf":
        number = max(1, pages(data))
        return between(number * _TILE, _TILE, number * 1_200 if data else None)
    if kind.startswith("audio/"):
        # 32 tokens a second, at 32 to 1,536 kilobits a second.
        return between(max(32, len(data) // 600), 1, 64 + len(data) // 160) if data else between(300, 1, None)
    if kind.startswith("video/"):
        return between(263, 60, None)
    return between(_TILE, 1, None)


def _image(data: str) -> Tally:
    size = image_size(data) if data else None
    if size is None:
        return between(_TILE, 64, 2_400)
    if max(size) <= 384:
        return between(_TILE, _TILE, 1_200)
    tiles = squares(size, 768)
    return between(_TILE * tiles, _TILE, max(1_200, _TILE * tiles))


def gemini_around(count: Count, system: JSON, tools: JSON, framing: Framing = FRAMING) -> Tally:
    """Count what stands around the contents."""
    tally = Tally(framing.fixed)
    if isinstance(system, str):
        tally += Tally(count(system))
    elif isinstance(system, list):
        tally += total(
            _part({"text": part} if isinstance(part, str) else fields(part), count, framing)
            for part in system
        )
    elif isinstance(system, dict):
        tally += (
            gemini_content(system, count, framing) if "parts" in system else _part(system, count, framing)
        )
    return tally + total(
        _tool(fields(tool), count, framing) for tool in ([tools] if isinstance(tools, dict) else items(tools))
    )


def _tool(tool: dict[str, JSON], count: Count, framing: Framing) -> Tally:
    tally = NOTHING
    for key, value in tool.items():
        name = _camel(key)
        if name == "functionDeclarations":
            tally += total(_function(fields(each), count, framing) for each in items(value))
        else:
            tally += between(_SERVER.get(name, 200), 0, None)
    return tally


def _function(tool: dict[str, JSON], count: Count, framing: Framing) -> Tally:
    given = {_camel(key): value for key, value in tool.items()}
    parameters = given.get("parametersJsonSchema", given.get("parameters"))
    text = signature(text_of(given.get("name")), text_of(given.get("description")), parameters)
    tokens = framing.tool + count(text) * framing.tool_percent // 100
    # Models before 2.5 are billed a third of it, and schemas with definitions cost more.
    return Tally(tokens) + between(0, -tokens * 3 // 4, tokens * 3 // 2)
