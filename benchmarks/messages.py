"""What providers accepted, before the rules and the clients' types: `python -m benchmarks.messages`.

Without `--data` the histories are those of the tests, written by hand. With it they are the requests in
`provider_traffic/recorded_requests.jsonl.gz` of a folder: a line is `{"provider": ..., "request": ...}`, with
a request that the provider answered with 200. So each finding is a false alarm, and each repair an error.
"""

import argparse
import dataclasses
import gzip
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from contextkit import repair, validate
from contextkit.messages.rules import PROVIDERS
from tests.histories import HISTORIES, History
from tests.judges import judge

RECORDED = "provider_traffic/recorded_requests.jsonl.gz"
_NAMES = {"google": "gemini"}
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
        seconds: What validating took, in all.
    """

    provider: str
    requests: int = 0
    messages: int = 0
    findings: list[str] = dataclasses.field(default_factory=list)
    complaints: list[str] = dataclasses.field(default_factory=list)
    changed: int = 0
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
            beside = (request.get("system"), request.get("tools"))
            yield History(f"line {number}", provider, messages, *beside)


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
    return list(table.values())


def lines(table: Iterable[Row]) -> Iterator[str]:
    """Write the table, and below it each finding and complaint."""
    heads = "".join(f"{head:>9}" for head in ("requests", "messages", "findings", "repaired"))
    yield f"{'provider':<18}{heads}{'complaints':>11}{'ms':>8}"
    rest = []
    for row in table:
        figures = f"{row.requests:>9}{row.messages:>9}{len(row.findings):>9}{row.changed:>9}"
        yield f"{row.provider:<18}{figures}{len(row.complaints):>11}{1_000 * row.seconds:>8.1f}"
        rest += [f"{row.provider}, {text}" for text in (*row.findings, *row.complaints)]
    yield from rest


def main(arguments: list[str] | None = None) -> None:
    """Look at the histories, and print the table; the exit code is 1 where something was found."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.messages", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help=f"a folder with {RECORDED}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    table = rows(recorded(options.data / RECORDED) if options.data else HISTORIES)
    if options.json:
        print(json.dumps([dataclasses.asdict(row) for row in table], indent=2))
    else:
        print("\n".join(lines(table)))
    if any(row.findings or row.complaints or row.changed for row in table):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
