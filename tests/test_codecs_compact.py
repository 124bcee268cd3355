"""Tests of `contextkit.codecs.compact`: the look of each form, and the way back from all of them."""

import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit import TokenCounter, token_counter
from contextkit.codecs import compact
from contextkit.codecs import json as json_codec
from contextkit.codecs.compact_scalars import size, tokens
from contextkit.exceptions import FormatError

from .strategies import json_values, nasty_text, numbers, same

_TEXTS = st.one_of(
    nasty_text(4),
    st.sampled_from(
        (
            *(
                "a",
                "-",
                "- ",
                "[1]:",
                "[1]{a}:",
                "[1]{a}",
                "a[1]{a}",
                "a[1:a]{a}",
                "A: 1",
                '"""',
                '""""',
                "a: 1",
                "a:1",
                "{",
                "}",
                "=",
                "x=1",
                ",",
                "null",
                "1",
            ),
            *(
                "",
                "007",
                " a",
                "a ",
                "a,b",
                "#",
                "[]",
                "{}",
                "1.0",
                "-0",
                "a\nb",
                '"""\na',
                '\n"""\n',
                "[2x2]{a}:",
                "...",
            ),
        )
    ),
)
_KEYS = st.sampled_from(("a", "b", "c", "d e", "", "[1]", "1", '"', "a,b", "x{", "y}", "k=", "-", "é"))


def _rows(inner: st.SearchStrategy[Any], *, uniform: bool) -> st.SearchStrategy[Any]:
    def of(keys: list[str]) -> st.SearchStrategy[Any]:
        members = dict.fromkeys(keys, inner)
        row = st.fixed_dictionaries(members) if uniform else st.fixed_dictionaries({}, optional=members)
        return st.lists(row, min_size=1, max_size=4)

    return st.lists(_KEYS, min_size=1, max_size=4, unique=True).flatmap(of)


def tables() -> st.SearchStrategy[Any]:
    """Values that are tables, nearly tables, and tables in tables."""
    leaves = st.one_of(st.none(), st.booleans(), numbers(), _TEXTS, st.just([]), st.just({}))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.one_of(_TEXTS, _KEYS), inner, max_size=4),
            _rows(inner, uniform=True),
            _rows(inner, uniform=False),
            _rows(inner, uniform=True).flatmap(lambda rows: st.lists(st.sampled_from(rows), min_size=2)),
            st.lists(_rows(inner, uniform=True), min_size=1, max_size=3),
            st.dictionaries(_KEYS, st.fixed_dictionaries({"a": inner, "b": inner}), max_size=3),
        ),
        max_leaves=16,
    )


