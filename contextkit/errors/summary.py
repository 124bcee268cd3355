"""Summary: what went wrong, as text that a notebook shows next to what it was made from."""

from typing import Any, Self


class Summary(str):
    """What went wrong, in few words: a text, and the text that it is of.

    Attributes:
        whole: The text that it was made from. It is held on to; `str(summary)` is the summary alone.

    >>> Summary("KeyError: 'tag'", "Traceback ...").whole
    'Traceback ...'
    """

    __slots__ = ("whole",)

    whole: str

    def __new__(cls, text: str, whole: str) -> Self:
        """Make a summary of a text."""
        summary = super().__new__(cls, text)
        summary.whole = whole
        return summary

    def __reduce__(self) -> tuple[Any, ...]:
        return Summary, (str(self), self.whole)

    def _repr_html_(self) -> str:
        from ..display.summaries import summary_html

        return summary_html(self)
