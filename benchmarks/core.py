"""What contextkit costs next to one plain tokeniser pass: `python -m benchmarks.core`.

A *pass* is one call of tiktoken's `encode_ordinary` over the same final text, in the same run. What is compared
runs by turns, and a figure is the median of the runs' own ratios, so that a machine that is slow for a while
is slow for both. No network; the events are made up from a seed (`benchmarks.threads`), or read with `--data`.
"""

import argparse
import dataclasses
import gc
import json
import math
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha1
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contextkit import JSON_LINES, MARKDOWN, TAGGED, XML, YAML, Budget, Clamp, Drop, Event, Format, Thread, Window
from contextkit.tokens.vocabularies import ENCODINGS, load_encoding, vocabulary_text

from .threads import as_text, exchanges, generated, log_text, read

ENCODING = "o200k_base"
SEED = 7
_PUBLISHED = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured.
        figure: The figure, in `unit`.
        unit: `passes`, `x` (a ratio), `ms` or `MB`.
        bar: What it may be at most; `None` where it is for information.
    """

    what: str
    figure: float
    unit: str
    bar: float | None = None

    @property
    def verdict(self) -> str:
        """`ok`, `MISS`, or nothing where there is no bar."""
        return "" if self.bar is None else "ok" if self.figure <= self.bar else "MISS"


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


# ---- measuring


def timed(action: Callable[[], object]) -> float:
    """Run something once, and give the seconds it took."""
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def by_turns(runs: int, **actions: Callable[[], object]) -> dict[str, list[float]]:
    """Run several things by turns, and give the seconds that each took in each run."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(runs):
        for name, action in actions.items():
            seconds[name].append(timed(action))
    return seconds


