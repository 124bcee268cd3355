"""Tests of `contextkit.messages.openai_chat`."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit.events import Event
from contextkit.exceptions import ReadError
from contextkit.message_formats import OPENAI_CHAT
from contextkit.messages import openai_chat
from contextkit.threads import Thread

from .strategies import json_values, nasty_text, same

PNG = "iVBORw0KGgo="  # the 8 bytes that every PNG begins with


def called(name: str, arguments: str = "{}", id: str | None = "1") -> dict[str, Any]:
    """An assistant's message with one call."""
    call: dict[str, Any] = {"type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call if id is None else {"id": id, **call}]}


def read(*messages: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """The type, kind and data of each event."""
    return [(event.type, event.kind, event.data) for event in openai_chat.from_messages(messages)]


def test_reads_a_conversation_with_parallel_calls() -> None:
    """Text, reasoning, calls and results become events in the order of the messages."""
    calls = [
        {"id": "a", "type": "function", "function": {"name": "list_git_tags", "arguments": '{"last": 2}'}},
        {"id": "b", "type": "function", "function": {"name": "get_status", "arguments": ""}},
    ]
    thread = openai_chat.from_messages(
        [
            {"role": "developer", "content": "Deploy with care."},
            {"role": "user", "content": "deploy the backend"},
            {
                "role": "assistant",
                "content": "On it.",
                "reasoning_content": "Tags first.",
                "tool_calls": calls,
            },
            {"role": "tool", "tool_call_id": "b", "content": "green"},
            {"role": "tool", "tool_call_id": "a", "content": '["v1.4.2", "v1.4.1"]'},
            {"role": "assistant", "content": "v1.4.2?"},
        ]
    )
    assert list(thread) == list(
        Thread(
            event.having(raw=came.raw)
            for event, came in zip(
                [
                    Event("developer", "Deploy with care.", kind="system"),
                    Event("user", "deploy the backend"),
                    Event("reasoning", "Tags first."),
                    Event("assistant", "On it."),
                    Event("list_git_tags", {"last": 2}, call_id="a"),
                    Event("get_status", "", call_id="b", kind="call"),
                    Event("get_status_result", "green", call_id="b"),
                    Event("list_git_tags_result", ["v1.4.2", "v1.4.1"], call_id="a"),
                    Event("assistant", "v1.4.2?"),
                ],
                thread,
                strict=True,
            )
        )
    )
    assert [len(unit.events) for unit in thread.units()] == [1, 1, 6, 1]


def test_raw_holds_each_part_and_its_place() -> None:
    """The first event of a message carries the emptied message, each further one its place; each its part."""
    message = {**called("deploy", '{"tag":  "v1"}'), "content": "Now.", "annotations": []}
    events = openai_chat.from_messages([message])
    assert [event.raw for event in events] == [
        {
            "provider": "openai-chat",
            "at": 0,
            "message": {**message, "content": None, "tool_calls": []},
            "body": {"content": "Now."},
        },
        {"provider": "openai-chat", "at": 0, "part": 1, "body": {"tool_calls": message["tool_calls"]}},
    ]


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None},
        {"role": "assistant"},
        {"role": "assistant", "content": "", "tool_calls": None, "refusal": None},
        {"role": "assistant", "content": []},
    ],
)
def test_an_empty_answer_is_not_lost(message: dict[str, Any]) -> None:
    """A message that says nothing is an event without data, with what came."""
    [event] = openai_chat.from_messages([message])
    assert (event.type, event.data, event.raw["message"]) == ("assistant", "", message)


@pytest.mark.parametrize(
    ("arguments", "data"),
    [
        ('{"tag": "v1"}', {"tag": "v1"}),
        ('{"tag": "v1"', '{"tag": "v1"'),
        ("[1]", "[1]"),
        ("v1", "v1"),
        ("", ""),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ('{"a": NaN}', '{"a": NaN}'),
        ({"tag": "v1"}, {"tag": "v1"}),
        (None, ""),
    ],
)
def test_arguments_are_an_object_or_the_text(arguments: Any, data: Any) -> None:
    """Arguments that are not one clear JSON object stay what they are."""
    assert read(called("deploy", arguments)) == [("deploy", "call", data)]


