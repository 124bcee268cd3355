"""Replays runs of agents with several ways of keeping them within a budget: `python -m benchmarks.replay`.

Before each message of the model a context is made of the events so far, and looked at: see
`contextkit.replaying.replay` for what is measured. With `--data` the runs are read from JSON Lines of OpenAI
or Anthropic messages, or of events; without it they are made up from a seed (`benchmarks.runs`). No network.

`python -m benchmarks.replay --growth 1000,4000,16000` measures how the time grows with the run instead.
"""

import argparse
import contextlib
import gc
import json
import platform
import re
import resource
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import tiktoken

from contextkit import TAGGED, BudgetError, Context, Event, Thread, Window, read_threads
from contextkit.display import plots
from contextkit.display.frontiers import Point
from contextkit.occupancy import Occupancy
from contextkit.rates import Rates, rates_of
from contextkit.replaying import Compile, Replay, replay, together
from contextkit.tokens.vocabularies import load_encoding

from .contenders import BASELINES, CONTENDERS, OURS, SLOW, Contender
from .growth import SEED, slope
from .rivals import RIVALS
from .runs import Flavour, run
from .timing import by_turns

ENCODING = "o200k_base"
_PACKAGES = ("langchain", "langchain-core", "llama-index-core", "agent-framework-core")
_MORE_PACKAGES = ("pydantic-ai-harness", "prompt-poet")
Named = dict[str, Thread]


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one contender.

    Attributes:
        name: The contender.
        replays: What came of each thread that it did not fail on, by the thread's name.
        timed: Replays of all threads for the times alone; where there are none, `replays` gives the times.
        tokenised: The bytes that were tokenised for a byte of the threads; `None` where nobody counted.
        failed: Where it raised, and what.
    """

    name: str
    replays: dict[str, Replay]
    timed: tuple[Replay, ...]
    tokenised: float | None
    failed: tuple[str, ...]

    def figures(self, plain: float, rates: Rates | None) -> dict[str, Any]:
        """Give its figures as plain data, with `plain` the seconds of one tokeniser pass over the threads."""
        whole = together(self.replays.values())
        middle = sorted(self.timed or [whole], key=lambda timed: timed.seconds)[len(self.timed) // 2]
        times = {name: middle.to_data()[name] for name in ("milliseconds", "median", "p95")}
        figures = {"contender": self.name, **whole.to_data(), **times}
        figures |= {"passes": middle.seconds / plain, "tokenised": self.tokenised}
        if rates is not None:
            figures |= {"price": whole.cost(rates), "uncached": whole.cost(rates, cached=False)}
        wrong = Counter(text.partition(":")[0] for call in whole.calls for text in call.violations)
        return figures | {"wrong": dict(wrong), "failed": list(self.failed)}


# ---- measuring


def measured(name: str, threads: Named, budget: int, runs: int) -> Row:
    """Replay threads with one contender.

    Raises:
        ImportError: If what it needs is not installed.
    """
    make = CONTENDERS[name]
    make(budget)  # what it imports is there now
    replays, failed = {}, []
    for title, thread in threads.items():
        try:
            replays[title] = replay(thread, make(budget), limit=budget, counter=ENCODING)
        except Exception as error:  # noqa: BLE001 - a rival may raise anything
            failed.append(f"{title}: {type(error).__name__}: {str(error)[:120]}")
    if name not in OURS or failed:
        return Row(name, replays, (), None, tuple(failed))

    def timed() -> Replay:
        gc.collect()
        each = (replay(thread, make(budget), counter=ENCODING, only_time=True) for thread in threads.values())
        return together(each)

    again = tuple(timed() for _ in range(runs))
    return Row(name, replays, again, tokenised(make, threads, budget), ())


def tokenised(make: Contender, threads: Named, budget: int) -> float:
    """Give the bytes that tiktoken is given for a byte of the threads, whoever asks it."""
    bytes_in, counting = 0, False

    def watched(encode: Callable[..., Any]) -> Callable[..., Any]:
        def counted(self: tiktoken.Encoding, text: str, **options: Any) -> Any:
            nonlocal bytes_in
            bytes_in += len(text.encode("utf-8", "surrogatepass")) if counting else 0
            return encode(self, text, **options)

        return counted

    def watching(compiled: Compile) -> Compile:
        def compile(thread: Thread) -> Context | Sequence[Event]:
            nonlocal counting
            counting = True
            made = compiled(thread)
            assert made.text if isinstance(made, Context) else made is not None
            counting = False
            return made

        return compile

    names = ("encode", "encode_ordinary")
    plain = {name: getattr(tiktoken.Encoding, name) for name in names}
    try:
        for name in names:
            setattr(tiktoken.Encoding, name, watched(plain[name]))
        for thread in threads.values():
            replay(thread, watching(make(budget)), counter=ENCODING, only_time=True)
    finally:
        for name in names:
            setattr(tiktoken.Encoding, name, plain[name])
    whole = sum(len(TAGGED.text(thread).encode("utf-8", "surrogatepass")) for thread in threads.values())
    return bytes_in / whole


def fitting(threads: Named, budget: int) -> tuple[Named, dict[str, int]]:
    """Part the threads that can be kept within a budget from those that cannot, with what these need."""
    fit, small = {}, {}
    for name, thread in threads.items():
        try:
            replay(thread, Window(budget=budget), only_time=True)
        except BudgetError as error:
            small[name] = error.needed
        else:
            fit[name] = thread
    return fit, small


def plain_pass(threads: Named, runs: int = 5) -> float:
    """Give the seconds of one tokeniser pass over the threads' text, the median of several."""
    encode = load_encoding(ENCODING).encode_ordinary
    texts = [TAGGED.text(thread) for thread in threads.values()]
    return statistics.median(by_turns(runs, plain=lambda: list(map(encode, texts)))["plain"])


