"""Claude Code's session logs (`~/.claude/projects/**/*.jsonl`) -> threads of Anthropic messages.

A line is a step of a session with its `uuid` and its `parentUuid`; of `user` and `assistant` the
`message` is Anthropic's. Which lines make the conversation is the rule of Anthropic's own reader
(`get_session_messages` of `claude-agent-sdk-python`): from the newest line that nothing follows, back
along `parentUuid`; what a rewind left behind is not on that way, and what stood before a compaction is
there as its summary. Where no line names another as its parent, all are the conversation.

- An answer is logged as one line a block: lines with the same `message.id` are one message.
- The results of parallel calls hang on different lines: those that answer a call on the way are taken.
- Passed over: lines of another `type` (`system`, `summary`, `attachment`, `progress`, snapshots and
  other records of the program's own), lines that are `isMeta` or of a team, and subagents' lines
  (`isSidechain`), unless the file has no others: then it is the log of a subagent.
- `usage` becomes a `billed` event before the message: what its context cost as input, cache included.

`toolUseResult`, which repeats a result for display, is not read.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..events import Event
from ..exceptions import ReadError
from ..plain import JSON
from ..threads import Thread
from . import anthropic
from .envelopes import plain_messages
from .parts import Calls, timed

_SIGNS = ("sessionId", "leafUuid", "parentUuid", "snapshot", "permissionMode")
_STEPS = ("user", "assistant", "progress", "system", "attachment")
_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def is_line(value: object) -> bool:
    """Tell whether a value is a line of such a log.

    >>> is_line({"type": "summary", "summary": "Deploy", "leafUuid": "u1"}), is_line({"type": "summary"})
    (True, False)
    """
    return (
        isinstance(value, Mapping) and isinstance(value.get("type"), str) and any(s in value for s in _SIGNS)
    )


def id_of(line: Mapping[str, JSON]) -> str:
    """Give the id of the session that a line has, if it has one."""
    id = line.get("sessionId")
    return id if isinstance(id, str) else ""


def from_lines(lines: Iterable[Mapping[str, object]]) -> Thread:
    """Read the lines of a session.

    Raises:
        ReadError: If a message is of another shape; its `source` names the line, counted from 0.

    >>> thread = from_lines([
    ...     {"type": "user", "uuid": "a", "parentUuid": None, "sessionId": "s",
    ...      "message": {"role": "user", "content": "deploy it"}},
    ...     {"type": "assistant", "uuid": "b", "parentUuid": "a", "sessionId": "s",
    ...      "message": {"id": "m", "role": "assistant", "content": [{"type": "text", "text": "Done."}]}},
    ... ])
    >>> [(event.type, event.data) for event in thread]
    [('user', 'deploy it'), ('assistant', 'Done.')]
    """
    calls = Calls()
    read: list[Event] = []
    for step in _messages(_conversation(plain_messages(lines))):
        if bill := _bill(step.message):
            read.append(bill)
        try:
            events = anthropic.events([step.message], calls)
        except ReadError as error:
            where = error.source.replace("messages[0]", f"lines[{step.line}].message", 1)
            raise ReadError(error.reason, source=where) from None
        read += [timed(event, step.time) for event in events]
    return Thread(read)


@dataclasses.dataclass(slots=True)
class _Step:
    """A message, the line on which it begins, and when that was written."""

    message: dict[str, JSON]
    line: int
    time: JSON


def _conversation(lines: Sequence[dict[str, JSON]]) -> list[tuple[int, dict[str, JSON]]]:
    """Give the lines with messages that lead to the newest one, with their numbers."""
    steps = [
        (number, line)
        for number, line in enumerate(lines)
        if line.get("type") in _STEPS and isinstance(line.get("uuid"), str)
    ]
    side = all(line.get("isSidechain") for _, line in steps)
    by_id = {line["uuid"]: (number, line) for number, line in steps}
    linked = any(_id(line, "parentUuid") in by_id for _, line in steps)
    way = _way(steps, by_id, side=side) if linked else steps
    said = [(number, line) for number, line in way if _is_said(line, side=side)]
    said += _beside(said, [step for step in steps if _is_said(step[1], side=side)])
    return sorted(said, key=lambda step: step[0])


def _is_said(line: dict[str, JSON], *, side: bool) -> bool:
    if line.get("type") not in ("user", "assistant") or not isinstance(line.get("message"), dict):
        return False
    return not line.get("isMeta") and not line.get("teamName") and (side or not line.get("isSidechain"))


def _way(
    steps: Sequence[tuple[int, dict[str, JSON]]],
    by_id: Mapping[str, tuple[int, dict[str, JSON]]],
    *,
    side: bool,
) -> list[tuple[int, dict[str, JSON]]]:
    parents = {_id(line, "parentUuid") for _, line in steps}
    leaves = []
    for step in (step for step in steps if step[1]["uuid"] not in parents):
        behind = next((s for s in _back(step, by_id) if s[1].get("type") in ("user", "assistant")), None)
        leaves += [behind] if behind else []
    main = [leaf for leaf in leaves if _is_said(leaf[1], side=side)] or leaves
    return list(_back(max(main, key=lambda step: step[0]), by_id)) if main else []


def _back(
    step: tuple[int, dict[str, JSON]], by_id: Mapping[str, tuple[int, dict[str, JSON]]]
) -> Iterator[tuple[int, dict[str, JSON]]]:
    """Walk back along the parents; a circle ends where it begins."""
    seen: set[str] = set()
    found: tuple[int, dict[str, JSON]] | None = step
    while found and found[1]["uuid"] not in seen:
        yield found
        seen.add(found[1]["uuid"])
        parent = found[1].get("parentUuid")
        found = by_id.get(parent) if isinstance(parent, str) else None


def _beside(
    way: Sequence[tuple[int, dict[str, JSON]]], steps: Sequence[tuple[int, dict[str, JSON]]]
) -> list[tuple[int, dict[str, JSON]]]:
    """Give the rest of the messages on the way, and the results of their calls, if they hang elsewhere."""
    numbers = {number for number, _ in way}
    ids = {_id(line["message"]) for _, line in way if line["type"] == "assistant"} - {""}
    more = [s for s in steps if s[0] not in numbers and _id(s[1]["message"]) in ids]
    made = {_id(block) for _, line in (*way, *more) for block in _blocks(line, "tool_use")}
    done = {_id(block, "tool_use_id") for _, line in way for block in _blocks(line, "tool_result")}
    for step in steps:
        answers = {_id(block, "tool_use_id") for block in _blocks(step[1], "tool_result")}
        if step[0] not in numbers and answers and answers <= made - done:
            more.append(step)
            done |= answers
    return more


def _id(held: dict[str, JSON], key: str = "id") -> str:
    id = held.get(key)
    return id if isinstance(id, str) else ""


def _blocks(line: dict[str, JSON], kind: str) -> list[dict[str, JSON]]:
    content = line["message"].get("content")
    blocks = content if isinstance(content, list) else ()
    return [block for block in blocks if isinstance(block, dict) and block.get("type") == kind]


def _messages(lines: Iterable[tuple[int, dict[str, JSON]]]) -> list[_Step]:
    """Give the messages: the lines of one answer are joined where its first one stands."""
    steps: list[_Step] = []
    begun: dict[str, _Step] = {}
    for number, line in lines:
        message, id = line["message"], line["message"].get("id")
        step = begun.get(id) if isinstance(id, str) and line["type"] == "assistant" else None
        if step is None or not isinstance(step.message.get("content"), list):
            step = _Step(message, number, line.get("timestamp"))
            steps.append(step)
            if isinstance(id, str):
                begun[id] = step
        elif isinstance(message.get("content"), list):
            step.message = message | {"content": [*step.message["content"], *message["content"]]}
    return [dataclasses.replace(step, message=_sent(step.message)) for step in steps]


def _sent(message: dict[str, JSON]) -> dict[str, JSON]:
    """Leave out of an answer what Anthropic does not take back, but for its usage, which `_bill` reads."""
    return {key: message[key] for key in ("role", "content", "usage", "model") if key in message}


def _bill(message: dict[str, JSON]) -> Event | None:
    usage = message.pop("usage", None)
    if message.pop("model", None) == "<synthetic>" or not isinstance(usage, dict):  # the program's own words
        return None
    figures = [usage[key] for key in _INPUT if type(usage.get(key)) is int]
    return Event("billed", {"billed": sum(figures), "usage": usage}, kind="usage") if figures else None
