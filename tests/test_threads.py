"""Tests of `contextkit.threads`: the log, its units, its view, and the ways to write it down."""

import copy
import json
import pickle
from typing import Any

import pytest

from contextkit import RESTORE_TOOL, Budget, Drop, Event, Mask, ReadError, Thread, ThreadError, Window


def ids(thread: Thread) -> list[str | None]:
    """The ids of a thread's events."""
    return [event.id for event in thread]


def busy() -> Thread:
    """Give a thread with two rounds, a note between, and a call in flight."""
    thread = Thread([Event("user", "deploy it")])
    thread = thread.call("get_log", {"of": "api"}, call_id="a").append(Event("note", "slow today"))
    thread = thread.result("a", "line\n" * 50)
    thread = thread.call("get_tags", call_id="b").result("b", ["v1"])
    return thread.call("deploy", {"tag": "v1"}, call_id="c")


class TestGrowing:
    """Each verb gives another thread; none changes this one."""

    def test_an_event_gets_its_position_as_its_id(self) -> None:
        """Positions count from 0; an id that is given is kept."""
        assert ids(Thread([Event("note"), Event("note", id="x"), Event("note")])) == ["0", "x", "2"]

    def test_a_number_that_a_user_has_taken_gets_a_tail(self) -> None:
        """An id that looks like a later position is no trap."""
        assert ids(
            Thread([Event("note", id="1"), Event("note"), Event("note", id="1__"), Event("note")])
        ) == [
            *("1", "1_", "1__", "3"),
        ]

    @pytest.mark.parametrize("id", ["0", "x"])
    def test_an_id_that_is_taken_is_refused(self, id: str) -> None:
        """Two events of one id are no thread, and the error names the id."""
        thread = Thread([Event("note"), Event("note", id="x")])
        with pytest.raises(ThreadError) as caught:
            thread.append(Event("note", id=id))
        assert caught.value.event_id == id
        assert len(thread) == 2

    def test_ids_of_a_users_own_go_on_after_a_compaction(self) -> None:
        """Whoever numbers events from 1 does not meet the compactions' own ids."""
        window = Window(budget=Budget(120, target=60))
        thread = Thread()
        for number in range(1, 40):
            thread = thread.append(Event("note", f"step {number} is done", id=str(number)))
            thread = window.render(thread).thread
        assert len(thread.records()) > 3
        assert [id for id in ids(thread) if str(id).isdigit()] == [str(number) for number in range(1, 40)]

    def test_a_result_needs_its_call(self) -> None:
        """A result of a call that is not there is refused, by either verb."""
        with pytest.raises(ThreadError, match="'1'"):
            Thread().result("1", "x")
        with pytest.raises(ThreadError, match="'1'"):
            Thread().append(Event("get_log_result", "x", call_id="1"))
        with pytest.raises(ThreadError, match="'1'"):
            Thread([Event("error", "x", call_id="1")])

    def test_a_result_answers_the_newest_call_of_its_id(self) -> None:
        """Providers use call ids again; the newest call counts, for the type and for the unit."""
        thread = Thread().call("get_log", call_id="1").result("1").append(Event("user", "again"))
        thread = thread.call("get_tags", call_id="1").result("1")
        assert thread[-1].type == "get_tags_result"
        assert [[e.id for e in unit.events] for unit in thread.units()] == [["0", "1"], ["2"], ["3", "4"]]

    def test_only_events_can_be_appended(self) -> None:
        """What is no event is refused with a hint."""
        for value in ("text", {"type": "user"}, None):
            with pytest.raises(ThreadError, match=r"Event\(type, data\)"):
                Thread().append(value)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "data", [{}, {"steps": 5}, {"steps": [{"gone": 5}]}, "text", {"steps": [{"added": [{}]}]}]
    )
    def test_a_false_record_is_refused(self, data: Any) -> None:
        """An event that says it records a compaction, and does not, is an error and no crash."""
        with pytest.raises(ThreadError, match=r"Window\.compact"):
            Thread([Event("compaction", data, kind="compaction")])

    def test_two_ways_on_from_one_thread(self) -> None:
        """Forks share what they have in common, and do not see each other's events."""
        start = busy()
        one, two = start.append(Event("note", "one")), start.append(Event("note", "two"))
        assert (one[-1].data, two[-1].data, len(start)) == ("one", "two", 7)
        assert one.fork(7) == start == two.fork(7)
        assert "7" not in start
        assert one[:3] == start.fork(3)

    @pytest.mark.parametrize("at", [-1, 8])
    def test_forking_where_nothing_is_is_refused(self, at: int) -> None:
        """A thread has as many places to fork at as it has events, and one more."""
        with pytest.raises(ThreadError):
            busy().fork(at)

    def test_only_some_types(self) -> None:
        """`only` gives a thread of its own; a result without its call stands for itself."""
        some = busy().only("*_result", "user")
        assert [(event.type, event.call_id) for event in some] == [
            *(("user", None), ("get_log_result", None), ("get_tags_result", None)),
        ]
        assert [event.call_id for event in busy().only("get_log*")] == ["a", "a"]

    def test_what_is_left_goes_on_apart(self) -> None:
        """A new event has an id of no event of the whole, and is in no unit of what was left out."""
        thread = Thread([Event("user", "task")])
        for number in range(4):
            thread = thread.call("grep", {}, call_id=f"c{number}").result(f"c{number}", "line " * 9)
        some = thread.only("user", "*_result").append(Event("user", "newest?"))
        ids = [event.id for event in some]
        assert ids == ["0", "2", "4", "6", "8", "9"]
        assert [[event.id for event in unit.events] for unit in some.units()] == [[id] for id in ids]
        assert [event.id for event in thread[5:].append(Event("user", "newest?"))] == [
            "5",
            "6",
            "7",
            "8",
            "9",
        ]
        rest = thread.only("user", "grep_result")[2:].append(Event("user", "newest?"))
        assert [event.id for event in rest] == ["4", "6", "8", "9"]
        named = thread.only("*_result").append(Event("note", "found", id="1"))  # that of a call left out
        assert [[event.id for event in unit.events] for unit in named.units()][-1] == ["1"]


