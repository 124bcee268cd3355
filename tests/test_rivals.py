"""The rivals of the benchmark: what they give back are the thread's own events, in order."""

import pytest

from benchmarks.rivals import RIVALS, Chat
from contextkit import TAGGED, Event, Thread, token_counter

PACKAGES = {
    "langchain trim_messages": "langchain_core",
    "langchain trim_messages, from any answer on": "langchain_core",
    "langchain ClearToolUsesEdit": "langchain",
    "llama-index ChatMemoryBuffer": "llama_index.core",
    "agent-framework Truncation": "agent_framework",
    "agent-framework ContextWindow": "agent_framework",
    "pydantic-ai-harness Tiered": "pydantic_ai_harness",
    "prompt-poet truncate": "prompt_poet",
}


def run(steps: int) -> Thread:
    """Give a run with all that messages can be made of; the ids of its calls come again."""
    thread = Thread([Event("system", "You find faults."), Event("user", "The tests fail. Why?")])
    for step in range(steps):
        thread = thread.append(Event("assistant", f"Step {step}: let me look at\ttwo files."))
        thread = thread.call("read_file", {"path": f"a{step}.py"}, call_id="1")
        thread = thread.call("list_files", "src\\new", call_id="2")
        thread = thread.result("1", "def test():\n    assert 'it works' != \"it works\"\n" * 12)
        thread = thread.append(Event("error", ["no such folder", {"step": step}], call_id="2"))
        if step % 3 == 2:
            thread = thread.append(Event("assistant", f"That was step {step}."))
            thread = thread.append(Event("user", "- Go on: please\n\n  `now`"))
    return thread


def steps_of(thread: Thread) -> list[Thread]:
    """Give the thread as it was before each message of the model, and as it is."""
    firsts = [unit.events[0] for unit in thread.units() if unit.events[0].kind == "assistant"]
    return [thread.fork(int(str(event.id))) for event in firsts] + [thread]


def tokens(events: object) -> int:
    """Count as the benchmark does."""
    assert isinstance(events, list)
    return sum(token_counter("o200k_base")(TAGGED(event)) for event in events)


def test_there_is_a_package_for_each() -> None:
    assert PACKAGES.keys() == RIVALS.keys()


@pytest.mark.parametrize("name", RIVALS)
def test_a_thread_within_half_of_the_budget_comes_back_whole(name: str) -> None:
    """Half, because some begin to cut there."""
    pytest.importorskip(PACKAGES[name])
    thread = run(8)
    compiled = RIVALS[name](2 * tokens(list(thread)) + 200)
    for step in steps_of(thread)[:-1]:
        assert list(map(id, compiled(step))) == list(map(id, step))


@pytest.mark.parametrize("name", RIVALS)
def test_a_thread_over_the_budget_comes_back_smaller(name: str) -> None:
    """What comes back are events of the thread, in order; changed ones keep their ids."""
    pytest.importorskip(PACKAGES[name])
    thread = run(12)
    budget = tokens(list(thread)) // 2
    compiled = RIVALS[name](budget)
    for step in steps_of(thread):
        shown = compiled(step)
        theirs = [event for event in shown if event.type != "omitted"]
        positions = [int(str(event.id)) for event in theirs]
        assert positions == sorted(set(positions))
        for event in theirs:
            known = thread[str(event.id)]
            assert event is known or event == known.with_data(event.data)
    assert 0 < tokens(list(shown)) < tokens(list(thread))


@pytest.mark.parametrize("name", RIVALS)
def test_two_runs_do_not_know_of_each_other(name: str) -> None:
    pytest.importorskip(PACKAGES[name])
    thread = run(6)
    first = [list(compiled) for compiled in map(RIVALS[name](500), steps_of(thread))]
    assert first == [list(compiled) for compiled in map(RIVALS[name](500), steps_of(thread))]


def test_turns_are_the_messages_of_the_thread() -> None:
    """A message of the model is one turn with all its calls, and each result is one of its own."""
    thread, chat = run(4), Chat()
    turns = [turn for step in steps_of(thread) for turn in chat.grown(step)]
    assert [event for turn in turns for event in turn.events] == list(thread)
    assert [turn.role for turn in turns[:6]] == ["system", "user", "assistant", "tool", "tool", "assistant"]
    units = [
        [event for event in unit.events if event.kind in ("assistant", "call")] for unit in thread.units()
    ]
    assert [list(turn.events) for turn in turns if turn.role == "assistant"] == [
        unit for unit in units if unit
    ]
    calls = [id for turn in turns for id, _ in turn.calls]
    assert len(set(calls)) == len(calls) == 8
    assert sorted(turn.ids[0] for turn in turns if turn.role == "tool") == sorted(calls)
