"""Histories of every provider, written by hand in the shapes that they really have.

They hold what the rules and the writers must cope with: parallel calls, errors, images, files,
thinking and reasoning with their signatures, refusals, cache marks, tools that the server runs, and
keys that nobody here knows. Every one of them is a history that its provider would accept.
"""

import dataclasses
from typing import Any

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
PDF = "JVBERi0xLjQKJcOkw7zDtsOfCg=="
SIGNATURE = "EqwCCmMIDxgCKkAqDq8szuZd3fCFfIa5zA=="
OPAQUE = "gAAAAABoydMADQ6HaJB8mYQXlwd"


@dataclasses.dataclass(frozen=True, slots=True)
class History:
    """A history that a provider accepts.

    Attributes:
        name: What is in it.
        provider: Whose it is.
        messages: The messages, items or contents.
        system: What stands beside them.
        tools: The tools' definitions.
    """

    name: str
    provider: str
    messages: list[dict[str, Any]]
    system: Any = None
    tools: Any = None


def chat_call(id: str, name: str, arguments: str) -> dict[str, Any]:
    """A call of OpenAI Chat."""
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


CHAT = (
    History(
        "a chat",
        "openai-chat",
        [
            {"role": "system", "content": "You deploy. Be brief."},
            {"role": "user", "content": "Which version runs?"},
            {"role": "assistant", "content": "1.4.1 runs.", "annotations": []},
            {"role": "user", "content": [{"type": "text", "text": "Schöne Grüße ☕"}]},
        ],
    ),
    History(
        "parallel calls, one of them failed",
        "openai-chat",
        [
            {"role": "developer", "content": [{"type": "text", "text": "You deploy."}]},
            {"role": "user", "content": "Deploy the newest tag.", "name": "ines"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    chat_call("call_1", "list_git_tags", '{"repository":  "backend", "limit": 3}'),
                    chat_call("call_2", "disk_usage", "{}"),
                ],
            },
            {"role": "tool", "tool_call_id": "call_2", "content": "Error: ssh: connection refused"},
            {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": '["1.4.2"]'}]},
            {
                "role": "assistant",
                "content": "Deploying 1.4.2.",
                "tool_calls": [chat_call("call_3", "deploy", '{"tag": "1.4.2"}')],
            },
            {"role": "tool", "tool_call_id": "call_3", "content": ""},
        ],
        tools=[{"type": "function", "function": {"name": "deploy", "parameters": {"type": "object"}}}],
    ),
    History(
        "images, a file, a sound, a refusal",
        "openai-chat",
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {
                        "type": "image_url",
                        "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"},
                    },
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                    {
                        "type": "file",
                        "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF}"},
                    },
                    {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
                ],
            },
            {"role": "assistant", "refusal": "I can't help with that.", "content": None},
            {"role": "user", "content": "And without the file?"},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
            {"role": "user", "content": "Why?"},
        ],
    ),
    History(
        "calls without a content, an id used again, a custom tool",
        "openai-chat",
        [
            {"role": "user", "content": "Two steps."},
            {"role": "assistant", "tool_calls": [chat_call("call_1", "step", '{"n":1}')]},
            {"role": "tool", "tool_call_id": "call_1", "content": "one"},
            {"role": "assistant", "tool_calls": [chat_call("call_1", "step", '{"n":2}')]},
            {"role": "tool", "tool_call_id": "call_1", "content": "two"},
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "call_2", "type": "custom", "custom": {"name": "sql", "input": "select 1;"}}
                ],
            },
            {"role": "tool", "tool_call_id": "call_2", "content": "1"},
            {"role": "assistant", "content": "Done."},
        ],
    ),
)

