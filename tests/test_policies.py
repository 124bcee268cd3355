"""Tests of `contextkit.policies`: each policy with a meter made by hand, and once from end to end."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from contextkit import (
    DEFAULT_POLICIES,
    Arrival,
    Budget,
    Clamp,
    ClampArrival,
    CollapseErrors,
    Drop,
    Event,
    Mask,
    Meter,
    Policy,
    PolicyError,
    Quote,
    Redact,
    SettingError,
    Supersede,
    Thread,
    Window,
    Within,
    render,
)
from contextkit.exceptions import name_of


def characters(event: Event) -> int:
    """Measure an event by its characters."""
    return len(event.text)


def one(event: Event) -> int:
    """Measure each event as 1."""
    return 1


def ids(thread: Thread) -> list[str | None]:
    """The ids of a thread's events."""
    return [event.id for event in thread]


def rounds(count: int, size: int = 100) -> Thread:
    """Give a task and rounds of a call with a result each: 0, then (1, 2), (3, 4), ..."""
    thread = Thread([Event("user", "go")])
    for number in range(count):
        thread = thread.call("get_log", call_id=str(number)).result(str(number), f"{number}" * size)
    return thread


class TestDrop:
    """Drops whole units, oldest first, until nothing is left to save."""

    def test_drops_the_oldest_units_first(self) -> None:
        """Calls go with their results, and no more than must."""
        view = Drop()(rounds(4), Meter(one, excess=3))
        assert ids(view) == ["0", "1+", "5", "6", "7", "8"]
        assert view["1+"].data == {"events": 4, "characters": 200, "first": "1", "last": "4"}

    def test_does_nothing_where_nothing_is_to_save(self) -> None:
        """A view that fits comes back as it is."""
        thread = rounds(4)
        assert Drop()(thread, Meter(one, excess=-20)) is thread

    def test_keeps_pins_and_calls_in_flight(self) -> None:
        """What is held stays, whatever is to save."""
        thread = rounds(1).append(Event("note", "never", pinned=True)).call("deploy", call_id="x")
        assert ids(Drop()(thread, Meter(one, excess=99))) == ["0", "1+", "3", "4"]
        held = Thread([Event("user", "go")]).call("deploy", call_id="x")
        assert Drop()(held, Meter(one, excess=99)) is held

    def test_takes_up_the_line_of_an_earlier_drop(self) -> None:
        """There is one line, and it counts what earlier ones counted."""
        view = Drop()(rounds(4), Meter(one, excess=3))
        view = Drop()(view, Meter(one, excess=2))
        assert ids(view) == ["0", "1+", "7", "8"]
        assert view["1+"].data == {"events": 6, "characters": 300, "first": "1", "last": "6"}

    def test_a_unit_that_is_too_large_goes_by_itself(self) -> None:
        """What does not fit the room at all does not take older units along that do."""
        thread = Thread(Event("note", "x" * size) for size in (5, 5, 500, 5))
        view = Drop()(thread, Meter(lambda event: len(event.text) if event.type == "note" else 1, excess=490))
        assert ids(view) == ["0", "1", "2+", "3"]

    def test_a_key_orders_the_units(self) -> None:
        """Those to go first come first; the line's ids are in the order of the log all the same."""
        thread = Thread(Event("note", "x" * size) for size in (5, 3, 9, 1, 8))
        largest = Drop(key=lambda unit: -len(unit.events[0].text))
        view = largest(thread, Meter(lambda event: len(event.text) if event.type == "note" else 1, excess=16))
        assert ids(view) == ["0", "1", "2+", "3"]
        assert view["2+"].data == {"events": 2, "characters": 17, "first": "2", "last": "4"}

    def test_a_line_that_somebody_changed_is_dropped_like_any_event(self) -> None:
        """A line whose figures are gone is no reason to fail."""
        view = Drop()(rounds(4), Meter(one, excess=3)).replace("1+", "shortened")
        assert ids(Drop()(view, Meter(one, excess=99))) == ["0", "1+"]

    def test_end_to_end(self) -> None:
        """Under a budget the newest units are in the context, and one line says what is not."""
        context = render(rounds(30), budget=300, policies=[Drop()])
        assert context.tokens <= 300
        assert "events left out here, among ids 1 to " in context.text
        assert "29" * 10 in context.text

    def test_a_separator_counts(self) -> None:
        """Where the fragments alone would fit, and what stands between them does not, units go too."""
        from contextkit import Format

        dotted = Format("DOTTED", lambda event: event.text, separator=" . " * 20)
        thread = Thread(Event("note", f"step {number}") for number in range(60))
        assert render(thread, dotted, budget=1_000, policies=[Drop()]).tokens <= 1_000


