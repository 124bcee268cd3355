"""Window: a format, a prompt, a counter, a budget, policies and arrivals, held together."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from .budgets import Budget
from .calling import Asking, check_sync, with_calls, with_calls_awaited, without_calls
from .compaction import budget_error, compacting, held_tokens, mark_of
from .contexts import Context, billed_of, steps_of
from .events import Event
from .exceptions import PolicyError, SettingError, name_of
from .excerpts import Lines
from .formats import TAGGED, Format
from .measuring import Measure, Memory
from .plain import JSON, same
from .policies import DEFAULT_POLICIES
from .policies.policy import Arrival, Policy
from .prompts import Prompt
from .records import is_record
from .threads import Thread
from .tokens.calibration import calibrated
from .tokens.counters import TokenCounter, token_counter

_NO_VARIABLES: Mapping[str, Any] = {}
_BILLS = 64  # the latest bills that a counter is fitted to: enough for a line, and each step costs the same


class Window:
    """What is made once and called at every step.

    It remembers what it has written and measured; that changes nothing but the time.

    Where the thread says what the provider billed for earlier contexts (`Context.billed`), the counter
    is fitted to that, and `limit` and `target` are tokens as the provider counts them.

    Attributes:
        format: How the thread looks.
        budget: How many tokens a context may have; `None` for any number.
        prompt: The text around the thread.
        counter: Counts the tokens of a text.
        policies: What is done when the thread does not fit, gentlest first.
        arrivals: What is done to each event as it enters.

    >>> window = Window(budget=Budget(60, target=40))
    >>> thread = Thread([Event("user", "Deploy the backend to production.")])
    >>> for n in range(8):
    ...     thread = thread.call("get_status", {"try": n}, call_id=str(n)).result(str(n), "pending")
    ...     thread = window.render(thread).thread
    >>> context = window.render(thread)
    >>> context.tokens <= 60, len(thread.records())
    (True, 7)
    """

    def __init__(
        self,
        format: Format = TAGGED,
        *,
        budget: Budget | int | None = None,
        prompt: Prompt | str | None = None,
        counter: TokenCounter | str | None = None,
        policies: Sequence[Policy] = DEFAULT_POLICIES,
        arrivals: Sequence[Arrival] = (),
    ) -> None:
        """Make a window.

        Args:
            format: How the thread looks.
            budget: How many tokens a context may have, or its limit.
            prompt: The text around the thread, or its template.
            counter: Counts the tokens of a text; also the name of an encoding or of a model. By default
                `o200k_base`; of a message format, its provider's.
            policies: What is done when the thread does not fit, gentlest first.
            arrivals: What is done to each event as it enters.

        Raises:
            SettingError: If one of them is not what it should be.
        """
        if not isinstance(format, Format):
            raise SettingError("Window.format", format, f"it must be a Format, such as TAGGED{_hint(format)}")
        for name, callables in (("policies", policies), ("arrivals", arrivals)):
            given: object = callables
            if not isinstance(given, Sequence) or not all(map(callable, given)):
                raise SettingError(f"Window.{name}", callables, "it must be a list of callables")
            if classes := [each for each in callables if isinstance(each, type)]:
                made = f"{classes[0].__name__}(...)"
                raise SettingError(
                    f"Window.{name}", callables, f"it holds a class; make a value of it: {made}"
                )
        if prompt is not None and not isinstance(prompt, Prompt | str):
            raise SettingError("Window.prompt", prompt, "it must be a Prompt or a template's text")
        self.format = format
        self.budget = None if budget is None else Budget.of(budget)
        self.prompt = Prompt(prompt) if isinstance(prompt, str) else prompt
        self.counter = token_counter(format.default_counter() if counter is None else counter)
        self.policies = tuple(policies)
        self.arrivals = tuple(arrivals)
        self._memory = Memory()
        self._measured = self._measuring(self.counter)
        self._entered: tuple[Thread, Thread] = (Thread(), Thread())
        self.fold: object = None  # what `fit` has read and compacted with this window
        self._billed: tuple[Thread, tuple[tuple[int, int], ...]] = (Thread(), ())

    def __repr__(self) -> str:
        parts = [repr(self.format)]
        if self.budget is not None:
            parts.append(f"budget={self.budget!r}")
        if self.policies != tuple(DEFAULT_POLICIES):
            parts.append(f"policies={name_of(list(self.policies))}")
        if self.arrivals:  # without their settings: a pattern that redacts can be what must not be seen
            names = (getattr(arrival, "__name__", type(arrival).__name__) for arrival in self.arrivals)
            parts.append(f"arrivals=[{', '.join(names)}]")
        return f"Window({', '.join(parts)})"

    def _repr_html_(self) -> str:
        from .display.windows import window_html

        return window_html(self)

    def render(
        self,
        thread: Thread | Iterable[Event],
        *,
        budget: Budget | int | None = None,
        variables: Mapping[str, Any] = _NO_VARIABLES,
    ) -> Context:
        """Give the context of the thread, compacted first if it must be.

        Args:
            thread: The log, or its events.
            budget: Another budget, for this context alone: that of a sub-agent, say.
            variables: What the prompt's template is filled in with.

        Returns:
            The context; its `thread` carries the record of the compaction, so go on with that one.

        Raises:
            BudgetError: If what may not be cut is too large; it names the limit that would do.
            RenderError: If a renderer raises.
            PolicyError: If a policy or an arrival breaks its contract.
        """
        if budget is not None:
            other = copy.copy(self)  # what it has measured serves here too
            other.budget = Budget.of(budget)
            return other.render(thread, variables=variables)
        log = thread if isinstance(thread, Thread) else Thread(thread)
        measure = self._measure(log, variables)
        thread, log, stages = without_calls(self._fitting(log, measure))
        view = log.view()
        self._memory.trim(view)
        measure.write(view)
        return Context(thread, steps_of(stages, measure), self.budget, measure, log)

    def compact(
        self, thread: Thread, *, force: bool = False, variables: Mapping[str, Any] = _NO_VARIABLES
    ) -> Thread:
        """Give the thread with the record of a compaction if its context does not fit, else as it is.

        Unlike `render`, it calls the callable of a `Summarize`.

        Args:
            thread: The log.
            force: Whether to go down to the budget's mark although the context fits: because the
                prompt cache is cold, say, or a phase has ended. Where nothing can be saved the
                thread comes back as it is; also where a compaction that could not reach the mark
                is the last that happened.
            variables: What the prompt's template is filled in with.

        Raises:
            BudgetError: If what may not be cut is too large; it names the limit that would do.
            SettingError: If the callable of a `Summarize` is async.
        """
        check_sync(self.policies)
        return with_calls(self._fitting(thread, self._measure(thread, variables), force=force))[0]

    async def acompact(
        self, thread: Thread, *, force: bool = False, variables: Mapping[str, Any] = _NO_VARIABLES
    ) -> Thread:
        """Do what `compact` does without blocking the event loop of asyncio while a summary is made.

        The callable of a `Summarize` may be async; a sync one runs in a thread of its own. If this is
        cancelled, nothing has changed.

        Args:
            thread: The log.
            force: As in `compact`.
            variables: What the prompt's template is filled in with.

        Raises:
            BudgetError: If what may not be cut is too large; it names the limit that would do.
        """
        fitting = self._fitting(thread, self._measure(thread, variables), force=force)
        return (await with_calls_awaited(fitting))[0]

    def try_compact(self, thread: Thread) -> Thread:
        """Do what `compact` does; where what may not be cut is too large, give the thread as it is."""
        check_sync(self.policies)
        return with_calls(self._fitting(thread, self._measure(thread, {}), strict=False))[0]

    def sizes(self, thread: Thread) -> list[int] | None:
        """Give the tokens of each event of a log, where these add up to those of its context.

        So it can be known without a context whether a thread fits, for as long as nothing is compacted.

        Args:
            thread: The log, without records of compactions.

        Returns:
            The tokens, or `None` where counts do not add up: with a prompt, arrivals, bills, a counter
            without seams, or a format with something between its events.

        >>> thread = Thread([Event("user", "Hi."), Event("assistant", "Hello.")])
        >>> window = Window()
        >>> window.sizes(thread), window.render(thread).tokens
        ([8, 8], 16)
        """
        if self.prompt is not None or self.arrivals or any(event.kind == "usage" for event in thread):
            return None
        return self._measured.sizes(thread)

    def restore(self, thread: Thread, id: str, *, lines: Lines | None = None, at: str | None = None) -> JSON:
        """Give back what was cut of an event, as the arrivals left it: the answer to `RESTORE_TOOL`.

        Args:
            thread: The log.
            id: The event's id, as its placeholder names it.
            lines: Only these lines of a text, or items of a list; the first and the last, counted from 1.
            at: Only this part of a JSON value: a JSON pointer.

        Raises:
            ThreadError: If no event of the log has this id, or it has no such lines or part.
        """
        return self._enter(thread).restore(id, lines=lines, at=at)

    @property
    def measure(self) -> Measure:
        """What measures with the window's format and counter, and remembers what it has measured."""
        return self._measured

    def _measure(self, log: Thread, variables: Mapping[str, Any]) -> Measure:
        if not isinstance(variables, Mapping):
            raise SettingError("variables", variables, "it must be a mapping of names to values")
        around = self.prompt.around(variables) if self.prompt is not None else ("", "")
        counter, known = self._calibrated(log), self._measured
        if (
            (known.before, known.after) != around
            or known.format is not self.format
            or known.counter != counter
        ):
            self._measured = self._measuring(counter, *around)
        return self._measured

    def _measuring(self, counter: TokenCounter, before: str = "", after: str = "") -> Measure:
        made: Measure = (self.format.measuring or Measure)(self.format, counter, self._memory, before, after)
        return made

    def _calibrated(self, log: Thread) -> TokenCounter:
        """Give the counter, fitted to what was billed for the latest contexts, as the log has it."""
        known, points = self._billed
        if not log.starts_with(known):
            known, points = Thread(), ()
        if len(known) < len(log):
            bills = [event for event in log.since(len(known)) if event.kind == "usage"]
            found = [point for event in bills if (point := billed_of(event, self.counter))]
            points = (*points, *found)[-_BILLS:]
            self._billed = (log, points)
        return calibrated(self.counter, points) if points else self.counter

    def _fitting(
        self, thread: Thread, measure: Measure, *, force: bool = False, strict: bool = True
    ) -> Asking[tuple[Thread, Thread, Sequence[Any]]]:
        """Give the thread, the thread as it arrived, both with a record if one was made, and its stages."""
        log = self._enter(thread)
        view, budget = log.view(), self.budget
        unchanged = thread.as_arrived(log.arrived), log, ()
        if budget is None or not (force or measure.exceeds(view, budget.room)):
            return unchanged
        mark = mark_of(view, measure, budget)
        if not measure.exceeds(view, mark if force and not _tried(log) else budget.room):
            return unchanged
        if not strict and held_tokens(view, measure) > budget.room:
            return unchanged
        done = yield from compacting(log, self.policies, measure, mark, budget.room)
        if measure.exceeds(done.after, budget.room):
            if not strict:
                return unchanged
            raise budget_error(log, self.policies, measure, budget, done.after)
        if done.after is done.before:
            return unchanged
        tokens = measure.total(done.after)
        floor = tokens if tokens > mark else None
        record = done.record(budget.limit, mark, floor, log.arrived, self._arrivals_digest)
        grown = thread.append(record)
        log = grown if log is thread else log.append(record)  # a second append would copy the whole thread
        thread = grown.as_arrived(log.arrived)
        self._entered = (thread, log)
        return thread, log, done.stages

    def _enter(self, thread: Thread) -> Thread:
        """Give the log as the arrivals leave it, going on from the last one where that is its beginning."""
        if not self.arrivals:
            return thread.as_arrived({}) if thread.arrived else thread
        known, log = self._entered
        if not thread.starts_with(known):
            log = Thread()
        arrived = dict(log.arrived)
        for event in thread[len(log) :]:
            entered = self._record(event, log) if is_record(event) else self._arrival(event, log)
            if not is_record(event) and not same(entered.data, event.data):
                arrived[str(event.id)] = entered.data
            log = log.append(entered)
        self._entered = (thread, log.as_arrived(arrived))
        return self._entered[1]

    @property
    def _arrivals_digest(self) -> str:
        """Tell these arrivals from others, without their settings: these can be what must not be seen."""
        import hashlib

        names = "\n".join(map(name_of, self.arrivals))
        return hashlib.sha256(names.encode("utf-8", "surrogatepass")).hexdigest()[:16] if names else ""

    def _record(self, record: Event, log: Thread) -> Event:
        """Let the arrivals see what a compaction put into the view that was made without them."""
        if record.data.get("arrivals") == self._arrivals_digest:
            return record
        data = copy.deepcopy(record.data)
        for step in data["steps"]:
            for id, changed in step.get("changed", {}).items():
                event = log.view()[id] if id in log.view() else Event("changed")
                step["changed"][id] = self._arrival(event.with_data(changed), log).data
            for entry in step.get("added", ()):
                entry["event"] = self._arrival(Event.from_record(entry["event"]), log).to_record()
        return record.having(data=data)

    def _arrival(self, event: Event, log: Thread) -> Event:
        arrived: Any = event
        for arrival in self.arrivals:
            try:
                arrived = arrival(arrived, log)
            except Exception as error:  # an arrival is user code: it can raise anything
                reason = f"it raised {type(error).__name__}: {error}"
                raise PolicyError(arrival, reason, event_id=event.id) from error
            if not isinstance(arrived, Event) or arrived.having(data=event.data, raw=event.raw) != event:
                reason = "an arrival returns the event it was given, with other data at most"
                raise PolicyError(arrival, reason, event_id=event.id)
        return cast(Event, arrived)


