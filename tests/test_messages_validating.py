"""Every rule of the catalogue is found by a history that breaks it, and by none that does not."""

import copy
from typing import Any

import pytest

from contextkit import ReadError, SettingError, validate
from contextkit.messages.rules import PROVIDERS, RULES

from .histories import HISTORIES, History, said, text, use
from .mutants import (
    CASES,
    FOUND,
    GO,
    MUTANTS,
    SEARCH,
    Messages,
    Q,
    fout,
    gcall,
    gresponse,
    marks,
    result,
    user,
    wrote,
)

OPTIONAL = [rule.name for rule in RULES if rule.optional]


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: f"{history.provider}: {history.name}")
def test_nothing_is_wrong_with_what_a_provider_accepts(history: History) -> None:
    """No rule is broken, whether the provider is named or told by looking, and nothing is changed."""
    before = copy.deepcopy((history.messages, history.system, history.tools))
    assert validate(history.messages, history.provider, system=history.system, tools=history.tools) == []
    assert validate(history.messages, system=history.system, tools=history.tools) == []
    assert (history.messages, history.system, history.tools) == before


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
