"""The guards of `summarize_error`, over any text: size, words, budgets, sameness."""

import re

from hypothesis import given
from hypothesis import strategies as st

from contextkit import fingerprint, summarize_error, token_counter
from contextkit.errors.lines import plain
from contextkit.errors.summaries import MARKERS

from ..strategies import nasty_text

COUNT = token_counter("o200k_base")
LINES = (
    "Traceback (most recent call last):",
    '  File "/srv/app/run.py", line 3, in main',
    "    run(job)",
    "KeyError: 'a'",
    "The above exception was the direct cause of the following exception:",
    "  + Exception Group Traceback (most recent call last):",
    "  +-+---------------- 1 ----------------",
    'Exception in thread "main" com.acme.Bad: no rate',
    "\tat com.acme.App.run(App.java:7)",
    "Caused by: java.lang.IllegalStateException",
    "\t... 3 more",
    "    at load (/srv/app/load.js:8:11) {",
    "  code: 'E_BAD',",
    "  [cause]: TypeError: x is not a function",
    "panic: boom",
    "goroutine 7 [running]:",
    "main.f(0x1)",
    "\t/srv/app/main.go:7 +0x1",
    "thread 'main' panicked at src/main.rs:3:4:",
    "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1",
    "    #0 0x1 in f /srv/app/a.c:3",
    "a.rb:3:in `f': bad (Bad)",
    "PHP Fatal error:  Uncaught Bad: no in /a/b.php:3",
    "#0 /a/b.php(3): f()",
    "src/a.py:3:5: F401 `os` imported but unused",
    "error[E0106]: missing lifetime specifier",
    " --> src/lib.rs:7:37",
    "___________ test_a ___________",
    "E   AssertionError: assert 1 == 2",
    "FAILED tests/test_a.py::test_a - AssertionError",
    "=== 1 failed, 2 passed in 0.1s ===",
    "--- FAIL: TestA (0.0s)",
    "  1) adds up",
    "all tests passed",
    "0 errors",
    "",
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Texts like errors, in any order and cut anywhere, with anything in between."""
    lines = draw(st.lists(st.one_of(st.sampled_from(LINES), nasty_text(4)), max_size=30))
    text = "\n".join(lines)
    return text[draw(st.integers(0, 3)) :]


@given(texts(), st.one_of(st.none(), st.integers(1, 200)), st.booleans())
def test_the_guards(text: str, budget: int | None, parse: bool) -> None:
    """A summary is within its budget, no larger than its text, and says no word that its text does not."""
    summary = summarize_error(text, budget, parse=parse)
    assert COUNT(summary) <= (budget or 2_000)
    assert COUNT(summary) <= max(COUNT(text), COUNT(plain(text)))
    said = re.sub(r"×\d+|\[\+\d+ more lines\]", " ", summary)
    assert set(re.findall(r"\w+", said)) - MARKERS <= set(re.findall(r"\w+", plain(text)))
    assert summarize_error(text, budget, parse=parse) == summary


@given(texts())
def test_any_text_has_a_fingerprint(text: str) -> None:
    """It is the same each time."""
    assert fingerprint(text) == fingerprint(text)


@given(texts())
def test_a_larger_budget_says_more(text: str) -> None:
    """Each word of a summary is in that of twice the budget, where neither is the whole text."""
    small, large = summarize_error(text, 24), summarize_error(text, 48)
    if large != plain(text).strip():
        assert set(re.findall(r"\w+", small)) - MARKERS <= set(re.findall(r"\w+", large))