class TestMask:
    """Replaces old results, oldest first, by a line with what it was, its size and its id."""

    def test_masks_the_oldest_results_first(self) -> None:
        """As many as must be, and no more."""
        view = Mask(keep=1)(rounds(4), Meter(characters, excess=60))
        assert [event.id for event in view if "left out" in event.text] == ["2", "4"]
        assert view["2"].data == "[get_log_result 2 left out: 1 line, 100 characters]"

    @pytest.mark.parametrize(("keep", "masked"), [(0, 3), (1, 2), (2, 1), (3, 0), (4, 0), (99, 0)])
    def test_keeps_the_newest(self, keep: int, masked: int) -> None:
        """The newest results stay, however much is to save; all of them, if there are no more than that."""
        view = Mask(keep=keep)(rounds(3), Meter(characters, excess=10**6))
        assert ["left out" in view[str(n)].text for n in (2, 4, 6)] == [True] * masked + [False] * (
            3 - masked
        )

    def test_leaves_what_would_not_get_smaller(self) -> None:
        """A result that is shorter than the line stays, and a line is not masked again."""
        thread = rounds(2, size=5)
        assert Mask(keep=0)(thread, Meter(characters, excess=99)) is thread
        view = Mask(keep=0)(rounds(2), Meter(characters, excess=999))
        assert Mask(keep=0)(view, Meter(characters, excess=999)) is view

    def test_looks_at_its_types_only(self) -> None:
        """Other results, calls, errors and what is pinned stay."""
        thread = rounds(1).call("b", "x" * 99, call_id="b").result("b", "y" * 99)
        thread = thread.call("c", call_id="c").result("c", "z" * 99, pinned=True)
        view = Mask(keep=0, types="b_*")(thread, Meter(characters, excess=999))
        assert [event.id for event in view if "left out" in event.text] == ["4"]

    def test_end_to_end(self) -> None:
        """A model can ask for what was masked, by the id that the line names."""
        context = render(rounds(6, size=400), budget=600, policies=[Mask(keep=1)])
        masked = re.findall(r"\[get_log_result (\d+) left out", context.text)
        assert masked
        assert all(context.thread.restore(id) == rounds(6, size=400)[id].data for id in masked)


