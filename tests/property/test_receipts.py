"""Property 8: the receipt says where each token went."""

from hypothesis import given

from contextkit import Context, Event
from contextkit.records import is_record

from ..strategies import same
from .strategies import (
    ADDITIVE,
    READY_MADE,
    Setup,
    Shares,
    event_lists,
    formats,
    pauses,
    recounted,
    run,
    setups,
    shares,
)


class TestReceipts:
    """The receipt balances: each event kept, changed, gone or added, by which policy.

    Tokens after is exact, before is counted when asked for, and what a counter that doesn't add up makes of
    joins has a row of its own.
    """

    @given(event_lists(), setups(), shares(), pauses())
    def test_the_receipt_balances(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """The rows and the two rests add up to the tokens; each row's figures are the judge's."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                check_sums(context, setup)

    @given(event_lists(), setups(), shares(), pauses())
    def test_each_event_has_one_row(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """Each event of the log has one row, each added one too, and states agree with log and view."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                check_states(context)

    @given(event_lists(), setups(), shares(), pauses())
    def test_what_was_cut_can_be_had_back(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """`context.thread.restore(id)` gives the data of each event as it was appended."""
        for thread, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                for event in thread:
                    assert same(context.thread.restore(str(event.id)), event.data)

    @given(event_lists(), setups(), shares(), pauses())
    def test_fragments_are_the_text(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """The fragments with their separators, and the prompt around them, are the text."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            if isinstance(context, Context):
                before, after = setup.around
                middle = setup.format.separator.join(fragment.text for fragment in context.fragments)
                assert before + middle + after == context.text
                for fragment in context.fragments:
                    assert fragment.tokens == recounted(setup.counter, fragment.text)

    @given(
        event_lists(),
        setups(formats=formats(ready_made=True), counters=ADDITIVE, prompts=(None,)),
        shares(),
        pauses(),
    )
    def test_joins_cost_nothing_in_our_formats(
        self, events: list[Event], setup: Setup, shares: Shares, pauses: int
    ) -> None:
        """With a counter that adds up at the seams, joins are 0 in each of our formats."""
        for _, context in run(setup.window(shares.of(setup.size(events))), events, pauses):
            # One that looks at events next to each other counts them apart first.
            if isinstance(context, Context) and setup.format.adds_up:
                assert (context.receipt().joins, context.receipt().prompt) == (0, 0)

    @given(event_lists(), setups(), shares())
    def test_steps_tell_what_each_policy_saved(
        self, events: list[Event], setup: Setup, shares: Shares
    ) -> None:
        """The first step starts from the whole, each goes on from the last, the last ends at the tokens."""
        for thread, context in run(setup.window(shares.of(setup.size(events))), events):
            if isinstance(context, Context) and context.steps:
                befores = [
                    recounted(setup.counter, setup.text(thread.view())),
                    *(s.after for s in context.steps),
                ]
                assert [step.before for step in context.steps] == befores[:-1]
                assert befores[-1] == context.tokens
                assert all(step.saved > 0 for step in context.steps[:-1])


def check_sums(context: Context, setup: Setup) -> None:
    """Everything adds up, and each figure is what the judge counts of the fragment."""
    receipt = context.receipt()
    assert sum(row["after"] for row in receipt.rows) + receipt.prompt + receipt.joins == receipt.tokens
    assert receipt.tokens == context.tokens
    assert receipt.prompt == recounted(setup.counter, "".join(setup.around))
    view = {str(event.id): event for event in context.thread.view()}
    for row in receipt.rows:
        id = row["id"]
        before = recounted(setup.counter, setup.format(context.thread[id])) if row["state"] != "added" else 0
        after = recounted(setup.counter, setup.format(view[id])) if row["state"] != "gone" else 0
        assert (row["before"], row["after"]) == (before, after)


def check_states(context: Context) -> None:
    """The rows are the log's events and the added ones, and say what became of each."""
    log = [event for event in context.thread if not is_record(event)]
    view = {event.id: event for event in context.thread.view()}
    rows = context.receipt().rows
    added = [event.id for event in context.thread.view() if event.id not in context.thread]
    assert [row["id"] for row in rows] == [*(event.id for event in log), *added]
    for event, row in zip(log, rows, strict=False):
        if row["state"] == "gone":
            assert event.id not in view
        else:
            assert (row["state"] == "kept") == same(view[event.id].data, event.data)
    assert all(row["state"] == "added" for row in rows[len(log) :])
    assert all((row["policy"] is None) == (row["state"] == "kept") for row in rows)
    assert len(READY_MADE) == 6
