"""For each rule of each provider a history that breaks it, with the place."""

from typing import Any

from contextkit.messages.rules import PROVIDERS

from .histories import SIGNATURE, chat_call, said, text, use

Messages = list[dict[str, Any]]

Q = {"role": "user", "content": "Go."}
GO = said("user", "Go.")


def asked(*calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An assistant's message of OpenAI Chat with calls."""
    return {"role": "assistant", "content": None, "tool_calls": list(calls), **more}


def tool(id: str, content: Any = "done") -> dict[str, Any]:
    """A tool's message of OpenAI Chat."""
    return {"role": "tool", "tool_call_id": id, "content": content}


def fcall(call_id: str, **more: Any) -> dict[str, Any]:
    """A function call of OpenAI Responses."""
    return {"type": "function_call", "call_id": call_id, "name": "deploy", "arguments": "{}", **more}


def fout(id: str, **more: Any) -> dict[str, Any]:
    """A function call's output of OpenAI Responses."""
    return {"type": "function_call_output", "call_id": id, "output": "done", **more}


def wrote(*blocks: Any) -> dict[str, Any]:
    """An assistant's message of Anthropic."""
    return {"role": "assistant", "content": list(blocks)}


def user(*blocks: Any) -> dict[str, Any]:
    """A user's message of Anthropic."""
    return {"role": "user", "content": list(blocks)}


def result(id: str, content: Any = "done", **more: Any) -> dict[str, Any]:
    """A tool's result of Anthropic."""
    return {"type": "tool_result", "tool_use_id": id, "content": content, **more}


def gcall(name: str = "deploy", **more: Any) -> dict[str, Any]:
    """A function call of Gemini."""
    return {"functionCall": {"name": name, "args": {}, **more}}


def gresponse(name: str = "deploy", **more: Any) -> dict[str, Any]:
    """A function response of Gemini."""
    return {"functionResponse": {"name": name, "response": {"result": "done"}, **more}}


def marks(number: int, **more: Any) -> list[dict[str, Any]]:
    """Blocks of text with cache marks."""
    return [text(f"part {each}", cache_control={"type": "ephemeral", **more}) for each in range(number)]


SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
THOUGHT = {"type": "thinking", "thinking": "Well.", "signature": SIGNATURE}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}

CHAT: dict[str, tuple[Messages, str]] = {
    "unanswered-call": ([Q, asked(chat_call("a", "deploy", "{}")), Q], "messages[1].tool_calls[0]"),
    "orphan-result": ([Q, tool("a"), Q], "messages[1]"),
    "misplaced-result": ([Q, asked(chat_call("a", "deploy", "{}")), Q, tool("a")], "messages[3]"),
    "duplicate-result": (
        [Q, asked(chat_call("a", "deploy", "{}")), tool("a"), tool("a", "again")],
        "messages[3]",
    ),
    "duplicate-call-id": (
        [Q, asked(chat_call("a", "b", "{}"), chat_call("a", "c", "{}")), tool("a"), tool("a")],
        "messages[1].tool_calls[1]",
    ),
    "arguments-shape": (
        [
            Q,
            asked({"id": "a", "type": "function", "function": {"name": "deploy", "arguments": {}}}),
            tool("a"),
        ],
        "messages[1].tool_calls[0].function.arguments",
    ),
    "tool-name": (
        [Q, asked(chat_call("a", "git.tags", "{}")), tool("a")],
        "messages[1].tool_calls[0].function.name",
    ),
    "call-id": (
        [Q, asked(chat_call("a" * 41, "deploy", "{}")), tool("a" * 41)],
        "messages[1].tool_calls[0].id",
    ),
    "empty-calls": ([Q, asked(content="Hm.")], "messages[1].tool_calls"),
    "wrong-shape": ([{"role": "user", "content": 3}], "messages[0].content"),
    "no-messages": ([], "messages"),
    "unknown-role": ([{"role": "model", "content": "Hm."}], "messages[0].role"),
    "missing-content": ([Q, {"role": "assistant", "content": None}], "messages[1]"),
    "empty-message": ([{"role": "user", "content": []}], "messages[0].content"),
    "part-type": (
        [
            Q,
            asked(chat_call("a", "screenshot", "{}")),
            tool("a", [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]),
        ],
        "messages[2].content[0]",
    ),
}

