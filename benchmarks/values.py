"""What `COMPACT` makes of single values, and of threads next to messages: `python -m benchmarks.values`.

Each value that is an object or a list (a call's arguments, a tool's result) as compact JSON, as TOON where
the extra is installed, and in the compact notation, with two encodings; each is read back. Of the data of a
folder (`--data DIR`), or of the shapes that are made up from a seed. Threads of OpenAI messages are compared
whole, with their system prompt and without, with the messages as they stand in the file, as pretty JSON
(`indent=2`, no letter escaped). Primers, which stand once in a system prompt, are not counted. `--time` adds
how long a value of 1 KB takes, and how that grows to 10 MB.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from contextkit import COMPACT, Event, Format, Thread, from_messages, read_threads, token_counter
from contextkit.codecs import compact
from contextkit.codecs import json as json_codec
from contextkit.display.tables import Table, plain
from contextkit.plain import same
from contextkit.variants import PAIRED

from .formats import COUNTERS, SEED
from .shapes import shapes

_KB = 1_000


class Sizes(NamedTuple):
    """The tokens of some values.

    Attributes:
        values: How many values there are.
        json: Their tokens as compact JSON.
        best: As the better of compact JSON and TOON, chosen value by value.
        compact: In the compact notation.
        above: The most that one of them is above compact JSON.
    """

    values: int = 0
    json: int = 0
    best: int = 0
    compact: int = 0
    above: int = 0

    def plus(self, other: "Sizes") -> "Sizes":
        """Add up; of what is above the most counts."""
        values, in_json, best, tokens, _ = (one + two for one, two in zip(self, other, strict=True))
        return Sizes(values, in_json, best, tokens, max(self.above, other.above))


def corpus(folder: Path | None) -> Iterator[tuple[str, Sequence[Thread]]]:
    """Give threads by the name of their file or shape."""
    if folder is None:
        yield from ((name, [thread]) for name, thread in shapes(SEED).items())
        return
    for file in sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".jsonl")):
        yield file.name.split(".")[0], [named.thread for named in read_threads(file)]


def containers(threads: Iterable[Thread], *, inside: bool = False) -> Iterator[tuple[Event, Any]]:
    """Give the objects and lists that events hold, with `inside` also those in them, each with its event."""
    for thread in threads:
        for event in thread:
            left = [event.data]
            while left:
                value = left.pop()
                if isinstance(value, dict | list):
                    yield event, value
                    if inside:
                        left += value.values() if isinstance(value, dict) else value


def toon() -> Callable[[Any], str] | None:
    """Give the encoder of the official package, if it is there."""
    try:
        import toon_format
    except ImportError:
        return None
    return lambda value: str(toon_format.encode(value))


def measured(value: Any, at: int, encode_toon: Callable[[Any], str] | None) -> Sizes:
    """Measure a value with one of the counters, and read it back."""
    counter = token_counter(COUNTERS[at])
    text = compact.encode(value)
    if not same(compact.decode(text), value):
        raise AssertionError(f"it does not come back: {json_codec.encode(value)[:200]}")
    in_json, tokens = counter(json_codec.encode(value)), counter(text)
    best = min(in_json, counter(encode_toon(value))) if encode_toon else in_json
    return Sizes(1, in_json, best, tokens, tokens - in_json)


def values_table(named: Mapping[str, Sequence[Thread]], at: int, *, inside: bool) -> Table:
    """Show what values cost by file and kind of event."""
    encode_toon = toon()
    found: dict[str, Sizes] = {}
    for name, threads in named.items():
        for event, value in containers(threads, inside=inside):
            sizes = measured(value, at, encode_toon)
            for row in (f"{name}: {event.kind}", "all of them"):
                found[row] = found.get(row, Sizes()).plus(sizes)
    rows = [
        (
            name,
            sizes.values,
            sizes.json,
            sizes.compact,
            f"{sizes.compact / sizes.json - 1:+.1%}",
            f"{sizes.compact / sizes.best - 1:+.1%}" if encode_toon else "not installed",
            sizes.above,
        )
        for name, sizes in sorted(found.items())
    ]
    heads = ("values of", "values", "compact JSON", "COMPACT", "to JSON", "to the better of JSON and TOON")
    title = f"Values{', and those inside them,' if inside else ''} in {COUNTERS[at]}"
    return Table(title, (*heads, "most above JSON"), rows)


def threads_table(name: str, lists: Sequence[Sequence[Mapping[str, Any]]], at: int) -> Table:
    """Show whole threads next to their messages as pretty JSON, and their events as compact JSON."""
    counter = token_counter(COUNTERS[at])
    rows = []
    for title, keep in (("whole", True), ("without system prompts", False)):
        kept = [[one for one in messages if keep or one.get("role") != "system"] for messages in lists]
        threads = [from_messages(messages) for messages in kept]
        pretty = sum(counter(json.dumps(messages, indent=2, ensure_ascii=False)) for messages in kept)
        listed = ([{"type": event.type, "data": event.data} for event in thread] for thread in threads)
        events = sum(counter(json_codec.encode(thread)) for thread in listed)
        every = [event for thread in threads for event in thread]
        floors = {
            "texts as they are": sum(counter(event.data) for event in every if type(event.data) is str),
            "bodies without labels": sum(counter(compact.encode(event.data)) for event in every),
        }
        for floor, tokens in floors.items():
            rows.append((f"{title}: {floor}", tokens, f"{tokens / pretty:.1%}", f"{tokens / events:.1%}", ""))
        for format in (COMPACT, PAIRED):
            tokens = sum(counter(format.text(thread)) for thread in threads)
            framing = sum(_framing(format, thread, counter) for thread in threads) / tokens
            shares = (f"{tokens / pretty:.1%}", f"{tokens / events:.1%}", f"{framing:.1%}")
            rows.append((f"{title}: {format.name}", tokens, *shares))
    heads = ("threads", "tokens", "of messages as pretty JSON", "of events as compact JSON", "framing")
    return Table(f"{name}: {len(lists):,} threads of OpenAI messages, in {COUNTERS[at]}", heads, rows)


def _framing(format: Format, thread: Thread, counter: Callable[[str], int]) -> int:
    letters = [format.write(event.having(data="x", raw=None)) for event in format.arranged(thread)]
    return sum(map(counter, letters)) - len(letters) * counter("x")


def openai_messages(folder: Path) -> Iterator[tuple[str, list[list[Mapping[str, Any]]]]]:
    """Give the lists of messages of each file whose name says that they are OpenAI's."""
    for file in sorted(folder.rglob("*openai*.jsonl")):
        records = map(json.loads, file.read_text("utf-8").splitlines())
        yield file.name.split(".")[0], [record["messages"] for record in records if "messages" in record]


