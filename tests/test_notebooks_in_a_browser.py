"""What notebooks show, in a real browser: it is seen at any width, light and dark, and text stays text."""

import re
from pathlib import Path
from typing import Any

import pytest

from contextkit import TAGGED, Event, Thread, Window, compare, render, summarize_error
from contextkit.demo import deployment
from contextkit.display.explore import STILL
from notebooks.refresh import NOTEBOOKS, outputs, read

from .browsers import Browser, browser  # noqa: F401 (a fixture)

_THEME = """
.jp-RenderedHTMLCommon { color: #111; font-size: 14px }
.jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th, .jp-RenderedHTMLCommon tr {
  vertical-align: middle; text-align: right; line-height: normal; white-space: normal }
.jp-RenderedHTMLCommon tbody tr:nth-child(odd) { background: #fff }
.jp-RenderedHTMLCommon tbody tr:nth-child(even) { background: #f5f5f5 }
.jp-RenderedHTMLCommon pre { word-break: break-all; background: #fff; color: #111 }
.jp-RenderedHTMLCommon :not(pre) > code { background-color: #eee; color: #111 }
"""
"""What JupyterLab's own style says of tables and code, in its light theme."""

HOSTILE = (
    "</title></pre></style></details></div>\"'><script>document.title = 'run'</script>"
    "<img src=x onerror=\"document.title = 'run'\"> &lt;b&gt; \u202e\u200f\u2067 \x00\x1b[2J ]]> <!--"
)


def cells(*shown: str) -> str:
    """Put what cells show onto a page, as a notebook does."""
    outputs = "".join(f'<div class="jp-RenderedHTMLCommon">{html}</div>' for html in shown)
    head = f'<meta charset="utf-8"><title>notebook</title><style>{_THEME}</style>'
    return f"<!DOCTYPE html><html><head>{head}</head><body>{outputs}</body></html>"


def views(path: Path) -> list[str]:
    """Give what the cells of a notebook show as HTML."""
    shown: list[dict[str, Any]] = [
        output for cell in read(path).cells if cell.cell_type == "code" for output in outputs(cell)
    ]
    return ["".join(output["data"]["text/html"]) for output in shown if "text/html" in output.get("data", {})]


def number(text: str) -> int:
    return int(text.replace(",", "") or "0")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1_100, 480])