RESPONSES: dict[str, tuple[Messages, str]] = {
    "unanswered-call": ([Q, fcall("a"), Q], "messages[1]"),
    "orphan-result": ([Q, {"role": "assistant", "content": "Hm."}, fout("a")], "messages[2]"),
    "misplaced-result": ([Q, fout("a"), fcall("a")], "messages[1]"),
    "duplicate-result": ([Q, fcall("a"), fout("a"), fout("a")], "messages[3]"),
    "duplicate-call-id": ([Q, fcall("a"), fcall("a"), fout("a"), fout("a")], "messages[2]"),
    "arguments-shape": ([Q, fcall("a", arguments={}), fout("a")], "messages[1].arguments"),
    "tool-name": ([Q, fcall("a", name="git.tags"), fout("a")], "messages[1].name"),
    "call-id": ([Q, fcall("a" * 65), fout("a" * 65)], "messages[1].call_id"),
    "wrong-shape": ([{"content": "Hm."}], "messages[0]"),
    "no-messages": ([], "messages"),
    "unknown-role": ([{"role": "tool", "content": "Hm."}], "messages[0].role"),
    "missing-content": ([Q, fcall("a"), fout("a", output=None)], "messages[2]"),
    "part-type": ([{"role": "user", "content": [text("Hm.")]}], "messages[0].content[0]"),
    "reasoning-alone": ([Q, REASONING, Q], "messages[1]"),
    "duplicate-item": (
        [Q, fcall("a", id="fc_1"), fout("a"), fcall("b", id="fc_1"), fout("b")],
        "messages[3].id",
    ),
    "item-id": ([Q, fcall("a", id="call_1"), fout("a")], "messages[1].id"),
    "orphan-continuation": ([fout("a")], "messages[0]"),
}

