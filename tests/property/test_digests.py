"""The promises of `digest`, over any text and value: size, words, budgets, places, sameness."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contextkit import digest, token_counter
from contextkit.digesting.digests import Digested
from contextkit.digesting.drafts import COUNTED, MARKERS
from contextkit.digesting.routing import KINDS
from contextkit.errors.lines import plain
from contextkit.errors.summaries import MARKERS as ERROR_MARKERS

from ..strategies import json_values, nasty_text

COUNT = token_counter("o200k_base")
LOG = (
    "2026-03-01 10:00:00,123 INFO web: GET /users/{n} in {n}ms",
    (
        "2026-03-01 10:00:01,003 ERROR worker: job {n} failed\nTraceback (most recent call last):\n"
        '  File "/srv/app/run.py", line {n}, in main\n    run()\nKeyError: {n}'
    ),
    "Mar  1 10:00:00 host sshd[{n}]: Accepted key for u{n}",
    '{{"ts": "2026-03-01T10:00:00Z", "level": "warn", "msg": "slow {n}", "stack": "E: a\\n  at b"}}',
    'time=2026-03-01T10:00:00Z level=info msg="it is {n}"',
    "\x1b[31mERROR\x1b[0m lost {n}\r",
    '10.0.0.{n} - - [01/Mar/2026:10:00:00 +0000] "GET /a/{n} HTTP/1.1" 500 {n}',
    "   Compiling serde v1.0.{n}",
    "disk {n} is full",
    "    indented {n}",
)
OTHERS = (
    "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a{n}\n-b\n+c{n}\n",
    "name,size,state\n",
    "file_{n},{n},ok\n",
    "| name | size |\n|---|---|\n| a{n} | {n} |\n",
    "NAME        READY   STATUS\npod-{n}     1/1     Running\n",
    "src/app/file_{n}.py\n",
    "-rw-r--r-- 1 root root {n} Mar  1 10:00 file_{n}.txt\n",
    "├── dir_{n}\n│   └── a.py\n",
    "<html><body><h1>Title {n}</h1><script>x</script><p>Text <a href='/a{n}'>link</a></p></body></html>",
    "src/a.py:{n}:5: F401 `os` imported but unused\n",
    "def f_{n}():\n    return {n}\n",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg",
    "word" * 500,
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Texts like outputs of tools: lines of some shapes, often, in any order, with anything in between."""
    shapes = draw(st.lists(st.sampled_from(LOG + OTHERS), min_size=1, max_size=5))
    times = draw(st.integers(1, 40))
    end = draw(st.sampled_from(("\n", "\r\n", "", "\n\n")))
    pieces = [
        shape.format(n=n * 7 % 31) + ("" if shape in OTHERS else end)
        for n in range(times)
        for shape in shapes
    ]
    pieces.insert(draw(st.integers(0, len(pieces))), draw(nasty_text(4)))
    return "".join(pieces)[draw(st.integers(0, 3)) :]


@st.composite
def values(draw: st.DrawFn) -> Any:
    """Values like answers of an API: many records of a kind, with anything in between."""
    record = draw(
        st.dictionaries(
            st.sampled_from(("id", "name", "total", "at", "tags", "to")), json_values(3), max_size=5
        )
    )
    rows = [{**record, "id": n, "total": n * 3 % 11} for n in range(draw(st.integers(0, 60)))]
    rows.insert(draw(st.integers(0, len(rows))), draw(json_values(3)))
    run = {"exit_code": 1, "stdout": draw(texts()), "found": {"rows": rows, "log": draw(texts())}}
    by_key = {str(n): row for n, row in enumerate(rows)}
    return draw(st.sampled_from((rows, {"items": rows, "next": None}, by_key, run)))


def words(text: str) -> set[str]:
    """The words of a text, as they are compared."""
    return set(re.findall(r"\w+", text))


def check(told: Digested, text: str, budget: int | None) -> None:
    """Size, budget, words and places."""
    assert budget is None or COUNT(told.text) <= budget
    assert told.text == text or COUNT(told.text) < COUNT(text) or COUNT(told.text) <= COUNT(plain(text))
    if told.text != text:
        bare = re.sub(r"\\[bf]", "", text)  # no digest has what a terminal takes for a command
        texts_read = (text, plain(text), _decoded(text), plain(_decoded(text)), _decoded(bare))
        known = set[str]().union(MARKERS, ERROR_MARKERS, *map(words, texts_read))
        endless = [word for word in words(plain(text)) if len(word) > 100]  # what is cut
        for piece in COUNTED.sub(" ", told.text).split():
            # What looks like an escape may stand for itself.
            foreign = min(words(piece) - known, words(_decoded(piece)) - known, key=len)
            assert not [word for word in foreign if not any(word in whole for whole in endless)]
    assert all(1 <= first <= last <= told.size for first, last in told.left_out)
    assert list(told.left_out) == sorted(told.left_out)


def _decoded(text: str) -> str:
    """What escapes in a text stand for."""
    import html

    unescaped = re.sub(r"\\[nrtbf]", " ", html.unescape(text))
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), unescaped)


@given(texts(), st.one_of(st.none(), st.integers(1, 300)), st.sampled_from((None, None, *KINDS)))
def test_any_text(text: str, budget: int | None, kind: Any) -> None:
    """A digest is within its budget, no larger than its text, and says no word that its text does not."""
    told = digest(text, budget, kind=kind)
    check(told, text, budget)
    assert digest(text, budget, kind=kind) == told


@given(values(), st.one_of(st.none(), st.integers(1, 300)))
def test_any_value(value: Any, budget: int | None) -> None:
    """The same of JSON values, and of their texts."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    check(digest(value, budget), text, budget)
    check(
        digest(json.dumps(value, ensure_ascii=False, indent=2), budget),
        json.dumps(value, ensure_ascii=False, indent=2),
        budget,
    )


@given(texts(), st.integers(1, 300))
def test_a_digest_stays_as_it_is(text: str, budget: int) -> None:
    """A digest of a digest is that one."""
    told = digest(text, budget).text
    assert digest(told, budget).text == told


@given(texts())
def test_a_larger_budget_says_more(text: str) -> None:
    """Each line of a digest, but its heading and its gaps, is in, or of, one of twice the budget."""
    small, large = digest(text, 60), digest(text, 120)
    if (
        large.text not in (text, plain(text))
        and small.kind not in ("error", "html")
        and small.text.startswith("[")
    ):
        kept = {line for line in small.text.split("\n")[1:] if "left out" not in line}
        shown = large.text.split("\n")
        assert all(any(line.strip() in other for other in shown) for line in kept)
