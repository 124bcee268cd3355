"""Markup: the one place where text becomes HTML or SVG, escaped unless it is markup already."""

from collections.abc import Iterable
from html import escape

from .tables import visible


class Markup(str):
    """Text that is markup already; any other text is escaped where it is put into markup.

    A notebook shows it as what it is.
    """

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": str(self), "text/plain": f"<HTML of {len(self):,} characters>"}


def element(name: str, *children: str | Iterable[str], **attributes: object) -> Markup:
    """Write an element of HTML or SVG.

    Args:
        name: Its name.
        children: What is in it: text is escaped and its control characters are made visible, so that
            nothing in it can close a tag, run or turn the page around; `Markup` is put as it is.
        attributes: Its attributes; `class_` is `class` and `stroke_width` is `stroke-width`. `None`
            leaves one out, `True` gives it without a value, and numbers are written in short.

    >>> element("text", "<script>", x=1.50, class_="name", y=None)
    '<text x="1.5" class="name">&lt;script&gt;</text>'
    """
    given = "".join(
        f" {key.strip('_').replace('_', '-')}" + ("" if value is True else f'="{_value(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inside = "".join(_child(child) for child in children)
    return Markup(f"<{name}{given}>{inside}</{name}>")


def text(value: str) -> Markup:
    r"""Escape a text for HTML and SVG; what could steer the page, such as a mark that turns it, is shown.

    Newlines and tabs stay.

    >>> text("a <b>\n\u202e")
    'a &lt;b&gt;\n\\u202e'
    """
    if not value.isprintable():  # as all characters are that `visible` shows
        value = "\n".join("\t".join(map(visible, line.split("\t"))) for line in value.split("\n"))
    return Markup(escape(value))


def joined(parts: Iterable[str]) -> Markup:
    """Put parts side by side; those that are not markup are escaped."""
    return Markup("".join(map(_child, parts)))


def _child(child: str | Iterable[str]) -> str:
    if isinstance(child, Markup):
        return child
    return text(child) if isinstance(child, str) else joined(child)


def short(number: float) -> str:
    """Write a number with two digits after the point at most.

    >>> short(2.50), short(3.0)
    ('2.5', '3')
    """
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _value(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return short(value)
    return value if isinstance(value, Markup) else escape(visible(str(value)))
