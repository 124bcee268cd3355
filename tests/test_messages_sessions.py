"""Tests of the session logs of Claude Code and Codex, and of files of libraries' messages."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit import Thread, read_threads, to_messages, validate
from contextkit.exceptions import ReadError
from contextkit.message_formats import MESSAGE_FORMATS
from contextkit.messages import NamedThread, claude_code, codex

from .histories import text, use
from .judges import judge
from .library_histories import (
    CLAUDE_CODE,
    CODEX,
    LIBRARY_HISTORIES,
    OPENTELEMETRY,
    THOUGHT,
    answer,
    item,
    outcome,
    rollout,
    said,
    spoken,
    step,
)


def read(*values: Any) -> list[NamedThread]:
    """Read a file of JSON Lines."""
    return list(read_threads(io.BytesIO(b"".join(json.dumps(value).encode() + b"\n" for value in values))))


def types(thread: Thread) -> list[str]:
    """The types of the events."""
    return [event.type for event in thread]


@pytest.mark.parametrize("lines", [CLAUDE_CODE, CODEX], ids=["claude_code", "codex"])
@pytest.mark.parametrize("provider", MESSAGE_FORMATS)
def test_a_session_is_written_for_any_provider(lines: list[dict[str, Any]], provider: str) -> None:
    """Each target's rules and its client's types accept what is written."""
    [named] = read(*lines)
    written = to_messages(named.thread, provider)
    assert validate(written.messages, provider, system=written.system) == []
    assert judge(provider, written.messages) == []


def test_a_session_of_claude_code_is_its_conversation() -> None:
    """What was rewound, meta lines and subagents are not in it; the lines of an answer are one message."""
    [named] = read(*CLAUDE_CODE)
    assert (named.id, named.line) == ("s1", 1)
    assert to_messages(named.thread, "anthropic").messages == [
        said("Deploy it."),
        {"role": "assistant", "content": [THOUGHT, use("t1", "tags"), use("t2", "disk")]},
        outcome("t1", "v1"),
        outcome("t2", "12 %"),
        {"role": "assistant", "content": [text("Done.")]},
        said("Thanks."),
    ]
    assert [event.data["billed"] for event in named.thread if event.type == "billed"] == [102, 202]
    assert named.thread[0].at == "2026-03-01T10:00:00.000Z"


def test_a_log_of_a_subagent_is_read() -> None:
    """A file that has no other lines is its log."""
    lines = [step("user", "a", None, said("A task."), isSidechain=True)]
    assert types(claude_code.from_lines(lines)) == ["user"]


def test_lines_without_parents_are_all_read() -> None:
    """What exports a log may leave the parents out, or the lines that they name."""
    lines = [
        step("user", "a", None, said("Deploy it.")),
        step("assistant", "b", "gone", answer("m", text("Done."))),
        step("user", "c", None, said("Thanks.")),
    ]
    thread = claude_code.from_lines(lines)
    assert [event.data for event in thread if event.type != "billed"] == ["Deploy it.", "Done.", "Thanks."]


def test_after_a_compaction_its_summary_stands_first() -> None:
    """The boundary has no parent, so what was before is not on the way."""
    lines = [
        step("user", "a", None, said("Deploy it.")),
        {"type": "system", "subtype": "compact_boundary", "uuid": "b", "parentUuid": None, "sessionId": "s"},
        step("user", "c", "b", said("They asked to deploy."), isCompactSummary=True),
        step("assistant", "d", "c", answer("m", text("Done."))),
    ]
    assert [event.data for event in claude_code.from_lines(lines) if event.type != "billed"] == [
        "They asked to deploy.",
        "Done.",
    ]


def test_words_of_the_program_cost_nothing() -> None:
    """What Claude Code says in the model's place has a usage that nobody billed."""
    lines = [step("user", "a", None, said("hi")), step("assistant", "b", "a", answer("m", text("API Error")))]
    lines[1]["message"]["model"] = "<synthetic>"
    assert types(claude_code.from_lines(lines)) == ["user", "assistant"]


