"""The life of errors in a thread, and the policy and the arrival that go by it."""

from typing import Any

import pytest

from contextkit import (
    Event,
    Meter,
    ReferErrors,
    ResolveErrors,
    SettingError,
    Thread,
    Window,
    consecutive_errors,
    episodes,
    escalation,
)

TRACE = """\
Traceback (most recent call last):
  File "app/run.py", line 3, in main
    run()
{}: {} of 17 parts
"""
METER = Meter(lambda event: len(event.text), excess=1)


def tried(thread: Thread, tool: str, arguments: object, data: object, **fields: Any) -> Thread:
    """Append a call and its answer."""
    number = str(len(thread))
    return thread.call(tool, arguments, call_id=number).result(number, data, **fields)


def failed(thread: Thread, tool: str = "run", arguments: object = "x", kind: str = "OSError") -> Thread:
    """Append a call that fails."""
    return tried(thread, tool, arguments, TRACE.format(kind, 3), type="error")


def states(thread: Thread) -> list[str]:
    """Give the state of each episode."""
    return [episode.state for episode in episodes(thread)]


IDLE = [Event("assistant", "so"), Event("assistant", "well")]


def idle(thread: Thread) -> Thread:
    """Append two events that say nothing."""
    for event in IDLE:
        thread = thread.append(event)
    return thread


def test_a_success_of_the_same_call_resolves() -> None:
    """What failed and then succeeded, and did not come back, is resolved."""
    assert states(idle(tried(failed(Thread()), "run", "x", "fine"))) == ["resolved"]


@pytest.mark.parametrize(
    ("tool", "arguments", "data"),
    [
        ("read", "x", "fine"),
        ("run", "y", "fine"),
        ("run", "x", {"exit_code": 1}),
        ("run", "x", {"ok": False}),
        ("run", "x", {"returncode": -9}),
        ("run", "x", {"status": 404}),
        ("run", "x", {"status": 137}),
        ("run", "x", '{"exit_code": 1, "stdout": ""}'),
    ],
)
def test_nothing_else_resolves(tool: str, arguments: object, data: object) -> None:
    """Another tool, another target and a failure by its fields resolve nothing, nor does age."""
    assert states(idle(tried(failed(Thread()), tool, arguments, data))) == ["open"]
    assert states(idle(idle(idle(failed(Thread()))))) == ["open"]


@pytest.mark.parametrize(
    "data",
    [{"status": 200}, {"status": 0}, {"status_code": 204}, {"exit_code": 0}, {"exit_code": True}, "{}"],
)
def test_codes_of_success_resolve(data: object) -> None:
    """An answer of HTTP that is none of an error is a success, though no process would end with it."""
    assert states(idle(tried(failed(Thread()), "run", "x", data))) == ["resolved"]


def test_the_words_of_a_model_resolve_nothing() -> None:
    """A message that says so is no evidence."""
    assert states(idle(failed(Thread()).append(Event("assistant", "I fixed it.")))) == ["open"]


def test_a_success_must_hold() -> None:
    """Right after a success nothing is resolved yet; an error that comes back is open again."""
    thread = tried(failed(Thread()), "run", "x", "fine")
    assert states(thread) == ["open"]
    again = failed(idle(thread))
    assert states(again) == ["open"]
    assert episodes(again)[0].reopened


def test_different_errors_are_different_episodes() -> None:
    """Each fingerprint has a life of its own."""
    thread = failed(failed(Thread()), kind="ValueError")
    assert states(thread) == ["open", "open"]


def test_errors_in_a_row_are_counted() -> None:
    """A success of the tool ends the row; so does a user's message."""
    thread = failed(failed(Thread()))
    assert consecutive_errors(thread) == 2
    assert consecutive_errors(thread, tool="read") == 0
    assert consecutive_errors(tried(thread, "read", "a", "text"), tool="run") == 2
    assert consecutive_errors(tried(thread, "run", "x", "fine")) == 0
    assert consecutive_errors(thread.append(Event("user", "go on"))) == 0


def test_escalation_has_stages() -> None:
    """Nothing, a hint at two, a table at three, a person at five; a user's message starts afresh."""
    thread, stages = Thread(), []
    for number in range(5):
        thread = failed(thread, arguments=f"try {number}")
        stages.append(escalation(thread).stage)
    assert stages == ["none", "hint", "table", "table", "human"]
    last = escalation(thread)
    assert "5. run try 4" in last.text
    assert last.event().type == "request_human_input"
    assert escalation(thread.append(Event("user", "try again"))).stage == "none"
    assert escalation(thread, hint=9, table=9, human=9).stage == "none"
    assert escalation(Thread()).text == ""


def test_what_other_tools_do_in_between_ends_no_row() -> None:
    """Reading a file between two tries of a command solves nothing; a success of the command does."""
    thread = failed(tried(failed(Thread()), "read", "a.py", "text"))
    assert escalation(thread).stage == "hint"
    assert consecutive_errors(thread) == 1
    assert escalation(failed(tried(thread, "run", "y", "fine"))).stage == "none"


def test_the_policy_makes_a_line_of_what_is_resolved() -> None:
    """The line says what it was and what resolved it; the call still has its answer."""
    thread = idle(tried(failed(failed(Thread())), "run", "x", "fine"))
    view = ResolveErrors()(thread, METER)
    assert [event.data for event in view if event.kind == "error"] == [
        "[error 1 left out: it came again]",
        "[error 3 resolved: OSError: 3 of 17 parts ×2; run succeeded later]",
    ]
    assert ResolveErrors()(view, METER) == view
    assert len(view) == len(thread)


def test_the_policy_tells_the_newest_open_error_in_brief() -> None:
    """Of repeats the newest stays, summarised."""
    view = ResolveErrors()(failed(failed(Thread())), METER)
    told = [event.text for event in view if event.kind == "error"]
    assert told == [
        "[error 1 left out: it came again]",
        "OSError: 3 of 17 parts\n  at app/run.py:3 main\n  run()",
    ]


def test_the_policy_leaves_pins_alone() -> None:
    """A pinned error stays to the byte."""
    thread = Thread([Event("error", TRACE.format("OSError", 3), pinned=True)] * 1)
    assert ResolveErrors()(thread, METER) == thread


def test_a_repeat_enters_as_a_line() -> None:
    """An error that stands in the view is told as such; another one is left alone."""
    window = Window(arrivals=[ReferErrors()])
    thread = failed(failed(failed(Thread()), kind="ValueError"))
    told = [f.text for f in window.render(thread).fragments if "<error>" in f.text]
    assert "Traceback" in told[0]
    assert "Traceback" in told[1]
    assert told[2] == "<error>\n[again, the same: OSError: 3 of 17 parts]\n</error>\n"


def test_what_was_written_stays() -> None:
    """A repeat changes nothing before it."""
    window = Window(arrivals=[ReferErrors()])
    one = failed(Thread())
    assert window.render(failed(one)).text.startswith(window.render(one).text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ReferErrors(own=3),  # type: ignore[arg-type]
        lambda: ResolveErrors(hold=-1),
        lambda: ResolveErrors(subject=3),  # type: ignore[arg-type]
    ],
)
def test_settings_are_checked(make: Any) -> None:
    """A wrong setting is said at once."""
    with pytest.raises(SettingError):
        make()
