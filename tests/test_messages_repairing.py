"""What a repair does, one fault at a time."""

import copy
from typing import Any

import pytest

from contextkit import repair, validate
from contextkit.messages.drafts import FAILED, NO_CONTENT, NO_RESULT
from contextkit.messages.rules import RULES

from .histories import HISTORIES, History, chat_call, said, text, use
from .mutants import (
    CASES,
    FOUND,
    GO,
    MUTANTS,
    SEARCH,
    THOUGHT,
    Messages,
    Q,
    asked,
    fcall,
    fout,
    gcall,
    gresponse,
    marks,
    result,
    tool,
    user,
    wrote,
)

OPTIONAL = {rule.name for rule in RULES if rule.optional}
NOT_MENDED = {
    *((provider, rule) for provider in MUTANTS for rule in ("wrong-shape", "unknown-role", "no-messages")),
    ("anthropic", "too-many-messages"),
    ("openai-chat", "part-type"),
}
"""What no repair can tell the meaning of."""


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: f"{history.provider}: {history.name}")
def test_what_is_valid_stays_as_it_is(history: History) -> None:
    """Nothing is done to it."""
    repaired = repair(history.messages, history.provider, system=history.system, tools=history.tools)
    assert (repaired.messages, repaired.repairs, repaired.violations) == (history.messages, (), ())


@pytest.mark.parametrize(("provider", "rule"), [case for case in CASES if case[1] not in OPTIONAL])
def test_each_fault_is_mended_or_said(provider: str, rule: str) -> None:
    """A fault that can be mended is, under its own name; another is handed back, and nothing is done."""
    messages = MUTANTS[provider][rule][0]
    before = copy.deepcopy(messages) if rule != "too-many-messages" else messages
    repaired = repair(messages, provider)
    assert messages == before
    if (provider, rule) in NOT_MENDED:
        assert rule in {each.rule for each in repaired.violations}
        assert repaired.messages == messages
    else:
        assert repaired.violations == ()
        assert rule in {each.rule for each in repaired.repairs}
        assert repair(repaired.messages, provider).repairs == ()


