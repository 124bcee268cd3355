"""Reporting: a run and where its tokens went: what filled its contexts, what was dear, what can be saved."""

import bisect
import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .errors.life import Episode, calls_of, episodes
from .errors.summaries import headline
from .events import Event
from .format_costs import SAMPLE, FormatCost, format_costs
from .formats import FORMATS, Format
from .occupancy import Occupancy, Sent, occupancy
from .parts import Part, part_of
from .plain import JSON
from .policies.targets import Target, TargetsOf, default_target
from .replaying import without_records
from .threads import Thread
from .windows import Window

_ERRORS = 8  # that are named: each is read for what it says


@dataclasses.dataclass(frozen=True, slots=True)
class Spent:
    """What the events of one part came to.

    Attributes:
        part: Which part.
        events: How many events of the run are of it.
        tokens: Their tokens as they entered.
        sent: Its tokens in the contexts of all calls, added up.
    """

    part: Part
    events: int
    tokens: int
    sent: int


@dataclasses.dataclass(frozen=True, slots=True)
class Dear:
    """An event that cost much.

    Attributes:
        event: The event.
        sent: What became of it.
    """

    event: Event
    sent: Sent


@dataclasses.dataclass(frozen=True, slots=True)
class Again:
    """What was read again though nothing in the run had written it since.

    Attributes:
        key: What was read, as the target of the call names it.
        times: How often it was read again.
        tokens: The tokens of these results.
        standing: How often the result of an earlier read still stood whole in the context.
        ids: The results.
    """

    key: str
    times: int
    tokens: int
    standing: int
    ids: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class OpenError:
    """An error that nothing in the run resolved.

    Attributes:
        headline: What it says, in a line.
        call: The call that it answers last; `None` where it answers none.
        times: How often it came.
        tokens: The tokens of its events as they entered.
        ids: Its events.
    """

    headline: str
    call: Event | None
    times: int
    tokens: int
    ids: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """A run and where its tokens went.

    Attributes:
        name: What the run is called.
        format: The name of the window's format.
        occupancy: What the contexts held, call by call.
        spent: The parts, the dearest first.
        dearest: The events that cost most over all calls, the dearest first.
        again: What was read again, the dearest first.
        errors: Errors that are open, the last one first.
        open: How many errors are open.
        resolved: How many errors were resolved.
        formats: What each format costs.
    """

    name: str
    format: str
    occupancy: Occupancy
    spent: tuple[Spent, ...]
    dearest: tuple[Dear, ...]
    again: tuple[Again, ...]
    errors: tuple[OpenError, ...]
    open: int
    resolved: int
    formats: tuple[FormatCost, ...]

    def __repr__(self) -> str:
        found = self.occupancy
        return (
            f"<Report on {self.name}: {len(found.events):,} events, {len(found.calls):,} calls, "
            f"{found.tokens:,} tokens read, {len(found.compactions):,} compactions>"
        )

    def to_data(self) -> dict[str, JSON]:
        """Give the report as plain data."""
        return {
            "name": self.name,
            "format": self.format,
            "occupancy": self.occupancy.to_data(),
            "spent": [
                {"part": row.part.name, "tool": row.part.tool, "events": row.events, "tokens": row.tokens}
                | {"sent": row.sent}
                for row in self.spent
            ],
            "dearest": [{"type": row.event.type, **dataclasses.asdict(row.sent)} for row in self.dearest],
            "again": [_plain(row) for row in self.again],
            "errors": [
                {"headline": row.headline, "call": row.call and row.call.type, "times": row.times}
                | {"tokens": row.tokens, "ids": list(row.ids)}
                for row in self.errors
            ],
            "open": self.open,
            "resolved": self.resolved,
            "formats": [_plain(row) for row in self.formats],
        }

    def _repr_html_(self) -> str:
        from .display.reports import report_html

        return report_html(self)


def _plain(row: Again | FormatCost) -> dict[str, JSON]:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in dataclasses.asdict(row).items()
    }


