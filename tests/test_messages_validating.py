"""Every rule of the catalogue is found by a history that breaks it, and by none that does not."""

import copy
from typing import Any

import pytest

from contextkit import ReadError, SettingError, validate
from contextkit.messages.rules import PROVIDERS, RULES

from .histories import HISTORIES, SIGNATURE, History, chat_call, said, text, use

OPTIONAL = [rule.name for rule in RULES if rule.optional]
Messages = list[dict[str, Any]]


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: f"{history.provider}: {history.name}")
def test_nothing_is_wrong_with_what_a_provider_accepts(history: History) -> None:
    """No rule is broken, whether the provider is named or told by looking, and nothing is changed."""
    before = copy.deepcopy((history.messages, history.system, history.tools))
    assert validate(history.messages, history.provider, system=history.system, tools=history.tools) == []
    assert validate(history.messages, system=history.system, tools=history.tools) == []
    assert (history.messages, history.system, history.tools) == before


# ---- one history for each rule and provider

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
    "wrong-role": ([wrote(result("a")), Q], "messages[0].content[0]"),
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


@pytest.mark.parametrize(("provider", "rule"), CASES)
def test_each_rule_finds_what_breaks_it(provider: str, rule: str) -> None:
    """The first thing found is the rule at its place, with its provider's words."""
    messages, place = MUTANTS[provider][rule]
    violations = validate(messages, provider, also=[rule] if rule in OPTIONAL else [])
    assert (rule, place) in [(each.rule, each.place) for each in violations], violations
    assert {each.provider for each in violations} == {provider}
    first = next(each for each in violations if each.rule == rule)
    assert place in str(first)
    assert rule in str(first)
    if rule != "wrong-role":  # what stands in a wrong role is in no place either
        assert {each.rule for each in violations} == {rule}


@pytest.mark.parametrize(("provider", "rule"), [case for case in CASES if case[1] in OPTIONAL])
def test_rules_that_depend_on_the_model_are_asked_for(provider: str, rule: str) -> None:
    """Nothing is said of them otherwise."""
    assert validate(MUTANTS[provider][rule][0], provider) == []


def test_each_rule_has_a_history_that_breaks_it() -> None:
    """For each provider that has the rule; and no two rules have one name."""
    assert sorted(CASES) == sorted((provider, rule.name) for rule in RULES for provider in rule.errors)
    assert len({rule.name for rule in RULES}) == len(RULES)


# ---- finer points


def test_marks_are_counted_where_they_stand() -> None:
    """Tools come first, then the system prompt, then messages, and blocks in results count too."""
    history = [Q, wrote(use("a", "b")), user(result("a", marks(1)), *marks(1))]
    tools = [{"name": "b", "cache_control": {"type": "ephemeral"}}]
    (violation,) = validate(history, "anthropic", system=marks(2), tools=tools)
    assert (violation.rule, violation.place) == ("too-many-cache-marks", "messages[2].content[1]")


def test_the_system_prompt_has_texts_too() -> None:
    """An empty block of it is found."""
    (violation,) = validate([Q], "anthropic", system=[text("")])
    assert (violation.rule, violation.place) == ("empty-text", "system[0]")


def test_a_server_call_may_wait_in_the_last_turn() -> None:
    """While only results of other calls follow; once the history goes on, it may not."""
    history = [Q, wrote(SEARCH, use("a", "b")), user(result("a"))]
    assert validate(history, "anthropic") == []
    assert validate([Q, wrote(SEARCH)], "anthropic") == []
    (violation,) = validate([*history, wrote(text("Hm."))], "anthropic")
    assert violation.rule == "unanswered-server-call"


def test_a_server_result_may_come_in_a_later_message() -> None:
    """The assistant's turn may stand in several messages."""
    assert validate([Q, wrote(SEARCH), wrote(FOUND, text("Hm.")), Q], "anthropic") == []


def test_an_output_may_answer_a_call_that_is_referred_to() -> None:
    """Its call may stand in the item that is named only."""
    reference = {"type": "item_reference", "id": "fc_1"}
    assert validate([Q, reference, fout("a")], "openai-responses") == []


def test_responses_may_come_with_ids_or_without() -> None:
    """Gemini's calls and responses fit by name where one of them has no id."""
    assert validate([GO, said("model", gcall(id="a")), said("user", gresponse())], "gemini") == []
    assert validate([GO, said("model", gcall()), said("user", gresponse(id="a"))], "gemini") == []


def test_a_sole_system_prompt_tells_anthropic() -> None:
    """Text alone reads as OpenAI Chat, unless a system prompt stands beside it."""
    blank = [{"role": "user", "content": [text(" ")]}]
    assert validate(blank) == []
    assert [each.provider for each in validate(blank, system="Be brief.")] == ["anthropic"]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "broken",
    [
        [{}],
        [{"role": None}],
        [{"role": "user", "content": [3]}],
        [{"role": "assistant", "content": None, "tool_calls": "x"}],
        [{"role": "assistant", "content": None, "tool_calls": [3, {"id": 4, "function": None}]}],
        [{"role": "assistant", "content": [{"type": "tool_use"}, {"type": 3}, {}]}],
        [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": [3]}]}],
        [{"role": "model", "parts": 3}, {"parts": [{"functionCall": 3}]}],
        [{"parts": [{"functionCall": {"name": 3}}, {"functionResponse": {"name": "a", "id": 3}}]}],
        [{"type": "function_call"}, {"type": 3}, {"type": "function_call_output", "call_id": 3}],
        [{"type": "function_call_output", "call_id": "a", "output": [3]}],
        [{"type": "message", "role": [], "content": {}}],
    ],
)
def test_any_shape_is_looked_at(provider: str, broken: Messages) -> None:
    """Whatever the objects hold, nothing raises, and each thing found has its place in them."""
    for violation in validate(broken, provider):
        assert violation.place.startswith("messages[")


def test_what_is_no_list_of_objects_is_an_error() -> None:
    """The one thing that cannot be looked at."""
    with pytest.raises(ReadError, match=r"messages\[0\]"):
        validate(["x"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("settings", "name"), [({"provider": "cohere"}, "provider"), ({"also": ["x"]}, "also")]
)
def test_unknown_names_are_errors(settings: dict[str, Any], name: str) -> None:
    """With what is known."""
    with pytest.raises(SettingError, match=name):
        validate([Q], **settings)
