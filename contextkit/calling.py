"""Who answers when a compaction asks for a summary: nobody, the callable now, or the callable awaited."""

import contextvars
import inspect
import threading
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .exceptions import SettingError
from .policies.summarize import Answer, Request, Summarize

if TYPE_CHECKING:
    from concurrent.futures import Future

_Result = TypeVar("_Result")
_Given = TypeVar("_Given")

Asking: TypeAlias = Generator[Request, Answer | None, _Result]
"""What asks for summaries while it runs; `None` is the answer where nobody may be called."""

_ASYNC = "it is async; use `await window.acompact(thread)`"


def without_calls(asking: Asking[_Result]) -> _Result:
    """Run to the end and call nobody."""
    return _driven(asking, lambda _: None)


def with_calls(asking: Asking[_Result]) -> _Result:
    """Run to the end; each summary is made before it goes on.

    Raises:
        SettingError: If a callable turns out to be async.
    """
    return _driven(asking, _answer)


async def with_calls_awaited(asking: Asking[_Result]) -> _Result:
    """Run to the end; async callables are awaited, sync ones run in a thread of their own."""
    try:
        request = next(asking)
        while True:
            request = asking.send(await _awaited_answer(request))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        asking.close()


def check_sync(policies: Iterable[object]) -> None:
    """Refuse policies with an async callable.

    Raises:
        SettingError: If there is one.
    """
    for policy in policies:
        if isinstance(policy, Summarize) and is_async(policy.call):
            raise SettingError("Summarize.call", policy.call, _ASYNC)


def _driven(asking: Asking[_Result], answer: Callable[[Request], Answer | None]) -> _Result:
    try:
        request = next(asking)
        while True:
            request = asking.send(answer(request))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        asking.close()


def _answer(request: Request) -> Answer:
    call, timeout = request.policy.call, request.policy.timeout
    try:
        given: Any = call(request.text) if timeout is None else in_thread(call, request.text).result(timeout)
    except Exception as error:  # noqa: BLE001 - the callable is user code: it can raise anything
        return Answer(error=error)
    if inspect.isawaitable(given):
        if inspect.iscoroutine(given):
            given.close()
        raise SettingError("Summarize.call", call, _ASYNC)
    return Answer(given)


async def _awaited_answer(request: Request) -> Answer:
    import asyncio

    call: Callable[[str], Any] = request.policy.call
    try:
        async with asyncio.timeout(request.policy.timeout):
            if is_async(call):
                given = call(request.text)
            else:
                given = await asyncio.wrap_future(in_thread(call, request.text))
            return Answer(await given if inspect.isawaitable(given) else given)
    except Exception as error:  # noqa: BLE001 - the callable is user code: it can raise anything
        return Answer(error=error)


def is_async(call: object) -> bool:
    """Whether what it gives must be awaited, as far as that can be seen before it is called."""
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__)


def in_thread(call: Callable[[_Given], Any], given: _Given) -> "Future[Any]":
    """Call in a thread that the interpreter does not wait for at its end."""
    from concurrent.futures import Future

    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()  # so that a result which comes too late is no error
    context = contextvars.copy_context()

    def work(future: "Future[Any]") -> None:
        try:
            future.set_result(context.run(call, given))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the result is asked for
            future.set_exception(error)
        finally:
            del future  # else the exception and this frame would hold on to each other

    threading.Thread(target=work, args=(future,), name="contextkit-call", daemon=True).start()
    return future
