"""A cut text fits, keeps whole lines or whole grapheme clusters, and says exactly what is gone."""

import random
import re
import time
from typing import Literal

import pytest
import regex  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from contextkit.exceptions import CounterError
from contextkit.tokens.counters import CLAUDE, EncodingCounter, TokenCounter
from contextkit.tokens.cutting import _grapheme_borders, _Head, _Tail, cut, default_marker, exceeds
from contextkit.tokens.vocabularies import ENCODINGS

from .test_counters import NASTY, encodings, truth
from .test_seams import Spy

Keep = Literal["head", "tail", "both"]
KEEPS: list[Keep] = ["head", "tail", "both"]
FENCES = ["```\n", "```py\n", "~~~\n", "````md\n", "````\n", "  ```\n", "code\n", "```inline```\n"]
clusters = st.sampled_from(
    [*NASTY, "\u1100", "\u1161", "\u11a8", "각", "🇩🇪🇫🇷🇮", "क्षि", "\u0600", "กำ", "❤\ufe0f", "©"]
)
long_texts = st.lists(
    st.lists(
        clusters | st.sampled_from(["word ", "x = 1\n", *FENCES]) | st.text(max_size=3), max_size=40
    ).map("".join)
    | st.sampled_from(["a" * 300, "日" * 100, " " * 200, "\n" * 40, "👩\u200d👧" * 40, "e\u0301" * 50]),
    max_size=6,
).map("".join)
keeps = st.sampled_from(KEEPS)


def words(text: str) -> int:
    """Count words: a plain callable whose counts do not add up."""
    return len(text.split())


def squares(text: str) -> int:
    """Count in a way that grows faster than any sum."""
    return len(text) ** 2 // 10


def moody(text: str) -> int:
    """Count so that a longer text may well have fewer tokens."""
    return random.Random(text.encode("utf-8", "surrogatepass")).randint(0, len(text))  # noqa: S311


counters = st.sampled_from([*map(EncodingCounter, ENCODINGS), CLAUDE, len, words, squares, moody])


# --- exceeds ----------------------------------------------------------------------------------------------


@given(encodings, long_texts, st.integers(-1, 300))
@settings(deadline=None)
def test_exceeds_agrees_with_the_whole_count(encoding: str, text: str, n: int) -> None:
    assert exceeds(text, n, EncodingCounter(encoding)) == (truth(encoding, text) > n)
    assert exceeds(text, n, CLAUDE) == (CLAUDE(text) > n)
    assert exceeds(text, n, words) == (words(text) > n)


@given(encodings, long_texts)
@settings(deadline=None)
def test_exceeds_is_exact_at_the_mark(encoding: str, text: str) -> None:
    tokens = truth(encoding, text)
    assert not exceeds(text, tokens, EncodingCounter(encoding))
    assert exceeds(text, tokens - 1, EncodingCounter(encoding))


@pytest.mark.parametrize("line", ["one two three\n", "日本語", " ", "a", "\n", "{'a': 1}, "])
def test_exceeds_counts_no_further_than_it_must(line: str) -> None:
    spy = Spy("o200k_base")
    assert exceeds(line * 300_000, 100, spy)
    assert sum(map(len, spy.asked)) <= 100 * 128


def test_exceeds_stops_once_the_mark_is_passed() -> None:
    """Also in a text that is short enough to have no more tokens, if each of them were as long as can be."""
    spy = Spy("o200k_base")
    text = "one two three\n" * 900
    assert len(text) <= 100 * spy.longest
    assert exceeds(text, 100, spy)
    assert sum(map(len, spy.asked)) < 1_000


# --- what holds for every cut -----------------------------------------------------------------------------


