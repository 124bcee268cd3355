"""What message formats promise: messages that the provider accepts, in the budget, that only grow."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from contextkit import Context, Event, Thread
from contextkit.message_formats import MESSAGE_FORMATS, MessageFormat
from contextkit.messages.validating import validate

from .strategies import Setup, Shares, event_lists, pauses, run, setups, shares

FORMATS = st.sampled_from(list(MESSAGE_FORMATS.values()))


def judged(context: Context, format: MessageFormat) -> list[str]:
    """What the provider would refuse of a context."""
    written = context.written
    if not written.messages:  # nothing has been said yet, so nobody is asked
        return []
    return [
        str(found) for found in validate(written.messages, format.dialect.provider, system=written.system)
    ]


@given(events=event_lists(), setup=setups(formats=FORMATS), shares=shares(), pauses=pauses())
def test_each_context_is_accepted_and_fits(
    events: Sequence[Event], setup: Setup, shares: Shares, pauses: int
) -> None:
    """Whatever the thread and whatever was cut, the messages are valid and within the budget."""
    assert isinstance(setup.format, MessageFormat)
    whole = setup.window().render(Thread(events))
    window = setup.window(shares.of(whole.tokens))
    for _, context in run(window, events, pauses):
        if isinstance(context, Context):
            assert context.budget is not None
            assert context.tokens <= context.budget.room
            assert judged(context, setup.format) == []
