"""Tables for a terminal: plain values -> rows of text, or rich tables.

The plain values are those that `--json` prints, so a table shows nothing that a program could not
read too.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ..plain import JSON
from ..tokens.counters import TokenCounter

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from ..contexts import Context

_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_JOINS = "where events meet"
_SHORT = 8  # characters: a name of no more is never cut
_EIGHTHS = " ▏▎▍▌▋▊▉"
_STYLES = {"gone": "red", "changed": "yellow", "added": "cyan"}


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """Two sizes as one bar: what is left, in what was there.

    Attributes:
        after: What the full part stands for.
        before: What the whole bar stands for.
        most: What a bar over the whole width stands for.
    """

    after: int
    before: int
    most: int

    def plain(self, width: int) -> str:
        """Draw the bar in ASCII.

        >>> Bar(5, 10, 20).plain(20)
        '#####.....'
        """
        full, whole = (round(width * size / max(self.most, 1)) for size in (self.after, self.before))
        return "#" * full + "." * (whole - full)

    def blocks(self, width: int) -> str:
        """Draw the bar in blocks, to an eighth of a character.

        >>> Bar(5, 10, 20).blocks(10)
        '██▌░░'
        """
        full, part = divmod(round(8 * width * self.after / max(self.most, 1)), 8)
        bar = "█" * full + (_EIGHTHS[part] if part else "")
        return bar + "░" * (round(width * self.before / max(self.most, 1)) - len(bar))


Cell = str | int | Bar | None
"""What stands in a table: a name, a number of something, a bar, or nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title. A column of numbers stands to the right.

    Attributes:
        title: What the table shows.
        heads: The names of the columns.
        rows: The rows.
        totals: The rows below the line.
    """

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    totals: Sequence[tuple[Cell, ...]] = ()

    def is_number(self, column: int) -> bool:
        """Tell whether a column holds numbers."""
        cells = [row[column] for row in (*self.rows, *self.totals)]
        return any(isinstance(cell, int) for cell in cells) and not any(
            isinstance(cell, str) for cell in cells
        )


# ---- plain values


def answered(id: str, context: "Context") -> dict[str, JSON]:
    """Give a context and what each policy saved as plain data."""
    return {"id": id, "text": context.text, "tokens": context.tokens, "steps": _steps(context)}


def explained(id: str, context: "Context") -> dict[str, JSON]:
    """Give a context's receipt and what each policy saved as plain data."""
    return {"id": id, **context.receipt().to_data(), "steps": _steps(context)}


def _steps(context: "Context") -> list[dict[str, JSON]]:
    return [{"policy": step.policy, "before": step.before, "after": step.after} for step in context.steps]


@dataclasses.dataclass(slots=True)
class Counts:
    """The tokens of contexts by event type, added up one context after the other.

    Attributes:
        counter: What they were counted with.
        format: The name of the format.
        threads: The number of contexts.
        events: The number of their fragments.
        tokens: Their tokens.
        types: For each type of event, the number of fragments and their tokens.
    """

    counter: TokenCounter
    format: str
    threads: int = 0
    events: int = 0
    tokens: int = 0
    types: dict[str, tuple[int, int]] = dataclasses.field(default_factory=dict)

    def add(self, context: "Context") -> None:
        """Add up one context more."""
        for fragment in context.fragments:
            events, tokens = self.types.get(fragment.type, (0, 0))
            self.types[fragment.type] = (events + 1, tokens + fragment.tokens)
        self.threads += 1
        self.events += len(context.fragments)
        self.tokens += context.tokens

    def to_data(self) -> dict[str, JSON]:
        """Give the counts as plain data; of an estimate, also between what the real figure may be."""
        counter: Any = self.counter
        named = (getattr(counter, name, None) for name in ("encoding", "name", "path"))
        data = {name: getattr(self, name) for name in ("format", "threads", "events", "tokens")}
        data["counter"] = str(next(filter(None, named), counter))
        data["joins"] = self.tokens - sum(tokens for _, tokens in self.types.values())
        data["types"] = {
            type: {"events": events, "tokens": tokens} for type, (events, tokens) in self.types.items()
        }
        if not getattr(counter, "exact", True) and hasattr(counter, "bounds"):
            data["between"] = list(counter.bounds(counter.unscale(self.tokens)))
        return data


