"""Event loops with a time of their own: it jumps to the next deadline when nobody has anything to do."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import trio

_Value = TypeVar("_Value")

BACKENDS = ("asyncio", "trio")


class Threads:
    """The threads that sync hooks run in: time stands still while one has something to do."""

    def __init__(self) -> None:
        self.hanging: set[threading.Thread] = set()
        self.released = threading.Event()
        self.finished = 0

    def hang(self) -> None:
        """Do nothing until the test is over."""
        self.hanging.add(threading.current_thread())
        self.released.wait()

    @property
    def busy(self) -> bool:
        """Whether one has something to do."""
        return any(
            thread.name == "contextkit-call" and thread not in self.hanging
            for thread in threading.enumerate()
        )

    def settle(self) -> None:
        """Wait until none has anything to do; what they gave has been handed over then."""
        while self.busy:
            time.sleep(0.0002)


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop of asyncio with a time of its own."""

    def __init__(self, threads: Threads) -> None:
        self.now = 0.0
        self.threads = threads
        super().__init__()

    def time(self) -> float:
        """Give the time of its own."""
        return self.now

    def _run_once(self) -> None:
        if not self._ready:  # type: ignore[attr-defined]
            self.threads.settle()
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now = max(self.now, self._scheduled[0]._when)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class JumpingClock(trio.abc.Clock):
    """A clock of trio with a time of its own."""

    def __init__(self, threads: Threads) -> None:
        self.now = 0.0
        self.threads = threads

    def start_clock(self) -> None:
        """Nothing needs to be started."""

    def current_time(self) -> float:
        """Give the time of its own."""
        return self.now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Jump, unless a thread has handed something over."""
        self.threads.settle()
        if trio.lowlevel.current_statistics().run_sync_soon_queue_size:
            return 0
        if deadline < float("inf"):
            self.now = max(self.now, deadline)
            return 0
        return 1


def run(backend: str, call: Callable[[], Awaitable[_Value]], threads: Threads | None = None) -> _Value:
    """Run to the end in a loop with a time of its own; nothing may be left running."""
    threads = threads or Threads()
    options: dict[str, Any] = {"loop_factory": lambda: JumpingLoop(threads)}
    if backend == "trio":
        options = {"clock": JumpingClock(threads)}

    async def main() -> _Value:
        before = len(anyio.get_running_tasks())
        value = await call()
        assert len(anyio.get_running_tasks()) == before
        return value

    try:
        return anyio.run(main, backend=backend, backend_options=options)
    finally:
        threads.released.set()