CASES_BY_HAND: dict[str, tuple[str, Messages, Messages]] = {
    "an interrupted call among parallel ones": (
        "openai-chat",
        [Q, asked(chat_call("a", "b", "{}"), chat_call("c", "d", "{}")), tool("c"), Q],
        [
            Q,
            asked(chat_call("a", "b", "{}"), chat_call("c", "d", "{}")),
            tool("c"),
            tool("a", NO_RESULT),
            Q,
        ],
    ),
    "a late result and an orphan": (
        "openai-chat",
        [Q, tool("x", "lost"), asked(chat_call("a", "b", "{}")), Q, tool("a", "late")],
        [
            Q,
            {
                "role": "user",
                "content": "(the result of the call 'x', which is not in this history)\nlost",
            },
            asked(chat_call("a", "b", "{}")),
            tool("a", "late"),
            Q,
        ],
    ),
    "two answers, equal and not": (
        "openai-chat",
        [Q, asked(chat_call("a", "b", "{}")), tool("a"), tool("a"), tool("a", "other"), Q],
        [
            Q,
            asked(chat_call("a", "b", "{}")),
            tool("a"),
            {
                "role": "user",
                "content": "(another result of the call 'a', which is answered already)\nother",
            },
            Q,
        ],
    ),
    "parallel calls of Responses, one interrupted, and an orphan": (
        "openai-responses",
        [Q, fcall("a"), fcall("b"), fout("b"), fout("x", output="lost"), Q],
        [
            Q,
            fcall("a"),
            fcall("b"),
            fout("b"),
            fout("a", output=NO_RESULT),
            {
                "role": "user",
                "content": "(the result of the call 'x', which is not in this history)\nlost",
            },
            Q,
        ],
    ),
    "a result is put in front of what the user says": (
        "anthropic",
        [Q, wrote(use("a", "b")), {"role": "user", "content": "Stop."}],
        [
            Q,
            wrote(use("a", "b")),
            user(
                {"type": "tool_result", "tool_use_id": "a", "content": NO_RESULT, "is_error": True},
                text("Stop."),
            ),
        ],
    ),
    "an orphan that the assistant seems to say": (
        "anthropic",
        [Q, wrote(text("Hm."), result("x", "seen")), Q],
        [
            Q,
            wrote(text("Hm.")),
            user(text("(the result of the call 'x', which is not in this history)\nseen")),
            Q,
        ],
    ),
    "an orphan with a picture": (
        "anthropic",
        [Q, wrote(text("Hm.")), user(result("x", [text("seen"), {"type": "image", "source": {}}]))],
        [
            Q,
            wrote(text("Hm.")),
            user(
                text("(the result of the call 'x', which is not in this history)"),
                text("seen"),
                {"type": "image", "source": {}},
            ),
        ],
    ),
    "what the server did not finish, and the thinking before it": (
        "anthropic",
        [Q, wrote(text("Hm."), THOUGHT, SEARCH), Q, wrote(FOUND | {"tool_use_id": "srvtoolu_9"}), Q],
        [Q, wrote(text("Hm.")), Q, Q],
    ),
    "empty blocks, and a failure that says nothing": (
        "anthropic",
        [
            user(text(""), text("Go.")),
            wrote(text(" "), use("a", "b")),
            user(result("a", [text("")], is_error=True)),
            wrote(text("")),
        ],
        [
            user(text("Go.")),
            wrote(use("a", "b")),
            user(result("a", FAILED, is_error=True)),
        ],
    ),
    "nothing but blank": ("anthropic", [user(text(" "))], [{"role": "user", "content": NO_CONTENT}]),
    "calls of Gemini in the wrong place": (
        "gemini",
        [
            GO,
            said("model", "Hm."),
            said("model", gcall(id="a"), gcall(id="b")),
            said("user", gresponse(id="b")),
        ],
        [
            GO,
            said("model", "Hm.", gcall(id="a"), gcall(id="b")),
            said(
                "user",
                gresponse(id="b"),
                {"functionResponse": {"id": "a", "name": "deploy", "response": {"error": NO_RESULT}}},
            ),
        ],
    ),
    "a call of Gemini at the beginning": (
        "gemini",
        [said("model", gcall()), said("user", gresponse(), "Go on.")],
        [said("user", NO_CONTENT), said("model", gcall()), said("user", gresponse(), "Go on.")],
    ),
    "an orphan of Gemini": (
        "gemini",
        [GO, said("model", "Hm."), said("user", gresponse(id="x"))],
        [
            GO,
            said("model", "Hm."),
            said(
                "user",
                '(the result of the call \'x\' of deploy, which is not in this history)\n{"result":"done"}',
            ),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES_BY_HAND)
def test_a_repair_by_hand(name: str) -> None:
    """The messages are these."""
    provider, broken, mended = CASES_BY_HAND[name]
    repaired = repair(broken, provider)
    assert repaired.messages == mended
    assert repaired.violations == ()


def test_messages_that_nothing_is_wrong_with_are_kept_as_they_are() -> None:
    """Only what is around a fault changes."""
    repaired = repair([Q, wrote(text("Hm.")), *HISTORIES[8].messages, wrote(use("z", "b")), Q], "anthropic")
    assert repaired.messages[2 : 2 + len(HISTORIES[8].messages)] == HISTORIES[8].messages


def test_the_newest_marks_stay() -> None:
    """Marks of the tools and of the system prompt cannot be taken away, so they count first."""
    tools = [{"name": "b", "cache_control": {"type": "ephemeral"}}]
    repaired = repair([user(*marks(5))], "anthropic", system=marks(1), tools=tools)
    kept = [bool(block.get("cache_control")) for block in repaired.messages[0]["content"]]
    assert kept == [False, False, False, True, True]
    assert [each.rule for each in repaired.repairs] == ["too-many-cache-marks"] * 3
    assert validate(repaired.messages, "anthropic", system=marks(1), tools=tools) == []


def test_what_is_wrong_beside_the_messages_is_handed_back() -> None:
    """The system prompt is looked at only."""
    (violation,) = repair([Q], "anthropic", system=[text("")]).violations
    assert violation.rule == "empty-text"


def test_an_output_whose_call_may_be_stored_is_left_alone() -> None:
    """It may go on from a stored response."""
    assert repair([fout("a")], "openai-responses").messages == [fout("a")]


def test_a_computers_screen_cannot_be_made_up() -> None:
    """Its call stays unanswered, and that is said."""
    call = {
        "type": "computer_call",
        "call_id": "a",
        "id": "cu_1",
        "pending_safety_checks": [],
        "status": "completed",
    }
    (violation,) = repair([Q, call, Q], "openai-responses").violations
    assert violation.rule == "unanswered-call"


@pytest.mark.parametrize(
    ("item", "output"),
    [
        (
            {"type": "custom_tool_call", "call_id": "a", "name": "sql", "input": "x"},
            {"type": "custom_tool_call_output", "call_id": "a", "output": NO_RESULT},
        ),
        (
            {"type": "tool_search_call", "call_id": "a", "execution": "client", "arguments": {}},
            {
                "type": "tool_search_output",
                "call_id": "a",
                "execution": "client",
                "status": "incomplete",
                "tools": [],
            },
        ),
    ],
)
def test_each_kind_of_call_gets_its_kind_of_output(item: dict[str, Any], output: dict[str, Any]) -> None:
    """The stand-in has the type that the call asks for."""
    assert repair([Q, item, Q], "openai-responses").messages == [Q, item, output, Q]


def test_places_are_those_of_what_came() -> None:
    """Also for what is found once something else has been left out."""
    messages = [Q, wrote(text("")), Q, wrote(text("Hm."), THOUGHT | {"signature": ""}, THOUGHT), Q]
    repaired = repair(messages, "anthropic")
    assert [(each.rule, each.place) for each in repaired.repairs] == [
        ("empty-text", "messages[1].content[0]"),
        ("thinking-signature", "messages[3].content[1]"),
        ("thinking-last", "messages[3].content[1]"),
    ]
