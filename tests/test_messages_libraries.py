"""Tests of the readers of libraries' messages: LangChain, pydantic-ai, OpenTelemetry, MCP."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit import Thread, from_messages, to_messages, validate
from contextkit.exceptions import ReadError, SettingError
from contextkit.message_formats import MESSAGE_FORMATS
from contextkit.messages import langchain, mcp, opentelemetry, pydantic_ai
from contextkit.messages.bodies import body_of
from contextkit.messages.reading import LIBRARIES

from .histories import PNG, History
from .judges import judge
from .library_histories import LANGCHAIN, LIBRARY_HISTORIES, OPENTELEMETRY, PYDANTIC_AI

EACH = pytest.mark.parametrize("history", LIBRARY_HISTORIES, ids=lambda history: history.provider)
TARGETS = pytest.mark.parametrize("provider", MESSAGE_FORMATS)


def shape(thread: Thread) -> list[tuple[str, Any]]:
    """The types and data of the events."""
    return [(event.type, event.data) for event in thread]


@EACH
def test_they_are_told_by_looking(history: History) -> None:
    """And read as by their own reader."""
    assert shape(from_messages(history.messages)) == shape(
        Thread(LIBRARIES[history.provider].events(history.messages))
    )
    with pytest.raises(SettingError, match="to_messages"):
        validate(history.messages)


@EACH
@TARGETS
def test_they_are_written_for_any_provider(history: History, provider: str) -> None:
    """Each target's rules and its client's types accept what is written; the thread may have been saved."""
    thread = from_messages(history.messages)
    for read in (thread, Thread.from_jsonl(thread.to_jsonl())):
        written = to_messages(read, provider)
        assert validate(written.messages, provider, system=written.system) == []
        assert judge(provider, written.messages) == []


@EACH
def test_no_bytes_are_data_and_all_are_kept(history: History) -> None:
    """Base64 stands in `raw` alone, so that no text format shows it."""
    thread = from_messages(history.messages)
    assert PNG not in json.dumps([event.data for event in thread])
    assert PNG in json.dumps([event.raw for event in thread])


def test_langchain_is_read() -> None:
    """Each message and block becomes what the table of the module says."""
    assert shape(from_messages(LANGCHAIN.messages)) == [
        ("system", "You deploy."),
        ("user", "What is this?"),
        ("image", {"media_type": "image/png", "bytes": 68}),
        ("image", {"url": "https://example.com/a.png"}),
        ("file", {"media_type": "application/pdf", "bytes": 19}),
        ("audio", {"media_type": "audio/wav", "bytes": 4}),
        ("non_standard", {"type": "non_standard", "value": {"a": 1}}),
        ("reasoning", "Two calls."),
        ("assistant", "Looking."),
        ("web_search", {"query": "x"}),
        ("web_search_result", ["y"]),
        ("tags", {"last": 2}),
        ("shot", "{bad"),
        ("tags_error", "no such file"),
        ("shot_result", {"text": "the page", "images": [{"media_type": "image/png", "bytes": 68}]}),
        ("reasoning", "hm"),
        ("assistant", "No."),
        ("critic", "Why?"),
    ]


def test_langchains_own_objects_and_documents_read_the_same() -> None:
    """Objects, what `messages_to_dict` makes of them, and what `dumpd` does."""
    from langchain_core.load import dumpd
    from langchain_core.messages import messages_from_dict, messages_to_dict

    dicts = [message for message in LANGCHAIN.messages if message["type"] != "remove"]
    objects = messages_from_dict(dicts)
    expected = shape(from_messages(dicts))
    assert shape(from_messages(objects)) == expected  # type: ignore[arg-type]
    assert shape(from_messages(messages_to_dict(objects))) == expected
    assert shape(from_messages([dumpd(message) for message in objects])) == expected


def test_langchains_chunks_are_messages() -> None:
    """An answer that was streamed and added up is a message."""
    from langchain_core.messages import AIMessageChunk

    whole = AIMessageChunk(content="Do") + AIMessageChunk(content="ne.")
    assert shape(langchain.from_messages([whole])) == [("assistant", "Done.")]


def test_an_artifact_of_langchain_may_be_anything() -> None:
    """It is not for the model: one that is no JSON is left out."""
    from langchain_core.messages import AIMessage, ToolMessage

    asked = AIMessage(content="", tool_calls=[{"name": "a", "args": {}, "id": "1"}])
    for artifact, kept in (({"rows": 3}, {"rows": 3}), (object(), None)):
        messages: Any = [asked, ToolMessage(content="x", tool_call_id="1", artifact=artifact)]
        for reader in (from_messages, langchain.from_messages):
            result = reader(messages)[-1]
            assert (result.data, result.raw["message"].get("artifact")) == ("x", kept)


def test_pydantic_ai_is_read() -> None:
    """Each part becomes what the table of the module says; the instructions stand first."""
    image = {"media_type": "image/png", "bytes": 68}
    thread = from_messages(PYDANTIC_AI.messages)
    assert shape(thread) == [
        ("system", "You deploy."),
        ("system", "Be brief."),
        ("user", "What is this?"),
        ("image", image),
        ("image", {"media_type": "image/png", "url": "https://example.com/a.png"}),
        ("file", {"media_type": "application/pdf", "bytes": 19}),
        ("audio", {"media_type": "audio/mpeg", "url": "https://a.b/c.mp3"}),
        ("user", "And this?"),
        ("reasoning", "Two calls."),
        ("assistant", "Looking."),
        ("web_search", {"q": "x"}),
        ("web_search_result", {"r": 1}),
        ("tags", {"last": 2}),
        ("shot", {}),
        ("deploy", {}),
        ("tags_result", {"text": "v1", "n": 1}),
        ("shot_result", {"text": "see", "images": [image], "parts": [{"n": 1}]}),
        ("deploy_error", "no rights"),
        ("user", "Say it in one line."),
        ("model-settings-delta", {"part_kind": "model-settings-delta", "settings": {"a": 1}}),
        ("summary", "They deployed."),
        ("user", "Thanks."),
    ]
    [call] = [event for event in thread if event.type == "tags"]
    assert body_of(call, "pydantic-ai") == {"parts": [PYDANTIC_AI.messages[1]["parts"][4]]}


def test_arguments_and_structured_results_of_pydantic_ai_are_written_whole() -> None:
    """Argument text byte for byte; of a result that is an object, every key; cache points as marks."""
    thread = from_messages(PYDANTIC_AI.messages)
    chat = to_messages(thread, "openai-chat").messages
    calls = [call["function"]["arguments"] for message in chat for call in message.get("tool_calls", ())]
    assert '{"last":  2}' in calls
    told = [message["content"] for message in chat if message["role"] == "tool"]
    assert '{"text":"v1","n":1}' in told
    mark = {"type": "ephemeral", "ttl": "5m"}
    assert to_messages(thread, "anthropic").messages[0]["content"][0]["cache_control"] == mark


def test_pydantic_ais_own_objects_read_the_same() -> None:
    """Objects, what their adapter writes of them, and both mixed."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    simple = PYDANTIC_AI.messages[:2]
    objects = ModelMessagesTypeAdapter.validate_python(simple)
    expected = shape(from_messages(ModelMessagesTypeAdapter.dump_python(objects, mode="json")))
    assert shape(from_messages(objects)) == expected == shape(from_messages(simple))  # type: ignore[arg-type]
    assert shape(from_messages([objects[0], simple[1]])) == expected  # type: ignore[list-item]


