"""Reporting: each figure of a report, against the thread that it is about."""

import json
import time

import pytest

from benchmarks.runs import run
from contextkit import TAGGED, Drop, Event, Thread, Window, compare
from contextkit.demo import deployment
from contextkit.display.reports import report_page
from contextkit.reporting import Report, report
from contextkit.tokens.vocabularies import load_encoding


def found(budget: int | None = 6_000) -> Report:
    return report(deployment(), Window(budget=budget), name="demo")


def test_where_the_tokens_went() -> None:
    """Each event and each token of the run is in one row, and the contexts' tokens are shared out."""
    made = found()
    assert sum(row.events for row in made.spent) == len(deployment())
    assert sum(row.tokens for row in made.spent) == made.occupancy.final
    assert sum(row.sent for row in made.spent) == made.occupancy.tokens
    assert [row.sent for row in made.spent] == sorted((row.sent for row in made.spent), reverse=True)


def test_the_dearest_events() -> None:
    """They cost what they weigh times the calls that they were sent with, as long as nothing cuts them."""
    made = found(None)
    first = made.dearest[0]
    assert first.sent.sent == first.sent.tokens * first.sent.calls
    assert first.sent.sent == max(sent.sent for sent in made.occupancy.events)
    assert first.event.id == first.sent.id


def read(thread: Thread, path: str, text: str, **lines: int) -> Thread:
    id = f"c{len(thread)}"
    return thread.call("read", {"path": path, **lines}, call_id=id).result(id, text)


def test_what_was_read_again() -> None:
    """The same lines of a file, unless they were written in between; another part is something else."""
    thread = read(Thread([Event("user", "Look.")]), "a.py", "import os\n" * 30)
    thread = read(thread, "b.py", "import re")
    thread = read(thread, "a.py", "import os\n" * 30)
    thread = thread.call("edit", {"path": "b.py", "new_text": "x"}, call_id="e").result("e", "ok")
    thread = read(thread, "b.py", "x")
    thread = read(read(thread, "c.py", "1", offset=1, limit=10), "c.py", "2", offset=11, limit=10)
    (again,) = report(thread, Window()).again
    assert (again.key, again.times, again.standing, again.ids) == ("a.py", 1, 1, ("6",))
    assert again.tokens == next(
        sent.tokens for sent in report(thread, Window()).occupancy.events if sent.id == "6"
    )


def test_what_was_read_again_because_it_had_gone() -> None:
    """Whether the earlier result stood in the context of the call that asked again."""
    thread = read(Thread([Event("user", "Look.")]), "a.py", "import os\n" * 30)
    for number in range(6):
        thread = read(thread, f"{number}.py", "import re\n" * 30)
    thread = read(thread, "a.py", "import os\n" * 30)
    (again,) = report(thread, Window(budget=400, policies=[Drop()])).again
    assert (again.key, again.standing) == ("a.py", 0)
    assert report(thread, Window()).again[0].standing == 1


def test_open_errors() -> None:
    """Errors that nothing resolved, with what was called; those that were are counted."""
    thread = Thread([Event("user", "Build.")])
    for number in "12":
        thread = thread.call("build", {"target": "api"}, call_id=number)
        thread = thread.result(number, "ValueError: no such target", type="error")
    thread = thread.call("test", "all", call_id="3").result("3", "OSError: disk full", type="error")
    thread = thread.call("test", "all", call_id="4").result("4", "passed")
    thread = thread.append(Event("assistant", "So.")).append(Event("user", "Well?"))
    made = report(thread, Window())
    (error,) = made.errors
    assert (error.headline, error.times, error.ids) == ("ValueError: no such target", 2, ("2", "4"))
    assert error.call is not None
    assert error.call.type == "build"
    assert (made.open, made.resolved) == (1, 1)


def test_what_each_format_costs() -> None:
    """Of a short run every format is counted whole, as `compare` counts it."""
    rows = {row.format: row for row in found().formats}
    known = {row.format: row.tokens for row in compare(deployment(), runs=0).rows}
    assert {name: row.tokens for name, row in rows.items()} == known
    assert all(row.margin == 0 and row.counted == len(deployment()) for row in rows.values())


def test_a_sample_says_how_far_it_may_be_off() -> None:
    """Of a long run a sample is counted, and the whole lies within what it says it may be off."""
    thread = Thread(
        event.having(id=None, call_id=event.call_id and f"{event.call_id} {turn}")
        for turn in range(12)
        for event in deployment()
    )
    whole = {row.format: row.tokens for row in report(thread, Window(), sample=None).formats}
    for row in report(thread, Window()).formats:
        if row.format == "tagged":
            assert (row.tokens, row.margin) == (whole["tagged"], 0)
            continue
        assert 0 < row.counted < len(thread) / 10
        assert 0 < row.margin < 0.25 * whole[row.format]
        assert abs(row.tokens - whole[row.format]) <= 1.5 * row.margin  # two standard errors: 19 times of 20


def test_a_report_is_plain_data() -> None:
    """All figures can be written as JSON."""
    data = json.loads(json.dumps(found().to_data()))
    assert data["occupancy"]["tokens"] == found().occupancy.tokens
    assert sum(row["sent"] for row in data["spent"]) == data["occupancy"]["tokens"]
    assert len(data["occupancy"]["calls"]) == 37


def test_the_representation() -> None:
    """It says what the run was."""
    assert repr(found(None)) == (
        f"<Report on demo: 89 events, 37 calls, {found(None).occupancy.tokens:,} tokens read, 0 compactions>"
    )


@pytest.mark.parametrize("thread", [Thread(), Thread([Event("user", "Hi.")])])
def test_a_run_without_a_call(thread: Thread) -> None:
    """Nothing is sent, so nothing costs; the page says so."""
    made = report(thread, Window())
    assert made.occupancy.tokens == 0
    assert "No call of the model." in made._repr_html_()


def test_a_large_run_stays_light() -> None:
    """Of 900 events the page is far below 2 MB, and is made in a few times one pass of the tokeniser."""
    thread = run(900, seed=3, flavour="coding")
    text, encode = TAGGED.text(thread), load_encoding("o200k_base").encode_ordinary
    limit = round(0.6 * len(encode(text)))
    passes, made = [], []
    for _ in range(3):
        start = time.process_time()
        encode(text)
        middle = time.process_time()
        page = report_page(report(thread, Window(budget=limit)))
        passes.append(middle - start)
        made.append(time.process_time() - middle)
    assert "compacted" in page
    assert len(page.encode()) < 300_000
    assert min(made) / min(passes) < 12  # some 5 where nothing else runs
