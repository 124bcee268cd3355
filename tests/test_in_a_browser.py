"""Our pages in a real browser: what must be seen is seen, numbers add up, and nothing is loaded or run."""

import itertools
import re

import pytest

from contextkit import JSON_LINES, TAGGED, Budget, Event, Thread, Window, render
from contextkit.demo import deployment
from contextkit.display.contexts import context_html
from contextkit.display.frontiers import Point, frontier_html
from contextkit.display.markup import Markup
from contextkit.display.occupancies import occupancy_file, occupancy_html, occupancy_svg
from contextkit.display.pages import page
from contextkit.display.reports import report_page
from contextkit.display.side_by_side import contexts_side_by_side, formats_side_by_side
from contextkit.display.token_borders import tokens_html
from contextkit.reporting import Report, report

from .browsers import Browser, browser  # noqa: F401 (a fixture)

HOSTILE = (
    "</title></text></svg></pre></style></div>\"'><script>document.title = 'run'</script>"
    "<img src=x onerror=\"document.title = 'run'\"> &lt;b&gt; \u202e\u200f\u2067 \x00\x1b[2J ]]> <!-- {{ 1 }}"
)
LONG = "a long line " * 85_000  # 1 MB


@pytest.fixture(scope="module")
def made() -> Report:
    return report(deployment(), Window(budget=Budget(8_000, reserve=800)), name="demo")


def hostile_thread() -> Thread:
    """Give a run in which everything that can be named has a hostile name."""
    bare = re.sub(r"[\s<>\x00-\x20]+", "", HOSTILE).lstrip("/")
    thread = Thread([Event("system", HOSTILE), Event("user", HOSTILE, id=HOSTILE)])
    for number in range(8):
        id = f"{number}\"'><script>"
        thread = thread.call(bare, {"path": HOSTILE}, call_id=id)
        thread = thread.result(id, HOSTILE if number else f"{HOSTILE}\n{LONG}")
        thread = thread.call("read", {"path": HOSTILE}, call_id=f"read {number}")
        thread = thread.result(f"read {number}", HOSTILE * 5)
    thread = thread.call("run", HOSTILE, call_id="run").result("run", HOSTILE, type="error")
    return thread.append(Event("assistant", HOSTILE))


def number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1_200, 500])
def test_a_report_is_seen(browser: Browser, made: Report, width: int, dark: bool) -> None:  # noqa: F811
    """Headings, the picture, its marks and the tables are there; nothing sticks out, nothing is loaded."""
    browser.open(report_page(made), width=width, dark=dark)
    assert browser.requested() == []
    assert browser.run("return document.title") == "demo: where the tokens went"
    headings = browser.seen("h2")
    assert headings[0] == "Occupancy, call by call"
    assert {"The dearest events", "Open errors", "What each format would cost"} <= set(headings)
    inside, whole = browser.widths()
    assert whole <= inside
    marks = browser.seen("svg.occupancy .mark")
    assert len(marks) == len(made.occupancy.compactions)
    for (call, cut), mark in zip(made.occupancy.compactions, marks, strict=True):
        assert f"before call {call:,}: {cut.before:,} → {cut.after:,} tokens" in mark
    names = "svg.occupancy text" if width > 800 else ".narrow span"
    assert any("omitted, in short" in text for text in browser.seen(names))
    paper, ink = (
        browser.run(f"return getComputedStyle(document.querySelector('.ck')).{name}")
        for name in ("backgroundColor", "color")
    )
    assert (light(paper) < light(ink)) == dark
    assert abs(light(paper) - light(ink)) > 150


def light(colour: str) -> float:
    """Give how light a colour is that the browser has computed, between 0 and 255."""
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_numbers_of_a_report_add_up(browser: Browser, made: Report) -> None:  # noqa: F811
    """Each table sums up to what stands below it, and all say the same of the run."""
    browser.open(report_page(made))
    found = made.occupancy
    tables = browser.run(
        "return [...document.querySelectorAll('table')].map(t => [...t.rows].map(r =>"
        " [...r.cells].map(c => c.textContent)))"
    )
    calls, spent, saved = (
        next(table for table in tables if table[0][0] == head) for head in ("call", "what", "all calls")
    )
    for row in calls[1:-1]:
        assert sum(number(cell) for cell in row[4:-1]) == number(row[2])
    assert number(calls[-1][2]) == found.tokens
    assert sum(number(cell) for cell in calls[-1][4:-1]) == found.tokens
    rows, total = spent[1:-1], spent[-1]
    for column in (1, 2, 3):
        assert sum(number(row[column]) for row in rows) == number(total[column])
    assert number(total[3]) == found.tokens
    assert number(saved[1][1]) - number(saved[2][1]) == number(saved[3][1])
    assert number(saved[2][1]) == found.tokens


