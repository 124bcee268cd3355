r"""One JSON value as one XML 1.0 element, written so that an XML parser reads back the exact value.

How a value is written, and what the reader infers:

1. A leaf is an element without child elements. If its text is the JSON of a number, `true`, `false` or
   `null`, to the character, it is that value: `1.5` is a number, `1.50` and `007` are strings. Any other
   leaf is a string. A string that looks like one of these values has `type="string"`.
2. An object is an element with its members as child elements, in order. A member whose key is no XML name
   (or a long one) is `<entry key="...">`.
3. A list is an element with children that are all `<item>`. An object with `item` as its only key would
   look like one and has `type="object"`.
4. An element without text is the empty string; `type="list"` and `type="object"` are the empty others.
5. The outermost element is named by the event's type; where that is no XML name, it is
   `<event type="...">`. On an outermost `event`, `data="..."` therefore stands for `type="..."` above.
6. White space is data in a leaf, to the character, and nothing between child elements.
7. Characters that XML 1.0 forbids (section 2.2: most control characters, surrogates, U+FFFE, U+FFFF) are
   written by `contextkit.codecs.escapes`.

The text is what lxml would write for the same tree; a test holds it to that.

With `attributes`, the first members of an object are attributes of its element, up to the first one that
cannot be: a list, an object, a string that looks like another value, a key that is no name or has a meaning
here (`type`, `data`, `key`, names that start with `xml`). An element with such attributes is an object.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..exceptions import FormatError
from ..patterns import Pattern
from .escapes import escape, unescape
from .json import JSON

if TYPE_CHECKING:
    from lxml import etree

_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_SPECIAL = Pattern("[&<>\r]")
_SPECIAL_IN_ATTRIBUTE = Pattern('[&<>"\t\n\r]')
_REFERENCES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_OURS = frozenset(("type", "data", "key"))
_WORDS = {"null": None, "true": True, "false": False}
_NUMBER = Pattern(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?(e[+-][0-9]++)?\Z")
_MOST_DIGITS = 4300  # Python neither writes nor reads longer integers


# A name without a colon: XML 1.0 (fifth edition) section 2.3, Namespaces in XML section 3. The length is
# ours: parsers have limits, and a long key is better written once.
_NAME = Pattern(f"[{_START}][{_START}0-9.\xb7\u0300-\u036f\u203f\u2040-]{{0,255}}\\Z")
# What XML 1.0 forbids: everything but Char, section 2.2.
_FORBIDDEN = Pattern("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode_element(tag: str, value: JSON, *, attributes: bool = False) -> str:
    """Write a value as one element that ends in a newline.

    Args:
        tag: The name of the element, any text.
        value: Plain JSON.
        attributes: Whether members may be attributes.

    Example:
        >>> print(encode_element("order", {"id": "5", "total": 9.5, "tags": ["new", "a & b"]}), end="")
        <order>
        <id type="string">5</id>
        <total>9.5</total>
        <tags>
        <item>new</item>
        <item>a &amp; b</item>
        </tags>
        </order>
        >>> print(encode_element("order", {"id": "A5", "total": 9.5, "tags": []}, attributes=True), end="")
        <order id="A5" total="9.5">
        <tags type="list"/>
        </order>
    """
    parts = _Parts(attributes)
    try:
        if tag == "event":
            _write(parts, tag, "", "data", value)
        elif _NAME.match(tag):
            _write(parts, tag, "", "type", value)
        else:
            _write(parts, "event", f' type="{_attribute(tag)}"', "data", value)
    except RecursionError:
        raise FormatError("xml", "the value is nested too deeply; flatten it") from None
    return "".join(parts)


def decode_elements(text: str, *, attributes: bool = False) -> list[tuple[str, JSON]]:
    r"""Read elements that stand one after the other, with or without members as attributes.

    Returns:
        A pair (tag, value) an element.

    Raises:
        FormatError: The text is not well formed, or not as `encode_element` writes; comments, processing
            instructions and document types are refused.

    Example:
        >>> decode_elements('<user>hi</user>\n<order><id type="string">5</id></order>')
        [('user', 'hi'), ('order', {'id': '5'})]
    """
    from lxml import etree

    # No entity is expanded and nothing is fetched; huge_tree lifts the limits on the size of a text.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    try:
        root = etree.fromstring(b"<events>" + text.encode() + b"</events>", parser)
        return [_read_event(element, attributes) for element in _children(root)]
    except etree.XMLSyntaxError as error:
        raise FormatError("xml", error.msg or "not well formed", line=error.lineno) from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise FormatError("xml", "a lone surrogate is no character of XML", line=line) from error
    except RecursionError:
        raise FormatError("xml", "the text is nested too deeply; flatten the value") from None


class _Parts(list[str]):
    """The text so far, and whether members may be attributes."""

    def __init__(self, attributes: bool) -> None:
        super().__init__()
        self.attributes = attributes


def _write(parts: _Parts, name: str, attribute: str, type_attribute: str, value: JSON) -> None:
    """Add an element to the parts; `attribute` is written already, with a space before it."""
    kind = type(value)
    if kind is str:
        mark = f' {type_attribute}="string"' if _is_literal(value) else ""
        text = _text(value)
    elif kind is dict or kind is list:
        _write_container(parts, name, attribute, type_attribute, value)
        return
    else:
        mark, text = "", _literal(value)
    parts.append(f"<{name}{attribute}{mark}>{text}</{name}>\n" if text else f"<{name}{attribute}{mark}/>\n")


def _write_container(parts: _Parts, name: str, attribute: str, type_attribute: str, value: JSON) -> None:
    is_list = type(value) is list
    if not value:
        parts.append(f'<{name}{attribute} {type_attribute}="{"list" if is_list else "object"}"/>\n')
        return
    if parts.attributes and not is_list and (leading := _leading(value)):
        attribute += "".join(f' {key}="{_attribute(text)}"' for key, text in leading.items())
        value = dict(list(value.items())[len(leading) :])
        if not value:
            parts.append(f"<{name}{attribute}/>\n")
            return
        mark = ""
    else:
        mark = f' {type_attribute}="object"' if not is_list and value.keys() == {"item"} else ""
    parts.append(f"<{name}{attribute}{mark}>\n")
    if is_list:
        for item in value:
            _write(parts, "item", "", "type", item)
    else:
        for key, member in value.items():
            if _NAME.match(key):
                _write(parts, key, "", "type", member)
            else:
                _write(parts, "entry", f' key="{_attribute(key)}"', "type", member)
    parts.append(f"</{name}>\n")


def _leading(members: dict[str, JSON]) -> dict[str, str]:
    """The first members of an object that can be attributes, as text."""
    found: dict[str, str] = {}
    for key, value in members.items():
        is_text = type(value) is str
        is_free = key not in _OURS and not key.lower().startswith("xml") and _NAME.match(key)
        if not is_free or type(value) in (dict, list) or (is_text and _is_literal(value)):
            break
        found[key] = value if is_text else _literal(value)
    return found


def _literal(value: float | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def _is_literal(text: str) -> bool:
    """Whether a leaf with this text would be taken for something else than a string."""
    if text in _WORDS:
        return True
    match = _NUMBER.match(text)
    if match is None or text == "-0":
        return False
    return match.lastindex is None or repr(float(text)) == text


def _text(text: str) -> str:
    return _SPECIAL.sub(_reference, escape(text, _FORBIDDEN))


def _attribute(text: str) -> str:
    return _SPECIAL_IN_ATTRIBUTE.sub(_reference, escape(text, _FORBIDDEN))


def _reference(match: re.Match[str]) -> str:
    return _REFERENCES[match[0]]


def _read_event(element: "etree._Element", legal: bool) -> tuple[str, JSON]:
    attributes = _attributes(element)
    name = element.tag
    if name != "event":
        return name, _value(element, attributes.pop("type", ""), attributes, legal)
    name = attributes.pop("type", name)
    return unescape(name), _value(element, attributes.pop("data", ""), attributes, legal)


def _value(element: "etree._Element", kind: str, attributes: dict[str, str], legal: bool) -> JSON:
    if (attributes and (kind or not legal)) or kind not in ("", "string", "list", "object"):
        raise _error(element, "an attribute that this format does not have")
    children = list(_children(element))
    if not children and not attributes:
        return _leaf(element, kind)
    if kind == "string":
        raise _error(element, "a string has no child elements")
    if kind == "list" or (not kind and not attributes and all(child.tag == "item" for child in children)):
        return [_member(child, legal, "item")[1] for child in children]
    if not children and (element.text or "").strip():
        raise _error(element, "text beside attributes")
    members: dict[str, JSON] = {key: _read_text(element, text) for key, text in attributes.items()}
    for child in children:
        key, value = _member(child, legal)
        if key in members:
            raise _error(child, f"the key {key!r} stands twice in one object")
        members[key] = value
    return members


def _member(element: "etree._Element", legal: bool, expected: str | None = None) -> tuple[str, JSON]:
    attributes = _attributes(element)
    key = element.tag
    if key == "entry" and "key" in attributes:
        key = unescape(attributes.pop("key"))
    if expected is not None and key != expected:
        raise _error(element, f"a list has <{expected}> elements only")
    return key, _value(element, attributes.pop("type", ""), attributes, legal)


def _leaf(element: "etree._Element", kind: str) -> JSON:
    text = element.text or ""
    if kind in ("list", "object"):
        if text.strip():
            raise _error(element, f"text in an empty {kind}")
        return [] if kind == "list" else {}
    return unescape(text) if kind == "string" else _read_text(element, text)


def _read_text(element: "etree._Element", text: str) -> JSON:
    """A leaf of no stated type: the value that the text looks like."""
    if not _is_literal(text):
        return unescape(text)
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _MOST_DIGITS and text.lstrip("-").isdigit():
        raise _error(element, f"a number of more than {_MOST_DIGITS:,} digits; write it as a string")
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _children(element: "etree._Element") -> Iterator["etree._Element"]:
    """The child elements; whatever else stands between them must be white space."""
    has_children = len(element) > 0
    if has_children and (element.text or "").strip():
        raise _error(element, "text beside child elements")
    for child in element:
        if not isinstance(child.tag, str):
            raise _error(child, "a comment, a processing instruction or an entity")
        if (child.tail or "").strip():
            raise _error(child, "text beside child elements")
        yield child


def _attributes(element: "etree._Element") -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _error(element: "etree._Element", reason: str) -> FormatError:
    line: Any = element.sourceline
    return FormatError("xml", reason, line=line)
