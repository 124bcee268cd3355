"""What prefetching costs, and what running hooks together saves: `python -m benchmarks.prefetching`.

The hooks do nothing but wait, so all else is the stage's own.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio

from contextkit import Event, Fetch, FetchCache, Thread, aprefetch, prefetch

from .timing import timed

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


def figures(taken: Sequence[float], parts: int = 1) -> str:
    """Write the median of some times and the least of them, in milliseconds; the first does not count."""
    own = sorted(1_000 * each / parts for each in taken[1:])
    return f"{statistics.median(own):8.3f} ms ({own[0]:.3f})"


def waited(fetches: Sequence[Fetch], times: int) -> list[float]:
    """Give the times of a stage that brings its own event loop."""
    return [timed(lambda: prefetch(THREAD, fetches)) for _ in range(times + 1)]


def awaited(backend: str, fetches: Sequence[Fetch], times: int, **settings: Any) -> list[float]:
    """Give the times of a stage inside a loop that runs already."""

    async def main() -> list[float]:
        taken = []
        for _ in range(times + 1):
            start = time.perf_counter()
            await aprefetch(THREAD, fetches, **settings)
            taken.append(time.perf_counter() - start)
        return taken

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


def show(hook: Callable[[Thread], object], times: int, parts: int) -> None:
    """Print the figures of twenty hooks."""
    for backend in ("asyncio", "trio"):
        own = awaited(backend, hooks(hook), times)
        print(f"  aprefetch, {backend:10}{hook.__name__:11}{figures(own, parts)}")
    in_room = awaited("asyncio", hooks(hook, tokens=500), times, budget=2_000)
    print(f"  aprefetch, a budget  {hook.__name__:11}{figures(in_room, parts)}")
    print(f"  prefetch             {hook.__name__:11}{figures(waited(hooks(hook), times), parts)}")


def main() -> None:
    """Print the figures."""
    print(f"20 hooks of {1000 * WAIT:.0f} ms each, together: median (least)")
    for hook in (waits, blocks):
        show(hook, 5, 1)
    print("The stage's own time, a hook, of 20 hooks that give an event at once: median (least)")
    for hook in (quick, quick_sync):
        show(hook, 100, 20)
    print(f"  prefetch, one hook   quick      {figures(waited(hooks(quick, 1), 100))}")
    print("Calls when 50 threads ask for the same at once")
    for place, of_the_system in (("in one event loop", False), ("of the system", True)):
        print(f"  {place:20}{calls_of_fifty(of_the_system=of_the_system)}")


if __name__ == "__main__":
    main()
