"""Counters count exactly what plain tiktoken counts, for any Python string, or say that they estimate."""

import pickle
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken.model import MODEL_PREFIX_TO_ENCODING, MODEL_TO_ENCODING

from contextkit.exceptions import ContextkitError, CounterError, MissingExtraError
from contextkit.tokens import fast, ordinary
from contextkit.tokens.counters import (
    CLAUDE,
    CLAUDE_4_7,
    GEMINI,
    EncodingCounter,
    Estimate,
    FastCounter,
    TokenizerFile,
    count,
    seams_of,
    token_counter,
)
from contextkit.tokens.vocabularies import ENCODINGS, SEAMS, load_encoding

NASTY = [
    *("a", "B", "the ", "'s", "'LL", "'", "1", "2345", "/", "//", ".", "((", "-", "_", "</a>\n", "\n\n"),
    *(
        "\n",
        "\r\n",
        "\r",
        " ",
        "  ",
        "\t",
        " \t ",
        "\x0b",
        "\x0c",
        "\x85",
        "\xa0",
        "\u2028",
        "\u3000",
        "\x1c",
    ),
    *(
        "é",
        "e\u0301",
        "\u0301",
        "ß",
        "İ",
        "日本",
        "語",
        "한국",
        "\u1112\u1161",
        "👩\u200d👧",
        "🇩🇪",
        "🇩",
        "👍🏽",
    ),
    *("<|endoftext|>", "<|endofprompt|>", "\ud83d", "\ude00", "\udfff", "\x00", "\ufffd", "٣", "Ⅷ", "\u200b"),
]
texts = st.lists(st.sampled_from(NASTY) | st.text(max_size=4), max_size=30).map("".join)
runs = st.tuples(st.sampled_from([" ", "\t", "\u3000", "\xa0", " \t", "\x85", "\x0b"]), st.integers(1, 40))
blank_texts = st.lists(
    st.sampled_from(NASTY) | runs.map(lambda run: run[0] * run[1]), min_size=1, max_size=12
).map("".join)
encodings = st.sampled_from(ENCODINGS)


def truth(encoding: str, text: str) -> int:
    """Count the whole text with plain tiktoken."""
    return len(load_encoding(encoding).encode_ordinary(text))


@given(encodings, texts)
@settings(deadline=None)
def test_an_encoding_counter_counts_what_tiktoken_counts(encoding: str, text: str) -> None:
    assert EncodingCounter(encoding)(text) == truth(encoding, text)


@given(encodings, blank_texts)
@settings(deadline=None, max_examples=400)
def test_a_long_text_counted_in_chunks_with_blank_runs_apart_counts_the_same(
    encoding: str, text: str
) -> None:
    """The limits are lowered, so that texts which tiktoken can count take the ways made for longer ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordinary, "_CHUNK", 8)
        patch.setattr(ordinary, "_LONG_RUN", 6)
        pattern = ordinary._BLANK_RUN.source.replace("500000", "6")
        patch.setattr(ordinary, "_BLANK_RUN", re.compile(pattern))
        assert EncodingCounter(encoding)(text) == truth(encoding, text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_text_over_the_chunk_size_counts_as_a_whole(encoding: str) -> None:
    text = "".join(f"{i}: don't /path/{i} 日本語\r\n\n" for i in range(20_000))
    assert len(text) > 2 * ordinary._CHUNK
    assert EncodingCounter(encoding)(text) == truth(encoding, text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("run", [" " * 1_000_001, "\t" * 1_000_001, " \t" * 500_001])
def test_a_blank_run_at_which_tiktoken_panics_is_counted_exactly(encoding: str, run: str) -> None:
    """At the end of a text it is one match of the pattern; before a letter its last blank joins the word."""
    counter = EncodingCounter(encoding)
    words = truth(encoding, "x\n") + truth(encoding, run[-1] + "y")
    piece = load_encoding(encoding)._encode_single_piece
    assert counter(run) == len(piece(run))
    assert counter(f"x\n{run}y") == words + len(piece(run[:-1]))
    assert counter(f"x{run}\n") == truth(encoding, f"x{run}\n")


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("<|endoftext|>", 7), ("\x00", 1), ("\ud83d", 1), ("\ud83d\ude00", 1)]
)
def test_special_tokens_surrogates_and_nul_are_text(text: str, tokens: int) -> None:
    assert EncodingCounter("o200k_base")(text) == tokens


def test_counters_are_values() -> None:
    """They compare, hash, pickle and show how they were made."""
    counter = EncodingCounter("o200k_base")
    assert counter == EncodingCounter("o200k_base") != EncodingCounter("cl100k_base")
    assert len({counter, EncodingCounter("o200k_base")}) == 1
    assert pickle.loads(pickle.dumps(counter)) == counter  # noqa: S301
    assert repr(counter) == "EncodingCounter(encoding='o200k_base')"
    assert repr(CLAUDE).startswith("Estimate(name='Claude up to 4.6', factor=1.18, spread=(1.07, 1.29)")
    assert counter.exact
    assert not CLAUDE.exact
    assert seams_of(counter) is SEAMS["o200k_base"]
    assert seams_of(len) is None
    assert seams_of(CLAUDE) is None


# --- Hugging Face files -----------------------------------------------------------------------------------


@pytest.fixture
def tokenizer_json(tmp_path: Path) -> Path:
    """A tokenizer of one token a byte, with a special token, a template, truncation and padding."""
    tokenizers = pytest.importorskip("tokenizers")
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.BPE(vocab={sign: i for i, sign in enumerate(alphabet)}, merges=[])
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens(["<s>"])
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))]
    )
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


@given(text=texts)
@settings(deadline=None, max_examples=50)
def test_a_tokenizer_file_counts_all_text_as_ordinary_text(
    tokenizer_json_for_session: Path, text: str
) -> None:
    """Nothing is added, cut off or filled up, and a special token in the text is text."""
    counter = token_counter(tokenizer_json_for_session)
    for each in (text, text + "<s>", "<s>" * 20):
        readable = each.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert counter(each) == len(readable.encode())


@pytest.fixture(scope="module")
def tokenizer_json_for_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same file, made once."""
    return tokenizer_json.__wrapped__(tmp_path_factory.mktemp("tokenizer"))  # type: ignore[attr-defined,no-any-return]


