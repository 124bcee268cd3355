"""The clients' types accept the histories and refuse what is broken; the clients send what they are given."""

import re
from typing import Any

import pytest

from .histories import HISTORIES, History
from .judges import judge, sent

FILES = {"inlineData", "fileData"}


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: f"{history.provider}: {history.name}")
def test_the_types_accept_the_histories(history: History) -> None:
    """The clients' types have nothing to complain of."""
    assert judge(history.provider, history.messages) == []


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: f"{history.provider}: {history.name}")
def test_the_clients_send_the_histories(history: History) -> None:
    """What goes out is the list that came in; of Gemini's, up to the spelling of keys."""
    out = sent(history.provider, history.messages)
    if history.provider == "gemini":
        assert wire(out) == wire(history.messages)
    else:
        assert out == history.messages


def wire(contents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write the keys of parts, and of the files in them, as the wire has them."""
    return [content | {"parts": [spelled(part) for part in content["parts"]]} for content in contents]


def spelled(part: dict[str, Any]) -> dict[str, Any]:
    """Write the keys of a part as the wire has them."""
    part = {camel(key): value for key, value in part.items()}
    files = {key: {camel(inner): part[key][inner] for inner in part[key]} for key in FILES & part.keys()}
    return part | files


def camel(key: str) -> str:
    """Write `function_call` as `functionCall`."""
    return re.sub(r"_([a-z])", lambda letter: letter[1].upper(), key)


BROKEN: dict[str, tuple[str, Any]] = {
    "a role that is not known": ("openai-chat", {"role": "robot", "content": "x"}),
    "a call without its arguments, deep inside": (
        "openai-chat",
        {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "a"}}]},
    ),
    "an output that says nothing": ("openai-responses", {"type": "function_call_output", "call_id": "x"}),
    "a part of a type that is not known": (
        "openai-responses",
        {"role": "user", "content": [{"type": "text", "text": "x"}]},
    ),
    "a call without input": (
        "anthropic",
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "b"}]},
    ),
    "a part that is not known": ("gemini", {"role": "user", "parts": [{"txt": "x"}]}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_judges_look_eagerly(name: str) -> None:
    """What a type needs is missed, however deep it is."""
    provider, message = BROKEN[name]
    (complaint,) = judge(provider, [message])
    assert complaint
