"""What prefetching costs, and what running hooks together saves: `python -m benchmarks.prefetching`.

Each figure is the median of several runs. The hooks do nothing but wait, so all else is the stage's own.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio

from contextkit import Event, Fetch, FetchCache, Thread, aprefetch, prefetch

THREAD = Thread([Event("user", "Deploy the newest release.")])
WAIT = 0.1  # seconds


async def waits(thread: Thread) -> Event:
    """Wait in the loop."""
    await anyio.sleep(WAIT)
    return Event("waits", "done")


def blocks(thread: Thread) -> Event:
    """Wait in a thread."""
    time.sleep(WAIT)
    return Event("blocks", "done")


async def quick(thread: Thread) -> Event:
    """Give an event at once."""
    return Event("quick", "done")


def quick_sync(thread: Thread) -> Event:
    """Give an event at once."""
    return Event("quick_sync", "done")


def hooks(hook: Any, number: int = 20, **settings: Any) -> list[Fetch]:
    """Declare the same hook several times."""
    return [Fetch(hook, name=f"{hook.__name__}_{place}", **settings) for place in range(number)]


def seconds(call: Callable[[], object], times: int) -> float:
    """Give the median time of a call, after one that does not count."""
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def stage(backend: str, fetches: Sequence[Fetch], times: int, **settings: Any) -> float:
    """Give the median time of a stage inside a loop that runs already."""

    async def main() -> float:
        taken = []
        for _ in range(times + 1):
            start = time.perf_counter()
            await aprefetch(THREAD, fetches, **settings)
            taken.append(time.perf_counter() - start)
        return statistics.median(taken[1:])

    return anyio.run(main, backend=backend)


def calls_of_fifty(*, of_the_system: bool) -> int:
    """Give how often a hook is called when fifty ask at once."""
    calls = []
    cache = FetchCache()

    def counted(thread: Thread) -> Event:
        calls.append(1)
        time.sleep(WAIT)
        return Event("counted", "done")

    fetch = Fetch(counted, ttl=60)
    if of_the_system:
        with ThreadPoolExecutor(50) as pool:
            list(pool.map(lambda _: prefetch(THREAD, [fetch], cache=cache), range(50)))
        return len(calls)

    async def ask() -> None:
        await aprefetch(THREAD, [fetch], cache=cache)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(ask)

    anyio.run(main)
    return len(calls)


def main() -> None:
    """Print the figures."""
    print(f"20 hooks of {1000 * WAIT:.0f} ms each, together")
    for hook in (waits, blocks):
        for backend in ("asyncio", "trio"):
            print(
                f"  aprefetch, {backend:8} {hook.__name__:11}{1000 * stage(backend, hooks(hook), 5):8.1f} ms"
            )
        taken = seconds(lambda hook=hook: prefetch(THREAD, hooks(hook)), 5)  # type: ignore[misc]
        print(f"  prefetch            {hook.__name__:11}{1000 * taken:8.1f} ms")
    print("The stage's own time, a hook (20 hooks that give an event at once)")
    for hook in (quick, quick_sync):
        for backend in ("asyncio", "trio"):
            own = stage(backend, hooks(hook), 50) / 20
            print(f"  aprefetch, {backend:8} {hook.__name__:11}{1000 * own:8.3f} ms")
        own = stage("asyncio", hooks(hook, tokens=500), 50, budget=2_000) / 20
        print(f"  with room to keep   {hook.__name__:11}{1000 * own:8.3f} ms")
        own = seconds(lambda hook=hook: prefetch(THREAD, hooks(hook)), 50) / 20  # type: ignore[misc]
        print(f"  prefetch            {hook.__name__:11}{1000 * own:8.3f} ms")
    one = seconds(lambda: prefetch(THREAD, hooks(quick, 1)), 50)
    print(f"  prefetch, one hook  quick      {1000 * one:8.3f} ms")
    print("Calls when 50 threads ask for the same at once")
    for place, of_the_system in (("in one event loop", False), ("of the system", True)):
        print(f"  {place:20}{calls_of_fifty(of_the_system=of_the_system)}")


if __name__ == "__main__":
    main()
