"""fit: a list of provider messages -> one that fits, and that the provider accepts."""

import copy
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from .budgets import Budget
from .contexts import Context
from .events import MODEL_KINDS, Event
from .exceptions import BudgetError, SettingError
from .message_formats import MESSAGE_FORMATS, MessageFormat
from .message_formats.measuring import MessageMeasure
from .messages.bodies import raw_of
from .messages.counting import counter_of
from .messages.envelopes import plain_messages
from .messages.parts import Calls
from .messages.reading import READERS
from .messages.telling import provider_of
from .messages.validating import violations_of
from .plain import JSON, copied
from .policies import DEFAULT_POLICIES
from .policies.policy import Policy
from .threads import Thread
from .tokens.counters import TokenCounter
from .windows import Window

Messages = Iterable[Any]
"""Messages, items or contents of a provider: mappings, or the objects of its client."""


def fit(
    messages: Messages,
    budget: Budget | int | None = None,
    window: Window | None = None,
    *,
    system: object = None,
    tools: Sequence[object] | None = None,
    provider: str | None = None,
    model: str | None = None,
    counter: TokenCounter | str | None = None,
    policies: Sequence[Policy] = DEFAULT_POLICIES,
) -> list[dict[str, JSON]]:
    """Give messages that fit a budget and that the provider accepts.

    What fits comes back equal. What does not is compacted as a loop would have compacted it, turn by
    turn: so the messages of a longer history begin with those of the shorter one, until the next
    compaction, with nothing to keep. The framing, the system prompt and the tools count.

    Args:
        messages: The history as it would be sent: OpenAI Chat messages, Anthropic messages, OpenAI
            Responses items or Gemini contents.
        budget: How many tokens the request may have, or a `Budget` with a reserve for the reply.
        window: A window with a message format, to use at every step: it remembers what was measured
            and compacted, which changes nothing but the time. What it holds is not given again here.
        system: The system prompt, where it stands beside the messages; it is not changed.
        tools: The definitions of the tools that are sent along.
        provider: Whose messages they are, such as `anthropic`; without it, they are told by looking.
        model: The model's name: it says how its provider frames and counts.
        counter: Counts the tokens of a text, or the name of an encoding; by default that of the model,
            or the provider's: exact for OpenAI's, an estimate for the others.
        policies: What is done when the history does not fit, gentlest first.

    Returns:
        The messages; the same history gives the same ones.

    Raises:
        ReadError: If a message is of another shape, or answers a call that stands nowhere before it.
        BudgetError: If what may not be cut is too large; it names the limit that would do.
        SettingError: If the window has no message format, settings contradict each other, or what is
            given is a thread.

    >>> history = [{"role": "user", "content": "Deploy the backend."}]
    >>> for n in range(40):
    ...     call = {"id": f"call_{n}", "type": "function", "function": {"name": "get_log", "arguments": "{}"}}
    ...     history.append({"role": "assistant", "content": None, "tool_calls": [call]})
    ...     log = f"line {n}: all green " * 20
    ...     history.append({"role": "tool", "tool_call_id": f"call_{n}", "content": log})
    >>> fitted = fit(history, budget=2_000)
    >>> fitted[0] == history[0], fitted[-2:] == history[-2:], len(fitted) < len(history)
    (True, True, True)
    """
    given, used, provider = _opened(
        messages, budget, window, tools, provider, model, counter, policies, beside=system is not None
    )
    if window is None and _comes_back(given, used, provider, system):
        return given
    fitted: list[dict[str, JSON]] = _folded(given, used, provider, system).messages
    return fitted if window is None else copied(fitted)  # a window keeps the context


def fit_context(
    messages: Messages,
    budget: Budget | int | None = None,
    window: Window | None = None,
    *,
    system: object = None,
    tools: Sequence[object] | None = None,
    provider: str | None = None,
    model: str | None = None,
    counter: TokenCounter | str | None = None,
    policies: Sequence[Policy] = DEFAULT_POLICIES,
) -> Context:
    """Do what `fit` does, and give the context that explains itself: its tokens, receipt and thread.

    The arguments are those of `fit`. `context.written.request()` is what the client takes by keyword.
    """
    given, used, provider = _opened(
        messages, budget, window, tools, provider, model, counter, policies, beside=system is not None
    )
    return _folded(given, used, provider, system)


def _opened(
    messages: Messages,
    budget: Budget | int | None,
    window: Window | None,
    tools: Sequence[object] | None,
    provider: str | None,
    model: str | None,
    counter: TokenCounter | str | None,
    policies: Sequence[Policy],
    *,
    beside: bool,
) -> tuple[list[Any], Window, str]:
    """Give the messages, the window to fit them with, and whose they are; without a window, as plain JSON."""
    if isinstance(messages, Thread):
        reason = "of a thread, Window(OPENAI_CHAT, budget=...).render(thread).messages are messages"
        raise SettingError("messages", messages, f"give a list of messages; {reason}")
    if window is not None:
        _check_window(window, budget, tools, model, counter, policies)
        # An iterator is read once.
        given = messages if isinstance(messages, list) else plain_messages(messages)
        return given, window, _format_of(window).dialect.provider
    given = plain_messages(messages)
    found = provider or provider_of(given, beside=beside)
    if found not in MESSAGE_FORMATS:
        known = ", ".join(MESSAGE_FORMATS)
        raise SettingError("provider", found, f"it must be one of {known}")
    format = MESSAGE_FORMATS[found].sent_with(tools=tools, model=model)
    counter = counter_of(counter, found, model)
    return given, Window(format, budget=budget, counter=counter, policies=policies), found


