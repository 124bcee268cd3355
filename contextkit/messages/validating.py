"""Would the provider accept this history? Every rule that can be looked at without its server."""

import types
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ..exceptions import EventError, ReadError, SettingError
from ..plain import plain
from . import rules_anthropic, rules_gemini, rules_openai_chat, rules_openai_responses
from .envelopes import plain_messages
from .rules import PROVIDERS, RULES, Violation
from .telling import provider_of

_OPTIONAL = frozenset(rule.name for rule in RULES if rule.optional)
VIOLATIONS = types.MappingProxyType(
    {
        module.PROVIDER: module.violations
        for module in (rules_openai_chat, rules_openai_responses, rules_anthropic, rules_gemini)
    }
)
"""What looks at each provider's messages: `(messages, system, tools)` to the violations."""


def validate(
    messages: Iterable[Mapping[str, Any]],
    provider: str | None = None,
    *,
    system: str | Iterable[Mapping[str, Any]] | None = None,
    tools: Iterable[Mapping[str, Any]] | None = None,
    also: Collection[str] = (),
) -> list[Violation]:
    """Say what is wrong with a history: what its provider would answer 400 to.

    Unknown keys, parts and items are fine. Where the outer shape of the messages is wrong (no list
    where one is needed, a call without an id), only that is reported.

    Args:
        messages: The history, as it would be sent: OpenAI's `messages` or `input`, Anthropic's
            `messages`, Gemini's `contents`.
        provider: `openai-chat`, `openai-responses`, `anthropic` or `gemini`; by default told by looking.
        system: The system prompt, where it stands beside the messages; its cache marks count.
        tools: The tools' definitions; their cache marks count.
        also: Names of rules to look at as well, which depend on the model or the request:
            `trailing-assistant`, `system-in-messages`, `thinking-first`, `thought-signature`.

    Returns:
        The violations, `[]` for a history without any.

    Raises:
        ReadError: If the messages are no list of objects.
        SettingError: If the provider or a rule of `also` is unknown.

    >>> call = {"id": "call_1", "type": "function", "function": {"name": "deploy", "arguments": "{}"}}
    >>> messages = [{"role": "user", "content": "go"}, {"role": "assistant", "tool_calls": [call]}]
    >>> print(validate(messages)[0])  # doctest: +ELLIPSIS
    messages[1].tool_calls[0]: the call 'call_1' of deploy has no result; ... (unanswered-call)
    """
    history, name = told(messages, provider, beside=system is not None)
    for rule in also:
        if rule not in _OPTIONAL:
            raise SettingError(
                "also", rule, f"the rules that can be asked for are {', '.join(sorted(_OPTIONAL))}"
            )
    return violations_of(history, name, system, tools, also)


def violations_of(
    history: list[dict[str, Any]],
    provider: str,
    system: str | Iterable[Mapping[str, Any]] | None,
    tools: Iterable[Mapping[str, Any]] | None,
    also: Collection[str] = (),
) -> list[Violation]:
    """Do what `validate` does with messages that are plain JSON, of a provider that is known."""
    skipped = _OPTIONAL.difference(also)
    found = VIOLATIONS[provider](history, _plain(_blocks(system), "system"), _plain(tools, "tools"))
    return [each for each in found if each.rule not in skipped]


def _blocks(system: str | Iterable[Mapping[str, Any]] | None) -> Iterable[Mapping[str, Any]] | None:
    return [{"type": "text", "text": system}] if isinstance(system, str) and system else system or None


def _plain(value: Any, place: str) -> Any:
    try:
        return plain(value, place)
    except EventError as error:
        raise ReadError(error.reason, source=error.path) from None


def told(
    messages: Iterable[Mapping[str, Any]], provider: str | None, *, beside: bool = False
) -> tuple[list[dict[str, Any]], str]:
    """Give messages as plain JSON, and whose they are: as it is named, else by looking.

    Args:
        messages: The history.
        provider: Its provider's name, if it is known.
        beside: Whether a system prompt stands beside the messages.

    >>> told([{"role": "user", "parts": [{"text": "deploy it"}]}], None)[1]
    'gemini'
    >>> told([{"type": "function_call_output", "call_id": "call_1", "output": "done"}], None)[1]
    'openai-responses'
    """
    if provider is not None and provider not in PROVIDERS:
        raise SettingError("provider", provider, f"known are {', '.join(PROVIDERS)}")
    history = plain_messages(messages)
    found = provider or provider_of(history, beside=beside)
    if found not in PROVIDERS:
        way_out = f"; write them with to_messages for one of {', '.join(PROVIDERS)}"
        raise SettingError(
            "provider", found, f"these messages are a library's, and sent to no server{way_out}"
        )
    return history, found
