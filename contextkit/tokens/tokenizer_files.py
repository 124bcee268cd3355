"""Counts of any Hugging Face tokenizer, from its `tokenizer.json`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from ..exceptions import ContextkitError, MissingExtraError

if TYPE_CHECKING:
    from pathlib import Path


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
