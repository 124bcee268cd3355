"""Round trips: whether a format gives back what it wrote, and what is lost if it does not."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias, get_args

from .events import Event
from .exceptions import MissingExtraError
from .formats import Format
from .plain import JSON, same

Verdict: TypeAlias = Literal["exact", "equal", "as text", "lost", "no reader", "not checked"]
"""How events come back, from best to worst; `not checked` where the reader is not installed."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_WORDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


class Back(NamedTuple):
    """What comes back when a text is read by the format that wrote it.

    Attributes:
        verdict: `exact`: each event's type and data, with the types of all values and the order of keys;
            `equal`: as equal JSON, where 1 and 1.0 are one number and keys have no order; `as text`:
            the types and the texts, of other values what was written; `lost`: something else, or in
            another order; `no reader`: the format has no way back; `not checked`: its
            reader needs what is not installed.
        reason: What is lost, or why it was not checked.

    >>> str(Back("lost", "the data of 2 of 5 events"))
    'lost: the data of 2 of 5 events'
    """

    verdict: Verdict
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.verdict}: {self.reason}" if self.reason else self.verdict

    @property
    def lossless(self) -> bool:
        """Whether everything comes back, at least as equal JSON."""
        return self.verdict in ("exact", "equal")

    def worse(self, other: "Back") -> "Back":
        """Give the worse of two, this one where they are alike."""
        return max(self, other, key=lambda back: VERDICTS.index(back.verdict))


def read_back(format: Format, events: Sequence[Event], text: str) -> Back:
    r"""Read a text with the format that wrote it, and compare.

    Args:
        format: The format.
        events: The events that were written.
        text: What it made of them.

    >>> from .formats import JSON_LINES, TAGGED
    >>> events = [Event("list_git_tags_result", ["v1.4.2"])]
    >>> str(read_back(JSON_LINES, events, JSON_LINES.text(events)))
    'exact'
    >>> str(read_back(TAGGED, events, TAGGED.text(events)))
    'as text: the data of 1 of 1 events (in the first, data: a list comes back as text)'
    """
    if format.reader is None:
        return Back("no reader")
    try:
        read = list(format.read(text))
    except Exception as error:  # noqa: BLE001 - a reader may be a user's, and can raise anything
        if isinstance(missing := error.__cause__, MissingExtraError):
            return Back("not checked", str(missing))
        return Back("lost", f"it cannot be read: {str(error) or type(error).__name__}")
    arranged = getattr(format, "arranged", list)
    shown = [event for event in arranged(events) if format(event)]
    if reason := _lost(shown, read) or _left_out(events, shown):
        return Back("as text" if _as_text(events, read) else "lost", reason)
    exact = all(same(event.data, other.data) for event, other in zip(shown, read, strict=True))
    return Back("exact" if exact else "equal")


def _left_out(events: Sequence[Event], shown: Sequence[Event]) -> str:
    """Say what a text doesn't show, or shows in another place."""
    if len(shown) < len(events):
        return f"{len(events) - len(shown):,} of {len(events):,} events are left out"
    pairs = zip(events, shown, strict=True)
    moved = sum(event.type != other.type or event.data is not other.data for event, other in pairs)
    return f"the places of {moved:,} of {len(events):,} events; types and data come back" if moved else ""


def _as_text(events: Sequence[Event], read: Sequence[Event]) -> bool:
    """Whether the types and the texts come back in order, and other values as texts."""
    return [event.type for event in events] == [event.type for event in read] and all(
        isinstance(other.data, str) and (event.data == other.data or not isinstance(event.data, str))
        for event, other in zip(events, read, strict=True)
    )


def _lost(shown: Sequence[Event], read: Sequence[Event]) -> str:
    """Say in what the events that were read are not those that were written."""
    if len(read) != len(shown):
        return f"{len(shown):,} events come back as {len(read):,}"
    types = [pair for pair in zip(shown, read, strict=True) if pair[0].type != pair[1].type]
    if types:
        first = f"the first, {types[0][0].type!r}, as {types[0][1].type!r}"
        return f"the types of {len(types):,} of {len(shown):,} events ({first})"
    found = [difference(event.data, other.data) for event, other in zip(shown, read, strict=True)]
    differences = list(filter(None, found))
    if not differences:
        return ""
    return f"the data of {len(differences):,} of {len(shown):,} events (in the first, {differences[0]})"


def difference(value: JSON, other: JSON, path: str = "data") -> str:
    """Say where two values first differ as JSON; an empty text if they are equal.

    >>> difference({"tags": [1, True]}, {"tags": [1.0, 1]})
    'data.tags[1]: true or false comes back as a number'
    >>> difference({"a": 1, "b": 2}, {"b": 2, "a": 1.0})
    ''
    """
    before, after = (_WORDS.get(type(side), "null") for side in (value, other))
    if before != after:
        return f"{path}: {before} comes back as {after}"
    if isinstance(value, dict):
        if value.keys() != other.keys():
            return f"{path}: other keys"
        parts = (difference(item, other[key], f"{path}.{key}") for key, item in value.items())
        return next(filter(None, parts), "")
    if isinstance(value, list):
        if len(value) != len(other):
            return f"{path}: {len(value):,} entries come back as {len(other):,}"
        pairs = enumerate(zip(value, other, strict=True))
        return next(filter(None, (difference(*pair, f"{path}[{at}]") for at, pair in pairs)), "")
    return "" if value == other else f"{path}: {before} comes back as another"
