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
    Clamp,
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
    from_messages,
    to_messages,
    validate,
)
from contextkit.message_formats import MESSAGE_FORMATS
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


def test_a_window_knows_the_objects_of_a_client_again() -> None:
    """Whole messages that are objects, and dictionaries that hold some; what is changed in place is seen."""
    from anthropic.types import TextBlock
    from openai.types.chat import ChatCompletionMessage

    chat: list[Any] = [{"role": "user", "content": "go on"}]
    blocks: list[Any] = [{"role": "user", "content": ({"type": "text", "text": "go on"},)}]
    given = ("openai-chat", chat), ("anthropic", blocks)
    windows = {provider: Window(MESSAGE_FORMATS[provider], budget=10_000) for provider, _ in given}
    for _ in range(3):
        chat.append(ChatCompletionMessage(role="assistant", content="Done."))
        blocks.append({"role": "assistant", "content": [TextBlock(type="text", text="Done.")]})
        for provider, messages in given:
            fitted = fit(messages, window=windows[provider])
            assert fitted == fit(messages, 10_000, provider=provider)
            assert windows[provider].fold.goes_on(messages, None)  # type: ignore[attr-defined]
    chat[1].content = "Failed."
    assert fit(chat, window=windows["openai-chat"])[1]["content"] == "Failed."


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


def each_cut(messages: list[dict[str, Any]], provider: str) -> list[list[dict[str, Any]]]:
    """What fits at each budget from one that holds all down to the smallest."""
    cuts: list[list[dict[str, Any]]] = []
    budget = fit_context(messages, provider=provider).tokens
    while True:
        try:
            context = fit_context(messages, budget, provider=provider, policies=[Clamp(8), Drop()])
        except BudgetError:
            return cuts
        assert context.tokens <= budget
        cuts.append(context.messages)
        budget = context.tokens - 1


def test_a_message_of_parts_keeps_its_role_when_its_first_part_goes() -> None:
    """An item of OpenAI's Responses without type and role is none."""
    image = {"type": "input_image", "image_url": "https://a.example/b.png", "detail": "auto"}
    asked = {"role": "user", "content": [image, {"type": "input_text", "text": "What is on it?"}]}
    said = [{"role": role, "content": "word " * 40} for role in ("assistant", "user")]
    cuts = each_cut([asked, *said], "openai-responses")
    assert all(validate(messages, "openai-responses") == [] for messages in cuts)
    assert {"role": "user", "content": asked["content"][1:]} in [one for messages in cuts for one in messages]


def test_what_the_user_says_while_a_call_runs_stays_where_it_is() -> None:
    """OpenAI's Responses take the answer behind it."""
    history = [
        {"role": "user", "content": "Deploy."},
        {"type": "function_call", "call_id": "a", "name": "deploy", "arguments": "{}"},
        {"role": "user", "content": "Hurry."},
        {"type": "function_call_output", "call_id": "a", "output": "done"},
    ]
    assert validate(history) == []
    assert fit(history, 1_000) == history
    waiting = fit(history[:3], 1_000)
    assert waiting[:3] == history[:3]
    assert validate(waiting) == []


@pytest.mark.parametrize("first", ["user", "model"])
def test_neighbouring_contents_of_gemini_stay_apart(first: str) -> None:
    """A stream that was kept chunk by chunk, and a history that begins with the model."""
    history = [
        {"role": role, "parts": [{"text": role}]} for role in (first, "model", "model", "user", "user")
    ]
    assert fit(history, 1_000) == history
    for messages in each_cut(history, "gemini"):
        assert validate(messages, "gemini") == []


def test_a_response_that_names_a_call_without_an_id_is_its_answer() -> None:
    """Some clients make the id up when they answer."""
    call = {"functionCall": {"name": "git.list tags", "args": {"log": "line\n" * 99}}}
    answer = {"functionResponse": {"id": "made-up", "name": "git.list tags", "response": {"tags": ["v1"]}}}
    history = [
        {"role": "user", "parts": [{"text": "Deploy."}]},
        {"role": "model", "parts": [call]},
        {"role": "user", "parts": [answer]},
    ]
    cuts = each_cut(history, "gemini")
    assert cuts[0] == history
    assert any(len(messages) == 3 and messages != history for messages in cuts)
    assert all(validate(messages, "gemini") == [] for messages in cuts)


def test_an_answer_behind_the_models_next_turn_stays_there() -> None:
    """OpenAI's Responses take it; until it comes, what stands in for it moves on at the end."""
    history: list[dict[str, Any]] = [
        {"role": "user", "content": "Deploy it."},
        {"type": "function_call", "call_id": "a", "name": "deploy", "arguments": "{}"},
        {"role": "user", "content": "Hurry."},
        {"role": "assistant", "content": "I do."},
        {"role": "user", "content": "And?"},
        {"type": "function_call_output", "call_id": "a", "output": "done"},
    ]
    assert validate(history) == []
    whole = fit_context(history)
    assert whole.messages == history
    assert fit(history, whole.tokens) == history
    waiting = fit(history[:5])
    assert waiting[:4] == history[:4]
    assert waiting[4]["type"] == "function_call_output"
    assert waiting[5:] == history[4:5]


def test_what_was_cut_of_one_message_changes_no_other_one() -> None:
    """The prompt before it and what the user says behind it stay as they came."""
    history: list[dict[str, Any]] = [
        {"type": "message", "role": "developer", "content": "Deploy with care."},
        {"type": "message", "role": "user", "content": "word " * 400},
        {"type": "message", "role": "user", "content": "Go on."},
    ]
    first, second, third = from_messages(history)
    written = to_messages([first, second.with_data("cut"), third], "openai-responses").messages
    assert written == [history[0], history[1] | {"content": "cut"}, history[2]]


