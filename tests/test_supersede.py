"""Tests of `contextkit.policies.supersede` and `.targets`: by hand, and against a plain model."""

import dataclasses
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import (
    BudgetError,
    Clamp,
    ClampArrival,
    Context,
    Drop,
    Event,
    Mask,
    Meter,
    SettingError,
    Supersede,
    Target,
    Thread,
    Window,
    Within,
    default_target,
    render,
)
from contextkit.events import Kind

METER = Meter(lambda event: len(event.text), excess=1)


def text(start: int = 1, stop: int = 21, version: int = 1) -> str:
    """The lines of a file, each with its number and version."""
    return "".join(f"line {number} of version {version} of the file\n" for number in range(start, stop))


def used(*rounds: tuple[str, Any, Any]) -> Thread:
    """Give a thread of a tool's name, arguments and result each: events (0, 1), (2, 3), ...

    A result that is an exception stands there as an error.
    """
    thread = Thread()
    for number, (name, arguments, result) in enumerate(rounds):
        thread = thread.call(name, arguments, call_id=str(number))
        if isinstance(result, Exception):
            thread = thread.append(Event("error", str(result), call_id=str(number)))
        else:
            thread = thread.result(str(number), result)
    return thread


def why(thread: Thread, policy: Supersede | None = None) -> dict[str, str]:
    """Give the reasons why results are left out, by id."""
    view = (policy or Supersede())(thread, METER)
    prefix = {str(event.id): f"[{event.type} {event.id} left out: " for event in view}
    changed = {str(new.id): new.data for new, old in zip(view, thread, strict=True) if new.data != old.data}
    assert all(data.startswith(prefix[id]) for id, data in changed.items())
    return {id: data[len(prefix[id]) : -1] for id, data in changed.items()}


def read(start: int | None = None, stop: int = 0, path: str = "a.py") -> tuple[str, Any, str]:
    """Read a file of 20 lines, whole or some lines of it."""
    if start is None:
        return ("read", {"path": path}, text())
    return ("read", {"path": path, "offset": start, "limit": stop - start}, text(start, min(stop, 21)))


EDIT = ("edit", {"path": "a.py", "old_text": "a", "new_text": "b"}, "done")
AGAIN, SINCE, SAME = "read again later", "written since", "same as a later one"


