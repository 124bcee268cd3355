"""What benchmarks/values prints: values that are never dearer than JSON, and threads next to messages."""

import json
from pathlib import Path

import pytest

from benchmarks import values


def test_generated_values_are_never_dearer_than_json(capsys: pytest.CaptureFixture[str]) -> None:
    """In both encodings, by at most one token."""
    values.main([])
    tables = capsys.readouterr().out.strip().split("\n\n")
    assert [table.splitlines()[0] for table in tables] == ["Values in o200k_base", "Values in cl100k_base"]
    for table in tables:
        assert all(int(row.split()[-1]) <= 1 for row in table.splitlines()[2:])


def test_threads_stand_next_to_their_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole, and without their system prompts; with times if asked for."""
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": '{"at": 2, "by": "me"}'}}
    messages = [
        {"role": "system", "content": "Look."},
        {"role": "user", "content": "Where?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": '{"found": [1, 2, 3]}'},
    ]
    (tmp_path / "a.openai.jsonl").write_text(json.dumps({"messages": messages}) + "\n", encoding="utf-8")
    values.main(["--data", str(tmp_path), "--inside"])
    shown = capsys.readouterr().out
    assert "a: 1 threads of OpenAI messages, in cl100k_base" in shown
    assert shown.count("whole: PAIRED") == shown.count("without system prompts: COMPACT") == 2
    assert "and those inside them" in shown
