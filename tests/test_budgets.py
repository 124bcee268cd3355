"""Tests of `contextkit.budgets`: what a budget refuses, and what a meter says."""

import pytest

from contextkit import Budget, Event, Meter, SettingError, Thread, Window, token_counter


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"limit": 0}, "Budget.limit"),
        ({"limit": -1}, "Budget.limit"),
        ({"limit": True}, "Budget.limit"),
        ({"limit": 8_000.0}, "Budget.limit"),
        ({"limit": "8000"}, "Budget.limit"),
        ({"limit": None}, "Budget.limit"),
        ({"limit": 100, "reserve": 100}, "Budget.reserve"),
        ({"limit": 100, "reserve": 101}, "Budget.reserve"),
        ({"limit": 100, "reserve": -1}, "Budget.reserve"),
        ({"limit": 100, "reserve": 0.5}, "Budget.reserve"),
        ({"limit": 100, "target": 0}, "Budget.target"),
        ({"limit": 100, "target": 101}, "Budget.target"),
        ({"limit": 100, "target": 91, "reserve": 10}, "Budget.target"),
        ({"limit": 100, "target": False}, "Budget.target"),
    ],
    ids=repr,
)
def test_a_budget_that_makes_no_sense_is_refused(settings: dict[str, int], name: str) -> None:
    """The error names the setting, its value and what it must be."""
    with pytest.raises(SettingError) as caught:
        Budget(**settings)
    assert (caught.value.name, caught.value.value) == (name, settings[name.removeprefix("Budget.")])
    assert str(caught.value).startswith(f"{name} is ")


@pytest.mark.parametrize("budget", [0, -5, True, False, 10.0, "10"])
def test_a_window_refuses_the_same(budget: object) -> None:
    """A number given for a budget is checked as its limit is."""
    with pytest.raises(SettingError):
        Window(budget=budget)  # type: ignore[arg-type]


def test_room_and_mark() -> None:
    """The room is the limit without the reserve; the mark is the target, or a share of what is free."""
    assert Budget(100).room == 100
    share = Budget(10_000).mark(0)
    assert 0 < share < 10_000
    assert Budget(20_000).mark(10_000) == Budget(20_000, reserve=1_000).mark(9_000) + 1_000 == 10_000 + share
    budget = Budget(100, target=60, reserve=10)
    assert (budget.room, budget.mark(0), budget.mark(50)) == (90, 60, 60)
    assert Budget.of(100) == Budget(100)
    assert Budget.of(budget) is budget


@pytest.mark.parametrize("pinned", [0, 1, 89, 90, 91, 10_000])
@pytest.mark.parametrize("limit", [1, 2, 90])
def test_a_mark_is_in_reach(limit: int, pinned: int) -> None:
    """It is above 0 and within the room, whatever is pinned."""
    assert 1 <= Budget(limit).mark(pinned) <= limit
    assert Budget(limit).mark(pinned) >= min(pinned, limit)


def test_a_budget_is_filled() -> None:
    """For one context the mark is the room, unless there is a target."""
    assert Budget(100, reserve=10).filled() == Budget(100, target=90, reserve=10)
    assert Budget(100, target=60).filled() == Budget(100, target=60)


def one(event: Event) -> int:
    """Measure each event as 1."""
    return 1


class TestMeter:
    """A meter is made by hand, with no format and no tokenizer."""

    def test_it_measures_as_it_is_told(self) -> None:
        """Calling it gives the tokens of an event; excess and room are what was given."""
        meter = Meter(lambda event: len(event.text), excess=3, room=20)
        assert (meter(Event("note", "abcd")), meter.excess, meter.room([])) == (4, 3, 20)

    def test_excess_is_found_out_once(self) -> None:
        """An excess that must be computed is computed when asked for, and only then, and once."""
        asked = iter((7, 8))
        meter = Meter(one, excess=lambda: next(asked))
        assert (meter.excess, meter.excess, next(asked)) == (7, 7, 8)

    def test_room_follows_from_excess(self) -> None:
        """A room that is not given is what the view has, without the excess."""
        view = Thread(Event("note", "x") for _ in range(10))
        assert Meter(lambda _: 5, excess=12).room(view) == 38

    def test_exceeds_is_strict(self) -> None:
        """An event of exactly the limit does not exceed it, measured or by a cheaper way."""
        meter = Meter(lambda _: 5)
        assert (meter.exceeds(Event("note"), 5), meter.exceeds(Event("note"), 4)) == (False, True)
        cheap = Meter(lambda _: 1 // 0, exceeds=lambda _, limit: limit < 9)
        assert cheap.exceeds(Event("note"), 8)

    def test_it_cuts_texts_with_its_counter(self) -> None:
        """A cut text has at most the limit, marker included, and says what is gone."""
        meter = Meter(one, counter=token_counter("o200k_base"))
        text = "line\n" * 1_000
        cut = meter.cut(text, 40, marker=lambda lines, _: f"<{lines} lines gone>")
        assert meter.counter(cut) <= 40
        assert "lines gone>" in cut
        assert meter.text_exceeds(text, 40)
        assert not meter.text_exceeds(cut, 40)
        assert "left out" in meter.cut(text, 40)

    def test_within_has_another_goal(self) -> None:
        """A meter for a part measures the same, for its own room and excess."""
        part = Meter(lambda _: 5, excess=100, room=200).within(room=10, excess=2)
        assert (part(Event("note")), part.room([]), part.excess) == (5, 10, 2)
