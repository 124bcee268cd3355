"""Long texts in a picture: their two ends, and how much is not shown."""

from .markup import Markup, element, joined


def shown_text(value: str, *, end: int, rest: str) -> Markup:
    r"""Write a text as it is; of one that is too long, its ends and what lies between.

    Args:
        value: The text.
        end: The most characters of each end; each takes up to six bytes.
        rest: Where the whole is, for the line that says how much is left out.

    >>> shown_text("abcdef", end=2, rest="event.text has them")[:33]
    '<pre>\nab</pre><p class="dim">2 ch'
    """
    if len(value) <= 2 * end:
        return pre(value)
    left = f"{len(value) - 2 * end:,} characters are not shown here; {rest}."
    return joined([pre(value[:end]), element("p", left, class_="dim"), pre(value[-end:])])


def pre(*parts: str, class_: str | None = None) -> Markup:
    """Write texts with their lines and spaces as they are."""
    return element("pre", Markup("\n"), joined(parts), class_=class_)  # a browser drops the first newline


def counted(number: int, noun: str) -> str:
    """Give a number with its noun.

    >>> counted(1, "event"), counted(1200, "event")
    ('1 event', '1,200 events')
    """
    return f"{number:,} {noun}{'s' if number != 1 else ''}"