def test_the_bars_are_as_high_as_their_tokens(browser: Browser, made: Report) -> None:  # noqa: F811
    """What is drawn for the last call of all layers is the height of its tokens next to the budget's."""
    browser.open(page("occupancy", occupancy_html(made.occupancy)))
    boxes = browser.run(
        "const plot = document.querySelector('svg.occupancy svg[viewBox]').getBoundingClientRect();"
        "const box = e => e.getBoundingClientRect();"
        "const paths = [...document.querySelectorAll('svg[viewBox] > path[class^=p-]')].map(box);"
        "const line = box(document.querySelector('svg.occupancy line.budget'));"
        "return [plot.bottom, Math.min(...paths.map(b => b.top)), line.top]"
    )
    floor, highest, line = map(float, boxes)
    most = max(call.tokens for call in made.occupancy.calls)
    assert made.occupancy.budget is not None
    assert (floor - highest) / (floor - line) == pytest.approx(most / made.occupancy.budget.room, abs=0.02)


@pytest.mark.parametrize("width", [700, 860, 1_100])
def test_no_two_texts_of_a_picture_overlap(browser: Browser, made: Report, width: int) -> None:  # noqa: F811
    """Nor does one stick out."""
    browser.open(f"<!DOCTYPE html><body>{occupancy_file(made.occupancy, width=width)}", width=1_200)
    boxes = browser.run(
        "const paper = document.querySelector('svg').getBoundingClientRect();"
        "return [...document.querySelectorAll('text')].map(e => { const b = e.getBoundingClientRect();"
        " return [e.lastChild.textContent, b.left - paper.left, b.top, b.right - paper.left, b.bottom] })"
    )
    assert len(boxes) > 40
    for name, left, _, right, _ in boxes:
        assert 0 <= left <= right <= width, name
    for (one, *box), (other, *its) in itertools.combinations(boxes, 2):
        beside = box[2] <= its[0] + 1 or its[2] <= box[0] + 1
        assert beside or box[3] <= its[1] + 3 or its[3] <= box[1] + 3, (one, other)


def test_hostile_text_is_text(browser: Browser) -> None:  # noqa: F811
    """Whatever events, ids, tools and errors say: it is shown, and neither runs nor breaks the page."""
    thread = hostile_thread()
    made = report(thread, Window(budget=20_000), name=HOSTILE)
    context = render(thread, budget=20_000)
    svg = occupancy_svg(made.occupancy)
    sides = (
        formats_side_by_side(thread, TAGGED, JSON_LINES),
        contexts_side_by_side(context, render(thread, budget=10_000)),
        tokens_html(HOSTILE),
        frontier_html([Point(HOSTILE, 1_000.0, 0.9, ours=True)], title=HOSTILE),
    )
    pages = (report_page(made), page(HOSTILE, Markup(context_html(context)), svg), page(HOSTILE, *sides))
    for made_page in pages:
        assert len(made_page) < 2_000_000
        browser.open(made_page, width=480)
        assert browser.requested() == []
        assert "<script>" in browser.run("return document.title")
        assert (
            browser.run("return document.querySelectorAll('script, img, iframe, object, link').length") == 0
        )
        assert browser.run("return document.body.children.length") == 1
        text = browser.run("return document.body.textContent")
        assert "<script>document.title = 'run'</script>" in text
        assert not re.search("[\x00-\x08\x0b-\x1f\u200f\u202a-\u202e\u2066-\u2069]", text)
        inside, whole = browser.widths()
        assert whole <= inside


def test_a_context_is_seen(browser: Browser) -> None:  # noqa: F811
    """Each piece of the strip is where its tokens are, from the first to the last, side by side."""
    context = render(deployment(), budget=8_000)
    browser.open(page("context", Markup(context_html(context))))
    pieces = browser.run(
        "return [...document.querySelectorAll('svg.strip > svg')].map(e => {"
        " const b = e.querySelector('rect').getBoundingClientRect();"
        " return [b.left, b.width, e.querySelector('title').textContent] })"
    )
    whole = sum(width for _, width, _ in pieces)
    for left, width, title in pieces:
        tokens = number(re.findall(r"([\d,]+) tokens?", title)[0])
        assert width / whole == pytest.approx(tokens / context.tokens, abs=0.002)
        assert left >= 0
    assert [left for left, *_ in pieces] == sorted(left for left, *_ in pieces)
    assert browser.seen("svg.strip text") == ["omitted"]
