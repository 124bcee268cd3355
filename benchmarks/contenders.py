"""Contenders for `benchmarks.replay`: contextkit as its users set it up, plain baselines, and the rivals.

A contender is a function from a budget in tokens to what makes the contexts of one run. The baselines count
each event once, as its `TAGGED` fragment, and keep a call with its results; what is pinned stays.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from contextkit import (
    TAGGED,
    Budget,
    Clamp,
    CollapseErrors,
    Drop,
    Event,
    Mask,
    Policy,
    Supersede,
    Thread,
    Window,
    token_counter,
)
from contextkit.identifiers import identifiers
from contextkit.policies import DEFAULT_POLICIES
from contextkit.replaying import Compile, in_a_loop

from .rivals import RIVALS

Contender: TypeAlias = Callable[[int], Compile]
"""A budget in tokens -> what makes the contexts of one run."""

_count = token_counter("o200k_base")


# ---- contextkit


def _window(*policies: Policy) -> Contender:
    return lambda budget: in_a_loop(Window(budget=budget, policies=policies))


def _half(budget: int) -> Compile:
    return in_a_loop(Window(budget=Budget(budget, target=budget // 2)))


OURS: dict[str, Contender] = {
    "contextkit": lambda budget: in_a_loop(Window(budget=budget)),
    "contextkit, half": _half,
    "contextkit, mask and drop": _window(CollapseErrors(), Clamp(share=0.5), Mask(4), Mask(1), Drop()),
    "contextkit, supersede first": _window(Supersede(), *DEFAULT_POLICIES),
    "contextkit, drop alone": _window(Drop()),
}


# ---- baselines


class _Kept:
    """What is kept of a growing thread: units of a call with its results, or of one other event.

    Attributes:
        tokens: Those of all that is kept.
        units: The positions of each unit's events, by that of the first; those of pinned events left out.
        results: The positions of the results, in order.
    """

    def __init__(self) -> None:
        self.tokens = 0
        self.units: dict[int, list[int]] = {}
        self.results: deque[int] = deque()
        self._events: dict[int, Event] = {}
        self._sizes: dict[int, int] = {}
        self._unit_of: dict[str, int] = {}
        self._length = 0

    def grow(self, thread: Thread) -> None:
        """Take up the events that are new."""
        for position, event in enumerate(thread.since(self._length), self._length):
            self._put(position, event)
            if event.kind == "call" and event.call_id is not None:
                self._unit_of[event.call_id] = position
            unit = self._unit_of.get(event.call_id or "", position)
            if unit != position:
                self.results.append(position)
            if not event.pinned:
                self.units.setdefault(unit, []).append(position)
        self._length = len(thread)

    def _put(self, position: int, event: Event) -> None:
        self.tokens -= self._sizes.get(position, 0)
        self._events[position] = event
        self._sizes[position] = _count(TAGGED(event))
        self.tokens += self._sizes[position]

    def clear(self, position: int) -> None:
        """Put a word in the place of what an event says, if it is still there."""
        if (event := self._events.get(position)) is not None and not event.pinned:
            self._put(position, event.with_data("[cleared]"))

    def drop(self, unit: int) -> list[Event]:
        """Let a unit go, and give its events."""
        positions = self.units.pop(unit, [])
        self.tokens -= sum(self._sizes.pop(position) for position in positions)
        return [self._events.pop(position) for position in positions]

    def down_to(self, mark: int, budget: int) -> list[Event]:
        """Let the oldest units go until no more tokens than the mark are left, and give their events.

        The newest unit stays if it fits into the budget.
        """
        gone: list[Event] = []
        while self.tokens > mark and self.units and (len(self.units) > 1 or self.tokens > budget):
            gone += self.drop(next(iter(self.units)))
        return gone

    def events(self) -> list[Event]:
        """Give what is left, in order."""
        return list(self._events.values())


def _baseline(cut: Callable[[_Kept, int], object]) -> Contender:
    def fresh(budget: int) -> Compile:
        kept = _Kept()

        def compiled(thread: Thread) -> Sequence[Event]:
            kept.grow(thread)
            cut(kept, budget)
            return kept.events()

        return compiled

    return fresh


def _drop_oldest(kept: _Kept, budget: int) -> None:
    kept.down_to(budget, budget)


def _down_to_half(kept: _Kept, budget: int) -> None:
    if kept.tokens > budget:
        kept.down_to(budget // 2, budget)


def _last_results(kept: _Kept, budget: int) -> None:
    """Clear all results but the last ten; where their calls are still too many, drop the oldest."""
    while len(kept.results) > 10:
        kept.clear(kept.results.popleft())
    kept.down_to(budget, budget)


def _no_limit(kept: _Kept, budget: int) -> None:
    """Keep all."""


def _bare_identifiers(budget: int) -> Compile:
    """Go down to half, and list the identifiers of what is gone, the newest first.

    The list has at most half of the tokens that are gone, and at most a fourth of the budget.
    """
    kept, names, gone, line = _Kept(), dict[str, None](), 0, list[Event]()
    size = 0  # of the line

    def compiled(thread: Thread) -> Sequence[Event]:
        nonlocal gone, size
        kept.grow(thread)
        if kept.tokens + size > budget:
            before = kept.tokens
            for event in kept.down_to(budget // 2, budget):
                for name in identifiers(event.text).names():
                    names.pop(name, None)
                    names[name] = None
            gone += before - kept.tokens
            line[:] = _listed(reversed(names), min(gone // 2, budget // 4, budget - kept.tokens))
            size = sum(_count(TAGGED(event)) for event in line)
        events = kept.events()
        at = next((number for number, event in enumerate(events) if not event.pinned), len(events))
        return [*events[:at], *line, *events[at:]]

    return compiled


def _listed(names: Iterable[str], room: int) -> list[Event]:
    """Give the event that lists as many names as there is room for."""
    listed: list[str] = []
    room -= _count(TAGGED(Event("omitted", "", kind="compaction"))) + 4
    for name in names:
        room -= _count(f" {name}") + 1
        if room < 0:
            break
        listed.append(name)
    return [Event("omitted", " ".join(listed), id="identifiers", kind="compaction")] if listed else []


BASELINES: dict[str, Contender] = {
    "drop oldest": _baseline(_drop_oldest),
    "down to half": _baseline(_down_to_half),
    "keep last 10 results": _baseline(_last_results),
    "no limit": _baseline(_no_limit),
    "bare identifiers": _bare_identifiers,
}

SLOW = (
    "langchain trim_messages",
    "langchain trim_messages, from any answer on",
    "llama-index ChatMemoryBuffer",
    "prompt-poet truncate",
)
"""Rivals that take minutes for a thread of a thousand events."""

CONTENDERS: dict[str, Contender] = {**OURS, **BASELINES, **RIVALS}
