"""Waiting in an event loop for what happens in another thread or another loop."""

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..calling import in_thread

if TYPE_CHECKING:
    from concurrent.futures import Future

_Value = TypeVar("_Value")


async def arrived(future: "Future[_Value]") -> _Value:
    """Give the future's result, whoever brings it, without blocking the loop.

    Anyio has its own way into a thread, but waits for that thread when the interpreter ends; a
    hook that hangs must not hold up anybody.
    """
    from anyio import Event as Signal
    from anyio.lowlevel import current_token

    signal, loop = Signal(), current_token().native_token
    soon: Callable[[Callable[[], None]], object] = (
        getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon  # type: ignore[attr-defined]
    )

    def wake(_: object) -> None:
        with contextlib.suppress(RuntimeError):  # that loop has ended
            soon(signal.set)

    future.add_done_callback(wake)
    await signal.wait()
    try:
        return future.result()
    finally:
        del future  # else its exception and this frame would hold on to each other


async def called_in_thread(call: Callable[[threading.Event], Any]) -> Any:
    """Call in a thread of its own; the flag that it is given is set when nobody waits any more."""
    left = threading.Event()
    try:
        return await arrived(in_thread(call, left))
    finally:
        left.set()
