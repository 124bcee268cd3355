"""Fits every thread into several budgets in every format, and checks what comes out.

`python -m benchmarks.fit [--data DIR] [--budgets 2000,8000,32000]`: without `--data`, on the thread
that ships with contextkit and on generated ones. Counts as a violation: more tokens than the budget by
a recount of the final text with plain tiktoken; a unit split; a call in flight or a pinned event gone or
changed; a text that does not read back as its events; a `BudgetError` whose own limit does not do.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from contextkit import BudgetError, Context, Event, Thread, Window, read_threads
from contextkit.demo import deployment
from contextkit.formats import FORMATS, Format
from contextkit.tokens.vocabularies import load_encoding

from .threads import generated


def main() -> None:
    """Run the check and print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a folder of JSON Lines files with threads or messages")
    parser.add_argument("--budgets", default="2000,8000,32000", help="limits in tokens")
    arguments = parser.parse_args()
    budgets = [int(budget) for budget in arguments.budgets.split(",")]
    totals: dict[tuple[str, int], Counter[str]] = {}
    started, threads = time.perf_counter(), 0
    for name, thread in _threads(arguments.data):
        threads += 1
        for format_name, format in FORMATS.items():
            for budget in budgets:
                total = totals.setdefault((format_name, budget), Counter())
                for violation in _check(thread, format, budget, total):
                    total["violations"] += 1
                    print(f"{name}, {format_name}, {budget:,}: {violation}", file=sys.stderr)
    _print(totals, threads, time.perf_counter() - started)


def _threads(folder: Path | None) -> Iterator[tuple[str, Thread]]:
    if folder is None:
        yield "demo", deployment()
        for seed in range(20):
            yield f"generated {seed}", generated(40 + 20 * seed, seed=seed, bodies="values")
        return
    for path in sorted(folder.glob("*.jsonl")):
        yield from ((f"{path.name} {named.id}", named.thread) for named in read_threads(path))


def _check(thread: Thread, format: Format, budget: int, total: Counter[str]) -> Iterator[str]:
    total["renders"] += 1
    limit = budget
    try:
        context = Window(format, budget=limit).render(thread)
    except BudgetError as error:
        total["too small"] += 1
        limit = error.needed
        pinned = sum(len(_encode(format(event))) for event in _held(thread))
        if pinned <= budget - 64:  # the line that says what is gone takes the rest
            yield f"BudgetError, but what may not be cut has only {pinned:,} tokens"
        try:
            context = Window(format, budget=limit).render(thread)
        except BudgetError:
            yield f"rendering at the limit that the error names, {limit:,}, fails"
            return
    total["tokens"] += context.tokens
    yield from _violations(thread, format, limit, context)


def _violations(thread: Thread, format: Format, limit: int, context: Context) -> Iterator[str]:
    recount = len(_encode(context.text))
    if recount != context.tokens or recount > limit:
        yield f"{recount:,} tokens by a recount, {context.tokens:,} said, {limit:,} allowed"
    shown = {fragment.id: fragment.text for fragment in context.fragments}
    for event in thread:
        if event.pinned and shown.get(str(event.id)) != format(event):
            yield f"pinned event {event.id} changed or gone"
    for unit in thread.units():
        there = [str(event.id) in shown for event in unit.events]
        if any(there) != all(there):
            yield f"unit of event {unit.events[0].id} split"
        if unit.in_flight and not all(there):
            yield f"call in flight {unit.events[0].id} gone"
    read = [(event.type, event.data) for event in format.read(context.text)]
    # A rule writes for a reader: of what a compaction has put there, its words come back.
    view = [(e.type, rule(e) if (rule := format.rule(e)) else e.data) for e in context.thread.view()]
    if format.name == "TAGGED":
        read, view = [(kind, None) for kind, _ in read], [(kind, None) for kind, _ in view]
    if json.dumps(read) != json.dumps(view):
        yield "does not read back as its events"


def _held(thread: Thread) -> Iterator[Event]:
    for unit in thread.units():
        for event in unit.events:
            if unit.in_flight or event.pinned:
                yield event


def _encode(text: str) -> list[int]:
    return load_encoding("o200k_base").encode_ordinary(text)


def _print(totals: dict[tuple[str, int], Counter[str]], threads: int, seconds: float) -> None:
    print(f"{'format':<12} {'budget':>8} {'renders':>8} {'too small':>10} {'tokens':>12} {'violations':>11}")
    for (name, budget), total in totals.items():
        print(
            f"{name:<12} {budget:>8,} {total['renders']:>8,} {total['too small']:>10,} "
            f"{total['tokens']:>12,} {total['violations']:>11,}"
        )
    renders = sum(total["renders"] for total in totals.values())
    violations = sum(total["violations"] for total in totals.values())
    print(f"{threads:,} threads, {renders:,} renders, {violations:,} violations, {seconds:.0f} s")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