def test_thinking_goes_with_the_answer_that_it_led_to() -> None:
    """In a message of its own it may not end the turn once the next one was cut."""
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"}
    history: list[dict[str, Any]] = [{"role": "user", "content": "Deploy it."}]
    for _ in range(6):
        history.append({"role": "assistant", "content": [thought]})
        history.append({"role": "assistant", "content": "word " * 60})
        history.append({"role": "user", "content": "Go on."})
    assert validate(history, "anthropic") == []
    whole = fit_context(history, provider="anthropic")
    assert whole.messages == history
    for budget in range(120, whole.tokens, 7):
        context = fit_context(history, budget, provider="anthropic", policies=[Drop()])
        assert validate(context.messages, "anthropic") == []
        assert context.tokens == fit_context(context.messages, provider="anthropic").tokens <= budget


def test_what_stands_in_for_an_answer_stands_before_the_users_text() -> None:
    """Anthropic wants results first, also where the user interrupts one of two parallel calls."""
    calls: list[dict[str, Any]] = [
        {"type": "tool_use", "id": id, "name": "deploy", "input": {}} for id in ("a", "b")
    ]
    answer = {"type": "tool_result", "tool_use_id": "b", "content": "done"}
    stop = {"type": "text", "text": "Stop."}
    history: list[dict[str, Any]] = [
        {"role": "user", "content": "Deploy it."},
        {"role": "assistant", "content": calls},
        {"role": "user", "content": [answer, stop]},
        {"role": "assistant", "content": "I stop."},
    ]
    for end in (3, 4):
        fitted = fit(history[:end], provider="anthropic")
        assert validate(fitted, "anthropic") == []
        assert fitted[2]["content"][::2] == [answer, stop]
        assert fitted[2]["content"][1]["tool_use_id"] == "a"


def test_a_call_of_the_servers_is_a_text_once_nothing_can_answer_it() -> None:
    """In the model's last turn it waits; behind what the user says it may not stand."""
    call = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "api-7"}}
    said = {"role": "assistant", "content": [call, {"type": "text", "text": "I look."}]}
    history: list[dict[str, Any]] = [
        {"role": "user", "content": "Deploy it."},
        said,
        {"role": "assistant", "content": ("word " * 300).rstrip()},
    ]
    whole = fit_context(history, provider="anthropic")
    assert whole.messages == history
    window = Window(ANTHROPIC, budget=whole.tokens - 150, policies=[Drop()])
    for messages in (history, [*history, {"role": "user", "content": "Go on."}]):
        context = fit_context(messages, window=window)
        assert validate(context.messages, "anthropic") == []
        assert "api-7" in str(context.messages)
        alone = fit_context(messages, whole.tokens - 150, provider="anthropic", policies=[Drop()])
        assert alone.messages == context.messages


@pytest.mark.parametrize("apart", [False, True])
def test_calls_of_one_turn_with_one_id_are_answered_in_their_order(apart: bool) -> None:
    """Also in contents of their own; Gemini takes them, and each keeps its own answer."""
    calls: list[dict[str, Any]] = [
        {"functionCall": {"id": "1", "name": name, "args": {}}} for name in ("get_log", "deploy")
    ]
    answers = [
        {"functionResponse": {"id": "1", "name": name, "response": {"result": name}}}
        for name in ("get_log", "deploy")
    ]
    groups = [[call] for call in calls] if apart else [calls]
    history: list[dict[str, Any]] = [
        {"role": "user", "parts": [{"text": "go on"}]},
        *({"role": "model", "parts": parts} for parts in groups),
        {"role": "user", "parts": answers},
    ]
    assert validate(history) == []
    context = fit_context(history, 1_000)
    assert context.messages == history
    answered = {event.call_id: event for event in context.thread if event.kind == "call"}
    found = [(answered[event.call_id].type, event.type) for event in context.thread if event.kind == "result"]
    assert found == [("get_log", "get_log_result"), ("deploy", "deploy_result")]


def test_whoever_gives_messages_is_told_of_messages() -> None:
    """What is in the way is named by its place in the list."""
    history = [{"role": "system", "content": "Deploy."}, {"role": "user", "content": "hi " * 500}]
    with pytest.raises(
        BudgetError, match=r"the messages do not fit.*messages\[1\] \(50\d tokens\)"
    ) as caught:
        fit(history, budget=100)
    assert caught.value.blockers[0][0] == "messages[1]"
    assert fit(history, budget=caught.value.needed) == history


@pytest.mark.parametrize("tools", ["x", 3, {"name": "deploy"}])
def test_tools_are_a_list(tools: Any) -> None:
    """What else is given is told at once."""
    with pytest.raises(SettingError, match="it must be a list of definitions"):
        fit([{"role": "user", "content": "hi"}], budget=100, tools=tools)


def test_a_thread_is_no_list_of_messages() -> None:
    """It is told which call takes one."""
    with pytest.raises(SettingError, match="give a list of messages; of a thread, Window"):
        fit(Thread([Event("user", "hi")]), budget=100)


def test_the_last_token_that_fits_fits() -> None:
    """What is decided without counting is decided as it would be with it, to the token."""
    history = a_run(12)
    for counter in ("o200k_base", Estimate("1.5", 1.5, (1, 2)), len):
        whole = fit_context(history, counter=counter).tokens
        assert fit(history, whole, counter=counter) == history
        assert fit(history, whole - 2, counter=counter) != history


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