class TestReadAgain:
    """An older read goes where later ones show each of its lines."""

    @pytest.mark.parametrize(
        ("older", "later", "gone"),
        [
            (read(3, 9), [read()], True),
            (read(3, 9), [read(1, 12)], True),
            (read(3, 9), [read(3, 8)], False),
            (read(3, 9), [read(4, 9)], False),
            (read(3, 9), [read(4, 9), read(1, 6)], True),
            (read(3, 9), [read(6, 12), read(1, 6)], True),
            (read(3, 9), [read(7, 12), read(1, 6)], False),
            (read(), [read(1, 20)], False),
            (read(), [read(1, 21)], True),
            (read(), [read(1, 2_000)], True),
            (read(15, 100), [read()], True),
            (read(3, 9), [read(path="b.py")], False),
            (read(3, 9), [read(path="./lib/../a.py")], True),
        ],
    )
    def test_lines_count(self, older: Any, later: list[Any], gone: bool) -> None:
        """Later reads supersede together; one that shows less does not."""
        same = older[2] in [result for _, _, result in later]
        assert why(used(older, *later)).get("1") == ((SAME if same else AGAIN) if gone else None)

    def test_a_read_shows_no_more_than_its_text(self) -> None:
        """A whole read that its tool has cut at line 20 is no copy of line 3,000."""
        assert why(used(read(3_000, 3_002), read())) == {}
        older = ("read", {"path": "a.py", "offset": 3_000, "limit": 2}, text(3_000, 3_002))
        assert why(used(older, read())) == {}

    def test_the_same_question_has_a_newest_answer(self) -> None:
        """A file that has become shorter, by whatever, is read again with fewer lines."""
        assert why(used(read(), ("read", {"path": "a.py"}, text(1, 9, version=2)))) == {"1": AGAIN}

    def test_an_error_supersedes_nothing(self) -> None:
        """Nor does a read that says in words that it failed, or that nothing has changed, or no answer."""
        arguments = {"path": "a.py"}
        assert why(used(read(), ("read", arguments, OSError("gone")))) == {}
        assert why(used(read(), ("read", arguments, "Error: no such file\n" * 20))) == {}
        assert why(used(read(), ("read", arguments, {"success": False, "text": text()}))) == {}
        assert why(used(read(), ("read", arguments, "File unchanged since it was last read."))) == {}
        assert why(used(read()).call("read", arguments, call_id="x")) == {}

    def test_the_newest_stays_whole(self) -> None:
        """Of many reads of a file the last one stays, and where it is cut already, the one before."""
        several = used(read(1, 9), read(), ("read", {"path": "a.py"}, text(version=2)))
        assert why(several) == {"1": AGAIN, "3": AGAIN}
        assert why(several.replace("5", "[read_result 5 left out: 20 lines, 600 characters]")) == {"1": AGAIN}

    def test_a_list_of_files(self) -> None:
        """A result that shows several files goes when each of them is old."""
        files = [{"path": "a.py", "start_line": 1, "end_line": 8}, {"path": "b.py"}]
        both = ("read_files", {"files": files}, [{"query": "a.py", "result": text()}, {"query": "b.py"}])
        assert why(used(both, read())) == {}
        other = ("read", {"path": "b.py"}, text(version=2))
        assert why(used(both, read(), other)) == {"1": AGAIN}
        written = ("write_file", {"path": "b.py", "content": ""}, "written")
        assert why(used(both, read(), written)) == {"1": SINCE}

    def test_calls_in_parallel_have_no_order(self) -> None:
        """Neither of two calls that run at once is later, whichever is answered first."""
        thread = Thread().call("read", {"path": "a.py", "limit": 9}, call_id="1")
        thread = thread.call("edit", EDIT[1], call_id="2").call("read", {"path": "a.py"}, call_id="3")
        answered = thread.result("3", text()).result("2", "done").result("1", text(1, 10))
        assert why(answered) == {}
        later = answered.call("read", {"path": "a.py"}, call_id="4").result("4", text(version=2))
        assert why(later) == {"3": AGAIN, "5": AGAIN}

    def test_a_call_id_used_again(self) -> None:
        """A result answers the newest call of its id."""
        thread = Thread().call("read", {"path": "a.py"}, call_id="1").result("1", text())
        thread = thread.append(Event("user", "go on")).call("read", {"path": "b.py"}, call_id="1")
        assert why(thread.result("1", text(version=2))) == {}

    def test_several_answers_are_no_copy(self) -> None:
        """A call that is answered twice shows nobody knows what in which."""
        assert why(used(read(), read(1, 30)).result("1", "more")) == {"1": SAME}
        thread = used(read(), ("read", {"path": "a.py"}, text(version=2))).result("1", "more")
        assert why(thread) == {}


