"""Counts are added up exactly: at hard boundaries as they are, elsewhere with a repair."""

import random
import re
import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit.tokens.counters import EncodingCounter, seams_of
from contextkit.tokens.seams import is_safe, joined_count
from contextkit.tokens.vocabularies import ENCODINGS, LONGEST_TOKEN, SEAMS, load_encoding

from .test_counters import NASTY, encodings, texts, truth

pieces = st.lists(st.lists(st.sampled_from(NASTY) | st.text(max_size=3), max_size=6).map("".join), max_size=9)


class Spy:
    """An encoding counter that remembers the texts which it was asked to count."""

    longest = LONGEST_TOKEN

    def __init__(self, encoding: str) -> None:
        self.counter = EncodingCounter(encoding)
        self.seams = self.counter.seams
        self.asked: list[str] = []

    def __call__(self, text: str) -> int:
        """Count, and remember."""
        self.asked.append(text)
        return self.counter(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_token_spans_a_hard_boundary(encoding: str) -> None:
    """Every pair of ASCII characters that is called safe, in random surroundings: the tokens are the same."""
    encode = load_encoding(encoding).encode_ordinary
    chance = random.Random(encoding)  # noqa: S311
    safe = 0
    for left in map(chr, range(128)):
        for right in map(chr, range(128)):
            if not is_safe(SEAMS[encoding], left, right):
                continue
            safe += 1
            for _ in range(3):
                before = "".join(chance.choices(NASTY, k=3)) + left
                after = right + "".join(chance.choices(NASTY, k=3))
                assert encode(before + after) == encode(before) + encode(after), (before, after)
    assert safe > 5_000


@given(encodings, texts, texts)
@settings(deadline=None)
def test_where_a_place_is_safe_counts_may_be_added_up(encoding: str, left: str, right: str) -> None:
    if is_safe(SEAMS[encoding], left, right):
        assert truth(encoding, left + right) == truth(encoding, left) + truth(encoding, right)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_newline_and_a_printable_sign_make_a_safe_place(encoding: str) -> None:
    for sign in string.printable.strip():
        assert is_safe(SEAMS[encoding], "</a>\n", sign) == (sign != "/" or encoding == "cl100k_base")


@pytest.mark.parametrize(
    ("left", "right"),
    [("a", "b"), ("1", "2"), (".", "b"), (",", "\n"), ("\n", "\n"), ("\n", " "), (" ", "a"), ("e", "\u0301")],
)
def test_other_places_are_not_called_safe(left: str, right: str) -> None:
    assert not any(is_safe(SEAMS[encoding], left, right) for encoding in ENCODINGS)


def test_a_contraction_is_not_cut_off_in_o200k() -> None:
    assert not is_safe(SEAMS["o200k_base"], "it", "'s")
    assert is_safe(SEAMS["cl100k_base"], "it", "'s")


def test_without_seams_only_a_place_beside_nothing_is_safe() -> None:
    assert is_safe(None, "", "a")
    assert is_safe(None, "a", "")
    assert not is_safe(None, "a\n", "b")


@given(encodings, pieces)
@settings(deadline=None, max_examples=500)
def test_a_joined_count_is_the_count_of_the_joined_text(encoding: str, parts: list[str]) -> None:
    counter = EncodingCounter(encoding)
    assert joined_count(counter, parts, [counter(part) for part in parts]) == truth(encoding, "".join(parts))


@given(encodings, texts)
@settings(deadline=None)
def test_a_text_in_single_characters_still_counts_as_a_whole(encoding: str, text: str) -> None:
    counter = EncodingCounter(encoding)
    assert joined_count(counter, [*text, ""], [*map(counter, text), 0]) == truth(encoding, text)


@given(pieces, st.sampled_from([len, lambda text: len(text.split()), lambda text: len(text) ** 2]))
def test_a_counter_without_seams_counts_the_whole(parts: list[str], counter: Callable[[str], int]) -> None:
    assert seams_of(counter) is None
    assert joined_count(counter, parts, [counter(part) for part in parts]) == counter("".join(parts))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_safe_joints_are_added_up_without_counting_anything(encoding: str) -> None:
    spy = Spy(encoding)
    parts = [f"<event>\n{i}: don't\n</event>\n\n" for i in range(10_000)]
    assert joined_count(spy, parts, [7] * len(parts)) == 70_000
    assert spy.asked == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_unsafe_joint_is_repaired_by_counting_a_few_characters(encoding: str) -> None:
    spy = Spy(encoding)
    parts = ["one two three 4.\n" * 5_000 + "inter", "national trade " * 5_000]
    counts = [spy.counter(part) for part in parts]
    assert joined_count(spy, parts, counts) == truth(encoding, "".join(parts)) != sum(counts)
    assert max(map(len, spy.asked)) < 30


def test_a_piece_needs_a_count() -> None:
    with pytest.raises(ValueError, match="2 pieces, but 1 counts"):
        joined_count(len, ["a", "b"], [1])


def test_the_patterns_look_at_one_character_on_each_side() -> None:
    """The repair relies on it: a boundary inside a piece stays where it is when the piece is joined."""
    for seams in SEAMS.values():
        assert isinstance(seams, re.Pattern)
        for left in map(chr, range(128)):
            for right in map(chr, range(128)):
                alone = seams.match(left + right, 1) is not None
                assert alone == (seams.match(f"\n日{left}{right}\n/", 3) is not None)
