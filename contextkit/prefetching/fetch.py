"""Fetch: a hook with its settings."""

import dataclasses
import datetime
import functools
import json
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from ..budgets import whole_number
from ..calling import is_async
from ..events import Event
from ..exceptions import EventError, SettingError
from ..plain import JSON, plain
from ..policies.policy import telling
from ..threads import Thread

Hook: TypeAlias = Callable[[Thread], Any]
"""The thread -> events: one, several or none; returned, yielded or awaited.

A sync hook runs in a thread of its own. What it gives is data, never instruction: each event
becomes a `result`, or stays an `error`.
"""


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Fetch:
    """A hook, and how it is to be called. A bare function is a `Fetch` without settings.

    Attributes:
        hook: Gives the events.
        name: What it is called: in the thread, in `after`, as a tool. Without one, the hook's own.
        arguments: What it is asked, as the arguments of the tool: a JSON value, or a function that gives
            it from the thread. Together with the name it says what is fetched.
        timeout: What all its tries may take together, in seconds.
        tokens: What its result may have, in tokens, as the format writes it. Above, it is cut, and what is
            cut is not in the log either.
        minimum: What its result has at least, in tokens. Where the budget has less, it is not called.
        ttl: How long a result is fresh, in seconds from when its fetch began. `None`: as long as it
            stands in the thread. Only with a `ttl` is a result shared with other threads by a `FetchCache`,
            since only then is it known to depend on the hook and the arguments alone.
        retries: How often it is called again when it fails. Needs the extra `retries`.
        when: Tells from the thread whether it is needed.
        after: The hooks, fetches or names whose results it needs. It gets the thread with these.
        as_call: Whether its result stands as a tool call and the call's result.

    Raises:
        SettingError: If a setting is out of range.

    >>> def git_tags(thread):
    ...     yield Event("git_tags", ["v1.10", "v1.9"])
    >>> Fetch(git_tags, ttl=60, tokens=500).name
    'git_tags'
    """

    hook: Hook
    name: str = ""
    arguments: Any = ""
    timeout: float | None = None
    tokens: int | None = None
    minimum: int = 1
    ttl: float | None = None
    retries: int = 0
    when: Callable[[Thread], Any] | None = None
    after: "Sequence[str | Hook | Fetch] | str | Hook | Fetch" = ()
    as_call: bool = False

    def __post_init__(self) -> None:
        for name, given in (("hook", self.hook), ("when", self.when)):
            if not callable(given) and (name == "hook" or given is not None):
                raise SettingError(f"Fetch.{name}", given, "it must be a callable that takes the thread")
        for name, given in (("when", self.when), ("arguments", self.arguments)):
            if is_async(given):
                raise SettingError(
                    f"Fetch.{name}", given, "it must not be async: it only looks at the thread"
                )
        object.__setattr__(self, "name", self.name or _name_of(self.hook))
        try:
            Event(self.name)
            if not callable(self.arguments):
                object.__setattr__(self, "arguments", plain(self.arguments, "arguments"))
        except EventError as error:
            raise SettingError(
                f"Fetch.{error.path.replace('type', 'name')}", self.name, error.reason
            ) from None
        seconds("Fetch.timeout", self.timeout)
        seconds("Fetch.ttl", self.ttl, least=0)
        if self.tokens is not None:
            whole_number("Fetch.tokens", self.tokens, 1)
        whole_number("Fetch.minimum", self.minimum, 1)
        whole_number("Fetch.retries", self.retries, 0)
        if not isinstance(self.as_call, bool):
            raise SettingError(
                "Fetch.as_call", self.as_call, "it is True or False; `name` is the tool's name"
            )
        alone = isinstance(self.after, str | Fetch) or callable(self.after)
        object.__setattr__(self, "after", (self.after,) if alone else tuple(self.after))  # type: ignore[arg-type]

    def asked(self, thread: Thread) -> JSON:
        """Give the arguments, found in the thread where they depend on it."""
        return plain(self.arguments(thread), "arguments") if callable(self.arguments) else self.arguments

    __repr__ = telling