class TestWrittenSince:
    """What was written later is out of date, whole or not."""

    @pytest.mark.parametrize(
        "call",
        [
            EDIT[:2],
            ("write", {"path": "a.py", "content": "x"}),
            ("create_file", {"filePath": "a.py"}),
            ("str_replace_editor", {"command": "insert", "path": "a.py", "insert_line": 3}),
            ("notebook", {"notebook_path": "a.py", "new_source": "x"}),
            ("multi_edit", {"edits": [{"file_path": "b.py"}, {"file_path": "a.py"}]}),
            ("apply_patch", "*** Begin Patch\n*** Update File: a.py\n@@\n-a\n+b\n*** End Patch"),
            ("apply_patch", {"input": "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@"}),
        ],
    )
    def test_a_write_makes_reads_stale(self, call: tuple[str, Any]) -> None:
        """Also if nobody has read it since."""
        assert why(used(read(), read(4, 9), (*call, "done"))) == {"1": SINCE, "3": SINCE}

    def test_what_is_read_after_the_write_stays(self) -> None:
        """A read before the write goes, in part read again or not."""
        newer = ("read", {"path": "a.py"}, text(version=2))
        assert why(used(read(), EDIT, newer)) == {"1": AGAIN}
        assert why(used(read(), EDIT, ("read", {"path": "a.py", "limit": 9}, text(1, 10, 2)))) == {"1": SINCE}

    @pytest.mark.parametrize(
        "answer",
        [
            ValueError("old_text not found"),
            "Error: old_text was not found",
            "No replacement was performed, old_str did not appear",
            {"success": False},
            [{"query": "edit:a.py", "error": "no match"}],
        ],
    )
    def test_a_write_that_failed_changes_nothing(self, answer: Any) -> None:
        """By its kind, or by what it says."""
        assert why(used(read(), (*EDIT[:2], answer))) == {}

    def test_a_write_in_flight_changes_nothing(self) -> None:
        """It may fail yet."""
        assert why(used(read()).call("edit", EDIT[1], call_id="x")) == {}

    def test_other_files_stay(self) -> None:
        """A write of one file says nothing of another."""
        assert why(used(read(path="b.py"), EDIT)) == {}

    def test_a_call_that_was_cut_is_read_as_it_was(self) -> None:
        """A long write still says which file it wrote when its arguments are cut."""
        thread = used(read(), ("write", {"content": text(1, 99), "path": "a.py"}, "done"))
        assert Supersede()(thread.replace("2", "[... 99 lines left out ...]"), METER)["1"].data.endswith(
            f"{SINCE}]"
        )


class TestIdenticalResults:
    """Of equal results the newest stays."""

    def test_the_older_ones_become_a_line(self) -> None:
        """Whatever tool gave them; each names itself, for `restore`, and no other."""
        out = "FAILED test_a\n" * 30
        thread = used(
            ("bash", {"command": "make"}, out), ("test", "", out), ("bash", {"command": "make"}, out)
        )
        assert why(thread) == {"1": SAME, "3": SAME}
        assert Supersede()(thread, METER)["1"].data == "[bash_result 1 left out: same as a later one]"

    def test_another_result_of_the_same_command_stays(self) -> None:
        """What a command of a shell shows is not known, so that it is not known to be old."""
        make = ("bash", {"command": "cat a.py"})
        assert why(used((*make, text()), (*make, text(version=2)))) == {}

    def test_what_is_short_stays(self) -> None:
        """A word that comes often is no copy of anything."""
        assert why(used(("bash", "", "x" * 199), ("bash", "", "x" * 199))) == {}
        assert why(used(("bash", "", "x" * 200), ("bash", "", "x" * 200))) == {"1": SAME}

    def test_equal_text_and_data_are_two_things(self) -> None:
        """JSON as text, and as a value, are written differently; errors are not looked at."""
        rows = [{"id": number} for number in range(50)]
        assert why(used(("get", "", rows), ("get", "", Event("x", rows).text))) == {}
        assert why(used(("get", "", rows), ("get", "", rows))) == {"1": SAME}
        assert why(used(("get", "", "x" * 500), ("get", "", ValueError("x" * 500)))) == {}

    def test_the_one_it_is_the_same_as_stays(self) -> None:
        """A later copy that is out of date itself keeps no older one away."""
        thread = used(("bash", "", text()), read(), EDIT)
        assert why(thread) == {"3": SINCE}


