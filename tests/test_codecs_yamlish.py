"""Tests of `contextkit.codecs.yamlish`: two loaders of two YAML versions are the judges."""

import io
import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from contextkit.codecs import yamlish
from contextkit.exceptions import FormatError

from .strategies import json_values, nasty_text, same

TEXTS = st.one_of(
    nasty_text(),
    st.text(st.sampled_from("\n \tab:-"), max_size=12),
    st.text(st.sampled_from("0123456789+-._:eExobTZ infnaINFN~=<tryeslofu"), max_size=10),
    st.builds(lambda text, count: text * count, nasty_text(3), st.sampled_from((1, 100, 500, 2000))),
)


def read_1_1(text: str) -> Any:
    """What PyYAML makes of it."""
    return yaml.load(text, Loader=yaml.SafeLoader)


def read_1_2(text: str) -> Any:
    """What ruamel.yaml makes of it."""
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


@given(json_values())
@settings(deadline=None)
def test_both_loaders_read_back_any_value(value: Any) -> None:
    """Values come back with their types, by YAML 1.1 and 1.2."""
    text = yamlish.encode(value)
    assert same(read_1_1(text), value)
    assert same(read_1_2(text), value)


@given(TEXTS, TEXTS, st.integers(0, 5))
@settings(deadline=None)
def test_both_loaders_read_back_any_text_in_any_place(text: str, other: str, place: int) -> None:
    """A text is the same as a document, an item, a member, a key, deep inside, and between others."""
    value = (
        text,
        [text, other],
        {other: text},
        {text: other},
        [[{other: [[text]], "z": text}]],
        {"a": {text: [text]}},
    )
    written = yamlish.encode(value[place])
    assert same(read_1_1(written), value[place])
    assert same(read_1_2(written), value[place])


@given(st.lists(st.tuples(nasty_text(4), st.one_of(TEXTS, json_values())), max_size=4))
@settings(deadline=None)
def test_items_make_one_list_whatever_stands_in_them(pairs: list[tuple[str, Any]]) -> None:
    """Items written one by one read back as a list, by both loaders and by our reader."""
    items = [yamlish.encode_item(key, value) for key, value in pairs]
    for item in items:
        assert item.startswith("- ")
        assert item.endswith("\n")
        assert not item.endswith("\n\n")
    text = "".join(items)
    expected = [{key: value} for key, value in pairs]
    assert same(read_1_1(text) or [], expected)
    assert same(read_1_2(text) or [], expected)
    assert same(yamlish.decode_items(text), pairs)
    assert same(yamlish.decode_items("\n\n".join(items)), pairs)


@given(st.one_of(TEXTS, json_values()), st.sampled_from((2, 4)))
@settings(deadline=None)
def test_an_indented_value_stands_below_a_key(value: Any, indent: int) -> None:
    """With an indent, the text is a value of the object two columns to the left."""
    above = "".join(f"{' ' * column}k:\n" for column in range(0, indent, 2))
    text = above + yamlish.encode(value, indent=indent)
    for _ in range(0, indent, 2):
        value = {"k": value}
    assert same(read_1_1(text), value)
    assert same(read_1_2(text), value)


PLAIN = """
a|-x|?x|:x|<div>|=x|~x|a#b|a :b|a:b|http://x.y/z?a=b#c|it's|say "hi"|1.2.3|10.0.0.1|555-1234|12 monkeys
1,234|2024-01-01 release|1e5a3c|0xyz|y|n|nope|a - b|a, b|(a)|$x|^x|/x|;x|\\d|a [b] {c}|ünï|日本|🙂|.x|..|+x
a%|a@b|null value|-- a|.. a|<<x|==|-1 a|:-)|a  b|a\xa0b|\xa0a|a?|a ?b
""".strip()
QUOTED = """
no|No|NO|on|yes|off|true|False|null|Null|~|=|<<|-|?|:|---|...|--- a|... a|- a|? a|: a|!x|%a|@a|`a|&a|*a
#a|,a|[a|]|{|}|1|-1|+1|1.|.5|1.5|1e3|1e+3|1.0e+3|0o17|0b1|0x1F|0x|1_000|_1|_|12:30|12:30:00|1:2.5|.inf
-.INF|.NaN|2024-01-01|-0|0777|2024-01-01 10:00:00|2024-01-01T10:00:00Z|2024-13-45|a: b|a:|a #b| a|a | |'a
"a||a\tb|a\rb|\ud800|\ufeff|\x85|\u2028|\x7f|.|-_|._|+
""".strip()