# ---- what is shown


def types_table(rows: Sequence[Mapping[str, JSON]], *, most: int | None = None) -> Table:
    """Show where the tokens of a receipt went, by event type, the dearest first.

    Args:
        rows: The receipt's rows.
        most: How many types to name; the others are summed up.
    """
    sums: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        events, before, after = sums.get(row["type"], (0, 0, 0))
        sums[row["type"]] = (events + 1, before + row["before"], after + row["after"])
    ordered = sorted(sums, key=lambda name: (-max(sums[name][1:]), name))
    shown = ordered if most is None or len(ordered) <= most + 1 else ordered[:most]
    lines = [(name, sums[name]) for name in shown]
    if rest := ordered[len(shown) :]:
        lines.append((f"{len(rest):,} other types", _summed([sums[name] for name in rest])))
    longest = max((max(sizes[1:]) for _, sizes in lines), default=0)
    added = sum(row["state"] == "added" for row in rows)
    return Table(
        "Where the tokens went",
        ("event type", "events", "before", "after", "after / before"),
        [(name, *sizes, Bar(sizes[2], max(sizes[1:]), longest)) for name, sizes in lines],
        [(f"total, {added:,} added" if added else "total", *_summed(list(sums.values())), None)],
    )


def _summed(sizes: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    return sum(size[0] for size in sizes), sum(size[1] for size in sizes), sum(size[2] for size in sizes)


def counts_table(counts: Mapping[str, JSON]) -> Table:
    """Show what `Counts` found: tokens by event type, the dearest first."""
    types = sorted(counts["types"].items(), key=lambda item: (-item[1]["tokens"], item[0]))
    longest = max((sizes["tokens"] for _, sizes in types), default=0)
    rows: list[tuple[Cell, ...]] = []
    for name, sizes in types:
        share = f"{sizes['tokens'] / max(counts['tokens'], 1):6.1%}"
        rows.append(
            (name, sizes["events"], sizes["tokens"], share, Bar(sizes["tokens"], sizes["tokens"], longest))
        )
    totals: list[tuple[Cell, ...]] = [("total", counts["events"], counts["tokens"], None, None)]
    if counts["joins"]:
        totals.insert(0, (_JOINS, None, counts["joins"], None, None))
    threads = f"{counts['threads']:,} thread{'s' if counts['threads'] != 1 else ''}"
    title = f"{counts['tokens']:,} tokens in {threads} ({counts['format']}, {counts['counter']})"
    if "between" in counts:
        low, high = counts["between"]
        title += f", an estimate: between {low:,} and {high:,}"
    return Table(title, ("event type", "events", "tokens", " share", ""), rows, totals)


def receipt_table(explained: Mapping[str, JSON], name: str) -> Table:
    """Show what became of each event of a thread, by its name; before and after add up to the totals."""
    heads = ("id", "type", "state", "policy", "before", "after")
    totals: list[tuple[Cell, ...]] = [("total", None, None, None, explained["before"], explained["tokens"])]
    totals[:0] = [(label, None, None, None, *sizes) for label, *sizes in around(explained)]
    of = "" if explained["room"] is None else f" of {explained['room']:,}"
    title = f"{visible(name)}: {explained['tokens']:,}{of} tokens"
    return Table(title, heads, [tuple(row[head] for head in heads) for row in explained["rows"]], totals)


def around(explained: Mapping[str, JSON]) -> list[tuple[str, int, int]]:
    """Give what belongs to no event: its name, and its tokens before and after."""
    prompt = explained["prompt"]
    joins = explained["before"] - prompt - sum(row["before"] for row in explained["rows"])
    named = [("the prompt", prompt, prompt), (_JOINS, joins, explained["joins"])]
    return [row for row in named if any(row[1:])]


def steps_table(steps: Sequence[Mapping[str, JSON]]) -> Table:
    """Show what each policy saved."""
    rows: list[tuple[Cell, ...]] = [
        (step["policy"], step["before"], step["after"], step["before"] - step["after"]) for step in steps
    ]
    first, last = (steps[0]["before"], steps[-1]["after"]) if steps else (0, 0)
    totals: list[tuple[Cell, ...]] = [("all of them", first, last, first - last)] if len(steps) > 1 else []
    return Table("What each policy saved", ("policy", "before", "after", "saved"), rows, totals)


# ---- how it is shown


def visible(text: str) -> str:
    r"""Make control characters visible, so that a name cannot steer a terminal or break a page.

    >>> visible("a\x1b[2J")
    'a\\u001b[2J'
    """
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def plain(table: Table, *, width: int = 24) -> str:
    """Write a table as rows of text: no colours, no boxes, ASCII bars of at most `width` characters.

    >>> print(plain(Table("Sizes", ("event type", "tokens"), [("user", 1200), ("error", 7)])), end="")
    Sizes
    event type  tokens
    user         1,200
    error            7
    """
    body = [[_cell(cell, width) for cell in row] for row in (*table.rows, *table.totals)]
    lines = [list(table.heads), *body]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.heads))]
    right = [table.is_number(column) for column in range(len(table.heads))]
    texts = [
        "  ".join(
            text.rjust(size) if number else text.ljust(size)
            for text, size, number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join([table.title, *texts, ""])


def _cell(cell: Cell, width: int) -> str:
    if isinstance(cell, Bar):
        return cell.plain(width)
    if isinstance(cell, int):
        return f"{cell:,}"
    return visible(cell or "")


def rich_table(table: Table, *, width: int = 24) -> "RichTable":
    """Make a rich table without its title, with bars of at most `width` characters; names may be cut."""
    from rich import box
    from rich.table import Table as RichTable

    made = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column, head in enumerate(table.heads):
        longest = max([len(head), *(len(_cell(row[column], width)) for row in (*table.rows, *table.totals))])
        cells = [row[column] for row in table.rows]
        is_name = any(isinstance(cell, str) for cell in cells) and longest > _SHORT
        justify: Literal["left", "right"] = "right" if table.is_number(column) else "left"
        # rich makes a table narrower at the columns that may wrap: here, the names.
        made.add_column(head, justify=justify, no_wrap=not is_name, min_width=None if is_name else longest)
    for row in table.rows:
        made.add_row(*(_rich_cell(cell, width) for cell in row))
    if table.totals:
        made.add_section()
    for row in table.totals:
        made.add_row(*(_rich_cell(cell, width) for cell in row), style="bold")
    return made


def _rich_cell(cell: Cell, width: int) -> Any:
    from rich.text import Text

    if isinstance(cell, Bar):
        return Text(cell.blocks(width), style="cyan")
    style = _STYLES.get(cell, "") if isinstance(cell, str) else ""
    return Text(_cell(cell, width), style=style, no_wrap=True, overflow="ellipsis")


def drawn(table: Table, *, fancy: bool) -> str:
    """Write a table for standard output.

    Args:
        table: The table.
        fancy: Whether it goes to a terminal, with lines, colours (unless `NO_COLOR` is set) and
            at its width; else plain rows.
    """
    if not fancy:
        return plain(table)
    from rich.console import Console
    from rich.text import Text

    console = Console(force_terminal=True, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        # Not as the table's own title, which is cut to the width of the table.
        console.print(Text(table.title, style="bold"), soft_wrap=True)
        console.print(rich_table(table, width=24 if console.width >= 100 else 12))
    return capture.get()
