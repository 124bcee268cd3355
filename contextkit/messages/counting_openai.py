"""What OpenAI bills for messages of its Chat Completions and its Responses.

Text and framing follow what OpenAI published: `<|start|>role<|message|>content<|end|>` around each message,
`<|start|>assistant` before the answer, tools as types of TypeScript. What is not published, such as how a
call is framed, is fitted to recorded bills; `python -m benchmarks.billing` shows how far that holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from types import MappingProxyType

from ..plain import JSON
from .image_sizes import decoded, fitted, image_size, inline, pages, squares
from .signatures import signature
from .tallies import (
    CALIBRATED,
    ESTIMATE,
    NOTHING,
    Count,
    Tally,
    between,
    compact,
    fields,
    items,
    loose,
    text_of,
    total,
)

_MESSAGE = 3  # tokens around the role and the content of a message
_LOADED = 100  # tokens around tools that are added in the middle


@dataclass(frozen=True, slots=True)
class Family:
    """Models that are billed alike by one of the two interfaces.

    Attributes:
        fixed: Tokens before the answer.
        tools: Tokens around tool definitions, on top of the text there.
        call: Tokens around a call and its result, without names, arguments and output.
        channel: Tokens for the channel of an earlier answer.
        parallel: Tokens on top for several calls of one message.
        apart: Tokens on top for each call of a message but the first.
        shared: Tokens that a system message saves where there are tools: one message holds both.
        parameters: Tokens on top for each tool with parameters.
        further: Tokens on top for each tool but the first.
        described: Tokens on top for each parameter with a description, and for one of all parameters.
        tile: Tokens of an image, and of each of its tiles of 512 pixels.
        patch: Tokens for each patch of 32 pixels, for models that count patches and no tiles.
    """

    fixed: int
    tools: int
    call: int
    channel: int = 0
    parallel: int = 0
    apart: int = 0
    shared: int = 0
    parameters: int = -1
    further: int = -1
    described: int = 0
    tile: tuple[int, int] = (85, 170)
    patch: float = 0


_REASONING = Family(fixed=2, tools=2, call=11, channel=2, apart=4, described=1, tile=(70, 140))

FAMILIES: Mapping[tuple[str, bool], Family] = MappingProxyType(
    {
        ("openai-chat", False): Family(fixed=3, tools=3, call=5, parallel=13, apart=4, shared=4, further=0),
        ("openai-responses", False): Family(fixed=3, tools=-3, call=3),
        ("openai-chat", True): replace(_REASONING, tools=84),
        ("openai-responses", True): _REASONING,
    }
)
"""The families by interface, and by whether the models reason: the o series, GPT-5 and later do."""

_PATCHES = {"gpt-4.1-mini": 1.62, "gpt-4.1-nano": 2.46, "o4-mini": 1.72, "gpt-5-mini": 1.2, "gpt-5-nano": 1.5}
_TILES = {"gpt-4o-mini": (2_833, 5_667), "o1": (75, 150), "o3": (75, 150), "computer-use": (65, 129)}


def reasons(model: str | None) -> bool:
    """Whether a model is one of those that reason; one that nobody named is taken for a new one."""
    return not (model or "").rpartition("/")[2].startswith(("gpt-3", "gpt-4", "chatgpt-4"))


def family(
    provider: str, model: str | None, families: Mapping[tuple[str, bool], Family] = FAMILIES
) -> Family:
    """Find a model's family."""
    name = (model or "gpt-5").rpartition("/")[2]
    found = families[provider, reasons(model)]
    if name.startswith(("o1", "o3", "o4", "computer-use")):
        found = replace(found, channel=0)
    for start, patch in _PATCHES.items():
        if name.startswith(start):
            return replace(found, patch=patch)
    for start, tile in _TILES.items():
        if name.startswith(start):
            return replace(found, tile=tile)
    return found


def chat_message(message: JSON, count: Count, models: Family) -> Tally:
    """Count a message of Chat Completions."""
    message = fields(message)
    framing = _MESSAGE + count(text_of(message.get("role")))
    name = text_of(message.get("name"))
    if name:
        framing += 1 + count(name)
    parts = [_content(message.get(key), count, models) for key in ("content", "refusal")]
    calls = list(_chat_calls(message, count, models))
    if len(calls) > 1:
        framing += models.parallel + models.apart * (len(calls) - 1)
    return total([Tally(framing), *parts, *calls])


def _chat_calls(message: dict[str, JSON], count: Count, models: Family) -> Iterator[Tally]:
    calls = [fields(call) for call in items(message.get("tool_calls"))]
    functions = [fields(call.get("function")) or fields(call.get("custom")) for call in calls]
    if isinstance(message.get("function_call"), dict):
        functions.append(message["function_call"])
    for function in functions:
        yield _call(function, count, models)


def _call(call: dict[str, JSON], count: Count, models: Family) -> Tally:
    # A call's result names the tool again; it is counted here, where the name is known.
    given = call.get("arguments", call.get("input"))
    arguments = given if isinstance(given, str) else "" if given is None else compact(given)
    name = text_of(call.get("name"))
    names = count(name) + count(name)
    if isinstance(call.get("namespace"), str):
        names += 2 + count(call["namespace"])
    return Tally(models.call + names + count(arguments), basis=CALIBRATED)


