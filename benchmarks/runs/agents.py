"""An agent at work: what all made-up runs have in common."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count as numbers
from typing import Any, Literal, TypeVar

from contextkit import Event

from ..threads import Author

Flavour = Literal["coding", "service"]
"""What the agent does: it changes a repository, or it serves customers."""

Call = tuple[str, dict[str, Any]]
_T = TypeVar("_T")

OLD_TOPICS = 60
MEMORY = 1_500


class ToolError(Exception):
    """What a tool says where it fails."""


class Run:
    """An agent at work: its tools, and what it remembers."""

    hurdles: tuple[str, ...] = ()

    def __init__(self, seed: int) -> None:
        self.author = Author(seed)
        self.tools: dict[str, Callable[..., Any]] = {}
        self.call_ids = numbers(1)
        self.memory: deque[str] = deque(maxlen=MEMORY)
        self.rules: list[str] = []

    def chance(self, share: float) -> bool:
        """Tell, in so many cases, yes."""
        return self.author.random() < share

    def one(self, *texts: str) -> str:
        """Pick one of the texts."""
        return self.author.choice(texts)

    def far(self, items: Sequence[_T], tail: float = 0.7) -> _T:
        """Pick an item: mostly a late one, with a heavy tail."""
        back = int(self.author.paretovariate(tail))
        return items[-back] if back <= len(items) else items[self.author.randrange(len(items))]

    def note(self, *seen: str) -> None:
        """Remember what was seen, once while it is fresh."""
        for one in seen:
            if not self.memory or self.memory[-1] != one:
                self.memory.append(one)

    def recall(self, share: float) -> str:
        """Say something of an earlier event, from time to time."""
        if not self.memory or not self.chance(share):
            return ""
        if self.rules and self.chance(0.15):
            return " " + self.author.choice(self.rules)
        seen = self.far(self.memory, 0.35)
        return " " + self.one(
            f"`{seen}` did much the same before.",
            f"It must agree with `{seen}`.",
            f"We have met this once, with `{seen}`.",
            f"Unlike `{seen}`, this one is not finished.",
            f"I keep `{seen}` in mind here.",
        )

    def message(self, text: str, *calls: Call) -> Iterator[Event]:
        """Give a message of the model with its calls, and what the tools answer; a hurdle is taken again."""
        if text := text.strip():
            yield Event("assistant", text)
        numbered = [(str(next(self.call_ids)), *call) for call in calls]
        for call_id, name, arguments in numbered:
            yield Event(name, arguments, kind="call", call_id=call_id)
        again: list[Call] = []
        for call_id, name, arguments in numbered:
            if self.hurdles and self.chance(0.03):
                yield Event("error", self.author.choice(self.hurdles).format(name=name), call_id=call_id)
                again.append((name, arguments))
                continue
            try:
                data = self.tools[name](**arguments)
            except ToolError as error:
                yield Event("error", str(error), call_id=call_id)
            else:
                yield Event(f"{name}_result", data, call_id=call_id)
        if again:
            yield from self.message(self.one("", "Once more.", "That was a hiccup, I try again."), *again)

    def events(self) -> Iterator[Event]:
        """Give the events of a run that never ends."""
        raise NotImplementedError
