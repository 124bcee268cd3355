"""What `fit` costs on a long history: `python -m benchmarks.fitting`.

The first time, without anything remembered, against one tiktoken pass over the texts of the messages, in one
thread: without a window, with one that is new, and with the tokens asked for, which `fit` counts only where
the budget is in doubt; and after one more turn, with a window that remembers the rest. Without `--data` the
history is one that `benchmarks.runs` makes; with it, that of the first line of a file of messages.
"""

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.runs import run
from benchmarks.timing import by_turns, ratio, timed
from contextkit import Window, fit, fit_context, to_messages, token_counter
from contextkit.message_formats import MESSAGE_FORMATS
from contextkit.messages.telling import provider_of


def texts(value: Any) -> Iterator[str]:
    """Give the texts in the values of messages."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


def main(arguments: list[str] | None = None) -> None:
    """Time `fit` at several budgets, and print a line for each."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fitting", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="JSON Lines; the first line is taken")
    parser.add_argument("--events", type=int, default=2_000, help="how long a made-up history is")
    parser.add_argument("--budgets", default="200000,100000,32000", metavar="N[,N...]")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(arguments)
    if options.data:
        with options.data.open(encoding="utf-8") as lines:
            messages = json.loads(next(lines))["messages"]
    else:
        messages = to_messages(run(options.events), "openai-chat").messages
    provider = provider_of(messages)
    counter, text = token_counter("o200k_base"), "\n".join(texts(messages))
    print(f"{len(messages):,} messages of {provider}, {counter(text):,} tokens of text (o200k_base)")
    for budget in map(int, options.budgets.split(",")):

        def window(budget: int = budget) -> Window:
            return Window(MESSAGE_FORMATS[provider], budget=budget, counter="o200k_base")

        fit_context(messages[:40], window=window())  # what is imported late is there now
        seconds = by_turns(
            options.runs,
            alone=lambda budget=budget: fit(messages, budget, counter="o200k_base"),  # type: ignore[misc]
            fitted=lambda window=window: fit(messages, window=window()),  # type: ignore[misc]
            told=lambda window=window: fit_context(messages, window=window()).tokens,  # type: ignore[misc]
            counted=lambda: counter(text),
        )
        kept = window()
        fit_context(messages[:-2], window=kept)
        after = timed(lambda kept=kept: fit(messages, window=kept))  # type: ignore[misc]
        context = fit_context(messages, window=kept)
        print(
            f"budget {budget:>9,}: {ratio(seconds['alone'], seconds['counted']):5.2f} passes "
            f"({1_000 * statistics.median(seconds['alone']):,.0f} ms), "
            f"{ratio(seconds['fitted'], seconds['counted']):5.2f} with a window, "
            f"{ratio(seconds['told'], seconds['counted']):5.2f} with its tokens, "
            f"after a turn {1_000 * after:5.1f} ms; "
            f"{len(context.messages):,} messages, {context.tokens:,} tokens, "
            f"{len(context.thread.records())} compactions"
        )


if __name__ == "__main__":
    main()
