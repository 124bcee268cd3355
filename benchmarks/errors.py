"""Errors: which facts their summaries keep, at how many tokens.

`python -m benchmarks.errors --data DIR` reads DIR/facts.jsonl, one case a line:
{"id": ..., "file": ..., "lang": ..., "kind": ..., "facts": [[name, [string, ...]], ...]}. A fact is kept
if its strings stand near one another. Without `--data` small Python programs are run, which fail, and
their outputs are the cases.
"""

import argparse
import dataclasses
import functools
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from contextkit import TokenCounter, summarize_error, token_counter
from contextkit.errors.salience import failure_at
from contextkit.tokens.cutting import cut

NEAR = 200  # characters, white space folded
BUDGETS = (32, 64, 128, 256, 512, 1024)

PROGRAMS: dict[str, tuple[str, list[list[str]]]] = {
    "chain": (
        """\
def rate(c):
    return {}[c]

def total(c):
    try:
        return rate(c)
    except KeyError as e:
        raise ValueError(f'no total in {c}') from e

total('SEK')
""",
        [["ValueError"], ["no total in SEK"], ["KeyError: 'SEK'"], ["program.py", "2"], ["program.py", "8"]],
    ),
    "context": (
        """\
def close():
    raise OSError('already closed')

try:
    1 / 0
finally:
    close()
""",
        [["OSError"], ["already closed"], ["ZeroDivisionError"], ["program.py", "2"], ["program.py", "5"]],
    ),
    "recursion": (
        """\
def down(n):
    return up(n + 1)

def up(n):
    return down(n)

down(0)
""",
        [["RecursionError"], ["program.py", "2"], ["program.py", "5"], ["down"], ["up"]],
    ),
    "group": (
        """\
raise ExceptionGroup('jobs', [TimeoutError('job 7'), ValueError('job 9: bad width')])
""",
        [["ExceptionGroup"], ["TimeoutError", "job 7"], ["ValueError", "job 9: bad width"]],
    ),
    "note": (
        """\
e = LookupError('no user 31')
e.add_note('while importing users.csv')
raise e
""",
        [["LookupError"], ["no user 31"], ["while importing users.csv"], ["program.py", "3"]],
    ),
    "syntax": (
        """\
if True
    pass
""",
        [["SyntaxError"], ["expected ':'"], ["program.py", "1"]],
    ),
    "library": (
        """\
import json

def load(text):
    return json.loads(text)

load('{"a": }')
""",
        [["JSONDecodeError"], ["Expecting value: line 1 column 7"], ["program.py", "4"], ["load"]],
    ),
    "no error word": (
        """\
class Gone(Exception):
    pass

def find():
    raise Gone('page 12')

find()
""",
        [["Gone"], ["page 12"], ["program.py", "5"]],
    ),
    "unittest": (
        """\
import unittest

class T(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(1 + 1, 3)

    def test_ok(self):
        pass

unittest.main()
""",
        [["test_sum"], ["AssertionError: 2 != 3"], ["failures=1"], ["program.py", "5"]],
    ),
    "log": (
        """\
for n in range(300):
    print(f'fetched page {n}')
print('ERROR: quota of tenant 4 exceeded')
for n in range(300):
    print(f'fetched page {n}')
raise SystemExit('stopped early')
""",
        [["quota of tenant 4 exceeded"], ["stopped early"]],
    ),
}
"""Programs that fail, and the facts that must survive."""


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """A text and what must be kept of it."""

    id: str
    lang: str
    kind: str
    text: str
    facts: list[list[str]]