@pytest.mark.parametrize(
    ("content", "data"),
    [
        ("deployed", "deployed"),
        ('{"ok": true}', {"ok": True}),
        (" [1, 2]\n", [1, 2]),
        ("[INFO] deployed", "[INFO] deployed"),
        ("3", "3"),
        ("[" * 5000 + "]" * 5000, "[" * 5000 + "]" * 5000),
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
        (
            [
                {"type": "text", "text": "seen"},
                {"type": "image_url", "image_url": {"url": "https://a.b/c.png"}},
            ],
            {"text": "seen", "images": [{"url": "https://a.b/c.png"}]},
        ),
    ],
)
def test_results_are_text_or_the_json_that_the_text_is(content: Any, data: Any) -> None:
    """Only a text that is a JSON object or array as a whole is read as JSON."""
    events = read(called("deploy"), {"role": "tool", "tool_call_id": "1", "content": content})
    assert events[1] == ("deploy_result", "result", data)


def test_the_old_function_messages_are_paired_by_name() -> None:
    """Without ids a result answers the call of its name."""
    thread = openai_chat.from_messages(
        [
            {"role": "assistant", "content": None, "function_call": {"name": "deploy", "arguments": "{}"}},
            {"role": "function", "name": "deploy", "content": "done"},
        ]
    )
    assert [(e.type, e.call_id) for e in thread] == [("deploy", "call_0"), ("deploy_result", "call_0")]


def test_calls_without_ids_are_answered_in_their_order() -> None:
    """Servers that give no ids send the results in the order of the calls."""
    two = called("read", '{"file": "a"}', id=None)
    two["tool_calls"] += called("read", '{"file": "b"}', id=None)["tool_calls"]
    messages = [
        called("read", id=None),
        two,
        {"role": "tool", "content": "A"},
        {"role": "tool", "content": "B"},
    ]
    thread = openai_chat.from_messages(messages)
    assert [e.call_id for e in thread] == ["call_0", "call_1", "call_2", "call_1", "call_2"]


def test_custom_tools_take_text() -> None:
    """A custom tool's input is text."""
    call = {"id": "1", "type": "custom", "custom": {"name": "run_sql", "input": "select 1"}}
    assert read({"role": "assistant", "tool_calls": [call]}) == [("run_sql", "call", "select 1")]


def test_a_call_id_may_be_used_again() -> None:
    """A result answers the newest call of its id."""
    answer = {"role": "tool", "tool_call_id": "1", "content": ""}
    thread = openai_chat.from_messages([called("a"), answer, called("b"), answer])
    assert [event.type for event in thread] == ["a", "a_result", "b", "b_result"]
    assert [len(unit.events) for unit in thread.units()] == [2, 2]


@pytest.mark.parametrize(
    ("part", "event"),
    [
        (
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"}},
            ("image", {"media_type": "image/png", "bytes": 8, "detail": "low"}),
        ),
        ({"type": "image_url", "image_url": "https://a.b/c.png"}, ("image", {"url": "https://a.b/c.png"})),
        (
            {"type": "input_audio", "input_audio": {"data": PNG, "format": "mp3"}},
            ("audio", {"media_type": "audio/mp3", "bytes": 8}),
        ),
        (
            {
                "type": "file",
                "file": {"file_data": f"data:application/pdf;base64,{PNG}", "filename": "a.pdf"},
            },
            ("file", {"media_type": "application/pdf", "bytes": 8, "filename": "a.pdf"}),
        ),
        ({"type": "file", "file": {"file_id": "file-1"}}, ("file", {"file_id": "file-1"})),
        (
            {"type": "video_url", "video_url": {"url": "data:,\ud800"}},
            ("video", {"media_type": "text/plain", "bytes": 3}),
        ),
        ({"type": "data:,", "x": 1}, ("data:,", {"type": "data:,", "x": 1})),
        ({"type": "3d <model>", "x": 1}, ("3d__model_", {"type": "3d <model>", "x": 1})),
        ({"x": 1}, ("unnamed", {"x": 1})),
        ({"type": "text", "text": None}, ("text", {"type": "text", "text": None})),
    ],
)
def test_other_parts_say_what_they_are(part: dict[str, Any], event: tuple[str, Any]) -> None:
    """Images, sounds and files are placeholders without their bytes; unknown parts are kept."""
    thread = openai_chat.from_messages(
        [{"role": "user", "content": [{"type": "text", "text": "See:"}, part]}]
    )
    assert (thread[0].type, thread[0].data, thread[0].pinned) == ("user", "See:", True)
    assert (thread[1].type, thread[1].data) == event
    assert (thread[1].kind, thread[1].pinned) == ("user", False)


