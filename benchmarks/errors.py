"""Errors: which facts their summaries keep, at how many tokens.

`python -m benchmarks.errors --data DIR` reads DIR/facts.jsonl, one case a line:
{"id": ..., "file": ..., "lang": ..., "kind": ..., "facts": [[name, [string, ...]], ...]}. A fact is kept
if its strings stand near one another. Without `--data` small Python programs are run, which fail, and
their outputs are the cases. Next to it: what cutting keeps at
the same size, and headroom and rich, where they are installed (`pip install context-window-kit[rivals]`);
whether mutations of the texts cost facts; whether fingerprints find an error again; and the time.
"""

import argparse
import contextlib
import dataclasses
import functools
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from contextkit import TokenCounter, summarize_error, token_counter
from contextkit.errors.salience import failure_at
from contextkit.tokens.cutting import cut
from contextkit.tokens.vocabularies import load_encoding

from .error_identity import identity
from .error_mutations import FACTS, IDENTITY

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


def generated(start: str = "") -> Iterator[Case]:
    """Run the programs, if need be by a line of Python that starts a file."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program.py"
        for name, (source, facts) in PROGRAMS.items():
            program.write_text(source, encoding="utf-8")
            run = subprocess.run(  # noqa: S603 - the programs are ours
                [sys.executable, *(["-c", start.format(str(program))] if start else [str(program)])],
                capture_output=True,
                text=True,
                check=False,
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


def mutated(cases: Iterable[Case], mutate: Callable[[str], str]) -> Iterator[Case]:
    """Change the texts of cases and their facts; facts that are no longer there are not asked for."""
    for case in cases:
        text = mutate(case.text)
        facts = []
        for fact in case.facts:
            changed = [_changed(string, mutate) for string in fact]
            longer = all(
                new.endswith(old) for new, old in zip(changed, fact, strict=True)
            )  # a logger's prefix
            facts += [
                found for found in ((fact, changed) if longer else (changed, fact)) if kept(text, found)
            ][:1]
        if facts:
            yield dataclasses.replace(case, text=text, facts=facts)


def _changed(string: str, mutate: Callable[[str], str]) -> str:
    """Change a part of a fact; a number is that of a line, and changes as one."""
    if string.isdigit():
        return folded(mutate(f"a.py:{string}")).rpartition("a.py:")[2].strip()
    return mutate(string)


def last_line(text: str) -> str:
    """Give the last line: of most errors what `repr(error)` says."""
    return text.strip().rpartition("\n")[2]


def at_the_size_of_ours(
    cases: Sequence[Case], keep: Literal["head", "tail", "both"], count: TokenCounter
) -> Row:
    """Cut each case to the tokens that its summary has."""
    sizes = {case.text: count(summarize_error(case.text)) for case in cases}
    return measured(cases, lambda text: cut(text, sizes[text], count, keep=keep), count)["all"]


def rivals() -> dict[str, Callable[[str], str]]:
    """Give what others do with such a text, of those that are installed."""
    found: dict[str, Callable[[str], str]] = {}
    with contextlib.suppress(ImportError):
        compressor: Any = import_module("headroom.transforms.log_compressor").LogCompressor()
        found["headroom"] = lambda text: compressor.compress(text).compressed
    return found


def through_rich(count: TokenCounter) -> Row | None:
    """Run the programs with rich's tracebacks, which are made of an exception, not of a text."""
    try:
        import_module("rich.traceback")
    except ImportError:
        return None
    start = (
        "from rich.traceback import install; install(width=100); "
        "import runpy; runpy.run_path({!r}, run_name='__main__')"
    )
    texts = {case.text: case for case in generated()}
    shown = {case.text: shared for case, shared in zip(texts.values(), generated(start), strict=True)}
    return measured(texts.values(), lambda text: shown[text].text, count)["all"]


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder with facts.jsonl")
    options = parser.parse_args(arguments)
    count = token_counter("o200k_base")
    cases = list(from_data(options.data) if options.data else generated())
    print(f"{'':20} {HEAD}")
    rows = measured(cases, summarize_error, count)
    for name, row in rows.items():
        print(f"{name:20} {row}")
    ways: dict[str, Row] = {
        "without parsers": measured(cases, functools.partial(summarize_error, parse=False), count)["all"],
        "the last line": measured(cases, last_line, count)["all"],
        "head": at_the_size_of_ours(cases, "head", count),
        "tail": at_the_size_of_ours(cases, "tail", count),
        "head and tail": at_the_size_of_ours(cases, "both", count),
        **{name: measured(cases, say, count)["all"] for name, say in rivals().items()},
    }
    if not options.data and (rich := through_rich(count)):
        ways["rich"] = rich
    for name, row in ways.items():
        print(f"{name:20} {row}")
    print("\nfacts kept by budget, in tokens")
    print(f"{'':20} {'ours':>8} {'head':>8} {'tail':>8} {'both':>8}")
    for budget in BUDGETS:
        ours = measured(cases, functools.partial(summarize_error, budget=budget), count)["all"]
        keeps = [
            measured(cases, functools.partial(cut, n=budget, counter=count, keep=keep), count)["all"]
            for keep in ("head", "tail", "both")
        ]
        print(f"{budget:<20} " + " ".join(f"{row.facts / row.cases:8.3f}" for row in (ours, *keeps)))
    print(f"\n{'mutations':20} {HEAD}")
    for name, mutate in FACTS.items():
        print(f"{name:20} {measured(mutated(cases, mutate), summarize_error, count)['all']}")
    same = identity({case.id: case.text for case in cases})
    print(
        f"\nfingerprints over {len(cases)} cases and {len(IDENTITY)} mutations of each: "
        f"precision {same.precision:.3f} ({same.strict:.3f} if each case is an error of its own), "
        f"recall {same.recall:.3f}"
    )
    for one, other in same.merged:
        print(f"  the same, and should not be: {one}, {other}")
    print("  another one: " + ", ".join(f"{times} by {name}" for name, times in same.split.items()))
    print(f"\ntime: {passes(cases):.2f} passes of tiktoken over all texts")


def passes(cases: Sequence[Case], runs: int = 5) -> float:
    """Give the time of all summaries as a multiple of the time to tokenise all texts."""
    encode = load_encoding("o200k_base").encode_ordinary
    best = [[math.inf] * len(cases) for _ in range(2)]
    for _ in range(runs):
        for at, case in enumerate(cases):
            works: tuple[Callable[[str], object], ...] = (encode, summarize_error)
            for times, work in zip(best, works, strict=True):
                start = time.process_time()
                work(case.text)
                times[at] = min(times[at], time.process_time() - start)
    return sum(best[1]) / max(sum(best[0]), 1e-9)


if __name__ == "__main__":
    main()