def whim(text: str) -> int:
    """Give a cost that chooses any form, good or bad, and the same one each time."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % 100


class TestRoundTrip:
    """`decode(encode(value))` is the value, with its types and the order of its keys."""

    @given(st.one_of(tables(), json_values(30), _TEXTS))
    def test_reads_back_any_value(self, value: Any) -> None:
        """In the form that has the fewest bytes, which is UTF-8."""
        text = compact.encode(value)
        text.encode()  # raises if it is no UTF-8
        assert same(compact.decode(text), value)

    @given(st.one_of(tables(), json_values(30)), st.sampled_from((whim, lambda text: -len(text))))
    def test_reads_back_any_form(self, value: Any, cost: TokenCounter) -> None:
        """Forms that are never the cheapest are exact too."""
        assert same(compact.decode(compact.encode(value, cost=cost)), value)

    @given(st.one_of(tables(), json_values(30)))
    def test_is_no_dearer_than_json(self, value: Any) -> None:
        """Compact JSON is one of the forms, whatever they cost."""
        for cost in (tokens, size):
            assert cost(compact.encode(value, cost=cost)) <= cost(json_codec.encode(value))

    @given(st.one_of(_TEXTS, st.text(st.sampled_from('a:[]{}"\n -1x,=#'), max_size=12)))
    def test_reads_back_any_text(self, text: str) -> None:
        """A text is never taken for something else, alone or anywhere inside."""
        for value in (
            text,
            [text, text],
            {text: text},
            {"k": [{"a": text, text: 1}, {"a": ""}]},
            {"k": {"a": text}},
        ):
            assert same(compact.decode(compact.encode(value)), value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (-0.0, "-0.0"),
        (1e22, "1e+22"),
        (10**40, "1" + "0" * 40),
        ([], "[]"),
        ({}, "{}"),
        ("", ""),
        ("12", '"12"'),
        ("true", '"true"'),
        ("at 12:30", "at 12:30"),
        ("12:30", '"12:30"'),
        ("two\nlines: text", "two\nlines: text"),
        ("tag: v1", '"tag: v1"'),
        ('a: "v1"\nb: "me"\nc: "x"', '"""\na: "v1"\nb: "me"\nc: "x"\n"""'),
        ({"tag": "v1", "n": 1, "at": "12:30", "zip": "0118"}, "tag: v1\nn:1\nat:12:30\nzip:0118"),
        (
            {"a b": None, "x": [], "y": {"z": {}}, "n": [{"id": 1, "of": "a"}, {"id": 2, "of": "b"}]},
            '"a b": null\nx:[]\ny:\n z:{}\nn[2]{id,of}\n1,a\n2,b',
        ),
        (
            {"tags": [*"abcdefghijklmnopqrstuvwxyz", "b c", "d,e"] * 2},
            "tags[56]: " + ",".join([*"abcdefghijklmnopqrstuvwxyz", "b c", '"d,e"'] * 2),
        ),
        ({"log": "one\ntwo\n"}, 'log:"one\\ntwo\\n"'),
        ({"log": 'if x:\n  say "x"\n  say "y"\n'}, 'log:"""\nif x:\n  say "x"\n  say "y"\n\n"""'),
        ({"log": '"""\n"""\n"a"\n"b"'}, 'log:""""\n"""\n"""\n"a"\n"b"\n""""'),
        ([{"id": 1, "x": "a"}, {"id": 2, "x": "b"}], "[2]{id,x}\n1,a\n2,b"),
        ([{"id": 1, "to": "SEA"}, {"id": 2, "to": "SEA"}], "[2]{id,to=SEA}\n1\n2"),
        ([{"id": 1, "x": "a"}, {"id": 2}, {"id": 3, "x": None}], "[3]{id,x}\n1,a\n2,\n3,null"),
        (
            [{"id": 1, "of": {"a": 1, "b": 2}}, {"id": 2, "of": {"a": 3, "b": 4}}],
            "[2]{id,of{a,b}}\n1,1,2\n2,3,4",
        ),
        (
            [
                {"id": 1, "of": [{"a": 1}, {"a": 2}, {"a": 3}]},
                {"id": 2, "of": [{"a": 3}]},
                {"id": 3, "of": []},
            ],
            "[3]{id,of[]{a}}\n1,3\n 1\n 2\n 3\n2,1\n 3\n3,0",
        ),
        (
            [{"id": 1, "of": [{"a": 1}, {"a": 2}]}, {"id": 2, "of": [{"a": 3}, {"a": 4}]}],
            "[2]{id,of[2]{a}}\n1\n 1\n 2\n2\n 3\n 4",
        ),
        ([[{"a": 1}, {"a": 2}], [{"a": 3}, {"a": 4}]], "[2x2]{a}\n1\n2\n3\n4"),
        (
            [
                [{"no": "HAT1", "to": "ATL", "at": "7:00"}, {"no": "HAT2", "to": "SEA", "at": "9:00"}],
                [{"no": "HAT3", "to": "ATL", "at": "8:00"}, {"no": "HAT2", "to": "SEA", "at": "9:00"}],
            ],
            "[2x2]{no,to,at}\nHAT1,ATL,7:00\nHAT2,SEA,9:00\nHAT3,ATL,8:00\nHAT2,...",
        ),
        ({"u": {"ann": {"age": 1}, "bob": {"age": 2}}}, "u[2:]{age}\n ann,1\n bob,2"),
        ([1, "a\nb\nc\nd\ne\nf"], '[1,"a\\nb\\nc\\nd\\ne\\nf"]'),
        (
            [
                {"path": "a", "text": 'if x:\n  say "x"\n  say "y"\n  say "z"'},
                {"n": 0},
            ],
            '[2]:\n- path: a\n text:"""\nif x:\n  say "x"\n  say "y"\n  say "z"\n"""\n- n:0',
        ),
        ({"u": {"k1": {"id": "k1", "n": 1}, "k2": {"id": "k2", "n": 2}}}, "u[2:id]{id,n}\n k1,1\n k2,2"),
        ({"u": [{"id": 1, "x": "a"}, {"id": 2, "x": "b"}], "n": 0}, "u[2]{id,x}\n1,a\n2,b\nn:0"),
        ({"Error": "not found"}, '"Error": not found'),
        ("Error: not found", "Error: not found"),
    ],
)
def test_the_look(value: Any, text: str) -> None:
    """Each form of the module docstring, once."""
    assert compact.encode(value) == text
    assert same(compact.decode(text), value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n  b: 2", 2),
        ("a: 1\na: 2", 2),
        ("a:\nb: 1", 1),
        ("a:", 1),
        ("a: 1\n\nb: 2", 2),
        ("[2]: a,b,c", 1),
        ("[2]{a,b}\n1,2", 2),
        ("[2]{a,b}\n1,2\n3", 3),
        ("[2]{a,b}\n1,2\n3,4,5", 3),
        ("[1]{a,b}\n1,2\n3,4", 3),
        ("[1]{a,b}: 1", 1),
        ("[1]{a,a}\n1,2", 1),
        ("[1]{a,b\n1,2", 1),
        ("[9999]{a=1}\n", 1),
        ("[9x9]{a=1}\n", 1),
        ("[1]{a[]{b}}\nx", 2),
        ("[2]{a,b,c}\n1,2,3\n2,...", 3),
        ("[2:]{a,b}\n1,2,3\n1,...", 3),
        ("[1]{a[9]{b=1}}\n", 1),
        ("[2:]{a}\nx,1\nx,2", 3),
        ("[2:a]{a}\nx\nx", 3),
        ("[1:a]{a}\n1", 2),
        ("[1:b]{a}\nx", 2),
        ("[1]{a}:\n1", 1),
        ("[1]:\nx", 2),
        ('x:"""\nnever closed', 1),
        ('x:"a', 1),
        ("x:{", 1),
        ('x:{"a":1,"a":2}', 1),
        ("[1,2", 1),
        ("x:1e999", None),
        ("1e999", None),
        ("x:" + "[" * 100_000, None),
        ("\n".join(" " * depth + "a:" for depth in range(2000)), None),
    ],
)
def test_refuses_what_it_cannot_read(text: str, line: int | None) -> None:
    """Whatever is wrong, the error is one of the format, and says where."""
    with pytest.raises(FormatError) as caught:
        compact.decode(text)
    assert caught.value.line == line or line is None


