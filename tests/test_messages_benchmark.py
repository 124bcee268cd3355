"""`benchmarks.messages` sums up what the rules and the clients' types say."""

import dataclasses
import gzip
import json
from pathlib import Path

import pytest

from benchmarks import fitting, messages

from .histories import HISTORIES


def test_nothing_is_found_in_histories_that_are_accepted() -> None:
    """Each is looked at, and none is changed."""
    table = messages.rows(HISTORIES)
    assert sum(row.requests for row in table) == len(HISTORIES)
    assert sum(row.messages for row in table) == sum(len(history.messages) for history in HISTORIES)
    assert not any(row.findings or row.complaints or row.changed for row in table)
    assert sum(row.equal for row in table) == len(HISTORIES)


def test_nothing_is_wrong_with_what_is_cut() -> None:
    """For each provider, at each budget; and the budget is kept."""
    table = messages.cuts(HISTORIES[:3])
    assert sum(row.contexts for row in table) > 30
    assert not any(row.findings or row.complaints or row.over for row in table)
    assert len([*messages.cut_lines(table)]) == 1 + len(table)


def test_what_is_found_is_named() -> None:
    """With the history, the place and the rule."""
    broken = dataclasses.replace(HISTORIES[0], messages=[{"role": "tool", "tool_call_id": "a"}])
    (_, row, *_, finding, complaint) = messages.lines(messages.rows([broken]))
    assert row.split()[:5] == ["openai-chat", "1", "1", "2", "1"]
    assert "a chat: messages[0]" in finding
    assert "a chat: $[0]" in complaint


def test_recorded_requests_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of each provider, by the names of the recording; an input may be a text."""
    records = [
        {"provider": "openai-responses", "request": {"input": "Go."}},
        {"provider": "google", "request": {"contents": [{"role": "user", "parts": [{"text": "Go."}]}]}},
        {
            "provider": "anthropic",
            "request": {"messages": [{"role": "user", "content": "Go."}], "system": "S"},
        },
    ]
    file = tmp_path / messages.RECORDED
    file.parent.mkdir()
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))
    messages.main(["--data", str(tmp_path), "--json"])
    table = json.loads(capsys.readouterr().out)
    assert {row["provider"]: row["requests"] for row in table} == {
        "openai-chat": 0,
        "openai-responses": 1,
        "anthropic": 1,
        "gemini": 1,
    }


def test_fitting_is_timed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each budget, of a made-up history or of one from a file."""
    fitting.main(["--events", "80", "--runs", "1", "--budgets", "9000,3000"])
    assert capsys.readouterr().out.count("passes") == 2
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps({"messages": HISTORIES[0].messages}))
    fitting.main(["--data", str(file), "--runs", "1", "--budgets", "9000"])
    assert "messages of openai-chat" in capsys.readouterr().out
