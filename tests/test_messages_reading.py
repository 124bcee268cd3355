"""Tests of `contextkit.messages.reading`: files and lists of any known shape."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit.exceptions import ReadError
from contextkit.message_formats import OPENAI_CHAT
from contextkit.messages import NamedThread, from_messages, read_threads

USER = {"role": "user", "content": "deploy it"}
CALL = {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "deploy", "arguments": "{}"}}]}
RESULT = {"role": "tool", "tool_call_id": "1", "content": "done"}
USE = {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "deploy", "input": {}}]}
USED = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "done"}]}
EVENT = {"type": "slack_message", "data": "deploy it"}


def lines(*values: Any) -> bytes:
    """The values as JSON Lines."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def read(data: bytes, name: str | None = None) -> list[NamedThread]:
    """Every thread of a file of these bytes."""
    return list(read_threads(io.BytesIO(data), name=name))


def seen(data: bytes) -> list[tuple[str, int, list[str]]]:
    """The id, line and types of the events of every thread."""
    return [(named.id, named.line, [event.type for event in named.thread]) for named in read(data)]


DEPLOYED = ["user", "deploy", "deploy_result"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (lines({"id": "a", "messages": [USER, CALL, RESULT]}), [("a", 1, DEPLOYED)]),
        (
            lines({"id": 7, "messages": [USER]}, {"messages": [USER]}),
            [("7", 1, ["user"]), ("thread-2", 2, ["user"])],
        ),
        (lines({"id": None, "messages": [USER, USE, USED]}), [("thread-1", 1, DEPLOYED)]),
        (lines({"messages": [USER], "system": "Take care."}), [("thread-1", 1, ["system", "user"])]),
        (
            lines({"model": "m", "max_tokens": 9, "messages": [USER], "tools": []}),
            [("thread-1", 1, ["user"])],
        ),
        (lines({"events": [EVENT], "id": "e"}), [("e", 1, ["slack_message"])]),
        (
            lines({"events": [EVENT]}, {"messages": [USER]}),
            [("thread-1", 1, ["slack_message"]), ("thread-2", 2, ["user"])],
        ),
        (lines([USER, CALL, RESULT]), [("thread-1", 1, DEPLOYED)]),
        (lines([EVENT]), [("thread-1", 1, ["slack_message"])]),
        (lines([USER], [EVENT]), [("thread-1", 1, ["user"]), ("thread-2", 2, ["slack_message"])]),
        (lines([]), [("thread-1", 1, [])]),
        (
            lines([{"id": "a", "messages": [USER]}, {"events": [EVENT]}]),
            [("a", 1, ["user"]), ("thread-1.2", 1, ["slack_message"])],
        ),
        (lines([[USER], [EVENT]]), [("thread-1.1", 1, ["user"]), ("thread-1.2", 1, ["slack_message"])]),
        (lines(USER, CALL, RESULT), [("thread-1", 1, DEPLOYED)]),
        (lines(USER), [("thread-1", 1, ["user"])]),
        (
            lines(EVENT, {"type": "build"}, {"type": "build_result"}),
            [("thread-1", 1, ["slack_message", "build", "build_result"])],
        ),
        (json.dumps({"messages": [USER, CALL, RESULT]}, indent=2).encode(), [("thread-1", 1, DEPLOYED)]),
        (b"\n \n" + json.dumps([[USER]], indent=2).encode() + b"\n\n", [("thread-3.1", 3, ["user"])]),
        (json.dumps(USER, indent=2).encode(), [("thread-1", 1, ["user"])]),
        (b"\xef\xbb\xbf" + lines({"messages": [USER]}), [("thread-1", 1, ["user"])]),
        (
            b"\r\n".join([b"", json.dumps([USER]).encode(), b" ", json.dumps([USER]).encode()]),
            [("thread-2", 2, ["user"]), ("thread-4", 4, ["user"])],
        ),
    ],
)
def test_shapes(data: bytes, expected: list[tuple[str, int, list[str]]]) -> None:
    """Each known shape is told by its first line that is not blank."""
    assert seen(data) == expected


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "runs.jsonl: there is nothing in it; known are"),
        (b"\xef\xbb\xbf\n \n", "runs.jsonl: there is nothing in it; known are"),
        (
            b'{"messages": [',
            "runs.jsonl:1: the JSON ends too early, as if cut off: Expecting value, column 15",
        ),
        (
            b'{"messages": [{"role": "us',
            (
                "runs.jsonl:1: the JSON ends too early, as if cut off: "
                "Unterminated string that starts at column 24"
            ),
        ),
        (lines([USER]) + b'[{"role": "user", ', "runs.jsonl:2: the JSON ends too early, as if cut off"),
        (b'{\n"messages": [\n', "runs.jsonl:2: the JSON ends too early, as if cut off"),
        (
            lines([USER]) + b'{"messages": [{"role":\n',
            "runs.jsonl:2: the JSON ends too early, as if cut off: Expecting value, column 23",
        ),
        (
            lines([USER]) + b'{"messages": [{"role": "us\n' + lines([USER]),
            "runs.jsonl:2: the JSON ends too early, as if cut off: Invalid control character at column 27",
        ),
        (b'{\n"messages": oops\n}', "runs.jsonl:2: not JSON: Expecting value, column 13"),
        (b"oops", "runs.jsonl:1: not JSON: Expecting value, column 1"),
        (json.dumps([USER], indent=1).encode() * 2, "runs.jsonl:6: not JSON: Extra data"),
        (lines([USER]) + b"\xff", "runs.jsonl:2: not UTF-8: byte 0xff, column 1"),
        (json.dumps([USER]).encode("utf-16"), "runs.jsonl:1: not UTF-8: byte 0xff, column 1"),
        (b"[" * 100_000, "runs.jsonl:1: the JSON is nested too deeply; flatten it"),
        (b"[1" + b"0" * 5000 + b"]", "runs.jsonl:1: not JSON: Exceeds the limit"),
        (lines(3), "runs.jsonl:1: thread: int is no thread; known are"),
        (lines({"input": []}), "runs.jsonl:1: thread: an object with 'input' is no thread; known are"),
        (lines({"messages": 3}), 'runs.jsonl:1: thread: "messages" is a number where a list is needed'),
        (lines({"messages": {"role": "user"}}), 'runs.jsonl:1: thread: "messages" is an object where a list'),
        (lines({"id": 1, "events": None}), 'runs.jsonl:1: thread: "events" is null where a list is needed'),
        (lines({}), "runs.jsonl:1: thread: an empty object is no thread; known are"),
        (lines([3]), "runs.jsonl:1: thread: a list of int is no thread; known are"),
        (lines([[USER], 3]), "runs.jsonl:1: thread: int is no thread; known are"),
        (lines([USER], USER), "runs.jsonl:2: thread: a single message is no thread; known are"),
        (lines(USER, [USER]), "runs.jsonl:2: not one message, as the lines before it are"),
        (lines(USER, EVENT), "runs.jsonl:2: not one message, as the lines before it are"),
        (lines(EVENT, USER), "runs.jsonl:2: not one event, as the lines before it are"),
        (
            lines([USER], [USER, RESULT]),
            "runs.jsonl:2: messages[1]: it answers the call '1', which stands nowhere",
        ),
        (lines(USER) + b"\n" + lines(RESULT), "runs.jsonl:3: messages[1]: it answers the call '1'"),
        (lines(EVENT, {"type": "a b"}), "runs.jsonl:2: events[1]: type: 'a b' is not a word"),
        (
            lines({"messages": [USER], "system": 3}),
            "runs.jsonl:1: system: it is neither text nor a list of blocks",
        ),
        (
            lines([USER, {"role": "user", "content": {}}]),
            "runs.jsonl:1: messages[1].content: input should be a valid string",
        ),
    ],
)
def test_errors_name_the_file_the_line_and_the_reason(data: bytes, error: str) -> None:
    """Whatever is wrong, one line says where, and what would be right."""
    with pytest.raises(ReadError) as caught:
        read(data, name="runs.jsonl")
    assert str(caught.value).startswith(error)
    assert caught.value.source == "runs.jsonl"


