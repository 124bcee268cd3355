"""Whose messages these are, told by looking: by their keys, and by the types of their parts.

Plain texts are the same at OpenAI Chat and at Anthropic, and read the same either way.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import langchain
from .envelopes import block_part

_CHAT_ROLES = ("developer", "tool", "function")
_CHAT_KEYS = frozenset(("tool_calls", "function_call", "refusal", "reasoning_content", "audio"))
_CHAT_PARTS = ("image_url", "input_audio", "video_url", "refusal")
_RESPONSES_PARTS = ("input_text", "input_image", "input_file", "output_text")
_ANTHROPIC_BLOCKS = ("thinking", "redacted_thinking", "image", "document")
_BY_RANK = (
    *("langchain", "pydantic-ai", "opentelemetry"),
    *("gemini", "openai-responses", "openai-chat", "anthropic"),
)


def provider_of(messages: Iterable[Mapping[str, Any]], *, beside: bool = False) -> str:
    """Tell the provider, or the library, of messages, items or contents.

    The signs of OpenAI Chat count more than Anthropic's: those who speak its dialect borrow its blocks.

    Args:
        messages: As they were or would be sent.
        beside: Whether a system prompt stands beside them, as OpenAI Chat has it not.

    >>> provider_of([{"role": "user", "parts": [{"text": "deploy it"}]}])
    'gemini'
    >>> provider_of([{"type": "function_call_output", "call_id": "call_1", "output": "done"}])
    'openai-responses'
    """
    signs = {sign for message in messages for sign in _signs(message)}
    if found := next((provider for provider in _BY_RANK if provider in signs), None):
        return found
    return "anthropic" if beside else "openai-chat"


def _signs(message: Mapping[str, Any]) -> Iterator[str]:
    if "role" not in message and langchain.fields_of(dict(message)) is not None:
        yield "langchain"
        return
    if "parts" in message:
        yield _parted(message)
        return
    if isinstance(message.get("type"), str):
        yield "openai-responses"
    # Few messages have one of the keys, which is asked first as it is fast.
    has_one = not _CHAT_KEYS.isdisjoint(message) and any(message.get(key) for key in _CHAT_KEYS)
    if has_one or message.get("role") in _CHAT_ROLES:
        yield "openai-chat"
    content = message.get("content")
    for part in content if isinstance(content, list) else ():
        kind = part.get("type") if isinstance(part, dict) else None
        if kind in _RESPONSES_PARTS:
            yield "openai-responses"
        elif kind in _CHAT_PARTS or (kind == "file" and "file" in part):
            yield "openai-chat"
        elif kind in _ANTHROPIC_BLOCKS or block_part(part) != "(block)" or (kind and "cache_control" in part):
            yield "anthropic"


def _parted(message: Mapping[str, Any]) -> str:
    """Tell whose message of parts it is: Gemini's parts have no type."""
    if message.get("kind") in ("request", "response"):  # its parts have a part_kind
        return "pydantic-ai"
    parts = message["parts"]
    typed = isinstance(parts, list) and any(isinstance(part, dict) and "type" in part for part in parts)
    return "opentelemetry" if typed else "gemini"