def test_opentelemetry_is_read() -> None:
    """Each part becomes what the table of the module says."""
    assert shape(opentelemetry.from_messages(json.dumps(OPENTELEMETRY.messages), "You deploy.")) == [
        ("system", "You deploy."),
        ("user", "What is this?"),
        ("image", {"media_type": "image/png", "bytes": 68}),
        ("file", {"media_type": "application/pdf", "url": "https://a.b/c.pdf"}),
        ("audio", {"media_type": "audio/wav", "bytes": 4}),
        ("weather", {"type": "weather", "degrees": 3}),
        ("reasoning", "Two calls."),
        ("tags", {"last": 2}),
        ("disk", {"all": True}),
        ("web_search", {"type": "web_search", "query": "x"}),
        ("web_search_result", {"type": "web_search", "found": 1}),
        ("tags_result", "v1"),
        ("disk_result", {"used": 12}),
        ("summary", "They looked."),
        ("user", "Thanks."),
    ]


def test_the_attributes_of_a_span_are_read() -> None:
    """Instructions, input and answer, each as JSON text or as a list; and the same out of OTLP."""
    attributes = {
        "gen_ai.system_instructions": '[{"type": "text", "content": "You deploy."}]',
        "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "go"}]}]',
        "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Done."}]}],
    }
    expected = [("system", "You deploy."), ("user", "go"), ("assistant", "Done.")]
    assert shape(opentelemetry.from_attributes(attributes)) == expected
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in list(attributes.items())[:2]]
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "chat", "attributes": pairs}]}]}]}
    assert [shape(opentelemetry.from_attributes(span)) for span in opentelemetry.spans(spans)] == [
        expected[:2]
    ]


