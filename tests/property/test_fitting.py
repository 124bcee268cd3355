"""What `fit` promises: the same messages where all fit, valid ones where not, and a front that stays."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import Budget, BudgetError, Context, Event, ReadError, Thread, Window, fit
from contextkit.fitting import fit_context
from contextkit.message_formats import MESSAGE_FORMATS, MessageFormat
from contextkit.messages.rules import PROVIDERS
from contextkit.messages.validating import validate

from .hostile import history
from .strategies import Shares, event_lists, shares

FORMATS = st.sampled_from(list(MESSAGE_FORMATS.values()))


def fitted(
    messages: list[dict[str, Any]], system: Any, window: Window, *, keep: bool
) -> Context | BudgetError:
    """Fit messages, with a window that remembers or with one that is new."""
    used = window if keep else Window(window.format, budget=window.budget, counter=window.counter)
    try:
        return fit_context(messages, window=used, system=system)
    except BudgetError as error:
        return error


def told(outcome: Context | BudgetError) -> Any:
    """What a user sees of an outcome."""
    return (outcome.tokens, outcome.messages) if isinstance(outcome, Context) else str(outcome)


@given(events=event_lists(), format=FORMATS, shares=shares())
def test_a_history_that_grows_keeps_its_front(
    events: Sequence[Event], format: MessageFormat, shares: Shares
) -> None:
    """With a window and without one the same comes out; it is valid, fits, and begins as it did before."""
    written = format.written(Thread(events).view())
    messages, system = written.messages, written.system
    whole = fit_context(messages, 10_000_000, system=system, provider=format.dialect.provider)
    assert whole.messages == messages
    budget: Budget = shares.of(whole.tokens)
    window = Window(format, budget=budget)
    before: Context | None = None
    for end in range(1, len(messages) + 1):
        outcome = fitted(messages[:end], system, window, keep=True)
        assert told(outcome) == told(fitted(messages[:end], system, window, keep=False))
        if isinstance(outcome, BudgetError):
            before = None
            continue
        assert outcome.tokens <= budget.room
        assert validate(outcome.messages, format.dialect.provider, system=system) == []
        asked = end == len(messages) or (is_models(messages[end]) and not is_models(messages[end - 1]))
        if not asked:
            continue  # nobody asks the model here, so nothing was sent that could be kept
        if before is not None and len(outcome.thread.records()) == len(before.thread.records()):
            front = messages_of(before)
            assert outcome.messages[: len(front)] == front
        before = outcome


@given(
    choose=st.randoms(use_true_random=False),
    provider=st.sampled_from(PROVIDERS),
    valid=st.booleans(),
    beyond=st.integers(-200, 3_000),
)
def test_what_comes_back_unread_is_what_reading_gives(
    choose: random.Random, provider: str, valid: bool, beyond: int
) -> None:
    """Of histories at their worst too, with a budget around what they have."""
    messages = history(provider, choose, valid=valid)
    try:
        whole = fit_context(messages, provider=provider)
    except ReadError:
        return
    assert fit(messages, provider=provider) == whole.messages
    budget = max(1, whole.tokens + beyond)
    try:
        expected = fit_context(messages, budget, provider=provider).messages
    except BudgetError:
        with pytest.raises(BudgetError):
            fit(messages, budget, provider=provider)
    else:
        assert fit(messages, budget, provider=provider) == expected


def is_models(message: dict[str, Any]) -> bool:
    """Whether the model wrote it."""
    kind = str(message.get("type"))
    return kind.endswith("_call") or kind == "reasoning" or message.get("role") in ("assistant", "model")


def messages_of(context: Context) -> list[dict[str, Any]]:
    """What later ones begin with: all but the last message, and what stands in for answers."""
    view = context.thread.view()
    asked = [event.call_id for event in view if event.kind == "call"]
    answered = {event.call_id for event in view if event.kind in ("result", "error")}
    return context.messages[: -1 - sum(id not in answered for id in asked)]