def test_threads_before_a_broken_line_are_read() -> None:
    """A reader has what stands before the error."""
    threads = read_threads(io.BytesIO(lines([USER], [USER]) + b"oops"))
    assert [next(threads).line, next(threads).line] == [1, 2]
    with pytest.raises(ReadError, match="input:3: not JSON"):
        next(threads)


def test_reads_a_path(tmp_path: Path) -> None:
    """A path may be a `Path` or text; errors name it."""
    path = tmp_path / "runs.jsonl"
    path.write_bytes(lines([USER], 3))
    for source in (path, str(path)):
        with pytest.raises(ReadError, match="is no thread") as caught:
            list(read_threads(source))
        assert (caught.value.source, caught.value.line) == (str(path), 2)


@pytest.mark.parametrize("name", ["missing.jsonl", ".", "a\0b"])
def test_a_path_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    """It is a `ReadError` like any other."""
    with pytest.raises(ReadError, match="cannot be opened"):
        list(read_threads(str(tmp_path / name)))


def test_a_file_is_left_open_and_names_itself(tmp_path: Path) -> None:
    """Who opened a file closes it."""
    path = tmp_path / "runs.jsonl"
    path.write_bytes(b"oops")
    with path.open("rb") as file:
        with pytest.raises(ReadError) as caught:
            list(read_threads(file))
        assert not file.closed
    assert caught.value.source == str(path)


def test_a_file_open_for_text_is_refused() -> None:
    """The error says how to open it."""
    with pytest.raises(ReadError, match="open it for bytes, with mode 'rb'"):
        list(read_threads(io.StringIO("[]")))  # type: ignore[arg-type]


def test_nan_is_text() -> None:
    """Numbers that JSON has no word for become the text that says them."""
    [named] = read(b'{"events": [{"type": "load", "data": [NaN, -Infinity, 1e999]}]}')
    assert named.thread[0].data == ["NaN", "-Infinity", "Infinity"]


