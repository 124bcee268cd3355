"""Events to measure with: an agent at work on a backend, made up from a seed.

What a step holds and how long it is follows what coding agents do: a short thought, a call, and a result
that is most often short and now and then very long. The texts are ours; the same seed gives the same events
in any process.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from contextkit import Event, Thread
from contextkit.messages import read_threads

Bodies = Literal["text", "values"]
"""What the events' data is: text only, or JSON values with text in them, as tools return them."""

NOUNS = (
    "request",
    "queue",
    "worker",
    "invoice",
    "customer",
    "deploy",
    "migration",
    "cache",
    "index",
    "token",
    "session",
    "gateway",
    "shard",
    "replica",
    "schedule",
    "payment",
    "webhook",
    "retry",
    "snapshot",
    "tenant",
    "ledger",
    "batch",
    "cursor",
    "policy",
    "budget",
    "export",
    "upload",
    "release",
)
VERBS = (
    "load",
    "store",
    "merge",
    "split",
    "validate",
    "publish",
    "resolve",
    "refresh",
    "collect",
    "archive",
    "enqueue",
    "commit",
    "rotate",
    "parse",
)
ADJECTIVES = (
    "stale",
    "pending",
    "invalid",
    "remote",
    "partial",
    "duplicate",
    "expired",
    "internal",
    "slow",
    "empty",
    "active",
    "missing",
)
ERRORS = ("TimeoutError", "KeyError", "ValueError", "ConnectionResetError", "IntegrityError")
_PATTERNS = (
    "The {a} {n} is what makes the {m} fail, so I will {v} it before anything else.",
    "Let me look at how the {n} and the {m} work together; the {a} one isn't covered by a test yet.",
    "That did it: {i} of {j} checks pass now. What is left is the {a} {m}, so {v} the {n} first, please.",
    "Could you {v} the {n} for the {m}? It's been {a} since Tuesday, and the customers notice.",
    "I don't think that the {n} should {v} anything here, because the {m} already does (see `{v}_{n}`).",
    "We have seen {i} {a} {n}s in the last {j} minutes, most of them after the {m} had been restarted.",
)


class Author(random.Random):
    """Writes the parts of events."""

    def name(self) -> str:
        """A name of two words."""
        return f"{self.choice(VERBS)}_{self.choice(NOUNS)}"

    def path(self) -> str:
        """The path of a file."""
        return f"services/{self.choice(NOUNS)}/{self.name()}.py"

    def code_id(self) -> str:
        """An id of 12 hexadecimal digits."""
        return f"{self.getrandbits(48):012x}"

    def time(self) -> str:
        """A time in March 2026."""
        hour, minute, millisecond = self.randint(0, 23), self.randint(0, 59), self.randint(0, 999)
        return f"2026-03-{self.randint(1, 28):02d}T{hour:02d}:{minute:02d}:07.{millisecond:03d}Z"

    def lines(self, mean: float) -> int:
        """How many lines a text has: most have few, some have very many."""
        return max(1, min(400, round(self.lognormvariate(0, 1) * mean / 1.65)))

    def sentence(self) -> str:
        """A sentence of the field."""
        nouns = self.sample(NOUNS, 2)
        words = {"n": nouns[0], "m": nouns[1], "a": self.choice(ADJECTIVES), "v": self.choice(VERBS)}
        return self.choice(_PATTERNS).format(**words, i=self.randint(1, 60), j=self.randint(60, 900))

    def prose(self, mean: float) -> str:
        """A paragraph."""
        return " ".join(self.sentence() for _ in range(self.lines(mean)))

    def log(self) -> str:
        """Lines of a log."""
        return "\n".join(
            f"{self.time()} {self.choice(('INFO', 'INFO', 'DEBUG', 'WARN', 'ERROR'))} "
            f"[{self.choice(NOUNS)}-{self.randint(1, 9)}] {self.name()} "
            f"{self.choice(NOUNS)}_id={self.code_id()} took {self.expovariate(0.02):.1f}ms "
            f"status={self.choice((200, 200, 204, 404, 503))}"
            for _ in range(self.lines(11))
        )

    def code(self) -> str:
        """Functions in Python."""
        blocks = []
        for _ in range(self.lines(5)):
            name, noun = self.name(), self.choice(NOUNS)
            verb, adjective = self.choice(VERBS), self.choice(ADJECTIVES)
            blocks.append(
                f"def {name}({noun}: {noun.title()}, *, limit: int = {self.randint(2, 500)}) -> list[str]:\n"
                f'    """{verb.title()} each {adjective} {noun}, up to a limit."""\n'
                f"    if {noun}.size < limit and not self.{adjective}:\n"
                f"        return [{verb}(item.key) for item in {noun}.items if item.{adjective}]\n"
                f'    raise {self.choice(ERRORS)}(f"cannot {verb} {{{noun}!r}}: more than {{limit}}")\n'
            )
        return "\n\n".join(blocks)

    def record(self) -> dict[str, Any]:
        """A record with nested values and a null here and there."""
        return {
            "id": self.code_id(),
            self.choice(NOUNS): self.name(),
            "state": self.choice(ADJECTIVES),
            "created_at": self.time(),
            "attempts": self.randint(0, 12),
            "share": round(self.random(), 4),
            "archived": self.random() < 0.3,
            "owner": None if self.random() < 0.3 else {"team": self.choice(NOUNS), "note": self.sentence()},
        }

    def records(self) -> list[dict[str, Any]]:
        """Records."""
        return [self.record() for _ in range(self.lines(5))]

    def traceback(self) -> str:
        """A stack trace of Python."""
        frames = "".join(
            f'  File "/srv/app/{self.path()}", line {self.randint(3, 900)}, in {(name := self.name())}\n'
            f"    return {name}({self.choice(NOUNS)}, timeout={self.randint(1, 60)})\n"
            for _ in range(self.lines(8))
        )
        return f"Traceback (most recent call last):\n{frames}{self.choice(ERRORS)}: {self.sentence()}"