class TestTargets:
    """`default_target` knows the usual shapes, and nothing of others."""

    @pytest.mark.parametrize(
        ("name", "arguments", "start", "stop"),
        [
            ("read", {"path": "a"}, 1, None),
            ("Read", {"file_path": "a", "offset": 5, "limit": 10}, 5, 15),
            ("read_file", {"filename": "a", "start_line": 5, "end_line": 10}, 5, 11),
            ("readFile", {"filePath": "a", "startLine": 5}, 5, None),
            ("read", {"file": "a", "line_start": "5", "line_end": "6", "encoding": "utf-8"}, 5, 7),
            ("view", {"path": "a", "view_range": [5, -1]}, 5, None),
            ("view_file", {"path": "a", "view_range": [5, 7], "explanation": "why"}, 5, 8),
            ("str_replace_editor", {"command": "view", "path": "a"}, 1, None),
            ("mcp__fs__read_text_file", {"path": "a", "limit": None, "offset": 0}, 1, None),
            ("read", {"path": "a", "limit": 10}, 1, 11),
            ("read_files", {"paths": ["a"]}, 1, None),
            ("read_files", {"files": [{"path": "a", "start_line": 3, "end_line": 4}]}, 3, 5),
        ],
    )
    def test_reads(self, name: str, arguments: Any, start: int, stop: int | None) -> None:
        """Names of arguments in any spelling; lines as numbers or digits."""
        assert default_target(Event(name, arguments, call_id="1")) == [Target("a", start, stop)]

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("bash", {"command": "cat a.py"}),
            ("bash", "cat a.py"),
            ("read", ["a.py"]),
            ("read", {}),
            ("run_tests", {"path": "a.py"}),
            ("move", {"source": "a", "destination": "b"}),
            ("update_ticket", {"id": 5}),
            ("read_output", {"shell_id": 5}),
            ("calculate", {"id": 5}),
            ("read", {"path": 7}),
            ("read_files", {"files": []}),
        ],
    )
    def test_others_are_left_alone(self, name: str, arguments: Any) -> None:
        """What is not understood has no target."""
        assert default_target(Event(name, arguments, kind="call", call_id="1")) == []

    def test_other_resources_are_the_same_if_all_arguments_are(self) -> None:
        """Two searches of one id are two things if they search for two things, with one tool or another."""
        rows = [{"row": number} for number in range(50)]
        calls: list[tuple[str, dict[str, Any]]] = [
            ("search", {"id": 5, "q": "a"}),
            ("search", {"q": "b", "id": 5}),
            ("find", {"id": 5, "q": "a"}),
            ("read", {"path": "a", "offset": -5}),
            ("read", {"path": "a", "where": "b"}),
            ("fetch", {"url": "https://example.com"}),
        ]
        assert why(used(*((*call, [*rows, number]) for number, call in enumerate(calls)))) == {}
        for call in calls:
            turned = (call[0], dict(reversed(call[1].items())))
            assert why(used((*call, rows), (*turned, [*rows, "new"]))) == {"1": AGAIN}

    def test_a_write_of_unread_lines_is_no_read(self) -> None:
        """A list of files is written as one."""
        call = Event("edit_files", {"files": [{"path": "b"}, {"path": "a"}]}, call_id="1")
        assert default_target(call) == [Target("b", writes=True), Target("a", writes=True)]

    def test_a_function_of_the_users(self) -> None:
        """Whoever knows more of the tools says so, and leaves the rest to the default."""

        def tickets(call: Event) -> list[Target]:
            if "ticket" in call.type:
                return [Target(f"ticket {call.data['id']}", writes=call.type == "close_ticket")]
            return default_target(call)

        thread = used(("ticket", {"id": 5}, text()), read(), ("close_ticket", {"id": 5}, "closed"), EDIT)
        assert why(thread, Supersede(target=tickets)) == {"1": SINCE, "3": SINCE}
        assert why(thread) == {"3": SINCE}

    @pytest.mark.parametrize(
        "make",
        [
            lambda: Target(5),  # type: ignore[arg-type]
            lambda: Target("a", -1),
            lambda: Target("a", 5, 4),
            lambda: Supersede("path"),  # type: ignore[arg-type]
            lambda: Supersede(types=()),
        ],
    )
    def test_settings_are_checked(self, make: Any) -> None:
        """What cannot be meant is refused."""
        with pytest.raises(SettingError):
            make()


