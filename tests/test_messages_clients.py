"""The objects of the providers' own clients, appended to a history as they came."""

from collections.abc import Callable
from typing import Any

import pytest

from contextkit import count_messages, fit, repair, validate

from .judges import judge, sent

ASK = {"role": "user", "content": "What is the weather in Paris?"}


def chat() -> list[Any]:
    """What `chat.completions.create` gave, twice."""
    from openai.types.chat import ChatCompletionMessage

    function = {"name": "get_weather", "arguments": '{"city":"Paris"}'}
    calls = [{"id": "w1", "type": "function", "function": function}]
    called = {"role": "assistant", "content": None, "refusal": None, "annotations": [], "tool_calls": calls}
    said: dict[str, Any] = {"role": "assistant", "content": "17 degrees.", "refusal": None, "annotations": []}
    first, last = map(ChatCompletionMessage.model_validate, (called, said))
    return [ASK, first, {"role": "tool", "tool_call_id": "w1", "content": "17"}, last, ASK]


def streamed() -> list[Any]:
    """What the client makes of a stream."""
    from openai.lib.streaming.chat import ChatCompletionStreamState
    from openai.types.chat import ChatCompletionChunk

    function = {"name": "get_weather", "arguments": ""}
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": ""},
        {"tool_calls": [{"index": 0, "id": "w1", "type": "function", "function": function}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"city":"Paris"}'}}]},
        {},
    ]
    state: Any = ChatCompletionStreamState()
    for delta in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "tool_calls"}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
        state.handle_chunk(ChatCompletionChunk.model_validate(chunk | {"choices": [choice]}))
    message = state.get_final_completion().choices[0].message
    return [ASK, message, {"role": "tool", "tool_call_id": "w1", "content": "17"}]


def responses() -> list[Any]:
    """The output items of `responses.create`."""
    from openai.types.responses import Response

    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA" * 20}
    call = {"type": "function_call", "call_id": "w1", "name": "get_weather", "arguments": "{}"}
    text = {"type": "output_text", "text": "17 degrees.", "annotations": [], "logprobs": []}
    said = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]}
    answer = {"type": "function_call_output", "call_id": "w1", "output": "17"}
    first, last = (
        Response.construct(output=output)
        for output in ([thought, call | {"id": "fc_1", "status": "completed"}], [said])
    )
    return [ASK, *first.output, answer, *last.output]


def anthropic() -> list[Any]:
    """The content of `messages.create`."""
    from anthropic.types import Message

    thought = {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"}
    call = {"type": "tool_use", "id": "w1", "name": "get_weather", "input": {"city": "Paris"}}
    said = {"type": "text", "text": "17 degrees."}
    first, last = (
        Message.construct(role="assistant", content=content) for content in ([thought, call], [said])
    )
    answer = [{"type": "tool_result", "tool_use_id": "w1", "content": "17"}]
    return [
        ASK,
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": answer},
        {"role": last.role, "content": last.content},
        ASK,
    ]


def gemini() -> list[Any]:
    """Contents with bytes in them: an image and a signature."""
    from google.genai import types

    image = types.Part.from_bytes(data=b"\x89PNG\r\n\x1a\n\xff\xfb", mime_type="image/png")
    call = types.FunctionCall(name="get_weather", args={"city": "Paris"})
    signed = types.Part(function_call=call, thought_signature=b"\xff\xfesig")
    answer = types.Part.from_function_response(name="get_weather", response={"celsius": 17})
    return [
        types.Content(role="user", parts=[image, types.Part(text="Where is it, and how warm?")]),
        types.Content(role="model", parts=[types.Part(text="Hm.", thought=True), signed]),
        types.Content(role="user", parts=[answer]),
    ]


@pytest.mark.parametrize(
    ("provider", "made"),
    [
        ("openai-chat", chat),
        ("openai-chat", streamed),
        ("openai-responses", responses),
        ("anthropic", anthropic),
        ("gemini", gemini),
    ],
)
def test_the_client_sends_the_same(provider: Any, made: Callable[[], list[Any]]) -> None:
    """What `fit` gives is on the wire what the objects themselves are."""
    history = made()
    fitted = fit(history, 10_000, provider=provider)
    assert sent(provider, fitted) == sent(provider, history)
    if made is not streamed:  # the client's own type for streams has keys that its type for requests has not
        assert judge(provider, fitted) == []
    assert validate(history, provider) == []
    assert repair(history, provider).messages == fitted
    assert count_messages(history, provider) == count_messages(fitted, provider)