def from_data(folder: Path) -> Iterator[Case]:
    """Read the cases of a folder."""
    for row in (folder / "facts.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(row)
        text = (folder / case["file"]).read_text(encoding="utf-8", errors="replace")
        yield Case(case["id"], case["lang"], case["kind"], text, [strings for _, strings in case["facts"]])


def generated() -> Iterator[Case]:
    """Run the programs."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program.py"
        for name, (source, facts) in PROGRAMS.items():
            program.write_text(source, encoding="utf-8")
            run = subprocess.run(  # noqa: S603 - the programs are ours
                [sys.executable, str(program)], capture_output=True, text=True, check=False
            )
            yield Case(name, "python", "trace", run.stdout + run.stderr, facts)


def folded(text: str) -> str:
    """Fold white space; colours go."""
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


def kept(summary: str, strings: list[str]) -> bool:
    """Tell whether all strings stand near the first one, or a line below the heading of its file."""
    text = folded(summary)
    first, *others = [folded(string).strip() for string in strings]
    for at in _places(text, first):
        near = text[max(0, at - NEAR) : at + len(first) + NEAR]
        if all(_places(near, other) for other in others):
            return True
    block = False
    for line in summary.split("\n") if others and others[-1].isdigit() else ():
        block = first in line or (block and (not line or line[0].isspace()))
        if block and _places(line, others[-1]):
            return True
    return False


def _places(text: str, string: str) -> list[int]:
    pattern = rf"(?<!\d){string}(?!\d)" if string.isdigit() else re.escape(string)
    return [match.start() for match in re.finditer(pattern, text)]


@dataclasses.dataclass(slots=True)
class Row:
    """What one way of summarising makes of some cases."""

    cases: int = 0
    before: int = 0
    after: int = 0
    facts: float = 0.0
    whole: int = 0
    silent: int = 0
    larger: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        n = max(self.cases, 1)
        return (
            f"{self.cases:>5} {self.before:>9,} {self.after:>8,} {self.after / n:>7.0f} "
            f"{self.after / max(self.before, 1):>7.1%} {self.facts / n:>7.3f} {self.whole / n:>6.2f} "
            f"{self.silent:>6} {self.larger:>6} {self.seconds * 1000 / n:>8.1f}"
        )


HEAD = "cases    before    after average   share   facts    all silent larger ms a case"


def measured(cases: Iterable[Case], say: Callable[[str], str], count: TokenCounter) -> dict[str, Row]:
    """Summarise the cases; give a row for each kind, each language and all."""
    rows: dict[str, Row] = defaultdict(Row)
    for case in cases:
        start = time.perf_counter()
        summary = say(case.text)
        seconds = time.perf_counter() - start
        share = sum(kept(summary, fact) for fact in case.facts) / len(case.facts)
        before, after = count(case.text), count(summary)
        for name in (case.kind, case.lang, "all"):
            row = rows[name]
            row.cases += 1
            row.before += before
            row.after += after
            row.facts += share
            row.whole += share == 1
            row.silent += failure_at(case.text) >= 0 > failure_at(summary)
            row.larger += after > before
            row.seconds += seconds
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder with facts.jsonl")
    options = parser.parse_args(arguments)
    count = token_counter("o200k_base")
    cases = list(from_data(options.data) if options.data else generated())
    print(f"{'summarize_error':16} {HEAD}")
    rows = measured(cases, summarize_error, count)
    for name, row in rows.items():
        print(f"{name:16} {row}")
    bare = measured(cases, functools.partial(summarize_error, parse=False), count)["all"]
    print(f"{'without parsers':16} {bare}")
    print("\nby budget in tokens, and head and tail at the same")
    for budget in BUDGETS:
        ours = measured(cases, functools.partial(summarize_error, budget=budget), count)["all"]
        ends = measured(cases, functools.partial(cut, n=budget, counter=count), count)["all"]
        print(
            f"{budget:>16} facts {ours.facts / ours.cases:.3f}   head and tail {ends.facts / ends.cases:.3f}"
        )
    last = measured(cases, lambda text: text.strip().rpartition("\n")[2], count)["all"]
    print(f"{'the last line':>16} facts {last.facts / last.cases:.3f}")


if __name__ == "__main__":
    main()