class TestPolicy:
    """What holds of every policy."""

    def test_pinned_results_and_other_types_stay(self) -> None:
        """They are still copies that an older one may go for."""
        thread = Thread().call("read", {"path": "a.py"}, call_id="1").result("1", text(), pinned=True)
        assert why(thread.call("edit", EDIT[1], call_id="2").result("2", "done")) == {}
        assert why(used(read(), EDIT), Supersede(types="bash_*")) == {}
        assert why(used(("view", {"path": "a.py"}, text()), read(1, 30)), Supersede(types="view_*")) == {
            "1": SAME
        }

    def test_only_what_gets_smaller_changes(self) -> None:
        """A short read stays, and so does everything where the meter says that a line costs more."""
        thread = used(("read", {"path": "a.py"}, "import os\n"), EDIT)
        assert Supersede()(thread, METER) is thread
        thread = used(read(), EDIT)
        assert Supersede()(thread, Meter(lambda event: 1, excess=1)) is thread

    def test_a_second_time_changes_nothing(self) -> None:
        """Its own lines, and those of a mask, are recognised; a mask leaves its lines alone."""
        thread = used(read(1, 9), ("bash", "", text(7, 18)), read(), EDIT, ("bash", "", text(7, 18)))
        view = Supersede()(thread, METER)
        assert view != thread
        assert Supersede()(view, METER) is view
        masked = Mask(keep=0)(view, Meter(lambda event: len(event.text), excess=10**6))
        assert [masked[id].data for id in why(thread)] == [view[id].data for id in why(thread)]
        assert Supersede()(masked, METER) is masked

    def test_a_repr_tells_the_settings(self) -> None:
        """Those that are not the default."""
        assert repr((Supersede(), Supersede(types="read_*"))) == "(Supersede(), Supersede(types=('read_*',)))"

    def test_a_cut_copy_supersedes_nothing_wider(self) -> None:
        """Where a clamp has been before, the older copy may be the only whole one."""
        thread = used(read(1, 5), ("read", {"path": "a.py"}, text(1, 400)))
        view = Clamp(500)(thread, METER)
        assert view["3"].data != thread["3"].data
        assert Supersede()(view, METER) is view

    def test_what_was_cut_as_it_arrived(self) -> None:
        """It answers the same question, but shows nobody knows which lines."""
        cut = ClampArrival(60)(Event("read_result", text(1, 400)), Thread()).data
        newer = ClampArrival(60)(Event("read_result", text(1, 400, version=2)), Thread()).data
        whole = ("read", {"path": "a.py"})
        assert why(used((*whole, cut), (*whole, newer))) == {"1": AGAIN}
        assert why(used(read(1, 3), (*whole, cut))) == {}
        assert why(used((*whole, cut), read(1, 21))) == {}

    def test_within_a_few_types(self) -> None:
        """Where the calls are not in sight, equal results still are."""
        thread = used(("bash", "", text()), ("bash", "", text()))
        view = Within("*_result", 1, (Supersede(),))(thread, METER)
        assert view["1"].data == "[bash_result 1 left out: same as a later one]"

    @pytest.mark.parametrize("after", [Drop(), Mask(keep=0), Clamp(20)])
    @pytest.mark.parametrize("limit", [150, 250, 400])
    def test_end_to_end(self, after: Any, limit: int) -> None:
        """What a line says stays true, and the bytes can be had back, whatever comes behind it."""
        thread = used(read(), ("bash", "", text(3, 15)), EDIT, ("bash", "", text(3, 15)), read(1, 30))
        context = render(thread, budget=limit, policies=[Supersede(), after, Drop()])
        assert isinstance(context, Context)
        assert context.tokens <= limit
        for event in context.thread.view():
            if "left out: " in event.text:
                assert event.text.startswith(f"[{event.type} {event.id} left out: ")
                assert context.thread.restore(str(event.id)) == thread[str(event.id)].data

    def test_time_is_linear(self) -> None:
        """Many reads of many ranges, none next to another, take little more than a few."""

        def seconds(count: int) -> float:
            rounds = [
                ("read", {"path": "a.py", "offset": 10 * n, "limit": 5}, text(n, n + 2)) for n in range(count)
            ]
            thread = used(*rounds, *rounds[::-1])
            start = time.process_time()
            Supersede()(thread, METER)
            return time.process_time() - start

        seconds(10)
        few = min(seconds(250) for _ in range(3))
        assert min(seconds(2_000) for _ in range(3)) < 8 * few * 4 + 0.05


