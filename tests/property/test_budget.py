"""Property 1: a budget is a promise about the final text."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contextkit import Budget, BudgetError, Context, Drop, Event, Mask, Meter, Thread, Window

from .strategies import (
    ADDITIVE,
    COUNTERS,
    HOSTILE,
    Setup,
    Shares,
    by_size,
    event_lists,
    pauses,
    recounted,
    rendered,
    run,
    setups,
    shares,
    threads,
)


class TestBudget:
    """`context.tokens == counter(context.text)` and it is within the budget, or `BudgetError`.

    A counter that does not add up (a hostile one too) changes nothing.
    """

    @given(threads(), setups(), shares())
    def test_a_context_is_within_its_budget_or_there_is_an_error(
        self, thread: Thread, setup: Setup, shares: Shares
    ) -> None:
        """The count is the judge's own of the final text, and at most the room."""
        budget = shares.of(setup.size(thread))
        context = rendered(setup.window(budget), thread)
        if isinstance(context, BudgetError):
            check_error(context, setup, thread, budget)
        else:
            check_context(context, setup, budget)

    @given(threads(max_size=40), setups(counters=HOSTILE), shares())
    def test_a_hostile_counter_changes_nothing(self, thread: Thread, setup: Setup, shares: Shares) -> None:
        """The same for counters whose counts do not add up, over more events, so that errors add up too."""
        budget = shares.of(setup.size(thread))
        context = rendered(setup.window(budget), thread)
        if isinstance(context, BudgetError):
            check_error(context, setup, thread, budget)
        else:
            check_context(context, setup, budget)

    @given(event_lists(), setups(), shares(), pauses())
    def test_each_context_of_a_loop_is_within_its_budget(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """The same after any number of compactions."""
        budget = shares.of(setup.size(events))
        for thread, context in run(setup.window(budget), events, pauses):
            if isinstance(context, BudgetError):
                check_error(context, setup, thread, budget)
            else:
                check_context(context, setup, budget)

    @given(threads(), setups())
    def test_without_a_budget_nothing_is_cut(self, thread: Thread, setup: Setup) -> None:
        """All events are written, and counted as the judge counts them."""
        context = setup.window().render(thread)
        assert context.text == setup.text(thread)
        assert context.tokens == recounted(setup.counter, context.text)
        assert context.thread == thread

    @given(threads(), setups())
    def test_a_thread_that_just_fits_is_not_touched(self, thread: Thread, setup: Setup) -> None:
        """A limit of exactly what the thread has leaves it whole."""
        tokens = setup.size(thread)
        assume(tokens > 0)
        context = setup.window(tokens).render(thread)
        assert (context.tokens, context.steps, context.thread) == (tokens, (), thread)

    @given(
        threads(),
        setups(
            ladders=st.sampled_from([(Drop(),), (Drop(key=by_size),), (Mask(keep=0), Drop())]),
            counters=ADDITIVE,
        ),
        shares(),
    )
    def test_drop_fits_whatever_can_be_fitted(self, thread: Thread, setup: Setup, shares: Shares) -> None:
        """With a `Drop` there is no error while dropping all that may go would do."""
        budget = shares.of(setup.size(thread))
        bare = Drop()(thread, Meter(lambda _: 1, excess=10**9, room=-(10**9)))
        assume(setup.size(bare) <= budget.room)
        assert isinstance(rendered(setup.window(budget), thread), Context)


def check_context(context: Context, setup: Setup, budget: Budget) -> None:
    """The tokens are right and few enough, and the text is what stands in the view."""
    assert context.tokens == recounted(setup.counter, context.text)
    assert context.tokens <= budget.room
    assert context.text == setup.text(context.thread.view())
    assert str(context) == context.text


def check_error(error: BudgetError, setup: Setup, thread: Thread, budget: Budget) -> None:
    """The error is right, short, and names a limit at which rendering succeeds."""
    assert error.limit == budget.limit < error.needed
    assert len(str(error)) < 600
    enough = Budget(error.needed, target=budget.target, reserve=budget.reserve)
    context = setup.window(enough).render(thread)
    assert recounted(setup.counter, context.text) == context.tokens <= enough.room


@pytest.mark.parametrize("counter", COUNTERS[3:])
def test_many_small_events(counter: object) -> None:
    """A limit of exactly what 300 small events have is enough, with any counter."""
    thread = Thread(Event("note", "ok") for _ in range(300))
    tokens = Window(counter=counter).render(thread).tokens  # type: ignore[arg-type]
    assert Window(counter=counter, budget=tokens).render(thread).steps == ()  # type: ignore[arg-type]
