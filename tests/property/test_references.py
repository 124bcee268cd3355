"""Property 9: what a context says of other events is so."""

import contextlib
import json
import re
from collections.abc import Iterable

import pytest
from hypothesis import given

from contextkit import (
    Clamp,
    CollapseErrors,
    Context,
    Drop,
    Event,
    Mask,
    Policy,
    Quote,
    Supersede,
    Thread,
    Window,
)
from contextkit.codecs import yamlish
from contextkit.policies.drop import counts_of, summed_up
from contextkit.policies.quoting import records
from contextkit.records import is_record

from .strategies import (
    Setup,
    Shares,
    by_size,
    event_lists,
    ladders,
    pauses,
    rendered,
    run,
    setups,
    shares,
)

_MASKED = re.compile(
    r"\[(\S+) (.+) left out: ([\d,]+) (?:line|item|field)s?, ([\d,]+) characters?\]\Z", re.DOTALL
)
_CLAMPED = re.compile(
    r"\[\.\.\. (?:[\d,]+ lines?, )?[\d,]+ characters? left out of (\S+ .+?) \.\.\.\]", re.DOTALL
)
_SUPERSEDED = re.compile(
    r"\[(\S+) (.+) left out: (?:same as a later one|read again later|written since)\]\Z", re.DOTALL
)
_COLLAPSED = re.compile(r"\[(\S+) (.+) left out: one of several in a row\]\Z", re.DOTALL)


def is_ours(policy: Policy) -> bool:
    """Whether a policy, and each that it has inside, comes with contextkit."""
    return hasattr(policy, "__slots__") and all(map(is_ours, getattr(policy, "policies", ())))


OURS = ladders().map(lambda ladder: tuple(filter(is_ours, ladder)))
"""Ladders of our own policies: what a user's policy writes is the user's."""

_COUNTED = re.compile(r"\[\d+ times in a row\]")  # what `CollapseErrors` writes below an error