RESULT = {
    "content": [
        {"type": "text", "text": "the page"},
        {"type": "image", "data": PNG, "mimeType": "image/png"},
        {"type": "resource", "resource": {"uri": "file:///a", "text": "more"}},
        {"type": "resource_link", "uri": "file:///b", "name": "b"},
    ],
    "structuredContent": {"title": "page"},
    "isError": False,
}


@TARGETS
def test_a_result_of_mcp_is_an_event(provider: str) -> None:
    """Its data is what is structured; its text, images and links go to the model."""
    event = mcp.from_result(RESULT, "1", "shot")
    assert (event.type, event.kind, event.data) == ("shot_result", "result", {"title": "page"})
    thread = from_messages([{"role": "user", "content": "go"}]).call("shot", {}, call_id="1").append(event)
    written = to_messages(thread, provider)
    assert validate(written.messages, provider) == []
    assert judge(provider, written.messages) == []
    for told in ("the page", "more", "file:///b"):
        assert told in json.dumps(written.messages)
    assert (PNG in json.dumps(written.messages)) != any(loss.what == "image" for loss in written.losses)


def test_a_result_of_mcp_without_structure() -> None:
    """The data is the content; an error is one."""
    assert mcp.from_result(RESULT | {"structuredContent": None}, "1", "shot").data["text"] == "the page"
    assert mcp.from_result({"content": [], "isError": True}, "1", "shot").type == "shot_error"
    with pytest.raises(ReadError, match="list of content"):
        mcp.from_result({}, "1", "shot")


ANSWER = {"langchain": {"type": "tool", "content": "x", "tool_call_id": "9"}} | {
    "pydantic-ai": {
        "kind": "request",
        "parts": [{"part_kind": "tool-return", "tool_name": "a", "content": "x", "tool_call_id": "9"}],
    },
    "opentelemetry": {"role": "tool", "parts": [{"type": "tool_call_response", "id": "9", "response": "x"}]},
}


@pytest.mark.parametrize("library", ANSWER)
def test_an_answer_without_its_call_is_refused(library: str) -> None:
    """The error names the place and the way out."""
    with pytest.raises(ReadError, match=r"messages\[0\].*stands nowhere before it"):
        from_messages([ANSWER[library]])


VOCABULARY = """
    type kind content data parts part_kind id lc kwargs tool_calls invalid_tool_calls name args role human
    ai tool request response user-prompt tool-call tool-return thinking text reasoning summary tool_name
    tool_call_id assistant user tool_call tool_call_response blob uri modality binary compaction image base64
    server_tool_call server_tool_result additional_kwargs reasoning_content arguments instructions
"""


@pytest.mark.parametrize("wrong", ["hi", 3, {"type": "human", "content": "hi"}])
@pytest.mark.parametrize("reader", [from_messages, langchain.from_messages, pydantic_ai.from_messages])
def test_something_else_than_a_list_is_refused(reader: Any, wrong: Any) -> None:
    """The error says what is needed."""
    with pytest.raises(ReadError, match="a list of messages is needed"):
        reader(wrong)


WORDS = st.sampled_from((*VOCABULARY.split(), "\ud800"))
SOUP = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=15,
)
PARTS = st.lists(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("id", "content", "name", "args", "kind"), SOUP)
    ).flatmap(
        lambda part: st.fixed_dictionaries({"type": WORDS, "part_kind": WORDS}).map(lambda k: part | k)
    ),
    max_size=3,
)


STEPS = st.one_of(
    SOUP,
    st.fixed_dictionaries({"type": WORDS, "content": SOUP | PARTS}, optional={"tool_calls": SOUP}),
    st.fixed_dictionaries({"kind": WORDS, "parts": PARTS}),
    st.fixed_dictionaries({"role": WORDS, "parts": PARTS}),
)
READERS = (from_messages, langchain.from_messages, pydantic_ai.from_messages, opentelemetry.from_messages)


@given(st.lists(STEPS, max_size=4))
@settings(deadline=None, max_examples=200)
def test_any_json_reads_or_is_refused(messages: list[Any]) -> None:
    """Words of the known shapes in any disorder: a thread that can be written, or a `ReadError`."""
    for reader in READERS:
        try:
            thread = reader(messages)
        except ReadError as error:
            str(error).encode()
            continue
        for provider in MESSAGE_FORMATS:
            to_messages(thread, provider)