class TestClamp:
    """Cuts the data of each event that is too long, leaving a marker."""

    def test_cuts_what_is_too_long(self) -> None:
        """All that are too long at once; the marker names the id and is counted."""
        thread = Thread([Event("note", "line\n" * 50), Event("note", "short"), Event("note", "line\n" * 60)])
        view = Clamp(100)(thread, Meter(characters, excess=1))
        assert [len(event.text) <= 100 for event in view] == [True] * 3
        assert "left out of note 0" in view["0"].data
        assert "left out of note 2" in view["2"].data
        assert view["1"].data == "short"

    @pytest.mark.parametrize(
        ("keep", "head", "tail"), [("head", True, False), ("tail", False, True), ("both", True, True)]
    )
    def test_keeps_the_end_it_is_told_to(self, keep: Any, head: bool, tail: bool) -> None:
        """The head, the tail or both."""
        text = "\n".join(["first", *["between"] * 50, "last"])
        data = Clamp(100, keep=keep)(Thread([Event("note", text)]), Meter(characters, excess=1))[0].data
        assert (data.startswith("first"), data.endswith("last")) == (head, tail)

    def test_leaves_pinned_events_lines_and_other_types(self) -> None:
        """What is pinned, what a compaction put there, and what it was not told to look at stays."""
        text = "line\n" * 50
        thread = Thread(
            [Event("note", text, pinned=True), Event("omitted", text, kind="compaction"), Event("b", text)]
        )
        assert Clamp(20, types=("plain_note", "omitted"))(thread, Meter(characters, excess=1)) is thread

    def test_cuts_the_long_texts_inside_json(self) -> None:
        """The structure stays, as long as that is enough."""
        thread = Thread([Event("run_result", {"exit": 1, "out": "line\n" * 100})])
        data = Clamp(120)(thread, Meter(characters, excess=1))[0].data
        assert data["exit"] == 1
        assert len(data["out"]) < 120

    def test_a_second_cut_counts_from_the_whole(self) -> None:
        """What is cut twice says what is gone of the original."""
        thread = Thread([Event("note", "line\n" * 200)])
        view = Clamp(300)(thread, Meter(characters, excess=1))
        view = Clamp(60)(view, Meter(characters, excess=1))
        gone = re.search(r"(\d+) characters left out of note 0", view[0].data)
        assert gone is not None
        assert 940 < int(gone[1]) < 1_000

    def test_without_a_figure_it_takes_an_eighth_of_the_room(self) -> None:
        """At least 64, though."""
        thread = Thread([Event("note", "x" * 5_000)])
        assert len(Clamp()(thread, Meter(characters, excess=1, room=8_000))[0].text) <= 1_000
        assert 40 < len(Clamp()(thread, Meter(characters, excess=1, room=80))[0].text) <= 64

    def test_end_to_end(self) -> None:
        """A long result is cut to what it may have, in the middle, and can be had back."""
        log = "\n".join(f"{number}: ok" for number in range(2_000))
        thread = Thread([Event("user", "go")]).call("get_log", call_id="1").result("1", log)
        context = render(thread, budget=1_000, policies=[Clamp(200)])
        assert context.tokens < 300
        assert "0: ok\n" in context.text
        assert "1999: ok\n" in context.text
        assert context.thread.restore("2") == log


class TestCollapseErrors:
    """Makes one of equal errors in a row: the newest stays, with how often it happened."""

    def retries(self, count: int, error: Any = "refused") -> Thread:
        """Give a task and as many calls, each with the same error."""
        thread = Thread([Event("user", "go")])
        for number in range(count):
            thread = thread.call("connect", call_id=str(number)).result(str(number), error, type="error")
        return thread

    def test_the_newest_stays_with_a_count(self) -> None:
        """The earlier attempts go, call and all."""
        view = CollapseErrors()(self.retries(3), Meter(one, excess=1))
        assert ids(view) == ["0", "5", "6"]
        assert view["6"].data == "refused\n[3 times in a row]"

    def test_data_that_is_not_text_is_compared_too(self) -> None:
        """Equal JSON is equal; the one that stays becomes text."""
        view = CollapseErrors()(self.retries(2, {"code": 7}), Meter(one, excess=1))
        assert view[-1].data == '{"code":7}\n[2 times in a row]'

    @pytest.mark.parametrize(
        "between", [Event("user", "try again"), Event("error", "other"), Event("x_result", "ok")]
    )
    def test_what_stands_between_parts_the_row(self, between: Event) -> None:
        """A user's event, a result or another error ends a row."""
        thread = (
            self.retries(1).append(between).call("connect", call_id="n").result("n", "refused", type="error")
        )
        assert CollapseErrors()(thread, Meter(one, excess=1)) is thread

    def test_a_part_of_a_larger_unit_says_what_it_was(self) -> None:
        """Where a unit has other results only the error's text goes, and refers to nothing that might go."""
        thread = Thread().call("a", call_id="1").call("b", call_id="2")
        thread = thread.append(Event("error", "refused", call_id="1")).append(
            Event("error", "refused", call_id="2")
        )
        view = CollapseErrors()(thread, Meter(one, excess=1))
        assert [event.data for event in view][2:] == [
            "[error 2 left out: one of several in a row]",
            "refused\n[2 times in a row]",
        ]
        assert CollapseErrors()(view, Meter(one, excess=1)) is view

    def test_pinned_errors_stay(self) -> None:
        """A row with a pinned error is left alone."""
        thread = Thread([Event("error", "refused", pinned=True), Event("error", "refused")])
        assert CollapseErrors()(thread, Meter(one, excess=1)) is thread

    def test_end_to_end(self) -> None:
        """Twenty attempts become one."""
        context = render(self.retries(20), budget=120, policies=[CollapseErrors()])
        assert context.text.count("refused") == 1
        assert "[20 times in a row]" in context.text


