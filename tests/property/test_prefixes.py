"""Property 6: a provider can serve the front of a context from its prompt cache."""

import dataclasses
from itertools import pairwise, zip_longest

from hypothesis import given
from hypothesis import strategies as st

from contextkit import Budget, Context, Drop, Event, ReferErrors, Thread, fingerprint

from .strategies import ADDITIVE, Setup, Shares, errors, event_lists, formats, pauses, run, setups, shares


class TestPrefixes:
    """Between compactions the context of a longer thread starts with the context of the shorter one.

    Up to its last event.
    """

    @given(event_lists(), setups(), shares(), pauses())
    def test_a_longer_thread_starts_with_the_shorter_one(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """Without a new compaction, the text up to the end of the thread only grows at its end."""
        _, after = setup.around
        last, records = "", 0
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if not isinstance(context, Context):
                continue
            text = context.text.removesuffix(after)
            if len(context.thread.records()) == records:
                assert text.startswith(last)
            last, records = text, len(context.thread.records())

    @given(event_lists(), st.lists(errors(), min_size=2, max_size=6), setups(), shares())
    def test_errors_that_come_again_change_nothing_before_them(
        self, events: list[Event], more: list[Event], setup: Setup, shares: Shares
    ) -> None:
        """Where repeated errors enter as lines, a text still only grows at its end."""
        mixed = [event for pair in zip_longest(events, more) for event in pair if event is not None]
        setup = dataclasses.replace(setup, arrivals=(ReferErrors(),))
        _, after = setup.around
        last, records = "", 0
        for _, context in run(setup.window(shares.of(setup.size(mixed))), mixed):
            if not isinstance(context, Context):
                continue
            text = context.text.removesuffix(after)
            if len(context.thread.records()) == records:
                assert text.startswith(last)
            last, records = text, len(context.thread.records())

    @given(st.lists(errors(), min_size=2, max_size=8))
    def test_a_repeated_error_is_a_line_and_the_first_is_whole(self, events: list[Event]) -> None:
        """Each error whose class came before is a line with its own values; no other event is touched."""
        view: list[Event] = []
        for event in events:
            view.append(ReferErrors()(event, Thread(view)))
        seen = set()
        for before, after in zip(events, view, strict=True):
            group = fingerprint(before.text).group
            assert (after.data != before.data) == (group in seen)
            if group in seen:
                assert before.text.strip().rpartition("\n")[2] in after.text
                assert len(after.text) < len(before.text)
            seen.add(group)

    @given(event_lists(), setups())
    def test_each_prefix_of_a_thread_gives_a_prefix_of_its_text(
        self, events: list[Event], setup: Setup
    ) -> None:
        """Without a budget, the text of `thread[:n]` starts the text of `thread[:n + 1]`, for each n."""
        _, after = setup.around
        window = setup.window()
        texts = [
            context.text.removesuffix(after)
            for _, context in run(window, events)
            if isinstance(context, Context)
        ]
        assert all(longer.startswith(shorter) for shorter, longer in pairwise(texts))

    @given(event_lists(), setups(), shares())
    def test_a_fork_shows_what_the_thread_showed_then(
        self, events: list[Event], setup: Setup, shares: Shares
    ) -> None:
        """`thread.fork(n)` has the view that the thread had when it had n events, compactions or not."""
        seen = []
        for thread, context in run(setup.window(shares.of(setup.size(events))), events):
            seen += [thread, *([context.thread] if isinstance(context, Context) else [])]
        for earlier in seen:
            fork = seen[-1].fork(len(earlier))
            assert fork == earlier
            assert list(fork.view()) == list(earlier.view())
            assert [unit.in_flight for unit in fork.units()] == [unit.in_flight for unit in earlier.units()]


class TestCompactionsAreRare:
    """Compactions are rare by construction: from `limit` down to `target`.

    So where the mark is reached there are at most `appended / (limit - target) + 1` of them.
    """

    @given(
        st.lists(st.integers(1, 12), min_size=30, max_size=90),
        setups(counters=ADDITIVE, prompts=(None,), formats=formats(ready_made=True)),
        st.sampled_from((150, 250, 400)),
        st.sampled_from((50, 20, 35, 65, 80)),
    )
    def test_there_are_few(self, sizes: list[int], setup: Setup, limit: int, share: int) -> None:
        """Of many small events, each compaction makes room for many; a record says what was reached."""
        limit *= 4 if setup.counter is len else 1
        budget = Budget(limit, target=limit * share // 100)
        events = [Event("note", "so far all is well " * size) for size in sizes]
        setup = dataclasses.replace(setup, policies=(*setup.policies, Drop()))
        reached = seen = 0
        for _, context in run(setup.window(budget), events):
            if isinstance(context, Context) and len(context.thread.records()) > seen:
                seen = len(context.thread.records())
                floor = context.thread.records()[-1].data["floor"]
                assert floor == (None if context.tokens <= budget.mark(0) else context.tokens)
                reached += floor is None
        appended = sum(setup.size([event]) for event in events)
        assert reached <= appended / (budget.room - budget.mark(0)) + 1
