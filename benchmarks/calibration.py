"""How well bills calibrate an estimate: `python -m benchmarks.calibration [--data FILE]`.

Each call is predicted from the bills of earlier calls only, from the sixth on. Without `--data` the bills are
made up, from a seed: every ratio, overhead and noise in turn, and a ratio that drifts. With it they are those
of a JSON Lines file of threads, Anthropic messages with `usage`: for the assistant message at the index
`message`, what was billed for the messages before it (`input`, `cacheRead` and `cacheWrite`, in tokens).
Errors are in per cent of the bill; below 0 is under it.
"""

import argparse
import dataclasses
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from contextkit import Window, from_messages
from contextkit.tokens.calibration import calibrated
from contextkit.tokens.counters import EncodingCounter

EXACT = EncodingCounter("o200k_base")
Points = list[tuple[int, int]]


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """How far predictions were off.

    Attributes:
        calls: How many there were.
        median: The median error without its sign, in per cent of the bill.
        p95: That of one call in twenty.
        under: The error of the call that was most under its bill.
        over: The error of the call that was most over its bill.
    """

    calls: int
    median: float
    p95: float
    under: float
    over: float


def figures(points: Points, *, first: int = 5, ahead: int = 1) -> Figures:
    """Predict each call from the bills of earlier calls.

    Args:
        points: What was counted and billed for each call, in tokens.
        first: How many bills there must be before the first prediction.
        ahead: How many calls on the predicted one is: 1 is the next.
    """
    errors = []
    for known in range(first, len(points) + 1 - ahead):
        counted, billed = points[known + ahead - 1]
        errors.append(100 * (calibrated(EXACT, points[:known]).scale(counted) / billed - 1))
    sizes = sorted(map(abs, errors))
    return Figures(len(errors), median(sizes), sizes[len(sizes) * 95 // 100], min(errors), max(errors))


def made_up(ratio: float, overhead: int, noise: float, *, drift: float = 0, calls: int = 100) -> Points:
    """Make up the bills of a thread that is compacted to a third whenever it has 60,000 tokens.

    Args:
        ratio: The provider's tokens for each of ours, at the start.
        overhead: What it adds to each call, in tokens.
        noise: The standard deviation of a bill, as a part of it.
        drift: How far the ratio has gone at the end, as a part of it.
        calls: How many calls.
    """
    author = random.Random(f"{ratio} {overhead} {noise} {drift}")  # noqa: S311
    counted, points = author.randint(200, 3_000), []
    for call in range(calls):
        counted += 20 + round(author.expovariate(1 / 900))
        counted = counted // 3 if counted > 60_000 else counted
        billed = (overhead + ratio * (1 + drift * call / calls) * counted) * (1 + author.gauss(0, noise))
        points.append((counted, max(1, round(billed))))
    return points


def recorded(path: Path) -> Iterator[tuple[str, Points]]:
    """Read threads with their bills, and count what was sent as the default format writes it."""
    with path.open(encoding="utf-8") as lines:
        for each in map(json.loads, lines):
            yield each["id"], _recorded(each["messages"], each["usage"])


def _recorded(messages: list[dict[str, Any]], usage: list[dict[str, int]]) -> Points:
    thread, window = from_messages(messages), Window(counter=EXACT)
    contents = (message["content"] for message in messages)
    blocks = (1 if isinstance(content, str) else len(content) for content in contents)
    events = [0, *itertools.accumulate(blocks)]  # before each message
    assert events[-1] == len(thread), "a block of a message is not one event"
    return [
        (
            window.render(thread[: events[call["message"]]]).tokens,
            call["input"] + call["cacheRead"] + call["cacheWrite"],
        )
        for call in usage
    ]


def runs(data: Path | None) -> Iterator[tuple[str, Figures]]:
    """Give each row of the table."""
    if data is not None:
        for name, points in recorded(data):
            yield f"{name}, the next call", figures(points)
            yield f"{name}, 20 calls on", figures(points, ahead=20)
        return
    for noise, ratio, overhead in itertools.product((0.0, 0.01, 0.02), (0.7, 1.2, 1.5), (0, 2_000, 20_000)):
        name = f"ratio {ratio}, overhead {overhead:,}, noise {noise:.0%}"
        yield name, figures(made_up(ratio, overhead, noise))
    for drift in (-0.1, 0.1):
        name = f"ratio 1.2, overhead 2,000, noise 1%, drift {drift:+.0%}"
        yield name, figures(made_up(1.2, 2_000, 0.01, drift=drift))


def main(arguments: list[str] | None = None) -> None:
    """Predict, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, metavar="FILE", help="JSON Lines: threads with their bills")
    options = parser.parse_args(arguments)
    print(f"{'errors in % of the bill':<50} {'calls':>6} {'median':>7} {'p95':>7} {'under':>7} {'over':>7}")
    for name, row in runs(options.data):
        errors = (f"{error:>7.2f}" for error in (row.median, row.p95, row.under, row.over))
        print(f"{name:<50} {row.calls:>6} {' '.join(errors)}")


if __name__ == "__main__":
    main()
