"""The summary of an error as HTML for a notebook, and the text that it is of."""

from typing import TYPE_CHECKING

from .markup import Markup, element
from .pages import folded, frame
from .texts import counted, shown_text

if TYPE_CHECKING:
    from ..errors.summary import Summary

_END = 20_000  # characters shown of each end


def summary_html(summary: "Summary") -> Markup:
    """Draw a summary as HTML; the whole text unfolds."""
    sizes = f": {len(summary):,} of {counted(len(summary.whole), 'character')}"
    return frame(
        element("p", element("b", "What went wrong"), sizes),
        shown_text(str(summary), end=_END, rest="the summary has them"),
        folded("The whole text", shown_text(summary.whole, end=_END, rest="summary.whole has them")),
    )
