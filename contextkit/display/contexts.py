"""A context as a picture for a notebook: which event has how many of its tokens, and the text itself.

One piece of HTML that needs nothing from elsewhere: its style is in it, there is no script, and what
came from events is escaped. What a colour says, a pattern and a word say too. It stays small however
large the context is: events too narrow to be seen share a segment, and of a long text the two ends
are shown.
"""

from collections import Counter
from typing import TYPE_CHECKING

from ..parts import part_of
from .charts import svg_file
from .markup import Markup, element
from .pages import folded, frame, table_html
from .strips import Piece, clipped, key_entries, part_key, strip, svg_key
from .tables import Bar, Cell, Table
from .texts import counted, shown_text

if TYPE_CHECKING:
    from ..contexts import Context

_TYPES = 12  # rows of the table
_END = 60_000  # characters shown of each end of a long text


def context_html(context: "Context", *, open: bool = False) -> Markup:
    """Draw a context as HTML: a heading, a strip with its events, a table by type, and the text.

    Nothing is counted for it that the context has not counted already, so what is gone has its
    number of events here, and its tokens in `Context.receipt`. `open` shows the text unfolded.
    """
    pieces = pieces_of(context)
    return frame(
        element("p", element("b", "Context"), f": {_size(context)}"),
        *([strip(pieces, _LABEL), part_key(pieces)] if pieces else []),
        _states(context),
        _types(context),
        _text(context, open=open),
    )


def _size(context: "Context") -> str:
    size = f"{context.tokens:,} tokens"
    if context.budget:
        room = context.budget.room
        size = f"{context.tokens:,} of {room:,} tokens ({100 * context.tokens // room} %)"
    shown = sum(fragment.state != "added" for fragment in context.fragments)
    return f"{size}, {shown:,} of {counted(sum(_logged(context).values()), 'event')}"


def _logged(context: "Context") -> Counter[str]:
    """Count the events of the log by type, without the records of compactions."""
    records = {event.id for event in context.thread.records()}
    return Counter(event.type for event in context.thread if event.id not in records)


def _around(context: "Context") -> int:
    """Give the tokens that belong to no event: the prompt's, and what joins cost."""
    return context.tokens - sum(fragment.tokens for fragment in context.fragments)


def pieces_of(context: "Context") -> list[Piece]:
    """Give a context as the pieces of a strip, what stands around the thread first."""
    events = {str(event.id): event for event in context.view()}
    around = _around(context)
    return [
        *([Piece(around, "around", "", "")] if around > 0 else []),
        *(
            Piece(
                fragment.tokens,
                part_of(events[fragment.id]).name,
                fragment.id,
                fragment.type,
                fragment.state,
                fragment.policy,
            )
            for fragment in context.fragments
        ),
    ]


def context_file(context: "Context", *, width: int = 860) -> str:
    """Draw a context as an SVG file: a heading, the strip, and what its colours stand for."""
    pieces = pieces_of(context)
    entries = key_entries(pieces)
    key, rows = svg_key(entries, width - 24)
    words = f"One context from its first token to its last: {_size(context)}"
    drawn = [
        element("title", words),
        element("text", words, x=0, y=14, class_="b"),
        element("svg", strip(pieces, _LABEL), y=24, height=34),
        element("svg", key, y=66),
    ]
    chart = element("svg", *drawn, class_="chart", role="img", aria_label=words)
    return svg_file(chart, width, 70 + 20 * rows)


_LABEL = "The context from its first token to its last, a piece an event"


def _states(context: "Context") -> Markup:
    """Say how many events are in each state, and how many are not shown."""
    tokens: Counter[str] = Counter()
    events: Counter[str] = Counter()
    for fragment in context.fragments:
        tokens[fragment.state] += fragment.tokens
        events[fragment.state] += 1
    said = [
        f"{state}: {counted(events[state], 'event')}, {tokens[state]:,} tokens"
        for state in ("kept", "changed", "added")
        if events[state]
    ]
    view = context.view()
    if gone := sum(_logged(context).values()) - sum(str(event.id) in context.thread for event in view):
        said.append(f"gone: {counted(gone, 'event')}")
    if hidden := len(view) - len(context.fragments):
        said.append(f"not shown by the format: {counted(hidden, 'event')}")
    spans = [element("span", words) for words in said]
    return element("p", Markup(" ".join(spans)), class_="key dim")


def _types(context: "Context") -> Markup:
    logged = _logged(context)
    shown: Counter[str] = Counter()
    tokens: Counter[str] = Counter(dict.fromkeys(logged, 0))
    for fragment in context.fragments:
        shown[fragment.type] += 1
        tokens[fragment.type] += fragment.tokens
    ordered = sorted(tokens, key=lambda name: (-tokens[name], name))
    lines = [(clipped(type), shown[type], logged[type], tokens[type]) for type in ordered[:_TYPES]]
    if rest := ordered[_TYPES:]:
        sums = [sum(counter[type] for type in rest) for counter in (shown, logged, tokens)]
        lines.append((f"{len(rest):,} other types", sums[0], sums[1], sums[2]))
    longest = max((line[3] for line in lines), default=0)
    rows: list[tuple[Cell, ...]] = [(*line, Bar(line[3], line[3], longest)) for line in lines]
    if around := _around(context):
        rows.append(("around the thread", None, None, around, None))
    totals = [("total", sum(shown.values()), sum(logged.values()), context.tokens, None)]
    heads = ("event type", "in the text", "in the log", "tokens", "")
    return table_html(Table("By type", heads, rows, totals), titled=False)


def _text(context: "Context", *, open: bool) -> Markup:
    shown = shown_text(context.text, end=_END, rest="context.text has them")
    return folded(f"The text ({len(context.text):,} characters)", shown, open=open)
