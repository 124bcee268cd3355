"""Codex's session logs (`~/.codex/sessions/**/rollout-*.jsonl`) -> threads of OpenAI Responses items.

A line is `{"timestamp", "type", "payload"}`. What becomes of the types is the rule of Codex's own reader
(`codex-rs/core/src/session/rollout_reconstruction.rs`):

| type | |
|---|---|
| `session_meta` | its `base_instructions` (once `instructions`) are the system prompt |
| `response_item` | an item of the history, as it was sent or came, but for keys that are null |
| `compacted` | its `replacement_history`, else the user's texts and its `message`, in place of all before |
| `event_msg` of type `token_count` | a `billed` event: what the last request cost as input |
| `event_msg` of type `thread_rolled_back` | the last `num_turns` turns are taken away |

Passed over: `turn_context`, `world_state`, other `event_msg` (they tell the screen what the items say),
`ghost_snapshot` items, which are never sent, and types that are not known.
"""

from collections.abc import Iterable, Mapping

from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from . import openai_responses
from .envelopes import plain_messages
from .parts import Calls, joined, timed

_TYPES = ("session_meta", "response_item", "turn_context", "event_msg", "compacted", "world_state")
_CONTEXTUAL = ("<environment_context>", "<user_instructions>", "# AGENTS.md instructions", "<turn_aborted>")
"""How texts begin that Codex itself says as the user."""

_Entry = tuple[int, JSON, JSON]  # the line, when it was written, and an item or what was billed


def is_line(value: object) -> bool:
    """Tell whether a value is a line of such a log.

    >>> is_line({"timestamp": "2026-03-01T10:00:00Z", "type": "session_meta", "payload": {"id": "s"}})
    True
    """
    return (
        isinstance(value, Mapping) and value.get("type") in _TYPES and isinstance(value.get("payload"), dict)
    )


def id_of(line: Mapping[str, JSON]) -> str:
    """Give the id of the session that a line has, if it has one."""
    payload = line.get("payload")
    id = payload.get("id") if line.get("type") == "session_meta" and isinstance(payload, dict) else None
    return id if isinstance(id, str) else ""


def from_lines(lines: Iterable[Mapping[str, object]]) -> Thread:
    """Read the lines of a session.

    Raises:
        ReadError: If an item is of another shape; its `source` names the line, counted from 0.

    >>> item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "deploy it"}]}
    >>> thread = from_lines([{"timestamp": "", "type": "response_item", "payload": item}])
    >>> [(event.type, event.data) for event in thread]
    [('user', 'deploy it')]
    """
    read: list[Event] = []
    entries: list[_Entry] = []
    total: JSON = None
    for number, line in enumerate(plain_messages(lines)):
        kind, payload = line.get("type"), line.get("payload")
        if not isinstance(payload, dict):
            continue
        if kind == "session_meta" and not read:
            read = _instructions(payload)
        elif kind == "response_item" and payload.get("type") != "ghost_snapshot":
            item = {key: value for key, value in payload.items() if value is not None}  # Codex writes nulls
            entries.append((number, line.get("timestamp"), item))
        elif kind == "compacted":
            entries = _compacted(payload, entries, number)
        elif kind == "event_msg" and payload.get("type") == "thread_rolled_back":
            entries = _rolled_back(entries, payload.get("num_turns"))
        elif kind == "event_msg" and payload.get("type") == "token_count":
            info = payload.get("info")
            if isinstance(info, dict) and (bill := _bill(info)) and info.get("total_token_usage") != total:
                total = info.get("total_token_usage")  # it is told again whenever a limit changes
                entries.append((number, None, bill))
    return Thread([*read, *_events(entries)])


def _events(entries: Iterable[_Entry]) -> list[Event]:
    read: list[Event] = []
    calls = Calls()
    for number, (line, time, item) in enumerate(entries):
        if isinstance(item, Event):
            read.append(item)
            continue
        try:
            events = openai_responses.events([item], calls, after=(number, len(read)))
        except ReadError as error:
            where = error.source.replace(f"input[{number}]", f"lines[{line}].payload", 1)
            raise ReadError(error.reason, source=where) from None
        read += [timed(event, time) for event in events]
    return read


def _instructions(meta: dict[str, JSON]) -> list[Event]:
    found = meta.get("base_instructions") or meta.get("instructions")
    text = found.get("text") if isinstance(found, dict) else found
    return openai_responses.system(text) if isinstance(text, str) else []


def _compacted(payload: dict[str, JSON], entries: list[_Entry], number: int) -> list[_Entry]:
    history = payload.get("replacement_history")
    if isinstance(history, list) and all(isinstance(item, dict) for item in history):
        return [(number, None, item) for item in history if item.get("type") != "ghost_snapshot"]
    summary = {"type": "message", "role": "user", "content": str(payload.get("message") or "")}
    return [*(entry for entry in entries if _is_turn(entry)), (number, None, summary)]


def _rolled_back(entries: list[_Entry], turns: JSON) -> list[_Entry]:
    begins = [place for place, entry in enumerate(entries) if _is_turn(entry)]
    count = turns if isinstance(turns, int) and turns > 0 else 0
    return entries[: begins[-min(count, len(begins))]] if count and begins else entries


def _is_turn(entry: _Entry) -> bool:
    """Whether it is a text of the user himself."""
    item = entry[2]
    if not isinstance(item, dict) or item.get("role") != "user":
        return False
    content = item.get("content")
    text = joined(content) if isinstance(content, str | list) else ""
    return text is None or not text.lstrip().startswith(_CONTEXTUAL)


def _bill(info: dict[str, JSON]) -> Event | None:
    usage = info.get("last_token_usage")
    tokens = usage.get("input_tokens") if isinstance(usage, dict) else None
    if type(tokens) is not int:
        return None
    return Event("billed", {"billed": tokens, "usage": usage}, kind="usage")
