"""Occupancy: what the context of a run held at each call of the model, and when it was compacted."""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .budgets import Budget
from .contexts import Context
from .events import Event
from .exceptions import name_of
from .parts import AROUND, Part, part_of
from .plain import JSON
from .rates import RELATIVE, Rates
from .replaying import Replay, call_positions, without_records
from .threads import Thread
from .tokens.counters import TokenCounter
from .windows import Window


@dataclasses.dataclass(frozen=True, slots=True)
class Compacted:
    """What a compaction did to the context of a call.

    Attributes:
        before: The tokens that the context would have had.
        after: The tokens that it has.
        policies: Those that did something, as their reprs.
        gone: How many events went.
        changed: How many stayed with other data.
    """

    before: int
    after: int
    policies: tuple[str, ...]
    gone: int
    changed: int


@dataclasses.dataclass(frozen=True, slots=True)
class Filled:
    """What the context of one call of the model held.

    Attributes:
        events: How many events there were before the call.
        tokens: The tokens of the context.
        cached: How many of them, from the first, stood in the context of the call before: whole events.
        parts: The tokens by part; they add up to `tokens`.
        compacted: What a compaction did just before the call; `None` where there was none.
    """

    events: int
    tokens: int
    cached: int
    parts: Mapping[Part, int]
    compacted: Compacted | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What became of one event over a run.

    Attributes:
        id: The event's id.
        tokens: Its tokens as it entered.
        calls: In how many contexts it stood, whole or cut.
        whole: In how many of them it stood whole, from the first on.
        sent: Its tokens in all of these, added up.
    """

    id: str
    tokens: int
    calls: int
    whole: int
    sent: int


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Occupancy:
    """What the contexts of a whole run held.

    Attributes:
        calls: One for each call of the model.
        budget: What the contexts were made for.
        counter: What counted.
        whole: For each call, the tokens that its context would have had without any compaction.
        events: What became of each event of the run.
        final: The tokens of the whole run, the events behind the last call included.
    """

    calls: tuple[Filled, ...]
    budget: Budget | None = None
    counter: str = ""
    whole: tuple[int, ...] = ()
    events: tuple[Sent, ...] = ()
    final: int = 0

    @property
    def tokens(self) -> int:
        """The tokens of all contexts together."""
        return sum(call.tokens for call in self.calls)

    @property
    def cached(self) -> int:
        """How many of these a provider could serve from its prompt cache."""
        return sum(call.cached for call in self.calls)

    @property
    def parts(self) -> Counter[Part]:
        """The tokens of all contexts by part."""
        parts: dict[Part, int] = {}
        for call in self.calls:
            for part, tokens in call.parts.items():
                parts[part] = parts.get(part, 0) + tokens
        return Counter(parts)

    @property
    def compactions(self) -> tuple[tuple[int, Compacted], ...]:
        """Each compaction with the number of its call, counted from 1."""
        return tuple(
            (number, call.compacted)
            for number, call in enumerate(self.calls, 1)
            if call.compacted is not None
        )

    def cost(self, rates: Rates = RELATIVE) -> float:
        """Give the price of all input, by default in tokens, with those from the cache at a tenth."""
        return sum(rates.price(call.tokens, call.cached) for call in self.calls)

    def whole_cost(self, rates: Rates = RELATIVE) -> float:
        """Give what `cost` would be without any compaction, everything sent before from the cache."""
        before = (0, *self.whole)
        return sum(rates.price(tokens, cached) for tokens, cached in zip(self.whole, before, strict=False))

    @classmethod
    def of(cls, run: Replay, budget: Budget | int | None = None, counter: str = "") -> "Occupancy":
        """Give what a replay knows: its kinds of events as parts, and where its prefix broke.

        >>> from .replaying import replay
        >>> run = Thread([Event("user", "Hi."), Event("assistant", "Hello.")])
        >>> Occupancy.of(replay(run, Window())).calls[0].parts
        {Part(name='user', tool=''): 8}
        """
        calls, last = [], 0
        for call in run.calls:
            parts: Counter[Part] = Counter()
            for kind, tokens in call.kinds.items():
                parts[part_of(Event(kind, kind=kind))._replace(tool="")] += tokens  # type: ignore[arg-type]
            parts[AROUND] += call.tokens - parts.total()
            cut = Compacted(last, call.tokens, (), 0, 0) if call.broke else None
            calls.append(Filled(call.events, call.tokens, call.shared, _positive(parts), cut))
            last = call.tokens
        return cls(tuple(calls), None if budget is None else Budget.of(budget), counter)

    def __repr__(self) -> str:
        calls, cuts = len(self.calls), len(self.compactions)
        return f"<Occupancy of {calls:,} calls: {self.tokens:,} tokens, compacted {cuts:,} times>"

    def _repr_html_(self) -> str:
        from .display.occupancies import occupancy_html

        return occupancy_html(self)

    def to_data(self) -> dict[str, JSON]:
        """Give the figures as plain data, without the events."""
        return {
            "counter": self.counter,
            "limit": self.budget.limit if self.budget else None,
            "room": self.budget.room if self.budget else None,
            "tokens": self.tokens,
            "cached": self.cached,
            "cost": self.cost(),
            "whole": sum(self.whole),
            "whole_cost": self.whole_cost(),
            "calls": [
                {
                    "events": call.events,
                    "tokens": call.tokens,
                    "cached": call.cached,
                    "parts": [[*part, tokens] for part, tokens in call.parts.items()],
                    "compacted": None if call.compacted is None else _data(call.compacted),
                }
                for call in self.calls
            ],
        }


def _data(compacted: Compacted) -> dict[str, JSON]:
    return {**dataclasses.asdict(compacted), "policies": list(compacted.policies)}


def _positive(parts: Mapping[Part, int]) -> dict[Part, int]:
    return {part: tokens for part, tokens in parts.items() if tokens}


def occupancy(thread: Thread, window: Window) -> Occupancy:
    """Make each context of a run again, as an agent would that keeps `context.thread`, and say what it held.

    Where counts add up (`Window.sizes`) each event is counted once, and contexts are made only where one
    no longer fits: between two compactions a context grows by what is new, and by nothing else.

    Args:
        thread: The run; records of compactions in it are left out.
        window: What makes the contexts.

    Raises:
        BudgetError: If a context cannot be kept within the budget; it names the limit that would do.

    >>> from .demo import deployment
    >>> found = occupancy(deployment(), Window(budget=6_000))
    >>> len(found.calls), [number for number, _ in found.compactions]
    (37, [3, 7, 16, 21, 28, 29])
    """
    thread = without_records(thread)
    events, positions = list(thread), call_positions(thread)
    shown = _Shown()
    sizes = window.sizes(thread)
    if sizes is None:
        free = Window(
            window.format, prompt=window.prompt, counter=window.counter, policies=(), arrivals=window.arrivals
        )
        whole = [free.render(thread.fork(position)).tokens for position in positions]
        calls = list(_rendered(thread, positions, window, shown))
        sizes = [shown.entered.get(str(event.id), 0) for event in events]
        final = free.render(thread).tokens
    else:
        sums = list(itertools.accumulate(sizes, initial=0))
        whole, final = [sums[position] for position in positions], sums[-1]
        calls = list(_added_up(thread, positions, sizes, window, shown))
    shown.leave()
    sent = tuple(shown.of(event, size) for event, size in zip(events, sizes, strict=True))
    return Occupancy(tuple(calls), window.budget, _name(window.counter), tuple(whole), sent, final)


def _name(counter: TokenCounter) -> str:
    """Give the name of what a counter counts, if it has one."""
    named = (getattr(counter, name, None) for name in ("encoding", "name", "path"))
    return str(next(filter(None, named), None) or name_of(counter))


def _added_up(
    thread: Thread, positions: Iterable[int], sizes: Sequence[int], window: Window, shown: "_Shown"
) -> Iterator[Filled]:
    """Give what each context held, made only where it no longer fits."""
    events, log, start = list(thread), Thread(), 0
    for position in positions:
        cached, compacted = shown.tokens, None
        for index in range(start, position):
            shown.add(events[index], sizes[index])
        start = position
        if window.budget is not None and shown.tokens > window.budget.room:
            known = len(log) - len(log.records())
            log = thread.fork(position) if not known else log
            for event in events[known or position : position]:
                log = log.append(event)
            before, context = shown.tokens, window.render(log)
            log = context.thread
            cached, compacted = shown.replace(context, _sizes(context, window)), _compacted(context, before)
        yield shown.filled(position, cached, compacted)


def _rendered(thread: Thread, positions: Iterable[int], window: Window, shown: "_Shown") -> Iterator[Filled]:
    """Give what each context held, made one by one."""
    log, records = Thread(), 0
    for position in positions:
        for event in thread[len(log) - records : position]:
            log = log.append(event)
        context = window.render(log)
        log = context.thread
        cached, compacted = shown.replace(context, _sizes(context, window)), None
        if len(log.records()) > records:
            records = len(log.records())
            before = context.steps[0].before if context.steps else context.tokens
            compacted = _compacted(context, before)
        yield shown.filled(position, cached, compacted)


def _sizes(context: Context, window: Window) -> list[tuple[Event, int]]:
    """Give the events that stand in a context, and their tokens."""
    view = context.view()
    sizes = window.sizes(view)
    if sizes is not None:
        return [(event, tokens) for event, tokens in zip(view, sizes, strict=True) if tokens]
    return [(view[fragment.id], fragment.tokens) for fragment in context.fragments]


def _compacted(context: Context, before: int) -> Compacted:
    steps = context.thread.records()[-1].data["steps"]
    gone = {id for step in steps for id in step.get("gone", ())}
    changed = {id for step in steps for id in step.get("changed", ())} - gone
    did = tuple(step["policy"] for step in steps if step.keys() & {"gone", "changed", "added"})
    return Compacted(before, context.tokens, did, len(gone), len(changed))


class _Standing(NamedTuple):
    """An event that stands in the context.

    Attributes:
        event: The event.
        tokens: Its tokens.
        part: Which part it is.
        since: How many calls there were before it.
    """

    event: Event
    tokens: int
    part: Part
    since: int


class _Shown:
    """What stands in the context of a run, and what each event has come to so far.

    Attributes:
        tokens: The tokens of the context.
        entered: The tokens of each event when it first stood there.
    """

    def __init__(self) -> None:
        self.tokens = 0
        self.entered: dict[str, int] = {}
        self._standing: list[_Standing] = []
        self._parts: Counter[Part] = Counter()
        self._number = 0
        self._calls: Counter[str] = Counter()
        self._whole: Counter[str] = Counter()
        self._sent: Counter[str] = Counter()

    def add(self, event: Event, tokens: int) -> None:
        """Add an event at the end."""
        part = part_of(event)
        self._standing.append(_Standing(event, tokens, part, self._number))
        self._parts[part] += tokens
        self.tokens += tokens
        self.entered.setdefault(str(event.id), tokens)

    def replace(self, context: Context, sizes: Sequence[tuple[Event, int]]) -> int:
        """Take another context; give how many of its tokens, from the first, stood there before.

        Args:
            context: The context.
            sizes: The events that stand in it, and their tokens.
        """
        around = context.tokens - sum(tokens for _, tokens in sizes)
        same, cached = 0, min(around, self._parts[AROUND])
        for (event, tokens), known in zip(sizes, self._standing, strict=False):
            is_new = known.since == self._number  # it stood in no context yet
            if is_new or tokens != known.tokens or (event is not known.event and event != known.event):
                break
            same += 1
            cached += tokens
        self.leave(keep=same)
        self._parts[AROUND] = around
        self.tokens = around + sum(entry.tokens for entry in self._standing)
        for event, tokens in sizes[same:]:
            self.add(event, tokens)
        return cached

    def leave(self, *, keep: int = 0) -> None:
        """Take out all events but the first ones, with what they have come to."""
        for event, tokens, part, since in self._standing[keep:]:
            id, calls = str(event.id), self._number - since
            self._parts[part] -= tokens
            self._calls[id] += calls
            self._whole[id] += calls if tokens == self.entered[id] else 0
            self._sent[id] += tokens * calls
        del self._standing[keep:]

    def filled(self, position: int, cached: int, compacted: Compacted | None) -> Filled:
        """Give what stands there now as the context of the next call."""
        self._number += 1
        parts = {part: tokens for part, tokens in self._parts.items() if tokens}
        return Filled(position, self.tokens, cached, parts, compacted)

    def of(self, event: Event, tokens: int) -> Sent:
        """Give what has become of an event."""
        id = str(event.id)
        return Sent(id, tokens, self._calls[id], self._whole[id], self._sent[id])