# ---- against a plain model

FILES = ("a.py", "b.py")
LENGTH = 8  # lines of a file


@dataclasses.dataclass(frozen=True)
class Step:
    """One call of a random thread.

    Attributes:
        what: `read`, `write`, `bash` (shows a file as it is), or a `bad_` read or write.
        file: Which file.
        start: The first line, from 1.
        count: How many lines; 0 reads the whole file.
        pinned: Whether its result is pinned.
    """

    what: str
    file: str
    start: int
    count: int
    pinned: bool

    @property
    def asked(self) -> tuple[int, int]:
        """The lines that a read asks for."""
        return (1, 10**6) if self.count == 0 else (self.start, self.start + self.count)

    @property
    def lines(self) -> range:
        """The lines that a read gives."""
        return range(self.asked[0], min(self.asked[1], LENGTH + 1))


def steps() -> st.SearchStrategy[Step]:
    """One call."""
    return st.builds(
        Step,
        st.sampled_from(("read", "read", "read", "read", "write", "bash", "bad_read", "bad_write")),
        st.sampled_from(FILES),
        st.integers(1, LENGTH),
        st.integers(0, LENGTH + 2),
        st.sampled_from((False,) * 7 + (True,)),
    )


Batch = tuple[list[Step], int]
"""Calls that run in parallel, in this order, and a number that says in which order they are answered."""


def batches() -> st.SearchStrategy[list[Batch]]:
    """A session: mostly one call at a time."""
    alone = st.lists(steps(), min_size=1, max_size=1)
    together = st.lists(steps(), min_size=2, max_size=3)
    return st.lists(st.tuples(st.one_of(alone, alone, together), st.integers(0, 5)), max_size=10)


@dataclasses.dataclass(frozen=True)
class Played:
    """A call of a thread that was played.

    Attributes:
        step: What it did.
        called: The position of the call.
        answered: The position of its answer.
    """

    step: Step
    called: int
    answered: int


def play(session: Iterable[Batch]) -> tuple[Thread, list[Played], dict[str, int]]:
    """Run a session on files, of which each write changes each line; give also the last versions."""
    thread, played, versions, number = Thread(), [], dict.fromkeys(FILES, 0), 0
    for batch, turn in session:
        thread = thread.append(Event("user", "go on", pinned=False))
        waiting: list[tuple[Step, str, int, str]] = []
        for step in batch:
            number += 1
            waiting.append((step, str(number), len(thread), answer(step, versions)))
            thread = thread.call(*call(step), call_id=str(number))
        for place in range(len(waiting)):
            step, call_id, called, data = waiting[(place + turn) % len(waiting)]
            played.append(Played(step, called, len(thread)))
            kind: Kind = "error" if step.what.startswith("bad") else "result"
            type = f"{thread[called].type}_{kind}"
            thread = thread.append(Event(type, data, call_id=call_id, kind=kind, pinned=step.pinned))
    return thread, played, versions


