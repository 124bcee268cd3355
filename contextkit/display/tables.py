"""Tables for a terminal: plain values -> rows of text, or rich tables.

The plain values are those that `--json` prints, so a table shows nothing that a program could not
read too.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..plain import JSON

if TYPE_CHECKING:
    from rich.table import Table as RichTable

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
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
        return any(isinstance(cell, int) for cell in cells) and not any(isinstance(cell, str) for cell in cells)


# ---- what is shown


def types_table(rows: Sequence[Mapping[str, JSON]], *, most: int | None = None) -> Table:
    """Show where the tokens of a receipt went, by event type, the dearest first.

    Args:
        rows: The receipt's rows.
        most: How many types to name; the others are summed up.
    """
    sums: dict[str, list[int]] = {}
    for row in rows:
        events, before, after = sums.get(row["type"], (0, 0, 0))
        sums[row["type"]] = [events + 1, before + row["before"], after + row["after"]]
    ordered = sorted(sums.items(), key=lambda item: (-max(item[1][1:]), item[0]))
    shown = ordered if most is None or len(ordered) <= most + 1 else ordered[:most]
    lines = [(type, *sizes) for type, sizes in shown]
    if rest := ordered[len(shown) :]:
        lines.append((f"{len(rest):,} other types", *(sum(part) for part in zip(*(s for _, s in rest), strict=True))))
    longest = max((max(line[2:]) for line in lines), default=0)
    total = [sum(line[n] for line in lines) for n in (1, 2, 3)]
    return Table(
        "Where the tokens went",
        ("event type", "events", "before", "after", "left of before"),
        [(*line, Bar(line[3], max(line[2:]), longest)) for line in lines],
        [("total", *total, None)],
    )


def counts_table(counts: Mapping[str, JSON]) -> Table:
    """Show what `contextkit count --json` says: tokens by event type, the dearest first."""
    types = sorted(counts["types"].items(), key=lambda item: (-item[1]["tokens"], item[0]))
    longest = max((sizes["tokens"] for _, sizes in types), default=0)
    whole = max(counts["tokens"], 1)
    rows: list[tuple[Cell, ...]] = []
    for type, sizes in types:
        tokens = sizes["tokens"]
        rows.append((type, sizes["events"], tokens, f"{tokens / whole:.1%}", Bar(tokens, tokens, longest)))
    totals: list[tuple[Cell, ...]] = [("total", counts["events"], counts["tokens"], None, None)]
    if counts["joins"]:
        totals.insert(0, ("where events meet", None, counts["joins"], None, None))
    noun = "thread" if counts["threads"] == 1 else "threads"
    title = f"Tokens of {counts['threads']:,} {noun} ({counts['counter']}, {counts['format']})"
    return Table(title, ("event type", "events", "tokens", "share", ""), rows, totals)


def receipt_table(explained: Mapping[str, JSON]) -> Table:
    """Show what `contextkit explain --json` says of each event; before and after add up to the totals."""
    rows = [tuple(row[name] for name in ("id", "type", "state", "policy", "before", "after")) for row in explained["rows"]]
    totals: list[tuple[Cell, ...]] = [("total", None, None, None, explained["before"], explained["tokens"])]
    for name, label in (("joins", "where events meet"), ("prompt", "the prompt")):
        if tokens := explained[name]:
            totals.insert(0, (label, None, None, None, tokens, tokens))
    of = "" if explained["limit"] is None else f" of {explained['limit']:,}"
    title = f"{visible(explained['id'])}: {explained['tokens']:,}{of} tokens"
    return Table(title, ("id", "type", "state", "policy", "before", "after"), rows, totals)


def steps_table(steps: Sequence[Mapping[str, JSON]]) -> Table:
    """Show what each policy saved."""
    rows: list[tuple[Cell, ...]] = [
        (step["policy"], step["before"], step["after"], step["before"] - step["after"]) for step in steps
    ]
    first, last = (steps[0]["before"], steps[-1]["after"]) if steps else (0, 0)
    totals: list[tuple[Cell, ...]] = [("total", first, last, first - last)] if len(steps) > 1 else []
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
    """Make a rich table, with bars of at most `width` characters; long names are cut to what the terminal has."""
    from rich import box  # noqa: PLC0415  (heavy)
    from rich.table import Table as RichTable  # noqa: PLC0415  (heavy)

    made = RichTable(
        title=table.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False
    )
    for column, head in enumerate(table.heads):
        number = table.is_number(column)
        is_bar = any(isinstance(row[column], Bar) for row in table.rows)
        made.add_column(
            head,
            justify="right" if number else "left",
            overflow="ellipsis",
            no_wrap=True,
            # Of numbers and bars nothing may be cut: a figure without its end is a wrong figure.
            min_width=max([len(head), *(len(_cell(row[column], width)) for row in (*table.rows, *table.totals))])
            if number or is_bar
            else None,
        )
    for row in table.rows:
        made.add_row(*(_rich_cell(cell, width) for cell in row))
    if table.totals:
        made.add_section()
    for row in table.totals:
        made.add_row(*(_rich_cell(cell, width) for cell in row), style="bold")
    return made


def _rich_cell(cell: Cell, width: int) -> Any:
    from rich.text import Text  # noqa: PLC0415  (heavy)

    if isinstance(cell, Bar):
        return Text(cell.blocks(width), style="cyan")
    return Text(_cell(cell, width), style=_STYLES.get(cell, "") if isinstance(cell, str) else "")


def drawn(table: Table, *, fancy: bool) -> str:
    """Write a table for standard output.

    Args:
        table: The table.
        fancy: Whether it goes to a terminal, with lines, colours (unless `NO_COLOR` is set) and
            at its width; else plain rows.
    """
    if not fancy:
        return plain(table)
    from rich.console import Console  # noqa: PLC0415  (heavy)

    console = Console(force_terminal=True, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(rich_table(table))
    return capture.get()
