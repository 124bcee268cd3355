"""A comparison of formats as tables: for a terminal, and as HTML for a notebook.

They are made from the plain data that `Comparison.to_data` gives and `--json` prints.
"""

from collections.abc import Mapping, Sequence

from ..plain import JSON
from .pages import folded, frame, table_html
from .tables import Cell, Table
from .texts import counted

_TYPES = 10  # rows by event type


def comparison_tables(data: Mapping[str, JSON]) -> list[Table]:
    """Show a comparison: sizes, where the tokens go and what a cache saves, event types, what is lost."""
    tables = [_sizes(data), _shares(data), _types(data), _losses(data)]
    return [table for table in tables if table.rows]


def comparison_html(data: Mapping[str, JSON]) -> str:
    """Draw a comparison as HTML: the sizes, and all else to unfold; what came from events is escaped."""
    first, *others = comparison_tables(data)
    unfolded = (folded(table.title, table_html(table, titled=False)) for table in others)
    return frame(table_html(first), *unfolded)


# ---- the tables


def _sizes(data: Mapping[str, JSON]) -> Table:
    events, threads = (counted(data[f"{noun}s"], noun) for noun in ("event", "thread"))
    heads = ("format", *data["counters"], "bytes", "to compact", "to pretty", "comes back")
    rows: list[tuple[Cell, ...]] = []
    for row in data["formats"]:
        tokens = [row[f"tokens_{name}"] for name in data["counters"]]
        changes = (_percent(row[name], sign=True) for name in ("to_compact", "to_pretty"))
        back = "failed" if row["error"] else row["back"]
        rows.append((row["format"], *tokens, row["bytes"], *changes, back))
    totals: list[tuple[Cell, ...]] = []
    for name in ("compact", "pretty"):
        tokens = data[name]["tokens"]
        changes = (
            _percent(tokens[0] / max(data[to]["tokens"][0], 1) - 1, sign=True) for to in ("compact", "pretty")
        )
        totals.append((f"{name} JSON", *tokens, data[name]["bytes"], *changes, None))
    return _aligned(
        Table(f"{events} in {threads}, in tokens", heads, rows, totals), "to compact", "to pretty"
    )


def _shares(data: Mapping[str, JSON]) -> Table:
    shown = [row for row in data["formats"] if not row["error"]]
    columns: list[tuple[str, list[Cell]]] = [
        (name, [row[name] for row in shown]) for name in ("framing", "body", "escaping", "primer")
    ]
    columns.append(("stable prefix", ["yes" if row["stable"] else "no" for row in shown]))
    columns.append(("cacheable", [_percent(row["cacheable"]) for row in shown]))
    times = [row["microseconds"] for row in shown]
    columns.append(("microseconds", [None if time is None else round(time) for time in times]))
    for head, name in (("price", "price"), ("cached", "price_cached")):
        columns.append((head, [None if row[name] is None else f"{row[name]:.4f}" for row in shown]))
    columns = [
        (head, cells) for head, cells in columns if any(cells) or head in ("framing", "body", "escaping")
    ]
    title = f"Where the tokens go, in {data['counters'][0]}, and what a cache saves"
    title += f" over {counted(data['calls'], 'call')} of the model" if data["calls"] else ""
    title += f"; {data['prices']}" if data["prices"] else ""
    rows: list[tuple[Cell, ...]] = [
        (row["format"], *cells)
        for row, cells in zip(shown, zip(*(cells for _, cells in columns), strict=True), strict=True)
    ]
    heads = ("format", *(head for head, _ in columns))
    return _aligned(Table(title, heads, rows), "cacheable", "price", "cached")


def _types(data: Mapping[str, JSON]) -> Table:
    names = [row["format"] for row in data["formats"] if not row["error"]]
    sizes: dict[str, dict[str, int]] = {}
    events: dict[str, int] = {}
    for part in data["types"]:
        sizes.setdefault(part["type"], {})[part["format"]] = part["tokens"]
        events[part["type"]] = part["events"]
    ordered = sorted(sizes, key=lambda name: (-max(sizes[name].values()), name))
    shown = ordered if len(ordered) <= _TYPES + 1 else ordered[:_TYPES]
    rows: list[tuple[Cell, ...]] = [
        (type, events[type], *(sizes[type].get(name, 0) for name in names)) for type in shown
    ]
    if rest := ordered[len(shown) :]:
        sums = (sum(sizes[type].get(name, 0) for type in rest) for name in names)
        rows.append((f"{len(rest):,} other types", sum(events[type] for type in rest), *sums))
    title = f"Tokens by event type, in {data['counters'][0]}"
    return Table(title, ("event type", "events", *names), rows)


def _losses(data: Mapping[str, JSON]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (row["format"], row["error"] or row["reason"])
        for row in data["formats"]
        if row["error"] or row["reason"]
    ]
    return Table("What failed, or does not come back", ("format", "why"), rows)


def _percent(share: float | None, *, sign: bool = False) -> str:
    return "" if share is None else f"{share:+.1%}" if sign else f"{share:.1%}"


def _aligned(table: Table, *heads: str) -> Table:
    """Put the texts of some columns to the right, where numbers stand."""
    columns = {
        at: max(len(head), *(len(str(row[at] or "")) for row in (*table.rows, *table.totals)), 0)
        for at, head in enumerate(table.heads)
        if head in heads
    }

    def put(row: Sequence[Cell]) -> tuple[Cell, ...]:
        return tuple(
            str(cell or "").rjust(columns[at]) if at in columns else cell for at, cell in enumerate(row)
        )

    titles = tuple(str(head).rjust(columns.get(at, 0)) for at, head in enumerate(table.heads))
    return Table(table.title, titles, [put(row) for row in table.rows], [put(row) for row in table.totals])
