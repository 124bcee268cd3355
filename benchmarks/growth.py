"""Growth: how the times grow with the thread."""

import dataclasses
import importlib
import math
import statistics
from collections.abc import Iterator
from pathlib import Path

from contextkit import Budget, Event, Thread, Window

from .threads import exchanges, generated
from .timing import by_turns, timed

SEED = 7
COLUMNS = ("build", "first", "append", "loop")


@dataclasses.dataclass(frozen=True, slots=True)
class Growth:
    """How long a thread of some length takes, in milliseconds.

    Attributes:
        events: The events of the thread.
        build: Appending all of them, one by one.
        first: The first render of all of them.
        append: A render after one append.
        loop: A whole loop of steps, one call and its result each, with compactions (32,000 -> 16,000 tokens).
    """

    events: int
    build: float
    first: float
    append: float
    loop: float


def growth(sizes: list[int], runs: int) -> list[Growth]:
    """Measure threads of growing length."""
    return [_growth(size, runs) for size in sizes]


def _growth(size: int, runs: int) -> Growth:
    thread = generated(size, seed=SEED)
    events = list(thread)
    appended = thread.append(Event("note", "one more"))
    warm = Window()
    warm.render(thread)

    def loop() -> None:
        window = Window(budget=Budget(32_000, target=16_000))
        grown = Thread([Event("user", "Fix the worker.")])
        for (call, result), _ in zip(exchanges(SEED), range(size // 2), strict=False):
            grown = window.render(grown.append(call).append(result)).thread

    taken = by_turns(
        runs,
        build=lambda: Thread(events),
        first=lambda: Window().render(thread),
        append=lambda: warm.render(appended),
    )
    # The loop makes its events as it goes: that is taken off.
    taken["loop"] = by_turns(1, loop=loop)["loop"]
    made = timed(lambda: [pair for pair, _ in zip(exchanges(SEED), range(size // 2), strict=False)])
    times = {name: 1_000 * statistics.median(seconds) for name, seconds in taken.items()}
    return Growth(size, times["build"], times["first"], times["append"], times["loop"] - 1_000 * made)


def slope(points: list[tuple[float, float]]) -> float:
    """Give the slope of the line through the logarithms: 1 where doubling the one doubles the other.

    >>> slope([(1, 3), (2, 6), (4, 12)])
    1.0
    """
    logs = [(math.log2(x), math.log2(max(y, 1e-9))) for x, y in points]
    if len(logs) < 2:
        return math.nan
    return round(statistics.linear_regression(*zip(*logs, strict=True)).slope, 2)


def slopes(table: list[Growth]) -> dict[str, float]:
    """Give the slope of each column."""
    return {name: slope([(row.events, getattr(row, name)) for row in table]) for name in COLUMNS}


def growth_lines(table: list[Growth]) -> Iterator[str]:
    """Write the growth as a table: milliseconds, and how often the time of half as many events."""
    yield f"{'events':>8}" + "".join(f"{name:>9}{'':<9}" for name in COLUMNS)
    for last, row in zip([None, *table], table, strict=False):
        cells = []
        for name in COLUMNS:
            times = f"x{getattr(row, name) / getattr(last, name):.2f}" if last else ""
            cells.append(f"{getattr(row, name):>9,.1f} ms {times:<6}")
        yield f"{row.events:>8,}" + "".join(cells)
    yield f"{'slope':>8}" + "".join(f"{value:>9.2f}{'':<9}" for value in slopes(table).values())


def plot(table: list[Growth], file: Path) -> None:
    """Draw the growth, with matplotlib."""
    pyplot = importlib.import_module("matplotlib.pyplot")
    for name in ("first", "append", "loop"):
        pyplot.loglog([row.events for row in table], [getattr(row, name) for row in table], "o-", label=name)
    pyplot.xlabel("events")
    pyplot.ylabel("milliseconds")
    pyplot.legend()
    pyplot.savefig(file)