def test_a_session_of_codex_is_its_history() -> None:
    """What was rolled back is not in it; items are as they came; a cost told twice is one."""
    [named] = read(*CODEX)
    assert (named.id, types(named.thread)) == (
        "c1",
        [
            *("system", "user", "user", "reasoning", "shell", "billed", "shell_result", "assistant"),
            *("billed", "user"),
        ],
    )
    items = [line["payload"] for line in CODEX if line["type"] == "response_item"]
    items = [{key: value for key, value in item.items() if value is not None} for item in items]
    kept = [item for item in items if item["type"] != "ghost_snapshot"]
    written = to_messages(named.thread, "openai-responses")
    assert written.messages == [*kept[:-3], kept[-1]]
    assert written.system == "You are Codex."


def test_what_codex_compacted_is_replaced() -> None:
    """By its history; by the user's texts and the summary, in a log that has none."""
    history = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "So far."}]}]
    begun = [spoken("user", "<environment_context>"), spoken("user", "go"), spoken("assistant", "Done.")]
    new = codex.from_lines([*begun, rollout("compacted", message="", replacement_history=history)])
    assert [event.data for event in new] == ["So far."]
    old = codex.from_lines([*begun, rollout("compacted", message="It was done."), spoken("user", "on")])
    assert [event.data for event in old] == ["go", "It was done.", "on"]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([*CLAUDE_CODE, step("user", "k", "i", outcome("nobody", ""))], r"input:16: lines\[15\].message"),
        ([CODEX[0], item("message", role="nobody")], r"input:2: lines\[1\].payload.role"),
        ([CLAUDE_CODE[0], 3], "input:2: not an object"),
    ],
)
def test_errors_name_the_line(lines: list[Any], place: str) -> None:
    """The line in the file, and the place in it."""
    with pytest.raises(ReadError, match=place):
        read(*lines)


@pytest.mark.parametrize("history", LIBRARY_HISTORIES, ids=lambda history: history.provider)
def test_files_of_libraries_are_read(history: Any) -> None:
    """A list, a document with messages, and one message a line."""
    expected = types(read(history.messages)[0].thread)
    assert types(read({"messages": history.messages})[0].thread) == expected
    assert types(read(*history.messages)[0].thread) == expected


def test_each_span_is_a_thread() -> None:
    """One span a line, and a document of OTLP; the conversation's id is the thread's."""
    span = {"gen_ai.input.messages": OPENTELEMETRY.messages, "gen_ai.conversation.id": "c"}
    assert [named.id for named in read({"attributes": span}, {"attributes": span | {"x": 1}})] == ["c", "c"]
    value = {"stringValue": json.dumps(OPENTELEMETRY.messages)}
    pairs = {"attributes": [{"key": "gen_ai.input.messages", "value": value}]}
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [pairs, {"name": "tool"}, pairs]}]}]}
    assert [(named.id, len(named.thread)) for named in read(spans)] == [
        ("thread-1.1", 14),
        ("thread-1.2", 14),
    ]


WORDS = st.sampled_from(
    (
        *("a", "b", "user", "assistant", "system", "type", "uuid", "parentUuid", "message", "content", "id"),
        *("session_meta", "response_item", "compacted", "event_msg", "payload", "sessionId", "role", "info"),
        *("replacement_history", "token_count", "thread_rolled_back", "num_turns", "last_token_usage"),
    )
)
SOUP = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=12,
)
LINE = {"type": WORDS, "sessionId": st.just("s"), "uuid": WORDS, "parentUuid": st.one_of(SOUP, WORDS)}
CLAUDE_LINES = st.fixed_dictionaries(
    LINE, optional={"message": SOUP, "isMeta": SOUP, "isSidechain": st.booleans()}
)
CODEX_LINES = st.fixed_dictionaries({"type": WORDS, "payload": SOUP})


@given(st.one_of(st.lists(CLAUDE_LINES | SOUP, max_size=6), st.lists(CODEX_LINES | SOUP, max_size=6)))
@settings(deadline=None, max_examples=200)
def test_any_lines_read_or_are_refused(lines: list[Any]) -> None:
    """Words of the known shapes in any disorder, circles among them: a thread, or a `ReadError`."""
    for reader in (claude_code.from_lines, codex.from_lines, lambda lines: read(*lines)):
        try:
            reader(lines)
        except ReadError as error:
            str(error).encode()


@given(st.permutations(CLAUDE_CODE))
@settings(deadline=None, max_examples=50)
def test_lines_in_any_order_are_read_or_refused(lines: list[dict[str, Any]]) -> None:
    """Nothing but the order of the file says which line is newest."""
    try:
        claude_code.from_lines(lines)
    except ReadError as error:
        assert error.source.startswith("lines[")  # noqa: PT017