def ratio(over: list[float], under: list[float]) -> float:
    """Give the median of the ratios of paired runs."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def in_fresh_process(code: str, runs: int, **variables: str) -> list[float]:
    """Run Python code in processes of their own, and give the number that it prints in each."""
    command = [sys.executable, "-c", code]
    return [
        float(subprocess.run(command, check=True, capture_output=True, env={"PATH": "", **variables}).stdout or 0)  # noqa: S603
        for _ in range(runs)
    ]


# ---- the rows


def first_render(format: Format, thread: Thread, runs: int, bars: tuple[float | None, float | None]) -> Iterator[Row]:
    """A render with nothing in memory: what counting and joining take, and what the format itself takes."""
    text = format.text(thread)
    encode = load_encoding(ENCODING).encode_ordinary
    taken = by_turns(
        runs,
        plain=lambda: encode(text),
        render=lambda: Window(format).render(thread),
        write=lambda: [format(event) for event in thread],
    )
    rest = [render - write for render, write in zip(taken["render"], taken["write"], strict=True)]
    yield Row(f"{format.name}: counting, joining and all else", ratio(rest, taken["plain"]), "passes", bars[0])
    yield Row(f"{format.name}: its own writing", ratio(taken["write"], taken["plain"]), "passes", bars[1])


def second_render(thread: Thread, runs: int) -> Iterator[Row]:
    """A render after one append, without a budget and with one that the thread fits in."""
    for name, budget in (("no budget", None), ("a budget it fits in", Budget(1 << 30))):
        window, grown, taken = Window(budget=budget), thread, []
        window.render(grown)
        for number in range(4 * runs):
            grown = grown.append(Event("note", f"step {number} is done"))
            taken.append(timed(lambda grown=grown, window=window: window.render(grown)))  # type: ignore[misc]
        yield Row(f"render after an append, {name}", 1_000 * statistics.median(taken), "ms", 20)


def fitting(thread: Thread, runs: int) -> Iterator[Row]:
    """Bring a long thread into 8,000 tokens with nothing in memory."""
    text = TAGGED.text(thread)
    encode = load_encoding(ENCODING).encode_ordinary
    taken = by_turns(
        runs,
        plain=lambda: encode(text),
        drop=lambda: Window(budget=8_000, policies=[Drop()]).render(thread),
        default=lambda: Window(budget=8_000).render(thread),
    )
    yield Row("into 8,000 tokens with Drop() alone", ratio(taken["drop"], taken["plain"]), "passes", 0.1)
    yield Row("into 8,000 tokens with the default policies", ratio(taken["default"], taken["plain"]), "passes")


def one_long_event(characters: int, runs: int) -> Iterator[Row]:
    """Cut one very long result to 1,000 tokens, as text and inside JSON."""
    text = log_text(characters, seed=SEED)
    encode = load_encoding(ENCODING).encode_ordinary
    called = Thread([Event("user", "What went wrong?")]).call("run_command", call_id="1")
    threads = {"text": called.result("1", text), "a value": called.result("1", {"exit_code": 1, "stdout": text})}

    def render(thread: Thread) -> object:
        return Window(budget=4_000, policies=[Clamp(1_000)]).render(thread)

    plain = by_turns(min(runs, 3), plain=lambda: encode(text))["plain"]
    for name, thread in threads.items():
        cut = by_turns(len(plain), cut=lambda thread=thread: render(thread))["cut"]  # type: ignore[misc]
        yield Row(f"{len(text) / 1e6:g} MB of {name}, clamped", ratio(cut, plain), "passes", 0.01 if name == "text" else None)
        tracemalloc.start()
        render(thread)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # The text itself was there before the tracing began, so it is added.
        yield Row("    peak of memory, in sizes of the text", 1 + peak / sys.getsizeof(text), "x", 5)


def loading(runs: int) -> Row:
    """Load both vocabularies in a fresh process, and let tiktoken do so from its own cache."""
    code = "import time, tiktoken, {0}; start = time.perf_counter(); [{1}(name) for name in {2}]; print(time.perf_counter() - start)"
    ours = code.format("contextkit.tokens.vocabularies as v", "v.load_encoding", ENCODINGS)
    theirs = code.format("contextkit", "tiktoken.get_encoding", ENCODINGS)
    with tempfile.TemporaryDirectory() as folder:
        for name in ENCODINGS:
            Path(folder, sha1(_PUBLISHED.format(name).encode()).hexdigest()).write_bytes(vocabulary_text(name))  # noqa: S324 - tiktoken's choice
        pairs = [
            (in_fresh_process(ours, 1)[0], in_fresh_process(theirs, 1, TIKTOKEN_CACHE_DIR=folder)[0]) for _ in range(runs)
        ]
    return Row("loading both vocabularies, next to tiktoken's own cache", statistics.median(a / b for a, b in pairs), "x", 1)


def importing(runs: int) -> Row:
    """`import contextkit` in a fresh process, above a bare one."""
    taken = by_turns(
        2 * runs,
        ours=lambda: in_fresh_process("import contextkit", 1),
        bare=lambda: in_fresh_process("", 1),
    )
    extra = [ours - bare for ours, bare in zip(taken["ours"], taken["bare"], strict=True)]
    return Row("import contextkit, above bare Python", 1_000 * statistics.median(extra), "ms", 100)


# ---- growth


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
        window, grown = Window(budget=Budget(32_000, target=16_000)), Thread([Event("user", "Fix the worker.")])
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
    return round(statistics.linear_regression(*zip(*logs, strict=True)).slope, 2) if len(logs) > 1 else math.nan


def slopes(table: list[Growth]) -> dict[str, float]:
    """Give the slope of each column."""
    return {name: slope([(row.events, getattr(row, name)) for row in table]) for name in ("build", "first", "append", "loop")}


# ---- the command


def header(thread: Thread) -> dict[str, str]:
    """Say what the figures hold for."""
    tokens = Window().render(thread).tokens
    return {
        "contextkit": version("context-window-kit"),
        "tiktoken": version("tiktoken"),
        "Python": platform.python_version(),
        "encoding": ENCODING,
        "events": f"{len(thread):,} ({tokens:,} tokens as TAGGED)",
        "seed": str(SEED),
    }


def rows(thread: Thread, values: Thread, characters: int, runs: int) -> Iterator[Row]:
    """Give all rows of the table, as they are measured."""
    for format in (TAGGED, XML, MARKDOWN, JSON_LINES):
        yield from first_render(format, thread, runs, (1.3, 1) if format is TAGGED else (None, None))
    yield from first_render(YAML, values, runs, (None, 3))
    yield from second_render(thread, runs)
    yield from fitting(thread, runs)
    yield from one_long_event(characters, runs)
    yield loading(runs)
    yield importing(runs)


def line(row: Row) -> str:
    """Write a row as a line of the table."""
    bar = "" if row.bar is None else f"<= {row.bar:g}"
    return f"{row.what:<56} {row.figure:>9.3f} {row.unit:<6}  {bar:<8} {row.verdict}"


def growth_lines(table: list[Growth]) -> Iterator[str]:
    """Write the growth as a table: milliseconds, and how often the time of half as many events."""
    columns = ("build", "first", "append", "loop")
    yield f"{'events':>8}" + "".join(f"{name:>18}" for name in columns)
    for last, row in zip([None, *table], table, strict=False):
        cells = []
        for name in columns:
            times = f"x{getattr(row, name) / getattr(last, name):.2f}" if last else ""
            cells.append(f"{getattr(row, name):>9,.1f} ms {times:<6}")
        yield f"{row.events:>8,}" + "".join(cells)
    yield f"{'slope':>8}" + "".join(f"{value:>9.2f}{'':<9}" for value in slopes(table).values())


def plot(table: list[Growth], file: Path) -> None:
    """Draw the growth, with matplotlib."""
    from matplotlib import pyplot  # noqa: PLC0415 - an extra

    for name in ("first", "append", "loop"):
        pyplot.loglog([row.events for row in table], [getattr(row, name) for row in table], "o-", label=name)
    pyplot.xlabel("events")
    pyplot.ylabel("milliseconds")
    pyplot.legend()
    pyplot.savefig(file)


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer events and runs: seconds, not minutes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--data", type=Path, metavar="DIR", help="threads as JSON Lines instead of made-up ones")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the growth into a file, with matplotlib")
    options = parser.parse_args(arguments)
    count, characters, runs, doublings = (1_000, 2_000_000, 3, 2) if options.quick else (10_000, 20_000_000, 5, 5)
    if options.data:
        values = read(options.data, count)
        thread = as_text(values)
    else:
        thread, values = generated(count, seed=SEED), generated(count, seed=SEED, bodies="values")
    about = header(thread) | ({"data": "read with --data"} if options.data else {})
    show: Callable[[str], object] = (lambda _: None) if options.json else print
    show(", ".join(f"{name} {value}" for name, value in about.items()) + f"; medians of {runs} runs by turns\n")
    measured: list[Row] = []
    for row in rows(thread, values, characters, runs):
        measured.append(row)
        show(line(row))
    table = growth([1_000 << doubling for doubling in range(doublings + 1)], min(runs, 3))
    show("\n" + "\n".join(growth_lines(table)))
    if options.plot:
        plot(table, options.plot)
    if options.json:
        result: Mapping[str, Any] = {
            "about": about,
            "rows": [dataclasses.asdict(row) | {"verdict": row.verdict} for row in measured],
            "growth": [dataclasses.asdict(row) for row in table],
            "slopes": slopes(table),
        }
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
