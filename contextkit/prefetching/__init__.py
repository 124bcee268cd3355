'''Prefetching: what the model will ask for is fetched before it asks. The only effects in contextkit.

A hook is any callable that gets the thread and gives events. These four are examples to copy: a
repository, files, a web service, a database. Each is a frozen class, because it has settings, so
that two with the same settings are equal and a `FetchCache` can tell that they ask for the same.

```python
import dataclasses
import json
import sqlite3
import subprocess
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from contextkit import Event


@dataclasses.dataclass(frozen=True)
class Git:
    """The newest tags of a repository, and what is not committed."""

    folder: str

    def __call__(self, thread):
        yield Event("git_tags", self.run("tag", "--sort=-version:refname")[:10])
        yield Event("git_status", self.run("status", "--short"))

    def run(self, *words):
        command = ["git", "-C", self.folder, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@dataclasses.dataclass(frozen=True)
class Files:
    """The text of the files that a glob finds."""

    folder: str
    glob: str

    def __call__(self, thread):
        for path in sorted(Path(self.folder).glob(self.glob)):
            if path.is_file():
                name = path.relative_to(self.folder).as_posix()
                yield Event("file", {"path": name, "text": path.read_text("utf-8", "replace")})


@dataclasses.dataclass(frozen=True)
class Http:
    """What a web service answers, as JSON."""

    name: str
    url: str

    def __call__(self, thread):
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return Event(self.name, json.load(answer))
        except urllib.error.HTTPError as error:
            with error:  # it holds the connection open
                raise


@dataclasses.dataclass(frozen=True)
class Sql:
    """The rows of a query on a SQLite file, which is opened for reading only."""

    name: str
    file: str
    query: str
    values: tuple = ()

    def __call__(self, thread):
        with closing(sqlite3.connect(f"{Path(self.file).resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return Event(self.name, [dict(row) for row in database.execute(self.query, self.values)])
```

`Fetch(Git("."), name="git", ttl=60)` has a `ttl`: for a minute all threads that ask for it share one
result. A sync hook that runs for too long is left alone, and its result thrown away: a thread of the
operating system cannot be stopped, so it should have a time limit of its own as well. An async hook is
cancelled, and must let itself be.
'''

import functools
from collections.abc import Iterable
from typing import Literal

from ..budgets import whole_number
from ..exceptions import SettingError
from ..formats import TAGGED, Format
from ..measuring import Measure, Memory
from ..threads import Thread
from ..tokens.counters import TokenCounter, token_counter
from .cache import FetchCache
from .fetch import Fetch, Hook, fetch_mark
from .stage import Stage

__all__ = ["Fetch", "FetchCache", "Hook", "aprefetch", "fetched", "prefetch"]


def prefetch(
    thread: Thread,
    hooks: Iterable[Fetch | Hook],
    *,
    budget: int | None = None,
    timeout: float | None = 30.0,
    on_error: Literal["event", "raise"] = "event",
    cache: FetchCache | None = None,
    format: Format = TAGGED,
    counter: TokenCounter | str = "o200k_base",
) -> Thread:
    """Do what `aprefetch` does, and wait for it: also where an event loop runs already, as in a notebook.

    The hooks run in an event loop of their own, in another thread.

    >>> from contextkit import Event, render
    >>> def git_tags(thread):
    ...     yield Event("git_tags", ["v1.10", "v1.9"])
    >>> print(render(prefetch(Thread([Event("user", "Deploy the newest release.")]), [git_tags])))
    <user>
    Deploy the newest release.
    </user>
    <git_tags>
    - v1.10
    - v1.9
    </git_tags>
    <BLANKLINE>
    """
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal(name="contextkit-prefetch") as portal:
        call = functools.partial(
            aprefetch,
            thread,
            hooks,
            budget=budget,
            timeout=timeout,
            on_error=on_error,
            cache=cache,
            format=format,
            counter=counter,
        )
        return portal.call(call)


async def aprefetch(
    thread: Thread,
    hooks: Iterable[Fetch | Hook],
    *,
    budget: int | None = None,
    timeout: float | None = 30.0,  # noqa: ASYNC109 - what it stops becomes an event, not an error
    on_error: Literal["event", "raise"] = "event",
    cache: FetchCache | None = None,
    format: Format = TAGGED,
    counter: TokenCounter | str = "o200k_base",
) -> Thread:
    """Call hooks together and give the thread with their results at its end, in the order of the hooks.

    What a hook gives stands as a `result`, with the time at which its fetch began in `Event.at`. It is
    not fetched again while it stands in the thread and is fresh: see `Fetch.ttl`. A hook that fails, takes
    too long or gives something else than events leaves one event, `<name>_error`; one that is not called
    for want of room, or loses events to it, leaves `<name>_omitted`. If this is cancelled, all hooks are.

    Args:
        thread: The log.
        hooks: Functions from the thread to events; a `Fetch` has settings.
        budget: What the results may have together, in tokens. Small ones stand whole, the large ones share
            what is left. What says that something is missing comes on top, a line each.
        timeout: What all hooks may take together, in seconds; `None` for any time.
        on_error: Whether a failure becomes an `event`, or is to `raise`, which cancels the other hooks.
        cache: Remembers results for other threads, and has the clock.
        format: How the thread will look, for counting.
        counter: Counts the tokens of a text; also the name of an encoding or of a model.

    Raises:
        SettingError: If a setting is out of range; nothing is called then.
        MissingExtraError: If there are retries, and the extra is not installed.
        FetchError: If a hook fails and `on_error` is `"raise"`.

    >>> import asyncio
    >>> from contextkit import Event
    >>> async def incidents(thread):
    ...     return Event("incidents", ["INC-7: checkout is slow"])
    >>> asyncio.run(aprefetch(Thread(), [incidents]))[0].data
    ['INC-7: checkout is slow']
    """
    if budget is not None:
        whole_number("prefetch.budget", budget, 0)
    for name, given, kind in (("thread", thread, Thread), ("format", format, Format)):
        if not isinstance(given, kind):
            raise SettingError(f"prefetch.{name}", given, f"it must be a {kind.__name__}")
    if on_error not in ("event", "raise"):
        raise SettingError("prefetch.on_error", on_error, "it must be 'event' or 'raise'")
    measure = Measure(format, token_counter(counter), Memory())
    stage = Stage(
        thread,
        hooks,
        cache if cache is not None else FetchCache(size=0),
        measure,
        budget=budget,
        timeout=timeout,
        raises=on_error == "raise",
    )
    return await stage.run()


def fetched(thread: Thread) -> tuple[str, ...]:
    """Name what was fetched ahead and stands in the view: tools that need not be offered to the model now.

    >>> from contextkit import Event
    >>> def git_tags(thread):
    ...     yield Event("git_tags", ["v1.10", "v1.9"])
    >>> fetched(prefetch(Thread(), [Fetch(git_tags, as_call=True)]))
    ('git_tags',)
    """
    view = thread.view()
    marks = (fetch_mark(event) for event in thread if str(event.id) in view)
    return tuple(dict.fromkeys(mark[0] for mark in marks if mark is not None))