def _hint(given: object) -> str:
    """Give what somebody may have meant who gives this as a format."""
    if isinstance(given, int | Budget):
        return f"; did you mean budget={given!r}?"
    if isinstance(given, str):
        return ", imported from contextkit, not its name"
    return "; Format(name, function) makes one of a function" if callable(given) else ""


def _tried(log: Thread) -> bool:
    """Whether the last that happened is a compaction that could not reach its mark."""
    last = next((event for event in reversed(log) if event.kind != "usage"), None)
    return last is not None and is_record(last) and last.data.get("floor") is not None


def render(
    thread: Thread | Iterable[Event],
    format: Format = TAGGED,
    *,
    budget: Budget | int | None = None,
    prompt: Prompt | str | None = None,
    counter: TokenCounter | str | None = None,
    policies: Sequence[Policy] = DEFAULT_POLICIES,
    arrivals: Sequence[Arrival] = (),
    variables: Mapping[str, Any] = _NO_VARIABLES,
) -> Context:
    """Give the context of a thread: a window used once, with the arguments of `Window` and `Window.render`.

    A budget without a target is filled up to its limit: nobody comes back with a longer thread.

    >>> print(render(Thread([Event("user", "Deploy the backend.")]), budget=100), end="")
    <user>
    Deploy the backend.
    </user>
    """
    if budget is not None:
        budget = Budget.of(budget).filled()
    window = Window(
        format, budget=budget, prompt=prompt, counter=counter, policies=policies, arrivals=arrivals
    )
    return window.render(thread, variables=variables)
