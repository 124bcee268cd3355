"""What holds for histories at their worst, of each provider (see `hostile`)."""

import copy
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import Budget, BudgetError, Event, ReadError, Thread, Window, repair, to_messages, validate
from contextkit.fitting import fit_context
from contextkit.message_formats import MESSAGE_FORMATS
from contextkit.messages.envelopes import plain_messages
from contextkit.messages.reading import READERS
from contextkit.messages.rules import PROVIDERS
from contextkit.written import Written

from ..judges import judge
from .hostile import Message, history
from .strategies import Shares, shares
from .test_fitting import fitted, is_models, messages_of, told

EACH_PROVIDER = pytest.mark.parametrize("provider", PROVIDERS)
CHOICES = st.randoms(use_true_random=False)
DATA: tuple[Any, ...] = ("short", {"a": 1}, [1, "x"], "cut\n")


def mended(provider: str, choose: random.Random) -> list[Message]:
    """Make a history and repair it; one in four is valid as it is."""
    valid = choose.randrange(4) == 0
    messages = history(provider, choose, valid=valid)
    if valid:
        assert validate(messages, provider) == []
        return messages
    before = copy.deepcopy(messages)
    repaired = repair(messages, provider)
    assert messages == before
    assert repaired.violations == ()
    again = repair(repaired.messages, provider)
    assert (again.messages, again.repairs) == (repaired.messages, ())
    return repaired.messages


def thread_of(provider: str, messages: list[Message]) -> Thread:
    """Read a history of a provider that is known."""
    return Thread(READERS[provider].events(plain_messages(messages)))


@EACH_PROVIDER
@given(choose=CHOICES, shares=shares())
def test_what_was_repaired_fits_and_is_accepted(provider: str, choose: random.Random, shares: Shares) -> None:
    """Within the budget or the one that would do, by the rules and the types, and the input stays."""
    messages = mended(provider, choose)
    before = copy.deepcopy(messages)
    whole = fit_context(messages, provider=provider)
    assert validate(whole.messages, provider) == []
    budget = shares.of(whole.tokens)
    try:
        context = fit_context(messages, budget, provider=provider)
    except BudgetError as error:
        budget = Budget(error.needed, target=budget.target, reserve=budget.reserve)
        context = fit_context(messages, budget, provider=provider)
    assert context.tokens <= budget.room
    assert validate(context.messages, provider) == []
    if not judge(provider, messages):
        assert judge(provider, context.messages) == []
    assert messages == before


@EACH_PROVIDER
@given(choose=CHOICES)
def test_a_valid_history_comes_back_equal(provider: str, choose: random.Random) -> None:
    """By `fit` with room for all, and by its own writer."""
    messages = history(provider, choose, valid=True)
    assert judge(provider, messages) == []
    assert fit_context(messages, provider=provider).messages == messages
    assert to_messages(thread_of(provider, messages), provider).messages == messages


@EACH_PROVIDER
@given(choose=CHOICES, target=st.sampled_from(PROVIDERS))
def test_what_was_repaired_is_written_for_each_provider(
    provider: str, choose: random.Random, target: Any
) -> None:
    """And accepted there, by its rules and its client's types."""
    messages = mended(provider, choose)
    written = to_messages(thread_of(provider, messages), target)
    if written.messages:
        check_accepted(written, provider, messages)


def check_accepted(written: Written, provider: str, messages: list[Message]) -> None:
    """By the rules and the client's types; by the types of its own provider, as far as what came was."""
    assert validate(written.messages, written.provider, system=written.system) == []
    if written.provider != provider or not judge(provider, messages):
        assert judge(written.provider, written.messages) == []


@EACH_PROVIDER
@given(choose=CHOICES, target=st.sampled_from(PROVIDERS))
def test_what_can_be_read_is_written_for_another_provider(
    provider: str, choose: random.Random, target: Any
) -> None:
    """Also without a repair: what answers no call is refused, and all else is accepted."""
    messages = history(provider, choose)
    before = copy.deepcopy(messages)
    try:
        written = to_messages(thread_of(provider, messages), target)
    except ReadError:
        return
    if written.messages and target != provider:
        assert validate(written.messages, target, system=written.system) == []
    assert messages == before


@EACH_PROVIDER
@given(choose=CHOICES, shares=shares())
def test_calls_have_their_answers_also_without_a_repair(
    provider: str, choose: random.Random, shares: Shares
) -> None:
    """Those in parallel, late, interrupted and answered twice, where no two that wait have one id."""
    messages = history(provider, choose)
    if any(each.rule == "duplicate-call-id" for each in validate(messages, provider)):
        return
    try:
        whole = fit_context(messages, provider=provider)
    except ReadError:  # it answers a call that is not there
        return
    try:
        cut = fit_context(messages, shares.of(whole.tokens), provider=provider)
    except BudgetError:
        cut = whole
    for context in (whole, cut):
        found = {each.rule for each in validate(context.messages, provider)}
        assert not found & {"unanswered-call", "misplaced-result", "duplicate-result", "no-messages"}


def cut(thread: Thread, choose: random.Random) -> Thread:
    """Drop units, and change data: any, in any order, as policies of the user's may."""
    view = thread.view()
    share = choose.choice((0.15, 0.4, 0.7, 0.95))
    going = {event.id for unit in view.units() if choose.random() < share for event in unit.events}
    held = {event.id for unit in view.units() if unit.held for event in unit.events}
    left = choose.choice((None, Event("omitted", "some left out", kind="compaction")))
    view = view.drop([str(id) for id in going - held], leaving=left)
    if choose.randrange(2):
        return view
    chosen = [event for event in view if choose.randrange(3) == 0]
    return view.replace_all({str(event.id): choose.choice(DATA) for event in chosen})


@EACH_PROVIDER
@given(choose=CHOICES, target=st.sampled_from(PROVIDERS))
def test_what_is_left_after_any_cut_is_accepted_and_counted_in_full(
    provider: str, choose: random.Random, target: Any
) -> None:
    """For its own provider and for another; what is decided on is never less than what is sent."""
    messages = mended(provider, choose)
    view = cut(thread_of(provider, messages), choose)
    format = MESSAGE_FORMATS[target]
    written = format.written(view)
    if not written.messages:
        assert all(event.kind == "system" for event in view)
        return
    check_accepted(written, provider, messages)
    measure = Window(format).measure
    assert measure.total(view) >= measure.exact(view)


@EACH_PROVIDER
@given(choose=CHOICES, shares=shares())
def test_a_history_that_grows_by_a_turn_keeps_its_front(
    provider: str, choose: random.Random, shares: Shares
) -> None:
    """With a window and without one the same is sent; between two compactions it only grows."""
    messages = history(provider, choose, valid=True)
    whole = fit_context(messages, provider=provider)
    window = Window(MESSAGE_FORMATS[provider], budget=shares.of(whole.tokens))
    before = None
    for end in range(1, len(messages) + 1):
        if end < len(messages) and (not is_models(messages[end]) or is_models(messages[end - 1])):
            continue  # nobody asks the model here
        outcome = fitted(messages[:end], None, window, keep=True)
        assert told(outcome) == told(fitted(messages[:end], None, window, keep=False))
        if isinstance(outcome, BudgetError):
            before = None
            continue
        assert validate(outcome.messages, provider) == []
        if before is not None and len(outcome.thread.records()) == len(before.thread.records()):
            front = messages_of(before)
            assert outcome.messages[: len(front)] == front
        before = outcome