class TestUnits:
    """All events of one model message, with the results of its calls, are one unit."""

    def test_results_belong_to_their_calls_at_any_distance(self) -> None:
        """Parallel calls are one unit with all their results, whatever stands between."""
        units = busy().units()
        assert [[event.id for event in unit.events] for unit in units] == [
            ["0"],
            ["1", "3"],
            ["2"],
            ["4", "5"],
            ["6"],
        ]
        assert [unit.in_flight for unit in units] == [False, False, False, False, True]

    def test_a_call_is_in_flight_until_each_call_is_answered(self) -> None:
        """One answer of two is not enough; an error is an answer too."""
        thread = Thread().call("a", call_id="1").call("b", call_id="2").result("2")
        assert thread.units()[0].in_flight
        assert not thread.append(Event("error", "lost", call_id="1")).units()[0].in_flight

    def test_text_thoughts_and_calls_are_one_message(self) -> None:
        """Reasoning, text and calls in a row are one unit; usage between them does not part them."""
        thread = Thread(
            [Event("reasoning", "hm"), Event("assistant", "I look."), Event("usage", {"tokens": 5})]
        )
        thread = thread.call("get_log", call_id="1").result("1").append(Event("assistant", "done"))
        assert [[e.id for e in unit.events] for unit in thread.units()] == [
            ["0", "1", "3", "4"],
            ["2"],
            ["5"],
        ]

    def test_a_unit_is_held_by_one_pin(self) -> None:
        """A pinned result keeps its call."""
        thread = Thread().call("a", call_id="1").result("1", pinned=True)
        assert thread.units()[0].held
        assert thread.drop(["0", "1"]) is thread

    def test_a_result_that_comes_too_late_stands_for_itself(self) -> None:
        """What answers a call that was dropped is shown, without a call id, and goes on its own."""
        thread = Thread([Event("user", "go")]).call("get_log", "x" * 200, call_id="1").result("1", "y" * 200)
        thread = Window(budget=60, policies=[Drop()]).compact(thread)
        assert [event.type for event in thread.view()] == ["user", "omitted"]
        thread = thread.result("1", "more of it")
        assert [(event.type, event.call_id) for event in thread.view()][2:] == [("get_log_result", None)]
        assert thread[-1].call_id == "1"
        assert not thread.units()[-1].in_flight
        again = Thread.from_json(thread.to_json())
        assert list(again.view()) == list(thread.view()) == list(thread.append(Event("note")).fork(5).view())

    def test_a_call_after_a_dropped_thought_is_a_unit_of_its_own(self) -> None:
        """A message that goes on after its beginning was dropped is not dropped with it, nor half a unit."""
        thread = Thread([Event("user", "go"), Event("reasoning", "hm " * 200)])
        thread = Window(budget=60, policies=[Drop()]).compact(thread).call("get_log", call_id="1")
        assert [event.type for event in thread.view()] == ["user", "omitted", "get_log"]
        assert [len(unit.events) for unit in thread.units()] == [1, 1, 1]


