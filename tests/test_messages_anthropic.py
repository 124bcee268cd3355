"""Tests of `contextkit.messages.anthropic`."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit.exceptions import ReadError
from contextkit.message_formats import ANTHROPIC
from contextkit.messages import anthropic, openai_chat
from contextkit.threads import Thread

from .strategies import json_values, nasty_text, same

PNG = "iVBORw0KGgo="  # the 8 bytes that every PNG begins with


def use(name: str = "deploy", id: str = "1", kind: str = "tool_use", **input: Any) -> dict[str, Any]:
    """A block that calls a tool."""
    return {"type": kind, "id": id, "name": name, "input": input}


def result(content: Any, kind: str = "tool_result", **fields: Any) -> dict[str, Any]:
    """A block that answers it."""
    return {"type": kind, "tool_use_id": "1", "content": content, **fields}


def text(words: str) -> dict[str, Any]:
    """A block of text."""
    return {"type": "text", "text": words}


def read(*messages: tuple[str, Any], system: Any = None) -> list[tuple[str, str, Any]]:
    """The type, kind and data of each event."""
    thread = anthropic.from_messages(
        [{"role": role, "content": content} for role, content in messages], system
    )
    return [(event.type, event.kind, event.data) for event in thread]


def test_reads_a_conversation() -> None:
    """Text, thinking, calls and results become events in the order of the blocks."""
    thinking = {"type": "thinking", "thinking": "Tags first.", "signature": "EqQB"}
    hidden = {"type": "redacted_thinking", "data": "EmwK"}
    assert read(
        ("user", "deploy the backend"),
        ("assistant", [thinking, hidden, text("On it."), use("list_git_tags", last=2)]),
        ("user", [result('["v1.4.2"]'), text("hurry")]),
        ("system", "The freeze begins at noon."),
        ("assistant", "v1.4.2?"),
        system="Deploy with care.",
    ) == [
        ("system", "system", "Deploy with care."),
        ("user", "user", "deploy the backend"),
        ("reasoning", "reasoning", "Tags first."),
        ("reasoning", "reasoning", {"redacted": True}),
        ("assistant", "assistant", "On it."),
        ("list_git_tags", "call", {"last": 2}),
        ("list_git_tags_result", "result", ["v1.4.2"]),
        ("user", "user", "hurry"),
        ("system", "system", "The freeze begins at noon."),
        ("assistant", "assistant", "v1.4.2?"),
    ]


def test_raw_holds_each_block_and_its_place() -> None:
    """The first event of a message carries the emptied message, each further one its place."""
    message = {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "", "signature": "E"}, text(""), use()],
    }
    assert [event.raw for event in anthropic.from_messages([message])] == [
        {
            "provider": "anthropic",
            "at": 0,
            "message": {"role": "assistant", "content": []},
            "body": {"content": message["content"][:1]},
        },
        {"provider": "anthropic", "at": 0, "part": 1, "body": {"content": message["content"][1:2]}},
        {"provider": "anthropic", "at": 0, "part": 2, "body": {"content": message["content"][2:]}},
    ]


def test_a_system_prompt_of_blocks_is_one_event_and_kept_as_it_came() -> None:
    """Its cache marks are in `raw`."""
    system = [text("Deploy with care."), {**text("Ask first."), "cache_control": {"type": "ephemeral"}}]
    [event] = anthropic.from_messages([], system)
    assert event.data == "Deploy with care.\nAsk first."
    assert event.raw == {
        "provider": "anthropic",
        "at": 0,
        "message": {"system": []},
        "body": {"system": system},
        "frame": {"cache_control": {"type": "ephemeral"}},
    }


@pytest.mark.parametrize("system", [None, "", []])
def test_an_empty_system_prompt_is_none(system: Any) -> None:
    """It makes no event."""
    assert read(system=system) == []


@pytest.mark.parametrize("system", [3, {"type": "text"}, ["Deploy."], object])
def test_a_system_prompt_of_another_shape_is_refused(system: Any) -> None:
    """The error says so."""
    with pytest.raises(ReadError, match=r"^system: "):
        read(system=system)


@pytest.mark.parametrize(
    ("block", "event"),
    [
        (result("done"), ("deploy_result", "result", "done")),
        (result([text("a"), text("b")], is_error=False), ("deploy_result", "result", "a\nb")),
        (result('{"ok": true}'), ("deploy_result", "result", {"ok": True})),
        (result("refused", is_error=True), ("deploy_error", "error", "refused")),
        (result([]), ("deploy_result", "result", "")),
        ({"type": "tool_result", "tool_use_id": "1"}, ("deploy_result", "result", "")),
        (
            result(
                [
                    text("seen"),
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
                ]
            ),
            (
                "deploy_result",
                "result",
                {"text": "seen", "images": [{"media_type": "image/png", "bytes": 8}]},
            ),
        ),
        (
            result([{"type": "document", "source": {"type": "url", "url": "https://a.b/c.pdf"}}]),
            ("deploy_result", "result", {"documents": [{"url": "https://a.b/c.pdf"}]}),
        ),
        (
            result([{"type": "tool_reference", "tool_name": "rollback"}]),
            ("deploy_result", "result", [{"type": "tool_reference", "tool_name": "rollback"}]),
        ),
        (
            result(
                [{"type": "web_search_result", "title": "v1", "encrypted_content": "EroT"}],
                "web_search_tool_result",
            ),
            ("deploy_result", "result", [{"type": "web_search_result", "title": "v1"}]),
        ),
        (
            result({"type": "web_fetch_tool_result_error", "error_code": "x"}, "web_fetch_tool_result"),
            ("deploy_error", "error", {"type": "web_fetch_tool_result_error", "error_code": "x"}),
        ),
        (result([text('{"encrypted_key": 1}')]), ("deploy_result", "result", {"encrypted_key": 1})),
        (result([text("ok")], "mcp_tool_result", is_error=False), ("deploy_result", "result", "ok")),
    ],
)
def test_results(block: dict[str, Any], event: tuple[str, str, Any]) -> None:
    """Text, the JSON that it is, placeholders for the rest; an error has the call's type and `_error`."""
    assert read(("assistant", [use()]), ("user", [block]))[1] == event