# ---- times


def _fastest(action: Callable[[Any], object], given: Any) -> float:
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        action(given)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def times_table(values: Sequence[Any]) -> Table:
    """Show what a value of about 1 KB takes, and lists of values up to 10 MB."""
    sized = [(value, len(json_codec.encode(value))) for value in values]
    small = [value for value, size in sized if 0.7 * _KB < size < 1.4 * _KB]
    rows = []
    if small:
        writing = statistics.median(_fastest(compact.encode, value) for value in small)
        reading = statistics.median(_fastest(compact.decode, compact.encode(value)) for value in small)
        rows.append((f"{len(small):,} of about 1 KB, median", f"{writing * 1e3:.3f}", f"{reading * 1e3:.3f}"))
    for goal in (100 * _KB, 1_000 * _KB, 10_000 * _KB):
        some: list[Any] = []
        size = 0
        while size < goal:
            value, more = sized[len(some) % len(sized)]
            some.append(value)
            size += more
        start = time.perf_counter()
        text = compact.encode(some)
        middle = time.perf_counter()
        compact.decode(text)
        end = time.perf_counter()
        rows.append(
            (f"a list of {size:,} bytes", f"{(middle - start) * 1e3:,.0f}", f"{(end - middle) * 1e3:,.0f}")
        )
    return Table("Milliseconds", ("value", "to write", "to read"), rows)


# ---- the command


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.values",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder of files with threads or messages")
    parser.add_argument("--inside", action="store_true", help="measure the values inside of values too")
    parser.add_argument("--time", action="store_true", help="measure times too, which are others each time")
    options = parser.parse_args(arguments)
    named = dict(corpus(options.data))
    tables = [values_table(named, at, inside=options.inside) for at in range(len(COUNTERS))]
    if options.data:
        lists = list(openai_messages(options.data))
        tables += [threads_table(*one, at) for one in lists for at in range(len(COUNTERS))]
    if options.time:
        tables.append(times_table([value for threads in named.values() for _, value in containers(threads)]))
    print("\n".join(map(plain, tables)))


if __name__ == "__main__":
    main()
