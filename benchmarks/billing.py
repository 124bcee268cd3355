"""How well messages are counted: `python -m benchmarks.billing [--data DIR] [--halves]`.

Without `--data`, on requests whose tokens OpenAI has published, and some that were counted by hand. With it,
on each request of `recorded_requests.jsonl.gz` in the folder or below it: JSON Lines with `provider`,
`source`, `request` and `usage`, as a provider billed it. What was read from or written to a cache is part of
the bill.

A request belongs to the first of these classes that fits it: it has tools that run at the provider (`server
tools`); files, sounds or videos; images; a bill for something else than the record shows (`hidden`), such as
a conversation that the provider keeps; tools or calls; nothing but text, also where the text was once a file.
Errors are in per cent of the bill.

`--halves` fits the constants anew, from nothing, on the requests of one half of the sources, and says how far
off they are on the other half, and the other way around: what to expect of requests that nobody has seen.
"""

import argparse
import dataclasses
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations
from pathlib import Path
from statistics import mean
from typing import Any

from contextkit.messages import counting_anthropic, counting_gemini, counting_openai
from contextkit.messages.counting import Counted, count_messages
from contextkit.messages.old_reasoning import without_old_reasoning
from contextkit.messages.tallies import Tally, total
from contextkit.tokens.counters import GEMINI, EncodingCounter, token_counter

from .billing_examples import EXAMPLES

CLASSES = ("text", "tools", "images", "files", "server tools", "hidden")
HIDDEN = {
    "previous_response_id": "the provider keeps the messages before it",
    "conversation_id_explicit": "the provider keeps the messages before it",
    "reasoning_mode_pro": "the answer was made in several passes",
    "native_output": "the schema of the answer is billed, and is no part of the record",
    "responses_verbosity": "its usage is a stand-in: 10, 1 and 11, as in three other records",
    "yaml_document_url": "a line was changed since: the server gave 12,515 bytes, and the record has 12,574",
}
"""Parts of the names of sources whose bills are for something else than the record shows, and why.

Records of Gemini are whole: a schema of the answer is in them, and costs nothing.
"""

GEMINI_MODELS = {
    "google_tool_config_any_with_tool_without_args": "gemini-2.0-flash",
    "google_model_structured_output": "gemini-2.0-flash",
    "multiple_agent_tool_calls": "gemini-2.0-flash-exp",
    "google_default_tools_use_validated_mode": "gemini-2.5-flash",
    "google_validated_accepts": "gemini-2.5-flash",
    "google_prompted_output_with_tools": "gemini-2.5-pro",
    "google_2_5": "gemini-2.5-flash",
}
"""Models before Gemini 3, by parts of the names of sources: of a request to Gemini the model stands in the
address, which the records lack."""