class Endless(io.RawIOBase):
    """A file of JSON Lines without an end, which counts the lines that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def __next__(self) -> bytes:
        self.asked += 1
        return lines({"id": str(self.asked), "messages": [USER]})


def test_lines_are_read_one_by_one() -> None:
    """A thread is there before the next line is asked for, so a file need not fit in memory, or end."""
    file = Endless()
    threads: Iterator[NamedThread] = read_threads(file)  # type: ignore[arg-type]
    for number in range(1, 50):
        assert (next(threads).id, file.asked) == (str(number), number)


@pytest.mark.parametrize(
    ("messages", "provider"),
    [
        ([USER, CALL, RESULT], "openai-chat"),
        ([USER, USE, USED], "anthropic"),
        ([USER], "openai-chat"),
        ([{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {}}]}], "anthropic"),
        (
            [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "u"}}]}],
            "anthropic",
        ),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}], "openai-chat"),
        ([{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}], "openai-chat"),
        (
            [{"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}]}, CALL, RESULT],
            "openai-chat",
        ),
    ],
)
def test_providers_are_told_apart(messages: list[dict[str, Any]], provider: str) -> None:
    """By roles, keys and parts; OpenAI's signs decide, and plain text may be either's."""
    assert {event.raw["provider"] for event in from_messages(messages)} == {provider}


def test_a_system_prompt_beside_the_messages_is_a_sign_and_an_event() -> None:
    """Anthropic has it so; with OpenAI's messages it becomes the first of them."""
    assert {event.raw["provider"] for event in from_messages([USER], "Take care.")} == {"anthropic"}
    thread = from_messages([USER, CALL, RESULT], "Take care.")
    assert OPENAI_CHAT.written(thread).messages == [
        {"role": "system", "content": "Take care."},
        USER,
        CALL,
        RESULT,
    ]


class Answer:
    """An answer as a provider's client gives it: no mapping, but it can make one."""

    def model_dump(self) -> dict[str, Any]:
        """Give it as a mapping."""
        return CALL


def test_a_clients_own_objects_are_read() -> None:
    """Histories are often mixed: mappings, and answers just as the client gave them."""
    thread = from_messages([USER, Answer(), RESULT])  # type: ignore[list-item]
    assert [event.type for event in thread] == DEPLOYED
    assert OPENAI_CHAT.written(thread).messages == [USER, CALL, RESULT]


@pytest.mark.parametrize("wrong", ["hi", USER, [USER, object]])
def test_something_else_than_messages_is_refused(wrong: Any) -> None:
    """A single message is no history."""
    with pytest.raises(ReadError, match="messages"):
        from_messages(wrong)


VOCABULARY = """
    role content type data messages events id call_id kind at pinned raw 1 tool_calls function
    arguments tool_call_id function_call name text system steps tool_use tool_result tool_use_id
    input is_error image image_url file source url user assistant tool developer thinking error a
    a_result request_a human_response compaction changed gone added before event
"""
WORDS = st.sampled_from((*VOCABULARY.split(), "\ud800", "\n"))
SOUP = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=20,
)
STEPS = st.one_of(
    SOUP,
    st.fixed_dictionaries({"role": WORDS, "content": SOUP}),
    st.fixed_dictionaries(
        {
            "role": WORDS,
            "content": st.lists(
                st.fixed_dictionaries(
                    {"type": WORDS},
                    optional={
                        "text": SOUP,
                        "source": SOUP,
                        "id": WORDS,
                        "name": WORDS,
                        "tool_use_id": WORDS,
                        "content": SOUP,
                    },
                )
            ),
        }
    ),
    st.fixed_dictionaries(
        {"type": WORDS}, optional={"data": SOUP, "call_id": WORDS, "kind": WORDS, "id": WORDS}
    ),
    st.sampled_from((USER, CALL, RESULT, USE, USED, EVENT)),
)
VALUES = st.one_of(
    STEPS,
    st.lists(STEPS, max_size=5),
    st.fixed_dictionaries({"messages": st.lists(STEPS, max_size=5)}, optional={"system": SOUP, "id": SOUP}),
    st.fixed_dictionaries({"events": st.lists(STEPS, max_size=5)}),
)


def read_or_refuse(data: bytes) -> None:
    """Read, and let `ReadError` be the only error; what was read has whole units."""
    try:
        for named in read(data):
            named.thread.units()
    except ReadError as error:
        str(error).encode()


@given(st.lists(VALUES, max_size=4))
@settings(deadline=None, max_examples=200)
def test_any_json_reads_or_is_refused(values: list[Any]) -> None:
    """Words of the known shapes in any disorder: a thread, or a `ReadError`."""
    read_or_refuse(lines(*values))


@given(st.binary(max_size=60), st.lists(VALUES, max_size=2), st.data())
@settings(deadline=None, max_examples=100)
def test_any_bytes_read_or_are_refused(junk: bytes, values: list[Any], data: st.DataObject) -> None:
    """Files that were cut, or have other bytes in them: threads, or a `ReadError`."""
    whole = lines(*values)
    first = data.draw(st.integers(0, len(whole)))
    second = data.draw(st.integers(first, len(whole)))
    read_or_refuse(whole[:first] + junk + whole[second:])
