"""A receipt as HTML for a notebook: where the tokens went, by type and event by event."""

from typing import TYPE_CHECKING

from ..plain import JSON
from .markup import Markup, element
from .pages import folded, frame, table_html
from .strips import clipped
from .tables import Cell, Table, around, receipt_table, types_table

if TYPE_CHECKING:
    from ..contexts import Receipt

_TYPES = 10  # rows by type
_ROWS = 200  # rows by event
_FAILURES = 20


def receipt_html(receipt: "Receipt") -> Markup:
    """Draw a receipt as HTML; each column of figures adds up to its total."""
    room = "" if receipt.room is None else f" of {receipt.room:,}"
    said = f": {receipt.before:,} tokens before, {receipt.tokens:,}{room} after"
    failures = receipt.failures[-_FAILURES:]
    failed = [f"Failed: {clipped(one['policy'])}: {clipped(one['failed'], 200)}" for one in failures]
    return frame(
        element("p", element("b", "Receipt"), said),
        _types(receipt),
        *(element("p", why) for why in failed),
        folded(f"Each event ({len(receipt.rows):,})", _rows(receipt)),
    )


def _types(receipt: "Receipt") -> Markup:
    table = types_table(receipt.rows, most=_TYPES)
    totals: list[tuple[Cell, ...]] = [(name, None, *sizes, None) for name, *sizes in around(_plain(receipt))]
    name, events, *_ = table.totals[-1]
    totals.append((name, events, receipt.before, receipt.tokens, None))
    return table_html(Table(table.title, table.heads, table.rows, totals), titled=False)


def _rows(receipt: "Receipt") -> Markup:
    """Write a row for each event, of very many for the dearest; one sums up all others."""
    table = receipt_table(_plain(receipt), "Each event")
    sizes = [(row["before"], row["after"]) for row in receipt.rows]
    dearest = set(sorted(range(len(sizes)), key=lambda at: -max(sizes[at]))[:_ROWS])
    rows = [[_short(cell) for cell in row] for at, row in enumerate(table.rows) if at in dearest]
    totals: list[tuple[Cell, ...]] = list(table.totals)
    if others := [size for at, size in enumerate(sizes) if at not in dearest]:
        before, after = map(sum, zip(*others, strict=True))
        totals.insert(0, (f"{len(others):,} other events", None, None, None, before, after))
    return table_html(Table(table.title, table.heads, [tuple(row) for row in rows], totals), titled=False)


def _short(cell: Cell) -> Cell:
    return clipped(cell) if isinstance(cell, str) else cell


def _plain(receipt: "Receipt") -> dict[str, JSON]:
    """Give its figures and rows as they are; `to_data` copies each row."""
    names = ("tokens", "room", "prompt", "joins", "before", "rows")
    return {name: getattr(receipt, name) for name in names}
