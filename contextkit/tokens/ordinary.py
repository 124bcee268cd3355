"""Counting ordinary text of any length with tiktoken, exactly and without its panic."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ..patterns import Pattern
from .vocabularies import ENCODINGS, SEAMS, load_encoding

if TYPE_CHECKING:
    import tiktoken

# tiktoken's memory grows with what it encodes at once. Chunks of this many characters cost no time.
_CHUNK = 1 << 18

# tiktoken's regular expression engine gives up, with a panic that no `except Exception` catches, once
# `\s+(?!\S)` has to step back over a million characters (openai/tiktoken#15).
_LONG_RUN = 500_000

# White space as Unicode and the pre-tokenisers have it (Python's `\s` has U+001C to U+001F more), newlines
# left out.
_BLANK = "[\t\x0b\x0c \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
# A run before a newline is left alone: it is one match together with it, and found without stepping back.
_BLANK_RUN = Pattern(f"(?<!{_BLANK}){_BLANK}{{{_LONG_RUN},}}+(?![\r\n])")


def count_ordinary(name: str, text: str) -> int:
    """Count the tokens of a text as `len(encode_ordinary(text))` does, whatever its length.

    Args:
        name: The encoding, one of `vocabularies.ENCODINGS`.
        text: Any Python string; special tokens in it are text, lone surrogates count as U+FFFD.

    Example:
        >>> count_ordinary("o200k_base", "<|endoftext|>")
        7
        >>> count_ordinary("o200k_base", " " * 1_000_000)
        7813
    """
    encoding = load_encoding(name)
    if len(text) <= _CHUNK:
        return len(encoding.encode_ordinary(text))
    return sum(_count_chunk(encoding, chunk) for chunk in _chunks(text, SEAMS[name]))


def _chunks(text: str, seams: re.Pattern[str]) -> Iterator[str]:
    """Split a long text at hard boundaries, so that the counts of its chunks add up to its own."""
    start = 0
    while start < len(text):
        seam = seams.search(text, start + _CHUNK)
        end = seam.start() if seam else len(text)
        yield text[start:end]
        start = end


def _count_chunk(encoding: "tiktoken.Encoding", chunk: str) -> int:
    r"""Count a text of any length, blank runs that tiktoken cannot stand taken out and counted on their own.

    Such a run, but for its last character, is one match of the pre-tokeniser: what stands before it (a
    newline, or something that is not white space) cannot reach into it, the letter or sign after it can
    take one blank along at most, and `\s+(?!\S)` takes all the others. At the end of the text it takes the
    last one too.
    """
    if len(chunk) < _LONG_RUN:
        return len(encoding.encode_ordinary(chunk))
    total = start = 0
    for run in _BLANK_RUN.finditer(chunk):
        end = run.end() if run.end() == len(chunk) else run.end() - 1
        total += len(encoding.encode_ordinary(chunk[start : run.start()]))
        total += len(_blank_encoding(encoding.name).encode_ordinary(chunk[run.start() : end]))
        start = end
    return total + len(encoding.encode_ordinary(chunk[start:]))


@lru_cache(maxsize=len(ENCODINGS))
def _blank_encoding(name: str) -> "tiktoken.Encoding":
    """Build an encoding for text that is one match of the pre-tokeniser and has only white space in it.

    Byte pair encoding merges only what the vocabulary has, so tokens with other bytes in them change nothing.
    """
    import tiktoken

    encoding = load_encoding(name)
    blanks = set("\t\x0b\x0c \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000".encode()) | set(range(0x80, 0x8B))
    ranks = {
        token: encoding.encode_single_token(token)
        for token in encoding.token_byte_values()
        if len(token) == 1 or blanks.issuperset(token)
    }
    return tiktoken.Encoding(f"{name} of blanks", pat_str="(?s:.)+", mergeable_ranks=ranks, special_tokens={})