def responses_item(item: JSON, count: Count, models: Family) -> Tally:
    """Count an item of the Responses' input."""
    item = fields(item)
    kind = text_of(item.get("type")) or "message"
    framing = Tally(_MESSAGE + 1)
    if kind == "message":
        role = text_of(item.get("role"))
        channel = models.channel if role == "assistant" else 0
        return Tally(_MESSAGE + count(role) + channel) + _content(item.get("content"), count, models)
    if kind in ("function_call", "custom_tool_call"):
        return framing + _call(item, count, models)
    if kind in ("function_call_output", "custom_tool_call_output"):
        return framing + _content(item.get("output"), count, models)
    if kind in ("additional_tools", "tool_search_output"):
        return Tally(_LOADED, basis=ESTIMATE) + tool_definitions(item.get("tools"), count, models)
    encrypted = item.get("encrypted_content")
    if kind in ("reasoning", "compaction"):
        return _opaque(encrypted) if isinstance(encrypted, str) else NOTHING
    return between(100, 0, None) if kind == "item_reference" else framing + loose(item, count)


def _opaque(encrypted: str) -> Tally:
    """Estimate reasoning from the length of its encrypted form: it is Base64, over a header of 700 bytes."""
    likely = max(20, (len(encrypted) - 950) // 5)
    return between(likely, 0, 64 + 2 * likely)


def _content(content: JSON, count: Count, models: Family) -> Tally:
    if isinstance(content, str):
        return Tally(count(content))
    return total(_part(fields(part), count, models) for part in items(content))


def _part(part: dict[str, JSON], count: Count, models: Family) -> Tally:
    kind = part.get("type")
    for key in ("text", "refusal"):
        if isinstance(part.get(key), str):
            return Tally(count(part[key]))
    if kind in ("image_url", "input_image"):
        return _image(part, models)
    if kind in ("file", "input_file"):
        return _file(fields(part.get("file")) or part, count)
    if kind == "input_audio":
        audio = text_of(fields(part.get("input_audio")).get("data"))
        return between(max(10, len(audio) // 4_000), 1, 10 + len(audio) // 200)
    return loose(part, count)


def _image(part: dict[str, JSON], models: Family) -> Tally:
    given = part.get("image_url")
    url = text_of(fields(given).get("url")) if isinstance(given, dict) else text_of(given)
    detail = fields(given).get("detail") if isinstance(given, dict) else part.get("detail")
    found = inline(url)
    size = image_size(found[1]) if found else None
    if models.patch:
        return _patches(size, models.patch)
    fixed, tile = models.tile
    if detail == "low":
        return between(fixed, fixed, fixed)
    if size is None:
        return between(fixed + 3 * tile, fixed, fixed + 6 * tile)
    tokens = fixed + tile * squares(fitted(fitted(size, longest=2_048), shortest=768), 512)
    return between(tokens, tokens, tokens)


_MOST_PATCHES = 1_536


def _patches(size: tuple[int, int] | None, factor: float) -> Tally:
    if size is None:
        return between(ceil(300 * factor), 1, ceil(_MOST_PATCHES * factor))
    patches = min(squares(size, 32), _MOST_PATCHES)
    tokens = ceil(patches * factor)
    return between(tokens, tokens * 9 // 10, tokens)


def _file(file: dict[str, JSON], count: Count) -> Tally:
    """Estimate a file: a text's own tokens, or for each page of a PDF its text and its picture."""
    found = inline(text_of(file.get("file_data")))
    if found and found[0].startswith("text/"):
        text = decoded(found[1]).decode("utf-8", "replace")
        return Tally(22 + count(text), basis=ESTIMATE)
    if found:
        number = max(1, pages(found[1]))
        most = number * 3_000 + len(found[1]) // 4
        return between(number * 400, number * 5, most)
    return between(1_000, 10, None)


def tool_definitions(tools: JSON, count: Count, models: Family, depth: int = 0) -> Tally:
    """Count the definitions of tools, without what stands around all of them."""
    return total(_tool(fields(tool), count, models, depth) for tool in items(tools))


_SERVER = {
    "web_search": 8_000,
    "web_search_preview": 8_000,
    "file_search": 900,
    "image_generation": 2_000,
    "code_interpreter": 500,
    "tool_search": 60,
}
"""Tokens that come with a tool that runs at OpenAI: its instructions, and what it finds on a usual day."""


def _tool(tool: dict[str, JSON], count: Count, models: Family, depth: int) -> Tally:
    kind = tool.get("type")
    if kind == "namespace" and depth < 20:
        return tool_definitions(tool.get("tools"), count, models, depth + 1)
    if kind not in (None, "function", "custom"):
        return between(_SERVER.get(text_of(kind), 1_000), 0, None)
    function = fields(tool.get("function")) or fields(tool.get("custom")) or tool
    parameters = fields(function.get("parameters"))
    text = signature(text_of(function.get("name")), text_of(function.get("description")), parameters)
    if tool.get("defer_loading") is True:  # it costs nothing before it is searched for
        return between(0, 0, len(text) * 2 // 3)
    properties = fields(parameters.get("properties"))
    described = sum("description" in fields(each) for each in (parameters, *properties.values()))
    more = models.parameters if properties else 0
    return Tally(count(text) + more + models.described * described, basis=CALIBRATED)


_AROUND = "# Tools\n\n## functions\n\nnamespace functions {\n\n} // namespace functions"


def openai_around(count: Count, models: Family, system: JSON, tools: JSON) -> Tally:
    """Count what stands around the messages or the input."""
    tally = Tally(models.fixed)
    if system:
        tally += chat_message(_system_message(system), count, models)
    number = len(items(tools))
    if number:
        shared = models.shared if system else 0
        tally += Tally(count(_AROUND) + models.tools + models.further * (number - 1) - shared)
        tally += tool_definitions(tools, count, models)
    return tally


def _system_message(system: JSON) -> dict[str, JSON]:
    if isinstance(system, dict) and "role" in system:
        return system
    return {"role": "system", "content": system}
