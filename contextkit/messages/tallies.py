"""What a message costs, by how well it is known: text by a counter, the rest by a provider's rules."""

import json
import reprlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

from ..plain import JSON

Count: TypeAlias = Callable[[str], int]

EXACT, CALIBRATED, ESTIMATE = range(3)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


class Tally(NamedTuple):
    """The tokens of a message or of a part of it.

    Attributes:
        text: Texts and their framing, in tokens of the base counter.
        other: Images, files and opaque state, in the provider's tokens.
        low: What the others are at least.
        high: What the others are at most; None where nobody can say, as for what a server's tool finds.
        basis: How well the text's figure is known, where the tokenizer is public: `EXACT`, `CALIBRATED` or
            `ESTIMATE`.
    """

    text: int = 0
    other: int = 0
    low: int = 0
    high: int | None = 0
    basis: int = EXACT

    def __add__(self, more: "Tally") -> "Tally":  # type: ignore[override]
        return total((self, more))

    def framed(self, tokens: int) -> "Tally":
        """Give the tally with so many tokens of framing."""
        return Tally(self.text + tokens, self.other, self.low, self.high, self.basis)


NOTHING = Tally()


def total(tallies: Iterable[Tally]) -> Tally:
    """Add tallies up.

    >>> total([Tally(3), Tally(4, other=85, low=70, high=1_445)])
    Tally(text=7, other=85, low=70, high=1445, basis=0)
    """
    text = other = low = basis = 0
    high: int | None = 0
    for its_text, its_other, its_low, its_high, its_basis in tallies:
        text += its_text
        other += its_other
        low += its_low
        high = None if high is None or its_high is None else high + its_high
        basis = max(basis, its_basis)
    return Tally(text, other, low, high, basis)


def between(other: int, low: int, high: int | None) -> Tally:
    """Give a tally of what is no text, with its bounds."""
    return Tally(other=other, low=low, high=high)


def compact(value: JSON) -> str:
    """Write JSON without blanks, as no provider refuses to read it.

    >>> compact({"city": "Malmö"})
    '{"city":"Malmö"}'
    """
    try:
        return _encode(value)
    except (RecursionError, TypeError, ValueError):
        return reprlib.repr(value)  # nested deeper than json writes: no reader takes it either


def text_of(value: object) -> str:
    """Give a value's text if it is text, and nothing otherwise."""
    return value if isinstance(value, str) else ""


def items(value: object) -> list[Any]:
    """Give a list as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []


def fields(value: object) -> dict[str, Any]:
    """Give a mapping as it is, and anything else as an empty one."""
    return value if isinstance(value, dict) else {}


_OPAQUE = {
    "id",
    "call_id",
    "tool_use_id",
    "file_id",
    "type",
    "status",
    "role",
    "encrypted_content",
    "signature",
    "thoughtSignature",
}
_OPAQUE |= {"data", "result", "encrypted_index", "cache_control"}


def loose(value: JSON, count: Count, depth: int = 0) -> Tally:
    """Count each text in a block of a kind that is not known, but for ids and opaque data.

    >>> loose({"type": "new_block", "id": "b1", "note": "four", "parts": ["five!"]}, len)
    Tally(text=9, other=0, low=0, high=0, basis=2)
    """
    if isinstance(value, str):
        return Tally(count(value), basis=ESTIMATE)
    if depth > 50:
        return Tally(basis=ESTIMATE)
    if isinstance(value, list):
        return total([Tally(basis=ESTIMATE), *(loose(each, count, depth + 1) for each in value)])
    pairs = [each for key, each in fields(value).items() if key not in _OPAQUE]
    return total([Tally(basis=ESTIMATE), *(loose(each, count, depth + 1) for each in pairs)])