RESPONSES = (
    History(
        "a chat of messages with and without a type",
        "openai-responses",
        [
            {"role": "system", "content": "You deploy."},
            {"role": "user", "content": "Which version runs?"},
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": "1.4.1 runs.", "annotations": []}],
            },
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "And here?"},
                    {
                        "type": "input_image",
                        "image_url": f"data:image/png;base64,{PNG}",
                        "detail": "auto",
                    },
                    {
                        "type": "input_file",
                        "filename": "a.pdf",
                        "file_data": f"data:application/pdf;base64,{PDF}",
                    },
                ],
            },
            {"role": "assistant", "content": "I cannot tell."},
            {"role": "user", "content": "Try."},
        ],
    ),
    History(
        "reasoning and parallel calls",
        "openai-responses",
        [
            {"role": "user", "content": "Deploy the newest tag."},
            {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": OPAQUE},
            {
                "id": "fc_1",
                "type": "function_call",
                "call_id": "call_1",
                "name": "list_git_tags",
                "arguments": '{"limit":  3}',
            },
            {"type": "function_call", "call_id": "call_2", "name": "disk_usage", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_2", "output": "12 % used"},
            {
                "type": "function_call_output",
                "call_id": "call_1",
                "output": [{"type": "input_text", "text": '["1.4.2"]'}],
            },
            {
                "id": "rs_2",
                "type": "reasoning",
                "summary": [{"type": "summary_text", "text": "The newest is 1.4.2."}],
                "encrypted_content": OPAQUE,
            },
            {
                "id": "msg_2",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "refusal", "refusal": "I may not deploy."}],
            },
            {"role": "user", "content": "You may."},
        ],
    ),
    History(
        "tools of the server, a search by the client, a custom tool",
        "openai-responses",
        [
            {"role": "user", "content": "Look it up."},
            {"id": "rs_3", "type": "reasoning", "summary": [], "encrypted_content": OPAQUE},
            {
                "id": "ws_1",
                "type": "web_search_call",
                "status": "completed",
                "action": {"type": "search", "query": "release"},
            },
            {
                "type": "tool_search_call",
                "call_id": "search_1",
                "execution": "client",
                "status": "completed",
                "arguments": {"queries": ["deploy"]},
            },
            {
                "type": "tool_search_output",
                "call_id": "search_1",
                "execution": "client",
                "status": "completed",
                "tools": [],
            },
            {"type": "custom_tool_call", "call_id": "call_9", "name": "sql", "input": "select 1;"},
            {"type": "custom_tool_call_output", "call_id": "call_9", "output": "1"},
            {"role": "assistant", "content": "It is 1."},
            {"role": "user", "content": "Thanks."},
        ],
    ),
)


def use(id: str, name: str, **input: Any) -> dict[str, Any]:
    """A call of Anthropic."""
    return {"type": "tool_use", "id": id, "name": name, "input": input}


def text(text: str, **more: Any) -> dict[str, Any]:
    """A block of text."""
    return {"type": "text", "text": text, **more}


MARK = {"type": "ephemeral"}
ANTHROPIC = (
    History(
        "a chat with texts and blocks",
        "anthropic",
        [
            {"role": "user", "content": "Which version runs?"},
            {"role": "assistant", "content": [text("1.4.1 runs.")]},
            {"role": "user", "content": [text("And the disk?"), text("Be brief.")]},
        ],
        system="You deploy.",
    ),
    History(
        "parallel calls, an error, an image and a document in results, four cache marks",
        "anthropic",
        [
            {"role": "user", "content": [text("Deploy the newest tag.", cache_control=MARK)]},
            {
                "role": "assistant",
                "content": [
                    text("First the tags."),
                    use("toolu_1", "list_git_tags", limit=3),
                    use("toolu_2", "screenshot"),
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_2",
                        "content": [
                            text("the page"),
                            {
                                "type": "image",
                                "source": {"type": "base64", "media_type": "image/png", "data": PNG},
                            },
                        ],
                        "cache_control": MARK,
                    },
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_1",
                        "content": "git: not found",
                        "is_error": True,
                    },
                    text("Go on."),
                ],
            },
            {"role": "assistant", "content": [use("toolu_3", "read_file", path="a.pdf")]},
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_3"},
                    {
                        "type": "document",
                        "title": "a.pdf",
                        "source": {"type": "base64", "media_type": "application/pdf", "data": PDF},
                    },
                ],
            },
        ],
        system=[text("You deploy.", cache_control={"type": "ephemeral", "ttl": "1h"})],
        tools=[
            {
                "name": "deploy",
                "input_schema": {"type": "object"},
                "cache_control": {"type": "ephemeral", "ttl": "1h"},
            }
        ],
    ),
    History(
        "thinking around calls, a turn in two messages, a redacted thought",
        "anthropic",
        [
            {"role": "user", "content": "Think."},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "The tags first.", "signature": SIGNATURE},
                    use("toolu_1", "list_git_tags"),
                ],
            },
            {"role": "assistant", "content": [use("toolu_2", "disk_usage")]},
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": [text("1.4.2")]},
                    {"type": "tool_result", "tool_use_id": "toolu_2", "content": "12 %"},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "redacted_thinking", "data": OPAQUE},
                    {"type": "thinking", "thinking": "", "signature": SIGNATURE},
                    text("Version 1.4.2, and 12 % of the disk."),
                ],
            },
            {"role": "user", "content": "Deploy."},
        ],
    ),
    History(
        "tools of the server, one still under way",
        "anthropic",
        [
            {"role": "user", "content": "Search."},
            {
                "role": "assistant",
                "content": [
                    {
                        "type": "server_tool_use",
                        "id": "srvtoolu_1",
                        "name": "web_search",
                        "input": {"query": "release"},
                    },
                    {
                        "type": "web_search_tool_result",
                        "tool_use_id": "srvtoolu_1",
                        "content": [
                            {
                                "type": "web_search_result",
                                "url": "https://example.com",
                                "title": "Release",
                                "encrypted_content": OPAQUE,
                            }
                        ],
                    },
                    text("1.4.2 is out."),
                ],
            },
            {"role": "user", "content": "Search again, and look at the disk."},
            {
                "role": "assistant",
                "content": [
                    {
                        "type": "server_tool_use",
                        "id": "srvtoolu_2",
                        "name": "web_search",
                        "input": {"query": "release notes"},
                    },
                    use("toolu_1", "disk_usage"),
                ],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "12 %"}],
            },
        ],
    ),
)