def test_a_tokenizer_file_that_cannot_be_read_is_an_error_when_the_counter_is_made(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    (tmp_path / "other.json").write_text("{}")
    for path in (tmp_path / "missing.json", tmp_path / "other.json"):
        with pytest.raises(ContextkitError, match=re.escape(str(path))):
            token_counter(str(path))


def test_a_tokenizer_file_without_the_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtraError, match=r"\[huggingface\]"):
        TokenizerFile("not-loaded-before.json")


# --- estimates --------------------------------------------------------------------------------------------


@given(texts, st.sampled_from([CLAUDE, CLAUDE_4_7, GEMINI]))
@settings(deadline=None)
def test_an_estimate_is_the_scaled_count_of_its_base(text: str, estimate: Estimate) -> None:
    base = truth("o200k_base", text)
    assert estimate(text) == estimate.scale(estimate.base(text)) == estimate.scale(base)
    low, high = estimate.bounds(base)
    assert low <= estimate(text) <= high


@given(st.integers(0, 10**9), st.integers(1, 5000).map(lambda thousandths: thousandths / 1000))
def test_scaling_rounds_up_and_unscaling_finds_the_last_count_that_fits(tokens: int, factor: float) -> None:
    estimate = Estimate("any", factor, (factor, factor))
    assert estimate.scale(tokens) == -(-tokens * round(factor * 1000) // 1000)
    fits = estimate.unscale(tokens)
    assert estimate.scale(fits) <= tokens < estimate.scale(fits + 1)


@pytest.mark.parametrize(
    ("factor", "spread"), [(0, (1, 2)), (-1, (1, 2)), (1, (2, 1)), (1, (0, 1)), (float("nan"), (1, 2))]
)
def test_factors_that_make_no_sense_are_refused(factor: float, spread: tuple[float, float]) -> None:
    with pytest.raises(ContextkitError, match="factors"):
        Estimate("odd", factor, spread)


# --- finding a counter ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("o200k_base", EncodingCounter("o200k_base")),
        ("cl100k_base", EncodingCounter("cl100k_base")),
        ("o200k_harmony", EncodingCounter("o200k_base")),
        ("gpt-4o", EncodingCounter("o200k_base")),
        ("gpt-4o-2024-05-13", EncodingCounter("o200k_base")),
        ("openai/gpt-5-mini", EncodingCounter("o200k_base")),
        ("gpt-oss-120b", EncodingCounter("o200k_base")),
        ("gpt-4", EncodingCounter("cl100k_base")),
        ("text-embedding-3-small", EncodingCounter("cl100k_base")),
        ("claude-2.1", CLAUDE),
        ("claude-3-5-sonnet-20241022", CLAUDE),
        ("claude-3-opus-latest", CLAUDE),
        ("claude-sonnet-4-20250514", CLAUDE),
        ("claude-haiku-4-5@20251001", CLAUDE),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", CLAUDE),
        ("anthropic/claude-opus-4.6", CLAUDE),
        ("claude-opus-4-7", CLAUDE_4_7),
        ("claude-opus-4.7", CLAUDE_4_7),
        ("Claude-Opus-5", CLAUDE_4_7),
        ("claude-sonnet-4-10", CLAUDE_4_7),
        ("claude-unheard-of", CLAUDE_4_7),
        ("gemini-2.5-pro", GEMINI),
        ("models/gemini-3-flash", GEMINI),
        (len, len),
    ],
)
def test_a_counter_is_found_by_the_name_of_an_encoding_or_a_model(name: Any, expected: Any) -> None:
    assert token_counter(name) == expected