@given(st.text(st.sampled_from('ab:[]{}"\n -12x,=.'), max_size=30))
def test_reads_any_text_or_says_why_not(text: str) -> None:
    """No text makes the reader fail in another way, and what it reads can be written again."""
    try:
        value = compact.decode(text)
    except FormatError:
        return
    assert same(compact.decode(compact.encode(value)), value)


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, [10**5000], {"a": b"bytes"}, [{"a": float("inf")}]])
def test_refuses_to_write_what_is_not_plain_json(value: Any) -> None:
    """A value without a JSON text is refused, not bent."""
    with pytest.raises(FormatError):
        compact.encode(value)


@pytest.mark.parametrize("kind", ["object", "list", "rows"])
def test_what_stands_deep_is_json(kind: str) -> None:
    """So that a value of many levels is not looked at once more for each of them."""
    value: Any = "a: text\nof lines"
    for _ in range(150):
        value = {"object": {"deploy": value}, "list": [value], "rows": [{"a": value, "b": 1}]}[kind]
    text = compact.encode(value, cost=lambda text: text.count('"'))
    assert max(len(line) - len(line.lstrip(" ")) for line in text.split("\n")) < 15
    assert same(compact.decode(text), value)


def test_too_deep_a_value_is_a_clear_error() -> None:
    """Depth is an error of the format, never a RecursionError."""
    value: Any = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(FormatError, match="too deeply"):
        compact.encode(value)


def test_a_counter_decides_in_tokens() -> None:
    """With a token counter, no value has more tokens than as compact JSON."""
    counter = token_counter("o200k_base")
    for value in ({"a": 1}, [[1, 2], [3, 4]], [{"a": 1}], {"k": {"a": "x y", "b": [True, None]}}, ["a"] * 9):
        assert counter(compact.encode(value, cost=counter)) <= counter(json_codec.encode(value))


def test_the_primer_is_one_line() -> None:
    """It can stand anywhere in a system prompt."""
    assert compact.PRIMER.splitlines() == [compact.PRIMER]
    assert token_counter("o200k_base")(compact.PRIMER) <= 160