@given(long_texts, st.integers(-1, 200), counters, keeps)
@settings(deadline=None, max_examples=600)
def test_a_cut_text_fits_whatever_the_counter(text: str, n: int, counter: TokenCounter, keep: Keep) -> None:
    """It is the text where that fits; if not, it fits itself, so that cutting twice is cutting once."""
    result = cut(text, n, counter, keep=keep)
    if counter(text) <= n:
        assert result == text
    else:
        assert counter(result) <= n or result == ""
        assert cut(result, n, counter, keep=keep) == result or result == ""


@given(long_texts, st.integers(20, 200), counters, keeps)
@settings(deadline=None, max_examples=600)
def test_the_marker_is_exact_and_no_cluster_is_torn(
    text: str, n: int, counter: TokenCounter, keep: Keep
) -> None:
    """The kept head and tail, the fences aside, are the ends of the text, cut between grapheme clusters."""
    said: list[tuple[int, int]] = []

    def marker(lines: int, characters: int) -> str:
        said.append((lines, characters))
        return f"\ue000{lines},{characters}\ue001"

    result = cut(text, n, counter, keep=keep, marker=marker)
    found = re.search(r"\ue000(\d+),(\d+)\ue001", result)
    if found is None:
        return
    lines, characters = int(found[1]), int(found[2])
    assert (lines, characters) in said
    assert result.splitlines().count(found[0]) == 1
    head, tail = result[: found.start()], result[found.end() :].removeprefix("\n")
    borders = {0, *(cluster.end() for cluster in regex.finditer(r"\X", text))}
    places = [
        (kept, kept + characters)
        for kept in range(len(text) - characters + 1)
        if head in _headings(text[:kept]) and tail in _tailings(text[kept + characters :])
    ]
    assert places, (head, tail)
    assert any({h, t} <= borders and lines == whole_lines(text, h, t) for h, t in places)
    assert (keep != "head") or tail == ""
    assert (keep != "tail") or head == ""


HARD_CLUSTERS = [
    *(
        "a",
        "1",
        "日",
        "\r",
        "\n",
        "\x00",
        "\xad",
        "\u200b",
        "\u0301",
        "\u200d",
        "👩",
        "👧",
        "🏽",
        "❤",
        "\ufe0f",
        "©",
    ),
    *(
        "🇩",
        "🇪",
        "\u1100",
        "\u1161",
        "\u11a8",
        "가",
        "각",
        "ก",
        "\u0e33",
        "क",
        "\u094d",
        "ष",
        "\u0903",
        "\u0600",
        "\u20e3",
    ),
]


@given(st.lists(st.sampled_from(HARD_CLUSTERS), min_size=1, max_size=14).map("".join), st.data())
@settings(deadline=None, max_examples=2_000)
def test_the_borders_of_clusters_around_a_place_are_those_of_the_whole_text(
    text: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(text)))
    borders = {0, *(cluster.end() for cluster in regex.finditer(r"\X", text))}
    before, after = _grapheme_borders(text, place)
    assert before == max(border for border in borders if border <= place)
    assert after == min(border for border in borders if border >= place)


def test_letters_of_flags_are_paired_from_the_first_on() -> None:
    assert _grapheme_borders("\u0600🇩🇪x", 2) == (0, 3)
    assert _grapheme_borders("🇩🇪" * 50_000, 50_001) == (50_000, 50_002)


def _headings(kept: str) -> set[str]:
    """The ways in which a head may be written: with a newline at its end, and a fence that closes."""
    line = kept if not kept or kept.endswith("\n") else kept + "\n"
    return {line} | {f"{line}{fence}\n" for fence in ("```", "~~~", "````")}


def _tailings(kept: str) -> set[str]:
    return {kept} | {f"{fence}\n{kept}" for fence in ("```", "~~~", "````")}


def whole_lines(text: str, head: int, tail: int) -> int:
    """Count the lines with no character kept, one by one."""
    gone = start = 0
    for line in text.split("\n")[: text.count("\n") + (not text.endswith("\n"))]:
        end = start + len(line)
        if start >= head and tail >= min(end + 1, len(text)):
            gone += 1
        start = end + 1
    return gone


