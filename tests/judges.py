"""Judges of messages: the types of the providers' own clients, looked at eagerly.

The clients' types are TypedDicts, and their `Iterable` fields are looked at by pydantic only when
somebody iterates; so a message that lacks what it needs passes. As JSON Schema the same types are
looked at to the end.
"""

import contextlib
import dataclasses
import functools
import json
from collections.abc import Callable, Iterable
from typing import Any

import jsonschema
from pydantic import TypeAdapter, ValidationError

Complaints = list[str]


def judge(provider: str, messages: Iterable[dict[str, Any]]) -> Complaints:
    """Give what the types of a provider's client complain of, `[]` for nothing.

    Args:
        provider: `openai-chat`, `openai-responses`, `anthropic` or `gemini`.
        messages: The messages, items or contents that would be sent.
    """
    return JUDGES[provider](list(messages))


@functools.cache
def _schema(name: str) -> Any:
    """Make the validator of a list of a client's messages; the clients take seconds to import."""
    if name == "openai-chat":
        from openai.types.chat import ChatCompletionMessageParam as Message
    elif name == "openai-responses":
        from openai.types.responses import ResponseInputItemParam as Message
    elif name == "anthropic":
        from anthropic.types import MessageParam as Message
    else:
        from anthropic.types.beta import BetaMessageParam as Message
    return jsonschema.Draft202012Validator(TypeAdapter(list[Message]).json_schema())


def _complaints(name: str, messages: list[dict[str, Any]]) -> Complaints:
    """Give one complaint for each message that has any: the one that fits the message best."""
    found = []
    for error in _schema(name).iter_errors(messages):
        best = jsonschema.exceptions.best_match([error])
        found.append(f"{error.json_path}: {best.json_path}: {best.message[:200]}")
    return found


def _openai_chat(messages: list[dict[str, Any]]) -> Complaints:
    return _complaints("openai-chat", messages)


def _openai_responses(messages: list[dict[str, Any]]) -> Complaints:
    return _complaints("openai-responses", [_liberal(item) for item in messages])


def _liberal(item: dict[str, Any]) -> dict[str, Any]:
    """Take two liberties that the server was seen to take and the types don't, and one that Codex relies on.

    A `status` may be null, and an image that was generated need not come back with its status and result.
    What the model wrote may come back without ids and annotations: Codex's types leave them out.
    """
    item = {key: value for key, value in item.items() if (key, value) != ("status", None)}
    if item.get("type") == "image_generation_call":
        item = {"status": "completed", "result": None} | item
    if item.get("type") == "reasoning":
        item = {"id": ""} | item
    content = item.get("content")
    if item.get("role") == "assistant" and isinstance(content, list):
        parts = [
            {"annotations": []} | part if part.get("type") == "output_text" else part for part in content
        ]
        item = {"id": "", "status": "completed"} | item | {"content": parts}
    return item


def _anthropic(messages: list[dict[str, Any]]) -> Complaints:
    """Ask the stable types, and if they complain, those of the beta, which know more blocks."""
    return _complaints("anthropic", messages) and _complaints("anthropic-beta", messages)


def _gemini(messages: list[dict[str, Any]]) -> Complaints:
    from google.genai import types

    try:
        TypeAdapter(list[types.Content]).validate_python(messages)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return []


JUDGES: dict[str, Callable[[list[dict[str, Any]]], Complaints]] = {
    "openai-chat": _openai_chat,
    "openai-responses": _openai_responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
}
"""The judge of each provider."""


# ---- what the real clients send


def sent(provider: str, messages: list[dict[str, Any]]) -> Any:
    """Give the messages as the provider's real client puts them on the wire; nobody answers."""
    bodies: list[Any] = []
    with contextlib.suppress(SENDERS[provider].errors()):
        SENDERS[provider].send(_http(bodies), messages)
    return bodies[0][SENDERS[provider].key]


def _http(bodies: list[Any]) -> Any:
    import httpx2

    def refuse(request: Any) -> Any:
        bodies.append(json.loads(request.content))
        return httpx2.Response(418, json={"error": {"code": 418, "status": "", "message": "nobody is here"}})

    return httpx2.Client(transport=httpx2.MockTransport(refuse))


@dataclasses.dataclass(frozen=True, slots=True)
class Sender:
    """How a client is made to send messages.

    Attributes:
        key: Where the messages stand in the body.
        send: Sends messages through an HTTP client.
        errors: Gives the error that the client raises when it is refused.
    """

    key: str
    send: Callable[[Any, list[dict[str, Any]]], object]
    errors: Callable[[], type[Exception]]


def _openai(http: Any) -> Any:
    import openai

    return openai.OpenAI(api_key="none", http_client=http, max_retries=0)


def _openai_error() -> type[Exception]:
    import openai

    return openai.APIStatusError


def _send_to_anthropic(http: Any, messages: list[dict[str, Any]]) -> object:
    import anthropic

    client: Any = anthropic.Anthropic(api_key="none", http_client=http, max_retries=0)
    return client.messages.create(model="none", max_tokens=1, messages=messages)


def _anthropic_error() -> type[Exception]:
    import anthropic

    return anthropic.APIStatusError


def _send_to_gemini(http: Any, messages: list[dict[str, Any]]) -> object:
    from google import genai

    options = genai.types.HttpOptions(httpx_client=http)
    models: Any = genai.Client(api_key="none", http_options=options).models
    return models.generate_content(model="none", contents=messages)


def _gemini_error() -> type[Exception]:
    from google.genai import errors

    return errors.APIError


SENDERS = {
    "openai-chat": Sender(
        "messages",
        lambda http, messages: _openai(http).chat.completions.create(model="none", messages=messages),
        _openai_error,
    ),
    "openai-responses": Sender(
        "input",
        lambda http, messages: _openai(http).responses.create(model="none", input=messages),
        _openai_error,
    ),
    "anthropic": Sender("messages", _send_to_anthropic, _anthropic_error),
    "gemini": Sender("contents", _send_to_gemini, _gemini_error),
}
"""How each provider's client sends."""
