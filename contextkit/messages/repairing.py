"""A history that its provider would not accept -> one that it does, with a list of what was done."""

import dataclasses
import types
from collections.abc import Iterable, Mapping
from typing import Any

from . import mends_anthropic, mends_gemini, mends_openai
from .drafts import NO_CONTENT, Draft, Repair
from .rules import (
    ANTHROPIC,
    GEMINI,
    NO_MESSAGES,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    UNKNOWN_ROLE,
    WRONG_SHAPE,
    Violation,
)
from .validating import told, validate

STEPS = types.MappingProxyType(
    {
        OPENAI_CHAT: mends_openai.CHAT_STEPS,
        OPENAI_RESPONSES: mends_openai.RESPONSES_STEPS,
        ANTHROPIC: mends_anthropic.STEPS,
        GEMINI: mends_gemini.STEPS,
    }
)
"""The repairs of each provider's histories, in order."""

_SAYS_NOTHING: Mapping[str, dict[str, Any]] = types.MappingProxyType(
    {
        OPENAI_CHAT: {"role": "user", "content": NO_CONTENT},
        OPENAI_RESPONSES: {"role": "user", "content": NO_CONTENT},
        ANTHROPIC: {"role": "user", "content": NO_CONTENT},
        GEMINI: {"role": "user", "parts": [{"text": NO_CONTENT}]},
    }
)
_ROUNDS = 8  # a repair may bring another one into view, such as an empty message; three rounds are usual


@dataclasses.dataclass(frozen=True, slots=True)
class Repaired:
    """A history after its repair.

    Attributes:
        messages: The messages, those that nothing was wrong with as they came.
        repairs: What was done, in order; empty where nothing was wrong.
        violations: What is still wrong, because it cannot be mended.
    """

    messages: list[dict[str, Any]]
    repairs: tuple[Repair, ...] = ()
    violations: tuple[Violation, ...] = ()


def repair(
    messages: Iterable[Mapping[str, Any]],
    provider: str | None = None,
    *,
    system: str | Iterable[Mapping[str, Any]] | None = None,
    tools: Iterable[Mapping[str, Any]] | None = None,
) -> Repaired:
    """Mend what can be mended in a history, so that its provider accepts it.

    - A call without a result gets a fixed stand-in; a result out of place is moved behind its call.
    - A result without a call, or a second one, becomes a text of the user's that says so; a second one
      that is equal goes.
    - Empty blocks go, and messages with nothing in them.
    - Ids, names and arguments of calls get the shape that they must have.
    - Reasoning and calls of the server's own tools that cannot stand alone go.
    - Of surplus cache marks the earliest go.

    No clock and no chance: the same history gives the same result, a repaired one stays as it is, and so
    does a valid one. The messages that are given are not changed.

    Args:
        messages: The history.
        provider: `openai-chat`, `openai-responses`, `anthropic` or `gemini`; by default told by looking.
        system: The system prompt, where it stands beside the messages: it is looked at only.
        tools: The tools' definitions: they are looked at only.

    Raises:
        ReadError: If the messages are no list of objects.
        SettingError: If the provider is unknown.

    >>> call = {"id": "call_1", "type": "function", "function": {"name": "deploy", "arguments": "{}"}}
    >>> messages = [{"role": "user", "content": "go"}, {"role": "assistant", "tool_calls": [call]}]
    >>> repaired = repair(messages)
    >>> repaired.messages[2]
    {'role': 'tool', 'tool_call_id': 'call_1', 'content': '(no result: the call was interrupted)'}
    >>> print(repaired.repairs[0])
    messages[1].tool_calls[0]: the call 'call_1' of deploy got a stand-in for its result (unanswered-call)
    """
    history, name = told(messages, provider, beside=system is not None)
    system = system if system is None or isinstance(system, str) else list(system)
    tools = tools if tools is None or isinstance(tools, Mapping) else list(tools)

    def wrong(messages: list[dict[str, Any]]) -> tuple[Violation, ...]:
        return tuple(validate(messages, name, system=system, tools=tools))

    draft = Draft(history, list(range(len(history))), (system, tools))
    found = wrong(draft.messages)
    for _ in range(_ROUNDS):
        if not found or any(each.rule in (WRONG_SHAPE.name, UNKNOWN_ROLE.name) for each in found):
            break  # where the shape is wrong nothing can be told
        before = list(draft.messages)
        for step in STEPS[name]:
            step(draft)
        if history and not draft.messages:
            draft.put([(0, _SAYS_NOTHING[name])])
            draft.note(NO_MESSAGES.name, 0, "", "a message of the user's stands in place of the empty ones")
        if draft.messages == before:
            break
        found = wrong(draft.messages)
    return Repaired(draft.messages, tuple(draft.repairs), found)
