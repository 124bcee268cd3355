"""What contextkit costs next to one plain tokeniser pass: `python -m benchmarks.core`.

A *pass* is one call of tiktoken's `encode_ordinary` over the same final text, in the same run. What is
compared runs by turns, and a figure is the median of the runs' own ratios, so that a machine that is slow
for a while is slow for both. No network; the events are made up from a seed (`benchmarks.threads`), or read
with `--data`.
"""

import argparse
import dataclasses
import json
import platform
import statistics
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from hashlib import sha1
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contextkit import (
    JSON_LINES,
    MARKDOWN,
    TAGGED,
    XML,
    YAML,
    Budget,
    BudgetError,
    Clamp,
    Drop,
    Event,
    Format,
    Thread,
    Window,
)
from contextkit.tokens.vocabularies import ENCODINGS, load_encoding, vocabulary_text

from .growth import SEED, growth, growth_lines, plot, slopes
from .threads import as_text, generated, log_text, read
from .timing import by_turns, in_fresh_process, ratio, timed

ENCODING = "o200k_base"
Bars = tuple[float | None, float | None]
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


# ---- the rows


def first_render(format: Format, thread: Thread, runs: int, bars: Bars) -> Iterator[Row]:
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
    plain, name = taken["plain"], format.name
    yield Row(f"{name}: counting, joining and all else", ratio(rest, plain), "passes", bars[0])
    yield Row(f"{name}: its own writing", ratio(taken["write"], plain), "passes", bars[1])


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
    """Bring a long thread into 8,000 tokens, or what its task needs, with nothing in memory."""
    limit = 8_000
    try:
        Window(budget=limit, policies=[Drop()]).render(Thread(thread))
    except BudgetError as error:
        limit = error.needed
    text = TAGGED.text(thread)
    encode = load_encoding(ENCODING).encode_ordinary
    fresh = iter(
        [Thread(thread) for _ in range(2 * runs)]
    )  # a compaction is recorded in a thread's own lists
    taken = by_turns(
        runs,
        plain=lambda: encode(text),
        drop=lambda: Window(budget=limit, policies=[Drop()]).render(next(fresh)),
        default=lambda: Window(budget=limit).render(next(fresh)),
    )
    plain = taken["plain"]
    yield Row(f"into {limit:,} tokens with Drop() alone", ratio(taken["drop"], plain), "passes", 0.1)
    yield Row(f"into {limit:,} tokens, default policies", ratio(taken["default"], plain), "passes")


def one_long_event(characters: int, runs: int) -> Iterator[Row]:
    """Cut one very long result to 1,000 tokens, as text and, for information, inside JSON."""
    text = log_text(characters, seed=SEED)
    encode = load_encoding(ENCODING).encode_ordinary
    called = Thread([Event("user", "What went wrong?")]).call("run_command", call_id="1")
    value = {"exit_code": 1, "stdout": text}
    threads = {"text": called.result("1", text), "a value": called.result("1", value)}

    def render(thread: Thread) -> object:
        return Window(budget=4_000, policies=[Clamp(1_000)]).render(thread)

    plain = by_turns(min(runs, 3), plain=lambda: encode(text))["plain"]
    for name, thread in threads.items():
        cut = by_turns(len(plain), cut=lambda thread=thread: render(thread))["cut"]  # type: ignore[misc]
        bars = (0.01, 5) if name == "text" else (None, None)
        yield Row(f"{len(text) / 1e6:g} MB of {name}, clamped", ratio(cut, plain), "passes", bars[0])
        tracemalloc.start()
        render(thread)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # The text itself was there before the tracing began, so it is added.
        yield Row("    peak of memory, in sizes of the text", 1 + peak / sys.getsizeof(text), "x", bars[1])


def loading(runs: int) -> Row:
    """Load both vocabularies in a fresh process, and let tiktoken do so from its own cache."""
    code = (
        "import time, tiktoken, {}; start = time.perf_counter(); "
        "[{}(name) for name in {}]; print(time.perf_counter() - start)"
    )
    ours = code.format("contextkit.tokens.vocabularies as v", "v.load_encoding", ENCODINGS)
    theirs = code.format("contextkit", "tiktoken.get_encoding", ENCODINGS)
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ENCODINGS:
            file = sha1(_PUBLISHED.format(name).encode()).hexdigest()  # noqa: S324 - tiktoken's choice
            Path(folder, file).write_bytes(vocabulary_text(name))
        for _ in range(runs):
            (own,) = in_fresh_process(ours, 1)
            pairs.append(own / in_fresh_process(theirs, 1, TIKTOKEN_CACHE_DIR=folder)[0])
    return Row("loading both vocabularies, next to tiktoken's cache", statistics.median(pairs), "x", 1)


def importing(runs: int) -> Iterator[Row]:
    """Import contextkit in a fresh process, above a bare one, with the bytecode of all that is imported.

    `import contextkit` alone imports no module yet; what a render needs is most of what a program waits for.
    """
    name, render = "import contextkit", "import contextkit.windows"
    with tempfile.TemporaryDirectory() as written, tempfile.TemporaryDirectory() as empty:
        warm = {"PYTHONPYCACHEPREFIX": written}
        cold = {"PYTHONPYCACHEPREFIX": empty, "PYTHONDONTWRITEBYTECODE": "1"}
        in_fresh_process(render, 1, **warm)
        yield _import(name, f"{name}, above bare Python", 2 * runs, warm, 100)
        yield _import(render, "    and what a render needs", 2 * runs, warm)
        yield _import(render, "    the same without bytecode", runs, cold)


def _import(code: str, what: str, runs: int, variables: dict[str, str], bar: float | None = None) -> Row:
    taken = by_turns(
        runs,
        ours=lambda: in_fresh_process(code, 1, **variables),
        bare=lambda: in_fresh_process("", 1, **variables),
    )
    extra = [ours - bare for ours, bare in zip(taken["ours"], taken["bare"], strict=True)]
    return Row(what, 1_000 * statistics.median(extra), "ms", bar)


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
    yield from importing(runs)


def line(row: Row) -> str:
    """Write a row as a line of the table."""
    bar = "" if row.bar is None else f"<= {row.bar:g}"
    return f"{row.what:<56} {row.figure:>9.3f} {row.unit:<6}  {bar:<8} {row.verdict}"


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer events and runs: seconds, not minutes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--data", type=Path, metavar="DIR", help="JSON Lines of threads, for the first three")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the growth, with matplotlib")
    options = parser.parse_args(arguments)
    full = (10_000, 20_000_000, 5, 5)
    count, characters, runs, doublings = (1_000, 2_000_000, 3, 2) if options.quick else full
    if options.data:
        values = read(options.data, count)
        thread = as_text(values)
    else:
        thread, values = generated(count, seed=SEED), generated(count, seed=SEED, bodies="values")
    about = header(thread) | ({"data": "read with --data"} if options.data else {})
    show: Callable[[str], object] = (lambda _: None) if options.json else print
    show(", ".join(f"{name} {value}" for name, value in about.items()) + f"; medians of {runs} runs\n")
    measured: list[Row] = []
    for row in rows(thread, values, characters, runs):
        measured.append(row)
        show(line(row))
    table = growth([1_000 << doubling for doubling in range(doublings + 1)], min(runs, 3))
    show("\n" + "\n".join(growth_lines(table)))
    if options.plot:
        plot(table, options.plot)
    if options.json:
        result: dict[str, Any] = {
            "about": about,
            "rows": [dataclasses.asdict(row) | {"verdict": row.verdict} for row in measured],
            "growth": [dataclasses.asdict(row) for row in table],
            "slopes": slopes(table),
        }
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
