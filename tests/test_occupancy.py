"""Occupancy: what it says of each call is what a replay of every context measures, and its parts add up."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import (
    Budget,
    Clamp,
    Drop,
    Event,
    Fetch,
    Mask,
    Redact,
    Thread,
    Window,
    prefetch,
    token_counter,
)
from contextkit.demo import deployment
from contextkit.occupancy import Occupancy, occupancy
from contextkit.parts import Part
from contextkit.replaying import call_positions, replay

POLICIES = ([Drop()], [Clamp(300), Mask(keep=2), Drop()])


def check(found: Occupancy) -> None:
    """Check what holds for every run."""
    for call in found.calls:
        assert sum(call.parts.values()) == call.tokens
        assert 0 <= call.cached <= call.tokens
        assert found.budget is None or call.tokens <= found.budget.room
    stood = sum(tokens for part, tokens in found.parts.items() if part.name not in ("around", "summary"))
    assert sum(sent.sent for sent in found.events) == stood
    assert all(0 <= sent.whole <= sent.calls <= len(found.calls) for sent in found.events)


@pytest.mark.parametrize("budget", [None, 4_500, 6_000, Budget(9_000, target=3_000, reserve=1_000)])
def test_each_call_is_as_replayed(budget: Budget | int | None) -> None:
    """Although contexts are made only where one no longer fits, the tokens are those of every context."""
    found = occupancy(deployment(), Window(budget=budget))
    run = replay(deployment(), Window(budget=budget), only_time=True)
    assert [call.tokens for call in found.calls] == [call.tokens for call in run.calls]
    assert [call.events for call in found.calls] == [call.events for call in run.calls]
    for call, known in zip(found.calls, run.calls, strict=True):
        assert call.cached <= known.shared
        assert known.shared - call.cached < 256  # the beginning of a line of quotes: only whole events count
    broke = {number for number, call in enumerate(run.calls, 1) if call.broke}
    assert broke <= {number for number, _ in found.compactions}
    check(found)


@pytest.mark.parametrize(
    "window",
    [
        Window(budget=6_000, prompt="Deploy with care.\n\n{{ thread }}\nGo on."),
        Window(budget=30_000, counter=len),
        Window(budget=6_000, arrivals=[Redact({"ip": r"\d+\.\d+\.\d+\.\d+"})]),
        Window(budget=6_000, counter="claude-sonnet-4-5"),
    ],
    ids=["a prompt", "a counter without seams", "an arrival", "an estimate"],
)
def test_contexts_are_made_one_by_one_where_counts_do_not_add_up(window: Window) -> None:
    """With a prompt, arrivals or another counter the figures are those of the contexts themselves."""
    assert window.sizes(deployment()) is None
    found = occupancy(deployment(), window)
    loop, sizes, log = window, [], Thread()
    for position in call_positions(deployment()):
        for event in deployment()[len(log) - len(log.records()) : position]:
            log = log.append(event)
        context = loop.render(log)
        log = context.thread
        sizes.append(context.tokens)
    assert [call.tokens for call in found.calls] == sizes
    assert len(found.compactions) == len(log.records()) > 0
    assert all(cut.before > cut.after for _, cut in found.compactions)
    for call in found.calls:
        assert sum(call.parts.values()) == call.tokens


@given(st.integers(2_500, 12_000), st.sampled_from(POLICIES))
def test_any_budget_adds_up(budget: int, policies: list[object]) -> None:
    """Parts, events and calls come to the same sums, whatever is cut."""
    window = Window(budget=budget, policies=policies)  # type: ignore[arg-type]
    found = occupancy(deployment(), window)
    check(found)
    assert found.final == Window().render(deployment()).tokens


def test_without_a_budget_everything_is_sent_again() -> None:
    """Each context holds all events so far; what was sent before comes from the cache."""
    found = occupancy(deployment(), Window())
    assert not found.compactions
    assert found.whole == tuple(call.tokens for call in found.calls)
    assert found.cost() == pytest.approx(found.whole_cost())
    for call, before in zip(found.calls[1:], found.calls, strict=False):
        assert call.cached == before.tokens


def test_records_of_compactions_are_left_out() -> None:
    """A run that was compacted when it was recorded is replayed as if it had not been."""
    window = Window(budget=6_000)
    thread = window.render(deployment()).thread
    assert thread.records()
    assert occupancy(thread, Window()).calls == occupancy(deployment(), Window()).calls


def test_what_was_fetched_ahead_is_a_part() -> None:
    """Prefetched events are told from the results of the model's own calls."""

    def tags(thread: Thread) -> list[Event]:
        return [Event("tags", ["v1.10", "v1.9"])]

    thread = prefetch(Thread([Event("user", "Deploy it.")]), [Fetch(tags)]).append(
        Event("assistant", "Done.")
    )
    (call,) = occupancy(thread, Window()).calls
    assert [part.name for part in call.parts] == ["user", "prefetched"]


def test_a_replay_can_be_shown_too() -> None:
    """Kinds become parts; what they leave of the tokens is around them; breaks are marked."""
    run = replay(deployment(), Window(budget=6_000))
    found = Occupancy.of(run, 6_000, "o200k_base")
    assert [call.tokens for call in found.calls] == [call.tokens for call in run.calls]
    assert len(found.compactions) == run.breaks
    kinds: Counter[str] = Counter()
    for call in run.calls:
        kinds.update(call.kinds)
    assert found.parts[Part("result")] == kinds["result"]
    assert found.cost() == pytest.approx(run.cost())


def test_sizes_are_the_tokens_of_a_context() -> None:
    """What `Window.sizes` gives adds up to what `render` says."""
    sizes = Window().sizes(deployment())
    assert sizes is not None
    assert sum(sizes) == Window().render(deployment()).tokens
    assert Window(counter=token_counter("claude-sonnet-4-5")).sizes(deployment()) is None


def test_an_empty_run() -> None:
    """No call, no figures."""
    found = occupancy(Thread(), Window(budget=10))
    assert found.calls == ()
    assert found.to_data()["tokens"] == 0