def test_the_servers_own_tools_pair_like_the_users() -> None:
    """A server's call and its result stand in one message."""
    call = use("web_search", kind="server_tool_use", query="v1.4.2")
    found = result([], "web_search_tool_result")
    thread = anthropic.from_messages([{"role": "assistant", "content": [call, found, text("Found it.")]}])
    assert [(e.type, e.call_id) for e in thread] == [
        ("web_search", "1"),
        ("web_search_result", "1"),
        ("assistant", None),
    ]


@pytest.mark.parametrize(
    ("block", "event"),
    [
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
            ("image", {"media_type": "image/png", "bytes": 8}),
        ),
        (
            {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
            ("image", {"file_id": "file_1"}),
        ),
        (
            {
                "type": "document",
                "title": "Plan",
                "source": {"type": "text", "media_type": "text/plain", "data": "1. x"},
            },
            ("document", {"media_type": "text/plain", "title": "Plan", "text": "1. x"}),
        ),
        (
            {"type": "document", "source": {"type": "content", "content": [text("1. x")]}},
            ("document", {"content": "1. x"}),
        ),
        (
            {"type": "file", "path": "/src/deploy.py", "content": "import os"},
            ("file", {"type": "file", "path": "/src/deploy.py", "content": "import os"}),
        ),
        (
            {"type": "container_upload", "file_id": "f"},
            ("container_upload", {"type": "container_upload", "file_id": "f"}),
        ),
        ({"type": ["x"]}, ("unnamed", {"type": ["x"]})),
        ({"type": "thinking"}, ("thinking", {"type": "thinking"})),
    ],
)
def test_other_blocks_say_what_they_are(block: dict[str, Any], event: tuple[str, Any]) -> None:
    """Images and documents are placeholders without their bytes; unknown blocks are kept, and not pinned."""
    [_, read] = anthropic.from_messages([{"role": "user", "content": [text("See:"), block]}])
    assert (read.type, read.data, read.kind, read.pinned) == (*event, "user", False)


def test_a_block_named_compaction_is_no_record_of_ours() -> None:
    """The provider's compaction is what the assistant said, and takes nothing out of the view."""
    block = {"type": "compaction", "content": "Summary: the user said hello."}
    thread = anthropic.from_messages([{"role": "assistant", "content": [block, text("Hello again.")]}])
    assert [event.kind for event in thread] == ["assistant", "assistant"]
    assert thread.view() is thread