# ---- the runs


def runs_of(options: argparse.Namespace) -> Named:
    """Give the runs that are asked for, by name."""
    if options.data is None:
        flavours: Sequence[Flavour] = [options.flavour] if options.flavour else ["coding", "service"]
        return {
            f"{flavour} {seed}": run(options.events, seed=seed, flavour=flavour)
            for flavour in flavours
            for seed in options.seed
        }
    files = sorted(options.data.rglob("*.jsonl")) if options.data.is_dir() else [options.data]
    return {f"{file.name} {named.id}": named.thread for file in files for named in read_threads(file)}


def steps_of(thread: Thread) -> int:
    """Give how often the model is called."""
    return len(replay(thread, lambda _: (), only_time=True).calls)


def about(threads: Named, options: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """Say what the figures hold for."""
    asked = ["context-window-kit", "tiktoken"]
    asked += [*_PACKAGES, *_MORE_PACKAGES] if any(name in RIVALS for name in names) else []
    versions = {"Python": platform.python_version()}
    for package in asked:
        with contextlib.suppress(PackageNotFoundError):
            versions[package] = version(package)
    seeds = ", ".join(map(str, options.seed))
    return {
        "data": str(options.data) if options.data else f"made up (benchmarks.runs), seeds {seeds}",
        "encoding": ENCODING,
        "versions": versions,
        "threads": len(threads),
        "events": sum(map(len, threads.values())),
        "steps": sum(map(steps_of, threads.values())),
    }


# ---- the table

_COLUMNS: tuple[tuple[str, str, str, float], ...] = (
    ("violations", "violations", ",.0f", 1),
    ("recall", "recall", ".3f", 1),
    ("far recall", "far_recall", ".3f", 1),
    ("bare", "bare_recall", ".3f", 1),
    ("heard", "heard", ".3f", 1),
    ("re-reads", "rereads", ",.0f", 1),
    ("prefix %", "prefix", ".1f", 100),
    ("breaks", "breaks", ",.0f", 1),
    ("cost k", "cost", ",.0f", 0.001),
    ("$ cached", "price", ",.2f", 1),
    ("$ uncached", "uncached", ",.2f", 1),
    ("ms median", "median", ",.2f", 1),
    ("ms p95", "p95", ",.2f", 1),
    ("ms total", "milliseconds", ",.0f", 1),
    ("passes", "passes", ",.2f", 1),
    ("bytes/byte", "tokenised", ".2f", 1),
)
"""Heading, figure, how it is written, and what it is multiplied with."""

_LEGEND = (
    "cost k: thousands of tokens, 1 for a new one and 0.1 for one in the prefix shared with the call before; "
    "passes: time of the whole run next to one tiktoken pass over the threads' text; bytes/byte: bytes "
    "tokenised for a byte of that. Times of contextkit, text included: the median of {} runs; of all others "
    "one run, text left out."
)


def table_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Write figures as an aligned table, and below it what was wrong."""
    columns = [column for column in _COLUMNS if any(column[1] in row for row in rows)]
    width = max(len(row["contender"]) for row in rows)
    yield f"{'contender':<{width}}" + "".join(f"  {heading:>{_width(heading)}}" for heading, *_ in columns)
    for row in rows:
        cells = []
        for heading, figure, written, times in columns:
            value = row.get(figure)
            cell = "" if value is None else format(value * times, written)
            cells.append(f"  {cell:>{_width(heading)}}")
        yield f"{row['contender']:<{width}}" + "".join(cells).rstrip()
    for row in rows:
        if row["wrong"]:
            counts = ", ".join(f"{times:,} times {what}" for what, times in row["wrong"].items())
            yield f"violations of {row['contender']}: {counts}"


def _width(heading: str) -> int:
    return max(6, len(heading))


# ---- growth


def growth(sizes: Sequence[int], name: str, budget: int, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Replay made-up runs of several lengths, shortest first, for the time alone."""
    rows = []
    for size in sorted(sizes):
        flavour: Flavour = options.flavour or "coding"
        thread = run(size, seed=options.seed[0], flavour=flavour)
        done = replay(thread, CONTENDERS[name](budget), counter=ENCODING, only_time=True)
        late = done.calls[-max(1, len(done.calls) // 4) :]
        rows.append(
            {
                "events": size,
                "steps": len(done.calls),
                "breaks": done.breaks,
                "median": 1_000 * statistics.median(call.seconds for call in done.calls),
                "late": 1_000 * statistics.fmean(call.seconds for call in late),
                "run": 1_000 * done.seconds,
                # Of the process so far, in MB; Linux gives kilobytes, macOS bytes.
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                / (1e6 if sys.platform == "darwin" else 1e3),
            }
        )
    return rows


_GROWTH = (("step, median", "median"), ("step, last quarter, mean", "late"), ("whole run", "run"))


def growth_slopes(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Give the slopes of the times."""
    return {key: slope([(row["events"], row[key]) for row in rows]) for _, key in _GROWTH}


def growth_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Write the growth as a table: milliseconds, and megabytes."""
    headings = [f"{heading} ms" for heading, _ in _GROWTH]
    yield f"{'events':>8}  {'steps':>7}  {'breaks':>6}  {'  '.join(headings)}  peak MB"
    for row in rows:
        cells = [
            f"{row[key]:>{len(heading)},.2f}" for heading, (_, key) in zip(headings, _GROWTH, strict=True)
        ]
        counts = f"{row['events']:>8,}  {row['steps']:>7,}  {row['breaks']:>6,}"
        yield f"{counts}  {'  '.join(cells)}  {row['peak']:>7,.0f}"
    values = growth_slopes(rows).values()
    cells = [f"{value:>{len(heading)}.2f}" for heading, value in zip(headings, values, strict=True)]
    yield f"{'slope':>8}  {'':>7}  {'':>6}  {'  '.join(cells)}"


# ---- the command


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.replay", description=str(__doc__).partition("\n")[0]
    )
    add = parser.add_argument
    add("--data", type=Path, metavar="PATH", help="a file of JSON Lines with threads, or a folder of them")
    add("--budget", type=_numbers, default=[8_000, 32_000], metavar="N[,N...]", help="limits in tokens")
    add("--contender", action="append", choices=CONTENDERS, metavar="NAME", help="only this one; repeat it")
    add("--rivals", action="store_true", help="other libraries too, those that are installed")
    add("--flavour", choices=("coding", "service"), help="of made-up runs only these")
    add("--events", type=int, default=1_000, metavar="N", help="how long made-up runs are")
    add("--seed", type=_numbers, default=[SEED], metavar="S[,S...]", help="of made-up runs")
    add("--runs", type=int, default=3, metavar="N", help="how often contextkit is timed")
    add("--model", metavar="NAME", help="give prices of this model too (the extra prices)")
    add("--growth", type=_numbers, metavar="N[,N...]", help="measure made-up runs of these lengths instead")
    add("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    add("--plot", type=Path, metavar="FOLDER", help="draw pictures (the extra plots)")
    add("--list", action="store_true", help="list the contenders")
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print the tables."""
    options = _parser().parse_args(arguments)
    names = options.contender or [*OURS, *BASELINES, *(RIVALS if options.rivals else ())]
    if options.list:
        print("\n".join(f"{name}{' (slow)' if name in SLOW else ''}" for name in CONTENDERS))
        return
    load_encoding(ENCODING)  # its time is nobody's
    result = _grow(options, names[0]) if options.growth else _compare(options, names)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _grow(options: argparse.Namespace, name: str) -> dict[str, Any]:
    budget = options.budget[0]
    flavour = options.flavour or "coding"
    print(f"{name}, {budget:,} tokens, made-up runs ({flavour}, seed {options.seed[0]}), {ENCODING}\n")
    rows = growth(options.growth, name, budget, options)
    print("\n".join(growth_lines(rows)))
    slopes = growth_slopes(rows)
    if options.plot:
        columns = {heading: ([row[key] for row in rows], slopes[key]) for heading, key in _GROWTH}
        plots.growth_plot([row["events"] for row in rows], columns, options.plot / "growth.png")
    return {"contender": name, "budget": budget, "growth": rows, "slopes": slopes}


def _compare(options: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    threads = runs_of(options)
    said = about(threads, options, names)
    rates = rates_of(options.model) if options.model else None
    print(", ".join(f"{package} {number}" for package, number in said["versions"].items()))
    print(f"{said['data']}; {ENCODING}; threads {said['threads']:,}, ", end="")
    print(f"events {said['events']:,}, steps {said['steps']:,}")
    print(_LEGEND.format(options.runs) + (f" $: {options.model}, {rates}." if rates else ""))
    budgets = {}
    for budget in options.budget:
        fit, small = fitting(threads, budget)
        print(f"\nbudget {budget:,} tokens")
        for name, needed in small.items():
            print(f"too small for {name}, which needs {needed:,}: left out for all")
        if not fit:
            continue
        plain = plain_pass(fit)
        rows, missing = _rows(names, fit, budget, options.runs)
        figures = [row.figures(plain, rates) for row in rows]
        print(f"one tiktoken pass: {1_000 * plain:,.0f} ms\n")
        print("\n".join([*table_lines(figures), *missing]), flush=True)
        budgets[str(budget)] = {"too small": small, "pass": plain, "rows": figures, "missing": missing}
        if options.plot:
            _draw(rows, figures, budget, f"{_source(options)}, {budget:,} tokens", options.plot)
    return {"about": said, "budgets": budgets}


def _rows(names: Sequence[str], threads: Named, budget: int, runs: int) -> tuple[list[Row], list[str]]:
    """Measure the contenders, and say which are not installed and which raised."""
    rows, missing = [], []
    for name in names:
        print(f"... {name}", file=sys.stderr, flush=True)
        try:
            row = measured(name, threads, budget, runs)
        except ImportError as error:
            missing.append(f"skipped {name}: not installed ({error})")
            continue
        if row.replays:
            rows.append(row)
        if row.failed:
            missing.append(f"{name} raised on {len(row.failed)} of {len(threads)} threads: {row.failed[0]}")
    return rows, missing


def _source(options: argparse.Namespace) -> str:
    return options.data.stem if options.data else "made-up runs"


def _draw(rows: Sequence[Row], figures: Sequence[dict[str, Any]], budget: int, title: str, to: Path) -> None:
    points = [
        Point(row["contender"], row["cost"], row["far_recall"], row["contender"].startswith("contextkit"))
        for row in figures
    ]
    plots.frontier_plot(points, title, to / f"recall_against_cost_{budget}.png")
    row = rows[0]
    longest = max(row.replays, key=lambda name: len(row.replays[name].calls))
    file = to / f"occupancy_{re.sub(r'[^a-z0-9]+', '_', row.name.lower())}_{budget}.png"
    found = Occupancy.of(row.replays[longest], budget, ENCODING)
    plots.occupancy_plot(found, f"{row.name}: {longest}, {budget:,} tokens", file)


if __name__ == "__main__":
    main()
