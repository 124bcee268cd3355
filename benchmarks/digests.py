"""Digests of tools' outputs: which shapes of logs and outliers in JSON they keep, at how many tokens.

`python -m benchmarks.digests` makes logs in many formats, whose lines are labelled with their shapes, some of
which come once, and JSON arrays with planted outliers; and it takes the time. With `--data DIR` it also makes
digests of the text files there, and prints kinds and sizes.
"""

import argparse
import json
import statistics
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from contextkit import Digested, TokenCounter, digest, token_counter
from contextkit.tokens.cutting import cut
from contextkit.tokens.vocabularies import load_encoding

from .outputs import CHANGES, FORMATS, SCHEMAS, Log, log, outliers_kept, rows, shapes_kept
from .timing import by_turns, ratio

ENCODING = "o200k_base"
SHAPES_SHARE, OUTLIERS_KEPT, OUTLIERS_SHARE, PASSES = 0.12, 0.95, 0.05, 3.0
"""The bars: tokens of a log, outliers, tokens of an array, and time in passes of the tokenizer."""


def _mark(reached: bool) -> str:
    return "ok" if reached else "MISS"


def logs(sizes: list[int], seeds: int, count: TokenCounter) -> Iterator[str]:
    """Digests of logs, by format and change."""
    yield (
        f"{'format':28} {'logs':>5} {'shapes':>7} {'kept':>7} {'worst':>7} {'share':>7} {'most':>7}  "
        "head and tail"
    )
    missed = 0
    for format in FORMATS:
        for change in CHANGES:
            kept: list[float] = []
            shares: list[float] = []
            ends: list[float] = []
            shapes = 0
            for made in _logs(format, change, sizes, seeds):
                told = digest(made.text)
                before, after = count(made.text), count(told.text)
                found = shapes_kept(made, told.text)
                kept.append(sum(found) / len(found))
                shares.append(after / before)
                ends.append(statistics.mean(shapes_kept(made, cut(made.text, after, count))))
                shapes += len(found)
            reached = min(kept) == 1 and max(shares) <= SHAPES_SHARE
            missed += not reached
            yield (
                f"{made.name:28} {len(kept):>5} {shapes:>7} {statistics.mean(kept):>7.1%} "
                f"{min(kept):>7.1%} {statistics.mean(shares):>7.1%} {max(shares):>7.1%}  "
                f"{statistics.mean(ends):.0%}  {_mark(reached)}"
            )
    yield f"{'rows below the bar':28} {missed:>5}"


def _logs(format: str, change: str, sizes: list[int], seeds: int) -> Iterator[Log]:
    for size in sizes:
        for seed in range(seeds):
            yield log(format, change, lines=size, seed=seed)


def arrays(sizes: list[int], seeds: int, count: TokenCounter) -> Iterator[str]:
    """Digests of JSON arrays, by schema and number of records."""
    yield f"\n{'JSON arrays':28} {'times':>5} {'planted':>7} {'kept':>7} {'share':>7} {'tokens':>8}"
    for schema in SCHEMAS:
        for size in sizes:
            found: list[bool] = []
            before = after = 0
            for seed in range(seeds):
                made = rows(schema, records=size, seed=seed)
                told = digest(made.records)
                found += outliers_kept(made, told.text)
                before += count(json.dumps(made.records, separators=(",", ":")))
                after += count(told.text)
            kept, share = statistics.mean(found), after / before
            reached = kept >= OUTLIERS_KEPT and share <= OUTLIERS_SHARE
            yield (
                f"{f'{schema}, {size:,} records':28} {seeds:>5} {len(found):>7} {kept:>7.1%} {share:>7.1%} "
                f"{before // seeds:>8,}  {_mark(reached)}"
            )


