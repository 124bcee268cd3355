"""Requests whose tokens are known without a bill of ours: published by OpenAI, or counted by hand."""

from typing import Any

_TRANSLATE = (
    "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."
)
_CIRCLE = (
    "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."
)
_JARGON = (
    (None, _TRANSLATE),
    ("example_user", "New synergies will help drive top-line growth."),
    ("example_assistant", "Things working well together will increase revenue."),
    ("example_user", _CIRCLE),
    ("example_assistant", "Let's talk later when we're less busy about how to do better."),
)
_LATE = "This late pivot means we don't have time to boil the ocean for the client deliverable."
_NAMED = [
    *(
        {"role": "system", **({"name": name} if name else {}), "content": content}
        for name, content in _JARGON
    ),
    {"role": "user", "content": _LATE},
]
_WEATHER = [
    {
        "role": "system",
        "content": "You are a helpful assistant that can answer to questions about the weather.",
    },
    {"role": "user", "content": "What's the weather like in San Francisco?"},
]
_TOOL = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {
                    "type": "string",
                    "description": "The city and state, e.g. San Francisco, CA",
                },
                "unit": {
                    "type": "string",
                    "description": "The unit of temperature to return",
                    "enum": ["celsius", "fahrenheit"],
                },
            },
            "required": ["location"],
        },
    },
}
_SUM = [
    {"role": "user", "content": [{"type": "text", "text": "How much is 2 plus 2?"}]},
    {
        "role": "assistant",
        "tool_calls": [
            {
                "id": "a",
                "type": "function",
                "function": {"name": "calculator", "arguments": '{"a":2, "b":2}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "a", "content": "4"},
]
_HELLO = [{"role": "user", "content": "hello world"}]  # 3 and 1 and 2 tokens, and 3 before the answer
_ITEM = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello world"}]}]


def _example(source: str, model: str, billed: int, messages: list[Any], **more: Any) -> dict[str, Any]:
    case = {"provider": "openai-chat", "system": None, "tools": None, **more}
    return {**case, "source": source, "model": model, "billed": billed, "messages": messages}


_COOKBOOK = "openai-cookbook, How to count tokens with tiktoken"

EXAMPLES = [
    *(
        _example(_COOKBOOK, model, billed, _NAMED)
        for model, billed in (("gpt-4o", 124), ("gpt-4o-mini", 124), ("gpt-4", 129), ("gpt-3.5-turbo", 129))
    ),
    _example(_COOKBOOK, "gpt-4o", 101, _WEATHER, tools=[_TOOL]),
    _example(_COOKBOOK, "gpt-4", 105, _WEATHER, tools=[_TOOL]),
    _example("a bill that was made public", "gpt-3.5-turbo", 40, _SUM),
    _example("by hand", "gpt-4o", 9, _HELLO),
    _example("by hand", "gpt-5", 8, _HELLO),
    _example("by hand", "gpt-4o", 9, _ITEM, provider="openai-responses"),
]
"""Arguments of `benchmarks.billing.Case`. The tokens are those that OpenAI says its interface counted."""
