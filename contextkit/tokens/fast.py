"""Counts of OpenAI's encodings through toktok-rs, where it proves to count the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from ..exceptions import MissingExtraError
from ..patterns import Pattern
from .encodings import EncodingCounter, TokenCounter, unknown_counter
from .ordinary import count_ordinary
from .vocabularies import ENCODINGS, LONGEST_TOKEN, SEAMS


@dataclass(frozen=True, slots=True)
class FastCounter:
    """Counts as `EncodingCounter` does, several times faster, through toktok-rs (the extra `fast`).

    toktok-rs has tables of a newer Unicode than tiktoken, so only text made of ASCII and of blocks that no
    longer change is given to it, after both have counted each character of them alike; the rest goes to
    tiktoken.

    Attributes:
        encoding: The encoding's name, one of `vocabularies.ENCODINGS`.
        exact: True.
        seams: As those of `EncodingCounter`.
        longest: As that of `EncodingCounter`.

    Raises:
        MissingExtraError: toktok-rs is not installed.
        ContextkitError: The encoding is not in the package.
    """

    encoding: str
    exact: ClassVar[bool] = True
    longest: ClassVar[int] = LONGEST_TOKEN

    def __post_init__(self) -> None:
        if self.encoding not in ENCODINGS:
            raise unknown_counter(self.encoding)
        _fast_count(self.encoding)

    def __call__(self, text: str) -> int:
        """Count the tokens of a text."""
        # A call of toktok takes 11 us before it counts anything: tiktoken is done with a short text by then.
        if len(text) > 300 and (text.isascii() or _SETTLED.fullmatch(text)):
            return _fast_count(self.encoding)(text)
        return count_ordinary(self.encoding, text)

    @property
    def seams(self) -> re.Pattern[str]:
        """The hard boundaries of the encoding's pre-tokeniser."""
        return SEAMS[self.encoding]


# Latin, Greek, Cyrillic; punctuation and signs; kana and the oldest block of Han characters; Hangul; emoji.
_SETTLED_RANGES = (
    (0, 0x52F),
    (0x2000, 0x27BF),
    (0x3000, 0x30FF),
    (0x4E00, 0x9FA5),
    (0xAC00, 0xD7A3),
    (0x1F300, 0x1FAFF),
)
_SETTLED = Pattern("[" + "".join(f"{chr(low)}-{chr(high)}" for low, high in _SETTLED_RANGES) + "]*")


@lru_cache(maxsize=len(ENCODINGS))
def _fast_count(encoding: str) -> TokenCounter:
    """Return toktok's counter where it proves equal to tiktoken, and tiktoken's otherwise."""
    try:
        import toktok
    except ImportError as error:
        raise MissingExtraError("fast counting", "fast") from error

    def fast(text: str) -> int:
        counts: list[int] = toktok.batch_count([text], encoding, threads=1)
        return counts[0]

    exact = EncodingCounter(encoding)
    return fast if all(fast(text) == exact(text) for text in _conformance_texts()) else exact


def _conformance_texts() -> Iterator[str]:
    """Yield each character that toktok may count, in several neighbourhoods, and the known hard cases."""
    for low, high in _SETTLED_RANGES:
        for start in range(low, high + 1, 64):
            block = "".join(map(chr, range(start, min(start + 64, high + 1))))
            yield block
            yield "".join(f"a{char}b 1{char}2.{char}/ {char}\n{char}" for char in block)
    yield "I'll we'RE 'Tis <|endoftext|>12345678 \t\r\n\n / //\n/x\u3000 \n  y   "
    yield from (char * 3000 for char in " \t\n-=a0日")