_Tool = tuple[str, Callable[[Author], dict[str, Any]], Callable[[Author], tuple[str, Any]]]


def _shell(author: Author) -> tuple[str, Any]:
    text = author.log()
    return text, {"exit_code": author.randint(0, 1), "stdout": text, "duration_ms": author.randint(5, 9_000)}


def _file(author: Author) -> tuple[str, Any]:
    text = author.code()
    return text, {"path": author.path(), "lines": text.count("\n"), "content": text}


def _query(author: Author) -> tuple[str, Any]:
    rows = author.records()
    return json.dumps(rows, indent=author.choice((None, 2))), {"rows": rows, "next_page": author.code_id()}


def _page(author: Author) -> tuple[str, Any]:
    text = "\n\n".join(author.prose(3) for _ in range(author.lines(4)))
    title = author.name()
    return f"# {title}\n\n{text}", {"title": title, "url": f"https://docs.example/{title}", "text": text}


def _question(author: Author) -> dict[str, Any]:
    return {"url": f"https://docs.example/{author.name()}", "question": author.sentence()}


_TOOLS: tuple[_Tool, ...] = (
    ("run_command", lambda author: {"command": f"grep -rn {author.name()} services/", "timeout": 30}, _shell),
    ("read_file", lambda author: {"path": author.path(), "start_line": author.randint(1, 900)}, _file),
    ("query_records", lambda author: {"table": author.choice(NOUNS), "key": author.code_id()}, _query),
    ("fetch_page", _question, _page),
)


def endless(seed: int = 0, bodies: Bodies = "text") -> Iterator[Event]:
    """Give the events of a thread that never ends: the task, then message, call and result by turns."""
    author = Author(seed)
    yield from (Event("system", author.prose(6)), Event("user", author.prose(3)))
    for number in range(1 << 40):
        if author.random() < 0.05:
            text = author.prose(2)
            yield Event("slack_message", _body(bodies, text, {"from": author.name(), "text": text}))
        yield Event("assistant", author.prose(2))
        yield from exchange(author, str(number), bodies)


def exchange(author: Author, call_id: str, bodies: Bodies) -> tuple[Event, Event]:
    """Give a call and its result, which is an error one time in twelve."""
    name, arguments, result = author.choice(_TOOLS)
    given = arguments(author)
    call = Event(name, _body(bodies, json.dumps(given), given), kind="call", call_id=call_id)
    if author.random() < 1 / 12:
        text = author.traceback()
        return call, Event("error", _body(bodies, text, {"tool": name, "traceback": text}), call_id=call_id)
    return call, Event(f"{name}_result", _body(bodies, *result(author)), call_id=call_id)


def exchanges(seed: int = 0, bodies: Bodies = "text") -> Iterator[tuple[Event, Event]]:
    """Give calls with their results, without end."""
    author = Author(seed)
    return (exchange(author, str(number), bodies) for number in range(1 << 40))


def generated(count: int, *, seed: int = 0, bodies: Bodies = "text") -> Thread:
    """Give a thread of so many events, about 170 tokens each.

    >>> generated(1_000) == generated(1_000)
    True
    """
    return Thread(islice(endless(seed, bodies), count))


def log_text(characters: int, *, seed: int = 0) -> str:
    """Give a log of so many characters."""
    author, parts, size = Author(seed), [], 0
    while size <= characters:
        parts.append(author.log())
        size += len(parts[-1]) + 1
    return "\n".join(parts)[:characters]


def joined(threads: Iterable[Thread], count: int) -> Thread:
    """Put threads one after the other into one of at most so many events."""
    events = (
        event.having(id=None, pinned=None, call_id=event.call_id and f"{number}.{event.call_id}")
        for number, thread in enumerate(threads)
        for event in thread
        if event.kind != "compaction"
    )
    return Thread(islice(events, count))


def read(folder: Path, count: int) -> Thread:
    """Read the threads of a folder's JSON Lines files, put into one of at most so many events."""
    files = sorted(folder.rglob("*.jsonl"))
    return joined((named.thread for file in files for named in read_threads(file)), count)


def as_text(thread: Thread) -> Thread:
    """Give the thread with all data as text."""
    return Thread(event.having(data=event.text) for event in thread)


def _body(bodies: Bodies, text: str, value: Any) -> Any:
    return text if bodies == "text" else value
