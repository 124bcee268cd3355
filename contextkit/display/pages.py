"""Pages: a frame that carries its style, whole pages of HTML, and tables in them. No script, no network."""

from collections.abc import Sequence

from .looks import STYLE
from .markup import Markup, element, joined
from .tables import Bar, Cell, Table

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_BODY = (
    ":root{color-scheme:light dark}body{margin:0;background:#fff}"
    "@media (prefers-color-scheme:dark){body{background:#151b23}}"
    "body>.ck{max-width:1100px;margin:auto;border:0;padding:1em max(1em,3vw) 3em}"
    ".ck h1{font-size:1.5em;margin:.2em 0 .5em}.ck h2{font-size:1.15em;margin:2em 0 .4em}"
)


def frame(*parts: str) -> Markup:
    """Put parts into the frame that gives them their style; for a notebook or a page."""
    return element("div", STYLE, *parts, class_="ck")


def page(title: str, *parts: str) -> Markup:
    """Make a whole page, which forbids a browser to run or to load anything."""
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width,initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        element("title", title),
        element("style", Markup(_BODY)),
    )
    whole = element("html", head, element("body", frame(*parts)), lang="en")
    return Markup(f"<!DOCTYPE html>\n{whole}\n")


def folded(summary: str, *parts: str, open: bool = False) -> Markup:
    """Put parts behind a line that unfolds them."""
    return element("details", element("summary", summary), *parts, open=open)


def wide(*parts: str) -> Markup:
    """Put parts into a box that scrolls sideways where the page is too narrow."""
    return element("div", *parts, class_="wide")


def table_html(table: Table, *, titled: bool = True) -> Markup:
    """Write a table as HTML; columns of numbers stand to the right, and long texts are wrapped."""
    right = [table.is_number(at) or _is_put_right(table, at) for at in range(len(table.heads))]
    heads = joined(
        element("th", head.strip(), class_=_class(head, number))
        for head, number in zip(table.heads, right, strict=True)
    )
    body = element(
        "tbody",
        *(_row(row, right) for row in table.rows),
        *(_row(row, right, "sum") for row in table.totals),
    )
    made = wide(element("table", element("thead", element("tr", heads)), body))
    return joined([element("p", element("b", table.title)), made]) if titled else made


def _is_put_right(table: Table, column: int) -> bool:
    """Tell whether texts of a column have been put to the right with spaces, as a terminal needs it."""
    cells = (table.heads[column], *(row[column] for row in (*table.rows, *table.totals)))
    return any(isinstance(cell, str) and cell.startswith(" ") for cell in cells)


_LONG = 48  # characters: longer texts are wrapped


def _class(text: str, number: bool) -> str | None:
    return "n" if number else "w" if len(text) > _LONG else None


def _row(row: Sequence[Cell], right: Sequence[bool], name: str | None = None) -> Markup:
    cells = [_cell("td" if at else "th", cell, right[at]) for at, cell in enumerate(row)]
    return element("tr", *cells, class_=name)


def _cell(tag: str, cell: Cell, number: bool) -> Markup:
    if isinstance(cell, Bar):
        drawn = _bar(cell)
        return element(tag, *([element("u", *drawn)] if drawn else []))
    shown = f"{cell:,}" if isinstance(cell, int) else str(cell or "").strip()
    return element(tag, shown, class_=_class(shown, number))


def _bar(bar: Bar) -> list[Markup]:
    """Draw what is left, and behind it the outline of what is gone."""
    sizes = {None: bar.after, "gone": bar.before - bar.after}
    return [
        element("s", style=f"width:{size / max(bar.most, 1):.1%}", class_=name)
        for name, size in sizes.items()
        if size > 0
    ]