class TestVerbs:
    """The verbs for policies see to pins and units, and give a view that knows what was."""

    def test_dropping_a_part_of_a_unit_drops_nothing(self) -> None:
        """Whole units go, and only if all of them is named; calls in flight and pinned events stay."""
        assert ids(busy().drop(["1", "4", "5", "6", "0"])) == ["0", "1", "2", "3", "6"]

    def test_dropping_leaves_a_line_where_the_first_stood(self) -> None:
        """What is left gets an id that tells where it stands, or its own."""
        left = Event("omitted", {}, kind="compaction")
        assert ids(busy().drop(["2", "4", "5"], leaving=left)) == ["0", "1", "2+", "3", "6"]
        assert ids(busy().drop(["2"], leaving=left.having(id="gap"))) == ["0", "1", "gap", "3", "4", "5", "6"]
        assert ids(busy().drop(["2"], leaving=left).drop(["2+"], leaving=left)) == [
            "0",
            "1",
            "2+",
            "3",
            "4",
            "5",
            "6",
        ]

    def test_a_line_never_takes_an_event_s_id(self) -> None:
        """Neither that of an event that stands, nor that of one that goes."""
        left = Event("omitted", {}, kind="compaction")
        thread = Thread(Event("note", id=id) for id in ("0", "0+", "1", "1++"))
        assert ids(thread.drop(["0"], leaving=left)) == ["0++", "0+", "1", "1++"]
        assert ids(thread.drop(["0", "0+"], leaving=left)) == ["0++", "1", "1++"]
        assert ids(thread.drop(["0+", "1"], leaving=left)) == ["0", "0++", "1++"]
        for id in ("1", "0"):
            with pytest.raises(ThreadError, match="taken"):
                thread.drop(["0"], leaving=left.having(id=id))

    def test_dropping_or_replacing_what_is_not_there_is_refused(self) -> None:
        """An id that the view does not have is an error that names it."""
        for verb in (lambda: busy().drop(["99"]), lambda: busy().replace("99", "x"), lambda: busy()["99"]):
            with pytest.raises(ThreadError) as caught:
                verb()
            assert caught.value.event_id == "99"

    def test_replacing_keeps_what_is_pinned(self) -> None:
        """Other data in one event or several; a pinned one stays as it is."""
        view = busy().replace_all({"0": "x", "3": {"x": 1}})
        assert (view["0"].data, view["3"].data) == ("deploy it", {"x": 1})
        assert view.replace("2", "x")["2"].data == "x"

    def test_a_view_knows_what_its_events_were(self) -> None:
        """`whole` gives an event as it was before anything changed it, after any number of changes."""
        view = (
            busy()
            .replace("3", "short")
            .drop(["2"])
            .replace("3", "shorter")
            .where(lambda event: event.id != "0")
        )
        assert (view["3"].data, view.whole("3").data) == ("shorter", "line\n" * 50)
        assert view.whole("5") is view["5"]

    def test_a_view_knows_where_its_events_stood(self) -> None:
        """`place` gives the position in the log, of what is gone too; on each branch its own."""
        made = Window(budget=60, policies=[Drop()])
        thread = made.render(busy()).thread
        assert "1" not in thread.view()
        branches = [thread.append(Event("note", id=id)).append(Event("note", id="z")) for id in ("x", "y")]
        for name, branch in zip("xy", branches, strict=True):
            view = branch.view().where(lambda event: event.type == "note").replace("z", "changed")
            assert [view.place(id) for id in ("0", "1", name, "z")] == [0, 1, len(thread), len(thread) + 1]
            assert view.drop(["z"]).place("z") == len(thread) + 1
            assert branch.fork(len(thread)).view().place("4") == Thread(branch).view().place("4") == 4
        assert thread.view().place("1+") is None
        assert busy().replace("3", "short").place("3") == 3