class TestWithin:
    """Holds the events of some types to a limit of their own."""

    def test_brings_its_types_within_their_limit(self) -> None:
        """Others are not looked at."""
        thread = Thread(Event("step" if n % 2 else "plan", "x" * 10) for n in range(10))
        view = Within("step", 4, [Drop()])(thread, Meter(one, excess=0))
        assert [event.type for event in view].count("step") == 3
        assert [event.type for event in view].count("plan") == 5

    def test_does_nothing_within_the_limit(self) -> None:
        """Events that have no more than they may stay as they are."""
        thread = rounds(3)
        assert Within("*_result", 300, [Drop()])(thread, Meter(characters)) is thread

    def test_a_dropped_event_takes_its_unit_along(self) -> None:
        """The call goes with its result, and the line counts both."""
        view = Within("*_result", 200, [Drop()])(rounds(3), Meter(characters))
        assert [event.id for event in view if event.type != "omitted"] == ["0", "5", "6"]
        line = next(event for event in view if event.type == "omitted")
        assert line.data == {"events": 4, "characters": 200, "first": "1", "last": "4"}

    def test_what_is_held_is_not_said_to_be_gone(self) -> None:
        """A result whose unit is in flight stays, and no line counts it."""
        thread = (
            Thread([Event("user", "go")]).call("a", call_id="1").call("b", call_id="2").result("1", "x" * 99)
        )
        assert list(Within("a_result", 10, [Drop()])(thread, Meter(characters))) == list(thread)

    def test_what_it_adds_has_an_id_of_its_own(self) -> None:
        """Also one that an event has which its policies do not see."""
        thread = Thread([Event("step", "a"), Event("step", "b"), Event("plan", "c", id="0+")])
        assert ids(Within("step", 1, [Drop()])(thread, Meter(one))) == ["0++", "0+"]

    def test_end_to_end(self) -> None:
        """Results have a share of their own, whatever the rest has."""
        thread = rounds(10)
        ladder: list[Policy] = [Within("*_result", 100, [Mask(keep=1)]), Drop()]
        context = render(thread, budget=500, policies=ladder)
        assert "left out: 1 line, 100 characters]" in context.text
        assert "omitted" not in context.text


