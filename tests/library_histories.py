"""Histories of libraries, and session logs, written by hand in the shapes that they really have."""

from typing import Any

from .histories import OPAQUE, PDF, PNG, SIGNATURE, History, text, use


def lc(type: str, content: Any, **fields: Any) -> dict[str, Any]:
    """A message as `messages_to_dict` of LangChain writes it."""
    return {"type": type, "data": {"content": content, "type": type, "additional_kwargs": {}, **fields}}


LANGCHAIN = History(
    "everything of LangChain",
    "langchain",
    [
        lc("system", "You deploy."),
        lc(
            "human",
            [
                {"type": "text", "text": "What is this?", "cache_control": {"type": "ephemeral"}},
                {"type": "image", "base64": PNG, "mime_type": "image/png"},
                {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                {"type": "file", "base64": PDF, "mime_type": "application/pdf"},
                {"type": "audio", "base64": "UklGRg==", "mime_type": "audio/wav"},
                {"type": "non_standard", "value": {"a": 1}},
            ],
        ),
        lc(
            "ai",
            [
                {"type": "reasoning", "reasoning": "Two calls.", "extras": {"signature": SIGNATURE}},
                {"type": "text", "text": "Looking."},
                {"type": "tool_use", "id": "1", "name": "tags", "input": {"last": 2}},
                {"type": "server_tool_call", "id": "s", "name": "web_search", "args": {"query": "x"}},
                {"type": "server_tool_result", "tool_call_id": "s", "status": "success", "output": ["y"]},
            ],
            tool_calls=[{"name": "tags", "args": {"last": 2}, "id": "1", "type": "tool_call"}],
            invalid_tool_calls=[{"name": "shot", "args": "{bad", "id": "2", "error": "no JSON"}],
            usage_metadata={"input_tokens": 9, "output_tokens": 3, "total_tokens": 12},
        ),
        lc("tool", "no such file", tool_call_id="1", status="error", artifact={"rows": 3}),
        lc(
            "tool",
            [
                {"type": "text", "text": "the page"},
                {"type": "image", "base64": PNG, "mime_type": "image/png"},
            ],
            tool_call_id="2",
        ),
        lc("remove", "", id="m1"),
        lc("ai", "", additional_kwargs={"reasoning_content": "hm", "refusal": "No."}),
        lc("chat", "Why?", role="critic"),
    ],
)


def part(kind: str, **fields: Any) -> dict[str, Any]:
    """A part of pydantic-ai."""
    return {"part_kind": kind, **fields}


PYDANTIC_AI = History(
    "everything of pydantic-ai",
    "pydantic-ai",
    [
        {
            "kind": "request",
            "instructions": "You deploy.",
            "parts": [
                part("system-prompt", content="Be brief."),
                part(
                    "user-prompt",
                    content=[
                        "What is this?",
                        {"kind": "cache-point", "ttl": "5m"},
                        {"kind": "binary", "data": PNG, "media_type": "image/png"},
                        {"kind": "image-url", "url": "https://example.com/a.png", "media_type": "image/png"},
                        {"kind": "binary", "data": PDF, "media_type": "application/pdf"},
                        {"kind": "audio-url", "url": "https://a.b/c.mp3", "media_type": "audio/mpeg"},
                        {"kind": "text-content", "content": "And this?", "metadata": None},
                    ],
                ),
            ],
        },
        {
            "kind": "response",
            "parts": [
                part("thinking", content="Two calls.", signature=SIGNATURE, provider_name="anthropic"),
                part("text", content="Looking."),
                part("builtin-tool-call", tool_name="web_search", args={"q": "x"}, tool_call_id="s"),
                part("builtin-tool-return", tool_name="web_search", content={"r": 1}, tool_call_id="s"),
                part("tool-call", tool_name="tags", args='{"last":  2}', tool_call_id="1"),
                part("tool-call", tool_name="shot", args=None, tool_call_id="2"),
                part("tool-call", tool_name="deploy", args={}, tool_call_id="3"),
            ],
        },
        {
            "kind": "request",
            "parts": [
                part("tool-return", tool_name="tags", content={"text": "v1", "n": 1}, tool_call_id="1"),
                part(
                    "tool-return",
                    tool_name="shot",
                    content=["see", {"kind": "binary", "data": PNG, "media_type": "image/png"}, {"n": 1}],
                    tool_call_id="2",
                    outcome="success",
                ),
                part("retry-prompt", tool_name="deploy", content="no rights", tool_call_id="3"),
                part("retry-feedback", content="Say it in one line."),
                part("model-settings-delta", settings={"a": 1}),
            ],
        },
        {"kind": "response", "parts": [part("compaction", content="They deployed.")]},
        {"kind": "request", "parts": [part("user-prompt", content="Thanks.")]},
    ],
)

OPENTELEMETRY = History(
    "everything of OpenTelemetry",
    "opentelemetry",
    [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "What is this?"},
                {"type": "blob", "modality": "image", "mime_type": "image/png", "content": PNG},
                {
                    "type": "uri",
                    "modality": "document",
                    "mime_type": "application/pdf",
                    "uri": "https://a.b/c.pdf",
                },
                {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "UklGRg=="},
                {"type": "weather", "degrees": 3},
            ],
        },
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Two calls."},
                {"type": "tool_call", "id": "1", "name": "tags", "arguments": {"last": 2}},
                {"type": "tool_call", "id": "2", "name": "disk", "arguments": '{"all":  true}'},
                {
                    "type": "server_tool_call",
                    "id": "s",
                    "name": "web_search",
                    "server_tool_call": {"type": "web_search", "query": "x"},
                },
                {
                    "type": "server_tool_call_response",
                    "id": "s",
                    "server_tool_call_response": {"type": "web_search", "found": 1},
                },
            ],
            "finish_reason": "tool_call",
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "v1"}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "2", "result": {"used": 12}}]},
        {"role": "assistant", "parts": [{"type": "compaction", "content": "They looked."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Thanks."}]},
    ],
)

LIBRARY_HISTORIES = (LANGCHAIN, PYDANTIC_AI, OPENTELEMETRY)


def step(type: str, uuid: str, parent: str | None, message: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A line of a session log of Claude Code."""
    line = {"type": type, "uuid": uuid, "parentUuid": parent, "sessionId": "s1", "isSidechain": False}
    return {**line, "timestamp": "2026-03-01T10:00:00.000Z", "message": message, **fields}


def answer(id: str, *content: dict[str, Any], tokens: int = 100) -> dict[str, Any]:
    """A message of the model, as Claude Code logs it: a line a block, with the whole usage each time."""
    usage = {"input_tokens": 2, "cache_read_input_tokens": tokens, "output_tokens": 5}
    model = {"id": id, "type": "message", "role": "assistant", "model": "claude", "stop_reason": None}
    return {**model, "content": list(content), "usage": usage}


def said(content: Any) -> dict[str, Any]:
    """A message of the user."""
    return {"role": "user", "content": content}


def outcome(id: str, content: str) -> dict[str, Any]:
    """A message of the user with the result of a call."""
    return said([{"type": "tool_result", "tool_use_id": id, "content": content}])


THOUGHT = {"type": "thinking", "thinking": "Two calls.", "signature": SIGNATURE}
CLAUDE_CODE: list[dict[str, Any]] = [
    {"type": "summary", "summary": "Deploying", "leafUuid": "z"},
    {"type": "file-history-snapshot", "messageId": "a", "snapshot": {}},
    step("user", "a", None, said("Deploy it.")),
    step("user", "meta", "a", said("<local-command-caveat>"), isMeta=True),
    step("assistant", "b", "meta", answer("m1", THOUGHT)),
    step("assistant", "c", "b", answer("m1", use("t1", "tags"))),
    step("assistant", "d", "c", answer("m1", use("t2", "disk"))),
    step("user", "e", "c", outcome("t1", "v1"), toolUseResult={"stdout": "v1"}),
    step("user", "side", None, said("A subagent's task."), isSidechain=True),
    step("user", "f", "d", outcome("t2", "12 %")),
    step("assistant", "x", "f", answer("m2", text("This was rewound."))),
    {"type": "system", "uuid": "g", "parentUuid": "f", "subtype": "info", "content": "hook ran"},
    step("assistant", "h", "g", answer("m3", text("Done."), tokens=200)),
    step("user", "i", "h", said("Thanks.")),
    {"type": "system", "uuid": "j", "parentUuid": "i", "subtype": "turn_duration"},
]


def rollout(line: str, /, **payload: Any) -> dict[str, Any]:
    """A line of a session log of Codex."""
    return {"timestamp": "2026-03-01T10:00:00.000Z", "type": line, "payload": payload}


def item(type: str, **fields: Any) -> dict[str, Any]:
    """A line with an item of the history."""
    return rollout("response_item", type=type, **fields)


def spoken(role: str, told: str) -> dict[str, Any]:
    """A line with a message."""
    kind = "output_text" if role == "assistant" else "input_text"
    return item("message", role=role, content=[{"type": kind, "text": told}])


def spent(last: int, total: int) -> dict[str, Any]:
    """A line with what the last request cost."""
    info = {"last_token_usage": {"input_tokens": last}, "total_token_usage": {"input_tokens": total}}
    return rollout("event_msg", type="token_count", info=info)


CODEX: list[dict[str, Any]] = [
    rollout("session_meta", id="c1", cwd="/work", base_instructions={"text": "You are Codex."}),
    spoken("user", "<environment_context>\n<cwd>/work</cwd>\n</environment_context>"),
    rollout("turn_context", model="gpt-5", cwd="/work"),
    spoken("user", "Deploy it."),
    rollout("event_msg", type="user_message", message="Deploy it."),
    item("reasoning", summary=[], content=None, encrypted_content=OPAQUE),
    item("function_call", name="shell", arguments='{"command":  ["ls"]}', call_id="c1"),
    spent(50, 50),
    item("function_call_output", call_id="c1", output="a.txt"),
    item("ghost_snapshot", ghost_commit={"id": "0"}),
    spoken("assistant", "Done."),
    spent(70, 120),
    spent(70, 120),
    spoken("user", "Undo it."),
    spoken("assistant", "Undone."),
    rollout("event_msg", type="thread_rolled_back", num_turns=1),
    spoken("user", "Thanks."),
]
