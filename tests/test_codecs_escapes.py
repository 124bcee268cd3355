"""Tests of `contextkit.codecs.escapes`."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit.codecs.escapes import escape, unescape

from .strategies import nasty_text

CONTROLS = re.compile("[\x00-\x08\ud800-\udfff]+")
PATTERNS = st.sampled_from((CONTROLS, re.compile(r"[^\x20-\x7e]"), re.compile("[<>&🙂]"), re.compile("(?!)")))
ANY_TEXT = st.one_of(nasty_text(), st.text(st.sampled_from("\\uU0041d8cé\x00\ud800\udc00🙂"), max_size=30))


@given(ANY_TEXT, PATTERNS)
@settings(deadline=None)
def test_reads_back_any_text_and_leaves_nothing_forbidden(text: str, forbidden: re.Pattern[str]) -> None:
    """Escaping is exact, and thorough."""
    written = escape(text, forbidden)
    assert unescape(written) == text
    assert not forbidden.search(written)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("nothing \\ to \\n do", "nothing \\ to \\n do"),
        (r"C:\users \u12 \x00", r"C:\users \u12 \x00"),
        ("a\x00b", r"a\u0000b"),
        (r"a\u0000b", r"a\u005cu0000b"),
        (r"a\\u0000b", r"a\\u005cu0000b"),
        ("\\\x00", r"\\u0000"),
        ("\ud83d\ude42", r"\ud83d\ude42"),
        ("\x00\x01", r"\u0000\u0001"),
    ],
)
def test_writes_as_little_as_it_can(text: str, written: str) -> None:
    """Only forbidden characters and look-alikes of escapes are touched."""
    assert escape(text, CONTROLS) == written
    assert unescape(written) == text


def test_a_character_above_uffff_takes_eight_digits() -> None:
    """Four digits each would be two surrogates, which are another text."""
    assert escape("🙂", re.compile("🙂")) == r"\U0001f642"
    assert unescape(r"\UFFFFFFFF") == r"\UFFFFFFFF"
