"""Tests of `contextkit.fitting`."""

import copy
import json
from typing import Any

import pytest

from contextkit import (
    ANTHROPIC,
    OPENAI_CHAT,
    TAGGED,
    Budget,
    BudgetError,
    Drop,
    Event,
    ReadError,
    RenderError,
    SettingError,
    Thread,
    Window,
    count_messages,
    fit,
    fit_context,
    validate,
)
from contextkit.tokens.counters import Estimate, count

from .histories import HISTORIES, History
from .judges import judge, sent

EACH_HISTORY = pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.name)


def a_run(turns: int) -> list[dict[str, Any]]:
    """The history of an agent that reads a log at each turn."""
    history: list[dict[str, Any]] = [{"role": "user", "content": "Find out why the deploy of api-7 failed."}]
    for turn in range(turns):
        function = {"name": "get_log", "arguments": json.dumps({"page": turn})}
        call = {"id": f"call_{turn}", "type": "function", "function": function}
        history.append({"role": "assistant", "content": None, "tool_calls": [call]})
        log = "\n".join(f"12:{turn:02}:{n:02} worker-{n % 7} took job {turn}-{n}" for n in range(40))
        history.append({"role": "tool", "tool_call_id": f"call_{turn}", "content": log})
    return history


@EACH_HISTORY
def test_what_fits_comes_back_equal(history: History) -> None:
    """With room for all, nothing is touched, and the tokens are those that the provider counts."""
    context = fit_context(
        history.messages, 1_000_000, system=history.system, tools=history.tools, provider=history.provider
    )
    assert context.messages == history.messages
    counted = count_messages(history.messages, history.provider, system=history.system, tools=history.tools)  # type: ignore[arg-type]
    assert context.tokens >= counted.tokens


@EACH_HISTORY
@pytest.mark.parametrize("share", [0.9, 0.6, 0.3])
def test_what_does_not_fit_is_cut_and_accepted(history: History, share: float) -> None:
    """The provider's rules and its client's types accept it, at the budget or at the one that would do."""
    whole = fit_context(history.messages, system=history.system, provider=history.provider).tokens
    budget = max(1, int(whole * share))
    try:
        messages = fit(history.messages, budget, system=history.system, provider=history.provider)
    except BudgetError as error:
        messages = fit(history.messages, error.needed, system=history.system, provider=history.provider)
    assert validate(messages, history.provider, system=history.system) == []
    assert judge(history.provider, messages) == []


def test_the_client_sends_what_fit_gives() -> None:
    """What the real client puts on the wire is the list."""
    messages = fit(a_run(30), 3_000)
    assert len(messages) < 61
    assert sent("openai-chat", messages) == messages


def test_the_framing_and_the_tools_count() -> None:
    """Tools sent along make the messages smaller; their sum with what stands around keeps the budget."""
    parameters = {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(200)}}
    tools = [{"type": "function", "function": {"name": "get_log", "parameters": parameters}}]
    history = a_run(30)
    with_tools = fit(history, 3_000, tools=tools, model="gpt-4o", policies=[Drop()])
    without = fit(history, 3_000, model="gpt-4o", policies=[Drop()])
    assert len(with_tools) < len(without)
    assert count_messages(with_tools, tools=tools, model="gpt-4o").tokens <= 3_000


def test_a_window_at_every_turn_gives_what_fit_alone_gives() -> None:
    """What a window remembers changes the time alone, and a history that is another one starts afresh."""
    history = a_run(24)
    window = Window(OPENAI_CHAT, budget=3_000)
    for end in (1, 21, 23, 41, 21, 49):
        assert fit(history[:end], window=window) == fit(history[:end], 3_000)
    other = copy.deepcopy(history)
    other[0]["content"] = "Do something else."
    assert fit(other, window=window) == fit(other, 3_000)


def test_a_longer_history_begins_as_the_shorter_one_did() -> None:
    """Between two compactions the front stays, so that a provider serves it from its cache."""
    history, breaks = a_run(60), 0
    before: list[dict[str, Any]] = []
    for end in range(1, len(history) + 1, 2):
        messages = fit(history[:end], 12_000)
        breaks += messages[: len(before)] != before
        before = messages
    assert 0 < breaks <= 9


def test_the_input_is_not_changed_and_the_output_is_the_users() -> None:
    """Whoever changes what came back changes neither the history nor what the window remembers."""
    history = a_run(10)
    kept = copy.deepcopy(history)
    window = Window(OPENAI_CHAT, budget=100_000)
    fit(history, window=window)[0]["content"] = "changed"
    assert history == kept
    assert fit(history, window=window) == kept