ANTHROPIC: dict[str, tuple[Messages, str]] = {
    "unanswered-call": ([Q, wrote(use("a", "deploy")), Q], "messages[1].content[0]"),
    "orphan-result": ([Q, wrote(text("Hm.")), user(result("a"))], "messages[2].content[0]"),
    "misplaced-result": (
        [Q, wrote(use("a", "deploy")), user(text("Hm."), result("a"))],
        "messages[2].content[1]",
    ),
    "duplicate-result": ([Q, wrote(use("a", "b")), user(result("a"), result("a"))], "messages[2].content[1]"),
    "duplicate-call-id": (
        [Q, wrote(use("a", "b")), user(result("a")), wrote(use("a", "b")), user(result("a"))],
        "messages[3].content[0]",
    ),
    "unanswered-server-call": ([Q, wrote(SEARCH, text("Hm.")), Q], "messages[1].content[0]"),
    "orphan-server-result": ([Q, wrote(FOUND, text("Hm.")), Q], "messages[1].content[0]"),
    "arguments-shape": (
        [Q, wrote({"type": "tool_use", "id": "a", "name": "b", "input": "{}"}), user(result("a"))],
        "messages[1].content[0].input",
    ),
    "tool-name": ([Q, wrote(use("a", "git.tags")), user(result("a"))], "messages[1].content[0].name"),
    "call-id": ([Q, wrote(use("a:1", "b")), user(result("a:1"))], "messages[1].content[0].id"),
    "wrong-shape": ([{"role": "user"}], "messages[0].content"),
    "no-messages": ([], "messages"),
    "unknown-role": ([{"role": "tool", "content": "Hm."}], "messages[0].role"),
    "wrong-role": ([user(use("a", "b")), user(result("a"))], "messages[0].content[0]"),
    "empty-message": ([{"role": "user", "content": ""}], "messages[0].content"),
    "empty-text": ([user(text(""), text("Go."))], "messages[0].content[0]"),
    "blank-text": ([user(text(" \n"), text("Go."))], "messages[0].content[0]"),
    "trailing-white-space": ([Q, wrote(text("It is "))], "messages[1].content[0]"),
    "empty-error-result": (
        [Q, wrote(use("a", "b")), user(result("a", "", is_error=True))],
        "messages[2].content[0]",
    ),
    "empty-result-list": ([Q, wrote(use("a", "b")), user(result("a", []))], "messages[2].content[0].content"),
    "part-type": (
        [Q, wrote(use("a", "b")), user(result("a", [{"query": "x", "result": "y"}]))],
        "messages[2].content[0].content[0]",
    ),
    "too-many-messages": ([Q] * 100_001, "messages"),
    "thinking-signature": ([Q, wrote(THOUGHT | {"signature": ""}, text("Hm.")), Q], "messages[1].content[0]"),
    "thinking-last": ([Q, wrote(text("Hm."), THOUGHT), Q], "messages[1].content[1]"),
    "too-many-cache-marks": ([user(*marks(5))], "messages[0].content[4]"),
    "cache-mark-order": ([user(*marks(1), *marks(1, ttl="1h"))], "messages[0].content[1]"),
    "cache-mark-place": (
        [Q, wrote(THOUGHT | {"cache_control": {"type": "ephemeral"}}, text("Hm.")), Q],
        "messages[1].content[0]",
    ),
    "trailing-assistant": ([Q, wrote(text("It is"))], "messages[1]"),
    "system-in-messages": ([Q, {"role": "system", "content": "Be brief."}], "messages[1]"),
    "thinking-first": ([Q, wrote(use("a", "b")), user(result("a"))], "messages[1]"),
}

GEMINI: dict[str, tuple[Messages, str]] = {
    "unanswered-call": ([GO, said("model", gcall()), GO], "messages[1].parts[0]"),
    "orphan-result": ([GO, said("model", "Hm."), said("user", gresponse())], "messages[2].parts[0]"),
    "misplaced-result": ([GO, said("model", gcall()), GO, said("user", gresponse())], "messages[3].parts[0]"),
    "duplicate-result": (
        [GO, said("model", gcall()), said("user", gresponse(), gresponse())],
        "messages[2].parts[1]",
    ),
    "arguments-shape": (
        [GO, said("model", gcall()), said("user", gresponse(response="done"))],
        "messages[2].parts[0].response",
    ),
    "tool-name": ([GO, said("model", gcall("")), said("user", gresponse(""))], "messages[1].parts[0].name"),
    "wrong-shape": ([{"role": "user", "parts": ["Go."]}], "messages[0].parts[0]"),
    "no-messages": ([], "messages"),
    "unknown-role": ([said("assistant", "Hm.")], "messages[0].role"),
    "wrong-role": ([GO, said("user", gcall()), said("user", gresponse())], "messages[1].parts[0]"),
    "empty-message": ([said("user")], "messages[0].parts"),
    "empty-part": ([said("user", {}, "Go.")], "messages[0].parts[0]"),
    "call-turn": (
        [GO, said("model", "Hm."), said("model", gcall()), said("user", gresponse())],
        "messages[2]",
    ),
    "trailing-assistant": ([GO, said("model", "It is")], "messages[1]"),
    "thought-signature": ([GO, said("model", gcall()), said("user", gresponse())], "messages[1].parts[0]"),
}

MUTANTS = dict(zip(PROVIDERS, (CHAT, RESPONSES, ANTHROPIC, GEMINI), strict=True))
CASES = [(provider, rule) for provider, mutants in MUTANTS.items() for rule in mutants]
