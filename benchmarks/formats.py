"""What each format costs, by the shape of the data: `python -m benchmarks.formats`.

On shapes that are made up from a seed (`benchmarks.shapes`), or on the threads of a folder, one row a file
(`--data`). Figures are exact and the same on any machine; times are left out unless asked for (`--time`).

For CI: `--json FILE` writes what was found; `--baseline FILE --fail-over 1%` compares with what was found
before, and exits with 1 if a format takes more tokens than that on any shape, by any counter, or if
something no longer comes back that did.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contextkit import Comparison, Thread, compare, read_threads
from contextkit.comparisons import together
from contextkit.display.comparisons import comparison_tables
from contextkit.display.tables import Cell, Table, plain
from contextkit.formats import FORMATS
from contextkit.roundtrips import VERDICTS

from .shapes import shapes

SEED = 7
COUNTERS = ("o200k_base", "cl100k_base")


def compared(corpus: Iterable[tuple[str, Iterable[Thread]]], runs: int) -> Iterator[tuple[str, Comparison]]:
    """Compare the threads of each name, added up."""
    for name, threads in corpus:
        yield name, together(compare(thread, FORMATS, counters=COUNTERS, runs=runs) for thread in threads)


def corpus(folder: Path | None) -> Iterator[tuple[str, Iterable[Thread]]]:
    """Give the threads by name: the generated shapes, or those of a folder's files."""
    if folder is None:
        yield from ((name, [thread]) for name, thread in shapes(SEED).items())
        return
    for file in sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".jsonl")):
        yield file.name, (named.thread for named in read_threads(file))


def changes_table(comparisons: Mapping[str, Comparison], at: int) -> Table:
    """Show the change against compact JSON of each format on each shape, by one of the counters."""
    formats = [row.format for row in next(iter(comparisons.values())).rows]
    rows: list[tuple[Cell, ...]] = []
    for name, comparison in comparisons.items():
        compact = comparison.compact.tokens[at]
        pretty = comparison.pretty.tokens[at] / compact - 1
        changes = [row.size.tokens[at] / compact - 1 if row.size else None for row in comparison.rows]
        shown = ["failed" if change is None else f"{change:+.1%}" for change in (pretty, *changes)]
        heads = ("pretty JSON", *formats)
        cells = [text.rjust(max(7, len(head))) for head, text in zip(heads, shown, strict=True)]
        rows.append((name, compact, *cells))
    titles = [head.rjust(7) for head in ("pretty JSON", *formats)]
    return Table(f"Tokens against compact JSON, in {COUNTERS[at]}", ("shape", "compact JSON", *titles), rows)


# ---- against what was found before


def regressions(now: Mapping[str, Any], before: Mapping[str, Any], share: float) -> Iterator[str]:
    """Say what has become dearer by more than a share, what no longer comes back, and what is gone."""
    for shape, name, old, new in _pairs(now["shapes"], before["shapes"]):
        if new is None or (new["error"] and not old["error"]):
            yield f"{shape}, {name}: {new['error'] if new else 'it was there before'}"
            continue
        if new["error"] or old["error"]:
            continue
        for key in (key for key in old if key.startswith("tokens_") and key in new):
            if new[key] > old[key] * (1 + share):
                change = f"{old[key]:,} -> {new[key]:,} ({new[key] / old[key] - 1:+.2%})"
                yield f"{shape}, {name}: {key.removeprefix('tokens_')} {change}"
        if VERDICTS.index(new["back"]) > VERDICTS.index(old["back"]):
            yield f"{shape}, {name}: it came back before ({old['back']}), now: {new['back']}, {new['reason']}"


def _pairs(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, Any]]:
    """Give each row of before with that of now."""
    for shape, data in before.items():
        found = {row["format"]: row for row in now[shape]["formats"]} if shape in now else {}
        for row in data["formats"]:
            yield shape, row["format"], row, found.get(row["format"])


def share(text: str) -> float:
    """Read a share: `1%` or `0.01`."""
    return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)


# ---- the command


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, print the tables, and compare with the baseline."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.formats",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder of files with threads or messages")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="what was found before")
    parser.add_argument("--fail-over", type=share, default=0.0, metavar="1%%", help="how much more may be")
    parser.add_argument("--time", action="store_true", help="measure times too, which are others each time")
    options = parser.parse_args(arguments)
    comparisons = dict(compared(corpus(options.data), 3 if options.time else 0))
    if not comparisons:
        parser.error(f"{options.data}: no JSON or JSON Lines files")
    whole = together(comparisons.values())
    data = "read with --data" if options.data else f"generated, seed {SEED}"
    about = {"contextkit": version("context-window-kit"), "tiktoken": version("tiktoken"), "data": data}
    print(", ".join(f"{name} {value}" for name, value in about.items()) + "\n")
    shown = comparisons | ({"all of them": whole} if len(comparisons) > 1 else {})
    tables = [changes_table(shown, at) for at in range(len(COUNTERS))]
    tables += [
        table for table in comparison_tables(whole.to_data()) if not table.heads[0].startswith("event")
    ]
    print("\n".join(map(plain, tables)))
    found = {"about": about, "shapes": {name: made.to_data() for name, made in comparisons.items()}}
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if options.baseline:
        before = json.loads(options.baseline.read_text(encoding="utf-8"))
        worse = list(regressions(found, before, options.fail_over))
        print("\n".join(worse) or f"No format takes over {options.fail_over:.1%} more than before.")
        sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
