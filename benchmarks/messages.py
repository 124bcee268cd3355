"""What providers accepted, and what is written of it: `python -m benchmarks.messages`.

The first table holds histories that a provider accepted against the rules and the clients' types, and
writes them back. The second cuts each for every provider, at budgets from the whole down to the least
that is possible: what comes out is held against the rules, the types and the budget.

Without `--data` the histories are those of the tests, written by hand. With it they are the requests in
`provider_traffic/recorded_requests.jsonl.gz` of a folder: a line is `{"provider": ..., "request": ...}`, with
a request that the provider answered with 200. So each finding is a false alarm, and each repair an error.
The threads in `threads/*.jsonl` of the folder, which are no requests, are repaired for the second table.
"""

import argparse
import dataclasses
import gzip
import itertools
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from contextkit import BudgetError, MessageFormat, ReadError, Thread, Window, repair, validate
from contextkit.message_formats import MESSAGE_FORMATS
from contextkit.messages.envelopes import plain_messages
from contextkit.messages.reading import READERS
from contextkit.messages.rules import PROVIDERS
from tests.histories import HISTORIES, History
from tests.judges import judge

RECORDED = "provider_traffic/recorded_requests.jsonl.gz"
SHARES = (1, 0.75, 0.5, 0.25, 0.1, 0.02)
"""The budgets, as parts of what a history needs whole."""

_NAMES = {"google": "gemini"}
_BESIDE = {"openai-responses": "instructions", "gemini": "systemInstruction"}
_KEYS = {"openai-responses": "input", "gemini": "contents"}


@dataclasses.dataclass(slots=True)
class Row:
    """One line of the table.

    Attributes:
        provider: Whose requests they are.
        requests: How many there are.
        messages: How many messages they have.
        findings: What the rules found, by the place.
        complaints: What the clients' types complain of.
        changed: How many a repair changes.
        equal: How many are written back as they came.
        seconds: What validating took, in all.
    """

    provider: str
    requests: int = 0
    messages: int = 0
    findings: list[str] = dataclasses.field(default_factory=list)
    complaints: list[str] = dataclasses.field(default_factory=list)
    changed: int = 0
    equal: int = 0
    seconds: float = 0.0