class TestArrivals:
    """An event is changed as it enters, seeing only earlier ones, and never again."""

    def test_redact_works_on_each_text_inside(self) -> None:
        """Data, keys and the provider's own part; other events come back as they are."""
        redact = Redact({"key": r"sk-\w+", "mail": re.compile(r"\S+@\S+")})
        event = redact(Event("user", {"sk-1": ["a@b.c", 5, {"x": "sk-2"}]}, raw="sk-3"), Thread())
        assert event.data == {"[redacted: key]": ["[redacted: mail]", 5, {"x": "[redacted: key]"}]}
        assert event.raw == "[redacted: key]"
        clean = Event("user", {"x": ["clean"]})
        assert redact(clean, Thread()) is clean

    def test_keys_that_become_the_same_stay_apart(self) -> None:
        """No value is lost where two keys differed only in what was taken out."""
        event = Redact({"n": r"\d+"})(Event("rows", {"1": "a", "2": "b"}), Thread())
        assert list(event.data.values()) == ["a", "b"]

    def test_redact_takes_a_function(self) -> None:
        """A callable of a user's, text -> text."""
        assert Redact(str.upper)(Event("user", {"a": ["b"]}), Thread()).data == {"A": ["B"]}

    def test_what_was_taken_out_does_not_come_back(self) -> None:
        """Neither in the text, nor in a record, nor through `restore`, cut or not, reloaded or not."""
        thread = Thread([Event("user", "the key is sk-31f0")])
        window = Window(budget=Budget(150, target=80), arrivals=[Redact({"key": r"sk-\w+"})])
        for number in range(12):
            secret = f"sk-{number}x " * 10
            thread = thread.call("get_env", {"sk-9": secret}, call_id=str(number)).result(str(number), secret)
            context = window.render(thread)
            thread = context.thread
            reloaded = Thread.from_json(thread.to_json())
            cut = {event.id for event in thread} - {event.id for event in thread.view()}
            assert "sk-" not in context.text
            assert not any("sk-" in record.text for record in thread.records())
            assert not any("sk-" in str(thread.restore(str(event.id))) for event in thread)
            assert not any("sk-" in str(reloaded.restore(str(id))) for id in cut)
            again = Window(budget=window.budget, arrivals=window.arrivals).render(reloaded)
            assert again.text == context.text
            assert not any("sk-" in str(again.thread.restore(str(event.id))) for event in reloaded)
        assert len(thread.records()) > 1
        assert thread[1].data == {"sk-9": "sk-0x " * 10}  # the log has it, and the log is the user's

    def test_what_was_taken_out_does_not_come_back_through_a_part(self) -> None:
        """A slice or a fork of the context's thread gives no more than the thread does."""
        thread = Thread([Event("user", "go"), Event("note", "sk-1"), Event("note", "sk-2")])
        thread = Window(arrivals=[Redact({"key": r"sk-\w+"})]).render(thread).thread
        for part in (thread, thread.fork(2), thread[1:], thread.append(Event("note"))):
            assert part.restore("1") == "[redacted: key]"

    def test_clamp_arrival_cuts_results_and_errors(self) -> None:
        """What is too long is cut as it enters; calls and users' events are not."""
        cut = ClampArrival(40, counter=len)
        text = "line\n" * 50
        assert len(cut(Event("get_log_result", text), Thread()).data) <= 40
        assert len(cut(Event("error", text), Thread()).data) <= 40
        for event in (
            Event("user", text),
            Event("get_log", text, kind="call", call_id="1"),
            Event("x_result", "short"),
        ):
            assert cut(event, Thread()) is event
        assert ClampArrival(40, types="y_*", counter=len)(Event("x_result", text), Thread()).data == text

    def test_an_arrival_sees_earlier_events_only(self) -> None:
        """It is called once for each event, in order, with the thread before it as it arrived."""
        seen: list[list[object]] = []

        def watch(event: Event, thread: Thread) -> Event:
            seen.append([each.data for each in thread])
            return event.with_data(f"{event.data}!")

        window = Window(arrivals=[watch])
        thread = Thread([Event("note", "a"), Event("note", "b")])
        assert "a!" in window.render(thread).text
        window.render(thread.append(Event("note", "c")))
        assert seen == [[], ["a!"], ["a!", "b!"]]

    @pytest.mark.parametrize(
        "broken",
        [
            lambda _, __: None,
            lambda event, __: event.text,
            lambda event, __: event.having(id="x"),
            lambda event, __: event.having(type="x"),
            lambda event, __: event.having(pinned=False),
            lambda event, __: event.having(call_id="x"),
            lambda _, thread: thread["99"],
        ],
    )
    def test_an_arrival_that_breaks_its_contract_is_named(self, broken: Arrival) -> None:
        """It returns the event it was given, with other data at most; all else is a `PolicyError`."""
        with pytest.raises(PolicyError) as caught:
            Window(arrivals=[broken]).render(Thread([Event("user", "go")]))
        assert (caught.value.policy, caught.value.event_id) == (broken, "0")