@given(st.lists(st.text("ab 日\n", max_size=60), max_size=20).map("\n".join), st.integers(30, 120), keeps)
@settings(deadline=None, max_examples=300)
def test_all_that_fits_is_kept(text: str, n: int, keep: Keep) -> None:
    """With `len` as the counter: at least half of the room that the marker leaves, at each end."""
    result = cut(text, n, len, keep=keep)
    room = n - len("\n[... 99 lines, 9,999 characters left out ...]\n")
    if result != text and room > 4:
        kept = len(result.replace(re.search(r"\[\.\.\. .* left out \.\.\.\]", result)[0], ""))  # type: ignore[index]
        assert kept >= room // 2


# --- examples ---------------------------------------------------------------------------------------------

LOG = "".join(f"line {i}\n" for i in range(1, 101))


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("head", "line 1\nline 2\nline 3\n[... 97 lines, 771 characters left out ...]"),
        ("tail", "[... 98 lines, 775 characters left out ...]\nline 99\nline 100\n"),
        ("both", "line 1\n[... 98 lines, 776 characters left out ...]\nline 100\n"),
    ],
)
def test_lines_are_kept_whole_and_the_marker_stands_on_a_line_of_its_own(keep: Keep, expected: str) -> None:
    assert cut(LOG, 66, len, keep=keep) == expected


def test_a_line_that_is_too_long_is_cut_inside() -> None:
    result = cut("x" * 500 + "\n" + "y" * 500, 80, len)
    assert result == "x" * 17 + "\n[... 966 characters left out ...]\n" + "y" * 18


def test_what_one_end_does_not_need_goes_to_the_other() -> None:
    text = "a head\n" + "m" * 10_000 + "\n" + "tail\n" * 10
    result = cut(text, 110, len)
    assert len(result) > 90


def test_a_short_first_line_does_not_leave_the_room_empty() -> None:
    assert len(cut("a\n" + "m" * 10_000, 200, len, keep="head")) > 180


def test_a_pair_of_surrogates_stays_a_pair() -> None:
    for n in range(40, 60):
        result = cut("\ud83d\ude00" * 200, n, len)
        assert "\ufffd" not in result.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.mark.parametrize("cluster", ["👩\u200d👩\u200d👧", "🇩🇪", "e\u0301\u0323", "각", "\r\n", "👍🏽"])
def test_long_runs_of_one_cluster_are_cut_between_two(cluster: str) -> None:
    for n in (60, 61, 62, 63):
        head, tail = re.split(r"\n?\[.*\]\n", cut(cluster * 5_000, n, len))
        assert head + tail
        for kept in (head + "\n" if head.endswith("\r") else head, tail):
            assert kept == cluster * (len(kept) // len(cluster))


def test_a_cluster_longer_than_the_room_is_not_torn() -> None:
    assert cut("e" + "\u0301" * 500, 60, len) == "[... 1 line, 501 characters left out ...]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "```py\n" + "x = 1\n" * 60 + "```\n",
            "```py\nx = 1\n```\n[... 58 lines, 348 characters left out ...]\n```\nx = 1\n```\n",
        ),
        (
            "~~~~\n" + "x = 1\n" * 60 + "~~~~\n",
            "~~~~\nx = 1\n~~~~\n[... 58 lines, 348 characters left out ...]\n~~~~\nx = 1\n~~~~\n",
        ),
    ],
)
def test_a_code_block_that_the_cut_leaves_open_is_closed_and_opened_again(text: str, expected: str) -> None:
    assert cut(text, len(expected), len) == expected


def test_a_fence_inside_a_longer_fence_is_text() -> None:
    head = "````md\n```py\nx = 1\n```\n"
    assert cut(head + "y = 2\n" * 60, 80, len, keep="head").startswith(head + "y = 2\n````\n[...")