def recorded(file: Path) -> Iterator[History]:
    """Read recorded requests; an input that is a text is a message of the user's."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            record = json.loads(line)
            provider = _NAMES.get(record["provider"], record["provider"])
            request: dict[str, Any] = record["request"]
            messages = request[_KEYS.get(provider, "messages")]
            if isinstance(messages, str):
                messages = [{"role": "user", "content": messages}]
            system = request.get(_BESIDE.get(provider, "system"))
            yield History(f"line {number}", provider, messages, system, request.get("tools"))


def rows(histories: Iterable[History]) -> list[Row]:
    """Look at each history, and sum up by provider."""
    table = {provider: Row(provider) for provider in PROVIDERS}
    for history in histories:
        row = table[history.provider]
        row.requests += 1
        row.messages += len(history.messages)
        start = time.perf_counter()
        found = validate(history.messages, history.provider, system=history.system, tools=history.tools)
        row.seconds += time.perf_counter() - start
        row.findings += [f"{history.name}: {violation}" for violation in found]
        row.complaints += [f"{history.name}: {text}" for text in judge(history.provider, history.messages)]
        mended = repair(history.messages, history.provider, system=history.system, tools=history.tools)
        row.changed += mended.messages != history.messages
        row.equal += comes_back(history)
    return list(table.values())


def comes_back(history: History) -> bool:
    """Whether a history is written for its own provider as it came, as canonical JSON."""
    try:
        written = MESSAGE_FORMATS[history.provider].written(thread_of(history))
    except ReadError:
        return False
    pairs = ((written.messages, written.system), (history.messages, history.system or None))
    first, second = (json.dumps(pair, sort_keys=True) for pair in pairs)
    return first == second


def thread_of(history: History) -> Thread:
    """Read a history."""
    reader = READERS[history.provider]
    return Thread([*reader.system(history.system), *reader.events(plain_messages(history.messages))])


def threads(folder: Path) -> Iterator[History]:
    """Read the threads of a folder, repaired."""
    for file in sorted(folder.glob("*.jsonl")):
        provider = "anthropic" if "anthropic" in file.name else "openai-chat"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            record = json.loads(line)
            messages = repair(record["messages"], provider, system=record.get("system")).messages
            yield History(f"{file.name}:{number}", provider, messages, record.get("system"))


@dataclasses.dataclass(slots=True)
class Cuts:
    """One line of the second table.

    Attributes:
        source: Whose histories they were.
        target: For whom they were written.
        contexts: How many were written.
        refused: How many did not fit; each was written at the limit that the error named.
        over: How many had more tokens than the budget.
        findings: What the rules found.
        complaints: What the clients' types complain of.
    """

    source: str
    target: str
    contexts: int = 0
    refused: int = 0
    over: int = 0
    findings: list[str] = dataclasses.field(default_factory=list)
    complaints: list[str] = dataclasses.field(default_factory=list)


def cuts(histories: Iterable[History]) -> list[Cuts]:
    """Write each history for each provider at several budgets, and sum up."""
    table = {(source, target): Cuts(source, target) for source in PROVIDERS for target in PROVIDERS}
    for history in histories:
        thread = thread_of(history)
        for target, format in MESSAGE_FORMATS.items():
            _cut(table[history.provider, target], history.name, thread, format)
    return list(table.values())


def _cut(row: Cuts, name: str, thread: Thread, format: MessageFormat) -> None:
    whole = Window(format).render(thread).tokens
    done: set[int] = set()
    for share in SHARES:
        budget = max(1, int(whole * share))
        try:
            context = Window(format, budget=budget).render(thread)
        except BudgetError as error:
            row.refused += 1
            budget = error.needed
            if budget in done:
                continue
            context = Window(format, budget=budget).render(thread)
        done.add(budget)
        row.contexts += 1
        row.over += context.tokens > budget
        if written := context.written.messages:
            found = validate(written, row.target, system=context.written.system)
            row.findings += [f"{name} at {budget}: {violation}" for violation in found]
            row.complaints += [f"{name} at {budget}: {text}" for text in judge(row.target, written)]


def cut_lines(table: Iterable[Cuts]) -> Iterator[str]:
    """Write the second table, and below it what is wrong."""
    heads = "".join(f"{head:>11}" for head in ("contexts", "refused", "over", "findings", "complaints"))
    yield f"{'from':<18}{'to':<18}{heads}"
    rest = []
    for row in table:
        figures = (row.contexts, row.refused, row.over, len(row.findings), len(row.complaints))
        yield f"{row.source:<18}{row.target:<18}" + "".join(f"{figure:>11}" for figure in figures)
        rest += [f"{row.source} to {row.target}, {text}" for text in (*row.findings, *row.complaints)]
    yield from rest


def lines(table: Iterable[Row]) -> Iterator[str]:
    """Write the table, and below it each finding and complaint."""
    heads = "".join(f"{head:>9}" for head in ("requests", "messages", "findings", "repaired", "equal"))
    yield f"{'provider':<18}{heads}{'complaints':>11}{'ms':>8}"
    rest = []
    for row in table:
        figures = f"{row.requests:>9}{row.messages:>9}{len(row.findings):>9}{row.changed:>9}{row.equal:>9}"
        yield f"{row.provider:<18}{figures}{len(row.complaints):>11}{1_000 * row.seconds:>8.1f}"
        rest += [f"{row.provider}, {text}" for text in (*row.findings, *row.complaints)]
    yield from rest


def main(arguments: list[str] | None = None) -> None:
    """Look at the histories, and print the table; the exit code is 1 where something was found."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.messages", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help=f"a folder with {RECORDED}")
    parser.add_argument("--cut", action="store_true", help="the second table, which takes minutes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    histories = list(recorded(options.data / RECORDED)) if options.data else HISTORIES
    table = rows(histories)
    cut: list[Cuts] = []
    if options.cut:
        more = threads(options.data / "threads") if options.data else ()
        cut = cuts(itertools.chain(histories, more))
    if options.json:
        print(json.dumps([*map(dataclasses.asdict, table), *map(dataclasses.asdict, cut)], indent=2))
    else:
        print("\n".join(lines(table)))
        print("\n".join(cut_lines(cut)) if cut else "", end="\n" if cut else "")
    wrong = [row for row in table if row.findings or row.complaints or row.changed]
    if wrong or any(row.findings or row.complaints or row.over for row in cut):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