@pytest.mark.parametrize("model", [*MODEL_TO_ENCODING, *(f"{p}x" for p in MODEL_PREFIX_TO_ENCODING)])
def test_every_model_of_tiktoken_has_an_exact_counter_or_a_clear_error(model: str) -> None:
    encoding = MODEL_TO_ENCODING.get(model) or MODEL_PREFIX_TO_ENCODING[model[:-1]]
    if encoding in (*ENCODINGS, "o200k_harmony"):
        assert token_counter(model) == EncodingCounter(encoding.replace("harmony", "base"))
    else:
        with pytest.raises(ContextkitError, match=f"no token counter for {model!r}"):
            token_counter(model)


@pytest.mark.parametrize("name", ["", "foo", "p50k_base", "gpt2", "claude", 7, None])
def test_an_unknown_name_is_one_error_that_lists_what_is_known(name: Any) -> None:
    with pytest.raises(
        ContextkitError, match=r"o200k_base, cl100k_base; .* claude-\* and gemini-\*.* \.json"
    ):
        token_counter(name)
    if isinstance(name, str):
        with pytest.raises(ContextkitError):
            EncodingCounter(name)


@pytest.mark.parametrize("value", [True, 1.0, -1, None, "3"])
def test_what_is_not_a_number_of_tokens_is_refused(value: Any) -> None:
    with pytest.raises(CounterError) as caught:
        count(lambda _: value, "text")
    assert caught.value.value is value


def test_a_count_is_passed_on() -> None:
    assert count(len, "four") == 4
    assert count(len, "") == 0


# --- the fast counter -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fast_counters() -> dict[str, FastCounter]:
    pytest.importorskip("toktok")
    return {name: FastCounter(name) for name in ENCODINGS}


@given(encodings, texts, st.integers(1, 60))
@settings(deadline=None)
def test_a_fast_counter_counts_what_tiktoken_counts(
    fast_counters: dict[str, FastCounter], encoding: str, text: str, times: int
) -> None:
    assert fast_counters[encoding](text * times) == truth(encoding, text * times)


def test_a_fast_counter_leaves_letters_of_a_newer_unicode_to_tiktoken(
    fast_counters: dict[str, FastCounter],
) -> None:
    text = "a\u088f\u0c5c\U000323b0b " * 100
    assert fast_counters["o200k_base"](text) == truth("o200k_base", text)


def test_a_fast_counter_is_only_had_for_the_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_fast_count", EncodingCounter)
    assert token_counter("gpt-4o", fast=True) == FastCounter("o200k_base")
    assert token_counter("gpt-4o") == EncodingCounter("o200k_base")
    assert token_counter("claude-3-opus", fast=True) == CLAUDE


def test_a_fast_counter_that_miscounts_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = SimpleNamespace(batch_count=lambda texts, *_, **__: [len(text) for text in texts])
    monkeypatch.setitem(sys.modules, "toktok", wrong)
    fast._fast_count.cache_clear()
    text = "hello world " * 100
    assert FastCounter("o200k_base")(text) == truth("o200k_base", text)
    fast._fast_count.cache_clear()


def test_a_fast_counter_without_the_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "toktok", None)
    fast._fast_count.cache_clear()
    with pytest.raises(MissingExtraError, match=r"\[fast\]"):
        token_counter("o200k_base", fast=True)
