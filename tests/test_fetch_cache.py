"""FetchCache: the same fetch runs once, and nothing is served that is too old."""

import dataclasses
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest

from contextkit import Event, Fetch, FetchCache, SettingError, Thread, aprefetch, prefetch

from .clocks import BACKENDS, run
from .test_prefetching import Clock


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The event loop."""
    return str(request.param)


class Counted:
    """A hook that counts its calls and takes a second."""

    def __init__(self, *, fails: bool = False) -> None:
        self.calls = 0
        self.fails = fails

    async def __call__(self, thread: Thread) -> Event:
        """Give the number of the call."""
        self.calls += 1
        number = self.calls
        await anyio.sleep(1)
        if self.fails:
            raise ConnectionError("refused")
        return Event("counted", number)


async def asked_together(number: int, fetch: Fetch, cache: FetchCache) -> list[Thread]:
    """Prefetch for several threads at once."""
    threads: list[Thread] = []

    async def one(number: int) -> None:
        threads.append(await aprefetch(Thread([Event("user", f"thread {number}")]), [fetch], cache=cache))

    async with anyio.create_task_group() as group:
        for place in range(number):
            group.start_soon(one, place)
    return threads


@pytest.mark.parametrize("ttl", [0, 60])
def test_fifty_threads_that_ask_at_once_fetch_once(backend: str, ttl: float) -> None:
    """All get the result of the one call."""
    hook = Counted()
    cache = FetchCache(clock=Clock())
    threads = run(backend, lambda: asked_together(50, Fetch(hook, name="x", ttl=ttl), cache))
    assert hook.calls == 1
    assert [thread[1].data for thread in threads] == [1] * 50


class CountingClock(Clock):
    """A clock that stands still, and knows when so many have looked at it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.looked = threading.Semaphore(0)
        self.number = number

    def __call__(self) -> float:
        """Give the time."""
        self.looked.release()
        return super().__call__()

    def wait(self) -> None:
        """Wait until all have looked: the cache looks when it is asked."""
        for _ in range(self.number):
            assert self.looked.acquire(timeout=30)


def test_fifty_threads_of_the_system_fetch_once() -> None:
    """Also from event loops that know nothing of each other."""
    calls = []
    clock = CountingClock(50)
    cache = FetchCache(clock=clock, size=0)

    def hook(thread: Thread) -> Event:
        calls.append(1)
        clock.wait()
        return Event("x", len(calls))

    with ThreadPoolExecutor(50) as pool:
        fetch = Fetch(hook, ttl=60)
        threads = list(pool.map(lambda _: prefetch(Thread(), [fetch], cache=cache), range(50)))
    assert [thread[0].data for thread in threads] == [1] * 50
    assert len(calls) == 1


@pytest.mark.parametrize("leader", BACKENDS)
def test_loops_of_two_kinds_share_a_fetch(leader: str) -> None:
    """Who leads in one wakes who waits in the other."""
    clock, begun = CountingClock(2), threading.Event()
    cache = FetchCache(clock=clock, size=0)
    calls = []

    def hook(thread: Thread) -> Event:
        calls.append(1)
        begun.set()
        clock.wait()
        return Event("x", len(calls))

    def ask(backend: str) -> Thread:
        assert backend == leader or begun.wait(30)
        fetch = Fetch(hook, ttl=60)
        return anyio.run(lambda: aprefetch(Thread(), [fetch], cache=cache), backend=backend)

    with ThreadPoolExecutor(2) as pool:
        assert [thread[0].data for thread in pool.map(ask, BACKENDS)] == [1, 1]


def test_a_leader_that_is_cancelled_takes_nobody_along(backend: str) -> None:
    """One of those who wait fetches in its place."""
    hook = Counted()
    cache = FetchCache(clock=Clock())
    fetch = Fetch(hook, name="x", ttl=60)

    threads: list[Thread] = []

    async def led() -> None:
        async def leader() -> None:
            with anyio.move_on_after(0.5):
                await aprefetch(Thread(), [fetch], cache=cache)

        async with anyio.create_task_group() as group:
            group.start_soon(leader)
            await anyio.sleep(0.25)
            assert hook.calls == 1
            threads.extend(await asked_together(49, fetch, cache))

    run(backend, led)
    assert [thread[1].data for thread in threads] == [2] * 49
    assert hook.calls == 2