@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if views(path)], ids=lambda path: path.stem)
def test_what_a_notebook_shows_is_seen(browser: Browser, path: Path, width: int, dark: bool) -> None:  # noqa: F811
    """Headings are seen, nothing sticks out, is loaded or runs; the theme makes nothing unreadable."""
    shown = views(path)
    browser.open(cells(*shown), width=width, dark=dark)
    assert [url for url in browser.requested() if not url.startswith("data:image/svg")] == []
    assert browser.run("return document.querySelectorAll('script, iframe, link').length") == 0
    drawn = browser.run("return [...document.images].map(i => i.complete && i.naturalWidth * i.alt.length)")
    assert all(drawn)
    assert len(browser.seen(".ck")) >= len(shown)
    inside, whole = browser.widths()
    assert whole <= inside
    poor = browser.run(
        """const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
             return 0.2126 * r + 0.7152 * g + 0.0722 * b };
           const ground = e => { for (; e; e = e.parentElement) {
             const c = getComputedStyle(e).backgroundColor;
             if (!/, 0\\)$/.test(c)) return c } return 'rgb(255, 255, 255)' };
           return [...document.querySelectorAll('.ck p, .ck td, .ck th, .ck summary, .ck pre, .ck code')]
             .filter(e => Math.abs(light(getComputedStyle(e).color) - light(ground(e))) < 80)
             .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert poor == []


def test_a_thread_unfolds(browser: Browser) -> None:  # noqa: F811
    """At first its table is seen and no event; then the events, each on a line, and then what they say."""
    thread = deployment()
    browser.open(cells(thread._repr_html_()), width=700)
    assert browser.seen("details.line > summary") == []
    total = browser.seen(".ck .sum > td")
    assert [number(cell) for cell in total[1:3]] == [89, sum(len(event.text) for event in thread)]
    browser.run("document.querySelector('summary').click()")
    lines = browser.seen("details.line > summary")
    assert len(lines) == 89
    heights = browser.run(
        "return [...document.querySelectorAll('details.line > summary')].map(e => e.clientHeight)"
    )
    assert max(heights) < 30
    assert browser.seen("pre") == []
    browser.run("document.querySelectorAll('details.line > summary')[5].click()")
    assert browser.seen("pre") == [thread[5].data]
    inside, whole = browser.widths()
    assert whole <= inside


def test_a_receipt_adds_up(browser: Browser) -> None:  # noqa: F811
    """Each of its columns adds up to its last row, and the bars are as long as the figures."""
    receipt = render(deployment(), budget=6_000).receipt()
    browser.open(cells(receipt._repr_html_()))
    tables = browser.run(
        "return [...document.querySelectorAll('table')].map(t => [...t.rows].map(r =>"
        " [...r.cells].map(c => c.textContent)))"
    )
    for table, columns in zip(tables, ((2, 3), (4, 5)), strict=True):
        for column, whole in zip(columns, (receipt.before, receipt.tokens), strict=True):
            figures = [number(row[column]) for row in table[1:]]
            assert sum(figures[:-1]) == figures[-1] == whole
    bars = browser.run(
        "return [...document.querySelectorAll('u')].map(u => [...u.querySelectorAll('s')]"
        ".map(s => [s.className, s.getBoundingClientRect().width]))"
    )
    most = max(max(map(number, row[2:4])) for row in tables[0][1:-1])
    full = browser.run("return document.querySelector('u').getBoundingClientRect().width")
    for row, drawn in zip(tables[0][1:-1], bars, strict=True):
        before, after = map(number, row[2:4])
        widths = dict(drawn)
        assert widths.get("", 0) == pytest.approx(full * after / most, abs=1)
        assert widths.get("gone", 0) == pytest.approx(full * max(before - after, 0) / most, abs=1)


def test_the_view_of_explore_stays(browser: Browser) -> None:  # noqa: F811
    """A stored notebook shows what was chosen last, and says that the sliders need a kernel."""
    (path,) = (path for path in NOTEBOOKS if path.stem == "a_budget_and_its_policies")
    browser.open(cells(*views(path)))
    assert STILL in browser.seen(".ck > p")
    assert any(
        text.startswith("Context: ") and " of 6,000 tokens" in text for text in browser.seen(".ck > p")
    )


@pytest.mark.parametrize("width", [900, 480])
def test_hostile_text_is_text(browser: Browser, width: int) -> None:  # noqa: F811
    """Whatever events, ids, types, rules, prompts and errors say: it neither runs nor breaks the page."""
    bare = re.sub(r"[\s<>\x00-\x20]+", "", HOSTILE).lstrip("/")
    long = f"{HOSTILE}\n{'x' * 1_000_000}"
    thread = Thread([Event("user", HOSTILE, id=HOSTILE), Event(bare, {HOSTILE: long}), Event("error", long)])
    context = render(thread, counter=len)
    ours = TAGGED | {HOSTILE: lambda event: HOSTILE, "user": lambda event: HOSTILE}
    window = Window(ours, prompt=HOSTILE + "{{ thread }}", policies=[lambda view, meter: view])
    shown = (
        *(thread, context, context.receipt(), ours, window),
        *(compare(thread, {HOSTILE: TAGGED}, counters=[len], runs=0), summarize_error(HOSTILE * 30)),
    )
    pages = [value._repr_html_() for value in shown]
    browser.open(cells(*pages), width=width)
    browser.run("document.querySelectorAll('details').forEach(e => { e.open = true })")
    assert browser.run("return document.title") == "notebook"
    assert browser.requested() == []
    assert browser.run("return document.querySelectorAll('script, img, iframe, object, link').length") == 0
    assert browser.run("return document.body.children.length") == len(pages)
    text = browser.run("return document.body.textContent")
    assert text.count("<script>document.title = 'run'</script>") >= len(pages) - 1
    assert not re.search("[\x00-\x08\x0b-\x1f\u200f\u202a-\u202e\u2066-\u2069]", text)
    inside, whole = browser.widths()
    assert whole <= inside
