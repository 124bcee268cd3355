"""A report as a page and as tables: where the tokens of a run went, every figure with how it was got."""

from collections.abc import Iterator

from ..events import Event
from ..occupancy import Occupancy
from ..parts import Part
from ..reporting import Dear, Report
from .looks import LOOKS
from .markup import Markup, element
from .occupancies import occupancy_parts
from .pages import frame, page, table_html
from .strips import clipped
from .tables import Bar, Cell, Table

_ROWS = 14  # parts that are named
_TEXT = 90  # characters shown of an event


def report_page(report: Report) -> str:
    """Make a whole page of a report: one file that needs nothing from elsewhere."""
    title = f"{clipped(report.name)}: where the tokens went"
    return page(title, element("h1", title), *_parts(report))


def report_html(report: Report) -> str:
    """Draw a report as HTML, for a notebook."""
    return frame(*_parts(report))


def _parts(report: Report) -> Iterator[Markup]:
    yield element("p", overview(report))
    yield element("h2", "Occupancy, call by call")
    yield from occupancy_parts(report.occupancy)
    yield element("p", _HOW_OCCUPANCY, class_="dim")
    for table, how in report_tables(report):
        yield element("h2", table.title)
        yield table_html(table, titled=False) if table.rows else element("p", "None.")
        yield element("p", how, class_="dim")


_HOW_OCCUPANCY = (
    "How it was got: the run was replayed; before each message of the model its context was made again from "
    "the events so far, as an agent would that keeps the thread it is given back. From the cache: the whole "
    "events, from the first, that stood in the context of the call before."
)


def overview(report: Report) -> str:
    """Say in a few sentences what the run was."""
    found = report.occupancy
    budget = f"a budget of {found.budget.room:,} tokens" if found.budget else "no budget"
    return (
        f"{len(found.events):,} events with {found.final:,} tokens as {report.format} ({found.counter}), "
        f"{len(found.calls):,} calls of the model, {budget}. "
        f"All calls together read {found.tokens:,} tokens."
    )


def report_tables(report: Report) -> Iterator[tuple[Table, str]]:
    """Give the tables of a report, each with how its figures were got."""
    yield _spent(report)
    yield _dearest(report)
    yield _again(report)
    yield _errors(report)
    yield _formats(report)
    yield _saved(report.occupancy)
    if report.occupancy.compactions:
        yield _compactions(report.occupancy)


def _label(part: Part) -> str:
    return {"result": f"{part.tool}: results", "call": f"{part.tool}: calls"}.get(
        part.name, LOOKS[part.name].label
    )


def _spent(report: Report) -> tuple[Table, str]:
    shown, rest = report.spent[:_ROWS], report.spent[_ROWS:]
    lines = [(clipped(_label(row.part)), row.events, row.tokens, row.sent) for row in shown]
    if rest:
        sums = [
            sum(column) for column in zip(*((row.events, row.tokens, row.sent) for row in rest), strict=True)
        ]
        lines.append((f"{len(rest):,} others", sums[0], sums[1], sums[2]))
    most, whole = max((line[3] for line in lines), default=0), max(report.occupancy.tokens, 1)
    rows: list[tuple[Cell, ...]] = [
        (*line, f"{line[3] / whole:7.1%}", Bar(line[3], line[3], most)) for line in lines
    ]
    totals: list[tuple[Cell, ...]] = [
        (
            "total",
            sum(row.events for row in report.spent),
            sum(row.tokens for row in report.spent),
            report.occupancy.tokens,
            None,
            None,
        )
    ]
    heads = ("what", "events", "tokens", "read in all calls", "  share", "")
    how = (
        "How it was got: tokens are those of each event's fragment, counted once, as it entered. Read in all "
        "calls: its tokens in each context in which it stood, whole or cut, added up. Omitted, in short, is "
        "what compactions put in the place of events."
    )
    return Table("Where the tokens went, by type and tool", heads, rows, totals), how


def _dearest(report: Report) -> tuple[Table, str]:
    rows = [_dear(row) for row in report.dearest]
    how = (
        "How it was got: an event is read again at each call as long as it stands in the context; these are "
        "the events with most tokens over all calls."
    )
    heads = ("id", "type", "tokens", "calls", "read in all calls", "begins with")
    return Table("The dearest events", heads, rows), how


