"""Token counters: callables from a text to its number of tokens.

A counter is any such callable; `len` is one. Those here count exactly and offline, or say that they estimate:

- `EncodingCounter`: OpenAI's encodings, exactly, from the vocabularies in the package.
- `TokenizerFile`: any Hugging Face `tokenizer.json`, exactly.
- `Estimate`: models whose tokenizer is not public, as a factor on an exact count, with its spread.
- `FastCounter`: `EncodingCounter` through toktok-rs, where that is installed and proves to count the same.

`token_counter` finds one by the name of an encoding or a model.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, inf
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, ClassVar

from ..exceptions import ContextkitError, CounterError, MissingExtraError
from ..patterns import Pattern
from .ordinary import count_ordinary
from .vocabularies import ENCODINGS, LONGEST_TOKEN, SEAMS

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

TokenCounter = Callable[[str], int]
"""A text to its number of tokens: a whole number, 0 or more. It must be pure.

Nothing else is asked of it: counts need not add up, nor grow with the text. A counter whose counts do add
up at known places may say so with an attribute `seams`, as `EncodingCounter` has it; then texts are counted
piece by piece. One with `exact = False` estimates.
"""


@dataclass(frozen=True, slots=True)
class EncodingCounter:
    r"""Counts the tokens of one of OpenAI's encodings, exactly and offline.

    All text is ordinary text, as in tiktoken's `encode_ordinary`: `<|endoftext|>` in a log is seven tokens.
    Any Python string can be counted: a lone surrogate counts as U+FFFD does (as in tiktoken), NUL is a
    character like any other, and a run of a million spaces, at which tiktoken panics, is counted exactly
    too.

    Attributes:
        encoding: The encoding's name, one of `vocabularies.ENCODINGS`.
        exact: True.
        seams: The hard boundaries of the encoding's pre-tokeniser, where counts may be added up; see `seams`.
        longest: The most characters that one token can stand for.

    Raises:
        ContextkitError: The encoding is not in the package.

    Example:
        >>> EncodingCounter("o200k_base")("hello world")
        2
    """

    encoding: str
    exact: ClassVar[bool] = True
    longest: ClassVar[int] = LONGEST_TOKEN

    def __post_init__(self) -> None:
        if self.encoding not in ENCODINGS:
            raise _unknown(self.encoding)

    def __call__(self, text: str) -> int:
        """Count the tokens of a text."""
        return count_ordinary(self.encoding, text)

    @property
    def seams(self) -> re.Pattern[str]:
        """The hard boundaries of the encoding's pre-tokeniser."""
        return SEAMS[self.encoding]


@dataclass(frozen=True, slots=True)
class TokenizerFile:
    """Counts the tokens of any Hugging Face tokenizer, exactly, from its `tokenizer.json`.

    All text is ordinary text: no special tokens are added, none is recognised in the text, and the file's own
    truncation and padding are switched off. It is about eight times slower than an `EncodingCounter`, and
    says of no place that counts may be added up there, so texts are counted whole.

    Attributes:
        path: The file.
        exact: True.

    Raises:
        MissingExtraError: The package `tokenizers` is not installed.
        ContextkitError: The file is not there, or is not a tokenizer.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from tokenizers import Tokenizer, models, pre_tokenizers
        >>> words = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
        >>> words.pre_tokenizer = pre_tokenizers.Whitespace()
        >>> with TemporaryDirectory() as folder:
        ...     words.save(f"{folder}/tokenizer.json")
        ...     TokenizerFile(Path(folder) / "tokenizer.json")("three short words")
        3
    """

    path: "str | Path"
    exact: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _load_tokenizer(str(self.path))

    def __call__(self, text: str) -> int:
        """Count the tokens of a text."""
        tokenizer = _load_tokenizer(str(self.path))
        try:
            return len(tokenizer.encode(text, add_special_tokens=False))
        except (TypeError, UnicodeEncodeError):
            # A lone surrogate has no UTF-8; it counts as U+FFFD, as in tiktoken.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return len(tokenizer.encode(text, add_special_tokens=False))