def test_a_refusal_and_a_spoken_answer_are_the_assistants() -> None:
    """What stands beside the content belongs to the same message."""
    message = {"role": "assistant", "refusal": "I cannot.", "audio": {"id": "audio_1"}}
    assert read(message) == [
        ("assistant", "assistant", "I cannot."),
        ("audio", "assistant", {"id": "audio_1"}),
    ]


def test_names_that_are_no_event_types_are_made_legal() -> None:
    """White space, angle brackets and control characters become `_`; the name stays in `raw`."""
    [event] = openai_chat.from_messages([called("get <the>\ttags\n")])
    assert event.type == "get__the__tags_"
    assert event.raw["frame"] == {"name": "get <the>\ttags\n"}


def test_a_result_without_its_call_is_refused() -> None:
    """The error names the message, the id and the way out."""
    with pytest.raises(ReadError) as caught:
        read({"role": "user", "content": "hi"}, {"role": "tool", "tool_call_id": "call_9", "content": ""})
    assert str(caught.value) == (
        "messages[1]: it answers the call 'call_9', which stands nowhere before it; "
        "keep the assistant message that makes the call, or leave this message out"
    )


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (3, "messages[0]: a message is an object with a role, not 3"),
        ({"content": "hi"}, "messages[0].role: field required"),
        ({"role": "user"}, "messages[0].content: field required"),
        ({"role": "user", "content": 3}, "messages[0].content: input should be a valid string, not 3"),
        (
            {"role": "user", "content": ["a"]},
            "messages[0].content[0]: input should be a valid dictionary, not 'a'",
        ),
        (called("x", id=[]), "messages[0].tool_calls[0].id: input should be a valid string, not []"),  # type: ignore[arg-type]
        (
            {"role": "assistant", "tool_calls": [{"id": "1", "function": {}}]},
            "messages[0].tool_calls[0].function.name: field required",
        ),
        (
            {"role": "user", "content": [{"x": object}]},
            "messages[0].content[0].x: a value of type 'type' is not JSON; ",
        ),
    ],
)
def test_an_error_names_the_path(message: Any, error: str) -> None:
    """One line, with the path of the first thing that is wrong."""
    with pytest.raises(ReadError) as caught:
        openai_chat.from_messages([message])
    assert str(caught.value).startswith(error)


def test_something_else_than_a_list_is_refused() -> None:
    """A single message, or text, is not a history."""
    for wrong in ({"role": "user", "content": "hi"}, "hi", 3):
        with pytest.raises(ReadError, match="a list of messages is needed"):
            openai_chat.from_messages(wrong)  # type: ignore[arg-type]


EXTRA = st.dictionaries(nasty_text(2).map(lambda key: "x_" + key), json_values(4), max_size=2)
TEXTS = nasty_text(4)
PARTS = st.one_of(
    TEXTS.map(lambda text: {"type": "text", "text": text}),
    TEXTS.map(lambda url: {"type": "image_url", "image_url": {"url": url}}),
    TEXTS.map(lambda url: {"type": "image_url", "image_url": {"url": f"data:,{url}"}}),
    st.builds(lambda kind, extra: {"type": kind, **extra}, TEXTS, EXTRA),
)
CONTENTS = st.one_of(TEXTS, st.lists(PARTS, max_size=3))
CALLS = st.lists(st.tuples(TEXTS, st.one_of(TEXTS, json_values(4).map(json.dumps))), max_size=3)


@st.composite
def turns(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One message, or an answer with calls and their results."""
    role = draw(st.sampled_from(("system", "developer", "user", "assistant")))
    message = {"role": role, "content": draw(CONTENTS), **draw(EXTRA)}
    if role != "assistant":
        return [message]
    if draw(st.booleans()):
        del message["content"]
    made = [
        {"id": f"{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for place, (name, arguments) in enumerate(draw(CALLS))
    ]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": draw(CONTENTS)} for call in made]
    return [{**message, "tool_calls": made}, *draw(st.permutations(results))]


@given(st.lists(turns(), max_size=5))
@settings(deadline=None, max_examples=60)
def test_any_history_reads_and_raw_is_verbatim(history: list[list[dict[str, Any]]]) -> None:
    """Whatever stands in well-formed messages: nothing is lost, and every call finds its result."""
    messages = [message for turn in history for message in turn]
    before = json.dumps(messages)
    thread = openai_chat.from_messages(messages)
    assert same(OPENAI_CHAT.written(thread).messages, messages)
    assert not any(unit.in_flight for unit in thread.units())
    assert json.dumps(messages) == before
    assert Thread.from_json(thread.to_json()) == thread