def test_a_block_that_the_tail_opens_itself_is_left_alone() -> None:
    text = "words\n" * 60 + "```py\nx = 1\n"
    assert cut(text, 70, len, keep="tail").endswith("...]\nwords\nwords\n```py\nx = 1\n")


def test_the_marker_is_yours() -> None:
    assert cut(LOG, 28, len, marker=lambda lines, _: f"({lines} more)") == "line 1\n(98 more)\nline 100\n"
    assert cut(LOG, 20, len, keep="head", marker=lambda *_: "") == "line 1\nline 2\n"


def test_an_empty_marker_takes_no_room() -> None:
    assert cut(LOG, 1, len, marker=lambda *_: "") == "l"


def test_without_room_for_the_marker_one_end_is_kept() -> None:
    assert cut(LOG, 20, len) == cut(LOG, 20, len, keep="head") == "line 1\nline 2\n"
    assert cut(LOG, 20, len, keep="tail") == "line 99\nline 100\n"
    assert cut(LOG, 0, len) == cut(LOG, -5, len) == cut("x", 0, EncodingCounter("o200k_base")) == ""


def test_a_counter_that_returns_nonsense_is_an_error() -> None:
    with pytest.raises(CounterError):
        cut(LOG, 10, lambda _: 1.5)  # type: ignore[arg-type,return-value]


# --- what it costs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", KEEPS)
@pytest.mark.parametrize("line", ["2024-01-01 INFO request took 12 ms /api/v1/x\n", "日本語。", "{'a': 1}, "])
def test_only_the_ends_of_a_long_text_are_counted(line: str, keep: Keep) -> None:
    spy = Spy("o200k_base")
    result = cut(line * 200_000, 500, spy, keep=keep)
    assert 450 <= spy.counter(result) <= 500
    assert sum(map(len, spy.asked)) < 100_000


@given(encodings, long_texts, st.integers(1, 100), st.sampled_from([_Head, _Tail]), st.data())
@settings(deadline=None)
def test_an_end_that_counts_on_from_a_hard_boundary_is_measured_exactly(
    encoding: str, text: str, limit: int, side: type[_Head], data: st.DataObject
) -> None:
    end = side(text, EncodingCounter(encoding), len(text))
    end.reach(limit)
    kept = data.draw(st.integers(0, len(text)))
    assert end.tokens(kept) == truth(encoding, end.between(0, kept))


@pytest.mark.parametrize("keep", KEEPS)
def test_a_plain_callable_is_called_a_few_times(keep: Keep) -> None:
    """Once on the whole text, then on no more than a small multiple of what is kept."""
    asked: list[int] = []

    def counter(text: str) -> int:
        asked.append(len(text))
        return len(text) // 4

    text = LOG * 1_000
    cut(text, 500, counter, keep=keep)
    assert asked[0] == len(text)
    assert len(asked) < 60
    assert max(asked[1:]) < 20_000


@pytest.mark.parametrize(
    "cluster", ["🇩🇪", "e\u0301", "👩\u200d👧", "각", "\ud83d\ude00", "\u1112\u1161\u11ab"]
)
def test_a_long_line_of_clusters_takes_no_time_that_grows_with_its_square(cluster: str) -> None:
    start = time.perf_counter()
    cut(cluster * 300_000, 200, EncodingCounter("o200k_base"))
    assert time.perf_counter() - start < 20


def test_a_counter_that_likes_no_marker_is_tried_a_few_times_only() -> None:
    """The room shrinks faster with each try, though every result is just one token too long."""
    asked: list[str] = []

    def counter(text: str) -> int:
        asked.append(text)
        return 5_001 if "left out" in text and len(text) > 60 else len(text)

    assert counter(cut("word\n" * 10_000, 5_000, counter)) <= 5_000
    assert len(asked) < 400


def test_the_default_marker_counts_in_the_singular_and_the_plural() -> None:
    assert default_marker(1, 1_234) == "[... 1 line, 1,234 characters left out ...]"
    assert default_marker(0, 1) == "[... 1 character left out ...]"
