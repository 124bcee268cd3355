"""The life of errors in a thread: open, resolved, open again; how many in a row, and what to do about it."""

import dataclasses
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import Literal, TypeAlias

from ..events import Event
from ..plain import json_in
from ..threads import Thread
from .facts import OwnCode, own_code
from .fingerprints import Fingerprint, fingerprint
from .pieces import shortened
from .summaries import headline

SubjectOf: TypeAlias = Callable[[Event], Hashable]
"""A call -> what it is about: an error of one is resolved by a success of an equal one. Pure."""

State: TypeAlias = Literal["open", "resolved"]

_EXIT_CODES = ("exit_code", "exit_status", "exitCode", "returncode", "return_code")
_HTTP_CODES = ("status", "status_code", "statusCode")


@dataclasses.dataclass(frozen=True, slots=True)
class Episode:
    """An error and its repeats: events of one fingerprint, about the same thing.

    Attributes:
        errors: The events, oldest first.
        state: Whether it is resolved.
        resolved_by: The result that resolved it.
        reopened: Whether it had been resolved before its last event.
    """

    errors: tuple[Event, ...]
    state: State
    resolved_by: Event | None = None
    reopened: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Escalation:
    """What errors in a row call for.

    Attributes:
        stage: `none`, `hint`, `table` of the attempts, or `human`: hand over.
        times: How many times the same error came in a row.
        text: What to tell the model, or the person; empty at stage `none`.
        attempts: The errors, oldest first.
    """

    stage: Literal["none", "hint", "table", "human"]
    times: int = 0
    text: str = ""
    attempts: tuple[Event, ...] = ()

    def event(self) -> Event:
        """Give it as an event: a request for a person's input at the last stage, else a note."""
        return Event("request_human_input" if self.stage == "human" else "escalation", self.text)


def same_call(call: Event) -> Hashable:
    """Give tool and arguments of a call: what it is about, where nothing better is known."""
    return call.type, call.text


@lru_cache(maxsize=512)
def _fingerprint(text: str, own: OwnCode) -> Fingerprint:
    return fingerprint(text, own=own)


def fingerprint_of(event: Event, own: OwnCode = own_code) -> Fingerprint:
    """Tell which error an event is; its text is read once."""
    return _fingerprint(event.text, own)


