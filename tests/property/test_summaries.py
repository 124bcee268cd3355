"""Summaries by a callable that may do anything: what holds for all compactions holds for them."""

import asyncio
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contextkit import (
    DEFAULT_POLICIES,
    BudgetError,
    Context,
    Drop,
    Event,
    Policy,
    Summarize,
    Thread,
    Window,
)
from contextkit.policies.drop import counts_of, summed_up
from contextkit.records import is_record

from ..strategies import nasty_text
from .strategies import Setup, Shares, bulk, event_lists, recounted, setups, shares
from .test_pins import check_pins
from .test_units import check_view


class Oracle:
    """Answers by the text alone, with any of a few things; an error's text is one that nothing else has."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers

    def __call__(self, text: str) -> Any:
        """Answer."""
        answer = self.answers[len(text) % len(self.answers)]
        if answer is ValueError:
            raise ValueError("ERROR-TEXT-7f3a")
        return answer

    async def later(self, text: str) -> Any:
        """Answer the same, but async."""
        return self(text)


def forbidden(text: str) -> str:
    """Be a callable that nobody may call."""
    raise KeyboardInterrupt


def answers() -> st.SearchStrategy[list[Any]]:
    """What a callable may answer: mostly text, of any length."""
    text = st.one_of(st.just("Done."), st.just("Done."), bulk(), nasty_text(6))
    return st.lists(st.one_of(text, st.sampled_from((None, 5, ValueError))), min_size=1, max_size=3)


def ladder(call: Any, keep: float, tokens: int, *, only_drop: bool) -> tuple[Policy, ...]:
    """Give a ladder with a summary before the last resort."""
    first = () if only_drop else DEFAULT_POLICIES[:-1]
    return (*first, Summarize(call, keep=keep, tokens=tokens), Drop())


KEEPS = st.sampled_from((0, 0.3, 0.5, 1))
TOKENS = st.sampled_from((60, 150, 400, 2_000))


def run(window: Window, events: list[Event], *, force: bool) -> list[tuple[Thread, Context]]:
    """Append events one by one, compact and render; go on with what came of it."""
    thread, done = Thread(), []
    for number, event in enumerate(events):
        clash = event.id is not None and event.id in thread.view()
        thread = thread.append(event.having(id=None) if clash else event)
        try:
            compacted = window.compact(thread, force=force and number % 3 == 0)
        except BudgetError:
            continue
        done.append((thread, window.render(compacted)))
        assert done[-1][1].thread == compacted
        thread = compacted
    return done


class TestSummaries:
    """Budgets, pins, units, counts, replays: as if a summary were any other policy's work."""

    @given(
        event_lists(max_size=30), setups(), shares(), answers(), KEEPS, TOKENS, st.booleans(), st.booleans()
    )
    def test_what_always_holds(
        self,
        events: list[Event],
        setup: Setup,
        shares: Shares,
        answers: list[Any],
        keep: float,
        tokens: int,
        only_drop: bool,
        force: bool,
    ) -> None:
        """Whatever the callable answers."""
        budget = shares.of(setup.size(events))

        def window(call: Any) -> Window:
            policies = ladder(call, keep, tokens, only_drop=only_drop)
            return Window(
                setup.format, budget=budget, prompt=setup.prompt, counter=setup.counter, policies=policies
            )

        for thread, context in run(window(Oracle(answers)), events, force=force):
            assert context.tokens == recounted(setup.counter, context.text) <= budget.room
            assert "ERROR-TEXT-7f3a" not in context.text + context.thread.to_json()
            check_pins(context, thread, setup)
            check_view(context.thread)
            check_counts(context.thread)
            replayed = Thread.from_json(context.thread.to_json())
            assert window(forbidden).render(replayed).text == context.text

    @given(event_lists(max_size=30), setups(), shares(), answers(), KEEPS, TOKENS)
    def test_async_is_the_same(
        self,
        events: list[Event],
        setup: Setup,
        shares: Shares,
        answers: list[Any],
        keep: float,
        tokens: int,
    ) -> None:
        """`acompact` of an async callable gives the view that `compact` gives of a sync one."""
        thread, budget, oracle = Thread(events), shares.of(setup.size(events)), Oracle(answers)

        def window(call: Any) -> Window:
            policies = ladder(call, keep, tokens, only_drop=True)
            return Window(
                setup.format, budget=budget, prompt=setup.prompt, counter=setup.counter, policies=policies
            )

        def views() -> Iterator[list[Event] | str]:
            for compact in (
                window(oracle).compact,
                lambda thread: asyncio.run(window(oracle.later).acompact(thread)),
            ):
                try:
                    yield list(compact(thread).view())
                except BudgetError as error:
                    yield str(error)

        expected, found = views()
        assert found == expected


def check_counts(thread: Thread) -> None:
    """At most one summary stands in the view; it and the lines count what is gone."""
    view = thread.view()
    assert sum(summed_up(event) is not None for event in view) <= 1
    standing = {event.id for event in view}
    collapsed = {
        id
        for record in thread.records()
        for step in record.data["steps"]
        if step["policy"] == "CollapseErrors()"
        for id in step.get("gone", ())
    }
    gone = [e for e in thread if e.id not in standing and e.id not in collapsed and not is_record(e)]
    told = [counts for event in view if (counts := counts_of(event) or summed_up(event))]
    assert sum(counts["events"] for counts in told) == len(gone)
    assert sum(counts["characters"] for counts in told) == sum(len(event.text) for event in gone)