def _dear(row: Dear) -> tuple[Cell, ...]:
    return (
        clipped(row.sent.id, 20),
        clipped(row.event.type, 40),
        row.sent.tokens,
        row.sent.calls,
        row.sent.sent,
        (clipped(_line(row.event), _TEXT)),
    )


def _line(event: Event) -> str:
    """Give the beginning of what an event holds, as a line."""
    return " ".join(event.text[: 4 * _TEXT].split())


def _again(report: Report) -> tuple[Table, str]:
    rows: list[tuple[Cell, ...]] = [
        (clipped(row.key, _TEXT), row.times, row.tokens, row.standing, row.times - row.standing)
        for row in report.again
    ]
    how = (
        "How it was got: a result counts as read again if an earlier one held the same (by the tool and its "
        "arguments: the same file and lines, or the same query), and nothing in the run wrote it since; what "
        "a shell did is not known. Still there: the earlier result stood whole in the context of the call."
    )
    heads = ("what", "times", "tokens", "earlier one still there", "earlier one gone or cut")
    return Table("What was read again", heads, rows), how


def _errors(report: Report) -> tuple[Table, str]:
    rows: list[tuple[Cell, ...]] = [
        (
            clipped(row.headline, 120),
            clipped(f"{row.call.type} {_line(row.call)}", 60) if row.call else None,
            row.times,
            row.tokens,
            clipped(row.ids[-1], 20),
        )
        for row in report.errors
    ]
    shown = "" if report.open == len(rows) else f"The last {len(rows)} of {report.open:,}. "
    how = (
        f"{shown}How it was got: errors are the same by what they say and what was called. Resolved are "
        f"those ({report.resolved:,} of this run) that did not come back after a result of the same call "
        "that tells of no failure."
    )
    return Table("Open errors", ("error", "call", "times", "tokens", "last id"), rows), how


def _formats(report: Report) -> tuple[Table, str]:
    base = next((row.tokens for row in report.formats if row.format == report.format), report.occupancy.final)
    rows: list[tuple[Cell, ...]] = [
        (
            row.format,
            row.tokens,
            f"± {row.margin:,}" if row.margin else "exact",
            f"{row.tokens / max(base, 1) - 1:+8.1%}",
            row.counted,
        )
        for row in sorted(report.formats, key=lambda row: row.tokens)
    ]
    sampled = any(row.margin for row in report.formats)
    how = "How it was got: all events of the run, whole, were written and counted in each format."
    if sampled:
        how = (
            f"How it was got: {report.format} was counted whole. For the others every n-th event, by type "
            "and size, was written and counted, and the ratio of the two in each type was taken for all of "
            "it; ± is twice the standard error of that. The command “compare” counts all."
        )
    heads = ("format", "tokens", "  off by", " to now", "events counted")
    return Table("What each format would cost", heads, rows), how


def _saved(found: Occupancy) -> tuple[Table, str]:
    whole, cost, whole_cost = sum(found.whole), round(found.cost()), round(found.whole_cost())
    rows: list[tuple[Cell, ...]] = [
        ("nothing compacted", whole, max(found.whole, default=0), whole_cost),
        ("as replayed", found.tokens, max((call.tokens for call in found.calls), default=0), cost),
    ]
    saved: list[tuple[Cell, ...]] = [("saved", whole - found.tokens, None, whole_cost - cost)]
    how = (
        "How it was got: the same calls, each with the whole run before it, next to those as replayed. "
        "The cost is in tokens, with those from the cache at a tenth; a compaction gives up the cache behind "
        "the first event that it changes, which is in the figure."
    )
    heads = ("all calls", "tokens read", "largest context", "cost with cache")
    return Table("What compaction saves", heads, rows, saved), how


def _compactions(found: Occupancy) -> tuple[Table, str]:
    rows: list[tuple[Cell, ...]] = [
        (f"{number:,}", cut.before, cut.after, cut.gone, cut.changed, clipped(", ".join(cut.policies), 120))
        for number, cut in found.compactions[:40]
    ]
    how = "How it was got: the records that the window put into the thread, with the tokens before and after."
    heads = ("before call", "from", "to", "events gone", "events cut", "by")
    return Table("The compactions", heads, rows), how
