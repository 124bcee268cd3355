"""Tests of `contextkit.message_formats` and of the writers in `contextkit.messages`."""

import copy
import json
import pickle
from typing import Any

import pytest

from contextkit import BudgetError, Event, Thread, Window, from_messages, to_messages
from contextkit.message_formats import (
    ANTHROPIC,
    GEMINI,
    MESSAGE_FORMATS,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    MessageFormat,
)
from contextkit.messages.dialects import GAP, OPENING
from contextkit.messages.drafts import NO_RESULT
from contextkit.messages.reading import READERS
from contextkit.messages.validating import validate

from .histories import HISTORIES, PNG, History
from .judges import judge

TARGETS = pytest.mark.parametrize("format", MESSAGE_FORMATS.values(), ids=str)
EACH_HISTORY = pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.name)


def thread_of(history: History) -> Thread:
    """Read a history."""
    reader = READERS[history.provider]
    return Thread([*reader.system(history.system), *reader.events(history.messages)])


@EACH_HISTORY
def test_what_came_goes_back_as_it_came(history: History) -> None:
    """A history is written for its own provider word for word, also from a thread that was saved."""
    for thread in (thread_of(history), Thread.from_jsonl(thread_of(history).to_jsonl())):
        written = MESSAGE_FORMATS[history.provider].written(thread)
        assert (written.messages, written.system or None) == (list(history.messages), history.system or None)
        assert json.dumps(written.messages) == json.dumps(list(history.messages))  # keys in their order too
        assert written.losses == ()


@TARGETS
@EACH_HISTORY
def test_any_history_is_written_for_any_provider(history: History, format: MessageFormat) -> None:
    """At each budget the messages are accepted by the rules and by the client's types, or do not fit."""
    thread = thread_of(history)
    provider = format.dialect.provider
    whole = Window(format).render(thread).tokens
    for share in (1, 0.8, 0.5, 0.3, 0.1):
        budget = max(1, int(whole * share))
        try:
            context = Window(format, budget=budget).render(thread)
        except BudgetError as error:
            budget = error.needed
            context = Window(format, budget=budget).render(thread)
        written = context.written
        assert context.tokens <= budget
        assert validate(written.messages, provider, system=written.system) == []
        assert judge(provider, written.messages) == []


@TARGETS
def test_who_changes_messages_changes_them_alone(format: MessageFormat) -> None:
    """The messages are the reader's own: changing them changes neither the thread nor the window."""
    window = Window(format)
    thread = Thread([Event("user", "deploy it")]).call("get_tags", {"last": 2}, call_id="1").result("1", "v1")
    first = window.render(thread).messages
    kept = copy.deepcopy(first)
    for message in first:
        message.clear()
    assert window.render(thread).messages == kept


def test_a_thread_of_ones_own_becomes_messages() -> None:
    """Events that are no messages are a user's text in tags; the system prompt stands where it belongs."""
    thread = Thread(
        [Event("system", "Deploy with care."), Event("slack_message", {"from": "ana", "text": "go"})]
    )
    thread = thread.call("list_git_tags", {"last": 2}, call_id="1").result("1", ["v1.4.2"])
    assert ANTHROPIC.written(thread).request() == {
        "system": "Deploy with care.",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "<slack_message>\nfrom: ana\ntext: go\n</slack_message>"}
                ],
            },
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "1", "name": "list_git_tags", "input": {"last": 2}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "1", "content": '["v1.4.2"]'}],
            },
        ],
    }
    assert [message["role"] for message in OPENAI_CHAT.written(thread).messages] == [
        "system",
        "user",
        "assistant",
        "tool",
    ]


@TARGETS
def test_a_call_that_nobody_answered_is_answered(format: MessageFormat) -> None:
    """What stands in is fixed; the answer that comes late is told as a user's text, and nothing moves."""
    thread = Thread([Event("user", "go")]).call("deploy", {}, call_id="1").append(Event("user", "hurry"))
    before = format.written(thread).messages
    assert NO_RESULT in json.dumps(before)
    late = format.written(thread.result("1", "done")).messages
    assert late[: len(before)] == before
    assert "<deploy_result>\\ndone\\n</deploy_result>" in json.dumps(late[len(before) :])


@TARGETS
def test_results_stand_behind_their_calls_whatever_the_order(format: MessageFormat) -> None:
    """Parallel calls are of one message, and their answers follow it directly."""
    thread = Thread([Event("user", "go")]).call("read", "a", call_id="1").call("read", "b", call_id="2")
    written = format.written(thread.result("2", "B").result("1", "A"))
    assert validate(written.messages, format.dialect.provider) == []
    assert NO_RESULT not in json.dumps(written.messages)


@pytest.mark.parametrize("format", [ANTHROPIC, GEMINI], ids=str)
def test_a_user_speaks_first(format: MessageFormat) -> None:
    """Where a provider wants a user's message first, a fixed one stands there."""
    messages = format.written(Thread().call("read", "a", call_id="1").result("1", "A")).messages
    assert OPENING in json.dumps(messages[0])
    assert messages[0]["role"] == "user"


def test_white_space_at_the_end_of_what_the_model_goes_on_with_is_left_out() -> None:
    """Anthropic refuses it there."""
    messages = ANTHROPIC.written([Event("user", "go"), Event("assistant", "On it: \n")]).messages
    assert messages[-1]["content"] == [{"type": "text", "text": "On it:"}]


def test_an_error_without_a_word_says_something() -> None:
    """Anthropic refuses one that is empty."""
    thread = Thread([Event("user", "go")]).call("deploy", call_id="1").result("1", "", type="error")
    assert validate(ANTHROPIC.written(thread).messages, "anthropic") == []