_FILES = ("file", "input_file", "input_audio", "document", "container_upload", "fileData")
_IMAGES = ("image", "image_url", "input_image")
_SERVER_ITEMS = (
    *("web_search_call", "tool_search_call", "tool_search_output", "image_generation_call"),
    *("server_tool_use", "mcp_tool_use", "compaction"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """A request with its bill.

    Attributes:
        provider: As `count_messages` names it.
        source: Where it is from.
        model: The model, if it is known.
        messages: The messages.
        system: The system prompt beside them.
        tools: The tool definitions.
        billed: The bill, in tokens.
    """

    provider: str
    source: str
    model: str | None
    messages: list[dict[str, Any]]
    system: Any
    tools: Any
    billed: int

    @property
    def kind(self) -> str:
        """The class of the request."""
        found = set(_kinds(self.messages))
        tools = [self.tools] if isinstance(self.tools, dict) else self.tools or []
        if any(map(_at_server, tools)) or found & {*_SERVER_ITEMS}:
            return "server tools"
        if found & {*_FILES}:
            return "files"
        if found & {*_IMAGES}:
            return "images"
        if self.provider != "gemini" and any(part in self.source for part in HIDDEN):
            return "hidden"
        return "tools" if tools or found & {"call"} else "text"


def _kinds(value: Any) -> Iterator[str]:
    """Give the kinds of all blocks in messages."""
    if isinstance(value, list):
        for each in value:
            yield from _kinds(each)
    if not isinstance(value, dict):
        return
    yield str(value.get("type"))
    if {"tool_calls", "functionCall"} & value.keys() or str(value.get("type")) in (
        "tool_use",
        "function_call",
    ):
        yield "call"
    data = value.get("inlineData") or value.get("fileData")
    if data:
        yield "image" if data.get("mimeType", "").startswith("image/") else "file"
    for key in ("content", "parts", "output", "functionResponse"):
        yield from _kinds(value.get(key))


def _at_server(tool: dict[str, Any]) -> bool:
    if {"functionDeclarations", "function_declarations"} & tool.keys():
        return False
    return tool.get("type", "custom") not in ("function", "custom") or not {"name", "function"} & tool.keys()


def recorded(folder: Path) -> Iterator[Case]:
    """Read the recorded requests."""
    name = "recorded_requests.jsonl.gz"
    file = next(folder.rglob(name), folder / name)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            request, usage = record["request"], record["usage"]
            messages = request.get("messages") or request.get("input") or request.get("contents")
            cached = (usage.get(f"cache_{kind}_input_tokens") or 0 for kind in ("read", "creation"))
            billed = usage.get("prompt_tokens") or usage.get("promptTokenCount") or usage["input_tokens"]
            yield Case(
                provider={"google": "gemini"}.get(record["provider"], record["provider"]),
                source=record["source"],
                model=request.get("model") or _gemini_model(record["source"]),
                messages=[{"role": "user", "content": messages}] if isinstance(messages, str) else messages,
                system=request.get("system")
                or request.get("instructions")
                or request.get("systemInstruction"),
                tools=request.get("tools"),
                billed=billed + sum(cached),
            )


def _gemini_model(source: str) -> str | None:
    return next((model for part, model in GEMINI_MODELS.items() if part in source), None)


def counted(case: Case) -> Counted:
    """Count a request as users do."""
    return count_messages(
        case.messages,
        case.provider,  # type: ignore[arg-type]
        model=case.model,
        system=case.system,
        tools=case.tools,
    )


def table(cases: list[Case]) -> Iterator[str]:
    """Give the lines of the table: a provider's classes, then its worst misses."""
    yield (
        f"{'provider':<17} {'class':<13} {'requests':>8} {'exact':>6} {'<= 3':>6} {'error':>7} {'worst':>7} "
        f"{'bound':>6}"
    )
    for provider in ("openai-chat", "openai-responses", "anthropic", "gemini"):
        for kind in CLASSES:
            chosen = [case for case in cases if (case.provider, case.kind) == (provider, kind)]
            if chosen:
                yield f"{provider:<17} {kind:<13} {_row(chosen)}"
    chosen = [case for case in cases if case.provider.startswith("openai")]
    for kind in ("text", "tools"):
        yield f"{'both of OpenAI':<17} {kind:<13} {_row([case for case in chosen if case.kind == kind])}"


def _row(cases: list[Case]) -> str:
    figures = [(counted(case), case.billed) for case in cases]
    number = max(1, len(figures))
    off = [figure.tokens - billed for figure, billed in figures]
    errors = [abs(figure.tokens - billed) / billed for figure, billed in figures]
    within = [
        figure.low <= billed and (figure.high is None or billed <= figure.high) for figure, billed in figures
    ]
    return (
        f"{len(figures):>8} {sum(each == 0 for each in off) / number:>6.0%} "
        f"{sum(abs(each) <= 3 for each in off) / number:>6.0%} "
        f"{mean(errors or [0]):>7.1%} {max(off, key=abs, default=0):>+7} {sum(within) / number:>6.0%}"
    )


# Fitting: a group of requests has constants of its own, a value whose whole numbers are searched for.

Constants = counting_openai.Family | counting_anthropic.Framing | counting_gemini.Framing
_EMPTY: Mapping[str, Constants] = {
    "openai": counting_openai.Family(3, 0, 0, parameters=0, further=0),
    "anthropic": counting_anthropic.Framing(0, 0, 0, 0, 0, 0, 0, 0, 100),
    "gemini": counting_gemini.Framing(0, 0, 0, 0, 100, 0),
}
_base = cache(EncodingCounter("o200k_base"))


def group(case: Case) -> str:
    """Give the name of the requests that share constants."""
    if case.provider.startswith("openai"):
        return f"{case.provider}, {'reasoning' if counting_openai.reasons(case.model) else 'plain'}"
    return case.provider


def figure(case: Case, constants: Constants) -> int:
    """Count a request with constants that are not those of the package."""
    messages = without_old_reasoning(case.messages, case.provider, case.model)
    if isinstance(constants, counting_openai.Family):
        return _openai_figure(case, messages, constants)
    if isinstance(constants, counting_anthropic.Framing):
        around = counting_anthropic.anthropic_around(_base, case.system, case.tools, case.model, constants)
        body = (counting_anthropic.anthropic_message(one, _base, constants) for one in messages)
        tally = total([around, *body])
        return _scaled(token_counter(case.model or "claude-sonnet-4-5"), tally)
    around = counting_gemini.gemini_around(_base, case.system, case.tools, constants)
    tally = total([around, *(counting_gemini.gemini_content(one, _base, constants) for one in messages)])
    return _scaled(GEMINI, tally)


def _scaled(counter: Any, tally: Tally) -> int:
    return int(counter.scale(tally.text)) + tally.other


def _openai_figure(case: Case, messages: list[dict[str, Any]], constants: counting_openai.Family) -> int:
    system, reasons = case.system, counting_openai.reasons(case.model)
    models = counting_openai.family(case.provider, case.model, {(case.provider, reasons): constants})
    message: Callable[..., Tally] = counting_openai.responses_item
    if case.provider == "openai-chat":
        message = counting_openai.chat_message
        system = next((one for one in messages if one["role"] in ("system", "developer")), None)
        messages = [one for one in messages if one is not system]
    tally = counting_openai.openai_around(_base, models, system, case.tools)
    tally += total(message(one, _base, models) for one in messages)
    return tally.text + tally.other


def fitted(cases: list[Case], start: Constants) -> Constants:
    """Search for the whole numbers with the smallest errors: one at a time, or two against each other."""
    names = [field.name for field in dataclasses.fields(start) if type(getattr(start, field.name)) is int]
    moves = [{name: 1} for name in names] + [{one: 1, two: -1} for one, two in permutations(names, 2)]
    moves += [{name: -1} for name in names]
    nothing = [figure(case, start) for case in cases]
    slopes = {name: _slopes(name, cases, start, nothing) for name in names}
    off = [float(tokens - case.billed) for tokens, case in zip(nothing, cases, strict=True)]
    weights = [1 / (20 + case.billed) for case in cases]
    best, least = dict.fromkeys(names, 0), _cost(off, weights)
    for step in (256, 64, 16, 4, 2, 1):
        improved = True
        while improved:
            improved = False
            for move in moves:
                tried = [
                    each + step * sum(sign * slopes[name][at] for name, sign in move.items())
                    for at, each in enumerate(off)
                ]
                if (found := _cost(tried, weights)) < least - 1e-12:
                    off, least, improved = tried, found, True
                    best = {name: value + step * move.get(name, 0) for name, value in best.items()}
    return dataclasses.replace(start, **{name: getattr(start, name) + more for name, more in best.items()})


def _slopes(name: str, cases: list[Case], start: Constants, nothing: list[int]) -> list[float]:
    """Give by how much each figure grows with a constant."""
    more = dataclasses.replace(start, **{name: getattr(start, name) + 1_000})
    return [(figure(case, more) - tokens) / 1_000 for case, tokens in zip(cases, nothing, strict=True)]


def _cost(off: Sequence[float], weights: list[float]) -> float:
    return sum(abs(each) * weight for each, weight in zip(off, weights, strict=True))


def halves(cases: list[Case]) -> Iterator[str]:
    """Give the lines of the table of what was fitted on one half, on the other."""
    heads = f"{'class':<8} {'requests':>8} {'exact':>6} {'<= 3':>6} {'error':>7}"
    yield f"{'fitted on the other half':<28} {heads}"
    for name in sorted({group(case) for case in cases}):
        chosen = [case for case in cases if group(case) == name and case.kind in ("text", "tools")]
        parts = [[case for case in chosen if _half(case) is half] for half in (False, True)]
        start = _EMPTY[name.split("-")[0]]
        found = [fitted(part, start) for part in parts]
        for kind in ("text", "tools"):
            pairs = [
                (figure(case, found[1 - number]), case.billed)
                for number, part in enumerate(parts)
                for case in part
                if case.kind == kind
            ]
            yield f"{name:<28} {kind:<8} {_held_out(pairs)}"


def _held_out(pairs: list[tuple[int, int]]) -> str:
    number = max(1, len(pairs))
    exact = sum(tokens == billed for tokens, billed in pairs) / number
    close = sum(abs(tokens - billed) <= 3 for tokens, billed in pairs) / number
    error = mean([abs(tokens - billed) / billed for tokens, billed in pairs] or [0])
    return f"{len(pairs):>8} {exact:>6.0%} {close:>6.0%} {error:>7.1%}"


def _half(case: Case) -> bool:
    return hashlib.sha256(case.source.encode()).digest()[0] % 2 == 0


def main(arguments: list[str] | None = None) -> None:
    """Count, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.billing", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder with recorded requests")
    parser.add_argument("--halves", action="store_true", help="fit on one half, and measure on the other")
    options = parser.parse_args(arguments)
    cases = [Case(**example) for example in EXAMPLES] if options.data is None else [*recorded(options.data)]
    for line in table(cases):
        print(line)
    for line in halves(cases) if options.halves else ():
        print(line)


if __name__ == "__main__":
    main()