class TestPoliciesInGeneral:
    """A policy is any callable; what it breaks is found out."""

    @pytest.mark.parametrize(
        ("policy", "reason"),
        [
            (lambda _, __: None, "not a Thread"),
            (lambda view, __: list(view), "not a Thread"),
            (lambda _, __: 1 // 0, "ZeroDivisionError"),
            (
                lambda view, __: Thread(event.having(call_id=None) for event in view if event.id != "1"),
                "split a unit",
            ),
            (lambda view, __: Thread(event.having(type="other", call_id=None) for event in view), "place"),
            (lambda view, __: view.where(lambda event: event.id != "1"), "split a unit"),
            (lambda view, __: view.where(lambda event: event.id != "7"), "in flight"),
            (lambda view, __: view.where(lambda event: event.id != "0"), "pinned"),
            (lambda view, __: view[::-1], "moved"),
        ],
    )
    def test_a_broken_contract_is_an_error_that_names_the_policy(self, policy: Policy, reason: str) -> None:
        """What it did stands in the message."""
        with pytest.raises(PolicyError, match=reason) as caught:
            render(rounds(3).call("deploy", call_id="x"), budget=60, policies=[policy])
        assert caught.value.policy is policy

    def test_what_would_not_make_it_smaller_is_not_taken(self) -> None:
        """A policy whose work costs more than it saves is passed over."""

        def chatty(view: Thread, meter: Meter) -> Thread:
            return view.replace_all({str(event.id): event.text + " and more" for event in view})

        context = render(rounds(3), budget=100, policies=[chatty, Drop()])
        assert [step.policy for step in context.steps] == ["Drop()"]

    def test_what_a_policy_adds_never_takes_an_events_id(self) -> None:
        """An id that the log has, even of an event that is gone, is not given again."""

        def recall(view: Thread, meter: Meter) -> Thread:
            dropped = view.drop(
                [str(event.id) for event in view], leaving=Event("summary", "short", kind="note")
            )
            return dropped if "2" in view else Thread([*view, Event("note", "x", id="2")])

        thread = rounds(3)
        window = Window(budget=60, policies=[recall, recall])
        thread = window.compact(thread)
        added = [event.id for event in thread.view() if event.id not in thread]
        assert added == ["1+"]

    @pytest.mark.parametrize(
        ("make", "name"),
        [
            (lambda: Clamp(0), "Clamp.tokens"),
            (lambda: Clamp(True), "Clamp.tokens"),
            (lambda: Clamp(keep="middle"), "Clamp.keep"),  # type: ignore[arg-type]
            (lambda: Clamp(types=()), "Clamp.types"),
            (lambda: Clamp(types=""), "Clamp.types"),
            (lambda: Mask(-1), "Mask.keep"),
            (lambda: Mask(1.5), "Mask.keep"),  # type: ignore[arg-type]
            (lambda: Mask(types=(5,)), "Mask.types"),  # type: ignore[arg-type]
            (lambda: Within("*", 0), "Within.limit"),
            (lambda: Within((), 5), "Within.types"),
            (lambda: Within("*", 5, ["drop"]), "Within.policies"),  # type: ignore[list-item]
            (lambda: ClampArrival(0), "ClampArrival.tokens"),
            (lambda: ClampArrival(5, keep="x"), "ClampArrival.keep"),  # type: ignore[arg-type]
            (lambda: Redact({"key": "("}), "Redact.patterns['key']"),
            (lambda: Redact({"key": 5}), "Redact.patterns['key']"),  # type: ignore[dict-item]
        ],
    )
    def test_a_setting_out_of_range_is_named(self, make: Callable[[], object], name: str) -> None:
        """The error says which setting of which policy."""
        with pytest.raises(SettingError) as caught:
            make()
        assert caught.value.name == name

    def test_policies_say_how_they_were_made(self) -> None:
        """A policy's name in records and steps has no address in it: it is the same in each process."""
        made = (CollapseErrors(), Clamp(share=0.5), Mask(keep=1), Quote(), Quote(0.5), Supersede(), Drop())
        assert [repr(policy) for policy in made] == [
            *("CollapseErrors()", "Clamp(share=0.5)", "Mask(keep=1)", "Quote()", "Quote(share=0.5)"),
            *("Supersede()", "Drop()"),
        ]
        assert "0x" not in name_of(DEFAULT_POLICIES)
        assert name_of(ids) == "ids"
        assert name_of(Drop(key=repr)) == "Drop(key=<built-in function repr>)"
        assert name_of(Within("note", 5, [ids])) == "Within(types=('note',), limit=5, policies=(ids,))"  # type: ignore[list-item]
        assert "0x" not in name_of([lambda: 0, object(), self.test_policies_say_how_they_were_made])

    def test_settings_that_are_equal_make_equal_policies(self) -> None:
        """Policies are values: equal, hashable, frozen."""
        assert Clamp(5, types="note") == Clamp(5, types=("note",))
        assert len({Mask(), Mask(4), Mask(1), Drop(), Redact({"a": "b"}), Redact({"a": "b"})}) == 4
        with pytest.raises(AttributeError):
            Mask().keep = 5  # type: ignore[misc]