class TestRestore:
    """Everything that was cut can be had back, to the byte, by its id."""

    def test_restore_gives_what_was_appended(self) -> None:
        """Changed, gone or untouched: the data of the log."""
        thread = Window(budget=Budget(100, target=60), policies=[Mask(keep=0), Drop()]).compact(busy())
        assert thread.records()
        assert [thread.restore(str(event.id)) for event in busy()] == [event.data for event in busy()]

    def test_restore_of_what_never_was_is_refused(self) -> None:
        """An id that the log does not have, such as a placeholder's, is an error."""
        thread = Window(budget=Budget(100, target=60), policies=[Drop()]).compact(busy())
        added = next(str(event.id) for event in thread.view() if event.type == "omitted")
        for id in ("99", added):
            with pytest.raises(ThreadError):
                thread.restore(id)

    def test_the_tool_for_a_model_is_json(self) -> None:
        """The schema can be sent as it is, and takes one id."""
        assert json.loads(json.dumps(dict(RESTORE_TOOL)))["parameters"]["required"] == ["id"]


class TestWritingDown:
    """All state of a run is in the log, and the log is JSON."""

    def test_json_and_json_lines_give_the_thread_back(self) -> None:
        """Ids and pins that the thread would give by itself are not written."""
        thread = busy().append(
            Event("note", "\ud800 \u2028 é", pinned=True, at="2026-03-01", raw={"x": 1}, id="own")
        )
        assert Thread.from_json(thread.to_json()) == thread == Thread.from_jsonl(thread.to_jsonl())
        assert (
            Thread.from_records(thread.to_records())
            == pickle.loads(pickle.dumps(thread))  # noqa: S301
            == copy.deepcopy(thread)
        )
        assert json.loads(thread.to_json())["events"][0] == {"type": "user", "data": "deploy it"}
        assert Thread.from_jsonl(thread.to_jsonl().replace("\n", "\n\n").encode()) == thread

    def test_the_view_comes_back_too(self) -> None:
        """Compactions are events, so a thread that was read has the view that was written."""
        thread = Window(budget=Budget(100, target=60)).compact(busy()).append(Event("note", "later"))
        again = Thread.from_json(thread.to_json())
        assert list(again.view()) == list(thread.view())
        assert again.units() == thread.units()

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("", 1),
            ("[]", None),
            ("{}", None),
            ('{"events": 5}', None),
            ('{"events": [5]}', None),
            ('{"events": [{"data": "x"}]}', None),
            ('{"events": [\n{"type": "user"},\n]}', 3),
            ('{"events": [{"type": "x", "call_id": "1", "kind": "result"}]}', None),
            ('{"events": [{"type": "x", "id": "1"}, {"type": "x", "id": "1"}]}', None),
            (b"\xff", 1),
            ("[" * 100_000, 1),
        ],
    )
    def test_what_is_no_thread_is_a_read_error(self, text: str | bytes, line: int | None) -> None:
        """Text that is not the JSON of a thread is one kind of error, with the line where it is known."""
        with pytest.raises(ReadError) as caught:
            Thread.from_json(text)
        assert caught.value.line == line

    def test_a_bad_line_is_named(self) -> None:
        """In JSON Lines the error says which line."""
        for text in ('{"type": "user"}\n{"type"\n', '{"type": "user"}\n{"kind": "user"}\n'):
            with pytest.raises(ReadError, match="2"):
                Thread.from_jsonl(text)


class TestReading:
    """A thread is a sequence that also knows ids."""

    def test_items(self) -> None:
        """By position, id or slice."""
        thread = busy()
        assert thread[0] is thread["0"]
        assert thread[-1].type == "deploy"
        assert ids(thread[2:5]) == ["2", "3", "4"]
        assert ids(thread[::-1]) == ["6", "5", "4", "3", "2", "1", "0"]
        assert (thread[2] in thread, Event("note") in thread, "6" in thread, "7" in thread) == (
            True,
            False,
            True,
            False,
        )
        with pytest.raises(IndexError):
            thread[7]

    def test_repr_counts_kinds(self) -> None:
        """The repr is one line that says what is in it."""
        assert repr(busy()) == "<Thread of 7 events: 1 user, 3 call, 1 note, 2 result>"
        assert repr(Thread()) == "<Thread of 0 events>"

    def test_a_thread_is_no_key(self) -> None:
        """Threads are equal by their events, and cannot be hashed."""
        assert busy() == busy()
        assert busy() != busy().fork(3)
        assert busy() != list(busy())
        with pytest.raises(TypeError):
            hash(busy())

    def test_starts_with(self) -> None:
        """Whether one thread goes on from another."""
        assert busy().starts_with(busy().fork(3))
        assert not busy().fork(3).starts_with(busy())
        assert not busy().starts_with(Thread([Event("user", "something else")]))