def test_reserve_and_policies_are_as_for_text() -> None:
    """A budget with a reserve, and policies of the user's."""
    context = fit_context(a_run(30), Budget(4_000, reserve=1_000), policies=[Drop()], model="gpt-4o")
    assert context.tokens <= 3_000
    assert {step.policy for step in context.steps} <= {"Drop()"}
    assert context.receipt().tokens == context.tokens


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"messages": "hello", "budget": 5}, ReadError, "a list of messages is needed"),
        (
            {"messages": [{"role": "tool", "tool_call_id": "x", "content": ""}]},
            ReadError,
            "nowhere before it",
        ),
        ({"messages": [], "budget": 0}, SettingError, "Budget.limit"),
        ({"messages": [], "provider": "openai"}, SettingError, "openai-chat, openai-responses"),
        ({"messages": [], "window": Window(TAGGED)}, SettingError, "message format, such as OPENAI_CHAT"),
        ({"messages": [], "window": Window(ANTHROPIC), "budget": 5}, SettingError, "the window has its own"),
    ],
)
def test_bad_input_is_one_clear_error(arguments: Any, error: type[Exception], words: str) -> None:
    """It says what is wrong and the way out."""
    with pytest.raises(error, match=words):
        fit(**arguments)


def test_an_iterator_is_read_once() -> None:
    """What cannot be gone through twice is not lost."""
    assert fit(iter(a_run(3)), 100_000) == a_run(3)


def test_the_models_framing_counts_around_the_messages_too() -> None:
    """What stands around them is counted for the same model as they are."""
    history = a_run(3)
    for model in ("gpt-4o", "gpt-5"):
        counted = count_messages(history, "openai-chat", model=model)
        assert fit_context(history, model=model).tokens == counted.tokens


def test_the_last_token_that_fits_fits() -> None:
    """What is decided without counting is decided as it would be with it, to the token."""
    history = a_run(12)
    for counter in ("o200k_base", Estimate("1.5", 1.5, (1, 2)), len):
        whole = fit_context(history, counter=counter).tokens  # type: ignore[arg-type]
        assert fit(history, whole, counter=counter) == history  # type: ignore[arg-type]
        assert fit(history, whole - 2, counter=counter) != history  # type: ignore[arg-type]


def test_what_is_sure_without_counting_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token stands for one byte or more, so that fewer bytes than the budget fit; who asks is told."""
    counted: list[str] = []

    def noted(counter: Any, text: str) -> int:
        counted.append(text)
        return count(counter, text)

    monkeypatch.setattr("contextkit.message_formats.measuring.count", noted)
    history = a_run(12)
    context = fit_context(history, 100_000, model="gpt-4o")
    assert context.messages == history
    assert not [text for text in counted if "worker" in text]
    assert context.tokens == count_messages(history, model="gpt-4o").tokens
    assert len([text for text in counted if "worker" in text]) == 12


def test_a_counter_of_the_users_is_called_text_by_text_in_order() -> None:
    """Nothing is known of its tokens, so each text is counted, once, as it comes."""
    called: list[str] = []

    def counter(text: str) -> int:
        called.append(text)
        return len(text)

    history = a_run(5)
    fit(history, 10_000_000, counter=counter)
    logs = [text for text in called if "worker" in text]
    assert logs == [message["content"] for message in history if message["role"] == "tool"]


def test_a_long_run_of_blanks_is_not_taken_for_too_much() -> None:
    """An estimate is scaled once, also where a text is so long that it need not be counted to its end."""
    history = a_run(2)
    history[-1]["content"] = " " * 100_000
    counter = Estimate("1.5", 1.5, (1, 2))
    assert fit(history, fit_context(history, counter=counter).tokens, counter=counter) == history


@pytest.mark.parametrize("budget", [10_000, None])
def test_a_renderer_that_raises_leaves_no_trace(budget: int | None) -> None:
    """What was added up and written before it raised is not added up and written again."""

    def fails(event: Event) -> str:
        raise ValueError(event.type)

    format = OPENAI_CHAT | {"bad": fails}
    window = Window(format, budget=budget)
    thread = Thread([Event("user", "Find out.")])
    window.render(thread)
    longer = thread.append(Event("user", "And be quick."))
    with pytest.raises(RenderError):
        window.render(longer.append(Event("bad")))
    for end in (longer, longer.append(Event("user", "Please."))):
        context, fresh = window.render(end), Window(format, budget=budget).render(end)
        assert (context.tokens, context.messages) == (fresh.tokens, fresh.messages)
