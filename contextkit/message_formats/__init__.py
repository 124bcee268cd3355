"""Threads as the messages of a provider: the formats, and what these come to in tokens."""

from .formats import (
    ANTHROPIC,
    GEMINI,
    MESSAGE_FORMATS,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    MessageFormat,
    to_messages,
)

__all__ = [
    "ANTHROPIC",
    "GEMINI",
    "MESSAGE_FORMATS",
    "OPENAI_CHAT",
    "OPENAI_RESPONSES",
    "MessageFormat",
    "to_messages",
]
