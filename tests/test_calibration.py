"""Bills make an estimate exact enough, and lean it upwards; its overhead belongs to the whole alone."""

import json
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import calibration
from benchmarks.calibration import figures, made_up
from contextkit import (
    Budget,
    BudgetError,
    ContextkitError,
    Drop,
    Event,
    SettingError,
    Thread,
    Window,
    from_messages,
    render,
)
from contextkit.tokens.calibration import _line, calibrated
from contextkit.tokens.counters import CLAUDE, EncodingCounter, Estimate

EXACT = EncodingCounter("o200k_base")
LINE = [(counted, 1_500 + counted * 5 // 4) for counted in range(400, 20_000, 800)]
lists = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=40)


# --- the line ---------------------------------------------------------------------------------------------


def test_a_line_is_found_as_it_is() -> None:
    estimate = calibrated(EXACT, LINE)
    assert (estimate.factor, estimate.overhead, estimate.base) == (1.25, 1_500, EXACT)
    assert not estimate.exact
    assert estimate.bounds(8_000) == (11_500, 11_500)


def test_calls_with_another_prompt_do_not_throw_it() -> None:
    """One call in six was billed for something else: much more, or much less."""
    points = [(counted, billed * (1, 1, 4, 1, 1, 1)[i % 6]) for i, (counted, billed) in enumerate(LINE)]
    points[8] = (points[8][0], 40)
    assert calibrated(EXACT, points).scale(20_000) == pytest.approx(26_500, rel=0.01)


def test_a_strange_first_call_does_not_stand_in_the_way() -> None:
    assert calibrated(EXACT, [(300, 60_000), *LINE]).overhead == 1_500


def test_the_order_of_old_points_does_not_matter() -> None:
    assert calibrated(EXACT, LINE[:8][::-1] + LINE[8:]) == calibrated(EXACT, LINE)


def test_a_drift_is_followed_by_the_latest_bills() -> None:
    drifted = LINE + [(counted, billed * 110 // 100) for counted, billed in LINE[-15:]]
    assert calibrated(EXACT, drifted).scale(20_000) == pytest.approx(1.1 * 26_500, rel=0.01)


def test_an_overhead_is_never_below_zero() -> None:
    estimate = calibrated(EXACT, [(1_000, 600), (2_000, 1_900), (3_000, 3_200), (4_000, 4_500)])
    assert estimate.overhead == 0


def test_a_line_that_falls_is_no_line() -> None:
    """The bills of longer texts are higher as a whole, but fall in most pairs: what is left is a factor."""
    bills = (1_000, 9_000, 1_200, 9_500, 1_100, 1_150)
    estimate = calibrated(EXACT, [(1_000 * i, billed) for i, billed in enumerate(bills, start=1)])
    assert estimate.overhead == 0
    assert estimate.factor > 0


# --- few points -------------------------------------------------------------------------------------------


def test_without_points_it_says_what_was_known() -> None:
    assert calibrated(CLAUDE, []) is CLAUDE
    assert calibrated(EXACT, []).scale(100) == 100


def test_the_first_bill_of_a_short_text_is_mostly_overhead() -> None:
    """The factor is the high end of what is known of the model; the rest of the bill is overhead."""
    estimate = calibrated(CLAUDE, [(100, 1_729)])
    assert (estimate.factor, estimate.overhead) == (1.29, 1_600)
    assert (estimate.name, estimate.base) == (CLAUDE.name, CLAUDE.base)
    assert calibrated(EXACT, [(100, 1_729)]).factor == 1.5


def test_a_bill_below_what_is_known_leaves_no_overhead() -> None:
    estimate = calibrated(EXACT, [(1_000, 900), (2_000, 1_800)])
    assert (estimate.factor, estimate.overhead) == (0.9, 0)


def test_bills_that_are_close_together_make_no_slope() -> None:
    """Noise between counts that hardly differ would make any slope."""
    estimate = calibrated(EXACT, [(10_000, 32_000), (10_010, 31_500), (10_020, 32_900), (10_030, 32_100)])
    assert estimate.factor == 1.5
    assert estimate.scale(10_020) == pytest.approx(32_050, rel=0.01)


# --- what always holds ------------------------------------------------------------------------------------


@given(lists, st.integers(0, 10**7), st.integers(0, 10**7))
def test_it_grows_and_unscaling_finds_the_last_count_that_fits(
    points: list[tuple[int, int]], one: int, other: int
) -> None:
    estimate = calibrated(EXACT, points)
    assert estimate.overhead == estimate.scale(0) >= 0
    assert estimate.scale(min(one, other)) <= estimate.scale(max(one, other))
    fits = estimate.unscale(one)
    assert estimate.scale(fits) <= one < estimate.scale(fits + 1)
    low, high = estimate.bounds(one)
    assert low <= estimate.scale(one) <= high + 1
    assert calibrated(EXACT, points) == estimate


@given(lists)
def test_at_least_half_of_the_latest_bills_are_not_above_it(points: list[tuple[int, int]]) -> None:
    estimate = calibrated(EXACT, points)
    assert median(billed - estimate.scale(counted) for counted, billed in points[-15:]) <= 1


@given(lists, lists)
def test_it_can_be_calibrated_anew(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> None:
    """What it was calibrated with before counts only as what is known of the model."""
    again = calibrated(calibrated(EXACT, old), new)
    assert again.base == EXACT
    assert _line(sorted(new)) is None or again == replace(calibrated(EXACT, new), name=again.name)


@pytest.mark.parametrize(
    "point",
    [(0, 5), (5, 0), (-1, 5), (5, -1), (1.5, 2), (True, 2), (5, 10**13), (5,), (1, 2, 3), "12", None, 7],
)
def test_points_that_cannot_be_are_refused(point: Any) -> None:
    with pytest.raises(SettingError, match="counted, billed") as caught:
        calibrated(EXACT, [(100, 120), point])
    assert caught.value.value == point


# --- made-up providers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("overhead", [0, 500, 5_000, 20_000])
@pytest.mark.parametrize("ratio", [0.7, 1.0, 1.25, 1.5])
@pytest.mark.parametrize(("noise", "under"), [(0.0, -0.1), (0.005, -3), (0.01, -3)])
def test_five_bills_make_it_exact_enough(ratio: float, overhead: int, noise: float, under: float) -> None:
    """The median error is at most 3 %, and no call is under its bill by more than 3 %."""
    found = figures(made_up(ratio, overhead, noise))
    assert found.median <= 3
    assert found.under >= under


@pytest.mark.parametrize("drift", [-0.1, 0.1])
def test_a_ratio_that_drifts_stays_exact_enough(drift: float) -> None:
    found = figures(made_up(1.2, 2_000, 0.005, drift=drift))
    assert found.median <= 3
    assert found.under >= -3


def test_the_benchmark_prints_a_row_for_each_provider(capsys: pytest.CaptureFixture[str]) -> None:
    calibration.main([])
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 1 + 27 + 2


def test_the_benchmark_reads_threads_with_their_bills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was billed for a reply is compared to the messages before it."""
    said = [
        {"role": role, "content": "a b c " * (i + 1)} for i in range(60) for role in ("user", "assistant")
    ]
    window, usage = Window(), []
    for index in range(1, len(said), 2):
        tokens = window.render(from_messages(said[:index])).tokens
        usage.append(
            {"message": index, "input": 3, "output": 9, "cacheRead": tokens, "cacheWrite": tokens + 500}
        )
    path = tmp_path / "bills.jsonl"
    path.write_text(json.dumps({"id": "made up", "messages": said, "usage": usage}))
    calibration.main(["--data", str(path)])
    first, second = capsys.readouterr().out.splitlines()[1:]
    assert first.split()[:6] == ["made", "up,", "the", "next", "call", "55"]
    assert all(abs(float(error)) < 0.1 for error in first.split()[6:] + second.split()[7:])


# --- in a window ------------------------------------------------------------------------------------------


def long_thread() -> Thread:
    thread = Thread([Event("user", "What is wrong?")])
    for number in range(40):
        lines = "\n".join(f"line {line} of {number} says nothing" for line in range(60))
        thread = thread.call("read", {"path": f"{number}.log"}, call_id=str(number)).result(
            str(number), lines
        )
    return thread


def test_a_context_has_the_overhead_once() -> None:
    """The whole has it, no fragment has, and the window finds the exact count again."""
    thread, estimate = long_thread(), calibrated(EXACT, LINE)
    context = Window(counter=estimate).render(thread)
    exact = Window(counter=EXACT).render(thread)
    assert context.tokens == estimate(context.text) == 1_500 - (-exact.tokens * 5 // 4)
    assert estimate.unscale(context.tokens) == exact.tokens
    shown = sum(fragment.tokens for fragment in context.fragments)
    assert 0 <= shown - (context.tokens - estimate.overhead) <= len(context.fragments)


def test_a_budget_holds_with_the_overhead() -> None:
    estimate = calibrated(EXACT, LINE)
    for limit in (2_400, 5_000, 12_000):
        context = Window(counter=estimate, budget=limit, policies=[Drop()]).render(long_thread())
        mark = Budget(limit).mark(1_500)
        assert estimate(context.text) == context.tokens <= limit
        assert mark - 800 < context.tokens <= mark + 50  # a round has about 700, the question about 20


def test_an_overhead_above_the_limit_is_a_budget_error() -> None:
    """And at the limit that the error names, the thread can be rendered."""
    estimate = calibrated(EXACT, LINE)
    with pytest.raises(BudgetError) as caught:
        render(long_thread(), budget=1_400, counter=estimate)
    needed = caught.value.needed
    assert needed > 1_500
    assert render(long_thread(), budget=needed, counter=estimate).tokens <= needed


def test_an_overhead_below_zero_is_refused() -> None:
    with pytest.raises(ContextkitError, match="overhead"):
        Estimate("odd", 1.0, (1.0, 1.0), overhead=-1)


def test_a_part_has_no_overhead() -> None:
    estimate = calibrated(EXACT, LINE)
    assert estimate("") == 1_500
    assert estimate.part("") == 0
    assert CLAUDE.part is CLAUDE
    assert repr(estimate) == f"{repr(estimate.part)[:-1]}, overhead=1500)"
