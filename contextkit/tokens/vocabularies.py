"""The vocabularies of OpenAI's encodings, carried in the package, so that counting needs no network.

A vocabulary is published as a `.tiktoken` file: one line for each token, its bytes in base64 and its rank.
The ranks are 0, 1, 2, ... and no token is longer than 128 bytes, so the same facts take 1.4 MB instead of
5.3 MB as zlib of: the number of tokens (four bytes, the lowest first), one byte for each token's length, the
tokens' bytes in the order of their ranks. `vocabulary_text` gives back the published file to the byte.

The files are under the MIT licence, as the maintainers say (openai/tiktoken#92); the notice lies beside them.
To pack them again, or a newer one: `python -m contextkit.tokens.vocabularies o200k_base.tiktoken o200k_base`.
"""

import re
import sys
import zlib
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..exceptions import ContextkitError

if TYPE_CHECKING:
    from pathlib import Path

    import tiktoken

ENCODINGS: tuple[str, ...] = ("o200k_base", "cl100k_base")
"""The names of the encodings whose vocabulary is in the package."""

PUBLISHED_SHA256: Mapping[str, str] = MappingProxyType(
    {
        "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    }
)
"""The sha256 of each published `.tiktoken` file, as tiktoken itself checks it."""

LONGEST_TOKEN = 128
"""The length of the longest token of these vocabularies, in bytes (it is a run of spaces in both)."""

_CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"

# Both are word for word those of tiktoken_ext.openai_public; a test compares them.
PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "o200k_base": "|".join(
            (
                rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_CONTRACTION}",
                rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_CONTRACTION}",
                r"\p{N}{1,3}",
                r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                r"\s*[\r\n]+",
                r"\s+(?!\S)",
                r"\s+",
            )
        ),
        "cl100k_base": (
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
            r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
        ),
    }
)
"""The pattern of each encoding's pre-tokeniser: no token reaches over the border of two of its matches."""

SPECIAL_TOKENS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "o200k_base": MappingProxyType({"<|endoftext|>": 199999, "<|endofprompt|>": 200018}),
        "cl100k_base": MappingProxyType(
            {
                "<|endoftext|>": 100257,
                "<|fim_prefix|>": 100258,
                "<|fim_middle|>": 100259,
                "<|fim_suffix|>": 100260,
                "<|endofprompt|>": 100276,
            }
        ),
    }
)
"""The special tokens of each encoding. contextkit counts their text as ordinary text; see `counters`."""


def _seams(after_letter: str, after_newline: str) -> re.Pattern[str]:
    """Compile the places at which one match of a pre-tokeniser always ends and the next begins."""
    punctuation = r"!-/:-@\[-`{-~"
    return re.compile(
        # The first look-ahead changes no match: it makes the search five times faster in CJK text.
        r"(?=[\x00-\x7f])(?:"
        rf"(?<=\n)(?=[{after_newline}]| [!-~])"
        rf"|(?<=[A-Za-z])(?=[{after_letter}])"
        r"|(?<=[0-9])(?=[\x00-/:-\x7f])"
        rf"|(?<=[{punctuation}])(?=[0-9 \t]))"
    )


SEAMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        # Without "'": a contraction belongs to the word before it. Without "/": it follows newlines.
        "o200k_base": _seams(r"\x00-&(-@\[-`{-\x7f", "!-.0-~"),
        "cl100k_base": _seams(r"\x00-@\[-`{-\x7f", "!-~"),
    }
)
"""The hard boundaries of each encoding: empty matches, decided by one character to the left and one or two to
the right. Counts may be added up there. The rules and why they hold are in `seams`."""

_LOADING = Lock()


@lru_cache(maxsize=len(ENCODINGS))
def load_encoding(name: str) -> "tiktoken.Encoding":
    """Build an encoding from the packaged vocabulary: no network, no cache folder, no environment variable.

    It takes about 0.2 s the first time (0.1 s for cl100k_base); after that the same object comes back.
    Several threads may call it at once: the encoding is built once.

    Args:
        name: One of `ENCODINGS`.

    Raises:
        ContextkitError: The package has no such vocabulary.

    Example:
        >>> load_encoding("cl100k_base").encode_ordinary("tiktoken is great!")
        [83, 1609, 5963, 374, 2294, 0]
    """
    with _LOADING:
        return _build(name)


@lru_cache(maxsize=len(ENCODINGS))
def _build(name: str) -> "tiktoken.Encoding":
    import tiktoken

    return tiktoken.Encoding(
        name,
        mergeable_ranks=dict(zip(tokens := _tokens(name), range(len(tokens)), strict=True)),
        pat_str=PATTERNS[name],
        special_tokens=dict(SPECIAL_TOKENS[name]),
    )


def vocabulary_text(name: str) -> bytes:
    r"""Give back the published `.tiktoken` file of an encoding, to the byte.

    Args:
        name: One of `ENCODINGS`.

    Raises:
        ContextkitError: The package has no such vocabulary.

    Example:
        >>> vocabulary_text("cl100k_base")[:14]
        b'IQ== 0\nIg== 1\n'
    """
    from base64 import b64encode

    return b"".join(b"%s %d\n" % (b64encode(token), rank) for rank, token in enumerate(_tokens(name)))


def pack(published: bytes) -> bytes:
    r"""Make the packaged form out of a published `.tiktoken` file.

    Args:
        published: The file's content.

    Raises:
        ContextkitError: The ranks are not 0, 1, 2, ..., or a token has more than 255 bytes.

    Example:
        >>> zlib.decompress(pack(b"IQ== 0\nIiI= 1\n"))
        b'\x02\x00\x00\x00\x01\x02!""'
    """
    from base64 import b64decode

    lines = [line.split() for line in published.splitlines()]
    tokens = [b64decode(token) for token, _ in lines]
    if [int(rank) for _, rank in lines] != list(range(len(lines))):
        raise ContextkitError("cannot pack this vocabulary: its ranks are not 0, 1, 2, ... in this order")
    if max(map(len, tokens), default=0) > 255:
        raise ContextkitError("cannot pack this vocabulary: one of its tokens is longer than 255 bytes")
    lengths = bytes(map(len, tokens))
    return zlib.compress(len(tokens).to_bytes(4, "little") + lengths + b"".join(tokens), 9)


def _tokens(name: str) -> list[bytes]:
    """Read the tokens of an encoding, in the order of their ranks."""
    if name not in ENCODINGS:
        raise ContextkitError(f"no vocabulary for {name!r} in the package, only {' and '.join(ENCODINGS)}")
    blob = zlib.decompress(_packed(name).read_bytes())
    start = 4 + int.from_bytes(blob[:4], "little")
    ends = list(accumulate(blob[4:start], initial=start))
    return list(map(blob.__getitem__, map(slice, ends, ends[1:])))


def _packed(name: str) -> "Path":
    """Give the file in the package that holds an encoding's vocabulary."""
    from pathlib import Path

    return Path(__file__).parent / "data" / f"{name}.bin"


def _main(file: str, name: str) -> None:
    """Pack a published file into the package's data folder."""
    from pathlib import Path

    _packed(name).write_bytes(pack(Path(file).read_bytes()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
