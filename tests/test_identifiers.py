"""Tests of `contextkit.identifiers`, against the rule of its docstring as plain regular expressions."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contextkit.identifiers import identifiers

from .strategies import nasty_text

_WORD = re.compile(r"[A-Za-z0-9_]+(?:[./:@#-]{1,3}[A-Za-z0-9_]+)*")
_TELLING = re.compile(r"[0-9_/]|[A-Za-z]\.[A-Za-z]|[a-z][A-Z]")


def plainly(text: str) -> list[str]:
    """Find the identifiers of a text the plain way."""
    return [word for word in _WORD.findall(text) if 4 <= len(word) <= 256 and is_telling(word)]


def is_telling(word: str) -> bool:
    """Whether a word has a sign of an identifier, or no small letters."""
    only_capitals = re.search("[A-Z]", word) is not None and re.search("[a-z]", word) is None
    return _TELLING.search(word) is not None or only_capitals


def texts() -> st.SearchStrategy[str]:
    """Any text, mostly made of what names are made of, and of what stands at their borders."""
    short = st.text("aB1_./:@#- \n", max_size=30)
    words = st.sampled_from(("src", "app.py", "getUser", "HTTP", "v1.4.2", "a", "B2", "_", "éa_1", "日本"))
    signs = st.sampled_from(
        (*"./:@#- \n", "", "..", "://", "----", "\x00", "\ud800", "é", "ſ", "İ", "１２３４")
    )
    mixed = st.lists(st.one_of(words, words, signs), max_size=20).map("".join)
    long = st.builds(lambda word, times: word * times, st.sampled_from(("a", "A", "a1", "a.", "-")), SIZES)
    parts = st.one_of(short, mixed, mixed, nasty_text(), st.text(), long)
    return st.lists(parts, max_size=4).map("".join)


SIZES = st.one_of(st.integers(0, 40), st.sampled_from((255, 256, 257, 4_096, 70_000)))


@given(texts())
def test_they_are_what_the_rule_says(text: str) -> None:
    """The names are those that regular expressions find, in order, and stand where it is said."""
    found = identifiers(text)
    assert found.names() == plainly(text)
    assert found.data == text.encode("utf-8", "surrogatepass")
    stops = [0, *found.stops.tolist()]
    assert all(stop <= start for stop, start in zip(stops, found.starts.tolist(), strict=False))
    assert len(found.starts) == len(found.stops) == len(found.keys)
    assert identifiers(found.data).keys.tolist() == found.keys.tolist()


@given(texts(), texts())
def test_equal_names_have_equal_keys_and_no_others(first: str, second: str) -> None:
    """Also where they come from different texts."""
    names: dict[int, str] = {}
    keys: dict[str, int] = {}
    for text in (first, second, f"{second} {first}"):
        found = identifiers(text)
        for name, key in zip(found.names(), found.keys.tolist(), strict=True):
            assert keys.setdefault(name, key) == key
            assert names.setdefault(key, name) == name


def test_names_that_are_nearly_the_same_have_keys_of_their_own() -> None:
    """A sign more, another at any place, the same parts in another order."""
    names = {f"{number:x}" for number in range(0x1000, 0x9000)}
    names |= {"a" * size + "_" for size in range(3, 256)}
    names |= {f"{'x' * place}1{'x' * (40 - place)}" for place in range(41)}
    names |= {"1234567_8765432_", "8765432_1234567_", "1234567_1234567_", "1234567_"}
    names = {name for name in names if plainly(name)}
    found = identifiers("\n".join(sorted(names)))
    assert found.names() == sorted(names)
    assert len(set(found.keys.tolist())) == len(names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("    ", []),
        ("see src/app.py:17, or not", ["src/app.py:17"]),
        ("well-known things of 2024, in 3.5 s", ["2024"]),
        ("getUser() getuser GETUSER GetUser", ["getUser", "GETUSER", "GetUser"]),
        ("https://x.org/a?b=c_d", ["https://x.org/a", "c_d"][:1]),
        ("a....b1 a...b1", ["a...b1"]),
        ("-v1.2.3- /etc/ (e.g.)", ["v1.2.3"]),
        ("É_12345 \ud800x_1y \x00x_1y", ["_12345", "x_1y", "x_1y"]),
        ("x" * 70_000 + "1", []),
        ("x" * 255 + "1", ["x" * 255 + "1"]),
        ("x" * 256 + "1", []),
    ],
)
def test_names_by_hand(text: str, names: list[str]) -> None:
    """What is one, and what is none."""
    assert identifiers(text).names() == names == plainly(text)


@pytest.mark.parametrize("unit", ["x_1y ", "0123456789abcdef", "./", "a.", "é", "A" * 999 + " "])
def test_time_grows_with_the_text_alone(unit: str) -> None:
    """A text of a million characters takes two seconds at most, whatever it is made of."""
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    identifiers(text)
    assert time.process_time() - start < 2