def call(step: Step) -> tuple[str, Any]:
    """Give the name and the arguments of a call."""
    if step.what == "bash":
        return "bash", {"command": f"cat {step.file}"}
    if step.what.endswith("write"):
        return "write", {"path": step.file, "content": "new"}
    lines = {"offset": step.start, "limit": step.count} if step.count else {}
    return "read", {"path": step.file, **lines}


def answer(step: Step, versions: dict[str, int]) -> str:
    """Give what a call says; a write has then happened."""
    if step.what.startswith("bad"):
        return "refused " * 40
    if step.what == "write":
        versions[step.file] += 1
        return f"{step.file} written"
    lines = range(1, LENGTH + 1) if step.what == "bash" else step.lines
    return "".join(f"{line_of(step.file, number, versions[step.file])}\n" for number in lines)


def line_of(file: str, number: int, version: int) -> str:
    """Give a line of a file: long enough that a line by itself is worth being left out."""
    return f"{file}, line {number}, version {version}: ".ljust(220, "x")


def expected(thread: Thread, played: list[Played]) -> set[int]:
    """Tell in the plainest way which results are old copies, by their positions."""
    old: set[int] = set()
    for this in sorted(played, key=lambda one: -one.answered):
        data = thread[this.answered].data
        if this.step.what.startswith("bad") or this.step.pinned or len(data) < 100:
            continue
        stay = [one for one in played if one.answered > this.answered and one.answered not in old]
        stay = [one for one in stay if thread[one.answered].kind == "result"]
        same = any(thread[one.answered].data == data for one in stay)
        after = [one.step for one in played if one.called > this.answered and one.step.file == this.step.file]
        reads = [one.step for one in stay if one.called > this.answered and one.step.what == "read"]
        reads = [step for step in reads if step.file == this.step.file and step.lines]
        seen = {number for step in reads for number in step.lines}
        again = seen.issuperset(this.step.lines) or this.step.asked in [step.asked for step in reads]
        written = any(step.what == "write" for step in after)
        if same or (this.step.what == "read" and (again or written)):
            old.add(this.answered)
    return old


class TestAgainstAModel:
    """Random reads and writes, and which lines of which file are there to be seen."""

    @given(batches())
    def test_old_copies_go_and_nothing_else(self, session: list[Batch]) -> None:
        """What is left out is what the model says."""
        thread, played, _ = play(session)
        view = Supersede()(thread, METER)
        changed = {place for place, event in enumerate(view) if event.data != thread[place].data}
        assert changed == expected(thread, played)
        assert Supersede()(view, METER) is view

    @given(batches())
    def test_what_is_up_to_date_can_still_be_read(self, session: list[Batch]) -> None:
        """Each line that stood in the thread as it is now in its file stands in the view."""
        thread, _, versions = play(session)
        view = Supersede()(thread, METER)
        current = {line_of(file, number, versions[file]) for file in FILES for number in range(1, LENGTH + 1)}

        def shown(events: Thread) -> set[str]:
            return current.intersection(line for event in events for line in event.text.splitlines())

        assert shown(view) == shown(thread)

    @given(batches(), st.integers(60, 400))
    def test_under_a_budget(self, session: list[Batch], limit: int) -> None:
        """Compacted again and again as the thread grows, each line names its own event, to be restored."""
        thread, _, _ = play(session)
        window = Window(budget=limit, policies=[Supersede(), Mask(keep=1), Drop()])
        kept = Thread()
        for event in thread.only("*"):
            if event.pinned:
                event = event.having(pinned=False)  # noqa: PLW2901 - so that any budget can be met
            kept = kept.append(event)
            if event.kind not in ("call", "assistant"):
                with suppress(BudgetError):  # a call and the newest result may be too much
                    kept = window.render(kept).thread
        for event in kept.view():
            if " left out: " in event.text:
                assert event.text.startswith(f"[{event.type} {event.id} left out: ")
                assert kept.restore(str(event.id)) == kept[str(event.id)].data
