"""FetchCache: the same fetch runs once, and is remembered for its time."""

import threading
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, NamedTuple

from ..budgets import whole_number
from ..events import Event
from ..exceptions import SettingError
from .waiting import arrived

if TYPE_CHECKING:
    from concurrent.futures import Future


class Fetched(NamedTuple):
    """What a hook gave, and when its fetch began, in seconds since 1970."""

    events: tuple[Event, ...]
    begun: float


class _LeftError(Exception):
    """Who was fetching has been cancelled: somebody else has to."""


class FetchCache:
    """Remembers what was fetched, for many threads; made by the user, passed to `prefetch`.

    Of many who ask for the same at once, from any thread and any event loop, one fetches. If that one
    is cancelled, the next one does. A failure is told to all who wait, and not remembered. Nobody
    gets what began to be fetched more than its `ttl` before they asked.

    Attributes:
        clock: Gives the time, in seconds since 1970.
        size: How many results are remembered; the oldest goes first.

    Raises:
        SettingError: If a setting is out of range.

    >>> FetchCache(size=100)
    FetchCache(size=100)
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, size: int = 1_024) -> None:
        if not callable(clock):
            raise SettingError("FetchCache.clock", clock, "it must be a function that gives seconds")
        self.clock = clock
        self.size = whole_number("FetchCache.size", size, 0)
        self._lock = threading.Lock()
        self._kept: dict[Hashable, Fetched] = {}
        self._flights: dict[Hashable, tuple[float, Future[Fetched]]] = {}

    def __repr__(self) -> str:
        return f"FetchCache(size={self.size})"

    def clear(self) -> None:
        """Forget what was fetched."""
        with self._lock:
            self._kept.clear()

    async def get(
        self, key: Hashable, ttl: float, fetch: Callable[[], Awaitable[tuple[Event, ...]]]
    ) -> Fetched:
        """Give what is remembered, or on its way to somebody else, or fetch it.

        Args:
            key: What is asked for.
            ttl: How old it may be, in seconds.
            fetch: Fetches it.
        """
        from concurrent.futures import Future

        while True:
            mine: Future[Fetched] | None = None
            with self._lock:
                now = self.clock()
                kept = self._kept.get(key)
                if kept is not None and 0 <= now - kept.begun < ttl:
                    return kept
                begun, flight = self._flights.get(key, (now, None))
                if flight is None or not 0 <= now - begun <= ttl:
                    begun, mine = now, Future()
                    self._flights[key] = begun, mine
            try:
                if mine is not None:
                    return await self._fetched(key, begun, mine, fetch)
                if flight is not None:
                    return await arrived(flight)
            except _LeftError:
                continue

    async def _fetched(
        self,
        key: Hashable,
        begun: float,
        flight: "Future[Fetched]",
        fetch: Callable[[], Awaitable[tuple[Event, ...]]],
    ) -> Fetched:
        """Fetch for all who wait for this flight."""
        try:
            fetched = Fetched(await fetch(), begun)
        except BaseException as error:
            self._landed(key, flight)
            flight.set_exception(error if isinstance(error, Exception) else _LeftError())
            raise
        self._landed(key, flight, fetched)
        flight.set_result(fetched)
        return fetched

    def _landed(self, key: Hashable, flight: "Future[Fetched]", fetched: Fetched | None = None) -> None:
        with self._lock:
            if self._flights.get(key, (0, None))[1] is flight:
                del self._flights[key]
            kept = self._kept.get(key)
            if fetched is not None and (kept is None or kept.begun <= fetched.begun):
                self._kept.pop(key, None)
                self._kept[key] = fetched
            while len(self._kept) > self.size:
                del self._kept[next(iter(self._kept))]
