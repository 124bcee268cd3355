"""Tests of `contextkit.codecs.xml`: lxml is the judge."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from contextkit.codecs import xml
from contextkit.exceptions import FormatError

from .strategies import event_types, json_values, nasty_text, same

TAGS = st.one_of(
    event_types(), st.sampled_from(("event", "item", "entry", "events", "string", "a b", "", "xmlns", "a:b"))
)
LOOKALIKES = st.one_of(
    st.text(st.sampled_from("0123456789+-.eE"), max_size=8), st.sampled_from(("null", "true", "True"))
)


@given(st.lists(st.tuples(st.one_of(TAGS, nasty_text(3)), st.one_of(json_values(), LOOKALIKES)), max_size=3))
@settings(deadline=None)
def test_lxml_reads_back_any_value(pairs: list[tuple[str, Any]]) -> None:
    """Tags and values come back with their types."""
    text = "".join(xml.encode_element(tag, value) for tag, value in pairs)
    assert same(xml.decode_elements(text), pairs)


@given(st.one_of(TAGS, nasty_text(3)), json_values())
@settings(deadline=None)
def test_writes_what_lxml_would_write(tag: str, value: Any) -> None:
    """The text is lxml's own, to the character."""
    text = xml.encode_element(tag, value)
    root = etree.fromstring(text.encode(), etree.XMLParser(huge_tree=True))
    assert etree.tostring(root, encoding="unicode") + "\n" == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "<t/>"),
        ([], '<t type="list"/>'),
        ({}, '<t type="object"/>'),
        (None, "<t>null</t>"),
        (True, "<t>true</t>"),
        (1, "<t>1</t>"),
        (-0.0, "<t>-0.0</t>"),
        (1e22, "<t>1e+22</t>"),
        (5e-324, "<t>5e-324</t>"),
        ("null", '<t type="string">null</t>'),
        ("1", '<t type="string">1</t>'),
        ("1e+22", '<t type="string">1e+22</t>'),
        ("1.50", "<t>1.50</t>"),
        ("1e22", "<t>1e22</t>"),
        ("007", "<t>007</t>"),
        ("-0", "<t>-0</t>"),
        ("1\n", "<t>1\n</t>"),
        ("1e999", "<t>1e999</t>"),
        (" \n ", "<t> \n </t>"),
        ("\t<a href='x'>&amp;\r\n", "<t>\t&lt;a href='x'&gt;&amp;amp;&#13;\n</t>"),
        ("]]>\x85\u2028", "<t>]]&gt;\x85\u2028</t>"),
        ("\x00\x1b[m\ud800\ufffe", r"<t>\u0000\u001b[m\ud800\ufffe</t>"),
        (r"\u0041", r"<t>\u005cu0041</t>"),
        (
            ["1", [], [2]],
            '<t>\n<item type="string">1</item>\n<item type="list"/>\n<item>\n<item>2</item>\n</item>\n</t>',
        ),
        ({"item": 1}, '<t type="object">\n<item>1</item>\n</t>'),
        ({"item": 1, "a": 2}, "<t>\n<item>1</item>\n<a>2</a>\n</t>"),
        ({"entry": 1}, "<t>\n<entry>1</entry>\n</t>"),
        (
            {"a b": 1, "": "", "a:b": {}},
            '<t>\n<entry key="a b">1</entry>\n<entry key=""/>\n<entry key="a:b" type="object"/>\n</t>',
        ),
        ({'"<\n\t\r\x00': 1}, '<t>\n<entry key="&quot;&lt;&#10;&#9;&#13;\\u0000">1</entry>\n</t>'),
    ],
)
def test_the_look(value: Any, text: str) -> None:
    """Each rule of the module docstring, once."""
    assert xml.encode_element("t", value) == text + "\n"
    assert same(xml.decode_elements(text), [("t", value)])


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("event", '<event data="string">5</event>'),
        ("a b", '<event type="a b" data="string">5</event>'),
        ("1", '<event type="1" data="string">5</event>'),
        ("string", '<string type="string">5</string>'),
        ("été", '<été type="string">5</été>'),
    ],
)
def test_the_look_of_event_types(tag: str, text: str) -> None:
    """A type that is no XML name stands in an attribute."""
    assert xml.encode_element(tag, "5") == text + "\n"
    assert xml.decode_elements(text) == [(tag, "5")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<a>\n<b></a>", 2),
        ("<a/>\n</events><events>", 2),
        ("<a/>\ntext", 1),
        ("text<a/>", 1),
        ("<a>x<b/></a>", 1),
        ("<a>\n<!-- c -->1</a>", 2),
        ("<a/>\n<!-- c -->", 2),
        ("<a><?php x?></a>", 1),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", 1),
        ("<a>\n&x;</a>", 2),
        ("<a>\x00</a>", 1),
        ("<a>\n\ud800</a>", 2),
        ('<a type="number">1</a>', 1),
        ('<a b="1"/>', 1),
        ('<a type="list"><b/></a>', 1),
        ('<a type="list">x</a>', 1),
        ('<a type="string"><b/></a>', 1),
        ("<a>\n<b/>\n<b/>\n</a>", 3),
        ("<a>" + "9" * 5000 + "</a>", 1),
        ("<a>" * 10_000, 1),
    ],
)
def test_refuses_what_it_would_not_write(text: str, line: int) -> None:
    """Whatever is wrong, the error is one of the format and names the line."""
    with pytest.raises(FormatError) as caught:
        xml.decode_elements(text)
    assert caught.value.line == line


def test_takes_for_names_what_lxml_takes_for_names() -> None:
    """Every character, at the start of a name and inside."""
    parser = etree.XMLParser()

    def is_name(name: str) -> bool:
        try:
            return etree.fromstring(f"<{name}/>".encode(), parser).tag == name
        except (etree.XMLSyntaxError, UnicodeEncodeError):
            return False

    ours = xml._NAME
    for code in [*range(0x80, 0x3200), *range(0xD700, 0x10100), 0x2FFFF, 0xEFFFF, 0xF0000, 0x10FFFF]:
        for name in (chr(code), "a" + chr(code)):
            assert not ours.match(name) or is_name(name), hex(code)
    ascii_characters = "".join(map(chr, range(128)))
    assert [mark for mark in ascii_characters if ours.match("a" + mark)] == re.findall(
        r"[\w.-]", ascii_characters
    )


def test_long_texts_and_deep_values_are_read() -> None:
    """Sizes that parsers refuse by default."""
    value: Any = "x" * 12_000_000
    assert xml.decode_elements(xml.encode_element("a", value)) == [("a", value)]
    for _ in range(200):
        value = [value[-5:]]
    assert xml.decode_elements(xml.encode_element("a", value)) == [("a", value)]


def test_too_deep_a_value_is_a_clear_error() -> None:
    """Depth is an error of the format, never a RecursionError."""
    value: Any = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(FormatError, match="too deeply"):
        xml.encode_element("a", value)