def seconds(name: str, value: object, least: float = math.ulp(0)) -> None:
    """Check a setting that is a number of seconds, or `None`.

    Raises:
        SettingError: If it is something else.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (number and value >= least):  # type: ignore[operator]
        above = "0 or more" if least == 0 else "above 0"
        raise SettingError(name, value, f"it must be a number of seconds, {above}, or None")


def question(name: str, arguments: JSON) -> str:
    """Write what is asked, the same text for the same arguments.

    >>> question("tags", {"limit": 2, "all": True}) == question("tags", {"all": True, "limit": 2})
    True
    >>> question("tags", "") == question("tags", {})
    True
    """
    return f"{name} {json.dumps(arguments or '', sort_keys=True)}"


def identity(hook: Hook) -> Hashable:
    """Give what is equal for equal hooks, also for two `functools.partial` of the same."""
    if isinstance(hook, functools.partial):
        held = (*hook.args, *(part for item in sorted(hook.keywords.items()) for part in item))
        return (identity(hook.func), *map(_hashable, held))
    return _hashable(hook)


def _hashable(value: object) -> Hashable:
    try:
        hash(value)
    except TypeError:
        return _Itself(value)
    return type(value), value


class _Itself:
    """Equal for one and the same object, which it holds on to, so that no other gets its address."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def _name_of(hook: Any) -> str:
    while isinstance(hook, functools.partial):
        hook = hook.func
    name = getattr(hook, "__name__", type(hook).__name__)
    if name == "<lambda>":
        raise SettingError(
            "Fetch.hook", hook, "it has no name; give one, such as Fetch(hook, name='git_tags')"
        )
    return str(name)


def planned(hooks: Iterable[Fetch | Hook]) -> tuple[list[Fetch], list[list[int]]]:
    """Give the fetches, and for each the places of those it comes after.

    Raises:
        SettingError: If two ask the same under one name, or `after` names nobody or goes in a circle.

    >>> first, second = Fetch(print, name="a"), Fetch(print, name="b", after="a")
    >>> planned([second, first])[1]
    [[1], []]
    """
    if callable(hooks) or isinstance(hooks, Fetch):
        raise SettingError("prefetch.hooks", hooks, "it must be a list of hooks")
    fetches = [hook if isinstance(hook, Fetch) else Fetch(hook) for hook in hooks]
    asked: set[Hashable] = set()
    for fetch in fetches:
        given = fetch.arguments if callable(fetch.arguments) else question("", fetch.arguments)
        if (fetch.name, given) in asked:
            reason = "two hooks are called so, with the same arguments; give one another name"
            raise SettingError("Fetch.name", fetch.name, reason)
        asked.add((fetch.name, given))
    needs = [_parents(fetch, fetches) for fetch in fetches]
    reached: set[int] = set()
    while len(reached) < len(needs):
        free = {place for place, parents in enumerate(needs) if reached.issuperset(parents)} - reached
        if not free:
            stuck = next(fetch for place, fetch in enumerate(fetches) if place not in reached)
            raise SettingError("Fetch.after", stuck.after, f"{stuck.name} would wait for itself")
        reached |= free
    return fetches, needs


def _parents(fetch: Fetch, fetches: Sequence[Fetch]) -> list[int]:
    parents: set[int] = set()
    for wanted in fetch.after if isinstance(fetch.after, tuple) else ():
        found = {
            place
            for place, other in enumerate(fetches)
            if wanted is other or wanted in (other.name, other.hook)
        }
        if not found:
            raise SettingError("Fetch.after", wanted, "no hook is called so, and none is this one")
        parents |= found
    return sorted(parents)


def standing(thread: Thread, fetches: Iterable[Fetch]) -> Mapping[str, str | None]:
    """Give what stands answered in the view of a thread, and when it was fetched, where that is known.

    >>> thread = Thread().call("tags", {"limit": 2}, call_id="1").result("1", ["v1.10"])
    >>> dict(standing(thread, [Fetch(print, name="tags")]))
    {'tags {"limit": 2}': None}
    """
    names, view = {fetch.name for fetch in fetches}, thread.view()
    calls: dict[str | None, str] = {}
    found: dict[str, str | None] = {}
    for event in thread:
        if event.kind == "call" and event.type in names:
            calls[event.call_id] = question(event.type, event.data)
        elif event.kind == "result" and str(event.id) in view:
            mark = fetch_mark(event)
            if mark is not None and mark[0] in names:
                found[question(*mark)] = event.at
            elif event.call_id in calls:
                found[calls[event.call_id]] = event.at
    return found


def time_of(at: str | None) -> float | None:
    """Give the seconds since 1970 of a time that an event has, if it has one and says in which zone.

    >>> time_of("1970-01-01T00:01:00+00:00"), time_of("1970-01-01T00:01:00")
    (60.0, None)
    """
    time = datetime.datetime.fromisoformat(at) if at is not None else None
    return time.timestamp() if time is not None and time.tzinfo is not None else None


def fetch_mark(event: Event) -> tuple[str, JSON] | None:
    """Give the name and the arguments that an event was fetched ahead with, if it was."""
    raw = event.raw
    if isinstance(raw, dict) and isinstance(raw.get("fetched"), str):
        return raw["fetched"], raw.get("arguments", "")
    return None


def marked(event: Event, name: str, arguments: JSON) -> Event:
    """Give the event with the name and the arguments that it was fetched with."""
    return event.having(raw={"fetched": name, "arguments": arguments})