def test_a_follower_that_is_cancelled_stops_nothing(backend: str) -> None:
    """Nor does one whose own deadline passes."""
    hook = Counted()
    cache = FetchCache(clock=Clock())

    async def followed() -> None:
        async def follower() -> None:
            thread = await aprefetch(Thread(), [Fetch(hook, name="x", ttl=60, timeout=0.5)], cache=cache)
            assert thread[0].data == "no result in 0.5 s"

        async with anyio.create_task_group() as group:
            group.start_soon(asked_together, 3, Fetch(hook, name="x", ttl=60), cache)
            await anyio.sleep(0.25)
            group.start_soon(follower)

    run(backend, followed)
    assert hook.calls == 1


def test_a_failure_is_told_to_all_and_not_remembered(backend: str) -> None:
    """Who asks later fetches again."""
    hook = Counted(fails=True)
    cache = FetchCache(clock=Clock())
    fetch = Fetch(hook, name="x", ttl=60)
    threads = run(backend, lambda: asked_together(5, fetch, cache))
    assert [thread[1].data for thread in threads] == ["ConnectionError: refused"] * 5
    assert hook.calls == 1
    run(backend, lambda: asked_together(1, fetch, cache))
    assert hook.calls == 2


def test_a_result_is_remembered_for_its_time(backend: str) -> None:
    """As long as who asks allows, counted from when its fetch began; and it says when that was."""
    hook, clock = Counted(), Clock(0)
    cache = FetchCache(clock=clock)

    def asked(ttl: float | None) -> Event:
        fetch = Fetch(hook, name="x", ttl=ttl)
        return run(backend, lambda: asked_together(1, fetch, cache))[0][1]

    first = asked(60)
    clock.now = 59
    assert asked(60) == first
    assert asked(60).at == "1970-01-01T00:00:00+00:00"
    assert asked(30).data == 2
    clock.now = 89
    assert asked(60).data == 2
    assert asked(0).data == 3
    assert asked(None).data == 4, "without a ttl nothing is shared"
    clock.now = 0
    assert asked(60).data == 5, "a result from the future is not trusted"
    cache.clear()
    assert asked(60).data == 6


def test_without_a_ttl_nothing_is_shared(backend: str) -> None:
    """A hook sees the thread, so what it gives one thread may be nothing for another."""
    hook = Counted()
    run(backend, lambda: asked_together(5, Fetch(hook, name="x"), FetchCache()))
    assert hook.calls == 5


@dataclasses.dataclass(frozen=True)
class Setting:
    """A hook with a setting."""

    value: Any

    def __call__(self, thread: Thread) -> Event:
        """Give the setting."""
        return Event("x", self.value)


def shown(*given: Any, value: Any = None) -> Event:
    return Event("x", given[0] if len(given) > 1 else value)


def test_the_same_is_the_same_hook_with_the_same_arguments() -> None:
    """Hooks that are not equal share nothing, whatever they are called."""
    cache = FetchCache(clock=Clock())

    def asked(hook: Any, arguments: Any = "") -> Any:
        return prefetch(Thread(), [Fetch(hook, name="x", arguments=arguments, ttl=60)], cache=cache)[0].data

    assert asked(functools.partial(shown, 1)) == 1
    assert asked(functools.partial(shown, True)) is True
    for made in (
        Setting,
        lambda value: functools.partial(shown, value),
        lambda value: functools.partial(shown, value=value),
    ):
        assert asked(made(1)) == 1
        assert asked(made(2)) == 2
        assert asked(made([1])) == [1]
    calls: list[int] = []

    def hook(thread: Thread) -> Event:
        calls.append(1)
        return Event("x", len(calls))

    assert [asked(hook, {"a": 1, "b": 2}), asked(hook, {"b": 2, "a": 1}), asked(hook, {"a": 1})] == [1, 1, 2]


def test_the_oldest_goes_first() -> None:
    """No more is remembered than the size says."""
    cache = FetchCache(clock=Clock(), size=2)
    calls = []

    def hook(thread: Thread) -> None:
        calls.append(1)

    for arguments in (1, 2, 3, 3, 2, 1):
        prefetch(Thread(), [Fetch(hook, arguments=arguments, ttl=60)], cache=cache)
    assert len(calls) == 4


@pytest.mark.parametrize("settings", [{"size": -1}, {"clock": 3}])
def test_settings_are_checked(settings: dict[str, Any]) -> None:
    """The error names the setting."""
    with pytest.raises(SettingError, match=r"^FetchCache"):
        FetchCache(**settings)
