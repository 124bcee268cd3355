"""Counts of OpenAI's encodings, exactly and offline."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from ..exceptions import ContextkitError
from .ordinary import count_ordinary
from .vocabularies import ENCODINGS, LONGEST_TOKEN, SEAMS

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
            raise unknown_counter(self.encoding)

    def __call__(self, text: str) -> int:
        """Count the tokens of a text."""
        return count_ordinary(self.encoding, text)

    @property
    def seams(self) -> re.Pattern[str]:
        """The hard boundaries of the encoding's pre-tokeniser."""
        return SEAMS[self.encoding]


def unknown_counter(name: object, encoding: object = None) -> ContextkitError:
    """Make the error of a counter that nothing is known of."""
    because = f" (its encoding, {encoding}, is not in the package)" if encoding not in (None, name) else ""
    return ContextkitError(
        f"no token counter for {name!r}{because}. Known are the encodings {', '.join(ENCODINGS)}; "
        "OpenAI's models that use one of them, such as gpt-4o; claude-* and gemini-*, as estimates; the path "
        "of a Hugging Face tokenizer, ending in .json; and any callable from a text to its number of tokens, "
        "such as len."
    )