@lru_cache(maxsize=8)
def _load_tokenizer(path: str) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise MissingExtraError("a Hugging Face tokenizer.json", "huggingface") from error
    try:
        tokenizer = Tokenizer.from_file(path)
    except Exception as error:  # what the package raises is a bare Exception
        raise ContextkitError(f"{path}: cannot be read as a Hugging Face tokenizer.json: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimates the tokens of a model whose tokenizer is not public: a factor on an exact count, rounded up.

    Counts of the base add up where its `seams` say so, estimates do not, because each is rounded up. So add
    up base counts and scale once: `estimate(text) == estimate.scale(estimate.base(text))`.

    Attributes:
        name: What is estimated.
        factor: Its tokens for each token of the base.
        spread: The same factor for one text in twenty at the low end and at the high end.
        base: The exact counter that it is a factor on.
        overhead: Tokens that come on top of each text, such as those of tool definitions that are sent
            along. `calibrated` finds them; a part of a text is measured without them.
        exact: False.

    Raises:
        ContextkitError: The factors are not positive and in order, or the overhead is below 0.

    Example:
        >>> estimate = Estimate("a model", factor=1.5, spread=(1.2, 1.9))
        >>> estimate("hello world")
        3
        >>> estimate.bounds(100)
        (120, 190)
    """

    name: str
    factor: float
    spread: tuple[float, float]
    base: TokenCounter = EncodingCounter("o200k_base")
    overhead: int = 0
    exact: ClassVar[bool] = False

    def __post_init__(self) -> None:
        low, high = self.spread
        if not 0 < low <= high < inf or not 0 < self.factor < inf:
            raise ContextkitError(f"{self!r}: the factors must be above 0, and the spread (low, high)")
        if self.overhead < 0:
            raise ContextkitError(f"{self!r}: the overhead must be 0 or more")

    def __repr__(self) -> str:
        overhead = f", overhead={self.overhead}" if self.overhead else ""
        return (
            f"Estimate(name={self.name!r}, factor={self.factor}, spread={self.spread}, "
            f"base={self.base!r}{overhead})"
        )

    def __call__(self, text: str) -> int:
        """Estimate the tokens of a text."""
        return self.scale(self.base(text))

    @property
    def part(self) -> "Estimate":
        """The same without the overhead: what a text adds as a part of a longer one."""
        return replace(self, overhead=0) if self.overhead else self

    def scale(self, base_count: int) -> int:
        """Turn a count of the base into an estimate, in tokens, rounded up."""
        ratio = _ratio(self.factor)
        return self.overhead - (-base_count * ratio.numerator // ratio.denominator)

    def bounds(self, base_count: int) -> tuple[int, int]:
        """Turn a count of the base into the tokens that nine texts in ten lie between."""
        whole = base_count + self.overhead / _ratio(self.factor)
        low, high = (ceil(whole * _ratio(end)) for end in self.spread)
        return low, high

    def unscale(self, tokens: int) -> int:
        """Turn tokens back: the largest count of the base whose estimate is at most this many.

        It is below 0 where the overhead alone is more.
        """
        ratio = _ratio(self.factor)
        return (tokens - self.overhead) * ratio.denominator // ratio.numerator


@lru_cache(maxsize=64)
def _ratio(factor: float) -> "Fraction":
    """Take a factor as it is written: 1.18 is 118/100, not the float next to it."""
    from fractions import Fraction

    return Fraction(repr(factor))


CLAUDE = Estimate("Claude up to 4.6", factor=1.18, spread=(1.07, 1.29))
"""Claude 3 to 4.6. Medians over events of agent threads, from a reconstruction of its counts (the package
ctok); factors fitted to the vendor's endpoint by others agree (1.18)."""

CLAUDE_4_7 = Estimate("Claude 4.7 and later", factor=1.49, spread=(1.33, 1.94))
"""Claude from 4.7 on, which has another tokenizer. Measured like `CLAUDE`; others found 1.53."""

GEMINI = Estimate("Gemini", factor=1.19, spread=(0.83, 1.34))
"""Gemini, taken to count as Gemma 3 and 4 do, which is what google-genai's own local tokenizer does. The
factor is the mean over prose (1.08), code (1.18), JSON (1.34) and tracebacks (1.24), weighted as they come
in agent threads; the spread goes from the cheapest kind of text (Chinese and Japanese) to the dearest
(JSON)."""

OTHER = Estimate("another model", factor=1.04, spread=(0.91, 1.43))
"""A model that is not known here, as many servers speak OpenAI's dialect. The factor is the mean of
Llama 3, Qwen 3, DeepSeek V3, Mistral, GLM-4 and Kimi K2 over English, code, JSON and tracebacks; the spread
goes from the cheapest of them (Chinese with DeepSeek) to the dearest (other languages with GLM-4)."""


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
            raise _unknown(self.encoding)
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


BUILT_IN = (EncodingCounter, FastCounter)
"""Counters whose tokens stand for one byte or more each."""

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


def token_counter(counter: "str | Path | TokenCounter", *, fast: bool = False) -> TokenCounter:
    """Find a token counter by name. Nothing is ever fetched over a network.

    Args:
        counter: An encoding (`"o200k_base"`), a model (`"gpt-4o"`, `"claude-sonnet-4-5"`,
            `"gemini-2.5-pro"`, with or without a provider before it), a path to a Hugging Face tokenizer,
            ending in `.json`, or a counter, which is returned as it is.
        fast: Count OpenAI's encodings through toktok-rs, from the extra `fast`.

    Returns:
        An exact counter, or an `Estimate` for Claude and Gemini, whose tokenizers are not public.

    Raises:
        ContextkitError: Nothing is known by this name, or its encoding is not in the package.
        MissingExtraError: What it needs is not installed.

    Example:
        >>> token_counter("gpt-4o")
        EncodingCounter(encoding='o200k_base')
        >>> token_counter("anthropic/claude-sonnet-4-5").name
        'Claude up to 4.6'
        >>> token_counter(len)("four")
        4
    """
    if isinstance(counter, str | PathLike):
        name = fspath(counter)
        if name.endswith(".json"):
            return TokenizerFile(counter)
        found = _estimate(name) or _encoding_name(name)
        if isinstance(found, Estimate):
            return found
        return FastCounter(found) if fast else EncodingCounter(found)
    if callable(counter):
        return counter
    raise _unknown(counter)


def count(counter: TokenCounter, text: str) -> int:
    """Count the tokens of a text with any counter, and check what it returns.

    Raises:
        CounterError: It is not a whole number that is 0 or more, or the counter raises.

    Example:
        >>> count(len, "four")
        4
    """
    try:
        tokens: object = counter(text)
    except ContextkitError:
        raise
    except Exception as error:  # a counter is user code: it can raise anything
        raise CounterError(counter, error) from error
    # A bool is an int to isinstance, but no number of tokens.
    if not isinstance(tokens, int) or isinstance(tokens, bool) or tokens < 0:
        raise CounterError(counter, tokens)
    return tokens


def seams_of(counter: TokenCounter) -> re.Pattern[str] | None:
    """Return the hard boundaries of a counter, or None if it does not say that its counts add up.

    Example:
        >>> seams_of(len) is None
        True
    """
    seams = getattr(counter, "seams", None)
    return seams if isinstance(seams, re.Pattern) else None


def base_of(counter: TokenCounter) -> TokenCounter:
    """Return the exact counter that an estimate is made from; any other counter is its own.

    Example:
        >>> base_of(CLAUDE)
        EncodingCounter(encoding='o200k_base')
    """
    return counter.base if isinstance(counter, Estimate) else counter


_CLAUDE_MODEL = Pattern(r"(?:^|[./])claude-")
_CLAUDE_VERSION = Pattern(r"-(\d{1,2})(?:[-.](\d{1,2}))?(?![\d.])")


def _estimate(model: str) -> Estimate | None:
    """Find the estimate for a model of Claude or Gemini; one without a version is taken for the newest."""
    name = model.lower()
    if re.search(r"(?:^|[./])gemini-", name):
        return GEMINI
    if not _CLAUDE_MODEL.search(name):
        return None
    version = _CLAUDE_VERSION.search(name)
    if version is None:
        return CLAUDE_4_7
    return CLAUDE if (int(version[1]), int(version[2] or 0)) < (4, 7) else CLAUDE_4_7


def _encoding_name(name: str) -> str:
    """Find the encoding of an OpenAI model in tiktoken's own tables."""
    from tiktoken.model import encoding_name_for_model

    if name in ENCODINGS:
        return name
    try:
        encoding = encoding_name_for_model(name.rpartition("/")[2])
    except KeyError:
        encoding = name
    # Its special tokens are others than o200k_base has, ranks and pattern are the same: so are our counts.
    encoding = "o200k_base" if encoding == "o200k_harmony" else encoding
    if encoding not in ENCODINGS:
        raise _unknown(name, encoding)
    return encoding


def _unknown(name: object, encoding: object = None) -> ContextkitError:
    because = f" (its encoding, {encoding}, is not in the package)" if encoding not in (None, name) else ""
    return ContextkitError(
        f"no token counter for {name!r}{because}. Known are the encodings {', '.join(ENCODINGS)}; "
        "OpenAI's models that use one of them, such as gpt-4o; claude-* and gemini-*, as estimates; the path "
        "of a Hugging Face tokenizer, ending in .json; and any callable from a text to its number of tokens, "
        "such as len."
    )
