"""One hook is called, and what it gives is looked at; what went wrong is written in a line."""

import contextlib
import importlib.util
import inspect
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from ..calling import is_async
from ..events import Event
from ..exceptions import MissingExtraError, SettingError
from ..threads import Thread
from .fetch import Fetch, Hook
from .waiting import called_in_thread

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class RubbishError(TypeError):
    """A hook gave something else than events."""


def check_extras(fetches: Iterable[Fetch]) -> None:
    """Make sure that what the settings need is installed.

    Raises:
        MissingExtraError: If it is not.
    """
    if any(fetch.retries for fetch in fetches) and importlib.util.find_spec("tenacity") is None:
        raise MissingExtraError("Fetch.retries", "retries")


async def events_of(fetch: Fetch, thread: Thread) -> tuple[Event, ...]:
    """Call the hook, again where it fails and has tries left, and give its events.

    Raises:
        RubbishError: If it gives something else.
    """
    if not fetch.retries:
        return await _called(fetch.hook, thread)
    import anyio
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

    retrying = AsyncRetrying(
        stop=stop_after_attempt(fetch.retries + 1),
        wait=wait_exponential(multiplier=0.1, max=5) + wait_random(0, 0.1),
        retry=retry_if_exception(
            lambda error: isinstance(error, Exception) and not isinstance(error, RubbishError)
        ),
        sleep=anyio.sleep,
        reraise=True,
    )
    return await retrying(_called, fetch.hook, thread)


async def _called(hook: Hook, thread: Thread) -> tuple[Event, ...]:
    if is_async(hook) or inspect.isasyncgenfunction(hook):
        given = hook(thread)
    else:
        given = await called_in_thread(lambda left: _listed(hook(thread), left))
    if inspect.isawaitable(given):
        given = await given
    if hasattr(given, "__aiter__"):
        given = await _awaited(given)
    return _checked(_listed(given, threading.Event()))


def _listed(given: Any, left: threading.Event) -> Any:
    """List what is yielded, up to the first that is no event, as long as somebody waits for it."""
    if not isinstance(given, Iterable) or isinstance(given, Thread | str | bytes | Mapping):
        return given
    items = []
    for item in given:
        items.append(item)
        if left.is_set() or not isinstance(item, Event):
            break
    return items


async def _awaited(given: Any) -> list[Any]:
    """List what is yielded, up to the first that is no event; each is a chance to be cancelled."""
    from anyio.lowlevel import checkpoint

    items = []
    async with contextlib.AsyncExitStack() as stack:
        if hasattr(given, "aclose"):
            stack.push_async_callback(given.aclose)
        async for item in given:
            items.append(item)
            if not isinstance(item, Event):
                break
            await checkpoint()
    return items


def _checked(given: Any) -> tuple[Event, ...]:
    items = () if given is None else (given,) if isinstance(given, Event) else given
    if not isinstance(items, list | tuple):
        raise RubbishError(f"it gave {_kind(given)} instead of events{_HINT.get(type(given), '')}")
    for item in items:
        if not isinstance(item, Event):
            raise RubbishError(f"it gave {_kind(item)} among its events")
    return tuple(items)


_HINT = {Thread: "; give only the new ones"}


def _kind(given: object) -> str:
    name = type(given).__name__
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"


def in_a_line(error: BaseException) -> str:
    r"""Say in one line of at most 200 characters what went wrong.

    >>> in_a_line(ConnectionError("refused\n  by the host"))
    'ConnectionError: refused by the host'
    """
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    try:
        text = " ".join(_ADDRESS.sub("", str(error)).split())
    except Exception:  # noqa: BLE001 - an exception of the hook's own may fail at this too
        text = ""
    if isinstance(error, RubbishError | SettingError):
        line = text
    else:
        line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return line if len(line) <= 200 else f"{line[:197]}..."