def hostile(characters: int) -> dict[str, str]:
    """Texts at which an expression that is not linear would not come back."""
    return {
        "one word": "a" * characters,
        "one line of words": "word " * (characters // 5),
        "digits": "1" * characters,
        "spaces": " " * characters + "x",
        "quotes": "\"'" * (characters // 2),
        "brackets": "[" * characters,
        "braces": "{" * (characters // 2) + "}" * (characters // 2),
        "colons": "a:1:" * (characters // 4),
        "dots": "a." * (characters // 2),
        "tags": "<a>" * (characters // 3),
        "pipes": "|a" * (characters // 2),
        "commas": "a," * (characters // 2),
        "slashes": "a/" * (characters // 2),
        "escapes": "\x1b[" * (characters // 2),
        "newlines": "\n" * characters,
        "returns": "a\r" * (characters // 2),
        "hunks": "@@ -1 +1 @@\n" * (characters // 12),
        "at lines": "    at a.b(c.java:1)\n" * (characters // 21),
        "all different": "".join(f"{n:x} {n * 7919 % 99991:x} x{n}\n" for n in range(characters // 16)),
    }


def speed(sizes: list[int], runs: int) -> Iterator[str]:
    """The time of a digest, as passes of the tokenizer over the same text, in medians: a cold run is none.

    Each run has another output, as what was read of a line is remembered for a while.
    """
    encode = load_encoding(ENCODING).encode_ordinary
    yield f"\n{'time':28} {'MB':>6} {'passes':>7}"
    for name in (*FORMATS, *SCHEMAS):
        for size in sizes:
            times = runs if size > 1_000 else 5 * runs  # what is short is noisy
            outputs = [_output(name, size, seed) for seed in range(times)]
            texts = [output if isinstance(output, str) else json.dumps(output) for output in outputs]
            seconds = by_turns(times, ours=_doing(digest, outputs), plain=_doing(encode, texts))
            passes = ratio(seconds["ours"], seconds["plain"])
            noun = "lines" if name in FORMATS else "records"
            yield (
                f"{f'{name}, {size:,} {noun}':28} {len(texts[0]) / 1e6:>6.2f} {passes:>7.2f}  "
                f"{_mark(passes <= PASSES)}"
            )
    for name, text in hostile(1_000_000).items():
        ours = min(by_turns(1, ours=_doing(digest, [text]))["ours"])
        yield f"{f'1 MB: {name}':28} {len(text) / 1e6:>6.2f} {1000 * ours:>7,.0f} ms"


def _output(name: str, size: int, seed: int) -> object:
    if name in FORMATS:
        return log(name, lines=size, seed=seed).text
    return rows(name, records=size, seed=seed).records


def _doing(action: Callable[..., object], arguments: Sequence[object]) -> Callable[[], object]:
    """Do the same with the next argument each time."""
    left = iter(arguments)
    return lambda: action(next(left))


def memory(sizes: list[int]) -> Iterator[str]:
    """The most memory that a digest takes beyond its text."""
    yield f"\n{'memory beyond the text':28} {'MB':>6} {'peak MB':>7}"
    part = log("java", lines=20_000).text
    for size in sizes:
        text = part * max(1, round(size * 1e6 / len(part)))
        tracemalloc.start()
        digest(text)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        yield f"{'a log':28} {len(text) / 1e6:>6.0f} {peak / 1e6:>7.1f}"


def of_files(folder: Path, count: TokenCounter) -> Iterator[str]:
    """Digests of the text files of a folder."""
    yield f"\n{'file':48} {'kind':8} {'before':>8} {'after':>7}"
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            told: Digested = digest(text)
            before, after = count(text), count(told.text)
            larger = "  LARGER" if after > before else ""
            yield f"{str(file.relative_to(folder))[-48:]:48} {told.kind:8} {before:>8,} {after:>7,}{larger}"


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.digests", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="fewer and smaller outputs")
    parser.add_argument("--seeds", type=int, default=3, help="how many outputs of each size")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder of text files")
    options = parser.parse_args(arguments)
    count = token_counter(ENCODING)
    quick = options.quick
    print(
        f"contextkit {version('context-window-kit')}, tiktoken {version('tiktoken')}, "
        f"Python {sys.version.split()[0]}, {ENCODING}; digests without a budget; "
        "shapes: 26 a log, the last five once, each lost if a fixed word of it is\n"
    )
    seeds = 1 if quick else options.seeds
    for line in logs([2_000] if quick else [400, 2_000, 8_000], seeds, count):
        print(line)
    for line in arrays([300] if quick else [150, 300, 1_000], 2 if quick else 6, count):
        print(line)
    for line in (*speed([500] if quick else [500, 8_000], 5), *memory([2] if quick else [10, 100])):
        print(line)
    for line in of_files(options.data, count) if options.data else ():
        print(line)


if __name__ == "__main__":
    main()