def has_failed(event: Event) -> bool:
    """Whether an event tells of a failure by its kind, or by a field; never by its words.

    >>> has_failed(Event("run_result", {"exit_code": 1})), has_failed(Event("run_result", "0 errors"))
    (True, False)
    >>> has_failed(Event("get_result", '{"status": 200}')), has_failed(Event("get_result", '{"status": 404}'))
    (False, True)
    """
    if event.kind == "error":
        return True
    # Many providers take text alone: there the fields stand in JSON.
    data = json_in(event.data) if isinstance(event.data, str) else event.data
    if not isinstance(data, dict):
        return False
    return (
        any(_is_number(data.get(name)) and data[name] != 0 for name in _EXIT_CODES)
        or any(_is_number(data.get(name)) and 400 <= data[name] < 600 for name in _HTTP_CODES)
        or (_is_number(data.get("status")) and data["status"] != 0 and data["status"] < 200)  # of a process
        or any(data.get(name) is True for name in ("is_error", "isError"))
        or any(data.get(name) is False for name in ("ok", "success"))
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def calls_of(thread: Iterable[Event]) -> dict[int, Event]:
    """Give for each answer, by its position, the call that it answers.

    An error without a `call_id` answers the last call before it, as in threads of 12-factor agents.
    """
    calls: dict[str, Event] = {}
    last: Event | None = None
    answered: dict[int, Event] = {}
    for number, event in enumerate(thread):
        if event.kind == "call":
            last = event
            if event.call_id is not None:
                calls[event.call_id] = event
        elif event.kind in ("result", "error"):
            call = calls.get(event.call_id) if event.call_id is not None else last
            if call is not None:
                answered[number] = call
    return answered


def episodes(
    thread: Thread, *, subject: SubjectOf = same_call, hold: int = 2, own: OwnCode = own_code
) -> list[Episode]:
    """Tell of each error of a thread whether it is resolved.

    It is, if a later result about the same thing tells of no failure, and the error didn't come back in the
    `hold` events behind that one. Age resolves nothing, nor does the model's word.

    >>> thread = Thread().call("read", "a.py", call_id="1").result("1", "no such file", type="error")
    >>> thread = thread.call("read", "a.py", call_id="2").result("2", "import os")
    >>> [episode.state for episode in episodes(thread)]
    ['open']
    >>> thread = thread.call("run", "", call_id="3").result("3", "done")
    >>> [episode.state for episode in episodes(thread)]
    ['resolved']
    """
    events = list(thread)
    calls = calls_of(events)
    errors: dict[Hashable, list[int]] = {}
    successes: dict[Hashable, list[int]] = {}
    for number, event in enumerate(events):
        call = calls.get(number)
        about = subject(call) if call is not None else None
        if event.kind == "error":
            errors.setdefault((fingerprint_of(event, own).group, about), []).append(number)
        elif call is not None and not has_failed(event):
            successes.setdefault(about, []).append(number)
    found: list[Episode] = []
    for key, numbers in errors.items():
        about = key[1] if isinstance(key, tuple) else None
        after = [number for number in successes.get(about, ()) if about is not None]
        by = next((number for number in after if number > numbers[-1]), None)
        held = by is not None and len(events) - 1 - by >= hold
        before = any(
            first < success
            and not any(success < number <= success + hold for number in numbers)
            and success < numbers[-1]
            for success in after
            for first in numbers[:1]
        )
        found.append(
            Episode(
                tuple(events[number] for number in numbers),
                "resolved" if held else "open",
                events[by] if held and by is not None else None,
                reopened=before,
            )
        )
    return found


def consecutive_errors(thread: Thread, *, tool: str | None = None) -> int:
    """Count the errors in a row at the end of a thread; of one tool, those of its calls.

    A result that tells of no failure ends the row, and a user's message starts the count afresh.

    >>> thread = Thread().call("run", "", call_id="1").result("1", "boom", type="error")
    >>> consecutive_errors(thread), consecutive_errors(thread, tool="read")
    (1, 0)
    """
    return len(_row(thread, tool))


def _row(thread: Thread, tool: str | None) -> list[Event]:
    events = list(thread)
    calls = calls_of(events)
    row: list[Event] = []
    for number in range(len(events) - 1, -1, -1):
        event, call = events[number], calls.get(number)
        if event.kind == "user":
            break
        if event.kind not in ("error", "result") or (
            tool is not None and (call is None or call.type != tool)
        ):
            continue
        if not has_failed(event):
            break
        row.append(event)
    return row[::-1]


def escalation(
    thread: Thread, *, hint: int = 2, table: int = 3, human: int = 5, own: OwnCode = own_code
) -> Escalation:
    """Say what the errors at the end of a thread call for: nothing, a hint, a table of the attempts, a person.

    Counts how many times the newest error came in a row, by its fingerprint, among the results of its tool. The app decides what becomes of
    it; `Escalation.event()` is it as an event.

    >>> thread = Thread()
    >>> for number in "12":
    ...     thread = thread.call("run", f"try {number}", call_id=number)
    ...     thread = thread.result(number, "OSError: disk full", type="error")
    >>> print(escalation(thread).text)
    The same error 2 times in a row: OSError: disk full
    """
    row = _row(thread, None)
    if not row:
        return Escalation("none")
    calls = calls_of(thread)
    numbers = {id(event): number for number, event in enumerate(thread)}
    if (call := calls.get(numbers[id(row[-1])])) is not None:
        row = _row(thread, call.type)  # what other tools did in between solved nothing
    newest = fingerprint_of(row[-1], own).group
    same: list[Event] = []
    for event in reversed(row):
        if fingerprint_of(event, own).group != newest:
            break
        same.append(event)
    same.reverse()
    times = len(same)
    if times < hint:
        return Escalation("none", times, "", tuple(same))
    said = f"The same error {times} times in a row: {headline(same[-1].text, own=own)}"
    if times < table:
        return Escalation("hint", times, said, tuple(same))
    tried = [
        f"{index}. {call.type} {shortened(call.text, 120)}"
        for index, event in enumerate(same, start=1)
        if (call := calls.get(numbers.get(id(event), -1))) is not None
    ]
    text = "\n".join([said, *(["What was tried:", *tried[-8:]] if tried else [])])
    if times < human:
        return Escalation("table", times, f"{text}\nDo not repeat any of these.", tuple(same))
    return Escalation("human", times, f"{text}\nHow should this go on?", tuple(same))
