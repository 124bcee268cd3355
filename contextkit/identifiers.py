"""Identifiers in a text: paths, ids, numbers and code symbols, found with numpy."""

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORDS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_LINKS = b"./:@#-"
_SHORTEST, _LONGEST = 4, 256  # characters; what is longer is encoded data
_DIGIT, _UNDERSCORE, _SLASH, _SMALL, _CAPITAL, _HUMP, _DOT = (1 << bit for bit in range(7))
_PRIME = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: Knuth's multiplier for hashing


@dataclasses.dataclass(frozen=True, slots=True)
class Identifiers:
    """Where a text has identifiers.

    Attributes:
        data: The text as UTF-8.
        starts: For each identifier, in order, the position of its first byte.
        stops: The position behind its last byte.
        keys: A number for each; equal ones have the same.
    """

    data: bytes
    starts: "NDArray[np.int64]"
    stops: "NDArray[np.int64]"
    keys: "NDArray[np.uint64]"

    def names(self) -> list[str]:
        """Give the identifiers as texts, in order."""
        places = zip(self.starts.tolist(), self.stops.tolist(), strict=True)
        return [self.data[start:stop].decode("ascii") for start, stop in places]


def identifiers(text: str | bytes) -> Identifiers:
    """Find the identifiers of a text, or of its UTF-8.

    A word is a run of ASCII letters, digits and underscores; words with up to three of the signs
    `./:@#-` between them are one. Such a word is an identifier if it has 4 to 256 characters and
    a digit, an underscore, a slash, a dot between letters, a capital behind a small letter, or
    capitals only. Time and memory grow with the text alone.

    >>> identifiers("see src/app.py:17, then call getUser() or HTTP; it is not well-known").names()
    ['src/app.py:17', 'getUser', 'HTTP']
    """
    import numpy as np

    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    kinds, flags = _tables()
    # A sign at each end, so that there is always a neighbour; eight bytes more, for reading eight at once.
    padded = b" " + data + b" " * 9
    kind = np.frombuffer(padded.translate(kinds), np.uint8)[: len(data) + 2]
    is_word = kind == 1
    edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
    starts, stops = edges[0::2], edges[1::2]
    if not len(starts):
        return Identifiers(data, starts, stops, starts.astype(np.uint64))
    linked = _linked(kind, stops[:-1], starts[1:] - stops[:-1])
    starts, stops = starts[np.concatenate(([True], ~linked))], stops[np.concatenate((~linked, [True]))]
    fits = (stops - starts >= _SHORTEST) & (stops - starts <= _LONGEST)
    starts, stops = starts[fits], stops[fits]
    if not len(starts):
        return Identifiers(data, starts, stops, starts.astype(np.uint64))

    marks = np.frombuffer(bytearray(padded.translate(flags)), np.uint8)[: len(data) + 2]
    marks[1:] |= (marks[:-1] << 1 & marks[1:] & _CAPITAL) << 1  # three neighbouring bits
    _mark_signs(marks, np.frombuffer(padded, np.uint8), kind)
    found = np.bitwise_or.reduceat(marks, np.column_stack((starts, stops)).ravel())[::2]
    telling = found & (_DIGIT | _UNDERSCORE | _SLASH | _HUMP | _DOT) != 0
    telling |= (found & (_SMALL | _CAPITAL)) == _CAPITAL
    starts, stops = starts[telling], stops[telling]
    return Identifiers(data, starts - 1, stops - 1, _keys(padded, starts, stops - starts))


def _mark_signs(marks: Any, codes: Any, kind: Any) -> None:
    """Mark the slashes inside of words, and the dots between letters."""
    import numpy as np

    slashes, dots = np.flatnonzero(codes == ord("/")), np.flatnonzero(codes == ord("."))
    marks[slashes[(kind[slashes - 1] > 0) & (kind[slashes + 1] > 0)]] = _SLASH
    letter = marks & (_SMALL | _CAPITAL)
    marks[dots[(letter[dots - 1] > 0) & (letter[dots + 1] > 0)]] = _DOT


@functools.cache
def _tables() -> tuple[bytes, bytes]:
    """For each byte its kind (1: of a word, 2: a sign that links words) and what it says of its word."""
    kinds, flags = bytearray(256), bytearray(256)
    for byte in _WORDS:
        kinds[byte] = 1
        letter = _SMALL if chr(byte).islower() else _CAPITAL
        flags[byte] = letter if chr(byte).isalpha() else _UNDERSCORE if byte == ord("_") else _DIGIT
    for byte in _LINKS:
        kinds[byte] = 2
    return bytes(kinds), bytes(flags)


def _linked(kind: Any, stops: Any, gaps: Any) -> Any:
    """Tell for each gap between two words whether it is one to three signs that link them."""
    link = kind == 2
    last = len(kind) - 1
    second, third = link[(stops + 1).clip(max=last)], link[(stops + 2).clip(max=last)]
    return link[stops] & ((gaps == 1) | second & ((gaps == 2) | third & (gaps == 3)))


def _keys(padded: bytes, starts: Any, lengths: Any) -> Any:
    """Hash each identifier, eight bytes at a time."""
    import numpy as np

    # Each element is the eight bytes from its position on, so that neighbours overlap.
    eights: Any = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))
    keys = lengths.astype(np.uint64)
    left, at, index = lengths, starts, np.arange(len(starts))
    while len(index):
        short = (8 - np.minimum(left, 8)).astype(np.uint64) * np.uint64(8)
        part = eights[at] << short  # what is behind the end is shifted out
        mixed = (keys[index] ^ part) * np.uint64(_PRIME)
        keys[index] = mixed ^ (mixed >> np.uint64(29))
        more = left > 8
        left, at, index = left[more] - 8, at[more] + 8, index[more]
    return keys