def test_several_system_prompts_are_blocks_beside_the_messages() -> None:
    """Each is counted as it stands: joined, they could come to more than their sum."""
    written = ANTHROPIC.written([Event("system", "Take care."), Event("system", "Ask."), Event("user", "go")])
    assert written.system == [{"type": "text", "text": "Take care."}, {"type": "text", "text": "Ask."}]


@TARGETS
def test_a_format_is_pickled_with_all_it_holds(format: MessageFormat) -> None:
    """Rules, tools and the model's name come back."""
    ours = format.sent_with(tools=[{"name": "deploy"}], model="some-model") | {"user": _shouted}
    again = pickle.loads(pickle.dumps(ours))  # noqa: S301 - our own bytes
    assert (again.dialect.provider, again.tools, again.model) == (
        format.dialect.provider,
        ours.tools,
        ours.model,
    )
    assert dict(again.rules) == {"user": _shouted}


def test_rules_render_what_stands_in_a_message() -> None:
    """A renderer of the user's fills in for the data, in an answer as in a text."""
    ours = OPENAI_CHAT | {"*_result": lambda event: f"{len(event.data)} tags", "user": _shouted}
    thread = Thread([Event("user", "go")]).call("tags", {}, call_id="1").result("1", ["v1", "v2"])
    messages = ours.written(thread).messages
    assert [message["content"] for message in messages] == ["GO", None, "2 tags"]


def _shouted(event: Event) -> str:
    return str(event.data).upper()


@pytest.mark.parametrize(
    ("format", "found"),
    [
        (OPENAI_CHAT, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}),
        (
            OPENAI_RESPONSES,
            {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "auto"},
        ),
        (GEMINI, {"inlineData": {"mimeType": "image/png", "data": PNG}}),
    ],
    ids=str,
)
def test_an_image_goes_from_one_provider_to_another(format: MessageFormat, found: dict[str, Any]) -> None:
    """Its bytes are carried over, in the other provider's shape, and nothing is lost."""
    source = {"type": "base64", "media_type": "image/png", "data": PNG}
    message = {
        "role": "user",
        "content": [{"type": "text", "text": "look"}, {"type": "image", "source": source}],
    }
    written = format.written(Thread(READERS["anthropic"].events([message])))
    held: list[Any] = [part for m in written.messages for part in m.get("content") or m["parts"]]
    assert found in held
    assert written.losses == ()


def test_what_cannot_be_carried_over_is_named() -> None:
    """A thought with a signature, and an image in an answer, are in the loss report."""
    source = {"type": "base64", "media_type": "image/png", "data": PNG}
    history: list[dict[str, Any]] = [
        {"role": "user", "content": "go"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "abc="},
                {"type": "tool_use", "id": "1", "name": "shot", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "1", "content": [{"type": "image", "source": source}]}
            ],
        },
    ]
    written = OPENAI_CHAT.written(Thread(READERS["anthropic"].events(history)))
    assert [(loss.event, loss.what, loss.became) for loss in written.losses] == [
        ("1", "reasoning", "left out"),
        ("3", "image", "a line of text"),
    ]
    assert written.messages[-1]["content"] == "[image: image/png, 68 bytes]"


def test_changed_data_overrides_what_came() -> None:
    """An answer that a policy changed is written anew; its neighbours in the message stay as they came."""
    blocks: list[dict[str, Any]] = [
        {
            "type": "tool_result",
            "tool_use_id": "1",
            "content": "long",
            "cache_control": {"type": "ephemeral"},
        },
        {"type": "text", "text": "and now?", "citations": None},
    ]
    use = {"type": "tool_use", "id": "1", "name": "read", "input": {}}
    history: list[dict[str, Any]] = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": blocks},
    ]
    thread = Thread(READERS["anthropic"].events(history)).replace("2", "cut")
    assert ANTHROPIC.written(thread).messages[-1]["content"] == [blocks[0] | {"content": "cut"}, blocks[1]]


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_white_space_of_another_provider_is_not_written(role: str) -> None:
    """Anthropic refuses a text of nothing else."""
    blank = {"role": role, "content": " \n"}
    written = to_messages(from_messages([blank, {"role": "user", "content": "Deploy."}, blank]), "anthropic")
    assert validate(written.messages, "anthropic", system=written.system) == []


def test_calls_whose_message_lost_its_beginning_stand_behind_a_user() -> None:
    """Gemini takes no call behind another message of the model's: a user's with fixed words parts them."""
    said = [{"text": "One."}]
    call = {
        "functionCall": {"name": "get_log", "args": {"page": 1}, "id": "call_1"},
        "thoughtSignature": "c2ln",
    }
    answer = {"functionResponse": {"name": "get_log", "response": {"result": "up"}, "id": "call_1"}}
    history: list[dict[str, Any]] = [
        {"role": "user", "parts": [{"text": "Deploy it."}]},
        {"role": "model", "parts": said},
        {"role": "model", "parts": said},
        {"role": "user", "parts": [{"text": "Go on."}]},
        {"role": "model", "parts": [{"text": "Hm.", "thought": True}, {"text": "I look."}, call]},
        {"role": "user", "parts": [answer]},
    ]
    thread = from_messages(history)
    assert [event.kind for event in thread][3:6] == ["user", "reasoning", "assistant"]
    view = thread.drop(["3"]).replace("4", "another thought")
    written = GEMINI.written(view)
    assert [message["role"] for message in written.messages] == [
        "user",
        "model",
        "model",
        "user",
        "model",
        "user",
    ]
    assert written.messages[3]["parts"] == [{"text": GAP}]
    assert validate(written.messages, "gemini") == []
    measure = Window(GEMINI).measure
    assert measure.total(view) >= measure.exact(view)
