"""Counting provider messages: what a provider bills for them as input, and how sure that is.

| what | figure |
|---|---|
| text to OpenAI, with its framing | exact |
| tool definitions, calls and results to OpenAI | calibrated: its published format, and constants from bills |
| anything to Anthropic or Gemini | an estimate: their tokenizers are not public |
| OpenAI's dialect to a model that is not known | an estimate, as for open models |
| images, files, sounds | by the provider's published rules, from the sizes in the data; else an estimate |
| signatures, encrypted reasoning | never as text; an estimate of the reasoning that they stand for |
| tools that run at the provider | an estimate without an upper bound: what they find is billed too |
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any, Literal, TypeAlias, get_args

from ..exceptions import ContextkitError, SettingError
from ..plain import JSON
from ..tokens.counters import (
    CLAUDE,
    CLAUDE_4_7,
    GEMINI,
    OTHER,
    EncodingCounter,
    Estimate,
    TokenCounter,
    base_of,
    token_counter,
)
from ..tokens.counters import count as checked_count
from . import counting_anthropic, counting_gemini, counting_openai
from .envelopes import plain_messages
from .old_reasoning import without_old_reasoning
from .tallies import CALIBRATED, ESTIMATE, EXACT, Count, Tally, total
from .telling import provider_of

Provider: TypeAlias = Literal["openai-chat", "openai-responses", "anthropic", "gemini"]
Basis: TypeAlias = Literal["exact", "calibrated", "estimate"]

PROVIDERS: tuple[str, ...] = get_args(Provider)
_BASES: tuple[Basis, ...] = ("exact", "calibrated", "estimate")
_OPENAI_MODEL = re.compile(r"(?:.*[/:])?(?:gpt|chatgpt|codex|o\d)", re.IGNORECASE)
_SOME_CLAUDE = Estimate("Claude", CLAUDE_4_7.factor, (CLAUDE.spread[0], CLAUDE_4_7.spread[1]))


@dataclass(frozen=True, slots=True)
class Counted:
    """What messages cost as input.

    Attributes:
        tokens: All of it, in tokens.
        basis: `"exact"`, `"calibrated"` or `"estimate"`: the least sure of its parts.
        low: What is billed at least, in nine cases of ten or more.
        high: What is billed at most, in nine cases of ten or more; None where nobody can say, because the
            provider runs tools of its own, or a file is given by its name alone.
        messages: What of it is messages: their texts, calls and results, and the framing.
        system: What of it is the system prompt beside the messages.
        tools: What of it is tool definitions.
        images: What of it is images, files, sounds and opaque reasoning in the messages.
    """

    tokens: int
    basis: Basis
    low: int
    high: int | None
    messages: int
    system: int
    tools: int
    images: int


def message_tokens(message: JSON, provider: str, counter: TokenCounter, *, model: str | None = None) -> int:
    """Count one message, item or content with its framing, in tokens of the exact base of the counter.

    Messages add up, and `request_tokens` comes on top; an `Estimate` scales the sum. Each text in it is
    counted by one call of the counter. Anything can be counted: of a block that is not known, the texts.

    Args:
        message: A message of OpenAI's Chat Completions or Anthropic, an item of OpenAI's Responses, or a
            content of Gemini, as plain JSON.
        provider: `"openai-chat"`, `"openai-responses"`, `"anthropic"` or `"gemini"`.
        counter: Counts texts.
        model: The model, where the framing depends on it; without it, a new one.

    Raises:
        SettingError: The provider is none of these.

    Example:
        >>> from contextkit import token_counter
        >>> message_tokens({"role": "user", "content": "hello world"}, "openai-chat", token_counter("gpt-4o"))
        6
    """
    return _in_base(_message(message, provider, base_of(counter), model), provider)


def message_texts(message: JSON, provider: str, *, model: str | None = None) -> tuple[int, list[str]]:
    """Give the texts of a message, and the tokens that come on top of theirs; see `message_tokens`.

    Example:
        >>> message_texts({"role": "user", "content": "hello world"}, "openai-chat")
        (3, ['user', 'hello world'])
    """
    texts: list[str] = []

    def noted(text: str) -> int:
        texts.append(text)
        return 0

    return _in_base(_message(message, provider, noted, model), provider), texts


def request_tokens(
    provider: str,
    counter: TokenCounter,
    *,
    system: JSON = None,
    tools: JSON = None,
    model: str | None = None,
) -> int:
    """Count what stands around the messages, in tokens of the exact base of the counter.

    Args:
        provider: As in `message_tokens`.
        counter: Counts texts.
        system: The system prompt beside the messages, in the provider's shape. For OpenAI's Chat Completions
            it may be the first system message; the others are counted as messages.
        tools: The tool definitions, in the provider's shape.
        model: As in `message_tokens`.

    Raises:
        SettingError: The provider is none of the known ones.

    Example:
        >>> from contextkit import token_counter
        >>> request_tokens("openai-chat", token_counter("gpt-4o"), model="gpt-4o")
        3
    """
    around = _around(provider, base_of(counter), system, tools, model)
    return _in_base(around, provider)


def count_messages(
    messages: Iterable[Mapping[str, Any]],
    provider: Provider | None = None,
    *,
    counter: "str | TokenCounter | None" = None,
    model: str | None = None,
    system: Any = None,
    tools: Any = None,
) -> Counted:
    """Count what a provider bills as input for messages.

    Reasoning of turns before the last user message is not counted where providers leave it out themselves.

    Args:
        messages: The messages, in the provider's shape; mappings or the objects of its client.
        provider: Whose they are; found by looking, if not given.
        counter: A token counter, or the name of one; by the model or the provider, if not given.
        model: The model that they are for.
        system: The system prompt beside the messages: Anthropic's `system`, Gemini's `systemInstruction`, the
            `instructions` of OpenAI's Responses.
        tools: The tool definitions, in the provider's shape.

    Raises:
        ReadError: The messages are no list of objects, or a part of one is not JSON.
        SettingError: The provider is not known.
        CounterError: The counter returns no whole number.

    Example:
        >>> count_messages([{"role": "user", "content": "What is the capital of Mexico?"}], model="gpt-4o")
        Counted(tokens=14, basis='exact', low=14, high=14, messages=14, system=0, tools=0, images=0)
    """
    named: object = model
    if not isinstance(named, str | None):
        raise SettingError("model", named, "it must be the model's name")
    given = plain_messages(messages)
    claude = system is not None or "claude" in (model or "")
    name = provider or provider_of(given, beside=claude)
    found = counter_of(counter, name, model)
    base = base_of(found)

    @cache
    def count(text: str) -> int:
        return checked_count(base, text)

    if name == "openai-chat" and system is None:
        at = next((at for at, one in enumerate(given) if one.get("role") in ("system", "developer")), None)
        if at is not None:
            system = given[at]
            given = given[:at] + given[at + 1 :]
    body = total(_message(one, name, count, model) for one in without_old_reasoning(given, name, model))
    bare = _around(name, count, None, None, model)
    with_system = _around(name, count, system, None, model)
    whole = _around(name, count, system, tools, model)
    return _counted(name, found, body, (bare, with_system, whole))


def counter_of(counter: "str | TokenCounter | None", provider: str, model: str | None) -> TokenCounter:
    """Give what counts texts: as it is named, else by the model, else by the provider."""
    if counter is not None:
        return token_counter(counter)
    if model is not None:
        try:
            return token_counter(model)
        except ContextkitError:
            if provider.startswith("openai") and not _OPENAI_MODEL.match(model):
                return OTHER  # many servers speak this dialect
    return {"anthropic": _SOME_CLAUDE, "gemini": GEMINI}.get(provider, EncodingCounter("o200k_base"))


_family = cache(counting_openai.family)


def _message(message: JSON, provider: str, count: Count, model: str | None) -> Tally:
    if provider == "openai-chat":
        return counting_openai.chat_message(message, count, _family(provider, model))
    if provider == "openai-responses":
        return counting_openai.responses_item(message, count, _family(provider, model))
    if provider == "anthropic":
        return counting_anthropic.anthropic_message(message, count)
    if provider == "gemini":
        return counting_gemini.gemini_content(message, count, counting_gemini.framing_of(model))
    raise _unknown(provider)


def _around(provider: str, count: Count, system: JSON, tools: JSON, model: str | None) -> Tally:
    if provider in ("openai-chat", "openai-responses"):
        models = _family(provider, model)
        return counting_openai.openai_around(count, models, system, tools)
    if provider == "anthropic":
        return counting_anthropic.anthropic_around(count, system, tools, model)
    if provider == "gemini":
        return counting_gemini.gemini_around(count, system, tools, counting_gemini.framing_of(model))
    raise _unknown(provider)


def _unknown(provider: object) -> SettingError:
    return SettingError("provider", provider, f"known are {', '.join(PROVIDERS)}")


_FACTORS = {"anthropic": counting_anthropic.FACTOR, "gemini": counting_gemini.FACTOR}


def _in_base(tally: Tally, provider: str) -> int:
    return tally.text + ceil(tally.other / _FACTORS.get(provider, 1))


def _counted(
    provider: str, counter: TokenCounter, body: Tally, around: tuple[Tally, Tally, Tally]
) -> Counted:
    bare, with_system, whole = around
    scale = counter.scale if isinstance(counter, Estimate) else int
    everything = body + whole
    steps = [body.text + bare.text, body.text + with_system.text, everything.text]
    messages, system, text = (scale(step) for step in steps)
    basis = _basis(provider, counter, everything)
    low, high = _bounds(provider, counter, everything, basis)
    return Counted(
        tokens=text + everything.other,
        basis=_BASES[basis],
        low=low,
        high=high,
        messages=messages,
        system=system - messages,
        tools=text - system + whole.other,
        images=body.other,
    )


def _basis(provider: str, counter: TokenCounter, tally: Tally) -> int:
    if tally.low != tally.other or tally.high != tally.other:
        return ESTIMATE
    if isinstance(counter, Estimate):
        return CALIBRATED if counter.overhead else ESTIMATE
    known = provider.startswith("openai") and getattr(counter, "exact", False)
    return tally.basis if known else ESTIMATE


def _bounds(provider: str, counter: TokenCounter, tally: Tally, basis: int) -> tuple[int, int | None]:
    if isinstance(counter, Estimate):
        low, high = counter.bounds(tally.text)
    elif provider.startswith("openai"):
        low, high = _openai_bounds(tally.text, tally.basis)
    else:
        low, high = {"anthropic": _SOME_CLAUDE}.get(provider, GEMINI).bounds(tally.text)
        low, high = min(low, tally.text), max(high, tally.text)
    return low + tally.low, None if tally.high is None else high + tally.high


def _openai_bounds(text: int, basis: int) -> tuple[int, int]:
    if basis == EXACT:
        return text, text
    if basis == CALIBRATED:
        return text * 98 // 100 - 2, ceil(text * 1.02) + 4
    return text * 90 // 100 - 10, ceil(text * 1.15) + 20