def report(
    thread: Thread,
    window: Window,
    *,
    name: str = "a run",
    formats: Mapping[str, Format] = FORMATS,
    target: TargetsOf = default_target,
    most: int = 12,
    sample: int | None = SAMPLE,
) -> Report:
    """Replay a run and say where its tokens went.

    Args:
        thread: The run; records of compactions in it are left out.
        window: What makes the contexts.
        name: What the run is called.
        formats: What to compare, by name; all are written and counted with the window's counter.
        target: Tells what a call reads and writes.
        most: How many events and reads to name.
        sample: How many tokens to count in each format where the run has more than 30,000,
            and 50 events at the least; `None` counts all of it.

    Raises:
        BudgetError: If a context cannot be kept within the budget; it names the limit that would do.

    >>> from .demo import deployment
    >>> report(deployment(), Window(budget=6_000), name="demo")
    <Report on demo: 89 events, 37 calls, 148,712 tokens read, 6 compactions>
    """
    thread = without_records(thread)
    found = occupancy(thread, window)
    events, sizes = list(thread), [sent.tokens for sent in found.events]
    pairs = sorted(zip(events, found.events, strict=True), key=lambda pair: (-pair[1].sent, -pair[1].tokens))
    lives = episodes(thread)
    open_ones = [life for life in lives if life.state == "open"]
    return Report(
        name,
        next((key for key, format in formats.items() if format == window.format), window.format.name),
        found,
        tuple(_spent(events, found)),
        tuple(Dear(event, sent) for event, sent in pairs[:most]),
        tuple(_again(thread, found, target)[:most]),
        tuple(_errors(thread, open_ones[: -_ERRORS - 1 : -1], found)),
        len(open_ones),
        len(lives) - len(open_ones),
        tuple(format_costs(events, sizes, window, formats, sample)),
    )


def _errors(thread: Thread, lives: Iterable[Episode], found: Occupancy) -> Iterator[OpenError]:
    tokens = {sent.id: sent.tokens for sent in found.events}
    events = list(thread)
    calls = {id(events[position]): call for position, call in calls_of(events).items()}
    for life in lives:
        last = life.errors[-1]
        call = calls.get(id(last))
        ids = tuple(str(event.id) for event in life.errors)
        yield OpenError(headline(last.text), call, len(life.errors), sum(tokens[id] for id in ids), ids)


def _spent(events: Sequence[Event], found: Occupancy) -> Iterator[Spent]:
    sent = found.parts
    entered: Counter[Part] = Counter()
    number: Counter[Part] = Counter()
    for event, size in zip(events, found.events, strict=True):
        part = part_of(event)
        entered[part] += size.tokens
        number[part] += 1
    parts = sorted(sent | entered, key=lambda part: (-sent[part], -entered[part], part))
    return (Spent(part, number[part], entered[part], sent[part]) for part in parts)


# ---- what was read again


class _Read(NamedTuple):
    """A result, and the place of the call that asked for it."""

    target: Target
    event: Event
    position: int
    asked: int


def _again(thread: Thread, found: Occupancy, target: TargetsOf) -> list[Again]:
    """Give what was read again, by what it is, the dearest first."""
    positions = [call.events for call in found.calls]
    sent = {size.id: size for size in found.events}
    rows: defaultdict[str, list[tuple[str, bool]]] = defaultdict(list)
    for read, earlier in _reads(list(thread), target):
        seen = bisect.bisect_right(
            positions, earlier.position
        )  # the first call that could see the earlier one
        asking = bisect.bisect_right(positions, read.asked) - 1
        stood = seen + sent[str(earlier.event.id)].whole > asking
        rows[read.target.key].append((str(read.event.id), stood))
    made = [
        Again(
            key,
            len(reads),
            sum(sent[id].tokens for id, _ in reads),
            sum(stood for _, stood in reads),
            tuple(id for id, _ in reads),
        )
        for key, reads in rows.items()
    ]
    return sorted(made, key=lambda row: (-row.tokens, row.key))


def _reads(events: Sequence[Event], target: TargetsOf) -> Iterator[tuple[_Read, _Read]]:
    """Give each result that holds what an earlier one held, not written since, with that one."""
    calls = calls_of(events)
    asked: dict[int, tuple[int, list[Target]]] = {}  # of each call, by its address
    known: defaultdict[str, list[_Read]] = defaultdict(list)
    for position, event in enumerate(events):
        if event.kind == "call":
            asked[id(event)] = position, list(target(event))
            for aim in asked[id(event)][1]:
                if aim.writes:
                    known.pop(aim.key, None)
        elif event.kind == "result" and position in calls:
            place, aims = asked[id(calls[position])]
            for aim in aims:
                if aim.writes:
                    continue
                read = _Read(aim, event, position, place)
                earlier = next((old for old in reversed(known[aim.key]) if _covers(old.target, aim)), None)
                if earlier is not None:
                    yield read, earlier
                known[aim.key].append(read)


def _covers(known: Target, asked: Target) -> bool:
    """Tell whether a read gave all lines that are asked for."""
    to_the_end = known.stop is None or (asked.stop is not None and asked.stop <= known.stop)
    return known.start <= asked.start and to_the_end
