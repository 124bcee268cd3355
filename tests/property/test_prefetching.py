"""Whatever hooks do: the same thread for the same outcomes, nothing lost, no hang, nothing left running."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contextkit import Event, Fetch, FetchCache, Thread, aprefetch, fetched, render
from tests.clocks import BACKENDS, Threads, run
from tests.test_prefetching import Clock

STAGE = 10.0  # seconds that all hooks have together


@dataclasses.dataclass(frozen=True)
class Does:
    """What a hook will do.

    Attributes:
        what: Whether it succeeds, fails, hangs, yields nothing or yields rubbish.
        how: Whether it is sync or async, and a generator or not.
        number: How many events it gives.
        size: How many lines each has.
        name: Their type.
    """

    what: str
    how: str
    number: int
    size: int
    name: str = "hook"

    @property
    def events(self) -> list[Any]:
        """What it gives."""
        if self.what == "nothing":
            return []
        found: list[Any] = [Event(self.name, "line\n" * self.size) for _ in range(self.number)]
        return [*found, 3] if self.what == "rubbish" else found


@dataclasses.dataclass(frozen=True)
class Hook:
    """A hook that does it, after a while."""

    does: Does
    threads: Threads
    wait: float
    calls: list[Thread]

    def of_its_kind(self) -> Any:
        """Give the callable."""
        kinds = {"sync": self.sync, "yields": self.yields, "async": self.awaited, "ayields": self.ayields}
        return kinds[self.does.how]

    def sync(self, thread: Thread) -> Any:
        """Return a list."""
        return list(self.yields(thread))

    def yields(self, thread: Thread) -> Iterator[Any]:
        """Yield."""
        self.calls.append(thread)
        if self.does.what == "hangs":
            self.threads.hang()
        if self.does.what == "fails":
            raise ConnectionError("refused")
        yield from self.does.events

    async def awaited(self, thread: Thread) -> Any:
        """Return a list, awaited."""
        return [event async for event in self.ayields(thread)]

    async def ayields(self, thread: Thread) -> AsyncIterator[Any]:
        """Yield in a loop."""
        self.calls.append(thread)
        await anyio.sleep(self.wait)
        if self.does.what == "hangs":
            await anyio.sleep_forever()
        if self.does.what == "fails":
            raise ConnectionError("refused")
        for event in self.does.events:
            yield event


WHAT = ("succeeds", "fails", "hangs", "nothing", "rubbish")
DOES = st.builds(
    Does,
    st.sampled_from(WHAT),
    st.sampled_from(["sync", "yields", "async", "ayields"]),
    st.integers(0, 3),
    st.integers(0, 80),
)


class Prefetching(RuleBasedStateMachine):
    """A thread that hooks are run on, again and again, on both event loops."""

    @initialize()
    def begin(self) -> None:
        """Begin with a task."""
        self.thread = Thread([Event("user", "deploy it")])
        self.before = self.thread
        self.clock = Clock()
        self.declared: list[tuple[Does, dict[str, Any]]] = []

    @rule(
        does=DOES,
        timeout=st.sampled_from([None, 1.0, 20.0]),
        tokens=st.sampled_from([None, 5, 60]),
        minimum=st.integers(1, 50),
        ttl=st.sampled_from([None, 0, 60]),
        as_call=st.booleans(),
        needed=st.booleans(),
        after=st.booleans(),
    )
    def declare(self, does: Does, *, needed: bool, after: bool, **settings: Any) -> None:
        """Declare one more hook."""
        if needed is False:
            settings["when"] = lambda thread: len(thread) % 2 == 0
        if after and self.declared:
            settings["after"] = f"hook{len(self.declared) - 1}"
        named = dataclasses.replace(does, name=f"hook{len(self.declared)}")
        self.declared.append((named, settings))

    @rule(seconds=st.sampled_from([30, 60]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.clock.now += seconds

    @rule()
    def forget(self) -> None:
        """Declare anew."""
        self.declared = []

    @rule(
        budget=st.sampled_from([None, 0, 30, 200]),
        waits=st.lists(st.sampled_from([0.0, 0.25, 0.5]), min_size=2, max_size=9),
    )
    def run(self, budget: int | None, waits: list[float]) -> None:
        """Run on both loops, with the hooks done in different orders."""
        first, called = self._run(BACKENDS[0], budget, waits)
        second, _ = self._run(BACKENDS[1], budget, waits[::-1])
        assert first.to_json() == second.to_json()
        self._check(first, called, budget)
        self.before, self.thread = self.thread, first

    def _run(self, backend: str, budget: int | None, waits: list[float]) -> tuple[Thread, list[list[Thread]]]:
        threads, called, hooks = Threads(), [], []
        cache = FetchCache(clock=self.clock)
        for place, (does, setting) in enumerate(self.declared):
            hook = Hook(does, threads, waits[place % len(waits)], [])
            called.append(hook.calls)
            hooks.append(Fetch(hook.of_its_kind(), name=f"hook{place}", **setting))

        async def timed() -> Thread:
            start = anyio.current_time()
            thread = await aprefetch(self.thread, hooks, budget=budget, timeout=STAGE, cache=cache)
            assert anyio.current_time() - start <= STAGE
            return thread

        return run(backend, timed, threads), called

    def _check(self, thread: Thread, called: list[list[Thread]], budget: int | None) -> None:
        new = thread[len(self.thread) :]
        assert thread.starts_with(self.thread)
        assert budget != 0 or not any(called)
        results = [event for event in new if event.kind in ("call", "result")]
        assert budget is None or render(results).tokens <= budget
        for place, ((does, setting), calls) in enumerate(zip(self.declared, called, strict=True)):
            own = [event.kind for event in new if event.type.split("_")[0] == f"hook{place}"]
            assert len(calls) <= 1
            if not calls:  # not needed, no room, or too late
                assert own in ([], ["note"], ["error"])
            elif does.what == "nothing" or (does.what == "succeeds" and not does.number):
                assert own == []
            elif does.what != "succeeds":
                assert own == ["error"]
            elif not any(event.type == f"hook{place}_omitted" for event in thread):
                assert own == (["call", "result"] if setting["as_call"] else ["result"] * does.number)

    @invariant()
    def whole(self) -> None:
        """What stood in the thread stands there, and each call has its result."""
        assert self.thread.starts_with(self.before)
        assert not any(unit.in_flight for unit in self.thread.units())
        assert set(fetched(self.thread)) <= {f"hook{n}" for n in range(99)}


Prefetching.TestCase.settings = settings(stateful_step_count=12)
TestPrefetching = Prefetching.TestCase


class Askers:
    """Who asks one cache for one thing; fetches end when they are told to."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.cache = FetchCache(clock=self.clock)
        self.flights: list[anyio.Event] = []
        self.scopes: list[anyio.CancelScope] = []
        self.served = 0

    async def fetch(self) -> tuple[Event, ...]:
        """Give the time at which the fetch began, once it may end."""
        begun, landed = self.clock.now, anyio.Event()
        self.flights.append(landed)
        await landed.wait()
        return (Event("x", begun),)

    async def ask(self, ttl: float) -> None:
        """Ask, and look at how old the answer is."""
        asked = self.clock.now
        with anyio.CancelScope() as scope:
            self.scopes.append(scope)
            found = await self.cache.get("key", ttl, self.fetch)
            assert found.begun == found.events[0].data
            assert found.begun >= asked - ttl
            self.served += 1

    def step(self, what: str, which: int, seconds: int) -> None:
        """Let a fetch end, somebody be cancelled, or time pass."""
        if what == "finish" and self.flights:
            self.flights[which % len(self.flights)].set()
        elif what == "cancel" and self.scopes:
            self.scopes[which % len(self.scopes)].cancel()
        elif what == "wait":
            self.clock.now += seconds

    async def finish(self) -> None:
        """Let all fetches end, and those that begin then."""
        ended = 0
        while ended < len(self.flights):
            self.flights[ended].set()
            ended += 1
            await anyio.wait_all_tasks_blocked()


STEPS = st.tuples(
    st.sampled_from(["ask", "ask", "finish", "cancel", "wait"]),
    st.integers(0, 3),
    st.sampled_from([0, 1, 5, 20]),
)


@given(steps=st.lists(STEPS, max_size=40), backend=st.sampled_from(BACKENDS))
def test_nobody_gets_what_is_older_than_its_ttl(steps: list[tuple[str, int, int]], backend: str) -> None:
    """Counted from when its fetch began to when it was asked for, whatever is asked, done and cancelled."""
    askers = Askers()

    async def play() -> None:
        async with anyio.create_task_group() as group:
            for what, which, seconds in steps:
                if what == "ask":
                    group.start_soon(askers.ask, seconds)
                askers.step(what, which, seconds)
                await anyio.wait_all_tasks_blocked()
            await askers.finish()

    run(backend, play)
    cancelled = [scope for scope in askers.scopes if scope.cancelled_caught]
    assert askers.served + len(cancelled) == len([step for step in steps if step[0] == "ask"])