def said(role: str, *parts: Any) -> dict[str, Any]:
    """A content of Gemini; texts become parts."""
    return {"role": role, "parts": [{"text": part} if isinstance(part, str) else part for part in parts]}


GEMINI = (
    History(
        "a chat with an image and a thought",
        "gemini",
        [
            said(
                "user",
                "What is this?",
                {"inlineData": {"mimeType": "image/png", "data": PNG}},
                {"fileData": {"fileUri": "https://example.com/a.pdf", "mimeType": "application/pdf"}},
            ),
            said("model", {"text": "It is small.", "thought": True}, "A dot."),
            said("user", "And here?"),
        ],
    ),
    History(
        "parallel calls with and without a signature, in two contents",
        "gemini",
        [
            said("user", "Deploy the newest tag."),
            said(
                "model",
                {
                    "functionCall": {"id": "a", "name": "list_git_tags", "args": {"limit": 3}},
                    "thoughtSignature": SIGNATURE,
                },
                {"functionCall": {"id": "b", "name": "disk_usage", "args": {}}},
            ),
            said(
                "model",
                {
                    "functionCall": {"id": "c", "name": "disk_usage"},
                    "thoughtSignature": SIGNATURE,
                },
            ),
            said(
                "user",
                {"functionResponse": {"id": "a", "name": "list_git_tags", "response": {"tags": ["1.4.2"]}}},
                {"functionResponse": {"id": "b", "name": "disk_usage", "response": {"result": "12 %"}}},
                {"functionResponse": {"id": "c", "name": "disk_usage", "response": {"error": "no disk"}}},
            ),
            said("user", "Go on."),
            said("model", "Version 1.4.2."),
            said("user", "Thanks."),
        ],
    ),
    History(
        "calls without ids, in the spelling of Python, and code that the server ran",
        "gemini",
        [
            said("user", "Twice."),
            said(
                "model",
                {"function_call": {"name": "step", "args": {"n": 1}}},
                {"function_call": {"name": "step", "args": {"n": 2}}},
            ),
            said(
                "user",
                {"function_response": {"name": "step", "response": {"result": "one"}}},
                {"function_response": {"name": "step", "response": {"result": "two"}}},
                "Now by code.",
            ),
            said(
                "model",
                {
                    "executable_code": {"code": "print(1)", "language": "PYTHON"},
                    "thought_signature": SIGNATURE,
                },
                {"code_execution_result": {"outcome": "OUTCOME_OK", "output": "1\n"}},
                "It is 1.",
            ),
            said("user", "Thanks."),
        ],
    ),
)

HISTORIES = (*CHAT, *RESPONSES, *ANTHROPIC, *GEMINI)