class TestReferences:
    """Every reference from one event to another names one that stands whole in the same view."""

    @given(event_lists(), setups(ladders=OURS), shares(), pauses())
    def test_placeholders_name_what_they_stand_for(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """Each changed event names itself, by an id of the log, and the size of what it was; nothing else."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                for event in context.thread.view():
                    check_placeholder(event, context.thread, setup.policies)

    @given(event_lists(), setups(ladders=OURS), shares(), pauses())
    def test_lines_of_what_was_left_out_are_right(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """The `omitted` lines and summaries of a view count, together, what is gone and its characters."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                check_lines(context.thread)


def cuts_inside(policies: Iterable[Policy]) -> bool:
    """Whether a policy may cut inside a line that a later one quotes in the same compaction."""
    return any("Clamp(" in repr(policy) for policy in policies)


def tells_anew(policies: Iterable[Policy]) -> bool:
    """Whether a policy may put lines of its own into what a later one quotes in the same compaction."""
    return any("Digest(" in repr(policy) or "ResolveErrors(" in repr(policy) for policy in policies)


def check_placeholder(event: Event, thread: Thread, policies: Iterable[Policy] = ()) -> None:
    """A placeholder names its own event, by its type and id, and says how large it was."""
    id = str(event.id)
    check_quotes(event, thread, clamps=cuts_inside(policies), told_anew=tells_anew(policies))
    if id not in thread or event.data == thread[id].data or not isinstance(event.data, str):
        return
    whole = thread[id]
    parts = len(whole.data) if isinstance(whole.data, list | dict) else whole.text.count("\n") + 1
    if masked := _MASKED.match(event.data):
        assert (masked[1], masked[2]) == (event.type, event.id)
        assert (number(masked[3]), number(masked[4])) == (parts, len(whole.text))
    elif line := _COLLAPSED.match(event.data) or _SUPERSEDED.match(event.data):
        assert (line[1], line[2]) == (event.type, event.id)
    elif "times in a row]" not in event.data:
        markers = [match for match in _CLAMPED.finditer(event.data) if match[0] not in whole.text]
        assert all(match[1] == f"{event.type} {event.id}" for match in markers)
    assert "that follows" not in event.data
    assert thread.restore(id) == whole.data


def check_quotes(line: Event, thread: Thread, *, clamps: bool, told_anew: bool = False) -> None:
    """What an `omitted` line quotes are lines of events that are gone, as these stood in the log.

    Without their indentation; of a value, its records; of a long line, pieces; of a summary, its text.
    """
    counts = counts_of(line)
    for name, quoted in (counts or {}).get("quotes", {}).items():
        type, _, id = name.partition(" ")
        if type == "summary" and id not in thread:
            whole = Event(type, thread.restore(id)["text"])
        else:
            whole = thread[id]
            assert id not in thread.view()
        assert whole.type == type
        lines = lines_of(whole)
        assert quoted
        for text in quoted.split("\n"):
            assert text == text.strip() != ""
            if text not in lines and any(text in each for each in lines) and (clamps or was_cut(id, thread)):
                continue  # what an earlier policy, or compaction, left of a line
            if _COUNTED.fullmatch(text):
                continue  # how often an error came, in the same compaction
            if text not in lines and (told_anew or any(text in part for part in left_of(id, thread))):
                continue  # a line of a digest, or of what became of an error
            if text not in lines:
                piece = text.removeprefix("... ").removesuffix(" ...")
                assert piece != text
                assert 0 < len(piece) <= 200
                assert any(piece in each for each in lines if len(each) > 200)


def was_cut(id: str, thread: Thread) -> bool:
    """Whether a compaction has changed the event before it went."""
    return any(left_of(id, thread))


def left_of(id: str, thread: Thread) -> list[str]:
    """What compactions have left of the event, one after the other."""
    steps = [step for record in thread.records() for step in record.data["steps"]]
    left = [step["changed"][id] for step in steps if id in step.get("changed", {})]
    return [data if isinstance(data, str) else yamlish.encode(data) for data in left]


def lines_of(event: Event) -> set[str]:
    """The lines of an event's text, of its value as YAML, which a `Clamp` may leave, and its records."""
    data = event.data
    if isinstance(data, str):
        with contextlib.suppress(ValueError, RecursionError):
            data = json.loads(data)
    texts = (event.text, yamlish.encode(data), *records(data))
    return {line.strip() for text in texts for line in text.split("\n")}


def check_lines(thread: Thread) -> None:
    """What the lines say adds up to what is gone, all of which stands between the ids that they name."""
    view = thread.view()
    standing = {event.id for event in view}
    away = collapsed_away(thread, "CollapseErrors()")
    gone = [e for e in thread if not (e.id in standing or e.id in away or is_record(e))]
    inside = collapsed_away(thread, "Within(", "CollapseErrors()")
    sure = [event for event in gone if event.id not in inside]
    lines = [line for event in view if (line := counts_of(event) or summed_up(event))]
    assert len(sure) <= sum(line["events"] for line in lines) <= len(gone)
    characters = [sum(len(event.text) for event in events) for events in (sure, gone)]
    assert characters[0] <= sum(line["characters"] for line in lines) <= characters[1]
    assert {line[end] for line in lines for end in ("first", "last")} <= {event.id for event in gone}
    positions = {event.id: position for position, event in enumerate(thread)}
    ranges = [(positions[line["first"]], positions[line["last"]]) for line in lines]
    assert all(first <= last for first, last in ranges)
    for event in sure:
        assert any(first <= positions[event.id] <= last for first, last in ranges)


def collapsed_away(thread: Thread, *names: str) -> set[str]:
    """The ids of what policies dropped that tell so in the error that stays: no line need speak of them."""
    steps = [step for record in thread.records() for step in record.data["steps"]]
    found = [s for s in steps if s["policy"].startswith(names[0]) and names[-1] in s["policy"]]
    return {id for step in found for id in step.get("gone", ())}


def number(text: str) -> int:
    """Read a number with thousands separators."""
    return int(text.replace(",", ""))


@pytest.mark.parametrize("after", [Drop(), Clamp(20), Mask(keep=0), Drop(key=by_size)])
@pytest.mark.parametrize("limit", [60, 90, 120, 200, 300])
def test_a_collapsed_error_refers_to_nothing_that_may_go(after: Policy, limit: int) -> None:
    """What stands for the earlier of two errors says what it is when the later one is dropped or cut."""
    thread = Thread([Event("user", "deploy")]).call("a", call_id="1").call("b", call_id="2")
    thread = thread.append(Event("error", "refused " * 40, call_id="1")).call("c", call_id="3")
    thread = thread.append(Event("error", "refused " * 40, call_id="3"))
    context = rendered(Window(budget=limit, policies=[CollapseErrors(), after]), thread)
    for event in context.thread.view() if isinstance(context, Context) else ():
        check_placeholder(event, thread)


@pytest.mark.parametrize("limit", [60, 90, 120, 200, 300])
def test_a_superseded_result_refers_to_nothing_that_may_go(limit: int) -> None:
    """What stands for an old copy names itself alone; what is quoted later is not that line."""
    thread = Thread([Event("user", "fix it")])
    for call_id in ("1", "2", "3"):
        thread = thread.call("read_file", {"path": "a.py"}, call_id=call_id)
        thread = thread.result(call_id, "x_1 = 4711\n" * 30)
    context = rendered(Window(budget=limit, policies=[Supersede(), Quote(), Drop()]), thread)
    assert isinstance(context, Context)
    for event in context.thread.view():
        check_placeholder(event, context.thread)
