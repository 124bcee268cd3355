"""Side by side: the same thread in two formats, event by event, and two contexts with what differs."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..formats import Format
from ..threads import Thread
from ..tokens.counters import TokenCounter, count, token_counter
from .contexts import pieces_of
from .markup import Markup, element, joined, text
from .pages import folded, frame
from .strips import clipped, strip
from .texts import pre

if TYPE_CHECKING:
    from ..contexts import Context, Fragment

_EVENTS = 200  # shown
_END = 600  # characters shown of each end of a text
_LINES = 400  # compared of each text
_STATES = ("only before", "cut or changed", "only after", "the same")


class Pair(NamedTuple):
    """An event in two ways.

    Attributes:
        id: The event's id.
        type: The event's type.
        texts: How it is written in each.
        tokens: The tokens of each.
        state: What differs, where that is not seen from the numbers.
    """

    id: str
    type: str
    texts: tuple[str, str]
    tokens: tuple[int, int]
    state: str = ""


# ---- two formats


def formats_side_by_side(
    thread: Thread,
    one: Format,
    other: Format,
    *,
    counter: TokenCounter | str = "o200k_base",
    most: int = _EVENTS,
) -> Markup:
    """Draw a thread in two formats side by side, aligned by event, with tokens and their difference.

    Args:
        thread: The events, as the compactions in it left them.
        one: A format.
        other: Another one.
        counter: What counts the tokens.
        most: How many events are shown; the sums are of all.
    """
    counting = token_counter(counter)
    events = list(thread.view())
    pairs = []
    for event in events:
        texts = (one(event), other(event))
        tokens = (count(counting, texts[0]), count(counting, texts[1]))
        pairs.append(Pair(str(event.id), event.type, texts, tokens))
    wholes = (count(counting, one.text(events)), count(counting, other.text(events)))
    names = (clipped(one.name), clipped(other.name))
    said = (
        f"{len(events):,} events: {wholes[0]:,} tokens as {names[0]}, {wholes[1]:,} as {names[1]} "
        f"({_change(*wholes)})."
    )
    sums = _sums(pairs)
    joins = (wholes[0] - sums[0], wholes[1] - sums[1])
    rows = [_both(pair, pair.texts) for pair in pairs[:most]]
    return frame(element("p", said), _table(names, rows, joins, wholes, len(pairs) - len(rows)))


def _both(pair: Pair, texts: tuple[str, str]) -> Markup:
    return _row(pair, *(pre(_ends(text)) for text in texts))


def _table(
    names: tuple[str, str], rows: Sequence[Markup], joins: tuple[int, int], wholes: tuple[int, int], left: int
) -> Markup:
    numbers = [element("th", name, class_="n") for name in (*names, "difference")]
    head = element("tr", element("th", "event"), *numbers)
    totals = []
    if left > 0:
        totals.append(element("tr", element("td", f"{left:,} more events, not shown", colspan=4)))
    if any(joins):
        totals.append(_numbers("between events", joins))
    totals.append(_numbers("all", wholes, "sum"))
    body = element("tbody", *rows, *totals)
    return element("div", element("table", element("thead", head), body, class_="sides"), class_="wide")


def _numbers(name: str, sizes: tuple[int, int], class_: str | None = None) -> Markup:
    cells = (f"{sizes[0]:,}", f"{sizes[1]:,}", _difference(sizes))
    numbers = (element("td", cell, class_="n") for cell in cells)
    return element("tr", element("th", name), *numbers, class_=class_)


def _sums(pairs: Iterable[Pair]) -> tuple[int, int]:
    """Give the tokens of some events in both ways."""
    sizes = [pair.tokens for pair in pairs]
    return sum(size[0] for size in sizes), sum(size[1] for size in sizes)


def _row(pair: Pair, *sides: Markup) -> Markup:
    name = [clipped(pair.id, 24), " ", element("b", clipped(pair.type, 40))]
    if pair.state:
        name.append(element("span", f" {pair.state}", class_="dim"))
    cells = (f"{pair.tokens[0]:,}", f"{pair.tokens[1]:,}", _difference(pair.tokens))
    numbers = (element("td", cell, class_="n") for cell in cells)
    texts = element("tr", element("td", element("div", *sides, class_="halves"), colspan=4, class_="w"))
    return joined([element("tr", element("th", *name), *numbers), texts])


def _difference(sizes: tuple[int, int]) -> str:
    return f"{sizes[1] - sizes[0]:+,}" if sizes[1] != sizes[0] else "0"


def _change(before: int, after: int) -> str:
    return f"{after / max(before, 1) - 1:+.1%}"


def _ends(value: str) -> str:
    if len(value) <= 2 * _END:
        return value
    return f"{value[:_END]}\n… {len(value) - 2 * _END:,} characters …\n{value[-_END:]}"


# ---- two contexts


def contexts_side_by_side(before: "Context", after: "Context", *, most: int = _EVENTS) -> Markup:
    """Draw two contexts as strips on one scale, and what differs, event by event.

    Args:
        before: A context.
        after: Another one, of the same thread or of a longer one.
        most: How many events that differ are shown.
    """
    pairs = list(_aligned(before.fragments, after.fragments))
    room = max(before.tokens, after.tokens)
    strips = []
    for name, context in (("Before", before), ("After", after)):
        label = f"{name}: {context.tokens:,} tokens"
        strips += [element("p", label), strip(pieces_of(context), label, room=room)]
    kinds = [(state, [pair for pair in pairs if pair.state == state]) for state in _STATES]
    states = [f"{len(found):,} {state} ({_difference(_sums(found))})" for state, found in kinds if found]
    said = f"Events: {', '.join(states)}. All tokens: {_difference((before.tokens, after.tokens))}."
    different = [pair for pair in pairs if pair.state != _STATES[3]]
    rows = [_changed(pair) for pair in different[:most]]
    whole, known = (before.tokens, after.tokens), _sums(pairs)
    sums = [_numbers("events that are the same", _sums(kinds[3][1]))]
    if len(different) > most:
        sums.append(_numbers(f"{len(different) - most:,} more that differ", _sums(different[most:])))
    if whole != known:
        sums.append(_numbers("around the thread", (whole[0] - known[0], whole[1] - known[1])))
    sums.append(_numbers("all", whole, "sum"))
    head = element(
        "tr",
        element("th", "event"),
        *(element("th", name, class_="n") for name in ("before", "after", "difference")),
    )
    table = element("table", element("thead", head), element("tbody", *rows, *sums), class_="sides")
    return frame(*strips, element("p", said), element("div", table, class_="wide"))


def _aligned(before: "Sequence[Fragment]", after: "Sequence[Fragment]") -> Iterator[Pair]:
    """Give the events of two contexts in an order in which both of them have theirs."""
    known, fresh = ({fragment.id: fragment for fragment in side} for side in (before, after))
    at = 0
    for fragment in before:
        other = fresh.get(fragment.id)
        if other is None:
            yield Pair(fragment.id, fragment.type, (fragment.text, ""), (fragment.tokens, 0), _STATES[0])
            continue
        while at < len(after) and after[at].id != fragment.id:
            yield from _added(after[at], known)
            at += 1
        at += 1
        state = _STATES[3] if other.text == fragment.text else _STATES[1]
        tokens = (fragment.tokens, other.tokens)
        yield Pair(fragment.id, fragment.type, (fragment.text, other.text), tokens, state)
    for new in after[at:]:
        yield from _added(new, known)


def _added(new: "Fragment", known: "Mapping[str, Fragment]") -> Iterator[Pair]:
    if new.id not in known:
        yield Pair(new.id, new.type, ("", new.text), (0, new.tokens), _STATES[2])


def _changed(pair: Pair) -> Markup:
    shown = pre(*_lines(pair)) if all(pair.texts) else pre(_ends(pair.texts[0] or pair.texts[1]))
    if not all(pair.texts):
        shown = folded("its text", shown)
    return _row(pair, shown)


def _lines(pair: Pair) -> Iterator[Markup]:
    """Give the lines of two texts, those that only one has marked by `-` and `+`."""
    one, other = (side.split("\n")[:_LINES] for side in pair.texts)
    for line in difflib.unified_diff(one, other, n=1, lineterm=""):
        if line.startswith(("---", "+++")):
            continue
        mark = {"-": "del", "+": "ins"}.get(line[:1])
        shown = text(clipped_line(line)) + "\n"
        yield element(mark, Markup(shown)) if mark else Markup(shown)


def clipped_line(line: str, most: int = 300) -> str:
    """Give the two ends of a line that is too long to be shown.

    >>> clipped_line("abcdefgh", 4)
    'ab … 4 characters … gh'
    """
    if len(line) <= most:
        return line
    half = most // 2
    return f"{line[:half]} … {len(line) - 2 * half:,} characters … {line[-half:]}"
