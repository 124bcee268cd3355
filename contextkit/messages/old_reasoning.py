"""Reasoning of earlier turns: the providers take it, and most leave it out of what the model reads."""

from ..plain import JSON
from .counting_anthropic import keeps_thinking
from .tallies import fields, items


def without_old_reasoning(
    messages: list[dict[str, JSON]], provider: str, model: str | None
) -> list[dict[str, JSON]]:
    """Leave out the reasoning of turns before the last user message, as the providers do."""
    start = max((at for at, one in enumerate(messages) if _asks(one, provider)), default=0)
    keeps = provider == "openai-chat" or (provider == "anthropic" and keeps_thinking(model))
    if keeps:
        return [*messages]
    settled = (one if at >= start else _settled(one, provider) for at, one in enumerate(messages))
    return [one for one in settled if one is not None]


def _asks(message: dict[str, JSON], provider: str) -> bool:
    """Whether a message is a turn of the user, and not the results of calls."""
    if message.get("role") != "user":
        return False
    if provider == "gemini":
        keys = ("functionResponse", "function_response")
        return not any(key in fields(part) for part in items(message.get("parts")) for key in keys)
    return not any(fields(block).get("type") == "tool_result" for block in items(message.get("content")))


_THOUGHTS = ("thinking", "redacted_thinking")
_SIGNED = ("thoughtSignature", "thought_signature")


def _settled(message: dict[str, JSON], provider: str) -> dict[str, JSON] | None:
    if provider == "openai-responses":
        return None if message.get("type") == "reasoning" else message
    if provider == "anthropic" and isinstance(message.get("content"), list):
        content = [block for block in message["content"] if fields(block).get("type") not in _THOUGHTS]
        return {**message, "content": content}
    if provider == "gemini" and isinstance(message.get("parts"), list):
        parts = [
            {key: value for key, value in part.items() if key not in _SIGNED}
            if isinstance(part, dict)
            else part
            for part in message["parts"]
        ]
        return {**message, "parts": parts}
    return message