@pytest.mark.parametrize("text", re.split("[|\n]", PLAIN))
def test_leaves_plain_what_both_versions_read_as_text(text: str) -> None:
    """No quotes where none are needed."""
    assert yamlish.encode(text) == text
    assert same(read_1_1(f"k: {text}"), {"k": text})
    assert same(read_1_2(f"k: {text}"), {"k": text})


@pytest.mark.parametrize("text", re.split("[|\n]", QUOTED))
def test_quotes_what_either_version_reads_as_something_else(text: str) -> None:
    """Numbers, dates, words and indicators are quoted, as values and as keys."""
    written = yamlish.encode({text: text})
    assert written[0] in "\"'"
    assert same(read_1_1(written), {text: text})
    assert same(read_1_2(written), {text: text})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (1e22, "1.0e+22"),
        (5e-324, "5.0e-324"),
        (1.5e-7, "1.5e-07"),
        (10**40, "1" + "0" * 40),
        ("", '""'),
        ([], "[]"),
        ({}, "{}"),
        ({"a": [], "b": {}, "c": [[], {}]}, "a: []\nb: {}\nc:\n- []\n- {}"),
        ({"a": {"b": [1, {"c": 2, "d": [3]}]}}, "a:\n  b:\n  - 1\n  - c: 2\n    d:\n    - 3"),
        ([[1, [2]], [{"a": [3]}]], "- - 1\n  - - 2\n- - a:\n    - 3"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b\n"),
        ("a\n\nb\n\n", "|+\n  a\n\n  b\n\n"),
        ({"a": "b\n\n", "c": 1}, "a: |+\n  b\n\nc: 1"),
        ("  a\nb", "|2-\n    a\n  b"),
        ("\n a\n", "|2\n\n   a\n"),
        ("\n", r'"\n"'),
        (" \n ", r'" \n "'),
        ("a\r\nb", r'"a\r\nb"'),
        ('{"a": 1}', "'{\"a\": 1}'"),
        ({"a\nb": 1}, r'"a\nb": 1'),
        ("\ud800", r'"\ud800"'),
        ({"k" * 1001: {"a": [1]}}, "? " + "k" * 1001 + "\n:\n  a:\n  - 1"),
        ([{"k" * 1001: "a\nb"}], "- ? " + "k" * 1001 + "\n  : |-\n    a\n    b"),
    ],
)
def test_the_look(value: Any, text: str) -> None:
    """Each rule of the module docstring, once."""
    assert yamlish.encode(value) == text
    assert same(read_1_1(text), value)
    assert same(read_1_2(text), value)


def test_the_look_of_an_item() -> None:
    """Nested lines stand four columns in, and the last newlines are quoted."""
    item = yamlish.encode_item("error", {"log": "a\n\n", "last": "b\n\n"})
    assert item == '- error:\n    log: |+\n      a\n\n    last: "b\\n\\n"\n'
    assert yamlish.encode_item("user", "a\nb\n") == "- user: |\n    a\n    b\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- a: 1\n- b: ]", 2),
        ("a: 1", None),
        ("- a: 1\n  b: 2", None),
        ("- 1", None),
        ("- 1: 2", None),
        ("- a: 2024-01-01", None),
        ("- a: .nan", None),
        ("- a: &x [*x]", None),
        ("- a: \x00", None),
        ("- a: \ud800", None),
        ("- a: !!python/object:os.system {}", 1),
        ("- a: 1\n---\n- b: 2", 2),
        ("- a: " + "[" * 5000, None),
    ],
)
def test_refuses_what_is_no_list_of_events(text: str, line: int | None) -> None:
    """Whatever is wrong, the error is one of the format."""
    with pytest.raises(FormatError) as caught:
        yamlish.decode_items(text)
    assert caught.value.line == line or line is None


def test_too_deep_a_value_is_a_clear_error() -> None:
    """Depth is an error of the format, never a RecursionError."""
    value: Any = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(FormatError, match="too deeply"):
        yamlish.encode(value)
    with pytest.raises(FormatError, match="too deeply"):
        yamlish.encode_item("a", value)