def test_a_result_without_its_call_is_refused() -> None:
    """The error names the block, the id and the way out."""
    with pytest.raises(ReadError) as caught:
        read(("user", "hi"), ("user", [text("so:"), result("done")]))
    assert str(caught.value) == (
        "messages[1].content[1]: it answers the call '1', which stands nowhere before it; "
        "keep the assistant message that makes the call, or leave this block out"
    )


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (
            {"role": "tool", "content": ""},
            "messages[0].role: input should be 'system', 'user' or 'assistant', not 'tool'",
        ),
        ({"role": "user"}, "messages[0].content: field required"),
        (
            {"role": "user", "content": [3]},
            "messages[0].content[0]: input should be a valid dictionary, not 3",
        ),
        (
            {"role": "assistant", "content": [{"type": "tool_use", "id": "1"}]},
            "messages[0].content[0].name: field required",
        ),
        (
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": 1}]},
            "messages[0].content[0].tool_use_id: input should be a valid string, not 1",
        ),
    ],
)
def test_an_error_names_the_path(message: Any, error: str) -> None:
    """One line, with the path of the first thing that is wrong."""
    with pytest.raises(ReadError) as caught:
        anthropic.from_messages([message])
    assert str(caught.value) == error


TEXTS = nasty_text(4)
EXTRA = st.dictionaries(nasty_text(2).map(lambda key: "x_" + key), json_values(4), max_size=2)
BLOCKS = st.one_of(
    TEXTS.map(text),
    st.builds(lambda words, extra: {**text(words), **extra}, TEXTS, EXTRA),
    st.builds(lambda words, sign: {"type": "thinking", "thinking": words, "signature": sign}, TEXTS, TEXTS),
    TEXTS.map(
        lambda data: {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    ),
    st.builds(lambda kind, extra: {"type": "x_" + kind, **extra}, TEXTS, EXTRA),
)
CONTENTS = st.one_of(TEXTS, st.lists(BLOCKS, max_size=3))


@st.composite
def turns(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One message, or an answer with calls and the message with their results."""
    if draw(st.booleans()):
        return [
            {
                "role": draw(st.sampled_from(("system", "user", "assistant"))),
                "content": draw(CONTENTS),
                **draw(EXTRA),
            }
        ]
    calls = [
        use(name, str(place)) for place, name in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=3)))
    ]
    results = [
        result(draw(CONTENTS)) | {"tool_use_id": call["id"], "is_error": draw(st.booleans())}
        for call in calls
    ]
    return [
        {"role": "assistant", "content": [*draw(st.lists(BLOCKS, max_size=2)), *calls]},
        {"role": "user", "content": [*draw(st.permutations(results)), *draw(st.lists(BLOCKS, max_size=2))]},
    ]


@given(st.lists(turns(), max_size=5), st.one_of(st.none(), TEXTS))
@settings(deadline=None, max_examples=60)
def test_any_history_reads_and_raw_is_verbatim(
    history: list[list[dict[str, Any]]], system: str | None
) -> None:
    """Whatever stands in well-formed messages: nothing is lost, and every call finds its result."""
    messages = [message for turn in history for message in turn]
    before = json.dumps(messages)
    thread = anthropic.from_messages(messages, system)
    assert same(ANTHROPIC.written(thread).messages, messages)
    assert not any(unit.in_flight for unit in thread.units())
    assert json.dumps(messages) == before
    assert Thread.from_json(thread.to_json()) == thread


PLAIN = st.one_of(TEXTS, st.lists(TEXTS.map(text), max_size=3))


@given(
    st.lists(
        st.builds(
            lambda role, content: {"role": role, "content": content},
            st.sampled_from(("user", "assistant")),
            PLAIN,
        )
    )
)
@settings(deadline=None, max_examples=40)
def test_plain_text_reads_the_same_as_openais(messages: list[dict[str, Any]]) -> None:
    """What could be either provider's gives the same events."""
    first, second = anthropic.from_messages(messages), openai_chat.from_messages(messages)
    assert [event.having(raw=None) for event in first] == [event.having(raw=None) for event in second]
