"""Property 7: what a window remembers changes nothing but the time."""

from hypothesis import given

from contextkit import BudgetError, Context, Event, Thread

from .strategies import Setup, Shares, event_lists, pauses, rendered, run, setups, shares


def shown(context: Context | BudgetError) -> object:
    """All that a context says, or all that its error says."""
    if isinstance(context, BudgetError):
        return (context.limit, context.needed, context.blockers)
    return (
        context.text,
        context.tokens,
        context.thread.to_json(),
        context.fragments,
        [(step.policy, step.before, step.after) for step in context.steps],
        context.receipt(),
    )


class TestMemory:
    """A window's memory changes nothing but the time.

    A fresh one gives the same context for the same thread.
    """

    @given(event_lists(), setups(), shares(), pauses())
    def test_a_fresh_window_gives_the_same(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """At each step of a loop, a used window says what a new one says, down to the receipt."""
        budget = shares.of(setup.size(events))
        for thread, context in run(setup.window(budget), events, pauses):
            assert shown(rendered(setup.window(budget), thread)) == shown(context)

    @given(event_lists(), setups(), shares(), pauses())
    def test_a_thread_from_json_gives_the_same(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """So does a thread that was written as JSON or JSON Lines and read again."""
        budget = shares.of(setup.size(events))
        for thread, context in run(setup.window(budget), events, pauses):
            for again in (Thread.from_json(thread.to_json()), Thread.from_jsonl(thread.to_jsonl())):
                assert again == thread
                assert list(again.view()) == list(thread.view())
                assert again.units() == thread.units()
                assert shown(rendered(setup.window(budget), again)) == shown(context)

    @given(event_lists(), event_lists(), setups(), shares(), pauses())
    def test_other_threads_leave_no_trace(
        self, events: list[Event], others: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """A window that has shown another thread, with the same ids, shows this one as a new window does."""
        budget = shares.of(setup.size(events))
        window = setup.window(budget)
        for _ in run(window, others, pauses):
            pass
        for thread, context in run(window, events, pauses):
            assert shown(rendered(setup.window(budget), thread)) == shown(context)
