"""Tests of `contextkit.messages.guide`."""

from typing import Any

import pytest

from contextkit.events import Event
from contextkit.exceptions import ReadError
from contextkit.messages import guide
from contextkit.threads import Thread


def document(*types: str) -> dict[str, Any]:
    """A document of events with these types."""
    return {"events": [{"type": name, "data": {}} for name in types]}


def pairs(*types: str) -> list[str]:
    """What became of each event: `<kind>` or `<kind> <position of its call>`."""
    return [
        event.kind if event.call_id is None else f"{event.kind} {event.call_id.removeprefix('call_')}"
        for event in guide.from_document(document(*types))
    ]


def test_reads_the_guides_deployment() -> None:
    """A release agent's thread: calls with results, a failure, and a question to a person."""
    assert pairs(
        "slack_message",
        "list_git_tags",
        "list_git_tags_result",
        "deploy_backend",
        "error",
        "request_more_information",
        "human_response",
        "deploy_backend",
        "deploy_backend_result",
    ) == ["user", "call 1", "result 1", "call 3", "error 3", "call 5", "user 5", "call 7", "result 7"]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("a b a_result b_result", "call 0, call 1, result 0, result 1"),
        ("a a a_result a_result", "call 0, call 1, result 0, result 1"),
        ("a user a a_result", "note, user, call 2, result 2"),
        ("a error a a_result", "call 0, error 0, call 2, result 2"),
        ("a a error a_result", "call 0, call 1, error 1, result 0"),
        ("a a_error", "call 0, error 0"),
        ("a user error", "note, user, error"),
        ("a a_result error", "call 0, result 0, error"),
        ("slack_message error", "user, error"),
        ("error error", "error, error"),
        ("a_result a", "result, note"),
        ("request_approval user human_response", "call 0, user, user 0"),
        ("request_a request_b human_response human_response", "call 0, call 1, user 0, user 1"),
        ("human_response request_approval", "user, note"),
        ("deploy_started", "note"),
        ("", ""),
    ],
)
def test_pairs(types: str, expected: str) -> None:
    """Calls and results are tied together by the stated rule, and what has no partner stays as it is."""
    assert ", ".join(pairs(*types.split())) == expected


@pytest.mark.parametrize("field", [{"call_id": "x"}, {"kind": "note"}])
def test_a_document_that_tells_is_taken_at_its_word(field: dict[str, str]) -> None:
    """Where any event has a call id or a kind, nothing is derived."""
    records = [{"type": "build", "data": 1, **field}, *document("a", "a_result")["events"]]
    assert [event.call_id for event in guide.from_document({"events": records})] == [
        field.get("call_id"),
        None,
        None,
    ]


def test_reads_a_threads_own_json() -> None:
    """Every field of an event comes back."""
    thread = Thread(
        [
            Event("user", "deploy it", at="2026-03-01T10:00:00+00:00", pinned=False, id="first"),
            Event("deploy", {"tag": "v1.4.2"}, call_id="1", raw={"provider": "x"}),
            Event("deploy_result", "done", call_id="1", kind="error"),
        ]
    )
    assert guide.from_document({"events": thread.to_records()}) == thread
    assert guide.from_document(thread.to_records()) == thread


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, 'document: a document of events is an object with a list of "events"'),
        ({"events": "a"}, 'document: a document of events is an object with a list of "events"'),
        ({"events": [3]}, "events[0]: event: int is not an object with 'type' and 'data'"),
        ({"events": [{"type": "a"}, {"data": 1}]}, "events[1]: event: no 'type'"),
        ({"events": [{"type": "a", "intent": "b"}]}, "events[0]: event: unknown field 'intent'"),
        ({"events": [{"type": "a b"}]}, "events[0]: type: 'a b' is not a word"),
        ({"events": [{"type": "a_result", "call_id": "9"}]}, "events[0]: event '0': it answers the call '9'"),
        (
            {"events": [{"type": "a", "id": "x"}, {"type": "b", "id": "x"}]},
            "events[1]: event 'x': this id is taken",
        ),
        (
            {
                "events": [
                    {"type": "compaction", "kind": "compaction", "data": {"steps": [{"changed": ["abc"]}]}}
                ]
            },
            "events[0]: ",
        ),
    ],
)
def test_an_error_names_the_event(given: Any, error: str) -> None:
    """The error says which event is wrong, and why."""
    with pytest.raises(ReadError) as caught:
        guide.from_document(given)
    assert str(caught.value).startswith(error)
