"""HTML -> text: headings, paragraphs, list items, rows and links, without scripts and what is hidden."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import html

_STARTS = re.compile(
    r"(?i)\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,50})?(?:<!--.{0,500}?-->\s{0,50})?"
    r"<(?:!doctype html|html|head|body)\b",
    re.DOTALL,
)
_TAGS = re.compile(r"(?i)</(?:div|p|a|span|li|td|h[1-6]|section|article)>")
_SILENT = frozenset(
    [
        *("script", "style", "noscript", "template", "svg", "head", "iframe", "object", "canvas"),
        *("select", "option", "button", "input"),
    ]
)
_BLOCKS = frozenset(
    [
        *("p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "ul", "ol", "li"),
        *(
            "table",
            "tbody",
            "thead",
            "tr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "pre",
            "blockquote",
            "hr",
            "br",
        ),
        *("dl", "dt", "dd", "form", "fieldset", "figure", "figcaption", "address", "body", "html", "title"),
        *("details", "summary"),
    ]
)


def is_page(text: str) -> bool:
    """Tell whether a text is HTML, by its first characters.

    >>> is_page("<!DOCTYPE html><p>Hi"), is_page("a < b")
    (True, False)
    """
    head = text[:4_000]
    if _STARTS.match(head) is not None:
        return True
    return head.lstrip()[:1] == "<" and len(_TAGS.findall(head)) >= 5


def page_text(text: str) -> str:
    """Give the text of an HTML page; nothing where it cannot be read.

    >>> print(page_text('<h1>Hi</h1><script>x()</script><p>See <a href="/doc">the docs</a>.</p>'))
    # Hi
    See [the docs](/doc).
    """
    from lxml import etree, html

    clean = re.sub("[\x00\ud800-\udfff]", " ", text)
    try:
        root = html.fromstring(
            clean.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", huge_tree=True)
        )
    except (etree.LxmlError, ValueError, AssertionError):
        return ""
    title = root.findtext(".//title") or ""
    pieces: list[str] = [f"\n{title.strip()}\n"] if title.strip() else []
    pieces.extend(_pieces(root))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line.strip(" |-#"))


def _pieces(root: "html.HtmlElement") -> Iterator[str]:
    """Walk without recursion: pages may be nested very deep."""
    todo: list[tuple[html.HtmlElement, bool]] = [(root, True)]
    while todo:
        node, begins = todo.pop()
        tag = node.tag if isinstance(node.tag, str) else ""
        is_link = tag == "a" and len(node.get("href") or "") <= 200 and (node.get("href") or "#")[0] != "#"
        if begins:
            if (
                not tag
                or tag in _SILENT
                or node.get("hidden") is not None
                or node.get("aria-hidden") == "true"
            ):
                yield node.tail or "" if node is not root else ""
                continue
            yield _before(tag)
            if is_link:
                yield "["
            if tag == "img" and node.get("alt"):
                yield f"{node.get('alt')} "
            yield _flat(node.text)
            todo.append((node, False))
            todo.extend((child, True) for child in reversed(node))
        else:
            if is_link:
                yield f"]({node.get('href')})"
            yield " | " if tag in ("td", "th") else "\n" if tag in _BLOCKS else ""
            yield _flat(node.tail) if node is not root else ""


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def _before(tag: str) -> str:
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        return f"\n{'#' * int(tag[1])} "
    return "\n- " if tag == "li" else "\n" if tag in _BLOCKS else ""
