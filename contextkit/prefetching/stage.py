"""The stage: all hooks together, each with its deadline, placed in the order of declaration."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..exceptions import ContextkitError, FetchError
from ..measuring import Measure
from ..plain import JSON
from ..threads import Thread
from .cache import FetchCache, Fetched
from .fetch import Fetch, Hook, identity, planned, question, seconds, standing, time_of
from .placing import NOTHING, Cutter, Outcome, placed, results, shares
from .running import check_extras, events_of, in_a_line

if TYPE_CHECKING:
    import anyio


class Stage:
    """One prefetch of one thread.

    Attributes:
        thread: The thread as it came.
        fetches: The hooks, in the order of declaration.
        needs: For each the places of those it comes after.
        outcomes: What came of each so far.
    """

    def __init__(
        self,
        thread: Thread,
        hooks: Iterable[Fetch | Hook],
        cache: FetchCache,
        measure: Measure,
        *,
        budget: int | None,
        timeout: float | None,
        raises: bool,
    ) -> None:
        self.thread = thread
        self.fetches, self.needs = planned(hooks)
        check_extras(self.fetches)
        seconds("prefetch.timeout", timeout)
        self.outcomes: list[Outcome | None] = []
        self._cache = cache
        self._cutter = Cutter(measure)
        self._budget = budget
        self._timeout = timeout
        self._raises = raises
        self._standing = standing(thread, self.fetches)
        self._broken: ContextkitError | None = None

    async def run(self) -> Thread:
        """Call the hooks and give the thread with their results.

        Raises:
            FetchError: If a hook fails and that is to be raised.
        """
        import anyio

        deadline = math.inf if self._timeout is None else anyio.current_time() + self._timeout
        self.outcomes = self._admitted()
        self._raise()
        done = [anyio.Event() for _ in self.fetches]
        async with anyio.create_task_group() as group:
            for place, outcome in enumerate(self.outcomes):
                if outcome is None:
                    group.start_soon(self._one, place, done, deadline, group.cancel_scope)
                else:
                    done[place].set()
        self._raise()
        return self._written()

    def _raise(self) -> None:
        """Raise what is to be raised; of several failures the first in the order of declaration."""
        if self._broken is not None:
            raise self._broken
        for fetch, outcome in zip(self.fetches, self.outcomes, strict=True):
            if self._raises and outcome is not None and outcome.failure:
                raise FetchError(fetch.name, outcome.failure) from outcome.error

    # ---- before: who is called

    def _admitted(self) -> list[Outcome | None]:
        """Give what is known of each hook before any is called; `None` for those to be called."""
        left, outcomes = math.inf if self._budget is None else self._budget, list[Outcome | None]()
        for place, fetch in enumerate(self.fetches):
            # whether one that comes after others is needed will be known when these are there
            outcome = None if self.needs[place] else self._unneeded(fetch, self.thread)
            if outcome is None and fetch.minimum > left:
                needed = f"{fetch.minimum:,} token{'' if fetch.minimum == 1 else 's'}"
                outcome = Outcome(
                    omitted=f"not fetched: it needs {needed} or more, there is room for {left:,}"
                )
            elif outcome is None:
                left -= fetch.minimum
            outcomes.append(outcome)
        return outcomes

    def _unneeded(self, fetch: Fetch, thread: Thread) -> Outcome | None:
        """Give why a hook need not be called, or cannot be, if so."""
        try:
            if fetch.when is not None and not fetch.when(thread):
                return NOTHING
            asked = question(fetch.name, fetch.asked(thread))
        except Exception as error:  # noqa: BLE001 - they are the user's code: they can raise anything
            return self._failed(in_a_line(error), error)
        return NOTHING if asked in self._standing and self._fresh(fetch, self._standing[asked]) else None

    def _fresh(self, fetch: Fetch, at: str | None) -> bool:
        if fetch.ttl is None:
            return True
        begun = time_of(at)
        return begun is not None and 0 <= self._cache.clock() - begun < fetch.ttl

    def _failed(self, reason: str, error: BaseException) -> Outcome:
        # an exception holds on to the frames that it went through, and so to all that these hold open
        return Outcome(failure=reason, error=error if self._raises else None)

    # ---- during: one hook

    async def _one(
        self, place: int, done: "list[anyio.Event]", deadline: float, group: "anyio.CancelScope"
    ) -> None:
        """See one hook through."""
        import anyio

        outcome = Outcome(failure=f"no result in the {self._timeout or 0:g} s that all hooks have together")
        try:
            with anyio.CancelScope(deadline=deadline):
                outcome = await self._outcome(place, done)
        except ContextkitError as error:  # of a counter or a renderer: no fault of the hook's
            self._broken = error
        self.outcomes[place] = outcome
        done[place].set()
        if self._broken is not None or (self._raises and outcome.failure):
            group.cancel()

    async def _outcome(self, place: int, done: "list[anyio.Event]") -> Outcome:
        """Wait for the others that it needs, call the hook, and cut what it gives to its tokens."""
        fetch, thread = self.fetches[place], self.thread
        for parent in self.needs[place]:
            await done[parent].wait()
            given = self.outcomes[parent] or NOTHING
            if given.failure or (given.omitted and not given.events):
                return Outcome(omitted=f"not fetched: it needs {self.fetches[parent].name}, which is missing")
            thread = placed(thread, self.fetches[parent], given)
        outcome = self._unneeded(fetch, thread) if self.needs[place] else None
        outcome = outcome or await self._called(fetch, thread)
        return outcome if fetch.tokens is None else self._cutter.cut(outcome, fetch.tokens)

    async def _called(self, fetch: Fetch, thread: Thread) -> Outcome:
        """Call the hook, or have what another call of it gave, before its own deadline."""
        import anyio

        deadline = math.inf if fetch.timeout is None else anyio.current_time() + fetch.timeout
        try:
            with anyio.CancelScope(deadline=deadline):
                arguments = fetch.asked(thread)
                fetched = await self._fetched(fetch, arguments, thread)
                events = results(fetch, arguments, fetched.events, fetched.begun)
                return Outcome(events, number=len(events))
        except anyio.get_cancelled_exc_class() as error:
            if anyio.current_effective_deadline() == -math.inf:
                raise
            return self._failed("it cancelled itself", error)
        except Exception as error:  # noqa: BLE001 - a hook is the user's code: it can raise anything
            return self._failed(in_a_line(error), error)
        return Outcome(failure=f"no result in {fetch.timeout or 0:g} s")

    async def _fetched(self, fetch: Fetch, arguments: JSON, thread: Thread) -> Fetched:
        if fetch.ttl is None:
            begun = self._cache.clock()
            return Fetched(await events_of(fetch, thread), begun)
        key = (question(fetch.name, arguments), identity(fetch.hook))
        return await self._cache.get(key, fetch.ttl, lambda: events_of(fetch, thread))

    # ---- after: what is placed

    def _written(self) -> Thread:
        """Give the thread with the outcomes, cut to the budget."""
        outcomes = [outcome or NOTHING for outcome in self.outcomes]
        if self._budget is not None:
            held = [place for place, outcome in enumerate(outcomes) if outcome.events]
            sizes = [self._cutter.size(outcomes[place].events, self._budget) for place in held]
            least = [self.fetches[place].minimum for place in held]
            for place, share in zip(held, shares(sizes, least, self._budget), strict=True):
                outcomes[place] = self._cutter.cut(outcomes[place], share)
        thread = self.thread
        for fetch, outcome in zip(self.fetches, outcomes, strict=True):
            thread = placed(thread, fetch, outcome)
        return thread
