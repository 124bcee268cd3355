"""What a report costs: `python -m benchmarks.reports`.

A report and its page, against one tiktoken pass over the texts of the run's events in one thread, by turns,
at several budgets; 0 is none. Without `--data` the run is one that `benchmarks.runs` makes; with it, the
first of a file.
"""

import argparse
import statistics
from pathlib import Path

import tiktoken

import contextkit
from benchmarks.runs import run
from benchmarks.timing import by_turns, ratio
from contextkit import Window, read_threads, token_counter
from contextkit.display.reports import report_page
from contextkit.reporting import report


def main(arguments: list[str] | None = None) -> None:
    """Time reports at several budgets, and print a line for each."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reports", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="a file of runs; the first is taken")
    parser.add_argument("--events", type=int, default=900, help="how long a made-up run is")
    parser.add_argument("--budgets", default="0,100000,40000", metavar="N[,N...]")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args(arguments)
    thread = next(iter(read_threads(options.data))).thread if options.data else run(options.events)
    counter, text = token_counter("o200k_base"), "\n".join([event.text for event in thread])
    print(f"context-window-kit {contextkit.__version__}, tiktoken {tiktoken.__version__}")
    print(f"{len(thread):,} events, {counter(text):,} tokens of text (o200k_base)")
    for budget in map(int, options.budgets.split(",")):

        def page(budget: int = budget) -> str:
            return report_page(report(thread, Window(budget=budget or None)))

        size = len(page().encode())  # what is imported late is there now
        seconds = by_turns(options.runs, page=page, counted=lambda: counter(text))
        print(
            f"budget {budget:>9,}: {ratio(seconds['page'], seconds['counted']):5.2f} passes "
            f"({1_000 * statistics.median(seconds['page']):,.0f} ms), {size:,} bytes"
        )


if __name__ == "__main__":
    main()