def _comes_back(given: list[dict[str, JSON]], window: Window, provider: str, system: Any) -> bool:
    """Whether nothing would be cut at any turn, as far as that can be told without reading the messages."""
    beside = READERS[provider].system(system)
    measure = cast(MessageMeasure, window.measure)  # as that of every message format is
    fits = window.budget is None or measure.surely_fits(given, beside, window.budget.room)
    return fits and not violations_of(given, provider, system, None)


def _folded(given: Sequence[Any], window: Window, provider: str, system: object) -> Context:
    fold = window.fold if isinstance(window.fold, Fold) else None
    if fold is None or not fold.goes_on(given, system):
        fold = Fold.begun(provider, system)
    try:
        window.fold = fold = fold.followed(given, window)
    except BudgetError as error:
        needed = _that_would_do(error, given, system, window)
        raise BudgetError(error.limit, needed, error.blockers, of="messages") from None
    return fold.context


def _in_messages(error: BudgetError, log: Thread) -> BudgetError:
    """Name the messages that stand in the way, not the events that were read from them."""
    at = {str(event.id): raw_of(event).get("at") for event in log}
    places = {id: "the system prompt" if place is None else f"messages[{place}]" for id, place in at.items()}
    blockers = [(places.get(name, name), tokens) for name, tokens in error.blockers]
    return BudgetError(error.limit, error.needed, blockers, of="messages")


def _that_would_do(error: BudgetError, given: Sequence[Any], system: object, window: Window) -> int:
    """Give a limit that would do: with another one, earlier turns are cut otherwise."""
    needed, budget = error.needed, window.budget
    for _ in range(8):
        wider = copy.copy(window)
        target = None if budget is None else budget.target
        wider.budget = Budget(needed, target=target, reserve=0 if budget is None else budget.reserve)
        try:
            Fold.begun(_format_of(window).dialect.provider, system).followed(given, wider)
        except BudgetError as again:
            needed = again.needed
        else:
            break
    return needed


def _check_window(
    window: Window,
    budget: object,
    tools: object,
    model: object,
    counter: object,
    policies: object,
) -> None:
    own = "the window has its own; make the window with it"
    sent = "give it to the window's format: Window(OPENAI_CHAT.sent_with(tools=..., model=...))"
    _format_of(window)
    given = {"budget": budget, "tools": tools, "model": model, "counter": counter}
    if policies is not DEFAULT_POLICIES:
        given["policies"] = policies
    for name, value in given.items():
        if value is not None:
            raise SettingError(name, value, sent if name in ("tools", "model") else own)


def _format_of(window: Window) -> MessageFormat:
    if not isinstance(window.format, MessageFormat):
        raise SettingError(
            "Window.format", window.format, "to fit messages it must be a message format, such as OPENAI_CHAT"
        )
    return window.format


@dataclasses.dataclass(frozen=True, slots=True)
class Fold:
    """A history as far as it has been read, and what a loop would have made of it.

    Attributes:
        provider: Whose messages they are.
        system: The system prompt beside them.
        messages: The messages, as plain JSON.
        events: How many events they were.
        calls: The calls among them.
        log: The thread of all events, with the compactions made before the model's messages.
        context: The context of the last message; its thread may have one more.
    """

    provider: str
    system: object
    messages: list[dict[str, JSON]]
    events: int
    calls: Calls
    log: Thread
    last: Context | None

    @classmethod
    def begun(cls, provider: str, system: object) -> "Fold":
        """Begin with the system prompt."""
        return cls(provider, system, [], 0, Calls(), Thread(READERS[provider].system(system)), None)

    @property
    def context(self) -> Context:
        """The context of the whole."""
        if self.last is None:  # never: `followed` makes it
            raise AssertionError
        return self.last

    def goes_on(self, messages: Sequence[object], system: object) -> bool:
        """Whether the messages begin with these; objects of a client are what it sends of them."""
        known = len(self.messages)
        if system != self.system or len(messages) < known:
            return False
        pairs = zip(messages, self.messages, strict=False)
        return all(
            given == read or plain_messages([given], first=place) == [read]
            for place, (given, read) in enumerate(pairs)
        )

    def followed(self, messages: Sequence[Mapping[str, JSON]], window: Window) -> "Fold":
        """Read the messages that are new, compacting before each of the model's where that is due."""
        known = len(self.messages)
        if self.last is not None and known == len(messages):
            return self
        new = plain_messages(messages[known:], first=known)
        calls = self.calls.copy()
        events = READERS[self.provider].events(new, calls, after=(known, self.events))
        log, last = self.log, self.last
        for event in events:
            if _is_turn(event, log):
                log = window.try_compact(log) if last is None else last.thread
            last = None
            log = log.append(event)
        try:
            last = window.render(log)
        except BudgetError as error:
            raise _in_messages(error, log) from None
        read = self.events + len(events)
        return Fold(self.provider, self.system, self.messages + new, read, calls, log, last)


def _is_turn(event: Event, log: Thread) -> bool:
    """Whether an answer of the model begins: before it, the model was asked."""
    answers = event.kind in MODEL_KINDS and "message" in raw_of(event)
    return answers and not (log and log[-1].kind in MODEL_KINDS)
