"""Tokens: a text with the borders of its tokens, to see why a format is dear."""

from collections.abc import Iterator

from ..exceptions import SettingError
from ..tokens.counters import count, token_counter
from ..tokens.vocabularies import ENCODINGS, load_encoding
from .markup import Markup, element, text
from .pages import frame
from .texts import pre

_MOST, _LIMIT = 8_000, 100_000  # characters shown, and how many at the most
_TINTS = 4


def tokens_html(value: str, *, encoding: str = "o200k_base", most: int = _MOST) -> Markup:
    """Draw a text with a tint for each token, in turns, and a border between each two.

    Args:
        value: The text.
        encoding: The encoding whose tokens are shown, such as `o200k_base`.
        most: How many characters are shown of a longer text, up to 100,000; the heading counts all of it.

    Raises:
        SettingError: If the encoding is not one of those in the package, which alone tell their tokens.

    >>> "2 tokens" in tokens_html("hello world")
    True
    """
    if encoding not in ENCODINGS:
        raise SettingError("tokens_html.encoding", encoding, f"it must be one of {', '.join(ENCODINGS)}")
    most = min(most, _LIMIT)  # what tokenises at once fails on longer runs of spaces
    whole = count(token_counter(encoding), value)
    said = f"{whole:,} token{'s' if whole != 1 else ''} ({encoding}) for {len(value):,} characters"
    if len(value) > most:
        said += f"; the first {most:,} are shown, the last token of which may be cut"
    spans = [
        element("span", _shown(piece), class_=f"t{number % _TINTS}", title=_several(size))
        for number, (piece, size) in enumerate(pieces(value[:most], encoding))
    ]
    return frame(element("p", f"{said}."), pre(*spans, class_="tokens"))


def pieces(value: str, encoding: str) -> Iterator[tuple[str, int]]:
    r"""Give the texts of the tokens of a text, in order; where a character takes several, these together.

    >>> list(pieces("hello 🦜", "o200k_base"))
    [('hello', 1), (' 🦜', 3)]
    """
    loaded = load_encoding(encoding)
    waiting, number = b"", 0
    if not value.isprintable():  # a lone surrogate counts as U+FFFD, as in tiktoken
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for piece in loaded.decode_tokens_bytes(loaded.encode_ordinary(value)):
        waiting, number = waiting + piece, number + 1
        try:
            yield waiting.decode(), number
        except UnicodeDecodeError:
            continue
        waiting, number = b"", 0


def _several(size: int) -> str | None:
    return f"{size} tokens" if size > 1 else None


def _shown(piece: str) -> Markup:
    """Write the text of a token, with a sign where a line ends."""
    return text(piece.replace("\n", "↵\n"))
