"""Ordinary messages: their parts weigh as much alone as in their message, but for some framing."""

from collections.abc import Mapping

from ..plain import JSON

_TYPES = frozenset(
    (
        *("message", "text", "input_text", "output_text", "refusal", "reasoning"),
        *("thinking", "redacted_thinking", "tool_use", "tool_result"),
        *("function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"),
        *("image", "image_url", "input_image", "document", "file", "input_file", "input_audio"),
    )
)
_KEYS = frozenset(
    (
        *("text", "thought", "thoughtSignature", "thought_signature", "videoMetadata", "video_metadata"),
        *("functionCall", "function_call", "functionResponse", "function_response"),
        *("inlineData", "inline_data", "fileData", "file_data"),
    )
)


def is_ordinary(message: Mapping[str, JSON]) -> bool:
    """Tell whether a message has none but ordinary parts: nothing of a provider's own tools, nothing unknown.

    >>> is_ordinary({"role": "user", "content": [{"type": "text", "text": "deploy it"}]})
    True
    >>> is_ordinary({"role": "assistant", "content": [{"type": "server_tool_use", "id": "1"}]})
    False
    """
    if message.get("type", "message") not in _TYPES:
        return False
    content = message.get("content")
    blocks = content if isinstance(content, list) else ()
    if not all(isinstance(block, dict) and block.get("type") in _TYPES for block in blocks):
        return False
    parts = message.get("parts")
    return parts is None or all(isinstance(part, dict) and part.keys() <= _KEYS for part in parts)


def loose_parts(message: Mapping[str, JSON]) -> int:
    """Count the parts of a message whose framing may differ: those behind the first, and calls that may wait.

    >>> loose_parts({"role": "user", "content": "deploy it"})
    0
    """
    parts = sum([_length(message.get(key)) for key in ("content", "parts", "tool_calls")])
    return max(0, parts - 1) + ("call_id" in message)


def _length(value: JSON) -> int:
    return len(value) if isinstance(value, list) else value is not None
