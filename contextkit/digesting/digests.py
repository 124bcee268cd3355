"""digest: a large output of a tool, text or JSON -> the little of it that matters, and what was left out."""

import dataclasses
import json
import re
from collections.abc import Callable, Mapping

from ..budgets import whole_number
from ..codecs.literals import parsed
from ..errors.lines import plain as without_colours
from ..errors.salience import failure_at
from ..errors.summaries import summarize_error
from ..exceptions import SettingError
from ..plain import JSON, plain
from ..tokens.counters import TokenCounter, count, token_counter
from ..tokens.cutting import exceeds
from .binaries import binary_line
from .diffs import diff_draft
from .drafts import STANDARD, Draft, Part, Range, Unit, chosen, clipped, missing
from .listings import listing_draft
from .logs import log_draft
from .pages import page_text
from .records import records_draft
from .routing import KINDS, Kind, kind_of_output, routed, rows_of_lines
from .tables import table_draft
from .texts import text_draft
from .values import value_draft

_SMALL = 2_000  # characters; what is shorter is left as it is where there is no budget
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_OWN = re.compile(rf"\[(?:\S+ \S+: )?(?:{'|'.join(KINDS)})\b[^\n]*\]$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PIECE = 100_000  # characters
_DIGEST = 40_000  # characters: no digest without a budget is made a digest of again below that


@dataclasses.dataclass(frozen=True, slots=True)
class Digested:
    """A digest, and what it leaves out.

    Attributes:
        text: What is left.
        kind: What the input is: one of `KINDS`.
        size: How many lines or items the input has.
        unit: Which of these.
        left_out: The ranges of lines or items, counted from 1, both ends included, that are not shown whole.
            Empty if the text is the input itself.
        counts: What was counted, by name: shapes, rows, files, hunks.
    """

    text: str
    kind: Kind
    size: int
    unit: Unit = "line"
    left_out: tuple[Range, ...] = ()
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


def digest(
    output: object,
    budget: int | None = None,
    *,
    kind: Kind | None = None,
    counter: TokenCounter | str = "o200k_base",
    name: str = "",
) -> Digested:
    r"""Say in few words what an output of a tool says.

    - Logs: one line of each shape, numbers and ids masked, with count and lines; all errors, and rare lines.
    - JSON: the fields of lists of records with statistics, unusual records with their ids, two samples;
      an output that stands in a field, such as `stdout`, is told as what it is.
    - Diffs by file and hunk; listings of files by folder; tables as records; HTML as text; binary as a line.
    - Errors as `summarize_error` does; of any other text both ends and the lines that matter.

    A digest is never larger than its input, and says nothing that the input doesn't, but counts and places.
    Colours and other commands to a terminal are taken out.
    Lines and items are numbered from 1, as `Thread.restore(id, lines=...)` counts them; those of a list or
    a text inside, or of a text that is JSON, with the pointer that is named:
    `restore(id, lines=..., at="/data/items")`.

    Args:
        output: A text, or any value that can be plain JSON.
        budget: The most tokens of the digest; what fits is left as it is. By default what is worth it.
        kind: What the output is, if that is known.
        counter: Counts tokens; also by name.
        name: What the output is called in the heading: the event's type and id.

    Raises:
        SettingError: If the budget is not a positive whole number, or the kind is none.
        EventError: If the output cannot be plain JSON.

    >>> rows = [{"id": f"o{n}", "total": 20 + n % 5} for n in range(300)] + [{"id": "o300", "total": -7}]
    >>> print(digest(rows, 90))
    [json, 301 items, 300 left out]
    fields id, total
      id: 301 distinct, "o0"
      total: 20 ×60, 21 ×60, 22 ×60, 23 ×60, 24 ×60, +1 others
    unusual:
      301 (id "o300") total -7
    1 {"id":"o0","total":20}
    """
    if budget is not None:
        whole_number("digest.budget", budget, 1)
    if kind is not None and kind not in KINDS:
        raise SettingError("digest.kind", kind, f"it must be one of {', '.join(KINDS)}")
    counting = token_counter(counter)
    value = output if isinstance(output, str) else plain(output)
    text = value if isinstance(value, str) else _encode(value)
    if _stays(text, budget, counting):
        shown = _printable(text)
        if shown == text or budget is None or not exceeds(shown, budget, counting):
            return Digested(shown, kind or kind_of_output(value), text.count("\n") + 1)
    found, value = (kind, value) if kind is not None else routed(value)
    drafted = _DRAFTS[found](value, text, budget, counting)
    if drafted is None:
        found, drafted = "text", text_draft(text)
    if isinstance(drafted, Digested):
        return _no_larger(drafted, text, budget, counting)
    if isinstance(output, str) and drafted.unit == "item":  # of a text, items are had by a pointer
        drafted = dataclasses.replace(drafted, kind=f'{drafted.kind} at ""')
    return _no_larger(_written(drafted, found, text, budget, counting, name), text, budget, counting)


def _printable(text: str) -> str:
    """Give a text without what a terminal would take for commands."""
    return without_colours(text) if _CONTROL.search(text) is not None else text


def _stays(text: str, budget: int | None, counter: TokenCounter) -> bool:
    if budget is not None:
        return not exceeds(text, budget, counter)
    return len(text) <= _SMALL or (len(text) <= _DIGEST and _OWN.match(text) is not None)


def _written(
    draft: Draft, kind: Kind, text: str, budget: int | None, counter: TokenCounter, name: str
) -> Digested:
    parts = [
        part if (shown := _printable(part.text)) == part.text else dataclasses.replace(part, text=shown)
        for part in draft.parts
    ]
    draft = _with_failure(dataclasses.replace(draft, parts=parts), kind, text)
    parts = chosen(draft, budget, counter, name)
    told = draft.write(parts, name)
    if budget is not None and not parts and draft.parts and (some := _some(draft, budget, counter, name)):
        told = some
    elif budget is not None and count(counter, told) > budget:
        told, parts = _bare(draft, budget, counter), []
    left_out = missing((part.shown for part in parts), draft.size)
    return Digested(told, kind, draft.size, draft.unit, left_out, dict(draft.counts))


def _some(draft: Draft, budget: int, counter: TokenCounter, name: str) -> str:
    """Give some of the first part where not even that fits: a line, or what tells of a failure in it."""
    best = min(draft.parts, key=lambda part: part.rank)
    lines = best.text.split("\n")
    line = next((line for line in lines if failure_at(line) >= 0), lines[0])
    start = line.rfind(" ", 0, max(failure_at(line), 0)) + 1
    for piece in (line, line[start:]):
        for longest in (160, 80, 40):
            some = dataclasses.replace(best, text=clipped(piece.strip(), longest), shown=())
            others = [some if part is best else part for part in draft.parts]
            told = dataclasses.replace(draft, parts=others).write([some], name)
            if count(counter, told) <= budget and failure_at(told) >= min(failure_at(line), 0):
                return told
    return ""


def _bare(draft: Draft, budget: int, counter: TokenCounter) -> str:
    """Give as many words of what matters most as fit where not even a heading does."""
    first = min(draft.parts, key=lambda part: part.rank).text if draft.parts else draft.kind
    words = re.findall(r"\s*\S+", first[: 20 * budget])
    while words and count(counter, "".join(words)) > budget:
        words.pop()
    return "".join(words)


def _with_failure(draft: Draft, kind: Kind, text: str) -> Draft:
    """See to it that a word of failure is there, if the text has one: in what is said first."""
    order = sorted(range(len(draft.parts)), key=lambda index: draft.parts[index].rank)
    best = next((index for index in order if failure_at(draft.parts[index].text) >= 0), -1)
    if kind == "binary" or (best >= 0 and draft.parts[best].rank == 0):
        return draft
    if best >= 0 and (draft.parts[best].rank <= STANDARD or kind == "log"):
        parts = list(draft.parts)
        parts[best] = dataclasses.replace(parts[best], rank=0)
        return dataclasses.replace(draft, parts=parts)
    at = _failure_in(text)
    if at < 0:
        return draft
    start = text.rfind("\n", 0, at) + 1
    number = text.count("\n", 0, start) + 1
    start = max(start, text.rfind(" ", 0, at) + 1 if at - start > 100 else start)
    told = clipped(without_colours(text[start : start + 4_000].partition("\n")[0]).strip(), 240)
    if failure_at(told) < 0:  # a word longer than that
        return draft
    return dataclasses.replace(draft, parts=[Part(0, f"{number} {told}"), *draft.parts])


def _failure_in(text: str) -> int:
    """Find the first word that tells of a failure, piece by piece: a copy in small letters is as large."""
    for start in range(0, len(text), _PIECE):
        at = failure_at(text[start : start + _PIECE + 20])
        if at >= 0:
            return start + at
    return -1


def _no_larger(told: Digested, text: str, budget: int | None, counter: TokenCounter) -> Digested:
    """Give the text itself where a digest is no smaller."""
    if 4 * len(told.text) < len(text) or budget is not None:  # a budget is below what the text has
        return told
    shown = _printable(text)
    if len(told.text) < len(shown) and count(counter, told.text) < count(counter, shown):
        return told
    return Digested(shown, told.kind, text.count("\n") + 1)


# ---- one function a kind

_Drafted = Draft | Digested | None


def _json(value: JSON, text: str, budget: int | None, counter: TokenCounter) -> _Drafted:
    if isinstance(value, str):
        try:
            value = parsed(value)
        except ValueError:
            return _lines(text)
    return value_draft(value, len(text), lambda said: _inner(said, counter))


def _inner(text: str, counter: TokenCounter) -> Draft | None:
    """Draft the digest of a text that stands in a value, as the output of a process does."""
    kind = kind_of_output(text)
    if kind in ("json", "binary"):
        return None
    size = text.count("\n") + (not text.endswith("\n"))
    if kind == "error":
        lines = summarize_error(text, counter=counter).split("\n")
        return Draft(kind, [Part(2, line) for line in lines], size)
    drafted = _DRAFTS[kind](text, text, None, counter)
    return drafted if isinstance(drafted, Draft) else text_draft(text)


def _lines(text: str) -> _Drafted:
    rows = rows_of_lines(text)
    return records_draft(rows, "json", len(text), "line") if rows else None


def _page(value: JSON, text: str, budget: int | None, counter: TokenCounter) -> _Drafted:
    told = page_text(text)
    if not told:
        return None
    inner = text_draft(told)
    fits = budget is None and len(told) <= inner.room
    parts = [dataclasses.replace(part, shown=()) for part in inner.parts]
    if fits:
        parts = [Part(2, line) for line in told.split("\n")]
    size = text.count("\n") + (not text.endswith("\n"))
    return Draft("html", parts, size, room=inner.room)


def _binary(value: JSON, text: str, budget: int | None, counter: TokenCounter) -> _Drafted:
    return Draft(f"binary, {binary_line(text)}", [], text.count("\n") + 1)


def _error(value: JSON, text: str, budget: int | None, counter: TokenCounter) -> _Drafted:
    size = text.count("\n") + 1
    return Digested(summarize_error(text, budget, counter=counter), "error", size, "line", ((1, size),))


def _of_text(
    draft: Callable[[str], Draft | None],
) -> Callable[[JSON, str, int | None, TokenCounter], _Drafted]:
    return lambda _value, text, _budget, _counter: draft(text)


_DRAFTS: dict[str, Callable[[JSON, str, int | None, TokenCounter], _Drafted]] = {
    "log": _of_text(log_draft),
    "json": _json,
    "diff": _of_text(diff_draft),
    "listing": _of_text(listing_draft),
    "table": _of_text(table_draft),
    "html": _page,
    "binary": _binary,
    "error": _error,
    "text": _of_text(text_draft),
}
